/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Reading what a running kernel printed in /proc: from the texts to the figures of a sample.
 *
 * zoneinfo gives the zones, their limits and counters, buddyinfo and pagetypeinfo how many free
 * blocks stand on each list.
 *
 * Other kernels count more or less than 5.8.18, and have other zones. What has a name and a number is
 * taken where 5.8.18 has it too, and passed over where not; the lists of migratetypes and of reserves
 * are read by the names that the files give. What cannot be represented is refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory_map.h"
#include "state/proc.h"
#include "state/state.h"
#include "text/error.h"
#include "world/world.h"

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

/** The texts on their way into a sample. */
struct proc_reader {
	struct reader reader;
	struct sample *sample;
	bool seen[MAX_NUMNODES][NR_NAMED_ZONES];
	/* Which lines a zone has that no kernel leaves out: a bit for each of necessary[]. */
	unsigned int told[MAX_NUMNODES][MAX_NR_ZONES];
	/* How many lines of the file that is read now a zone has. */
	unsigned int lines[MAX_NUMNODES][NR_NAMED_ZONES];
	/* The zone whose lines are read; NULL for a foreign one. */
	struct sample_node *node;
	struct sample_zone *zone;
	long cpu; /**< whose lists are read; -1 outside */
	/* Reserves wait until the kernel's list of zones is known. */
	long protection[MAX_NUMNODES][MAX_NR_ZONES][NR_NAMED_ZONES];
	int nr_protection[MAX_NUMNODES][MAX_NR_ZONES];
	int tier[NR_NAMED_ZONES]; /**< zones in the order of the file: a reserve's place in its list */
	int nr_tiers;
	bool with_blocks, with_types;
	bool all_types;		   /**< pagetypeinfo has its first table, with every type */
	int column[MIGRATE_TYPES]; /**< types in the order of pagetypeinfo's second table */
	int nr_columns;
};

/** The sample's zone; NULL for a foreign one. */
static struct sample_zone *zone_of(const struct proc_reader *proc, int nid, int zid)
{
	return zid < MAX_NR_ZONES ? &proc->sample->node[nid].zone[zid] : NULL;
}

