# SPDX-License-Identifier: GPL-2.0-only
"""The pf- commands that show and save state: files of /proc, lists, zones, pages, what reclaim and compaction read."""

import os
import re
import shlex

import pf_machine
import pf_names
from pf_command import Command
from pf_machine import error
from pf_printers import amount
from pf_screen import HARD, clipped, reason, say, sentence, table, wrapped
from pf_target import on_kernel

import gdb

MOST_PFNS = 12
LONGEST_NAME = 200  # of a file
MOST_OF_A_REMARK = 180  # characters on the screen; the snapshot has all of it


def zone_names():
    return [pf_machine.label(zone) for zone in pf_machine.reader().facts()]


# ---- Files of /proc --------------------------------------------------------------------------------------------


class Proc(Command):
    def run(self, words, given):
        say(pf_machine.reader().proc(self.name.removeprefix('pf-')))


class Buddyinfo(Proc):
    """Free blocks of each zone by order, as /proc/buddyinfo has them.

    Usage: pf-buddyinfo

    Printed by the program's own proc_buddyinfo(); of a kernel, written from what
    is in its memory."""

    name = 'pf-buddyinfo'


class Zoneinfo(Proc):
    """Watermarks, counters and per-CPU lists of each zone, as in /proc/zoneinfo.

    Usage: pf-zoneinfo

    Printed by the program's own proc_zoneinfo(); of a kernel, written from what
    is in its memory."""

    name = 'pf-zoneinfo'


