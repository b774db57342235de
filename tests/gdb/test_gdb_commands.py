# SPDX-License-Identifier: GPL-2.0-only
"""Every pf- command on a known state, with good and with bad input."""

import re

NOT_RUNNING = "the program is not running: start it with 'run', or with 'tour'"


def test_pf_buddyinfo_prints_what_the_program_prints(gdb):
    said = gdb('pf-buddyinfo')
    rows = [f'Node 0, zone {zone:>8} {"     0 " * 10}{16:6} ' for zone in ('DMA', 'DMA32', 'Normal')]
    assert said.splitlines() == rows


def test_pf_buddyinfo_works_below_a_breakpoint_in_its_way(gdb):
    assert 'Node 0, zone   Normal' in gdb('break proc_buddyinfo; pf-buddyinfo')


def test_pf_zoneinfo_on_two_nodes(gdb):
    said = gdb('pf-zoneinfo', configuration='numa')
    assert re.search(
        r'^Node 1, zone   Normal\n(  per-node stats\n(      .*\n)*)?  pages free     16384', said, re.MULTILINE
    )
    assert 'high: ' in said and 'batch: ' in said


def test_pf_pagetypeinfo_counts_blocks_by_type(gdb):
    said = gdb('pf-pagetypeinfo')
    assert re.search(r'zone   Normal, type    Unmovable( +0){10} +1 *$', said, re.MULTILINE)
    assert re.search(r'^Node 0, zone   Normal +2 +30 +0', said, re.MULTILINE)


def test_pf_freelist_all(gdb):
    said = gdb('pf-freelist')
    assert [line.split()[:4] for line in said.splitlines() if line[0] != ' '] == [
        ['DMA', 'order', '10', 'Movable'],
        ['DMA32', 'order', '10', 'Movable'],
        ['Normal', 'order', '10', 'Unmovable'],
        ['Normal', 'order', '10', 'Movable'],
    ]


def test_pf_freelist_by_zone_order_and_type(gdb):
    assert gdb('pf-freelist -z normal -o 10 -m Unmovable').split() == [
        'Normal', 'order', '10', 'Unmovable', '1', '0x103c00',
    ]  # fmt: skip
    said = gdb('pf-freelist -z Normal@1 -m MIGRATE_MOVABLE', configuration='numa')
    assert said.startswith('Normal@1 order 10  Movable        16  0x143c00')


def test_pf_freelist_of_the_cpus(gdb):
    said = gdb('tour; tour out; pf-freelist -p')
    assert said.splitlines()[-1].split() == ['Normal', 'cpu', '0', 'Unmovable', '2', '0x103c01', '0x103c02']
    assert gdb('pf-freelist -p') == 'no free block on the lists asked for\n'


def test_pf_freelist_bad_input(answers):
    bad = [
        ('-z Foo', "there is no zone 'Foo': this machine has DMA, DMA32, Normal"),
        ('-z Normal@1', "there is no zone 'Normal@1': this machine has DMA, DMA32, Normal"),
        ('-o 11', "'11' is not an order: orders go from 0 to 10"),
        ('-o x', "'x' is not an order: orders go from 0 to 10"),
        ('-m Soft', "there is no migratetype 'Soft': there are Unmovable, Movable, Reclaimable, HighAtomic, CMA, Isolate"),
        ('-z', "pf-freelist: '-z' needs a zone; usage: pf-freelist [-z ZONE] [-o ORDER] [-m TYPE] [-p]"),
        ('-q', "pf-freelist has no option '-q'; usage: pf-freelist [-z ZONE] [-o ORDER] [-m TYPE] [-p]"),
        ('DMA', "pf-freelist: unexpected 'DMA'; usage: pf-freelist [-z ZONE] [-o ORDER] [-m TYPE] [-p]"),
        ('-p -o 3', 'pf-freelist: per-CPU lists hold single pages: -p goes with order 0 only'),
    ]  # fmt: skip
    said = answers([f'pf-freelist {words}' for words, _problem in bad])
    for (words, problem), answer in zip(bad, said):
        assert problem in answer, words


