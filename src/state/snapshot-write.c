/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Writing the state of the machine in focus as a snapshot, line for line as recordings do.
 */
#include "life/life.h"
#include "state/state.h"
#include "memory_map.h"
#include "world/world.h"

static void write_node(FILE *out, const struct pglist_data *pgdat)
{
	fprintf(out,
		"node %d start_pfn %lu spanned %lu kswapd_waiting %d kswapd_highest_zoneidx %d "
		"kswapd_order %d kswapd_failures %d kcompactd_waiting %d kcompactd_max_order %d "
		"kcompactd_highest_zoneidx %d\n",
		pgdat->node_id, pgdat->node_start_pfn, pgdat->node_spanned_pages,
		pgdat->kswapd_waiting, pgdat->kswapd_highest_zoneidx, pgdat->kswapd_order,
		pgdat->kswapd_failures, pgdat->kcompactd_waiting, pgdat->kcompactd_max_order,
		pgdat->kcompactd_highest_zoneidx);
	for (int index = 0; index < MAX_ZONELISTS; index++) {
		const struct zoneref *z = pgdat->node_zonelists[index]._zonerefs;

		fprintf(out, "zonelist %d %d", pgdat->node_id, index);
		for (; z->zone; z++)
			fprintf(out, " %d:%s", zone_to_nid(z->zone), z->zone->name);
		fprintf(out, "\n");
	}
}

/**
 * @brief Write the marks of a zone.
 *
 * @param out where to
 * @param zone the zone
 * @source none (ours: the format of the recordings)
 */
void snapshot_write_watermark(FILE *out, const struct zone *zone)
{
	fprintf(out, " watermark min %lu low %lu high %lu boost %lu flags %lx\n",
		zone->_watermark[WMARK_MIN], zone->_watermark[WMARK_LOW],
		zone->_watermark[WMARK_HIGH], zone->watermark_boost, zone->flags);
}

/**
 * @brief Write how many pages of a zone are free, by the zone's own counters.
 *
 * @param out where to
 * @param zone the zone
 * @source none (ours: the format of the recordings)
 */
void snapshot_write_vmstat(FILE *out, const struct zone *zone)
{
	fprintf(out, " vmstat nr_free_pages %ld nr_free_cma %ld drift_mark %lu\n",
		zone->vm_stat[NR_FREE_PAGES], zone->vm_stat[NR_FREE_CMA_PAGES],
		zone->percpu_drift_mark);
}

static void write_counters(FILE *out, const struct zone *zone)
{
	snapshot_write_watermark(out, zone);
	fprintf(out, " lowmem_reserve %lu %lu %lu %lu\n", zone->lowmem_reserve[ZONE_DMA],
		zone->lowmem_reserve[ZONE_DMA32], zone->lowmem_reserve[ZONE_NORMAL],
		zone->lowmem_reserve[ZONE_MOVABLE]);
	fprintf(out, " reserved_highatomic %lu\n", zone->nr_reserved_highatomic);
	if (zone->compact_considered || zone->compact_defer_shift || zone->compact_order_failed)
		fprintf(out, " compact considered %u shift %u failed %d\n",
			zone->compact_considered, zone->compact_defer_shift,
			zone->compact_order_failed);
	snapshot_write_vmstat(out, zone);
#ifdef CONFIG_NUMA
	unsigned long stat[NR_VM_NUMA_STAT_ITEMS];

	for (int item = 0; item < NR_VM_NUMA_STAT_ITEMS; item++) {
		stat[item] = zone->vm_numa_stat[item];
		for (int cpu = 0; cpu < world->nr_cpus; cpu++)
			stat[item] += zone->pageset[cpu].vm_numa_stat_diff[item];
	}
	fprintf(out, " numa_stat hit %lu miss %lu foreign %lu interleave %lu local %lu other %lu\n",
		stat[NUMA_HIT], stat[NUMA_MISS], stat[NUMA_FOREIGN], stat[NUMA_INTERLEAVE_HIT],
		stat[NUMA_LOCAL], stat[NUMA_OTHER]);
#endif
}