class Pagetypeinfo(Proc):
    """Free blocks and pageblocks by migratetype, as in /proc/pagetypeinfo.

    Usage: pf-pagetypeinfo

    Printed by the program's own proc_pagetypeinfo(); of a kernel, written from
    what is in its memory."""

    name = 'pf-pagetypeinfo'


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

    Empty lists are left out. pf-lists is the same command."""

    name = 'pf-freelist'
    options = {'z': 'a zone', 'o': 'an order', 'm': 'a migratetype', 'p': None}

    def run(self, words, given):
        reader = pf_machine.reader()
        reader.need()
        zones = reader.find_facts(given.get('z'))
        order = reader.find_order(given['o']) if 'o' in given else None
        kind = reader.type_names()[reader.find_type(given['m'])] if 'm' in given else None
        if 'p' in given and order and not reader.per_cpu_orders():
            error('pf-freelist: per-CPU lists hold single pages: -p goes with order 0 only')
        rows = [row for zone in zones for row in (shares(zone) if 'p' in given else blocks(zone))]
        rows = [row for row in rows if order in (None, row[2]) and kind in (None, row[3])]
        wide = max((len(row[1]) for row in rows), default=0)
        for zone, where, _order, name, found in rows:
            first = f'{zone:8} {where:{wide}}  {name:11} {len(found):5}  '
            say(wrapped(pfns(found), ' ' * len(first), first))
        if not rows:
            say('no free block on the lists asked for')

    def candidates(self, before):
        last = before[-1] if before else ''
        if last == '-z':
            return zone_names()
        if last == '-o':
            return [str(order) for order in range(pf_machine.reader().orders())]
        if last == '-m':
            return pf_machine.type_names()
        return ['-z', '-o', '-m', '-p']


def blocks(zone):
    """(zone, place, order, type, PFNs) of the buddy lists of a zone."""
    label = pf_machine.label(zone)
    return [(label, f'order {order:2}', order, kind, found) for (order, kind), found in zone.lists.items()]


def shares(zone):
    """The same of its per-CPU lists."""
    label = pf_machine.label(zone)
    return [
        (label, pf_machine.place(share.cpu, order), order, kind, found)
        for share in zone.cpus
        for (order, kind), found in share.lists.items()
    ]


class PageCommand(Command):
    """What a page is and where it is.

    Usage: pf-page PFN

    PFN is a number, an expression that gives one, or a struct page pointer."""

    name, words = 'pf-page', 99

    def run(self, words, given):
        if not words:
            error(f'pf-page needs a page; usage: {self.usage()}')
        pf_machine.need_machine()
        pfn = self.meant(' '.join(words))
        if not pf_machine.pages().valid(pfn):
            what = pf_machine.reader().what
            error(f'pf-page: this {what} has no memory at PFN {pfn:#x}; it has {pf_machine.spans()}')
        self.show(pf_machine.reader().page(pfn))

    @staticmethod
    def meant(line):
        """The PFN that an expression stands for."""
        pages, text = pf_machine.pages(), clipped(line)
        try:
            value = gdb.parse_and_eval(line)
        except gdb.error as problem:
            error(f"pf-page: '{text}': {reason(problem)}")
        kind = pf_machine.kind_of(value, f"pf-page: '{text}'")
        if kind.code == gdb.TYPE_CODE_PTR:
            if not pages.holds(int(value)):
                what = pf_machine.reader().what
                error(f"pf-page: '{text}' is {int(value):#x}: no struct page of this {what} is there")
            return pages.pfn(int(value))
        if kind.code not in pf_machine.INTEGERS:
            error(f"pf-page: '{text}' is neither a number nor a pointer to a page")
        return int(value)

    @staticmethod
    def show(page):
        rows = [
            ('PFN', f'{page.pfn:#x}, physical address {page.pfn << 12:#x}'),
            ('zone', page.zone),
            ('pageblock', f'{page.pageblock_type}, from PFN {page.pageblock:#x}'),
            ('state', page.state),
        ]
        if page.head != page.pfn:
            rows.append(('block', f'begins at PFN {page.head:#x}'))
        rows.append(('flags', '|'.join(page.flags) or 'none'))
        rows.append(('_refcount', page.refcount))
        say(table(rows))


# ---- Zones -----------------------------------------------------------------------------------------------------


class Watermark(Command):
    """Free pages of each zone, its marks, and what others must leave alone.

    Usage: pf-watermark [ZONE]

    A zone may serve a request when its free pages stay above the mark that counts
    plus the reserve for requests of that highest zone. `tour why` does the sum for
    the request at hand."""

    name, words = 'pf-watermark', 1

    def run(self, words, given):
        reader = pf_machine.reader()
        reader.need()
        names = kinds_of_zone()
        rows = [('zone', 'free', 'min', 'low', 'high', 'boost', 'level', 'reserve')]
        for zone in reader.find_facts(words[0] if words else None):
            marks = [mark + zone.boost for mark in zone.marks]
            reserve = '/'.join(map(str, zone.reserve[: len(names)]))
            rows.append((pf_machine.label(zone), zone.free, *marks, zone.boost, level(zone), reserve))
        say(table(rows, (1, 2, 3, 4, 5)))
        say(wrapped(f'reserve: what requests up to zone {"/".join(names)} leave alone besides', '  ', ''))

    def candidates(self, before):
        return [] if before else zone_names()


def kinds_of_zone():
    """DMA, DMA32, Normal ...: the zones a node can have, ascending."""
    kinds = sorted(pf_names.enumerators('zone_type').items())
    return [name[5:] for _value, name in kinds if name.startswith('ZONE_')]


def level(zone):
    """Where the free pages of a zone stand among its marks."""
    named = zip(('min', 'low', 'high'), zone.marks)
    return next((f'below {name}' for name, mark in named if zone.free <= mark + zone.boost), 'above high')


class ZoneCommand(Command):
    """A zone: its pages, marks and reserves, and how much is on its lists.

    Usage: pf-zone [ZONE]

    ZONE is a name: Normal; with several nodes Normal@1 for node 1's. Without it,
    every zone is shown."""

    name, words = 'pf-zone', 1

    def run(self, words, given):
        reader = pf_machine.reader()
        reader.need()
        for number, zone in enumerate(reader.find_facts(words[0] if words else None)):
            if number:
                say('')
            self.show(zone)

    @staticmethod
    def show(zone):
        say(f'zone {pf_machine.label(zone)}, number {zone.index} of node {zone.nid}')
        for name, text in zone_rows(zone):
            say(wrapped(text, ' ' * 14, f'  {name:10}  '))
        counts = counts_by_order(zone)
        if len(counts) > 1:
            say([f'  {line}' for line in table(counts, range(1, len(counts[0])))])

    def candidates(self, before):
        return [] if before else zone_names()


def zone_rows(zone):
    """What is said of a zone before its lists."""
    low, least, high = zone.marks[1], zone.marks[0], zone.marks[2]
    boost = f', boosted by {zone.boost} each' if zone.boost else ', no boost'
    reserve = [f'{kind} {pages}' for kind, pages in zip(kinds_of_zone(), zone.reserve) if pages]
    flags = [name for bit, name in pf_names.enumerators('zone_flags').items() if zone.flags >> bit & 1]
    yield 'span', f'PFN {zone.start:#x}-{zone.end - 1:#x}, {zone.spanned} pages'
    yield 'pages', f'present {zone.present}, managed {zone.managed}, free {zone.free}: {level(zone)}'
    yield 'marks', f'min {least}, low {low}, high {high}{boost}'
    yield 'reserve', f'left alone by requests up to {", ".join(reserve)}' if reserve else 'none'
    yield 'highatomic', f'{zone.reserved_highatomic} pages'
    if flags:
        yield 'flags', '|'.join(flags)
    for share in zone.cpus:
        yield f'cpu {share.cpu}', f'{share.count} pages on its lists; high {share.high}, batch {share.batch}'


def counts_by_order(zone):
    """Rows of a table: how many free blocks there are of each type and order."""
    orders = range(pf_machine.reader().orders())
    rows = [('free blocks', *orders)]
    for kind in pf_machine.type_names():
        counts = [len(zone.lists.get((order, kind), ())) for order in orders]
        if any(counts):
            rows.append((kind, *counts))
    return rows


class Pcp(Command):
    """The per-CPU lists: what each CPU keeps of a zone for itself.

    Usage: pf-pcp [ZONE]

    `high` is how many pages a CPU may keep before it gives some back, `batch` how
    many it fetches and gives back at a time. Lists of blocks above order 0 are
    shown where a kernel has them: 5.14 and later."""

    name, words = 'pf-pcp', 1

    def run(self, words, given):
        reader = pf_machine.reader()
        reader.need()
        for zone in reader.find_facts(words[0] if words else None):
            for share in zone.cpus:
                self.show(pf_machine.label(zone), share)

    @staticmethod
    def show(label, share):
        say(f'zone {label}, cpu {share.cpu}: {share.count} pages, high {share.high}, batch {share.batch}')
        for (order, kind), found in share.lists.items():
            first = f'  order {order:2}  {kind:11} {len(found):5}  '
            say(wrapped(pfns(found), ' ' * len(first), first))

    def candidates(self, before):
        return [] if before else zone_names()


# ---- Snapshots -------------------------------------------------------------------------------------------------


class Save(Command):
    """Write the whole state to a file that pageflow opens.

    Usage: pf-save FILE

    A snapshot as `save` of pageflow shell writes it, of this moment: zones, marks
    and reserves, every list in its order, types of pageblocks, counters. A file
    of that name is replaced. Of a kernel, what 5.8.18 has no place for is named."""

    name, words = 'pf-save', 1

    def run(self, words, given):
        if not words:
            error(f'pf-save: to which file? usage: {self.usage()}')
        reader = pf_machine.reader()
        reader.need()
        path = os.path.expanduser(words[0])
        refuse_place(path)
        left_out = reader.save(path)
        zones = reader.facts()
        free = [pages for zone in zones for pages in zone.lists.values()]
        names = ', '.join(map(pf_machine.label, zones))
        say(wrapped(f'{clipped(path, LONGEST_NAME)}: a snapshot of {amount(len(zones), "zone")} ({names})', '  ', ''))
        say(f'  {sum(zone.managed for zone in zones):9} pages managed, {sum(zone.free for zone in zones)} of them free')
        say(f'  {sum(map(len, free)):9} free blocks on {len(free)} lists')
        say(per_cpu_line(zones))
        for line in left_out:
            say(wrapped(clipped(line, MOST_OF_A_REMARK), '    ', '  - '))
        say(f'open it: pageflow explain GFP_KERNEL 0 --machine {shlex.quote(path)}')

    def complete(self, _text, _word):
        return gdb.COMPLETE_FILENAME


def per_cpu_line(zones):
    """How many pages on lists of CPUs a snapshot has; blocks above order 0 are in it as in use."""
    lists = [(order, len(found)) for zone in zones for share in zone.cpus for (order, _), found in share.lists.items()]
    blocks = sum(count << order for order, count in lists if order)
    named = f'; {amount(blocks, "page")} more in blocks, named below' if blocks else ''
    return f'  {sum(count for order, count in lists if not order):9} pages on per-CPU lists{named}'


def refuse_place(path):
    """An error when nothing can be written there."""
    folder, name = os.path.dirname(path) or '.', clipped(path, LONGEST_NAME)
    if path == '-':
        error("pf-save: name a file; '-' is none here")
    if not os.path.isdir(folder):
        error(f'pf-save: {name} cannot be written: there is no directory {clipped(folder, LONGEST_NAME)}')
    if os.path.isdir(path):
        error(f'pf-save: {name} is a directory: name a file in it')


# ---- What reclaim and compaction read --------------------------------------------------------------------------


def seen(command, line):
    """What the program shows to a command of `pageflow shell`."""
    if on_kernel():
        error(f'{command} shows our own program only: make gdb, without KERNEL')
    pf_machine.need_machine()
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
        say(seen('pf-lru', ' '.join(['lru', *(f'{self.words_of[letter]} {value}' for letter, value in given.items())])))

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
        if on_kernel():
            seen(self.name, 'scanners')
        pf_machine.need_machine()
        for zone in pf_machine.find_zones(words[0])[:1] if words and '@' not in words[0] else []:
            words = [zone['name'].string()]
        name, _at, nid = (words[0] if words else '').partition('@')
        say(seen('pf-scanners', ' '.join(['scanners', nid, name]).strip()))

    def candidates(self, before):
        return [] if before else zone_names()


COMMANDS = (
    Buddyinfo, Zoneinfo, Pagetypeinfo, Freelist, Pcp, ZoneCommand, Watermark, PageCommand, Save, Lru, Scanners,
)  # fmt: skip
ALIASES = {'pf-lists': 'pf-freelist'}
