/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 15: one portion of one list, with all that it counts and says.
 */
#include <stdio.h>

#include "changes.h"
#include "life/life.h"
#include "page_cache.h"
#include "reclaim-scenes.h"

static struct lruvec *lists(void)
{
	return &scene.pgdat->lruvec;
}

/** The numbers of the n-th event of a kind, blanks between them. */
static const char *numbers_of(enum trace_event_id id, int n)
{
	static char text[512];
	const struct trace_event *event = test_event(id, n);
	char *end = text;

	*end = '\0';
	for (int i = 0; trace_event_descriptions[id].field[i].kind != TRACE_FIELD_END; i++)
		end += sprintf(end, "%s%lld", i ? " " : "", (long long)event->field[i]);
	return text;
}

/** Scan a portion of the inactive list of files. */
static unsigned long scan_files(unsigned long pages)
{
	return shrink_list(LRU_INACTIVE_FILE, pages, lists(), &scene.control);
}

/** A page of the active list. */
static struct page *active_page(struct address_space *space)
{
	struct page *page = listed_page(space, GFP_KERNEL);

	activate_page(page);
	lru_add_drain();
	return page;
}

/* ---- Isolation ---------------------------------------------------------------------------------------- */

TEST(inactive_is_low_at_a_whole_root, "15-11")
{
	/* Ten GiB and a little: 100 is the square of 10. */
	reclaim_setup();
	lists()->lruvec_stat[NR_INACTIVE_FILE] = 240000;
	lists()->lruvec_stat[NR_ACTIVE_FILE] = 2400000;
	ck_assert(!inactive_is_low(lists(), LRU_INACTIVE_FILE));
	lists()->lruvec_stat[NR_ACTIVE_FILE]++;
	ck_assert(inactive_is_low(lists(), LRU_INACTIVE_FILE));
	/* Less than one: 1, up to a page less. */
	lists()->lruvec_stat[NR_INACTIVE_ANON] = 131071;
	lists()->lruvec_stat[NR_ACTIVE_ANON] = 131072;
	ck_assert(inactive_is_low(lists(), LRU_INACTIVE_ANON));
	lists()->lruvec_stat[NR_INACTIVE_ANON] = 131072;
	lists()->lruvec_stat[NR_ACTIVE_ANON] = 131073;
	ck_assert(!inactive_is_low(lists(), LRU_INACTIVE_ANON));
}

TEST(isolation_sets_pages_of_other_zones_aside_in_their_order, "15-12")
{
	struct page *page[7];

	test_machine_zones(64);
	daemons_start();
	scene.file = address_space_new("file", false);
	scene.pgdat = NODE_DATA(0);
	scene.control = (struct scan_control){
		.gfp_mask = GFP_KERNEL, .reclaim_idx = ZONE_DMA32, .order = 3, .priority = 5
	};
	/* From the tail on: too high, mapped, DMA, too high, about to be freed, DMA32, DMA. */
	for (int i = 0; i < 7; i++)
		page[i] = listed_page(scene.file, i == 0 || i == 3 ? GFP_KERNEL
						  : i == 5	   ? GFP_DMA32 | GFP_KERNEL
								   : GFP_DMA | GFP_KERNEL);
	page_map(page[1], false);
	set_page_count(page[4], 0);
	test_forget_events();
	test_note_counters();
	ck_assert_uint_eq(scan_files(4), 2);
	test_expect_changes("DMA:nr_zone_inactive_file -1, DMA32:nr_zone_inactive_file -1, "
			    "nr_inactive_file -2, nr_file_pages -2, inactive_file -2, age +2, "
			    "pgfree +2, file:pages -2, file:reclaimed +2");
	/* Mode, zone, order, requested, looked at, skipped, taken, list. */
	ck_assert_str_eq(numbers_of(TRACE_mm_vmscan_lru_isolate, 0), "2 1 3 4 6 2 2 2");
	ck_assert_str_eq(numbers_of(TRACE_mm_vmscan_lru_shrink_inactive, 0),
			 "0 6 2 0 0 0 0 0 0 0 0 5 10");
	/* At the head, one behind the other: those set aside, the oldest last; then the busy ones, the last one first. */
	ck_assert_ptr_eq(lists()->lists[LRU_INACTIVE_FILE].next, &page[3]->lru);
	ck_assert_ptr_eq(page[3]->lru.next, &page[0]->lru);
	ck_assert_ptr_eq(page[0]->lru.next, &page[4]->lru);
	ck_assert_ptr_eq(page[4]->lru.next, &page[1]->lru);
	ck_assert_ptr_eq(page[1]->lru.next, &page[6]->lru);
	ck_assert_ptr_eq(page[6]->lru.next, &lists()->lists[LRU_INACTIVE_FILE]);
	/* With the others, mapped pages too, and the highest zone itself. */
	scene.control.may_unmap = true;
	scene.control.reclaim_idx = ZONE_NORMAL;
	set_page_count(page[4], 1);
	test_forget_events();
	ck_assert_uint_eq(scan_files(32), 5);
	ck_assert_str_eq(numbers_of(TRACE_mm_vmscan_lru_isolate, 0), "0 2 3 32 5 0 5 2");
}

