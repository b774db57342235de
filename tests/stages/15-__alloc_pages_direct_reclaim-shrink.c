/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 15: the lists and their balance, what follows a pass, groups.
 */
#include <stdio.h>
#include <string.h>

#include "changes.h"
#include "life/life.h"
#include "page_cache.h"
#include "reclaim-scenes.h"

/* ---- Lists ------------------------------------------------------------------------------------------ */

TEST(inactive_is_low_ratio, "15-11")
{
	struct lruvec *lruvec;

	reclaim_setup();
	lruvec = &scene.pgdat->lruvec;
	lruvec->lruvec_stat[NR_INACTIVE_FILE] = 100;
	lruvec->lruvec_stat[NR_ACTIVE_FILE] = 100;
	ck_assert(!inactive_is_low(lruvec, LRU_INACTIVE_FILE));
	lruvec->lruvec_stat[NR_ACTIVE_FILE] = 101;
	ck_assert(inactive_is_low(lruvec, LRU_INACTIVE_FILE));
	/* One GiB: a third is enough; ten: a tenth. */
	lruvec->lruvec_stat[NR_INACTIVE_FILE] = 70000;
	lruvec->lruvec_stat[NR_ACTIVE_FILE] = 210000;
	ck_assert(!inactive_is_low(lruvec, LRU_INACTIVE_FILE));
	lruvec->lruvec_stat[NR_ACTIVE_FILE]++;
	ck_assert(inactive_is_low(lruvec, LRU_INACTIVE_FILE));
	lruvec->lruvec_stat[NR_INACTIVE_FILE] = 262144;
	lruvec->lruvec_stat[NR_ACTIVE_FILE] = 2621440;
	ck_assert(!inactive_is_low(lruvec, LRU_INACTIVE_FILE));
}

TEST(shrink_active_list_moves_used_or_not, "15-11")
{
	struct page *code, *data, *locked, *code_unused;

	reclaim_setup();
	code = listed_page(scene.file, GFP_KERNEL);
	data = listed_page(scene.file, GFP_KERNEL);
	locked = listed_page(scene.file, GFP_KERNEL);
	code_unused = listed_page(scene.file, GFP_KERNEL);
	activate_page(code);
	activate_page(data);
	activate_page(locked);
	activate_page(code_unused);
	activate_page(code_unused);
	lru_add_drain();
	activate_page(code_unused);
	page_map(code, true);
	page_touch_mapped(code);
	page_map(code_unused, true);
	page_map(data, false);
	page_touch_mapped(data);
	SetPageFlag(locked, PG_mlocked);
	shrink_active_list(32, &scene.pgdat->lruvec, &scene.control, LRU_ACTIVE_FILE);
	ck_assert(PageFlag(code, PG_active));
	ck_assert(!PageFlag(data, PG_active) && PageFlag(data, PG_workingset));
	ck_assert(!PageFlag(code_unused, PG_active));
	lru_add_drain();
	ck_assert(PageFlag(locked, PG_unevictable));
	ck_assert_int_eq(test_last_event(TRACE_mm_vmscan_lru_shrink_active)->field[1], 4);
	ck_assert_int_eq(test_last_event(TRACE_mm_vmscan_lru_shrink_active)->field[4], 1);
	/* Anonymous code does not exist: it moves. */
	struct page *anon = listed_page(scene.heap, GFP_KERNEL);

	anon->private |= LRU_EXEC;
	page_touch_mapped(anon);
	shrink_active_list(32, &scene.pgdat->lruvec, &scene.control, LRU_ACTIVE_ANON);
	ck_assert(!PageFlag(anon, PG_active));
	/* The event comes even when there is nothing. */
	shrink_active_list(32, &scene.pgdat->lruvec, &scene.control, LRU_ACTIVE_ANON);
	ck_assert_int_eq(test_last_event(TRACE_mm_vmscan_lru_shrink_active)->field[1], 0);
}

TEST(shrink_active_list_pages_of_others, "15-11")
{
	struct page *locked, *area, *gone, *stays;

	reclaim_setup();
	locked = listed_page(scene.file, GFP_KERNEL);
	area = listed_page(scene.file, GFP_KERNEL);
	gone = listed_page(scene.file, GFP_KERNEL);
	stays = listed_page(scene.file, GFP_KERNEL);
	activate_page(locked);
	activate_page(area);
	activate_page(gone);
	activate_page(stays);
	lru_add_drain();
	/* Nobody looks at a page that somebody else has locked, nor further than at an area of locked memory. */
	page_map(locked, true);
	page_touch_mapped(locked);
	SetPageFlag(locked, PG_locked);
	page_map(area, true);
	page_touch_mapped(area);
	area->private |= LRU_VM_LOCKED;
	/* Its owner lets go while it is being scanned: here, just before. */
	gone->_refcount--;
	gone->mapping = NULL;
	get_page(gone);
	page_map(stays, true);
	page_touch_mapped(stays);
	scene.pgdat->lruvec.nonresident_age = 0;
	shrink_active_list(32, &scene.pgdat->lruvec, &scene.control, LRU_ACTIVE_FILE);
	ck_assert(!PageFlag(locked, PG_active) && (locked->private & LRU_ACCESSED));
	ck_assert(!PageFlag(area, PG_active) && (area->private & LRU_ACCESSED));
	ck_assert(PageFlag(stays, PG_active) && !(stays->private & LRU_ACCESSED));
	/* A page that stays active is a tick of the clock, one that does not is none. */
	ck_assert_uint_eq(scene.pgdat->lruvec.nonresident_age, 1);
	ck_assert(!PageFlag(gone, PG_active));
	/* A locked anonymous page is looked at all the same. */
	struct page *anon = listed_page(scene.heap, GFP_KERNEL);

	page_touch_mapped(anon);
	SetPageFlag(anon, PG_locked);
	shrink_active_list(32, &scene.pgdat->lruvec, &scene.control, LRU_ACTIVE_ANON);
	ck_assert_uint_eq(anon->private & LRU_ACCESSED, 0);
}

/** Somebody else lets go of the page that is being scanned, when the scan offers the CPU. */
static struct page *held_by_other;

static void other_lets_go(void)
{
	if (held_by_other && !PageFlag(held_by_other, PG_lru))
		put_page(held_by_other);
	held_by_other = NULL;
}

TEST(pages_that_nobody_holds_any_more_are_freed_after_the_scan, "15-11")
{
	struct page *page;

	reclaim_setup();
	page = listed_page(scene.file, GFP_KERNEL);
	activate_page(page);
	lru_add_drain();
	held_by_other = page;
	world->hooks.reschedule = other_lets_go;
	shrink_active_list(32, &scene.pgdat->lruvec, &scene.control, LRU_ACTIVE_FILE);
	ck_assert_int_eq(page_count(page), 0);
	ck_assert_int_eq(test_last_event(TRACE_mm_vmscan_lru_shrink_active)->field[1], 1);
	ck_assert_int_eq(test_last_event(TRACE_mm_vmscan_lru_shrink_active)->field[3], 0);
	ck_assert_uint_eq(
		scene.pgdat->lruvec.lru_size[zone_idx(page_zone(page))][LRU_INACTIVE_FILE], 0);
	ck_assert_int_eq(test_node_count(NR_ISOLATED_FILE), 0);
}