/** Note a zone's place in the kernel's list of zones, which every node goes through alike. */
static void note_tier(struct proc_reader *proc, int zid)
{
	for (int i = 0; i < proc->nr_tiers; i++)
		if (proc->tier[i] == zid)
			return;
	proc->tier[proc->nr_tiers++] = zid;
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

/** A counter by name: of the node, of the zone, or of where allocations landed. */
static bool read_counter(struct proc_reader *proc, const char *line)
{
	const char *number = line + strcspn(line, " ");
	int item;
	long value;

	if (!take_number(&number, &value) || !take_end(&number))
		return false;
	item = find_name(node_stat_names, NR_VM_NODE_STAT_ITEMS, line);
	if (item >= 0) {
		proc->node->counter[item] = value;
		return true;
	}
	item = find_name(zone_stat_names, NR_VM_ZONE_STAT_ITEMS, line);
	if (item >= 0) {
		proc->zone->counter[item] = value;
		return true;
	}
#ifdef CONFIG_NUMA
	item = find_name(numa_stat_names, NR_VM_NUMA_STAT_ITEMS, line);
	if (item >= 0)
		proc->zone->numa_counter[item] = (unsigned long)value;
#endif
	/* A counter that 5.8.18 does not have. */
	return true;
}

/** The reserves: `protection: (A, B, C, D)`, one a zone that the kernel has. */
static bool read_protection(struct proc_reader *proc, int nid, int zid, const char *line)
{
	long *value = proc->protection[nid][zid];
	int places = 0;

	if (!take_word(&line, "protection:"))
		return false;
	line += strspn(line, " (");
	while (places < NR_NAMED_ZONES && take_number(&line, &value[places])) {
		places++;
		line += strspn(line, ",)");
	}
	proc->nr_protection[nid][zid] = places;
	return true;
}

/** Which zone does a reserve's place in its list stand for? Older kernels leave out empty zones. */
static int reserve_zone(const struct proc_reader *proc, int place, int places)
{
	if (proc->nr_tiers >= places)
		return proc->tier[place];
	return place;
}

/** Give each zone its reserves. A zone that this kernel does not have stands for the next lower one. */
static void settle_protection(const struct proc_reader *proc, int nid, int zid)
{
	const long *value = proc->protection[nid][zid];
	unsigned long *protection = zone_of(proc, nid, zid)->protection;
	int places = proc->nr_protection[nid][zid], last = 0;

	for (int i = 0; i < places; i++) {
		int against = reserve_zone(proc, i, places);

		for (; last < against && last < MAX_NR_ZONES; last++)
			protection[last] = i ? (unsigned long)value[i - 1] : 0;
		if (against < MAX_NR_ZONES)
			protection[against] = (unsigned long)value[i];
		last = against + 1;
	}
}

/** The line of a CPU: its lists follow. False when it is not one, or a CPU too many. */
static bool read_cpu(struct proc_reader *proc, const char *line)
{
	long value;

	if (!line_says(line, "cpu:", &value) || value < 0 || value >= MAX_CPUS)
		return false;
	proc->cpu = value;
	if (proc->sample->nr_cpus <= value)
		proc->sample->nr_cpus = (int)value + 1;
	return true;
}

/** A line of a zone's per-CPU lists. */
static bool read_pageset_line(struct proc_reader *proc, const char *line)
{
	struct sample_pageset *pageset;

	if (read_cpu(proc, line))
		return true;
	if (proc->cpu < 0)
		return false;
	pageset = &proc->zone->cpu[proc->cpu];
	return line_says(line, "count:", &pageset->count) ||
	       line_says(line, "high:", &pageset->high) ||
	       line_says(line, "batch:", &pageset->batch) ||
	       line_says(line, "vm stats threshold:", &pageset->stat_threshold);
}

/** A line of a zone's size. */
static bool read_size(struct sample_zone *zone, const char *line)
{
	return line_says(line, "spanned", &zone->spanned) ||
	       line_says(line, "present", &zone->present) ||
	       line_says(line, "managed", &zone->managed) ||
	       line_says(line, "start_pfn:", &zone->start);
}

/** A line of a zone's limits. */
static bool read_limit(struct proc_reader *proc, const char *line)
{
	struct sample_zone *zone = proc->zone;
	long value;

	if (line_says(line, "min", &value))
		zone->mark[WMARK_MIN] = (unsigned long)value;
	else if (line_says(line, "low", &value))
		zone->mark[WMARK_LOW] = (unsigned long)value;
	else if (line_says(line, "high", &value))
		zone->mark[WMARK_HIGH] = (unsigned long)value;
	else if (line_says(line, "boost", &value))
		zone->boost = (unsigned long)value;
	else if (line_says(line, "pages free", &value))
		zone->counter[NR_FREE_PAGES] = value;
	else if (line_says(line, "node_unreclaimable:", &value))
		proc->node->unreclaimable = value;
	else
		return false;
	return true;
}

/** What only other kernels say: a name, and a number after blanks or a colon. */
static bool is_foreign_line(const char *line)
{
	size_t name = strspn(line, "abcdefghijklmnopqrstuvwxyz_");
	long value;

	line += name;
	line += *line == ':';
	return name && take_number(&line, &value) && take_end(&line);
}

/** Begin a zone: `Node N, zone NAME`. */
static int begin_zone(struct proc_reader *proc, const char *line, int *nid, int *zid)
{
	if (!take_node_zone(&line, nid, zid) || proc->seen[*nid][*zid])
		return reader_fail(&proc->reader, "'Node N, zone NAME' of a new zone");
	proc->seen[*nid][*zid] = true;
	proc->node = &proc->sample->node[*nid];
	proc->node->online |= *zid < MAX_NR_ZONES;
	proc->zone = zone_of(proc, *nid, *zid);
	proc->cpu = -1;
	note_tier(proc, *zid);
	return 0;
}

/** A line of a zone that arm64 does not have: there may be one, without memory that the kernel hands out. */
static int read_foreign_zone(struct proc_reader *proc, int zid, const char *line)
{
	long present;

	if (zid == FOREIGN_ZONE && line_says(line, "present", &present) && present)
		return reader_refuse(&proc->reader, "memory in zone HighMem cannot be represented: "
						    "arm64 has no such zone");
	return 0;
}

/** What every kernel says of a zone with memory, and the last of them of one without as well. */
static const char *const necessary[] = { "pages free", "present",    "min",
					 "low",	       "high",	     "spanned",
					 "managed",    "start_pfn:", "protection:" };

/** Places in that list. */
enum {
	TOLD_FREE,
	TOLD_PRESENT,
	TOLD_MIN
};

/** Take note of a line that no zone may lack. */
static void note_told(struct proc_reader *proc, int nid, int zid, const char *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(necessary); i++) {
		size_t length = strlen(necessary[i]);

		if (!strncmp(line, necessary[i], length) && line[length] == ' ')
			proc->told[nid][zid] |= 1u << i;
	}
}

