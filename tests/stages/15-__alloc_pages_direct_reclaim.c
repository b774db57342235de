/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 15: the outer loop of reclaim, the balance of the lists, every row of the table of page
 * outcomes, shrinkers, throttling, groups, and reclaim on a node.
 */
#include <stdlib.h>
#include <string.h>

#include "life/life.h"
#include "machines.h"
#include "page_cache.h"
#include "stages/reclaim.h"

static struct zone *zone;
static struct pglist_data *pgdat;
static struct address_space *file, *heap;
static struct scan_control sc;
static struct reclaim_stat stat;
static struct list_head batch;

/** A live machine, and an activity as direct reclaim for GFP_KERNEL begins it. */
static void setup(void)
{
	test_machine_uma(64);
	daemons_start();
	zone = test_zone(0, ZONE_DMA);
	pgdat = NODE_DATA(0);
	file = address_space_new("file", false);
	heap = address_space_new("heap", true);
	swap_on(4096);
	sc = (struct scan_control){ .nr_to_reclaim = 32,
				    .gfp_mask = GFP_KERNEL,
				    .reclaim_idx = ZONE_NORMAL,
				    .priority = DEF_PRIORITY,
				    .may_writepage = true,
				    .may_unmap = true,
				    .may_swap = true };
	test_forget_events();
}

static struct page *isolated(struct address_space *space)
{
	struct page *page = page_cache_add(space, GFP_KERNEL);

	ck_assert(isolate_lru_page(page));
	ClearPageFlag(page, PG_active);
	return page;
}

enum outcome {
	KEPT,
	ACTIVATED,
	RECLAIMED
};

/** Pass one isolated page through the tests. */
static enum outcome outcome(struct page *page)
{
	unsigned long reclaimed;

	INIT_LIST_HEAD(&batch);
	list_add(&page->lru, &batch);
	reclaimed = shrink_page_list(&batch, pgdat, &sc, &stat);
	ck_assert(!PageFlag(page, PG_locked) || stat.nr_dirty == 99);
	if (reclaimed) {
		ck_assert(list_empty(&batch));
		ck_assert_int_eq(page_count(page), 0);
		return RECLAIMED;
	}
	ck_assert(!list_empty(&batch));
	return PageFlag(page, PG_active) ? ACTIVATED : KEPT;
}

/* ---- The table of outcomes, row by row -------------------------------------------------------------- */

TEST(shrink_page_list_clean_file_page_is_reclaimed, "15-5")
{
	struct page *page;

	setup();
	page = isolated(file);
	ck_assert_int_eq(outcome(page), RECLAIMED);
	ck_assert_uint_eq(file->nrpages, 0);
	ck_assert_uint_eq(global_node_page_state(NR_FILE_PAGES), 0);
	ck_assert_int_eq(test_count(TRACE_mm_page_free), 1);
	ck_assert_int_eq(test_count(TRACE_mm_page_free_batched), 1);
	/* A page that was charged, on a machine where nobody counts. */
	page = isolated(file);
	page->mem_cgroup = &world->root_mem_cgroup;
	world->hooks.lru_page_uncharged = NULL;
	ck_assert_int_eq(outcome(page), RECLAIMED);
	ck_assert_ptr_null(page->mem_cgroup);
}

TEST(shrink_page_list_row_1_locked, "15-5")
{
	struct page *page;

	setup();
	page = isolated(file);
	SetPageFlag(page, PG_locked);
	INIT_LIST_HEAD(&batch);
	list_add(&page->lru, &batch);
	ck_assert_uint_eq(shrink_page_list(&batch, pgdat, &sc, &stat), 0);
	ck_assert(!PageFlag(page, PG_active));
	ck_assert_uint_eq(sc.nr_scanned, 0);
}

TEST(shrink_page_list_row_2_unevictable, "15-5")
{
	struct page *page;

	setup();
	page = isolated(file);
	SetPageFlag(page, PG_mlocked);
	/* Not activated, but put back where it belongs. */
	ck_assert_int_eq(outcome(page), KEPT);
	lru_cache_add(page);
	ck_assert(PageFlag(page, PG_unevictable));
	lru_list_del(page);
	ClearPageFlag(page, PG_mlocked);
	file->unevictable = true;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert_uint_eq(sc.nr_scanned, 2);
}

TEST(shrink_page_list_row_3_mapped, "15-5")
{
	struct page *page;

	setup();
	page = isolated(file);
	page_map(page, false);
	sc.may_unmap = false;
	ck_assert_int_eq(outcome(page), KEPT);
	sc.may_unmap = true;
	ck_assert_int_eq(outcome(page), RECLAIMED);
	/* Unmapped pages are no matter. */
	sc.may_unmap = false;
	ck_assert_int_eq(outcome(isolated(file)), RECLAIMED);
}

TEST(shrink_page_list_rows_4_and_5_writeback, "15-6")
{
	struct page *page;

	setup();
	page = isolated(file);
	page_dirty(page);
	page_write(page);
	/* Row 5: marked, so that the end of the write is noticed. */
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert_uint_eq(stat.nr_writeback, 1);
	ck_assert_uint_eq(stat.nr_congested, 0);
	ck_assert(PageFlag(page, PG_reclaim));
	/* Row 4: kswapd sees it again too soon, and the node is marked. */
	current->flags |= PF_KSWAPD;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert_uint_eq(stat.nr_immediate, 0);
	ck_assert_uint_eq(stat.nr_congested, 1);
	pgdat->flags = 1ul << PGDAT_WRITEBACK;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert_uint_eq(stat.nr_immediate, 1);
	ck_assert_uint_eq(stat.nr_writeback, 0);
	ClearPageFlag(page, PG_reclaim);
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert_uint_eq(stat.nr_immediate, 0);
	/* Dirty again while it is written: somebody does write it. */
	page_dirty(page);
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert_uint_eq(stat.nr_dirty, 1);
	ck_assert_uint_eq(stat.nr_unqueued_dirty, 0);
}

TEST(shrink_page_list_row_6_legacy_group_waits, "15-6")
{
	struct page *page;

	setup();
	world->memcg_legacy = true;
	sc.target_mem_cgroup = memcg_new("/box", &world->root_mem_cgroup, 100);
	page = isolated(file);
	page_dirty(page);
	page_write(page);
	/* Not marked yet: row 5. */
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ClearPageFlag(page, PG_active);
	/* Not allowed into file systems: row 5. */
	sc.gfp_mask = GFP_NOFS;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ClearPageFlag(page, PG_active);
	sc.gfp_mask = GFP_KERNEL;
	ck_assert_int_eq(outcome(page), RECLAIMED);
	ck_assert_uint_eq(world->jiffies, 1);
	/* In the new hierarchy nobody waits. */
	world->memcg_legacy = false;
	page = isolated(file);
	page_dirty(page);
	page_write(page);
	SetPageFlag(page, PG_reclaim);
	ck_assert_int_eq(outcome(page), ACTIVATED);
	/* Without a scheduler waiting is in vain. */
	world->memcg_legacy = true;
	world->hooks.sleep = NULL;
	ck_assert_int_eq(outcome(page), ACTIVATED);
}

TEST(shrink_page_list_rows_7_to_9_references, "15-7")
{
	struct page *page;

	setup();
	/* Row 9: one access of a file page: kept, and remembered. */
	page = isolated(file);
	page_map(page, false);
	page_touch_mapped(page);
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert_uint_eq(stat.nr_ref_keep, 1);
	ck_assert(PageFlag(page, PG_referenced));
	/* Row 8: it was remembered... */
	page_touch_mapped(page);
	ck_assert_int_eq(outcome(page), ACTIVATED);
	/* ...or there is more than one access... */
	page = isolated(file);
	page_map(page, false);
	page_touch_mapped(page);
	page_touch_mapped(page);
	ck_assert_int_eq(outcome(page), ACTIVATED);
	/* ...or it is executed... */
	page = isolated(file);
	page_map(page, true);
	page_touch_mapped(page);
	ck_assert_int_eq(outcome(page), ACTIVATED);
	/* ...or it is anonymous. */
	page = isolated(heap);
	page_touch_mapped(page);
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert_uint_eq(stat.nr_activate[0], 1);
	/* Row 7: an area locked in memory keeps it, by refusing to unmap (row 11). */
	page = isolated(file);
	page_map(page, false);
	page_touch_mapped(page);
	page->private |= LRU_VM_LOCKED;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert_uint_eq(stat.nr_unmap_fail, 1);
}

