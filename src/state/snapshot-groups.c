/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Memory cgroups in a snapshot, and the slots of files: which pages they hold, and whom these are charged to.
 *
 * Recordings whose groups reclaim have these lines before those of the LRU lists. Groups and their charges are
 * read where they stand. Slots name pages that become known only with the zones, so they are read when the snapshot
 * has ended.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "life/life.h"
#include "memory_map.h"
#include "page_cache.h"
#include "stages/stages.h"
#include "state/state.h"
#include "workingset.h"
#include "world/world.h"

/** The kinds of pages that have slots: the first of all kinds. */
#define NR_FILE_KINDS (PAGE_KIND_NOMIG + 1)

/** A number of a `cg` line: the words before it, and where it goes. */
static const struct {
	const char *words;
	size_t offset;
} charges[] = {
	{ "usage", offsetof(struct mem_cgroup, memory.usage) },
	{ "min_usage", offsetof(struct mem_cgroup, memory.min_usage) },
	{ "low_usage", offsetof(struct mem_cgroup, memory.low_usage) },
	{ "children_min", offsetof(struct mem_cgroup, memory.children_min_usage) },
	{ "children_low", offsetof(struct mem_cgroup, memory.children_low_usage) },
	{ "emin", offsetof(struct mem_cgroup, memory.emin) },
	{ "elow", offsetof(struct mem_cgroup, memory.elow) },
	{ "events low", offsetof(struct mem_cgroup, memory_events[MEMCG_LOW]) },
	{ "max", offsetof(struct mem_cgroup, memory_events[MEMCG_MAX]) },
	{ "oom", offsetof(struct mem_cgroup, memory_events[MEMCG_OOM]) },
	{ "local low", offsetof(struct mem_cgroup, memory_events_local[MEMCG_LOW]) },
	{ "max", offsetof(struct mem_cgroup, memory_events_local[MEMCG_MAX]) },
	{ "oom", offsetof(struct mem_cgroup, memory_events_local[MEMCG_OOM]) },
};

/** One of these numbers of a group. All of them are of the same size. */
static long *charge_of(struct mem_cgroup *memcg, size_t which)
{
	return (long *)((char *)memcg + charges[which].offset);
}

/* ---- Reading ---- */

/** Take the number of a group that exists. */
static struct mem_cgroup *take_group(const char **line)
{
	long id;

	if (!take_number(line, &id) || id < 1 || id > (long)MEM_CGROUP_ID_MAX)
		return NULL;
	return mem_cgroup_by_id((unsigned int)id);
}

/** `memcgs recursive_prot B local_events B`: how the hierarchy was mounted. */
static int read_mount(struct reader *reader, const char *line)
{
	long recursive, local;
	const struct field fields[] = { { "recursive_prot", &recursive, 0, 1 },
					{ "local_events", &local, 0, 1 } };

	if (!take_fields(&line, fields, ARRAY_SIZE(fields)))
		return reader_fail(reader, "'memcgs recursive_prot B local_events B'");
	world->memcg_recursive_prot = recursive;
	world->memcg_local_events = local;
	return 0;
}

/** Make the group of a `memcg` line. */
static int make_group(struct reader *reader, unsigned int id, struct mem_cgroup *parent,
		      unsigned long max)
{
	char path[MEMCG_NAME_LEN];
	struct mem_cgroup *memcg;

	snprintf(path, sizeof(path), "%.50s/%u", parent->parent ? parent->path : "", id);
	memcg = memcg_new(path, parent, max);
	if (!memcg)
		return reader_refuse(reader, "out of memory");
	memcg->id = id;
	return 0;
}

