/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 18: what is printed when a process is killed.
 */
#include <string.h>

#include "life/life.h"
#include "oom-scenes.h"

TEST(oom_report_reads_as_the_kernels, "18-11")
{
	struct task *task;

	machine_without_memory();
	task = oom_process("init", 24419);
	task->mm->rss_shmem = 66;
	task->mm->total_vm = 24785;
	task->mm->pgtable_bytes = 225280;
	task->oom_score_adj = 300;
	task->uid = 0;
	task->pid = task->tgid = 22;
	ck_assert_int_eq(oom_ask(oom_request(), true), 22);
	ck_assert_ptr_nonnull(strstr(
		test_console(),
		"Tasks state (memory values in pages):\n"
		"[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name\n"));
	ck_assert_ptr_nonnull(strstr(
		test_console(),
		"[     22]     0    22    24785    24485   225280        0           300 init\n"));
	ck_assert_ptr_nonnull(strstr(
		test_console(),
		"Out of memory: Killed process 22 (init) total-vm:99140kB, anon-rss:97676kB, "
		"file-rss:0kB, shmem-rss:264kB, UID:0 pgtables:220kB oom_score_adj:300\n"));
	ck_assert_ptr_nonnull(
		strstr(test_console(), ",global_oom,task_memcg=/,task=init,pid=22,uid=0\n"));
}

/* Expect the same words about the machine's past as in the report of a request that failed. */
TEST(oom_report_on_a_tainted_machine, "06-15")
{
	machine_without_memory();
	oom_process("big", 100);
	world->tainted = 0;
	add_taint(TAINT_BAD_PAGE);
	add_taint(TAINT_WARN);
	oom_ask(oom_request(), true);
	ck_assert_has(test_console(), "Comm: init Tainted: G    B   W         5.8.18");
}

TEST(oom_report_leaves_out_tasks_if_told_so, "18-11")
{
	machine_without_memory();
	oom_process("big", 100);
	world->oom_dump_tasks = false;
	mod_node_page_state(NODE_DATA(0), NR_SLAB_UNRECLAIMABLE, 100);
	oom_ask(oom_request(), true);
	ck_assert_ptr_null(strstr(test_console(), "Tasks state"));
	ck_assert_ptr_nonnull(strstr(test_console(), "Unreclaimable slab info:\n400kB"));
}

TEST(oom_report_comes_at_most_ten_times_in_five_seconds, "18-11")
{
	machine_without_memory();
	for (int i = 0; i < 11; i++) {
		struct task *task = oom_process("next", 100);

		test_forget_console();
		ck_assert_int_eq(oom_ask(oom_request(), true), task->pid);
		task->mm->oom_skip = true;
		ck_assert((strstr(test_console(), "invoked oom-killer") != NULL) == (i < 10));
		ck_assert_ptr_nonnull(strstr(test_console(), "Killed process"));
	}
}
