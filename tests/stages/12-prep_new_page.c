/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Checking pages that should be free, reporting bad ones, and preparing good ones for their new owner.
 */
#include "byhand.h"

/* A page in the hands of the allocator. */
static struct page *free_page_at(unsigned long pfn)
{
	struct page *page = P(pfn);

	set_page_count(page, 0);
	return page;
}

static void expect_reason(struct page *page, bool at_free, const char *reason)
{
	char line[120];

	snprintf(line, sizeof(line), "page dumped because: %s\n", reason);
	ck_assert(at_free ? check_free_page(page) : check_new_page(page));
	ck_assert_msg(strstr(test_take_console(), line) != NULL, "expected %s", reason);
}

/* Expect a page without references, mappings, owner, cgroup and flags to pass both checks; private, index and lru do not matter. */
TEST(check_new_page_good_page_passes, "12-1")
{
	struct page *page;

	hand_one_zone();
	page = free_page_at(0x40000);
	page->private = 7;
	page->index = 9;
	ck_assert(!check_new_page(page));
	ck_assert(!check_free_page(page));
	ck_assert(!world->tainted);
	ck_assert_str_eq(test_take_console(), "");
}

/* Expect each violation to be named. */
TEST(check_new_page_names_each_reason, "12-1")
{
	struct mem_cgroup memcg = { 0 };
	struct page *page;

	hand_one_zone();
	page = free_page_at(0x40000);
	page->_mapcount = 0;
	expect_reason(page, false, "nonzero mapcount");
	/* The map count was reset by the report. */
	ck_assert(!check_new_page(page));
	page->mapping = &memcg;
	expect_reason(page, false, "non-NULL mapping");
	page->mapping = NULL;
	set_page_count(page, 1);
	expect_reason(page, false, "nonzero _refcount");
	set_page_count(page, 0);
	SetPageFlag(page, PG_uptodate);
	expect_reason(page, false, "PAGE_FLAGS_CHECK_AT_PREP flag(s) set");
	page->flags &= ~PAGE_FLAGS_CHECK_AT_PREP;
	page->mem_cgroup = &memcg;
	expect_reason(page, false, "page still charged to cgroup");
}

/* Expect later reasons to override earlier ones, in this order. */
TEST(check_new_page_last_reason_counts, "12-2")
{
	struct mem_cgroup memcg = { 0 };
	struct page *page;

	hand_one_zone();
	page = free_page_at(0x40000);
	page->_mapcount = 3;
	page->mapping = &memcg;
	expect_reason(page, false, "non-NULL mapping");
	page->_mapcount = 3;
	set_page_count(page, 1);
	expect_reason(page, false, "nonzero _refcount");
	SetPageFlag(page, PG_lru);
	expect_reason(page, false, "PAGE_FLAGS_CHECK_AT_PREP flag(s) set");
	page->mem_cgroup = &memcg;
	expect_reason(page, false, "page still charged to cgroup");
}

/* Expect any of the 22 flags to be bad for a page handed out, ten of them for a page freed, none above. */
TEST(check_new_page_flags_of_each_check, "12-1")
{
	struct page *page;

	hand_one_zone();
	page = free_page_at(0x40000);
	for (int flag = 0; flag < NR_PAGEFLAGS; flag++) {
		bool in_use = (0x30f231ul >> flag) & 1;

		SetPageFlag(page, (enum pageflags)flag);
		world->bad_page_limit.printed = 0;
		expect_reason(page, false, "PAGE_FLAGS_CHECK_AT_PREP flag(s) set");
		if (in_use)
			expect_reason(page, true, "PAGE_FLAGS_CHECK_AT_FREE flag(s) set");
		else
			ck_assert(!check_free_page(page));
		ClearPageFlag(page, (enum pageflags)flag);
	}
	set_page_links(page, ZONE_MOVABLE, 0, ~0ul >> 18);
	ck_assert(!check_new_page(page));
}

/* Expect a page that is still marked free to fail: the mark shares its bytes with the map count. */
TEST(check_new_page_free_mark_is_a_mapcount, "12-1")
{
	struct page *page;

	hand_one_zone();
	page = free_page_at(0x40000);
	set_page_order(page, 0);
	ck_assert_int_eq(page->_mapcount, -129);
	expect_reason(page, false, "nonzero mapcount");
}