/** `memcg ID parent P max M low L min N`: a group. */
static int read_group(struct reader *reader, const char *line)
{
	long id, above, max, low, min;
	struct mem_cgroup *memcg, *parent;
	const struct field fields[] = { { "parent", &above, 0, (long)MEM_CGROUP_ID_MAX },
					{ "max", &max, -1, MAX_PFN },
					{ "low", &low, 0, 0 },
					{ "min", &min, 0, 0 } };

	if (!take_number(&line, &id) || id < 1 || id > (long)MEM_CGROUP_ID_MAX ||
	    !take_fields(&line, fields, ARRAY_SIZE(fields)))
		return reader_fail(reader, "'memcg ID parent ID max N low N min N'");
	parent = mem_cgroup_by_id((unsigned int)above);
	memcg = mem_cgroup_by_id((unsigned int)id);
	if (memcg == &world->root_mem_cgroup)
		return above || max != -1 || low || min
			       ? reader_refuse(reader, "expected the root group to have no parent, "
						       "limit or protection")
			       : 0;
	if (memcg || !parent)
		return reader_refuse(reader, "expected a new group below one that was named above");
	if (make_group(reader, (unsigned int)id, parent,
		       max < 0 ? PAGE_COUNTER_MAX : (unsigned long)max))
		return -1;
	memcg = world->mem_cgroups;
	memcg->memory.min = (unsigned long)min;
	memcg->memory.low = (unsigned long)low;
	return 0;
}

/** `cg ID usage U ...`: what is charged to a group, what of it is protected, and its events. */
static int read_charge(struct reader *reader, const char *line)
{
	struct mem_cgroup *memcg = take_group(&line);

	if (!memcg)
		return reader_fail(reader, "'cg ID usage N ...' of a group named above");
	for (size_t i = 0; i < ARRAY_SIZE(charges); i++)
		if (!take_field(&line, charges[i].words, charge_of(memcg, i)) ||
		    !pages_possible(*charge_of(memcg, i)))
			return reader_fail(reader, "'cg ID usage N min_usage N ...'");
	memcg->memory.watermark = (unsigned long)memcg->memory.usage;
	return take_end(&line) ? 0 : reader_fail(reader, "nothing after the events");
}

/** `stock CPU memcg ID pages N`: what a CPU holds in advance, and for whom. */
static int read_stock(struct reader *reader, const char *line)
{
	long cpu, id, pages;
	struct mem_cgroup *memcg;

	if (!take_number(&line, &cpu) || cpu < 0 || cpu >= world->nr_cpus ||
	    !take_field(&line, "memcg", &id) || id < 0 || id > (long)MEM_CGROUP_ID_MAX ||
	    !take_field(&line, "pages", &pages) || !take_end(&line) || pages < 0 ||
	    pages > (long)MEMCG_CHARGE_BATCH)
		return reader_fail(reader, "'stock CPU memcg ID pages N'");
	memcg = id ? mem_cgroup_by_id((unsigned int)id) : NULL;
	if (id ? !memcg || !memcg->parent : pages)
		return reader_refuse(reader, "expected a stock of a group named above, or an empty "
					     "one of nobody");
	world->memcg_stock[cpu].cached = memcg;
	world->memcg_stock[cpu].nr_pages = (unsigned int)pages;
	return 0;
}

/** Let a page that is on an LRU list be on that of its group. */
static void charge_page(struct page *page, struct mem_cgroup *memcg)
{
	bool listed = PageFlag(page, PG_lru);

	if (listed)
		lru_list_del(page);
	page->mem_cgroup = memcg == &world->root_mem_cgroup ? NULL : memcg;
	if (listed)
		lru_list_add(page);
}

/** Put a page that belongs to a file into a slot of it. */
static int fill_slot(struct reader *reader, struct address_space *space, struct mem_cgroup *memcg,
		     unsigned long index, unsigned long pfn)
{
	struct page *page = pfn_valid(pfn) ? pfn_to_page(pfn) : NULL;

	if (!page || page->mapping != space || page_has_slot(page))
		return reader_refuse(reader, "expected pages of this kind that 'pages' lines have, "
					     "each once");
	if (page_slot(space, index) || !page_slot_set(space, index, page))
		return reader_refuse(reader, "expected slots below 2^24 that are empty");
	page->index = index;
	charge_page(page, memcg);
	return 0;
}

