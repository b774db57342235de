# SPDX-License-Identifier: GPL-2.0-only
"""The checks of the house find what they are for, on small trees that have it, and accept one that is right."""

import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import check  # noqa: E402

STAGE = """/* SPDX-License-Identifier: GPL-2.0-only */
int rmqueue(void);
/**
 * @brief Takes a block.
 * @source mm/page_alloc.c:3328
 */
int rmqueue(void)
{
	return 1;
}
"""


@pytest.fixture
def tree(tmp_path):
    """A tree of one stage in which nothing is wrong; gives a function that writes further files."""

    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    write("src/stages/10-rmqueue.c", STAGE)
    write("docs/stages/10-rmqueue.rst", "rmqueue\n")
    write("tests/stages/10-rmqueue.c", "\n")
    write(
        "docs/kernel-map.tsv",
        "name\tkind\tfile\tfirst_line\tlast_line\nrmqueue\tfunction\tmm/page_alloc.c\t3328\t3378\n",
    )
    write.root = tmp_path
    return write


def build(tree):
    """Compiles the tree's sources as `make build` would, for both configurations."""
    for configuration in ("uma", "numa"):
        for path in tree.root.glob("src/*/*.c"):
            item = tree.root / "build" / configuration / "O0" / path.relative_to(tree.root).with_suffix(".o")
            item.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["gcc", "-c", "-o", item, path], check=True)


def findings(name, tree, *rest):
    return list(check.CHECKS[name](tree.root, *rest))


def test_right_tree_has_no_findings(tree):
    build(tree)
    for name in ("stems", "layers", "functions", "provenance"):
        assert findings(name, tree) == []


@pytest.mark.parametrize("place", ["docs/stages/10-rmqueue.rst", "tests/stages/10-rmqueue.c"])
def test_stems_finds_missing_place(tree, place):
    (tree.root / place).unlink()
    assert findings("stems", tree) == [f"src/stages/10-rmqueue.c: {place} is missing"]


def test_stems_finds_missing_coverage_page(tree):
    tree("build/coverage/html/src/stages/11-__rmqueue.c.gcov.html", "")
    assert "no coverage page" in findings("stems", tree)[0]


def test_stems_finds_part_without_stage(tree):
    tree("src/stages/11-__rmqueue-expand.c", "")
    assert "is a part of 11-__rmqueue" in findings("stems", tree)[0]


def test_stems_accepts_part_of_stage(tree):
    tree("src/stages/10-rmqueue-pcp.c", "")
    assert findings("stems", tree) == []


def test_stems_finds_chapter_without_stage(tree):
    tree("docs/stages/12-prep_new_page.rst", "")
    assert findings("stems", tree) == ["docs/stages/12-prep_new_page.rst: there is no src/stages/12-prep_new_page.c"]


def test_stems_finds_continuation_without_chapter(tree):
    tree("docs/continued/10-rmqueue-continued.rst", "")
    assert findings("stems", tree) == []
    for name in ("10-rmqueue", "12-prep_new_page-continued"):
        tree(f"docs/continued/{name}.rst", "")
    assert [one.split(":")[0] for one in findings("stems", tree)] == [
        "docs/continued/10-rmqueue.rst",
        "docs/continued/12-prep_new_page-continued.rst",
    ]


def test_layers_finds_call_to_the_left(tree):
    tree("src/stages/06-__alloc_pages_nodemask.c", "int heart(void) { return 0; }\n")
    tree("src/stages/10-rmqueue.c", "int heart(void); int rmqueue(void) { return heart(); }\n")
    build(tree)
    found = findings("layers", tree)
    assert len(found) == 2  # once a configuration
    assert "fast may not call heart" in found[0]


def test_layers_accepts_call_to_the_right(tree):
    tree("src/stages/06-__alloc_pages_nodemask.c", "int rmqueue(void); int heart(void) { return rmqueue(); }\n")
    build(tree)
    assert findings("layers", tree) == []


def test_layers_finds_world_calling_stage(tree):
    tree("src/world/zones.c", "int rmqueue(void); int zones(void) { return rmqueue(); }\n")
    build(tree)
    assert "world may not call fast" in findings("layers", tree)[0]


def test_layers_finds_header_that_reaches_up(tree):
    tree("src/world/world.h", "")
    tree("include/page.h", '#include "world/world.h"\n')
    build(tree)
    assert findings("layers", tree) == [
        'include/page.h: includes "world/world.h" of src/; headers in include/ stand on their own'
    ]


