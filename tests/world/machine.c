/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of making, focusing and unmaking machines.
 */
#include <stdlib.h>
#include <string.h>

#include "failing.h"
#include "life/life.h"
#include "machines.h"

TEST(machine_new_has_the_defaults, "")
{
	struct machine *machine = machine_new(NULL);

	/* Expect the tunables that 5.8.18 starts with, and one ordinary task. */
	ck_assert_ptr_eq(world, machine);
	ck_assert_int_eq(machine->min_free_kbytes, 1024);
	ck_assert_int_eq(machine->user_min_free_kbytes, -1);
	ck_assert_int_eq(machine->watermark_boost_factor, 15000);
	ck_assert_int_eq(machine->watermark_scale_factor, 10);
	ck_assert_int_eq(machine->lowmem_reserve_ratio[ZONE_NORMAL], 32);
	ck_assert_int_eq(num_online_cpus(), 1);
	ck_assert_ptr_eq(current->cpuset, &machine->top_cpuset);
	ck_assert_int_eq(current->prio, DEFAULT_PRIO);
	ck_assert(!cpusets_enabled());
	ck_assert(!memcg_kmem_enabled());
	machine_free(machine);
}

TEST(machine_new_without_memory, "")
{
	struct pageflow_error error = { 0 };

	test_fail(FAIL_CALLOC, 1);
	ck_assert_ptr_null(machine_new(&error));
	ck_assert_ptr_nonnull(strstr(error.text, "no memory for a machine record"));
}

TEST(machine_focus_goes_back, "")
{
	struct machine *first = test_machine_uma(16), *second = test_machine_uma(32);

	/* Expect each machine to keep its own state. */
	ck_assert_ptr_eq(machine_focus(first), second);
	ck_assert_ptr_nonnull(alloc_page(GFP_KERNEL));
	ck_assert_ptr_eq(machine_focus(second), first);
	ck_assert_int_eq(test_pcp_count(test_zone(0, ZONE_DMA)), 0);
	/* Expect a machine out of focus to go without disturbing the other. */
	machine_free(first);
	ck_assert_ptr_eq(world, second);
	machine_free(NULL);
	machine_free(second);
	ck_assert_ptr_null(world);
}

TEST(machine_free_takes_groups_along, "")
{
	test_machine_uma(16);
	cpuset_new("a", &world->top_cpuset, NODE_MASK_ALL);
	cpuset_new("b", &world->top_cpuset, NODE_MASK_ALL);
	memcg_new("/a", &world->root_mem_cgroup, 10);
	machine_free(world);
	ck_assert_ptr_null(world);
}

TEST(machine_free_takes_tasks_along, "")
{
	struct task *thread, *other;

	test_machine_uma(16);
	test_task("one", 2);
	/* Expect an mm that two tasks share to go with the last of them, */
	other = test_task("two", 3);
	thread = test_task("two", 4);
	free(thread->mm);
	thread->mm = other->mm;
	other->mm->users = 2;
	/* and tasks without one, or with the first task's, to be no trouble. */
	thread = test_task("kernel", 5);
	free(thread->mm);
	thread->mm = NULL;
	thread = test_task("init", 6);
	free(thread->mm);
	thread->mm = &world->init_mm;
	machine_free(world);
	ck_assert_ptr_null(world);
}

TEST(machine_free_takes_the_first_tasks_mm_along, "")
{
	test_machine_uma(16);
	current->mm = calloc(1, sizeof(*current->mm));
	machine_free(world);
	ck_assert_ptr_null(world);
}

TEST(execution_levels, "")
{
	test_machine_uma(16);
	ck_assert(!in_interrupt());
	world->level = LEVEL_BH_DISABLED;
	/* Expect bottom halves off to count as an interrupt, but not as serving one. */
	ck_assert(in_interrupt());
	ck_assert(!in_serving_softirq());
	world->level = LEVEL_SOFTIRQ;
	ck_assert(in_serving_softirq());
}

TEST(focus_on_goes_back_at_the_end_of_its_block, "")
{
	struct machine *first = test_machine_uma(16), *second = test_machine_uma(16);

	ck_assert_ptr_eq(world, second);
	{
		FOCUS_ON(first);
		ck_assert_ptr_eq(world, first);
	}
	ck_assert_ptr_eq(world, second);
}
