/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 18: which process is killed, and what becomes of its memory.
 */
#include <stdlib.h>
#include <string.h>

#include "life/life.h"
#include "oom-scenes.h"

TEST(oom_badness_adds_up_what_a_process_uses, "18-5")
{
	/* Expect: rss + swap + page tables, plus thousandths of all memory; never below 1. */
	struct task *task;

	test_machine_uma(32);
	task = oom_process("some", 50);
	task->mm->rss_file = 7;
	task->mm->rss_shmem = 5;
	task->mm->swap_entries = 30;
	task->mm->pgtable_bytes = 3 * PAGE_SIZE + 100;
	ck_assert_int_eq(oom_badness(task, 7900), 50 + 7 + 5 + 30 + 3);
	task->oom_score_adj = 300;
	ck_assert_int_eq(oom_badness(task, 7900), 95 + 300 * 7);
	task->oom_score_adj = -999;
	ck_assert_int_eq(oom_badness(task, 7900), 1);
}

TEST(oom_badness_exempts_some, "18-5")
{
	struct task *task;

	test_machine_uma(32);
	ck_assert_int_eq(oom_badness(&world->init_task, 8000), 0);
	task = oom_process("kthread", 50);
	task->flags = PF_KTHREAD;
	ck_assert_int_eq(oom_badness(task, 8000), 0);
	task->flags = 0;
	task->oom_score_adj = OOM_SCORE_ADJ_MIN;
	ck_assert_int_eq(oom_badness(task, 8000), 0);
	task->oom_score_adj = 0;
	task->vfork_done_pending = true;
	ck_assert_int_eq(oom_badness(task, 8000), 0);
	task->vfork_done_pending = false;
	task->mm->oom_skip = true;
	ck_assert_int_eq(oom_badness(task, 8000), 0);
	task->mm->oom_skip = false;
	ck_assert_int_eq(oom_badness(task, 8000), 50);
}

TEST(oom_badness_without_memory_left, "18-5")
{
	struct task *task;
	struct mm *mm;

	test_machine_uma(32);
	task = oom_process("exited", 50);
	mm = task->mm;
	task->mm = NULL;
	ck_assert_int_eq(oom_badness(task, 8000), 0);
	/* Expect: a thread that still has the memory speaks for the process, and so does whom it borrowed it from. */
	thread_new(task)->mm = mm;
	ck_assert_int_eq(oom_badness(task, 8000), 50);
	task->vfork_done_pending = true;
	ck_assert_int_eq(oom_badness(task, 8000), 50);
	find_task_mm(task)->vfork_done_pending = true;
	ck_assert_int_eq(oom_badness(task, 8000), 0);
}

TEST(oom_score_is_badness_in_thousandths, "18-5")
{
	/* Expect the numbers of a machine with 30577 pages (tests/samples/5.8.18-oom-global-1.dmesg). */
	struct task *task;

	test_machine_uma(128);
	world->totalram_pages = 30577;
	task = oom_process("offered", 486);
	task->mm->pgtable_bytes = 40960;
	ck_assert_uint_eq(oom_score(task), 16);
	task->oom_score_adj = 700;
	ck_assert_uint_eq(oom_score(task), 703);
	task->oom_score_adj = -600;
	ck_assert_uint_eq(oom_score(task), 0);
	task->oom_score_adj = 0;
	world->total_swap_pages = 30577;
	ck_assert_uint_eq(oom_score(task), 8);
}

TEST(out_of_memory_kills_the_worst_and_of_equals_the_later, "18-6")
{
	struct task *second;

	machine_without_memory();
	oom_process("small", 10);
	oom_process("first", 100);
	second = oom_process("second", 100);
	oom_process("medium", 99);
	ck_assert_int_eq(oom_ask(oom_request(), true), second->pid);
	ck_assert(second->fatal_signal_pending);
	ck_assert_uint_eq(world->vm_event[OOM_KILL], 1);
	ck_assert_int_eq(test_count(TRACE_wake_reaper), 1);
}

TEST(out_of_memory_prefers_a_task_that_asked_for_it, "18-6")
{
	struct task *swapoff;

	machine_without_memory();
	swapoff = oom_process("swapoff", 1);
	oom_process("big", 100);
	swapoff->oom_origin = true;
	ck_assert_int_eq(oom_ask(oom_request(), true), swapoff->pid);
}

TEST(out_of_memory_waits_for_a_victim_that_still_dies, "18-7")
{
	/* Expect: true, but nobody else is killed; once it is reaped, the next one is. */
	struct task *first, *next;

	machine_without_memory();
	next = oom_process("next", 50);
	first = oom_process("first", 100);
	ck_assert_int_eq(oom_ask(oom_request(), true), first->pid);
	ck_assert_int_eq(oom_ask(oom_request(), true), 0);
	oom_reaper_run();
	ck_assert(first->mm->oom_skip);
	ck_assert_int_eq(oom_ask(oom_request(), true), next->pid);
}

TEST(out_of_memory_by_hand_says_so_when_there_is_nobody, "18-7")
{
	/* Expect: no panic; the order of the report is that of a request by hand; waiting victims do not keep it back. */
	struct task *first, *next;

	machine_without_memory();
	ck_assert(!sysrq_oom());
	ck_assert_has(test_console(), "invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=-1, ");
	ck_assert_has(test_console(), "no killable processes...\n"
				      "OOM request ignored. No task eligible\n");
	next = oom_process("next", 50);
	first = oom_process("first", 100);
	ck_assert(sysrq_oom());
	ck_assert(first->fatal_signal_pending);
	ck_assert(!next->fatal_signal_pending);
}

