/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The tree of memory cgroups, as the charge and the OOM killer both ask about it, and the counters
 * of their LRU lists.
 */
#include <stdlib.h>

#include "vmstat.h"
#include "world/world.h"

/**
 * @brief Is a group another one or below it?
 *
 * @param memcg the group
 * @param root the other
 * @return true when a charge to the first counts in the second
 * @source none (ours: what the kernel does under the name mem_cgroup_is_descendant)
 */
bool memcg_is_below(const struct mem_cgroup *memcg, const struct mem_cgroup *root)
{
	if (root->no_hierarchy)
		return memcg == root;
	while (memcg && memcg != root)
		memcg = memcg->parent;
	return memcg != NULL;
}

/**
 * @brief The group that a group counts in.
 *
 * @param memcg the group
 * @return the group above; NULL for the root, and for one that does not count in the group above
 * @source none (ours: what include/linux/memcontrol.h does under the same name)
 */
struct mem_cgroup *parent_mem_cgroup(const struct mem_cgroup *memcg)
{
	return memcg->memory.parent ? memcg->parent : NULL;
}

/**
 * @brief The number of a group.
 *
 * @param memcg the group; NULL: the root
 * @return the number
 * @source none (ours: what include/linux/memcontrol.h does under the same name)
 */
unsigned int mem_cgroup_id(const struct mem_cgroup *memcg)
{
	return memcg ? memcg->id : ROOT_MEM_CGROUP_ID;
}

/**
 * @brief The group with a number.
 *
 * @param id the number
 * @return the group; NULL when there is none
 * @source none (ours: what mm/memcontrol.c does under the name mem_cgroup_from_id)
 */
struct mem_cgroup *mem_cgroup_by_id(unsigned int id)
{
	struct mem_cgroup *memcg = world->mem_cgroups;

	if (id == ROOT_MEM_CGROUP_ID)
		return &world->root_mem_cgroup;
	while (memcg && memcg->id != id)
		memcg = memcg->next;
	return memcg;
}

/**
 * @brief The next process of a group, in the order in which they came into it. Groups below it are not looked at.
 *
 * @param memcg the group
 * @param before the leader of one of its processes; NULL to begin with
 * @return the leader of the next one, or NULL after the last
 * @source none (ours: what kernel/cgroup/cgroup.c does under the name css_task_iter_next)
 */
/* departs: a process whose first thread has ended comes after the others in 5.8.18; here it keeps its place. */
struct task *memcg_next_process(const struct mem_cgroup *memcg, const struct task *before)
{
	struct task *process, *next = NULL;
	bool passed = !before;

	for (process = next_process(NULL); process; process = next_process(process)) {
		/* Of those that joined at the same time, the ones behind `before` on the list follow it. */
		unsigned long earliest = before ? before->memcg_joined + !passed : 0;

		if (process == before)
			passed = true;
		else if (process->memcg == memcg && process->memcg_joined >= earliest &&
			 (!next || process->memcg_joined < next->memcg_joined))
			next = process;
	}
	return next;
}

/**
 * @brief A counter of a group, with the groups below it, as its memory.stat shows it.
 *
 * @param memcg the group
 * @param item which counter
 * @return the sum over all nodes without what CPUs hold back; a negative one reads as 0
 * @source none (ours: what include/linux/memcontrol.h does under the same name)
 */
/* departs: 5.8.18 has counters of the group as a whole besides those of each node, and folds the former by themselves.
 * On one node both are the same. */
unsigned long memcg_page_state(struct mem_cgroup *memcg, enum node_stat_item item)
{
	long sum = 0;
	int nid;

	for_each_online_node(nid)
		sum += mem_cgroup_lruvec(memcg, NODE_DATA(nid))->lruvec_stat[item];
	return never_negative(sum);
}

/**
 * @brief Count an event of a group, and on v2 of the groups above it too; the root counts only its own.
 *
 * @param memcg the group
 * @param event what happened
 * @source none (ours: what include/linux/memcontrol.h does under the same name)
 */
void memcg_memory_event(struct mem_cgroup *memcg, enum memcg_memory_event event)
{
	bool alone = world->memcg_legacy || world->memcg_local_events;

	memcg->memory_events_local[event]++;
	do {
		memcg->memory_events[event]++;
		memcg = memcg->parent;
	} while (!alone && memcg && memcg != &world->root_mem_cgroup);
}

/**
 * @brief The group that dies as a whole when one of its processes is killed.
 *
 * @param victim the process
 * @param oom_domain the group at its limit; NULL: all of memory
 * @return the topmost group that is set up that way, from the victim's up to the domain itself; or NULL
 * @source none (ours: what mm/memcontrol.c does under the name mem_cgroup_get_oom_group)
 */
struct mem_cgroup *mem_cgroup_oom_group(const struct task *victim,
					const struct mem_cgroup *oom_domain)
{
	struct mem_cgroup *memcg, *group = NULL;

	if (world->memcg_legacy)
		return NULL;
	for (memcg = victim->memcg; memcg->parent; memcg = memcg->parent) {
		if (memcg->oom_group)
			group = memcg;
		if (memcg == oom_domain)
			break;
	}
	return group;
}

/**
 * @brief Make the lists of a memory cgroup, one set per node.
 *
 * @param memcg the group
 * @return false when the host has no memory
 * @source none (ours: 5.8.18 makes them together with the group)
 */