TEST(isolation_is_one_change_of_a_counter, "15-12")
{
	/* 32 pages at once are just held back by the CPU; the next one takes all along. */
	reclaim_setup();
	for (int i = 0; i < 40; i++)
		listed_page(scene.file, GFP_KERNEL);
	test_fold();
	ck_assert_uint_eq(scan_files(32), 32);
	ck_assert_int_eq(lists()->lruvec_stat[NR_INACTIVE_FILE], 40);
	ck_assert_int_eq(lists()->lruvec_stat_cpu[0][NR_INACTIVE_FILE], -32);
	ck_assert_uint_eq(scan_files(1), 1);
	ck_assert_int_eq(lists()->lruvec_stat[NR_INACTIVE_FILE], 7);
	/* The isolated ones are counted by the node alone. */
	ck_assert_int_eq(lists()->lruvec_stat[NR_ISOLATED_FILE] +
				 lists()->lruvec_stat_cpu[0][NR_ISOLATED_FILE],
			 0);
}

/* ---- Inactive lists ----------------------------------------------------------------------------------- */

static unsigned long isolated_file, isolated_anon;

static void look_at_isolated(void)
{
	isolated_file = (unsigned long)test_node_count(NR_ISOLATED_FILE);
	isolated_anon = (unsigned long)test_node_count(NR_ISOLATED_ANON);
}

TEST(shrink_inactive_list_tells_what_became_of_a_portion, "15-5 15-12")
{
	struct page *page[7];

	reclaim_setup();
	for (int i = 0; i < 7; i++)
		page[i] = listed_page(scene.file, GFP_KERNEL);
	/* Held, dirty, being written, used, unevictable with its file's lock, going, going. */
	get_page(page[0]);
	page_dirty(page[1]);
	page_dirty(page[2]);
	page_write(page[2]);
	page_map(page[3], false);
	page_touch_mapped(page[3]);
	SetPageFlag(page[4], PG_locked);
	world->hooks.reschedule = look_at_isolated;
	test_forget_events();
	test_note_counters();
	ck_assert_uint_eq(scan_files(9), 2);
	ck_assert_uint_eq(isolated_file, 7);
	test_expect_changes("DMA:nr_zone_inactive_file -4, DMA:nr_zone_active_file +2, "
			    "nr_inactive_file -4, nr_active_file +2, nr_file_pages -2, "
			    "nr_vmscan_immediate_reclaim +1, inactive_file -4, active_file +2, "
			    "age +4, pgfree +2, file:pages -2, file:reclaimed +2");
	ck_assert_str_eq(numbers_of(TRACE_mm_vmscan_lru_isolate, 0), "0 2 0 9 7 0 7 2");
	/* Node, looked at, reclaimed; dirty 2, written 1, congested, immediate; activated 0 and 2, referenced 1, not
	 * unmapped; priority, flags of file pages. Not shown: dirty ones that nobody writes, written here, given up in vain. */
	ck_assert_str_eq(numbers_of(TRACE_mm_vmscan_lru_shrink_inactive, 0),
			 "0 7 2 2 1 0 0 0 2 1 0 12 10");
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_lru_shrink_inactive, 0)->field[13], 1);
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_lru_shrink_inactive, 0)->field[14], 0);
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_lru_shrink_inactive, 0)->field[15], 0);
	/* Those that stay are as old among themselves as before. */
	ck_assert_ptr_eq(lists()->lists[LRU_INACTIVE_FILE].prev, &page[0]->lru);
	ck_assert_ptr_eq(page[0]->lru.prev, &page[3]->lru);
	ck_assert_ptr_eq(page[3]->lru.prev, &page[4]->lru);
	ck_assert_ptr_eq(lists()->lists[LRU_ACTIVE_FILE].prev, &page[1]->lru);
	ck_assert_ptr_eq(page[1]->lru.prev, &page[2]->lru);
	ck_assert_int_eq(page_count(page[0]), 2);
}

