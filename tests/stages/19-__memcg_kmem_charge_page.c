/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of stage 19: who is charged, how much, and what happens at the limit.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "life/life.h"
#include "machines.h"

/** A machine whose running task is in a group with a limit, in pages. */
static struct mem_cgroup *machine_with_group(unsigned long max)
{
	struct mem_cgroup *group;

	test_machine_uma(32);
	group = memcg_new("/box", &world->root_mem_cgroup, max);
	ck_assert_ptr_nonnull(group);
	current->memcg = group;
	return group;
}

static unsigned int stocked(void)
{
	return world->memcg_stock[world->this_cpu].nr_pages;
}

static struct page *charged_page(gfp_t gfp_mask, unsigned int order)
{
	return alloc_pages(gfp_mask | __GFP_ACCOUNT, order);
}

TEST(charge_of_one_page_takes_a_batch_and_stocks_the_rest, "19-1")
{
	/*
	 *   usage  0          32                      32
	 *   stock  0          31                       0
	 *          | 1st page | ... 31 more pages ... |
	 */
	struct mem_cgroup *group = machine_with_group(PAGE_COUNTER_MAX);

	ck_assert_ptr_nonnull(charged_page(GFP_KERNEL, 0));
	ck_assert_int_eq(group->memory.usage, 32);
	ck_assert_int_eq(world->root_mem_cgroup.memory.usage, 32);
	ck_assert_uint_eq(stocked(), 31);
	for (int i = 0; i < 31; i++)
		ck_assert_ptr_nonnull(charged_page(GFP_KERNEL, 0));
	ck_assert_int_eq(group->memory.usage, 32);
	ck_assert_uint_eq(stocked(), 0);
	ck_assert_ptr_nonnull(charged_page(GFP_KERNEL, 0));
	ck_assert_int_eq(group->memory.usage, 64);
	ck_assert_uint_eq(group->memory.watermark, 64);
}

TEST(charge_of_a_large_block_is_exact, "19-1")
{
	struct mem_cgroup *group = machine_with_group(PAGE_COUNTER_MAX);

	ck_assert_ptr_nonnull(charged_page(GFP_KERNEL, 6));
	ck_assert_int_eq(group->memory.usage, 64);
	ck_assert_uint_eq(stocked(), 0);
}

TEST(charge_at_the_limit_fails_without_sleeping, "19-2 19-3")
{
	/* Expect: a batch, then a single page are tried, so the failure counts twice. */
	struct mem_cgroup *group = machine_with_group(32);

	ck_assert_ptr_nonnull(charged_page(GFP_NOWAIT, 5));
	ck_assert_int_eq(group->memory.usage, 32);
	ck_assert_ptr_null(charged_page(GFP_NOWAIT, 0));
	ck_assert_uint_eq(group->memory.failcnt, 2);
	ck_assert_int_eq(group->memory.usage, 32);
	ck_assert_int_eq(test_last_event(TRACE_mm_page_alloc)->field[0], -1);
}

TEST(charge_below_the_batch_takes_just_what_fits, "19-2")
{
	struct mem_cgroup *group = machine_with_group(33);

	ck_assert_ptr_nonnull(charged_page(GFP_NOWAIT, 5));
	ck_assert_ptr_nonnull(charged_page(GFP_NOWAIT, 0));
	ck_assert_int_eq(group->memory.usage, 33);
	ck_assert_uint_eq(stocked(), 0);
}

TEST(charge_goes_over_the_limit_for_those_who_must_not_wait, "19-3")
{
	struct mem_cgroup *group = machine_with_group(0);

	ck_assert_ptr_nonnull(charged_page(GFP_ATOMIC, 0));
	ck_assert_ptr_nonnull(charged_page(GFP_NOWAIT | __GFP_NOFAIL, 0));
	current->flags = PF_MEMALLOC;
	ck_assert_ptr_nonnull(charged_page(GFP_NOWAIT, 0));
	current->flags = PF_EXITING;
	ck_assert_ptr_nonnull(charged_page(GFP_NOWAIT, 0));
	current->flags = 0;
	current->fatal_signal_pending = true;
	ck_assert_ptr_nonnull(charged_page(GFP_NOWAIT, 0));
	current->fatal_signal_pending = false;
	current->oom_mm = current->mm;
	ck_assert_ptr_nonnull(charged_page(GFP_NOWAIT, 0));
	ck_assert_int_eq(group->memory.usage, 6);
	current->oom_mm = NULL;
	current->in_memcg_oom = true;
	ck_assert_ptr_null(charged_page(GFP_KERNEL, 0));
	current->in_memcg_oom = false;
	/* The same, asked directly: what the caller is told, and what the page remembers. */
	{
		struct page *page = alloc_pages(GFP_KERNEL, 0);

		ck_assert_int_eq(__memcg_kmem_charge_page(page, GFP_NOWAIT, 0), -ENOMEM);
		ck_assert(!PageKmemcg(page));
		ck_assert_ptr_null(page->mem_cgroup);
		ck_assert_int_eq(__memcg_kmem_charge_page(page, GFP_ATOMIC, 0), 0);
		ck_assert(PageKmemcg(page));
		ck_assert_ptr_eq(page->mem_cgroup, group);
	}
}

TEST(charge_counts_in_every_group_up_to_the_root_or_in_none, "19-4")
{
	struct mem_cgroup *parent = machine_with_group(10), *child;

	child = memcg_new("/box/inner", parent, PAGE_COUNTER_MAX);
	current->memcg = child;
	ck_assert_ptr_nonnull(charged_page(GFP_NOWAIT, 3));
	ck_assert_int_eq(child->memory.usage, 8);
	ck_assert_int_eq(parent->memory.usage, 8);
	ck_assert_ptr_null(charged_page(GFP_NOWAIT, 2));
	/* Expect: the parent's limit refused, and the child was not charged either. */
	ck_assert_int_eq(child->memory.usage, 8);
	ck_assert_uint_eq(child->memory.failcnt, 0);
	/* One batch of the first charge, a batch and the block itself of the second. */
	ck_assert_uint_eq(parent->memory.failcnt, 3);
}

