# SPDX-License-Identifier: GPL-2.0-only
# Completion of the pageflow command for bash. Commands and options are what the command's own --help lists.
# shellcheck shell=bash

_pageflow_gfp="GFP_ATOMIC GFP_KERNEL GFP_KERNEL_ACCOUNT GFP_NOWAIT GFP_NOIO GFP_NOFS GFP_USER GFP_DMA GFP_DMA32 GFP_HIGHUSER
GFP_HIGHUSER_MOVABLE GFP_TRANSHUGE_LIGHT GFP_TRANSHUGE __GFP_DMA __GFP_HIGHMEM __GFP_DMA32 __GFP_MOVABLE __GFP_RECLAIMABLE
__GFP_HIGH __GFP_IO __GFP_FS __GFP_ZERO __GFP_ATOMIC __GFP_DIRECT_RECLAIM __GFP_KSWAPD_RECLAIM __GFP_RECLAIM __GFP_WRITE
__GFP_NOWARN __GFP_RETRY_MAYFAIL __GFP_NOFAIL __GFP_NORETRY __GFP_MEMALLOC __GFP_COMP __GFP_NOMEMALLOC __GFP_HARDWALL
__GFP_THISNODE __GFP_ACCOUNT none"

# The subcommands, one a line.
_pageflow_commands() {
	"$1" --help 2>/dev/null </dev/null | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'
}

# The options of a subcommand, one a line, short ones too; what they take stands behind a blank.
_pageflow_options() {
	"$1" ${2:+"$2"} --help 2>/dev/null </dev/null |
		sed -n -e 's/\[=[A-Z]*\]/       /' \
			-e 's/^ *\(--[a-z-]*\( [A-Z|-][A-Z|-]*\)\{0,1\}\)  .*/\1/p' \
			-e 's/^ *\(-[a-z]\), \(--[a-z-]*\)\( [A-Z|-][A-Z|-]*\)\{0,1\}  .*/\1\3\n\2\3/p'
}

# Files with these endings, and folders; all files where there are none.
_pageflow_files() {
	local word=$1 ending
	shift
	for ending; do
		mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -X "!*$ending" -- "$word")
	done
	mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$word")
	[ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$word")
	compopt -o filenames 2>/dev/null
}

# A mask: the name behind the last bar; another may follow.
_pageflow_mask() {
	local before='' word=$1
	case $word in
	*'|'*) before=${word%|*}'|' word=${word##*|} ;;
	esac
	mapfile -t COMPREPLY < <(compgen -P "$before" -W "$_pageflow_gfp" -- "$word")
	compopt -o nospace 2>/dev/null
}

# What a command takes in front of or behind its options: $2 is the command, $3 the number of the word among these.
_pageflow_argument() {
	local word=$1
	case $2 in
	bench)
		[ "$3" -gt 0 ] || mapfile -t COMPREPLY < <(compgen -W "$(echo pair-order{0..10}) bulk-alloc bulk-free
			bulk-free-random mixed stack empty bulk-empty mixed-empty" -- "$word")
		;;
	replay) _pageflow_files "$word" .trace .trace.xz .boot .boot.xz ;;
	shell) _pageflow_files "$word" .pf ;;
	explain)
		case $3 in
		0) _pageflow_mask "$word" ;;
		1) mapfile -t COMPREPLY < <(compgen -W "$(echo {0..10})" -- "$word") ;;
		esac
		;;
	*) _pageflow_files "$word" ;;
	esac
}

_pageflow() {
	local word=$2 before=$3 command=${COMP_WORDS[1]} options option at number=0 takes_value
	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		options="$(_pageflow_commands "$1") $(_pageflow_options "$1" '' | grep -- --)"
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
		return
	fi
	options=$(_pageflow_options "$1" "$command")
	takes_value=" $(sed -n 's/^\([^ ]*\) .*/\1/p' <<<"$options" | tr '\n' ' ')"
	case $takes_value in
	*" $before "*)
		case $(sed -n "s/^$before //p" <<<"$options") in
		FILE*) _pageflow_files "$word" ;;
		DIR) mapfile -t COMPREPLY < <(compgen -d -- "$word") && compopt -o filenames 2>/dev/null ;;
		SPEC) mapfile -t COMPREPLY < <(compgen -W '256M 1G 4G 2x128M 2x1G' -- "$word") ;;
		esac
		return
		;;
	esac
	case $word in
	-*)
		mapfile -t COMPREPLY < <(compgen -W "$(sed -n 's/^\(--[a-z-]*\).*/\1/p' <<<"$options")" -- "$word")
		return
		;;
	esac
	for ((at = 2; at < COMP_CWORD; at++)); do
		option=${COMP_WORDS[at]}
		case $takes_value in
		*" $option "*) at=$((at + 1)) ;;
		*) [[ $option == -* ]] || number=$((number + 1)) ;;
		esac
	done
	_pageflow_argument "$word" "$command" "$number"
}

complete -F _pageflow pageflow
