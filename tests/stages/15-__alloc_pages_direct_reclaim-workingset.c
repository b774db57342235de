/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 15: pages that come back soon after they were evicted.
 */
#include "life/life.h"
#include "page_cache.h"
#include "reclaim-scenes.h"
#include "vmstat.h"
#include "workingset.h"
#include "world/world.h"

static struct lruvec *root_lists(void)
{
	return &scene.pgdat->lruvec;
}

TEST(shadow_keeps_what_it_was_made_of, "15-21")
{
	struct shadow before = {
		.age = SHADOW_AGE_MASK, .memcg_id = 65535, .nid = 3, .workingset = true
	};
	struct shadow after = shadow_unpack(shadow_of_entry(shadow_entry(shadow_pack(before))));

	ck_assert_uint_eq(after.age, before.age);
	ck_assert_uint_eq(after.memcg_id, before.memcg_id);
	ck_assert_int_eq(after.nid, before.nid);
	ck_assert(after.workingset);
	before = (struct shadow){ .age = 1, .memcg_id = 1 };
	after = shadow_unpack(shadow_of_entry(shadow_entry(shadow_pack(before))));
	ck_assert_uint_eq(after.age, 1);
	ck_assert_uint_eq(after.memcg_id, 1);
	ck_assert_int_eq(after.nid, 0);
	ck_assert(!after.workingset);
}

TEST(eviction_leaves_a_shadow, "15-21")
{
	struct mem_cgroup *above, *group;
	struct page *page;
	struct shadow shadow;

	reclaim_setup();
	page = listed_page(scene.file, GFP_KERNEL);
	page_slot_set(scene.file, page->index, page);
	SetPageFlag(page, PG_workingset);
	root_lists()->nonresident_age = 100;
	shrink_list(LRU_INACTIVE_FILE, 1, root_lists(), &scene.control);
	shadow = shadow_unpack(shadow_of_entry(page_slot(scene.file, page->index)));
	ck_assert_uint_eq(shadow.age, 101);
	ck_assert_uint_eq(shadow.memcg_id, ROOT_MEM_CGROUP_ID);
	ck_assert_int_eq(shadow.nid, 0);
	ck_assert(shadow.workingset);
	/* For a group: its clock, which those above follow. */
	above = memcg_new("/a", &world->root_mem_cgroup, 1000);
	group = memcg_new("/a/b", above, 1000);
	shadow = shadow_unpack(workingset_eviction(listed_page(scene.file, GFP_KERNEL), group));
	ck_assert_uint_eq(shadow.memcg_id, group->id);
	ck_assert_uint_eq(shadow.age, 1);
	ck_assert_uint_eq(mem_cgroup_lruvec(above, scene.pgdat)->nonresident_age, 1);
	ck_assert_uint_eq(root_lists()->nonresident_age, 102);
}

/** A page that was evicted at that time, read again. */
static struct page *read_again(unsigned long age, unsigned int memcg_id, bool workingset)
{
	struct page *page = page_cache_add(scene.file, GFP_KERNEL);

	workingset_refault(page,
			   shadow_pack((struct shadow){
				   .age = age, .memcg_id = memcg_id, .workingset = workingset }));
	return page;
}

TEST(refault_within_the_active_list_activates, "15-21")
{
	struct page *page;

	reclaim_setup();
	world->nr_swap_pages = 0;
	root_lists()->lruvec_stat[NR_ACTIVE_FILE] = 10;
	root_lists()->lruvec_stat[NR_INACTIVE_ANON] = 5;
	root_lists()->lruvec_stat[NR_ACTIVE_ANON] = 5;
	root_lists()->nonresident_age = 1000;
	/* Further than the active list is long. */
	page = read_again(989, ROOT_MEM_CGROUP_ID, true);
	ck_assert(!PageFlag(page, PG_active));
	ck_assert_uint_eq(root_lists()->nonresident_age, 1000);
	ck_assert_int_eq(root_lists()->lruvec_stat_cpu[0][WORKINGSET_REFAULT], 1);
	/* As far as that, it is active at once. */
	page = read_again(990, ROOT_MEM_CGROUP_ID, false);
	ck_assert(PageFlag(page, PG_active) && !PageFlag(page, PG_workingset));
	ck_assert_uint_eq(root_lists()->nonresident_age, 1001);
	ck_assert_int_eq(root_lists()->lruvec_stat_cpu[0][WORKINGSET_ACTIVATE], 1);
	ck_assert_int_eq(root_lists()->lruvec_stat_cpu[0][WORKINGSET_RESTORE], 0);
	/* With swap anonymous pages could make room too; and it was in use before: that costs. */
	world->nr_swap_pages = 1;
	root_lists()->lruvec_stat[NR_ACTIVE_FILE] = 100;
	page = read_again(1001 - 110, ROOT_MEM_CGROUP_ID, true);
	ck_assert(PageFlag(page, PG_active) && PageFlag(page, PG_workingset));
	ck_assert_int_eq(root_lists()->lruvec_stat_cpu[0][WORKINGSET_RESTORE], 1);
	ck_assert_uint_eq(root_lists()->file_cost, 1);
	/* The group that it was evicted for is gone. */
	page = read_again(1000, 77, true);
	ck_assert(!PageFlag(page, PG_active));
	ck_assert_int_eq(root_lists()->lruvec_stat_cpu[0][WORKINGSET_REFAULT], 3);
}

TEST(refaults_let_the_active_list_be_scanned, "15-22")
{
	reclaim_setup();
	world->nr_swap_pages = 0;
	group_fill(&world->root_mem_cgroup, 2000);
	root_lists()->lruvec_stat[NR_ACTIVE_FILE] = 100;
	/* Up to 32 of them are held back by the CPU: nothing is known of them. */
	for (int i = 0; i < 32; i++)
		read_again(root_lists()->nonresident_age, ROOT_MEM_CGROUP_ID, false);
	shrink_node(scene.pgdat, &scene.control);
	ck_assert(!scene.control.may_deactivate_file);
	read_again(root_lists()->nonresident_age, ROOT_MEM_CGROUP_ID, false);
	shrink_node(scene.pgdat, &scene.control);
	ck_assert(scene.control.may_deactivate_file);
	/* Remembered after a whole call. */
	snapshot_refaults(NULL, scene.pgdat);
	ck_assert_uint_eq(root_lists()->refaults, 33);
	shrink_node(scene.pgdat, &scene.control);
	ck_assert(!scene.control.may_deactivate_file);
}

TEST(use_is_a_tick_of_the_clock, "15-21")
{
	struct page *page;

	reclaim_setup();
	page = listed_page(scene.file, GFP_KERNEL);
	mark_page_accessed(page);
	ck_assert_uint_eq(root_lists()->nonresident_age, 0);
	mark_page_accessed(page);
	ck_assert_uint_eq(root_lists()->nonresident_age, 1);
}
