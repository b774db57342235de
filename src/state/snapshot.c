/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Making a machine from a snapshot: a text that holds the whole state of free memory.
 *
 * The format is that of the recordings, and of saved snapshots, which have records of our own besides
 * (records.c). Pages that no list names are in use, by nobody in particular, one reference each,
 * where no record says otherwise.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "life/life.h"
#include "state/state.h"
#include "memory_map.h"
#include "stages/stages.h"
#include "world/world.h"

/** Take a word and the number behind it. */
static bool take_field(const char **cursor, const char *name, long *value)
{
	return take_word(cursor, name) && take_number(cursor, value);
}

/** A row of a record: a word, where the number behind it goes, and what it may be. */
struct field {
	const char *name;
	long *value;
	long least;
	long most; /**< 0: any number of pages */
};

/** Is this as many pages as a machine could ever count? More cannot be computed with. */
static bool pages_possible(long pages)
{
	return pages >= 0 && pages <= MAX_PFN;
}

/** Take several words with their numbers, and then the end of the line. */
static bool take_fields(const char **cursor, const struct field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct field *field = &fields[i];

		if (!take_field(cursor, field->name, field->value))
			return false;
		if (field->most ? *field->value < field->least || *field->value > field->most
				: !pages_possible(*field->value))
			return false;
	}
	return take_end(cursor);
}

/** What a `zone` line says. */
struct zone_line {
	long nid;
	int zid;
	long start_pfn, spanned, present, managed;
};

/** Read a `zone` line; false when it is not one. */
static bool parse_zone_line(const char *line, struct zone_line *z)
{
	const struct field fields[] = { { "start_pfn", &z->start_pfn, 0, 0 },
					{ "spanned", &z->spanned, 0, 0 },
					{ "present", &z->present, 0, 0 },
					{ "managed", &z->managed, 0, 0 } };

	return take_field(&line, "zone", &z->nid) && take_zone(&line, &z->zid) &&
	       take_fields(&line, fields, ARRAY_SIZE(fields)) && z->nid >= 0 &&
	       z->nid < MAX_NUMNODES && z->start_pfn >= 0 && z->start_pfn < MAX_PFN &&
	       z->spanned >= 0 && z->spanned < MAX_PFN && z->present >= 0 && z->managed >= 0;
}

/** Read a `memory` record; false when it is not one. */
static bool parse_memory_record(const char *line, struct memory_range *range)
{
	long start, end, nid, nomap;
	const struct field fields[] = { { "node", &nid, 0, 0 }, { "nomap", &nomap, 0, 0 } };

	if (!take_word(&line, "memory") || !take_number(&line, &start) ||
	    !take_number(&line, &end) || !take_fields(&line, fields, ARRAY_SIZE(fields)) ||
	    start < 0 || end <= start || end >= 1l << 36 || nid < 0 || nid >= MAX_NUMNODES)
		return false;
	*range = (struct memory_range){ (unsigned long)start, (unsigned long)end, (int)nid, nomap };
	return true;
}

/** Sort ranges and see that they are apart. */
static int check_ranges(struct reader *reader, struct memory_range *ranges, int count)
{
	if (memory_ranges_sort(ranges, count))
		return count;
	return reader_refuse(reader, "expected zones and memory ranges that do not overlap");
}

/** The `memory` records, which stand before everything that needs them; 0 when there are none. */
static int scan_memory_records(struct reader *reader, struct memory_range *ranges)
{
	struct reader ahead = *reader;
	const char *line;
	int count = 0;

	while ((line = reader_peek(&ahead)) && !strncmp(line, "memory ", 7)) {
		reader->next = ++ahead.next;
		if (count == MAX_MEMORY_RANGES || !parse_memory_record(line, &ranges[count++]))
			return reader_fail(reader, "'memory START END node NID nomap B'");
	}
	return count ? check_ranges(reader, ranges, count) : 0;
}

/**
 * @brief Find where memory is, from the `zone` lines that lie ahead.
 *
 * @param reader the place; not moved
 * @param ranges receives the ranges, sorted
 * @return how many, or -1 after noting an error
 */