TEST(out_of_memory_by_hand_kills_one_more, "18-7")
{
	struct oom_control by_hand = { .order = -1 };
	struct task *first, *next;

	machine_without_memory();
	next = oom_process("next", 50);
	first = oom_process("first", 100);
	ck_assert_int_eq(oom_ask(by_hand, true), first->pid);
	/* The first is marked, but its memory is not gone: only its marks exclude it. */
	first->mm->oom_skip = true;
	ck_assert_int_eq(oom_ask(by_hand, true), next->pid);
	next->mm->oom_skip = true;
	/* Expect: nobody left is no reason to panic. */
	ck_assert_int_eq(oom_ask(by_hand, false), 0);
}

TEST(out_of_memory_lets_a_dying_task_use_reserves, "18-8")
{
	struct oom_control oc;

	machine_without_memory();
	oom_process("big", 100);
	world->current_task = oom_process("dying", 10);
	current->flags = PF_EXITING;
	oc = oom_request();
	oc.gfp_mask = GFP_NOFS;
	ck_assert_int_eq(oom_ask(oc, true), current->pid);
	ck_assert(tsk_is_oom_victim(current));
	ck_assert(!current->fatal_signal_pending);
	/* Expect: a second time nothing is reported again. */
	ck_assert_int_eq(oom_ask(oc, true), 0);
}

TEST(out_of_memory_does_not_count_on_a_dying_task_whose_memory_stays, "18-8")
{
	struct task *big, *sharer;

	machine_without_memory();
	big = oom_process("big", 100);
	world->current_task = oom_process("dying", 10);
	current->group_exit = true;
	sharer = oom_process("sharer", 1);
	free(sharer->mm);
	sharer->mm = current->mm;
	sharer->mm->users++;
	/* Expect: somebody else still uses it. */
	ck_assert_int_eq(oom_ask(oom_request(), true), big->pid);
	big->mm->oom_skip = true;
	/* Expect the same for the other of the two, though its number is the higher. */
	big = oom_process("next", 100);
	sharer->group_exit = true;
	world->current_task = sharer;
	task_by_pid(3)->group_exit = false;
	ck_assert_int_eq(oom_ask(oom_request(), true), big->pid);
	big->mm->oom_skip = true;
	/* Expect: the sharer dies too, so waiting helps. */
	world->current_task = task_by_pid(3);
	current->group_exit = true;
	sharer->group_exit = false;
	sharer->flags = PF_EXITING;
	ck_assert_int_eq(oom_ask(oom_request(), true), current->pid);
}

TEST(out_of_memory_does_not_count_on_one_thread_that_exits, "18-8")
{
	struct task *big, *thread;

	machine_without_memory();
	big = oom_process("big", 100);
	world->current_task = oom_process("exiting", 10);
	current->flags = PF_EXITING;
	thread = oom_process("stays", 1);
	thread->tgid = current->tgid;
	free(thread->mm);
	thread->mm = current->mm;
	thread->mm->users++;
	/* Expect: the other thread keeps the memory, so somebody is killed. */
	ck_assert_int_eq(oom_ask(oom_request(), true), big->pid);
	big->mm->oom_skip = true;
	/* Expect: the same when it is the other one that exits. */
	thread->flags = PF_EXITING;
	current->flags = 0;
	world->current_task = thread;
	big = oom_process("next", 100);
	ck_assert_int_eq(oom_ask(oom_request(), true), big->pid);
	big->mm->oom_skip = true;
	/* Expect: when the whole process exits, it is waited for. */
	world->current_task = task_by_pid(thread->tgid);
	current->group_exit = true;
	ck_assert_int_eq(oom_ask(oom_request(), true), current->pid);
}

TEST(out_of_memory_ignores_dying_tasks_that_dump_core_or_were_reaped, "18-8")
{
	struct task *big, *thread;

	machine_without_memory();
	big = oom_process("big", 100);
	/* Expect: one thread writes the dump for all of them, and the others wait for it with their memory. */
	world->current_task = oom_process("dumper", 10);
	thread = thread_new(current);
	thread->flags = PF_DUMPCORE;
	current->flags = PF_EXITING;
	ck_assert_int_eq(oom_ask(oom_request(), true), big->pid);
	big->mm->oom_skip = true;
	/* Expect: a dump ends with the process, also where it is killed before. */
	current->group_exit = true;
	big = oom_process("next", 100);
	ck_assert_int_eq(oom_ask(oom_request(), true), current->pid);
	current->mm->oom_skip = true;
	big = oom_process("other", 100);
	ck_assert_int_eq(oom_ask(oom_request(), true), big->pid);
}

TEST(out_of_memory_helps_a_dying_choice_along_in_silence, "18-8")
{
	struct task *dying;

	machine_without_memory();
	dying = oom_process("dying", 100);
	dying->group_exit = true;
	ck_assert_int_eq(oom_ask(oom_request(), true), dying->pid);
	ck_assert_str_eq(test_console(), "");
}

TEST(out_of_memory_without_fs_waits_for_others, "18-4")
{
	struct oom_control oc;

	machine_without_memory();
	oom_process("big", 100);
	oc = oom_request();
	oc.gfp_mask = GFP_NOFS;
	ck_assert_int_eq(oom_ask(oc, true), 0);
}

static unsigned long notifier_gives;

static unsigned long notifier(void)
{
	return notifier_gives;
}

TEST(out_of_memory_asks_the_notifiers_first, "18-4")
{
	struct task *big;

	machine_without_memory();
	big = oom_process("big", 100);
	world->hooks.oom_notify = notifier;
	notifier_gives = 1;
	ck_assert_int_eq(oom_ask(oom_request(), true), 0);
	notifier_gives = 0;
	ck_assert_int_eq(oom_ask(oom_request(), true), big->pid);
}

