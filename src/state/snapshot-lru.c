/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What reclaim works on, in a snapshot: the LRU lists of each node and group, and every counter of them.
 *
 * Recordings whose reclaim is computed have these lines between those of a node and those of its zones. The pages that
 * the lists name become known only with the zones, so the lines are read when the snapshot has ended.
 */
#include <limits.h>
#include <string.h>

#include "memory_map.h"
#include "stages/stages.h"
#include "state/state.h"
#include "vmstat.h"
#include "world/world.h"

/** Compaction asks no more of a zone than this; the recordings say so with every machine. */
#define EXTFRAG_THRESHOLD 500

/** The names of the LRU lists. */
static const char *const list_names[NR_LRU_LISTS] = { "inactive_anon", "active_anon",
						      "inactive_file", "active_file",
						      "unevictable" };

/** The counters of a node, and of the lists of a group on it, that a snapshot has. */
static const struct {
	const char *name;
	enum node_stat_item item;
} counters[] = {
	{ "inactive_anon", NR_INACTIVE_ANON },	{ "active_anon", NR_ACTIVE_ANON },
	{ "inactive_file", NR_INACTIVE_FILE },	{ "active_file", NR_ACTIVE_FILE },
	{ "unevictable", NR_UNEVICTABLE },	{ "isolated_anon", NR_ISOLATED_ANON },
	{ "isolated_file", NR_ISOLATED_FILE },	{ "dirty", NR_FILE_DIRTY },
	{ "writeback", NR_WRITEBACK },		{ "ws_refault", WORKINGSET_REFAULT },
	{ "ws_activate", WORKINGSET_ACTIVATE }, { "ws_restore", WORKINGSET_RESTORE },
};

/** What a line is about, as far as its beginning names it. */
struct place {
	struct pglist_data *pgdat;
	struct lruvec *lruvec;
	struct zone *zone;
	long cpu;
};

/* ---- Reading ---- */

/** Take the number of a node. */
static bool take_node(const char **line, struct place *place)
{
	long nid;

	if (!take_number(line, &nid) || nid < 0 || nid >= MAX_NUMNODES || !NODE_DATA(nid))
		return false;
	place->pgdat = NODE_DATA(nid);
	return true;
}

/** Take the name of a zone of the node. */
static bool take_zone_of_node(const char **line, struct place *place)
{
	int zid;

	if (!take_zone(line, &zid))
		return false;
	place->zone = &place->pgdat->node_zones[zid];
	return true;
}

static bool take_cpu(const char **line, struct place *place)
{
	return take_number(line, &place->cpu) && place->cpu >= 0 && place->cpu < world->nr_cpus;
}

/** Take a node and a group: the lists of the one on the other. */
static bool take_lruvec(const char **line, struct place *place)
{
	struct mem_cgroup *memcg;
	long id;

	if (!take_node(line, place) || !take_number(line, &id) || id < 1 ||
	    id > (long)MEM_CGROUP_ID_MAX)
		return false;
	memcg = mem_cgroup_by_id((unsigned int)id);
	if (!memcg)
		return false;
	place->lruvec = mem_cgroup_lruvec(memcg, place->pgdat);
	return true;
}

/** Take the counters that a snapshot has of a node or of lists, and the end of the line. */
static bool take_counters(const char **line, long *value, long least, long most)
{
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		if (!take_field(line, counters[i].name, &value[i]) || value[i] < least ||
		    value[i] > most)
			return false;
	return take_end(line);
}

/** Take the LRU counters of a zone, and the end of the line. */
static bool take_zone_counters(const char **line, long *value, long least, long most)
{
	for (int lru = 0; lru < NR_LRU_LISTS; lru++)
		if (!take_field(line, list_names[lru], &value[lru]) || value[lru] < least ||
		    value[lru] > most)
			return false;
	return take_end(line);
}

