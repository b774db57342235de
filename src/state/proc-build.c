/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Making a machine from a sample.
 *
 * What a sample does not say is made up, in the simplest way that leaves a consistent machine: a zone's
 * hole lies before its last pages (after its first, where it does not begin with a whole block of the
 * largest order), pageblocks of one type stand together, free blocks lie in blocks of their type where
 * they fit and never beside a free buddy, and a CPU's pages are movable.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "life/life.h"
#include "memory_map.h"
#include "state/proc.h"
#include "state/state.h"
#include "text/error.h"
#include "world/world.h"

/** Pages after the hole of a zone with holes. */
#define AFTER_HOLE 1024ul

/** Refuse a zone, by name. */
static int refuse_zone(struct pageflow_error *error, int nid, int zid, const char *why)
{
	return error_set(error, "node %d, zone %s: %s", nid, zone_names[zid], why);
}

/** How many of a zone's pages lie after its hole, if it has one? */
static long pages_after_hole(const struct sample_zone *zone)
{
	/* A large block begins at a multiple of its size: the partial one in front is the lesser loss. */
	if (zone->start % (long)MAX_ORDER_NR_PAGES)
		return zone->present - 1;
	return zone->present > 2 * (long)AFTER_HOLE ? (long)AFTER_HOLE : 1;
}

/** Add the ranges where a zone's memory lies: one, or two where it has holes. */
static int add_zone_ranges(const struct sample_zone *zone, int nid, struct memory_range *range)
{
	long end = zone->start + zone->spanned, after = pages_after_hole(zone);

	if (!zone->present)
		return 0;
	if (zone->present == zone->spanned || zone->present == 1)
		after = 0;
	range[0] = (struct memory_range){ (unsigned long)zone->start,
					  (unsigned long)(zone->start + zone->present - after), nid,
					  false };
	if (!after)
		return 1;
	range[1] = (struct memory_range){ (unsigned long)(end - after), (unsigned long)end, nid,
					  false };
	return 2;
}

/** Where memory lies; how many ranges, or -1. */
static int sample_ranges(const struct sample *sample, struct memory_range *range,
			 struct pageflow_error *error)
{
	int count = 0;

	for (int nid = 0; nid < MAX_NUMNODES; nid++)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
			const struct sample_zone *zone = &sample->node[nid].zone[zid];

			if (zone->start < 0 || zone->start >= MAX_PFN || zone->present < 0 ||
			    zone->spanned < zone->present || zone->spanned >= MAX_PFN - zone->start)
				return refuse_zone(error, nid, zid,
						   "expected a zone that spans at least the pages "
						   "that are present");
			count += add_zone_ranges(zone, nid, &range[count]);
		}
	if (!count)
		return error_set(error, "expected a zone with memory");
	if (!memory_ranges_sort(range, count))
		return error_set(error, "expected zones that do not overlap");
	return count;
}

/** Give a zone its size. */
static int make_zone(const struct sample_zone *from, struct zone *zone,
		     struct pageflow_error *error)
{
	struct pglist_data *pgdat = zone->zone_pgdat;

	zone->zone_start_pfn = (unsigned long)from->start;
	zone->spanned_pages = (unsigned long)from->spanned;
	zone->present_pages = (unsigned long)from->present;
	zone->managed_pages = (unsigned long)from->managed;
	zone->initialized = populated_zone(zone);
	zone_pagesets_init(zone, 0, 1);
	if (!zone->pageset)
		return error_set(error, "out of memory");
	pgdat->node_spanned_pages += zone->spanned_pages;
	pgdat->node_present_pages += zone->present_pages;
	world->totalram_pages += zone->managed_pages;
	if (populated_zone(zone))
		pgdat->nr_zones = zone_idx(zone) + 1;
	if (populated_zone(zone) && !pgdat->node_start_pfn)
		pgdat->node_start_pfn = zone->zone_start_pfn;
	return 0;
}

/** Make a node with its zones. */
static int make_node(const struct sample_node *from, int nid, struct pageflow_error *error)
{
	struct pglist_data *pgdat = node_new(nid);

	if (!pgdat)
		return error_set(error, "out of memory");
	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		if (make_zone(&from->zone[zid], &pgdat->node_zones[zid], error))
			return -1;
	return 0;
}

