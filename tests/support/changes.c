/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Which counters have changed; see changes.h.
 *
 * Counters of zones and nodes are read with what CPUs hold back. Names are those of /proc/zoneinfo; the others are
 * this file's own.
 */
#include "changes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "memory_map.h"
#include "page_cache.h"
#include "state/proc.h"
#include "vmstat.h"
#include "world/world.h"

#define MOST_COUNTERS 4096
#define NAME_LEN      64

/** A counter, under a name that no other has. */
struct counter {
	char name[NAME_LEN];
	long value;
};

static struct counter noted[MOST_COUNTERS], now[MOST_COUNTERS];
static int nr_noted, nr_now;

static const char *const event_names[NR_VM_EVENTS] = {
	"pgalloc_dma",
	"pgalloc_dma32",
	"pgalloc_normal",
	"pgalloc_movable",
	"pgfree",
	"allocstall",
	"compact_stall",
	"compact_fail",
	"compact_success",
	"pageoutrun",
	"kswapd_low_wmark_hit_quickly",
	"kswapd_high_wmark_hit_quickly",
	"pgscan_direct_throttle",
	"oom_kill",
};

__attribute__((format(printf, 2, 3))) static void count(long value, const char *format, ...)
{
	va_list arguments;

	ck_assert_int_lt(nr_now, MOST_COUNTERS);
	va_start(arguments, format);
	vsnprintf(now[nr_now].name, NAME_LEN, format, arguments);
	va_end(arguments);
	now[nr_now++].value = value;
}

static void count_zone(const struct zone *zone)
{
	for (int item = 0; item < NR_VM_ZONE_STAT_ITEMS; item++) {
		long value = zone->vm_stat[item];

		for (int cpu = 0; cpu < world->nr_cpus; cpu++)
			value += zone->pageset[cpu].vm_stat_diff[item];
		count(value, "%s:%s", zone->name, zone_stat_names[item]);
	}
}

static void count_node(const struct pglist_data *pgdat)
{
	for (int item = 0; item < NR_VM_NODE_STAT_ITEMS; item++) {
		long value = pgdat->vm_stat[item];

		for (int cpu = 0; cpu < world->nr_cpus; cpu++)
			value += pgdat->per_cpu_nodestats[cpu].vm_node_stat_diff[item];
		count(value, "%s", node_stat_names[item]);
	}
	count((long)pgdat->flags, "node_flags");
	count(pgdat->kswapd_failures, "kswapd_failures");
	count(pgdat->pfmemalloc_waiters, "waiters");
}

/** Lists of a group on a node; those of the root bear no name. */
static void count_lists(const struct lruvec *lruvec, const char *path)
{
	static const char *const list_names[NR_LRU_LISTS] = { "inactive_anon", "active_anon",
							      "inactive_file", "active_file",
							      "unevictable" };

	for (int lru = 0; lru < NR_LRU_LISTS; lru++) {
		unsigned long size = 0;

		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			size += lruvec->lru_size[zid][lru];
		count((long)size, "%s%s", path, list_names[lru]);
	}
	count((long)lruvec->nonresident_age, "%sage", path);
	count((long)lruvec->anon_cost, "%sanon_cost", path);
	count((long)lruvec->file_cost, "%sfile_cost", path);
	count((long)lruvec->refaults, "%srefaults", path);
	count((long)lruvec->flags, "%sflags", path);
}

static void count_groups(const struct pglist_data *pgdat)
{
	count_lists(&pgdat->lruvec, "");
	for (struct mem_cgroup *memcg = world->mem_cgroups; memcg; memcg = memcg->next) {
		count_lists(mem_cgroup_lruvec(memcg, NODE_DATA(pgdat->node_id)), memcg->path);
		count((long)memcg->memory_events[MEMCG_LOW], "%slow", memcg->path);
	}
}

static void count_machine(void)
{
	for (int event = 0; event < NR_VM_EVENTS; event++)
		count((long)world->vm_event[event], "%s", event_names[event]);
	count((long)world->jiffies, "jiffies");
	count((long)world->nr_swap_pages, "swap_free");
	count((long)world->nr_swapcache_pages, "swap_cache");
	count((long)world->swap_cache_added, "swap_cache_added");
	count((long)world->swap_cache_deleted, "swap_cache_deleted");
	for (struct address_space *space = world->address_spaces; space; space = space->next) {
		count((long)space->nrpages, "%s:pages", space->name);
		count((long)space->reclaimed, "%s:reclaimed", space->name);
		count((long)space->swapped, "%s:swapped", space->name);
	}
}

static void read_counters(void)
{
	struct zone *zone;
	int nid;

	nr_now = 0;
	for_each_populated_zone(nid, zone)
		count_zone(zone);
	for_each_online_node(nid) {
		count_node(NODE_DATA(nid));
		count_groups(NODE_DATA(nid));
	}
	count_machine();
}

/** Remember what all counters are now. */
void test_note_counters(void)
{
	read_counters();
	memcpy(noted, now, sizeof(noted));
	nr_noted = nr_now;
}

/** What has changed since counters were noted, or this was asked last: "nr_free_pages +1, inactive_file -1". */
const char *test_changes(void)
{
	static char text[8192];
	char *end = text;

	read_counters();
	ck_assert_int_eq(nr_now, nr_noted);
	*end = '\0';
	for (int i = 0; i < nr_now; i++)
		if (now[i].value != noted[i].value && end - text < (long)sizeof(text) - 128)
			end += sprintf(end, "%s%s %+ld", end > text ? ", " : "", now[i].name,
				       now[i].value - noted[i].value);
	test_note_counters();
	return text;
}
