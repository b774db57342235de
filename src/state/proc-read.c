/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Making a machine from what a running kernel printed in /proc.
 *
 * zoneinfo gives the zones, their limits and counters, buddyinfo and pagetypeinfo how many free
 * blocks stand on each list. What the files do not say is made up, in the simplest way that leaves
 * a consistent machine: a zone's hole lies before its last pages (behind its first, where it does not
 * begin with a whole block of the largest order), pageblocks of one type stand together, free blocks
 * lie in blocks of their type where they fit and never beside a free buddy, and a CPU's pages are
 * movable.
 *
 * Other kernels count more or less than 5.8.18, and have other zones. What has a name and a number is
 * taken where 5.8.18 has it too, and passed over where not; the lists of migratetypes and of reserves
 * are read by the names that the files give. What cannot be represented is refused. A line
 * `reserved_highatomic`, which no kernel prints here, says what the reports of failures say.
 */
#include <stdlib.h>
#include <string.h>

#include "life/life.h"
#include "state/state.h"
#include "state/proc.h"
#include "memory_map.h"
#include "world/world.h"

/** Pages behind the hole of a zone with holes. */
#define BEHIND_HOLE 1024ul

/** Take ` WORD NUMBER` from the start of a line; blanks may stand before both. */
static bool line_says(const char *line, const char *word, long *value)
{
	line += strspn(line, " ");
	if (strncmp(line, word, strlen(word)) || line[strlen(word)] != ' ')
		return false;
	line += strlen(word);
	return take_number(&line, value) && take_end(&line);
}

/** The zones that 5.8.18 on arm64 does not have. */
static const char *const foreign_zones[] = { "HighMem", "Device" };

/** Number of the first foreign zone, where zones are numbered. */
#define FOREIGN_ZONE MAX_NR_ZONES

/** All zones that a file may name. */
#define NR_NAMED_ZONES (MAX_NR_ZONES + (int)ARRAY_SIZE(foreign_zones))

static const char *named_zone(int zid)
{
	return zid < FOREIGN_ZONE ? zone_names[zid] : foreign_zones[zid - FOREIGN_ZONE];
}

/** Take `Node N, zone NAME` from the start of a line; a foreign zone's number is FOREIGN_ZONE or more. */
static bool take_node_zone(const char **line, int *nid, int *zid)
{
	long node;

	if (!take_word(line, "Node") || !take_number(line, &node) || *(*line)++ != ',' ||
	    !take_word(line, "zone") || node < 0 || node >= MAX_NUMNODES)
		return false;
	*nid = (int)node;
	*line += strspn(*line, " ");
	for (*zid = 0; *zid < NR_NAMED_ZONES; ++*zid) {
		size_t length = strlen(named_zone(*zid));

		if (!strncmp(*line, named_zone(*zid), length) && strchr(" ,", (*line)[length])) {
			*line += length;
			return true;
		}
	}
	return false;
}

/** Sizes of the zones and the number of CPUs, needed before anything can be made. */
struct layout {
	struct {
		bool seen;
		bool says_reserve; /**< what is reserved for urgent high orders, even if it is 0 */
		long start, spanned, present, managed;
	} zone[MAX_NUMNODES][NR_NAMED_ZONES];
	long nr_cpus;
	int tier[NR_NAMED_ZONES]; /**< zones in the order of the file: a reserve's place in its list */
	int nr_tiers;
};

/** Note a zone's place in the kernel's list of zones, which every node goes through alike. */
static void note_tier(struct layout *layout, int zid)
{
	for (int i = 0; i < layout->nr_tiers; i++)
		if (layout->tier[i] == zid)
			return;
	layout->tier[layout->nr_tiers++] = zid;
}

