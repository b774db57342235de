# SPDX-License-Identifier: GPL-2.0-only
"""What a failed test says: tried on a program of its own whose tests fail, and on what real tests would say."""

import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
import words  # noqa: E402

FAILING = """/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include "alloc_context.h"
#include "compact_result.h"
#include "gfp.h"
#include "harness.h"

TEST(names_masks, "") { gfp_t gfp_mask = GFP_KERNEL | __GFP_ZERO; ck_assert_uint_eq(gfp_mask, GFP_NOFS); }
TEST(names_no_mask, "") { gfp_t gfp_mask = 0; ck_assert_uint_ne(gfp_mask, 0); }
TEST(names_flags, "") { unsigned int alloc_flags = 0x850; ck_assert_uint_eq(alloc_flags, 1); }
TEST(names_types, "") { int migratetype = 3; ck_assert_int_eq(migratetype, MIGRATE_MOVABLE); }
TEST(names_zones, "") { int zone_idx = 2; ck_assert_int_eq(zone_idx, 1); }
TEST(names_results, "") { ck_assert_int_eq(2 + 1, COMPACT_SUCCESS); }
TEST(names_errors, "") { int error = -22; ck_assert_int_eq(error, -ENOMEM); }
TEST(counts_in_decimal, "") { int pages = 101; ck_assert_int_eq(pages, 51); }
TEST(frames_in_hex, "") { unsigned long pfn = 0x40003; ck_assert_uint_eq(pfn, 0); }
TEST(compares_texts, "") { const char *said = "b"; ck_assert_str_eq(said, "a"); }
TEST(shows_where_texts_differ, "")
{
	const char *said = "Mem-Info:\\nNode 0 DMA free:1234kB min:900kB low:1000kB high:1200kB reserved_highatomic:0KB";
	const char *wanted = "Mem-Info:\\nNode 0 DMA free:1234kB min:900kB low:1000kB high:1300kB reserved_highatomic:0KB";
	ck_assert_str_eq(said, wanted);
}
TEST(wants_no_pointer, "") { int object; ck_assert_ptr_null(&object); }
TEST(holds_not, "") { ck_assert(GFP_KERNEL == 0); }
TEST(dies_in_a_row, "")
{
	static const int rows[] = { 1, 2, 3 };
	for_each_row (i, rows)
		if (rows[i] == 2)
			raise(SIGSEGV);
}
TEST(knows_what_a_column_is, "")
{
	static const struct { int pages; enum compact_result of; } rows[] = { { 7, COMPACT_SKIPPED }, { 8, COMPACT_SUCCESS } };
	int seen = 0;
	for_each_row (i, rows) {
		ck_assert_int_ge(rows[i].of, rows[i].of);
		if (i)
			ck_assert_int_eq(seen, rows[i].of);
	}
}
TEST(is_in_no_row_any_more, "")
{
	static const int rows[] = { 1, 2, 3 };
	for_each_row (i, rows)
		if (rows[i] == 2)
			break;
	ck_assert_int_eq(1, 2);
}
"""