/** `vmctl swappiness S total_swap_pages T nr_swap_pages N memcg B extfrag_threshold X`. */
static int read_vmctl(struct reader *reader, const char *line)
{
	long swappiness, total, left, memcg, extfrag;
	const struct field fields[] = { { "swappiness", &swappiness, 0, 200 },
					{ "total_swap_pages", &total, 0, 0 },
					{ "nr_swap_pages", &left, 0, 0 },
					{ "memcg", &memcg, 0, 1 },
					{ "extfrag_threshold", &extfrag, 0, 1000 } };

	if (!take_fields(&line, fields, ARRAY_SIZE(fields)) || left > total)
		return reader_fail(reader, "'vmctl swappiness N total_swap_pages N ...'");
	if (extfrag != EXTFRAG_THRESHOLD)
		return reader_refuse(reader, "expected an extfrag_threshold of 500: others are not "
					     "modelled");
	world->vm_swappiness = (int)swappiness;
	world->total_swap_pages = (unsigned long)total;
	world->nr_swap_pages = (unsigned long)left;
	world->memcg_disabled = !memcg;
	return 0;
}

/** `nodestat NID flags HEX NAME V ...`: the node's counters, without what CPUs hold back. */
static int read_nodestat(struct reader *reader, const char *line)
{
	long value[ARRAY_SIZE(counters)];
	struct place place;
	unsigned long flags;

	if (!take_node(&line, &place) || !take_word(&line, "flags") || !take_hex(&line, &flags) ||
	    !take_counters(&line, value, -MAX_PFN, MAX_PFN))
		return reader_fail(reader, "'nodestat NID flags HEX inactive_anon N ...'");
	place.pgdat->flags = flags;
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		node_page_state_add(value[i] - place.pgdat->vm_stat[counters[i].item], place.pgdat,
				    counters[i].item);
	return 0;
}

/** `nodediff NID CPU threshold T NAME V ...`: what a CPU holds back of them. */
static int read_nodediff(struct reader *reader, const char *line)
{
	long value[ARRAY_SIZE(counters)], threshold;
	struct per_cpu_nodestat *nodestat;
	struct place place;

	if (!take_node(&line, &place) || !take_cpu(&line, &place) ||
	    !take_field(&line, "threshold", &threshold) || threshold < 0 || threshold > INT8_MAX ||
	    !take_counters(&line, value, INT8_MIN, INT8_MAX))
		return reader_fail(reader, "'nodediff NID CPU threshold T inactive_anon N ...'");
	nodestat = &place.pgdat->per_cpu_nodestats[place.cpu];
	nodestat->stat_threshold = (s8)threshold;
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		nodestat->vm_node_stat_diff[counters[i].item] = (s8)value[i];
	return 0;
}

/** `zonestat NID ZONE NAME V ...`: the zone's counters of its LRU pages, without what CPUs hold back. */
static int read_zonestat(struct reader *reader, const char *line)
{
	long value[NR_LRU_LISTS];
	struct place place;

	if (!take_node(&line, &place) || !take_zone_of_node(&line, &place) ||
	    !take_zone_counters(&line, value, -MAX_PFN, MAX_PFN))
		return reader_fail(reader, "'zonestat NID ZONE inactive_anon N ...'");
	for (int lru = 0; lru < NR_LRU_LISTS; lru++) {
		enum zone_stat_item item = (enum zone_stat_item)(NR_ZONE_LRU_BASE + lru);

		zone_page_state_add(value[lru] - place.zone->vm_stat[item], place.zone, item);
	}
	return 0;
}

/** `zonediff NID ZONE CPU NAME V ...`: what a CPU holds back of them. */
static int read_zonediff(struct reader *reader, const char *line)
{
	long value[NR_LRU_LISTS];
	struct place place;

	if (!take_node(&line, &place) || !take_zone_of_node(&line, &place) ||
	    !take_cpu(&line, &place) || !take_zone_counters(&line, value, INT8_MIN, INT8_MAX))
		return reader_fail(reader, "'zonediff NID ZONE CPU inactive_anon N ...'");
	for (int lru = 0; lru < NR_LRU_LISTS; lru++)
		place.zone->pageset[place.cpu].vm_stat_diff[NR_ZONE_LRU_BASE + lru] =
			(s8)value[lru];
	return 0;
}

