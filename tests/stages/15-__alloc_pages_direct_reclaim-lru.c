/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 15: pages come to the lists and leave them.
 */
#include "life/life.h"
#include "page_cache.h"
#include "reclaim-scenes.h"

TEST(lru_pages_come_and_go, "15-2")
{
	struct page *page, *gone;

	reclaim_setup();
	page = listed_page(scene.file, GFP_KERNEL);
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
	page = listed_page(scene.file, GFP_KERNEL);
	ck_assert(isolate_lru_page(page));
	ck_assert(!isolate_lru_page(page));
	activate_page(page);
	ck_assert(!PageFlag(page, PG_active));
	putback_lru_page(page);
	ck_assert(PageFlag(page, PG_lru));
	/* Its owner lets go while it is isolated: putting it back frees it. */
	gone = listed_page(scene.file, GFP_KERNEL);
	isolate_lru_page(gone);
	put_page(gone);
	gone->mem_cgroup = &world->root_mem_cgroup;
	world->hooks.lru_page_uncharged = group_uncharge;
	putback_lru_page(gone);
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