def test_pf_page_free_and_in_use(gdb):
    said = gdb('pf-page 0x100123')
    assert 'state      free, in a block of order 10' in said and 'block      begins at PFN 0x100000' in said
    said = gdb('tour; tour out; pf-page 0x103c00; pf-page 0x103c01; pf-page $page(0x103c03)')
    assert 'state      in use, 1 reference' in said
    assert 'state      free, on the Unmovable list of cpu 0' in said
    assert 'state      free, in a block of order 0' in said
    assert 'pageblock  Unmovable, from PFN 0x103c00' in said


def test_pf_page_bad_input(answers):
    bad = [
        ('', 'pf-page needs a page; usage: pf-page PFN'),
        ('3', 'pf-page: this machine has no memory at PFN 0x3; it has 0x40000-0x43fff, 0x80000-0x83fff, 0x100000-0x103fff'),
        ('nosuch', "pf-page: 'nosuch': No symbol \"nosuch\" in current context"),
        ('world', "no struct page of this machine is there"),
        ('*world', "pf-page: '*world' is neither a number nor a pointer to a page"),
    ]  # fmt: skip
    said = answers([f'pf-page {words}' for words, _problem in bad])
    for (words, problem), answer in zip(bad, said):
        assert problem in answer, words


def test_pf_watermark_levels(gdb):
    said = gdb('pf-watermark').splitlines()
    assert said[0].split() == ['zone', 'free', 'min', 'low', 'high', 'boost', 'level', 'reserve']
    assert said[3].split() == ['Normal', '16384', '147', '183', '219', '0', 'above', 'high', '0/0/0/0']
    assert 'below min' in gdb('pf-watermark Normal', scenario='atomic')
    assert gdb('pf-watermark Low') == "there is no zone 'Low': this machine has DMA, DMA32, Normal\n"


def test_pf_lru_and_pf_scanners(answers):
    commands = ['pf-lru', 'pf-lru -n 0 -l inactive_file -r 2', 'pf-lru -l x', 'pf-lru -n', 'pf-scanners']
    commands += ['pf-scanners Normal', 'pf-scanners Low']
    lru, one, wrong, short, scanners, normal, low = answers(commands)
    assert lru.startswith('node 0, group /\n  inactive_anon       0\n')
    assert one.splitlines()[1] == '  inactive_file       0' and 'active_anon' not in one
    assert wrong.startswith("expected 'lru [node N] [list NAME]")
    assert short.startswith("pf-lru: '-n' needs a node")
    assert 'node 0, zone DMA: 512 pageblocks\n' in scanners and f'{"_" * 64}\n  ...\n' in scanners
    assert normal.splitlines()[4] == f'  0x100000    {"." * 32}' and normal.count('pageblocks,') == 1
    assert low == "there is no zone 'Low': this machine has DMA, DMA32, Normal"


def test_pf_scanners_of_a_node(gdb):
    said = gdb('pf-scanners Normal@1; pf-lru -n 1', configuration='numa')
    assert 'node 1, zone Normal: 32 pageblocks' in said and 'node 0' not in said


def test_pf_gfp_names_and_numbers(answers):
    words = ['GFP_KERNEL|__GFP_ZERO', 'KERNEL|ZERO', '0xdc0', '0', 'gfp_mask', '__GFP_MOVABLE|__GFP_RECLAIMABLE']
    said, short, number, zero, variable, refused = answers([f'pf-gfp {one}' for one in words])
    assert said.startswith('0xdc0 = GFP_KERNEL|__GFP_ZERO\n')
    assert re.search(r'0x000100  __GFP_ZERO +hand out zeroed pages', said)
    assert said.endswith('may sleep, wakes kswapd\nzones up to ZONE_NORMAL, free lists of MIGRATE_UNMOVABLE')
    assert short == number == said
    assert zero.startswith('0x0 = none\nmust not sleep')
    assert variable.startswith('0xcc0 = GFP_KERNEL\n')
    assert 'refused' in refused