TEST(uncharge_goes_to_the_counters_not_into_the_stock, "19-5")
{
	struct mem_cgroup *group = machine_with_group(PAGE_COUNTER_MAX);
	struct page *page = charged_page(GFP_KERNEL, 0);

	ck_assert(PageKmemcg(page));
	ck_assert_ptr_eq(page->mem_cgroup, group);
	__free_pages(page, 0);
	ck_assert_int_eq(group->memory.usage, 31);
	ck_assert_uint_eq(stocked(), 31);
	ck_assert(!PageKmemcg(page));
	ck_assert_ptr_null(page->mem_cgroup);
}

TEST(charge_leaves_out_those_outside_of_any_group, "19-6 13-15")
{
	struct mem_cgroup *group = machine_with_group(0);
	struct mm *mm = current->mm;

	/* Expect: no charge in interrupts, in kernel threads, without memory, in the root group. */
	world->level = LEVEL_SOFTIRQ;
	ck_assert_ptr_nonnull(charged_page(GFP_NOWAIT, 0));
	world->level = LEVEL_TASK;
	current->flags = PF_KTHREAD;
	ck_assert_ptr_nonnull(charged_page(GFP_NOWAIT, 0));
	current->flags = 0;
	current->mm = NULL;
	ck_assert_ptr_nonnull(charged_page(GFP_NOWAIT, 0));
	/* A kernel thread that names a group is charged to that. */
	current->active_memcg = group;
	ck_assert_ptr_null(charged_page(GFP_NOWAIT, 0));
	current->active_memcg = NULL;
	current->mm = mm;
	current->memcg = &world->root_mem_cgroup;
	ck_assert_ptr_nonnull(charged_page(GFP_NOWAIT, 0));
	ck_assert_int_eq(group->memory.usage, 0);
	/* And without __GFP_ACCOUNT nobody is. */
	current->memcg = group;
	ck_assert_ptr_nonnull(alloc_pages(GFP_NOWAIT, 0));
}

TEST(charge_goes_to_the_group_that_a_task_names, "19-6 13-15")
{
	struct mem_cgroup *own = machine_with_group(PAGE_COUNTER_MAX);
	struct mem_cgroup *named = memcg_new("/named", &world->root_mem_cgroup, 32);

	/* Expect the named group to be charged, and its limit to count, in any task and in kernel threads. */
	current->active_memcg = named;
	ck_assert_ptr_eq(charged_page(GFP_NOWAIT, 0)->mem_cgroup, named);
	ck_assert_ptr_null(charged_page(GFP_NOWAIT, 5));
	current->flags = PF_KTHREAD;
	ck_assert_ptr_eq(charged_page(GFP_NOWAIT, 4)->mem_cgroup, named);
	ck_assert_int_eq(named->memory.usage, 32);
	/* Expect no charge in an interrupt, and none where the root is named. */
	world->level = LEVEL_SOFTIRQ;
	ck_assert(!PageKmemcg(charged_page(GFP_NOWAIT, 5)));
	world->level = LEVEL_TASK;
	current->active_memcg = &world->root_mem_cgroup;
	ck_assert(!PageKmemcg(charged_page(GFP_NOWAIT, 5)));
	ck_assert_int_eq(own->memory.usage, 0);
}

TEST(stock_of_another_group_is_given_back_first, "19-1")
{
	struct mem_cgroup *first = machine_with_group(PAGE_COUNTER_MAX), *second;

	second = memcg_new("/other", &world->root_mem_cgroup, PAGE_COUNTER_MAX);
	charged_page(GFP_KERNEL, 0);
	current->memcg = second;
	charged_page(GFP_KERNEL, 0);
	ck_assert_int_eq(first->memory.usage, 1);
	ck_assert_int_eq(second->memory.usage, 32);
	ck_assert_ptr_eq(world->memcg_stock[0].cached, second);
	ck_assert_uint_eq(stocked(), 31);
	/* And back again: what lies there is the other group's, though it would be enough. */
	current->memcg = first;
	charged_page(GFP_KERNEL, 4);
	ck_assert_int_eq(first->memory.usage, 33);
	ck_assert_int_eq(second->memory.usage, 1);
	ck_assert_ptr_eq(world->memcg_stock[0].cached, first);
	ck_assert_uint_eq(stocked(), 16);
	/* A charge that leaves nothing over leaves another group's stock alone. */
	current->memcg = second;
	charged_page(GFP_KERNEL, 5);
	ck_assert_int_eq(second->memory.usage, 33);
	ck_assert_ptr_eq(world->memcg_stock[0].cached, first);
	ck_assert_uint_eq(stocked(), 16);
}

/* Expect an empty stock to change hands without a word: what a refused charge told the parent stays. */
TEST(stock_that_is_empty_is_not_given_back, "19-12")
{
	struct mem_cgroup *group = machine_with_group(40), *second;
	const struct page_counter *parent = &world->root_mem_cgroup.memory;

	second = memcg_new("/other", &world->root_mem_cgroup, PAGE_COUNTER_MAX);
	page_counter_set_protection(&group->memory, 36, 0);
	for (int i = 0; i < 32; i++)
		charged_page(GFP_KERNEL, 0);
	ck_assert_uint_eq(stocked(), 0);
	ck_assert_uint_eq(parent->children_min_usage, 32);
	ck_assert_ptr_null(charged_page(GFP_NOWAIT, 4));
	ck_assert_uint_eq(parent->children_min_usage, 36);
	current->memcg = second;
	charged_page(GFP_KERNEL, 0);
	ck_assert_ptr_eq(world->memcg_stock[0].cached, second);
	ck_assert_uint_eq(parent->children_min_usage, 36);
}