TEST(shrink_active_list_drops_buffers_when_there_are_too_many, "15-11")
{
	struct page *plain, *busy, *written, *locked, *dropped;
	struct page **const pages[] = { &plain, &busy, &written, &locked, &dropped };

	reclaim_setup();
	for_each_row(i, pages) {
		*pages[i] = listed_page(scene.file, GFP_KERNEL);
		activate_page(*pages[i]);
		if (i) {
			SetPageFlag(*pages[i], PG_private);
			get_page(*pages[i]);
		}
	}
	busy->private |= LRU_BUFFERS_BUSY;
	SetPageFlag(written, PG_writeback);
	SetPageFlag(locked, PG_locked);
	world->buffer_heads_over_limit = true;
	shrink_active_list(32, &scene.pgdat->lruvec, &scene.control, LRU_ACTIVE_FILE);
	ck_assert(PageFlag(busy, PG_private) && PageFlag(written, PG_private) &&
		  PageFlag(locked, PG_private));
	ck_assert(!PageFlag(dropped, PG_private));
	ck_assert_int_eq(page_count(dropped), 1);
}

TEST(shrink_list_leaves_active_lists_alone_unless_told, "15-11")
{
	reclaim_setup();
	ck_assert_uint_eq(shrink_list(LRU_ACTIVE_FILE, 32, &scene.pgdat->lruvec, &scene.control),
			  0);
	ck_assert(scene.control.skipped_deactivate);
	ck_assert_uint_eq(shrink_list(LRU_ACTIVE_ANON, 32, &scene.pgdat->lruvec, &scene.control),
			  0);
	ck_assert_int_eq(test_events(), 0);
	scene.control.may_deactivate_anon = true;
	shrink_list(LRU_ACTIVE_ANON, 32, &scene.pgdat->lruvec, &scene.control);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_lru_shrink_active), 1);
}

TEST(isolation_skips_zones_and_mapped_pages, "15-12")
{
	struct page *high, *low, *mapped, *dying;

	test_machine_zones(64);
	daemons_start();
	scene.file = address_space_new("file", false);
	scene.pgdat = NODE_DATA(0);
	scene.control =
		(struct scan_control){ .nr_to_reclaim = 32, .gfp_mask = GFP_KERNEL, .priority = 0 };
	high = listed_page(scene.file, GFP_KERNEL);
	low = listed_page(scene.file, GFP_DMA | GFP_KERNEL);
	mapped = listed_page(scene.file, GFP_DMA | GFP_KERNEL);
	dying = listed_page(scene.file, GFP_DMA | GFP_KERNEL);
	page_map(mapped, false);
	set_page_count(dying, 0);
	ck_assert_int_eq(page_zonenum(high), ZONE_NORMAL);
	test_forget_events();
	ck_assert_uint_eq(shrink_list(LRU_INACTIVE_FILE, 3, &scene.pgdat->lruvec, &scene.control),
			  1);
	ck_assert_int_eq(page_count(low), 0);
	const struct trace_event *event = test_event(TRACE_mm_vmscan_lru_isolate, 0);

	ck_assert_int_eq(event->field[0], 2);
	ck_assert_int_eq(event->field[4], 4); /* looked at */
	ck_assert_int_eq(event->field[5], 1); /* skipped: of a higher zone */
	ck_assert_int_eq(event->field[6], 1); /* taken */
	/* The skipped page lies at the head now. */
	ck_assert_ptr_eq(scene.pgdat->lruvec.lists[LRU_INACTIVE_FILE].next, &high->lru);
}

TEST(pages_that_must_not_be_reclaimed_leave_by_a_pagevec, "15-12 15-20")
{
	struct page *page;

	reclaim_setup();
	page = listed_page(scene.file, GFP_KERNEL);
	SetPageFlag(page, PG_mlocked);
	ck_assert_uint_eq(shrink_list(LRU_INACTIVE_FILE, 1, &scene.pgdat->lruvec, &scene.control),
			  0);
	ck_assert(!PageFlag(page, PG_lru));
	lru_add_drain();
	ck_assert_int_eq(page_lru(page), LRU_UNEVICTABLE);
	ck_assert_int_eq(page_count(page), 1);
}

TEST(shrink_inactive_list_waits_while_too_much_is_isolated, "15-12 13-15")
{
	reclaim_setup();
	page_cache_fill(scene.file, GFP_KERNEL, 80);
	mod_node_page_state(scene.pgdat, NR_ISOLATED_FILE, 11);
	/* More than an eighth is in others' hands: one wait, then nothing. */
	ck_assert_uint_eq(shrink_list(LRU_INACTIVE_FILE, 32, &scene.pgdat->lruvec, &scene.control),
			  0);
	ck_assert_uint_eq(world->jiffies, HZ / 10);
	/* The dying get a number that makes them leave. */
	current->fatal_signal_pending = true;
	ck_assert_uint_eq(shrink_list(LRU_INACTIVE_FILE, 32, &scene.pgdat->lruvec, &scene.control),
			  32);
	ck_assert_uint_eq(scene.file->nrpages, 80);
	current->fatal_signal_pending = false;
	/* Those who hold locks get through. */
	scene.control.gfp_mask = GFP_NOFS;
	ck_assert_uint_eq(shrink_list(LRU_INACTIVE_FILE, 8, &scene.pgdat->lruvec, &scene.control),
			  8);
	scene.control.gfp_mask = GFP_KERNEL;
	/* kswapd too, and groups of the legacy hierarchy. */
	current->flags |= PF_KSWAPD;
	ck_assert_uint_eq(shrink_list(LRU_INACTIVE_FILE, 8, &scene.pgdat->lruvec, &scene.control),
			  8);
	current->flags &= ~PF_KSWAPD;
	world->memcg_legacy = true;
	scene.control.target_mem_cgroup = &world->root_mem_cgroup;
	ck_assert_uint_eq(shrink_list(LRU_INACTIVE_FILE, 8, &scene.pgdat->lruvec, &scene.control),
			  8);
	world->memcg_legacy = false;
	ck_assert_uint_eq(shrink_list(LRU_INACTIVE_FILE, 8, &scene.pgdat->lruvec, &scene.control),
			  0);
	mod_node_page_state(scene.pgdat, NR_ISOLATED_ANON, 1);
	ck_assert_uint_eq(shrink_list(LRU_INACTIVE_ANON, 8, &scene.pgdat->lruvec, &scene.control),
			  0);
}

TEST(shrink_inactive_list_wakes_the_flushers, "15-12")
{
	reclaim_setup();
	for (int i = 0; i < 8; i++)
		page_dirty(listed_page(scene.file, GFP_KERNEL));
	world->hooks.reschedule = NULL;
	shrink_list(LRU_INACTIVE_FILE, 8, &scene.pgdat->lruvec, &scene.control);
	ck_assert_uint_eq(scene.control.nr.unqueued_dirty, 8);
	ck_assert(life_is_busy());
	world->hooks.flushers_woken = NULL;
	for (int i = 0; i < 8; i++)
		page_dirty(listed_page(scene.file, GFP_KERNEL));
	world->subscriber = NULL;
	shrink_list(LRU_INACTIVE_FILE, 8, &scene.pgdat->lruvec, &scene.control);
	test_machine_uma(64);
	scene.pgdat = NODE_DATA(0);
	/* Nothing there: no event of shrinking. */
	test_forget_events();
	shrink_list(LRU_INACTIVE_ANON, 8, &scene.pgdat->lruvec, &scene.control);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_lru_isolate), 1);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_lru_shrink_inactive), 0);
}

