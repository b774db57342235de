/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Records of the machine as a whole, its CPUs, nodes and zones.
 */
#include <stdio.h>
#include <string.h>

#include "life/life.h"
#include "state/records.h"
#include "stages/stages.h"
#include "text/nearest.h"
#include "world/world.h"

/** Take numbers into an array; the line ends with the last. */
static int take_array(struct reader *reader, const char *line, long *values, int count)
{
	for (int i = 0; i < count; i++)
		if (!take_value(&line, &values[i]))
			return reader_fail(reader, "as many numbers as there are counters");
	return take_end(&line) ? 0 : reader_fail(reader, "no more numbers than counters");
}

/** Take a node and the name of a zone of it. */
static struct zone *take_node_zone(const char **line)
{
	struct pglist_data *pgdat = record_take_node(line);
	int zid;

	return pgdat && take_zone(line, &zid) ? &pgdat->node_zones[zid] : NULL;
}

static int read_machine(struct reader *reader, const char *line)
{
	return record_set_all(reader, line, machine_fields, world);
}

/** Take the node of a CPU, which may be left out; false when there is no such node. */
static bool take_cpu_node(const char **line, int *nid)
{
	const struct pglist_data *pgdat;

	if (!take_word(line, "node"))
		return true;
	pgdat = record_take_node(line);
	if (pgdat)
		*nid = pgdat->node_id;
	return pgdat != NULL;
}

/** Make a CPU online or offline. On a machine that has booted it takes leave, or is made welcome. */
static void set_cpu_online(int cpu, bool online)
{
	if (online == cpu_online(cpu))
		return;
	if (world->running)
		online ? cpu_up(cpu) : cpu_down(cpu);
	else
		world->cpu_online ^= 1ull << cpu;
}

/** Refuse a CPU that the machine does not have. */
static int refuse_cpu(struct reader *reader)
{
	char expected[96];

	snprintf(expected, sizeof(expected), "'cpu N node NID online B', N from 0 to %d",
		 world->nr_cpus - 1);
	return reader_fail(reader, expected);
}

static int read_cpu(struct reader *reader, const char *line)
{
	long cpu, online;
	int nid;

	if (!take_value(&line, &cpu) || cpu < 0 || cpu >= world->nr_cpus)
		return refuse_cpu(reader);
	nid = world->cpu_node[cpu];
	if (!take_cpu_node(&line, &nid) || !take_word(&line, "online") ||
	    !take_value(&line, &online) || !take_end(&line))
		return reader_fail(reader, "'cpu N node NID online B' of a CPU of the machine");
	if (!online && cpu == world->this_cpu)
		return reader_refuse(reader, "the running CPU cannot be offline");
	world->cpu_node[cpu] = nid;
	set_cpu_online((int)cpu, online);
	return 0;
}

static int read_distance(struct reader *reader, const char *line)
{
	long from, to, value;

	if (!take_value(&line, &from) || !take_value(&line, &to) || !take_value(&line, &value) ||
	    !take_end(&line) || from < 0 || to < 0 || from >= MAX_NUMNODES || to >= MAX_NUMNODES ||
	    value < 0 || value > 255)
		return reader_fail(reader, "'distance FROM TO VALUE'");
	world->node_distance[from][to] = (u8)value;
	return 0;
}

static int read_totals(struct reader *reader, const char *line)
{
	if (take_word(&line, "zone"))
		return take_array(reader, line, world->vm_zone_stat, NR_VM_ZONE_STAT_ITEMS);
	if (take_word(&line, "node"))
		return take_array(reader, line, world->vm_node_stat, NR_VM_NODE_STAT_ITEMS);
	if (take_word(&line, "event"))
		return take_array(reader, line, (long *)world->vm_event, NR_VM_EVENTS);
	return reader_fail(reader, "'totals zone|node|event VALUE ...'");
}

