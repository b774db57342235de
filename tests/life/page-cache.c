/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Memory filled by page cache and taken back, dirty pages written, swap: whole scenes on a live machine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "life/life.h"
#include "machines.h"
#include "page_cache.h"

static struct zone *live_machine(void)
{
	test_machine_uma(64);
	ck_assert(daemons_start());
	return test_zone(0, ZONE_DMA);
}

TEST(page_cache_fills_memory_and_gives_way, "15-1 15-2")
{
	struct zone *zone = live_machine();
	struct address_space *file = address_space_new("big", false);
	unsigned long before = zone->managed_pages;

	/* Far more pages than there is memory: each new page pushes out an old one. */
	ck_assert_uint_eq(page_cache_fill(file, GFP_KERNEL, 3 * before), 3 * before);
	ck_assert_uint_lt(file->nrpages, before);
	ck_assert_uint_eq(file->nrpages + file->reclaimed, 3 * before);
	ck_assert_int_eq(file->nrpages, test_node_count(NR_FILE_PAGES));
	/* Somebody takes half of memory: the page cache gives way. */
	ck_assert_uint_eq(test_take(GFP_KERNEL, 0, before / 2), before / 2);
	ck_assert_uint_lt(file->nrpages, before / 2);
	ck_assert_int_eq(test_node_count(NR_ISOLATED_FILE), 0);
	test_check_lists();
}

TEST(page_cache_oldest_pages_go_first, "15-2")
{
	live_machine();
	struct address_space *file = address_space_new("f", false);
	struct page *first = page_cache_add(file, GFP_KERNEL), *second, *third;

	second = page_cache_add(file, GFP_KERNEL);
	third = page_cache_add(file, GFP_KERNEL);
	/* The second is used twice: it becomes active, and stays. */
	mark_page_accessed(second);
	mark_page_accessed(second);
	ck_assert(PageFlag(second, PG_active));
	page_cache_fill(file, GFP_KERNEL, test_zone(0, ZONE_DMA)->managed_pages + 2000);
	ck_assert_ptr_eq(page_owner(second), file);
	ck_assert_uint_eq(second->index, 1);
	ck_assert(first->index != 0 || !first->mapping);
	ck_assert(third->index != 2 || !third->mapping);
}

TEST(page_cache_dirty_pages_are_written_then_reclaimed, "15-3")
{
	struct zone *zone = live_machine();
	struct address_space *file = address_space_new("log", false);
	unsigned long pages = zone->managed_pages * 3 / 4;

	for (unsigned long i = 0; i < pages; i++)
		page_dirty(page_cache_add(file, GFP_KERNEL));
	ck_assert_int_eq(test_node_count(NR_FILE_DIRTY), pages);
	/* Take more than is free: reclaim finds only dirty pages, wakes the flushers, and waits. */
	ck_assert_uint_eq(test_take(GFP_KERNEL, 0, zone->managed_pages / 2),
			  zone->managed_pages / 2);
	ck_assert_uint_gt(file->reclaimed, 0);
	ck_assert_int_gt(test_node_count(NR_WRITTEN), 0);
	daemons_run();
	ck_assert_int_eq(test_node_count(NR_WRITEBACK), 0);
	ck_assert_int_eq((long)zone_page_state_snapshot(zone, NR_ZONE_WRITE_PENDING),
			 (long)test_node_count(NR_FILE_DIRTY));
	test_check_lists();
}

TEST(page_cache_anonymous_pages_go_to_swap, "15-4")
{
	struct zone *zone = live_machine();
	struct address_space *heap = address_space_new("heap", true);

	swap_on(20000);
	page_cache_fill(heap, GFP_HIGHUSER_MOVABLE, zone->managed_pages * 3 / 2);
	ck_assert_uint_gt(heap->swapped, zone->managed_pages / 3);
	ck_assert_uint_eq(heap->swapped, heap->reclaimed);
	/* Every page in swap has a place; those still on the way have one too. */
	ck_assert_uint_eq(world->total_swap_pages - world->nr_swap_pages,
			  heap->swapped + world->nr_swapcache_pages);
	ck_assert_int_gt(test_count(TRACE_mm_vmscan_writepage), 0);
	daemons_run();
	test_check_lists();
}