static int scan_ranges(struct reader *reader, struct memory_range *ranges)
{
	struct reader ahead = *reader;
	const char *line;
	int count = 0;

	while ((line = reader_line(&ahead)) && strcmp(line, "end")) {
		struct zone_line z;

		if (strncmp(line, "zone ", 5) || !parse_zone_line(line, &z) || !z.spanned)
			continue;
		reader->next = ahead.next;
		if (z.present != z.spanned)
			return reader_refuse(reader, "expected a zone without holes: the snapshot "
						     "does not tell where they are");
		if (count == MAX_MEMORY_RANGES)
			return reader_refuse(reader, "expected fewer zones");
		ranges[count++] = (struct memory_range){
			.start_pfn = (unsigned long)z.start_pfn,
			.end_pfn = (unsigned long)(z.start_pfn + z.spanned),
			.nid = (int)z.nid,
		};
	}
	if (!count) {
		reader->next = ahead.next;
		return reader_fail(reader, "a zone with memory");
	}
	return check_ranges(reader, ranges, count);
}

/** Read `kernel ...`: the build and CPU constants. */
static int read_kernel(struct reader *reader)
{
	const char *line = reader_line(reader);
	long page_shift, max_order, block_order, nr_zones, numa, nr_cpus, this_cpu;
	const struct field fields[] = { { "page_shift", &page_shift, 0, 0 },
					{ "max_order", &max_order, 0, 0 },
					{ "pageblock_order", &block_order, 0, 0 },
					{ "nr_zones", &nr_zones, 0, 0 },
					{ "numa", &numa, 0, 1 },
					{ "nr_cpus", &nr_cpus, INT_MIN, INT_MAX },
					{ "this_cpu", &this_cpu, INT_MIN, INT_MAX } };

	if (!line || !take_word(&line, "kernel") || !take_word(&line, "5.8.18") ||
	    !take_word(&line, "arm64") || !take_fields(&line, fields, ARRAY_SIZE(fields)))
		return reader_fail(reader, "'kernel 5.8.18 arm64 ...'");
	if (page_shift != PAGE_SHIFT || max_order != MAX_ORDER ||
	    block_order != (long)pageblock_order || nr_zones != MAX_NR_ZONES)
		return reader_refuse(reader, "expected 4 KiB pages, 11 orders, pageblocks of order "
					     "9 and 4 zones: other machines are not modelled");
	if (nr_cpus < 1 || nr_cpus > MAX_CPUS || this_cpu < 0 || this_cpu >= nr_cpus)
		return reader_refuse(reader, "expected 1 to 64 CPUs, and this_cpu among them");
	world->nr_cpus = (int)nr_cpus;
	world->cpu_online = nr_cpus == MAX_CPUS ? ~0ull : (1ull << nr_cpus) - 1;
	world->this_cpu = (int)this_cpu;
	return 0;
}

/** Read `sysctl ...`: tunables and derived totals. */
static int read_sysctl(struct reader *reader)
{
	const char *line = reader_line(reader);
	long boost, scale, min_free, totalreserve, disabled;
	const struct field fields[] = { { "watermark_boost_factor", &boost, 0, INT_MAX },
					{ "watermark_scale_factor", &scale, 0, INT_MAX },
					{ "min_free_kbytes", &min_free, 0, INT_MAX },
					{ "totalreserve_pages", &totalreserve, 0, 0 },
					{ "mobility_disabled", &disabled, 0, 1 } };

	if (!line || !take_word(&line, "sysctl") || !take_fields(&line, fields, ARRAY_SIZE(fields)))
		return reader_fail(reader, "'sysctl watermark_boost_factor N ...'");
	world->watermark_boost_factor = (int)boost;
	world->watermark_scale_factor = (int)scale;
	world->min_free_kbytes = (int)min_free;
	world->totalreserve_pages = (unsigned long)totalreserve;
	world->page_group_by_mobility_disabled = disabled;
	return 0;
}