/* Expect a type to be read from its own bit and the four upper ones: a map count that ran below -128 looks like one. */
TEST(page_types_read_one_bit_each, "12-1")
{
	struct page *page;

	hand_one_zone();
	page = free_page_at(0x40000);
	ck_assert(!PageBuddy(page) && !PageKmemcg(page));
	page->page_type = ~(PG_buddy | PG_kmemcg);
	ck_assert(PageBuddy(page) && PageKmemcg(page));
	page->_mapcount = -130;
	ck_assert(PageBuddy(page) && !PageKmemcg(page));
	page->_mapcount = 5;
	ck_assert(!PageBuddy(page) && !PageKmemcg(page));
}

/* Expect five digits of a PFN even where fewer would do. */
TEST(bad_page_report_of_a_low_page, "12-3")
{
	const struct hand_zone zone = { 0, ZONE_DMA, 0, 16 * pageblock_nr_pages };

	hand_machine(&zone, 1, 1);
	bad_page(P(0x7), "a reason");
	ck_assert_has(test_take_console(), "Bad page state in process init  pfn:00007\n");
}

/* Expect the whole report: process, PFN, fields, reason. The kernel's numbers have their 0x even where they are 0, and
 * its addresses all of their digits. */
TEST(bad_page_report, "12-3")
{
	struct page *page;

	hand_one_zone();
	page = free_page_at(0x40007);
	set_page_count(page, 2);
	ck_assert(check_new_page(page));
	ck_assert_str_eq(
		test_take_console(),
		"BUG: Bad page state in process init  pfn:40007\n"
		"page:40007 refcount:2 mapcount:0 mapping:0000000000000000 index:0x0 flags:0x0\n"
		"page dumped because: nonzero _refcount\n");
	ck_assert_uint_eq(world->tainted, 1ul << TAINT_BAD_PAGE);
	/* Only the map count is repaired. */
	ck_assert_int_eq(page_count(page), 2);
	/* A count below 0 is as bad. */
	set_page_count(page, -1);
	ck_assert(check_new_page(page));
	ck_assert_has(test_take_console(), "page dumped because: nonzero _refcount\n");
	page->index = 0x10;
	page->mapping = page;
	SetPageFlag(page, PG_dirty);
	ck_assert(check_new_page(page));
	ck_assert_has(test_take_console(), " index:0x10 flags:0x8\n");
}

static int reports_of(int bad_pages)
{
	int reports = 0;

	for (int i = 0; i < bad_pages; i++) {
		struct page *page = P(0x40000);

		page->_mapcount = 5;
		bad_page(page, "a reason");
		/* Also when the report is suppressed. */
		ck_assert_int_eq(page->_mapcount, -1);
		reports += strstr(test_take_console(), "a reason") != NULL;
	}
	return reports;
}

/*
 * Expect 60 reports, then silence until 60 seconds after the first of them, then the count of what was
 * suppressed, and another 60.
 */
TEST(bad_page_reports_60_then_falls_silent, "12-3")
{
	hand_one_zone();
	world->jiffies = 1000;
	ck_assert_int_eq(reports_of(30), 30);
	world->jiffies = 2000;
	ck_assert_int_eq(reports_of(100), 30);
	world->tainted = 0;
	world->jiffies = 1000 + 60 * HZ - 1;
	ck_assert_int_eq(reports_of(1), 0);
	ck_assert_uint_eq(world->tainted, 1ul << TAINT_BAD_PAGE);

	world->jiffies = 1000 + 60 * HZ;
	bad_page(P(0x40000), "a reason");
	ck_assert(strstr(test_take_console(), "BUG: Bad page state: 71 messages suppressed\n") !=
		  NULL);
	ck_assert_int_eq(reports_of(100), 59);
	/* The new silence counts from the first report of the new burst. */
	world->jiffies += 60 * HZ - 1;
	ck_assert_int_eq(reports_of(1), 0);
	/* And so does the count: 41 of the hundred, and that one. */
	world->jiffies++;
	bad_page(P(0x40000), "a reason");
	ck_assert_has(test_take_console(), "BUG: Bad page state: 42 messages suppressed\n");
}

