/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 15: pages come to the lists and leave them.
 */
#include "changes.h"
#include "life/life.h"
#include "page_cache.h"
#include "reclaim-scenes.h"
#include "world/world.h"

TEST(lru_pages_come_and_go, "15-2")
{
	struct page *page, *gone;

	reclaim_setup();
	page = listed_page(scene.file, GFP_KERNEL);
	ck_assert_int_eq(page_lru(page), LRU_INACTIVE_FILE);
	mark_page_accessed(page);
	ck_assert(PageFlag(page, PG_referenced) && !PageFlag(page, PG_active));
	mark_page_accessed(page);
	ck_assert(!PageFlag(page, PG_active) && !PageFlag(page, PG_referenced));
	ck_assert_int_eq(page_count(page), 2);
	lru_add_drain();
	ck_assert(PageFlag(page, PG_active) && page_count(page) == 1);
	mark_page_accessed(page);
	mark_page_accessed(page);
	ck_assert(PageFlag(page, PG_referenced));
	/* A reference more, a reference less; the last one frees. */
	get_page(page);
	put_page(page);
	ck_assert(PageFlag(page, PG_lru));
	put_page(page);
	ck_assert_int_eq(page_count(page), 0);
	ck_assert_uint_eq(global_node_page_state(NR_ACTIVE_FILE), 0);
	/* Isolated pages are on no list, and cannot be isolated twice. */
	page = listed_page(scene.file, GFP_KERNEL);
	ck_assert(isolate_lru_page(page));
	ck_assert(!isolate_lru_page(page));
	/* Nor can those that are about to be freed. */
	gone = listed_page(scene.file, GFP_KERNEL);
	gone->_refcount = 0;
	ck_assert(!isolate_lru_page(gone));
	gone->_refcount = 1;
	put_page(gone);
	activate_page(page);
	ck_assert(!PageFlag(page, PG_active));
	putback_lru_page(page);
	ck_assert(!PageFlag(page, PG_lru));
	lru_add_drain();
	ck_assert(PageFlag(page, PG_lru));
	/* Its owner lets go while it is isolated: putting it back frees it. */
	gone = listed_page(scene.file, GFP_KERNEL);
	isolate_lru_page(gone);
	put_page(gone);
	gone->mem_cgroup = &world->root_mem_cgroup;
	world->hooks.lru_page_uncharged = group_uncharge;
	putback_lru_page(gone);
	ck_assert_int_eq(page_count(gone), 1);
	lru_add_drain();
	ck_assert_int_eq(page_count(gone), 0);
	ck_assert_int_eq(group_uncharged, 1);
	world->hooks.lru_page_uncharged = NULL;
	gone = listed_page(scene.file, GFP_KERNEL);
	gone->mem_cgroup = &world->root_mem_cgroup;
	put_page(gone);
	ck_assert_ptr_null(gone->mem_cgroup);
	gone = listed_page(scene.file, GFP_KERNEL);
	isolate_lru_page(gone);
	put_page(gone);
	put_page(gone);
	ck_assert_int_eq(page_count(gone), 0);
	/* Locked in memory: neither active nor to be activated. */
	page = listed_page(scene.file, GFP_KERNEL);
	isolate_lru_page(page);
	SetPageFlag(page, PG_mlocked);
	putback_lru_page(page);
	lru_add_drain();
	ck_assert_int_eq(page_lru(page), LRU_UNEVICTABLE);
	activate_page(page);
	SetPageFlag(page, PG_referenced);
	mark_page_accessed(page);
	ck_assert(!PageFlag(page, PG_active));
	page->mapping = NULL;
	ck_assert(!page_evictable(page));
	ClearPageFlag(page, PG_mlocked);
	ck_assert(page_evictable(page));
}

/** Length of the inactive list of files, as lists count it. */
static unsigned long inactive_length(void)
{
	return scene.pgdat->lruvec.lru_size[ZONE_DMA][LRU_INACTIVE_FILE];
}