TEST(shrink_page_list_row_10_swap, "15-8")
{
	struct page *page;

	setup();
	page = isolated(heap);
	sc.gfp_mask = GFP_NOIO;
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert(!PageFlag(page, PG_swapcache));
	/* Without __GFP_FS swap is still allowed: the write starts. */
	sc.gfp_mask = GFP_NOFS;
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert(PageFlag(page, PG_swapcache) && PageFlag(page, PG_writeback));
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_writepage), 1);
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_writepage, 0)->field[1], 9);
	ck_assert_uint_eq(stat.nr_pageout, 1);
	/* When it is written, it goes; that needs no I/O any more. */
	disk_run(1);
	sc.gfp_mask = GFP_NOIO;
	ck_assert_int_eq(outcome(page), RECLAIMED);
	ck_assert_uint_eq(heap->swapped, 1);
	ck_assert_uint_eq(world->nr_swapcache_pages, 0);
	sc.gfp_mask = GFP_KERNEL;
	/* Used through a file interface (shared memory): that does not keep it. */
	struct page *shared = isolated(heap);

	SetPageFlag(shared, PG_referenced);
	ck_assert_int_eq(outcome(shared), KEPT);
	ck_assert(PageFlag(shared, PG_writeback));
	sc.gfp_mask = GFP_NOFS;
	ck_assert_int_eq(outcome(shared), ACTIVATED);
	sc.gfp_mask = GFP_KERNEL;
	/* No place in swap. */
	world->nr_swap_pages = 0;
	ck_assert_int_eq(outcome(isolated(heap)), ACTIVATED);
}

TEST(shrink_page_list_row_11_cannot_be_unmapped, "15-8")
{
	struct page *page;

	setup();
	page = isolated(heap);
	page->private |= LRU_UNMAP_FAILS;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert_uint_eq(stat.nr_unmap_fail, 1);
	/* It keeps its place in swap while there is plenty, and loses it when swap runs short. */
	ck_assert(PageFlag(page, PG_swapcache));
	ClearPageFlag(page, PG_active);
	_Bool plenty = world->nr_swap_pages * 2 >= world->total_swap_pages;

	ck_assert(plenty);
	page->_mapcount = -1;
	page->_refcount = 2;
	SetPageFlag(page, PG_mlocked);
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert(PageFlag(page, PG_swapcache));
	world->nr_swap_pages = 1;
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert(!PageFlag(page, PG_swapcache));
	ck_assert_uint_eq(world->nr_swap_pages, 2);
}

TEST(shrink_page_list_place_in_swap_is_kept_while_others_use_it, "15-8")
{
	struct page *page;

	setup();
	page = isolated(heap);
	page->private |= LRU_UNMAP_FAILS;
	world->nr_swap_pages = 2;
	/* Still mapped: more references than the cache's and reclaim's. */
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert(PageFlag(page, PG_swapcache));
	/* Being written. */
	page = isolated(heap);
	SetPageFlag(page, PG_swapcache);
	page->_refcount = 2;
	page->_mapcount = -1;
	SetPageFlag(page, PG_writeback);
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert(PageFlag(page, PG_swapcache));
}

TEST(shrink_page_list_row_12_dirty_file_page, "15-9")
{
	struct page *page;

	setup();
	page = isolated(file);
	page_dirty(page);
	/* Direct reclaim never writes it: it is marked and goes active. */
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert(PageFlag(page, PG_reclaim));
	ck_assert_uint_eq(stat.nr_dirty, 1);
	ck_assert_uint_eq(stat.nr_unqueued_dirty, 1);
	/* Neither does kswapd, unless it is marked and the node is full of dirty pages. */
	current->flags |= PF_KSWAPD;
	ClearPageFlag(page, PG_active);
	ck_assert_int_eq(outcome(page), ACTIVATED);
	pgdat->flags = 1ul << PGDAT_DIRTY;
	ClearPageFlag(page, PG_reclaim);
	ClearPageFlag(page, PG_active);
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ClearPageFlag(page, PG_active);
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert_int_eq(test_last_event(TRACE_mm_vmscan_writepage)->field[1], 10);
}

/** A marked, dirty file page, for a kswapd on a node full of such. */
static struct page *dirty_page_for_kswapd(void)
{
	struct page *page = isolated(file);

	page_dirty(page);
	SetPageFlag(page, PG_reclaim);
	current->flags |= PF_KSWAPD;
	pgdat->flags = 1ul << PGDAT_DIRTY;
	return page;
}

TEST(shrink_page_list_row_13_dirty_and_not_to_be_written, "15-9")
{
	struct page *page;

	setup();
	page = dirty_page_for_kswapd();
	/* Used through the file interface since. */
	SetPageFlag(page, PG_referenced);
	ck_assert_int_eq(outcome(page), KEPT);
	sc.gfp_mask = GFP_NOFS;
	ck_assert_int_eq(outcome(page), KEPT);
	sc.gfp_mask = GFP_KERNEL;
	sc.may_writepage = false;
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_writepage), 0);
	/* A referenced page that is clean is taken. */
	page = isolated(file);
	SetPageFlag(page, PG_referenced);
	ck_assert_int_eq(outcome(page), RECLAIMED);
}

static bool refuse(struct page *page)
{
	(void)page;
	return false;
}

static bool still_dirty(struct page *page)
{
	(void)page;
	return true;
}

TEST(shrink_page_list_row_14_writing, "15-10")
{
	struct page *page;

	setup();
	page = dirty_page_for_kswapd();
	/* Pinned by somebody: it would only become dirty again. */
	get_page(page);
	ck_assert_int_eq(outcome(page), KEPT);
	page->_refcount--;
	/* Congested: only for those who write to swap for a living. */
	device_set_congested(file, true);
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert_uint_eq(stat.nr_congested, 1);
	device_set_congested(file, true);
	ck_assert_int_eq(world->nr_congested_devices, 1);
	device_set_congested(file, false);
	/* Nobody knows how. */
	file->no_writer = true;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ClearPageFlag(page, PG_active);
	file->no_writer = false;
	/* The device refuses. */
	world->hooks.page_written = refuse;
	ck_assert_int_eq(outcome(page), KEPT);
	SetPageFlag(page, PG_reclaim);
	world->hooks.page_written = NULL;
	ck_assert_int_eq(outcome(page), KEPT);
	SetPageFlag(page, PG_reclaim);
	/* It says it wrote, and the page is dirty again. */
	world->hooks.page_written = still_dirty;
	ck_assert_int_eq(outcome(page), KEPT);
	SetPageFlag(page, PG_reclaim);
	world->hooks.page_written = page_write;
	/* Done at once: reclaimed. */
	file->synchronous = true;
	ck_assert_int_eq(outcome(page), RECLAIMED);
	file->synchronous = false;
	page = dirty_page_for_kswapd();
	device_set_congested(file, true);
	current->flags |= PF_SWAPWRITE;
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert(PageFlag(page, PG_writeback));
	/* A page with buffers has a reference more; a page of nobody is not written. */
	page = dirty_page_for_kswapd();
	SetPageFlag(page, PG_private);
	get_page(page);
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert(PageFlag(page, PG_writeback));
	page = dirty_page_for_kswapd();
	page->mapping = NULL;
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert(!PageFlag(page, PG_writeback));
}

