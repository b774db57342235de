#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/fuzz/run.sh [SECONDS] [TARGET]: build the fuzzers with clang and run each for a while, in both configurations.
# 2 seconds when not told. Inputs that fail are kept in build/fuzz/found; a corpus grown by earlier runs in build/fuzz/corpus is used again.

set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-2}
read -ra targets <<<"${2:-replay operations failure ftrace}"
sanitize=address,undefined
flags=(-std=c11 -D_GNU_SOURCE -g -O1 -fno-omit-frame-pointer -fno-strict-aliasing -fno-sanitize-recover=all
       -Wall -Wextra -Werror -Wno-unused-command-line-argument
       -Itests/fuzz/shim -Iinclude -Isrc -Itests/support '-DPAGEFLOW_VERSION="fuzz"')
sources=(src/{stages,world,life,state,replay,engine,text,library,failure}/*.c src/tools/{explain,kmem}/*.c
	 src/tools/{language,options,output,say,snapshot}.c tests/support/{byhand,check-lists,observe}.c tests/fuzz/*.c)

compile() { # CONFIGURATION SOURCE: into build/fuzz, when source or any header is newer
	local object=build/fuzz/$1/${2%.c}.o config=()
	[ "$1" = numa ] && config=(-DCONFIG_NUMA=1)
	if [ "$object" -nt "$2" ] && [ -z "$(find include src tests -name '*.h' -newer "$object" -print -quit)" ]; then
		return
	fi
	mkdir -p "${object%/*}"
	clang "${flags[@]}" -fsanitize=fuzzer-no-link,$sanitize "${config[@]}" -c -o "$object" "$2"
}

# One configuration is in a fuzzer; the library is told that it is the other one as well.
declare -A other=([uma]=numa [numa]=uma)
for configuration in uma numa; do
	running=0
	for source in "${sources[@]}"; do
		compile $configuration "$source" &
		running=$((running + 1))
		if [ $running -ge "${JOBS:-2}" ]; then
			wait -n
			running=$((running - 1))
		fi
	done
	while [ $running -gt 0 ]; do
		wait -n
		running=$((running - 1))
	done
	for target in "${targets[@]}"; do
		objects=()
		for source in "${sources[@]}"; do
			case $source in
			"tests/fuzz/$target.c") ;;
			tests/fuzz/*) continue ;;
			esac
			objects+=("build/fuzz/$configuration/${source%.c}.o")
		done
		clang -fsanitize=fuzzer,$sanitize \
			"-Wl,--defsym=pageflow_engine_${other[$configuration]}=pageflow_engine_$configuration" -o "build/fuzz/$configuration-$target" "${objects[@]}" -llzma
		mkdir -p build/fuzz/found "build/fuzz/corpus/$configuration-$target"
		options=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=0 -verbosity=0
			 "-artifact_prefix=build/fuzz/found/$configuration-$target-")
		[ "$target" = replay ] && options+=(-dict=tests/fuzz/replay.dict -max_len=8192 -only_ascii=1)
		[ "$target" = failure ] && options+=(-dict=tests/fuzz/failure.dict -max_len=16384)
		[ "$target" = ftrace ] && options+=(-dict=tests/fuzz/ftrace.dict -max_len=4096)
		[ "$target" = operations ] && options+=(-max_len=1536)
		corpora=("build/fuzz/corpus/$configuration-$target")
		[ -d "tests/fuzz/corpus/$target" ] && corpora+=("tests/fuzz/corpus/$target")
		if ! "build/fuzz/$configuration-$target" "${options[@]}" "${corpora[@]}" >build/fuzz/log 2>&1; then
			grep -av '^0x\|^Base64' build/fuzz/log | tail -n 40 >&2
			echo "fuzz: $configuration $target: the input is kept in build/fuzz/found; run it again with" \
				"build/fuzz/$configuration-$target FILE" >&2
			exit 1
		fi
		echo "fuzz: $configuration $target: nothing found in ${seconds}s"
	done
done
