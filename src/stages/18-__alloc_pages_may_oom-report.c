/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 18, part: the report that the OOM killer writes into the log.
 *
 * Who asked for what; the state of memory, or of the memory cgroup that is at its limit; the
 * processes that could be chosen; and one line for programs that says which one was.
 */
#include <string.h>

#include "gfp.h"
#include "stages/stages.h"
#include "vmstat.h"
#include "world/world.h"

/**
 * @brief Pages as KiB.
 *
 * @param pages pages
 * @return KiB
 * @source none (ours: arithmetic)
 */
static unsigned long pages_to_kb(unsigned long pages)
{
	return pages << (PAGE_SHIFT - 10);
}

/**
 * @brief Pages that a process has in memory.
 *
 * @param mm the memory
 * @return pages
 * @source none (ours: what the kernel does under the name get_mm_rss)
 */
static unsigned long mm_rss(const struct mm *mm)
{
	return mm->rss_file + mm->rss_anon + mm->rss_shmem;
}

/** The numbers that a group's statistics name, in their order. */
static const char *const memcg_stat_names[] = {
	"anon",
	"file",
	"kernel_stack",
	"slab",
	"sock",
	"shmem",
	"file_mapped",
	"file_dirty",
	"file_writeback",
	"anon_thp",
	"inactive_anon",
	"active_anon",
	"inactive_file",
	"active_file",
	"unevictable",
	"slab_reclaimable",
	"slab_unreclaimable",
	"pgfault",
	"pgmajfault",
	"workingset_refault",
	"workingset_activate",
	"workingset_restore",
	"workingset_nodereclaim",
	"pgrefill",
	"pgscan",
	"pgsteal",
	"pgactivate",
	"pgdeactivate",
	"pglazyfree",
	"pglazyfreed",
	"thp_fault_alloc",
	"thp_collapse_alloc",
};

/**
 * @brief Anonymous memory of a group's processes.
 *
 * @param memcg the group
 * @return bytes
 * @source none (ours: model; the kernel counts pages as they are charged)
 */
static unsigned long memcg_anon_bytes(const struct mem_cgroup *memcg)
{
	struct list_head *entry;
	unsigned long pages = 0;

	list_for_each(entry, &world->tasks) {
		const struct task *task = task_of(entry);

		if (task->pid == task->tgid && task->mm && task_in_mem_cgroup(task, memcg))
			pages += task->mm->rss_anon;
	}
	return pages << PAGE_SHIFT;
}

/**
 * @brief One counter of a group.
 *
 * @param name what it counts
 * @param counter the counter
 * @source none (ours: a part of mm/memcontrol.c's mem_cgroup_print_oom_meminfo)
 */
static void report_counter(const char *name, const struct page_counter *counter)
{
	printk("%s: usage %lukB, limit %lukB, failcnt %lu\n", name,
	       pages_to_kb((unsigned long)counter->usage), pages_to_kb(counter->max),
	       counter->failcnt);
}

/**
 * @brief Report the state of a memory cgroup at its limit.
 *
 * @param memcg the group
 * @source none (ours: what mm/memcontrol.c does under the name mem_cgroup_print_oom_meminfo)
 */
/* departs: nothing is charged to a group but kernel pages. Its anonymous memory is that of its processes, all
 * of it on the active list, and its other statistics are 0; on v2 its swap is not counted. */
static void report_memcg(const struct mem_cgroup *memcg)
{
	static const struct page_counter no_swap = { .max = PAGE_COUNTER_MAX };
	unsigned long anon = memcg_anon_bytes(memcg);

	/* Step 1: its counters */
	report_counter("memory", &memcg->memory);
	if (world->memcg_legacy) {
		report_counter("memory+swap", &memcg->memsw);
		report_counter("kmem", &memcg->kmem);
	} else {
		report_counter("swap", &no_swap);
	}

	/* Step 2: its statistics, in bytes or events */
	printk("Memory cgroup stats for %s:\n", memcg->path);
	for (size_t i = 0; i < ARRAY_SIZE(memcg_stat_names); i++) {
		const char *name = memcg_stat_names[i];
		bool anonymous = !strcmp(name, "anon") || !strcmp(name, "active_anon");

		printk("%s %lu\n", name, anonymous ? anon : 0ul);
	}
}

/**
 * @brief The table of processes that could be chosen.
 *
 * @param oc the request
 * @source none (ours: what mm/oom_kill.c does under the name dump_tasks)
 */