TEST(shrink_page_list_row_15_buffers, "15-10")
{
	struct page *page;

	setup();
	page = isolated(file);
	SetPageFlag(page, PG_private);
	get_page(page);
	page->private |= LRU_BUFFERS_BUSY;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	page->private &= ~LRU_BUFFERS_BUSY;
	ClearPageFlag(page, PG_active);
	ck_assert_int_eq(outcome(page), RECLAIMED);
}

TEST(shrink_page_list_rows_16_and_17_detaching, "15-10")
{
	struct page *page;

	setup();
	/* Lazily freed memory needs no swap; but not when it was written to, or is held. */
	page = isolated(heap);
	ClearPageFlag(page, PG_swapbacked);
	get_page(page);
	ck_assert_int_eq(outcome(page), KEPT);
	page->_refcount--;
	ck_assert_int_eq(outcome(page), RECLAIMED);
	page = isolated(heap);
	ClearPageFlag(page, PG_swapbacked);
	SetPageFlag(page, PG_dirty);
	current->flags |= PF_KSWAPD;
	sc.may_writepage = false;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	current->flags &= ~PF_KSWAPD;
	/* Held by somebody, or without a mapping. */
	page = isolated(file);
	get_page(page);
	ck_assert_int_eq(outcome(page), KEPT);
	page->_refcount--;
	page->mapping = NULL;
	ck_assert_int_eq(outcome(page), KEPT);
}

TEST(shrink_page_list_frees_the_last_one_first, "15-5")
{
	struct page *first, *second;

	setup();
	first = isolated(file);
	second = isolated(file);
	INIT_LIST_HEAD(&batch);
	list_add(&first->lru, &batch);
	list_add(&second->lru, &batch);
	ck_assert_uint_eq(shrink_page_list(&batch, pgdat, &sc, &stat), 2);
	ck_assert_int_eq(test_event(TRACE_mm_page_free_batched, 0)->field[0],
			 (s64)page_to_pfn(second));
}

/* ---- Lists ------------------------------------------------------------------------------------------ */

TEST(inactive_is_low_ratio, "15-11")
{
	struct lruvec *lruvec;

	setup();
	lruvec = &pgdat->lruvec;
	lruvec->lru_size[0][LRU_INACTIVE_FILE] = 100;
	lruvec->lru_size[0][LRU_ACTIVE_FILE] = 100;
	ck_assert(!inactive_is_low(lruvec, LRU_INACTIVE_FILE));
	lruvec->lru_size[0][LRU_ACTIVE_FILE] = 101;
	ck_assert(inactive_is_low(lruvec, LRU_INACTIVE_FILE));
	/* One GiB: a third is enough; ten: a tenth. */
	lruvec->lru_size[0][LRU_INACTIVE_FILE] = 70000;
	lruvec->lru_size[0][LRU_ACTIVE_FILE] = 210000;
	ck_assert(!inactive_is_low(lruvec, LRU_INACTIVE_FILE));
	lruvec->lru_size[0][LRU_ACTIVE_FILE]++;
	ck_assert(inactive_is_low(lruvec, LRU_INACTIVE_FILE));
	lruvec->lru_size[0][LRU_INACTIVE_FILE] = 262144;
	lruvec->lru_size[0][LRU_ACTIVE_FILE] = 2621440;
	ck_assert(!inactive_is_low(lruvec, LRU_INACTIVE_FILE));
}

TEST(shrink_active_list_moves_used_or_not, "15-11")
{
	struct page *code, *data, *locked, *code_unused;

	setup();
	code = page_cache_add(file, GFP_KERNEL);
	data = page_cache_add(file, GFP_KERNEL);
	locked = page_cache_add(file, GFP_KERNEL);
	code_unused = page_cache_add(file, GFP_KERNEL);
	activate_page(code);
	activate_page(data);
	activate_page(locked);
	activate_page(code_unused);
	activate_page(code_unused);
	page_map(code, true);
	page_touch_mapped(code);
	page_map(code_unused, true);
	page_map(data, false);
	page_touch_mapped(data);
	SetPageFlag(locked, PG_mlocked);
	shrink_active_list(32, &pgdat->lruvec, &sc, LRU_ACTIVE_FILE);
	ck_assert(PageFlag(code, PG_active));
	ck_assert(!PageFlag(data, PG_active) && PageFlag(data, PG_workingset));
	ck_assert(!PageFlag(code_unused, PG_active));
	ck_assert(PageFlag(locked, PG_unevictable));
	ck_assert_int_eq(test_last_event(TRACE_mm_vmscan_lru_shrink_active)->field[1], 4);
	ck_assert_int_eq(test_last_event(TRACE_mm_vmscan_lru_shrink_active)->field[4], 1);
	/* Anonymous code does not exist: it moves. */
	struct page *anon = page_cache_add(heap, GFP_KERNEL);

	anon->private |= LRU_EXEC;
	page_touch_mapped(anon);
	shrink_active_list(32, &pgdat->lruvec, &sc, LRU_ACTIVE_ANON);
	ck_assert(!PageFlag(anon, PG_active));
	/* The event comes even when there is nothing. */
	shrink_active_list(32, &pgdat->lruvec, &sc, LRU_ACTIVE_ANON);
	ck_assert_int_eq(test_last_event(TRACE_mm_vmscan_lru_shrink_active)->field[1], 0);
}

TEST(shrink_list_leaves_active_lists_alone_unless_told, "15-11")
{
	setup();
	ck_assert_uint_eq(shrink_list(LRU_ACTIVE_FILE, 32, &pgdat->lruvec, &sc), 0);
	ck_assert(sc.skipped_deactivate);
	ck_assert_uint_eq(shrink_list(LRU_ACTIVE_ANON, 32, &pgdat->lruvec, &sc), 0);
	ck_assert_int_eq(test_events(), 0);
	sc.may_deactivate_anon = true;
	shrink_list(LRU_ACTIVE_ANON, 32, &pgdat->lruvec, &sc);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_lru_shrink_active), 1);
}

TEST(isolation_skips_zones_and_mapped_pages, "15-12")
{
	struct page *high, *low, *mapped, *dying;

	test_machine_zones(64);
	daemons_start();
	file = address_space_new("file", false);
	pgdat = NODE_DATA(0);
	sc = (struct scan_control){ .nr_to_reclaim = 32, .gfp_mask = GFP_KERNEL, .priority = 0 };
	high = page_cache_add(file, GFP_KERNEL);
	low = page_cache_add(file, GFP_DMA | GFP_KERNEL);
	mapped = page_cache_add(file, GFP_DMA | GFP_KERNEL);
	dying = page_cache_add(file, GFP_DMA | GFP_KERNEL);
	page_map(mapped, false);
	set_page_count(dying, 0);
	ck_assert_int_eq(page_zonenum(high), ZONE_NORMAL);
	test_forget_events();
	ck_assert_uint_eq(shrink_list(LRU_INACTIVE_FILE, 3, &pgdat->lruvec, &sc), 1);
	ck_assert_int_eq(page_count(low), 0);
	const struct trace_event *event = test_event(TRACE_mm_vmscan_lru_isolate, 0);

	ck_assert_int_eq(event->field[0], 2);
	ck_assert_int_eq(event->field[4], 4); /* looked at */
	ck_assert_int_eq(event->field[5], 1); /* skipped: of a higher zone */
	ck_assert_int_eq(event->field[6], 1); /* taken */
	/* The skipped page lies at the head now. */
	ck_assert_ptr_eq(pgdat->lruvec.lists[LRU_INACTIVE_FILE].next, &high->lru);
}