/** First reading of zoneinfo: the layout. */
static int read_layout(struct reader *reader, struct layout *layout)
{
	int nid = -1, zid = -1;
	const char *line;

	layout->nr_cpus = 1;
	while ((line = reader_line(reader))) {
		long value;

		if (!strncmp(line, "Node ", 5)) {
			if (!take_node_zone(&line, &nid, &zid) || layout->zone[nid][zid].seen)
				return reader_fail(reader, "'Node N, zone NAME' of a new zone");
			layout->zone[nid][zid].seen = true;
			note_tier(layout, zid);
			continue;
		}
		if (nid < 0)
			return reader_fail(reader, "'Node 0, zone ...', the start of zoneinfo");
		if (line_says(line, "spanned", &value))
			layout->zone[nid][zid].spanned = value;
		else if (line_says(line, "present", &value))
			layout->zone[nid][zid].present = value;
		else if (line_says(line, "reserved_highatomic", &value))
			layout->zone[nid][zid].says_reserve = true;
		else if (line_says(line, "managed", &value))
			layout->zone[nid][zid].managed = value;
		else if (line_says(line, "start_pfn:", &value))
			layout->zone[nid][zid].start = value;
		else if (line_says(line, "cpu:", &value) && value >= layout->nr_cpus)
			layout->nr_cpus = value + 1;
	}
	if (nid < 0)
		return reader_fail(reader, "'Node 0, zone ...', the start of zoneinfo");
	if (layout->nr_cpus > MAX_CPUS)
		return reader_refuse(reader, "expected at most 64 CPUs");
	for (nid = 0; nid < MAX_NUMNODES; nid++)
		if (layout->zone[nid][FOREIGN_ZONE].present)
			return reader_refuse(reader,
					     "memory in zone HighMem cannot be represented: "
					     "arm64 has no such zone");
	return 0;
}

static int compare_ranges(const void *a, const void *b)
{
	const struct memory_range *x = a, *y = b;

	return x->start_pfn < y->start_pfn ? -1 : x->start_pfn > y->start_pfn;
}

/** How many of a zone's pages lie behind its hole, if it has one? */
static long pages_behind_hole(long start, long present)
{
	/* A large block begins at a multiple of its size: the partial one in front is the lesser loss. */
	if (start % (long)MAX_ORDER_NR_PAGES)
		return present - 1;
	return present > 2 * (long)BEHIND_HOLE ? (long)BEHIND_HOLE : 1;
}

/** Where memory lies: one range a zone, two where it has holes. */
static int layout_ranges(struct reader *reader, const struct layout *layout,
			 struct memory_range *range)
{
	int count = 0;

	for (int nid = 0; nid < MAX_NUMNODES; nid++)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
			long start = layout->zone[nid][zid].start;
			long present = layout->zone[nid][zid].present;
			long end = start + layout->zone[nid][zid].spanned;
			long behind = pages_behind_hole(start, present);

			if (!present)
				continue;
			if (present > end - start || start < 0 || end >= 1l << 36)
				return reader_refuse(reader, "expected zones that span at least "
							     "the pages that are present");
			if (present == end - start || present == 1)
				behind = 0;
			range[count++] =
				(struct memory_range){ (unsigned long)start,
						       (unsigned long)(start + present - behind),
						       nid, false };
			if (behind)
				range[count++] =
					(struct memory_range){ (unsigned long)(end - behind),
							       (unsigned long)end, nid, false };
		}
	if (!count)
		return reader_refuse(reader, "expected a zone with memory");
	qsort(range, (size_t)count, sizeof(*range), compare_ranges);
	for (int i = 1; i < count; i++)
		if (range[i].start_pfn < range[i - 1].end_pfn)
			return reader_refuse(reader, "expected zones that do not overlap");
	return count;
}

/** Make nodes, zones and struct pages. */
static int make_ground(struct reader *reader, const struct layout *layout)
{
	struct memory_range range[2 * MAX_NUMNODES * MAX_NR_ZONES];
	int count = layout_ranges(reader, layout, range);
	char error[200];

	if (count < 0)
		return -1;
	if (memory_map_reserve(range, count, error, sizeof(error)))
		return reader_refuse(reader, error);
	world->nr_cpus = (int)layout->nr_cpus;
	world->cpu_online = layout->nr_cpus == MAX_CPUS ? ~0ull : (1ull << layout->nr_cpus) - 1;
	for (int nid = 0; nid < MAX_NUMNODES; nid++)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
			struct pglist_data *pgdat = NODE_DATA(nid);
			struct zone *zone;

			if (!layout->zone[nid][zid].seen && !pgdat)
				continue;
			if (!pgdat)
				pgdat = node_new(nid);
			zone = &pgdat->node_zones[zid];
			zone->zone_start_pfn = (unsigned long)layout->zone[nid][zid].start;
			zone->spanned_pages = (unsigned long)layout->zone[nid][zid].spanned;
			zone->present_pages = (unsigned long)layout->zone[nid][zid].present;
			zone->managed_pages = (unsigned long)layout->zone[nid][zid].managed;
			zone->initialized = populated_zone(zone);
			zone->contiguous = zone->spanned_pages == zone->present_pages;
			zone_pagesets_init(zone, 0, 1);
			pgdat->node_spanned_pages += zone->spanned_pages;
			pgdat->node_present_pages += zone->present_pages;
			world->totalram_pages += zone->managed_pages;
			if (populated_zone(zone))
				pgdat->nr_zones = zid + 1;
			if (populated_zone(zone) && !pgdat->node_start_pfn)
				pgdat->node_start_pfn = zone->zone_start_pfn;
		}
	for (int i = 0; i < count; i++)
		memmap_init_range(&range[i]);
	node_states_update();
	build_all_zonelists();
	return 0;
}

