# SPDX-License-Identifier: GPL-2.0-only
"""The configuration that docs/configuration.rst states: nothing may contradict it, and the recordings agree with it."""

import lzma
import pathlib
import re
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "house"))
import configuration  # noqa: E402

PAGE = """Options

   * - Option
     - Here
     - Where
   * - ``HZ``
     - 250
     - ticks
   * - ``NUMA``
     - both
     - nodes
   * - ``DEBUG_VM``
     - n
     - checks
   * - ``HOLES_IN_ZONE``
     - y
     - holes
"""


def write(root, name, text):
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


@pytest.mark.parametrize(
    ("file", "text", "wrong"),
    [
        ("docs/a.rst", "With ``CONFIG_DEBUG_VM`` there are checks. CONFIG_NUMA is on.", None),
        ("docs/a.rst", "``HOLES_IN_ZONE`` is on, ``DEBUG_VM`` is not set, CONFIG_HZ=250.", None),
        ("docs/a.rst", "\nWith ``CONFIG_KSM``", "docs/a.rst:2: CONFIG_KSM has no row in docs/configuration.rst"),
        (
            "docs/a.rst",
            "``HOLES_IN_ZONE`` is off.",
            "says '``HOLES_IN_ZONE`` is off'; docs/configuration.rst has HOLES_IN_ZONE y",
        ),
        ("docs/a.rst", "``CONFIG_DEBUG_VM`` is on.", "docs/configuration.rst has DEBUG_VM n"),
        ("docs/a.rst", "``HOLES_IN_ZONE`` is not set.", "says '``HOLES_IN_ZONE`` is not set'"),
        ("README.md", "CONFIG_HZ=1000", "README.md:1: says 'CONFIG_HZ=1000'"),
        ("docs/later.rst", "``CONFIG_KASAN_HW_TAGS``", None),
        ("docs/a.rst", "``CONFIG_KASAN_HW_TAGS``", "CONFIG_KASAN_HW_TAGS has no row"),
        ("src/world/a.c", "#ifdef CONFIG_NUMA\n#endif\n", None),
        ("src/world/a.c", "\n#if defined(CONFIG_DEBUG_VM)\n#endif\n", "src/world/a.c:2: asks for CONFIG_DEBUG_VM"),
        ("include/machine.h", "#define HZ 250\n", None),
        ("include/machine.h", "#define HZ 100\n", "include/machine.h: has 100; docs/configuration.rst has HZ 250"),
        ("include/machine.h", "#define TICKS 250\n", "include/machine.h: no number that follows from HZ"),
        ("docs/configuration.rst", PAGE + "   * - ``HZ``\n     - 250\n     - again\n", "HZ has two rows"),
        ("docs/configuration.rst", PAGE.replace("- 250", "- often"), "HZ is 'often'"),
    ],
)
def test_what_contradicts_the_page_is_found(tmp_path, file, text, wrong):
    write(tmp_path, configuration.PAGE, PAGE)
    write(tmp_path, file, text)
    found = list(configuration.findings(tmp_path))
    assert len(found) == bool(wrong) and (not wrong or wrong in found[0])


def head(path):
    """The lines of a recording up to its first state."""
    with lzma.open(path, "rt") as lines:
        for line in lines:
            yield line
            if line.startswith("kernel "):
                return


def test_the_kernels_that_were_recorded_have_these_values():
    table, wrong = configuration.options(ROOT)
    assert wrong == []
    order = 9 if table["HUGETLB_PAGE"] == "y" else int(table["FORCE_MAX_ZONEORDER"]) - 1
    zones = 2 + sum(table[name] == "y" for name in ("ZONE_DMA", "ZONE_DMA32", "HIGHMEM", "ZONE_DEVICE"))
    wanted = f"page_shift 12 max_order {table['FORCE_MAX_ZONEORDER']} pageblock_order {order} nr_zones {zones} numa "
    recordings = sorted((ROOT / "tests" / "traces").glob("*.xz"))
    assert recordings
    for path in recordings:
        assert wanted in list(head(path))[-1], path.name


def test_recorded_boots_gave_back_the_rest_of_a_section():
    """A section's row of struct pages is 16 MiB. Only without VMEMMAP is the part without memory given back."""
    table, _wrong = configuration.options(ROOT)
    rows = 0
    for path in sorted((ROOT / "tests" / "traces").glob("*.boot.xz")):
        text = "".join(head(path))
        memory = [(int(base, 16), int(size, 16)) for base, size in re.findall(r"^memory (\w+) (\w+) ", text, re.M)]
        reserved = [int(size, 16) for size in re.findall(r"^reserved \w+ (\w+)$", text, re.M)]
        if len(memory) == 1 and sum(memory[0]) % (1 << 30):  # one range that ends inside a section
            rows += 1
            used, whole = memory[0][1] >> 6, -(-memory[0][1] >> 30) << 24  # 64 bytes a page; 16 MiB a section
            assert (used if table["SPARSEMEM_VMEMMAP"] == "n" else whole) in reserved, path.name
    assert rows >= 2


def test_the_page_of_this_book_is_not_contradicted():
    assert list(configuration.findings(ROOT)) == []
