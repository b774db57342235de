/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of the lines about what compaction reads: what is read is written again, and each damaged line is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "machines.h"
#include "memory_map.h"
#include "page_cache.h"
#include "recording.h"
#include "stages/stages.h"
#include "state/state.h"

/** The machine in focus with the lines in question. */
static struct text *machine_with_pages(void)
{
	static const struct snapshot_form form = { .order = NODE_BY_NODE, .pages = true };

	return recording_of_machine_as(&form);
}

/** A page in use with an owner; it is on its list unless `flags` has no PG_lru. */
static struct page *owned_page(enum page_kind kind, unsigned long flags, int count, int mapcount)
{
	struct page *page = alloc_page(GFP_HIGHUSER_MOVABLE);
	unsigned long owner = (unsigned long)snapshot_space(kind);

	if (kind == PAGE_KIND_ANON || kind == PAGE_KIND_SWAPCACHE)
		owner |= PAGE_MAPPING_ANON;
	if (kind == PAGE_KIND_DRIVER)
		owner |= PAGE_MAPPING_MOVABLE;
	page->mapping = (void *)owner;
	page->flags |= flags & ~PAGE_FLAG(lru);
	page->_mapcount = mapcount - 1;
	if (flags & PAGE_FLAG(lru))
		lru_list_add(page);
	set_page_count(page, count);
	return page;
}

/** A machine with pages of every kind; as a text. */
static struct text *snapshot_of_all_kinds(void)
{
	struct zone *zone;
	struct page *waiting;

	test_machine_cma(40, 4);
	zone = test_zone(0, ZONE_DMA);
	zone->compact_cached_migrate_pfn[0] = 1;
	zone->compact_cached_migrate_pfn[1] = 2;
	zone->compact_cached_free_pfn = 3;
	zone->compact_init_migrate_pfn = 4;
	zone->compact_init_free_pfn = 5;
	zone->compact_blockskip_flush = true;
	set_pageblock_skip(zone->zone_start_pfn + pageblock_nr_pages);
	alloc_pages(GFP_KERNEL | __GFP_COMP, 3);
	alloc_pages(GFP_KERNEL | __GFP_COMP, 1);
	owned_page(PAGE_KIND_FILE, PAGE_FLAG(lru) | PAGE_FLAG(dirty) | PAGE_FLAG(reclaim), 1, 0);
	owned_page(PAGE_KIND_NOMIG, PAGE_FLAG(lru) | PAGE_FLAG(active) | PAGE_FLAG(writeback), 2,
		   0);
	owned_page(PAGE_KIND_ANON, PAGE_FLAG(lru) | PAGE_FLAG(active) | PAGE_FLAG(swapbacked), 2,
		   2);
	owned_page(PAGE_KIND_SWAPCACHE,
		   PAGE_FLAG(lru) | PAGE_FLAG(swapbacked) | PAGE_FLAG(swapcache), 2, 1);
	owned_page(PAGE_KIND_FILE, PAGE_FLAG(lru) | PAGE_FLAG(unevictable) | PAGE_FLAG(mlocked), 1,
		   0);
	owned_page(PAGE_KIND_DRIVER, PAGE_FLAG(dirty), 1, 0);
	owned_page(PAGE_KIND_NONE, PAGE_FLAG(locked), 1, 0);
	owned_page(PAGE_KIND_NONE, 0, 3, 0);
	waiting = owned_page(PAGE_KIND_FILE, 0, 1, 0);
	lru_cache_add(waiting);
	return machine_with_pages();
}

TEST(pages_are_read_as_they_were_written, "")
{
	struct text *before = snapshot_of_all_kinds(), *after;
	struct reader reader;
	struct lruvec *lruvec;

	ck_assert_msg(recording_loads(before, &reader), "%zu: %s", reader.error.line,
		      reader.error.text);
	after = machine_with_pages();
	recording_expect_alike(after, before);
	/* They are on their lists, and counted there; the one that waits is not. */
	lruvec = &NODE_DATA(0)->lruvec;
	for (int lru = 0; lru < NR_LRU_LISTS; lru++) {
		ck_assert(!list_empty(&lruvec->lists[lru]));
		ck_assert_uint_eq(lruvec->lru_size[ZONE_DMA][lru], 1);
		ck_assert_int_eq(NODE_DATA(0)->vm_stat[NR_LRU_BASE + lru], 1);
	}
	ck_assert_uint_eq(snapshot_space(PAGE_KIND_FILE)->nrpages, 3);
}

