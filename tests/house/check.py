#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The rules of the house that no compiler knows: `python3 tests/house/check.py [CHECK...]`.

stems       each stage has its source, chapter, tests and coverage page under one name
layers      a file calls its own layer or one to its right; headers include nothing of src/
spdx        every file names its licence
functions   none over 60 lines, the median of the stages at most 15
provenance  each function says which line of 5.8.18 it stands for, and every place named agrees with docs/kernel-map.tsv
configuration  options of the kernel, and numbers that follow from them, are as docs/configuration.rst has them
versions    statements about later kernels name a version
conditions  what docs/conditions.tsv says a condition is reached by is there

Prints what is wrong, one line each, and exits 1. `layers` reads the objects of `make build`.
"""

import collections
import pathlib
import re
import subprocess
import sys

import configuration as configuration_page
import source  # makes docs/_ext known
import statements

# ---- stems -------------------------------------------------------------------------------------------------------


def stems(root):
    """Each stem has its four places, each chapter and test file a stem, each part its stage."""
    names = {path.name for path in (root / "src/stages").glob("*.c")}
    doors = {name[:-2] for name in names if source.stem_of(name) == name[:-2]}
    for name in sorted(names):
        stem = source.stem_of(name)
        if stem is None:
            yield f"src/stages/{name}: a stage file is named NN-DOOR.c or NN-DOOR-PART.c"
        elif stem not in doors:
            yield f"src/stages/{name}: is a part of {stem}, but there is no src/stages/{stem}.c"
    pages = root / "build/coverage/html/src/stages"
    for stem in sorted(doors):
        for place in (root / f"docs/stages/{stem}.rst", root / f"tests/stages/{stem}.c"):
            if not place.exists():
                yield f"src/stages/{stem}.c: {place.relative_to(root)} is missing"
        if pages.is_dir() and not (pages / f"{stem}.c.gcov.html").exists():
            yield f"src/stages/{stem}.c: no coverage page; does any of it run in `make coverage`?"
    for place in sorted(root.glob("docs/continued/*.rst")):
        if place.stem.removesuffix("-continued") not in doors or not place.stem.endswith("-continued"):
            yield f"{place.relative_to(root)}: continues no chapter; a continuation is named NN-DOOR-continued.rst"
    for place in [*sorted(root.glob("docs/stages/[0-9]*.rst")), *sorted(root.glob("tests/stages/[0-9]*.c"))]:
        if f"{place.stem}.c" not in names or (place.suffix == ".rst" and place.stem not in doors):
            yield f"{place.relative_to(root)}: there is no src/stages/{place.stem}.c"


# ---- layers ------------------------------------------------------------------------------------------------------

# From left to right: a file may call its own layer or one to its right. CONTRIBUTING.md says the same.
LAYERS = (
    "gdb",
    "web",
    "tools",
    "failure",
    "library",
    "engine",
    "replay",
    "state",
    "life",
    "entry",
    "heart",
    "charge",
    "slow",
    "free",
    "fast",
    "world",
    "text",
)
STAGES = {
    "entry": range(1, 6),
    "heart": (6, 7),
    "charge": (19,),
    "slow": range(13, 19),
    "free": (20,),
    "fast": range(8, 13),
}
# Headers of a room that are not for every room to its left: who may include what of it.
INTERFACES = {("failure", "library"): ("pageflow.h",)}
BUILT = ("uma", "numa")  # each with what is compiled once, `front`


def layer_of(path):
    """The layer of a source file, given relative to the top; None when it is in none."""
    parts = pathlib.PurePath(path).parts
    if parts[:1] == ("include",):
        return "include"
    if len(parts) < 3 or parts[0] != "src":
        return None
    if parts[1] != "stages":
        return parts[1] if parts[1] in LAYERS else None
    number = re.match(r"\d\d", parts[2])
    return next((name for name, numbers in STAGES.items() if number and int(number[0]) in numbers), None)


def against_the_grain(caller, callee):
    return caller in LAYERS and callee in LAYERS and LAYERS.index(callee) < LAYERS.index(caller)


def symbols(objects):
    """{object: (symbols it defines, symbols it uses)}, global ones only."""
    table = {}
    for item in objects:
        said = subprocess.run(["nm", "-g", str(item)], capture_output=True, text=True, check=True).stdout
        defined, used = set(), set()
        for line in said.splitlines():
            kind, name = line.split()[-2:]
            (used if kind in "Uw" else defined).add(name)
        table[item] = defined, used
    return table


def objects(root, configuration):
    """{object: its source} of one configuration and of what is compiled once."""
    found = {}
    for part in (configuration, "front"):
        base = root / "build" / part / "O0"
        for item in sorted(base.glob("src/**/*.o")):
            source = item.relative_to(base).with_suffix(".c")
            if (root / source).exists():
                found[item] = source
    return found


def calls(root, configuration):
    """(caller, symbol, callee) for every use of one file's symbol in another."""
    sources = objects(root, configuration)
    table = symbols(sources)
    owner = {name: item for item, (defined, _) in table.items() for name in defined}
    for item, (_, used) in table.items():
        for name in sorted(used):
            if name in owner and owner[name] != item:
                yield str(sources[item]), name, str(sources[owner[name]])