TEST(pagevec_the_fifteenth_page_empties_it, "15-20")
{
	struct page *first, *page = NULL;

	reclaim_setup();
	first = page_cache_add(scene.file, GFP_KERNEL);
	for (unsigned int i = 1; i < PAGEVEC_SIZE; i++) {
		ck_assert_uint_eq(inactive_length(), 0);
		ck_assert_int_eq(page_count(first), 2);
		page = page_cache_add(scene.file, GFP_KERNEL);
	}
	/* In the order in which they came: the last one lies at the head. */
	ck_assert_uint_eq(inactive_length(), PAGEVEC_SIZE);
	ck_assert_int_eq(page_count(first), 1);
	ck_assert_ptr_eq(scene.pgdat->lruvec.lists[LRU_INACTIVE_FILE].next, &page->lru);
	ck_assert_ptr_eq(scene.pgdat->lruvec.lists[LRU_INACTIVE_FILE].prev, &first->lru);
	ck_assert_int_eq(test_count(TRACE_mm_lru_insertion), PAGEVEC_SIZE);
	ck_assert_int_eq(test_event(TRACE_mm_lru_insertion, 0)->field[0], (s64)page_to_pfn(first));
	ck_assert_int_eq(test_event(TRACE_mm_lru_insertion, 0)->field[1], LRU_INACTIVE_FILE);
	/* A page without references but the pagevec's is freed when it is emptied, the last one first. */
	first = page_cache_add(scene.file, GFP_KERNEL);
	page = page_cache_add(scene.file, GFP_KERNEL);
	put_page(first);
	put_page(page);
	test_forget_events();
	lru_add_drain();
	ck_assert_uint_eq(inactive_length(), PAGEVEC_SIZE);
	ck_assert_int_eq(test_event(TRACE_mm_page_free_batched, 0)->field[0],
			 (s64)page_to_pfn(page));
}

TEST(pagevecs_are_emptied_in_order, "15-20")
{
	struct page *page, *other;

	reclaim_setup();
	/* Used twice before it is on any list: it enters the active one. */
	page = page_cache_add(scene.file, GFP_KERNEL);
	other = page_cache_add(scene.file, GFP_KERNEL);
	mark_page_accessed(page);
	mark_page_accessed(page);
	ck_assert(PageFlag(page, PG_active) && !PageFlag(page, PG_referenced));
	ck_assert(!PageFlag(other, PG_active));
	/* Somebody isolates a page that waits to become active: nothing happens to it. */
	lru_add_drain();
	activate_page(other);
	isolate_lru_page(other);
	lru_add_drain();
	ck_assert(!PageFlag(other, PG_active) && !PageFlag(other, PG_lru));
	putback_lru_page(other);
	lru_add_drain();
	/* It waits twice to become active. */
	activate_page(other);
	activate_page(other);
	/* Or waits on another CPU. */
	lru_add_drain_all();
	ck_assert(PageFlag(other, PG_active));
	/* A scan empties the pagevecs first. */
	page = page_cache_add(scene.file, GFP_KERNEL);
	shrink_list(LRU_INACTIVE_FILE, 1, &scene.pgdat->lruvec, &scene.control);
	ck_assert_int_eq(page_count(page), 0);
}

TEST(rotated_pages_are_taken_next, "15-20")
{
	struct page *page, *other;

	reclaim_setup();
	page = listed_page(scene.file, GFP_KERNEL);
	activate_page(page);
	other = listed_page(scene.file, GFP_KERNEL);
	/* In use again: locked, dirty. */
	SetPageFlag(page, PG_locked);
	rotate_reclaimable_page(page);
	ClearPageFlag(page, PG_locked);
	SetPageFlag(page, PG_dirty);
	rotate_reclaimable_page(page);
	ClearPageFlag(page, PG_dirty);
	lru_add_drain();
	ck_assert(PageFlag(page, PG_active));
	rotate_reclaimable_page(page);
	rotate_reclaimable_page(other);
	isolate_lru_page(other);
	lru_add_drain();
	ck_assert(!PageFlag(page, PG_active) && !PageFlag(other, PG_lru));
	ck_assert_ptr_eq(scene.pgdat->lruvec.lists[LRU_INACTIVE_FILE].prev, &page->lru);
}

TEST(lru_add_drain_all_goes_through_the_cpus, "15-20")
{
	struct page *page;

	test_machine_cpus(64, 3);
	ck_assert(life_begin());
	world_run_on(1);
	page = page_cache_add(address_space_new("file", false), GFP_KERNEL);
	world_run_on(0);
	world->cpu_online &= ~4ull;
	lru_add_drain();
	ck_assert(!PageFlag(page, PG_lru));
	lru_add_drain_all();
	ck_assert(PageFlag(page, PG_lru));
}

