/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The state of a zone in a snapshot: its lists, pageblocks, limits and counters, a line each.
 *
 * Recordings have these lines too, where a compaction gave a zone a new state.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "memory_map.h"
#include "stages/stages.h"
#include "state/state.h"
#include "world/world.h"

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
	node_raise_threshold(zone->zone_pgdat, (int)cpu, (int)threshold);
	return 0;
}

/** What a pageblock without any valid page is called among the types. */
#define HOLE "hole"

/** Is no page of a pageblock valid? */
static bool pageblock_is_hole(unsigned long pfn)
{
	for (unsigned long i = 0; i < pageblock_nr_pages; i++)
		if (pfn_valid(pfn + i))
			return false;
	return true;
}

/**
 * @brief What a snapshot calls a pageblock.
 *
 * @param pfn first PFN of the block
 * @return the name of its migratetype, or `hole` when none of its pages is valid
 * @source none (ours: the format of the recordings)
 */
const char *snapshot_pageblock_name(unsigned long pfn)
{
	return pageblock_is_hole(pfn) ? HOLE : migratetype_names[get_pfnblock_migratetype(pfn)];
}

/** Give a pageblock the type of this name; false when it names no type, or a hole where there is none. */
static bool name_pageblock(unsigned long pfn, const char *name, size_t length)
{
	if (length == strlen(HOLE) && !strncmp(name, HOLE, length))
		return pageblock_is_hole(pfn);
	for (int type = 0; type < MIGRATE_TYPES; type++)
		if (strlen(migratetype_names[type]) == length &&
		    !strncmp(name, migratetype_names[type], length)) {
			*pageblock_byte(pfn) = (u8)type;
			return true;
		}
	return false;
}

/** Read ` pageblocks TYPE*N ...`: the migratetypes of a zone's pageblocks. */
static int read_pageblocks(struct reader *reader, const struct zone *zone, const char *line)
{
	unsigned long block = zone->zone_start_pfn >> pageblock_order;
	unsigned long end = (zone_end_pfn(zone) + pageblock_nr_pages - 1) >> pageblock_order;

	while (!take_end(&line)) {
		const char *name = line + strspn(line, " ");
		size_t length = strcspn(name, "*");
		long count;

		line = name + length;
		if (*line++ != '*' || !take_number(&line, &count) || count < 1 ||
		    (unsigned long)count > end - block)
			return reader_fail(reader, "'pageblocks TYPE*N ...' of this zone's length");
		for (; count; count--, block++)
			if (!name_pageblock(block << pageblock_order, name, length))
				return reader_fail(reader, "a migratetype, or 'hole' where no page "
							   "of the pageblock is valid");
	}
	return block == end ? 0 : reader_fail(reader, "a type for each pageblock of the zone");
}

/** Check ` holes PFN+N ...`: memory was laid out before this line is reached. */
static int check_holes(struct reader *reader, const struct zone *zone, const char *line)
{
	long pfn, count;

	while (!take_end(&line)) {
		if (!take_run(&line, &pfn, &count) || !page_in_zone(zone, pfn, 0) ||
		    !page_in_zone(zone, pfn + count - 1, 0))
			return reader_fail(reader, "'holes PFN+N ...' inside this zone");
		for (; count; count--, pfn++)
			if (pfn_valid((unsigned long)pfn))
				return reader_refuse(reader, "expected holes where no 'memory' "
							     "record has memory");
	}
	return 0;
}

/** Read ` movable PFN+N ...`: pages in use that could be migrated. */
static int read_movable(struct reader *reader, const struct zone *zone, const char *line)
{
	long pfn, count;

	while (!take_end(&line)) {
		if (!take_run(&line, &pfn, &count) || !page_in_zone(zone, pfn, 0) ||
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
	return 0;
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
	if (take_word(&line, "holes"))
		return check_holes(reader, zone, line);
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
	return snapshot_read_page_line(reader, zone, line);
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