/* ---- The balance of the lists ----------------------------------------------------------------------- */

/** Scan a node once at priority 4; how many pages of each list were looked at? */
static void looked_at(unsigned long *lists)
{
	test_forget_events();
	memset(lists, 0, 4 * sizeof(*lists));
	shrink_node(scene.pgdat, &scene.control);
	for (int i = 0; i < test_count(TRACE_mm_vmscan_lru_isolate); i++) {
		const struct trace_event *event = test_event(TRACE_mm_vmscan_lru_isolate, i);

		lists[event->field[7]] += (unsigned long)event->field[3];
	}
}

/** 2048 inactive anonymous, 2048 inactive file pages, all mapped and in use: nothing goes. */
static void two_kinds(void)
{
	reclaim_setup();
	for (int i = 0; i < 2048; i++) {
		struct page *page = listed_page(scene.heap, GFP_KERNEL);

		lru_list_del(page);
		ClearPageFlag(page, PG_active);
		page->private |= LRU_UNMAP_FAILS;
		lru_list_add(page);
		page = listed_page(scene.file, GFP_KERNEL);
		get_page(page);
	}
	scene.control.priority = 4;
	scene.control.nr_to_reclaim = 1000000;
	test_set_watermarks(scene.zone, 10, 20, 30);
}

TEST(get_scan_count_without_groups_counts_by_zones, "15-13")
{
	reclaim_setup();
	world->nr_swap_pages = 0;
	for (int i = 0; i < 64; i++)
		listed_page(scene.file, GFP_KERNEL);
	scene.control.priority = 2;
	scene.control.force_deactivate = true;
	/* The zone's counter lags 8 pages behind the list. */
	world->memcg_disabled = true;
	scene.zone->vm_stat[NR_ZONE_INACTIVE_FILE] = 56;
	ck_assert_uint_eq(zone_page_state(scene.zone, NR_ZONE_INACTIVE_FILE), 56);
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_lru_isolate, 0)->field[3], 56 >> 2);
	world->memcg_disabled = false;
}

TEST(get_scan_count_rules, "15-13")
{
	unsigned long lists[4];

	two_kinds();
	/* Plenty of old page cache: only that. */
	looked_at(lists);
	ck_assert_uint_eq(lists[LRU_INACTIVE_FILE], 2048 >> 4);
	ck_assert_uint_eq(lists[LRU_INACTIVE_ANON], 0);
	/* No swap, or swapping forbidden: only files. */
	scene.control.may_swap = false;
	looked_at(lists);
	ck_assert_uint_eq(lists[LRU_INACTIVE_ANON], 0);
	scene.control.may_swap = true;
	/* Files that come back at once: shared out by swappiness, 60 to 140. */
	scene.pgdat->lruvec.anon_cost = scene.pgdat->lruvec.file_cost = 0;
	scene.pgdat->lruvec.lruvec_stat[WORKINGSET_ACTIVATE]++;
	looked_at(lists);
	ck_assert_uint_eq(lists[LRU_INACTIVE_ANON], 128 * 60 / 200);
	ck_assert_uint_eq(lists[LRU_INACTIVE_FILE], 128 * 140 / 200);
	/* Anonymous pages were dear lately: less of them. */
	scene.pgdat->lruvec.anon_cost = 900;
	looked_at(lists);
	ck_assert_uint_lt(lists[LRU_INACTIVE_ANON], 128 * 60 / 200);
	/* The last priority: both in full. */
	scene.control.priority = 0;
	looked_at(lists);
	ck_assert_uint_ge(lists[LRU_INACTIVE_FILE] + lists[LRU_ACTIVE_FILE], 1);
	ck_assert_uint_ge(lists[LRU_INACTIVE_ANON] + lists[LRU_ACTIVE_ANON], 1);
}

TEST(get_scan_count_no_swappiness_and_tiny_files, "15-13")
{
	unsigned long lists[4];

	two_kinds();
	scene.control.force_deactivate = true;
	world->vm_swappiness = 0;
	scene.control.priority = 0;
	looked_at(lists);
	/* Priority 0 with swappiness 0: still by share, and that is nothing. */
	ck_assert_uint_eq(lists[LRU_INACTIVE_ANON], 0);
	scene.control.target_mem_cgroup = memcg_new("/g", &world->root_mem_cgroup, 1000);
	looked_at(lists);
	scene.control.target_mem_cgroup = NULL;
	/* Files and free memory together are below the high marks: only anonymous pages. */
	two_kinds();
	world->vm_swappiness = 60;
	test_set_watermarks(scene.zone, 10, 20, 1000000);
	scene.pgdat->lruvec.lruvec_stat[WORKINGSET_ACTIVATE]++;
	looked_at(lists);
	ck_assert_uint_eq(lists[LRU_INACTIVE_FILE], 0);
	ck_assert_uint_eq(lists[LRU_INACTIVE_ANON], 128);
}

/** Reclaim from so many file pages and so many anonymous ones, all inactive. */
static void shrink_both(unsigned long files, int anonymous)
{
	page_cache_fill(scene.file, GFP_KERNEL, files);
	for (int i = 0; i < anonymous; i++) {
		struct page *page = listed_page(scene.heap, GFP_KERNEL);

		lru_list_del(page);
		ClearPageFlag(page, PG_active);
		lru_list_add(page);
	}
	scene.heap->synchronous = true;
	scene.pgdat->lruvec.lruvec_stat[WORKINGSET_ACTIVATE]++;
	scene.control.priority = 1;
	shrink_node(scene.pgdat, &scene.control);
}

TEST(shrink_lruvec_stops_in_proportion, "15-13")
{
	reclaim_setup();
	/* Enough of both kinds, all reclaimable: after the target the smaller rest is dropped. */
	shrink_both(2000, 1000);
	ck_assert_uint_ge(scene.control.nr_reclaimed, 32);
	ck_assert_uint_lt(scene.control.nr_reclaimed, 1500);
	ck_assert_uint_gt(scene.file->reclaimed, 0);
	ck_assert_uint_gt(scene.heap->reclaimed, 0);
	/* And the other way round: more anonymous pages than file pages. */
	reclaim_setup();
	shrink_both(300, 4000);
	ck_assert_uint_gt(scene.heap->reclaimed, scene.file->reclaimed);
}

/* ---- Portions, one after the other ------------------------------------------------------------------- */

/** The scans of lists since the last look: "0:32 2:16" is a portion of 32 of the inactive anonymous list, then 16 of the inactive file list. */
static const char *scans(void)
{
	static char text[8192];
	char *end = text;

	*end = '\0';
	for (int i = 0; i < test_count(TRACE_mm_vmscan_lru_isolate); i++) {
		const struct trace_event *event = test_event(TRACE_mm_vmscan_lru_isolate, i);

		ck_assert_int_lt(end - text, (long)sizeof(text) - 32);
		end += sprintf(end, "%s%lld:%lld", end > text ? " " : "",
			       (long long)event->field[7], (long long)event->field[3]);
	}
	test_forget_events();
	return text;
}

