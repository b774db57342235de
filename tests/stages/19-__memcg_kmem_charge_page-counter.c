/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of stage 19, part: what counters tell their parents of protection, and pages of files that are charged.
 */
#include "life/life.h"
#include "machines.h"
#include "page_cache.h"

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
	ck_assert_int_ne(mem_cgroup_charge(page, GFP_NOWAIT), 0);
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
