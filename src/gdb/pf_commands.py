# SPDX-License-Identifier: GPL-2.0-only
"""The pf- commands: the machine's state in the form of the kernel's own files, and what happened to it."""

import re

import pf_chain
import pf_functions
import pf_history
import pf_machine
import pf_names
from pf_machine import error
from pf_screen import DIM, HARD, clipped, reason, say, sentence, styled, table, wrapped

import gdb

MOST_PFNS = 12


class Command(gdb.Command):
    """What the pf- commands have in common: words of the line, options, completion."""

    name = ''
    options = {}  # letter: what its value is; None for a switch
    words = 0  # words besides the options

    def __init__(self):
        super().__init__(self.name, gdb.COMMAND_USER)

    def usage(self):
        line = next(one for one in self.__doc__.split('\n') if 'Usage:' in one)
        return ' '.join(line.split('Usage:')[1].split())

    def invoke(self, argument, _from_tty):
        with pf_machine.one_line(self.name):
            self.take(argument)

    def take(self, argument):
        """Words and options of the line, and then the command itself."""
        given, words = {}, gdb.string_to_argv(argument)
        rest = []
        while words:
            word = words.pop(0)
            if re.fullmatch(r'-[A-Za-z]', word):
                letter = word[1]
                if letter not in self.options:
                    error(f"{self.name} has no option '{clipped(word)}'; usage: {self.usage()}")
                if self.options[letter] is None:
                    given[letter] = True
                elif not words:
                    error(f"{self.name}: '{word}' needs {self.options[letter]}; usage: {self.usage()}")
                else:
                    given[letter] = words.pop(0)
            else:
                rest.append(word)
        if len(rest) > self.words:
            error(f"{self.name}: unexpected '{clipped(rest[self.words])}'; usage: {self.usage()}")
        self.run(rest, given)

    def run(self, words, given):
        raise NotImplementedError

    def candidates(self, _before):
        """What may stand at the cursor, given the words before it."""
        return []

    def complete(self, text, word):
        before = text[: len(text) - len(word)] if word and text.endswith(word) else text
        try:
            return [one for one in self.candidates(before.split()) if one.startswith(word or '')]
        except (gdb.error, gdb.GdbError):
            return []


def zone_names():
    return [pf_machine.zone_name(zone) for zone in pf_machine.zones()]


# ---- Files of /proc --------------------------------------------------------------------------------------------


def printed(function):
    """What a printer of the program writes, as text."""
    pf_machine.world()
    printer = pf_machine.static(function)
    if printer is None:
        error(f"this program has no {function}() to call: start the debugger with 'make gdb'")
    return pf_machine.call('text_printed_by', printer).string().rstrip('\n')


class Proc(Command):
    function = ''

    def run(self, words, given):
        say(printed(self.function))


class Buddyinfo(Proc):
    """Free blocks of each zone by order, as /proc/buddyinfo has them.

    Usage: pf-buddyinfo

    Printed by the program's own proc_buddyinfo()."""

    name, function = 'pf-buddyinfo', 'proc_buddyinfo'


class Zoneinfo(Proc):
    """Watermarks, counters and per-CPU lists of each zone, as in /proc/zoneinfo.

    Usage: pf-zoneinfo

    Printed by the program's own proc_zoneinfo()."""

    name, function = 'pf-zoneinfo', 'proc_zoneinfo'


class Pagetypeinfo(Proc):
    """Free blocks and pageblocks by migratetype, as in /proc/pagetypeinfo.

    Usage: pf-pagetypeinfo

    Printed by the program's own proc_pagetypeinfo()."""

    name, function = 'pf-pagetypeinfo', 'proc_pagetypeinfo'


# ---- Lists and pages -------------------------------------------------------------------------------------------


def pfns(found):
    text = ' '.join(f'{pfn:#x}' for pfn in found[:MOST_PFNS])
    return text + (f' ...{HARD}{len(found) - MOST_PFNS}{HARD}more' if len(found) > MOST_PFNS else '')