/** So many pages on each list, all of which can be reclaimed; writing to swap takes no time. */
static void four_lists(int inactive_anon, int active_anon, int inactive_file, int active_file)
{
	const int lengths[] = { inactive_anon, active_anon, inactive_file, active_file };

	reclaim_setup();
	scene.heap->synchronous = true;
	for (int lru = LRU_INACTIVE_ANON; lru <= LRU_ACTIVE_FILE; lru++)
		for (int i = 0; i < lengths[lru]; i++) {
			struct page *page = listed_page(
				lru < LRU_INACTIVE_FILE ? scene.heap : scene.file, GFP_KERNEL);

			lru_list_del(page);
			ClearPageFlag(page, PG_active);
			if (lru & 1)
				SetPageFlag(page, PG_active);
			lru_list_add(page);
		}
	/* Without the supply that is kept at the end of each group. */
	world->total_swap_pages = 0;
	scene.control.force_deactivate = true;
	test_forget_events();
}

TEST(shrink_lruvec_portions_in_proportion, "15-13")
{
	/* Targets at priority 1 with swappiness 60: 48, 45, 224, 70. After a round 29 of 93 anonymous ones are left: 2900 / 94 =
	 * 30 per cent. Of files 70 per cent are to be looked at: 156 and 49, of which 32 each have been. */
	four_lists(320, 300, 640, 200);
	scene.control.priority = 1;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_str_eq(scans(), "0:32 1:32 2:32 3:32 2:32 3:17 2:32 2:32 2:28");
	ck_assert_uint_eq(scene.control.nr_reclaimed, 32 + 156);
	/* The other way round: 150, 45, 35, 21. 3 of 57 are left: 300 / 57 = 5; 95 per cent are 142 and 42. */
	four_lists(1000, 300, 100, 60);
	scene.control.priority = 1;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_str_eq(scans(), "0:32 1:32 2:32 3:21 0:32 1:10 0:32 0:32 0:14");
	ck_assert_uint_eq(scene.control.nr_reclaimed, 142 + 32);
	/* Targets 150, 45, 35, 70: 41 of 105 are left, 4100 / 106 = 38; 62 per cent are 93 and 27. */
	four_lists(1000, 300, 100, 200);
	scene.control.priority = 1;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_str_eq(scans(), "0:32 1:32 2:32 3:32 0:32 0:29");
	/* As much left of files as of anonymous pages, 30 and 30: files stop. 3000 / 63 = 47; 53 per cent of 62 are 32. */
	four_lists(414, 0, 178, 0);
	scene.control.priority = 1;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_str_eq(scans(), "0:32 2:32");
	/* Not enough yet: no change. */
	four_lists(414, 0, 178, 0);
	scene.control.priority = 1;
	scene.control.nr_to_reclaim = 65;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_str_eq(scans(), "0:32 2:32 0:30 2:30");
	/* Enough exactly. */
	four_lists(414, 0, 178, 0);
	scene.control.priority = 1;
	scene.control.nr_to_reclaim = 64;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_str_eq(scans(), "0:32 2:32");
	/* One kind is done: that is all. */
	four_lists(0, 0, 640, 200);
	scene.control.priority = 1;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_str_eq(scans(), "2:32 3:32");
	four_lists(640, 0, 0, 0);
	scene.control.priority = 1;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_str_eq(scans(), "0:32");
	/* An active anonymous list alone is no reason to go on. */
	four_lists(0, 400, 0, 0);
	scene.control.priority = 1;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_str_eq(scans(), "");
	four_lists(107, 400, 0, 0);
	scene.control.priority = 1;
	scene.control.nr_to_reclaim = 1000;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_str_eq(scans(), "0:15 1:32");
}

TEST(shrink_lruvec_who_stops_at_the_first_priority, "15-13")
{
	/* A list of 64 * 4096 pages, as far as anybody can tell: a target of 64. */
	for (int who = 0; who < 4; who++) {
		four_lists(0, 0, 200, 0);
		world->nr_swap_pages = 0;
		scene.pgdat->lruvec.lru_size[ZONE_DMA][LRU_INACTIVE_FILE] = 64 << DEF_PRIORITY;
		if (who == 1)
			current->flags |= PF_KSWAPD;
		if (who == 2)
			scene.control.target_mem_cgroup = &world->root_mem_cgroup;
		if (who == 3) {
			scene.pgdat->lruvec.lru_size[ZONE_DMA][LRU_INACTIVE_FILE] = 64 << 11;
			scene.control.priority = 11;
		}
		shrink_node(scene.pgdat, &scene.control);
		/* Only direct reclaim for everybody, at its first priority, goes on. */
		ck_assert_str_eq(scans(), who ? "2:32" : "2:32 2:32");
		ck_assert_uint_eq(scene.control.nr_reclaimed, who ? 32 : 64);
	}
}

TEST(shrink_lruvec_counts_for_each_group_anew, "15-13")
{
	struct mem_cgroup *group;

	/* What other groups gave does not shorten the scan of this one; its result is added. */
	four_lists(0, 0, 128, 0);
	group = memcg_new("/g", &world->root_mem_cgroup, 1000);
	group_fill(group, 128);
	world->hooks.lru_page_uncharged = group_uncharge;
	scene.control.priority = 1;
	scene.control.nr_reclaimed = 1000;
	test_forget_events();
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_str_eq(scans(), "2:32 2:32");
	ck_assert_uint_eq(scene.control.nr_reclaimed, 1000 + 64);
}

/* ---- Targets --------------------------------------------------------------------------------------- */

/** Targets of both inactive lists, of which none is reclaimed: two_kinds() once more, with what `change` says. */
static void expect_targets(void (*change)(void), unsigned long anon, unsigned long file)
{
	unsigned long lists[4];

	two_kinds();
	/* Active lists are not short of anything; there is no more old page cache than is in use. */
	scene.pgdat->lruvec.lruvec_stat[WORKINGSET_ACTIVATE]++;
	if (change)
		change();
	looked_at(lists);
	ck_assert_uint_eq(lists[LRU_INACTIVE_ANON], anon);
	ck_assert_uint_eq(lists[LRU_INACTIVE_FILE], file);
}

static void with_costs(void)
{
	/* 400 in all: a is 500, f 700, s 1200. 60 * 1201 / 501 = 143, 140 * 1201 / 701 = 239. */
	scene.pgdat->lruvec.anon_cost = 100;
	scene.pgdat->lruvec.file_cost = 300;
}

static void without_swap(void)
{
	world->nr_swap_pages = 0;
}

static void swap_forbidden(void)
{
	scene.control.may_swap = false;
}

static void old_cache(void)
{
	scene.pgdat->lruvec.lruvec_stat[WORKINGSET_ACTIVATE]--;
}

static void last_priority(void)
{
	scene.control.priority = 0;
}

static void last_priority_of_files_only(void)
{
	scene.control.priority = 0;
	world->vm_swappiness = 0;
}

/** Marks so high that free memory and page cache together just reach them, or exceed them by a page. */
static void marks_at(long above)
{
	long cache = (long)(node_page_state(scene.pgdat, NR_ACTIVE_FILE) +
			    node_page_state(scene.pgdat, NR_INACTIVE_FILE));

	cache += (long)zone_page_state(scene.zone, NR_FREE_PAGES);
	test_set_watermarks(scene.zone, 10, 20, (unsigned long)(cache - above));
}

static void tiny(void)
{
	marks_at(0);
}

static void almost_tiny(void)
{
	marks_at(1);
}