TEST(shrink_inactive_list_waits_while_too_much_is_isolated, "15-12")
{
	setup();
	page_cache_fill(file, GFP_KERNEL, 80);
	mod_node_page_state(pgdat, NR_ISOLATED_FILE, 11);
	/* More than an eighth is in others' hands: one wait, then nothing. */
	ck_assert_uint_eq(shrink_list(LRU_INACTIVE_FILE, 32, &pgdat->lruvec, &sc), 0);
	ck_assert_uint_eq(world->jiffies, HZ / 10);
	/* The dying get a number that makes them leave. */
	current->fatal_signal_pending = true;
	ck_assert_uint_eq(shrink_list(LRU_INACTIVE_FILE, 32, &pgdat->lruvec, &sc), 32);
	ck_assert_uint_eq(file->nrpages, 80);
	current->fatal_signal_pending = false;
	/* Those who hold locks get through. */
	sc.gfp_mask = GFP_NOFS;
	ck_assert_uint_eq(shrink_list(LRU_INACTIVE_FILE, 8, &pgdat->lruvec, &sc), 8);
	sc.gfp_mask = GFP_KERNEL;
	/* kswapd too, and groups of the legacy hierarchy. */
	current->flags |= PF_KSWAPD;
	ck_assert_uint_eq(shrink_list(LRU_INACTIVE_FILE, 8, &pgdat->lruvec, &sc), 8);
	current->flags &= ~PF_KSWAPD;
	world->memcg_legacy = true;
	sc.target_mem_cgroup = &world->root_mem_cgroup;
	ck_assert_uint_eq(shrink_list(LRU_INACTIVE_FILE, 8, &pgdat->lruvec, &sc), 8);
	world->memcg_legacy = false;
	ck_assert_uint_eq(shrink_list(LRU_INACTIVE_FILE, 8, &pgdat->lruvec, &sc), 0);
	mod_node_page_state(pgdat, NR_ISOLATED_ANON, 1);
	ck_assert_uint_eq(shrink_list(LRU_INACTIVE_ANON, 8, &pgdat->lruvec, &sc), 0);
}

TEST(shrink_inactive_list_wakes_the_flushers, "15-12")
{
	setup();
	for (int i = 0; i < 8; i++)
		page_dirty(page_cache_add(file, GFP_KERNEL));
	world->hooks.reschedule = NULL;
	shrink_list(LRU_INACTIVE_FILE, 8, &pgdat->lruvec, &sc);
	ck_assert_uint_eq(sc.nr.unqueued_dirty, 8);
	ck_assert(life_is_busy());
	world->hooks.flushers_woken = NULL;
	for (int i = 0; i < 8; i++)
		page_dirty(page_cache_add(file, GFP_KERNEL));
	world->subscriber = NULL;
	shrink_list(LRU_INACTIVE_FILE, 8, &pgdat->lruvec, &sc);
	test_machine_uma(64);
	pgdat = NODE_DATA(0);
	/* Nothing there: no event of shrinking. */
	test_forget_events();
	shrink_list(LRU_INACTIVE_ANON, 8, &pgdat->lruvec, &sc);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_lru_isolate), 1);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_lru_shrink_inactive), 0);
}

/* ---- The balance of the lists ----------------------------------------------------------------------- */

/** Scan a node once at priority 4; how many pages of each list were looked at? */
static void looked_at(unsigned long *lists)
{
	test_forget_events();
	memset(lists, 0, 4 * sizeof(*lists));
	shrink_node(pgdat, &sc);
	for (int i = 0; i < test_count(TRACE_mm_vmscan_lru_isolate); i++) {
		const struct trace_event *event = test_event(TRACE_mm_vmscan_lru_isolate, i);

		lists[event->field[7]] += (unsigned long)event->field[3];
	}
}

/** 2048 inactive anonymous, 2048 inactive file pages, all mapped and in use: nothing goes. */
static void two_kinds(void)
{
	setup();
	for (int i = 0; i < 2048; i++) {
		struct page *page = page_cache_add(heap, GFP_KERNEL);

		lru_list_del(page);
		ClearPageFlag(page, PG_active);
		page->private |= LRU_UNMAP_FAILS;
		lru_list_add(page);
		page = page_cache_add(file, GFP_KERNEL);
		get_page(page);
	}
	sc.priority = 4;
	sc.nr_to_reclaim = 1000000;
	test_set_watermarks(zone, 10, 20, 30);
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
	sc.may_swap = false;
	looked_at(lists);
	ck_assert_uint_eq(lists[LRU_INACTIVE_ANON], 0);
	sc.may_swap = true;
	/* Files that come back at once: shared out by swappiness, 60 to 140. */
	pgdat->lruvec.anon_cost = pgdat->lruvec.file_cost = 0;
	mod_node_page_state(pgdat, WORKINGSET_ACTIVATE, 1);
	looked_at(lists);
	ck_assert_uint_eq(lists[LRU_INACTIVE_ANON], 128 * 60 / 200);
	ck_assert_uint_eq(lists[LRU_INACTIVE_FILE], 128 * 140 / 200);
	/* Anonymous pages were dear lately: less of them. */
	pgdat->lruvec.anon_cost = 900;
	looked_at(lists);
	ck_assert_uint_lt(lists[LRU_INACTIVE_ANON], 128 * 60 / 200);
	/* The last priority: both in full. */
	sc.priority = 0;
	looked_at(lists);
	ck_assert_uint_ge(lists[LRU_INACTIVE_FILE] + lists[LRU_ACTIVE_FILE], 1);
	ck_assert_uint_ge(lists[LRU_INACTIVE_ANON] + lists[LRU_ACTIVE_ANON], 1);
}

TEST(get_scan_count_no_swappiness_and_tiny_files, "15-13")
{
	unsigned long lists[4];

	two_kinds();
	sc.force_deactivate = true;
	world->vm_swappiness = 0;
	sc.priority = 0;
	looked_at(lists);
	/* Priority 0 with swappiness 0: still by share, and that is nothing. */
	ck_assert_uint_eq(lists[LRU_INACTIVE_ANON], 0);
	sc.target_mem_cgroup = memcg_new("/g", &world->root_mem_cgroup, 1000);
	looked_at(lists);
	sc.target_mem_cgroup = NULL;
	/* Files and free memory together are below the high marks: only anonymous pages. */
	two_kinds();
	world->vm_swappiness = 60;
	test_set_watermarks(zone, 10, 20, 1000000);
	mod_node_page_state(pgdat, WORKINGSET_ACTIVATE, 1);
	looked_at(lists);
	ck_assert_uint_eq(lists[LRU_INACTIVE_FILE], 0);
	ck_assert_uint_eq(lists[LRU_INACTIVE_ANON], 128);
}

TEST(shrink_lruvec_stops_in_proportion, "15-13")
{
	setup();
	/* Enough of both kinds, all reclaimable: after the target the smaller rest is dropped. */
	page_cache_fill(file, GFP_KERNEL, 2000);
	for (int i = 0; i < 1000; i++) {
		struct page *page = page_cache_add(heap, GFP_KERNEL);

		lru_list_del(page);
		ClearPageFlag(page, PG_active);
		lru_list_add(page);
	}
	heap->synchronous = true;
	mod_node_page_state(pgdat, WORKINGSET_ACTIVATE, 1);
	sc.priority = 1;
	shrink_node(pgdat, &sc);
	ck_assert_uint_ge(sc.nr_reclaimed, 32);
	ck_assert_uint_lt(sc.nr_reclaimed, 1500);
	ck_assert_uint_gt(file->reclaimed, 0);
	ck_assert_uint_gt(heap->reclaimed, 0);
	/* And the other way round: more anonymous pages than file pages. */
	setup();
	page_cache_fill(file, GFP_KERNEL, 300);
	for (int i = 0; i < 4000; i++) {
		struct page *page = page_cache_add(heap, GFP_KERNEL);

		lru_list_del(page);
		ClearPageFlag(page, PG_active);
		lru_list_add(page);
	}
	heap->synchronous = true;
	mod_node_page_state(pgdat, WORKINGSET_ACTIVATE, 1);
	sc.priority = 1;
	shrink_node(pgdat, &sc);
	ck_assert_uint_gt(heap->reclaimed, file->reclaimed);
}

/* ---- After a pass ----------------------------------------------------------------------------------- */

