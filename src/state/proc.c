/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief /proc/buddyinfo, /proc/pagetypeinfo and /proc/zoneinfo of the machine in focus, byte for
 * byte as 5.8.18 prints them.
 *
 * Everything that shows a machine's state in these forms calls these functions: the command, the
 * library, the debugger, the tests.
 */
#include "state/proc.h"

#include "life/life.h"
#include "state/state.h"
#include "memory_map.h"
#include "vmstat.h"
#include "world/world.h"

const char *const zone_stat_names[NR_VM_ZONE_STAT_ITEMS] = {
	[NR_FREE_PAGES] = "nr_free_pages",
	[NR_ZONE_INACTIVE_ANON] = "nr_zone_inactive_anon",
	[NR_ZONE_ACTIVE_ANON] = "nr_zone_active_anon",
	[NR_ZONE_INACTIVE_FILE] = "nr_zone_inactive_file",
	[NR_ZONE_ACTIVE_FILE] = "nr_zone_active_file",
	[NR_ZONE_UNEVICTABLE] = "nr_zone_unevictable",
	[NR_ZONE_WRITE_PENDING] = "nr_zone_write_pending",
	[NR_MLOCK] = "nr_mlock",
	[NR_PAGETABLE] = "nr_page_table_pages",
	[NR_KERNEL_STACK_KB] = "nr_kernel_stack",
	[NR_BOUNCE] = "nr_bounce",
	[NR_ZSPAGES] = "nr_zspages",
	[NR_FREE_CMA_PAGES] = "nr_free_cma",
};

const char *const node_stat_names[NR_VM_NODE_STAT_ITEMS] = {
	[NR_INACTIVE_ANON] = "nr_inactive_anon",
	[NR_ACTIVE_ANON] = "nr_active_anon",
	[NR_INACTIVE_FILE] = "nr_inactive_file",
	[NR_ACTIVE_FILE] = "nr_active_file",
	[NR_UNEVICTABLE] = "nr_unevictable",
	[NR_SLAB_RECLAIMABLE] = "nr_slab_reclaimable",
	[NR_SLAB_UNRECLAIMABLE] = "nr_slab_unreclaimable",
	[NR_ISOLATED_ANON] = "nr_isolated_anon",
	[NR_ISOLATED_FILE] = "nr_isolated_file",
	[WORKINGSET_NODES] = "workingset_nodes",
	[WORKINGSET_REFAULT] = "workingset_refault",
	[WORKINGSET_ACTIVATE] = "workingset_activate",
	[WORKINGSET_RESTORE] = "workingset_restore",
	[WORKINGSET_NODERECLAIM] = "workingset_nodereclaim",
	[NR_ANON_MAPPED] = "nr_anon_pages",
	[NR_FILE_MAPPED] = "nr_mapped",
	[NR_FILE_PAGES] = "nr_file_pages",
	[NR_FILE_DIRTY] = "nr_dirty",
	[NR_WRITEBACK] = "nr_writeback",
	[NR_WRITEBACK_TEMP] = "nr_writeback_temp",
	[NR_SHMEM] = "nr_shmem",
	[NR_SHMEM_THPS] = "nr_shmem_hugepages",
	[NR_SHMEM_PMDMAPPED] = "nr_shmem_pmdmapped",
	[NR_FILE_THPS] = "nr_file_hugepages",
	[NR_FILE_PMDMAPPED] = "nr_file_pmdmapped",
	[NR_ANON_THPS] = "nr_anon_transparent_hugepages",
	[NR_VMSCAN_WRITE] = "nr_vmscan_write",
	[NR_VMSCAN_IMMEDIATE] = "nr_vmscan_immediate_reclaim",
	[NR_DIRTIED] = "nr_dirtied",
	[NR_WRITTEN] = "nr_written",
	[NR_KERNEL_MISC_RECLAIMABLE] = "nr_kernel_misc_reclaimable",
	[NR_FOLL_PIN_ACQUIRED] = "nr_foll_pin_acquired",
	[NR_FOLL_PIN_RELEASED] = "nr_foll_pin_released",
};