TEST(page_cache_without_swap_anonymous_pages_stay, "15-4")
{
	struct zone *zone = live_machine();
	struct address_space *heap = address_space_new("heap", true);
	struct address_space *file = address_space_new("file", false);

	page_cache_fill(heap, GFP_HIGHUSER_MOVABLE, zone->managed_pages / 2);
	page_cache_fill(file, GFP_KERNEL, zone->managed_pages);
	ck_assert_uint_eq(heap->reclaimed, 0);
	ck_assert_uint_eq(heap->nrpages, zone->managed_pages / 2);
	ck_assert_uint_gt(file->reclaimed, 0);
}

TEST(page_cache_atomic_requests_live_off_reserves, "13-5")
{
	struct zone *zone = live_machine();
	struct address_space *file = address_space_new("file", false);
	unsigned long atomic;

	/* The world without daemons for a moment: nobody comes to help. */
	page_cache_fill(file, GFP_KERNEL, 2 * zone->managed_pages);
	NODE_DATA(0)->kswapd_waiting = false;
	test_take(GFP_NOWAIT | __GFP_NOWARN, 0, zone->managed_pages);
	atomic = test_take(GFP_ATOMIC | __GFP_NOWARN, 0, zone->managed_pages);
	ck_assert_uint_gt(atomic, 0);
	ck_assert_uint_lt(zone_page_state(zone, NR_FREE_PAGES), min_wmark_pages(zone));
	/* Then somebody who may sleep comes, and the cache gives way again. */
	ck_assert_ptr_nonnull(alloc_pages(GFP_KERNEL, 0));
}

TEST(page_cache_nofail_survives, "13-11")
{
	struct zone *zone = live_machine();
	struct address_space *file = address_space_new("file", false);
	struct page *page;

	page_cache_fill(file, GFP_KERNEL, 2 * zone->managed_pages);
	page = alloc_pages(GFP_KERNEL | __GFP_NOFAIL, 3);
	ck_assert_ptr_nonnull(page);
}

TEST(page_cache_maps_and_touches, "")
{
	live_machine();
	struct address_space *file = address_space_new("file", false);
	struct page *page = page_cache_add(file, GFP_KERNEL);

	lru_add_drain();
	page_map(page, true);
	page_map(page, false);
	ck_assert_int_eq(page_count(page), 3);
	ck_assert_int_eq(test_node_count(NR_FILE_MAPPED), 1);
	for (int i = 0; i < 300; i++)
		page_touch_mapped(page);
	ck_assert_uint_eq(page->private & LRU_ACCESSED, 255);
	ck_assert(page->private & LRU_EXEC);
	struct page *anon = page_cache_add(address_space_new("a", true), GFP_KERNEL);

	lru_add_drain();
	anon->private = LRU_SWAP_ENTRY;
	page_map(anon, false);
	ck_assert_int_eq(page_count(anon), 2);
	ck_assert_uint_eq(anon->private, 0);
	anon->_mapcount = -1;
	page_map(anon, false);
	ck_assert_int_eq(test_node_count(NR_ANON_MAPPED), 2);
}

TEST(page_cache_disk_takes_only_so_much, "")
{
	struct page *page = NULL;

	live_machine();
	struct address_space *file = address_space_new("file", false);

	for (unsigned int i = 0; i <= DISK_QUEUE; i++) {
		page = page_cache_add(file, GFP_KERNEL);
		page_dirty(page);
		page_dirty(page);
	}
	/* The queue is full before the last page: its writer waits until there is room. */
	ck_assert_uint_eq(flushers_run(), DISK_QUEUE + 1);
	ck_assert_uint_eq(world->jiffies, 1);
	ck_assert_int_eq(test_node_count(NR_WRITEBACK), DISK_QUEUE + 1 - DISK_PAGES_PER_TICK);
	ck_assert_uint_eq(disk_run(1), DISK_PAGES_PER_TICK);
	/* What is being written, or has no writer, is passed over. */
	file->no_writer = true;
	page_dirty(page);
	ck_assert_uint_eq(flushers_run(), 0);
}