TEST(lru_add_drain_cpu_when_it_goes_offline, "15-20")
{
	struct page *page;

	test_machine_cpus(64, 2);
	ck_assert(life_begin());
	world_run_on(1);
	page = page_cache_add(address_space_new("file", false), GFP_KERNEL);
	world_run_on(0);
	cpu_down(1);
	ck_assert(PageFlag(page, PG_lru) && page_count(page) == 1);
}

/* ---- Counters and flags ------------------------------------------------------------------------------- */

TEST(lists_are_counted_everywhere, "15-2")
{
	/* Flags, and the list that they name. */
	static const struct {
		bool anon, active, unevictable;
		enum lru_list list;
		const char *added, *removed;
	} rows[] = {
		{ false, false, false, LRU_INACTIVE_FILE,
		  "DMA:nr_zone_inactive_file +1, nr_inactive_file +1, inactive_file +1",
		  "DMA:nr_zone_inactive_file -1, nr_inactive_file -1, inactive_file -1" },
		{ false, true, false, LRU_ACTIVE_FILE,
		  "DMA:nr_zone_active_file +1, nr_active_file +1, active_file +1",
		  "DMA:nr_zone_active_file -1, nr_active_file -1, active_file -1" },
		{ true, false, false, LRU_INACTIVE_ANON,
		  "DMA:nr_zone_inactive_anon +1, nr_inactive_anon +1, inactive_anon +1",
		  "DMA:nr_zone_inactive_anon -1, nr_inactive_anon -1, inactive_anon -1" },
		{ true, true, false, LRU_ACTIVE_ANON,
		  "DMA:nr_zone_active_anon +1, nr_active_anon +1, active_anon +1",
		  "DMA:nr_zone_active_anon -1, nr_active_anon -1, active_anon -1" },
		{ true, true, true, LRU_UNEVICTABLE,
		  "DMA:nr_zone_unevictable +1, nr_unevictable +1, unevictable +1",
		  "DMA:nr_zone_unevictable -1, nr_unevictable -1, unevictable -1" },
	};

	reclaim_setup();
	for_each_row(i, rows) {
		struct page *page = listed_page(rows[i].anon ? scene.heap : scene.file, GFP_KERNEL);
		struct page *other =
			listed_page(rows[i].anon ? scene.heap : scene.file, GFP_KERNEL);
		struct list_head *list = &scene.pgdat->lruvec.lists[rows[i].list];

		lru_list_del(page);
		lru_list_del(other);
		page->flags &= ~(1ul << PG_active);
		if (rows[i].active)
			SetPageFlag(page, PG_active);
		if (rows[i].unevictable)
			SetPageFlag(page, PG_unevictable);
		other->flags = page->flags;
		lru_list_add(other);
		test_note_counters();
		lru_list_add(page);
		test_expect_changes(rows[i].added);
		ck_assert(PageFlag(page, PG_lru));
		ck_assert_ptr_eq(list->next, &page->lru);
		ck_assert_ptr_eq(list->prev, &other->lru);
		lru_list_del(page);
		test_expect_changes(rows[i].removed);
		ck_assert(!PageFlag(page, PG_lru));
		lru_list_add_tail(page);
		test_expect_changes(rows[i].added);
		ck_assert_ptr_eq(list->prev, &page->lru);
		ck_assert_ptr_eq(list->next, &other->lru);
		lru_list_del(page);
		lru_list_del(other);
		/* Counters of the lists themselves know of it, too: 40 at once are more than a CPU holds back. */
		test_fold();
		update_lru_size(&scene.pgdat->lruvec, scene.zone, rows[i].list, 40);
		ck_assert_int_eq(scene.pgdat->lruvec.lruvec_stat[rows[i].list], 40);
		update_lru_size(&scene.pgdat->lruvec, scene.zone, rows[i].list, -40);
	}
}

