# SPDX-License-Identifier: GPL-2.0-only
#
# The command as WebAssembly: the same sources in the flavour `wasm`, with both configurations, a small C library, and what
# stands in for the system (src/web). The Makefile reads this file.
#
# The compiler, its musl and its own C library come in one Python package, ziglang, which .cache/zig leads to.

ZIG       := .cache/zig/zig
ZIG_LIB   := .cache/zig/lib
MUSL      := $(ZIG_LIB)/libc/musl
# What zig keeps of what it has compiled.
export ZIG_GLOBAL_CACHE_DIR := build/wasm/zig
export ZIG_LOCAL_CACHE_DIR := build/wasm/zig

# The headers of 64-bit RISC-V, which has what is common to the later architectures, stand in for those of wasm64.
WASM_INCLUDE := -nostdinc -I$(ZIG_LIB)/libc/include/riscv64-linux-musl \
	-I$(ZIG_LIB)/libc/include/generic-musl -isystem $(ZIG_LIB)/include
# musl's internals, which its sources and src/web need, come before these; src/web/musl has what an architecture must have.
MUSL_INCLUDE := -Isrc/web/musl -I$(MUSL)/arch/riscv64 -I$(MUSL)/arch/generic \
	-I$(MUSL)/src/internal -I$(MUSL)/src/include -I$(MUSL)/include
WASM_TARGET := -target wasm64-freestanding -mbulk-memory

# What stands in for the system is compiled once. What a page has no room or no library for has a file here that takes the
# place of another's.
INSTEAD := src/world/host_memory.c src/world/contents.c src/text/unpack.c
WASM_ENGINE_C := $(filter-out $(INSTEAD),$(ENGINE_C)) src/web/contents.c
WASM_FRONT_C := $(filter-out $(INSTEAD),$(FRONT_C)) src/web/no-unpack.c
WEB_C := $(filter-out $(WASM_ENGINE_C) $(WASM_FRONT_C),$(call room,web))
$(WEB_C:%.c=build/front/wasm/%.o): private INTERNALS = -Wno-unused-parameter -Wno-strict-prototypes $(MUSL_INCLUDE)

# ---- The C library -----------------------------------------------------------------------------------------------
# Of musl only the files that something here calls: where the linker misses a function, its file belongs into this list.
# malloc(), qsort(), strtoul() and what works on strings are not among them: these are zig's own, libc.o.

MUSL_C := $(patsubst %,$(MUSL)/src/%.c, env/__environ env/getenv errno/strerror \
	$(addprefix exit/,_Exit abort abort_lock exit) fcntl/fcntl fcntl/open \
	$(addprefix internal/,intscan libc procfdname shgetc syscall_ret) locale/__lctrans \
	$(addprefix math/,__fpclassifyl __signbitl scalbn scalbnl) \
	$(addprefix misc/,getopt getopt_long getrlimit ioctl realpath setrlimit) mman/mmap mman/munmap \
	$(addprefix multibyte/,internal mblen mbrtowc mbsinit mbtowc wcrtomb wctomb) select/pselect \
	$(addprefix signal/,block raise sigaction sigaddset sigemptyset signal sigprocmask) \
	$(addprefix stat/,fchmod fstat fstatat stat) \
	$(addprefix stdio/,__lockfile __overflow __stdio_close __stdio_exit __stdio_read __stdio_seek __stdio_write \
		__stdout_write __toread __towrite __uflow asprintf fclose ferror fflush fileno fmemopen fopencookie \
		fprintf fputc fputs fseek ftell fwrite ofl ofl_add open_memstream printf putc putchar rename rewind setvbuf snprintf sprintf \
		sscanf stderr stdout vasprintf vfprintf vfscanf vsnprintf vsprintf vsscanf) \
	$(addprefix thread/,__lock __syscall_cp pthread_sigmask vmlock) time/clock_gettime \
	$(addprefix unistd/,fchown getcwd isatty lseek read readlink write))
MUSL_O := $(MUSL_C:$(MUSL)/src/%.c=build/wasm/musl/%.o)

# Compiled again when the command changes, as with the flags of a flavour.
MUSL_CC := $(ZIG) cc $(WASM_TARGET) -Os -std=c99 -D_XOPEN_SOURCE=700 -w $(MUSL_INCLUDE) $(WASM_INCLUDE)
ifneq ($(file <build/flags/musl),$(MUSL_CC))
build/flags/musl: FORCE
endif
build/flags/musl:
	@mkdir -p $(@D)
	@echo '$(MUSL_CC)' >$@

build/wasm/musl/%.o: build/flags/musl $(wildcard src/web/musl/*.h) | $(SETUP)/wasm
	@mkdir -p $(@D)
	$(Q)$(MUSL_CC) -c -o $@ $(MUSL)/src/$*.c

build/wasm/libc.a: $(MUSL_O) src/web/wasm.mk
	@rm -f $@
	$(Q)$(ZIG) ar rcs $@ $(MUSL_O)

# zig's own C library, and the functions that its compiler calls. Of these src/web/long-double.c has some anew.
WRONG_RT := __cmptf2,__eqtf2,__netf2,__lttf2,__letf2,__gttf2,__getf2,__unordtf2
build/wasm/c.o build/wasm/compiler_rt.o: build/wasm/%.o: build/flags/musl src/web/symbols.py | $(SETUP)/wasm
	@mkdir -p $(@D)
	@printf '%s\n' include_dir=$(ZIG_LIB)/libc/include/riscv64-linux-musl sys_include_dir=$(ZIG_LIB)/libc/include/generic-musl \
		crt_dir=$(@D) msvc_lib_dir= kernel32_lib_dir= darwin_sdk_dir= cc_dir= >$(@:.o=.paths)
	$(Q)$(ZIG) build-obj -target wasm64-wasi -OReleaseSmall -lc --libc $(@:.o=.paths) $(ZIG_LIB)/$*.zig -femit-bin=$@
	$(if $(filter compiler_rt,$*),$(Q)$(PYTHON) src/web/symbols.py --hide $(WRONG_RT) $@)

# ---- The module --------------------------------------------------------------------------------------------------

define wasm_engine
build/$1/wasm/engine.o: $(WASM_ENGINE_C:%.c=build/$1/wasm/%.o) src/web/symbols.py
	$(Q)$(ZIG) wasm-ld -mwasm64 -r -o $$@ $$(filter %.o,$$^)
	$(Q)$(PYTHON) src/web/symbols.py --keep pageflow_engine_$1 $$@
endef
$(foreach c,$(CONFIGS),$(eval $(call wasm_engine,$c)))

# A stack of 1 MiB, as every command gets along with (src/tools/host.c), at the bottom: what runs over it stops the module.
# No more memory than 32 bits reach, but for the last page: so an address a little below zero is none either.
build/wasm/pageflow-64.wasm: $(patsubst %.c,build/front/wasm/%.o,$(WEB_C) $(WASM_FRONT_C)) $(CONFIGS:%=build/%/wasm/engine.o) \
	build/wasm/c.o build/wasm/compiler_rt.o build/wasm/libc.a
	$(call say,$@)
	$(Q)$(ZIG) wasm-ld -mwasm64 --strip-all --gc-sections --stack-first -z stack-size=1048576 --max-memory=4294901760 \
		--export=_start -o $@ $^

# Not every browser has a memory with 64-bit addresses. `long` keeps its 64 bits in this one, too.
build/front/wasm/pageflow.wasm: build/wasm/pageflow-64.wasm src/web/lower.py src/web/symbols.py
	$(Q)$(PYTHON) src/web/lower.py $< $@

wasm: build/front/wasm/pageflow.wasm