TEST(out_of_memory_marks_all_threads_and_kills_those_who_share, "18-9")
{
	struct task *victim, *thread, *sharer, *helper;

	machine_without_memory();
	victim = oom_process("victim", 100);
	thread = thread_new(victim);
	sharer = oom_process("sharer", 1);
	free(sharer->mm);
	sharer->mm = victim->mm;
	helper = oom_process("helper", 1);
	free(helper->mm);
	helper->mm = victim->mm;
	helper->flags = PF_KTHREAD;
	victim->mm->users += 2;
	/* The sharer comes later and is as bad: it is the one chosen; the first is killed with it. */
	ck_assert_int_eq(oom_ask(oom_request(), true), sharer->pid);
	ck_assert(victim->fatal_signal_pending);
	ck_assert(thread->fatal_signal_pending);
	ck_assert(!helper->fatal_signal_pending);
	/* Expect: reserves for the victim only. */
	ck_assert(tsk_is_oom_victim(sharer));
	ck_assert(!tsk_is_oom_victim(victim));
	helper->mm = NULL;
	victim->mm->users--;
}

TEST(out_of_memory_spares_memory_that_init_shares, "18-9")
{
	/* Expect: the memory will never go away, so it is not reaped and not waited for. */
	struct task *victim;

	machine_without_memory();
	victim = oom_process("victim", 100);
	free(victim->mm);
	victim->mm = world->init_task.mm;
	victim->mm->rss_anon = 100;
	victim->mm->users++;
	ck_assert_int_eq(oom_ask(oom_request(), true), victim->pid);
	ck_assert_int_eq(test_count(TRACE_wake_reaper), 0);
	ck_assert(victim->mm->oom_skip);
	ck_assert(!world->init_task.fatal_signal_pending);
	ck_assert_has(test_console(), "oom killer 2 (victim) has mm pinned by 1 (init)\n");
}

TEST(out_of_memory_kills_others_who_share_with_init, "18-9")
{
	struct task *victim, *sharer;

	machine_without_memory();
	victim = oom_process("victim", 1);
	sharer = oom_process("sharer", 1);
	free(victim->mm);
	free(sharer->mm);
	victim->mm = sharer->mm = world->init_task.mm;
	sharer->oom_score_adj = OOM_SCORE_ADJ_MIN;
	victim->mm->rss_anon = 100;
	victim->mm->users += 2;
	ck_assert_int_eq(oom_ask(oom_request(), true), victim->pid);
	ck_assert(sharer->fatal_signal_pending);
	ck_assert(!world->init_task.fatal_signal_pending);
	ck_assert_int_eq(test_count(TRACE_wake_reaper), 0);
}

/* The order of the list says nothing: here the thread that exits comes after its leader, though it is the older one. */
TEST(out_of_memory_does_not_count_on_an_older_thread_that_exits, "18-8")
{
	struct task *big, *leader, *thread;

	machine_without_memory();
	thread = oom_process("thread", 1);
	leader = oom_process("leader", 10);
	big = oom_process("big", 100);
	list_move_tail(&thread->tasks, &world->tasks);
	thread->tgid = leader->tgid;
	free(thread->mm);
	thread->mm = leader->mm;
	leader->mm->users++;
	thread->flags = PF_EXITING;
	world->current_task = thread;
	ck_assert_int_eq(oom_ask(oom_request(), true), big->pid);
}

TEST(out_of_memory_may_kill_the_task_that_asks, "18-6")
{
	machine_without_memory();
	oom_process("big", 100);
	world->oom_kill_allocating_task = true;
	world->current_task = oom_process("asking", 1);
	ck_assert_int_eq(oom_ask(oom_request(), true), current->pid);
	ck_assert_ptr_nonnull(strstr(test_console(), "Out of memory (oom_kill_allocating_task)"));
}

TEST(out_of_memory_spares_an_exempt_task_that_asks, "18-6")
{
	struct task *big;

	machine_without_memory();
	big = oom_process("big", 100);
	world->oom_kill_allocating_task = true;
	world->current_task = oom_process("exempt", 1);
	current->oom_score_adj = OOM_SCORE_ADJ_MIN;
	ck_assert_int_eq(oom_ask(oom_request(), true), big->pid);
	big->mm->oom_skip = true;
	big = oom_process("next", 100);
	world->current_task = &world->init_task;
	ck_assert_int_eq(oom_ask(oom_request(), true), big->pid);
	big->mm->oom_skip = true;
	big = oom_process("last", 100);
	world->current_task = process_new("no_memory", 0);
	free(current->mm);
	current->mm = NULL;
	ck_assert_int_eq(oom_ask(oom_request(), true), big->pid);
}

TEST(out_of_memory_with_nobody_to_kill_is_the_end, "18-6")
{
	machine_without_memory();
	test_expect_bugs();
	ck_assert_int_eq(oom_ask(oom_request(), false), 0);
	ck_assert_ptr_nonnull(strstr(test_last_bug(), "System is deadlocked on memory"));
	ck_assert_ptr_nonnull(strstr(test_console(), "no killable processes"));
}

TEST(out_of_memory_panics_if_set_up_so, "18-6")
{
	struct oom_control by_hand = { .order = -1 };
	struct task *big;

	machine_without_memory();
	test_expect_bugs();
	big = oom_process("big", 100);
	world->panic_on_oom = 1;
	ck_assert_int_eq(oom_ask(oom_request(), false), 0);
	ck_assert_ptr_nonnull(strstr(test_last_bug(), "system-wide panic_on_oom"));
	world->panic_on_oom = 2;
	ck_assert_int_eq(oom_ask(oom_request(), false), 0);
	ck_assert_ptr_nonnull(strstr(test_last_bug(), "compulsory panic_on_oom"));
	ck_assert_int_eq(oom_ask(by_hand, true), big->pid);
}