TEST(stock_never_holds_more_than_the_surplus_of_a_batch, "19-1")
{
	/*
	 * pages  1   8  16   8  32        A charge that the stock cannot serve takes 32 and leaves 32 - n, and the stock had
	 * stock 31  23   7  31  31        less than n: together at most 31.
	 */
	struct mem_cgroup *group = machine_with_group(PAGE_COUNTER_MAX);

	charged_page(GFP_KERNEL, 0);
	ck_assert_uint_eq(stocked(), 31);
	charged_page(GFP_KERNEL, 3);
	ck_assert_uint_eq(stocked(), 23);
	charged_page(GFP_KERNEL, 4);
	ck_assert_uint_eq(stocked(), 7);
	charged_page(GFP_KERNEL, 3);
	ck_assert_uint_eq(stocked(), 31);
	charged_page(GFP_KERNEL, 5);
	ck_assert_uint_eq(stocked(), 31);
	ck_assert_int_eq(group->memory.usage, 1 + 8 + 16 + 8 + 32 + 31);
}

/*
 * What one charge does to the stock and to the counters, at every bound. Stocks of a batch and more are laid by hand: none
 * comes about here, but what 5.8.18 would do with them is known.
 */
TEST(stock_serves_a_charge_up_to_a_batch_if_it_holds_enough, "19-1")
{
	static const struct {
		unsigned int stock, order, stock_after;
		long charged;
	} row[] = {
		{ 0, 0, 31, 32 },  { 1, 0, 0, 0 },  { 31, 0, 30, 0 },  { 15, 4, 31, 32 },
		{ 16, 4, 0, 0 },   { 17, 4, 1, 0 }, { 31, 5, 31, 32 }, { 32, 5, 0, 0 },
		{ 64, 6, 64, 64 }, { 0, 6, 0, 64 }, { 0, 5, 0, 32 },   { 0, 4, 16, 32 },
	};

	for_each_row(i, row) {
		struct mem_cgroup *group = machine_with_group(PAGE_COUNTER_MAX);

		world->memcg_legacy = i % 2;
		world->memcg_stock[0] =
			(struct memcg_stock){ .cached = group, .nr_pages = row[i].stock };
		ck_assert_ptr_nonnull(charged_page(GFP_KERNEL, row[i].order));
		ck_assert_msg(stocked() == row[i].stock_after, "row %zu: stock %u", i, stocked());
		ck_assert_msg(group->memory.usage == row[i].charged, "row %zu: usage %ld", i,
			      group->memory.usage);
		ck_assert_int_eq(group->memsw.usage, world->memcg_legacy ? row[i].charged : 0);
		ck_assert_ptr_eq(world->memcg_stock[0].cached, group);
		machine_free(world);
	}
}

/* ---- at the limit, with reclaim ---- */

static int reclaims;
static unsigned long reclaim_gives;

/** Reclaim that frees a fixed number of pages of the group each time. */
static unsigned long fake_reclaim(struct mem_cgroup *memcg, unsigned long nr_pages, gfp_t gfp_mask)
{
	(void)nr_pages;
	(void)gfp_mask;
	reclaims++;
	for (struct page_counter *c = &memcg->memory; c; c = c->parent)
		c->usage -= (long)reclaim_gives;
	return reclaim_gives;
}

static struct mem_cgroup *full_group(unsigned long max, unsigned long gives)
{
	struct mem_cgroup *group = machine_with_group(max);

	for (struct page_counter *c = &group->memory; c; c = c->parent)
		c->usage = (long)max;
	world->environment.memcg_reclaim = fake_reclaim;
	reclaims = 0;
	reclaim_gives = gives;
	return group;
}

TEST(charge_reclaims_until_there_is_room, "19-7")
{
	struct mem_cgroup *group = full_group(100, 1);

	ck_assert_ptr_nonnull(charged_page(GFP_KERNEL, 0));
	ck_assert_int_eq(reclaims, 1);
	ck_assert_uint_eq(group->memory_events[MEMCG_MAX], 1);
	ck_assert_int_eq(group->memory.usage, 100);
}

TEST(charge_of_a_few_pages_goes_on_as_long_as_anything_is_freed, "19-7")
{
	full_group(100, 1);
	ck_assert_ptr_nonnull(charged_page(GFP_KERNEL, 3));
	ck_assert_int_eq(reclaims, 8);
}

TEST(charge_of_many_pages_gives_up_after_five_more_rounds, "19-7")
{
	/* Expect: one round before the stocks are emptied, one after, five more; then no kill, since
	 * killing would not be worth it for so large a block. */
	full_group(100, 1);
	process_new("member", 0)->memcg = current->memcg;
	ck_assert_ptr_null(charged_page(GFP_KERNEL, 4));
	ck_assert_int_eq(reclaims, 7);
	ck_assert_int_eq(test_count(TRACE_mark_victim), 0);
}

/** Reclaim that frees nothing, but lets others run, as reclaim does. */
static unsigned long reclaim_and_offer_the_cpu(struct mem_cgroup *memcg, unsigned long nr_pages,
					       gfp_t gfp_mask)
{
	(void)memcg;
	(void)nr_pages;
	(void)gfp_mask;
	reclaims++;
	world_reschedule();
	return 0;
}

