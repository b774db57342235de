/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 15: every row of the table of what may become of a page.
 */
#include <stdio.h>

#include "changes.h"
#include "life/life.h"
#include "page_cache.h"
#include "reclaim-scenes.h"

static struct page *isolated(struct address_space *space)
{
	struct page *page = listed_page(space, GFP_KERNEL);

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

	INIT_LIST_HEAD(&scene.batch);
	list_add(&page->lru, &scene.batch);
	test_note_counters();
	reclaimed = shrink_page_list(&scene.batch, scene.pgdat, &scene.control, &scene.stat);
	ck_assert(!PageFlag(page, PG_locked));
	if (reclaimed) {
		ck_assert(list_empty(&scene.batch));
		ck_assert_int_eq(page_count(page), 0);
		return RECLAIMED;
	}
	ck_assert(!list_empty(&scene.batch));
	return PageFlag(page, PG_active) ? ACTIVATED : KEPT;
}

/** What is not 0 in the statistics of the last pass: "dirty 1 unqueued 1". */
static const char *statistics(void)
{
	static char text[512];
	const struct reclaim_stat *stat = &scene.stat;
	const struct {
		const char *name;
		unsigned long value;
	} numbers[] = {
		{ "dirty", stat->nr_dirty },
		{ "unqueued", stat->nr_unqueued_dirty },
		{ "congested", stat->nr_congested },
		{ "writeback", stat->nr_writeback },
		{ "immediate", stat->nr_immediate },
		{ "pageout", stat->nr_pageout },
		{ "anon", stat->nr_activate[0] },
		{ "file", stat->nr_activate[1] },
		{ "ref_keep", stat->nr_ref_keep },
		{ "unmap_fail", stat->nr_unmap_fail },
		{ "lazyfree_fail", stat->nr_lazyfree_fail },
	};
	char *end = text;

	*end = '\0';
	for_each_row(i, numbers)
		if (numbers[i].value)
			end += sprintf(end, "%s%s %lu", end > text ? " " : "", numbers[i].name,
				       numbers[i].value);
	return text;
}

/** Pass one page through the tests; what becomes of it, its statistics, and every counter of the machine that changes. */
#define expect_trial(page, expected, stats, changes)       \
	do {                                               \
		ck_assert_int_eq(outcome(page), expected); \
		ck_assert_str_eq(statistics(), stats);     \
		test_expect_changes(changes);              \
	} while (0)

/* ---- The table of outcomes, row by row -------------------------------------------------------------- */

TEST(shrink_page_list_clean_file_page_is_reclaimed, "15-5")
{
	struct page *page;

	reclaim_setup();
	page = isolated(scene.file);
	ck_assert_int_eq(outcome(page), RECLAIMED);
	ck_assert_uint_eq(scene.file->nrpages, 0);
	ck_assert_uint_eq(global_node_page_state(NR_FILE_PAGES), 0);
	ck_assert_int_eq(test_count(TRACE_mm_page_free), 1);
	ck_assert_int_eq(test_count(TRACE_mm_page_free_batched), 1);
	/* A page that was charged, on a machine where nobody counts. */
	page = isolated(scene.file);
	page->mem_cgroup = &world->root_mem_cgroup;
	world->hooks.lru_page_uncharged = NULL;
	ck_assert_int_eq(outcome(page), RECLAIMED);
	ck_assert_ptr_null(page->mem_cgroup);
}

TEST(shrink_page_list_row_1_locked, "15-5")
{
	struct page *page;

	reclaim_setup();
	page = isolated(scene.file);
	SetPageFlag(page, PG_locked);
	INIT_LIST_HEAD(&scene.batch);
	list_add(&page->lru, &scene.batch);
	ck_assert_uint_eq(shrink_page_list(&scene.batch, scene.pgdat, &scene.control, &scene.stat),
			  0);
	ck_assert(!PageFlag(page, PG_active));
	ck_assert_uint_eq(scene.control.nr_scanned, 0);
}

TEST(shrink_page_list_row_2_unevictable, "15-5")
{
	struct page *page;

	reclaim_setup();
	page = isolated(scene.file);
	SetPageFlag(page, PG_mlocked);
	/* Not activated, but put back where it belongs. */
	ck_assert_int_eq(outcome(page), KEPT);
	lru_cache_add(page);
	lru_add_drain();
	ck_assert(PageFlag(page, PG_unevictable));
	lru_list_del(page);
	ClearPageFlag(page, PG_mlocked);
	scene.file->unevictable = true;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert_uint_eq(scene.control.nr_scanned, 2);
}

TEST(shrink_page_list_row_3_mapped, "15-5")
{
	struct page *page;

	reclaim_setup();
	page = isolated(scene.file);
	page_map(page, false);
	scene.control.may_unmap = false;
	ck_assert_int_eq(outcome(page), KEPT);
	scene.control.may_unmap = true;
	ck_assert_int_eq(outcome(page), RECLAIMED);
	/* Unmapped pages are no matter. */
	scene.control.may_unmap = false;
	ck_assert_int_eq(outcome(isolated(scene.file)), RECLAIMED);
}