static void write_pageset(FILE *out, const struct per_cpu_pageset *pageset, int cpu)
{
	const struct per_cpu_pages *pcp = &pageset->pcp;

	fprintf(out,
		" pcp %d count %d high %d batch %d stat_threshold %d diff_free %d diff_cma %d\n",
		cpu, pcp->count, pcp->high, pcp->batch, pageset->stat_threshold,
		pageset->vm_stat_diff[NR_FREE_PAGES], pageset->vm_stat_diff[NR_FREE_CMA_PAGES]);
	for (int type = 0; type < MIGRATE_PCPTYPES; type++) {
		const struct list_head *entry;

		fprintf(out, " pcplist %d %s", cpu, migratetype_names[type]);
		list_for_each(entry, &pcp->lists[type]) {
			const struct page *page = list_entry(entry, struct page, lru);

			fprintf(out, " %lu/%s", page_to_pfn(page),
				migratetype_names[get_pcppage_migratetype(page)]);
		}
		fprintf(out, "\n");
	}
}

static void write_free_lists(FILE *out, const struct zone *zone)
{
	for (int order = 0; order < MAX_ORDER; order++)
		for (int type = 0; type < MIGRATE_TYPES; type++) {
			const struct list_head *list = &zone->free_area[order].free_list[type];
			const struct list_head *entry;

			if (list_empty(list))
				continue;
			fprintf(out, " free %d %s", order, migratetype_names[type]);
			list_for_each(entry, list)
				fprintf(out, " %lu",
					page_to_pfn(list_entry(entry, struct page, lru)));
			fprintf(out, "\n");
		}
}

static void write_pageblocks(FILE *out, const struct zone *zone)
{
	unsigned long pfn = zone->zone_start_pfn & ~(pageblock_nr_pages - 1);

	fprintf(out, " pageblocks");
	while (pfn < zone_end_pfn(zone)) {
		const char *name = snapshot_pageblock_name(pfn);
		unsigned long run = 0;

		for (; pfn < zone_end_pfn(zone) && snapshot_pageblock_name(pfn) == name; run++)
			pfn += pageblock_nr_pages;
		fprintf(out, " %s*%lu", name, run);
	}
	fprintf(out, "\n");
}

/** Is this a page in use that migration could move? */
static bool is_movable(unsigned long pfn)
{
	const struct page *page = pfn_to_page(pfn);

	return pfn_valid(pfn) &&
	       (PageFlag(page, PG_lru) || (is_driver_movable(page) && page_count(page)));
}

static bool is_hole(unsigned long pfn)
{
	return !pfn_valid(pfn);
}

/** Write the runs of a zone's PFNs for which something holds. */
static void write_runs(FILE *out, const struct zone *zone, bool (*holds)(unsigned long pfn))
{
	unsigned long pfn = zone->zone_start_pfn;

	while (pfn < zone_end_pfn(zone)) {
		unsigned long start = pfn;

		while (pfn < zone_end_pfn(zone) && holds(pfn))
			pfn++;
		if (pfn > start)
			fprintf(out, " %lu+%lu", start, pfn - start);
		else
			pfn++;
	}
	fprintf(out, "\n");
}

/** Is any PFN of a zone's span a hole? */
static bool has_holes(const struct zone *zone)
{
	unsigned long valid = 0;

	for (int i = 0; i < world->nr_ranges; i++) {
		unsigned long from = max_ul(world->range[i].start_pfn, zone->zone_start_pfn);
		unsigned long to = min_ul(world->range[i].end_pfn, zone_end_pfn(zone));

		if (!world->range[i].nomap && from < to)
			valid += to - from;
	}
	return valid < zone->spanned_pages;
}

/** Write what every snapshot has of a zone below its first line. */
static void write_zone_lines(FILE *out, const struct zone *zone)
{
	write_counters(out, zone);
	for (int cpu = 0; cpu < world->nr_cpus; cpu++)
		write_pageset(out, &zone->pageset[cpu], cpu);
	write_free_lists(out, zone);
	write_pageblocks(out, zone);
	if (has_holes(zone)) {
		fprintf(out, " holes");
		write_runs(out, zone, is_hole);
	}
	fprintf(out, " movable");
	write_runs(out, zone, is_movable);
}