class Freelist(Command):
    """The blocks on the free lists, in the order in which they are taken.

    Usage: pf-freelist [-z ZONE] [-o ORDER] [-m TYPE] [-p]

      -z ZONE    only this zone: Normal; with several nodes Normal@1 for node 1's
      -o ORDER   only blocks of 2^ORDER pages
      -m TYPE    only this migratetype: Movable, or MIGRATE_MOVABLE
      -p         the per-CPU lists instead of the buddy lists

    Empty lists are left out."""

    name = 'pf-freelist'
    options = {'z': 'a zone', 'o': 'an order', 'm': 'a migratetype', 'p': None}

    def run(self, words, given):
        pf_machine.world()
        zones = [pf_machine.zone_name(zone) for zone in pf_machine.find_zones(given.get('z'))]
        order = pf_machine.find_order(given['o']) if 'o' in given else None
        wanted = pf_machine.find_type(given['m']) if 'm' in given else None
        if 'p' in given and order:
            error('pf-freelist: per-CPU lists hold single pages: -p goes with order 0 only')
        types, shown = pf_machine.type_names(), False
        for (zone, place, number), found in pf_machine.free_lists().items():
            if zone not in zones or isinstance(place, str) != ('p' in given) or wanted not in (None, number):
                continue
            if order is not None and 'p' not in given and place != order:
                continue
            where = place if isinstance(place, str) else f'order {place:2}'
            first = f'{zone:8} {where}  {types[number]:11} {len(found):5}  '
            say(wrapped(pfns(found), ' ' * len(first), first))
            shown = True
        if not shown:
            say('no free block on the lists asked for')

    def candidates(self, before):
        last = before[-1] if before else ''
        if last == '-z':
            return zone_names()
        if last == '-o':
            return [str(order) for order in range(11)]
        if last == '-m':
            return pf_machine.type_names()
        return ['-z', '-o', '-m', '-p']


class PageCommand(Command):
    """What a page is and where it is.

    Usage: pf-page PFN

    PFN is a number, an expression that gives one, or a struct page pointer."""

    name, words = 'pf-page', 99

    def run(self, words, given):
        if not words:
            error(f'pf-page needs a page; usage: {self.usage()}')
        pf_machine.world()
        pages, line = pf_machine.PageMap(), ' '.join(words)
        text = clipped(line)
        try:
            value = gdb.parse_and_eval(line)
        except gdb.error as problem:
            error(f"pf-page: '{text}': {reason(problem)}")
        kind = pf_machine.kind_of(value, f"pf-page: '{text}'")
        if kind.code == gdb.TYPE_CODE_PTR:
            if not pages.holds(int(value)):
                error(f"pf-page: '{text}' is {int(value):#x}: no struct page of this machine is there")
            pfn = pages.pfn(int(value))
        elif kind.code in pf_machine.INTEGERS:
            pfn = int(value)
        else:
            error(f"pf-page: '{text}' is neither a number nor a pointer to a page")
        if not pages.valid(pfn):
            error(f'pf-page: this machine has no memory at PFN {pfn:#x}; it has {pages.spans()}')
        self.show(pages, pfn)

    @staticmethod
    def show(pages, pfn):
        page = pages.page(pfn)
        state, head = pf_machine.page_state(pfn)
        kind = pf_machine.type_names()[pf_machine.pageblock_type(pfn)]
        block = pfn & ~(pf_names.macro('pageblock_nr_pages') - 1)
        rows = [
            ('PFN', f'{pfn:#x}, physical address {pfn << 12:#x}'),
            ('zone', pf_machine.zone_name(pf_machine.zone_of(page))),
            ('pageblock', f'{kind}, from PFN {block:#x}'),
            ('state', state),
        ]
        if head != pfn:
            rows.append(('block', f'begins at PFN {head:#x}'))
        flags = int(page['flags']) & ((1 << max(pf_names.enumerators('pageflags'))) - 1)
        names = [name for bit, name in pf_names.enumerators('pageflags').items() if flags >> bit & 1]
        rows.append(('flags', '|'.join(names) or 'none'))
        rows.append(('_refcount', int(page['_refcount'])))
        say(table(rows))


