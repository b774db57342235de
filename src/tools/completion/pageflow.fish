# SPDX-License-Identifier: GPL-2.0-only
# Completion of the pageflow command for fish. Whatever it offers, the command is asked for at that moment: commands, options and
# words by its --help, masks by `pageflow names gfp`.

# What the command says; nothing where there is none.
function __pageflow_ask
    set -l words (commandline -opc)
    type -q $words[1]; and $words[1] $argv 2>/dev/null </dev/null
end

# In lines that are wide enough for its tables.
function __pageflow_help
    set -lx COLUMNS 80
    __pageflow_ask $argv --help
end

# The words that a help text lists, with their meanings: the subcommands, or what a subcommand takes first.
function __pageflow_listed
    __pageflow_help $argv | string match -r '^  [a-z][a-z0-9-]* +[a-z].*' | string replace -r '^  ([a-z0-9-]+) +(.*)' '$1\t$2'
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

# A mask: the names, after the last sign.
function __pageflow_mask
    set -l before (string replace -r '[^|&~( ]*$' '' -- (commandline -ct))
    __pageflow_ask names gfp | string replace -r -- '^\S+ ' "$before"
end

complete -c pageflow -n 'test (count (commandline -opc)) = 1' -f -a '(__pageflow_listed)'
complete -c pageflow -n 'test (count (commandline -opc)) -gt 1; and string match -q -- "-*" (commandline -ct)' -f -a '(__pageflow_options)'
complete -c pageflow -n '__pageflow_is bench 0' -f -a '(__pageflow_listed bench)'
complete -c pageflow -n '__pageflow_is names 0' -f -a '(__pageflow_listed names)'
complete -c pageflow -n '__pageflow_is names 1; and contains gfp (commandline -opc)' -f -a '(__pageflow_mask)'
complete -c pageflow -n '__pageflow_is help 0' -f -a '(__pageflow_listed)'
complete -c pageflow -n '__pageflow_is explain 0' -f -a '(__pageflow_mask)'
complete -c pageflow -n '__pageflow_is explain 1' -f -a '(seq 0 10)'
complete -c pageflow -n '__pageflow_is replay' -f -a '(__fish_complete_suffix .xz; __fish_complete_suffix .trace; __fish_complete_suffix .boot)'
complete -c pageflow -n '__pageflow_is shell' -f -a '(__fish_complete_suffix .pf; __fish_complete_suffix .pf.xz)'