/** Read `node ...`: a node and its daemons. */
static int read_node(struct reader *reader, const char *line)
{
	long nid, start, spanned, waiting, index, order, failures, c_waiting, c_order, c_index;
	const struct field fields[] = { { "start_pfn", &start, 0, 0 },
					{ "spanned", &spanned, 0, 0 },
					{ "kswapd_waiting", &waiting, 0, 1 },
					{ "kswapd_highest_zoneidx", &index, 0, MAX_NR_ZONES },
					{ "kswapd_order", &order, 0, MAX_ORDER - 1 },
					{ "kswapd_failures", &failures, 0, INT_MAX },
					{ "kcompactd_waiting", &c_waiting, 0, 1 },
					{ "kcompactd_max_order", &c_order, 0, MAX_ORDER - 1 },
					{ "kcompactd_highest_zoneidx", &c_index, -1,
					  MAX_NR_ZONES - 1 } };
	struct pglist_data *pgdat;

	if (!take_field(&line, "node", &nid) || nid < 0 || nid >= MAX_NUMNODES || NODE_DATA(nid) ||
	    !take_fields(&line, fields, ARRAY_SIZE(fields)))
		return reader_fail(reader, "'node NID start_pfn N ...' of a new node");
	pgdat = node_new((int)nid);
	if (!pgdat)
		return reader_refuse(reader, "out of memory");
	pgdat->node_start_pfn = (unsigned long)start;
	pgdat->node_spanned_pages = (unsigned long)spanned;
	pgdat->kswapd_waiting = waiting;
	pgdat->kswapd_highest_zoneidx = (int)index;
	pgdat->kswapd_order = (int)order;
	pgdat->kswapd_failures = (int)failures;
	pgdat->kcompactd_waiting = c_waiting;
	pgdat->kcompactd_max_order = (int)c_order;
	pgdat->kcompactd_highest_zoneidx = (int)c_index;
	return 0;
}

/** Mark a block as free in the hands of the allocator; false when part of it is free already. */
static bool claim_free(struct page *page, unsigned int order)
{
	for (unsigned long i = 0; i < 1ul << order; i++) {
		if (page_count(&page[i]) == 0)
			return false;
		set_page_count(&page[i], 0);
		page[i].flags &= ~PAGE_FLAGS_CHECK_AT_PREP;
		page[i].mapping = NULL;
		page[i].mem_cgroup = NULL;
	}
	return true;
}

/** A page of a zone by its PFN, if a block of this order can start there. */
static struct page *page_in_zone(const struct zone *zone, long pfn, unsigned int order)
{
	if (pfn < 0 || (pfn & ((1l << order) - 1)) || !zone_spans_pfn(zone, (unsigned long)pfn) ||
	    !zone_spans_pfn(zone, (unsigned long)pfn + (1ul << order) - 1))
		return NULL;
	return pfn_to_page((unsigned long)pfn);
}

/** Read ` free ORDER TYPE PFN ...`: one buddy list, head first. */
static int read_free(struct reader *reader, struct zone *zone, const char *line)
{
	long order, pfn;
	int type;

	if (!take_number(&line, &order) || order < 0 || order >= MAX_ORDER ||
	    !take_migratetype(&line, &type))
		return reader_fail(reader, "'free ORDER TYPE PFN ...'");
	while (take_number(&line, &pfn)) {
		struct page *page = page_in_zone(zone, pfn, (unsigned int)order);

		if (!page)
			return reader_refuse(reader, "expected PFNs of this zone, aligned to the "
						     "order of the list");
		if (!claim_free(page, (unsigned int)order))
			return reader_refuse(reader, "expected each page on one list only");
		add_to_free_list_tail(page, zone, (unsigned int)order, type);
		set_page_order(page, (unsigned int)order);
	}
	return take_end(&line) ? 0 : reader_fail(reader, "'free ORDER TYPE PFN ...'");
}