TEST(shrink_node_kswapd_marks_the_node, "15-14")
{
	setup();
	for (int i = 0; i < 64; i++) {
		struct page *page = page_cache_add(file, GFP_KERNEL);

		page_dirty(page);
		page_write(page);
	}
	world->hooks.reschedule = NULL;
	current->flags |= PF_KSWAPD;
	sc.priority = 1;
	shrink_node(pgdat, &sc);
	ck_assert_uint_eq(pgdat->flags & (1ul << PGDAT_WRITEBACK), 1ul << PGDAT_WRITEBACK);
	/* They come around again before they are written: it waits. */
	world->hooks.sleep = NULL;
	ck_assert_uint_eq(world->jiffies, 0);
	sc.force_deactivate = true;
	shrink_node(pgdat, &sc);
	sc.priority = 0;
	shrink_node(pgdat, &sc);
	ck_assert_uint_ge(world->jiffies, HZ / 10);
}

TEST(shrink_node_congestion_makes_others_wait, "15-14")
{
	setup();
	for (int i = 0; i < 64; i++)
		page_dirty(page_cache_add(file, GFP_KERNEL));
	world->hooks.reschedule = NULL;
	world->hooks.sleep = NULL;
	device_set_congested(file, true);
	sc.priority = 12;
	shrink_node(pgdat, &sc);
	ck_assert_uint_eq(world->jiffies, 0);
	current->flags |= PF_KSWAPD;
	sc.priority = 1;
	shrink_node(pgdat, &sc);
	ck_assert_uint_eq(pgdat->lruvec.flags, 1ul << LRUVEC_CONGESTED);
	ck_assert_uint_eq(pgdat->flags & (1ul << PGDAT_DIRTY), 1ul << PGDAT_DIRTY);
	ck_assert_uint_eq(world->jiffies, 0);
	/* A reclaiming task waits; not one that feeds a device of its own, nor when it is over. */
	current->flags &= ~PF_KSWAPD;
	shrink_node(pgdat, &sc);
	ck_assert_uint_eq(world->jiffies, HZ / 10);
	current->flags |= PF_LOCAL_THROTTLE;
	shrink_node(pgdat, &sc);
	current->flags &= ~PF_LOCAL_THROTTLE;
	device_set_congested(file, false);
	shrink_node(pgdat, &sc);
	ck_assert_uint_eq(world->jiffies, HZ / 10);
}

TEST(shrink_node_congestion_of_a_group, "15-14")
{
	for (int legacy = 0; legacy <= 1; legacy++) {
		setup();
		world->hooks.reschedule = NULL;
		world->hooks.sleep = NULL;
		world->memcg_legacy = legacy;
		sc.target_mem_cgroup = memcg_new("/g", &world->root_mem_cgroup, 1000);
		for (int i = 0; i < 64; i++) {
			struct page *page = page_cache_add(file, GFP_KERNEL);

			lru_list_del(page);
			page->mem_cgroup = sc.target_mem_cgroup;
			lru_list_add(page);
			page_dirty(page);
		}
		sc.priority = 1;
		shrink_node(pgdat, &sc);
		/* Dirty, but the device keeps up: no mark. */
		ck_assert_uint_eq(mem_cgroup_lruvec(sc.target_mem_cgroup, pgdat)->flags, 0);
		device_set_congested(file, true);
		sc.force_deactivate = true;
		shrink_node(pgdat, &sc);
		sc.priority = 0;
		shrink_node(pgdat, &sc);
		/* The legacy hierarchy has another brake: it waits for writes. */
		ck_assert_uint_eq(mem_cgroup_lruvec(sc.target_mem_cgroup, pgdat)->flags,
				  legacy ? 0 : 1ul << LRUVEC_CONGESTED);
	}
}

TEST(shrink_node_goes_on_for_large_blocks, "15-14")
{
	setup();
	/* Little is free, in pieces: compaction cannot run, and there is a lot to reclaim. */
	page_cache_fill(file, GFP_KERNEL, 16000);
	test_set_watermarks(zone, 5000, 6000, 7000);
	sc.order = 4;
	sc.priority = 9;
	shrink_node(pgdat, &sc);
	ck_assert_int_gt(test_count(TRACE_mm_compaction_suitable), 1);
	ck_assert_uint_gt(sc.nr_reclaimed, 100);
	/* A small order at low priority: one pass. */
	test_forget_events();
	sc.order = 2;
	sc.priority = 11;
	shrink_node(pgdat, &sc);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_suitable), 0);
	sc.priority = 9;
	world->nr_swap_pages = 0;
	shrink_node(pgdat, &sc);
	ck_assert_int_gt(test_count(TRACE_mm_compaction_suitable), 0);
}

/* ---- Slab ------------------------------------------------------------------------------------------- */

static unsigned long objects, asked, calls;
static bool stops;

static unsigned long count_objects(struct shrinker *shrinker, struct shrink_control *control)
{
	(void)shrinker;
	(void)control;
	return objects;
}

static unsigned long scan_objects(struct shrinker *shrinker, struct shrink_control *control)
{
	(void)shrinker;
	calls++;
	if (stops)
		return SHRINK_STOP;
	asked += control->nr_to_scan;
	objects -= control->nr_to_scan < objects ? control->nr_to_scan : objects;
	current->reclaimed_slab += control->nr_to_scan / 32;
	return control->nr_to_scan;
}

static struct shrinker cache = { .name = "cache",
				 .count_objects = count_objects,
				 .scan_objects = scan_objects,
				 .seeks = DEFAULT_SEEKS };
static struct shrinker other = { .name = "other",
				 .count_objects = count_objects,
				 .scan_objects = scan_objects,
				 .seeks = 0,
				 .batch = 1000,
				 .memcg_aware = true };

TEST(shrink_slab_arithmetic, "15-15")
{
	const struct trace_event *event;

	setup();
	shrinker_register(&cache);
	/* 4 * (10000 >> 4) / 2 = 1250; in batches of 128, what is less is left for later. */
	objects = 10000;
	ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, NULL, 4), 1152);
	event = test_event(TRACE_mm_shrink_slab_start, 0);
	ck_assert_int_eq(event->field[3], 10000);
	ck_assert_int_eq(event->field[4], 1250);
	ck_assert_int_eq(event->field[5], 1250);
	ck_assert_int_eq(cache.nr_deferred[0], 98);
	/* The rest is added next time. */
	objects = 10000;
	shrink_slab(GFP_KERNEL, 0, NULL, 4);
	ck_assert_int_eq(test_event(TRACE_mm_shrink_slab_start, 1)->field[1], 98);
	ck_assert_int_eq(test_event(TRACE_mm_shrink_slab_start, 1)->field[5], 1348);
	ck_assert_int_eq(cache.nr_deferred[0], 1348 - 1280);
	/* A large debt and a small share: half of all at most. */
	cache.nr_deferred[0] = 100000;
	objects = 10000;
	shrink_slab(GFP_KERNEL, 0, NULL, 12);
	ck_assert_int_eq(test_last_event(TRACE_mm_shrink_slab_start)->field[5], 5000);
	/* A large share: twice of all. */
	cache.nr_deferred[0] = 100000;
	objects = 10000;
	shrink_slab(GFP_KERNEL, 0, NULL, 0);
	ck_assert_int_eq(test_last_event(TRACE_mm_shrink_slab_start)->field[5], 20000);
	/* A debt that went wrong. */
	cache.nr_deferred[0] = -100000;
	objects = 10000;
	shrink_slab(GFP_KERNEL, 0, NULL, 4);
	ck_assert_int_eq(test_last_event(TRACE_mm_shrink_slab_start)->field[5], 5000);
}