def test_pf_gfp_bad_input(answers):
    bad = [
        ('', 'pf-gfp needs a mask; usage: pf-gfp MASK'),
        ('FOO', "'FOO' is not a mask: No symbol \"FOO\" in current context"),
        ('0x800000', "pf-gfp: '0x800000' is 0x800000: a mask has bits up to 0x7fffff only"),
    ]  # fmt: skip
    said = answers([f'pf-gfp {words}' for words, _problem in bad])
    for (words, problem), answer in zip(bad, said):
        assert problem in answer, words


def test_pf_path_names_the_stages(gdb):
    said = gdb('tour; tour next; tour next; pf-path').splitlines()[-3:]
    assert said[0].split()[:2] == ['01', 'alloc_page'] and said[1].split()[:2] == ['02', 'alloc_pages']
    assert said[2].startswith('=>  03  alloc_pages_node')
    assert 'the program is in no stage at the moment' in gdb('tour; tour out; pf-path')
    assert gdb('pf-path x') == "pf-path: unexpected 'x'; usage: pf-path\n"


def test_pf_events_since_the_last_stop(gdb):
    said = gdb('tour; tour out; pf-events').splitlines()[-4:]
    assert [line.split(':')[0] for line in said] == ['mm_page_alloc_zone_locked'] * 3 + ['mm_page_alloc']
    assert said[3] == f'mm_page_alloc: pfn={0x103C00} order=0 gfp_flags=GFP_KERNEL migratetype=0'
    assert gdb('tour; step; pf-events').endswith('no event since the last stop\n')


def test_pf_diff_since_the_last_stop(gdb):
    assert gdb('pf-diff') == 'this is the first stop: there is nothing to compare with\n'
    assert gdb('step; pf-diff').endswith('no list changed since the last stop\n')
    said = gdb('tour; tour out; pf-diff')
    assert 'Normal   order 10  Unmovable       1 -> 0\n    - 0x103c00\n' in said
    assert 'Normal   order  9  Unmovable       0 -> 1\n    + 0x103e00\n' in said
    assert said.endswith('Normal   cpu 0     Unmovable       0 -> 2\n    + 0x103c01 0x103c02\n')


def test_pf_break_at_a_stage(gdb):
    said = gdb('pf-break 10; continue; bt 1')
    assert 'breakpoint 2 at rmqueue, stage 10: takes from the zone\n' in said
    assert '#0  rmqueue (preferred_zone=Normal, zone=Normal, order=0, gfp_flags=GFP_KERNEL' in said
    assert 'breakpoint 2 at __rmqueue, stage 11' in gdb('pf-break 11-__rmqueue')
    assert 'breakpoint 2 at find_suitable_fallback, stage 11' in gdb('pf-break find_suitable_fallback')


def test_pf_break_deep_in_the_slow_path_on_condition(gdb):
    said = gdb('pf-break rmqueue if $gfp(gfp_flags, "GFP_ATOMIC") && $stage(13); continue; bt', scenario='atomic')
    assert 'breakpoint 2 at rmqueue, stage 10: takes from the zone, if $gfp' in said
    assert re.search(
        r'#0  rmqueue \(.*gfp_flags=GFP_ATOMIC, alloc_flags=ALLOC_WMARK_MIN\|ALLOC_HARDER\|ALLOC_HIGH', said
    )
    assert '__alloc_pages_slowpath (gfp_mask=GFP_ATOMIC, order=0' in said


def test_pf_break_bad_input(answers):
    bad = [
        ('', 'pf-break needs a stage; usage: pf-break STAGE [if CONDITION]'),
        ('77', "there is no stage '77': give a number from 01 to 20, or a function"),
        ('main', "there is no stage 'main': give a number from 01 to 20, or a function"),
        ('10 11', "pf-break: '10 11' is more than one stage; usage: pf-break STAGE [if CONDITION]"),
        ('10 if nosuch', 'pf-break: rmqueue: No symbol "nosuch" in current context'),
    ]  # fmt: skip
    said = answers([f'pf-break {words}' for words, _problem in bad])
    for (words, problem), answer in zip(bad, said):
        assert problem in answer, words