/** Refuse what a file says, or does not say, of a zone. */
static int refuse_zone(struct proc_reader *proc, int nid, int zid, const char *what,
		       const char *which)
{
	char why[160];

	snprintf(why, sizeof(why), "node %d, zone %s %s%s%s; copy the file again, whole", nid,
		 named_zone(zid), what, *which ? " " : "", which);
	return reader_refuse(&proc->reader, why);
}

/** Is what zoneinfo says of a zone all that a kernel says, and possible? */
static int check_zone(struct proc_reader *proc, int nid, int zid)
{
	const struct sample_zone *zone = zone_of(proc, nid, zid);
	unsigned int told = proc->told[nid][zid];
	bool marks = told & (1u << TOLD_PRESENT | 1u << TOLD_MIN);
	size_t from = !(told & 1u << TOLD_FREE) ? ARRAY_SIZE(necessary)
		      : marks			? 0
						: ARRAY_SIZE(necessary) - 1;

	/* A few figures of a zone are taken as they are; what is copied from a kernel is whole. */
	if (marks && !zone->present && told & 1u << TOLD_PRESENT)
		from = ARRAY_SIZE(necessary) - 1;
	for (size_t i = from; i < ARRAY_SIZE(necessary); i++)
		if (!(told & 1u << i))
			return refuse_zone(proc, nid, zid, "lacks the line", necessary[i]);
	if (zone->managed < 0 || zone->managed > zone->present)
		return refuse_zone(proc, nid, zid, "manages more pages than are present", "");
	if (zone->counter[NR_FREE_PAGES] < 0 || zone->counter[NR_FREE_PAGES] > zone->managed)
		return refuse_zone(proc, nid, zid, "has more free pages than it manages", "");
	if (zone->mark[WMARK_MIN] > zone->mark[WMARK_LOW] ||
	    zone->mark[WMARK_LOW] > zone->mark[WMARK_HIGH] ||
	    zone->mark[WMARK_HIGH] > (unsigned long)MAX_PFN)
		return refuse_zone(proc, nid, zid, "has watermarks that do not rise", "");
	return 0;
}

/** Look at every zone that zoneinfo names. */
static int check_zones(struct proc_reader *proc)
{
	for (int nid = 0; nid < MAX_NUMNODES; nid++)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			if (proc->seen[nid][zid] && check_zone(proc, nid, zid))
				return -1;
	return 0;
}

/** Has the file that was read so many lines of every zone with memory, or at least one for 0, and no others? */
static int check_lines(struct proc_reader *proc, unsigned int wanted)
{
	for (int nid = 0; nid < MAX_NUMNODES; nid++)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
			unsigned int lines = proc->lines[nid][zid];
			bool present = zone_of(proc, nid, zid)->present;

			if (present && !lines)
				return refuse_zone(proc, nid, zid, "is not in it", "");
			if (!present && lines)
				return refuse_zone(proc, nid, zid, "is not in zoneinfo", "");
			if (present && wanted && lines != wanted)
				return refuse_zone(proc, nid, zid,
						   "has not as many lines as it should", "");
		}
	return 0;
}