@pytest.fixture(scope="module")
def failed(tmp_path_factory):
    """name -> what is said of its failure, of the tests above."""
    top = tmp_path_factory.mktemp("failing")
    source = top / "failing.c"
    source.write_text(FAILING)
    support = [ROOT / "tests/support" / name for name in ("harness.c", "assertions.c", "rows.c", "limit.c")]
    flags = ["-std=c11", "-D_GNU_SOURCE", f"-I{ROOT}/include", f"-I{ROOT}/src", f"-I{ROOT}/tests/support"]
    libraries = subprocess.check_output(["pkg-config", "--libs", "check"], text=True).split()
    subprocess.run(["gcc", *flags, "-o", top / "failing", source, *support, *libraries], check=True)
    said = subprocess.run([top / "failing"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert said.stdout == "0 passed, 16 failed\n"
    told = words.tell({"uma": said.stderr, "numa": said.stderr}, whole=16)
    assert max(map(len, told.replace(str(source), "failing.c").splitlines())) <= 80
    return {one.split("\n")[0]: one for one in told.split("\nFAILED ")[1:]}


@pytest.mark.parametrize(
    "name, said",
    [
        ("names_masks", "gfp_mask is 0xdc0 (GFP_KERNEL | __GFP_ZERO)\n      GFP_NOFS is 0xc40\n"),
        ("names_no_mask", "gfp_mask != 0\n      gfp_mask is 0 (none)\n"),
        ("names_flags", "is 0x850 (ALLOC_WMARK_MIN | ALLOC_HARDER | ALLOC_CPUSET |\n        ALLOC_KSWAPD)\n"),
        ("names_types", "migratetype is 3 (MIGRATE_HIGHATOMIC)\n      MIGRATE_MOVABLE is 1\n"),
        ("names_zones", "zone_idx == 1\n      zone_idx is 2 (ZONE_NORMAL)\n"),
        ("names_results", "2 + 1 is 3 (COMPACT_NO_SUITABLE_PAGE)\n      COMPACT_SUCCESS is 8\n"),
        ("names_errors", "error is -22 (-EINVAL)\n      -ENOMEM is -12\n"),
        ("counts_in_decimal", "pages == 51\n      pages is 101\n"),
        ("frames_in_hex", "pfn == 0\n      pfn is 0x40003\n"),
        ("compares_texts", 'said == "a"\n      said is "b"\n'),
        ("shows_where_texts_differ", 'in line 2 of the first: …"kB low:1000kB high:1200kB'),
        ("shows_where_texts_differ", 'of the second: …"kB low:1000kB high:1300kB'),
        ("wants_no_pointer", "&object == NULL\n      &object is 0x"),
        ("holds_not", "    GFP_KERNEL == 0\n    this is not so\n"),
        ("dies_in_a_row", "  Row 2 of 3: 2\n    The test died of signal 11 (Segmentation fault) after this line.\n"),
        ("knows_what_a_column_is", "  Row 2 of 2: pages 8, of COMPACT_SUCCESS\n"),
        ("knows_what_a_column_is", "seen is 0 (COMPACT_NOT_SUITABLE_ZONE)\n      rows[i].of is 8 (COMPACT_SUCCESS)\n"),
        ("is_in_no_row_any_more", "NUMA\n    1 == 2\n"),
    ],
)
def test_the_words_of_a_failure(failed, name, said):
    assert said in failed[name]


def of_watermark(line, *facts):
    head = f"tests/stages/09-zone_watermark_ok.c:{line}: FAILED __zone_watermark_ok_flags_lower_mark: "
    return "\n\t".join([head + facts[0], *facts[1:]]) + "\n"


@pytest.fixture
def line():
    """Where the table of that test is compared."""
    lines = (ROOT / "tests/stages/09-zone_watermark_ok.c").read_text().split("\n")
    return next(at for at, one in enumerate(lines, 1) if "least_free(zone, 100, rows[i].flags)" in one)


def test_a_failure_is_told_with_its_row_what_is_expected_and_the_claim_as_its_chapter_has_it(line):
    compared = "least_free(zone, 100, rows[i].flags) == rows[i].of_100 + 1"
    values = ["least_free(zone, 100, rows[i].flags) is 101 (0x65)", "rows[i].of_100 + 1 is 51 (0x33)"]
    said = words.tell({"numa": of_watermark(line, compared, *values, "in rows[4] of 7")})
    assert said.startswith(f"""
FAILED __zone_watermark_ok_flags_lower_mark
  tests/stages/09-zone_watermark_ok.c:{line}, with NUMA
  Expect exactly these marks; OOM wins over HARDER.
  Row 5 of 7: flags ALLOC_OOM, of_100 50, of_7 4
    {compared}
      least_free(zone, 100, rows[i].flags) is 101
      rows[i].of_100 + 1 is 51
  Claim 09-2: “""")
    at = said.index("Claim 09-2: “") + len("Claim 09-2: “")
    sentence, place = said[at:].split("”\n")
    page, at = place.strip().split(":")
    chapter = (ROOT / page).read_text().split("\n", int(at) - 1)[-1].split("\n\n")[0]
    assert "[09-2]" in chapter
    plain = " ".join(re.sub(r":\w+:`([^`<]*)(?:<[^`]*>)?`", r"\1", chapter).replace("``", "").split())
    assert " ".join(sentence.split()) in plain.replace(" [09-2]", "")


def test_a_failure_in_both_configurations_is_told_once_and_two_different_ones_apart(line):
    one, other = of_watermark(line, "a"), of_watermark(line, "b")
    assert words.tell({"uma": one, "numa": one}).count("FAILED") == 1
    assert words.tell({"uma": one, "numa": other}).count("FAILED") == 2


def test_what_a_program_says_beside_its_failures_is_kept(line):
    said = words.tell({"uma": f"pageflow: BUG: one\n{of_watermark(line, 'a')}pageflow: BUG: two\n"})
    assert said.startswith("uma: pageflow: BUG: one\numa: pageflow: BUG: two\n\nFAILED ")


def test_many_failures_are_told_in_short_behind_the_first(line):
    many = "".join(of_watermark(line, f"failure {number}") for number in range(words.WHOLE + 3))
    said = words.tell({"uma": many})
    assert said.count("\nFAILED ") == words.WHOLE
    assert "3 more failed; `make test T=NAME` tells of one in full:\n" in said


def test_every_claim_that_a_test_proves_has_a_sentence():
    claims = {claim for test in words.tests().values() for claim in test.claims}
    assert claims and not [claim for claim in sorted(claims) if not words.claim_words(claim)[0]]
