#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/fuzz/run.sh [SECONDS [TARGET...]]: build the fuzzers with clang and run each, in both configurations.
# Without SECONDS, or with 0, each makes a number of runs of its own from the inputs in tests/fuzz/corpus alone, so that the same is run
# every time; with SECONDS it goes on so long, also from what it found earlier (build/fuzz/corpus). SEED=N draws other inputs; the
# seed is printed. Inputs that fail are kept in build/fuzz/found.

set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-0}
read -ra targets <<<"${*:2}"
[ ${#targets[@]} -gt 0 ] || targets=(replay operations failure ftrace scenario snapshot)
seed=${SEED:-5818}
jobs=${JOBS:-2}
sanitize=address,undefined
# --wrap: support/steps.c counts the steps in the place of a function of libFuzzer's that does nothing.
flags=(-std=c11 -D_GNU_SOURCE -g -O1 -fno-omit-frame-pointer -fno-strict-aliasing -fno-sanitize-recover=all
       "-fsanitize=fuzzer-no-link,$sanitize" -fsanitize-coverage=trace-pc
       -Wall -Wextra -Werror -Wno-unused-command-line-argument -DPAGEFLOW_PLAIN_TERMINAL
       -Itests/fuzz/shim -Itests/fuzz -Iinclude -Isrc -Itests/support '-DPAGEFLOW_VERSION="fuzz"')
sources=(src/{stages,world,life,state,replay,engine,text,library}/*.c src/failure/{.,judge,read}/*.c src/tools/{explain,kmem,shell}/*.c
	 src/tools/{host,language,meanings,options,output,say,snapshot}.c tests/support/{assertions,byhand,check-lists,observe}.c tests/fuzz/{.,support}/*.c)

# Most runs of a target when not told a time, and most bytes of an input.
declare -A runs=([replay]=1500 [operations]=6000 [failure]=700 [ftrace]=2500 [scenario]=120 [snapshot]=150)
declare -A most=([replay]=8192 [operations]=1536 [failure]=16384 [ftrace]=4096 [scenario]=4096 [snapshot]=65536)
# One configuration is in a fuzzer; the library is told that it is the other one as well.
declare -A other=([uma]=numa [numa]=uma)

compile() { # CONFIGURATION SOURCE: into build/fuzz, when source or any header is newer
	local object=build/fuzz/$1/${2%.c}.o config=() headers=(include src tests/support tests/fuzz/shim)
	[ "$1" = numa ] && config=(-DCONFIG_NUMA=1)
	case $2 in tests/fuzz/*) headers+=(tests/fuzz) ;; esac
	if [ "$object" -nt "$2" ] && [ "$object" -nt build/fuzz/flags ] &&
		[ -z "$(find "${headers[@]}" -name '*.h' -newer "$object" -print -quit)" ]; then
		return
	fi
	mkdir -p "${object%/*}"
	clang "${flags[@]}" "${config[@]}" -c -o "$object" "$2"
}

link() { # CONFIGURATION TARGET
	local source objects=()
	for source in "${sources[@]}"; do
		case $source in
		"tests/fuzz/./$2.c" | tests/fuzz/support/*) ;;
		tests/fuzz/*) continue ;;
		esac
		objects+=("build/fuzz/$1/${source%.c}.o")
	done
	clang -fsanitize=fuzzer,$sanitize -Wl,--wrap=__sanitizer_cov_trace_pc \
		"-Wl,--defsym=pageflow_engine_${other[$1]}=pageflow_engine_$1" -o "build/fuzz/$1-$2" "${objects[@]}" -llzma
}

fuzz() { # CONFIGURATION TARGET
	local name=$1-$2 options corpora
	# The time limit only ends what counts no steps.
	options=(-seed="$seed" -timeout=300 -rss_limit_mb=2048 -print_final_stats=0 -verbosity=0 -max_len="${most[$2]}"
		 "-artifact_prefix=build/fuzz/found/$name-")
	[ -f "tests/fuzz/$2.dict" ] && options+=("-dict=tests/fuzz/$2.dict")
	[ "$2" = replay ] && options+=(-only_ascii=1)
	# What it finds new goes into the first.
	if [ "$seconds" -gt 0 ]; then
		options+=(-max_total_time="$seconds")
		corpora=("build/fuzz/corpus/$name")
	else
		options+=(-runs="${runs[$2]}")
		corpora=("build/fuzz/fixed/$name")
		rm -rf "${corpora[0]}"
	fi
	mkdir -p build/fuzz/found "${corpora[0]}"
	[ -d "tests/fuzz/corpus/$2" ] && corpora+=("tests/fuzz/corpus/$2")
	[ "$2" = scenario ] && corpora+=(docs/scenarios)
	if ! "build/fuzz/$name" "${options[@]}" "${corpora[@]}" >"build/fuzz/$name.log" 2>&1; then
		grep -av '^0x\|^Base64' "build/fuzz/$name.log" | tail -n 60 >&2
		echo "fuzz: $1 $2: seed $seed: the input is kept in build/fuzz/found; run it again with build/fuzz/$name FILE" >&2
		return 1
	fi
	if [ "$seconds" -gt 0 ]; then
		echo "fuzz: $1 $2: seed $seed: nothing found in ${seconds}s"
	else
		echo "fuzz: $1 $2: seed $seed: nothing found in ${runs[$2]} runs"
	fi
}

# The lines of standard input, so many at once: each is a function and its arguments. 1 when any fails.
at_once() {
	local pids=() failed=0 line
	while read -ra line; do
		"${line[@]}" &
		pids+=($!)
		[ ${#pids[@]} -lt "$jobs" ] && continue
		wait "${pids[0]}" || failed=1
		pids=("${pids[@]:1}")
	done
	for line in "${pids[@]}"; do wait "$line" || failed=1; done
	return $failed
}

mkdir -p build/fuzz
[ "$(cat build/fuzz/flags 2>/dev/null)" = "${flags[*]}" ] || echo "${flags[*]}" >build/fuzz/flags
for configuration in uma numa; do printf "compile $configuration %s\n" "${sources[@]}"; done | at_once
for configuration in uma numa; do printf "link $configuration %s\n" "${targets[@]}"; done | at_once
for configuration in uma numa; do printf "fuzz $configuration %s\n" "${targets[@]}"; done | at_once