#ifdef CONFIG_NUMA
const char *const numa_stat_names[NR_VM_NUMA_STAT_ITEMS] = {
	[NUMA_HIT] = "numa_hit",	 [NUMA_MISS] = "numa_miss",
	[NUMA_FOREIGN] = "numa_foreign", [NUMA_INTERLEAVE_HIT] = "numa_interleave",
	[NUMA_LOCAL] = "numa_local",	 [NUMA_OTHER] = "numa_other",
};
#endif

/**
 * @brief Print /proc/buddyinfo: free blocks by order, a line a zone with memory.
 *
 * @param out where to
 */
void proc_buddyinfo(FILE *out)
{
	struct zone *zone;
	int nid;

	for_each_populated_zone(nid, zone) {
		fprintf(out, "Node %d, zone %8s ", nid, zone->name);
		for (int order = 0; order < MAX_ORDER; order++)
			fprintf(out, "%6lu ", zone->free_area[order].nr_free);
		fputc('\n', out);
	}
}

/** Free blocks by order and type. */
static void print_free_by_type(FILE *out, const struct pglist_data *pgdat)
{
	fprintf(out, "%-43s ", "Free pages count per migrate type at order");
	for (int order = 0; order < MAX_ORDER; order++)
		fprintf(out, "%6d ", order);
	fputc('\n', out);
	for (const struct zone *zone = pgdat->node_zones; zone < pgdat->node_zones + MAX_NR_ZONES;
	     zone++) {
		if (!populated_zone(zone))
			continue;
		for (int type = 0; type < MIGRATE_TYPES; type++) {
			fprintf(out, "Node %4d, zone %8s, type %12s ", pgdat->node_id, zone->name,
				migratetype_names[type]);
			for (int order = 0; order < MAX_ORDER; order++) {
				unsigned long blocks = count_blocks_of_list(
					&zone->free_area[order].free_list[type], PAGETYPEINFO_MOST);

				fprintf(out, "%s%6lu ", blocks == PAGETYPEINFO_MOST ? ">" : "",
					blocks);
			}
			fputc('\n', out);
		}
	}
}

/** Pageblocks by type, one zone. */
static void print_zone_blocks(FILE *out, const struct zone *zone)
{
	unsigned long count[MIGRATE_TYPES];

	count_pageblocks(zone, count);
	fprintf(out, "Node %d, zone %8s ", zone_to_nid(zone), zone->name);
	for (int type = 0; type < MIGRATE_TYPES; type++)
		fprintf(out, "%12lu ", count[type]);
	fputc('\n', out);
}

/** Pageblocks by type. */
static void print_blocks(FILE *out, const struct pglist_data *pgdat)
{
	fprintf(out, "\n%-23s", "Number of blocks type ");
	for (int type = 0; type < MIGRATE_TYPES; type++)
		fprintf(out, "%12s ", migratetype_names[type]);
	fputc('\n', out);
	for (const struct zone *zone = pgdat->node_zones; zone < pgdat->node_zones + MAX_NR_ZONES;
	     zone++)
		if (populated_zone(zone))
			print_zone_blocks(out, zone);
}

/**
 * @brief Print /proc/pagetypeinfo: free blocks and pageblocks by type, node by node.
 *
 * @param out where to
 */
void proc_pagetypeinfo(FILE *out)
{
	int nid;

	for_each_online_node(nid) {
		if (!node_isset(nid, world->node_memory_map))
			continue;
		fprintf(out, "Page block order: %u\nPages per block:  %lu\n\n", pageblock_order,
			pageblock_nr_pages);
		print_free_by_type(out, NODE_DATA(nid));
		print_blocks(out, NODE_DATA(nid));
	}
}