static int read_node_state(struct reader *reader, const char *line)
{
	struct pglist_data *pgdat = record_take_node(&line);

	if (!pgdat)
		return reader_fail(reader, "the number of a node of the machine");
	return record_set_all(reader, line, node_fields, pgdat);
}

static int read_node_stat(struct reader *reader, const char *line)
{
	struct pglist_data *pgdat = record_take_node(&line);

	if (!pgdat)
		return reader_fail(reader, "the number of a node of the machine");
	return take_array(reader, line, pgdat->vm_stat, NR_VM_NODE_STAT_ITEMS);
}

/** Take the differences of a CPU, of 8 bits each. */
static bool take_differences(const char **line, s8 *difference, int count)
{
	long value;

	for (int item = 0; item < count; item++) {
		if (!take_value(line, &value) || value != (s8)value)
			return false;
		difference[item] = (s8)value;
	}
	return true;
}

static int read_node_diff(struct reader *reader, const char *line)
{
	struct pglist_data *pgdat = record_take_node(&line);
	struct per_cpu_nodestat *nodestat;
	long cpu, threshold;

	if (!pgdat || !take_value(&line, &cpu) || cpu < 0 || cpu >= world->nr_cpus ||
	    !take_word(&line, "threshold") || !take_value(&line, &threshold) || threshold < 0 ||
	    threshold > INT8_MAX || !take_word(&line, "stat"))
		return reader_fail(reader, "'node_diff NID CPU threshold N stat VALUE ...'");
	nodestat = &pgdat->per_cpu_nodestats[cpu];
	nodestat->stat_threshold = (s8)threshold;
	if (!take_differences(&line, nodestat->vm_node_stat_diff, NR_VM_NODE_STAT_ITEMS) ||
	    !take_end(&line))
		return reader_fail(reader, "as many numbers as there are counters, of 8 bits each");
	return 0;
}

static int read_zone_state(struct reader *reader, const char *line)
{
	struct zone *zone = take_node_zone(&line);

	if (!zone)
		return reader_fail(reader, "the node and the name of a zone");
	return record_set_all(reader, line, zone_fields, zone);
}

static int read_zone_stat(struct reader *reader, const char *line)
{
	struct zone *zone = take_node_zone(&line);

	if (!zone)
		return reader_fail(reader, "the node and the name of a zone");
	return take_array(reader, line, zone->vm_stat, NR_VM_ZONE_STAT_ITEMS);
}

#ifdef CONFIG_NUMA
static int read_zone_numa_stat(struct reader *reader, const char *line)
{
	struct zone *zone = take_node_zone(&line);

	if (!zone)
		return reader_fail(reader, "the node and the name of a zone");
	return take_array(reader, line, (long *)zone->vm_numa_stat, NR_VM_NUMA_STAT_ITEMS);
}
#endif

static int read_pageset(struct reader *reader, const char *line)
{
	struct zone *zone = take_node_zone(&line);
	struct per_cpu_pageset *pageset;
	long cpu, expire;

	if (!zone || !take_value(&line, &cpu) || cpu < 0 || cpu >= world->nr_cpus ||
	    !take_word(&line, "expire") || !take_value(&line, &expire) || expire != (s8)expire ||
	    !take_word(&line, "stat"))
		return reader_fail(reader, "'pageset NID ZONE CPU expire N stat VALUE ...'");
	if (!zone->pageset)
		return reader_fail(reader, "a zone that has memory");
	pageset = &zone->pageset[cpu];
	if (!take_differences(&line, pageset->vm_stat_diff, NR_VM_ZONE_STAT_ITEMS))
		return reader_fail(reader, "as many numbers as there are counters, of 8 bits each");
#ifdef CONFIG_NUMA
	pageset->expire = (s8)expire;
	if (!take_word(&line, "numa"))
		return reader_fail(reader, "'numa VALUE ...'");
	for (int item = 0; item < NR_VM_NUMA_STAT_ITEMS; item++) {
		long value;

		if (!take_value(&line, &value) || value != (u16)value)
			return reader_fail(reader, "as many numbers as there are counters, of 16 "
						   "bits each");
		pageset->vm_numa_stat_diff[item] = (u16)value;
	}
#endif
	return take_end(&line) ? 0 : reader_fail(reader, "no more numbers than counters");
}