/** `cache KIND ID INDEX:PFN+N ...`: pages of a file that are charged to a group. */
static int read_cache(struct reader *reader, const char *line)
{
	struct address_space *space = NULL;
	struct mem_cgroup *memcg;
	long index, pfn, count;
	int kind;

	if (take_name(&line, page_kind_names, NR_FILE_KINDS, &kind))
		space = snapshot_space((enum page_kind)kind);
	memcg = take_group(&line);
	if (!space || !memcg)
		return reader_fail(reader, "'cache KIND ID INDEX:PFN+N ...' of a group");
	while (!take_end(&line)) {
		if (!take_number(&line, &index) || *line++ != ':' ||
		    !take_run(&line, &pfn, &count) || !pages_possible(index))
			return reader_fail(reader, "INDEX:PFN+N");
		for (; count; count--)
			if (fill_slot(reader, space, memcg, (unsigned long)index++,
				      (unsigned long)pfn++))
				return -1;
	}
	return 0;
}

/** `shadow KIND INDEX ID NID AGE W`: what was left in the slot of a page that was evicted. */
static int read_shadow(struct reader *reader, const char *line)
{
	struct address_space *space = NULL;
	struct mem_cgroup *memcg;
	long index, nid, age, workingset;
	int kind;

	if (take_name(&line, page_kind_names, NR_FILE_KINDS, &kind))
		space = snapshot_space((enum page_kind)kind);
	if (!space || !take_number(&line, &index) || !pages_possible(index) ||
	    !(memcg = take_group(&line)) || !take_number(&line, &nid) || nid < 0 ||
	    nid >= MAX_NUMNODES || !NODE_DATA(nid) || !take_number(&line, &age) || age < 0 ||
	    age > (long)SHADOW_AGE_MASK || !take_number(&line, &workingset) || (workingset & ~1l) ||
	    !take_end(&line))
		return reader_fail(reader, "'shadow KIND INDEX ID NID AGE B'");
	if (page_slot(space, (unsigned long)index) ||
	    !page_slot_set(space, (unsigned long)index,
			   shadow_entry(shadow_pack((struct shadow){ .age = (unsigned long)age,
								     .memcg_id = memcg->id,
								     .nid = (int)nid,
								     .workingset = workingset }))))
		return reader_refuse(reader, "expected slots below 2^24 that are empty");
	return 0;
}

/** The lines by their first word, and whether they are read only when the pages are known. */
static const struct {
	const char *word;
	int (*read)(struct reader *reader, const char *line);
	bool late;
} group_lines[] = {
	{ "memcgs", read_mount, false }, { "memcg", read_group, false },
	{ "cg", read_charge, false },	 { "stock", read_stock, false },
	{ "cache", read_cache, true },	 { "shadow", read_shadow, true },
};

/** Which of them a line is, going past its first word; -1 when it is another. */
static int group_line(const char **line)
{
	const char *cursor = *line;
	long number;

	/* Saved machines have records of groups too, which they call by their paths. */
	if ((take_word(&cursor, "memcg") && !take_number(&cursor, &number)) ||
	    (take_word(&cursor, "stock") &&
	     (!take_number(&cursor, &number) || !take_word(&cursor, "memcg"))))
		return -1;
	for (int i = 0; i < (int)ARRAY_SIZE(group_lines); i++)
		if (take_word(line, group_lines[i].word))
			return i;
	return -1;
}

/**
 * @brief Does a line of a snapshot tell about memory cgroups or the slots of files?
 *
 * @param line the line
 * @return whether it does
 */
bool snapshot_is_group_line(const char *line)
{
	return group_line(&line) >= 0;
}

/**
 * @brief Read a line about memory cgroups; those about slots are left for later.
 *
 * @param reader the place, for errors
 * @param line the line
 * @return 0, or -1 after noting an error
 * @source none (ours: the format of the recordings)
 */
int snapshot_read_group(struct reader *reader, const char *line)
{
	int which = group_line(&line);

	return group_lines[which].late ? 0 : group_lines[which].read(reader, line);
}

/**
 * @brief Read a line about the slots of a file, if it is one; the snapshot's pages are known.
 *
 * @param reader the place, for errors
 * @param line the line
 * @return 0, or -1 after noting an error
 * @source none (ours: the format of the recordings)
 */
