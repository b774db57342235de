/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 18: what is printed when a process is killed.
 */
#include <stdio.h>
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

/** Counters of a group that its memory.stat shows, each with a number of its own. */
static const struct {
	enum node_stat_item item;
	long pages;
} group_counters[] = {
	{ NR_ANON_MAPPED, 101 },
	{ NR_FILE_PAGES, 102 },
	{ NR_SLAB_RECLAIMABLE, 103 },
	{ NR_SLAB_UNRECLAIMABLE, 104 },
	{ NR_SHMEM, 105 },
	{ NR_FILE_MAPPED, 106 },
	{ NR_FILE_DIRTY, 107 },
	{ NR_WRITEBACK, 108 },
	{ NR_ANON_THPS, 3 },
	{ NR_INACTIVE_ANON, 109 },
	{ NR_ACTIVE_ANON, 110 },
	{ NR_INACTIVE_FILE, 111 },
	{ NR_ACTIVE_FILE, 112 },
	{ NR_UNEVICTABLE, 113 },
	{ WORKINGSET_REFAULT, 114 },
	{ WORKINGSET_ACTIVATE, 115 },
	{ WORKINGSET_RESTORE, 116 },
	{ WORKINGSET_NODERECLAIM, 117 },
};

/*
 *  A group on v2: 5120 pages of 4 kB, all in use, 7 pages in swap of 9; event i of memory.stat has the number 1000 + i. Counters are
 *  shown in bytes: 101 pages are 413696, slab is 103 + 104 = 207 pages, 3 huge pages are 6291456 bytes; those of the
 *  working set are shown as they are.
 */
TEST(oom_report_of_a_group_line_by_line, "18-11 18-13 18-18")
{
	static const char expected[] =
		"init invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=-17\n"
		"CPU: 0 PID: 1 Comm: init Not tainted 5.8.18+ #10\n"
		"Hardware name: linux,dummy-virt (DT)\n"
		"Call trace: (Pageflow's own chain)\n"
		" out_of_memory\n"
		" mem_cgroup_out_of_memory\n"
		" try_charge\n"
		"memory: usage 20480kB, limit 20480kB, failcnt 8\n"
		"swap: usage 28kB, limit 36kB, failcnt 5\n"
		"Memory cgroup stats for /box:\n"
		"anon 413696\n"
		"file 417792\n"
		"kernel_stack 1000\n"
		"slab 847872\n"
		"sock 1001\n"
		"shmem 430080\n"
		"file_mapped 434176\n"
		"file_dirty 438272\n"
		"file_writeback 442368\n"
		"anon_thp 6291456\n"
		"inactive_anon 446464\n"
		"active_anon 450560\n"
		"inactive_file 454656\n"
		"active_file 458752\n"
		"unevictable 462848\n"
		"slab_reclaimable 421888\n"
		"slab_unreclaimable 425984\n"
		"pgfault 1002\n"
		"pgmajfault 1003\n"
		"workingset_refault 114\n"
		"workingset_activate 115\n"
		"workingset_restore 116\n"
		"workingset_nodereclaim 117\n"
		"pgrefill 1004\n"
		"pgscan 1005\n"
		"pgsteal 1006\n"
		"pgactivate 1007\n"
		"pgdeactivate 1008\n"
		"pglazyfree 1009\n"
		"pglazyfreed 1010\n"
		"thp_fault_alloc 1011\n"
		"thp_collapse_alloc 1012\n"
		"Tasks state (memory values in pages):\n"
		"[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name\n"
		"[      2]  1000     2     5082     5152     8192        7            -3 init\n"
		"oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/box,"
		"task_memcg=/box,task=init,pid=2,uid=1000\n"
		"Memory cgroup out of memory: Killed process 2 (init) total-vm:20328kB, anon-rss:20328kB, "
		"file-rss:80kB, shmem-rss:200kB, UID:1000 pgtables:8kB oom_score_adj:-3\n"
		"Tasks in /box are going to be killed due to memory.oom.group set\n"
		"Memory cgroup out of memory: Killed process 2 (init) total-vm:20328kB, anon-rss:20328kB, "
		"file-rss:80kB, shmem-rss:200kB, UID:1000 pgtables:8kB oom_score_adj:-3\n";
	struct oom_control oc = group_at_its_limit();
	struct lruvec *lruvec = mem_cgroup_lruvec(oc.memcg, NODE_DATA(0));
	struct task *member = task_by_pid(2);
	nodemask_t first = { 1 };

	/* It is a group's affair, whatever nodes the request named. */
	oc.nodemask = &first;
	world->oom_dump_tasks = true;
	snprintf(world->uts_release, sizeof(world->uts_release), "5.8.18+");
	snprintf(world->uts_version, sizeof(world->uts_version), "#10");
	current->oom_score_adj = -17;
	oc.memcg->oom_group = true;
	oc.memcg->swap.usage = 7;
	oc.memcg->swap.max = 9;
	oc.memcg->swap.failcnt = 5;
	for_each_row(i, group_counters)
		lruvec->lruvec_stat[group_counters[i].item] = group_counters[i].pages;
	for (unsigned long i = 0; i < NR_MEMCG_STAT_EVENTS; i++)
		oc.memcg->stat_events[i] = 1000 + i;
	member->oom_score_adj = -3;
	member->mm->rss_file = 20;
	member->mm->rss_shmem = 50;
	member->mm->pgtable_bytes = 8192;
	member->mm->swap_entries = 7;
	ck_assert_int_eq(oom_ask(oc, true), 2);
	ck_assert_str_eq(test_console(), expected);
}