/** CPU 0 has stocked 31 pages of a group of 40, CPU 1 those of another; CPU 2 runs for the group. */
static struct mem_cgroup *group_with_a_stock_elsewhere(void)
{
	struct mem_cgroup *group, *other;

	test_machine_cpus(32, 3);
	group = memcg_new("/box", &world->root_mem_cgroup, 40);
	other = memcg_new("/other", &world->root_mem_cgroup, 100);
	current->memcg = group;
	charged_page(GFP_KERNEL, 0);
	test_run_on(1);
	current->memcg = other;
	charged_page(GFP_KERNEL, 0);
	test_run_on(2);
	current->memcg = group;
	reclaims = 0;
	reclaim_gives = 0;
	ck_assert_int_eq(group->memory.usage, 32);
	return group;
}

TEST(charge_empties_the_stocks_of_the_group_once, "19-7 19-10")
{
	/*
	 * Expect, for 16 pages at a usage of 32, of which CPU 0 has stocked 31: after the first round of reclaim the
	 * work is queued; the second round lets CPU 0 run, which gives its stock back; then 16 fit. The stock of
	 * another group stays.
	 */
	struct mem_cgroup *group = group_with_a_stock_elsewhere();

	world->environment.memcg_reclaim = reclaim_and_offer_the_cpu;
	ck_assert_ptr_nonnull(charged_page(GFP_KERNEL, 4));
	ck_assert_int_eq(reclaims, 2);
	ck_assert_int_eq(group->memory.usage, 17);
	ck_assert_uint_eq(world->memcg_stock[0].nr_pages, 0);
	ck_assert_uint_eq(world->memcg_stock[1].nr_pages, 31);
	ck_assert(!world->memcg_stock[1].flush_queued);
}

TEST(charge_does_not_wait_for_the_stocks_of_other_cpus, "19-10")
{
	/* Expect: as long as CPU 0 does not run, its stock stays charged, and the request fails. */
	struct mem_cgroup *group = group_with_a_stock_elsewhere();

	world->environment.memcg_reclaim = fake_reclaim;
	ck_assert_ptr_null(charged_page(GFP_KERNEL, 4));
	ck_assert_int_eq(reclaims, 7);
	ck_assert_int_eq(group->memory.usage, 32);
	ck_assert_uint_eq(world->memcg_stock[0].nr_pages, 31);
	ck_assert(world->memcg_stock[0].flush_queued);
	/* When it runs, or the task sleeps, the stock goes back. */
	test_run_on(0);
	ck_assert_int_eq(group->memory.usage, 1);
	ck_assert(!world->memcg_stock[0].flush_queued);
	ck_assert_ptr_null(world->memcg_stock[0].cached);
}

TEST(charge_has_queued_stocks_emptied_while_it_sleeps, "19-10")
{
	struct mem_cgroup *group = group_with_a_stock_elsewhere();

	world->environment.memcg_reclaim = fake_reclaim;
	ck_assert_ptr_null(charged_page(GFP_KERNEL, 4));
	world_sleep(1);
	ck_assert_int_eq(group->memory.usage, 1);
}

TEST(charge_empties_the_stock_of_its_own_cpu_at_once, "19-10")
{
	/* Expect: one round of reclaim; the stock is back before the next look at the counters. */
	struct mem_cgroup *group = group_with_a_stock_elsewhere();

	test_run_on(0);
	world->environment.memcg_reclaim = fake_reclaim;
	ck_assert_ptr_nonnull(charged_page(GFP_KERNEL, 5));
	ck_assert_int_eq(reclaims, 1);
	ck_assert_int_eq(group->memory.usage, 33);
}

TEST(charge_leaves_alone_stocks_that_are_empty_or_of_offline_cpus, "19-7")
{
	struct mem_cgroup *group;

	test_machine_cpus(32, 3);
	group = memcg_new("/box", &world->root_mem_cgroup, 64);
	current->memcg = group;
	charged_page(GFP_KERNEL, 0);
	test_run_on(1);
	charged_page(GFP_KERNEL, 0);
	world->memcg_stock[1].nr_pages = 0;
	world->cpu_online = 6;
	test_run_on(2);
	world->environment.memcg_reclaim = fake_reclaim;
	reclaim_gives = 0;
	ck_assert_ptr_null(charged_page(GFP_KERNEL | __GFP_NORETRY, 4));
	ck_assert_uint_eq(world->memcg_stock[0].nr_pages, 31);
	ck_assert(!world->memcg_stock[0].flush_queued);
	ck_assert(!world->memcg_stock[1].flush_queued);
}

TEST(charge_with_noretry_gives_up_after_two_rounds, "19-7")
{
	full_group(100, 0);
	ck_assert_ptr_null(charged_page(GFP_KERNEL | __GFP_NORETRY, 0));
	ck_assert_int_eq(reclaims, 2);
}

TEST(charge_reclaims_nothing_from_a_group_without_pages, "19-7")
{
	/* The real reclaim: kernel pages are not on its lists, so there is nothing to take. */
	struct mem_cgroup *group = full_group(100, 0);

	world->environment.memcg_reclaim = NULL;
	ck_assert_ptr_null(charged_page(GFP_KERNEL | __GFP_NORETRY, 0));
	ck_assert_uint_eq(group->memory_events[MEMCG_MAX], 2);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_memcg_reclaim_begin), 2);
}

TEST(charge_with_retry_mayfail_fails_instead_of_killing, "19-7")
{
	full_group(100, 0);
	process_new("member", 0)->memcg = current->memcg;
	ck_assert_ptr_null(charged_page(GFP_KERNEL | __GFP_RETRY_MAYFAIL, 0));
	ck_assert_int_eq(reclaims, 7);
	ck_assert_int_eq(test_count(TRACE_mark_victim), 0);
}