TEST(shrink_page_list_rows_4_and_6_writeback, "15-6")
{
	struct page *page;

	reclaim_setup();
	page = isolated(scene.file);
	page_dirty(page);
	page_write(page);
	/* Row 6: marked, so that the end of the write is noticed. */
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert_uint_eq(scene.stat.nr_writeback, 1);
	ck_assert_uint_eq(scene.stat.nr_congested, 0);
	ck_assert(PageFlag(page, PG_reclaim));
	/* Row 4: kswapd sees it again too soon, and the node is marked. */
	current->flags |= PF_KSWAPD;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert_uint_eq(scene.stat.nr_immediate, 0);
	ck_assert_uint_eq(scene.stat.nr_congested, 1);
	scene.pgdat->flags = 1ul << PGDAT_WRITEBACK;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert_uint_eq(scene.stat.nr_immediate, 1);
	ck_assert_uint_eq(scene.stat.nr_writeback, 0);
	ClearPageFlag(page, PG_reclaim);
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert_uint_eq(scene.stat.nr_immediate, 0);
	/* Dirty again while it is written: somebody does write it. */
	page_dirty(page);
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert_uint_eq(scene.stat.nr_dirty, 1);
	ck_assert_uint_eq(scene.stat.nr_unqueued_dirty, 0);
}

TEST(shrink_page_list_row_5_legacy_group_waits, "15-6")
{
	struct page *page;

	reclaim_setup();
	world->memcg_legacy = true;
	scene.control.target_mem_cgroup = memcg_new("/box", &world->root_mem_cgroup, 100);
	page = isolated(scene.file);
	page_dirty(page);
	page_write(page);
	/* Not marked yet: row 6. */
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ClearPageFlag(page, PG_active);
	/* Not allowed into file systems: row 6. */
	scene.control.gfp_mask = GFP_NOFS;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ClearPageFlag(page, PG_active);
	scene.control.gfp_mask = GFP_KERNEL;
	ck_assert_int_eq(outcome(page), RECLAIMED);
	ck_assert_uint_eq(world->jiffies, 1);
	/* In the new hierarchy nobody waits. */
	world->memcg_legacy = false;
	page = isolated(scene.file);
	page_dirty(page);
	page_write(page);
	SetPageFlag(page, PG_reclaim);
	ck_assert_int_eq(outcome(page), ACTIVATED);
	/* Without a scheduler waiting is in vain. */
	world->memcg_legacy = true;
	world->hooks.sleep = NULL;
	ck_assert_int_eq(outcome(page), ACTIVATED);
}

static struct page *waited_for;

/** The write ends, and somebody else is at the page when reclaim comes back. */
static void lock_after_write(unsigned long ticks)
{
	(void)ticks;
	ck_assert(!PageFlag(waited_for, PG_locked));
	ClearPageFlag(waited_for, PG_writeback);
	SetPageFlag(waited_for, PG_locked);
}

static unsigned long ticks_slept;

/** A disk that takes its time. */
static void written_after_three_ticks(unsigned long ticks)
{
	ticks_slept += ticks;
	if (ticks_slept == 3)
		ClearPageFlag(waited_for, PG_writeback);
}

TEST(shrink_page_list_row_5_waits_as_long_as_it_takes, "15-6")
{
	reclaim_setup();
	world->memcg_legacy = true;
	world->hooks.sleep = written_after_three_ticks;
	scene.control.target_mem_cgroup = memcg_new("/box", &world->root_mem_cgroup, 100);
	waited_for = isolated(scene.file);
	SetPageFlag(waited_for, PG_writeback);
	SetPageFlag(waited_for, PG_reclaim);
	ck_assert_int_eq(outcome(waited_for), RECLAIMED);
	ck_assert_uint_eq(ticks_slept, 3);
	/* It was looked at twice. */
	ck_assert_uint_eq(scene.control.nr_scanned, 2);
}

/* Expect a page that was waited for to be tried again from its lock on. */
TEST(shrink_page_list_row_5_locked_meanwhile, "15-6")
{
	reclaim_setup();
	world->memcg_legacy = true;
	world->hooks.sleep = lock_after_write;
	scene.control.target_mem_cgroup = memcg_new("/box", &world->root_mem_cgroup, 100);
	waited_for = isolated(scene.file);
	SetPageFlag(waited_for, PG_writeback);
	SetPageFlag(waited_for, PG_reclaim);
	INIT_LIST_HEAD(&scene.batch);
	list_add(&waited_for->lru, &scene.batch);
	ck_assert_uint_eq(shrink_page_list(&scene.batch, scene.pgdat, &scene.control, &scene.stat),
			  0);
	ck_assert(PageFlag(waited_for, PG_locked) && !PageFlag(waited_for, PG_active));
}