def test_layers_finds_a_reader_of_kernels_that_knows_the_debugger(tree):
    tree("src/kernel/pk_state.py", "import pf_screen\nimport gdb\nimport pk_memory\n")
    tree("src/kernel/pk_drgn.py", "import drgn\n")
    build(tree)
    assert findings("layers", tree) == [
        f"src/kernel/pk_state.py: imports {name}: kernel may not know it; ask pk_memory.Memory"
        for name in ("pf_screen", "gdb")
    ]


def test_layers_wants_objects(tree):
    assert "run `make build` first" in findings("layers", tree)[0]


def test_layers_finds_source_in_no_room(tree):
    tree("src/attic/old.c", "")
    build(tree)
    assert "src/attic/old.c: lies in no room" in findings("layers", tree)[0]


def test_circles_finds_files_that_call_each_other(tree):
    tree("src/life/tasks.c", "int groups(void); int tasks(void) { return groups(); }\n")
    tree("src/life/groups.c", "int tasks(void); int groups(void) { return tasks(); }\n")
    build(tree)
    found = findings("circles", tree)
    assert found[0] == "src/life/groups.c src/life/tasks.c: call each other in a circle (uma)"
    assert len(found) == 2  # once a configuration


def test_circles_finds_the_long_way_round(tree):
    for name, called in ("one", "two"), ("two", "three"), ("three", "one"):
        tree(f"src/state/{name}.c", f"int {called}(void); int {name}(void) {{ return {called}(); }}\n")
    build(tree)
    assert findings("circles", tree)[0].startswith("src/state/one.c src/state/three.c src/state/two.c: call each other")


def test_circles_accepts_the_stages(tree):
    tree("src/stages/10-rmqueue.c", "int expand(void); int rmqueue(void) { return expand(); }\n")
    tree("src/stages/11-__rmqueue.c", "int rmqueue(void); int expand(void) { return rmqueue(); }\n")
    build(tree)
    assert findings("circles", tree) == []


def test_sizes_finds_long_file(tree):
    tree("src/gdb/tour.py", "\n" * 601)
    tree("src/life/tasks.c", "\n" * 600)
    assert findings("sizes", tree) == [
        "src/gdb/tour.py: has 601 lines, at most 600 are allowed; split it where a reader would"
    ]


def test_sizes_accepts_long_tables(tree):
    tree(check.TABLES[0], "\n" * 601)
    assert findings("sizes", tree) == []


@pytest.mark.parametrize("name", ["src/life/page_cache.c", "tests/support/by_hand.h"])
def test_names_finds_underscore(tree, name):
    tree(name, "")
    hyphens = pathlib.PurePath(name).name.replace("_", "-")
    assert findings("names", tree) == [f"{name}: write {hyphens}: C files are named with hyphens"]


def test_names_accepts_stems_and_nouns(tree):
    for name in (
        "src/stages/16-__alloc_pages_direct_compact-free_scanner.c",
        "include/page_cache.h",
        "src/world/free_lists.c",
    ):
        tree(name, "")
    assert findings("names", tree) == []


def test_stems_finds_tests_of_no_part(tree):
    tree("tests/stages/10-rmqueue-pcp.c", "")
    assert findings("stems", tree) == ["tests/stages/10-rmqueue-pcp.c: there is no src/stages/10-rmqueue-pcp.c"]
    tree("src/stages/10-rmqueue-pcp.c", "")
    assert findings("stems", tree) == []


def test_spdx_finds_missing_line(tree):
    tree("src/world/zones.c", "int zones;\n")
    assert "no licence line" in findings("spdx", tree, ["src/world/zones.c"])[0]
    assert findings("spdx", tree, ["src/stages/10-rmqueue.c"]) == []


def test_spdx_finds_other_licence(tree):
    tree("src/world/zones.c", "/* SPDX-License-Identifier: MIT */\n")
    assert "says SPDX-License-Identifier: MIT" in findings("spdx", tree, ["src/world/zones.c"])[0]


def test_functions_finds_long_one(tree):
    tree("src/world/zones.c", "int zones(void)\n{\n" + "\t;\n" * 57 + "\treturn 0;\n}\n")
    assert "zones has 61 lines" in findings("functions", tree)[0]


def test_functions_finds_high_median(tree):
    tree("src/stages/10-rmqueue.c", "int rmqueue(void)\n{\n" + "\t;\n" * 12 + "\treturn 0;\n}\n")
    assert "the median function has 16 lines" in findings("functions", tree)[0]


def test_provenance_finds_missing_line(tree):
    tree("src/stages/10-rmqueue.c", STAGE.replace("@source", "@see"))
    assert "no `@source FILE:LINE`" in findings("provenance", tree)[0]