/** Write one tunable, by the name of its file in /proc/sys/vm. */
static int write_tunable(struct reader *reader, const char *name, const char *file,
			 const char *word)
{
	long least, most, value;
	char why[128 + NEAREST_HINT];

	if (!strcmp(file, "stat_refresh")) {
		vmstat_refresh();
		return 0;
	}
	if (!sysctl_range(file, &least, &most)) {
		struct nearest nearest = nearest_to(file);
		char hint[NEAREST_HINT];

		for (size_t i = 0; sysctl_name(i); i++)
			nearest_try(&nearest, sysctl_name(i));
		snprintf(why, sizeof(why), "there is no '%s' to set here%s", name,
			 nearest_hint(&nearest, hint, sizeof(hint)));
		return reader_refuse(reader, why);
	}
	if (!is_number(word, least, most, &value))
		return reader_refuse_number(reader, name, least, most, word);
	if (!sysctl_write(file, value))
		return 0;
	/* The fraction of a zone that a CPU's lists may hold has a gap. */
	snprintf(why, sizeof(why), "%s may not be %ld: Invalid argument; 0 will do, and 8 or more",
		 name, value);
	return reader_refuse(reader, why);
}

/** Change tunables and everything that 5.8.18 derives from them when they are written. */
static int read_sysctl_record(struct reader *reader, const char *line)
{
	if (take_end(&line))
		return reader_fail(reader, "'sysctl NAME VALUE ...'");
	while (!take_end(&line)) {
		char name[64], word[64] = "";
		const char *file = name;

		if (!take_text(&line, name, sizeof(name)))
			return reader_fail(reader, "'sysctl NAME VALUE ...'");
		take_text(&line, word, sizeof(word));
		/* vm.swappiness is how sysctl(8) calls it, vm_swappiness how the kernel does. */
		if (!strncmp(name, "vm.", 3) || !strncmp(name, "vm_", 3))
			file += 3;
		if (write_tunable(reader, name, file, word))
			return -1;
	}
	return 0;
}

/** Go to sleep, as far as masks are concerned, or wake up. */
static int read_pm_restrict(struct reader *reader, const char *line)
{
	if (!take_end(&line))
		return reader_fail(reader, "nothing after 'pm_restrict_gfp_mask'");
	pm_restrict_gfp_mask();
	return 0;
}

static int read_pm_restore(struct reader *reader, const char *line)
{
	if (!take_end(&line))
		return reader_fail(reader, "nothing after 'pm_restore_gfp_mask'");
	pm_restore_gfp_mask();
	return 0;
}

/** Ranges are read before the zones; here they are known. */
static int read_memory(struct reader *reader, const char *line)
{
	(void)reader;
	(void)line;
	return 0;
}

const struct record_kind machine_records[] = {
	{ "memory", read_memory },
	{ "machine", read_machine },
	{ "cpu", read_cpu },
	{ "distance", read_distance },
	{ "totals", read_totals },
	{ "node_state", read_node_state },
	{ "node_stat", read_node_stat },
	{ "node_diff", read_node_diff },
	{ "zone_state", read_zone_state },
	{ "zone_stat", read_zone_stat },
#ifdef CONFIG_NUMA
	{ "zone_numa_stat", read_zone_numa_stat },
#endif
	{ "pageset", read_pageset },
	{ "sysctl", read_sysctl_record },
	{ "pm_restrict_gfp_mask", read_pm_restrict },
	{ "pm_restore_gfp_mask", read_pm_restore },
	{ 0 },
};
