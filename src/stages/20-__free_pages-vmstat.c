/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 20, part: what CPUs hold back is brought in, once a second and when a CPU is gone.
 *
 * A CPU keeps two things to itself: pages on its lists, and changes of counters (stage 09). About once a
 * second a work item on each CPU **folds** the changes into the totals. With CONFIG_NUMA it also trims
 * lists of far zones that the CPU has stopped using. When a CPU goes offline, another one brings in
 * both for it.
 */
#include "stages/stages.h"
#include "vmstat.h"
#include "world/world.h"

#ifdef CONFIG_NUMA
/** Folds, the one that moved something included, until a far zone's list is trimmed. */
#define EXPIRE_FOLDS 3

/**
 * @brief Trim the list of a remote zone that this CPU has not used lately.
 *
 * @param zone the zone
 * @param pcp the CPU's pages: a batch of them is freed, or all if there are fewer
 * @source mm/page_alloc.c:2880
 */
void drain_zone_pages(struct zone *zone, struct per_cpu_pages *pcp)
{
	local_irq_disable();
	free_pcppages_bulk(zone, pcp->batch, pcp);
	local_irq_enable();
}

/**
 * @brief Has the running CPU left the pages of a far zone unused for long enough?
 *
 * @param zone the zone, just folded
 * @return true when its list was trimmed
 * @source mm/vmstat.c:745
 */
static bool expire_pageset(struct zone *zone)
{
	struct per_cpu_pageset *pageset = &zone->pageset[smp_processor_id()];

	if (!pageset->expire || !pageset->pcp.count)
		return false;
	/* The near zones are those the CPU will want again. */
	if (zone_to_nid(zone) == numa_node_id()) {
		pageset->expire = 0;
		return false;
	}
	if (--pageset->expire)
		return false;
	drain_zone_pages(zone, &pageset->pcp);
	return true;
}
#endif

/**
 * @brief Fold what the running CPU holds back of zones and nodes into the totals.
 *
 * The counters of memory cgroups' lists are not among them: those are folded only when they outgrow their
 * threshold.
 *
 * @param do_pagesets trim lists of far zones too (CONFIG_NUMA)
 * @return how much there was to do; 0 when nothing
 * @source mm/vmstat.c:745
 */
int refresh_cpu_vm_stats(bool do_pagesets)
{
	struct vmstat_sums sums = { 0 };
	int changes = 0, cpu = smp_processor_id(), nid;
	struct zone *zone;

	for_each_populated_zone(nid, zone) {
#ifdef CONFIG_NUMA
		if (zone_differences_fold(zone, cpu, &sums))
			zone->pageset[cpu].expire = EXPIRE_FOLDS;
		if (do_pagesets)
			changes += expire_pageset(zone);
#else
		(void)do_pagesets;
		zone_differences_fold(zone, cpu, &sums);
#endif
	}
	for_each_online_node(nid)
		node_differences_fold(NODE_DATA(nid), cpu, &sums);
	return changes + vmstat_sums_apply(&sums);
}

/**
 * @brief The work item of the running CPU: fold, and come again if there was anything to do.
 *
 * @return true when there was
 * @source mm/vmstat.c:1817
 */
static bool vmstat_update(void)
{
	u64 bit = 1ull << smp_processor_id();

	world->vmstat_work_pending &= ~bit;
	if (!refresh_cpu_vm_stats(true))
		return false;
	world->vmstat_work_pending |= bit;
	return true;
}

/**
 * @brief A second has passed: let each CPU fold that has announced it, or that holds anything back.
 *
 * @return true when some CPU had anything to fold
 * @source none (ours: what mm/vmstat.c does under the same name, and the timers of the work items)
 */
/* departs: in 5.8.18 each CPU's work item has a timer of its own, and waits while the CPU sleeps; here all
 * are due at the full second, and each CPU in turn becomes the running one. */
bool vmstat_shepherd(void)
{
	int running = world->this_cpu, cpu;
	bool any = false;

	for_each_online_cpu(cpu) {
		world->this_cpu = cpu;
		if ((world->vmstat_work_pending >> cpu & 1) || need_update(cpu))
			any |= vmstat_update();
	}
	world->this_cpu = running;
	return any;
}

/**
 * @brief The running CPU has nothing to do: fold now, instead of waking up for it later.
 *
 * Lists of far zones are left alone. The work item stays announced.
 *
 * @source none (ours: what mm/vmstat.c does under the same name)
 */
/* departs: in 5.8.18 every CPU comes here when it falls idle; here only the running one, when its task sleeps
 * and no daemon can run. One that is left for another folds at the full second. */
void quiet_vmstat(void)
{
	int cpu = smp_processor_id();

	if (world->running && (world->vmstat_work_pending >> cpu & 1) && need_update(cpu))
		refresh_cpu_vm_stats(false);
}

/**
 * @brief A write to vm.stat_refresh: fold what every CPU holds back, as their work items do.
 *
 * @source none (ours: what mm/vmstat.c does under the name vmstat_refresh)
 */
/* departs: 5.8.18 then complains about totals below 0, which tell that something was counted wrongly; here
 * nobody looks for them. */
void vmstat_refresh(void)
{
	int running = world->this_cpu, cpu;

	for_each_online_cpu(cpu) {
		world->this_cpu = cpu;
		refresh_cpu_vm_stats(true);
	}
	world->this_cpu = running;
}

/**
 * @brief A CPU went offline: its pages and its counter differences go back.
 *
 * The pages are counted as free by the CPU that does this.
 *
 * @param cpu the CPU that is gone
 * @source mm/page_alloc.c:7625
 */
/* departs: 5.8.18 first puts the CPU's batches of pages on their LRU lists, and then adds its counts of
 * events to those of the running CPU; here neither is kept by CPU. */
void page_alloc_cpu_dead(int cpu)
{
	drain_pages(cpu);
	cpu_vm_stats_fold(cpu);
}