TEST(charge_with_nofail_goes_over_the_limit_instead_of_killing, "19-7")
{
	struct mem_cgroup *group = full_group(100, 0);

	process_new("member", 0)->memcg = current->memcg;
	ck_assert_ptr_nonnull(charged_page(GFP_KERNEL | __GFP_NOFAIL, 0));
	ck_assert_int_eq(group->memory.usage, 101);
	ck_assert_int_eq(test_count(TRACE_mark_victim), 0);
}

/** Reclaim during which the task is told to die. */
static unsigned long reclaim_and_die(struct mem_cgroup *memcg, unsigned long nr_pages,
				     gfp_t gfp_mask)
{
	(void)memcg;
	(void)nr_pages;
	(void)gfp_mask;
	current->fatal_signal_pending = ++reclaims == 7;
	return 0;
}

TEST(charge_of_a_task_killed_meanwhile_goes_over_the_limit, "19-7")
{
	struct mem_cgroup *group = full_group(100, 0);

	world->environment.memcg_reclaim = reclaim_and_die;
	ck_assert_ptr_nonnull(charged_page(GFP_KERNEL, 0));
	ck_assert_int_eq(group->memory.usage, 101);
}

/** Reclaim that has nothing to give until somebody was killed. */
static unsigned long reclaim_after_a_kill(struct mem_cgroup *memcg, unsigned long nr_pages,
					  gfp_t gfp_mask)
{
	reclaim_gives = test_count(TRACE_mark_victim) ? 8 : 0;
	return fake_reclaim(memcg, nr_pages, gfp_mask);
}

TEST(charge_kills_a_process_of_the_group_in_the_end, "19-7")
{
	struct mem_cgroup *group = full_group(100, 0);
	struct task *member = process_new("member", 0);

	member->memcg = group;
	member->mm->rss_anon = 50;
	world->environment.memcg_reclaim = reclaim_after_a_kill;
	ck_assert_ptr_nonnull(charged_page(GFP_KERNEL, 1));
	ck_assert_int_eq(test_count(TRACE_mark_victim), 1);
	ck_assert(member->fatal_signal_pending);
	ck_assert_uint_eq(group->memory_events[MEMCG_OOM], 1);
	ck_assert_uint_eq(group->memory_events[MEMCG_OOM_KILL], 1);
}

TEST(charge_goes_over_the_limit_when_nobody_can_be_killed, "19-7")
{
	struct mem_cgroup *group = full_group(100, 0);

	ck_assert_ptr_nonnull(charged_page(GFP_KERNEL, 0));
	ck_assert_int_eq(group->memory.usage, 101);
}

TEST(charge_in_a_group_that_must_not_kill_fails, "19-7")
{
	struct mem_cgroup *group = full_group(100, 0);

	group->oom_kill_disable = true;
	ck_assert_ptr_null(charged_page(GFP_KERNEL, 0));
	/* Expect the event all the same; a block that is too large for a kill leaves none. */
	ck_assert_uint_eq(group->memory_events[MEMCG_OOM], 1);
	ck_assert_ptr_null(charged_page(GFP_KERNEL, 4));
	ck_assert_uint_eq(group->memory_events[MEMCG_OOM], 1);
}

TEST(charge_events_count_in_the_groups_above_too, "19-11")
{
	struct mem_cgroup *outer = full_group(100, 1), *inner;

	inner = memcg_new("/box/inner", outer, 0);
	current->memcg = inner;
	/* Expect: the limit of the inner group is hit; the outer one hears of it, the root does not. */
	ck_assert_ptr_null(charged_page(GFP_KERNEL | __GFP_NORETRY, 4));
	ck_assert_uint_eq(inner->memory_events[MEMCG_MAX], 2);
	ck_assert_uint_eq(inner->memory_events_local[MEMCG_MAX], 2);
	ck_assert_uint_eq(outer->memory_events[MEMCG_MAX], 2);
	ck_assert_uint_eq(outer->memory_events_local[MEMCG_MAX], 0);
	ck_assert_uint_eq(world->root_mem_cgroup.memory_events[MEMCG_MAX], 0);
	/* Expect: in one group only on v1, and where the hierarchy was mounted so. */
	world->memcg_local_events = true;
	ck_assert_ptr_null(charged_page(GFP_KERNEL | __GFP_NORETRY, 4));
	world->memcg_local_events = false;
	world->memcg_legacy = true;
	ck_assert_ptr_null(charged_page(GFP_KERNEL | __GFP_NORETRY, 4));
	ck_assert_uint_eq(inner->memory_events[MEMCG_MAX], 6);
	ck_assert_uint_eq(outer->memory_events[MEMCG_MAX], 2);
}

TEST(charge_over_the_limit_raises_the_peak, "19-4")
{
	struct mem_cgroup *group = machine_with_group(0);

	ck_assert_ptr_nonnull(charged_page(GFP_ATOMIC, 3));
	ck_assert_uint_eq(group->memory.watermark, 8);
	ck_assert_uint_eq(world->root_mem_cgroup.memory.watermark, 8);
	/* Expect the peak to stay when a part is taken back and charged again. */
	page_counter_set_max(&group->memory, PAGE_COUNTER_MAX);
	__free_pages(charged_page(GFP_ATOMIC, 5), 5);
	ck_assert_ptr_nonnull(charged_page(GFP_ATOMIC, 3));
	ck_assert_uint_eq(group->memory.watermark, 40);
}

/* ---- which counter refused, and what was asked of reclaim ---- */

/** What reclaim was asked for. It frees nothing, but does to the groups what a test wants. */
static struct {
	int calls;
	struct mem_cgroup *over;
	unsigned long nr_pages;
	gfp_t gfp_mask;
	void (*then)(void);
} asked;