class Watermark(Command):
    """Free pages of each zone, its marks, and what others must leave alone.

    Usage: pf-watermark [ZONE]

    A zone may serve a request when its free pages stay above the mark that counts
    plus the reserve for requests of that highest zone. `tour why` does the sum for
    the request at hand."""

    name, words = 'pf-watermark', 1

    def run(self, words, given):
        pf_machine.world()
        names = [name[5:] for value, name in sorted(pf_names.enumerators('zone_type').items()) if name[:5] == 'ZONE_']
        rows = [('zone', 'free', 'min', 'low', 'high', 'boost', 'level', 'reserve')]
        for zone in pf_machine.find_zones(words[0] if words else None):
            boost, free = int(zone['watermark_boost']), int(zone['vm_stat'][0])
            marks = [int(zone['_watermark'][index]) + boost for index in range(3)]
            below = [name for name, mark in zip(('min', 'low', 'high'), marks) if free <= mark]
            reserve = '/'.join(str(int(zone['lowmem_reserve'][index])) for index in range(len(names)))
            level = f'below {below[0]}' if below else 'above high'
            rows.append((pf_machine.zone_name(zone), free, *marks, boost, level, reserve))
        say(table(rows, (1, 2, 3, 4, 5)))
        say(wrapped(f'reserve: what requests up to zone {"/".join(names)} leave alone besides', '  ', ''))

    def candidates(self, before):
        return [] if before else zone_names()


# ---- What reclaim and compaction read --------------------------------------------------------------------------


def seen(line):
    """What the program shows to a command of `pageflow shell`."""
    pf_machine.world()
    plain = re.sub(r'[^\w /.:-]', '?', line, flags=re.ASCII)
    text = pf_machine.call('text_seen', gdb.parse_and_eval(f'"{plain}"')).string().rstrip('\n')
    return '\n'.join(sentence(one) if len(one) > 80 else one for one in text.split('\n'))


class Lru(Command):
    """The LRU lists, head first, as runs of PFNs; what CPUs have collected for them.

    Usage: pf-lru [-n NODE] [-l LIST] [-g GROUP] [-r RUNS]

      -n NODE    only this node
      -l LIST    only this list: inactive_anon, active_anon, inactive_file,
                 active_file, unevictable
      -g GROUP   only this memory cgroup: /job
      -r RUNS    so many runs of each list

    The letters behind a run say what its pages are; `lru` in pageflow shell shows
    the same."""

    name = 'pf-lru'
    options = {'n': 'a node', 'l': 'a list', 'g': 'a memory cgroup', 'r': 'a number of runs'}
    words_of = {'n': 'node', 'l': 'list', 'g': 'group', 'r': 'runs'}

    def run(self, words, given):
        say(seen(' '.join(['lru', *(f'{self.words_of[letter]} {value}' for letter, value in given.items())])))

    def candidates(self, before):
        last = before[-1] if before else ''
        if last == '-n':
            return [str(nid) for nid, _node in pf_machine.nodes()]
        if last == '-l':
            return [name[4:].lower() for name in pf_machine.enumerators('lru_list').values() if name[:4] == 'LRU_']
        return [] if last in ('-g', '-r') else ['-n', '-l', '-g', '-r']


class Scanners(Command):
    """Where the scanners of compaction go on, and which pageblocks they pass over.

    Usage: pf-scanners [ZONE]

    A strip has a character for each pageblock, and the scanners below it.
    `scanners` in pageflow shell shows the same."""

    name, words = 'pf-scanners', 1

    def run(self, words, given):
        pf_machine.world()
        for zone in pf_machine.find_zones(words[0])[:1] if words and '@' not in words[0] else []:
            words = [zone['name'].string()]
        name, _at, nid = (words[0] if words else '').partition('@')
        say(seen(' '.join(['scanners', nid, name]).strip()))

    def candidates(self, before):
        return [] if before else zone_names()


# ---- Masks -----------------------------------------------------------------------------------------------------