def test_lists_by_either_name(answers):
    one, other = answers(['pf-freelist -z Normal', 'pf-lists -z Normal'])
    assert one == other and 'order 10  Movable' in one


def test_zone(answers):
    one, every, twice, wrong = answers(['pf-zone dma32', 'pf-zone', 'pf-zone DMA Normal', 'pf-zone Low'])
    lines = one.splitlines()
    assert lines[0] == 'zone DMA32, number 1 of node 0'
    assert lines[1].split() == ['span', 'PFN', '0x80000-0xfffff,', '524288', 'pages']
    assert '  pages       present 16384, managed 16384, free 16384: above high' in lines
    assert '  marks       min 147, low 183, high 219, no boost' in lines
    assert '  reserve     left alone by requests up to NORMAL 64, MOVABLE 64' in lines
    assert '  cpu 0       0 pages on its lists; high 18, batch 3' in lines
    assert lines[-1].split() == ['Movable', *['0'] * 10, '16']
    assert [line for line in every.splitlines() if line.startswith('zone ')] == [
        f'zone {name}, number {number} of node 0' for number, name in enumerate(('DMA', 'DMA32', 'Normal'))
    ]
    assert twice == "pf-zone: unexpected 'Normal'; usage: pf-zone [ZONE]"
    assert wrong == "there is no zone 'Low': this machine has DMA, DMA32, Normal"


def test_zone_of_several_nodes(gdb):
    assert gdb('pf-zone Normal@1', configuration='numa').startswith('zone Normal@1, number 2 of node 1\n')


def test_pcp_after_a_request(answers):
    before, *_tour, after = answers(['pf-pcp Normal', 'tour', 'tour out', 'pf-pcp Normal'])
    assert before == 'zone Normal, cpu 0: 0 pages, high 18, batch 3'
    assert after.splitlines() == [
        'zone Normal, cpu 0: 2 pages, high 18, batch 3',
        '  order  0  Unmovable       2  0x103c01 0x103c02',
    ]


def test_save_and_open(answers, pageflow, tmp_path):
    path = tmp_path / 'two words'
    said, marks = answers([f'pf-save "{path}"', 'pf-watermark Normal'], scenario='atomic')
    assert said.splitlines()[-1] == f"open it: pageflow explain GFP_KERNEL 0 --machine '{path}'"
    assert '49152 pages managed, 630 of them free' in said
    free = marks.splitlines()[1].split()[1]
    told = pageflow('explain', 'GFP_ATOMIC', '0', '--machine', path)
    assert re.search(rf'^Normal +{free} ', told.stdout, re.MULTILINE)


def test_save_says_what_is_wrong(answers, tmp_path):
    bad = [
        ('', 'pf-save: to which file? usage: pf-save FILE'),
        ('a b', "pf-save: unexpected 'b'; usage: pf-save FILE"),
        ('-', "pf-save: name a file; '-' is none here"),
        (str(tmp_path), f'pf-save: {tmp_path} is a directory: name a file in it'),
        (
            str(tmp_path / 'no' / 'x'),
            f'pf-save: {tmp_path}/no/x cannot be written: there is no directory {tmp_path}/no',
        ),
        ('/proc/x', 'pf-save: /proc/x cannot be '),
    ]
    said = answers([f'pf-save {words}' for words, _problem in bad])
    for (words, problem), answer in zip(bad, said):
        assert answer.startswith(problem) and '\n' not in answer, words
    assert not list(tmp_path.iterdir())