def rooms(root):
    """Every source lies in a room that the order knows."""
    for path in sorted(root.glob("src/**/*.[ch]")):
        name = str(path.relative_to(root))
        if layer_of(name) is None and not name.endswith(".h"):
            yield f"{name}: lies in no room; the rooms are {' '.join(LAYERS)}"


def layers(root):
    """No call from right to left, in either configuration, and no header that reaches up."""
    yield from rooms(root)
    for configuration in BUILT:
        if not objects(root, configuration):
            yield f"build/{configuration}/O0: no objects; run `make build` first"
            continue
        for caller, name, callee in calls(root, configuration):
            if against_the_grain(layer_of(caller), layer_of(callee)):
                yield (
                    f"{caller}: uses {name} of {callee} ({configuration}): {layer_of(caller)} may not call "
                    f"{layer_of(callee)}; make it a hook (include/hooks.h)"
                )
    yield from includes(root)
    yield from imports(root)


def imports(root):
    """src/kernel reads a kernel for whoever asks: it knows no debugger, and one module of it knows drgn."""
    for path in sorted(root.glob("src/kernel/*.py")):
        for name in re.findall(r"^\s*(?:import|from)\s+(\w+)", path.read_text(), re.M):
            if name == "gdb" or name.startswith("pf_") or (name == "drgn" and path.name != "pk_drgn.py"):
                yield f"{path.relative_to(root)}: imports {name}: kernel may not know it; ask pk_memory.Memory"


def includes(root):
    """include/ includes only include/ and the C library; a room only itself and what lies to its right."""
    for path in [*sorted(root.glob("include/*.h")), *sorted(root.glob("src/**/*.[ch]"))]:
        name = str(path.relative_to(root))
        here = layer_of(name)
        room = pathlib.PurePath(name).parts[1] if name.startswith("src/") else here
        for wanted in re.findall(r'^\s*#\s*include\s+"([^"]+)"', path.read_text(), re.M):
            if not (root / "src" / wanted).exists():
                continue
            directory = wanted.split("/")[0]
            if here == "include":
                yield f'{name}: includes "{wanted}" of src/; headers in include/ stand on their own'
            elif (room, directory) in INTERFACES:
                yield f'{name}: includes "{wanted}": {room} knows {directory} by {" ".join(INTERFACES[room, directory])}'
            elif directory in LAYERS and against_the_grain(here, directory):
                yield f'{name}: includes "{wanted}": {here} may not know {directory}'
            elif directory == "stages" and here in ("world", "text"):
                yield f'{name}: includes "{wanted}": {"the world" if here == "world" else here} may not know the stages'


# ---- circles -----------------------------------------------------------------------------------------------------


def strong_components(graph):
    """The sets of nodes that reach each other, of more than one node (Tarjan's way)."""
    index, low, stack, inside, found = {}, {}, [], set(), []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        inside.add(node)
        for after in sorted(graph.get(node, ())):
            if after not in index:
                visit(after)
                low[node] = min(low[node], low[after])
            elif after in inside:
                low[node] = min(low[node], index[after])
        if low[node] == index[node]:
            component = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            inside.difference_update(component)
            if len(component) > 1:
                found.append(sorted(component))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def circles(root):
    """No files that call each other in a circle, but where the kernel does: among the stages."""
    for configuration in BUILT:
        graph = collections.defaultdict(set)
        for caller, _, callee in calls(root, configuration):
            graph[caller].add(callee)
        for component in strong_components(graph):
            if not all(file.startswith("src/stages/") for file in component):
                yield f"{' '.join(component)}: call each other in a circle ({configuration})"