/** The first lines of the report, up to the state of memory. */
static const char *beginning(void)
{
	const char *text = test_take_console();
	char *end = strstr(text, "Mem-Info:\n");

	ck_assert_ptr_nonnull(end);
	*end = '\0';
	return text;
}

/* Who asks is told by the functions of this path; a request, a page fault, a user. */
TEST(oom_report_begins_with_who_asked, "18-11")
{
	unsigned long progress;
	struct alloc_context ac = { .highest_zoneidx = ZONE_NORMAL };

	machine_without_memory();
	snprintf(world->uts_release, sizeof(world->uts_release), "5.8.18+");
	snprintf(world->uts_version, sizeof(world->uts_version), "#10");
	world->hardware[0] = '\0';
	ac.zonelist = NODE_DATA(0)->node_zonelists;
	ac.preferred_zoneref = first_zones_zonelist(ac.zonelist, ZONE_NORMAL, NULL);
	oom_process("big", 100);
	current->oom_score_adj = 5;
	__alloc_pages_may_oom(GFP_KERNEL, 2, &ac, &progress);
	ck_assert_str_eq(
		beginning(),
		"init invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=2, oom_score_adj=5\n"
		"CPU: 0 PID: 1 Comm: init Not tainted 5.8.18+ #10\n"
		"Call trace: (Pageflow's own chain)\n"
		" out_of_memory\n __alloc_pages_may_oom\n __alloc_pages_slowpath\n"
		" __alloc_pages_nodemask\n");
	task_by_pid(2)->mm->oom_skip = true;
	oom_process("next", 100);
	pagefault_out_of_memory();
	ck_assert_str_eq(beginning(),
			 "init invoked oom-killer: gfp_mask=0x0(), order=0, oom_score_adj=5\n"
			 "CPU: 0 PID: 1 Comm: init Not tainted 5.8.18+ #10\n"
			 "Call trace: (Pageflow's own chain)\n"
			 " out_of_memory\n pagefault_out_of_memory\n");
	task_by_pid(3)->mm->oom_skip = true;
	oom_process("last", 100);
	ck_assert(sysrq_oom());
	ck_assert_str_eq(
		beginning(),
		"init invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=-1, oom_score_adj=5\n"
		"CPU: 0 PID: 1 Comm: init Not tainted 5.8.18+ #10\n"
		"Call trace: (Pageflow's own chain)\n"
		" out_of_memory\n sysrq_oom\n");
}

/* Pages of each list, and those in the hands of reclaim: 1 + 2 + 4 + 8 + 16 + 32 + 64 = 127. */
TEST(oom_report_shows_slab_above_all_that_can_be_reclaimed, "18-11")
{
	static const enum node_stat_item items[] = { NR_INACTIVE_ANON, NR_ACTIVE_ANON,
						     NR_INACTIVE_FILE, NR_ACTIVE_FILE,
						     NR_UNEVICTABLE,   NR_ISOLATED_ANON,
						     NR_ISOLATED_FILE };

	machine_without_memory();
	oom_process("big", 100);
	for_each_row(i, items)
		world->vm_node_stat[items[i]] = 1l << i;
	/* What is reclaimable of it does not matter. */
	world->vm_node_stat[NR_SLAB_RECLAIMABLE] = 1000;
	world->vm_node_stat[NR_SLAB_UNRECLAIMABLE] = 127;
	oom_report(&(struct oom_control){ .gfp_mask = GFP_KERNEL }, NULL);
	ck_assert_has_not(test_console(), "Unreclaimable slab info");
	test_forget_console();
	world->vm_node_stat[NR_SLAB_UNRECLAIMABLE] = 128;
	oom_report(&(struct oom_control){ .gfp_mask = GFP_KERNEL }, NULL);
	ck_assert_has(test_console(), "pages cma reserved\nUnreclaimable slab info:\n"
				      "512kB in all caches\nTasks state");
	/* Nobody was chosen: no line for programs. */
	ck_assert_has_not(test_console(), "oom-kill:");
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
	/* Expect: none within five seconds. */
	world->jiffies += 5 * HZ;
	oom_process("quiet", 100);
	oom_ask(oom_request(), true);
	ck_assert_has_not(test_console(), "invoked oom-killer");
	task_by_pid(13)->mm->oom_skip = true;
	/* Expect: the next report after that says how many there were not. */
	world->jiffies++;
	test_forget_console();
	oom_process("next", 100);
	oom_ask(oom_request(), true);
	ck_assert_int_eq(strncmp(test_console(),
				 "oom_kill_process: 2 callbacks suppressed\n"
				 "init invoked oom-killer",
				 60),
			 0);
}