/** Make nodes, zones and struct pages. */
static int make_ground(const struct sample *sample, struct pageflow_error *error)
{
	struct memory_range range[2 * MAX_NUMNODES * MAX_NR_ZONES];
	int count = sample_ranges(sample, range, error), nid;
	struct zone *zone;

	if (count < 0 || memory_map_reserve(range, count, error))
		return -1;
	world->nr_cpus = sample->nr_cpus;
	world->cpu_online = sample->nr_cpus == MAX_CPUS ? ~0ull : (1ull << sample->nr_cpus) - 1;
	for (nid = 0; nid < MAX_NUMNODES; nid++)
		if (sample->node[nid].online && make_node(&sample->node[nid], nid, error))
			return -1;
	for (int i = 0; i < count; i++)
		memmap_init_range(&range[i]);
	for_each_populated_zone(nid, zone)
		set_zone_contiguous(zone);
	node_states_update();
	build_all_zonelists();
	return 0;
}

/* ---- limits and counters ---- */

/** Set a counter of a zone, and the machine's with it. */
static void set_zone_counter(struct zone *zone, int item, long value)
{
	world->vm_zone_stat[item] += value - zone->vm_stat[item];
	zone->vm_stat[item] = value;
}

/** Can a zone's CPUs have such lists? */
static bool pagesets_possible(const struct sample_zone *zone)
{
	for (int cpu = 0; cpu < world->nr_cpus; cpu++) {
		const struct sample_pageset *lists = &zone->cpu[cpu];

		if (lists->count < 0 || lists->count > INT_MAX || lists->high < 0 ||
		    lists->high > INT_MAX || lists->batch < 0 || lists->batch > INT_MAX ||
		    lists->stat_threshold < 0 || lists->stat_threshold > INT8_MAX)
			return false;
	}
	return true;
}

/** Give a CPU's lists their limits; place_pcp() fills them. A refill takes a page at least, said or not. */
static void set_pageset(const struct sample_pageset *from, struct per_cpu_pageset *pageset)
{
	pageset->pcp.count = (int)from->count;
	pageset->pcp.high = (int)from->high;
	pageset->pcp.batch = from->batch ? (int)from->batch : 1;
	pageset->stat_threshold = (s8)from->stat_threshold;
}

/** Give a zone its limits and counters. */
static void set_zone(const struct sample_zone *from, struct zone *zone)
{
	memcpy(zone->_watermark, from->mark, sizeof(zone->_watermark));
	zone->watermark_boost = from->boost;
	zone->nr_reserved_highatomic = from->highatomic;
	memcpy(zone->lowmem_reserve, from->protection, sizeof(zone->lowmem_reserve));
	for (int item = 0; item < NR_VM_ZONE_STAT_ITEMS; item++)
		set_zone_counter(zone, item, from->counter[item]);
#ifdef CONFIG_NUMA
	memcpy(zone->vm_numa_stat, from->numa_counter, sizeof(zone->vm_numa_stat));
#endif
	for (int cpu = 0; cpu < world->nr_cpus; cpu++) {
		set_pageset(&from->cpu[cpu], &zone->pageset[cpu]);
		node_raise_threshold(zone->zone_pgdat, cpu, (int)from->cpu[cpu].stat_threshold);
	}
}

/** Give a node and its zones their limits and counters. */
static int set_node(const struct sample_node *from, struct pglist_data *pgdat,
		    struct pageflow_error *error)
{
	pgdat->kswapd_failures = from->unreclaimable ? UNRECLAIMABLE_FAILURES : 0;
	for (int item = 0; item < NR_VM_NODE_STAT_ITEMS; item++) {
		pgdat->vm_stat[item] = from->counter[item];
		world->vm_node_stat[item] += from->counter[item];
	}
	for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
		if (!pagesets_possible(&from->zone[zid]))
			return refuse_zone(error, pgdat->node_id, zid,
					   "expected lists of its CPUs with no number below 0, and "
					   "a threshold of at most 127");
		set_zone(&from->zone[zid], &pgdat->node_zones[zid]);
	}
	return 0;
}

