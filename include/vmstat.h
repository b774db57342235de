/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Counting pages cheaply: totals, and per-CPU differences that are folded in later.
 *
 * The totals of a zone or a node are shared by all CPUs, so each CPU first collects its changes in a
 * signed byte of its own and adds them to the total only when they outgrow a threshold, or when it
 * has been a second since it last did (stage 20). Most readers look at the totals alone: they are
 * fast, and wrong by at most the threshold times the number of CPUs. The counters of a memory
 * cgroup's lists are kept in the same way, with a threshold of their own.
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

/** A node's counter as everybody reads it, decisions and /proc alike: the total without the per-CPU
 * differences. */
static inline unsigned long node_page_state(const struct pglist_data *pgdat,
					    enum node_stat_item item)
{
	return never_negative(pgdat->vm_stat[item]);
}

/** The whole machine's total of a node counter, without the per-CPU differences. */
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

/** Add to a node's total and to the machine's. */
static inline void node_page_state_add(long delta, struct pglist_data *pgdat,
				       enum node_stat_item item)
{
	pgdat->vm_stat[item] += delta;
	world->vm_node_stat[item] += delta;
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

/**
 * @brief Change a node's counter on the running CPU, as __mod_zone_page_state() does a zone's.
 *
 * @param pgdat the node
 * @param item which counter
 * @param delta the change
 * @source none (ours: what mm/vmstat.c does under the same name)
 */
static inline void mod_node_page_state(struct pglist_data *pgdat, enum node_stat_item item,
				       long delta)
{
	struct per_cpu_nodestat *nodestat = &pgdat->per_cpu_nodestats[smp_processor_id()];
	long difference = delta + nodestat->vm_node_stat_diff[item];
	long threshold = nodestat->stat_threshold;

	if (unlikely(difference > threshold || difference < -threshold)) {
		node_page_state_add(difference, pgdat, item);
		difference = 0;
	}
	nodestat->vm_node_stat_diff[item] = (s8)difference;
}

/**
 * @brief Count one more or one less on the running CPU, and fold generously.
 *
 * Those who count one by one will probably go on in the same direction. When the difference outgrows the
 * threshold, half a threshold more than there is goes to the total, and the CPU begins that far on
 * the other side.
 *
 * @param difference the CPU's difference; changed
 * @param threshold its threshold
 * @param one 1 or -1
 * @return what to add to the total
 * @source none (ours: what mm/vmstat.c does in mod_zone_state and mod_node_state)
 */
static inline long count_with_overstep(s8 *difference, int threshold, int one)
{
	int sum = *difference + one, overstep = one * (threshold >> 1);

	if (likely(sum <= threshold && sum >= -threshold)) {
		*difference = (s8)sum;
		return 0;
	}
	*difference = (s8)-overstep;
	return sum + overstep;
}

/**
 * @brief Count one page in or out of a zone's counter, with overstep.
 *
 * @param zone the zone
 * @param item which counter
 * @param one 1 or -1
 * @source none (ours: inc_zone_page_state and dec_zone_page_state of mm/vmstat.c)
 */
static inline void count_zone_page(struct zone *zone, enum zone_stat_item item, int one)
{
	struct per_cpu_pageset *pageset = &zone->pageset[smp_processor_id()];

	zone_page_state_add(
		count_with_overstep(&pageset->vm_stat_diff[item], pageset->stat_threshold, one),
		zone, item);
}

/**
 * @brief Count one more in a node's counter, with overstep.
 *
 * @param pgdat the node
 * @param item which counter
 * @source none (ours: inc_node_page_state of mm/vmstat.c)
 */
static inline void inc_node_state(struct pglist_data *pgdat, enum node_stat_item item)
{
	struct per_cpu_nodestat *nodestat = &pgdat->per_cpu_nodestats[smp_processor_id()];

	node_page_state_add(count_with_overstep(&nodestat->vm_node_stat_diff[item],
						nodestat->stat_threshold, 1),
			    pgdat, item);
}

/**
 * @brief A counter of LRU lists, the lists of the groups below included.
 *
 * @param lruvec the lists
 * @param item which counter
 * @return the total without what CPUs hold back, up to 32 each for every group; without memory cgroups,
 * the node's
 * @source include/linux/memcontrol.h:644
 */
static inline unsigned long lruvec_page_state(const struct lruvec *lruvec, enum node_stat_item item)
{
	if (mem_cgroup_disabled())
		return node_page_state(lruvec->pgdat, item);
	return never_negative(lruvec->lruvec_stat[item]);
}

#ifdef CONFIG_NUMA
/** Fold a CPU's count of one NUMA event when it would soon overflow 16 bits. */
#define NUMA_STATS_THRESHOLD (UINT16_MAX - 2)

/**
 * @brief Count one NUMA event on the running CPU.
 *
 * @param zone the zone it is counted on
 * @param item which event
 * @source mm/vmstat.c:939
 */
static inline void inc_numa_state(struct zone *zone, enum numa_stat_item item)
{
	u16 *count = &zone->pageset[smp_processor_id()].vm_numa_stat_diff[item];

	if (unlikely(++*count > NUMA_STATS_THRESHOLD)) {
		zone->vm_numa_stat[item] += *count;
		*count = 0;
	}
}
#endif

static inline void count_vm_events(enum vm_event event, unsigned long delta)
{
	world->vm_event[event] += delta;
}

#endif