/* Expect no line about suppressed messages when none were. */
TEST(bad_page_nothing_suppressed_nothing_said, "12-3")
{
	hand_one_zone();
	ck_assert_int_eq(reports_of(60), 60);
	world->jiffies += 60 * HZ;
	bad_page(P(0x40000), "a reason");
	ck_assert(strstr(test_take_console(), "suppressed") == NULL);
}

/* Expect the check of a block to stop at the first bad page. */
TEST(check_new_pages_stops_at_first_bad_page, "12-4")
{
	hand_one_zone();
	for (unsigned long pfn = 0x40000; pfn < 0x40008; pfn++)
		free_page_at(pfn);
	ck_assert(!check_new_pages(P(0x40000), 3));
	P(0x40005)->_mapcount = 0;
	P(0x40006)->_mapcount = 0;
	ck_assert(check_new_pages(P(0x40000), 3));
	ck_assert_int_eq(P(0x40005)->_mapcount, -1);
	ck_assert_int_eq(P(0x40006)->_mapcount, 0);
	/* Pages after the block do not matter. */
	ck_assert(!check_new_pages(P(0x40000), 2));
}

/* ---- preparation ---- */

/* Expect one reference and cleared private and index on the first page, and nothing changed on later ones. */
TEST(prep_new_page_first_page_gets_one_reference, "12-5")
{
	struct page *page;

	hand_one_zone();
	for (unsigned long pfn = 0x40000; pfn < 0x40004; pfn++)
		free_page_at(pfn)->private = 2;
	page = P(0x40000);
	page->index = MIGRATE_CMA;
	page[1].index = 77;
	prep_new_page(page, 2, GFP_KERNEL, ALLOC_WMARK_LOW);
	ck_assert_int_eq(page_count(page), 1);
	ck_assert_uint_eq(page->private, 0);
	ck_assert_uint_eq(page->index, 0);
	for (int i = 1; i < 4; i++) {
		ck_assert_int_eq(page_count(&page[i]), 0);
		ck_assert_uint_eq(page[i].private, 2);
		ck_assert(!PageCompound(&page[i]));
	}
	ck_assert_uint_eq(page[1].index, 77);
}

/* Expect the mark of the reserves to follow NO_WATERMARKS, and only that flag. */
TEST(prep_new_page_marks_pages_from_reserves, "12-8")
{
	struct page *page;

	hand_one_zone();
	page = free_page_at(0x40000);
	prep_new_page(page, 0, GFP_KERNEL, ALLOC_NO_WATERMARKS);
	ck_assert(page_is_pfmemalloc(page));
	prep_new_page(page, 0, GFP_KERNEL, ALLOC_OOM | ALLOC_HIGH | ALLOC_HARDER);
	ck_assert(!page_is_pfmemalloc(page));
	ck_assert_uint_eq(page->index, 0);
}

static bool all_zero(const struct page *page, unsigned long pages)
{
	const char *bytes = page_address(page);

	for (unsigned long i = 0; i < pages << PAGE_SHIFT; i++)
		if (bytes[i])
			return false;
	return true;
}

static bool zeroed(gfp_t gfp, bool on_alloc, bool on_free)
{
	struct page *page = P(0x40000);

	world->init_on_alloc = on_alloc;
	world->init_on_free = on_free;
	memset(page_address(page), 0xa5, 5 << PAGE_SHIFT);
	prep_new_page(page, 2, gfp, 0);
	/* The page after the block is never touched. */
	ck_assert_int_eq(*(unsigned char *)page_address(page + 4), 0xa5);
	return all_zero(page, 4);
}

/*
 *   asked for   init_on_alloc   init_on_free   zeroed here
 *   no          no              no             no
 *   yes         no              no             yes, all pages
 *   no          yes             no             yes
 *   yes         any             yes            no: it was done when the page was freed
 */
