/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of processes: how they come, share memory, and end.
 */
#include <stdlib.h>

#include "life/life.h"
#include "machines.h"

TEST(process_gets_the_next_pid, "")
{
	struct task *first, *second;

	test_machine_uma(32);
	first = process_new("first", 7);
	second = process_new("second", 8);
	ck_assert_int_eq(first->pid, 2);
	ck_assert_int_eq(second->pid, 3);
	ck_assert_int_eq(second->tgid, 3);
	ck_assert_uint_eq(first->uid, 7);
	ck_assert_ptr_eq(task_by_pid(2), first);
	ck_assert_ptr_null(task_by_pid(99));
	/* A pid below the highest stays unused. */
	first->pid = 50;
	ck_assert_int_eq(process_new("third", 0)->pid, 51);
	ck_assert_int_eq(process_new("fourth", 0)->pid, 52);
}

TEST(thread_shares_the_memory_until_the_last_one_ends, "")
{
	struct task *leader, *thread;

	test_machine_uma(32);
	leader = process_new("leader", 0);
	thread = thread_new(leader);
	ck_assert_ptr_eq(thread->mm, leader->mm);
	ck_assert_int_eq(thread->tgid, leader->pid);
	ck_assert_int_eq(leader->mm->users, 2);
	task_exit(leader);
	ck_assert_int_eq(thread->mm->users, 1);
	world->current_task = thread;
	task_exit(thread);
	/* Expect: somebody has to run. */
	ck_assert_ptr_eq(current, &world->init_task);
}

TEST(thread_of_a_task_without_memory_has_none, "")
{
	struct task *task, *thread;
	struct mm *mm;

	test_machine_uma(32);
	task = process_new("exiting", 0);
	mm = task->mm;
	task->mm = NULL;
	thread = thread_new(task);
	ck_assert_ptr_null(thread->mm);
	task_exit(thread);
	task->mm = mm;
}

TEST(killed_tasks_end_when_they_get_to_run, "")
{
	struct task *running, *killed;

	test_machine_uma(32);
	killed = process_new("killed", 0);
	running = process_new("running", 0);
	process_new("alive", 0);
	world->current_task = running;
	killed->fatal_signal_pending = running->fatal_signal_pending = true;
	world->init_task.fatal_signal_pending = true;
	ck_assert_int_eq(killed_tasks_exit(), 1);
	ck_assert_ptr_null(task_by_pid(2));
	ck_assert_ptr_eq(task_by_pid(3), running);
}

TEST(process_may_share_the_memory_of_init, "")
{
	struct task *task;

	test_machine_uma(32);
	task = process_new("vforked", 0);
	task->mm->users--;
	free(task->mm);
	task->mm = &world->init_mm;
	world->init_mm.users = 1;
	task_exit(task);
	ck_assert_int_eq(world->init_mm.users, 0);
}
