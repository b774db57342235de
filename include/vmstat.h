/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Counting pages cheaply: totals, and per-CPU differences that are folded in later.
 *
 * A zone's totals are shared by all CPUs, so each CPU first collects its changes in a signed byte
 * of its own and adds them to the total only when they outgrow a threshold. Readers on the
 * allocation path look at the totals alone: they are fast, and wrong by at most the threshold
 * times the number of CPUs.
 */
#ifndef VMSTAT_H
#define VMSTAT_H

#include "machine.h"

static inline unsigned long never_negative(long value)
{
	return value < 0 ? 0 : (unsigned long)value;
}

/**
 * @brief A zone's counter as the fast path reads it.
 *
 * @param zone the zone
 * @param item which counter
 * @return the total without the per-CPU differences; a negative one reads as 0
 * @source include/linux/vmstat.h:205
 */
static inline unsigned long zone_page_state(const struct zone *zone, enum zone_stat_item item)
{
	return never_negative(zone->vm_stat[item]);
}

/**
 * @brief A zone's counter with the differences of all online CPUs.
 *
 * @param zone the zone
 * @param item which counter
 * @return the exact value; a negative one reads as 0
 * @source include/linux/vmstat.h:222
 */
static inline unsigned long zone_page_state_snapshot(const struct zone *zone,
						     enum zone_stat_item item)
{
	long value = zone->vm_stat[item];
	int cpu;

	for_each_online_cpu(cpu)
		value += zone->pageset[cpu].vm_stat_diff[item];
	return never_negative(value);
}

/** The whole machine's total of a zone counter, without the per-CPU differences. */
static inline unsigned long global_zone_page_state(enum zone_stat_item item)
{
	return never_negative(world->vm_zone_stat[item]);
}

static inline unsigned long node_page_state(const struct pglist_data *pgdat,
					    enum node_stat_item item)
{
	return never_negative(pgdat->vm_stat[item]);
}

static inline unsigned long global_node_page_state(enum node_stat_item item)
{
	return never_negative(world->vm_node_stat[item]);
}

/** Add to a zone's total and to the machine's. */
static inline void zone_page_state_add(long delta, struct zone *zone, enum zone_stat_item item)
{
	zone->vm_stat[item] += delta;
	world->vm_zone_stat[item] += delta;
}

/**
 * @brief Change a zone's counter on the running CPU.
 *
 * The CPU's difference is folded into the totals when it exceeds the threshold; a difference equal
 * to the threshold stays.
 *
 * @param zone the zone
 * @param item which counter
 * @param delta the change; 0 still folds when the threshold has been lowered in the meantime
 * @source mm/vmstat.c:316
 */
static inline void __mod_zone_page_state(struct zone *zone, enum zone_stat_item item, long delta)
{
	struct per_cpu_pageset *pageset = &zone->pageset[smp_processor_id()];
	long difference = delta + pageset->vm_stat_diff[item];
	long threshold = pageset->stat_threshold;

	if (unlikely(difference > threshold || difference < -threshold)) {
		zone_page_state_add(difference, zone, item);
		difference = 0;
	}
	pageset->vm_stat_diff[item] = (s8)difference;
}

/**
 * @brief Count free pages in or out.
 *
 * @param zone the zone
 * @param nr_pages pages, negative when they leave
 * @param migratetype their type: CMA pages are counted a second time
 * @source include/linux/vmstat.h:382
 */
static inline void __mod_zone_freepage_state(struct zone *zone, long nr_pages, int migratetype)
{
	__mod_zone_page_state(zone, NR_FREE_PAGES, nr_pages);
	if (is_migrate_cma(migratetype))
		__mod_zone_page_state(zone, NR_FREE_CMA_PAGES, nr_pages);
}

/* departs: node counters change at once; the kernel's per-CPU differences of them, which no
 * decision of this path reads exactly, are left out. */
static inline void mod_node_page_state(struct pglist_data *pgdat, enum node_stat_item item,
				       long delta)
{
	pgdat->vm_stat[item] += delta;
	world->vm_node_stat[item] += delta;
}

static inline void count_vm_events(enum vm_event event, unsigned long delta)
{
	world->vm_event[event] += delta;
}

#endif