/** Find a name in a list; -1 when it is not there. */
static int find_name(const char *const *names, int count, const char *line)
{
	size_t length = strcspn(line += strspn(line, " "), " ");

	for (int i = 0; i < count; i++)
		if (strlen(names[i]) == length && !strncmp(names[i], line, length))
			return i;
	return -1;
}

/** Set a counter of a zone, and the machine's with it. */
static void set_zone_counter(struct zone *zone, int item, long value)
{
	world->vm_zone_stat[item] += value - zone->vm_stat[item];
	zone->vm_stat[item] = value;
}

/** A counter by name: of the node, of the zone, or of where allocations landed. */
static bool read_counter(struct zone *zone, const char *line)
{
	struct pglist_data *pgdat = zone->zone_pgdat;
	const char *number;
	int item;
	long value;

	number = line + strcspn(line, " ");
	if (!take_number(&number, &value) || !take_end(&number))
		return false;
	item = find_name(node_stat_names, NR_VM_NODE_STAT_ITEMS, line);
	if (item >= 0) {
		pgdat->vm_stat[item] = value;
		world->vm_node_stat[item] += value;
		return true;
	}
	item = find_name(zone_stat_names, NR_VM_ZONE_STAT_ITEMS, line);
	if (item >= 0) {
		set_zone_counter(zone, item, value);
		return true;
	}
#ifdef CONFIG_NUMA
	item = find_name(numa_stat_names, NR_VM_NUMA_STAT_ITEMS, line);
	if (item >= 0)
		zone->vm_numa_stat[item] = (unsigned long)value;
#endif
	/* A counter that 5.8.18 does not have. */
	return true;
}

/** Which zone does a reserve's place in its list stand for? Older kernels leave out empty zones. */
static int reserve_zone(const struct layout *layout, int place, int places)
{
	if (layout->nr_tiers >= places)
		return layout->tier[place];
	return place;
}

/** The reserves: `protection: (A, B, C, D)`, one a zone that the kernel has. */
static bool read_protection(const struct layout *layout, struct zone *zone, const char *line)
{
	long value[NR_NAMED_ZONES];
	int places = 0, last = 0;

	if (!take_word(&line, "protection:"))
		return false;
	line += strspn(line, " (");
	while (places < NR_NAMED_ZONES && take_number(&line, &value[places])) {
		places++;
		line += strspn(line, ",)");
	}
	/* A zone that this kernel does not have stands for the next lower one. */
	for (int i = 0; i < places; i++) {
		int zid = reserve_zone(layout, i, places);

		for (; last < zid && last < MAX_NR_ZONES; last++)
			zone->lowmem_reserve[last] = i ? (unsigned long)value[i - 1] : 0;
		if (zid < MAX_NR_ZONES)
			zone->lowmem_reserve[zid] = (unsigned long)value[i];
		last = zid + 1;
	}
	return true;
}

/** A line of a zone's per-CPU lists. */
static bool read_pageset_line(struct zone *zone, long *cpu, const char *line)
{
	struct per_cpu_pageset *pageset;
	long value;

	if (line_says(line, "cpu:", &value)) {
		*cpu = value;
		return true;
	}
	if (*cpu < 0)
		return false;
	pageset = &zone->pageset[*cpu];
	if (line_says(line, "count:", &value))
		pageset->pcp.count = (int)value;
	else if (line_says(line, "high:", &value))
		pageset->pcp.high = (int)value;
	else if (line_says(line, "batch:", &value))
		pageset->pcp.batch = (int)value;
	else if (line_says(line, "vm stats threshold:", &value))
		pageset->stat_threshold = (s8)value;
	else
		return false;
	return true;
}