# ---- sizes -------------------------------------------------------------------------------------------------------

LARGEST = 600
TABLES = ("src/failure/judge/masks.c", "src/state/records-fields.c")  # mostly tables: they may be as long as these are


def sizes(root):
    """No file of src/ over 600 lines."""
    for path in sorted(root.glob("src/**/*")):
        name = str(path.relative_to(root))
        if path.suffix in (".c", ".h", ".py") and name not in TABLES:
            lines = path.read_text().count("\n")
            if lines > LARGEST:
                yield f"{name}: has {lines} lines, at most {LARGEST} are allowed; split it where a reader would"


# ---- names -------------------------------------------------------------------------------------------------------

NOUNS = (
    "include",
    "src/world",
    "tests/world",
    "src/web/musl",
)  # named after the kernel's nouns, or as musl asks for them


def names(root):
    """C files are named with hyphens, but for stems and the kernel's nouns."""
    for path in sorted([*root.glob("src/**/*.[ch]"), *root.glob("tests/**/*.[ch]")]):
        name = path.relative_to(root)
        if "_" in path.stem and str(name.parent) not in NOUNS and not source.stem_of(path.with_suffix(".c").name):
            yield f"{name}: write {path.name.replace('_', '-')}: C files are named with hyphens"


# ---- spdx --------------------------------------------------------------------------------------------------------

LICENCE = re.compile(r"SPDX-License-Identifier\W+GPL-2\.0-only")
# Files that cannot say it: the licence itself, the bare version, recordings, pictures, captured kernel output. Fonts
# and what others wrote come with their own licence, which their directory names.
SILENT = re.compile(
    r"^(LICENSE|VERSION|.*\.(xz|png|ico|gz)|tests/samples/5\.8\.18-.*|docs/transcripts/.*\.txt|docs/_fonts/.*|docs/_vendor/.*)$"
)
WANTED = "SPDX-License-Identifier: GPL-2.0-only"
FOREIGN = re.compile(r"SPDX-License-Identifier\W+\S+")
HEAD = 1500  # characters within which the line must stand


def tracked_files(root):
    done = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split("\0") if name]


def spdx(root, names=None):
    """Every tracked file names its licence near its top; a foreign one may only sit under a licence note of its own."""
    for name in names if names is not None else tracked_files(root):
        path = root / name
        if SILENT.match(name) or not path.is_file():
            continue
        text = path.read_text(errors="replace")
        head = text[:HEAD]
        if LICENCE.search(head) or not text:
            continue
        if pathlib.Path(f"{path}.license").exists():
            continue
        said = FOREIGN.search(head)
        yield f"{name}: {'says ' + said[0] if said else 'no licence line'}; needed: {WANTED}"


# ---- functions ---------------------------------------------------------------------------------------------------

LONGEST = 60
MEDIAN = 15


def functions(root):
    """No function over 60 lines, and the stages' median at most 15."""
    files = source.c_files(root, "src") + sorted(str(p.relative_to(root)) for p in root.glob("include/*.h"))
    lengths = []
    for one in source.functions(root, files):
        if one.length > LONGEST:
            yield f"{one.file}:{one.first}: {one.name} has {one.length} lines, at most {LONGEST} are allowed"
        if one.file.startswith("src/stages/"):
            lengths.append(one.length)
    middle = source.median(lengths)
    if middle > MEDIAN:
        yield f"src/stages: the median function has {middle:g} lines, at most {MEDIAN} are allowed"


def report(root):
    """What is measured but not judged."""
    files = source.c_files(root, "src/stages")
    lengths = [one.length for one in source.functions(root, files)]
    text = "\n".join((root / name).read_text() for name in files)
    return (
        f"stages: {len(lengths)} functions, median {source.median(lengths):g} lines, "
        f"longest {max(lengths, default=0)}; {source.comment_ratio(text):.2f} lines of comment per line of code"
    )


# ---- provenance --------------------------------------------------------------------------------------------------