static bool memcg_make_lruvecs(struct mem_cgroup *memcg)
{
	memcg->lruvecs = calloc(MAX_NUMNODES, sizeof(*memcg->lruvecs));
	for (int nid = 0; memcg->lruvecs && nid < MAX_NUMNODES; nid++) {
		for (int lru = 0; lru < NR_LRU_LISTS; lru++)
			INIT_LIST_HEAD(&memcg->lruvecs[nid].lists[lru]);
		memcg->lruvecs[nid].memcg = memcg;
		memcg->lruvecs[nid].pgdat = NODE_DATA(nid);
	}
	return memcg->lruvecs != NULL;
}

/**
 * @brief The lists of a memory cgroup on a node.
 *
 * @param memcg the group; NULL or the root: the node's own lists
 * @param pgdat the node
 * @return the lists
 * @source none (ours: what include/linux/memcontrol.h does under the same name)
 */
struct lruvec *mem_cgroup_lruvec(struct mem_cgroup *memcg, struct pglist_data *pgdat)
{
	/* departs: without memory for the group's lists its pages go to the node's. */
	if (memcg == &world->root_mem_cgroup ||
	    (memcg && !memcg->lruvecs && !memcg_make_lruvecs(memcg)))
		memcg = NULL;
	return memcg ? &memcg->lruvecs[pgdat->node_id] : &pgdat->lruvec;
}

/**
 * @brief The lists of the group above, on the same node.
 *
 * @param lruvec the lists
 * @return those of the group that its group counts in; NULL where there is none
 * @source none (ours: what include/linux/memcontrol.h does under the same name)
 */
struct lruvec *parent_lruvec(const struct lruvec *lruvec)
{
	struct mem_cgroup *parent = lruvec->memcg ? parent_mem_cgroup(lruvec->memcg) : NULL;

	return parent ? mem_cgroup_lruvec(parent, lruvec->pgdat) : NULL;
}

/**
 * @brief Swap space that a group may still use.
 *
 * @param memcg the group; NULL: the root
 * @return pages; on v2 no more than the limits of the group and of those above it leave
 * @source none (ours: what mm/memcontrol.c does under the name mem_cgroup_get_nr_swap_pages)
 */
/* departs: what groups have in swap is not counted, so a limit is judged by what a snapshot or a user says of that. */
unsigned long mem_cgroup_nr_swap_pages(const struct mem_cgroup *memcg)
{
	unsigned long pages = world->nr_swap_pages;

	if (world->memcg_legacy)
		return pages;
	for (; memcg && memcg->parent; memcg = memcg->parent)
		pages = min_ul(pages, never_negative((long)memcg->swap.max - memcg->swap.usage));
	return pages;
}

/**
 * @brief Add to a counter of LRU lists, and to those of every group above.
 *
 * @param delta the change
 * @param lruvec the lists
 * @param item which counter
 * @source none (ours: a step of what mm/memcontrol.c does under the name __mod_lruvec_state)
 */
static void lruvec_state_add(long delta, struct lruvec *lruvec, enum node_stat_item item)
{
	for (; lruvec; lruvec = parent_lruvec(lruvec))
		lruvec->lruvec_stat[item] += delta;
}

/**
 * @brief Change a counter of LRU lists, and the node's with it, on the running CPU.
 *
 * The two have differences of their own: the node's is folded beyond the node's threshold, this one
 * beyond 32 pages, into these lists' counter and those of all groups above.
 *
 * @param lruvec the lists
 * @param item which counter
 * @param delta the change
 * @source none (ours: what mm/memcontrol.c does under the name __mod_lruvec_state)
 */
void mod_lruvec_state(struct lruvec *lruvec, enum node_stat_item item, long delta)
{
	s8 *held_back = &lruvec->lruvec_stat_cpu[smp_processor_id()][item];
	long difference = delta + *held_back;

	mod_node_page_state(lruvec->pgdat, item, delta);
	if (mem_cgroup_disabled())
		return;
	if (labs(difference) > (long)MEMCG_CHARGE_BATCH) {
		lruvec_state_add(difference, lruvec, item);
		difference = 0;
	}
	*held_back = (s8)difference;
}

/**
 * @brief Change a counter of the lists that a page belongs on.
 *
 * @param page the page
 * @param item which counter
 * @param delta the change
 * @source none (ours: what include/linux/memcontrol.h does under the same name)
 */
void mod_lruvec_page_state(const struct page *page, enum node_stat_item item, long delta)
{
	mod_lruvec_state(mem_cgroup_lruvec(page->mem_cgroup, page_zone(page)->zone_pgdat), item,
			 delta);
}

/**
 * @brief Fold what a CPU holds back of one set of LRU lists.
 *
 * @param lruvec the lists
 * @param cpu the CPU
 * @source none (ours: a step of what mm/memcontrol.c does under the name memcg_hotplug_cpu_dead)
 */
static void lruvec_fold(struct lruvec *lruvec, int cpu)
{
	for (int item = 0; item < NR_VM_NODE_STAT_ITEMS; item++) {
		lruvec_state_add(lruvec->lruvec_stat_cpu[cpu][item], lruvec,
				 (enum node_stat_item)item);
		lruvec->lruvec_stat_cpu[cpu][item] = 0;
	}
}

/**
 * @brief Fold what a CPU holds back of the LRU lists of all groups.
 *
 * @param cpu the CPU
 * @source none (ours: a step of what mm/memcontrol.c does under the name memcg_hotplug_cpu_dead)
 */
void lruvec_stats_fold(int cpu)
{
	const struct mem_cgroup *memcg;
	int nid;

	for_each_online_node(nid) {
		lruvec_fold(&NODE_DATA(nid)->lruvec, cpu);
		for (memcg = world->mem_cgroups; memcg; memcg = memcg->next)
			if (memcg->lruvecs)
				lruvec_fold(&memcg->lruvecs[nid], cpu);
	}
}