/** A line of a zone's limits, or of what is known already. */
static bool read_limit(struct zone *zone, const char *line)
{
	long value;

	if (line_says(line, "min", &value))
		zone->_watermark[WMARK_MIN] = (unsigned long)value;
	else if (line_says(line, "low", &value))
		zone->_watermark[WMARK_LOW] = (unsigned long)value;
	else if (line_says(line, "high", &value))
		zone->_watermark[WMARK_HIGH] = (unsigned long)value;
	else if (line_says(line, "boost", &value))
		zone->watermark_boost = (unsigned long)value;
	else if (line_says(line, "reserved_highatomic", &value))
		zone->nr_reserved_highatomic = (unsigned long)value;
	else if (line_says(line, "pages free", &value))
		set_zone_counter(zone, NR_FREE_PAGES, value);
	else if (line_says(line, "node_unreclaimable:", &value))
		zone->zone_pgdat->kswapd_failures = value ? UNRECLAIMABLE_FAILURES : 0;
	else
		return false;
	return true;
}

/** What only other kernels say: a name, and a number behind blanks or a colon. */
static bool is_foreign_line(const char *line)
{
	size_t name = strspn(line, "abcdefghijklmnopqrstuvwxyz_");
	long value;

	line += name;
	line += *line == ':';
	return name && take_number(&line, &value) && take_end(&line);
}

/** The marks that newer kernels print include the boost, which they also print. */
static void take_boost_off(void)
{
	struct zone *zone;
	int nid;

	for_each_zone(nid, zone)
		for (int mark = 0; mark < NR_WMARK; mark++)
			zone->_watermark[mark] -=
				min_ul(zone->watermark_boost, zone->_watermark[mark]);
}

/** Second reading of zoneinfo: limits and counters. */
static int read_zoneinfo(struct reader *reader, const struct layout *layout)
{
	struct zone *zone = NULL;
	const char *line;
	int nid, zid;
	long cpu = -1;

	while ((line = reader_line(reader))) {
		const char *bare = line + strspn(line, " ");

		if (take_node_zone(&line, &nid, &zid)) {
			zone = zid < MAX_NR_ZONES ? &NODE_DATA(nid)->node_zones[zid] : NULL;
			cpu = -1;
			continue;
		}
		if (!zone || !*bare || !strcmp(bare, "per-node stats") ||
		    !strcmp(bare, "pagesets") || read_pageset_line(zone, &cpu, bare) ||
		    read_limit(zone, bare) || read_protection(layout, zone, bare) ||
		    read_counter(zone, bare) || is_foreign_line(bare))
			continue;
		return reader_fail(reader, "a line of zoneinfo, a name and a number");
	}
	take_boost_off();
	return 0;
}

/** What derives from the zones and stands in no file. */
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

/** Put a number of free blocks on one list. */
static int place_blocks(struct reader *reader, struct zone *zone, unsigned int order, int type,
			unsigned long count)
{
	unsigned long pfn = zone->zone_start_pfn;
	int where = type;

	while (count) {
		if (!find_room(zone, &pfn, order, where)) {
			if (where < 0)
				return reader_refuse(reader, "the free blocks of this zone do not "
							     "fit into it");
			/* No room left in blocks of the type: anywhere. */
			where = -1;
			pfn = zone->zone_start_pfn;
			continue;
		}
		add_to_free_list_tail(claim(pfn, order), zone, order, type);
		set_page_order(pfn_to_page(pfn), order);
		count--;
	}
	return 0;
}

/** Free blocks of all zones by order and type, and pageblocks by type. */
struct blocks {
	unsigned long free[MAX_NUMNODES][MAX_NR_ZONES][MAX_ORDER][MIGRATE_TYPES];
	unsigned long total[MAX_NUMNODES][MAX_NR_ZONES][MAX_ORDER];
	unsigned long pageblocks[MAX_NUMNODES][MAX_NR_ZONES][MIGRATE_TYPES];
	bool with_total, with_types;
	int column[MIGRATE_TYPES]; /**< types in the order of pagetypeinfo's second table */
	int nr_columns;
};

/** Take the free blocks of all orders; a `>` marks a count that went on. */
static bool take_orders(const char *line, unsigned long *count, size_t stride)
{
	for (int order = 0; order < MAX_ORDER; order++) {
		long value;

		line += strspn(line, " >");
		if (!take_number(&line, &value) || value < 0)
			return false;
		count[(size_t)order * stride] = (unsigned long)value;
	}
	return take_end(&line);
}