/** Put a process into a memory cgroup, and say which it is. */
static struct task *member_of(struct mem_cgroup *group, const char *comm, unsigned long anon)
{
	struct task *task = oom_process(comm, anon);

	memcg_join(task, group);
	return task;
}

TEST(out_of_memory_in_a_group_chooses_from_the_group, "18-11")
{
	struct mem_cgroup *group;
	struct oom_control oc;
	struct task *member;

	machine_without_memory();
	oom_process("outside", 1000);
	group = memcg_new("/box", &world->root_mem_cgroup, 100);
	member = member_of(group, "member", 10);
	oc = (struct oom_control){ .memcg = group, .gfp_mask = GFP_NOFS };
	ck_assert_int_eq(oom_ask(oc, true), member->pid);
	ck_assert_has(test_console(), "Memory cgroup stats for /box:\nanon 0\n");
	ck_assert_has(test_console(),
		      "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,"
		      "mems_allowed=");
	ck_assert_has(test_console(), ",oom_memcg=/box,task_memcg=/box,task=member,");
	ck_assert_has(test_console(), "Memory cgroup out of memory: Killed process");
	ck_assert_has_not(test_console(), "outside");
	member->mm->oom_skip = true;
	/* Expect: an empty group is no reason to panic. */
	ck_assert_int_eq(oom_ask(oc, false), 0);
}

TEST(out_of_memory_in_a_group_counts_its_swap, "18-16")
{
	/*
	 * Expect: thousandths of 1000 + 8000 pages, so that 100 of them are 900 pages and the smaller process goes. Without
	 * the swap they would be 100 pages, and the other one would go.
	 */
	struct mem_cgroup *group;
	struct oom_control oc;
	struct task *big, *offered;

	machine_without_memory();
	swap_on(20000);
	group = memcg_new("/job", &world->root_mem_cgroup, 1000);
	group->swap.max = 8000;
	big = member_of(group, "a", 300);
	offered = member_of(group, "b", 100);
	offered->oom_score_adj = 100;
	oc = (struct oom_control){ .memcg = group, .gfp_mask = GFP_KERNEL };
	ck_assert_int_eq(constrained_alloc(&oc), CONSTRAINT_MEMCG);
	ck_assert_uint_eq(oc.totalpages, 9000);
	ck_assert_int_eq(oom_ask(oc, true), offered->pid);
	offered->mm->oom_skip = true;
	ck_assert_int_eq(oom_ask(oc, true), big->pid);

	/* Expect: no more than the machine has; nothing when it is not to be used; on v1 no more than memory and swap. */
	world->total_swap_pages = 500;
	ck_assert_int_eq(constrained_alloc(&oc), CONSTRAINT_MEMCG);
	ck_assert_uint_eq(oc.totalpages, 1500);
	group->memsw.max = 1200;
	ck_assert_int_eq(constrained_alloc(&oc), CONSTRAINT_MEMCG);
	ck_assert_uint_eq(oc.totalpages, 1200);
	world->vm_swappiness = 0;
	ck_assert_int_eq(constrained_alloc(&oc), CONSTRAINT_MEMCG);
	ck_assert_uint_eq(oc.totalpages, 1000);
	/* Expect: a limit of 0 is one page. */
	group->memory.max = 0;
	ck_assert_int_eq(constrained_alloc(&oc), CONSTRAINT_MEMCG);
	ck_assert_uint_eq(oc.totalpages, 1);
}

TEST(out_of_memory_in_a_group_goes_group_by_group, "18-16")
{
	/*
	 * Expect: a parent before its children, the older child first, in a group whoever came first; of equals the last in
	 * that order. The numbers of the processes do not matter.
	 */
	struct mem_cgroup *top, *old, *young;
	struct task *a, *b, *c, *d;
	struct oom_control oc;

	machine_without_memory();
	top = memcg_new("/top", &world->root_mem_cgroup, 1000);
	old = memcg_new("/top/old", top, 1000);
	young = memcg_new("/top/young", top, 1000);
	a = member_of(young, "a", 100);
	b = oom_process("b", 100);
	c = member_of(old, "c", 100);
	d = member_of(top, "d", 100);
	memcg_join(b, old);
	oc = (struct oom_control){ .memcg = top, .gfp_mask = GFP_KERNEL };
	ck_assert_int_eq(oom_ask(oc, true), a->pid);
	a->mm->oom_skip = true;
	ck_assert_int_eq(oom_ask(oc, true), b->pid);
	b->mm->oom_skip = true;
	ck_assert_int_eq(oom_ask(oc, true), c->pid);
	c->mm->oom_skip = true;
	ck_assert_int_eq(oom_ask(oc, true), d->pid);
}

TEST(out_of_memory_in_a_group_waits_for_a_victim_there, "18-7")
{
	/* Expect: what was chosen in another group so far is dropped, and the search does not go on to the next. */
	struct mem_cgroup *top, *old, *young;
	struct oom_control oc;
	struct task *first;

	machine_without_memory();
	top = memcg_new("/top", &world->root_mem_cgroup, 1000);
	old = memcg_new("/top/old", top, 1000);
	young = memcg_new("/top/young", top, 1000);
	member_of(top, "d", 1);
	first = member_of(old, "a", 100);
	member_of(young, "b", 10);
	oc = (struct oom_control){ .memcg = top, .gfp_mask = GFP_KERNEL };
	ck_assert_int_eq(oom_ask(oc, true), first->pid);
	ck_assert_int_eq(oom_ask(oc, true), 0);
}