/** What derives from the zones and stands in no sample. */
static void derive(void)
{
	unsigned long min_pages = 0;
	struct zone *zone;
	int nid;

	for_each_populated_zone(nid, zone) {
		unsigned long drift =
			(unsigned long)(num_online_cpus() * zone->pageset[0].stat_threshold);

		min_pages += zone->_watermark[WMARK_MIN];
		if (drift > low_wmark_pages(zone) - min_wmark_pages(zone))
			zone->percpu_drift_mark = high_wmark_pages(zone) + drift;
	}
	world->min_free_kbytes = (int)(min_pages << (PAGE_SHIFT - 10));
	calculate_totalreserve_pages();
	for_each_online_node(nid) {
		NODE_DATA(nid)->kswapd_waiting = true;
		NODE_DATA(nid)->kswapd_highest_zoneidx = MAX_NR_ZONES;
		NODE_DATA(nid)->kcompactd_waiting = true;
		NODE_DATA(nid)->kcompactd_highest_zoneidx = NODE_DATA(nid)->nr_zones - 1;
	}
}

/* ---- free blocks ---- */

/** Is every page of this block in use, in the zone, and of this type (any for -1)? */
static bool room_at(const struct zone *zone, unsigned long pfn, unsigned int order, int type)
{
	for (unsigned long i = 0; i < 1ul << order; i++)
		if (!zone_spans_pfn(zone, pfn + i) || !pfn_valid(pfn + i) ||
		    page_zone(pfn_to_page(pfn + i)) != zone ||
		    page_count(pfn_to_page(pfn + i)) == 0 ||
		    (type >= 0 && get_pfnblock_migratetype(pfn + i) != type))
			return false;
	return true;
}

/** Is the buddy of this block free as a whole, so that the two would have merged? */
static bool buddy_is_free(const struct zone *zone, unsigned long pfn, unsigned int order)
{
	unsigned long buddy = pfn ^ (1ul << order);

	return order < MAX_ORDER - 1 && zone_spans_pfn(zone, buddy) && pfn_valid(buddy) &&
	       PageBuddy(pfn_to_page(buddy)) && page_order(pfn_to_page(buddy)) == order;
}

/** Lowest place at or above *pfn for a free block; false when there is none. */
static bool find_room(const struct zone *zone, unsigned long *pfn, unsigned int order, int type)
{
	unsigned long step = 1ul << order;

	for (*pfn = (*pfn + step - 1) & ~(step - 1); *pfn + step <= zone_end_pfn(zone);
	     *pfn += step)
		if (room_at(zone, *pfn, order, type) && !buddy_is_free(zone, *pfn, order))
			return true;
	return false;
}

/** Take pages out of use. */
static struct page *claim(unsigned long pfn, unsigned int order)
{
	struct page *page = pfn_to_page(pfn);

	for (unsigned long i = 0; i < 1ul << order; i++)
		set_page_count(&page[i], 0);
	return page;
}

/** Put a number of free blocks on one list; false when they do not fit into the zone. */
static bool place_blocks(struct zone *zone, unsigned int order, int type, unsigned long count)
{
	unsigned long pfn = zone->zone_start_pfn;
	int where = type;

	while (count) {
		if (!find_room(zone, &pfn, order, where)) {
			if (where < 0)
				return false;
			/* No room left in blocks of the type: anywhere. */
			where = -1;
			pfn = zone->zone_start_pfn;
			continue;
		}
		add_to_free_list_tail(claim(pfn, order), zone, order, type);
		set_page_order(pfn_to_page(pfn), order);
		count--;
	}
	return true;
}

/** Give the pageblocks of a zone their types, those of one type together. */
static void lay_pageblocks(const struct zone *zone, const unsigned long *count)
{
	unsigned long left[MIGRATE_TYPES];
	int type = 0;

	memcpy(left, count, sizeof(left));
	for (unsigned long pfn = zone->zone_start_pfn; pfn < zone_end_pfn(zone);
	     pfn += pageblock_nr_pages) {
		if (!pfn_valid(pfn))
			continue;
		while (type < MIGRATE_TYPES && !left[type])
			type++;
		*pageblock_byte(pfn) = (u8)(type < MIGRATE_TYPES ? type : MIGRATE_MOVABLE);
		if (type < MIGRATE_TYPES)
			left[type]--;
	}
}

