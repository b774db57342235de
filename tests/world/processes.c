/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of processes and threads as the OOM killer goes through them.
 */
#include "life/life.h"
#include "machines.h"
#include "page_cache.h"

TEST(next_process_goes_by_leaders, "")
{
	struct task *first, *second, *thread;

	test_machine_uma(16);
	first = process_new("first", 0);
	thread = thread_new(first);
	second = process_new("second", 0);
	ck_assert_ptr_eq(next_process(NULL), &world->init_task);
	ck_assert_ptr_eq(next_process(&world->init_task), first);
	ck_assert_ptr_eq(next_process(first), second);
	ck_assert_ptr_null(next_process(second));
	ck_assert_ptr_eq(next_thread(thread, NULL), first);
	ck_assert_ptr_eq(next_thread(first, first), thread);
	ck_assert_ptr_null(next_thread(first, thread));
}

TEST(process_of_is_the_leader_or_the_task_itself, "")
{
	struct task *first, *thread;

	test_machine_uma(16);
	first = process_new("first", 0);
	thread = thread_new(first);
	ck_assert_ptr_eq(process_of(thread), first);
	ck_assert_ptr_eq(process_of(first), first);
	task_exit(first);
	ck_assert_ptr_eq(process_of(thread), thread);
}

TEST(anon_page_unmapped_moves_it_to_swap, "18-15")
{
	struct address_space *heap;
	struct task *task;
	struct page *page;

	test_machine_uma(16);
	task = process_new("task", 0);
	ck_assert_uint_eq(process_fault(task, 2), 2);
	heap = task->mm->anon;
	page = page_cache_add(heap, GFP_KERNEL);
	SetPageFlag(page, PG_swapcache);
	anon_page_unmapped(page);
	ck_assert_uint_eq(task->mm->rss_anon, 1);
	ck_assert_uint_eq(task->mm->swap_entries, 1);
	/* Expect: a page that its process gave up goes nowhere. */
	ClearPageFlag(page, PG_swapcache);
	anon_page_unmapped(page);
	ck_assert_uint_eq(task->mm->rss_anon, 0);
	ck_assert_uint_eq(task->mm->swap_entries, 1);
	/* Expect: a number that a user set is not less than 0, and memory without a process has none. */
	anon_page_unmapped(page);
	ck_assert_uint_eq(task->mm->rss_anon, 0);
	heap->mm = NULL;
	task->mm->rss_anon = 5;
	anon_page_unmapped(page);
	ck_assert_uint_eq(task->mm->rss_anon, 5);
}

TEST(machine_free_with_victims_that_gave_up_their_memory, "")
{
	struct task *victim, *thread, *alive;

	test_machine_uma(16);
	victim = process_new("victim", 0);
	thread = thread_new(victim);
	alive = process_new("alive", 0);
	victim->oom_mm = thread->oom_mm = victim->mm;
	alive->oom_mm = alive->mm;
	process_new("shares", 0)->oom_mm = &world->init_mm;
	world->init_mm.users = 0;
	task_set_mm(victim, NULL);
	task_set_mm(thread, NULL);
	ck_assert(victim->oom_mm->oom_skip);
	machine_free(world);
	ck_assert_ptr_null(world);
}
