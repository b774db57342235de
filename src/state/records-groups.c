/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Records of cpusets and memory cgroups.
 */
#include <stdio.h>
#include <string.h>

#include "life/life.h"
#include "stages/stages.h"
#include "state/records.h"
#include "world/world.h"

/** The memory cgroup of this path; NULL when there is none. */
static struct mem_cgroup *find_memcg(const char *path)
{
	struct mem_cgroup *memcg = world->mem_cgroups;

	if (!strcmp(path, world->root_mem_cgroup.path))
		return &world->root_mem_cgroup;
	while (memcg && strcmp(memcg->path, path))
		memcg = memcg->next;
	return memcg;
}

/**
 * @brief Find a cpuset.
 *
 * @param name its name
 * @return the cpuset; NULL when there is none
 */
struct cpuset *record_find_cpuset(const char *name)
{
	struct cpuset *cpuset = world->cpusets;

	if (!strcmp(name, world->top_cpuset.name))
		return &world->top_cpuset;
	while (cpuset && strcmp(cpuset->name, name))
		cpuset = cpuset->next;
	return cpuset;
}

/**
 * @brief Take the path of a memory cgroup; `-` is none.
 *
 * @param line where to read
 * @param memcg receives the group, or NULL for none
 * @return false when there is no such group
 */
bool record_take_memcg(const char **line, struct mem_cgroup **memcg)
{
	char path[MEMCG_NAME_LEN];

	if (!take_text(line, path, sizeof(path)))
		return false;
	*memcg = strcmp(path, "-") ? find_memcg(path) : NULL;
	return *memcg || !strcmp(path, "-");
}

/**
 * @brief Can a task or a cpuset be allowed these nodes?
 *
 * @param nodes the set
 * @return true for nodes of the machine, and for the set of all nodes that any machine can have
 */
bool record_nodes_right(nodemask_t nodes)
{
	return nodes_exist(nodes) || nodes_equal(nodes, NODE_MASK_ALL);
}

static int read_cpuset(struct reader *reader, const char *line)
{
	char name[CPUSET_NAME_LEN], parent_name[CPUSET_NAME_LEN] = "/";
	struct cpuset *cpuset, *parent, wanted;

	if (!take_text(&line, name, sizeof(name)) ||
	    (take_word(&line, "parent") && !take_text(&line, parent_name, sizeof(parent_name))))
		return reader_fail(reader, "'cpuset NAME parent NAME mems_allowed.bits N ...'");
	parent = record_find_cpuset(parent_name);
	if (!parent)
		return reader_refuse(reader, "there is no such parent cpuset");
	cpuset = record_find_cpuset(name);
	wanted = cpuset ? *cpuset : (struct cpuset){ .mems_allowed = parent->mems_allowed };
	if (take_word(&line, "mems") && !take_hex(&line, &wanted.mems_allowed.bits))
		return reader_fail(reader, "a hexadecimal node mask after 'mems'");
	if (record_set_all(reader, line, cpuset_fields, &wanted))
		return -1;
	if (!record_nodes_right(wanted.mems_allowed))
		return reader_fail(reader, "nodes of the machine");
	if (!cpuset)
		cpuset = cpuset_new(name, parent, wanted.mems_allowed);
	if (!cpuset)
		return reader_refuse(reader, "out of memory");
	cpuset->mem_exclusive = wanted.mem_exclusive;
	cpuset->mem_hardwall = wanted.mem_hardwall;
	cpuset_set_nodes(cpuset, wanted.mems_allowed);
	return 0;
}

/** The group above a new one, as its path says: "/" for "/job", "/job" for "/job/build". */
static void path_above(const char *path, char *above)
{
	const char *slash = strrchr(path, '/');
	int length = slash ? (int)(slash - path) : 0;

	snprintf(above, MEMCG_NAME_LEN, "%.*s", length ? length : 1, length ? path : "/");
}

/** Set a group's fields. Unless they say themselves what its parent knows of its protection, the parent learns of it. */
static int set_memcg(struct reader *reader, const char *line, struct mem_cgroup *memcg)
{
	bool told = strstr(line, " min_usage ") != NULL;

	if (record_set_all(reader, line, memcg_fields, memcg))
		return -1;
	if (!told)
		page_counter_set_protection(&memcg->memory, memcg->memory.min, memcg->memory.low);
	return 0;
}