TEST(shrink_inactive_list_adds_up_portions, "15-14")
{
	static const int kinds[2][5] = { { 3, 1, 1, 1, 2 }, { 1, 2, 1, 1, 0 } };

	/* Dirty, being written, that again and seen before by kswapd, dirty on a congested device, clean. */
	reclaim_setup();
	world->hooks.reschedule = NULL;
	current->flags |= PF_KSWAPD;
	scene.pgdat->flags = 1ul << PGDAT_WRITEBACK;
	for (int portion = 0; portion < 2; portion++) {
		struct address_space *slow = address_space_new("slow", false);

		slow->congested = true;
		for (int kind = 0; kind < 5; kind++)
			for (int i = 0; i < kinds[portion][kind]; i++) {
				struct page *page =
					listed_page(kind == 3 ? slow : scene.file, GFP_KERNEL);

				if (kind < 4)
					page_dirty(page);
				if (kind == 1 || kind == 2)
					page_write(page);
				if (kind == 2)
					SetPageFlag(page, PG_reclaim);
				get_page(page);
			}
		scan_files(portion ? 5 : 8);
		shrink_list(LRU_INACTIVE_ANON, 5, lists(), &scene.control);
		/* Clean pages stay inactive; they are not for the next portion. */
		while (!list_empty(&lists()->lists[LRU_INACTIVE_FILE]))
			lru_list_del(list_entry(lists()->lists[LRU_INACTIVE_FILE].next, struct page,
						lru));
	}
	ck_assert_uint_eq(scene.control.nr.dirty, 6 + 5);
	ck_assert_uint_eq(scene.control.nr.unqueued_dirty, 4 + 2);
	ck_assert_uint_eq(scene.control.nr.congested, 2 + 2);
	ck_assert_uint_eq(scene.control.nr.writeback, 1 + 2);
	ck_assert_uint_eq(scene.control.nr.immediate, 1 + 1);
	ck_assert_uint_eq(scene.control.nr.taken, 8 + 5);
	ck_assert_uint_eq(scene.control.nr.file_taken, 8 + 5);
	/* Anonymous pages are taken, too, but none of files. */
	for (int i = 0; i < 3; i++) {
		struct page *page = listed_page(scene.heap, GFP_KERNEL);

		lru_list_del(page);
		ClearPageFlag(page, PG_active);
		lru_list_add(page);
	}
	world->hooks.reschedule = look_at_isolated;
	test_forget_events();
	shrink_list(LRU_INACTIVE_ANON, 2, lists(), &scene.control);
	ck_assert_uint_eq(isolated_anon, 2);
	ck_assert_int_eq(test_node_count(NR_ISOLATED_ANON), 0);
	ck_assert_uint_eq(scene.control.nr.taken, 8 + 5 + 2);
	ck_assert_uint_eq(scene.control.nr.file_taken, 8 + 5);
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_lru_shrink_inactive, 0)->field[12], 9);
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_lru_shrink_inactive, 0)->field[14], 2);
}

static int flushers;

static void count_flushers(struct pglist_data *pgdat)
{
	ck_assert_ptr_eq(pgdat, scene.pgdat);
	flushers++;
}

