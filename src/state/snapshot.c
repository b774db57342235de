/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Making a machine from a snapshot: a text that holds the whole state of free memory.
 *
 * The format is that of the recordings, and of saved snapshots, which have records of our own besides
 * (records.c); the state of each zone is read in snapshot-zone.c. Pages that no list names are in use, by nobody in particular, one reference each,
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

/** Ranges of memory being found out. */
struct found_ranges {
	struct memory_range *range;
	int count;
};

/** Add [start, end) of a node, if there is any of it. */
static int add_range(struct reader *reader, struct found_ranges *found, unsigned long start,
		     unsigned long end, long nid)
{
	if (start == end)
		return 0;
	if (found->count == MAX_MEMORY_RANGES)
		return reader_refuse(reader, "expected fewer zones and holes");
	found->range[found->count++] =
		(struct memory_range){ .start_pfn = start, .end_pfn = end, .nid = (int)nid };
	return 0;
}

/** The line ` holes PFN+N ...` among those of the zone that `reader` stands after; NULL when it has none. */
static const char *holes_of_zone(struct reader *reader)
{
	struct reader ahead = *reader;
	const char *line;

	while ((line = reader_peek(&ahead)) && *line == ' ') {
		ahead.next++;
		if (!strncmp(line, " holes ", 7)) {
			reader->next = ahead.next;
			return line + 7;
		}
	}
	return NULL;
}

/** Add what a zone spans, less its holes. */
static int add_zone(struct reader *reader, struct found_ranges *found, const struct zone_line *z)
{
	unsigned long from = (unsigned long)z->start_pfn, end = from + (unsigned long)z->spanned;
	const char *holes = holes_of_zone(reader);
	long missing = z->spanned - z->present;

	for (; holes && !take_end(&holes);) {
		unsigned long hole;
		long pfn, count;

		if (!take_run(&holes, &pfn, &count) || (hole = (unsigned long)pfn) < from ||
		    hole + (unsigned long)count > end)
			return reader_fail(reader, "'holes PFN+N ...', ascending, inside the zone");
		if (add_range(reader, found, from, hole, z->nid))
			return -1;
		from = hole + (unsigned long)count;
		missing -= count;
	}
	if (missing)
		return reader_refuse(reader, "expected 'present' to be 'spanned' less the pages of "
					     "the zone's 'holes'");
	return add_range(reader, found, from, end, z->nid);
}

/**
 * @brief Find where memory is, from the `zone` lines that lie ahead, and the `holes` below them.
 *
 * @param reader the place; not moved
 * @param ranges receives the ranges, sorted
 * @return how many, or -1 after noting an error
 */
static int scan_zones(struct reader *reader, struct memory_range *ranges)
{
	struct reader ahead = *reader;
	struct found_ranges found = { .range = ranges };
	const char *line;

	while ((line = reader_line(&ahead)) && strcmp(line, "end")) {
		struct zone_line z;

		if (strncmp(line, "zone ", 5) || !parse_zone_line(line, &z) || !z.spanned)
			continue;
		reader->next = ahead.next;
		if (add_zone(reader, &found, &z))
			return -1;
	}
	if (!found.count) {
		reader->next = ahead.next;
		return reader_fail(reader, "a zone with memory");
	}
	return check_ranges(reader, ranges, found.count);
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
	set_zone_contiguous(zone);
	node_states_update();
	return snapshot_read_zone_state(reader, zone, 1);
}

/** Zonelists as they are written: of zones whose nodes may be described further down. */
struct written_zonelists {
	struct {
		int nid;
		int zid;
	} entry[MAX_NUMNODES][MAX_ZONELISTS][MAX_ZONES_PER_ZONELIST];
	int count[MAX_NUMNODES][MAX_ZONELISTS];
};

/** Read `zonelist NID I NID:ZONE ...`. */
static int read_zonelist(struct reader *reader, struct written_zonelists *written, const char *line)
{
	long nid, index, zone_nid;
	int zid, count = 0;

	if (!take_field(&line, "zonelist", &nid) || !take_number(&line, &index) || nid < 0 ||
	    nid >= MAX_NUMNODES || !NODE_DATA(nid) || index < 0 || index >= MAX_ZONELISTS)
		return reader_fail(reader, "'zonelist NID I NID:ZONE ...' of a node named above");
	while (take_number(&line, &zone_nid)) {
		if (*line++ != ':' || !take_zone(&line, &zid) || zone_nid < 0 ||
		    zone_nid >= MAX_NUMNODES || count == MAX_ZONES_PER_ZONELIST)
			return reader_fail(reader, "NID:ZONE");
		written->entry[nid][index][count].nid = (int)zone_nid;
		written->entry[nid][index][count].zid = zid;
		count++;
	}
	written->count[nid][index] = count;
	return take_end(&line) ? 0 : reader_fail(reader, "'zonelist NID I NID:ZONE ...'");
}

