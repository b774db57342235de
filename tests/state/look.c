/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of what `lru` and `scanners` show: every figure is one that the machine holds, and no line is longer than a terminal.
 */
#include <stdlib.h>
#include <string.h>

#include "life/life.h"
#include "machines.h"
#include "page_cache.h"
#include "state/look.h"

static char *seen;
static struct pageflow_error error;

/** Look; 0 or -1. */
static int look(const char *line)
{
	size_t size;
	FILE *out;
	int failed;

	free(seen);
	out = open_memstream(&seen, &size);
	ck_assert(look_knows(line));
	failed = look_run(line, out, &error);
	fclose(out);
	for (const char *at = seen; *at; at += strcspn(at, "\n") + 1)
		ck_assert_msg(strcspn(at, "\n") <= 80, "%s: too long: %.100s", line, at);
	return failed;
}

static void expect(const char *line, const char *words)
{
	ck_assert_msg(!look(line), "%s: %s", line, error.text);
	ck_assert_has(seen, words);
}

static void refused(const char *line, const char *words)
{
	ck_assert_int_eq(look(line), -1);
	ck_assert_has(error.text, words);
}

/** Pages of a file on the inactive list, the last of these PFNs at the head. */
static void list_pages(const unsigned long *offset, int count)
{
	struct address_space *file = address_space_new("f", false);

	for (int i = 0; i < count; i++) {
		struct page *page = page_cache_add(file, GFP_HIGHUSER_MOVABLE), *wanted;

		lru_add_drain();
		lru_list_del(page);
		ClearPageFlag(page, PG_lru);
		wanted = pfn_to_page(TEST_DRAM_PFN + 0x2000 + offset[i]);
		SetPageFlag(wanted, PG_lru);
		set_page_count(wanted, 1);
		wanted->mapping = file;
		lru_list_add(wanted);
	}
}

TEST(look_lru_shows_runs_and_letters, "")
{
	static const unsigned long offset[] = { 9, 2, 1, 0, 5, 6, 7 };
	struct page *page;

	test_machine_uma(64);
	ck_assert(life_begin());
	expect("lru", "  inactive_file       0\n  active_file         0\n");
	ck_assert_has_not(seen, "cpu 0");
	list_pages(offset, 7);
	/* From the head: 7, 6, 5, then 0, 1, 2, then 9. */
	expect("lru", "  inactive_file       7  0x42007-0x42005  0x42000-0x42002  0x42009\n");
	SetPageFlag(pfn_to_page(0x42006), PG_dirty);
	SetPageFlag(pfn_to_page(0x42006), PG_referenced);
	expect("lru list inactive_file",
	       "  inactive_file       7  0x42007  0x42006 DR  0x42005  0x42000-0x42002  0x42009\n");
	ck_assert_has_not(seen, "active_anon");
	expect("lru list inactive_file runs 2",
	       "  inactive_file       7  0x42007  0x42006 DR  and 3 more runs\n");
	expect("lru list inactive_file runs 0", "  inactive_file       7  and 5 more runs\n");
	expect("lru list inactive_file runs 5", "0x42009\n");
	NODE_DATA(0)->lruvec.file_cost = 17;
	NODE_DATA(0)->lruvec.nonresident_age = 18;
	NODE_DATA(0)->lruvec.refaults = 19;
	expect("lru", "  cost of anon 0, of file 17; nonresident age 18, refaults 19\n");
	NODE_DATA(0)->lruvec.flags = 1ul << LRUVEC_CONGESTED;
	expect("lru", "refaults 19; congested\n");
	/* A page on its way. */
	page = page_cache_add(world->address_spaces, GFP_HIGHUSER_MOVABLE);
	snprintf(error.text, sizeof(error.text), "cpu 0, lru_add        1  %#lx\n",
		 page_to_pfn(page));
	expect("lru", test_keep(strdup(error.text)));
}

TEST(look_lru_wraps, "")
{
	unsigned long offset[40];

	test_machine_uma(64);
	ck_assert(life_begin());
	for (unsigned long i = 0; i < 40; i++)
		offset[i] = 3 * i;
	list_pages(offset, 40);
	expect("lru", "0x42066\n                         0x42063  ");
	ck_assert_has(seen, "  and 28 more runs\n");
}

