/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of processes: how they come, share memory, and end.
 */
#include <stdlib.h>

#include "failing.h"
#include "life/life.h"
#include "machines.h"
#include "page_cache.h"

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

TEST(process_without_host_memory_leaves_nothing_behind, "")
{
	test_machine_uma(32);
	for (int call = 1; call <= 2; call++) {
		test_fail(FAIL_CALLOC, call);
		ck_assert_ptr_null(process_new("none", 0));
	}
	test_fail(FAIL_CALLOC, 0);
	ck_assert_int_eq(process_new("first", 0)->pid, 2);
}

/* Whether it does is seen with the sanitizers. */
TEST(task_exit_takes_the_policy_along, "")
{
	struct task *task;

	test_machine_uma(32);
	task = process_new("one", 0);
	task->mempolicy = calloc(1, sizeof(*task->mempolicy));
	task_exit(task);
	ck_assert_ptr_null(task_by_pid(2));
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

/* Somebody who was put off for another's turn goes on afterwards, even if he was killed meanwhile. */
TEST(task_whose_turn_was_put_off_is_in_use, "")
{
	struct task *outer, *inner, *before;

	test_machine_uma(32);
	outer = process_new("outer", 0);
	inner = process_new("inner", 0);
	world->current_task = outer;
	before = task_take_turn(inner);
	ck_assert_ptr_eq(before, outer);
	ck_assert_ptr_eq(current, inner);
	outer->fatal_signal_pending = inner->fatal_signal_pending = true;
	ck_assert_int_eq(killed_tasks_exit(), 0);
	/* A thread that such a task makes is in nobody's way. */
	ck_assert_uint_eq(thread_new(outer)->turns_put_off, 0);
	ck_assert_int_eq(killed_tasks_exit(), 1);
	task_end_turn(before);
	ck_assert_ptr_eq(current, outer);
	ck_assert_int_eq(killed_tasks_exit(), 1);
	ck_assert_ptr_null(task_by_pid(3));
	world->current_task = &world->init_task;
	ck_assert_int_eq(killed_tasks_exit(), 1);
}

/*
 * The running task lets another use memory, and is the one that is killed for it.
 * Expect: it goes on when the other has its pages, and exits once somebody else runs.
 */
TEST(task_that_lets_another_fault_survives_until_it_ran, "")
{
	struct task *waits;

	test_machine_uma(64);
	ck_assert(daemons_start());
	waits = process_new("waits", 0);
	ck_assert_uint_eq(process_fault(waits, 12000), 12000);
	world->current_task = waits;
	ck_assert_uint_eq(process_fault(process_new("faults", 0), 12000), 12000);
	ck_assert_ptr_eq(current, waits);
	ck_assert(waits->fatal_signal_pending);
	ck_assert_ptr_eq(task_by_pid(2), waits);
	world->current_task = &world->init_task;
	daemon_wake(world->life->reaper);
	world_reschedule();
	ck_assert_ptr_null(task_by_pid(2));
}

/* A process that is killed in its own turn exits when that has ended, without another victim to wake the reaper. */
TEST(process_killed_in_its_turn_exits_after_it, "")
{
	struct task *task;

	test_machine_uma(64);
	ck_assert(daemons_start());
	task = process_new("faults", 0);
	ck_assert_uint_lt(process_fault(task, 50000), 50000);
	ck_assert(task->fatal_signal_pending);
	ck_assert(any_daemon_runnable());
	world_reschedule();
	ck_assert_ptr_null(task_by_pid(2));
	ck_assert(!world->life->reaper->runnable);
}

/* A victim may be said to have had the memory of another. Expect the one it is no longer known by to be forgotten. */
TEST(victim_is_known_by_one_memory_at_a_time, "18-9")
{
	struct task *victim, *other;

	test_machine_uma(32);
	victim = process_new("victim", 0);
	other = process_new("other", 0);
	task_set_oom_mm(victim, victim->mm);
	task_set_mm(victim, NULL);
	ck_assert_ptr_nonnull(victim->oom_mm);
	/* Leak detection sees whether the first is gone. */
	task_set_oom_mm(victim, other->mm);
	ck_assert_ptr_eq(victim->oom_mm, other->mm);
	task_set_oom_mm(victim, other->mm);
	task_exit(victim);
	ck_assert_int_eq(other->mm->users, 1);
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

TEST(memory_of_a_victim_is_known_until_the_victim_is_gone, "18-9")
{
	struct task *victim, *thread;

	test_machine_uma(32);
	victim = process_new("victim", 0);
	thread = thread_new(victim);
	victim->oom_mm = thread->oom_mm = victim->mm;
	victim->mm->rss_anon = 7;
	task_set_mm(victim, NULL);
	ck_assert_uint_eq(thread->mm->rss_anon, 7);
	task_set_mm(thread, NULL);
	/* Expect: empty, but still there to be asked whether it is done with. */
	ck_assert_uint_eq(victim->oom_mm->rss_anon, 0);
	ck_assert(victim->oom_mm->oom_skip);
	task_exit(thread);
	ck_assert(victim->oom_mm->oom_skip);
	task_exit(victim);
}

TEST(reaper_forgets_a_victim_that_ends_first, "18-9")
{
	struct task *first, *second, *third;

	test_machine_uma(32);
	first = process_new("first", 0);
	second = process_new("second", 0);
	third = process_new("third", 0);
	first->oom_mm = first->mm;
	second->oom_mm = second->mm;
	third->oom_mm = third->mm;
	oom_reaper_queue(first);
	oom_reaper_queue(second);
	oom_reaper_queue(third);
	task_exit(second);
	ck_assert_ptr_eq(world->oom_reaper_list, third);
	ck_assert_ptr_eq(third->oom_reaper_list, first);
	task_exit(third);
	oom_reaper_run();
	ck_assert(first->mm->oom_skip);
	ck_assert_int_eq(test_count(TRACE_start_task_reaping), 1);
}

TEST(process_that_is_reaped_keeps_what_is_locked, "18-15")
{
	struct task *task;

	test_machine_uma(32);
	task = process_new("worker", 0);
	ck_assert_uint_eq(process_fault(task, 10), 10);
	task->oom_mm = task->mm;
	task->mm->stays_anon = 3;
	oom_reaper_queue(task);
	oom_reaper_run();
	ck_assert_uint_eq(task->mm->rss_anon, 3);
	ck_assert_uint_eq(task->mm->anon->nrpages, 3);
	ck_assert_int_eq(test_node_count(NR_ANON_MAPPED), 3);
	task_exit(task);
	ck_assert_int_eq(test_node_count(NR_ANON_MAPPED), 0);
}

TEST(reaper_lets_the_disk_work_while_it_waits, "18-15")
{
	struct address_space *file;
	struct task *task;

	test_machine_uma(32);
	ck_assert(daemons_start());
	file = address_space_new("log", false);
	for (int i = 0; i < 100; i++) {
		struct page *page = page_cache_add(file, GFP_KERNEL);

		page_dirty(page);
		page_write(page);
	}
	task = process_new("worker", 0);
	task->oom_mm = task->mm;
	task->mm->mmap_locked = true;
	oom_reaper_queue(task);
	ck_assert_uint_gt(world->life->disk.nr_queued, 0);
	oom_reaper_run();
	ck_assert_uint_eq(world->life->disk.nr_queued, 0);
}

TEST(process_joins_a_group_with_all_its_threads, "18-16")
{
	struct mem_cgroup *group;
	struct task *first, *second, *thread;

	test_machine_uma(32);
	group = memcg_new("/job", &world->root_mem_cgroup, 100);
	first = process_new("first", 0);
	second = process_new("second", 0);
	thread = thread_new(second);
	memcg_join(thread, group);
	memcg_join(first, group);
	ck_assert_ptr_eq(second->memcg, group);
	ck_assert_ptr_eq(memcg_next_process(group, NULL), second);
	ck_assert_ptr_eq(memcg_next_process(group, second), first);
	ck_assert_ptr_null(memcg_next_process(group, first));
	/* Expect: who is there already keeps his place. */
	memcg_join(second, group);
	ck_assert_ptr_eq(memcg_next_process(group, NULL), second);
}