TEST(shrink_slab_who_is_asked, "15-15")
{
	struct mem_cgroup *group;

	setup();
	shrinker_register(&cache);
	shrinker_register(&other);
	group = memcg_new("/g", &world->root_mem_cgroup, 1000);
	ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, NULL, 4), 0);
	objects = SHRINK_EMPTY;
	ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, &world->root_mem_cgroup, 4), 0);
	ck_assert_int_eq(test_count(TRACE_mm_shrink_slab_start), 0);
	/* A group: only caches that know of groups. Without seeks half is taken at once. */
	objects = 4000;
	shrink_slab(GFP_KERNEL, 0, group, 4);
	ck_assert_int_eq(test_count(TRACE_mm_shrink_slab_start), 1);
	ck_assert_int_eq(test_event(TRACE_mm_shrink_slab_start, 0)->field[4], 2000);
	ck_assert_uint_eq(calls, 2);
	/* Fewer objects than a batch: all of them, once the target covers them. */
	objects = 10;
	other.nr_deferred[0] = 0;
	stops = true;
	cache.nr_deferred[0] = 1000;
	shrink_slab(GFP_KERNEL, 0, NULL, 0);
	ck_assert_int_eq(cache.nr_deferred[0], 1020);
	world->shrinkers_locked = true;
	ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, NULL, 0), 0);
	world->shrinkers_locked = false;
	shrinker_unregister(&cache);
	shrinker_unregister(&cache);
	ck_assert_ptr_eq(world->shrinkers, &other);
	shrinker_unregister(&other);
	ck_assert_ptr_null(world->shrinkers);
}

TEST(shrink_node_counts_what_caches_gave_back, "15-15")
{
	setup();
	shrinker_register(&cache);
	objects = 100000;
	sc.priority = 4;
	pgdat->kswapd_failures = 16;
	shrink_node(pgdat, &sc);
	ck_assert_uint_gt(sc.nr_reclaimed, 0);
	ck_assert_uint_eq(current->reclaimed_slab, 0);
	ck_assert_int_eq(pgdat->kswapd_failures, 0);
}

/* ---- The outer loop --------------------------------------------------------------------------------- */

static struct zonelist *zonelist(void)
{
	return pgdat->node_zonelists;
}

TEST(try_to_free_pages_priorities, "15-1")
{
	setup();
	/* Nothing at all: thirteen priorities, nothing reclaimed, and it says so. */
	test_empty_machine();
	test_set_watermarks(zone, 0, 0, 0);
	shrinker_register(&cache);
	objects = 4096;
	stops = true;
	ck_assert_uint_eq(try_to_free_pages(zonelist(), 0, GFP_KERNEL, NULL), 0);
	ck_assert_int_eq(test_count(TRACE_mm_shrink_slab_start), 13);
	ck_assert_int_eq(test_event(TRACE_mm_shrink_slab_start, 12)->field[6], 0);
	ck_assert_uint_eq(world->vm_event[ALLOCSTALL], 1);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_direct_reclaim_begin), 1);
	ck_assert_int_eq(test_last_event(TRACE_mm_vmscan_direct_reclaim_end)->field[0], 0);
}

TEST(try_to_free_pages_again_with_active_pages, "15-1")
{
	setup();
	/* Only active pages of about the same number as inactive ones that cannot go. */
	for (int i = 0; i < 100; i++) {
		struct page *page = page_cache_add(file, GFP_KERNEL);

		if (i < 50)
			activate_page(page);
		else
			get_page(page);
	}
	world->nr_swap_pages = 0;
	ck_assert_uint_ge(try_to_free_pages(zonelist(), 0, GFP_KERNEL, NULL), 32);
	ck_assert_uint_eq(world->vm_event[ALLOCSTALL], 2);
}

TEST(try_to_free_pages_leaves_the_rest_to_compaction, "15-1")
{
	setup();
	test_empty_machine();
	for (unsigned long i = 0; i < 3000; i++)
		test_free_block(test_page(zone, 2 * i), 0, MIGRATE_UNMOVABLE);
	/* Enough in pieces: one page is claimed, none is freed. */
	ck_assert_uint_eq(try_to_free_pages(zonelist(), 6, GFP_KERNEL, NULL), 1);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_suitable), 1);
	/* A block is there: compaction is ready at once. */
	test_free_block(test_page(zone, 8192), 6, MIGRATE_UNMOVABLE);
	ck_assert_uint_eq(try_to_free_pages(zonelist(), 6, GFP_KERNEL, NULL), 1);
	/* Not enough for kswapd to stop: it reclaims, in vain. */
	test_set_watermarks(zone, 10, 20, 3000);
	ck_assert_uint_eq(try_to_free_pages(zonelist(), 7, GFP_KERNEL, NULL), 0);
	/* Far too little for compaction. */
	test_set_watermarks(zone, 6000, 6000, 6000);
	zone->lowmem_reserve[ZONE_NORMAL] = 0;
	mod_node_page_state(pgdat, NR_FILE_PAGES, 0);
	ck_assert_uint_eq(try_to_free_pages(zonelist(), 7, GFP_KERNEL, NULL), 0);
}

TEST(try_to_free_pages_cpuset_and_buffer_heads, "15-1")
{
	setup();
	page_cache_fill(file, GFP_KERNEL, 100);
	world->nr_cpusets = 1;
	current->mems_allowed = NODE_MASK_NONE;
	ck_assert_uint_eq(try_to_free_pages(zonelist(), 0, GFP_KERNEL, NULL), 0);
	current->mems_allowed = NODE_MASK_ALL;
	world->buffer_heads_over_limit = true;
	world->laptop_mode = true;
	ck_assert_uint_ge(try_to_free_pages(zonelist(), 0, GFP_KERNEL, NULL), 32);
}

TEST(direct_reclaim_drains_once, "15-16")
{
	struct alloc_context ac = { .highest_zoneidx = ZONE_NORMAL };
	unsigned long progress = 0;
	struct page *reserved;

	setup();
	page_cache_fill(file, GFP_KERNEL, 64);
	ac.zonelist = zonelist();
	ac.preferred_zoneref = first_zones_zonelist(ac.zonelist, ZONE_NORMAL, NULL);
	reserved =
		list_entry(zone->free_area[10].free_list[MIGRATE_MOVABLE].next, struct page, lru);
	set_pageblock_migratetype(reserved, MIGRATE_HIGHATOMIC);
	move_freepages_block(zone, reserved, MIGRATE_HIGHATOMIC, NULL);
	zone->nr_reserved_highatomic = 2 * pageblock_nr_pages;
	/* Nothing to gain: no walk. */
	test_set_watermarks(zone, 1u << 30, 1u << 30, 1u << 30);
	pgdat->kswapd_failures = 16;
	test_forget_events();
	ck_assert_ptr_null(
		__alloc_pages_direct_reclaim(GFP_KERNEL, 0, ALLOC_WMARK_MIN, &ac, &progress));
	ck_assert_uint_ge(progress, 32);
	/* The reserve was opened. The freed pages lay on the CPU's list, and were driven out. */
	ck_assert_uint_eq(zone->nr_reserved_highatomic, pageblock_nr_pages);
	ck_assert_int_eq(test_pcp_count(zone), 0);
	ck_assert_int_gt(test_count(TRACE_mm_page_pcpu_drain), 0);
	ck_assert_uint_eq(current->flags & PF_MEMALLOC, 0);
	test_set_watermarks(zone, 10, 20, 30);
	page_cache_fill(file, GFP_KERNEL, 64);
	ck_assert_ptr_nonnull(
		__alloc_pages_direct_reclaim(GFP_KERNEL, 0, ALLOC_WMARK_MIN, &ac, &progress));
}

/* ---- Throttling ------------------------------------------------------------------------------------- */

/** Too little of the reserve is left, and kswapd cannot help at once. */
static void scarce(void)
{
	setup();
	page_cache_fill(file, GFP_KERNEL, 1000);
	test_set_watermarks(zone, 40000, 40000, 40000);
}

