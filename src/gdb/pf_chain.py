# SPDX-License-Identifier: GPL-2.0-only
"""The chain of stages: the site's own table, the functions that are doors, and where a frame is in it."""

import difflib
import json
import pathlib
import re

import pf_kernel_path
import pf_screen
import pf_source
import pf_target

import gdb

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHAIN = ROOT / 'docs' / '_ext' / 'pageflow_book' / 'chain.json'

# A stage is named after its door. Some have more than one way in.
FURTHER_DOORS = {
    '01': ('__get_free_pages', '__get_free_page', 'get_zeroed_page', '__get_dma_pages', 'alloc_pages_exact'),
    '02': ('alloc_pages_vma', 'alloc_pages_current'),
    '09': ('zone_watermark_fast', 'zone_watermark_ok_safe'),
    '14': ('wakeup_kswapd',),
    '17': ('should_compact_retry',),
    '19': ('__memcg_kmem_uncharge_page',),
    '20': ('free_pages', 'free_unref_page_list'),
}

WHEN = {'fails': 'when the first attempt finds nothing', 'retry': 'again and again'}


class Stage:
    """One of the twenty stages."""

    def __init__(self, record, group):
        self.stem = record['stem']
        self.number, self.door = self.stem.split('-', 1)
        self.short, self.question, self.layer = record['short'], record['question'], record['layer']
        self.group = group
        self.doors = (self.door, *FURTHER_DOORS.get(self.number, ()))

    def __str__(self):
        return f'{self.number} {self.door}'


def _load():
    with CHAIN.open(encoding='utf-8') as file:
        table = json.load(file)
    group_of = {number: group['title'] for group in table['groups'] for number in group['stems']}
    stages = [Stage(record, group_of[record['stem'][:2]]) for record in table['stages']]
    return stages, table['edges']


STAGES, EDGES = _load()
BY_NUMBER = {stage.number: stage for stage in STAGES}
pf_kernel_path.doors.update({door: stage.number for stage in STAGES for door in stage.doors})


def configuration():
    """'numa' or 'uma': which of the two builds the program is."""
    return 'numa' if any(field.name == 'node' for field in gdb.lookup_type('struct zone').fields()) else 'uma'


def source(path):
    """A file of ours as this program was built from it: what only the other configuration has is empty."""
    text = pathlib.Path(path).read_text(encoding='utf-8')
    return pf_source.of_build(text, {'CONFIG_NUMA': configuration() == 'numa'})


def find(words):
    """The stage that a reader names: its number, its stem, its door, or any function in it."""
    text = words.strip()
    if re.fullmatch(r'\d{1,2}', text) and text.zfill(2) in BY_NUMBER:
        return BY_NUMBER[text.zfill(2)]
    for stage in STAGES:
        if text in (stage.stem, *stage.doors):
            return stage
    stage = of_function(text)
    if stage is None:
        raise gdb.GdbError(f"there is no stage '{pf_screen.clipped(text)}': {remedy(text)}")
    return stage


def of_function(name):
    """The stage that a function of the program belongs to, or None."""
    if pf_target.on_kernel():
        return BY_NUMBER.get(pf_kernel_path.stage_number(name)) if pf_kernel_path.exists(name) else None
    symbol = (gdb.lookup_static_symbol(name) or gdb.lookup_global_symbol(name)) if name else None
    return of_file(symbol.symtab.filename) if symbol is not None and symbol.symtab else None


def remedy(text):
    """What to type instead of something that is no stage."""
    stages = {door: stage for stage in STAGES for door in stage.doors}
    near = difflib.get_close_matches(text, stages, 1)
    if near:
        return f'did you mean {near[0]}, stage {stages[near[0]].number}?'
    return f'give a number from 01 to {STAGES[-1].number}, or a function; `tour map` lists the stages'


def of_file(filename):
    """The stage that a source file belongs to, or None."""
    match = re.search(r'src/stages/(\d\d)-[^/]*\.c$', filename or '')
    return BY_NUMBER.get(match[1]) if match else None


def of_frame(frame):
    """The stage that a frame is in, or None."""
    if frame is None or not frame.is_valid():
        return None
    if pf_target.on_kernel():
        return BY_NUMBER.get(pf_kernel_path.of_frame(frame))
    symtab = frame.find_sal().symtab
    return of_file(symtab.filename) if symtab else None


def frames(frame=None):
    """The frames from the newest (or the one given) outwards. Below a kernel's is the process that called it: it has no names."""
    frame = frame or gdb.newest_frame()
    while frame is not None and (frame.name() or not pf_target.on_kernel()):
        yield frame
        frame = frame.older()


def path(frame=None):
    """The stages of the backtrace, outermost first, each with its outermost frame: [(stage, frame)]."""
    steps = []
    for one in frames(frame):
        stage = of_frame(one)
        if stage is None:
            continue
        if steps and steps[-1][0] is stage:
            steps.pop()
        steps.append((stage, one))
    return steps[::-1]


def edges():
    """The edges of this configuration."""
    other = 'uma' if configuration() == 'numa' else 'numa'
    return [edge for edge in EDGES if edge['kind'] != other]


def onwards(stage):
    """Where the path goes from a stage: [(stage, when)]."""
    return [(BY_NUMBER[edge['to']], WHEN.get(edge['kind'], '')) for edge in edges() if edge['from'] == stage.number]


def callers(stage):
    """The stages that ask this one for something."""
    return [BY_NUMBER[edge['from']] for edge in edges() if edge['to'] == stage.number and edge['kind'] != 'gives']


def doors(stage):
    """The doors of a stage that this program has, under its names."""
    if pf_target.on_kernel():
        return list(dict.fromkeys(name for door in stage.doors for name in pf_kernel_path.door_names(door)))
    return [door for door in stage.doors if gdb.lookup_global_symbol(door) is not None]


def is_door(stage, name):
    """Is a function of this program a way into the stage?"""
    return name in (doors(stage) if pf_target.on_kernel() else stage.doors)


def here(stage):
    """The name of the stage's door in this program."""
    return (doors(stage) or [stage.door])[0] if pf_target.on_kernel() else stage.door