static void report_tasks(const struct oom_control *oc)
{
	struct list_head *entry;

	printk("Tasks state (memory values in pages):\n");
	printk("[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj "
	       "name\n");
	list_for_each(entry, &world->tasks) {
		const struct task *task = task_of(entry);

		if (task->pid != task->tgid || !task->mm || (task->flags & PF_KTHREAD) ||
		    (oc->memcg && !task_in_mem_cgroup(task, oc->memcg)))
			continue;
		printk("[%7d] %5u %5d %8lu %8lu %8lu %8lu         %5hd %s\n", task->pid, task->uid,
		       task->tgid, task->mm->total_vm, mm_rss(task->mm), task->mm->pgtable_bytes,
		       task->mm->swap_entries, task->oom_score_adj, task->comm);
	}
}

/**
 * @brief The line for programs: which constraint, which group, which process.
 *
 * @param oc the request
 * @param victim the process
 * @source none (ours: what mm/oom_kill.c does under the name dump_oom_summary)
 */
static void report_summary(const struct oom_control *oc, const struct task *victim)
{
	static const char *const constraints[] = { "CONSTRAINT_NONE", "CONSTRAINT_CPUSET",
						   "CONSTRAINT_MEMORY_POLICY", "CONSTRAINT_MEMCG" };
	char nodes[32], allowed[32];

	nodemask_format(oc->nodemask, nodes, sizeof(nodes));
	nodemask_format(&current->mems_allowed, allowed, sizeof(allowed));
	printk("oom-kill:constraint=%s,nodemask=%s,cpuset=%s,mems_allowed=%s%s%s,task_memcg=%s,"
	       "task=%s,pid=%d,uid=%u\n",
	       constraints[oc->constraint], nodes, current->cpuset->name, allowed,
	       oc->memcg ? ",oom_memcg=" : ",global_oom", oc->memcg ? oc->memcg->path : "",
	       victim->memcg->path, victim->comm, victim->pid, victim->uid);
}

/**
 * @brief Is there more slab that cannot be reclaimed than memory that can be?
 *
 * @return true when the slabs are worth a look
 * @source none (ours: what mm/oom_kill.c does under the name is_dump_unreclaim_slabs)
 */
static bool slab_is_suspicious(void)
{
	unsigned long lru = 0;

	for (int item = NR_INACTIVE_ANON; item <= NR_UNEVICTABLE; item++)
		lru += global_node_page_state((enum node_stat_item)item);
	lru += global_node_page_state(NR_ISOLATED_ANON) + global_node_page_state(NR_ISOLATED_FILE);
	return global_node_page_state(NR_SLAB_UNRECLAIMABLE) > lru;
}

/**
 * @brief Report that memory is out.
 *
 * @param oc the request
 * @param victim the process that will be killed, or NULL
 * @source none (ours: what mm/oom_kill.c does under the name dump_header)
 */
void oom_report(const struct oom_control *oc, const struct task *victim)
{
	static const char *const chain[] = { "out_of_memory", "__alloc_pages_may_oom",
					     "__alloc_pages_slowpath", "__alloc_pages_nodemask",
					     NULL };
	static const char *const group_chain[] = { "out_of_memory", "__memcg_kmem_charge_page",
						   "__alloc_pages_nodemask", NULL };
	static const char *const fault_chain[] = { "out_of_memory", "pagefault_out_of_memory",
						   NULL };
	char mask[512];

	gfp_mask_format(oc->gfp_mask, mask, sizeof(mask));
	printk("%s invoked oom-killer: gfp_mask=%s, order=%d, oom_score_adj=%hd\n", current->comm,
	       mask, oc->order, current->oom_score_adj);
	dump_stack(oc->memcg ? group_chain : oc->zonelist ? chain : fault_chain);
	if (oc->memcg) {
		report_memcg(oc->memcg);
	} else {
		show_mem(SHOW_MEM_FILTER_NODES, oc->nodemask);
		/* departs: 5.8.18 lists each slab cache; this model has one sum for all of them. */
		if (slab_is_suspicious())
			printk("Unreclaimable slab info:\n%lukB in all caches\n",
			       pages_to_kb(global_node_page_state(NR_SLAB_UNRECLAIMABLE)));
	}
	if (world->oom_dump_tasks)
		report_tasks(oc);
	if (victim)
		report_summary(oc, victim);
}

/**
 * @brief Report a death.
 *
 * @param victim the thread that held the memory
 * @param message how the line begins
 * @source mm/oom_kill.c:860
 */
void oom_report_killed(const struct task *victim, const char *message)
{
	const struct mm *mm = victim->mm;

	printk("%s: Killed process %d (%s) total-vm:%lukB, anon-rss:%lukB, file-rss:%lukB, "
	       "shmem-rss:%lukB, UID:%u pgtables:%lukB oom_score_adj:%hd\n",
	       message, victim->pid, victim->comm, pages_to_kb(mm->total_vm),
	       pages_to_kb(mm->rss_anon), pages_to_kb(mm->rss_file), pages_to_kb(mm->rss_shmem),
	       victim->uid, mm->pgtable_bytes >> 10, victim->oom_score_adj);
}