TEST(pages_leave_with_their_last_reference, "15-2")
{
	struct mem_cgroup *group;
	struct page *page, *second;
	struct list_head free;

	reclaim_setup();
	group = memcg_new("/g", &world->root_mem_cgroup, 1000);
	world->hooks.lru_page_uncharged = group_uncharge;
	group_fill(group, 3);
	/* One after the other: not before the last reference; with it, off the list and out of the group. */
	page = list_entry(mem_cgroup_lruvec(group, scene.pgdat)->lists[LRU_INACTIVE_FILE].next,
			  struct page, lru);
	get_page(page);
	test_note_counters();
	put_page(page);
	test_expect_changes("");
	SetPageFlag(page, PG_unevictable);
	ClearPageFlag(page, PG_unevictable);
	put_page(page);
	test_expect_changes("DMA:nr_zone_inactive_file -1, nr_inactive_file -1, "
			    "/ginactive_file -1, pgfree +1");
	ck_assert_int_eq(group->memory.usage, 2);
	ck_assert_ptr_null(page->mapping);
	ck_assert(!PageFlag(page, PG_lru));
	/* Collected: the last one comes first, and all leave their group before any is freed. */
	INIT_LIST_HEAD(&free);
	page = list_entry(mem_cgroup_lruvec(group, scene.pgdat)->lists[LRU_INACTIVE_FILE].next,
			  struct page, lru);
	second = list_entry(page->lru.next, struct page, lru);
	get_page(page);
	ck_assert(!put_page_to_free(page, &free));
	ck_assert(list_empty(&free));
	lru_list_del(second);
	SetPageFlag(second, PG_active);
	SetPageFlag(second, PG_unevictable);
	lru_list_add(second);
	test_note_counters();
	ck_assert(put_page_to_free(page, &free));
	ck_assert(put_page_to_free(second, &free));
	test_expect_changes("DMA:nr_zone_inactive_file -1, DMA:nr_zone_unevictable -1, "
			    "nr_inactive_file -1, nr_unevictable -1, /ginactive_file -1, "
			    "/gunevictable -1");
	ck_assert(!PageFlag(second, PG_active) && !PageFlag(second, PG_unevictable));
	ck_assert_ptr_eq(free.next, &second->lru);
	test_forget_events();
	free_lru_pages(&free);
	test_expect_changes("pgfree +2");
	ck_assert_int_eq(group->memory.usage, 0);
	ck_assert_ptr_null(second->mem_cgroup);
	ck_assert(list_empty(&free));
	ck_assert_int_eq(test_event(TRACE_mm_page_free_batched, 0)->field[0],
			 (s64)page_to_pfn(second));
}

TEST(isolated_pages_have_a_reference_more, "15-2 15-20")
{
	struct page *page;

	reclaim_setup();
	page = listed_page(scene.file, GFP_KERNEL);
	test_note_counters();
	ck_assert(isolate_lru_page(page));
	test_expect_changes("DMA:nr_zone_inactive_file -1, nr_inactive_file -1, inactive_file -1");
	ck_assert_int_eq(page_count(page), 2);
	/* On its way back the pagevec holds it. */
	putback_lru_page(page);
	test_expect_changes("");
	ck_assert_int_eq(page_count(page), 2);
	lru_add_drain();
	test_expect_changes("DMA:nr_zone_inactive_file +1, nr_inactive_file +1, inactive_file +1");
	ck_assert_int_eq(page_count(page), 1);
}

TEST(pages_that_are_on_no_list_leave_none, "15-2")
{
	struct page *page;

	reclaim_setup();
	page = listed_page(scene.file, GFP_KERNEL);
	isolate_lru_page(page);
	put_page(page);
	INIT_LIST_HEAD(&page->lru);
	test_note_counters();
	put_page(page);
	test_expect_changes("pgfree +1");
}

TEST(page_evictable_asks_page_and_mapping, "15-5")
{
	struct page *page;

	reclaim_setup();
	page = listed_page(scene.file, GFP_KERNEL);
	ck_assert(page_evictable(page));
	SetPageFlag(page, PG_mlocked);
	ck_assert(!page_evictable(page));
	ClearPageFlag(page, PG_mlocked);
	scene.file->unevictable = true;
	ck_assert(!page_evictable(page));
}