/* A machine that was loaded has pages under writeback, and a disk that knows of none. Expect their writes to end. */
TEST(page_cache_disk_resumes_what_was_being_written, "")
{
	live_machine();
	struct address_space *file = address_space_new("file", false);

	page_cache_fill(file, GFP_KERNEL, DISK_QUEUE + 1);
	page_write(page_cache_add(address_space_new("heap", true), GFP_KERNEL));
	lru_add_drain();
	page_write(page_cache_add(address_space_new("waits", false), GFP_KERNEL));
	free(world->life);
	world->life = NULL;
	/* One page more than the disk takes at a time. */
	for (struct list_head *entry = NODE_DATA(0)->lruvec.lists[LRU_INACTIVE_FILE].prev, *before;
	     entry != &NODE_DATA(0)->lruvec.lists[LRU_INACTIVE_FILE]; entry = before) {
		struct page *page = list_entry(entry, struct page, lru);

		before = entry->prev;
		get_page(page);
		SetPageFlag(page, PG_writeback);
		mod_lruvec_page_state(page, NR_WRITEBACK, 1);
	}
	/* Nothing is written of this one. */
	page_cache_add(file, GFP_KERNEL);
	ck_assert(life_begin());
	ck_assert_int_eq(test_node_count(NR_WRITEBACK), DISK_QUEUE + 3 - DISK_PAGES_PER_TICK);
	ck_assert_uint_eq(disk_run(100), DISK_QUEUE + 3 - DISK_PAGES_PER_TICK);
	ck_assert_int_eq(test_node_count(NR_WRITEBACK), 0);
}

TEST(page_cache_written_pages_wait_where_reclaim_left_them, "15-3")
{
	live_machine();
	struct address_space *file = address_space_new("file", false);
	struct page *marked = page_cache_add(file, GFP_KERNEL), *isolated, *locked;

	isolated = page_cache_add(file, GFP_KERNEL);
	locked = page_cache_add(file, GFP_KERNEL);
	page_cache_add(file, GFP_KERNEL);
	lru_add_drain();
	activate_page(marked);
	lru_add_drain();
	page_dirty(marked);
	page_dirty(isolated);
	page_dirty(locked);
	SetPageFlag(marked, PG_reclaim);
	page_write(marked);
	SetPageFlag(isolated, PG_reclaim);
	page_write(isolated);
	SetPageFlag(locked, PG_reclaim);
	page_write(locked);
	isolate_lru_page(isolated);
	lru_list_del(locked);
	SetPageFlag(locked, PG_unevictable);
	lru_list_add(locked);
	disk_run(1);
	lru_add_drain();
	/* The marked page is inactive now, and the next to be taken. */
	ck_assert_ptr_eq(NODE_DATA(0)->lruvec.lists[LRU_INACTIVE_FILE].prev, &marked->lru);
	ck_assert(!PageFlag(marked, PG_reclaim) && !PageFlag(marked, PG_active));
	ck_assert(!PageFlag(isolated, PG_lru));
	ck_assert(PageFlag(locked, PG_unevictable));
}

TEST(page_cache_drops_pages_wherever_they_are, "")
{
	live_machine();
	struct address_space *file = address_space_new("file", false);
	struct page *waiting = page_cache_add(file, GFP_KERNEL), *isolated;

	page_cache_drop(waiting);
	ck_assert_int_eq(page_count(waiting), 0);
	isolated = page_cache_add(file, GFP_KERNEL);
	lru_add_drain();
	isolate_lru_page(isolated);
	page_cache_drop(isolated);
	ck_assert_int_eq(page_count(isolated), 0);
	ck_assert_uint_eq(file->nrpages, 0);
}

TEST(page_cache_refuses_when_memory_is_out, "")
{
	live_machine();
	test_empty_machine();
	ck_assert_uint_eq(
		page_cache_fill(address_space_new("x", false), GFP_NOWAIT | __GFP_NOWARN, 5), 0);
}

