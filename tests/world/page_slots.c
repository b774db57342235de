/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of the slots of files.
 */
#include "failing.h"
#include "life/life.h"
#include "machines.h"
#include "page_cache.h"
#include "world/world.h"

TEST(page_slots_hold_pages_and_shadows, "")
{
	const unsigned long at[] = { 0, 63, 64, 4095, 4096, 70000, MAX_PAGE_SLOTS - 1 };
	struct address_space *file;
	unsigned long index = 0;

	test_machine_uma(32);
	file = address_space_new("file", false);
	ck_assert_ptr_null(page_slot(file, 0));
	ck_assert_ptr_null(page_slot_next(file, &index));
	ck_assert_uint_ge(index, MAX_PAGE_SLOTS);
	for_each_row(i, at)
		ck_assert(page_slot_set(file, at[i], shadow_entry(at[i])));
	index = 0;
	for (size_t i = 0; i < ARRAY_SIZE(at); i++, index++) {
		void *entry = page_slot_next(file, &index);

		ck_assert_uint_eq(index, at[i]);
		ck_assert(is_shadow(entry));
		ck_assert_uint_eq(shadow_of_entry(entry), at[i]);
		ck_assert_ptr_eq(page_slot(file, at[i]), entry);
	}
	ck_assert_ptr_null(page_slot_next(file, &index));
	/* There are no more slots than that. */
	ck_assert_ptr_null(page_slot(file, MAX_PAGE_SLOTS));
	ck_assert(!page_slot_set(file, MAX_PAGE_SLOTS, NULL));
	ck_assert_ptr_null(page_slot(file, 1));
	ck_assert_ptr_null(page_slot(file, 5000));
}

TEST(page_slots_are_left_by_pages_that_have_one, "")
{
	struct address_space *file;
	struct page *page;

	test_machine_uma(32);
	file = address_space_new("file", false);
	page = page_cache_add(file, GFP_KERNEL);
	ck_assert(!page_has_slot(page));
	page_slot_leave(page, shadow_entry(1));
	ck_assert_ptr_null(file->slots);
	page_slot_set(file, page->index, page);
	ck_assert(page_has_slot(page));
	page_slot_leave(page, shadow_entry(7));
	ck_assert_ptr_eq(page_slot(file, page->index), shadow_entry(7));
	page_slot_set(file, page->index, page);
	page_cache_drop(page);
	ck_assert_ptr_null(page_slot(file, page->index));
	/* Neither anonymous pages nor nobody's have one. */
	ck_assert(!page_has_slot(page_cache_add(address_space_new("heap", true), GFP_KERNEL)));
	ck_assert(!page_has_slot(alloc_page(GFP_KERNEL)));
}

TEST(page_slots_without_memory_of_the_host, "")
{
	struct address_space *file;

	test_machine_uma(32);
	file = address_space_new("file", false);
	for (int call = 1; call <= 4; call++) {
		test_fail(FAIL_CALLOC, call);
		ck_assert(!page_slot_set(file, 64ul * 64 * 64 + 5, shadow_entry(1)));
		test_fail(FAIL_CALLOC, 0);
		page_slots_free(file);
	}
	ck_assert(page_slot_set(file, 5, shadow_entry(1)));
}

TEST(memcg_is_found_by_its_number, "")
{
	struct mem_cgroup *a, *b;

	test_machine_uma(32);
	a = memcg_new("/a", &world->root_mem_cgroup, 100);
	b = memcg_new("/b", &world->root_mem_cgroup, 100);
	ck_assert_uint_eq(mem_cgroup_id(NULL), 1);
	ck_assert_uint_eq(mem_cgroup_id(&world->root_mem_cgroup), 1);
	ck_assert_uint_eq(mem_cgroup_id(b), 3);
	ck_assert_ptr_eq(mem_cgroup_by_id(1), &world->root_mem_cgroup);
	ck_assert_ptr_eq(mem_cgroup_by_id(2), a);
	ck_assert_ptr_null(mem_cgroup_by_id(4));
	/* An event of the root is nobody else's. */
	memcg_memory_event(&world->root_mem_cgroup, MEMCG_LOW);
	ck_assert_uint_eq(world->root_mem_cgroup.memory_events[MEMCG_LOW], 1);
	ck_assert_uint_eq(b->memory_events[MEMCG_LOW], 0);
}