TEST(allow_direct_reclaim_rules, "15-17")
{
	setup();
	page_cache_fill(file, GFP_KERNEL, 100);
	world->hooks.kswapd_woken = NULL;
	test_set_watermarks(zone, 2 * zone_page_state(zone, NR_FREE_PAGES) - 2, 0, 0);
	ck_assert(allow_direct_reclaim(pgdat));
	test_set_watermarks(zone, 2 * zone_page_state(zone, NR_FREE_PAGES), 0, 0);
	pgdat->kswapd_highest_zoneidx = MAX_NR_ZONES;
	ck_assert(!allow_direct_reclaim(pgdat));
	/* kswapd is woken, without an event. */
	ck_assert(!pgdat->kswapd_waiting);
	ck_assert_int_eq(pgdat->kswapd_highest_zoneidx, ZONE_NORMAL);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_wakeup_kswapd), 0);
	ck_assert(!allow_direct_reclaim(pgdat));
	pgdat->kswapd_waiting = true;
	pgdat->kswapd_highest_zoneidx = ZONE_DMA;
	ck_assert(!allow_direct_reclaim(pgdat));
	ck_assert_int_eq(pgdat->kswapd_highest_zoneidx, ZONE_DMA);
	/* Hopeless, or nothing to reclaim: nobody waits. */
	pgdat->kswapd_failures = 16;
	ck_assert(allow_direct_reclaim(pgdat));
	pgdat->kswapd_failures = 0;
	setup();
	test_set_watermarks(zone, 1u << 30, 0, 0);
	ck_assert(allow_direct_reclaim(pgdat));
}

TEST(throttle_waits_until_kswapd_made_room, "15-17")
{
	scarce();
	/* kswapd reclaims all there is, finds no more, and gives up: then nobody waits. */
	try_to_free_pages(zonelist(), 0, GFP_KERNEL, NULL);
	ck_assert_uint_eq(world->vm_event[PGSCAN_DIRECT_THROTTLE], 1);
	ck_assert_uint_ge(world->jiffies, 1);
	ck_assert_uint_lt(world->jiffies, HZ);
	ck_assert_uint_eq(pgdat->pfmemalloc_waiters, 0);
}

TEST(throttle_waits_a_second_without_file_systems, "15-17")
{
	scarce();
	world->hooks.sleep = NULL;
	world->hooks.reschedule = NULL;
	try_to_free_pages(zonelist(), 0, GFP_NOFS, NULL);
	ck_assert_uint_eq(world->jiffies, HZ);
}

static void kill_me(unsigned long ticks)
{
	world->jiffies += ticks;
	current->fatal_signal_pending = true;
}

TEST(throttle_killed_while_waiting, "15-17")
{
	scarce();
	world->hooks.sleep = kill_me;
	ck_assert_uint_eq(try_to_free_pages(zonelist(), 0, GFP_KERNEL, NULL), 1);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_direct_reclaim_begin), 0);
	/* The dying, and the kernel's own threads, never wait. */
	scarce();
	current->fatal_signal_pending = true;
	try_to_free_pages(zonelist(), 0, GFP_KERNEL, NULL);
	ck_assert_uint_eq(world->vm_event[PGSCAN_DIRECT_THROTTLE], 0);
	scarce();
	current->flags |= PF_KTHREAD;
	try_to_free_pages(zonelist(), 0, GFP_KERNEL, NULL);
	ck_assert_uint_eq(world->vm_event[PGSCAN_DIRECT_THROTTLE], 0);
}

TEST(throttle_no_zone_below_movable, "15-17")
{
	struct zonelist movable = { 0 }, none = { 0 };

	scarce();
	movable._zonerefs[0] = (struct zoneref){ &pgdat->node_zones[ZONE_MOVABLE], ZONE_MOVABLE };
	try_to_free_pages(&movable, 0, GFP_HIGHUSER_MOVABLE, NULL);
	ck_assert_uint_eq(world->vm_event[PGSCAN_DIRECT_THROTTLE], 0);
	ck_assert_uint_eq(try_to_free_pages(&none, 0, GFP_KERNEL, NULL), 0);
}

/* ---- Groups ----------------------------------------------------------------------------------------- */

static int uncharged;

static void uncharge(struct page *page)
{
	uncharged++;
	page->mem_cgroup->memory.usage--;
	page->mem_cgroup = NULL;
}

/** Pages of a group on its own lists. */
static void fill_group(struct mem_cgroup *group, int pages)
{
	for (int i = 0; i < pages; i++) {
		struct page *page = page_cache_add(file, GFP_KERNEL);

		lru_list_del(page);
		page->mem_cgroup = group;
		group->memory.usage++;
		lru_list_add(page);
	}
}

TEST(memcg_next_parents_first, "15-18")
{
	struct mem_cgroup *a, *b, *aa, *ab, *g = NULL;

	setup();
	ck_assert_ptr_eq(memcg_next(NULL, NULL), &world->root_mem_cgroup);
	ck_assert_ptr_null(memcg_next(NULL, &world->root_mem_cgroup));
	a = memcg_new("/a", &world->root_mem_cgroup, 100);
	b = memcg_new("/b", &world->root_mem_cgroup, 100);
	aa = memcg_new("/a/a", a, 100);
	ab = memcg_new("/a/b", a, 100);
	struct mem_cgroup *const order[] = { &world->root_mem_cgroup, a, aa, ab, b, NULL };

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		ck_assert_ptr_eq(g = memcg_next(NULL, g), order[i]);
	ck_assert_ptr_eq(memcg_next(a, NULL), a);
	ck_assert_ptr_eq(memcg_next(a, aa), ab);
	ck_assert_ptr_null(memcg_next(a, ab));
}

TEST(try_to_free_mem_cgroup_pages_only_of_the_subtree, "15-18")
{
	struct mem_cgroup *a, *aa, *b;

	setup();
	world->hooks.lru_page_uncharged = uncharge;
	a = memcg_new("/a", &world->root_mem_cgroup, 1000);
	ck_assert_uint_eq(lruvec_pages(&pgdat->lruvec, LRU_INACTIVE_FILE, 3), 0);
	aa = memcg_new("/a/a", a, 1000);
	b = memcg_new("/b", &world->root_mem_cgroup, 1000);
	fill_group(a, 50);
	fill_group(aa, 50);
	fill_group(b, 50);
	ck_assert_uint_eq(lruvec_pages(mem_cgroup_lruvec(a, pgdat), LRU_INACTIVE_FILE, 3), 100);
	ck_assert_uint_eq(lruvec_pages(&pgdat->lruvec, LRU_INACTIVE_FILE, 3), 150);
	test_forget_events();
	ck_assert_uint_ge(try_to_free_mem_cgroup_pages(a, 1, GFP_KERNEL, true), 32);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_memcg_reclaim_begin), 1);
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_memcg_reclaim_begin, 0)->field[0], 0);
	ck_assert_int_eq(b->memory.usage, 50);
	ck_assert_uint_eq(world->vm_event[ALLOCSTALL], 0);
	ck_assert_int_eq(uncharged, (int)(100 - a->memory.usage - aa->memory.usage));
	/* No cpuset, no waiting, no word about compaction. */
	world->nr_cpusets = 1;
	current->mems_allowed = NODE_MASK_NONE;
	try_to_free_mem_cgroup_pages(a, 1000, GFP_KERNEL, false);
	ck_assert_int_eq(a->memory.usage + aa->memory.usage, 0);
	ck_assert_uint_eq(try_to_free_mem_cgroup_pages(a, 10, GFP_KERNEL, false), 0);
}

TEST(groups_protection, "15-18")
{
	struct mem_cgroup *low, *min;

	setup();
	world->hooks.lru_page_uncharged = uncharge;
	world->nr_swap_pages = 0;
	low = memcg_new("/low", &world->root_mem_cgroup, 1000);
	min = memcg_new("/min", &world->root_mem_cgroup, 1000);
	fill_group(low, 64);
	fill_group(min, 64);
	low->low = 100;
	min->min = 64;
	/* Everybody else has nothing: first both are spared, then `low` is not. */
	ck_assert_uint_gt(try_to_free_pages(zonelist(), 0, GFP_KERNEL, NULL), 0);
	ck_assert_int_lt(low->memory.usage, 64);
	ck_assert_int_eq(min->memory.usage, 64);
	ck_assert_uint_ge(world->vm_event[ALLOCSTALL], 2);
	/* Above its protection a group is scanned, but less. */
	min->min = 16;
	low->low = 10;
	try_to_free_pages(zonelist(), 0, GFP_KERNEL, NULL);
	ck_assert_int_lt(min->memory.usage, 64);
}

