/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 18, part: the report that the OOM killer writes into the log.
 *
 * Who asked for what; the state of memory, or of the memory cgroup that is at its limit; the
 * processes that could be chosen; and one line for programs that says which one was.
 */
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

/** A number of memory.stat: counters of the group's lists, one or several in a row, or events. */
struct memcg_stat {
	const char *name;
	enum node_stat_item first; /**< NR_VM_NODE_STAT_ITEMS: it is no counter */
	enum node_stat_item last;
	unsigned long unit;	     /**< of a counter, in what is printed */
	enum memcg_stat_event event; /**< where it is no counter */
};

#define SUM(name, first, last, unit)                          \
	{                                                     \
		name, first, last, unit, NR_MEMCG_STAT_EVENTS \
	}
#define BYTES(name, item) SUM(name, item, item, PAGE_SIZE)
#define COUNT(name, item) SUM(name, item, item, 1)
#define EVENT(name, event)                                                   \
	{                                                                    \
		name, NR_VM_NODE_STAT_ITEMS, NR_VM_NODE_STAT_ITEMS, 0, event \
	}

/** The numbers of memory.stat, in their order. */
static const struct memcg_stat memcg_stats[] = {
	BYTES("anon", NR_ANON_MAPPED),
	BYTES("file", NR_FILE_PAGES),
	EVENT("kernel_stack", MEMCG_KERNEL_STACK),
	SUM("slab", NR_SLAB_RECLAIMABLE, NR_SLAB_UNRECLAIMABLE, PAGE_SIZE),
	EVENT("sock", MEMCG_SOCK),
	BYTES("shmem", NR_SHMEM),
	BYTES("file_mapped", NR_FILE_MAPPED),
	BYTES("file_dirty", NR_FILE_DIRTY),
	BYTES("file_writeback", NR_WRITEBACK),
	SUM("anon_thp", NR_ANON_THPS, NR_ANON_THPS, PAGE_SIZE *pageblock_nr_pages),
	BYTES("inactive_anon", NR_INACTIVE_ANON),
	BYTES("active_anon", NR_ACTIVE_ANON),
	BYTES("inactive_file", NR_INACTIVE_FILE),
	BYTES("active_file", NR_ACTIVE_FILE),
	BYTES("unevictable", NR_UNEVICTABLE),
	BYTES("slab_reclaimable", NR_SLAB_RECLAIMABLE),
	BYTES("slab_unreclaimable", NR_SLAB_UNRECLAIMABLE),
	EVENT("pgfault", MEMCG_PGFAULT),
	EVENT("pgmajfault", MEMCG_PGMAJFAULT),
	COUNT("workingset_refault", WORKINGSET_REFAULT),
	COUNT("workingset_activate", WORKINGSET_ACTIVATE),
	COUNT("workingset_restore", WORKINGSET_RESTORE),
	COUNT("workingset_nodereclaim", WORKINGSET_NODERECLAIM),
	EVENT("pgrefill", MEMCG_PGREFILL),
	EVENT("pgscan", MEMCG_PGSCAN),
	EVENT("pgsteal", MEMCG_PGSTEAL),
	EVENT("pgactivate", MEMCG_PGACTIVATE),
	EVENT("pgdeactivate", MEMCG_PGDEACTIVATE),
	EVENT("pglazyfree", MEMCG_PGLAZYFREE),
	EVENT("pglazyfreed", MEMCG_PGLAZYFREED),
	EVENT("thp_fault_alloc", MEMCG_THP_FAULT_ALLOC),
	EVENT("thp_collapse_alloc", MEMCG_THP_COLLAPSE_ALLOC),
};

/**
 * @brief One number of a group's memory.stat.
 *
 * @param memcg the group
 * @param stat which one
 * @return what is printed
 * @source none (ours: a part of mm/memcontrol.c's memory_stat_format)
 */