/** Read ` pcplist CPU TYPE PFN/TYPE ...`: one per-CPU list, head first. */
static int read_pcplist(struct reader *reader, struct zone *zone, const char *line)
{
	long cpu, pfn;
	int list, type;

	if (!take_number(&line, &cpu) || cpu < 0 || cpu >= world->nr_cpus ||
	    !take_migratetype(&line, &list) || list >= MIGRATE_PCPTYPES)
		return reader_fail(reader, "'pcplist CPU TYPE PFN/TYPE ...'");
	while (take_number(&line, &pfn)) {
		struct page *page = page_in_zone(zone, pfn, 0);

		if (*line++ != '/' || !take_migratetype(&line, &type))
			return reader_fail(reader, "PFN/TYPE");
		if (!page || !claim_free(page, 0))
			return reader_refuse(reader, "expected PFNs of this zone, each on one "
						     "list only");
		list_add_tail(&page->lru, &zone->pageset[cpu].pcp.lists[list]);
		set_pcppage_migratetype(page, type);
	}
	return take_end(&line) ? 0 : reader_fail(reader, "'pcplist CPU TYPE PFN/TYPE ...'");
}

/** Read ` pcp CPU count ...`: one per-CPU pageset. */
static int read_pcp(struct reader *reader, struct zone *zone, const char *line)
{
	long cpu, count, high, batch, threshold, diff_free, diff_cma;
	const struct field fields[] = { { "count", &count, 0, INT_MAX },
					{ "high", &high, INT_MIN, INT_MAX },
					{ "batch", &batch, INT_MIN, INT_MAX },
					{ "stat_threshold", &threshold, INT_MIN, INT_MAX },
					{ "diff_free", &diff_free, INT8_MIN, INT8_MAX },
					{ "diff_cma", &diff_cma, INT8_MIN, INT8_MAX } };
	struct per_cpu_pageset *pageset;

	if (!take_number(&line, &cpu) || cpu < 0 || cpu >= world->nr_cpus ||
	    !take_fields(&line, fields, ARRAY_SIZE(fields)))
		return reader_fail(reader, "'pcp CPU count N ...'");
	if (high < 0 || batch < 1 || threshold < 0 || threshold > INT8_MAX)
		return reader_refuse(reader, "expected a batch of 1 or more, a high mark of 0 or "
					     "more, and a threshold of 0 to 127");
	pageset = &zone->pageset[cpu];
	pageset->pcp.count = (int)count;
	pageset->pcp.high = (int)high;
	pageset->pcp.batch = (int)batch;
	pageset->stat_threshold = (s8)threshold;
	pageset->vm_stat_diff[NR_FREE_PAGES] = (s8)diff_free;
	pageset->vm_stat_diff[NR_FREE_CMA_PAGES] = (s8)diff_cma;
	return 0;
}

/** Read ` pageblocks TYPE*N ...`: the migratetypes of a zone's pageblocks. */
static int read_pageblocks(struct reader *reader, const struct zone *zone, const char *line)
{
	unsigned long block = zone->zone_start_pfn >> pageblock_order;
	unsigned long end = (zone_end_pfn(zone) + pageblock_nr_pages - 1) >> pageblock_order;

	while (!take_end(&line)) {
		size_t length = strcspn(line += strspn(line, " "), "*");
		int type = 0;
		long count;

		while (type < MIGRATE_TYPES && (strlen(migratetype_names[type]) != length ||
						strncmp(line, migratetype_names[type], length)))
			type++;
		line += length;
		if (type == MIGRATE_TYPES || *line++ != '*' || !take_number(&line, &count) ||
		    count < 1 || (unsigned long)count > end - block)
			return reader_fail(reader, "'pageblocks TYPE*N ...' of this zone's length");
		for (; count; count--, block++)
			*pageblock_byte(block << pageblock_order) = (u8)type;
	}
	return block == end ? 0 : reader_fail(reader, "a type for each pageblock of the zone");
}