static void almost_tiny_with_marks_of_no_memory(void)
{
	marks_at(1);
	test_set_watermarks(test_zone(0, ZONE_MOVABLE), 0, 0, 1000);
}

static void tiny_with_a_boost(void)
{
	marks_at(10);
	scene.zone->watermark_boost = 10;
}

static void tiny_and_no_anonymous_pages(void)
{
	marks_at(0);
	scene.pgdat->vm_stat[NR_INACTIVE_ANON] = 15;
}

static void tiny_and_anonymous_pages_are_deactivated(void)
{
	marks_at(0);
	scene.control.force_deactivate = true;
}

static void tiny_and_just_enough_anonymous_pages(void)
{
	marks_at(0);
	scene.pgdat->vm_stat[NR_INACTIVE_ANON] = 16;
}

static void almost_tiny_with_active_pages(void)
{
	scene.pgdat->vm_stat[NR_ACTIVE_FILE] = 500;
	marks_at(1);
}

static void fewer_refaults_than_before(void)
{
	scene.pgdat->lruvec.lruvec_stat[WORKINGSET_ACTIVATE] = 0;
	scene.pgdat->lruvec.refaults = 5;
}

static void tiny_at_last(void)
{
	tiny();
	last_priority_of_files_only();
}

static void tiny_for_a_group(void)
{
	tiny();
	scene.control.target_mem_cgroup = &world->root_mem_cgroup;
}

static void group_of_files_only(void)
{
	scene.control.target_mem_cgroup = &world->root_mem_cgroup;
	scene.control.file_is_tiny = true;
	world->vm_swappiness = 0;
}

TEST(get_scan_count_shares_by_rule, "15-13 15-4")
{
	/* 128 of each kind; by swappiness 60 and 140 of 200. */
	expect_targets(NULL, 38, 89);
	/* By cost: 128 * 143 / 382 and 128 * 239 / 382. */
	expect_targets(with_costs, 47, 80);
	/* Rule 1. */
	expect_targets(without_swap, 0, 128);
	expect_targets(swap_forbidden, 0, 128);
	/* Rule 2: of a group that wants no swapping, whatever else. */
	expect_targets(group_of_files_only, 0, 128);
	/* Rule 3: both in full; but not where swapping is unwanted. */
	expect_targets(last_priority, 2048, 2048);
	expect_targets(last_priority_of_files_only, 0, 2048);
	/* Rule 4, for everybody only, unless anonymous pages become inactive or there are too few of them. */
	expect_targets(tiny, 128, 0);
	expect_targets(almost_tiny, 38, 89);
	expect_targets(almost_tiny_with_active_pages, 38, 89);
	expect_targets(almost_tiny_with_marks_of_no_memory, 38, 89);
	expect_targets(tiny_with_a_boost, 128, 0);
	expect_targets(tiny_and_just_enough_anonymous_pages, 128, 0);
	expect_targets(tiny_and_no_anonymous_pages, 38, 89);
	expect_targets(tiny_and_anonymous_pages_are_deactivated, 38, 89);
	expect_targets(tiny_at_last, 2048, 0);
	expect_targets(tiny_for_a_group, 38, 89);
	/* Rule 5. */
	expect_targets(old_cache, 0, 128);
	expect_targets(fewer_refaults_than_before, 38, 89);
}

TEST(file_is_tiny_adds_up_zones, "15-13")
{
	/* 600 free pages, 40 active and 60 inactive ones of files; marks of 700 or 699 in all. */
	test_machine_zones(64);
	scene.pgdat = NODE_DATA(0);
	scene.pgdat->vm_stat[NR_ACTIVE_FILE] = 40;
	scene.pgdat->vm_stat[NR_INACTIVE_FILE] = 60;
	scene.pgdat->vm_stat[NR_INACTIVE_ANON] = 1;
	for (int missing = 0; missing <= 1; missing++) {
		static const unsigned long high[] = { 400, 200, 100 };

		for (int zid = 0; zid < 3; zid++) {
			test_zone(0, zid)->vm_stat[NR_FREE_PAGES] = 100 * (zid + 1);
			test_set_watermarks(test_zone(0, zid), 0, 0,
					    high[zid] - (zid == 0 && missing));
		}
		scene.control = (struct scan_control){ .reclaim_idx = ZONE_NORMAL };
		shrink_node(scene.pgdat, &scene.control);
		ck_assert_int_eq(scene.control.file_is_tiny, !missing);
	}
}

TEST(get_scan_count_group_with_little_old_cache, "15-13")
{
	unsigned long lists[4];

	/* 15 inactive file pages are none at priority 4: then there is no plenty of them, and both kinds have their share. */
	two_kinds();
	scene.pgdat->lruvec.lruvec_stat[NR_INACTIVE_FILE] = 15;
	looked_at(lists);
	ck_assert_uint_eq(lists[LRU_INACTIVE_ANON], 38);
	scene.pgdat->lruvec.lruvec_stat[NR_INACTIVE_FILE] = 16;
	looked_at(lists);
	ck_assert_uint_eq(lists[LRU_INACTIVE_ANON], 0);
}

TEST(get_scan_count_takes_the_costs_of_the_target, "15-13 15-18")
{
	struct mem_cgroup *group;

	/* Costs are those of the root of what is reclaimed, also for a group below it. */
	four_lists(0, 0, 0, 0);
	group = memcg_new("/g", &world->root_mem_cgroup, 1000);
	group_fill(group, 382);
	mem_cgroup_lruvec(group, scene.pgdat)->file_cost = 100000;
	with_costs();
	scene.control.priority = 1;
	scene.control.nr_to_reclaim = 1000;
	shrink_node(scene.pgdat, &scene.control);
	/* 191 * 239 / 382 = 119. */
	ck_assert_str_eq(scans(), "2:32 2:32 2:32 2:23");
}

TEST(get_scan_count_of_a_group_that_swaps_by_itself, "15-13 15-18")
{
	/* Legacy or not, the group's swappiness, what it may have of swap; and which of 382 pages of each kind are looked at. */
	static const struct {
		bool legacy;
		int swappiness;
		unsigned long swap;
		const char *scans;
	} rows[] = {
		{ false, 200, 1000, "0:32 2:32 0:25 2:32 2:32 2:32 2:5" },
		{ true, 200, 1000, "0:32 0:32 0:32 0:32 0:32 0:31" },
		{ true, 0, 1000, "2:32 2:32 2:32 2:32 2:32 2:31" },
		{ false, 200, 0, "2:32 2:32 2:32 2:32 2:32 2:31" },
	};

	for_each_row(i, rows) {
		struct mem_cgroup *group;

		reclaim_setup();
		world->total_swap_pages = 0;
		world->hooks.lru_page_uncharged = group_uncharge;
		world->memcg_legacy = rows[i].legacy;
		group = memcg_new("/g", &world->root_mem_cgroup, 1000);
		group->swappiness = rows[i].swappiness;
		group->swap.max = rows[i].swap;
		group_fill(group, 382);
		for (int n = 0; n < 382; n++) {
			struct page *page = listed_page(scene.heap, GFP_KERNEL);

			lru_list_del(page);
			ClearPageFlag(page, PG_active);
			page->mem_cgroup = group;
			lru_list_add(page);
		}
		scene.control.priority = 1;
		scene.control.force_deactivate = true;
		scene.control.nr_to_reclaim = 1000;
		test_forget_events();
		shrink_node(scene.pgdat, &scene.control);
		ck_assert_str_eq(scans(), rows[i].scans);
	}
}