TEST(shrink_page_list_rows_7_to_9_references, "15-7")
{
	struct page *page;

	reclaim_setup();
	/* Row 9: one access of a file page: kept, and remembered. */
	page = isolated(scene.file);
	page_map(page, false);
	page_touch_mapped(page);
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert_uint_eq(scene.stat.nr_ref_keep, 1);
	ck_assert(PageFlag(page, PG_referenced));
	/* Row 8: it was remembered... */
	page_touch_mapped(page);
	ck_assert_int_eq(outcome(page), ACTIVATED);
	/* ...or there is more than one access... */
	page = isolated(scene.file);
	page_map(page, false);
	page_touch_mapped(page);
	page_touch_mapped(page);
	ck_assert_int_eq(outcome(page), ACTIVATED);
	/* ...or it is executed... */
	page = isolated(scene.file);
	page_map(page, true);
	page_touch_mapped(page);
	ck_assert_int_eq(outcome(page), ACTIVATED);
	/* ...or it is anonymous. */
	page = isolated(scene.heap);
	page_touch_mapped(page);
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert_uint_eq(scene.stat.nr_activate[0], 1);
}

TEST(shrink_page_list_row_7_mapped_where_memory_is_locked, "15-7")
{
	struct page *page, *anon;

	reclaim_setup();
	/* Unmapping fails (row 11), and finds out that the page is locked: it is not activated, and leaves for the list
	 * of those that must not be reclaimed. */
	page = isolated(scene.file);
	page_map(page, false);
	page_touch_mapped(page);
	page->private |= LRU_VM_LOCKED;
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert_uint_eq(scene.stat.nr_unmap_fail, 1);
	ck_assert_uint_eq(scene.stat.nr_activate[1], 0);
	ck_assert(PageFlag(page, PG_mlocked));
	ck_assert_uint_eq(page->private & LRU_ACCESSED, 1);
	ck_assert_uint_eq(zone_page_state_snapshot(scene.zone, NR_MLOCK), 1);
	/* An anonymous one was given a place in swap just before, and returns it at once. */
	anon = isolated(scene.heap);
	anon->private |= LRU_VM_LOCKED;
	ck_assert_int_eq(outcome(anon), KEPT);
	ck_assert(PageFlag(anon, PG_mlocked) && !PageFlag(anon, PG_swapcache));
	ck_assert_uint_eq(world->nr_swap_pages, 4096);
	ck_assert_uint_eq(zone_page_state_snapshot(scene.zone, NR_MLOCK), 2);
}

TEST(shrink_page_list_row_10_swap, "15-8")
{
	struct page *page;

	reclaim_setup();
	page = isolated(scene.heap);
	scene.control.gfp_mask = GFP_NOIO;
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert(!PageFlag(page, PG_swapcache));
	/* Without __GFP_FS swap is still allowed: the write starts. */
	scene.control.gfp_mask = GFP_NOFS;
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert(PageFlag(page, PG_swapcache) && PageFlag(page, PG_writeback));
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_writepage), 1);
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_writepage, 0)->field[1], 9);
	ck_assert_uint_eq(scene.stat.nr_pageout, 1);
	/* When it is written, it goes; that needs no I/O any more. */
	disk_run(1);
	scene.control.gfp_mask = GFP_NOIO;
	ck_assert_int_eq(outcome(page), RECLAIMED);
	ck_assert_uint_eq(scene.heap->swapped, 1);
	ck_assert_uint_eq(world->nr_swapcache_pages, 0);
	scene.control.gfp_mask = GFP_KERNEL;
	/* Used through a file interface (shared memory): that does not keep it. */
	struct page *shared = isolated(scene.heap);

	SetPageFlag(shared, PG_referenced);
	ck_assert_int_eq(outcome(shared), KEPT);
	ck_assert(PageFlag(shared, PG_writeback));
	scene.control.gfp_mask = GFP_NOFS;
	ck_assert_int_eq(outcome(shared), ACTIVATED);
	scene.control.gfp_mask = GFP_KERNEL;
	/* No place in swap. */
	world->nr_swap_pages = 0;
	ck_assert_int_eq(outcome(isolated(scene.heap)), ACTIVATED);
}

TEST(shrink_page_list_row_11_cannot_be_unmapped, "15-8")
{
	struct page *page;

	reclaim_setup();
	page = isolated(scene.heap);
	page->private |= LRU_UNMAP_FAILS;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert_uint_eq(scene.stat.nr_unmap_fail, 1);
	/* It keeps its place in swap while there is plenty... */
	ck_assert(PageFlag(page, PG_swapcache));
	ck_assert_uint_ge(world->nr_swap_pages * 2, world->total_swap_pages);
	/* ...and returns it when swap runs short, however many hold the page. */
	ClearPageFlag(page, PG_active);
	ClearPageFlag(page, PG_dirty);
	get_page(page);
	world->nr_swap_pages = 1;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert(!PageFlag(page, PG_swapcache) && PageFlag(page, PG_dirty));
	ck_assert_uint_eq(world->nr_swap_pages, 2);
}