/** Read ` movable PFN+N ...`: pages in use that could be migrated. */
static int read_movable(struct reader *reader, const struct zone *zone, const char *line)
{
	long pfn, count;

	while (take_number(&line, &pfn)) {
		if (*line++ != '+' || !take_number(&line, &count) || count < 1 ||
		    count > (long)zone->spanned_pages || !page_in_zone(zone, pfn, 0) ||
		    !page_in_zone(zone, pfn + count - 1, 0))
			return reader_fail(reader, "'movable PFN+N ...' inside this zone");
		for (; count; count--, pfn++) {
			struct page *page = pfn_to_page((unsigned long)pfn);

			if (!page_count(page))
				return reader_refuse(reader, "expected movable pages that are in "
							     "use");
			SetPageFlag(page, PG_lru);
		}
	}
	return take_end(&line) ? 0 : reader_fail(reader, "'movable PFN+N ...'");
}

/** Read ` watermark min ...`. */
static int read_watermark(struct reader *reader, struct zone *zone, const char *line)
{
	long min, low, high, boost;
	unsigned long flags;

	if (!take_field(&line, "min", &min) || !take_field(&line, "low", &low) ||
	    !take_field(&line, "high", &high) || !take_field(&line, "boost", &boost) ||
	    !take_word(&line, "flags") || !take_hex(&line, &flags) || !take_end(&line))
		return reader_fail(reader, "'watermark min N low N high N boost N flags HEX'");
	if (!pages_possible(min) || !pages_possible(low) || !pages_possible(high) ||
	    !pages_possible(boost))
		return reader_refuse(reader, "expected watermarks of 0 to 2^36 pages");
	zone->_watermark[WMARK_MIN] = (unsigned long)min;
	zone->_watermark[WMARK_LOW] = (unsigned long)low;
	zone->_watermark[WMARK_HIGH] = (unsigned long)high;
	zone->watermark_boost = (unsigned long)boost;
	zone->flags = flags;
	return 0;
}

/** Read ` lowmem_reserve A B C D`. */
static int read_lowmem_reserve(struct reader *reader, struct zone *zone, const char *line)
{
	long pages;

	for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
		if (!take_number(&line, &pages) || !pages_possible(pages))
			return reader_fail(reader, "'lowmem_reserve A B C D'");
		zone->lowmem_reserve[zid] = (unsigned long)pages;
	}
	return take_end(&line) ? 0 : reader_fail(reader, "'lowmem_reserve A B C D'");
}

/** Read ` reserved_highatomic N`. */
static int read_highatomic(struct reader *reader, struct zone *zone, const char *line)
{
	long pages;

	if (!take_number(&line, &pages) || !take_end(&line) || !pages_possible(pages))
		return reader_fail(reader, "'reserved_highatomic N'");
	zone->nr_reserved_highatomic = (unsigned long)pages;
	return 0;
}

/** Read ` compact considered N shift S failed O`. */
static int read_compact(struct reader *reader, struct zone *zone, const char *line)
{
	long considered, shift, failed;
	const struct field fields[] = { { "considered", &considered, 0, INT_MAX },
					{ "shift", &shift, 0, COMPACT_MAX_DEFER_SHIFT },
					{ "failed", &failed, 0, MAX_ORDER } };

	if (!take_fields(&line, fields, ARRAY_SIZE(fields)))
		return reader_fail(reader, "'compact considered N shift S failed O'");
	zone->compact_considered = (unsigned int)considered;
	zone->compact_defer_shift = (unsigned int)shift;
	zone->compact_order_failed = (int)failed;
	return 0;
}

/** Read ` vmstat nr_free_pages N nr_free_cma N drift_mark N`. */
static int read_vmstat(struct reader *reader, struct zone *zone, const char *line)
{
	long free, cma, mark;
	const struct field fields[] = { { "nr_free_pages", &free, -MAX_PFN, MAX_PFN },
					{ "nr_free_cma", &cma, -MAX_PFN, MAX_PFN },
					{ "drift_mark", &mark, 0, 0 } };

	if (!take_fields(&line, fields, ARRAY_SIZE(fields)))
		return reader_fail(reader, "'vmstat nr_free_pages N nr_free_cma N drift_mark N'");
	world->vm_zone_stat[NR_FREE_PAGES] += free - zone->vm_stat[NR_FREE_PAGES];
	world->vm_zone_stat[NR_FREE_CMA_PAGES] += cma - zone->vm_stat[NR_FREE_CMA_PAGES];
	zone->vm_stat[NR_FREE_PAGES] = free;
	zone->vm_stat[NR_FREE_CMA_PAGES] = cma;
	zone->percpu_drift_mark = (unsigned long)mark;
	return 0;
}

