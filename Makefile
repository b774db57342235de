# SPDX-License-Identifier: GPL-2.0-only
#
# Pageflow. `make help` lists what can be asked for.
#
# The rooms of src/ from stages to engine are compiled once per configuration (uma, numa) and once per flavour (O2 for
# use, O0 for stepping and testing, and so on): build/CONFIGURATION/FLAVOUR/ mirrors the tree. The other rooms, text,
# library, failure and tools, are compiled once per flavour: build/front/FLAVOUR/.

MAKEFLAGS += --no-builtin-rules --no-print-directory
# GNU make 4.3 does not show -j to the makefile: JOBS says how many commands run at once.
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(JOBS)
endif
SHELL := /bin/bash
.DELETE_ON_ERROR:
.SECONDARY:

# One make at a time works in this tree (.ci/tree.py says how), but for one that only says what it would do.
GOALS  := $(or $(MAKECMDGOALS),all)
FLAGS  := $(filter-out --%,$(firstword -$(MAKEFLAGS)))
ifeq ($(findstring n,$(FLAGS))$(findstring q,$(FLAGS))$(if $(filter-out help setup,$(GOALS)),,no),)
KEEPER := $(shell command -v python3 >/dev/null && exec python3 .ci/tree.py $$PPID $(filter clean distclean,$(GOALS)))
$(if $(filter stop,$(KEEPER)),$(error $(wordlist 2,999,$(KEEPER))))
endif
# Before a reader sits down at a prompt: others may work meanwhile.
give_back = $(if $(KEEPER),@python3 .ci/tree.py give-back $(KEEPER))

VERSION   := $(shell cat VERSION)
# docs/capi.rst says when the soname changes: with MAJOR, before 1.0 with MAJOR.MINOR.
SOVERSION := $(if $(filter 0.%,$(VERSION)),$(basename $(VERSION)),$(firstword $(subst ., ,$(VERSION))))
PREFIX    ?= /usr/local
LIBDIR    ?= $(PREFIX)/lib
# What the gates set (.ci/run): outside them, who tries a change may leave something unused.
WERROR    ?=
# Under the emulator optimised code takes half the time; arm64 at -O0 is for stepping.
FLAVOUR   ?= $(if $(filter arm64,$(ARCH)),arm64O2,O0)
T         ?=
DURATIONS ?= 0
V         ?=
Q         := $(if $(V),,@)
PYTHON    := python3
VENV      := .cache/venv
VPYTHON   := $(VENV)/bin/python

# ---- Sources ---------------------------------------------------------------------------------------------------