TEST(shrink_page_list_place_in_swap_is_kept_while_it_is_needed, "15-8")
{
	struct page *page;

	reclaim_setup();
	device_set_congested(scene.heap, true);
	page = isolated(scene.heap);
	/* Unmapped, so that page tables name its place in swap; but its device takes no more. */
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert(PageFlag(page, PG_swapcache) && !page_mapped(page));
	world->nr_swap_pages = 2;
	scene.heap->no_writer = true;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert(PageFlag(page, PG_swapcache));
	/* Used again: nobody would look for it in swap any more, but it is being written there. */
	ClearPageFlag(page, PG_active);
	page_map(page, false);
	page->private |= LRU_UNMAP_FAILS;
	SetPageFlag(page, PG_writeback);
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert(PageFlag(page, PG_swapcache));
	ClearPageFlag(page, PG_writeback);
	ClearPageFlag(page, PG_active);
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert(!PageFlag(page, PG_swapcache));
}

TEST(shrink_page_list_swap_that_a_group_may_have, "15-8")
{
	struct mem_cgroup *group;
	struct page *page;

	reclaim_setup();
	group = memcg_new("/g", &world->root_mem_cgroup, 1000);
	group->swap.max = 10;
	group->swap.usage = 10;
	page = isolated(scene.heap);
	page->mem_cgroup = group;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert(!PageFlag(page, PG_swapcache));
	/* Half of it used: a page that stays gives its place back. On the older hierarchy there is no such limit. */
	for (int used = 4; used <= 6; used++) {
		group->swap.usage = used == 6 ? 5 : used;
		world->memcg_legacy = used == 6;
		page = isolated(scene.heap);
		page->mem_cgroup = group;
		page_map(page, false);
		page->private |= LRU_UNMAP_FAILS;
		ck_assert_int_eq(outcome(page), ACTIVATED);
		ck_assert_int_eq(PageFlag(page, PG_swapcache), used != 5);
	}
	world->memcg_legacy = false;
}

TEST(shrink_page_list_shared_memory_leaves_no_shadow, "15-21")
{
	struct page *page;

	reclaim_setup();
	page = isolated(scene.file);
	SetPageFlag(page, PG_swapbacked);
	ck_assert_int_eq(outcome(page), RECLAIMED);
	ck_assert_uint_eq(scene.pgdat->lruvec.nonresident_age, 0);
	ck_assert_int_eq(outcome(isolated(scene.file)), RECLAIMED);
	ck_assert_uint_eq(scene.pgdat->lruvec.nonresident_age, 1);
}

TEST(shrink_page_list_row_11_given_up_and_wanted_again, "15-8")
{
	struct page *page;

	reclaim_setup();
	/* Its process gave it up, and has written to it since. */
	page = isolated(scene.heap);
	ClearPageFlag(page, PG_swapbacked);
	SetPageFlag(page, PG_dirty);
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert(PageFlag(page, PG_swapbacked) && page_mapped(page));
	ck_assert_uint_eq(scene.stat.nr_unmap_fail, 1);
	ck_assert_uint_eq(scene.stat.nr_lazyfree_fail, 1);
	ck_assert_uint_eq(scene.stat.nr_activate[0], 1);
	/* Not written to: it is dropped without further ado. */
	page = isolated(scene.heap);
	ClearPageFlag(page, PG_swapbacked);
	ck_assert_int_eq(outcome(page), RECLAIMED);
	/* Somebody else keeps it mapped. */
	page = isolated(scene.heap);
	ClearPageFlag(page, PG_swapbacked);
	page->private |= LRU_UNMAP_FAILS;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert_uint_eq(scene.stat.nr_lazyfree_fail, 0);
}

TEST(shrink_page_list_row_12_dirty_file_page, "15-9 13-15")
{
	struct page *page;

	reclaim_setup();
	page = isolated(scene.file);
	page_dirty(page);
	/* Direct reclaim never writes it: it is marked and goes active. */
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert(PageFlag(page, PG_reclaim));
	ck_assert_uint_eq(scene.stat.nr_dirty, 1);
	ck_assert_uint_eq(scene.stat.nr_unqueued_dirty, 1);
	/* Neither does kswapd, unless it is marked and the node is full of dirty pages. */
	current->flags |= PF_KSWAPD;
	ClearPageFlag(page, PG_active);
	ck_assert_int_eq(outcome(page), ACTIVATED);
	scene.pgdat->flags = 1ul << PGDAT_DIRTY;
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
	struct page *page = isolated(scene.file);

	page_dirty(page);
	SetPageFlag(page, PG_reclaim);
	current->flags |= PF_KSWAPD;
	scene.pgdat->flags = 1ul << PGDAT_DIRTY;
	return page;
}

TEST(shrink_page_list_row_13_dirty_and_not_to_be_written, "15-9")
{
	struct page *page;

	reclaim_setup();
	page = dirty_page_for_kswapd();
	/* Used through the file interface since. */
	SetPageFlag(page, PG_referenced);
	ck_assert_int_eq(outcome(page), KEPT);
	scene.control.gfp_mask = GFP_NOFS;
	ck_assert_int_eq(outcome(page), KEPT);
	scene.control.gfp_mask = GFP_KERNEL;
	scene.control.may_writepage = false;
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_writepage), 0);
	/* A referenced page that is clean is taken. */
	page = isolated(scene.file);
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

