/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief How far a CPU's counters may drift from the totals, and folding them in.
 */
#include "vmstat.h"

#include "world/world.h"

#define MAX_THRESHOLD 125

/**
 * @brief Threshold of a zone's counters when memory is not short.
 *
 * @param zone the zone
 * @return pages a CPU may hold back; grows with CPUs and with zone size, slowly
 * @source mm/vmstat.c:196
 */
int calculate_normal_threshold(const struct zone *zone)
{
	unsigned long units = zone->managed_pages >> (27 - PAGE_SHIFT); /* of 128 MiB */
	int threshold = 2 * fls_long((unsigned long)num_online_cpus()) * (1 + fls_long(units));

	return threshold < MAX_THRESHOLD ? threshold : MAX_THRESHOLD;
}

/**
 * @brief Threshold while kswapd works: drift must not hide that min is reached.
 *
 * @param zone the zone
 * @return pages a CPU may hold back, 1 to 125
 * @source mm/vmstat.c:172
 */
int calculate_pressure_threshold(const struct zone *zone)
{
	long distance = (long)(low_wmark_pages(zone) - min_wmark_pages(zone));
	long threshold = distance / num_online_cpus();

	if (threshold < 1)
		return 1;
	return threshold < MAX_THRESHOLD ? (int)threshold : MAX_THRESHOLD;
}

/**
 * @brief Set the threshold of every online CPU for one zone.
 *
 * @param zone the zone
 * @param threshold pages
 * @source mm/vmstat.c:246
 */
static void zone_set_threshold(struct zone *zone, int threshold)
{
	int cpu;

	for_each_online_cpu(cpu)
		zone->pageset[cpu].stat_threshold = (s8)threshold;
}

/**
 * @brief Let the counters of a node drift as far as those of one of its zones, if not farther already.
 *
 * @param pgdat the node
 * @param cpu the CPU
 * @param threshold the zone's
 * @source mm/vmstat.c:246
 */
void node_raise_threshold(struct pglist_data *pgdat, int cpu, int threshold)
{
	struct per_cpu_nodestat *nodestat = &pgdat->per_cpu_nodestats[cpu];

	if (nodestat->stat_threshold < threshold)
		nodestat->stat_threshold = (s8)threshold;
}

/**
 * @brief Compute all thresholds, and where the cheap counter can no longer be trusted.
 *
 * Runs near the end of boot, and whenever a CPU has come or gone. A node gets the largest threshold of its
 * zones. The drift mark, once set, is never cleared by a later call that would not set it.
 *
 * @source mm/vmstat.c:246
 */
void refresh_zone_stat_thresholds(void)
{
	struct zone *zone;
	int nid, cpu;

	for_each_online_node(nid)
		for_each_online_cpu(cpu)
			NODE_DATA(nid)->per_cpu_nodestats[cpu].stat_threshold = 0;
	for_each_populated_zone(nid, zone) {
		int threshold = calculate_normal_threshold(zone);
		unsigned long drift = (unsigned long)(num_online_cpus() * threshold);

		zone_set_threshold(zone, threshold);
		for_each_online_cpu(cpu)
			node_raise_threshold(zone->zone_pgdat, cpu, threshold);
		if (drift > low_wmark_pages(zone) - min_wmark_pages(zone))
			zone->percpu_drift_mark = high_wmark_pages(zone) + drift;
	}
}

/**
 * @brief Change the thresholds of a node's zones when kswapd wakes or goes to sleep.
 *
 * Only of zones with a drift mark, and not those of the node's own counters.
 *
 * @param pgdat the node
 * @param threshold calculate_normal_threshold() or calculate_pressure_threshold()
 * @source mm/vmstat.c:291
 */
void set_pgdat_percpu_threshold(struct pglist_data *pgdat, int (*threshold)(const struct zone *))
{
	for (int zid = 0; zid < pgdat->nr_zones; zid++) {
		struct zone *zone = &pgdat->node_zones[zid];

		if (zone->percpu_drift_mark)
			zone_set_threshold(zone, threshold(zone));
	}
}

/**
 * @brief Fold what a CPU holds back of a zone's counters into the zone's totals.
 *
 * @param zone the zone
 * @param cpu the CPU
 * @param sums what was folded, item by item, is added here
 * @return true when there was anything
 * @source mm/vmstat.c:745
 */