static int read_memcg(struct reader *reader, const char *line)
{
	char path[MEMCG_NAME_LEN], parent_path[MEMCG_NAME_LEN];
	struct mem_cgroup *memcg, *parent;
	bool named;

	if (!take_text(&line, path, sizeof(path)))
		return reader_fail(reader, "'memcg PATH parent PATH memory.max N ...'");
	path_above(path, parent_path);
	named = take_word(&line, "parent");
	if (named && !take_text(&line, parent_path, sizeof(parent_path)))
		return reader_fail(reader, "'memcg PATH parent PATH memory.max N ...'");
	memcg = find_memcg(path);
	parent = find_memcg(parent_path);
	if (!parent && (named || !memcg))
		return reader_refuse(reader, "there is no such parent group");
	if (!memcg)
		memcg = memcg_new(path, parent, PAGE_COUNTER_MAX);
	if (!memcg)
		return reader_refuse(reader, "out of memory");
	return set_memcg(reader, line, memcg);
}

/** Take a node and a group: its LRU lists there. */
static struct lruvec *take_lruvec(const char **line)
{
	struct pglist_data *pgdat = record_take_node(line);
	struct mem_cgroup *memcg;

	return pgdat && record_take_memcg(line, &memcg) && memcg ? mem_cgroup_lruvec(memcg, pgdat)
								 : NULL;
}

static int read_lruvec_state(struct reader *reader, const char *line)
{
	struct lruvec *lruvec = take_lruvec(&line);

	if (!lruvec)
		return reader_fail(reader, "'lruvec_state NID PATH NAME VALUE ...'");
	return record_set_all(reader, line, lruvec_fields, lruvec);
}

static int read_lruvec_stat(struct reader *reader, const char *line)
{
	struct lruvec *lruvec = take_lruvec(&line);

	if (!lruvec)
		return reader_fail(reader, "'lruvec_stat NID PATH VALUE ...'");
	for (int item = 0; item < NR_VM_NODE_STAT_ITEMS; item++)
		if (!take_value(&line, &lruvec->lruvec_stat[item]))
			return reader_fail(reader, "as many numbers as there are counters");
	return take_end(&line) ? 0 : reader_fail(reader, "no more numbers than counters");
}

static int read_lruvec_diff(struct reader *reader, const char *line)
{
	struct lruvec *lruvec = take_lruvec(&line);
	long cpu, value;

	if (!lruvec || !take_value(&line, &cpu) || cpu < 0 || cpu >= world->nr_cpus)
		return reader_fail(reader, "'lruvec_diff NID PATH CPU VALUE ...'");
	for (int item = 0; item < NR_VM_NODE_STAT_ITEMS; item++) {
		if (!take_value(&line, &value) || value != (s8)value)
			return reader_fail(reader, "as many numbers as there are counters, of 8 "
						   "bits each");
		lruvec->lruvec_stat_cpu[cpu][item] = (s8)value;
	}
	return take_end(&line) ? 0 : reader_fail(reader, "no more numbers than counters");
}

static int read_stock(struct reader *reader, const char *line)
{
	struct mem_cgroup *memcg;
	long cpu, pages;
	bool flush_queued;

	if (!take_value(&line, &cpu) || cpu < 0 || cpu >= world->nr_cpus ||
	    !record_take_memcg(&line, &memcg) || !take_value(&line, &pages))
		return reader_fail(reader, "'stock CPU PATH N'");
	flush_queued = take_word(&line, "flush_queued");
	if (!take_end(&line) || pages < 0 || pages > (long)MEMCG_CHARGE_BATCH)
		return reader_fail(reader, "'stock CPU PATH N [flush_queued]'");
	world->memcg_stock[cpu].cached = memcg;
	world->memcg_stock[cpu].nr_pages = (unsigned int)pages;
	world->memcg_stock[cpu].flush_queued = flush_queued;
	return 0;
}

const struct record_kind group_records[] = {
	{ "cpuset", read_cpuset },
	{ "memcg", read_memcg },
	{ "stock", read_stock },
	{ "lruvec_state", read_lruvec_state },
	{ "lruvec_stat", read_lruvec_stat },
	{ "lruvec_diff", read_lruvec_diff },
	{ 0 },
};