/** Read ` numa_stat hit N ...` (CONFIG_NUMA). */
static int read_numa_stat(struct reader *reader, struct zone *zone, const char *line)
{
	long value[6];
	const struct field fields[] = {
		{ "hit", &value[0], 0, 0 },	{ "miss", &value[1], 0, 0 },
		{ "foreign", &value[2], 0, 0 }, { "interleave", &value[3], 0, 0 },
		{ "local", &value[4], 0, 0 },	{ "other", &value[5], 0, 0 }
	};

	if (!take_fields(&line, fields, ARRAY_SIZE(fields)))
		return reader_fail(reader, "'numa_stat hit N miss N ...'");
#ifdef CONFIG_NUMA
	for (int item = 0; item < NR_VM_NUMA_STAT_ITEMS; item++) {
		zone->vm_numa_stat[item] = (unsigned long)value[item];
		/* The sum includes what the CPUs hold back. */
		for (int cpu = 0; cpu < world->nr_cpus; cpu++)
			zone->pageset[cpu].vm_numa_stat_diff[item] = 0;
	}
#else
	(void)zone;
#endif
	return 0;
}

/**
 * @brief Read one line of a zone's state.
 *
 * @param reader the place, for errors
 * @param zone the zone
 * @param line the line without its indent
 * @return 0, or -1 after noting an error
 */
static int read_zone_record(struct reader *reader, struct zone *zone, const char *line)
{
	if (take_word(&line, "free"))
		return read_free(reader, zone, line);
	if (take_word(&line, "pcplist"))
		return read_pcplist(reader, zone, line);
	if (take_word(&line, "pcp"))
		return read_pcp(reader, zone, line);
	if (take_word(&line, "pageblocks"))
		return read_pageblocks(reader, zone, line);
	if (take_word(&line, "movable"))
		return read_movable(reader, zone, line);
	if (take_word(&line, "watermark"))
		return read_watermark(reader, zone, line);
	if (take_word(&line, "lowmem_reserve"))
		return read_lowmem_reserve(reader, zone, line);
	if (take_word(&line, "reserved_highatomic"))
		return read_highatomic(reader, zone, line);
	if (take_word(&line, "compact"))
		return read_compact(reader, zone, line);
	if (take_word(&line, "vmstat"))
		return read_vmstat(reader, zone, line);
	if (take_word(&line, "numa_stat"))
		return read_numa_stat(reader, zone, line);
	return reader_fail(reader, "a line of a zone's state");
}

/**
 * @brief Read the lines of a zone's state, as far as they are indented.
 *
 * @param reader the place
 * @param zone the zone, with nothing on its lists
 * @param indent blanks before each line
 * @return 0, or -1 after noting an error
 * @source none (ours: the format of the recordings)
 */
int snapshot_read_zone_state(struct reader *reader, struct zone *zone, int indent)
{
	const char *line;

	while ((line = reader_peek(reader)) && (int)strspn(line, " ") == indent) {
		reader->next++;
		if (read_zone_record(reader, zone, line))
			return -1;
	}
	if (!zone_pcp_counts_right(zone))
		return reader_refuse(reader, "expected the count of each 'pcp' line to be the "
					     "number of pages on its lists");
	if (!zone_counters_right(zone))
		return reader_refuse(reader,
				     "expected nr_free_pages and nr_free_cma, with all "
				     "diff_free and diff_cma, to be the pages on the lists");
	return 0;
}

/**
 * @brief Take everything off a zone's lists: afterwards all its pages are in use by nobody.
 *
 * @param zone the zone
 * @source none (ours: a recording replaces a zone's state after a compaction)
 */