def test_provenance_finds_undocumented_function(tree):
    tree("src/world/zones.c", "/** @source mm/mmzone.c:3 */\nint zones;\n\nint zone(void)\n{\n\treturn 0;\n}\n")
    assert "zone: no `@source" in findings("provenance", tree)[0]


def test_provenance_finds_wrong_line(tree):
    tree("src/stages/10-rmqueue.c", STAGE.replace("3328", "3329"))
    assert findings("provenance", tree)[0].endswith(
        "says mm/page_alloc.c:3329, docs/kernel-map.tsv says mm/page_alloc.c:3328"
    )


def test_provenance_wants_a_reason_for_ours(tree):
    tree("src/world/zones.c", "/** @source none */\nint zones(void)\n{\n\treturn 0;\n}\n")
    assert len(findings("provenance", tree)) == 1
    tree("src/world/zones.c", "/** @source none (ours: the world has zones) */\nint zones(void)\n{\n\treturn 0;\n}\n")
    assert findings("provenance", tree) == []


def test_provenance_reads_past_a_second_comment(tree):
    tree(
        "src/stages/10-rmqueue.c",
        STAGE.replace(" */\nint rmqueue", " */\n/* departs: it takes nothing. */\nint rmqueue"),
    )
    assert findings("provenance", tree) == []


MAP = "docs/kernel-map.tsv"


def known(tree, *rows):
    """Adds rows to the map of the kernel: "name kind file first last", without the last where it is not known."""
    path = tree.root / MAP
    path.write_text(path.read_text() + "".join("\t".join([*row.split(), "?"][:5]) + "\n" for row in rows))


def test_provenance_finds_a_wrong_second_definition(tree):
    other = STAGE[STAGE.index("/**") :].replace("mm/page_alloc.c:3328", "mm/mempolicy.c:1")
    tree("src/stages/10-rmqueue.c", STAGE + "#ifdef CONFIG_NUMA\n" + other + "#endif\n")
    assert findings("provenance", tree) == [
        "src/stages/10-rmqueue.c:16: rmqueue: says mm/mempolicy.c:1, docs/kernel-map.tsv says mm/page_alloc.c:3328"
    ]


def test_provenance_wants_the_first_line_of_a_name_that_the_kernel_has(tree):
    tree("src/stages/10-rmqueue.c", STAGE.replace("3328", "3340"))
    assert "says mm/page_alloc.c:3340, docs/kernel-map.tsv says" in findings("provenance", tree)[0]


def test_provenance_wants_every_form_of_a_name(tree):
    known(tree, "rmqueue inline mm/page_alloc.c 3400")
    assert findings("provenance", tree) == [
        "src/stages/10-rmqueue.c:7: rmqueue: the kernel has a form at mm/page_alloc.c:3400 too; name it in a second @source"
    ]
    tree("src/stages/10-rmqueue.c", STAGE.replace(":3328\n", ":3328\n * @source mm/page_alloc.c:3400\n"))
    assert findings("provenance", tree) == []


@pytest.mark.parametrize(("line", "wrong"), [(3328, 0), (3340, 0), (3378, 0), (3379, 1), (3400, 0), (3401, 1)])
def test_provenance_wants_a_part_to_be_a_part_of_something(tree, line, wrong):
    known(tree, "boost inline mm/page_alloc.c 3400")
    tree("src/world/zones.c", f"/** @source mm/page_alloc.c:{line} */\nint half(void)\n{{\n\treturn 0;\n}}\n")
    assert len(findings("provenance", tree)) == wrong
    assert not wrong or "where docs/kernel-map.tsv knows nothing" in findings("provenance", tree)[0]


def test_provenance_reads_headers(tree):
    tree("include/page.h", STAGE.replace("int rmqueue(void);\n", "").replace("3328", "3329"))
    assert findings("provenance", tree)[0].startswith("include/page.h:6: rmqueue: says mm/page_alloc.c:3329")


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("``rmqueue`` (``mm/page_alloc.c:3328``)", 0),
        ("``rmqueue`` (``mm/page_alloc.c:3329``)", 1),
        (":fn:`rmqueue`, mm/page_alloc.c:1", 1),
        ("see ``mm/page_alloc.c:3340``", 0),
        ("see ``mm/page_alloc.c:4000``", 1),
        ("ours is at ``include/page.h:3``", 0),
    ],
)
def test_provenance_reads_the_book(tree, words, wrong):
    tree("include/page.h", "")
    tree("docs/stages/10-rmqueue.rst", f"Words\n\n{words}\n")
    found = findings("provenance", tree)
    assert len(found) == wrong and (not wrong or found[0].startswith("docs/stages/10-rmqueue.rst:3: "))