/** `lruvec NID MEMCG anon_cost A file_cost F ...`: what reclaim remembers of a group on a node. */
static int read_lruvec(struct reader *reader, const char *line)
{
	long anon, file, age, refaults, swappiness;
	struct place place;
	unsigned long flags;

	if (!take_lruvec(&line, &place) || !take_field(&line, "anon_cost", &anon) ||
	    !take_field(&line, "file_cost", &file) || !take_field(&line, "nonresident_age", &age) ||
	    !take_field(&line, "refaults", &refaults) || !take_word(&line, "flags") ||
	    !take_hex(&line, &flags) || !take_field(&line, "swappiness", &swappiness) ||
	    !take_end(&line) || anon < 0 || file < 0 || age < 0 || refaults < 0)
		return reader_fail(reader, "'lruvec NID MEMCG anon_cost N file_cost N ...'");
	if (swappiness != world->vm_swappiness)
		return reader_refuse(reader,
				     "expected the machine's swappiness: groups have none of "
				     "their own");
	place.lruvec->anon_cost = (unsigned long)anon;
	place.lruvec->file_cost = (unsigned long)file;
	place.lruvec->nonresident_age = (unsigned long)age;
	place.lruvec->refaults = (unsigned long)refaults;
	place.lruvec->flags = flags;
	return 0;
}

/** `lruvecstat NID MEMCG NAME V ...`: the counters of lists, without what CPUs hold back. */
static int read_lruvecstat(struct reader *reader, const char *line)
{
	long value[ARRAY_SIZE(counters)];
	struct place place;

	if (!take_lruvec(&line, &place) || !take_counters(&line, value, -MAX_PFN, MAX_PFN))
		return reader_fail(reader, "'lruvecstat NID MEMCG inactive_anon N ...'");
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		place.lruvec->lruvec_stat[counters[i].item] = value[i];
	return 0;
}

/** `lruvecdiff NID MEMCG CPU NAME V ...`: what a CPU holds back of them. */
static int read_lruvecdiff(struct reader *reader, const char *line)
{
	long value[ARRAY_SIZE(counters)];
	struct place place;

	if (!take_lruvec(&line, &place) || !take_cpu(&line, &place) ||
	    !take_counters(&line, value, INT8_MIN, INT8_MAX))
		return reader_fail(reader, "'lruvecdiff NID MEMCG CPU inactive_anon N ...'");
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		place.lruvec->lruvec_stat_cpu[place.cpu][counters[i].item] = (s8)value[i];
	return 0;
}

/** `lrusize NID MEMCG ZONE a b c d e`: how many pages of a zone are on each list. */
static int read_lrusize(struct reader *reader, const char *line)
{
	struct place place;
	long pages;

	if (!take_lruvec(&line, &place) || !take_zone_of_node(&line, &place))
		return reader_fail(reader, "'lrusize NID MEMCG ZONE N N N N N'");
	for (int lru = 0; lru < NR_LRU_LISTS; lru++) {
		if (!take_number(&line, &pages) || !pages_possible(pages))
			return reader_fail(reader, "'lrusize NID MEMCG ZONE N N N N N'");
		place.lruvec->lru_size[zone_idx(place.zone)][lru] = (unsigned long)pages;
	}
	return take_end(&line) ? 0 : reader_fail(reader, "'lrusize NID MEMCG ZONE N N N N N'");
}

/** Move the pages of a run from their list to the end of another; false when one of them is not on it. */
static bool move_run(const struct place *place, int lru, struct list_head *to, long pfn, long count)
{
	for (; count; count--, pfn++) {
		struct page *page;

		if (!pfn_valid((unsigned long)pfn))
			return false;
		page = pfn_to_page((unsigned long)pfn);
		if (!PageFlag(page, PG_lru) || !list_linked(&page->lru) ||
		    page_lruvec(page) != place->lruvec || (int)page_lru(page) != lru)
			return false;
		list_move_tail(&page->lru, to);
	}
	return true;
}

/** Are as many pages of each zone on a list as its lengths say? */
static bool lengths_right(const struct lruvec *lruvec, int lru)
{
	unsigned long pages[MAX_NR_ZONES] = { 0 };
	const struct list_head *entry;

	list_for_each(entry, &lruvec->lists[lru])
		pages[page_zonenum(list_entry(entry, struct page, lru))]++;
	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		if (pages[zid] != lruvec->lru_size[zid][lru])
			return false;
	return true;
}