SOURCE_LINE = re.compile(r"[@\\]source\s+(?:(none)\s+\(ours:\s*\S|(\S+):(\d+))")
DOCUMENTED = ("src/stages", "src/world")  # what stands for lines of the kernel; the other rooms are ours
# A place of the kernel in the text of the book, with the name that stands before it: `gfp_zone` (``include/linux/gfp.h:443``)
PLACE_IN_TEXT = re.compile(
    r"(?:`+(\w+)(?:\(\))?`+[\s(,]*)?`*((?:arch|fs|include|init|kernel|lib|mm)/[\w./-]+\.[chS]):(\d+)"
)


def provenance(root):
    """Each function names its place in 5.8.18, the right one, or says that it is ours and why."""
    known = source.tree_facts.KernelMap(root)
    said = collections.defaultdict(dict)
    everything = source.c_files(root, "src") + sorted(str(path.relative_to(root)) for path in root.glob("include/*.h"))
    for one in source.functions(root, everything):
        where = f"{one.file}:{one.first}: {one.name}"
        found = SOURCE_LINE.findall(one.documentation)
        if not found and one.file.startswith(DOCUMENTED):
            yield f"{where}: no `@source FILE:LINE` or `@source none (ours: why)` in the block above it"
        for none, file, line in found:
            if not none:
                said[one.name].setdefault(where, set()).add((file, int(line)))
                objection = known.objection(one.name, file, int(line))
                if objection:
                    yield f"{where}: {objection}"
    yield from forms(known, said)
    yield from places_in_text(root, known)


def forms(known, said):
    """Where the kernel has a form for each configuration in one file, ours name them all."""
    for name, wheres in said.items():
        places = set().union(*wheres.values())
        here = {file for file, line in places if known.form(name, file, line)}
        for form in known.of(name):
            if form.file in here and (form.file, form.first) not in places:
                yield (
                    f"{next(iter(wheres))}: the kernel has a form at {form.file}:{form.first} too; "
                    "name it in a second @source"
                )


def places_in_text(root, known):
    """What the book and the notes for contributors say of the kernel's lines agrees with the map."""
    for path in [*sorted(root.glob("docs/**/*.rst")), *sorted(root.glob("*.md"))]:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for name, file, at in PLACE_IN_TEXT.findall(line):
                objection = known.objection(name, file, int(at))
                if objection and not (root / file).exists():  # include/ is a folder here too
                    yield f"{path.relative_to(root)}:{number}: {name or 'it'} {objection}"


# ---- configuration -----------------------------------------------------------------------------------------------


def configuration(root):
    """One configuration of the kernel, that of docs/configuration.rst."""
    yield from configuration_page.findings(root)


# ---- versions ----------------------------------------------------------------------------------------------------


def versions(root):
    """What a chapter or docs/later.rst says about later kernels names the version where it was seen."""
    pages = [*sorted(root.glob("docs/stages/*.rst")), *sorted(root.glob("docs/continued/*.rst"))]
    for path in [*pages, *root.glob("docs/later.rst")]:
        for line, sentence in statements.count(path.read_text(), "", path not in pages).undated:
            yield (
                f"{path.relative_to(root)}:{line}: no version: {sentence[:60]!r}; a statement about later kernels names "
                "the version where it was seen, or stands after one in its paragraph that does"
            )


# ---- conditions --------------------------------------------------------------------------------------------------


def conditions(root):
    """Each condition of the second reading is reached by a recording or a test that is there, or argued."""
    yield from source.conditions.findings(root)


# ------------------------------------------------------------------------------------------------------------------

CHECKS = {
    check.__name__: check
    for check in (
        stems,
        layers,
        circles,
        sizes,
        names,
        spdx,
        functions,
        provenance,
        configuration,
        versions,
        conditions,
    )
}


def main(names):
    root = pathlib.Path(__file__).resolve().parent.parent.parent
    unknown = [name for name in names if name not in CHECKS]
    if unknown:
        print(f"house: no check '{unknown[0]}'; checks: {' '.join(CHECKS)}", file=sys.stderr)
        return 2
    wrong = 0
    for name in names or CHECKS:
        for finding in CHECKS[name](root):
            print(f"{name}: {finding}")
            wrong += 1
    print(report(root))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