REAL = """10  ``rmqueue``
===============

Real kernel
-----------

In 5.8.18
   It is one function. Nothing here needs a version.

Later
   {}

   .. list-table::
      :header-rows: 1

      * - Kernel
        - Name
      * - {}
        - ``rmqueue``

Departures
----------

Nothing here either.
"""


@pytest.mark.parametrize(
    ("words", "row", "wrong"),
    [
        ("In 6.0 it got a lock.", "since 6.3", None),
        ("Between 6.6 and 6.8 it changed. Its name stayed.", "6.3", None),
        ("**A move.** In 6.0 it moved.", "6.3", None),
        ("Newer kernels were not compared.", "6.3", None),
        ("It got a lock. That was in 6.0.", "6.3", "docs/stages/10-rmqueue.rst:11: no version: 'It got a lock.'"),
        ("It has a lock where 5.8 has none.", "6.3", "It has a lock"),
        ("In 6.0 it got a lock.\n\n   It has two lists.", "6.3", "rst:13: no version: 'It has two lists.'"),
        ("In 6.0 it got a lock.", "newer", "rst:18: no version"),
    ],
)
def test_versions_finds_what_has_none(tree, words, row, wrong):
    tree("docs/stages/10-rmqueue.rst", REAL.format(words, row))
    found = findings("versions", tree)
    assert len(found) == bool(wrong) and (not wrong or wrong in found[0])


def test_versions_reads_the_page_on_later_kernels(tree):
    text = (
        "Later\n=====\n\nWords.\n\nWhat\n----\n\n6.0\n   A lock. Two lists.\n\nIn all from 6.0 on:\n\n* Three marks.\n"
    )
    tree("docs/later.rst", text)
    assert findings("versions", tree) == []
    tree("docs/later.rst", text.replace("In all from 6.0 on:", "In all of them:"))
    assert [one.split("; ")[0] for one in findings("versions", tree)] == [
        "docs/later.rst:12: no version: 'In all of them:'",
        "docs/later.rst:14: no version: 'Three marks.'",
    ]


ROW = "10 rmqueue\tThe list is empty.\t{}\n"


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        (ROW.format("uma96-order0-10"), None),
        (ROW.format("rmqueue_takes_first; test_takes_first; uma96-order0-10"), None),
        (ROW.format("argued: it never is, with `CONFIG_X`; nor without"), "'nor without' is no recording"),
        (ROW.format("argued: it never is, with `CONFIG_X`"), None),
        (ROW.format("uma96-order0-11"), "there is no recording tests/traces/uma96-order0-11.trace.xz"),
        (ROW.format("rmqueue_takes_last"), "there is no test rmqueue_takes_last"),
        (ROW.format("of course"), "'of course' is no recording, no test, and does not begin with 'argued: '"),
        ("rmqueue\tThe list is empty.\tuma96-order0-10\n", "the number of a stage, a blank, and what it is about"),
        ("10 rmqueue\tThe list is empty.\n", "three fields, separated by tabs"),
        ("10 rmqueue\tThe list is empty.\t\n", "three fields, separated by tabs"),
    ],
)
def test_conditions_finds_what_is_not_there(tree, row, wrong):
    tree("tests/stages/10-rmqueue.c", 'TEST(rmqueue_takes_first, "10-1")\n{\n}\n')
    tree("tests/tools/test_rmqueue.py", "def test_takes_first():\n    pass\n")
    tree("tests/traces/uma96-order0-10.trace.xz", "")
    assert findings("conditions", tree) == []
    tree("docs/conditions.tsv", "# SPDX-License-Identifier: GPL-2.0-only\nabout\tcondition\treached by\n" + row)
    found = findings("conditions", tree)
    assert len(found) == bool(wrong)
    assert not wrong or (found[0].startswith("docs/conditions.tsv:3: ") and wrong in found[0])
    read = check.source.conditions.read(tree.root)
    assert len(read) == (not wrong or wrong.startswith("there is no"))
    assert not read or read[0][1:4] == ("10", "rmqueue", "The list is empty.")


def test_statements_are_counted(tree):
    text = "Title\n=====\n\nOne thing [10-1]. Another\none [10-1] [10-2]; and more. (A third.)\n\n.. picture:: P\n   :alt: Not this. Nor this.\n\n"
    text += "* A point [11-1].\n* A second one::\n\n     not this.\n\n.. answer::\n\n   With ``a. B`` it fails.\n"
    one = check.statements.count(text, "10")
    assert (one.statements, one.claiming, one.claims) == (6, 2, {"10-1", "10-2"})