TEST(shrink_inactive_list_wakes_the_flushers_for_nothing_but_dirty_pages, "15-12")
{
	for (int clean = 0; clean <= 1; clean++) {
		reclaim_setup();
		world->hooks.flushers_woken = count_flushers;
		flushers = 0;
		for (int i = 0; i < 4; i++)
			page_dirty(listed_page(scene.file, GFP_KERNEL));
		if (clean)
			listed_page(scene.file, GFP_KERNEL);
		scan_files(5);
		ck_assert_int_eq(flushers, !clean);
	}
	/* Nothing at all is not nothing but dirty pages. */
	reclaim_setup();
	world->hooks.flushers_woken = count_flushers;
	flushers = 0;
	scan_files(5);
	ck_assert_int_eq(flushers, 0);
}

TEST(shrink_inactive_list_remembers_costs, "15-13")
{
	reclaim_setup();
	for (int i = 0; i < 400; i++)
		listed_page(scene.file, GFP_KERNEL);
	test_fold();
	lists()->lruvec_stat[NR_INACTIVE_FILE] = 400;
	/* No page is written: what was remembered fades all the same, if it is more than a quarter of the lists. */
	lists()->file_cost = 50;
	lists()->anon_cost = 50;
	scan_files(1);
	ck_assert_uint_eq(lists()->file_cost, 50);
	lists()->anon_cost = 52;
	scan_files(1);
	ck_assert_uint_eq(lists()->file_cost, 25);
	ck_assert_uint_eq(lists()->anon_cost, 26);
	/* kswapd writes two pages. */
	scene.pgdat->flags = 1ul << PGDAT_DIRTY;
	current->flags |= PF_KSWAPD;
	for (int i = 0; i < 2; i++) {
		struct page *page =
			list_entry(lists()->lists[LRU_INACTIVE_FILE].prev, struct page, lru);

		page_dirty(page);
		SetPageFlag(page, PG_reclaim);
		list_move(&page->lru, &lists()->lists[LRU_INACTIVE_FILE]);
		list_move_tail(&page->lru, &lists()->lists[LRU_INACTIVE_FILE]);
		scan_files(1);
	}
	ck_assert_uint_eq(lists()->file_cost, 27);
	ck_assert_uint_eq(lists()->anon_cost, 26);
}

TEST(too_many_isolated_counts_by_kind_and_mask, "15-12 13-15")
{
	/* Isolated pages, the mask, and whether a portion of 80 pages is scanned: an eighth at most, or all. */
	static const struct {
		long isolated;
		gfp_t gfp_mask;
		bool scanned;
	} rows[] = {
		{ 10, GFP_KERNEL, true }, { 11, GFP_KERNEL, false }, { 80, GFP_NOFS, true },
		{ 81, GFP_NOFS, false },  { 80, GFP_NOIO, true },    { 81, GFP_NOIO, false },
		{ 80, __GFP_FS, true },
	};

	for_each_row(i, rows) {
		reclaim_setup();
		page_cache_fill(scene.file, GFP_KERNEL, 80);
		lru_add_drain();
		test_fold();
		/* Of the other kind there may be as many as there like. */
		mod_node_page_state(scene.pgdat, NR_ISOLATED_ANON, 1000);
		mod_node_page_state(scene.pgdat, NR_ISOLATED_FILE, rows[i].isolated);
		scene.control.gfp_mask = rows[i].gfp_mask;
		ck_assert_uint_eq(scan_files(8), rows[i].scanned ? 8 : 0);
		ck_assert_uint_eq(world->jiffies, rows[i].scanned ? 0 : HZ / 10);
	}
	/* The same of anonymous pages, where there are no files. */
	reclaim_setup();
	scene.pgdat->vm_stat[NR_INACTIVE_ANON] = 80;
	mod_node_page_state(scene.pgdat, NR_ISOLATED_FILE, 1000);
	mod_node_page_state(scene.pgdat, NR_ISOLATED_ANON, 10);
	shrink_list(LRU_INACTIVE_ANON, 8, lists(), &scene.control);
	ck_assert_uint_eq(world->jiffies, 0);
	/* A group of the unified hierarchy waits like everybody. */
	mod_node_page_state(scene.pgdat, NR_ISOLATED_ANON, 10);
	scene.control.target_mem_cgroup = &world->root_mem_cgroup;
	shrink_list(LRU_INACTIVE_ANON, 8, lists(), &scene.control);
	ck_assert_uint_eq(world->jiffies, HZ / 10);
}