TEST(get_scan_count_sizes_of_the_zones_that_count, "15-12 15-13")
{
	test_machine_zones(64);
	daemons_start();
	scene.file = address_space_new("file", false);
	scene.pgdat = NODE_DATA(0);
	for (int i = 0; i < 60; i++)
		listed_page(scene.file, i < 10	 ? GFP_DMA | GFP_KERNEL
					: i < 30 ? GFP_DMA32 | GFP_KERNEL
						 : GFP_KERNEL);
	for (int highest = ZONE_DMA; highest <= ZONE_NORMAL; highest++) {
		static const char *const expected[] = { "2:10", "2:20", "2:30" };

		scene.control = (struct scan_control){ .nr_to_reclaim = 1000,
						       .gfp_mask = GFP_KERNEL,
						       .reclaim_idx = highest,
						       .may_unmap = true };
		test_forget_events();
		shrink_node(scene.pgdat, &scene.control);
		ck_assert_str_eq(scans(), expected[highest]);
	}
}

TEST(get_scan_count_protection_counts_by_share, "15-18")
{
	struct mem_cgroup *a;

	four_lists(0, 0, 0, 0);
	world->nr_swap_pages = 0;
	a = memcg_new("/a", &world->root_mem_cgroup, 1000);
	group_fill(a, 100);
	scene.control.target_mem_cgroup = a;
	scene.control.priority = 0;
	scene.control.nr_to_reclaim = 1000;
	a->memory.usage = 200;
	a->memory.emin = 50;
	a->memory.elow = 80;
	test_forget_events();
	/* 100 - 100 * 80 / 200; of an empty list 32 all the same. */
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_str_eq(scans(), "2:32 3:32 2:28");
	/* When nothing else is left, `min` alone: of the 40 that are left 30, but 32 at least. */
	scene.control.memcg_low_reclaim = true;
	a->memory.usage = 200;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_str_eq(scans(), "2:32 3:32");
	/* And of 98: 98 - 98 * 50 / 200 = 74. */
	group_fill(a, 90);
	test_forget_events();
	a->memory.usage = 200;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_str_eq(scans(), "2:32 3:32 2:32 2:10");
}

/* ---- After a pass ----------------------------------------------------------------------------------- */

TEST(shrink_lruvec_keeps_a_supply_of_inactive_anonymous_pages, "15-13")
{
	reclaim_setup();
	for (int i = 0; i < 100; i++) {
		struct page *page = listed_page(scene.heap, GFP_KERNEL);

		mark_page_accessed(page);
		mark_page_accessed(page);
	}
	lru_add_drain();
	test_forget_events();
	/* Of so short a list nothing is scanned at priority 12; 32 pages move over all the same, if there is swap. */
	scene.control.priority = 12;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_lru_shrink_active), 1);
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_lru_shrink_active, 0)->field[1], 32);
	world->total_swap_pages = 0;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_lru_shrink_active), 1);
}

TEST(shrink_node_kswapd_marks_the_node, "15-14 13-15")
{
	reclaim_setup();
	for (int i = 0; i < 64; i++) {
		struct page *page = listed_page(scene.file, GFP_KERNEL);

		page_dirty(page);
		page_write(page);
	}
	world->hooks.reschedule = NULL;
	current->flags |= PF_KSWAPD;
	scene.control.priority = 1;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_uint_eq(scene.pgdat->flags & (1ul << PGDAT_WRITEBACK), 1ul << PGDAT_WRITEBACK);
	/* They come around again before they are written: it waits. */
	world->hooks.sleep = NULL;
	ck_assert_uint_eq(world->jiffies, 0);
	scene.control.force_deactivate = true;
	shrink_node(scene.pgdat, &scene.control);
	scene.control.priority = 0;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_uint_ge(world->jiffies, HZ / 10);
}

TEST(shrink_node_congestion_makes_others_wait, "15-14 13-15")
{
	reclaim_setup();
	for (int i = 0; i < 64; i++)
		page_dirty(listed_page(scene.file, GFP_KERNEL));
	world->hooks.reschedule = NULL;
	world->hooks.sleep = NULL;
	device_set_congested(scene.file, true);
	scene.control.priority = 12;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_uint_eq(world->jiffies, 0);
	current->flags |= PF_KSWAPD;
	scene.control.priority = 1;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_uint_eq(scene.pgdat->lruvec.flags, 1ul << LRUVEC_CONGESTED);
	ck_assert_uint_eq(scene.pgdat->flags & (1ul << PGDAT_DIRTY), 1ul << PGDAT_DIRTY);
	ck_assert_uint_eq(world->jiffies, 0);
	/* A reclaiming task waits, also one that feeds a device but is not writing now; not when it is over. */
	current->flags &= ~PF_KSWAPD;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_uint_eq(world->jiffies, HZ / 10);
	current->flags |= PF_LOCAL_THROTTLE;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_uint_eq(world->jiffies, 2 * (HZ / 10));
	current->flags &= ~PF_LOCAL_THROTTLE;
	device_set_congested(scene.file, false);
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_uint_eq(world->jiffies, 2 * (HZ / 10));
}

TEST(shrink_node_congestion_of_a_group, "15-14")
{
	for (int legacy = 0; legacy <= 1; legacy++) {
		reclaim_setup();
		world->hooks.reschedule = NULL;
		world->hooks.sleep = NULL;
		world->memcg_legacy = legacy;
		scene.control.target_mem_cgroup = memcg_new("/g", &world->root_mem_cgroup, 1000);
		for (int i = 0; i < 64; i++) {
			struct page *page = listed_page(scene.file, GFP_KERNEL);

			lru_list_del(page);
			page->mem_cgroup = scene.control.target_mem_cgroup;
			lru_list_add(page);
			page_dirty(page);
		}
		scene.control.priority = 1;
		shrink_node(scene.pgdat, &scene.control);
		/* Dirty, but the device keeps up: no mark. */
		ck_assert_uint_eq(
			mem_cgroup_lruvec(scene.control.target_mem_cgroup, scene.pgdat)->flags, 0);
		device_set_congested(scene.file, true);
		scene.control.force_deactivate = true;
		shrink_node(scene.pgdat, &scene.control);
		scene.control.priority = 0;
		shrink_node(scene.pgdat, &scene.control);
		/* The legacy hierarchy has another brake: it waits for writes. */
		ck_assert_uint_eq(
			mem_cgroup_lruvec(scene.control.target_mem_cgroup, scene.pgdat)->flags,
			legacy ? 0 : 1ul << LRUVEC_CONGESTED);
	}
}

TEST(shrink_node_goes_on_for_large_blocks, "15-14")
{
	reclaim_setup();
	/* Little is free, in pieces: compaction cannot run, and there is a lot to reclaim. */
	page_cache_fill(scene.file, GFP_KERNEL, 16000);
	test_set_watermarks(scene.zone, 5000, 6000, 7000);
	scene.control.order = 4;
	scene.control.priority = 9;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_int_gt(test_count(TRACE_mm_compaction_suitable), 1);
	ck_assert_uint_gt(scene.control.nr_reclaimed, 100);
	/* A small order at low priority: one pass. */
	test_forget_events();
	scene.control.order = 2;
	scene.control.priority = 11;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_suitable), 0);
	scene.control.priority = 9;
	world->nr_swap_pages = 0;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_int_gt(test_count(TRACE_mm_compaction_suitable), 0);
}