/**
 * @brief Write the whole state of a zone with memory, as snapshots have it below the zone's first line.
 *
 * @param out where to
 * @param zone the zone
 * @param form which lines there are
 * @source none (ours: the format of the recordings)
 */
void snapshot_write_zone_state(FILE *out, const struct zone *zone, const struct snapshot_form *form)
{
	write_zone_lines(out, zone);
	if (form->pages)
		snapshot_write_page_lines(out, zone, form->lists);
}

static void write_zone(FILE *out, const struct zone *zone, const struct snapshot_form *form)
{
	fprintf(out, "zone %d %s start_pfn %lu spanned %lu present %lu managed %lu\n",
		zone_to_nid(zone), zone->name, zone->zone_start_pfn, zone->spanned_pages,
		zone->present_pages, zone->managed_pages);
	if (!zone->present_pages)
		return;
	snapshot_write_zone_state(out, zone, form);
}

static void write_zones(FILE *out, const struct pglist_data *pgdat,
			const struct snapshot_form *form)
{
	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		write_zone(out, &pgdat->node_zones[zid], form);
}

/** The lists of a node, and its zones. */
static void write_node_content(FILE *out, struct pglist_data *pgdat,
			       const struct snapshot_form *form)
{
	if (form->lists)
		snapshot_write_lists(out, "", pgdat, true);
	write_zones(out, pgdat, form);
}

/** What stands before the lists and zones of all nodes. */
static void write_before_lists(FILE *out, const struct snapshot_form *form)
{
	if (form->pages)
		snapshot_write_pagevecs(out, "");
	if (form->groups)
		snapshot_write_groups(out);
}

/** Nodes and zones in one of the two orders that recordings have them in. */
static void write_nodes(FILE *out, const struct snapshot_form *form)
{
	int nid;

	for_each_online_node(nid) {
		write_node(out, NODE_DATA(nid));
		if (form->order == NODES_FIRST)
			continue;
		/* One node, or a saved machine, which has records of these. */
		write_before_lists(out, form);
		write_node_content(out, NODE_DATA(nid), form);
	}
	if (form->order == NODE_BY_NODE)
		return;
	write_before_lists(out, form);
	for_each_online_node(nid)
		write_node_content(out, NODE_DATA(nid), form);
}

/** Everything from the `kernel` line to `end`; with `saved` our own records too. */
static void write_body(FILE *out, const struct snapshot_form *form, bool saved)
{
#ifdef CONFIG_NUMA
	const int numa = 1;
#else
	const int numa = 0;
#endif
	fprintf(out,
		"kernel 5.8.18 arm64 page_shift %d max_order %d pageblock_order %u nr_zones %d "
		"numa %d nr_cpus %d this_cpu %d\n",
		PAGE_SHIFT, MAX_ORDER, pageblock_order, MAX_NR_ZONES, numa, world->nr_cpus,
		world->this_cpu);
	fprintf(out,
		"sysctl watermark_boost_factor %d watermark_scale_factor %d min_free_kbytes %d "
		"totalreserve_pages %lu mobility_disabled %d\n",
		world->watermark_boost_factor, world->watermark_scale_factor,
		world->min_free_kbytes, world->totalreserve_pages,
		world->page_group_by_mobility_disabled);
	if (saved)
		records_write_early(out);
	if (form->lists)
		snapshot_write_vmctl(out);
	write_nodes(out, form);
	if (saved)
		records_write(out);
	fprintf(out, "end\n");
}

/**
 * @brief Write a snapshot of the machine in focus, from the `kernel` line to `end`.
 *
 * @param out where to
 * @param form which lines it has, and in which order
 * @source none (ours: the format of the recordings)
 */
void snapshot_write(FILE *out, const struct snapshot_form *form)
{
	write_body(out, form, false);
}

/**
 * @brief Write everything that decides what the machine in focus does next: a file of its own.
 *
 * @param out where to
 * @source none (ours: a snapshot as recordings have them, and the records of records.c)
 */
void snapshot_save(FILE *out)
{
	const struct snapshot_form form = { .order = NODE_BY_NODE };

	fprintf(out, "pageflow snapshot v1\nsnapshot saved\n");
	write_body(out, &form, true);
}