/** `lru NID MEMCG LIST PFN+N ...`: a list, head first. Its pages are on it already, in no particular order. */
static int read_lru(struct reader *reader, const char *line)
{
	struct list_head named, *list;
	struct place place;
	long pfn, count;
	int lru;

	if (!take_lruvec(&line, &place) || !take_name(&line, list_names, NR_LRU_LISTS, &lru))
		return reader_fail(reader, "'lru NID MEMCG LIST PFN+N ...'");
	list = &place.lruvec->lists[lru];
	INIT_LIST_HEAD(&named);
	while (!take_end(&line)) {
		if (!take_run(&line, &pfn, &count))
			return reader_fail(reader, "'lru NID MEMCG LIST PFN+N ...'");
		if (!move_run(&place, lru, &named, pfn, count))
			return reader_refuse(reader, "expected pages of this node and group that a "
						     "'pages' line has on this list");
	}
	if (!list_empty(list))
		return reader_refuse(reader, "expected all pages that a 'pages' line has on this "
					     "list");
	while (!list_empty(&named))
		list_move_tail(named.next, list);
	if (!lengths_right(place.lruvec, lru))
		return reader_refuse(reader,
				     "expected as many pages on the list as 'lrusize' says");
	return 0;
}

/** The lines by their first word. */
static const struct {
	const char *word;
	int (*read)(struct reader *reader, const char *line);
} list_lines[] = {
	{ "vmctl", read_vmctl },	   { "nodestat", read_nodestat },
	{ "nodediff", read_nodediff },	   { "zonestat", read_zonestat },
	{ "zonediff", read_zonediff },	   { "lruvec", read_lruvec },
	{ "lruvecstat", read_lruvecstat }, { "lruvecdiff", read_lruvecdiff },
	{ "lrusize", read_lrusize },	   { "lru", read_lru },
};

/** Which of them a line is, going past its first word; -1 when it is another. */
static int list_line(const char **line)
{
	const char *cursor = *line;
	int lru;
	long number;

	/* Saved machines have records that begin with `lru` too; their lists have no names. */
	if (take_word(&cursor, "lru") &&
	    (!take_number(&cursor, &number) || !take_number(&cursor, &number) ||
	     !take_name(&cursor, list_names, NR_LRU_LISTS, &lru)))
		return -1;
	for (int i = 0; i < (int)ARRAY_SIZE(list_lines); i++)
		if (take_word(line, list_lines[i].word))
			return i;
	return -1;
}

/**
 * @brief Does a line of a snapshot tell about the LRU lists or their counters?
 *
 * @param line the line
 * @return whether it does; such lines are read when the pages are known
 */
bool snapshot_is_list_line(const char *line)
{
	return list_line(&line) >= 0;
}

/**
 * @brief Read a line about the LRU lists or their counters, if it is one; the snapshot's pages are known.
 *
 * @param reader the place, for errors
 * @param line the line
 * @return 0, or -1 after noting an error
 * @source none (ours: the format of the recordings)
 */
int snapshot_read_list(struct reader *reader, const char *line)
{
	int which = list_line(&line);

	return which >= 0 ? list_lines[which].read(reader, line) : 0;
}

/* ---- Writing ---- */

/** Write the counters of a node or of lists. */
static void write_counters(FILE *out, const long *stat)
{
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		fprintf(out, " %s %ld", counters[i].name, stat[counters[i].item]);
	fprintf(out, "\n");
}

/** Write what a CPU holds back of them. */
static void write_differences(FILE *out, const s8 *difference)
{
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		fprintf(out, " %s %d", counters[i].name, difference[counters[i].item]);
	fprintf(out, "\n");
}

/** Write a zone's counters of LRU pages, and what each CPU holds back of them. */
static void write_zone_counters(FILE *out, const char *indent, const struct zone *zone)
{
	int nid = zone_to_nid(zone);

	fprintf(out, "%szonestat %d %s", indent, nid, zone->name);
	for (int lru = 0; lru < NR_LRU_LISTS; lru++)
		fprintf(out, " %s %ld", list_names[lru], zone->vm_stat[NR_ZONE_LRU_BASE + lru]);
	fprintf(out, "\n");
	for (int cpu = 0; cpu < world->nr_cpus; cpu++) {
		const s8 *difference = zone->pageset[cpu].vm_stat_diff;

		fprintf(out, "%szonediff %d %s %d", indent, nid, zone->name, cpu);
		for (int lru = 0; lru < NR_LRU_LISTS; lru++)
			fprintf(out, " %s %d", list_names[lru], difference[NR_ZONE_LRU_BASE + lru]);
		fprintf(out, "\n");
	}
}