/** A line of a zone. */
static int read_zone_line(struct proc_reader *proc, int nid, int zid, const char *line)
{
	long cpu;

	line += strspn(line, " ");
	if (line_says(line, "cpu:", &cpu) && cpu >= MAX_CPUS)
		return reader_refuse(&proc->reader, "expected at most 64 CPUs");
	if (!proc->zone)
		return read_foreign_zone(proc, zid, line);
	note_told(proc, nid, zid, line);
	if (!*line || !strcmp(line, "per-node stats") || !strcmp(line, "pagesets") ||
	    read_pageset_line(proc, line) || read_size(proc->zone, line) ||
	    read_limit(proc, line) || read_protection(proc, nid, zid, line) ||
	    read_counter(proc, line) || is_foreign_line(line))
		return 0;
	return reader_fail(&proc->reader, "a line of zoneinfo, a name and a number");
}

/** The marks that newer kernels print include the boost, which they also print. */
static void take_boost_off(struct sample_zone *zone)
{
	for (int mark = 0; mark < NR_WMARK; mark++)
		zone->mark[mark] -= min_ul(zone->boost, zone->mark[mark]);
}

/** Read zoneinfo. */
static int read_zoneinfo(struct proc_reader *proc)
{
	const char *line;
	int nid = -1, zid = -1;

	proc->sample->nr_cpus = 1;
	while ((line = reader_line(&proc->reader))) {
		bool begins = !strncmp(line, "Node ", 5);

		if (!begins && nid < 0)
			break;
		if (begins ? begin_zone(proc, line, &nid, &zid)
			   : read_zone_line(proc, nid, zid, line))
			return -1;
	}
	if (nid < 0)
		return reader_fail(&proc->reader, "'Node 0, zone ...', the start of zoneinfo");
	if (check_zones(proc))
		return -1;
	for (nid = 0; nid < MAX_NUMNODES; nid++)
		for (zid = 0; zid < MAX_NR_ZONES; zid++) {
			settle_protection(proc, nid, zid);
			take_boost_off(zone_of(proc, nid, zid));
		}
	return 0;
}

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
static int read_buddyinfo(struct proc_reader *proc)
{
	unsigned long foreign[MAX_ORDER];
	const char *line;
	int nid, zid;

	while ((line = reader_line(&proc->reader)))
		if (!take_node_zone(&line, &nid, &zid) || !proc->sample->node[nid].online ||
		    !take_orders(line,
				 zid < MAX_NR_ZONES ? zone_of(proc, nid, zid)->blocks : foreign, 1))
			return reader_fail(&proc->reader,
					   "'Node N, zone NAME' and 11 numbers, as in "
					   "buddyinfo");
		else
			proc->lines[nid][zid]++;
	proc->with_blocks = true;
	return check_lines(proc, 1);
}

/** Read a line of pagetypeinfo that begins with a zone. */
static bool read_type_line(struct proc_reader *proc, const char *line)
{
	int nid, zid, type;

	if (!take_node_zone(&line, &nid, &zid) || !proc->sample->node[nid].online)
		return false;
	proc->lines[nid][zid]++;
	if (zid >= MAX_NR_ZONES)
		return true;
	if (*line == ',') {
		line++;
		return take_word(&line, "type") && take_migratetype(&line, &type) &&
		       take_orders(line, &zone_of(proc, nid, zid)->free[0][type], MIGRATE_TYPES);
	}
	for (int i = 0; i < proc->nr_columns; i++) {
		long value;

		if (!take_number(&line, &value) || value < 0)
			return false;
		zone_of(proc, nid, zid)->pageblocks[proc->column[i]] = (unsigned long)value;
	}
	return take_end(&line);
}

/** A heading: the size of pageblocks, and which types the columns of the second table are. */
static bool read_type_heading(struct proc_reader *proc, const char *line)
{
	long value;

	if (take_word(&line, "Page block order:"))
		return take_number(&line, &value) && value == pageblock_order;
	proc->all_types |= take_word(&line, "Free pages count per migrate type");
	if (!take_word(&line, "Number of blocks type"))
		return true;
	proc->nr_columns = 0;
	while (!take_end(&line) && proc->nr_columns < MIGRATE_TYPES)
		if (!take_migratetype(&line, &proc->column[proc->nr_columns++]))
			return false;
	return take_end(&line);
}