TEST(shrink_page_list_row_14_writing, "15-10 13-15")
{
	struct page *page;

	reclaim_setup();
	page = dirty_page_for_kswapd();
	/* Pinned by somebody: it would only become dirty again. */
	get_page(page);
	ck_assert_int_eq(outcome(page), KEPT);
	page->_refcount--;
	/* Congested: only for those who write to swap for a living. */
	device_set_congested(scene.file, true);
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert_uint_eq(scene.stat.nr_congested, 1);
	device_set_congested(scene.file, true);
	ck_assert_int_eq(world->nr_congested_devices, 1);
	device_set_congested(scene.file, false);
	/* Nobody knows how. */
	scene.file->no_writer = true;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ClearPageFlag(page, PG_active);
	scene.file->no_writer = false;
	/* Its owner would rather keep it, or there is no owner who writes. */
	world->hooks.page_written = refuse;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ck_assert(!PageFlag(page, PG_reclaim));
	ClearPageFlag(page, PG_active);
	SetPageFlag(page, PG_reclaim);
	world->hooks.page_written = NULL;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	ClearPageFlag(page, PG_active);
	SetPageFlag(page, PG_reclaim);
	/* It says it wrote, and the page is dirty again. */
	world->hooks.page_written = still_dirty;
	ck_assert_int_eq(outcome(page), KEPT);
	SetPageFlag(page, PG_reclaim);
	world->hooks.page_written = page_write;
	/* Done at once: reclaimed. */
	scene.file->synchronous = true;
	ck_assert_int_eq(outcome(page), RECLAIMED);
	scene.file->synchronous = false;
	page = dirty_page_for_kswapd();
	device_set_congested(scene.file, true);
	current->flags |= PF_SWAPWRITE;
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert(PageFlag(page, PG_writeback));
	/* A page with buffers has a reference more. */
	page = dirty_page_for_kswapd();
	SetPageFlag(page, PG_private);
	get_page(page);
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert(PageFlag(page, PG_writeback));
}

TEST(shrink_page_list_row_14_pages_of_nobody, "15-10")
{
	struct page *page;

	reclaim_setup();
	/* A page that lost its file cannot be written. Without its buffers it is clean; but it stays, for lack of a cache to
	 * leave, as long as somebody else holds it. */
	page = dirty_page_for_kswapd();
	page->mapping = NULL;
	ck_assert_int_eq(outcome(page), KEPT);
	SetPageFlag(page, PG_private);
	get_page(page);
	page->private |= LRU_BUFFERS_BUSY;
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert(PageFlag(page, PG_dirty));
	page->private &= ~LRU_BUFFERS_BUSY;
	/* One reference less: nobody but its buffers holds it, and it is not looked at any further. */
	page->_refcount--;
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert(PageFlag(page, PG_dirty) && PageFlag(page, PG_private));
	page->_refcount++;
	ck_assert_int_eq(outcome(page), KEPT);
	ck_assert(!PageFlag(page, PG_dirty) && !PageFlag(page, PG_private));
	ck_assert_str_eq(test_take_console(), "pageout: orphaned page");
}

TEST(shrink_page_list_row_15_buffers, "15-10")
{
	struct page *page;

	reclaim_setup();
	page = isolated(scene.file);
	SetPageFlag(page, PG_private);
	get_page(page);
	page->private |= LRU_BUFFERS_BUSY;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	page->private &= ~LRU_BUFFERS_BUSY;
	ClearPageFlag(page, PG_active);
	ck_assert_int_eq(outcome(page), RECLAIMED);
	/* A page that lost its file, held by its buffers alone. */
	page = isolated(scene.file);
	SetPageFlag(page, PG_private);
	page->mapping = NULL;
	ck_assert_int_eq(outcome(page), RECLAIMED);
}

TEST(shrink_page_list_rows_16_and_17_detaching, "15-10")
{
	struct page *page;

	reclaim_setup();
	/* Lazily freed memory needs no swap; but not when it was written to, or is held. */
	page = isolated(scene.heap);
	ClearPageFlag(page, PG_swapbacked);
	get_page(page);
	ck_assert_int_eq(outcome(page), KEPT);
	page->_refcount--;
	ck_assert_int_eq(outcome(page), RECLAIMED);
	page = isolated(scene.heap);
	ClearPageFlag(page, PG_swapbacked);
	SetPageFlag(page, PG_dirty);
	current->flags |= PF_KSWAPD;
	scene.control.may_writepage = false;
	ck_assert_int_eq(outcome(page), ACTIVATED);
	current->flags &= ~PF_KSWAPD;
	/* Held by somebody, or without a mapping. */
	page = isolated(scene.file);
	get_page(page);
	ck_assert_int_eq(outcome(page), KEPT);
	page->_refcount--;
	page->mapping = NULL;
	ck_assert_int_eq(outcome(page), KEPT);
}

TEST(shrink_page_list_frees_the_last_one_first, "15-5")
{
	struct page *first, *second;

	reclaim_setup();
	first = isolated(scene.file);
	second = isolated(scene.file);
	INIT_LIST_HEAD(&scene.batch);
	list_add(&first->lru, &scene.batch);
	list_add(&second->lru, &scene.batch);
	ck_assert_uint_eq(shrink_page_list(&scene.batch, scene.pgdat, &scene.control, &scene.stat),
			  2);
	ck_assert_int_eq(test_event(TRACE_mm_page_free_batched, 0)->field[0],
			 (s64)page_to_pfn(second));
}

