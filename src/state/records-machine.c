/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Records of the machine as a whole, its CPUs, nodes and zones.
 */
#include <string.h>

#include "state/records.h"
#include "stages/stages.h"
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

static int read_cpu(struct reader *reader, const char *line)
{
	long cpu, nid, online;

	if (!take_value(&line, &cpu) || cpu < 0 || cpu >= world->nr_cpus ||
	    !take_word(&line, "node") || !take_value(&line, &nid) || !node_exists(nid) ||
	    !take_word(&line, "online") || !take_value(&line, &online) || !take_end(&line))
		return reader_fail(reader, "'cpu N node NID online B' of a CPU of the machine");
	world->cpu_node[cpu] = (int)nid;
	world->cpu_online &= ~(1ull << cpu);
	world->cpu_online |= (u64) !!online << cpu;
	if (!(world->cpu_online >> world->this_cpu & 1))
		return reader_refuse(reader, "the running CPU cannot be offline");
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
	long cpu, expire, value;

	if (!zone || !take_value(&line, &cpu) || cpu < 0 || cpu >= world->nr_cpus ||
	    !take_word(&line, "expire") || !take_value(&line, &expire) || expire != (s8)expire ||
	    !take_word(&line, "stat"))
		return reader_fail(reader, "'pageset NID ZONE CPU expire N stat VALUE ...'");
	pageset = &zone->pageset[cpu];
	for (int item = 0; item < NR_VM_ZONE_STAT_ITEMS; item++) {
		if (!take_value(&line, &value) || value != (s8)value)
			return reader_fail(reader, "as many numbers as there are counters, of 8 "
						   "bits each");
		pageset->vm_stat_diff[item] = (s8)value;
	}
#ifdef CONFIG_NUMA
	pageset->expire = (s8)expire;
	if (!take_word(&line, "numa"))
		return reader_fail(reader, "'numa VALUE ...'");
	for (int item = 0; item < NR_VM_NUMA_STAT_ITEMS; item++) {
		if (!take_value(&line, &value) || value != (u16)value)
			return reader_fail(reader, "as many numbers as there are counters, of 16 "
						   "bits each");
		pageset->vm_numa_stat_diff[item] = (u16)value;
	}
#endif
	return take_end(&line) ? 0 : reader_fail(reader, "no more numbers than counters");
}

/** Size the per-CPU lists by a new fraction, unless it was the old one; fractions above an eighth are refused. */
static int derive_pagelist_fraction(struct reader *reader, int old)
{
	if (world->percpu_pagelist_fraction && world->percpu_pagelist_fraction < 8) {
		world->percpu_pagelist_fraction = old;
		return reader_refuse(reader, "percpu_pagelist_fraction is 0 or at least 8");
	}
	if (world->percpu_pagelist_fraction != old)
		percpu_pagelist_fraction_changed();
	return 0;
}

/** A share of memory or a number of bytes limits what may be dirty: the one written last, and the other is cleared. */
static int derive_dirty_limit(struct reader *reader, int old_ratio, unsigned long old_bytes)
{
	if (world->vm_dirty_bytes != old_bytes) {
		if (world->vm_dirty_bytes < 2 * PAGE_SIZE) {
			world->vm_dirty_bytes = old_bytes;
			return reader_refuse(reader, "vm_dirty_bytes is at least 8192");
		}
		world->vm_dirty_ratio = 0;
	} else if (world->vm_dirty_ratio != old_ratio) {
		world->vm_dirty_bytes = 0;
	}
	return 0;
}

/** Whoever switches the NUMA statistics off clears what they have counted so far. */
static void derive_numa_stat(bool old)
{
#ifdef CONFIG_NUMA
	struct zone *zone;
	int nid;

	if (!old || world->numa_stat_enabled)
		return;
	for_each_populated_zone(nid, zone) {
		memset(zone->vm_numa_stat, 0, sizeof(zone->vm_numa_stat));
		for (int cpu = 0; cpu < world->nr_cpus; cpu++)
			memset(zone->pageset[cpu].vm_numa_stat_diff, 0,
			       sizeof(zone->pageset[cpu].vm_numa_stat_diff));
	}
#else
	(void)old;
#endif
}

/** Change a tunable and everything that 5.8.18 derives from it when it is written. */
static int read_sysctl_record(struct reader *reader, const char *line)
{
	int fraction = world->percpu_pagelist_fraction, ratio = world->vm_dirty_ratio;
	unsigned long bytes = world->vm_dirty_bytes;
	bool numa_stat = world->numa_stat_enabled;
	const char *name = line;

	if (read_machine(reader, line))
		return -1;
	derive_numa_stat(numa_stat);
	if (derive_dirty_limit(reader, ratio, bytes) || derive_pagelist_fraction(reader, fraction))
		return -1;
	if (take_word(&name, "min_free_kbytes")) {
		world->user_min_free_kbytes = world->min_free_kbytes;
		setup_per_zone_wmarks();
	} else if (take_word(&name, "watermark_scale_factor")) {
		setup_per_zone_wmarks();
	} else if (!strncmp(name + strspn(name, " "), "lowmem_reserve_ratio", 20)) {
		setup_per_zone_lowmem_reserve();
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
