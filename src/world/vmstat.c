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
 * @brief Compute all thresholds, and where the cheap counter can no longer be trusted.
 *
 * The drift mark, once set, is never cleared by a later call that would not set it.
 *
 * @source mm/vmstat.c:246
 */
void refresh_zone_stat_thresholds(void)
{
	struct zone *zone;
	int nid;

	for_each_populated_zone(nid, zone) {
		int threshold = calculate_normal_threshold(zone);
		unsigned long drift = (unsigned long)(num_online_cpus() * threshold);

		zone_set_threshold(zone, threshold);
		if (drift > low_wmark_pages(zone) - min_wmark_pages(zone))
			zone->percpu_drift_mark = high_wmark_pages(zone) + drift;
	}
}

/**
 * @brief Change the thresholds of a node's zones when kswapd wakes or goes to sleep.
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
 * @brief Fold everything a CPU holds back into the totals.
 *
 * @param cpu the CPU, about to go offline
 * @source mm/vmstat.c:847
 */
void cpu_vm_stats_fold(int cpu)
{
	struct zone *zone;
	int nid;

	for_each_populated_zone(nid, zone) {
		s8 *difference = zone->pageset[cpu].vm_stat_diff;

		for (int item = 0; item < NR_VM_ZONE_STAT_ITEMS; item++) {
			zone_page_state_add(difference[item], zone, (enum zone_stat_item)item);
			difference[item] = 0;
		}
	}
}