TEST(out_of_memory_kills_a_group_as_a_whole_if_set_up_so, "18-17")
{
	/* Expect: the victim a second time, as 5.8.18 kills it; each kill counts. */
	struct task *first, *second, *exempt;
	struct mem_cgroup *group;

	machine_without_memory();
	group = memcg_new("/all", &world->root_mem_cgroup, PAGE_COUNTER_MAX);
	group->oom_group = true;
	first = member_of(group, "first", 10);
	second = member_of(group, "second", 20);
	exempt = member_of(group, "exempt", 5);
	exempt->oom_score_adj = OOM_SCORE_ADJ_MIN;
	world->init_task.memcg = group;
	world->init_task.memcg_joined = 99;
	thread_new(first);
	ck_assert(out_of_memory(&(struct oom_control){ .order = 0 }));
	ck_assert(first->fatal_signal_pending);
	ck_assert(second->fatal_signal_pending);
	ck_assert(!exempt->fatal_signal_pending);
	ck_assert(!world->init_task.fatal_signal_pending);
	ck_assert_uint_eq(world->vm_event[OOM_KILL], 3);
	ck_assert_uint_eq(group->memory_events[MEMCG_OOM_KILL], 3);
	ck_assert_int_eq(test_count(TRACE_mark_victim), 2);
	ck_assert_int_eq(test_count(TRACE_wake_reaper), 2);
	ck_assert_has(test_console(),
		      "kB oom_score_adj:0\n"
		      "Tasks in /all are going to be killed due to memory.oom.group set\n"
		      "Out of memory: Killed process 2 (first)");
}

TEST(out_of_memory_in_a_group_goes_past_members_without_memory, "18-17")
{
	struct task *member, *exited, *thread;
	struct mem_cgroup *group;

	machine_without_memory();
	group = memcg_new("/all", &world->root_mem_cgroup, 100);
	group->oom_group = true;
	member = member_of(group, "member", 10);
	exited = member_of(group, "exited", 1);
	free(exited->mm);
	exited->mm = NULL;
	thread = thread_new(member);
	world->panic_on_oom = 1;
	/* Expect: a group at its limit is no reason to panic; one process, killed twice. */
	ck_assert(out_of_memory(&(struct oom_control){ .memcg = group, .gfp_mask = GFP_KERNEL }));
	ck_assert_uint_eq(world->vm_event[OOM_KILL], 2);
	ck_assert(thread->fatal_signal_pending);
	ck_assert(!exited->fatal_signal_pending);
}

TEST(out_of_memory_marks_another_thread_of_a_victim, "18-9")
{
	struct task *victim, *thread;

	machine_without_memory();
	victim = oom_process("victim", 100);
	thread = thread_new(victim);
	ck_assert_int_eq(oom_ask(oom_request(), true), victim->pid);
	world->current_task = thread;
	ck_assert_int_eq(oom_ask(oom_request(), true), thread->pid);
	ck_assert_int_eq(test_count(TRACE_wake_reaper), 0);
}

TEST(pagefault_out_of_memory_kills_unless_somebody_is_at_it, "18-1")
{
	machine_without_memory();
	oom_process("big", 100);
	world->oom_lock_held = true;
	pagefault_out_of_memory();
	ck_assert_int_eq(test_count(TRACE_mark_victim), 0);
	world->oom_lock_held = false;
	pagefault_out_of_memory();
	ck_assert_int_eq(test_count(TRACE_mark_victim), 1);
	ck_assert(!world->oom_lock_held);
}

TEST(oom_reaper_empties_memory_or_gives_up, "18-9")
{
	struct task *task;

	machine_without_memory();
	task = oom_process("big", 100);
	task->mm->mmap_locked = true;
	ck_assert_int_eq(oom_ask(oom_request(), true), task->pid);
	oom_reaper_run();
	/* Expect: ten attempts, and then nobody waits for this memory any more. */
	ck_assert_int_eq(test_count(TRACE_skip_task_reaping), 10);
	ck_assert_int_eq(test_count(TRACE_finish_task_reaping), 0);
	ck_assert(task->mm->oom_skip);
	ck_assert_uint_eq(task->mm->rss_anon, 100);
	ck_assert_uint_eq(world->jiffies, 10 * (HZ / 10));
	ck_assert_has(test_console(), "oom_reaper: unable to reap pid:2 (big)\n");

	/* Expect: a device that would have to wait stops it in the middle. */
	test_forget_console();
	task = oom_process("mapped", 100);
	task->mm->notifier_blocks = true;
	ck_assert_int_eq(oom_ask(oom_request(), true), task->pid);
	oom_reaper_run();
	ck_assert_int_eq(test_count(TRACE_start_task_reaping), 10);
	ck_assert_int_eq(test_count(TRACE_finish_task_reaping), 10);
	ck_assert_uint_eq(task->mm->rss_anon, 100);
	ck_assert_has(test_console(), "oom_reaper: unable to reap pid:3 (mapped)\n");

	task = oom_process("next", 100);
	ck_assert_int_eq(oom_ask(oom_request(), true), task->pid);
	oom_reaper_run();
	ck_assert_int_eq(test_count(TRACE_start_task_reaping), 1);
	ck_assert_int_eq(test_count(TRACE_finish_task_reaping), 1);
	ck_assert_uint_eq(task->mm->rss_anon, 0);
	ck_assert_has(test_console(), "oom_reaper: reaped process 4 (next), now anon-rss:0kB, "
				      "file-rss:0kB, shmem-rss:0kB\n");

	task = oom_process("exited", 100);
	ck_assert_int_eq(oom_ask(oom_request(), true), task->pid);
	task->mm->oom_skip = true;
	test_forget_console();
	oom_reaper_run();
	ck_assert_int_eq(test_count(TRACE_skip_task_reaping), 1);
	ck_assert_str_eq(test_console(), "");
}