static unsigned long note_what_is_asked(struct mem_cgroup *memcg, unsigned long nr_pages,
					gfp_t gfp_mask)
{
	if (++asked.calls > 20)
		ck_abort_msg("reclaim was asked twenty times");
	asked.over = memcg;
	asked.nr_pages = nr_pages;
	asked.gfp_mask = gfp_mask;
	if (asked.then)
		asked.then();
	return 0;
}

/** The counters of a group: usage, peak, failures of each. */
static const char *figures(const struct mem_cgroup *memcg)
{
	static char text[200];
	const struct page_counter *m = &memcg->memory, *s = &memcg->memsw, *k = &memcg->kmem;

	snprintf(text, sizeof(text), "%ld %lu %lu, %ld %lu %lu, %ld %lu %lu", m->usage,
		 m->watermark, m->failcnt, s->usage, s->watermark, s->failcnt, k->usage,
		 k->watermark, k->failcnt);
	return text;
}

/*
 * /box and /box/inner use 30 pages, and one counter of one of them has a limit of 40. A block of 16 asks for 32, and twice
 * for 16: once before the stocks are emptied, once after. Memory with swap goes first. What was charged before the
 * refusal is taken back, but the peak remains: 62 of the first attempt.
 */
TEST(charge_refused_by_one_counter_leaves_all_as_they_were, "19-4 19-8")
{
	static const struct {
		bool legacy, inner, memsw;
		const char *inner_figures, *outer_figures, *root_figures;
	} row[] = {
		{ true, true, true, "30 0 0, 30 0 3, 0 0 0", "30 0 0, 30 0 0, 0 0 0",
		  "30 0 0, 30 0 0, 0 0 0" },
		{ true, false, true, "30 0 0, 30 62 0, 0 0 0", "30 0 0, 30 0 3, 0 0 0",
		  "30 0 0, 30 0 0, 0 0 0" },
		{ true, true, false, "30 0 3, 30 62 0, 0 0 0", "30 0 0, 30 62 0, 0 0 0",
		  "30 0 0, 30 62 0, 0 0 0" },
		{ true, false, false, "30 62 0, 30 62 0, 0 0 0", "30 0 3, 30 62 0, 0 0 0",
		  "30 0 0, 30 62 0, 0 0 0" },
		{ false, true, false, "30 0 3, 30 0 0, 0 0 0", "30 0 0, 30 0 0, 0 0 0",
		  "30 0 0, 30 0 0, 0 0 0" },
		{ false, false, false, "30 62 0, 30 0 0, 0 0 0", "30 0 3, 30 0 0, 0 0 0",
		  "30 0 0, 30 0 0, 0 0 0" },
	};

	for_each_row(i, row) {
		struct mem_cgroup *outer = machine_with_group(PAGE_COUNTER_MAX), *inner, *over;

		inner = memcg_new("/box/inner", outer, PAGE_COUNTER_MAX);
		over = row[i].inner ? inner : outer;
		*(row[i].memsw ? &over->memsw.max : &over->memory.max) = 40;
		for (struct mem_cgroup *memcg = inner; memcg; memcg = memcg->parent)
			memcg->memory.usage = memcg->memsw.usage = 30;
		world->memcg_legacy = row[i].legacy;
		world->environment.memcg_reclaim = note_what_is_asked;
		asked.calls = 0;
		current->memcg = inner;
		ck_assert_ptr_null(charged_page(GFP_KERNEL | __GFP_NORETRY, 4));
		ck_assert_int_eq(asked.calls, 2);
		ck_assert_ptr_eq(asked.over, over);
		ck_assert_uint_eq(asked.nr_pages, 16);
		ck_assert_uint_eq(asked.gfp_mask, GFP_KERNEL | __GFP_NORETRY | __GFP_ACCOUNT);
		ck_assert_uint_eq(over->memory_events_local[MEMCG_MAX], 2);
		ck_assert_str_eq(figures(inner), row[i].inner_figures);
		ck_assert_str_eq(figures(outer), row[i].outer_figures);
		ck_assert_str_eq(figures(&world->root_mem_cgroup), row[i].root_figures);
		machine_free(world);
	}
}

/* On the newer hierarchy a limit of memory with swap says nothing, whatever happens to the charge. */
TEST(charge_on_v2_does_not_touch_memory_with_swap, "19-8")
{
	struct mem_cgroup *group = machine_with_group(PAGE_COUNTER_MAX);
	struct page *page;

	group->memsw.max = group->kmem.max = 0;
	page = charged_page(GFP_KERNEL, 4);
	ck_assert_str_eq(figures(group), "32 32 0, 0 0 0, 0 0 0");
	__free_pages(page, 4);
	ck_assert_str_eq(figures(group), "16 32 0, 0 0 0, 0 0 0");
	group->memory.max = 16;
	ck_assert_ptr_null(charged_page(GFP_NOWAIT, 5));
	ck_assert_ptr_nonnull(charged_page(GFP_ATOMIC, 5));
	ck_assert_str_eq(figures(group), "48 48 2, 0 0 0, 0 0 0");
}

static struct mem_cgroup *limited;
static long memory_left, memsw_left;

static void leave_room(void)
{
	limited->memory.usage = (long)limited->memory.max - memory_left;
	limited->memsw.usage = (long)limited->memsw.max - memsw_left;
}

/*
 * A block of 16 at a limit. Where reclaim leaves a margin of 16 the charge is tried again at once; where it leaves less, the
 * stocks are emptied first, here that of CPU 0, and the second round is the last.
 */