class GfpCommand(Command):
    """A gfp mask taken apart: its bits, and what they translate to.

    Usage: pf-gfp MASK

    MASK is names joined by bars (GFP_KERNEL|__GFP_ZERO, or KERNEL|ZERO), a number,
    or a variable of the program."""

    name, words = 'pf-gfp', 99

    def run(self, words, given):
        if not words:
            error(f'pf-gfp needs a mask; usage: {self.usage()}')
        text = ' '.join(words)
        value = pf_names.parse('gfp', text)
        every = pf_names.macro('__GFP_BITS_MASK')
        if value < 0 or value > every:
            error(f"pf-gfp: '{clipped(text)}' is {value:#x}: a mask has bits up to {every:#x} only")
        say(f'{value:#x} = {styled(pf_names.gfp(value), "1")}')
        for name, meaning in pf_names.documented('gfp.h', '__GFP_').items():
            bit = pf_names.macro(name)
            if value & bit:
                say(f'  {bit:#08x}  {name:22} {meaning}')
        self.consequences(value)

    @staticmethod
    def consequences(value):
        sleep = 'may sleep' if value & pf_names.macro('__GFP_DIRECT_RECLAIM') else 'must not sleep'
        wake = 'wakes kswapd' if value & pf_names.macro('__GFP_KSWAPD_RECLAIM') else 'does not wake kswapd'
        say(f'{sleep}, {wake}')
        if not pf_machine.running():
            say(styled('(zone and migratetype: once the program runs)', DIM))
            return
        zone = pf_machine.call('gfp_zone', value)
        kind = int(pf_machine.call('gfp_migratetype', value))
        say(f'zones up to {zone}, free lists of {pf_names.enum("migratetype", kind)}')
        if kind == pf_names.macro('GFP_MOVABLE_MASK') >> pf_names.macro('GFP_MOVABLE_SHIFT'):
            say('movable and reclaimable at once: refused for a single page')

    def candidates(self, _before):
        return [name for name in pf_names.macro_texts() if re.match(r'(__)?GFP_[A-Z0-9_]+$', name)]

    def complete(self, text, word):
        start = re.split(r'[|\s]', text)[-1]
        lead = word[: len(word) - len(start)] if word and word.endswith(start) else ''
        return [lead + one for one in self.candidates([]) if one.startswith(start)]


# ---- The path --------------------------------------------------------------------------------------------------


class PathCommand(Command):
    """The stages of the current backtrace, outermost first.

    Usage: pf-path"""

    name = 'pf-path'

    def run(self, words, given):
        pf_machine.need_program()
        rows = [
            (('=>' if frame == pf_chain.path()[-1][1] else '  '), stage.number, frame.name(), stage.short)
            for stage, frame in pf_chain.path()
        ]
        if not rows:
            error('the program is in no stage at the moment: `tour` goes on to the next request')
        say(table(rows))


class Events(Command):
    """The tracepoints that fired since the program last stopped, with their fields.

    Usage: pf-events

    Names and fields are the kernel's; the program itself prints them."""

    name = 'pf-events'

    def run(self, words, given):
        numbers = pf_history.events()
        if not numbers:
            say('no event since the last stop')
        for number in numbers:
            name, _colon, fields = pf_history.event_text(number).partition(': ')
            say(wrapped(fields, '    ', f'{name}: '))


class Diff(Command):
    """What changed on the free lists since the program last stopped.

    Usage: pf-diff

    '-' blocks that are gone from a list, '+' blocks that came to it; per-CPU lists
    are shown by their CPU."""

    name = 'pf-diff'

    def run(self, words, given):
        pf_machine.world()
        found = pf_history.difference()
        if found is None:
            say('this is the first stop: there is nothing to compare with')
            return
        types = pf_machine.type_names()
        for zone, place, number, before, after in found:
            where = place if isinstance(place, str) else f'order {place:2}'
            say(f'{zone:8} {where:8}  {types[number]:11} {len(before):5} -> {len(after)}')
            old, new = set(before), set(after)
            gone, come = [pfn for pfn in before if pfn not in new], [pfn for pfn in after if pfn not in old]
            for sign, some in (('-', gone), ('+', come)):
                if some:
                    say(wrapped(pfns(some), '      ', f'    {sign} '))
            if not gone and not come:
                say('    the same blocks in another order')
        if not found:
            say('no list changed since the last stop')