TEST(page_cache_flushers_pass_over, "")
{
	struct page *page, *lazy;

	live_machine();
	struct address_space *file = address_space_new("file", false);

	/* Nobody knows how to write it; and memory that nobody wants is not written. */
	page = page_cache_add(file, GFP_KERNEL);
	page_dirty(page);
	file->no_writer = true;
	lazy = page_cache_add(address_space_new("heap", true), GFP_KERNEL);
	lru_list_del(lazy);
	ClearPageFlag(lazy, PG_swapbacked);
	lru_list_add(lazy);
	page_dirty(lazy);
	ck_assert_int_eq(test_node_count(NR_FILE_DIRTY), 1);
	ck_assert_uint_eq(flushers_run(), 0);
	/* Nor is a page whose file is not there any more, as on a machine that was loaded. */
	page->mapping = NULL;
	ck_assert_uint_eq(flushers_run(), 0);
}

TEST(page_cache_goes_with_its_machine, "")
{
	live_machine();
	page_cache_fill(address_space_new("file", false), GFP_KERNEL, 10);
	address_space_new("other", true);
	machine_free(world);
	ck_assert_ptr_null(world);
}

TEST(page_cache_owner_goes_and_its_pages_with_him, "")
{
	struct page *page, *dying;

	live_machine();
	struct address_space *heap = address_space_new("heap", true);

	swap_on(10);
	page_cache_fill(heap, GFP_KERNEL, 10);
	page = page_cache_add(heap, GFP_KERNEL);
	page_map(page, false);
	lru_add_drain();
	ck_assert(isolate_lru_page(page));
	dying = page_cache_add(heap, GFP_KERNEL);
	set_page_count(dying, 0);
	ck_assert_ptr_nonnull(alloc_pages(GFP_KERNEL | __GFP_COMP, 3));
	heap->swapped = 3;
	world->nr_swap_pages = 7;
	ck_assert_uint_eq(address_space_release(heap), 10);
	ck_assert_uint_eq(world->nr_swap_pages, 10);
	/* Expect: a page in somebody's hands is free when he puts it down; another one he is about to free himself. */
	ck_assert_uint_eq(heap->nrpages, 2);
	ck_assert_int_eq(page_count(page), 1);
	ck_assert(!page_mapped(page));
	putback_lru_page(page);
	lru_add_drain();
	ck_assert_int_eq(page_count(page), 0);
	ck_assert_int_eq(test_node_count(NR_ANON_MAPPED), 1);
	test_check_lists();
}

TEST(page_cache_file_goes_but_for_what_the_disk_works_on, "")
{
	struct page *page;

	live_machine();
	struct address_space *file = address_space_new("file", false);

	page_cache_fill(file, GFP_KERNEL, 10);
	page_map(page_cache_add(file, GFP_KERNEL), false);
	page = page_cache_add(file, GFP_KERNEL);
	page_dirty(page);
	page_write(page);
	ck_assert_uint_eq(address_space_release(file), 11);
	ck_assert_uint_eq(file->nrpages, 1);
	ck_assert_int_eq(test_node_count(NR_FILE_MAPPED), 0);
}

TEST(page_cache_owner_goes_and_keeps_what_is_locked, "")
{
	live_machine();
	struct address_space *heap = address_space_new("heap", true);

	page_cache_fill(heap, GFP_KERNEL, 10);
	ck_assert_uint_eq(address_space_release_but(heap, 4), 6);
	ck_assert_uint_eq(heap->nrpages, 4);
	ck_assert_uint_eq(address_space_release(heap), 4);
}

/** Places in swap that are taken, beyond those of pages in the swap cache and of pages that are only in swap. */
static long places_lost(const struct address_space *space)
{
	return (long)(world->total_swap_pages - world->nr_swap_pages) -
	       (long)(world->nr_swapcache_pages + space->swapped);
}

