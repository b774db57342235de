/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of stage 19, part: what counters tell their parents of protection, and pages of files that are charged.
 */
#include <errno.h>

#include "life/life.h"
#include "machines.h"
#include "page_cache.h"
#include "reclaim-scenes.h"

/** A group below the root, and one below that, without limits. */
static struct mem_cgroup *outer, *inner;

static void make_groups(void)
{
	test_machine_uma(32);
	outer = memcg_new("/out", &world->root_mem_cgroup, PAGE_COUNTER_MAX);
	inner = memcg_new("/out/in", outer, PAGE_COUNTER_MAX);
}

TEST(counter_tells_its_parent_what_is_protected, "19-12")
{
	struct page_counter *fail;

	make_groups();
	page_counter_set_protection(&outer->memory, 0, 1000);
	page_counter_set_protection(&inner->memory, 10, 20);
	ck_assert(page_counter_try_charge(&inner->memory, 15, &fail));
	ck_assert_uint_eq(inner->memory.min_usage, 10);
	ck_assert_uint_eq(inner->memory.low_usage, 15);
	ck_assert_uint_eq(outer->memory.children_min_usage, 10);
	ck_assert_uint_eq(outer->memory.children_low_usage, 15);
	ck_assert_uint_eq(outer->memory.low_usage, 15);
	ck_assert_uint_eq(world->root_mem_cgroup.memory.children_low_usage, 15);
	page_counter_charge(&inner->memory, 15);
	ck_assert_uint_eq(outer->memory.children_low_usage, 20);
	ck_assert_uint_eq(outer->memory.low_usage, 30);
	page_counter_uncharge(&inner->memory, 22);
	ck_assert_uint_eq(outer->memory.children_min_usage, 8);
	ck_assert_uint_eq(outer->memory.children_low_usage, 8);
	/* Expect: a protection taken away is taken out of the sum too. The root tells nobody. */
	page_counter_set_protection(&inner->memory, 0, 0);
	ck_assert_uint_eq(outer->memory.children_min_usage, 0);
	ck_assert_uint_eq(outer->memory.children_low_usage, 0);
	ck_assert_uint_eq(world->root_mem_cgroup.memory.low_usage, 0);
}

TEST(counter_at_its_limit_tells_of_pages_that_it_refused, "19-12")
{
	struct page_counter *fail;

	make_groups();
	page_counter_set_max(&outer->memory, 100);
	page_counter_set_protection(&outer->memory, 0, 120);
	page_counter_set_protection(&inner->memory, 0, 120);
	page_counter_charge(&inner->memory, 90);
	ck_assert(!page_counter_try_charge(&inner->memory, 32, &fail));
	ck_assert_ptr_eq(fail, &outer->memory);
	ck_assert_int_eq(inner->memory.usage, 90);
	ck_assert_int_eq(outer->memory.usage, 90);
	/* Expect: below the limit the protection was taken back with the pages; at the limit it stays... */
	ck_assert_uint_eq(inner->memory.low_usage, 90);
	ck_assert_uint_eq(outer->memory.children_low_usage, 90);
	ck_assert_uint_eq(outer->memory.low_usage, 120);
	ck_assert_uint_eq(world->root_mem_cgroup.memory.children_low_usage, 120);
	/* ...until the usage changes next. */
	page_counter_uncharge(&inner->memory, 1);
	ck_assert_uint_eq(world->root_mem_cgroup.memory.children_low_usage, 89);
}

/*
 * Three counters in a row, each at a usage of 100, one of them with a limit of 131: 32 do not fit, 31 do. Expect the refusing
 * one to be named and to have counted it, usages as before, and the peak of those charged before it to remain.
 */
TEST(counter_refuses_at_any_level, "19-4")
{
	for (int at = 0; at < 3; at++)
		for (int downwards = 0; downwards < 2; downwards++) {
			struct page_counter memory[3] = { 0 }, *level[3], *fail = NULL;

			for (int i = 0; i < 3; i++)
				level[i] = &memory[downwards ? 2 - i : i];
			for (int i = 0; i < 3; i++) {
				level[i]->usage = 100;
				level[i]->max = i == at ? 131 : PAGE_COUNTER_MAX;
				level[i]->parent = i < 2 ? level[i + 1] : NULL;
			}
			ck_assert(!page_counter_try_charge(level[0], 32, &fail));
			ck_assert_ptr_eq(fail, level[at]);
			for (int i = 0; i < 3; i++) {
				ck_assert_int_eq(level[i]->usage, 100);
				ck_assert_uint_eq(level[i]->watermark, i < at ? 132 : 0);
				ck_assert_uint_eq(level[i]->failcnt, i == at);
			}
			ck_assert(page_counter_try_charge(level[0], 31, &fail));
			for (int i = 0; i < 3; i++) {
				ck_assert_int_eq(level[i]->usage, 131);
				ck_assert_uint_eq(level[i]->watermark, i < at ? 132 : 131);
			}
			/* Half of the way up: nothing happens below. */
			page_counter_charge(level[1], 9);
			page_counter_uncharge(level[2], 4);
			ck_assert_int_eq(level[0]->usage, 131);
			ck_assert_int_eq(level[1]->usage, 140);
			ck_assert_int_eq(level[2]->usage, 136);
			ck_assert_uint_eq(level[2]->watermark, 140);
		}
}