static unsigned long memcg_stat_value(struct mem_cgroup *memcg, const struct memcg_stat *stat)
{
	unsigned long value = 0;

	if (stat->first == NR_VM_NODE_STAT_ITEMS)
		return memcg->stat_events[stat->event];
	for (enum node_stat_item item = stat->first; item <= stat->last; item++)
		value += memcg_page_state(memcg, item);
	return value * stat->unit;
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
/* departs: nothing here adds to the events of a group's memory.stat, to its kernel stacks and sockets, or to the swap that it has
 * on v2. What a snapshot or a user says of them is kept, and printed. */
static void report_memcg(struct mem_cgroup *memcg)
{
	/* Step 1: its counters */
	report_counter("memory", &memcg->memory);
	if (world->memcg_legacy) {
		report_counter("memory+swap", &memcg->memsw);
		report_counter("kmem", &memcg->kmem);
	} else {
		report_counter("swap", &memcg->swap);
	}

	/* Step 2: its statistics, in bytes or events */
	printk("Memory cgroup stats for %s:\n", memcg->path);
	for (size_t i = 0; i < ARRAY_SIZE(memcg_stats); i++)
		printk("%s %lu\n", memcg_stats[i].name, memcg_stat_value(memcg, &memcg_stats[i]));
}

/**
 * @brief One line of the table of processes.
 *
 * The user's number has a sign here and in the line for programs, but not in the line of the kill.
 *
 * @param process its leader
 * @param request the request
 * @return true: the table goes on
 * @source none (ours: what mm/oom_kill.c does under the name dump_task)
 */
static bool report_task(struct task *process, void *request)
{
	const struct task *task = find_task_mm(process);

	if (!oom_killable(process) || !oom_cpuset_eligible(process, request) || !task)
		return true;
	printk("[%7d] %5d %5d %8lu %8lu %8lu %8lu         %5hd %s\n", task->pid, (int)task->uid,
	       task->tgid, task->mm->total_vm, mm_rss(task->mm), task->mm->pgtable_bytes,
	       task->mm->swap_entries, process->oom_score_adj, task->comm);
	return true;
}

/**
 * @brief The table of processes that could be chosen.
 *
 * @param oc the request
 * @source none (ours: what mm/oom_kill.c does under the name dump_tasks)
 */
static void report_tasks(struct oom_control *oc)
{
	printk("Tasks state (memory values in pages):\n");
	printk("[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj "
	       "name\n");
	oom_scan(oc, report_task, oc);
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
	char nodes[NODES_TEXT_SIZE], allowed[NODES_TEXT_SIZE];

	nodemask_format(oc->nodemask, nodes, sizeof(nodes));
	nodemask_format(&current->mems_allowed, allowed, sizeof(allowed));
	printk("oom-kill:constraint=%s,nodemask=%s,cpuset=%s,mems_allowed=%s%s%s,task_memcg=%s,"
	       "task=%s,pid=%d,uid=%d\n",
	       constraints[oc->constraint], nodes, current->cpuset->name, allowed,
	       oc->memcg ? ",oom_memcg=" : ",global_oom", oc->memcg ? oc->memcg->path : "",
	       victim->memcg->path, victim->comm, victim->pid, (int)victim->uid);
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
 * @brief By which functions of this path the killer was asked.
 *
 * @param oc the request
 * @return their names, the last called first
 * @source none (ours: stands for a walk over the stack)
 */
static const char *const *call_chain(const struct oom_control *oc)
{
	static const char *const request[] = { "out_of_memory", "__alloc_pages_may_oom",
					       "__alloc_pages_slowpath", "__alloc_pages_nodemask",
					       NULL };
	static const char *const charge[] = { "out_of_memory", "mem_cgroup_out_of_memory",
					      "try_charge", NULL };
	static const char *const hand[] = { "out_of_memory", "sysrq_oom", NULL };
	static const char *const fault[] = { "out_of_memory", "pagefault_out_of_memory", NULL };

	if (oc->memcg)
		return charge;
	if (is_sysrq_oom(oc))
		return hand;
	return oc->zonelist ? request : fault;
}

/**
 * @brief Report that memory is out.
 *
 * @param oc the request
 * @param victim the process that will be killed, or NULL
 * @source none (ours: what mm/oom_kill.c does under the name dump_header)
 */
void oom_report(struct oom_control *oc, const struct task *victim)
{
	char mask[GFP_TEXT_SIZE];

	gfp_mask_format(oc->gfp_mask, mask, sizeof(mask));
	printk("%s invoked oom-killer: gfp_mask=%s, order=%d, oom_score_adj=%hd\n", current->comm,
	       mask, oc->order, process_of(current)->oom_score_adj);
	dump_stack(call_chain(oc));
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
	       victim->uid, mm->pgtable_bytes >> 10, process_of(victim)->oom_score_adj);
}

/**
 * @brief Report that a victim's memory stays, because init shares it.
 *
 * @param victim the thread that was killed
 * @param init the first process
 * @source mm/oom_kill.c:860
 */
void oom_report_pinned(const struct task *victim, const struct task *init)
{
	printk("oom killer %d (%s) has mm pinned by %d (%s)\n", victim->pid, victim->comm,
	       init->pid, init->comm);
}

/**
 * @brief Report that a group dies as a whole.
 *
 * @param memcg the group
 * @source none (ours: what mm/memcontrol.c does under the name mem_cgroup_print_oom_group)
 */
void oom_report_group(const struct mem_cgroup *memcg)
{
	printk("Tasks in %s are going to be killed due to memory.oom.group set\n", memcg->path);
}