TEST(shrink_node_counts_what_caches_gave_back, "15-15")
{
	reclaim_setup();
	shrinker_register(&slab_cache);
	slab_objects = 100000;
	scene.control.priority = 4;
	scene.pgdat->kswapd_failures = 16;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_uint_gt(scene.control.nr_reclaimed, 0);
	ck_assert_uint_eq(current->reclaimed_slab, 0);
	ck_assert_int_eq(scene.pgdat->kswapd_failures, 0);
}

/** Dirty pages of the pass that begins: `dirty` that nobody writes, `written` that are being written, `clean` others. */
static void pages_of_a_file(struct address_space *file, int dirty, int written, int clean)
{
	for (int i = 0; i < dirty + written + clean; i++) {
		struct page *page = listed_page(file, GFP_KERNEL);

		if (i < dirty + written)
			page_dirty(page);
		if (i >= dirty && i < dirty + written)
			page_write(page);
		get_page(page);
	}
}

TEST(shrink_node_marks_after_a_pass, "15-14 13-15")
{
	/* Pages, of which some wait for a congested device; who passes; and what is marked. 40 pages are two portions. */
	static const struct {
		int dirty, written, clean, congested;
		bool kswapd, group, legacy;
		unsigned long node, lists;
	} rows[] = {
		/* Nobody writes any of them; one is clean. Nothing at all is as good as nothing but dirty pages. */
		{ 40, 0, 0, 0, true, false, false, 1ul << PGDAT_DIRTY, 0 },
		{ 39, 0, 1, 0, true, false, false, 0, 0 },
		{ 0, 0, 0, 0, true, false, false, 1ul << PGDAT_DIRTY, 0 },
		{ 40, 0, 0, 0, false, false, false, 0, 0 },
		/* All are being written; all but one. */
		{ 0, 40, 0, 0, true, false, false, 1ul << PGDAT_WRITEBACK, 0 },
		{ 0, 39, 1, 0, true, false, false, 0, 0 },
		{ 0, 40, 0, 0, false, false, false, 0, 0 },
		/* All that are dirty wait for a device; all but one. Marked by kswapd, and in groups of the unified hierarchy. */
		{ 0, 0, 8, 32, true, false, false, 0, 1ul << LRUVEC_CONGESTED },
		{ 1, 0, 8, 31, true, false, false, 0, 0 },
		{ 0, 0, 8, 32, false, false, false, 0, 0 },
		{ 0, 0, 8, 32, false, true, false, 0, 1ul << LRUVEC_CONGESTED },
		{ 0, 0, 8, 32, false, true, true, 0, 0 },
	};

	for_each_row(i, rows) {
		struct address_space *slow;

		reclaim_setup();
		world->hooks.reschedule = NULL;
		world->hooks.sleep = NULL;
		slow = address_space_new("slow", false);
		pages_of_a_file(scene.file, rows[i].dirty, rows[i].written, rows[i].clean);
		pages_of_a_file(slow, rows[i].congested, 0, 0);
		slow->congested = true;
		current->flags |= rows[i].kswapd ? PF_KSWAPD : 0;
		world->memcg_legacy = rows[i].legacy;
		scene.control.target_mem_cgroup = rows[i].group ? &world->root_mem_cgroup : NULL;
		scene.control.priority = 0;
		scene.control.nr.dirty = 1000;
		scene.control.nr.taken = 1000;
		shrink_node(scene.pgdat, &scene.control);
		ck_assert_uint_eq(scene.pgdat->flags, rows[i].node);
		ck_assert_uint_eq(scene.pgdat->lruvec.flags, rows[i].lists);
		ck_assert_uint_eq(world->jiffies, 0);
		ck_assert_uint_eq(scene.control.nr.dirty,
				  (unsigned)(rows[i].dirty + rows[i].written + rows[i].congested));
	}
}

static int nr_offers;

static void one_more_offer(void)
{
	nr_offers++;
}

TEST(shrink_node_waits_after_a_pass, "15-14 13-15")
{
	/* kswapd waits when pages come around again before they are written, whoever else is congested. */
	reclaim_setup();
	world->hooks.sleep = NULL;
	world->hooks.reschedule = NULL;
	pages_of_a_file(scene.file, 0, 1, 0);
	SetPageFlag(list_entry(scene.pgdat->lruvec.lists[LRU_INACTIVE_FILE].next, struct page, lru),
		    PG_reclaim);
	scene.pgdat->flags = 1ul << PGDAT_WRITEBACK;
	scene.pgdat->lruvec.flags = 1ul << LRUVEC_CONGESTED;
	world->nr_congested_devices = 1;
	current->flags |= PF_KSWAPD;
	scene.control.priority = 0;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_uint_eq(scene.control.nr.immediate, 1);
	ck_assert_uint_eq(world->jiffies, HZ / 10);
	/* Others wait for congested devices; without one they offer the CPU once more. */
	current->flags &= ~PF_KSWAPD;
	world->hooks.reschedule = one_more_offer;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_uint_eq(world->jiffies, 2 * (HZ / 10));
	ck_assert_int_eq(nr_offers, 3);
	world->nr_congested_devices = 0;
	nr_offers = 0;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_uint_eq(world->jiffies, 2 * (HZ / 10));
	/* That is besides one for the group, one after a round over its lists, one after its caches. */
	ck_assert_int_eq(nr_offers, 4);
	scene.pgdat->lruvec.flags = 0;
	nr_offers = 0;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_int_eq(nr_offers, 3);
}

/** Passes over clean pages for a block, on a machine that compaction can do nothing about. */
static void pass_for_order(unsigned int order, int priority, unsigned long pages)
{
	reclaim_setup();
	world->nr_swap_pages = 0;
	for (unsigned long i = 0; i < pages; i++)
		listed_page(scene.file, GFP_KERNEL);
	test_fold();
	test_set_watermarks(scene.zone, 1ul << 20, 1ul << 20, 1ul << 20);
	scene.control.order = order;
	scene.control.priority = priority;
	scene.control.nr_reclaimed = 1000;
	scene.pgdat->kswapd_failures = 5;
	/* The list as long as it takes for portions of 32 at this priority. */
	scene.pgdat->lruvec.lru_size[ZONE_DMA][LRU_INACTIVE_FILE] = 100ul << priority;
	test_forget_events();
}

/** How often compaction was asked whether it can take over, and how much was reclaimed. */
static void expect_passes(int asked, unsigned long reclaimed)
{
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_suitable), asked);
	ck_assert_uint_eq(scene.control.nr_reclaimed, 1000 + reclaimed);
	ck_assert_int_eq(scene.pgdat->kswapd_failures, reclaimed ? 0 : 5);
}