/** Put a zone's free blocks on its lists, large ones first; false when they do not fit into it. */
static bool place_free(const struct sample_zone *from, struct zone *zone)
{
	lay_pageblocks(zone, from->pageblocks);
	for (unsigned int order = MAX_ORDER; order-- > 0;)
		for (int type = 0; type < MIGRATE_TYPES; type++)
			if (!place_blocks(zone, order, type, from->free[order][type]))
				return false;
	for (int order = 0; order < MAX_ORDER; order++)
		zone->free_area[order].nr_free = from->blocks[order];
	return true;
}

/** Fill the CPUs' lists with as many movable pages as they hold; false when they do not fit into the zone. */
static bool place_pcp(struct zone *zone)
{
	unsigned long pfn = zone->zone_start_pfn;

	for (int cpu = 0; cpu < world->nr_cpus; cpu++)
		for (int left = zone->pageset[cpu].pcp.count; left > 0; left--) {
			struct page *page;

			while (pfn < zone_end_pfn(zone) && !room_at(zone, pfn, 0, -1))
				pfn++;
			if (pfn == zone_end_pfn(zone))
				return false;
			page = claim(pfn, 0);
			list_add_tail(&page->lru, &zone->pageset[cpu].pcp.lists[MIGRATE_MOVABLE]);
			set_pcppage_migratetype(page, MIGRATE_MOVABLE);
		}
	return true;
}

/**
 * Bring counters and lists together. A small difference is one that a CPU has not folded in yet; more
 * comes from reading one file after the other, and then the lists are right.
 */
static void settle_difference(struct zone *zone)
{
	long listed = zone_pages_listed(zone);
	long difference = listed - zone->vm_stat[NR_FREE_PAGES];

	if (difference >= -zone->pageset[0].stat_threshold &&
	    difference <= zone->pageset[0].stat_threshold)
		zone->pageset[0].vm_stat_diff[NR_FREE_PAGES] = (s8)difference;
	else
		set_zone_counter(zone, NR_FREE_PAGES, listed);
	set_zone_counter(zone, NR_FREE_CMA_PAGES, zone_cma_pages_listed(zone));
}

/** Place what is free of all zones. */
static int place_all(const struct sample *sample, struct pageflow_error *error)
{
	struct zone *zone;
	int nid;

	for_each_populated_zone(nid, zone) {
		int zid = zone_idx(zone);

		if (!place_free(&sample->node[nid].zone[zid], zone))
			return refuse_zone(error, nid, zid, "its free blocks do not fit into it");
		if (!place_pcp(zone))
			return refuse_zone(error, nid, zid,
					   "the pages of its CPUs do not fit into it");
		if (sample->lists == SAMPLE_LISTS_WHOLE)
			settle_difference(zone);
	}
	return 0;
}

/** Can this configuration have as many nodes and CPUs? */
static int check_counts(const struct sample *sample, struct pageflow_error *error)
{
	if (sample->nr_cpus < 1 || sample->nr_cpus > MAX_CPUS)
		return error_set(error, "expected 1 to %d CPUs", MAX_CPUS);
	for (int nid = MAX_NUMNODES; nid < MAX_BOOT_NODES; nid++)
		if (sample->node[nid].online)
			return error_set(error, "expected one node: this machine is without NUMA");
	return 0;
}

/** Make the machine in focus what a sample says. */
static int build(const struct sample *sample, struct pageflow_error *error)
{
	if (check_counts(sample, error) || make_ground(sample, error))
		return -1;
	for (int nid = 0; nid < MAX_NUMNODES; nid++)
		if (sample->node[nid].online && set_node(&sample->node[nid], NODE_DATA(nid), error))
			return -1;
	derive();
	return place_all(sample, error);
}

/**
 * @brief Make a machine from a sample.
 *
 * @param sample the figures
 * @param error receives what cannot be represented, or NULL
 * @return the machine, in focus, or NULL
 */
struct machine *machine_from_sample(const struct sample *sample, struct pageflow_error *error)
{
	FOCUS_ON(world);
	struct machine *machine = machine_new(error);

	if (!machine)
		return NULL;
	wire_hooks(machine);
	if (build(sample, error)) {
		machine_free(machine);
		return NULL;
	}
	machine->running = true;
	FOCUS_STAYS_ON(machine);
	return machine;
}