CONFIGS   := uma numa
room       = $(sort $(wildcard $(foreach r,$1,src/$r/*.c)))
ENGINE_C  := $(call room,stages world life state replay engine)
TEXT_C    := $(call room,text)
LIBRARY_C := $(call room,library)
FAILURE_C := $(call room,failure failure/*)
TOOLS_C   := $(call room,tools tools/*)
DRIVER_C  := $(call room,gdb)
FRONT_C   := $(TEXT_C) $(LIBRARY_C) $(FAILURE_C) $(TOOLS_C)
tests_of   = $(sort $(wildcard $(foreach r,$1,tests/$r/*.c)))
TESTS_C   := $(call tests_of,stages world life state replay engine)
API_C     := $(call tests_of,library text)
SUPPORT_C := $(call tests_of,support)
# Those of the house, of the debugger and of the command as WebAssembly ask nothing of a flavour: they run once.
PYTESTS    = tests/tools $(if $(filter O0,$(FLAVOUR)),tests/house tests/gdb tests/kernel $(if $(filter web,$(NEEDED)),tests/web))

# ---- Tests that are asked for ----------------------------------------------------------------------------------

# With T=NAME: the programs that hold such a test, `python` where one is a Python test, and `web` where one runs the command
# as WebAssembly, which is built and tested once.
ifneq ($(filter test test-programs,$(GOALS)),)
NEEDED := $(if $(T),$(shell $(PYTHON) tests/matching.py '$(subst ','\'',$(T))'),uma numa front python $(if $(filter O0,$(FLAVOUR)),web))
SCRIPTED := $(filter python web,$(NEEDED))
endif

# ---- Flags -----------------------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	    -Wpointer-arith -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wimplicit-fallthrough -Werror
COMMON   := -std=c11 -D_GNU_SOURCE -Iinclude -Isrc -fno-strict-aliasing -DPAGEFLOW_VERSION='"$(VERSION)"' $(WARNINGS)

# What a program is made of in every flavour; of `wasm`, one of its own (src/web/wasm.mk).
PROGRAMS := O2 O0 asan cov mcdc arm64 arm64O2 clang mutants
FLAVOURS := $(PROGRAMS) wasm
CC           ?= gcc
ifeq ($(origin CC),default)
CC           := gcc
endif
CROSS        := aarch64-linux-gnu-
SYSROOT      := .cache/arm64

CC_O2        := $(CC)
CC_O0        := $(CC)
CC_asan      := $(CC)
CC_cov       := $(CC)
CC_mcdc      := clang-19
CC_arm64     := $(CROSS)gcc
CC_arm64O2   := $(CROSS)gcc
CC_clang     := clang
CC_mutants   := $(CC)
CC_wasm       = $(ZIG) cc $(WASM_TARGET)

# The machine in focus is a variable of each thread; this model reads it in one instruction instead of by a call.
FLAGS_O2     := -O2 -g -fPIC -ftls-model=initial-exec -fvisibility=hidden -DPAGEFLOW_THREADS
FLAGS_O0     := -O0 -g3
FLAGS_asan   := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
FLAGS_cov    := -O0 -g -DPAGEFLOW_COVERAGE
FLAGS_mcdc   := -O1 -g -DPAGEFLOW_MCDC -Wno-parentheses-equality
FLAGS_arm64  := -O0 -g3 -DPAGEFLOW_PLAIN_TERMINAL -isystem $(SYSROOT)/usr/include
FLAGS_arm64O2 := -O2 -g -DPAGEFLOW_PLAIN_TERMINAL -isystem $(SYSROOT)/usr/include
FLAGS_clang  := -O1 -g -fPIC
FLAGS_mutants := -O1
# zig puts directories given with -isystem behind those of its own, so musl's headers are not told apart from ours.
FLAGS_wasm    = -Os -DPAGEFLOW_PLAIN_TERMINAL -Wno-undef $(INTERNALS) $(WASM_INCLUDE)

# What is unused is a warning only, but in the flavours in which the gates compile each source with either compiler.
STRICT       := clang $(if $(WERROR),asan arm64%)
UNUSED       := $(addprefix -Wno-error=unused-,parameter variable const-variable function but-set-variable \
		but-set-parameter value label)
$(foreach f,$(filter-out $(STRICT),$(FLAVOURS)),$(eval FLAGS_$f += $(UNUSED)))

# The path in use is optimised as a whole, so that cutting it into stages costs nothing. Only gcc can give back
# an ordinary object from that.
WHOLE_O2     := $(if $(findstring Free Software,$(shell $(CC) --version 2>/dev/null)),-flto=auto -finline-limit=400 \
		-fno-tree-vectorize -fno-tree-slp-vectorize)

# Only what is measured carries counters: the tests themselves do not. $1 configuration or `front`, $2 the source.
# Lines: those of the engines are found in a section of that name and written by the tests (tests/support/harness.c), those
# of the other rooms by gcc's own code at the end.
COUNT_cov     = --coverage -fprofile-update=single $(if $(filter front,$1),,-fprofile-info-section=pageflow_counters)
# Conditions that decided on their own, by clang: in the stages, the world, and what of the headers these and src/life use.
COUNT_mcdc    = $(if $(filter src/stages/% src/world/% src/life/%,$2),-fprofile-instr-generate -fcoverage-mapping -fcoverage-mcdc)
# Blocks of code that are entered, by what a change can make endless: tests/support/limit.c, which is in the tests anyway.
# What writes a line about each page only reads, and would enter more blocks than all the rest.
COUNTED_mutants = $(filter-out src/state/snapshot-pages-write.c,$(filter $(addprefix src/,$(addsuffix /%,stages world life state engine)),$1))
COUNT_mutants = $(if $(call COUNTED_mutants,$2),-fsanitize-coverage=trace-pc)
LIMIT_mutants := build/front/mutants/tests/support/limit.o

LINK_asan    := -fsanitize=address,undefined
LINK_cov     := --coverage
LINK_mcdc    := -fprofile-instr-generate
LINK_arm64   := -static -L$(SYSROOT)/usr/lib/aarch64-linux-gnu
LINK_arm64O2 := $(LINK_arm64)

# Tests let the host refuse memory: tests/support/failing.c stands in front of these (not of what the libraries call).
LINK_TESTS   := -Wl,--wrap=calloc,--wrap=realloc,--wrap=mmap,--wrap=open_memstream,--wrap=machine_new,--wrap=machine_free

LIBS          = $(if $(filter arm64%,$1),-llzma -lpthread,-llzma)
# The line editor of `pageflow shell`: where its header is at hand, the command uses it.
EDIT_LIBS     = $(if $(filter arm64%,$1),,$(shell pkg-config --silence-errors --libs libedit))
TEST_LIBS     = $(if $(filter arm64%,$1),-lcheck -lsubunit -lm -lrt -lpthread,$(shell pkg-config --libs check))
BINUTILS      = $(if $(filter arm64%,$1),$(CROSS))

FLAGS_uma    :=
FLAGS_numa   := -DCONFIG_NUMA=1

say = @echo "  $1" >&2

# ---- What a reader asks for ------------------------------------------------------------------------------------

.PHONY: all wasm mutants workshop exercises exercise lab setup build test test-kernel test-programs coverage site serve epub pdf gdb bench check warnings clean distclean \
	install help FORCE
.DEFAULT_GOAL := all

all:
	@.ci/setup build test coverage site wasm gdb
	@$(MAKE) build
	@$(MAKE) build/coverage/coverage.json
	@$(PYTHON) coverage/gate.py --tests --report-only
	@$(MAKE) site

help:
	@sed -n 's/^|//p' .ci/help.txt

setup:
	@.ci/setup build test coverage site wasm gdb

check:
	@.ci/run

# Losing build/ costs only time, but for what somebody has written in a lab.
clean:
	@set -- build/lab/*; if [ ! -e "$$1" ]; then \
		echo 'rm -rf build' && rm -rf build; \
	else \
		find build/ -mindepth 1 -maxdepth 1 ! -name lab -exec rm -rf {} + && \
		echo 'build/ is empty but for build/lab/, where labs are laid out; rm -r build/lab removes them'; \
	fi

distclean: clean
	rm -rf .cache

# ---- Set-up: one stamp a group; .ci/setup installs what is missing ---------------------------------------------

SETUP = .cache/stamps
$(SETUP)/%: .ci/setup
	@.ci/setup $*
$(SETUP)/test: tests/requirements.txt
$(SETUP)/site: docs/requirements.txt
$(SETUP)/wasm: src/web/requirements.txt

include src/web/wasm.mk

# ---- Objects ---------------------------------------------------------------------------------------------------
# A flavour's flags are kept in build/flags/FLAVOUR; its objects are compiled again when those change.

flags_of = $(CC_$1) $(COMMON) $(FLAGS_$1) $(WHOLE_$1) $(call COUNT_$1,uma,src/world/any.c)
define flags_rules
ifneq ($$(strip $$(file <build/flags/$1)),$$(strip $$(call flags_of,$1)))
build/flags/$1: FORCE
endif
build/flags/$1:
	@mkdir -p $$(@D)
	@echo "$$(subst ",\",$$(call flags_of,$1))" >$$@
endef

# Where a source does not compile, the programs made of it as it was go: none of them answers for a change that it does not have.
# $1 flavour, $2 `tests` where only those are made of it
withdraw = { rm -f build/*/$1/tests/program $(if $2,,build/*/$1/gdb-driver build/*/$1/pageflow \
		$(if $(filter O0 O2,$1),build/pageflow build/libpageflow.*)); exit 1; }

# $1 configuration or `front`, $2 flavour
define object_rules
build/$1/$2/%.o: %.c build/flags/$2 | $(SETUP)/$(call setup_of,$2)
	@mkdir -p $$(@D)
	$(Q)$$(CC_$2) $$(COMMON) $$(FLAGS_$2) $$(FLAGS_$1) $$(call COUNT_$2,$1,$$<) $(if $(filter front,$1),,$$(WHOLE_$2)) \
		-MMD -MP -c -o $$@ $$< || $(call withdraw,$2)
build/$1/$2/tests/%.o: tests/%.c build/flags/$2 | $(SETUP)/$(call setup_of,$2) $(SETUP)/test
	@mkdir -p $$(@D)
	$(Q)$$(CC_$2) $$(COMMON) $$(FLAGS_$2) $$(FLAGS_$1) -Itests/support -MMD -MP -c -o $$@ $$< || $(call withdraw,$2,tests)
# What tests are made with: of an archive, a program holds what it uses.
build/$1/$2/tests/support.a: $(SUPPORT_C:%.c=build/$1/$2/%.o)
	@rm -f $$@
	$(Q)$(call BINUTILS,$2)ar rcs $$@ $$^
endef
setup_of = $(or $(if $(filter arm64%,$1),arm64),$(filter mcdc wasm,$1),$(if $(filter clang,$1),ci),build)

# $1 configuration, $2 flavour: the engine with one visible symbol, the test program, the program for gdb
define config_rules
ENGINE_$1_$2 := $(ENGINE_C:%.c=build/$1/$2/%.o)
build/$1/$2/engine.o: $$(ENGINE_$1_$2)
	$(Q)$(if $(WHOLE_$2),$$(CC_$2) $$(FLAGS_$2) $(WHOLE_$2) -r -flinker-output=nolto-rel,$(call BINUTILS,$2)ld -r) -o $$@ $$^
	$(Q)$(call BINUTILS,$2)objcopy --keep-global-symbol=pageflow_engine_$1 $$@

PROGRAM_$1_$2 := $(TESTS_C:%.c=build/$1/$2/%.o) build/$1/$2/tests/support.a $$(ENGINE_$1_$2) build/front/$2/text.a
build/$1/$2/tests/program: $$(PROGRAM_$1_$2)
	$(call say,$$@)
	$(Q)$$(CC_$2) $$(LINK_$2) $(LINK_TESTS) -o $$@ $$^ $$(call TEST_LIBS,$2) $$(call LIBS,$2)

# With the shell, for scenarios in files. One engine only: a breakpoint must not be met twice.
build/$1/$2/gdb-driver: $(DRIVER_C:%.c=build/$1/$2/%.o) $$(ENGINE_$1_$2) \
	build/front/$2/tools.a $(LIBRARY_C:%.c=build/front/$2/%.o) build/front/$2/text.a
	$(call say,$$@)
	$(Q)$$(CC_$2) $$(LINK_$2) -Wl,--defsym=pageflow_engine_$(filter-out $1,$(CONFIGS))=pageflow_engine_$1 \
		-o $$@ $$^ $$(call LIBS,$2) $$(call EDIT_LIBS,$2)
endef

# $1 flavour: the command, and the tests of the public interface. Of an archive, a program holds what it uses.
define front_rules
build/front/$1/text.a: $(TEXT_C:%.c=build/front/$1/%.o)
build/front/$1/tools.a: $(TOOLS_C:%.c=build/front/$1/%.o)
build/front/$1/text.a build/front/$1/tools.a:
	@rm -f $$@
	$(Q)$(call BINUTILS,$1)ar rcs $$@ $$^

LIBRARY_$1 := $(LIBRARY_C:%.c=build/front/$1/%.o) $(CONFIGS:%=build/%/$1/engine.o) build/front/$1/text.a
build/front/$1/pageflow: $(TOOLS_C:%.c=build/front/$1/%.o) $(FAILURE_C:%.c=build/front/$1/%.o) $(LIMIT_$1) $$(LIBRARY_$1)
	$(call say,$$@)
	$(Q)$$(CC_$1) $$(LINK_$1) -o $$@ $$^ $$(call LIBS,$1) $$(call EDIT_LIBS,$1) || $(call withdraw,$1)

build/front/$1/tests/program: $(API_C:%.c=build/front/$1/%.o) build/front/$1/tests/support.a $$(LIBRARY_$1)
	$(call say,$$@)
	$(Q)$$(CC_$1) $$(LINK_$1) -o $$@ $$^ $$(call TEST_LIBS,$1) $$(call LIBS,$1)
endef

$(foreach f,$(FLAVOURS),$(eval $(call flags_rules,$f)))
$(foreach f,$(FLAVOURS),$(foreach c,$(CONFIGS) front,$(eval $(call object_rules,$c,$f))))
$(foreach f,$(PROGRAMS),$(foreach c,$(CONFIGS),$(eval $(call config_rules,$c,$f))))
$(foreach f,$(PROGRAMS),$(eval $(call front_rules,$f)))

# What the compilers noted of the headers that each source includes: of all flavours, unless one's programs are all that is asked for.
NOTES := $(filter build/uma/% build/numa/% build/front/%,$(wildcard build/*/$(if $(filter-out test,$(GOALS))$(SCRIPTED),*,$(FLAVOUR))))
ifneq ($(NOTES),)
-include $(shell find $(NOTES) -name '*.d')
endif

# ---- Build -----------------------------------------------------------------------------------------------------

LIB_SO := build/libpageflow.so.$(VERSION)
# What .ci/gdb preloads into a gdb that cannot set the registers of this machine's processor.
WHOLE_STATE := $(if $(filter x86_64,$(shell uname -m)),build/front/gdb/whole-state.so)

build: build/pageflow $(LIB_SO) build/libpageflow.a \
	$(CONFIGS:%=build/%/O0/gdb-driver) $(WHOLE_STATE) \
	$(foreach c,$(CONFIGS),$(ENGINE_C:%.c=build/$c/O0/%.o))

build/front/gdb/whole-state.so: src/gdb/host/whole-state.c | $(SETUP)/build
	@mkdir -p $(@D)
	$(Q)$(CC) $(WARNINGS) -O2 -fPIC -shared -o $@ $<

build/pageflow: build/front/O2/pageflow
	@cp $< $@

$(LIB_SO): $(LIBRARY_O2)
	$(call say,$@)
	$(Q)$(CC) -shared -Wl,-soname,libpageflow.so.$(SOVERSION) -Wl,--no-undefined -o $@ $^ -llzma
	@ln -sf $(@F) build/libpageflow.so.$(SOVERSION)
	@ln -sf libpageflow.so.$(SOVERSION) build/libpageflow.so

# One object, so that what is not the public interface does not meet the names of the program it is linked into.
build/libpageflow.a: $(LIBRARY_O2)
	$(call say,$@)
	@rm -f $@
	$(Q)ld -r -o build/libpageflow.o $^
	$(Q)objcopy --localize-hidden build/libpageflow.o
	$(Q)ar rcs $@ build/libpageflow.o

# Every source through the second compiler, warnings as errors, nothing linked.
warnings: $(foreach c,$(CONFIGS),$(ENGINE_C:%.c=build/$c/clang/%.o) $(patsubst %.c,build/$c/clang/%.o,$(TESTS_C) $(SUPPORT_C))) \
	$(FRONT_C:%.c=build/front/clang/%.o) $(API_C:%.c=build/front/clang/%.o) \
	$(foreach c,$(CONFIGS),$(DRIVER_C:%.c=build/$c/clang/%.o))

DEST = $(DESTDIR)$(PREFIX)
DESTLIB = $(DESTDIR)$(LIBDIR)
install: build
	install -d $(DEST)/bin $(DEST)/include $(DESTLIB)/pkgconfig
	install -m 755 build/pageflow $(DEST)/bin/
	install -d $(DEST)/share/pageflow/kernel
	install -m 755 src/kernel/pageflow-drgn $(DEST)/bin/
	install -m 644 src/kernel/pk_*.py $(DEST)/share/pageflow/kernel/
	install -m 644 VERSION $(DEST)/share/pageflow/
	install -m 644 include/pageflow.h $(DEST)/include/
	install -m 644 build/libpageflow.a $(DESTLIB)/
	install -m 755 $(LIB_SO) $(DESTLIB)/
	ln -sf libpageflow.so.$(VERSION) $(DESTLIB)/libpageflow.so.$(SOVERSION)
	ln -sf libpageflow.so.$(SOVERSION) $(DESTLIB)/libpageflow.so
	printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(LIBDIR)' 'includedir=$${prefix}/include' '' 'Name: pageflow' \
		'Description: the page allocation path of Linux 5.8.18 in user space' 'Version: $(VERSION)' \
		'Requires.private: liblzma' 'Libs: -L$${libdir} -lpageflow' 'Cflags: -I$${includedir}' \
		>$(DESTLIB)/pkgconfig/pageflow.pc
	install -d $(DEST)/share/man/man1 $(DEST)/share/bash-completion/completions \
		$(DEST)/share/zsh/site-functions $(DEST)/share/fish/vendor_completions.d
	$(PYTHON) docs/manpage.py build/pageflow >$(DEST)/share/man/man1/pageflow.1
	$(PYTHON) docs/manpage.py src/kernel/pageflow-drgn >$(DEST)/share/man/man1/pageflow-drgn.1
	install -m 644 src/tools/completion/pageflow.bash $(DEST)/share/bash-completion/completions/pageflow
	ln -sf pageflow $(DEST)/share/bash-completion/completions/pageflow-drgn
	install -m 644 src/tools/completion/_pageflow $(DEST)/share/zsh/site-functions/
	install -m 644 src/tools/completion/pageflow.fish $(DEST)/share/fish/vendor_completions.d/

# ---- Tests -----------------------------------------------------------------------------------------------------
# tests/run.py runs the test programs of one flavour and the Python tests and adds up.

# With T=NAME only what such tests need is built: NEEDED.
COMMAND = $(if $(filter O0,$(FLAVOUR)),build/pageflow,build/front/$(FLAVOUR)/pageflow)
test-programs: $(patsubst %,build/%/$(FLAVOUR)/tests/program,$(filter-out $(SCRIPTED),$(NEEDED))) \
	$(if $(SCRIPTED),$(COMMAND)) $(if $(filter python,$(NEEDED)),$(if $(filter O0,$(FLAVOUR)),build)) \
	$(if $(filter web,$(NEEDED)),wasm)

test: test-programs | $(if $(SCRIPTED),$(SETUP)/test $(SETUP)/gdb)
	@$(if $(SCRIPTED),$(VPYTHON),$(PYTHON)) tests/run.py --flavour $(FLAVOUR) --command $(COMMAND) \
		--filter='$(subst ','\'',$(T))' --durations $(DURATIONS) -- $(PYTESTS)

# Opt-in, in no gate: boots a real kernel and holds Pageflow's answers against what that one does. KERNEL as of `make gdb`; KEEP=1
# keeps the table for the book.
test-kernel: build/pageflow | $(SETUP)/test $(SETUP)/gdb
	$(give_back)
	@case '$(KERNEL)' in ''|debian*) .ci/kernel-fetch '$(or $(KERNEL),debian)' >/dev/null;; esac
	@.ci/setup kernel drgn
	@KERNEL='$(or $(KERNEL),debian)' KEEP='$(KEEP)' $(VPYTHON) tests/run.py --scripts --command build/pageflow \
		--filter='$(subst ','\'',$(T))' --durations $(DURATIONS) -- tests/kernel-live

# ---- The workshop: a copy of the sources with a change, in the flavour `mutants`, whose loops end (tests/workshop) --------

# How a file is compiled and a program linked; of the command, whose engine has one name that others see, in two steps.
define workshop_commands
compile $(CC_$2) $(COMMON) $(FLAGS_$2) $(FLAGS_$1)
counted $(call COUNTED_$2,$(ENGINE_C))
link $(CC_$2) $(LINK_$2) $(LINK_TESTS) $(PROGRAM_$1_$2) $(call TEST_LIBS,$2) $(call LIBS,$2)
engine ld -r $(ENGINE_$1_$2)
keep objcopy --keep-global-symbol=pageflow_engine_$1
endef
define workshop_commands_front
compile $(CC_$1) $(COMMON) $(FLAGS_$1)
link $(CC_$1) $(LINK_$1) $(patsubst %.c,build/front/$1/%.o,$(TOOLS_C) $(FAILURE_C)) $(LIMIT_$1) $(LIBRARY_$1) $(call LIBS,$1) $(call EDIT_LIBS,$1)
endef
build/workshop/commands/front-%: FORCE
	$(shell mkdir -p $(@D))$(file >$@,$(call workshop_commands_front,$*))
build/workshop/commands/%: FORCE
	$(shell mkdir -p $(@D))$(file >$@,$(call workshop_commands,$(firstword $(subst -, ,$*)),$(lastword $(subst -, ,$*))))

WORKSHOP := $(patsubst %,build/workshop/commands/%-mutants,$(CONFIGS) front) \
	$(CONFIGS:%=build/%/mutants/tests/program) build/front/mutants/pageflow
workshop: $(WORKSHOP)

# The exercises of the book that change code, each carried out in a copy; one of them for a reader.
exercises: workshop
	@$(PYTHON) tests/workshop/exercises.py $(if $(KEEP),--keep) $(E)
exercise: workshop
	@$(PYTHON) tests/workshop/exercises.py --show $(or $(E),$(error make exercise E=ID, as E=09-1))

# ---- Mutants: does a test notice when a line is changed? ---------------------------------------------------------

MUTANTS_IN := mutants asan
mutants: $(foreach f,$(MUTANTS_IN),$(foreach c,$(CONFIGS),build/workshop/commands/$c-$f build/$c/$f/tests/program)) \
	build/coverage/coverage.json | $(SETUP)/test
	@$(VPYTHON) tests/mutants/mutants.py $(if $(NUMBER),--number $(NUMBER) --together,--keep) $(STAGE:%=--stage %) $(SEED:%=--seed %)

# ---- Labs ------------------------------------------------------------------------------------------------------

lab: | $(SETUP)/test
	@$(VPYTHON) -m labs $(if $(L),'$(L)') $(if $(CHECK),--check) $(if $(AGAIN),--again)

# ---- Coverage --------------------------------------------------------------------------------------------------

build/coverage/counts.stamp: $(CONFIGS:%=build/%/cov/tests/program)
	@rm -rf build/coverage/counts
	@$(PYTHON) tests/run.py --flavour cov --counts build/coverage/counts >build/coverage.tests || true
	@mkdir -p $(@D) && mv build/coverage.tests build/coverage/tests.txt
	@touch $@

build/coverage/coverage.json: build/coverage/counts.stamp coverage/collect.py coverage/exclusions.tsv | $(SETUP)/coverage
	@$(PYTHON) coverage/collect.py

# What the tests run of text, library, failure and tools: measured by `make coverage`, not by `make`, and never judged.
build/coverage/front.json: build/front/cov/pageflow build/front/cov/tests/program coverage/front.py $(wildcard tests/tools/*.py) \
	| $(SETUP)/coverage $(SETUP)/test
	@mkdir -p $(@D)
	@$(VPYTHON) coverage/front.py

# Which conditions decided on their own: a measurement of its own, whose result is kept in coverage/measured/mcdc.json.
build/mcdc/tests.txt: $(CONFIGS:%=build/%/mcdc/tests/program)
	@rm -rf $(@D) && mkdir -p $(@D)
	@$(PYTHON) tests/run.py --flavour mcdc --profiles $(@D) >$@ || true

coverage: $(if $(MCDC),build/mcdc/tests.txt,build/coverage/coverage.json build/coverage/front.json)
	@$(PYTHON) coverage/$(if $(MCDC),mcdc.py,gate.py --tests)

# ---- Site ------------------------------------------------------------------------------------------------------

SITE_IN := Makefile index.rst $(shell find docs labs src include tests -type f -not -name '*.pyc' 2>/dev/null)
# Chapters show what these programs print.
SHOWN := build/pageflow build/libpageflow.a $(CONFIGS:%=build/%/O0/gdb-driver) $(WHOLE_STATE)
build/site/.stamp: $(SITE_IN) build/coverage/coverage.json $(SHOWN) build/front/wasm/pageflow.wasm | $(SETUP)/site $(SETUP)/gdb
	$(call say,build/site)
	@$(VPYTHON) docs/build.py >&2
	@touch $@

site: build/site/.stamp
	@echo 'site: build/site/index.html'

# The book in one file, from the same sources; not part of `make`.
epub pdf: build/coverage/coverage.json $(SHOWN) | $(SETUP)/site $(SETUP)/gdb
	@$(if $(filter pdf,$@),.ci/setup pdf)
	@$(VPYTHON) docs/build.py --$@ >&2
	@echo '$@: build/pageflow.$@'

serve: build/coverage/coverage.json $(SHOWN) build/front/wasm/pageflow.wasm | $(SETUP)/site $(SETUP)/gdb
	$(give_back)
	@$(VPYTHON) docs/build.py --serve

# ---- Debugger --------------------------------------------------------------------------------------------------

GDB_CONFIG  := $(if $(NUMA),numa,uma)
GDB_FLAVOUR := $(if $(filter arm64,$(ARCH)),arm64,O0)
ifneq ($(KERNEL),)
# A real kernel, and nothing of ours is built for it. MEMORY, CPUS, CMDLINE, QEMU and YES reach it through the environment.
gdb:
	$(give_back)
	@.ci/kernel '$(subst ','\'',$(KERNEL))' '$(subst ','\'',$(value B))'
else
gdb: build/$(GDB_CONFIG)/$(GDB_FLAVOUR)/gdb-driver $(WHOLE_STATE) | $(SETUP)/gdb $(if $(filter arm64,$(ARCH)),$(SETUP)/arm64)
	$(give_back)
	@.ci/gdb $< '$(S)' '$(subst ','\'',$(value B))'
endif

bench: build
	@$(PYTHON) tests/bench/bench.py
