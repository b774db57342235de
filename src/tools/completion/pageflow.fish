# SPDX-License-Identifier: GPL-2.0-only
# Completion of the pageflow command for fish. Commands and options are what the command's own --help lists.

set -g __pageflow_gfp GFP_ATOMIC GFP_KERNEL GFP_KERNEL_ACCOUNT GFP_NOWAIT GFP_NOIO GFP_NOFS GFP_USER GFP_DMA GFP_DMA32 \
    GFP_HIGHUSER GFP_HIGHUSER_MOVABLE GFP_TRANSHUGE_LIGHT GFP_TRANSHUGE __GFP_DMA __GFP_HIGHMEM __GFP_DMA32 __GFP_MOVABLE \
    __GFP_RECLAIMABLE __GFP_HIGH __GFP_IO __GFP_FS __GFP_ZERO __GFP_ATOMIC __GFP_DIRECT_RECLAIM __GFP_KSWAPD_RECLAIM \
    __GFP_RECLAIM __GFP_WRITE __GFP_NOWARN __GFP_RETRY_MAYFAIL __GFP_NOFAIL __GFP_NORETRY __GFP_MEMALLOC __GFP_COMP \
    __GFP_NOMEMALLOC __GFP_HARDWALL __GFP_THISNODE __GFP_ACCOUNT none

function __pageflow_help
    set -l words (commandline -opc)
    $words[1] $argv --help 2>/dev/null </dev/null
end

function __pageflow_commands
    __pageflow_help | string match -r '^  [a-z]+ +[a-z].*' | string replace -r '^  ([a-z]+) +(.*)' '$1\t$2'
end

function __pageflow_options
    set -l words (commandline -opc)
    __pageflow_help $words[2] | string match -r '^ +(?:-[a-z], )?--[a-z-]+.*' \
        | string replace -r '^ +(?:-[a-z], )?(--[a-z-]+)(?:\[=[A-Z]+\])?(?: [A-Z|-]+)?  +(.*)' '$1\t$2'
end

# Options whose value is a name of a file or something else, short ones too.
function __pageflow_valued
    set -l words (commandline -opc)
    __pageflow_help $words[2] | string match -r '^ +(?:-[a-z], )?--[a-z-]+ [A-Z|-]+ ' \
        | string replace -r '^ +(?:(-[a-z]), )?(--[a-z-]+) .*' '$1 $2' | string split -n ' '
end

# The number of the word that is typed, options and their values left out.
function __pageflow_number
    set -l words (commandline -opc)
    set -l valued (__pageflow_valued)
    set -l number 0
    set -l skip 0
    for word in $words[3..-1]
        if test $skip = 1
            set skip 0
        else if contains -- $word $valued
            set skip 1
        else if not string match -q -- '-*' $word
            set number (math $number + 1)
        end
    end
    echo $number
end

function __pageflow_wants_value
    set -l words (commandline -opc)
    test (count $words) -gt 2; and contains -- $words[-1] (__pageflow_valued)
end

function __pageflow_is
    set -l words (commandline -opc)
    test (count $words) -gt 1; and test $words[2] = $argv[1]; and not __pageflow_wants_value
    and begin
        test (count $argv) -lt 2; or test (__pageflow_number) = $argv[2]
    end
end

function __pageflow_rows
    printf '%s\n' pair-order(seq 0 10) bulk-alloc bulk-free bulk-free-random mixed stack empty bulk-empty mixed-empty
end

# A mask: the names, behind the last bar.
function __pageflow_mask
    set -l before (string replace -r '[^|]*$' '' -- (commandline -ct))
    printf '%s\n' $before$__pageflow_gfp
end

complete -c pageflow -n 'test (count (commandline -opc)) = 1' -f -a '(__pageflow_commands)'
complete -c pageflow -n 'test (count (commandline -opc)) -gt 1; and string match -q -- "-*" (commandline -ct)' -f -a '(__pageflow_options)'
complete -c pageflow -n '__pageflow_is bench 0' -f -a '(__pageflow_rows)'
complete -c pageflow -n '__pageflow_is explain 0' -f -a '(__pageflow_mask)'
complete -c pageflow -n '__pageflow_is explain 1' -f -a '(seq 0 10)'
complete -c pageflow -n '__pageflow_is replay' -f -a '(__fish_complete_suffix .xz; __fish_complete_suffix .trace; __fish_complete_suffix .boot)'
complete -c pageflow -n '__pageflow_is shell' -f -a '(__fish_complete_suffix .pf)'