/** Whoever waits is helped while he does. */
static void others_put_back(unsigned long ticks)
{
	world->jiffies += ticks;
	scene.pgdat->vm_stat[NR_ISOLATED_FILE] = 0;
}

TEST(shrink_inactive_list_goes_on_after_a_wait, "15-12")
{
	reclaim_setup();
	page_cache_fill(scene.file, GFP_KERNEL, 80);
	mod_node_page_state(scene.pgdat, NR_ISOLATED_FILE, 50);
	world->hooks.sleep = others_put_back;
	ck_assert_uint_eq(scan_files(8), 8);
	ck_assert_uint_eq(world->jiffies, HZ / 10);
}

/* ---- Putting back ------------------------------------------------------------------------------------- */

/** Pages whose last other reference goes when the scan first offers the CPU. */
static struct page *let_go[4];

static void let_all_go(void)
{
	for_each_row(i, let_go) {
		if (let_go[i])
			put_page(let_go[i]);
		let_go[i] = NULL;
	}
}

TEST(pages_put_back_that_nobody_holds_are_freed_the_last_one_first, "15-11")
{
	s64 order[4];

	reclaim_setup();
	/* From the tail on: code that is executed, data, code, data. */
	for (int i = 0; i < 4; i++) {
		let_go[i] = active_page(scene.file);
		if (i % 2 == 0)
			let_go[i]->private = LRU_EXEC | 1;
		order[i] = (s64)page_to_pfn(let_go[i]);
	}
	world->hooks.reschedule = let_all_go;
	test_forget_events();
	test_note_counters();
	shrink_active_list(32, lists(), &scene.control, LRU_ACTIVE_FILE);
	/* Their owner has let go of them without a word to the file. They were on lists again, but for no tick. */
	test_expect_changes(
		"DMA:nr_zone_active_file -4, nr_active_file -4, active_file -4, pgfree +4");
	/* First those that were to become inactive, then those that were to stay. */
	ck_assert_int_eq(test_event(TRACE_mm_page_free_batched, 0)->field[0], order[3]);
	ck_assert_int_eq(test_event(TRACE_mm_page_free_batched, 1)->field[0], order[1]);
	ck_assert_int_eq(test_event(TRACE_mm_page_free_batched, 2)->field[0], order[2]);
	ck_assert_int_eq(test_event(TRACE_mm_page_free_batched, 3)->field[0], order[0]);
	/* Node, taken, stayed, moved, rotated, priority, flags. */
	ck_assert_str_eq(numbers_of(TRACE_mm_vmscan_lru_shrink_active, 0), "0 4 0 0 2 12 10");
	/* Of an inactive list, too, and they do not count as reclaimed. */
	reclaim_setup();
	for (int i = 0; i < 2; i++) {
		let_go[i] = listed_page(scene.file, GFP_KERNEL);
		page_dirty(let_go[i]);
		order[i] = (s64)page_to_pfn(let_go[i]);
	}
	world->hooks.reschedule = let_all_go;
	ck_assert_uint_eq(scan_files(2), 0);
	ck_assert_int_eq(test_event(TRACE_mm_page_free_batched, 0)->field[0], order[1]);
	ck_assert_int_eq(test_event(TRACE_mm_page_free_batched, 1)->field[0], order[0]);
}

/* ---- Active lists ------------------------------------------------------------------------------------- */

static int nr_offers;

static void one_more_offer(void)
{
	nr_offers++;
	look_at_isolated();
}