/** Read pagetypeinfo. */
static int read_pagetypeinfo(struct proc_reader *proc)
{
	const char *line;

	while ((line = reader_line(&proc->reader))) {
		if (strncmp(line, "Node ", 5)) {
			if (!read_type_heading(proc, line))
				return reader_fail(&proc->reader,
						   "pageblocks of order 9, and types that "
						   "5.8.18 has");
			continue;
		}
		if (!read_type_line(proc, line))
			return reader_fail(&proc->reader, "a line of pagetypeinfo");
	}
	proc->with_types = true;
	/* A line for each type in the first table, where that is there, and one in the second. */
	return check_lines(proc, proc->all_types ? (unsigned int)proc->nr_columns + 1 : 0);
}

/** Without pagetypeinfo: the largest blocks are CMA's, as many as are free there, the rest is movable. */
static void guess_types(struct sample_zone *zone)
{
	unsigned long cma = (unsigned long)zone->counter[NR_FREE_CMA_PAGES];

	zone->pageblocks[MIGRATE_CMA] = DIV_ROUND_UP(cma, pageblock_nr_pages);
	for (int order = MAX_ORDER - 1; order >= 0; order--) {
		unsigned long lent = min_ul(zone->blocks[order], cma >> order);

		zone->free[order][MIGRATE_CMA] = lent;
		zone->free[order][MIGRATE_MOVABLE] = zone->blocks[order] - lent;
		cma -= lent << order;
	}
}

/** Without buddyinfo: there are as many blocks as the types have together. */
static void add_up_types(struct sample_zone *zone)
{
	for (int order = 0; order < MAX_ORDER; order++)
		for (int type = 0; type < MIGRATE_TYPES; type++)
			zone->blocks[order] += zone->free[order][type];
}

/** Bring together what buddyinfo and pagetypeinfo say of a zone. */
static void settle_blocks(const struct proc_reader *proc, struct sample_zone *zone)
{
	if (!proc->with_types)
		guess_types(zone);
	else if (!proc->with_blocks)
		add_up_types(zone);
	zone->highatomic = zone->pageblocks[MIGRATE_HIGHATOMIC] * pageblock_nr_pages;
}

/** Read one of the files; what is wrong with it goes by its name. */
static int read_file(struct proc_reader *proc, const struct text *text, const char *name,
		     int (*read)(struct proc_reader *proc), struct pageflow_error *error)
{
	proc->reader = (struct reader){ .text = text };
	memset(proc->lines, 0, sizeof(proc->lines));
	if (!read(proc))
		return 0;
	error_at(error, proc->reader.error.line, "%s", proc->reader.error.text);
	return error_in(error, name);
}

/**
 * @brief Read the texts of /proc files.
 *
 * @param texts the texts
 * @param sample receives their figures
 * @param error receives what is wrong with them, and in which
 * @return 0 or -1
 */
int proc_text_read(const struct proc_texts *texts, struct sample *sample,
		   struct pageflow_error *error)
{
	struct proc_reader proc = { .sample = sample };

	memset(sample, 0, sizeof(*sample));
	if (read_file(&proc, texts->zoneinfo, "zoneinfo", read_zoneinfo, error) ||
	    (texts->buddyinfo &&
	     read_file(&proc, texts->buddyinfo, "buddyinfo", read_buddyinfo, error)) ||
	    (texts->pagetypeinfo &&
	     read_file(&proc, texts->pagetypeinfo, "pagetypeinfo", read_pagetypeinfo, error)))
		return -1;
	for (int nid = 0; nid < MAX_NUMNODES; nid++)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			settle_blocks(&proc, zone_of(&proc, nid, zid));
	sample->lists =
		proc.with_blocks || proc.with_types ? SAMPLE_LISTS_WHOLE : SAMPLE_LISTS_UNKNOWN;
	return 0;
}