/** Read buddyinfo. */
static int read_buddyinfo(struct reader *reader, struct blocks *blocks)
{
	unsigned long foreign[MAX_ORDER];
	const char *line;
	int nid, zid;

	while ((line = reader_line(reader)))
		if (!take_node_zone(&line, &nid, &zid) || !NODE_DATA(nid) ||
		    !take_orders(line, zid < MAX_NR_ZONES ? blocks->total[nid][zid] : foreign, 1))
			return reader_fail(reader, "'Node N, zone NAME' and 11 numbers, as in "
						   "buddyinfo");
	blocks->with_total = true;
	return 0;
}

/** Read a line of pagetypeinfo that begins with a zone. */
static bool read_type_line(struct blocks *blocks, const char *line)
{
	int nid, zid, type;

	if (!take_node_zone(&line, &nid, &zid) || !NODE_DATA(nid))
		return false;
	if (zid >= MAX_NR_ZONES)
		return true;
	if (*line == ',') {
		line++;
		return take_word(&line, "type") && take_migratetype(&line, &type) &&
		       take_orders(line, &blocks->free[nid][zid][0][type], MIGRATE_TYPES);
	}
	for (int i = 0; i < blocks->nr_columns; i++) {
		long value;

		if (!take_number(&line, &value) || value < 0)
			return false;
		blocks->pageblocks[nid][zid][blocks->column[i]] = (unsigned long)value;
	}
	return take_end(&line);
}

/** A heading: the size of pageblocks, and which types the columns of the second table are. */
static bool read_type_heading(struct blocks *blocks, const char *line)
{
	long value;

	if (take_word(&line, "Page block order:"))
		return take_number(&line, &value) && value == pageblock_order;
	if (!take_word(&line, "Number of blocks type"))
		return true;
	blocks->nr_columns = 0;
	while (!take_end(&line) && blocks->nr_columns < MIGRATE_TYPES)
		if (!take_migratetype(&line, &blocks->column[blocks->nr_columns++]))
			return false;
	return take_end(&line);
}