TEST(shrink_active_list_tells_what_became_of_a_portion, "15-11")
{
	struct page *page[6];

	reclaim_setup();
	/* From the tail on: code, data, code that nobody executed, unevictable, code, and one that is not reached. */
	for (int i = 0; i < 6; i++) {
		page[i] = active_page(scene.file);
		page_map(page[i], i == 0 || i == 2 || i == 4);
		if (i != 2)
			page_touch_mapped(page[i]);
		SetPageFlag(page[i], PG_referenced);
	}
	SetPageFlag(page[3], PG_mlocked);
	scene.control.priority = 7;
	nr_offers = 0;
	world->hooks.reschedule = one_more_offer;
	test_forget_events();
	test_note_counters();
	shrink_active_list(5, lists(), &scene.control, LRU_ACTIVE_FILE);
	ck_assert_int_eq(nr_offers, 5);
	ck_assert_uint_eq(isolated_file, 5);
	test_expect_changes("DMA:nr_zone_inactive_file +2, DMA:nr_zone_active_file -3, "
			    "nr_inactive_file +2, nr_active_file -3, inactive_file +2, "
			    "active_file -3, age +2");
	ck_assert_str_eq(numbers_of(TRACE_mm_vmscan_lru_isolate, 0), "0 2 0 5 5 0 5 3");
	ck_assert_str_eq(numbers_of(TRACE_mm_vmscan_lru_shrink_active, 0), "0 5 2 2 2 7 10");
	/* Order of age is kept; that they were referenced, too. */
	ck_assert_ptr_eq(lists()->lists[LRU_INACTIVE_FILE].prev, &page[1]->lru);
	ck_assert_ptr_eq(lists()->lists[LRU_INACTIVE_FILE].next, &page[2]->lru);
	ck_assert_ptr_eq(lists()->lists[LRU_ACTIVE_FILE].next, &page[4]->lru);
	ck_assert_ptr_eq(page[4]->lru.next, &page[0]->lru);
	ck_assert_ptr_eq(page[0]->lru.next, &page[5]->lru);
	ck_assert(PageFlag(page[1], PG_referenced) && PageFlag(page[1], PG_workingset) &&
		  !PageFlag(page[1], PG_active));
	ck_assert(PageFlag(page[0], PG_active) && !PageFlag(page[0], PG_workingset));
	ck_assert(!PageFlag(page[3], PG_lru) && PageFlag(page[3], PG_active));
	/* Anonymous pages have events and counters of their own. */
	active_page(scene.heap);
	nr_offers = 0;
	test_forget_events();
	test_note_counters();
	shrink_active_list(5, lists(), &scene.control, LRU_ACTIVE_ANON);
	ck_assert_uint_eq(isolated_anon, 1);
	ck_assert_str_eq(numbers_of(TRACE_mm_vmscan_lru_shrink_active, 0), "0 1 0 1 0 7 9");
	test_expect_changes("DMA:nr_zone_inactive_anon +1, DMA:nr_zone_active_anon -1, "
			    "nr_inactive_anon +1, nr_active_anon -1, inactive_anon +1, "
			    "active_anon -1");
}

TEST(shrink_list_reads_the_decision_of_its_kind, "15-11")
{
	for (int kind = 0; kind <= 1; kind++) {
		reclaim_setup();
		scene.control.may_deactivate_file = kind;
		scene.control.may_deactivate_anon = !kind;
		ck_assert_uint_eq(shrink_list(LRU_ACTIVE_FILE, 1, lists(), &scene.control), 0);
		ck_assert_int_eq(scene.control.skipped_deactivate, !kind);
		ck_assert_int_eq(test_count(TRACE_mm_vmscan_lru_shrink_active), kind);
		scene.control.skipped_deactivate = false;
		ck_assert_uint_eq(shrink_list(LRU_ACTIVE_ANON, 1, lists(), &scene.control), 0);
		ck_assert_int_eq(scene.control.skipped_deactivate, kind);
		ck_assert_int_eq(test_count(TRACE_mm_vmscan_lru_shrink_active), 1);
	}
}

TEST(shrink_list_scans_each_list_as_what_it_is, "15-12")
{
	/* Inactive lists are reclaimed from whatever may be deactivated. */
	reclaim_setup();
	listed_page(scene.file, GFP_KERNEL);
	ck_assert_uint_eq(scan_files(1), 1);
	ck_assert(!scene.control.skipped_deactivate);
	scene.control.may_deactivate_anon = true;
	scene.control.may_deactivate_file = true;
	listed_page(scene.file, GFP_KERNEL);
	ck_assert_uint_eq(scan_files(1), 1);
	shrink_list(LRU_INACTIVE_ANON, 1, lists(), &scene.control);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_lru_shrink_active), 0);
}