int snapshot_read_slot(struct reader *reader, const char *line)
{
	int which = group_line(&line);

	return which >= 0 && group_lines[which].late ? group_lines[which].read(reader, line) : 0;
}

/* ---- Writing ---- */

/**
 * @brief Write what is charged to each group, and what the CPUs hold in stock.
 *
 * @param out where to
 * @param indent what each line begins with
 * @source none (ours: the format of the recordings)
 */
void snapshot_write_charges(FILE *out, const char *indent)
{
	for (struct mem_cgroup *memcg = NULL; (memcg = memcg_next(NULL, memcg));) {
		fprintf(out, "%scg %u", indent, memcg->id);
		for (size_t i = 0; i < ARRAY_SIZE(charges); i++)
			fprintf(out, " %s %ld", charges[i].words, *charge_of(memcg, i));
		fprintf(out, "\n");
	}
	for (int cpu = 0; cpu < world->nr_cpus; cpu++) {
		const struct memcg_stock *stock = &world->memcg_stock[cpu];

		fprintf(out, "%sstock %d memcg %u pages %u\n", indent, cpu,
			stock->cached ? stock->cached->id : 0, stock->nr_pages);
	}
}

/** Write the pages of a file that are charged to a group; nothing when there are none. */
static void write_cache(FILE *out, const char *kind, const struct address_space *space,
			const struct mem_cgroup *memcg)
{
	unsigned long index = 0, start = 0, pfn = 0, run = 0;
	const struct page *page;

	for (bool any = false;; index++) {
		page = page_slot_next(space, &index);
		if (page && (is_shadow(page) || mem_cgroup_id(page->mem_cgroup) != memcg->id))
			continue;
		if (page && run && index == start + run && page_to_pfn(page) == pfn + run) {
			run++;
			continue;
		}
		if (run) {
			if (!any)
				fprintf(out, "cache %s %u", kind, memcg->id);
			fprintf(out, " %lu:%lu+%lu", start, pfn, run);
			any = true;
		}
		if (!page) {
			fprintf(out, "%s", any ? "\n" : "");
			return;
		}
		start = index;
		pfn = page_to_pfn(page);
		run = 1;
	}
}

/** Write the shadows of a file. */
static void write_shadows(FILE *out, const char *kind, const struct address_space *space)
{
	unsigned long index = 0;
	const void *entry;

	for (; (entry = page_slot_next(space, &index)); index++) {
		struct shadow shadow;

		if (!is_shadow(entry))
			continue;
		shadow = shadow_unpack(shadow_of_entry(entry));
		fprintf(out, "shadow %s %lu %u %d %lu %d\n", kind, index, shadow.memcg_id,
			shadow.nid, shadow.age, shadow.workingset);
	}
}

/**
 * @brief Write memory cgroups and the slots of files.
 *
 * @param out where to
 * @source none (ours: the format of the recordings)
 */
void snapshot_write_groups(FILE *out)
{
	struct mem_cgroup *memcg = NULL;

	fprintf(out, "memcgs recursive_prot %d local_events %d\n", world->memcg_recursive_prot,
		world->memcg_local_events);
	while ((memcg = memcg_next(NULL, memcg)))
		fprintf(out, "memcg %u parent %u max %ld low %lu min %lu\n", memcg->id,
			memcg->parent ? memcg->parent->id : 0,
			memcg->memory.max == PAGE_COUNTER_MAX ? -1l : (long)memcg->memory.max,
			memcg->memory.low, memcg->memory.min);
	snapshot_write_charges(out, "");
	for (int kind = 0; kind < NR_FILE_KINDS; kind++) {
		const struct address_space *space = snapshot_space((enum page_kind)kind);

		while (space && (memcg = memcg_next(NULL, memcg)))
			write_cache(out, page_kind_names[kind], space, memcg);
	}
	for (int kind = 0; kind < NR_FILE_KINDS; kind++) {
		const struct address_space *space = snapshot_space((enum page_kind)kind);

		if (space)
			write_shadows(out, page_kind_names[kind], space);
	}
}