void snapshot_clear_zone_state(struct zone *zone)
{
	for (unsigned long pfn = zone->zone_start_pfn; pfn < zone_end_pfn(zone); pfn++) {
		struct page *page = pfn_to_page(pfn);
		unsigned long pages = PageBuddy(page) ? 1ul << page_order(page) : 0;

		for (unsigned long i = 0; i < pages; i++)
			set_page_count(page + i, 1);
		if (PageBuddy(page)) {
			__ClearPageBuddy(page);
			page->private = 0;
		}
		ClearPageFlag(page, PG_lru);
	}
	for (int cpu = 0; cpu < world->nr_cpus; cpu++)
		for (int type = 0; type < MIGRATE_PCPTYPES; type++) {
			struct list_head *list = &zone->pageset[cpu].pcp.lists[type], *entry;

			list_for_each(entry, list)
				set_page_count(list_entry(entry, struct page, lru), 1);
			INIT_LIST_HEAD(list);
		}
	zone_init_free_lists(zone);
	zone->compact_considered = 0;
	zone->compact_defer_shift = 0;
	zone->compact_order_failed = 0;
}

/** Make the struct pages of one zone: of all memory ranges of its node, the parts inside it. */
static void init_zone_pages(const struct zone *zone)
{
	for (int i = 0; i < world->nr_ranges; i++) {
		struct memory_range range = world->range[i];

		range.start_pfn = max_ul(range.start_pfn, zone->zone_start_pfn);
		range.end_pfn = min_ul(range.end_pfn, zone_end_pfn(zone));
		if (range.nid == zone_to_nid(zone) && range.start_pfn < range.end_pfn)
			memmap_init_range(&range);
	}
}

/** Read `zone ...` and the lines below it. */
static int read_zone(struct reader *reader, const char *line)
{
	struct pglist_data *pgdat;
	struct zone_line z;
	struct zone *zone;

	if (!parse_zone_line(line, &z) || !NODE_DATA(z.nid))
		return reader_fail(reader, "'zone NID NAME start_pfn N ...' of a node named above");
	if (z.present > z.spanned || !z.present != !z.spanned || z.managed > z.present)
		return reader_refuse(reader, "expected managed pages to be present, and present "
					     "ones to be spanned");
	pgdat = NODE_DATA(z.nid);
	zone = &pgdat->node_zones[z.zid];
	if (zone->pageset)
		return reader_refuse(reader, "expected each zone once");
	if (z.spanned && ((unsigned long)z.start_pfn < world->mem_map_start ||
			  (unsigned long)(z.start_pfn + z.spanned) > world->mem_map_end))
		return reader_refuse(reader, "expected a zone inside the memory ranges");
	zone->zone_start_pfn = (unsigned long)z.start_pfn;
	zone->spanned_pages = (unsigned long)z.spanned;
	zone->present_pages = (unsigned long)z.present;
	zone->managed_pages = (unsigned long)z.managed;
	zone->contiguous = z.present == z.spanned;
	zone->initialized = z.spanned > 0;
	pgdat->node_present_pages += zone->present_pages;
	world->totalram_pages += zone->managed_pages;
	zone_pagesets_init(zone, 0, 1);
	if (!zone->pageset)
		return reader_refuse(reader, "out of memory");
	/* An empty zone has no lines below. */
	if (!z.spanned)
		return 0;
	if (pgdat->nr_zones <= z.zid)
		pgdat->nr_zones = z.zid + 1;
	init_zone_pages(zone);
	return snapshot_read_zone_state(reader, zone, 1);
}