TEST(charge_goes_by_the_margin_that_reclaim_leaves, "19-7 19-8")
{
	static const struct {
		bool legacy;
		long memory, memsw;
		bool enough;
	} row[] = {
		{ false, 16, 0, true },	  { false, 15, 99, false }, { false, 0, 99, false },
		{ false, -9, 99, false }, { true, 16, 16, true },   { true, 17, 16, true },
		{ true, 16, 17, true },	  { true, 15, 99, false },  { true, 99, 15, false },
		{ true, 99, 0, false },	  { true, 99, -9, false },  { true, -9, 99, false },
	};

	for_each_row(i, row) {
		struct page *page;

		test_machine_cpus(32, 2);
		limited = memcg_new("/box", &world->root_mem_cgroup, 100);
		limited->memsw.max = 200;
		current->memcg = limited;
		world->memcg_stock[0] = (struct memcg_stock){ .cached = limited, .nr_pages = 5 };
		test_run_on(1);
		memory_left = memsw_left = 0;
		leave_room();
		memory_left = row[i].memory;
		memsw_left = row[i].memsw;
		world->memcg_legacy = row[i].legacy;
		world->environment.memcg_reclaim = note_what_is_asked;
		asked.calls = 0;
		asked.then = leave_room;
		page = charged_page(GFP_KERNEL | __GFP_NORETRY, 4);
		ck_assert_msg((page != NULL) == row[i].enough, "row %zu", i);
		ck_assert_int_eq(asked.calls, row[i].enough ? 1 : 2);
		ck_assert_int_eq(world->memcg_stock[0].flush_queued, !row[i].enough);
		asked.then = NULL;
		machine_free(world);
	}
}

/*
 *  CPU      0            1 (running)  2           3            4             5
 *  stock    inner's 31   inner's 31   other's 31  /box's 31    inner's, none inner's 31, offline
 *
 * The limit of /box is hit: expect the running CPU's stock to go back at once, work to be queued where a group from /box down
 * has pages, and nothing elsewhere. The limit of /box/inner does not concern what is stocked for /box.
 */
TEST(charge_empties_the_stocks_of_the_group_and_those_below, "19-10")
{
	for (int at_inner = 0; at_inner < 2; at_inner++) {
		struct mem_cgroup *box, *inner, *other;

		test_machine_cpus(32, 6);
		box = memcg_new("/box", &world->root_mem_cgroup, 200);
		inner = memcg_new("/box/inner", box, at_inner ? 100 : PAGE_COUNTER_MAX);
		other = memcg_new("/other", &world->root_mem_cgroup, PAGE_COUNTER_MAX);
		box->memory.usage = at_inner ? 100 : 200;
		inner->memory.usage = 100;
		for (int cpu = 0; cpu < 6; cpu++)
			world->memcg_stock[cpu] =
				(struct memcg_stock){ .cached = cpu == 2   ? other
								: cpu == 3 ? box
									   : inner,
						      .nr_pages = cpu == 4 ? 0 : 31 };
		world->this_cpu = 1;
		world->cpu_online = 0x1f;
		world->environment.memcg_reclaim = note_what_is_asked;
		asked.calls = 0;
		current->memcg = inner;
		ck_assert_ptr_null(charged_page(GFP_KERNEL | __GFP_NORETRY, 6));
		ck_assert_int_eq(asked.calls, 2);
		ck_assert_int_eq(inner->memory.usage, 100 - 31);
		ck_assert_uint_eq(world->memcg_stock[1].nr_pages, 0);
		ck_assert_ptr_null(world->memcg_stock[1].cached);
		for (int cpu = 0; cpu < 6; cpu++) {
			bool queued = cpu == 0 || (cpu == 3 && !at_inner);

			ck_assert_msg(world->memcg_stock[cpu].flush_queued == queued, "CPU %d",
				      cpu);
			if (cpu != 1 && cpu != 4)
				ck_assert_uint_eq(world->memcg_stock[cpu].nr_pages, 31);
		}
		machine_free(world);
	}
}

/** After each kill five rounds of reclaim more; the second kill is followed by room. */
static int rounds_after[3];

static void count_rounds(void)
{
	unsigned long kills = limited->memory_events[MEMCG_OOM];

	rounds_after[kills]++;
	if (kills == 2)
		limited->memory.usage -= 8;
}

/*
 * Expect seven rounds before the first kill (one, one after the stocks were emptied, five more), and six after it: the five
 * begin anew, and the stocks are not emptied a second time. What the kill is told: the group, the order, the mask.
 */
TEST(charge_has_five_rounds_more_after_a_kill, "19-7")
{
	limited = full_group(100, 0);
	process_new("member", 0)->memcg = limited;
	world->environment.memcg_reclaim = note_what_is_asked;
	asked.then = count_rounds;
	ck_assert_ptr_nonnull(charged_page(GFP_KERNEL, 3));
	asked.then = NULL;
	ck_assert_int_eq(rounds_after[0], 7);
	ck_assert_int_eq(rounds_after[1], 6);
	ck_assert_int_eq(rounds_after[2], 1);
	ck_assert_has(test_console(), "invoked oom-killer: gfp_mask=");
	ck_assert_has(test_console(), "GFP_KERNEL_ACCOUNT");
	ck_assert_has(test_console(), "oom-kill:constraint=CONSTRAINT_MEMCG");
	ck_assert_has(test_console(), "oom_memcg=/box,");
}

/* The order that a kill is told is the smallest that holds the pages. */
TEST(charge_kills_for_the_order_of_the_block, "19-7")
{
	static const char *const words[] = { "order=0,", "order=1,", "order=2,", "order=3," };

	for (unsigned int order = 0; order < 4; order++) {
		struct mem_cgroup *group = full_group(100, 0);
		struct task *member = process_new("member", 0);

		member->memcg = group;
		member->mm->rss_anon = 50;
		world->environment.memcg_reclaim = reclaim_after_a_kill;
		ck_assert_ptr_nonnull(charged_page(GFP_KERNEL, order));
		ck_assert_has(test_console(), words[order]);
		ck_assert_uint_eq(group->memory_events[MEMCG_OOM], 1);
		machine_free(world);
	}
}

