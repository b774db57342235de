# SPDX-License-Identifier: GPL-2.0-only
# Completion of the commands pageflow and pageflow-drgn for bash. Whatever it offers, the command is asked for at that moment: commands, options and
# words by its --help, masks by `pageflow names gfp`.
# shellcheck shell=bash

# A help text, in lines that are wide enough for its tables.
_pageflow_help() {
	COLUMNS=80 "$@" --help 2>/dev/null </dev/null
}

# The words that a help text lists, one a line: the subcommands, or what a subcommand takes first.
_pageflow_listed() {
	_pageflow_help "$1" ${2:+"$2"} | sed -n 's/^  \([a-z][a-z0-9-]*\) .*/\1/p'
}

# The options of a subcommand, one a line, short ones too; what they take follows a blank.
_pageflow_options() {
	_pageflow_help "$1" ${2:+"$2"} |
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

# A mask: the name after the last sign; another may follow.
_pageflow_mask() {
	local word=${2##*[|&~( ]} before
	before=${2%"$word"}
	mapfile -t COMPREPLY < <(compgen -P "$before" -W "$("$1" names gfp 2>/dev/null </dev/null | cut -d ' ' -f 2)" -- "$word")
	compopt -o nospace 2>/dev/null
}

# What a subcommand takes before or after its options: $3 is the subcommand, $4 the number of the word among these.
_pageflow_argument() {
	local word=$2
	case $3 in
	names)
		case $4 in
		0) mapfile -t COMPREPLY < <(compgen -W "$(_pageflow_listed "$1" names)" -- "$word") ;;
		1) [ "${COMP_WORDS[COMP_CWORD - 1]}" != gfp ] || _pageflow_mask "$1" "$word" ;;
		esac
		;;
	help) [ "$4" -gt 0 ] || mapfile -t COMPREPLY < <(compgen -W "$(_pageflow_listed "$1")" -- "$word") ;;
	bench)
		[ "$4" -gt 0 ] || mapfile -t COMPREPLY < <(compgen -W "$(_pageflow_listed "$1" "$3")" -- "$word")
		;;
	replay) _pageflow_files "$word" .trace .trace.xz .boot .boot.xz ;;
	shell) _pageflow_files "$word" .pf .pf.xz ;;
	explain)
		case $4 in
		0) _pageflow_mask "$1" "$word" ;;
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
		options="$(_pageflow_listed "$1") $(_pageflow_options "$1" '' | grep -- --)"
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
	_pageflow_argument "$1" "$word" "$command" "$number"
}

complete -F _pageflow pageflow pageflow-drgn