/** Make the zonelists, now that all nodes are known. */
static int make_zonelists(struct reader *reader, const struct written_zonelists *written)
{
	int nid;

	for_each_online_node(nid)
		for (int index = 0; index < MAX_ZONELISTS; index++)
			for (int i = 0; i < written->count[nid][index]; i++) {
				int zid = written->entry[nid][index][i].zid;
				struct pglist_data *pgdat =
					NODE_DATA(written->entry[nid][index][i].nid);

				if (!pgdat)
					return reader_refuse(reader, "expected zonelists of nodes "
								     "that the snapshot describes");
				zonelist_append(&NODE_DATA(nid)->node_zonelists[index],
						&pgdat->node_zones[zid]);
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
	if (!node_exists(0))
		return reader_refuse(reader, "expected node 0: CPU 0 belongs to it");
	for (int i = 0; i < world->nr_ranges; i++)
		if (!node_exists(world->range[i].nid))
			return reader_refuse(reader, "expected memory of nodes that the snapshot "
						     "describes");
	return 0;
}

/** Reserve the memory that the lines ahead tell of; the place stays. */
static int reserve_memory(struct reader *reader)
{
	struct memory_range ranges[MAX_MEMORY_RANGES];
	struct pageflow_error error = { 0 };
	size_t start = reader->next;
	int nr_ranges = scan_memory_records(reader, ranges);

	if (!nr_ranges)
		nr_ranges = scan_zones(reader, ranges);
	if (nr_ranges < 0)
		return -1;
	reader->next = start;
	if (memory_map_reserve(ranges, nr_ranges, &error))
		return reader_refuse(reader, error.text);
	return 0;
}

/** Go over the snapshot's lines once more, for those that had to wait until its pages were known. */
static int read_again(struct reader *reader, size_t first,
		      int (*read)(struct reader *reader, const char *line))
{
	struct reader again = *reader;

	for (again.next = first; again.next < reader->next;)
		if (read(&again, reader_line(&again))) {
			*reader = again;
			return -1;
		}
	return 0;
}

/** Read a snapshot from the `kernel` line to `end` into the machine in focus. */
static int read_snapshot(struct reader *reader)
{
	struct written_zonelists zonelists = { 0 };
	bool saved = false; /* recordings do not tell of all lists and counters */
	const char *line;
	size_t start;

	if (read_kernel(reader) || read_sysctl(reader) || reserve_memory(reader))
		return -1;
	start = reader->next;
	while ((line = reader_line(reader)) && strcmp(line, "end")) {
		int failed;

		if (!strncmp(line, "node ", 5))
			failed = read_node(reader, line);
		else if (!strncmp(line, "zonelist ", 9))
			failed = read_zonelist(reader, &zonelists, line);
		else if (!strncmp(line, "zone ", 5))
			failed = read_zone(reader, line);
		else if (snapshot_is_group_line(line))
			failed = snapshot_read_group(reader, line);
		else if (!strncmp(line, "pagevec ", 8))
			failed = snapshot_read_pagevec(reader, line + 8);
		else if (snapshot_is_list_line(line))
			failed = 0;
		else
			failed = record_apply(reader, line);
		saved |= !strncmp(line, "node_stat ", 10);
		if (failed)
			return -1;
	}
	if (!line)
		return reader_fail(reader, "'end' of the snapshot");
	return check_complete(reader) || make_zonelists(reader, &zonelists) ||
			       read_again(reader, start, snapshot_read_slot) ||
			       snapshot_check_pagevecs(reader) ||
			       read_again(reader, start, snapshot_read_list) ||
			       (saved && snapshot_check(reader))
		       ? -1
		       : 0;
}

/**
 * @brief Make a machine from a snapshot.
 *
 * @param reader at the line after `snapshot NAME`; left after `end`
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
	machine->running = true;
	FOCUS_STAYS_ON(machine);
	return machine;
}