/* ---- the older hierarchy ---- */

TEST(charge_on_v1_counts_kernel_memory_separately, "19-8")
{
	struct mem_cgroup *group = machine_with_group(PAGE_COUNTER_MAX);
	struct page *page;

	world->memcg_legacy = true;
	group->kmem.max = 2;
	page = charged_page(GFP_KERNEL, 1);
	ck_assert_ptr_nonnull(page);
	ck_assert_int_eq(group->kmem.usage, 2);
	ck_assert_int_eq(group->memsw.usage, 32);
	/* Expect: at its limit nothing is reclaimed; the other counters are set back. */
	ck_assert_ptr_null(charged_page(GFP_KERNEL, 0));
	ck_assert_int_eq(group->memory.usage, 31);
	/* Expect this limit to hold for those who go over the other one; only NOFAIL goes over this one. */
	ck_assert_ptr_null(charged_page(GFP_ATOMIC, 0));
	current->flags = PF_MEMALLOC;
	ck_assert_ptr_null(charged_page(GFP_KERNEL, 0));
	current->flags = 0;
	ck_assert_ptr_nonnull(charged_page(GFP_KERNEL | __GFP_NOFAIL, 0));
	ck_assert_int_eq(group->kmem.usage, 3);
	__free_pages(page, 1);
	ck_assert_int_eq(group->kmem.usage, 1);
	ck_assert_int_eq(group->memsw.usage, group->memory.usage);
}

TEST(charge_on_v1_can_fail_for_memory_and_swap, "19-8")
{
	struct mem_cgroup *group = machine_with_group(PAGE_COUNTER_MAX);

	world->memcg_legacy = true;
	group->memsw.max = 40;
	world->environment.memcg_reclaim = fake_reclaim;
	reclaim_gives = 0;
	ck_assert_ptr_nonnull(charged_page(GFP_KERNEL, 5));
	ck_assert_ptr_null(charged_page(GFP_KERNEL | __GFP_NORETRY, 4));
	ck_assert_int_eq(group->memory.usage, 32);
	ck_assert_int_eq(group->memsw.usage, 32);
	/* Expect: where memory alone is at its limit, memory with swap is set back. */
	group->memory.max = 32;
	ck_assert_ptr_null(charged_page(GFP_NOWAIT, 3));
	ck_assert_int_eq(group->memsw.usage, 32);
	/* And what must not fail counts in both. */
	ck_assert_ptr_nonnull(charged_page(GFP_ATOMIC, 0));
	ck_assert_int_eq(group->memsw.usage, 33);
	/* Both full: no margin. */
	ck_assert_ptr_null(charged_page(GFP_KERNEL | __GFP_NORETRY, 4));
	group->memsw.max = 33;
	ck_assert_ptr_null(charged_page(GFP_KERNEL | __GFP_NORETRY, 4));
	ck_assert_ptr_null(mem_cgroup_oom_group(current, NULL));
}

TEST(set_max_refuses_a_limit_below_the_usage, "19-2")
{
	struct mem_cgroup *group = machine_with_group(PAGE_COUNTER_MAX);

	charged_page(GFP_KERNEL, 5);
	ck_assert_int_eq(page_counter_set_max(&group->memory, 31), -EBUSY);
	ck_assert_uint_eq(group->memory.max, PAGE_COUNTER_MAX);
	ck_assert_int_eq(page_counter_set_max(&group->memory, 32), 0);
	ck_assert_uint_eq(group->memory.max, 32);
	ck_assert_uint_eq(mem_cgroup_get_max(group), 32);
}

TEST(oom_group_is_the_topmost_below_the_domain, "19-9")
{
	struct mem_cgroup *outer = machine_with_group(PAGE_COUNTER_MAX), *inner;

	inner = memcg_new("/box/inner", outer, PAGE_COUNTER_MAX);
	current->memcg = inner;
	ck_assert_ptr_null(mem_cgroup_oom_group(current, NULL));
	inner->oom_group = outer->oom_group = true;
	ck_assert_ptr_eq(mem_cgroup_oom_group(current, NULL), outer);
	ck_assert_ptr_eq(mem_cgroup_oom_group(current, inner), inner);
}

/* Expect the dead CPU's stock to go back, and of the counters those of the CPU that clears up, as in 5.8.18. */
TEST(memcg_hotplug_cpu_dead_gives_the_stock_back, "20-34")
{
	struct mem_cgroup *group = machine_with_group(PAGE_COUNTER_MAX);
	struct lruvec *lruvec = mem_cgroup_lruvec(group, NODE_DATA(0));

	charged_page(GFP_KERNEL, 0);
	ck_assert_int_eq(group->memory.usage, 32);
	world->memcg_stock[1] = world->memcg_stock[0];
	world->memcg_stock[0] = (struct memcg_stock){ 0 };
	lruvec->lruvec_stat_cpu[0][NR_FILE_PAGES] = 3;
	lruvec->lruvec_stat_cpu[1][NR_FILE_PAGES] = 5;
	memcg_hotplug_cpu_dead(1);
	ck_assert_int_eq(group->memory.usage, 1);
	ck_assert_ptr_null(world->memcg_stock[1].cached);
	ck_assert_int_eq(lruvec->lruvec_stat[NR_FILE_PAGES], 3);
	ck_assert_int_eq(lruvec->lruvec_stat_cpu[1][NR_FILE_PAGES], 5);
}