bool zone_differences_fold(struct zone *zone, int cpu, struct vmstat_sums *sums)
{
	struct per_cpu_pageset *pageset = &zone->pageset[cpu];
	bool any = false;

	for (int item = 0; item < NR_VM_ZONE_STAT_ITEMS; item++) {
		zone->vm_stat[item] += pageset->vm_stat_diff[item];
		sums->zone[item] += pageset->vm_stat_diff[item];
		any |= pageset->vm_stat_diff[item] != 0;
		pageset->vm_stat_diff[item] = 0;
	}
#ifdef CONFIG_NUMA
	for (int item = 0; item < NR_VM_NUMA_STAT_ITEMS; item++) {
		zone->vm_numa_stat[item] += pageset->vm_numa_stat_diff[item];
		sums->numa[item] += pageset->vm_numa_stat_diff[item];
		any |= pageset->vm_numa_stat_diff[item] != 0;
		pageset->vm_numa_stat_diff[item] = 0;
	}
#endif
	return any;
}

/**
 * @brief Fold what a CPU holds back of a node's counters into the node's totals.
 *
 * @param pgdat the node
 * @param cpu the CPU
 * @param sums what was folded, item by item, is added here
 * @source mm/vmstat.c:745
 */
void node_differences_fold(struct pglist_data *pgdat, int cpu, struct vmstat_sums *sums)
{
	s8 *difference = pgdat->per_cpu_nodestats[cpu].vm_node_stat_diff;

	for (int item = 0; item < NR_VM_NODE_STAT_ITEMS; item++) {
		pgdat->vm_stat[item] += difference[item];
		sums->node[item] += difference[item];
		difference[item] = 0;
	}
}

/**
 * @brief Add what was folded to the totals of the whole machine.
 *
 * @param sums what was folded
 * @return how many of the sums are not 0
 * @source none (ours: what mm/vmstat.c does under the name fold_diff)
 */
int vmstat_sums_apply(const struct vmstat_sums *sums)
{
	int changes = 0;

	for (int item = 0; item < NR_VM_ZONE_STAT_ITEMS; item++) {
		world->vm_zone_stat[item] += sums->zone[item];
		changes += sums->zone[item] != 0;
	}
	for (int item = 0; item < NR_VM_NUMA_STAT_ITEMS; item++)
		changes += sums->numa[item] != 0;
	for (int item = 0; item < NR_VM_NODE_STAT_ITEMS; item++) {
		world->vm_node_stat[item] += sums->node[item];
		changes += sums->node[item] != 0;
	}
	return changes;
}

/**
 * @brief Fold everything a CPU holds back into the totals: of zones, of nodes, and where allocations landed.
 *
 * @param cpu the CPU, which has gone offline
 * @source mm/vmstat.c:847
 */
void cpu_vm_stats_fold(int cpu)
{
	struct vmstat_sums sums = { 0 };
	struct zone *zone;
	int nid;

	for_each_populated_zone(nid, zone)
		zone_differences_fold(zone, cpu, &sums);
	for_each_online_node(nid)
		node_differences_fold(NODE_DATA(nid), cpu, &sums);
	vmstat_sums_apply(&sums);
}

/**
 * @brief Does a CPU hold anything back of a zone?
 *
 * @param pageset the CPU's share of the zone
 * @return true when one of the differences is not 0
 * @source none (ours: a step of what mm/vmstat.c does under the name need_update)
 */
static bool pageset_has_differences(const struct per_cpu_pageset *pageset)
{
	bool any = false;

	for (int item = 0; item < NR_VM_ZONE_STAT_ITEMS; item++)
		any |= pageset->vm_stat_diff[item] != 0;
#ifdef CONFIG_NUMA
	for (int item = 0; item < NR_VM_NUMA_STAT_ITEMS; item++)
		any |= pageset->vm_numa_stat_diff[item] != 0;
#endif
	return any;
}

/**
 * @brief Is there anything to fold for a CPU?
 *
 * @param cpu the CPU
 * @return true when it holds back something of a zone; what it holds back of nodes is not looked at
 * @source none (ours: what mm/vmstat.c does under the same name)
 */
bool need_update(int cpu)
{
	struct zone *zone;
	int nid;

	for_each_populated_zone(nid, zone)
		if (pageset_has_differences(&zone->pageset[cpu]))
			return true;
	return false;
}