/** Is this the lowest zone of its node that has memory? */
static bool is_zone_first_populated(const struct zone *zone)
{
	const struct zone *first = zone->zone_pgdat->node_zones;

	while (first < zone && !populated_zone(first))
		first++;
	return first == zone && populated_zone(zone);
}

#ifdef CONFIG_NUMA
/** The zone's NUMA counters, with what the CPUs have not folded in yet. */
static void print_numa_stats(FILE *out, const struct zone *zone)
{
	for (int item = 0; item < NR_VM_NUMA_STAT_ITEMS; item++) {
		unsigned long events = zone->vm_numa_stat[item];
		int cpu;

		for_each_online_cpu(cpu)
			events += zone->pageset[cpu].vm_numa_stat_diff[item];
		fprintf(out, "\n      %-12s %lu", numa_stat_names[item], events);
	}
}
#endif

/** What CPUs hold of a zone. */
static void print_pagesets(FILE *out, const struct zone *zone)
{
	int cpu;

	fprintf(out, "\n  pagesets");
	for_each_online_cpu(cpu) {
		const struct per_cpu_pageset *pageset = &zone->pageset[cpu];

		fprintf(out,
			"\n    cpu: %i\n              count: %i\n              high:  %i\n"
			"              batch: %i",
			cpu, pageset->pcp.count, pageset->pcp.high, pageset->pcp.batch);
		fprintf(out, "\n  vm stats threshold: %d", pageset->stat_threshold);
	}
}

/** One zone of /proc/zoneinfo. */
static void print_zoneinfo(FILE *out, const struct zone *zone)
{
	const struct pglist_data *pgdat = zone->zone_pgdat;

	/* Step 1: the node's counters stand with its first zone that has memory */
	fprintf(out, "Node %d, zone %8s", pgdat->node_id, zone->name);
	if (is_zone_first_populated(zone)) {
		fprintf(out, "\n  per-node stats");
		for (int item = 0; item < NR_VM_NODE_STAT_ITEMS; item++)
			fprintf(out, "\n      %-12s %lu", node_stat_names[item],
				node_page_state(pgdat, (enum node_stat_item)item));
	}

	/* Step 2: limits and sizes, of every zone */
	fprintf(out,
		"\n  pages free     %lu\n        min      %lu\n        low      %lu\n"
		"        high     %lu\n        spanned  %lu\n        present  %lu\n"
		"        managed  %lu",
		zone_page_state(zone, NR_FREE_PAGES), min_wmark_pages(zone), low_wmark_pages(zone),
		high_wmark_pages(zone), zone->spanned_pages, zone->present_pages,
		zone->managed_pages);
	fprintf(out, "\n        protection: (%ld", (long)zone->lowmem_reserve[0]);
	for (int zid = 1; zid < MAX_NR_ZONES; zid++)
		fprintf(out, ", %ld", (long)zone->lowmem_reserve[zid]);
	fputc(')', out);

	/* Step 3: the rest, of zones with memory */
	if (populated_zone(zone)) {
		for (int item = 0; item < NR_VM_ZONE_STAT_ITEMS; item++)
			fprintf(out, "\n      %-12s %lu", zone_stat_names[item],
				zone_page_state(zone, (enum zone_stat_item)item));
#ifdef CONFIG_NUMA
		print_numa_stats(out, zone);
#endif
		print_pagesets(out, zone);
		fprintf(out, "\n  node_unreclaimable:  %u\n  start_pfn:           %lu",
			pgdat->kswapd_failures >= UNRECLAIMABLE_FAILURES, zone->zone_start_pfn);
	}
	fputc('\n', out);
}

/**
 * @brief Print /proc/zoneinfo: counters, limits and per-CPU lists of every zone.
 *
 * @param out where to
 */
void proc_zoneinfo(FILE *out)
{
	struct zone *zone;
	int nid;

	for_each_zone(nid, zone)
		print_zoneinfo(out, zone);
}