TEST(mem_cgroup_charge_counts_a_page_in_the_group_of_the_mm, "19-13")
{
	struct page *page;

	make_groups();
	page = alloc_pages(GFP_KERNEL, 0);
	/* Nobody's memory, or the root's: not charged. */
	current->memcg = inner;
	current->mm = NULL;
	ck_assert_int_eq(mem_cgroup_charge(page, GFP_KERNEL), 0);
	ck_assert_ptr_null(page->mem_cgroup);
	current->mm = &world->init_mm;
	current->memcg = &world->root_mem_cgroup;
	ck_assert_int_eq(mem_cgroup_charge(page, GFP_KERNEL), 0);
	ck_assert_int_eq(world->root_mem_cgroup.memory.usage, 0);
	/* Expect: another group's is, and a kernel thread that borrows the memory makes no difference. */
	current->memcg = inner;
	current->flags |= PF_KTHREAD;
	world->memcg_disabled = true;
	ck_assert_int_eq(mem_cgroup_charge(page, GFP_KERNEL), 0);
	ck_assert_ptr_null(page->mem_cgroup);
	world->memcg_disabled = false;
	ck_assert_int_eq(mem_cgroup_charge(page, GFP_KERNEL), 0);
	ck_assert_ptr_eq(page->mem_cgroup, inner);
	ck_assert_int_eq(outer->memory.usage, 32);
	mem_cgroup_uncharge(page);
	ck_assert_ptr_null(page->mem_cgroup);
	ck_assert_int_eq(outer->memory.usage, 31);
	mem_cgroup_uncharge(page);
	ck_assert_int_eq(outer->memory.usage, 31);
	page->mem_cgroup = &world->root_mem_cgroup;
	mem_cgroup_uncharge(page);
	ck_assert_int_eq(world->root_mem_cgroup.memory.usage, 31);
	/* Expect: at the limit it is refused. */
	page_counter_set_max(&outer->memory, 31);
	world->memcg_stock[0].nr_pages = 0;
	ck_assert_int_eq(mem_cgroup_charge(page, GFP_NOWAIT), -ENOMEM);
	ck_assert_ptr_null(page->mem_cgroup);
	__free_pages(page, 0);
}

TEST(mem_cgroup_migrate_charges_the_new_place_by_force, "19-14")
{
	struct page *from, *to;

	make_groups();
	from = alloc_pages(GFP_KERNEL, 0);
	to = alloc_pages(GFP_KERNEL, 0);
	current->memcg = inner;
	ck_assert_int_eq(mem_cgroup_charge(from, GFP_KERNEL), 0);
	page_counter_set_max(&outer->memory, 32);
	mem_cgroup_migrate(from, to);
	ck_assert_ptr_eq(to->mem_cgroup, inner);
	ck_assert_int_eq(inner->memory.usage, 33);
	mem_cgroup_uncharge(from);
	ck_assert_int_eq(inner->memory.usage, 32);
	mem_cgroup_uncharge(to);
	/* Expect: a page of the root is charged to it, and never given back. */
	world->root_mem_cgroup.memory.usage = 100;
	mem_cgroup_migrate(from, to);
	ck_assert_int_eq(world->root_mem_cgroup.memory.usage, 101);
	mem_cgroup_uncharge(from);
	ck_assert_int_eq(world->root_mem_cgroup.memory.usage, 101);
	ck_assert_int_eq(world->root_mem_cgroup.memsw.usage, 0);
	/* On v1 memory and swap are counted together too; and without groups nothing is. */
	world->memcg_legacy = true;
	mem_cgroup_migrate(from, to);
	ck_assert_int_eq(world->root_mem_cgroup.memsw.usage, 1);
	world->memcg_disabled = true;
	mem_cgroup_migrate(from, to);
	ck_assert_int_eq(world->root_mem_cgroup.memory.usage, 102);
	__free_pages(from, 0);
	__free_pages(to, 0);
}

/*
 * A group has pages of a process and none of files, and swap is on. Expect reclaim at the limit of memory to take
 * some, and at the limit of memory with swap none: what is swapped out would count as before.
 */
TEST(charge_at_the_limit_of_memory_with_swap_does_not_swap, "19-8")
{
	for (int at_memsw = 0; at_memsw < 2; at_memsw++) {
		struct mem_cgroup *group;

		reclaim_setup();
		group = memcg_new("/box", &world->root_mem_cgroup, PAGE_COUNTER_MAX);
		scene.file = scene.heap;
		group_fill(group, 64);
		world->memcg_legacy = true;
		group->memsw.usage = group->memory.usage;
		*(at_memsw ? &group->memsw.max : &group->memory.max) = 64;
		current->memcg = group;
		test_forget_events();
		alloc_pages(GFP_KERNEL | __GFP_ACCOUNT | __GFP_NORETRY, 0);
		ck_assert_int_gt(test_count(TRACE_mm_vmscan_memcg_reclaim_begin), 0);
		ck_assert_int_eq(test_count(TRACE_mm_vmscan_lru_shrink_inactive) > 0, !at_memsw);
		machine_free(world);
	}
}