TEST(lru_note_cost_halves_what_exceeds_a_quarter, "15-13")
{
	struct lruvec *lists;
	struct mem_cgroup *group;

	reclaim_setup();
	lists = &scene.pgdat->lruvec;
	/* 1000 pages that could be reclaimed; what must not be does not count. */
	lists->lruvec_stat[NR_INACTIVE_ANON] = 100;
	lists->lruvec_stat[NR_ACTIVE_ANON] = 200;
	lists->lruvec_stat[NR_INACTIVE_FILE] = 300;
	lists->lruvec_stat[NR_ACTIVE_FILE] = 400;
	lists->lruvec_stat[NR_UNEVICTABLE] = 5000;
	lru_note_cost(lists, true, 100);
	lru_note_cost(lists, true, 100);
	lru_note_cost(lists, false, 50);
	ck_assert_uint_eq(lists->file_cost, 200);
	ck_assert_uint_eq(lists->anon_cost, 50);
	lru_note_cost(lists, false, 1);
	ck_assert_uint_eq(lists->file_cost, 100);
	ck_assert_uint_eq(lists->anon_cost, 25);
	/* Each of the lists counts. */
	for (int lru = LRU_INACTIVE_ANON; lru <= LRU_ACTIVE_FILE; lru++) {
		lists->file_cost = 125;
		lists->anon_cost = 125;
		lists->lruvec_stat[lru] -= 4;
		lru_note_cost(lists, true, 0);
		ck_assert_uint_eq(lists->file_cost, 62);
		ck_assert_uint_eq(lists->anon_cost, 62);
		lists->lruvec_stat[lru] += 4;
	}
	/* What a group pays, those above it pay too; each forgets by its own lists. */
	group = memcg_new("/g", &world->root_mem_cgroup, 1000);
	lists->file_cost = 0;
	lists->anon_cost = 0;
	lru_note_cost(mem_cgroup_lruvec(group, scene.pgdat), false, 9);
	ck_assert_uint_eq(lists->anon_cost, 9);
	ck_assert_uint_eq(mem_cgroup_lruvec(group, scene.pgdat)->anon_cost, 4);
	ck_assert_uint_eq(mem_cgroup_lruvec(group, scene.pgdat)->file_cost, 0);
}

/* ---- Pagevecs ----------------------------------------------------------------------------------------- */

TEST(lru_add_page_sets_the_flags_of_the_list, "15-20")
{
	struct page *page;

	reclaim_setup();
	page = page_cache_add(scene.file, GFP_KERNEL);
	SetPageFlag(page, PG_active);
	SetPageFlag(page, PG_mlocked);
	test_forget_events();
	test_note_counters();
	lru_add_drain();
	test_expect_changes("DMA:nr_zone_unevictable +1, nr_unevictable +1, unevictable +1");
	ck_assert(PageFlag(page, PG_unevictable) && !PageFlag(page, PG_active));
	ck_assert_int_eq(test_event(TRACE_mm_lru_insertion, 0)->field[1], LRU_UNEVICTABLE);
	/* Rescued: it may be reclaimed again. */
	isolate_lru_page(page);
	ClearPageFlag(page, PG_mlocked);
	putback_lru_page(page);
	test_note_counters();
	lru_add_drain();
	test_expect_changes("DMA:nr_zone_inactive_file +1, nr_inactive_file +1, inactive_file +1");
	ck_assert(!PageFlag(page, PG_unevictable));
	ck_assert_int_eq(test_event(TRACE_mm_lru_insertion, 1)->field[1], LRU_INACTIVE_FILE);
}