TEST(oom_reaper_leaves_shared_and_locked_mappings, "18-15")
{
	/* Expect: private mappings go, of files too; those that others see or that are locked stay; all swap goes. */
	struct task *task;

	machine_without_memory();
	task = oom_process("big", 100);
	task->mm->rss_file = 30;
	task->mm->rss_shmem = 20;
	task->mm->swap_entries = 9;
	task->mm->stays_anon = 4;
	task->mm->stays_file = 40;
	task->mm->stays_shmem = 15;
	ck_assert_int_eq(oom_ask(oom_request(), true), task->pid);
	oom_reaper_run();
	ck_assert_has(test_console(), "oom_reaper: reaped process 2 (big), now anon-rss:16kB, "
				      "file-rss:120kB, shmem-rss:60kB\n");
	ck_assert_uint_eq(task->mm->swap_entries, 0);
}

TEST(oom_reaper_takes_the_last_victim_first, "18-9")
{
	/* Expect the order of tests/samples/5.8.18-oom-memcg-group-1.dmesg: killed 22, 20, 21; reaped 21, 20, 22. */
	struct mem_cgroup *group;
	struct task *one, *two;

	machine_without_memory();
	group = memcg_new("/all", &world->root_mem_cgroup, 100);
	group->oom_group = true;
	one = member_of(group, "one", 10);
	two = member_of(group, "two", 10);
	member_of(group, "three", 20);
	ck_assert(out_of_memory(&(struct oom_control){ .memcg = group, .gfp_mask = GFP_KERNEL }));
	ck_assert_ptr_eq(world->oom_reaper_list, two);
	ck_assert_ptr_eq(two->oom_reaper_list, one);
	ck_assert_str_eq(one->oom_reaper_list->comm, "three");
	oom_reaper_run();
	ck_assert_ptr_null(world->oom_reaper_list);
	ck_assert_ptr_null(two->oom_reaper_list);
}

/* All in order: who is marked, who is handed to the reaper, and what each of them may do. */
TEST(out_of_memory_kills_a_process_with_two_threads_and_whoever_shares_its_memory, "18-9")
{
	struct task *victim, *thread, *sharer, *second, *bystander, *later;

	machine_without_memory();
	bystander = oom_process("bystander", 99);
	victim = oom_process("victim", 100);
	thread = thread_new(victim);
	sharer = oom_process("sharer", 1);
	free(sharer->mm);
	sharer->mm = victim->mm;
	victim->mm->users++;
	second = oom_process("second", 1);
	free(second->mm);
	second->mm = victim->mm;
	victim->mm->users++;
	later = oom_process("later", 98);
	/* Not to be chosen themselves. */
	sharer->oom_score_adj = OOM_SCORE_ADJ_MIN;
	second->oom_score_adj = OOM_SCORE_ADJ_MIN;
	ck_assert_int_eq(oom_ask(oom_request(), true), victim->pid);
	ck_assert_str_eq(test_take_events(), "mark_victim 3; wake_reaper 3");
	ck_assert(victim->fatal_signal_pending && victim->group_exit && victim->tif_memdie);
	ck_assert(thread->fatal_signal_pending && thread->group_exit && !thread->tif_memdie);
	ck_assert(sharer->fatal_signal_pending && sharer->group_exit && !sharer->tif_memdie);
	ck_assert_ptr_eq(victim->oom_mm, victim->mm);
	ck_assert_ptr_eq(thread->oom_mm, victim->mm);
	ck_assert_ptr_null(sharer->oom_mm);
	ck_assert(second->fatal_signal_pending && !second->tif_memdie);
	ck_assert(!later->fatal_signal_pending && !later->group_exit);
	ck_assert(!bystander->fatal_signal_pending && !bystander->group_exit);
	ck_assert(victim->mm->reaper_queued);
	ck_assert(!victim->mm->oom_skip);
	ck_assert_uint_eq(world->vm_event[OOM_KILL], 1);
	ck_assert_uint_eq(world->root_mem_cgroup.memory_events[MEMCG_OOM_KILL], 1);
	ck_assert_has_not(test_console(), "pinned");
	sharer->mm = second->mm = NULL;
	victim->mm->users -= 2;
}

TEST(out_of_memory_keeps_the_first_mark_of_a_process, "18-9")
{
	struct task *victim, *thread;
	struct mm *first, second = { .users = 1 };

	machine_without_memory();
	oom_process("big", 100);
	victim = world->current_task = oom_process("dying", 10);
	thread = thread_new(victim);
	victim->group_exit = true;
	ck_assert_int_eq(oom_ask(oom_request(), true), victim->pid);
	first = victim->mm;
	/* A second time, from a thread that meanwhile has other memory. */
	victim->tif_memdie = false;
	victim->mm = &second;
	ck_assert_int_eq(oom_ask(oom_request(), true), victim->pid);
	ck_assert_ptr_eq(victim->oom_mm, first);
	ck_assert_ptr_eq(thread->oom_mm, first);
	/* Its first memory is with the reaper already. */
	ck_assert_int_eq(test_count(TRACE_wake_reaper), 0);
	victim->mm = first;
}

TEST(out_of_memory_does_nothing_while_it_is_switched_off, "18-4")
{
	machine_without_memory();
	oom_process("big", 100);
	world->oom_killer_disabled = true;
	ck_assert_int_eq(oom_ask(oom_request(), false), 0);
	/* Not even for one that dies. */
	world->current_task = oom_process("dying", 10);
	current->group_exit = true;
	ck_assert_int_eq(oom_ask(oom_request(), false), 0);
	ck_assert_str_eq(test_console(), "");
}