TEST(should_continue_reclaim_by_order_and_priority, "15-14")
{
	/* Each pass ends after a portion: no swap, so no other kind of pages is left. Twice 2^4 pages are enough. */
	pass_for_order(4, 0, 97);
	expect_passes(3, 96);
	pass_for_order(4, 0, 96);
	expect_passes(2, 64);
	/* A costly order goes on from the first priority on (where that does not end after a portion), others from 9 on. */
	pass_for_order(4, 11, 97);
	expect_passes(3, 96);
	pass_for_order(3, 10, 97);
	expect_passes(0, 32);
	pass_for_order(3, 9, 81);
	expect_passes(3, 81);
	pass_for_order(0, 0, 97);
	expect_passes(0, 32);
	/* Nothing to reclaim: what earlier passes achieved does not count. */
	pass_for_order(4, 0, 0);
	expect_passes(0, 0);
	/* Compaction can take over. */
	pass_for_order(4, 0, 97);
	test_set_watermarks(scene.zone, 10, 20, 30);
	expect_passes(1, 32);
	/* For it the min mark counts, not the low one. */
	pass_for_order(4, 0, 97);
	test_set_watermarks(scene.zone, 10, 1ul << 20, 1ul << 20);
	expect_passes(1, 32);
	/* Zones above those wanted, and zones without memory, are not asked. */
	pass_for_order(4, 0, 97);
	scene.zone->managed_pages = 0;
	expect_passes(0, 96);
}

TEST(should_continue_reclaim_counts_anonymous_pages_with_swap, "15-14")
{
	for (int swap = 0; swap <= 1; swap++) {
		pass_for_order(4, 0, 96);
		scene.pgdat->vm_stat[NR_INACTIVE_ANON] = 1;
		world->nr_swap_pages = (unsigned)swap;
		scene.control.may_swap = false;
		expect_passes(2 + swap, 64u + 32u * (unsigned)swap);
	}
}

TEST(should_continue_reclaim_stops_without_progress_of_the_last_pass, "15-14")
{
	pass_for_order(4, 0, 100);
	test_set_watermarks(scene.zone, 10, 20, 30);
	for (int i = 0; i < 100; i++)
		get_page(listed_page(scene.file, GFP_KERNEL));
	test_set_watermarks(scene.zone, 1ul << 20, 1ul << 20, 1ul << 20);
	/* 32 at a time; then 4 and the others, which stay. */
	scene.pgdat->lruvec.lru_size[ZONE_DMA][LRU_INACTIVE_FILE] = 200;
	test_fold();
	test_forget_events();
	expect_passes(4, 100);
	/* Now none goes at all. */
	scene.pgdat->kswapd_failures = 5;
	scene.control.nr_reclaimed = 1000;
	test_forget_events();
	expect_passes(0, 0);
}

TEST(shrink_node_decides_anew_which_active_lists_to_touch, "15-11 15-13")
{
	for (int low = 0; low < 4; low++)
		for (int forced = 0; forced <= 1; forced++) {
			reclaim_setup();
			scene.pgdat->lruvec.lruvec_stat[NR_INACTIVE_ANON] = 10;
			scene.pgdat->lruvec.lruvec_stat[NR_ACTIVE_ANON] = low & 1 ? 11 : 10;
			scene.pgdat->lruvec.lruvec_stat[NR_INACTIVE_FILE] = 10;
			scene.pgdat->lruvec.lruvec_stat[NR_ACTIVE_FILE] = low & 2 ? 11 : 10;
			scene.control.may_deactivate_anon = !(low & 1);
			scene.control.may_deactivate_file = !(low & 2);
			scene.control.force_deactivate = forced;
			shrink_node(scene.pgdat, &scene.control);
			ck_assert_int_eq(scene.control.may_deactivate_anon, forced || (low & 1));
			ck_assert_int_eq(scene.control.may_deactivate_file, forced || (low & 2));
		}
}

TEST(shrink_node_adds_what_caches_gave_back, "15-15")
{
	reclaim_setup();
	current->reclaimed_slab = 7;
	scene.control.nr_reclaimed = 1000;
	scene.pgdat->kswapd_failures = 3;
	test_note_counters();
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_uint_eq(scene.control.nr_reclaimed, 1007);
	ck_assert_uint_eq(current->reclaimed_slab, 0);
	test_expect_changes("kswapd_failures -3");
	/* Nothing: the node remains as hopeless as it is. */
	scene.pgdat->kswapd_failures = 3;
	test_note_counters();
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_uint_eq(scene.control.nr_reclaimed, 1007);
	test_expect_changes("");
}

/* ---- Groups ----------------------------------------------------------------------------------------- */

TEST(memcg_next_parents_first, "15-18")
{
	struct mem_cgroup *a, *b, *aa, *ab, *g = NULL;

	reclaim_setup();
	ck_assert_ptr_eq(memcg_next(NULL, NULL), &world->root_mem_cgroup);
	ck_assert_ptr_null(memcg_next(NULL, &world->root_mem_cgroup));
	a = memcg_new("/a", &world->root_mem_cgroup, 100);
	b = memcg_new("/b", &world->root_mem_cgroup, 100);
	aa = memcg_new("/a/a", a, 100);
	ab = memcg_new("/a/b", a, 100);
	struct mem_cgroup *const order[] = { &world->root_mem_cgroup, a, aa, ab, b, NULL };

	for_each_row(i, order)
		ck_assert_ptr_eq(g = memcg_next(NULL, g), order[i]);
	ck_assert_ptr_eq(memcg_next(a, NULL), a);
	ck_assert_ptr_eq(memcg_next(a, aa), ab);
	ck_assert_ptr_null(memcg_next(a, ab));
}

TEST(groups_protection, "15-18")
{
	struct mem_cgroup *low, *min;

	reclaim_setup();
	world->hooks.lru_page_uncharged = group_uncharge;
	world->nr_swap_pages = 0;
	low = memcg_new("/low", &world->root_mem_cgroup, 1000);
	min = memcg_new("/min", &world->root_mem_cgroup, 1000);
	group_fill(low, 64);
	group_fill(min, 64);
	low->memory.low = 100;
	min->memory.min = 64;
	/* Everybody else has nothing: first both are spared, then `low` is not. */
	ck_assert_uint_gt(try_to_free_pages(scene_zonelist(), 0, GFP_KERNEL, NULL), 0);
	ck_assert_int_lt(low->memory.usage, 64);
	ck_assert_int_eq(min->memory.usage, 64);
	ck_assert_uint_ge(world->vm_event[ALLOCSTALL], 2);
	/* Above its protection a group is scanned, but less. */
	min->memory.min = 16;
	low->memory.low = 10;
	try_to_free_pages(scene_zonelist(), 0, GFP_KERNEL, NULL);
	ck_assert_int_lt(min->memory.usage, 64);
}

TEST(lru_costs_reach_the_parents, "15-18")
{
	struct mem_cgroup *group;

	reclaim_setup();
	group = memcg_new("/g", &world->root_mem_cgroup, 1000);
	for (int i = 0; i < 256; i++) {
		struct page *page = listed_page(scene.heap, GFP_KERNEL);

		lru_list_del(page);
		ClearPageFlag(page, PG_active);
		page->mem_cgroup = group;
		lru_list_add(page);
	}
	shrink_list(LRU_INACTIVE_ANON, 32, mem_cgroup_lruvec(group, scene.pgdat), &scene.control);
	ck_assert_uint_eq(mem_cgroup_lruvec(group, scene.pgdat)->anon_cost, 32);
	ck_assert_uint_eq(scene.pgdat->lruvec.anon_cost, 32);
	/* Old costs fade. */
	shrink_list(LRU_INACTIVE_ANON, 64, mem_cgroup_lruvec(group, scene.pgdat), &scene.control);
	ck_assert_uint_eq(scene.pgdat->lruvec.anon_cost, (32 + 64) / 2);
}