/* ---- All that each outcome counts -------------------------------------------------------------------- */

TEST(shrink_page_list_what_file_pages_count, "15-5 15-6 15-7 15-9")
{
	struct page *page;

	reclaim_setup();
	/* Clean: it leaves its file, which ages the lists, and is freed. */
	page = isolated(scene.file);
	expect_trial(page, RECLAIMED, "",
		     "nr_file_pages -1, age +1, pgfree +1, file:pages -1, file:reclaimed +1");
	ck_assert_ptr_null(page->mapping);
	ck_assert_uint_eq(scene.control.nr_scanned, 1);
	/* Mapped twice: both entries go. */
	page = isolated(scene.file);
	page_map(page, true);
	page_map(page, false);
	expect_trial(page, RECLAIMED, "",
		     "nr_mapped -1, nr_file_pages -1, age +1, pgfree +1, file:pages -1, "
		     "file:reclaimed +1");
	/* Locked in memory with its file. */
	scene.file->unevictable = true;
	expect_trial(isolated(scene.file), ACTIVATED, "file 1", "");
	scene.file->unevictable = false;
	/* Mapped, in a pass that leaves such pages. */
	page = isolated(scene.file);
	page_map(page, false);
	page_touch_mapped(page);
	page_dirty(page);
	scene.control.may_unmap = false;
	expect_trial(page, KEPT, "", "");
	scene.control.may_unmap = true;
	/* Used; used twice; used by an area that is locked: looking clears what it sees, except there. */
	expect_trial(page, KEPT, "dirty 1 unqueued 1 ref_keep 1", "");
	ck_assert_uint_eq(page->private, 0);
	page_touch_mapped(page);
	expect_trial(page, ACTIVATED, "dirty 1 unqueued 1 file 1", "");
	ck_assert_uint_eq(page->private, 0);
	ck_assert(PageFlag(page, PG_referenced));
	ClearPageFlag(page, PG_active);
	page->private = LRU_VM_LOCKED | 1;
	expect_trial(page, KEPT, "dirty 1 unqueued 1 unmap_fail 1", "DMA:nr_mlock +1");
	ck_assert(!PageFlag(page, PG_referenced));
	/* Dirty; dirty and mapped, but not used. */
	page = isolated(scene.file);
	page_dirty(page);
	expect_trial(page, ACTIVATED, "dirty 1 unqueued 1 file 1",
		     "nr_vmscan_immediate_reclaim +1");
	page_map(page, true);
	expect_trial(page, ACTIVATED, "dirty 1 unqueued 1 file 1",
		     "nr_mapped -1, nr_vmscan_immediate_reclaim +1");
	ck_assert_uint_eq(page->private, 0);
	ck_assert(!PageFlag(page, PG_swapbacked));
	/* Dirty, and its device is congested; a clean page of such a device is no matter. */
	scene.file->congested = true;
	expect_trial(page, ACTIVATED, "dirty 1 unqueued 1 congested 1 file 1",
		     "nr_vmscan_immediate_reclaim +1");
	expect_trial(isolated(scene.file), RECLAIMED, "",
		     "nr_file_pages -1, age +1, pgfree +1, file:pages -1, file:reclaimed +1");
	scene.file->congested = false;
	/* Being written: on a congested device, too, or seen before, it counts as congested. */
	page = isolated(scene.file);
	page_dirty(page);
	page_write(page);
	scene.file->congested = true;
	expect_trial(page, ACTIVATED, "dirty 1 congested 1 writeback 1 file 1", "");
	scene.file->congested = false;
	expect_trial(page, ACTIVATED, "dirty 1 congested 1 writeback 1 file 1", "");
	/* One that is marked, but not being written, is not. */
	page = isolated(scene.file);
	page_dirty(page);
	SetPageFlag(page, PG_reclaim);
	expect_trial(page, ACTIVATED, "dirty 1 unqueued 1 file 1",
		     "nr_vmscan_immediate_reclaim +1");
	/* Held by somebody. */
	page = isolated(scene.file);
	get_page(page);
	expect_trial(page, KEPT, "", "");
	/* Its buffers are in use; nobody uses them; they are all that is left of it. */
	page = isolated(scene.file);
	get_page(page);
	SetPageFlag(page, PG_private);
	page->private = LRU_BUFFERS_BUSY;
	expect_trial(page, ACTIVATED, "file 1", "");
	page->private = 0;
	expect_trial(page, RECLAIMED, "",
		     "nr_file_pages -1, age +1, pgfree +1, file:pages -1, file:reclaimed +1");
	page = isolated(scene.file);
	SetPageFlag(page, PG_private);
	page->mapping = NULL;
	expect_trial(page, RECLAIMED, "", "pgfree +1");
	/* It lost its file while it was mapped: the entries go, but it stays. */
	page = isolated(scene.file);
	page_map(page, false);
	page->mapping = NULL;
	expect_trial(page, KEPT, "", "nr_mapped -1");
}

