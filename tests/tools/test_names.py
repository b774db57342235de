# SPDX-License-Identifier: GPL-2.0-only
"""The names that the command lists, and that everything else takes from there."""

import pytest


@pytest.fixture
def names(pageflow):
    """[(number, name)] of one kind, as they are listed."""

    def read(kind):
        result = pageflow("names", kind)
        assert (result.returncode, result.stderr) == (0, "")
        return [tuple(line.split(" ")) for line in result.stdout.splitlines()]

    return read


def test_names_of_masks_are_read_and_written(names, pageflow):
    rows = names("gfp")
    assert rows[0] == ("0x1c24ca", "GFP_TRANSHUGE") and rows[-1] == ("0x0", "none")
    assert len(rows) == len({name for _number, name in rows}) == 38
    said = pageflow("shell", input="".join(f"gfp {name}\n" for _number, name in rows), stdin=None).stdout.splitlines()
    for (number, name), line in zip(rows, said, strict=True):
        value, written = line.split(" ")
        assert int(value, 0) == int(number, 0)
        # Of two names for the same bits, the first is written.
        assert written == next(other for bits, other in rows if bits == number), name


def test_names_that_are_numbered(names):
    types = ["Unmovable", "Movable", "Reclaimable", "HighAtomic", "CMA", "Isolate"]
    assert names("migratetype") == [(str(number), name) for number, name in enumerate(types)]
    results = names("compaction")
    assert [number for number, _name in results] == [str(number) for number in range(9)]
    assert (results[0][1], results[8][1]) == ("not_suitable_zone", "success")


@pytest.mark.parametrize(
    "arguments, problem",
    [
        ([], "missing argument KIND"),
        (["zones"], "there are no names of 'zones'; there are those of gfp, migratetype, compaction, events and rules"),
        (["rules", "compaction"], "unexpected argument 'compaction'"),
        (["gfp", "0", "x"], "unexpected argument 'x'"),
        (
            ["migratetypes"],
            "there are no names of 'migratetypes' (did you mean 'migratetype'?); "
            "there are those of gfp, migratetype, compaction, events and rules",
        ),
    ],
)
def test_names_refuses(pageflow, arguments, problem):
    result = pageflow("names", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"pageflow names: {problem}; try 'pageflow names --help'\n"


@pytest.mark.parametrize(
    "mask, said",
    [
        ("0xcc0", "0xcc0 GFP_KERNEL"),
        ("GFP_KERNEL|__GFP_ZERO", "0xdc0 GFP_KERNEL|__GFP_ZERO"),
        ("GFP_KERNEL & ~__GFP_IO", "0xc80 GFP_NOIO|__GFP_FS"),
        ("none", "0 none"),
    ],
)
def test_a_mask_is_told_in_both_forms(pageflow, mask, said):
    result = pageflow("names", "gfp", mask)
    assert (result.returncode, result.stdout, result.stderr) == (0, said + "\n", "")


def test_a_mask_that_is_none_names_the_nearest(pageflow):
    result = pageflow("names", "gfp", "GFP_KERNAL|__GFP_IO")
    assert (
        result.returncode == 2
        and "'GFP_KERNAL' is not a gfp mask or flag (did you mean 'GFP_KERNEL'?)" in result.stderr
    )
