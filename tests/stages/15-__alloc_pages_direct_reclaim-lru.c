/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 15: pages come to the lists and leave them.
 */
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