TEST(shrink_page_list_what_writing_counts, "15-10 13-15")
{
	struct page *page;

	reclaim_setup();
	page = dirty_page_for_kswapd();
	test_forget_events();
	expect_trial(page, KEPT, "dirty 1 unqueued 1 pageout 1",
		     "nr_dirty -1, nr_writeback +1, nr_vmscan_write +1");
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_writepage, 0)->field[0],
			 (s64)page_to_pfn(page));
	/* The end of the write is to be noticed. */
	ck_assert(PageFlag(page, PG_reclaim));
	/* Done at once: clean, and taken. */
	scene.file->synchronous = true;
	expect_trial(dirty_page_for_kswapd(), RECLAIMED, "dirty 1 unqueued 1 pageout 1",
		     "DMA:nr_zone_write_pending -1, nr_file_pages -1, nr_dirty -1, "
		     "nr_vmscan_write +1, nr_written +1, age +1, pgfree +1, file:pages -1, "
		     "file:reclaimed +1");
	/* Done at once, but dirty again: it is not marked any more. */
	world->hooks.page_written = still_dirty;
	page = dirty_page_for_kswapd();
	expect_trial(page, KEPT, "dirty 1 unqueued 1 pageout 1", "nr_vmscan_write +1");
	ck_assert(!PageFlag(page, PG_reclaim));
	world->hooks.page_written = refuse;
	expect_trial(dirty_page_for_kswapd(), ACTIVATED, "dirty 1 unqueued 1 file 1", "");
	world->hooks.page_written = page_write;
	scene.file->no_writer = true;
	expect_trial(dirty_page_for_kswapd(), ACTIVATED, "dirty 1 unqueued 1 file 1", "");
	scene.file->no_writer = false;
	scene.file->congested = true;
	expect_trial(dirty_page_for_kswapd(), KEPT, "dirty 1 unqueued 1 congested 1", "");
	scene.file->congested = false;
	/* Not by those who may not enter file systems, nor for pages used since. */
	scene.control.gfp_mask = GFP_NOFS;
	expect_trial(dirty_page_for_kswapd(), KEPT, "dirty 1 unqueued 1", "");
	scene.control.gfp_mask = GFP_KERNEL;
	page = dirty_page_for_kswapd();
	SetPageFlag(page, PG_referenced);
	expect_trial(page, KEPT, "dirty 1 unqueued 1", "");
	scene.control.may_writepage = false;
	expect_trial(dirty_page_for_kswapd(), KEPT, "dirty 1 unqueued 1", "");
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_writepage), 3);
}

TEST(shrink_page_list_what_anonymous_pages_count, "15-8")
{
	struct task *owner;
	struct page *page;

	reclaim_setup();
	owner = test_task("owner", 100);
	owner->mm->rss_anon = 10;
	scene.heap->mm = owner->mm;
	/* To swap: a place, which the cache holds; the page tables name it from now on. */
	page = isolated(scene.heap);
	page->private = LRU_EXEC;
	expect_trial(page, KEPT, "pageout 1",
		     "DMA:nr_zone_write_pending +1, nr_anon_pages -1, nr_file_pages +1, "
		     "nr_writeback +1, nr_vmscan_write +1, swap_free -1, swap_cache +1, "
		     "swap_cache_added +1");
	ck_assert_uint_eq(page->private, LRU_SWAP_ENTRY);
	ck_assert(PageFlag(page, PG_reclaim));
	ck_assert_int_eq(owner->mm->rss_anon, 9);
	ck_assert_int_eq(owner->mm->swap_entries, 1);
	/* While it is written it counts as that, but not as dirty. */
	expect_trial(page, ACTIVATED, "writeback 1 anon 1", "");
	disk_run(1);
	ClearPageFlag(page, PG_active);
	expect_trial(page, RECLAIMED, "",
		     "nr_file_pages -1, age +1, pgfree +1, swap_cache -1, swap_cache_deleted +1, "
		     "heap:pages -1, heap:reclaimed +1, heap:swapped +1");
	/* Its process is gone: it needs no place. */
	scene.heap->synchronous = true;
	scene.heap->orphaned = true;
	expect_trial(isolated(scene.heap), RECLAIMED, "pageout 1",
		     "nr_anon_pages -1, nr_vmscan_write +1, nr_written +1, age +1, pgfree +1, "
		     "swap_cache_added +1, swap_cache_deleted +1, heap:pages -1, "
		     "heap:reclaimed +1");
	scene.heap->orphaned = false;
	/* Used: before it gets a place. */
	page = isolated(scene.heap);
	page_touch_mapped(page);
	expect_trial(page, ACTIVATED, "anon 1", "");
	ck_assert(!PageFlag(page, PG_referenced));
	/* It cannot be unmapped, and keeps its place; until swap runs short. */
	page = isolated(scene.heap);
	page->private = LRU_UNMAP_FAILS;
	expect_trial(page, ACTIVATED, "anon 1 unmap_fail 1",
		     "nr_file_pages +1, swap_free -1, swap_cache +1, swap_cache_added +1");
	world->nr_swap_pages = 2048;
	expect_trial(page, ACTIVATED, "anon 1 unmap_fail 1", "");
	world->nr_swap_pages = 2047;
	ClearPageFlag(page, PG_dirty);
	expect_trial(page, ACTIVATED, "anon 1 unmap_fail 1",
		     "nr_file_pages -1, swap_free +1, swap_cache -1, swap_cache_deleted +1");
	ck_assert(PageFlag(page, PG_dirty));
	/* One that is merely kept, because somebody holds it, keeps its place, too. */
	page = isolated(scene.heap);
	page->_mapcount = -1;
	SetPageFlag(page, PG_swapcache);
	get_page(page);
	expect_trial(page, KEPT, "", "");
	ck_assert(PageFlag(page, PG_swapcache));
	/* What its process gave up needs no place; but it is wanted, if it was written to. */
	page = isolated(scene.heap);
	ClearPageFlag(page, PG_swapbacked);
	expect_trial(page, RECLAIMED, "",
		     "nr_anon_pages -1, pgfree +1, heap:pages -1, heap:reclaimed +1");
	page = isolated(scene.heap);
	ClearPageFlag(page, PG_swapbacked);
	SetPageFlag(page, PG_dirty);
	expect_trial(page, ACTIVATED, "anon 1 unmap_fail 1 lazyfree_fail 1", "");
	/* A page that is in swap already, and dirty, is written by those who may do input and output, no others. */
	world->nr_swap_pages = 4000;
	page = isolated(scene.heap);
	scene.heap->congested = true;
	expect_trial(page, KEPT, "",
		     "nr_anon_pages -1, nr_file_pages +1, swap_free -1, swap_cache +1, "
		     "swap_cache_added +1");
	scene.heap->congested = false;
	scene.control.gfp_mask = GFP_NOIO;
	expect_trial(page, KEPT, "", "");
	scene.control.gfp_mask = GFP_NOFS;
	expect_trial(page, RECLAIMED, "pageout 1",
		     "nr_file_pages -1, nr_vmscan_write +1, nr_written +1, age +1, pgfree +1, "
		     "swap_cache -1, swap_cache_deleted +1, heap:pages -1, heap:reclaimed +1, "
		     "heap:swapped +1");
}