TEST(lru_costs_reach_the_parents, "15-18")
{
	struct mem_cgroup *group;

	setup();
	group = memcg_new("/g", &world->root_mem_cgroup, 1000);
	for (int i = 0; i < 256; i++) {
		struct page *page = page_cache_add(heap, GFP_KERNEL);

		lru_list_del(page);
		ClearPageFlag(page, PG_active);
		page->mem_cgroup = group;
		lru_list_add(page);
	}
	shrink_list(LRU_INACTIVE_ANON, 32, mem_cgroup_lruvec(group, pgdat), &sc);
	ck_assert_uint_eq(mem_cgroup_lruvec(group, pgdat)->anon_cost, 32);
	ck_assert_uint_eq(pgdat->lruvec.anon_cost, 32);
	/* Old costs fade. */
	shrink_list(LRU_INACTIVE_ANON, 64, mem_cgroup_lruvec(group, pgdat), &sc);
	ck_assert_uint_eq(pgdat->lruvec.anon_cost, (32 + 64) / 2);
}

/* ---- The lists themselves --------------------------------------------------------------------------- */

TEST(lru_pages_come_and_go, "15-2")
{
	struct page *page, *gone;

	setup();
	page = page_cache_add(file, GFP_KERNEL);
	ck_assert_int_eq(page_lru(page), LRU_INACTIVE_FILE);
	mark_page_accessed(page);
	ck_assert(PageFlag(page, PG_referenced) && !PageFlag(page, PG_active));
	mark_page_accessed(page);
	ck_assert(PageFlag(page, PG_active) && !PageFlag(page, PG_referenced));
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
	page = page_cache_add(file, GFP_KERNEL);
	ck_assert(isolate_lru_page(page));
	ck_assert(!isolate_lru_page(page));
	activate_page(page);
	ck_assert(!PageFlag(page, PG_active));
	putback_lru_page(page);
	ck_assert(PageFlag(page, PG_lru));
	/* Its owner lets go while it is isolated: putting it back frees it. */
	gone = page_cache_add(file, GFP_KERNEL);
	isolate_lru_page(gone);
	put_page(gone);
	gone->mem_cgroup = &world->root_mem_cgroup;
	world->hooks.lru_page_uncharged = uncharge;
	putback_lru_page(gone);
	ck_assert_int_eq(page_count(gone), 0);
	ck_assert_int_eq(uncharged, 1);
	world->hooks.lru_page_uncharged = NULL;
	gone = page_cache_add(file, GFP_KERNEL);
	gone->mem_cgroup = &world->root_mem_cgroup;
	put_page(gone);
	ck_assert_ptr_null(gone->mem_cgroup);
	gone = page_cache_add(file, GFP_KERNEL);
	isolate_lru_page(gone);
	put_page(gone);
	put_page(gone);
	ck_assert_int_eq(page_count(gone), 0);
	/* Locked in memory: neither active nor to be activated. */
	page = page_cache_add(file, GFP_KERNEL);
	isolate_lru_page(page);
	SetPageFlag(page, PG_mlocked);
	putback_lru_page(page);
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

/* ---- Reclaim on a node ------------------------------------------------------------------------------ */

#ifdef CONFIG_NUMA
TEST(node_reclaim_rules, "15-19")
{
	test_machine_numa(64);
	daemons_start();
	pgdat = NODE_DATA(0);
	file = address_space_new("file", false);
	/* Little page cache, little slab. */
	ck_assert_int_eq(node_reclaim(pgdat, GFP_KERNEL, 0), NODE_RECLAIM_FULL);
	page_cache_fill(file, GFP_KERNEL, 1000);
	ck_assert_int_eq(node_reclaim(pgdat, GFP_NOWAIT, 0), NODE_RECLAIM_NOSCAN);
	current->flags |= PF_MEMALLOC;
	ck_assert_int_eq(node_reclaim(pgdat, GFP_KERNEL, 0), NODE_RECLAIM_NOSCAN);
	current->flags &= ~PF_MEMALLOC;
	/* Another node with CPUs of its own, and one without. */
	test_run_on(1);
	ck_assert_int_eq(node_reclaim(pgdat, GFP_KERNEL, 0), NODE_RECLAIM_NOSCAN);
	world->cpu_online = 2;
	ck_assert_int_eq(node_reclaim(pgdat, GFP_KERNEL, 0), NODE_RECLAIM_SUCCESS);
	world->cpu_online = 3;
	test_run_on(0);
	pgdat->flags = 1ul << PGDAT_RECLAIM_LOCKED;
	ck_assert_int_eq(node_reclaim(pgdat, GFP_KERNEL, 0), NODE_RECLAIM_NOSCAN);
	pgdat->flags = 0;
	ck_assert_int_eq(node_reclaim(pgdat, GFP_KERNEL, 3), NODE_RECLAIM_SUCCESS);
	ck_assert_int_ge(test_last_event(TRACE_mm_vmscan_node_reclaim_end)->field[0], 8);
	/* More than there is. */
	ck_assert_int_eq(node_reclaim(pgdat, GFP_KERNEL, 10), NODE_RECLAIM_SOME);
	/* Too much slab alone starts nothing. */
	test_forget_events();
	mod_node_page_state(pgdat, NR_SLAB_RECLAIMABLE, 5000);
	ck_assert_int_eq(node_reclaim(pgdat, GFP_KERNEL, 0), NODE_RECLAIM_SOME);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_lru_isolate), 0);
}

TEST(node_reclaim_modes, "15-19")
{
	struct page *page;

	test_machine_numa(64);
	daemons_start();
	pgdat = NODE_DATA(0);
	file = address_space_new("file", false);
	for (int i = 0; i < 1000; i++) {
		page = page_cache_add(file, GFP_KERNEL);
		page_map(page, false);
		page_dirty(page);
	}
	/* All mapped, all dirty: nothing, unless the mode says so. */
	ck_assert_int_eq(node_reclaim(pgdat, GFP_KERNEL, 0), NODE_RECLAIM_FULL);
	world->node_reclaim_mode = 2;
	ck_assert_int_eq(node_reclaim(pgdat, GFP_KERNEL, 0), NODE_RECLAIM_FULL);
	world->node_reclaim_mode = 3;
	ck_assert_int_ne(node_reclaim(pgdat, GFP_KERNEL, 0), NODE_RECLAIM_FULL);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_node_reclaim_begin), 1);
}

TEST(try_to_free_pages_each_node_once, "15-1")
{
	test_machine_numa_zones(64);
	daemons_start();
	pgdat = NODE_DATA(0);
	file = address_space_new("file", false);
	ck_assert_uint_eq(try_to_free_pages(pgdat->node_zonelists, 0, GFP_KERNEL, NULL), 0);
	page_cache_fill(file, GFP_KERNEL, 100);
	ck_assert_uint_ge(try_to_free_pages(pgdat->node_zonelists, 0, GFP_KERNEL, NULL), 32);
}
#else
TEST(node_reclaim_does_nothing_without_numa, "15-19")
{
	setup();
	ck_assert_int_eq(node_reclaim(pgdat, GFP_KERNEL, 0), NODE_RECLAIM_NOSCAN);
	page_cache_fill(file, GFP_KERNEL, 100);
	test_machine_zones(64);
	daemons_start();
	pgdat = NODE_DATA(0);
	file = address_space_new("file", false);
	page_cache_fill(file, GFP_KERNEL, 100);
	ck_assert_uint_ge(try_to_free_pages(pgdat->node_zonelists, 0, GFP_KERNEL, NULL), 32);
}
#endif