TEST(out_of_memory_in_a_group_is_the_groups_own_affair, "18-4 18-11")
{
	/* Expect: neither a notifier nor the task that asks counts. */
	struct mem_cgroup *group;
	struct oom_control oc;
	struct task *member;

	machine_without_memory();
	group = memcg_new("/box", &world->root_mem_cgroup, 100);
	member = member_of(group, "member", 10);
	world->hooks.oom_notify = notifier;
	notifier_gives = 1;
	world->oom_kill_allocating_task = true;
	world->current_task = oom_process("asking", 100);
	oc = (struct oom_control){ .memcg = group, .gfp_mask = GFP_KERNEL };
	ck_assert_int_eq(oom_ask(oc, true), member->pid);
	/* With nobody left there is a report, but no panic and nobody killed. */
	member->mm->oom_skip = true;
	test_forget_console();
	ck_assert_int_eq(oom_ask(oc, false), 0);
	ck_assert_has(test_console(), "asking invoked oom-killer");
	ck_assert_has(test_console(), "Out of memory and no killable processes...\n");
	ck_assert_has_not(test_console(), "oom-kill:");
}

TEST(out_of_memory_of_a_kernel_thread_kills_a_process, "18-6")
{
	struct task *big, *helper;

	machine_without_memory();
	big = oom_process("big", 100);
	helper = oom_process("helper", 1);
	helper->flags = PF_KTHREAD;
	world->current_task = helper;
	world->oom_kill_allocating_task = true;
	ck_assert_int_eq(oom_ask(oom_request(), true), big->pid);
	/* It has no memory that could come back, though it ends. */
	big->mm->oom_skip = true;
	big = oom_process("next", 100);
	free(helper->mm);
	helper->mm = NULL;
	helper->group_exit = true;
	ck_assert_int_eq(oom_ask(oom_request(), true), big->pid);
}

TEST(out_of_memory_reports_before_it_panics, "18-6")
{
	machine_without_memory();
	test_expect_bugs();
	oom_process("big", 100);
	world->panic_on_oom = 1;
	ck_assert_int_eq(oom_ask(oom_request(), false), 0);
	ck_assert_has(test_console(), "init invoked oom-killer: ");
	ck_assert_has(test_console(), " big\n");
	ck_assert_has_not(test_console(), "oom-kill:");
	ck_assert_int_eq(test_bugs(), 1);
	ck_assert_str_eq(test_last_bug(), "Kernel panic - not syncing: Out of memory: system-wide "
					  "panic_on_oom is enabled");
}

TEST(out_of_memory_in_a_group_panics_only_if_that_is_compulsory, "18-6")
{
	struct mem_cgroup *group;
	struct oom_control oc;

	machine_without_memory();
	test_expect_bugs();
	group = memcg_new("/box", &world->root_mem_cgroup, 100);
	member_of(group, "member", 10);
	oc = (struct oom_control){ .memcg = group, .gfp_mask = GFP_KERNEL };
	world->panic_on_oom = 2;
	ck_assert_int_eq(oom_ask(oc, false), 0);
	ck_assert_str_eq(test_last_bug(), "Kernel panic - not syncing: Out of memory: compulsory "
					  "panic_on_oom is enabled");
	world->panic_on_oom = 1;
	ck_assert_int_eq(oom_ask(oc, true), 2);
}

TEST(oom_badness_of_a_process_without_a_page_is_one, "18-5")
{
	struct task *empty;

	machine_without_memory();
	empty = oom_process("empty", 0);
	ck_assert_int_eq(oom_badness(empty, 8000), 1);
	/* So it can be chosen, if there is no other. */
	ck_assert_int_eq(oom_ask(oom_request(), true), empty->pid);
}

#ifdef CONFIG_NUMA
TEST(out_of_memory_under_a_policy_chooses_among_its_nodes, "18-12")
{
	/* Expect: a process bound to other nodes is of no use. */
	struct mempolicy elsewhere = { .refcnt = 1, .mode = MPOL_BIND, .v.nodes = { 1 } };
	nodemask_t node1 = { 2 };
	struct oom_control oc;
	struct task *bound, *free_task;

	test_machine_numa(32);
	free_task = oom_process("free", 10);
	bound = oom_process("bound", 100);
	bound->mempolicy = &elsewhere;
	oc = oom_request();
	oc.nodemask = &node1;
	ck_assert_int_eq(oom_ask(oc, true), free_task->pid);
	ck_assert_ptr_nonnull(
		strstr(test_console(), "constraint=CONSTRAINT_MEMORY_POLICY,nodemask=1,"));
	bound->mempolicy = NULL;
}

/*
 *  Two nodes of 8192 pages, 1000 pages of swap. Expect: the pages of the nodes that a request was confined to, holes not
 *  counted, and all swap; nodes of a mask that are not there add nothing.
 */
TEST(constrained_alloc_counts_the_memory_of_the_nodes, "18-12")
{
	nodemask_t node1 = NODE_1, more = { 0xe };
	struct oom_control oc;

	test_machine_numa(32);
	world->total_swap_pages = 1000;
	NODE_DATA(1)->node_present_pages = 8000;
	NODE_DATA(1)->node_spanned_pages = 9000;
	oc = oom_request();
	ck_assert_int_eq(constrained_alloc(&oc), CONSTRAINT_NONE);
	ck_assert_uint_eq(oc.totalpages, world->totalram_pages + 1000);
	oc.nodemask = &node1;
	ck_assert_int_eq(constrained_alloc(&oc), CONSTRAINT_MEMORY_POLICY);
	ck_assert_uint_eq(oc.totalpages, 9000);
	oc.nodemask = &more;
	ck_assert_int_eq(constrained_alloc(&oc), CONSTRAINT_MEMORY_POLICY);
	ck_assert_uint_eq(oc.totalpages, 9000);
	/* A mask that leaves out no node with memory confines to nothing. */
	more.bits = 0xf;
	ck_assert_int_eq(constrained_alloc(&oc), CONSTRAINT_NONE);
	/* Without zones there is nothing to look at. */
	oc.nodemask = &node1;
	oc.zonelist = NULL;
	ck_assert_int_eq(constrained_alloc(&oc), CONSTRAINT_NONE);
	ck_assert_uint_eq(oc.totalpages, world->totalram_pages + 1000);
	/* A cpuset. */
	oc = oom_request();
	world->nr_cpusets = 1;
	current->mems_allowed = NODE_0;
	oc.gfp_mask |= __GFP_HARDWALL;
	ck_assert_int_eq(constrained_alloc(&oc), CONSTRAINT_CPUSET);
	ck_assert_uint_eq(oc.totalpages, 8192 + 1000);
	/* Only zones that the request would use. */
	oc.zonelist = &NODE_DATA(0)->node_zonelists[ZONELIST_NOFALLBACK];
	ck_assert_int_eq(constrained_alloc(&oc), CONSTRAINT_NONE);
}