TEST(shrink_page_list_swap_of_groups_above, "15-8")
{
	struct mem_cgroup *above, *group;

	reclaim_setup();
	above = memcg_new("/a", &world->root_mem_cgroup, 1000);
	group = memcg_new("/a/b", above, 1000);
	/* Half of what the group above may have is used; the root has no limit of its own. */
	for (int used = 4; used <= 5; used++) {
		struct page *page = isolated(scene.heap);

		above->swap.max = 10;
		above->swap.usage = used;
		world->root_mem_cgroup.swap.max = 10;
		world->root_mem_cgroup.swap.usage = 10;
		page->mem_cgroup = group;
		page->private = LRU_UNMAP_FAILS;
		ck_assert_int_eq(outcome(page), ACTIVATED);
		ck_assert_int_eq(PageFlag(page, PG_swapcache), used == 4);
	}
}

TEST(shrink_page_list_ages_the_target, "15-21")
{
	struct page *page;

	/* Not the page's own group, but the one that is reclaimed; and all above it. */
	reclaim_setup();
	scene.control.target_mem_cgroup = memcg_new("/g", &world->root_mem_cgroup, 1000);
	memcg_new("/h", &world->root_mem_cgroup, 1000);
	page = isolated(scene.file);
	world->hooks.lru_page_uncharged = NULL;
	page->mem_cgroup = world->mem_cgroups;
	ck_assert_int_eq(outcome(page), RECLAIMED);
	test_expect_changes("nr_file_pages -1, age +1, /gage +1, pgfree +1, file:pages -1, "
			    "file:reclaimed +1");
}

static int offers;

static void count_offers(void)
{
	offers++;
}

TEST(shrink_page_list_keeps_the_order, "15-5")
{
	struct page *page[5];

	reclaim_setup();
	INIT_LIST_HEAD(&scene.batch);
	for (int i = 0; i < 5; i++) {
		page[i] = isolated(scene.file);
		list_add(&page[i]->lru, &scene.batch);
	}
	/* From the tail on: kept, gone, activated, gone, kept. */
	get_page(page[0]);
	page_dirty(page[2]);
	SetPageFlag(page[4], PG_locked);
	offers = 0;
	world->hooks.reschedule = count_offers;
	test_forget_events();
	ck_assert_uint_eq(shrink_page_list(&scene.batch, scene.pgdat, &scene.control, &scene.stat),
			  2);
	/* The CPU is offered at first, and before each page. */
	ck_assert_int_eq(offers, 1 + 5);
	ck_assert_uint_eq(scene.control.nr_scanned, 4);
	ck_assert_ptr_eq(scene.batch.prev, &page[0]->lru);
	ck_assert_ptr_eq(page[0]->lru.prev, &page[2]->lru);
	ck_assert_ptr_eq(page[2]->lru.prev, &page[4]->lru);
	ck_assert_ptr_eq(scene.batch.next, &page[4]->lru);
	ck_assert(PageFlag(page[4], PG_locked) && !PageFlag(page[4], PG_active));
}
