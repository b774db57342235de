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

TEST(oom_report_of_a_page_fault_has_neither_mask_nor_request, "18-11")
{
	machine_without_memory();
	oom_process("big", 100);
	pagefault_out_of_memory();
	/* Expect a mask of 0 as the kernel prints it in logs; in events it would read "none". */
	ck_assert_ptr_nonnull(
		strstr(test_console(), "init invoked oom-killer: gfp_mask=0x0(), order=0,"));
	ck_assert_ptr_nonnull(strstr(test_console(), " out_of_memory\n pagefault_out_of_memory\n"));
	ck_assert_ptr_null(strstr(test_console(), "__alloc_pages_may_oom"));
}

/** A group at its limit, with one process that has pages. */
static struct oom_control group_at_its_limit(void)
{
	struct mem_cgroup *group;

	machine_without_memory();
	group = memcg_new("/box", &world->root_mem_cgroup, 5120);
	group->memory.usage = 5120;
	group->memory.failcnt = 8;
	group->memsw.usage = 6144;
	group->memsw.failcnt = 2;
	group->kmem.usage = 50;
	memcg_join(oom_process("init", 5082), group);
	return (struct oom_control){ .memcg = group, .gfp_mask = GFP_KERNEL };
}

TEST(oom_report_of_a_group_has_its_counters_and_statistics, "18-13")
{
	struct oom_control oc = group_at_its_limit();
	struct lruvec *lruvec = mem_cgroup_lruvec(oc.memcg, NODE_DATA(0));

	lruvec->lruvec_stat[NR_ANON_MAPPED] = 5082;
	lruvec->lruvec_stat[NR_ACTIVE_ANON] = 5081;
	lruvec->lruvec_stat[NR_SLAB_RECLAIMABLE] = 2;
	lruvec->lruvec_stat[NR_SLAB_UNRECLAIMABLE] = 3;
	lruvec->lruvec_stat[NR_ANON_THPS] = 1;
	lruvec->lruvec_stat[WORKINGSET_REFAULT] = 7;
	lruvec->lruvec_stat[NR_WRITEBACK] = -1;
	oc.memcg->stat_events[MEMCG_KERNEL_STACK] = 49152;
	oc.memcg->stat_events[MEMCG_SOCK] = 4096;
	oc.memcg->stat_events[MEMCG_PGFAULT] = 5082;
	oc.memcg->stat_events[MEMCG_THP_COLLAPSE_ALLOC] = 6;
	ck_assert_int_ne(oom_ask(oc, true), 0);
	ck_assert_has(test_console(), "memory: usage 20480kB, limit 20480kB, failcnt 8\n"
				      "swap: usage 0kB, limit 9007199254740988kB, failcnt 0\n"
				      "Memory cgroup stats for /box:\n"
				      "anon 20815872\n"
				      "file 0\n"
				      "kernel_stack 49152\n"
				      "slab 20480\n"
				      "sock 4096\n");
	ck_assert_has(test_console(), "\nfile_writeback 0\nanon_thp 2097152\ninactive_anon 0\n"
				      "active_anon 20811776\ninactive_file 0\n");
	ck_assert_has(test_console(), "\nslab_reclaimable 8192\nslab_unreclaimable 12288\n"
				      "pgfault 5082\npgmajfault 0\nworkingset_refault 7\n");
	ck_assert_has(test_console(), "\nthp_collapse_alloc 6\nTasks state");
}

TEST(oom_report_of_a_group_adds_up_its_nodes, "18-13")
{
	/* Expect: what was counted on each node, and nothing of what CPUs still hold back. */
	struct oom_control oc = group_at_its_limit();
	int nid;

	for_each_online_node(nid) {
		struct lruvec *lruvec = mem_cgroup_lruvec(oc.memcg, NODE_DATA(nid));

		lruvec->lruvec_stat[NR_ACTIVE_FILE] = 3;
		lruvec->lruvec_stat_cpu[0][NR_ACTIVE_FILE] = 30;
	}
	ck_assert_uint_eq(memcg_page_state(oc.memcg, NR_ACTIVE_FILE),
			  3u * (unsigned int)nodes_weight(world->node_online_map));
}

TEST(oom_report_of_a_group_on_v1_has_three_counters, "18-13")
{
	struct oom_control oc = group_at_its_limit();

	world->memcg_legacy = true;
	ck_assert_int_ne(oom_ask(oc, true), 0);
	ck_assert_ptr_nonnull(strstr(
		test_console(), "memory: usage 20480kB, limit 20480kB, failcnt 8\n"
				"memory+swap: usage 24576kB, limit 9007199254740988kB, failcnt 2\n"
				"kmem: usage 200kB, limit 9007199254740988kB, failcnt 0\n"
				"Memory cgroup stats for /box:\n"));
}

TEST(oom_report_has_users_with_a_sign_but_for_the_kill, "18-18")
{
	machine_without_memory();
	oom_process("nobody", 100)->uid = 4294967294u;
	oom_ask(oom_request(), true);
	ck_assert_has(test_console(), "\n[      2]    -2     2      100 ");
	ck_assert_has(test_console(), ",task=nobody,pid=2,uid=-2\n");
	ck_assert_has(test_console(), ", UID:4294967294 pgtables:");
}

TEST(oom_report_lists_who_could_be_killed, "18-18")
{
	/*
	 * Expect neither the first process nor kernel threads nor whoever has no memory; but a process whose first thread has
	 * given it up while another has it, under that thread's number.
	 */
	struct task *leader, *thread, *helper, *gone;

	machine_without_memory();
	world->init_task.mm->rss_anon = 5;
	leader = oom_process("leader", 100);
	thread = thread_new(leader);
	strcpy(thread->comm, "worker");
	leader->mm->users--;
	leader->mm = NULL;
	leader->oom_score_adj = 7;
	thread->oom_score_adj = 3;
	helper = oom_process("helper", 1);
	helper->flags = PF_KTHREAD;
	gone = oom_process("gone", 1);
	free(gone->mm);
	gone->mm = NULL;
	world->current_task = thread;
	ck_assert_int_eq(oom_ask(oom_request(), true), thread->pid);
	ck_assert_has(test_console(), "order=0, oom_score_adj=7\n");
	ck_assert_has(
		test_console(),
		"oom_score_adj name\n"
		"[      3]  1000     2      100      100        0        0             7 worker\n"
		"oom-kill:constraint=");
	ck_assert_has(test_console(), ",task=leader,pid=2,uid=1000\n"
				      "Out of memory: Killed process 3 (worker) total-vm:400kB, ");
	ck_assert_has(test_console(), " oom_score_adj:7\n");
}

#ifdef CONFIG_NUMA
TEST(oom_report_leaves_out_processes_of_other_nodes, "18-18")
{
	struct task *elsewhere;

	test_machine_numa(32);
	oom_process("here", 10);
	elsewhere = oom_process("elsewhere", 100);
	elsewhere->mems_allowed = NODE_0;
	current->mems_allowed = NODE_1;
	oom_ask(oom_request(), true);
	ck_assert_has(test_console(), " here\n");
	ck_assert_has_not(test_console(), "elsewhere");
}
#endif

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
	/* Expect: the next report after that says how many there were not. */
	world->jiffies += 5 * HZ + 1;
	test_forget_console();
	oom_process("next", 100);
	oom_ask(oom_request(), true);
	ck_assert_int_eq(strncmp(test_console(),
				 "oom_kill_process: 1 callbacks suppressed\n"
				 "init invoked oom-killer",
				 60),
			 0);
}