TEST(prep_new_page_zeroes_when_wanted, "12-6")
{
	hand_one_zone();
	ck_assert(!zeroed(GFP_KERNEL, false, false));
	ck_assert(zeroed(GFP_KERNEL | __GFP_ZERO, false, false));
	ck_assert(zeroed(GFP_KERNEL, true, false));
	ck_assert(!zeroed(GFP_KERNEL | __GFP_ZERO, false, true));
	ck_assert(!zeroed(GFP_KERNEL | __GFP_ZERO, true, true));
}

/*
 *   page 0        page 1                   page 2               page 3
 *   head flag     dtor 1, order 2,         pins 0               |
 *                 map count -1             |                    |
 *   ^-------------+------------------------+--------------------+   links, bit 0 set
 */
TEST(prep_compound_page_ties_block_together, "12-7")
{
	struct page *page;

	hand_one_zone();
	for (unsigned long pfn = 0x40000; pfn < 0x40004; pfn++)
		free_page_at(pfn);
	page = P(0x40000);
	page[2].hpage_pinned_refcount = 5;
	prep_new_page(page, 2, GFP_KERNEL | __GFP_COMP, 0);

	ck_assert(PageFlag(page, PG_head));
	ck_assert_int_eq(page_count(page), 1);
	ck_assert_uint_eq(compound_order(page), 2);
	ck_assert_uint_eq(page[1].compound_dtor, COMPOUND_PAGE_DTOR);
	ck_assert_int_eq(page[1].compound_mapcount, -1);
	ck_assert_int_eq(page[2].hpage_pinned_refcount, 0);
	for (int i = 1; i < 4; i++) {
		ck_assert(PageTail(&page[i]));
		ck_assert_uint_eq(page[i].compound_head, (unsigned long)page + 1);
		ck_assert_ptr_eq(page[i].mapping, TAIL_MAPPING);
		ck_assert_int_eq(page_count(&page[i]), 0);
	}
	/* A page that is no head has no compound order. */
	ck_assert_uint_eq(compound_order(&page[3]), 0);
}

/* Expect order 1 to stop before the third page, and order 0 to stay a single page. */
TEST(prep_compound_page_small_orders, "12-7")
{
	struct page *page;

	hand_one_zone();
	page = free_page_at(0x40000);
	free_page_at(0x40001);
	page[2].hpage_pinned_refcount = 5;
	prep_new_page(page, 1, GFP_KERNEL | __GFP_COMP, 0);
	ck_assert_uint_eq(compound_order(page), 1);
	ck_assert_int_eq(page[2].hpage_pinned_refcount, 5);

	page = free_page_at(0x40010);
	prep_new_page(page, 0, GFP_KERNEL | __GFP_COMP, 0);
	ck_assert(!PageCompound(page));
}

/* Expect zeroing to come first: the link of a tail page survives it, and so does the mark of the reserves. */
TEST(prep_new_page_zeroes_before_linking, "12-6")
{
	struct page *page;

	hand_one_zone();
	page = free_page_at(0x40000);
	free_page_at(0x40001);
	prep_new_page(page, 1, GFP_KERNEL | __GFP_COMP | __GFP_ZERO, ALLOC_NO_WATERMARKS);
	ck_assert(PageTail(&page[1]));
	ck_assert(page_is_pfmemalloc(page));
	ck_assert(all_zero(page, 2));
}

/* Expect each page of a split block to have a reference of its own, and to be freed on its own. */
TEST(split_page_gives_each_page_a_reference, "12-9")
{
	struct zone *zone = hand_one_zone();
	struct page *page;

	hand_lay(0x40000, 2, MIGRATE_MOVABLE);
	page = rmqueue(zone, zone, 2, GFP_KERNEL, 0, MIGRATE_MOVABLE);
	prep_new_page(page, 2, GFP_KERNEL, 0);
	split_page(page, 2);
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(page_count(&page[i]), 1);
		__free_pages(&page[i], 0);
	}
	ck_assert_int_eq(zone->pageset[0].pcp.count, 4);
	ck_assert_int_eq(test_bugs(), 0);
	drain_pages(0);
	ck_assert_str_eq(test_free_list(zone, 2, MIGRATE_MOVABLE), "40000");
}