def test_without_a_running_program(answers):
    commands = [
        'pf-buddyinfo', 'pf-zoneinfo', 'pf-pagetypeinfo', 'pf-freelist', 'pf-page 1', 'pf-watermark', 'pf-path',
        'pf-zone', 'pf-pcp', 'pf-lists', 'pf-save nowhere',
        'pf-lru', 'pf-scanners', 'pf-events', 'pf-diff', 'tour next', 'tour into', 'tour out', 'tour why', 'print $zone("DMA")',
    ]  # fmt: skip
    said = answers(['kill', *commands])[1:]
    for command, answer in zip(commands, said):
        assert answer.endswith(NOT_RUNNING) and 'Traceback' not in answer, command


def test_every_command_has_help(answers):
    names = ['tour', *(f'tour {one}' for one in ('next', 'into', 'out', 'to', 'why', 'map')), 'pf-tui', 'pageflow']
    last = (
        'buddyinfo',
        'zoneinfo',
        'pagetypeinfo',
        'freelist',
        'page',
        'watermark',
        'zone',
        'pcp',
        'save',
        'lru',
        'scanners',
    )
    names += [f'pf-{one}' for one in (*last, 'gfp', 'path', 'events', 'diff', 'break')]
    for name, said in zip(names, answers([f'help {name}' for name in names])):
        assert f'Usage: {name}' in said, name
        assert max(map(len, said.splitlines())) < 80, 'gdb does not break the lines of a help text'
    names = ('gfp', 'alloc', 'stage', 'zone', 'free', 'pfn', 'page', 'path')
    for name, said in zip(names, answers([f'help function {name}' for name in names])):
        assert f'${name}(' in said, name


def test_overview_names_every_command(gdb):
    said = gdb('pageflow')
    for name in ('tour why', 'pf-freelist', 'pf-break', 'pf-save FILE', 'pf-lists', '$gfp()'):
        assert name in said
    assert re.search(r'^pf-freelist .*\n +The blocks on the free lists', said, re.MULTILINE)
    assert max(map(len, said.splitlines())) <= 80


def test_completion(answers):
    wanted = [
        ('pf-f', ['pf-freelist']),
        ('pf-freelist -z N', ['pf-freelist -z Normal']),
        ('pf-lis', ['pf-lists']),
        ('pf-lists -z N', ['pf-lists -z Normal']),
        ('pf-zone D', ['pf-zone DMA', 'pf-zone DMA32']),
        ('pf-freelist -m Un', ['pf-freelist -m Unmovable']),
        ('pf-lru -l un', ['pf-lru -l unevictable']),
        ('pf-scanners N', ['pf-scanners Normal']),
        ('pf-watermark D', ['pf-watermark DMA', 'pf-watermark DMA32']),
        ('pf-gfp GFP_KERN', ['pf-gfp GFP_KERNEL', 'pf-gfp GFP_KERNEL_ACCOUNT']),
        ('pf-gfp GFP_KERNEL|__GFP_ZE', ['pf-gfp GFP_KERNEL|__GFP_ZERO']),
        ('pf-break __rm', ['pf-break __rmqueue']),
        ('tour w', ['tour why']),
    ]
    said = answers([f'complete {typed}' for typed, _offered in wanted])
    for (typed, offered), answer in zip(wanted, said):
        assert answer.splitlines() == offered, typed


def test_convenience_functions(gdb):
    said = gdb(
        'print $gfp(gfp_mask, "GFP_KERNEL"); print $gfp(gfp_mask, "__GFP_ZERO"); print $stage(1); print $stage(13);'
        'print $free("Normal"); print $zone("DMA32"); print/x $pfn($page(0x100007)); print $path();'
        'print $page(1); print $zone("Lost"); print $gfp(gfp_mask, "GFP_LOST")'
    ).splitlines()
    assert [line.split(' = ')[1] for line in said[:8]] == ['1', '0', '1', '0', '16384', 'DMA32', '0x100007', '"01"']
    assert 'this machine has no memory at PFN 0x1' in said[8]
    assert "there is no zone 'Lost'" in said[9]
    assert "'GFP_LOST' is not a mask" in said[10]
    assert 'Traceback' not in '\n'.join(said)