TEST(look_lru_of_groups, "")
{
	struct mem_cgroup *group;
	struct lruvec *lruvec;
	struct page *page;

	test_machine_uma(64);
	ck_assert(life_begin());
	group = memcg_new("/job", &world->root_mem_cgroup, 100);
	expect("lru", "node 0, group /\n");
	ck_assert_has_not(seen, "/job");
	refused("lru group /job", "there is no memory cgroup '/job' that has lists");
	ck_assert_ptr_null(group->lruvecs);
	lruvec = mem_cgroup_lruvec(group, NODE_DATA(0));
	expect("lru group /job", "node 0, group /job\n");
	ck_assert_has_not(seen, "group /\n");
	page = alloc_page(GFP_KERNEL);
	list_add(&page->lru, &lruvec->lists[LRU_UNEVICTABLE]);
	expect("lru", "node 0, group /job\n");
	refused("lru group /nowhere", "there is no memory cgroup '/nowhere'");
	refused("lru group", "expected 'lru [node N]");
	refused("lru colour 1", "expected 'lru [node N]");
	refused("lru node x", "expected 'lru [node N]");
	refused("lru node 9", "expected 'lru [node N]");
	refused("lru list x", "expected 'lru [node N]");
	refused("lru runs -1", "expected 'lru [node N]");
	refused("lru runs", "expected 'lru [node N]");
	expect("lru node 0", "node 0, group /\n");
}

TEST(look_scanners_draws_a_strip, "")
{
	struct zone *zone;

	test_machine_uma(64);
	zone = test_zone(0, ZONE_DMA);
	zone->compact_cached_migrate_pfn[0] = 0x40400;
	zone->compact_cached_migrate_pfn[1] = 0x40200;
	zone->compact_cached_free_pfn = 0x43e00;
	zone->compact_init_migrate_pfn = 0x40000;
	zone->compact_init_free_pfn = 0x43c00;
	zone->compact_considered = 3;
	zone->compact_defer_shift = 2;
	zone->compact_order_failed = 9;
	*pageblock_byte(0x40000) |= PB_MIGRATE_SKIP;
	expect("scanners", "node 0, zone DMA: 32 pageblocks, contiguous\n"
			   "  go on at: migrate 0x40400 (async), 0x40200 (sync), free 0x43e00\n"
			   "  begin at: migrate 0x40000, free 0x43c00\n"
			   "  deferral: considered 3, shift 2, order failed 9\n"
			   "  0x40000     #...............................\n"
			   "               sa                            f\n");
	zone->compact_blockskip_flush = true;
	zone->contiguous = false;
	zone->compact_cached_migrate_pfn[1] = 0x40400;
	expect("scanners DMA", "free 0x43c00; marks are to be wiped off\n");
	ck_assert_has(seen, "32 pageblocks\n");
	ck_assert_has(seen, "                m                            f\n");
	zone->compact_cached_free_pfn = 0x40400;
	expect("scanners 0 DMA", "                *\n");
	zone->compact_cached_migrate_pfn[0] = 0;
	expect("scanners", "                *\n");
	refused("scanners Sahara", "there is no zone 'Sahara' on this machine");
	refused("scanners 1 DMA", "there is no zone '1 DMA'");
	refused("scanners DMA 1", "there is no zone 'DMA 1'");
	ck_assert(!look_knows("status"));
}

/* Expect a zone with 2304 pageblocks to be drawn smaller, so that it is a picture of nine lines. */
TEST(look_scanners_of_a_large_zone, "")
{
	struct boot_spec spec = {
		.nr_cpus = 1,
		.nr_memory = 2,
		.memory = { { TEST_DRAM, 64 * MIB, 0, false },
			    { 0x100000000ull, 4608 * MIB, 0, false } },
	};
	struct zone *zone;

	test_machine_boot(&spec);
	zone = test_zone(0, ZONE_NORMAL);
	for (unsigned long block = 0; block < 6; block++)
		*pageblock_byte(0x100000 + block * pageblock_nr_pages) |= PB_MIGRATE_SKIP;
	zone->compact_cached_migrate_pfn[0] = 0x100000 + 6 * pageblock_nr_pages;
	zone->compact_cached_migrate_pfn[1] = zone->compact_cached_migrate_pfn[0];
	zone->compact_cached_free_pfn = zone_end_pfn(zone) - pageblock_nr_pages;
	expect("scanners Normal", "2304 pageblocks");
	ck_assert_has(seen, "  a character is 4 pageblocks\n  0x100000    #+......");
	ck_assert_has(seen, "\n               m\n  0x120000    ....");
	/* Lines that look like the one above are left out, but for one with a scanner. */
	ck_assert_has_not(seen, "0x140000");
	ck_assert_has(seen, "....\n  ...\n  0x200000    ....");
	ck_assert_has(
		seen,
		"\n                                                                             f\n");
}

/* Expect a pageblock of which the zone has no page to be seen as such. */
TEST(look_scanners_of_a_zone_with_a_hole, "")
{
	struct boot_spec spec = {
		.nr_cpus = 1,
		.nr_memory = 2,
		.memory = { { TEST_DRAM, 8 * MIB, 0, false },
			    { TEST_DRAM + 12 * MIB, 9 * MIB, 0, false } },
	};

	test_machine_boot(&spec);
	expect("scanners", "11 pageblocks\n");
	ck_assert_has(seen, "  0x40000     ....__.....\n");
}