static const struct damage damages[] = {
	{ " scanner ", " scanner migrate_async 1 migrate_sync 2 free 3", "'scanner" },
	{ " scanner ",
	  " scanner migrate_async 1 migrate_sync 2 free 3 init_migrate 4 init_free 5 flush 1 "
	  "contiguous 0",
	  "expected contiguous to be 1" },
	{ " skip ", " skip 0*1", "0 or 1 for each pageblock" },
	{ " skip ", " skip 2*20", "'skip V*N" },
	{ " skip ", " skip 0*21", "'skip V*N" },
	{ " compound 1 ", " compound 0 262144", "'compound ORDER" },
	{ " compound 1 ", " compound 1 262145", "aligned blocks of this zone" },
	{ " compound 1 ", " compound 1 1", "aligned blocks of this zone" },
	{ " compound 1 ", " compound 1 x", "'compound ORDER" },
	{ " pages inactive_file file ", " pages nowhere file count 1 mapcount 0 flags D",
	  "'pages" },
	{ " pages inactive_file file ", " pages inactive_file it count 1 mapcount 0 flags D",
	  "'pages" },
	{ " pages inactive_file file ", " pages inactive_file file count 0 mapcount 0 flags D",
	  "'pages" },
	{ " pages inactive_file file ", " pages inactive_file file count 1 mapcount 2 flags D",
	  "'pages" },
	{ " pages inactive_file file ", " pages inactive_file file count 1 mapcount 0 flags AD",
	  "'pages" },
	{ " pages inactive_file file ", " pages inactive_file file count 1 mapcount 0 flags A 1+1",
	  "the list that the flags name" },
	{ " pages inactive_file file ", " pages inactive_file file count 1 mapcount 0 flags C 1+1",
	  "C on pages in the swap cache" },
	{ " pages inactive_file file ",
	  " pages inactive_file driver count 1 mapcount 0 flags D 1+1", "no list for a driver's" },
	{ " pages inactive_file file ", " pages inactive_file file count 1 mapcount 0 flags D 1",
	  "'PFN+N" },
	{ " pages inactive_file file ", " pages inactive_file file count 1 mapcount 0 flags D 1+1",
	  "single pages of this zone" },
};

TEST(pages_damaged_lines_are_refused, "")
{
	for_each_row(i, damages) {
		recording_expect_refused(snapshot_of_all_kinds(), &damages[i]);
	}
}

/** The second of two equal lines names its pages once more. */
static void expect_twice_refused(const char *beginning)
{
	struct text *text = snapshot_of_all_kinds();
	size_t line = recording_find(text, beginning, 1);
	struct reader reader;

	recording_insert(text, line, recording_line(text, line));
	ck_assert(!recording_loads(text, &reader));
	ck_assert_uint_eq(reader.error.line, line + 1);
}

TEST(pages_are_named_once, "")
{
	expect_twice_refused(" compound 3 ");
	expect_twice_refused(" pages inactive_file file ");
	expect_twice_refused(" pages off driver ");
	expect_twice_refused(" pages off none count 1 ");
	expect_twice_refused(" pages off none count 3 ");
}

TEST(pagevecs_hold_pages_that_can_be_there, "")
{
	static const char *const lines[] = {
		"pagevec 1 lru_add 262144",
		"pagevec 0 nowhere 262144",
		"pagevec 0 lru_add 1",
		"pagevec 0 lru_add x",
		"pagevec 0 activate 262144 262144",
		("pagevec 0 lru_add 262144 262145 262146 262147 262148 262149 262150 262151 262152 "
		 "262153 262154 262155 262156 262157 262158"),
	};
	struct text *text;
	struct reader reader;
	size_t line;

	for_each_row(i, lines) {
		text = snapshot_of_all_kinds();
		recording_replace(text, recording_find(text, "pagevec ", 1), lines[i]);
		ck_assert_msg(!recording_loads(text, &reader), "%s", lines[i]);
	}
	/* A page that is on its list cannot be on its way there. */
	text = snapshot_of_all_kinds();
	line = recording_find(text, " pages inactive_file file ", 1);
	recording_replace(text, recording_find(text, "pagevec ", 1),
			  strdup("pagevec 0 lru_add 262144"));
	ck_assert(!recording_loads(text, &reader));
	ck_assert_uint_gt(line, 0);
}

TEST(pages_of_a_driver_have_an_owner, "")
{
	struct page *page;

	test_machine_cma(40, 4);
	page = owned_page(PAGE_KIND_DRIVER, 0, 1, 0);
	ck_assert(is_driver_movable(page));
	/* Expect the tag in the pointer to be no part of it. */
	ck_assert_ptr_eq(page_owner(page), snapshot_space(PAGE_KIND_DRIVER));
	ck_assert(!page_has_slot(page));
}