/** Write a list in runs of ascending PFNs, head first. */
static void write_list(FILE *out, const struct list_head *list)
{
	const struct list_head *entry = list->next;

	while (entry != list) {
		unsigned long start = page_to_pfn(list_entry(entry, struct page, lru)), run = 0;

		while (entry != list &&
		       page_to_pfn(list_entry(entry, struct page, lru)) == start + run) {
			entry = entry->next;
			run++;
		}
		fprintf(out, " %lu+%lu", start, run);
	}
	fprintf(out, "\n");
}

/** Write the lists of one group on a node: counters, lengths and, if wanted, the lists themselves. */
static void write_lruvec(FILE *out, const char *indent, const struct lruvec *lruvec, bool whole)
{
	const struct pglist_data *pgdat = lruvec->pgdat;
	int nid = pgdat->node_id, id = mem_cgroup_id(lruvec->memcg);

	fprintf(out,
		"%slruvec %d %d anon_cost %lu file_cost %lu nonresident_age %lu refaults %lu "
		"flags %lx swappiness %d\n",
		indent, nid, id, lruvec->anon_cost, lruvec->file_cost, lruvec->nonresident_age,
		lruvec->refaults, lruvec->flags, world->vm_swappiness);
	fprintf(out, "%slruvecstat %d %d", indent, nid, id);
	write_counters(out, lruvec->lruvec_stat);
	for (int cpu = 0; cpu < world->nr_cpus; cpu++) {
		fprintf(out, "%slruvecdiff %d %d %d", indent, nid, id, cpu);
		write_differences(out, lruvec->lruvec_stat_cpu[cpu]);
	}
	for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
		const unsigned long *size = lruvec->lru_size[zid];

		if (populated_zone(&pgdat->node_zones[zid]))
			fprintf(out, "%slrusize %d %d %s %lu %lu %lu %lu %lu\n", indent, nid, id,
				pgdat->node_zones[zid].name, size[0], size[1], size[2], size[3],
				size[4]);
	}
	for (int lru = 0; whole && lru < NR_LRU_LISTS; lru++) {
		fprintf(out, "%slru %d %d %s", indent, nid, id, list_names[lru]);
		write_list(out, &lruvec->lists[lru]);
	}
}

/**
 * @brief Write the tunables of reclaim.
 *
 * @param out where to
 * @source none (ours: the format of the recordings)
 */
void snapshot_write_vmctl(FILE *out)
{
	fprintf(out,
		"vmctl swappiness %d total_swap_pages %lu nr_swap_pages %lu memcg %d "
		"extfrag_threshold %d\n",
		world->vm_swappiness, world->total_swap_pages, world->nr_swap_pages,
		!world->memcg_disabled, EXTFRAG_THRESHOLD);
}

/**
 * @brief Write the LRU lists of a node and their counters.
 *
 * @param out where to
 * @param indent what each line begins with
 * @param pgdat the node
 * @param whole the lists themselves too, else their counters and lengths
 * @source none (ours: the format of the recordings)
 */
void snapshot_write_lists(FILE *out, const char *indent, struct pglist_data *pgdat, bool whole)
{
	struct mem_cgroup *memcg = NULL;

	fprintf(out, "%snodestat %d flags %lx", indent, pgdat->node_id, pgdat->flags);
	write_counters(out, pgdat->vm_stat);
	for (int cpu = 0; cpu < world->nr_cpus; cpu++) {
		const struct per_cpu_nodestat *nodestat = &pgdat->per_cpu_nodestats[cpu];

		fprintf(out, "%snodediff %d %d threshold %d", indent, pgdat->node_id, cpu,
			nodestat->stat_threshold);
		write_differences(out, nodestat->vm_node_stat_diff);
	}
	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		if (populated_zone(&pgdat->node_zones[zid]))
			write_zone_counters(out, indent, &pgdat->node_zones[zid]);
	while ((memcg = memcg_next(NULL, memcg)))
		write_lruvec(out, indent, mem_cgroup_lruvec(memcg, pgdat), whole);
}