TEST(page_cache_owner_goes_while_his_pages_are_written, "18-15")
{
	/*
	 * Expect: a page that the disk works on keeps its place in swap until reclaim comes across it, and not longer: its
	 * process is dead, so nobody will ever ask for it. No place is lost.
	 */
	struct zone *zone = live_machine();
	struct address_space *heap = address_space_new("heap", true);
	struct address_space *other = address_space_new("other", true);

	swap_on(20000);
	page_cache_fill(heap, GFP_HIGHUSER_MOVABLE, zone->managed_pages + 2000);
	ck_assert_int_gt(test_node_count(NR_WRITEBACK), 0);
	ck_assert_uint_gt(heap->swapped, 0);
	address_space_release(heap);
	ck_assert_uint_eq(heap->swapped, 0);
	ck_assert_int_eq(places_lost(heap), 0);
	ck_assert_uint_eq(world->nr_swapcache_pages, heap->nrpages);
	ck_assert_uint_gt(heap->nrpages, 0);
	daemons_run();
	page_cache_fill(other, GFP_HIGHUSER_MOVABLE, zone->managed_pages + 2000);
	ck_assert_uint_eq(heap->nrpages, 0);
	ck_assert_uint_eq(heap->swapped, 0);
	ck_assert_int_eq(places_lost(other), 0);
	test_check_lists();
}

TEST(page_cache_owner_goes_from_memory_with_holes, "")
{
	struct address_space *heap;

	test_machine_zones(64);
	daemons_start();
	heap = address_space_new("heap", true);
	page_cache_fill(heap, GFP_KERNEL, 2);
	/* One page more is on the books than there is: all of memory is searched. */
	heap->nrpages++;
	ck_assert_uint_eq(address_space_release(heap), 2);
}

/** Put a fresh page into a slot of a file. */
static struct page *read_at(struct address_space *file, unsigned long index, gfp_t gfp_mask)
{
	struct page *page = alloc_pages(GFP_KERNEL, 0);

	ck_assert_int_eq(page_cache_add_at(page, file, index, gfp_mask), 0);
	put_page(page);
	return page;
}

TEST(page_cache_slots_remember_pages_that_were_evicted, "19-13")
{
	struct address_space *file;
	struct mem_cgroup *group;
	struct page *page;
	void *shadow;

	live_machine();
	file = address_space_new("file", false);
	group = memcg_new("/g", &world->root_mem_cgroup, PAGE_COUNTER_MAX);
	current->memcg = group;
	page = read_at(file, 5, GFP_KERNEL);
	ck_assert_ptr_eq(page_slot(file, 5), page);
	ck_assert_ptr_eq(page->mem_cgroup, group);
	ck_assert(PageFlag(page, PG_uptodate) && !PageFlag(page, PG_locked));
	lru_add_drain();
	ck_assert_int_eq(page_count(page), 1);
	/* Expect reclaim to leave a shadow, and the charge to go back. */
	ck_assert_uint_ge(try_to_free_mem_cgroup_pages(group, 1, GFP_KERNEL, false), 1);
	shadow = page_slot(file, 5);
	ck_assert(is_shadow(shadow));
	ck_assert_int_eq(group->memory.usage, 31);
	/* Expect a refused charge to leave it there. */
	page = alloc_pages(GFP_KERNEL, 0);
	group->memory.max = 31;
	world->memcg_stock[0].nr_pages = 0;
	ck_assert_int_ne(page_cache_add_at(page, file, 5, GFP_NOWAIT), 0);
	ck_assert_ptr_eq(page_slot(file, 5), shadow);
	ck_assert_int_eq(page_count(page), 1);
	ck_assert(!PageFlag(page, PG_locked));
	ck_assert_ptr_null(page->mapping);
	/* There is no such slot: nothing stays charged. */
	group->memory.max = PAGE_COUNTER_MAX;
	ck_assert_int_ne(page_cache_add_at(page, file, MAX_PAGE_SLOTS, GFP_KERNEL), 0);
	ck_assert_ptr_null(page->mem_cgroup);
	__free_pages(page, 0);
	/* Expect the page that comes back to count as a refault, unless it is to be written anew. */
	page = read_at(file, 5, GFP_KERNEL);
	ck_assert_ptr_eq(page_slot(file, 5), page);
	ck_assert_int_eq(test_node_count(WORKINGSET_REFAULT), 1);
	page_slot_set(file, 6, shadow);
	read_at(file, 6, GFP_KERNEL | __GFP_WRITE);
	ck_assert_int_eq(test_node_count(WORKINGSET_REFAULT), 1);
}