/** Read `zonelist NID I NID:ZONE ...`; the zones may be described further down. */
static int read_zonelist(struct reader *reader, const char *line)
{
	long nid, index, zone_nid;
	int zid, count = 0;

	line += strlen("zonelist");
	if (!take_number(&line, &nid) || !take_number(&line, &index) || nid < 0 ||
	    nid >= MAX_NUMNODES || !NODE_DATA(nid) || index < 0 || index >= MAX_ZONELISTS)
		return reader_fail(reader, "'zonelist NID I NID:ZONE ...' of a node named above");
	while (take_number(&line, &zone_nid)) {
		struct zoneref *z = &NODE_DATA(nid)->node_zonelists[index]._zonerefs[count];

		if (*line++ != ':' || !take_zone(&line, &zid) || zone_nid < 0 ||
		    zone_nid >= MAX_NUMNODES || ++count > MAX_ZONES_PER_ZONELIST)
			return reader_fail(reader, "NID:ZONE");
		/* The node may not exist yet: keep its number until all nodes are read. */
		z->zone = (struct zone *)(zone_nid + 1);
		z->zone_idx = zid;
	}
	return take_end(&line) ? 0 : reader_fail(reader, "'zonelist NID I NID:ZONE ...'");
}

/** Turn the node numbers that read_zonelist() left into zones. */
static int resolve_zonelists(struct reader *reader)
{
	int nid;

	for_each_online_node(nid)
		for (int index = 0; index < MAX_ZONELISTS; index++) {
			struct zonelist numbers = NODE_DATA(nid)->node_zonelists[index];
			struct zonelist *list = &NODE_DATA(nid)->node_zonelists[index];

			memset(list, 0, sizeof(*list));
			for (struct zoneref *z = numbers._zonerefs; z->zone; z++) {
				struct pglist_data *pgdat = NODE_DATA((long)z->zone - 1);

				if (!pgdat)
					return reader_refuse(reader, "expected zonelists of nodes "
								     "that the snapshot describes");
				zonelist_append(list, &pgdat->node_zones[z->zone_idx]);
			}
		}
	return 0;
}

/** Every node needs the four zones, populated or not, to have pagesets that can be asked. */
static int check_complete(struct reader *reader)
{
	struct zone *zone;
	int nid;

	for_each_zone(nid, zone)
		if (!zone->pageset)
			return reader_refuse(reader, "expected all four zones of each node");
	if (!NODE_DATA(0))
		return reader_refuse(reader, "expected node 0: CPU 0 belongs to it");
	return resolve_zonelists(reader);
}

/** Read a snapshot from the `kernel` line to `end` into the machine in focus. */
static int read_snapshot(struct reader *reader)
{
	struct memory_range ranges[MAX_MEMORY_RANGES];
	const char *line;
	struct pageflow_error error = { 0 };
	int nr_ranges;
	size_t start;

	if (read_kernel(reader) || read_sysctl(reader))
		return -1;
	start = reader->next;
	nr_ranges = scan_memory_records(reader, ranges);
	if (!nr_ranges)
		nr_ranges = scan_ranges(reader, ranges);
	if (nr_ranges < 0)
		return -1;
	reader->next = start;
	if (memory_map_reserve(ranges, nr_ranges, &error))
		return reader_refuse(reader, error.text);

	while ((line = reader_line(reader)) && strcmp(line, "end")) {
		int failed;

		if (!strncmp(line, "node ", 5))
			failed = read_node(reader, line);
		else if (!strncmp(line, "zonelist ", 9))
			failed = read_zonelist(reader, line);
		else if (!strncmp(line, "zone ", 5))
			failed = read_zone(reader, line);
		else
			failed = record_apply(reader, line);
		if (failed)
			return -1;
	}
	if (!line)
		return reader_fail(reader, "'end' of the snapshot");
	return check_complete(reader);
}

/**
 * @brief Make a machine from a snapshot.
 *
 * @param reader at the line behind `snapshot NAME`; left behind `end`
 * @return the machine, in focus; NULL after noting an error
 * @source none (ours: the format of the recordings)
 */
struct machine *snapshot_load(struct reader *reader)
{
	struct pageflow_error error = { 0 };
	FOCUS_ON(world);
	struct machine *machine = machine_new(&error);

	if (!machine) {
		reader_refuse(reader, error.text);
		return NULL;
	}
	wire_hooks(machine);
	if (read_snapshot(reader)) {
		machine_free(machine);
		return NULL;
	}
	node_states_update();
	FOCUS_STAYS_ON(machine);
	return machine;
}