TEST(pagevecs_move_pages_between_lists, "15-20")
{
	struct page *page[3];

	reclaim_setup();
	for (int i = 0; i < 3; i++)
		page[i] = listed_page(scene.file, GFP_KERNEL);
	test_note_counters();
	activate_page(page[0]);
	activate_page(page[0]);
	activate_page(page[1]);
	activate_page(page[0]);
	test_expect_changes("");
	ck_assert_int_eq(page_count(page[0]), 4);
	lru_add_drain();
	/* Who waits more than once moves once. */
	test_expect_changes("DMA:nr_zone_inactive_file -2, DMA:nr_zone_active_file +2, "
			    "nr_inactive_file -2, nr_active_file +2, inactive_file -2, "
			    "active_file +2");
	ck_assert_ptr_eq(scene.pgdat->lruvec.lists[LRU_ACTIVE_FILE].next, &page[1]->lru);
	ck_assert_int_eq(page_count(page[0]), 1);
	/* Active already: nothing to wait for. */
	activate_page(page[0]);
	ck_assert_int_eq(page_count(page[0]), 1);
	/* To the tail of the inactive list. */
	rotate_reclaimable_page(page[0]);
	ck_assert_int_eq(page_count(page[0]), 2);
	lru_add_drain();
	test_expect_changes("DMA:nr_zone_inactive_file +1, DMA:nr_zone_active_file -1, "
			    "nr_inactive_file +1, nr_active_file -1, inactive_file +1, "
			    "active_file -1");
	ck_assert_ptr_eq(scene.pgdat->lruvec.lists[LRU_INACTIVE_FILE].prev, &page[0]->lru);
	ck_assert_ptr_eq(scene.pgdat->lruvec.lists[LRU_INACTIVE_FILE].next, &page[2]->lru);
	/* Rotation comes before activation, whichever was asked for first. */
	activate_page(page[2]);
	rotate_reclaimable_page(page[2]);
	lru_add_drain();
	ck_assert(PageFlag(page[2], PG_active));
	/* Not with an isolated page, nor with an unevictable one, nor a locked or a dirty one. */
	isolate_lru_page(page[0]);
	rotate_reclaimable_page(page[0]);
	activate_page(page[0]);
	SetPageFlag(page[1], PG_unevictable);
	rotate_reclaimable_page(page[1]);
	ClearPageFlag(page[1], PG_unevictable);
	SetPageFlag(page[1], PG_locked);
	rotate_reclaimable_page(page[1]);
	ClearPageFlag(page[1], PG_locked);
	SetPageFlag(page[1], PG_dirty);
	rotate_reclaimable_page(page[1]);
	ck_assert_int_eq(page_count(page[0]), 2);
	ck_assert_int_eq(page_count(page[1]), 1);
}

TEST(pagevecs_unevictable_meanwhile, "15-20")
{
	struct page *page;

	/* Asked for while it could be moved; when the pagevec is emptied it must not be reclaimed any more. */
	reclaim_setup();
	page = listed_page(scene.file, GFP_KERNEL);
	activate_page(page);
	rotate_reclaimable_page(page);
	lru_list_del(page);
	SetPageFlag(page, PG_unevictable);
	lru_list_add(page);
	test_note_counters();
	lru_add_drain();
	test_expect_changes("");
	ck_assert(!PageFlag(page, PG_active));
}

TEST(mark_page_accessed_of_waiting_pages, "15-2 15-20")
{
	struct page *page[4];

	/* The second use makes a page active that waits on this CPU, whatever waits beside it. */
	for (int used = 0; used < 4; used++) {
		reclaim_setup();
		for (int i = 0; i < 4; i++)
			page[i] = page_cache_add(scene.file, GFP_KERNEL);
		mark_page_accessed(page[used]);
		ck_assert(!PageFlag(page[used], PG_active));
		test_note_counters();
		mark_page_accessed(page[used]);
		test_expect_changes("age +1");
		for (int i = 0; i < 4; i++) {
			ck_assert_int_eq(PageFlag(page[i], PG_active), i == used);
			ck_assert(!PageFlag(page[i], PG_referenced));
			ck_assert_int_eq(page_count(page[i]), 2);
		}
	}
	/* In nobody's pagevec: only the clock notices. */
	page[0] = listed_page(scene.file, GFP_KERNEL);
	isolate_lru_page(page[0]);
	mark_page_accessed(page[0]);
	mark_page_accessed(page[0]);
	ck_assert(!PageFlag(page[0], PG_active) && !PageFlag(page[0], PG_referenced));
	/* Active, or not to be reclaimed: nothing. */
	for (int unevictable = 0; unevictable <= 1; unevictable++) {
		page[0] = listed_page(scene.file, GFP_KERNEL);
		SetPageFlag(page[0], PG_referenced);
		SetPageFlag(page[0], unevictable ? PG_unevictable : PG_active);
		test_note_counters();
		mark_page_accessed(page[0]);
		test_expect_changes("");
		ck_assert(PageFlag(page[0], PG_referenced));
		ck_assert_int_eq(page_count(page[0]), 1);
	}
}