TEST(out_of_memory_confined_by_a_cpuset_is_no_reason_to_panic, "18-6 18-12")
{
	struct oom_control oc;

	test_machine_numa(32);
	oom_process("big", 100);
	world->panic_on_oom = 1;
	world->nr_cpusets = 1;
	current->mems_allowed = NODE_0;
	oc = oom_request();
	oc.gfp_mask |= __GFP_HARDWALL;
	ck_assert_int_eq(oom_ask(oc, true), 2);
	ck_assert_has(test_console(), "oom-kill:constraint=CONSTRAINT_CPUSET,nodemask=(null),");
}

TEST(out_of_memory_asks_every_thread_for_its_nodes, "18-12")
{
	/* Expect: one thread that may use a node of the asking task is enough; the leader alone does not decide. */
	struct task *elsewhere, *thread;

	test_machine_numa(32);
	oom_process("small", 1);
	elsewhere = oom_process("elsewhere", 100);
	thread = thread_new(elsewhere);
	elsewhere->mems_allowed = NODE_0;
	thread->mems_allowed = NODE_0;
	current->mems_allowed = NODE_1;
	ck_assert_int_eq(oom_ask(oom_request(), true), 2);
	task_by_pid(2)->mm->oom_skip = true;
	thread->mems_allowed = NODES_01;
	ck_assert_int_eq(oom_ask(oom_request(), true), elsewhere->pid);
}

TEST(sysrq_oom_asks_on_the_first_node_with_memory, "18-7")
{
	struct task *big;

	test_machine_numa(32);
	/* Node 0 has no memory, and no zones to go through. */
	world->node_memory_map = NODE_1;
	memset(NODE_DATA(0)->node_zonelists, 0, sizeof(NODE_DATA(0)->node_zonelists));
	big = oom_process("big", 100);
	big->mems_allowed = NODE_1;
	current->mems_allowed = NODE_1;
	world->nr_cpusets = 1;
	ck_assert(sysrq_oom());
	ck_assert(big->fatal_signal_pending);
}

TEST(out_of_memory_in_a_cpuset_chooses_among_its_nodes, "18-12")
{
	struct task *inside, *outside;

	test_machine_numa(32);
	inside = oom_process("inside", 10);
	outside = oom_process("outside", 100);
	outside->mems_allowed = (nodemask_t){ 1 };
	current->cpuset = cpuset_new("box", &world->top_cpuset, (nodemask_t){ 2 });
	cpuset_change_task_nodemask(current, (nodemask_t){ 2 });
	world->top_cpuset.mems_allowed = (nodemask_t){ 2 };
	inside->mems_allowed = (nodemask_t){ 2 };
	ck_assert_int_eq(oom_ask(oom_request(), true), inside->pid);
	ck_assert_ptr_nonnull(strstr(test_console(), "constraint=CONSTRAINT_CPUSET,"));
	ck_assert_ptr_nonnull(strstr(test_console(), "cpuset=box,mems_allowed=1"));
}

TEST(out_of_memory_with_all_nodes_allowed_is_not_classified, "18-12")
{
	nodemask_t both = { 3 };
	struct oom_control oc;

	test_machine_numa(32);
	oom_process("big", 100);
	oc = oom_request();
	oc.nodemask = &both;
	oom_ask(oc, true);
	ck_assert_ptr_nonnull(
		strstr(test_console(), "constraint=CONSTRAINT_NONE,nodemask=(null),"));
}

TEST(out_of_memory_does_not_kill_the_asking_task_for_nothing, "18-12")
{
	/* Expect: the asking task is bound elsewhere, so its death would not help. */
	struct mempolicy elsewhere = { .refcnt = 1, .mode = MPOL_BIND, .v.nodes = { 1 } };
	nodemask_t node1 = { 2 };
	struct oom_control oc;
	struct task *other;

	test_machine_numa(32);
	other = oom_process("other", 10);
	world->current_task = oom_process("asking", 100);
	current->mempolicy = &elsewhere;
	world->oom_kill_allocating_task = true;
	oc = oom_request();
	oc.nodemask = &node1;
	ck_assert_int_eq(oom_ask(oc, true), other->pid);
	current->mempolicy = NULL;
}

TEST(out_of_memory_with_thisnode_is_not_classified, "18-12")
{
	nodemask_t node1 = { 2 };
	struct oom_control oc;

	test_machine_numa(32);
	oom_process("big", 100);
	oc = oom_request();
	oc.gfp_mask |= __GFP_THISNODE;
	oc.nodemask = &node1;
	oom_ask(oc, true);
	ck_assert_ptr_nonnull(
		strstr(test_console(), "constraint=CONSTRAINT_NONE,nodemask=(null),"));
}
#endif