class Break(Command):
    """Set a breakpoint at the door of a stage.

    Usage: pf-break STAGE [if CONDITION]

    STAGE is a number (13), a stem (13-__alloc_pages_slowpath) or a function. A
    stage with several ways in gets a breakpoint at each; for a function that is
    not a door, at that function. The condition may ask $gfp(gfp_mask,
    "GFP_ATOMIC"), $alloc(alloc_flags, "ALLOC_HARDER"), $stage(13), $free("Normal")
    < 200: see `help function`."""

    name = 'pf-break'

    def take(self, argument):
        where, sign, condition = argument.partition(' if ')
        where = where.strip()
        if not where:
            error(f'pf-break needs a stage; usage: {self.usage()}')
        if len(where.split()) > 1:
            error(f"pf-break: '{clipped(where)}' is more than one stage; usage: {self.usage()}")
        if sign and not condition.strip():
            error("pf-break: there is no condition after 'if'")
        stage = pf_chain.find(where)
        named = where in stage.doors or not (where.isdigit() or where == stage.stem)
        for function in [where] if named else pf_chain.doors(stage):
            self.one(stage, function, condition.strip())

    @staticmethod
    def one(stage, function, condition):
        if condition:
            spec = f'break {function} if {condition}'
        else:
            spec = f'break {function}'
        try:
            gdb.execute(spec, to_string=True)
        except gdb.error as problem:
            error(f'pf-break: {function}: {reason(problem)}')
        number = max(one.number for one in gdb.breakpoints())
        only = f', if {condition}' if condition else ''
        say(f'breakpoint {number} at {function}, stage {stage.number}: {stage.short}{only}')

    def candidates(self, before):
        if before:
            return ['if'] if len(before) == 1 else []
        return [one for stage in pf_chain.STAGES for one in (stage.number, *stage.doors)]

    def complete(self, text, word):
        if ' if ' in text:
            return gdb.COMPLETE_EXPRESSION
        return super().complete(text, word)


COMMANDS = (
    Buddyinfo, Zoneinfo, Pagetypeinfo, Freelist, PageCommand, Watermark, Lru, Scanners, GfpCommand, PathCommand, Events, Diff, Break,
)  # fmt: skip


class Overview(Command):
    """The tour, the printers and the commands that Pageflow adds to gdb.

    Usage: pageflow

    Prints a line about each. `help tour` and `help pf-freelist` say more, Tab
    completes names and arguments. Values of the path are printed as what they
    mean: masks and flags by name, zones and pages by what they are. print/r shows
    any of them raw, print/x a flag as a number. Macros are known: print
    GFP_KERNEL, macro expand likely(page)."""

    name = 'pageflow'

    def run(self, _words, _given):
        rows = [(name, first_line(name)) for name in ['tour', *(f'tour {one}' for one in TOUR)]]
        rows += [(usage(command.__doc__), first_line(command.name)) for command in COMMANDS]
        names = [function.name for function in pf_functions.FUNCTIONS]
        rows += [(f'${name}()', first_line(f'function {name}')) for name in names]
        wide = max(len(name) for name, _text in rows if len(name) < 22) + 2
        for name, text in rows:
            if len(name) >= wide:
                say(name)
                name = ''
            say(wrapped(text, ' ' * wide, f'{name.ljust(wide)}'))


TOUR = ('next', 'into', 'out', 'to', 'why', 'map')


def usage(text):
    line = next(one for one in text.split('\n') if 'Usage:' in one)
    return ' '.join(line.split('Usage:')[1].split())


def first_line(name):
    """The first sentence of a command's help."""
    text = gdb.execute(f'help {name}', to_string=True).strip().split('\n')[0]
    return text.split('): ', 1)[1] if text.startswith('$') and '): ' in text else text


def install():
    for command in COMMANDS:
        command()
    Overview()