/** Read pagetypeinfo. */
static int read_pagetypeinfo(struct reader *reader, struct blocks *blocks)
{
	const char *line;

	while ((line = reader_line(reader))) {
		if (strncmp(line, "Node ", 5)) {
			if (!read_type_heading(blocks, line))
				return reader_fail(reader, "pageblocks of order 9, and types that "
							   "5.8.18 has");
			continue;
		}
		if (!read_type_line(blocks, line))
			return reader_fail(reader, "a line of pagetypeinfo");
	}
	blocks->with_types = true;
	return 0;
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

/** Without pagetypeinfo: the largest blocks are CMA's, as many as are free there, the rest is movable. */
static void guess_types(struct blocks *blocks, const struct zone *zone)
{
	int nid = zone_to_nid(zone), zid = zone_idx(zone);
	unsigned long cma = (unsigned long)zone->vm_stat[NR_FREE_CMA_PAGES];

	blocks->pageblocks[nid][zid][MIGRATE_CMA] = DIV_ROUND_UP(cma, pageblock_nr_pages);
	for (int order = MAX_ORDER - 1; order >= 0; order--) {
		unsigned long total = blocks->total[nid][zid][order];
		unsigned long lent = min_ul(total, cma >> order);

		blocks->free[nid][zid][order][MIGRATE_CMA] = lent;
		blocks->free[nid][zid][order][MIGRATE_MOVABLE] = total - lent;
		cma -= lent << order;
	}
}

/** Put a zone's free blocks on its lists, large ones first. */
static int place_zone(struct reader *reader, const struct layout *layout, struct blocks *blocks,
		      struct zone *zone)
{
	int nid = zone_to_nid(zone), zid = zone_idx(zone);

	if (!blocks->with_types)
		guess_types(blocks, zone);
	lay_pageblocks(zone, blocks->pageblocks[nid][zid]);
	if (!layout->zone[nid][zid].says_reserve)
		zone->nr_reserved_highatomic =
			blocks->pageblocks[nid][zid][MIGRATE_HIGHATOMIC] * pageblock_nr_pages;
	for (unsigned int order = MAX_ORDER; order-- > 0;)
		for (int type = 0; type < MIGRATE_TYPES; type++) {
			if (place_blocks(reader, zone, order, type,
					 blocks->free[nid][zid][order][type]))
				return -1;
		}
	for (int order = 0; blocks->with_total && order < MAX_ORDER; order++)
		zone->free_area[order].nr_free = blocks->total[nid][zid][order];
	return 0;
}

/** Fill the CPUs' lists with as many movable pages as they hold. */
static int place_pcp(struct reader *reader, struct zone *zone)
{
	unsigned long pfn = zone->zone_start_pfn;

	for (int cpu = 0; cpu < world->nr_cpus; cpu++)
		for (int left = zone->pageset[cpu].pcp.count; left > 0; left--) {
			struct page *page;

			while (pfn < zone_end_pfn(zone) && !room_at(zone, pfn, 0, -1))
				pfn++;
			if (pfn == zone_end_pfn(zone))
				return reader_refuse(reader, "the pages of this zone's CPUs do not "
							     "fit into it");
			page = claim(pfn, 0);
			list_add_tail(&page->lru, &zone->pageset[cpu].pcp.lists[MIGRATE_MOVABLE]);
			set_pcppage_migratetype(page, MIGRATE_MOVABLE);
		}
	return 0;
}

/** Free pages on the lists of a zone, or those of one type of list. */
static long listed_pages(const struct zone *zone, int only_type)
{
	long pages = 0;

	for (int order = 0; order < MAX_ORDER; order++)
		for (int type = 0; type < MIGRATE_TYPES; type++) {
			const struct list_head *entry;

			if (only_type >= 0 && type != only_type)
				continue;
			list_for_each(entry, &zone->free_area[order].free_list[type])
				pages += 1l << order;
		}
	return pages;
}

/**
 * Bring counters and lists together. A small difference is one that a CPU has not folded in yet; more
 * comes from reading one file after the other, and then the lists are right.
 */
static void settle_difference(struct zone *zone)
{
	long listed = listed_pages(zone, -1);
	long difference = listed - zone->vm_stat[NR_FREE_PAGES];

	if (difference >= -zone->pageset[0].stat_threshold &&
	    difference <= zone->pageset[0].stat_threshold)
		zone->pageset[0].vm_stat_diff[NR_FREE_PAGES] = (s8)difference;
	else
		set_zone_counter(zone, NR_FREE_PAGES, listed);
	set_zone_counter(zone, NR_FREE_CMA_PAGES, listed_pages(zone, MIGRATE_CMA));
}

/** Read the lists of free blocks and place them. */
static int read_lists(const struct proc_sample *sample, struct reader *reader,
		      const struct layout *layout)
{
	struct blocks *blocks = calloc(1, sizeof(*blocks));
	struct zone *zone;
	int nid, failed = 0;

	if (!blocks)
		return reader_refuse(reader, "out of memory");
	if (sample->buddyinfo) {
		*reader = (struct reader){ .text = sample->buddyinfo };
		failed = read_buddyinfo(reader, blocks);
	}
	if (sample->pagetypeinfo && !failed) {
		*reader = (struct reader){ .text = sample->pagetypeinfo };
		failed = read_pagetypeinfo(reader, blocks);
	}
	for_each_populated_zone(nid, zone) {
		if (failed || place_zone(reader, layout, blocks, zone) || place_pcp(reader, zone))
			failed = -1;
		else if (blocks->with_total || blocks->with_types)
			settle_difference(zone);
	}
	free(blocks);
	return failed;
}

/**
 * @brief Make a machine from the texts of /proc files.
 *
 * @param sample the texts
 * @param reader receives what went wrong
 * @return the machine, in focus, or NULL
 */
struct machine *proc_read(const struct proc_sample *sample, struct reader *reader)
{
	char error[200] = "";
	struct machine *before = world, *machine = machine_new(error, sizeof(error));
	struct layout layout = { 0 };

	*reader = (struct reader){ .text = sample->zoneinfo };
	if (!machine) {
		reader_refuse(reader, error);
		return NULL;
	}
	wire_hooks(machine);
	if (!read_layout(reader, &layout) && !make_ground(reader, &layout)) {
		reader->next = 0;
		if (!read_zoneinfo(reader, &layout)) {
			derive();
			if (!read_lists(sample, reader, &layout))
				return machine;
		}
	}
	machine_free(machine);
	machine_focus(before);
	return NULL;
}
