/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The records that a saved snapshot has beyond those of a recording, so that a loaded machine
 * decides everything that follows as the saved one would have.
 *
 * A record is one line. Its first word says what it is about; most go on with names and numbers in
 * any order, and names that are left out stay as they are. The same lines change a machine that
 * runs: `machine vm_swappiness 10`. The records, with their fields listed below:
 *
 *     memory START END node NID nomap B       a memory range, PFNs; stands before the zones
 *     machine NAME VALUE ...                  what the kernel keeps in globals
 *     cpu N node NID online B
 *     distance FROM TO VALUE
 *     totals zone|node|event VALUE ...        counters of the whole machine, in the kernel's order
 *     node_state NID NAME VALUE ...
 *     node_stat NID VALUE ...
 *     zone_state NID ZONE NAME VALUE ...
 *     zone_stat NID ZONE VALUE ...
 *     zone_numa_stat NID ZONE VALUE ...
 *     pageset NID ZONE CPU expire N stat VALUE ... numa VALUE ...
 *     skip PFN+N ...                          pageblocks that compaction passes over
 *     pages PFN+N NAME VALUE ... memcg PATH   pages in use that differ from a plain one
 *     compound PFN ORDER
 *     lru NID LIST PFN ...                    a list of reclaimable pages, head first
 *     cpuset NAME parent NAME mems HEX ...
 *     memcg PATH parent PATH NAME VALUE ...
 *     stock CPU PATH N                        what a CPU holds in advance for a group
 *     task PID comm NAME cpuset NAME memcg PATH mm_of PID NAME VALUE ...
 *     mm PID NAME VALUE ...                   the memory of a task's process
 *     policy PID mode M flags F preferred N nodes HEX relative HEX | policy PID none
 *     current PID
 *     sysctl NAME VALUE                       as if written to /proc/sys/vm: what follows is derived
 *     set_mempolicy MODE HEX                  as the system call does it, for the running task
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "life/life.h"
#include "state/state.h"
#include "state/records.h"
#include "memory_map.h"
#include "stages/stages.h"
#include "world/world.h"

#define FIELD(type, field)                                                 \
	{                                                                  \
#field, offsetof(type, field), sizeof(((type *)0)->field), \
			(__typeof__(((type *)0)->field))-1 < 1             \
	}
#define FIELDS_END \
	{          \
		0  \
	}

const struct record_field machine_fields[] = {
	FIELD(struct machine, gfp_allowed_mask),
	FIELD(struct machine, page_group_by_mobility_disabled),
	FIELD(struct machine, cpu_masks_known),
	FIELD(struct machine, irqs_disabled),
	FIELD(struct machine, level),
	FIELD(struct machine, min_free_kbytes),
	FIELD(struct machine, user_min_free_kbytes),
	FIELD(struct machine, watermark_boost_factor),
	FIELD(struct machine, watermark_scale_factor),
	FIELD(struct machine, lowmem_reserve_ratio[0]),
	FIELD(struct machine, lowmem_reserve_ratio[1]),
	FIELD(struct machine, lowmem_reserve_ratio[2]),
	FIELD(struct machine, lowmem_reserve_ratio[3]),
	FIELD(struct machine, percpu_pagelist_fraction),
	FIELD(struct machine, totalreserve_pages),
	FIELD(struct machine, totalram_pages),
	FIELD(struct machine, node_reclaim_mode),
	FIELD(struct machine, vm_dirty_ratio),
	FIELD(struct machine, vm_dirty_bytes),
	FIELD(struct machine, vm_swappiness),
	FIELD(struct machine, panic_on_oom),
	FIELD(struct machine, oom_kill_allocating_task),
	FIELD(struct machine, oom_dump_tasks),
	FIELD(struct machine, laptop_mode),
	FIELD(struct machine, numa_stat_enabled),
	FIELD(struct machine, init_on_alloc),
	FIELD(struct machine, init_on_free),
	FIELD(struct machine, memcg_kmem_enabled),
	FIELD(struct machine, memcg_legacy),
	FIELD(struct machine, total_swap_pages),
	FIELD(struct machine, nr_swap_pages),
	FIELD(struct machine, nr_swapcache_pages),
	FIELD(struct machine, swap_cache_added),
	FIELD(struct machine, swap_cache_deleted),
	FIELD(struct machine, swap_cache_found),
	FIELD(struct machine, swap_cache_sought),
	FIELD(struct machine, shrinkers_locked),
	FIELD(struct machine, nr_congested_devices),
	FIELD(struct machine, buffer_heads_over_limit),
	FIELD(struct machine, oom_lock_held),
	FIELD(struct machine, oom_killer_disabled),
	FIELD(struct machine, printed_once),
	FIELD(struct machine, bad_page_limit.begin),
	FIELD(struct machine, bad_page_limit.printed),
	FIELD(struct machine, bad_page_limit.missed),
	FIELD(struct machine, bad_page_limit.started),
	FIELD(struct machine, warn_alloc_limit.begin),
	FIELD(struct machine, warn_alloc_limit.printed),
	FIELD(struct machine, warn_alloc_limit.missed),
	FIELD(struct machine, warn_alloc_limit.started),
	FIELD(struct machine, oom_limit.begin),
	FIELD(struct machine, oom_limit.printed),
	FIELD(struct machine, oom_limit.missed),
	FIELD(struct machine, oom_limit.started),
	FIELD(struct machine, tainted),
	FIELD(struct machine, jiffies),
	FIELDS_END,
};

const struct record_field node_fields[] = {
	FIELD(struct pglist_data, nr_zones),
	FIELD(struct pglist_data, node_present_pages),
	FIELD(struct pglist_data, totalreserve_pages),
#ifdef CONFIG_NUMA
	FIELD(struct pglist_data, min_unmapped_pages),
	FIELD(struct pglist_data, min_slab_pages),
#endif
	FIELD(struct pglist_data, flags),
	FIELD(struct pglist_data, pfmemalloc_waiters),
	FIELD(struct pglist_data, kswapd.state),
	FIELD(struct pglist_data, kswapd.alloc_order),
	FIELD(struct pglist_data, kswapd.reclaim_order),
	FIELD(struct pglist_data, kswapd.highest_zoneidx),
	FIELD(struct pglist_data, kswapd.nap_end),
	FIELD(struct pglist_data, lruvec.anon_cost),
	FIELD(struct pglist_data, lruvec.file_cost),
	FIELD(struct pglist_data, lruvec.refaults),
	FIELD(struct pglist_data, lruvec.flags),
	FIELDS_END,
};

const struct record_field zone_fields[] = {
	FIELD(struct zone, initialized),
	FIELD(struct zone, contiguous),
	FIELD(struct zone, nr_isolate_pageblock),
	FIELD(struct zone, compact_cached_migrate_pfn[0]),
	FIELD(struct zone, compact_cached_migrate_pfn[1]),
	FIELD(struct zone, compact_cached_free_pfn),
	FIELD(struct zone, compact_init_migrate_pfn),
	FIELD(struct zone, compact_init_free_pfn),
	FIELD(struct zone, compact_blockskip_flush),
	FIELDS_END,
};

const struct record_field task_fields[] = {
	FIELD(struct task, tgid),
	FIELD(struct task, uid),
	FIELD(struct task, flags),
	FIELD(struct task, prio),
	FIELD(struct task, il_prev),
	FIELD(struct task, mems_allowed.bits),
	FIELD(struct task, mems_allowed_seq),
	FIELD(struct task, in_memcg_oom),
	FIELD(struct task, reclaimed_slab),
	FIELD(struct task, tif_memdie),
	FIELD(struct task, fatal_signal_pending),
	FIELD(struct task, group_exit),
	FIELD(struct task, oom_origin),
	FIELD(struct task, vfork_done_pending),
	FIELD(struct task, oom_score_adj),
	FIELD(struct task, need_resched),
	FIELDS_END,
};

const struct record_field mm_fields[] = {
	FIELD(struct mm, total_vm),
	FIELD(struct mm, rss_file),
	FIELD(struct mm, rss_anon),
	FIELD(struct mm, rss_shmem),
	FIELD(struct mm, swap_entries),
	FIELD(struct mm, pgtable_bytes),
	FIELD(struct mm, oom_skip),
	FIELD(struct mm, reaper_queued),
	FIELDS_END,
};

const struct record_field cpuset_fields[] = {
	FIELD(struct cpuset, mems_allowed.bits),
	FIELD(struct cpuset, mem_exclusive),
	FIELD(struct cpuset, mem_hardwall),
	FIELDS_END,
};

#define COUNTER(counter)                                                                \
	FIELD(struct mem_cgroup, counter.usage), FIELD(struct mem_cgroup, counter.max), \
		FIELD(struct mem_cgroup, counter.high),                                 \
		FIELD(struct mem_cgroup, counter.watermark),                            \
		FIELD(struct mem_cgroup, counter.failcnt)

const struct record_field memcg_fields[] = {
	COUNTER(memory),
	COUNTER(memsw),
	COUNTER(kmem),
	FIELD(struct mem_cgroup, min),
	FIELD(struct mem_cgroup, low),
	FIELD(struct mem_cgroup, oom_kill_disable),
	FIELD(struct mem_cgroup, oom_group),
	FIELD(struct mem_cgroup, events_max),
	FIELD(struct mem_cgroup, events_oom),
	FIELDS_END,
};

/** The value of a field. */
long record_get(const struct record_field *field, const void *record)
{
	const char *at = (const char *)record + field->offset;
	s64 value = 0;

	memcpy(&value, at, field->size);
	if (field->is_signed && field->size < 8) {
		int unused = 64 - 8 * (int)field->size;

		value = (s64)((u64)value << unused) >> unused;
	}
	return value;
}

/** Give a field a value; false when it does not fit. */
static bool record_set(const struct record_field *field, void *record, long value)
{
	memcpy((char *)record + field->offset, &value, field->size);
	return record_get(field, record) == value;
}

/** Set a field by `NAME VALUE`; 0 when the next word is not in the table, -1 on error. */
static int set_one_field(struct reader *reader, const char **cursor,
			 const struct record_field *fields, void *record)
{
	char why[128];
	long value;

	for (; fields->name; fields++) {
		if (!take_word(cursor, fields->name))
			continue;
		if (!take_value(cursor, &value) || !record_set(fields, record, value)) {
			snprintf(why, sizeof(why), "expected a number that fits behind '%s'",
				 fields->name);
			return reader_refuse(reader, why);
		}
		return 1;
	}
	return 0;
}

/** Set fields by `NAME VALUE ...`, to the end of the line. */
static int set_fields(struct reader *reader, const char *line, const struct record_field *fields,
		      void *record)
{
	char word[64] = "", why[128];

	while (!take_end(&line)) {
		int taken = set_one_field(reader, &line, fields, record);

		if (taken > 0)
			continue;
		if (taken < 0)
			return -1;
		take_text(&line, word, sizeof(word));
		snprintf(why, sizeof(why), "there is no '%s' to set here", word);
		return reader_refuse(reader, why);
	}
	return 0;
}

/** Take numbers into an array; the line ends with the last. */
static int take_array(struct reader *reader, const char *line, long *values, int count)
{
	for (int i = 0; i < count; i++)
		if (!take_value(&line, &values[i]))
			return reader_fail(reader, "as many numbers as there are counters");
	return take_end(&line) ? 0 : reader_fail(reader, "no more numbers than counters");
}

/** Take the number of a node that exists. */
static struct pglist_data *take_node(const char **line)
{
	long nid;

	if (!take_value(line, &nid) || nid < 0 || nid >= MAX_NUMNODES)
		return NULL;
	return NODE_DATA(nid);
}

/** Take a node and the name of a zone of it. */
static struct zone *take_node_zone(const char **line)
{
	struct pglist_data *pgdat = take_node(line);
	int zid;

	return pgdat && take_zone(line, &zid) ? &pgdat->node_zones[zid] : NULL;
}

/* ---- one function a record ---- */

static int read_machine(struct reader *reader, const char *line)
{
	return set_fields(reader, line, machine_fields, world);
}

static int read_cpu(struct reader *reader, const char *line)
{
	long cpu, nid, online;

	if (!take_value(&line, &cpu) || cpu < 0 || cpu >= world->nr_cpus ||
	    !take_word(&line, "node") || !take_value(&line, &nid) || nid < 0 ||
	    nid >= MAX_NUMNODES || !NODE_DATA(nid) || !take_word(&line, "online") ||
	    !take_value(&line, &online) || !take_end(&line))
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
	struct pglist_data *pgdat = take_node(&line);

	if (!pgdat)
		return reader_fail(reader, "the number of a node of the machine");
	return set_fields(reader, line, node_fields, pgdat);
}

static int read_node_stat(struct reader *reader, const char *line)
{
	struct pglist_data *pgdat = take_node(&line);

	if (!pgdat)
		return reader_fail(reader, "the number of a node of the machine");
	return take_array(reader, line, pgdat->vm_stat, NR_VM_NODE_STAT_ITEMS);
}

static int read_zone_state(struct reader *reader, const char *line)
{
	struct zone *zone = take_node_zone(&line);

	if (!zone)
		return reader_fail(reader, "the node and the name of a zone");
	return set_fields(reader, line, zone_fields, zone);
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

/** Take `PFN+N` inside the memory map. */
static bool take_run(const char **line, unsigned long *pfn, unsigned long *count)
{
	long first, number;

	*line += strspn(*line, " ");
	if (!take_number(line, &first) || *(*line)++ != '+' || !take_number(line, &number) ||
	    first < (long)world->mem_map_start || number < 1 ||
	    number > (long)world->mem_map_end - first)
		return false;
	*pfn = (unsigned long)first;
	*count = (unsigned long)number;
	return true;
}

static int read_skip(struct reader *reader, const char *line)
{
	unsigned long pfn, count;

	while (!take_end(&line)) {
		if (!take_run(&line, &pfn, &count))
			return reader_fail(reader, "'skip PFN+N ...' of pages of the machine");
		for (; count >= pageblock_nr_pages; count -= pageblock_nr_pages) {
			*pageblock_byte(pfn) |= PB_MIGRATE_SKIP;
			pfn += pageblock_nr_pages;
		}
	}
	return 0;
}

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

/** The cpuset of this name; NULL when there is none. */
static struct cpuset *find_cpuset(const char *name)
{
	struct cpuset *cpuset = world->cpusets;

	if (!strcmp(name, world->top_cpuset.name))
		return &world->top_cpuset;
	while (cpuset && strcmp(cpuset->name, name))
		cpuset = cpuset->next;
	return cpuset;
}

/** Take `memcg PATH`; `-` is none. */
static bool take_memcg(const char **line, struct mem_cgroup **memcg)
{
	char path[MEMCG_NAME_LEN];

	if (!take_text(line, path, sizeof(path)))
		return false;
	*memcg = strcmp(path, "-") ? find_memcg(path) : NULL;
	return *memcg || !strcmp(path, "-");
}

const struct record_field page_fields[] = {
	FIELD(struct page_state, flags),
	FIELD(struct page_state, refcount),
	FIELD(struct page_state, mapcount),
	FIELD(struct page_state, index),
	FIELD(struct page_state, private),
	FIELD(struct page_state, mapping),
	FIELDS_END,
};

/** Make a page what a record says. */
static void page_set_state(struct page *page, const struct page_state *state)
{
	page->flags &= ~PAGE_FLAGS_CHECK_AT_PREP;
	page->flags |= state->flags;
	page->_refcount = state->refcount;
	page->_mapcount = state->mapcount;
	page->index = state->index;
	page->private = state->private;
	page->mapping = (void *)state->mapping;
	page->mem_cgroup = state->memcg;
}

static int read_pages(struct reader *reader, const char *line)
{
	struct page_state state = { .refcount = 1, .mapcount = -1 };
	unsigned long pfn, count;
	int taken = 1;

	if (!take_run(&line, &pfn, &count))
		return reader_fail(reader, "'pages PFN+N ...' of pages of the machine");
	while (taken > 0)
		taken = set_one_field(reader, &line, page_fields, &state);
	if (taken < 0)
		return -1;
	if ((take_word(&line, "memcg") && !take_memcg(&line, &state.memcg)) || !take_end(&line) ||
	    state.flags & ~PAGE_FLAGS_CHECK_AT_PREP)
		return reader_fail(reader, "'pages PFN+N NAME VALUE ... memcg PATH'");
	for (; count; count--, pfn++)
		page_set_state(pfn_to_page(pfn), &state);
	return 0;
}

static int read_compound(struct reader *reader, const char *line)
{
	long pfn, order;
	struct page *page;
	int count;

	if (!take_value(&line, &pfn) || !take_value(&line, &order) || !take_end(&line) ||
	    order < 1 || order >= MAX_ORDER || pfn & ((1l << order) - 1) ||
	    pfn < (long)world->mem_map_start || pfn + (1l << order) > (long)world->mem_map_end)
		return reader_fail(reader, "'compound PFN ORDER' of pages of the machine");
	page = pfn_to_page((unsigned long)pfn);
	count = page_count(page);
	prep_compound_page(page, (unsigned int)order);
	set_page_count(page, count);
	return 0;
}

static int read_lru(struct reader *reader, const char *line)
{
	struct pglist_data *pgdat = take_node(&line);
	long lru, pfn;

	if (!pgdat || !take_value(&line, &lru) || lru < 0 || lru >= NR_LRU_LISTS)
		return reader_fail(reader, "'lru NID LIST PFN ...'");
	while (take_value(&line, &pfn)) {
		struct page *page;

		if (pfn < (long)world->mem_map_start || pfn >= (long)world->mem_map_end)
			return reader_fail(reader, "PFNs of the machine");
		page = pfn_to_page((unsigned long)pfn);
		if (page_count(page) < 1 || !PageFlag(page, PG_lru))
			return reader_refuse(reader, "expected pages in use, marked as lru");
		list_add_tail(&page->lru, &pgdat->lruvec.lists[lru]);
		pgdat->lruvec.lru_size[page_zonenum(page)][lru]++;
	}
	return take_end(&line) ? 0 : reader_fail(reader, "'lru NID LIST PFN ...'");
}

static int read_cpuset(struct reader *reader, const char *line)
{
	char name[CPUSET_NAME_LEN], parent_name[CPUSET_NAME_LEN] = "/";
	struct cpuset *cpuset, *parent;

	if (!take_text(&line, name, sizeof(name)) ||
	    (take_word(&line, "parent") && !take_text(&line, parent_name, sizeof(parent_name))))
		return reader_fail(reader, "'cpuset NAME parent NAME mems_allowed.bits N ...'");
	parent = find_cpuset(parent_name);
	if (!parent)
		return reader_refuse(reader, "there is no such parent cpuset");
	cpuset = find_cpuset(name);
	if (!cpuset)
		cpuset = cpuset_new(name, parent, parent->mems_allowed);
	if (!cpuset)
		return reader_refuse(reader, "out of memory");
	if (take_word(&line, "mems") && !take_hex(&line, &cpuset->mems_allowed.bits))
		return reader_fail(reader, "a hexadecimal node mask behind 'mems'");
	return set_fields(reader, line, cpuset_fields, cpuset);
}

static int read_memcg(struct reader *reader, const char *line)
{
	char path[MEMCG_NAME_LEN], parent_path[MEMCG_NAME_LEN] = "/";
	struct mem_cgroup *memcg, *parent;

	if (!take_text(&line, path, sizeof(path)) ||
	    (take_word(&line, "parent") && !take_text(&line, parent_path, sizeof(parent_path))))
		return reader_fail(reader, "'memcg PATH parent PATH memory.max N ...'");
	parent = find_memcg(parent_path);
	if (!parent)
		return reader_refuse(reader, "there is no such parent group");
	memcg = find_memcg(path);
	if (!memcg)
		memcg = memcg_new(path, parent, PAGE_COUNTER_MAX);
	if (!memcg)
		return reader_refuse(reader, "out of memory");
	return set_fields(reader, line, memcg_fields, memcg);
}

static int read_stock(struct reader *reader, const char *line)
{
	struct mem_cgroup *memcg;
	long cpu, pages;

	if (!take_value(&line, &cpu) || cpu < 0 || cpu >= world->nr_cpus ||
	    !take_memcg(&line, &memcg) || !take_value(&line, &pages) || !take_end(&line) ||
	    pages < 0 || pages > (long)MEMCG_CHARGE_BATCH)
		return reader_fail(reader, "'stock CPU PATH N'");
	world->memcg_stock[cpu].cached = memcg;
	world->memcg_stock[cpu].nr_pages = (unsigned int)pages;
	return 0;
}

/** Let a task use the memory of another's process, or of none. */
static int share_mm(struct reader *reader, const char **line, struct task *task)
{
	struct task *other = NULL;
	long pid;

	if (!take_word(line, "-")) {
		if (!take_value(line, &pid) || !(other = task_by_pid(pid)) || !other->mm)
			return reader_refuse(reader, "there is no such process to share memory "
						     "with");
	}
	task_set_mm(task, other ? other->mm : NULL);
	return 0;
}

/** Take one of the words of a task that name something; 0 when it is none of them. */
static int take_task_reference(struct reader *reader, const char **line, struct task *task)
{
	char word[64];
	long pid;

	if (take_word(line, "comm"))
		return take_text(line, task->comm, sizeof(task->comm))
			       ? 1
			       : reader_fail(reader, "a name of at most 15 characters");
	if (take_word(line, "cpuset")) {
		struct cpuset *cpuset =
			take_text(line, word, sizeof(word)) ? find_cpuset(word) : NULL;

		if (!cpuset)
			return reader_refuse(reader, "there is no such cpuset");
		task->cpuset = cpuset;
		cpuset_change_task_nodemask(task, cpuset->mems_allowed);
		return 1;
	}
	if (take_word(line, "memcg"))
		return take_memcg(line, &task->memcg)
			       ? 1
			       : reader_refuse(reader, "there is no such memory cgroup");
	if (take_word(line, "active_memcg"))
		return take_memcg(line, &task->active_memcg)
			       ? 1
			       : reader_refuse(reader, "there is no such memory cgroup");
	if (take_word(line, "mm_of"))
		return share_mm(reader, line, task) ? -1 : 1;
	if (take_word(line, "oom_mm_of")) {
		struct task *other = take_value(line, &pid) ? task_by_pid(pid) : NULL;

		if (!other)
			return reader_refuse(reader, "there is no such task");
		task->oom_mm = other->mm;
		return 1;
	}
	return 0;
}

static int read_task(struct reader *reader, const char *line)
{
	struct task *task;
	char why[128], word[64] = "";
	long pid;

	if (!take_value(&line, &pid) || pid < 1 || pid > INT_MAX)
		return reader_fail(reader, "'task PID NAME VALUE ...'");
	task = task_by_pid(pid);
	if (!task)
		task = task_new((int)pid, "task");
	if (!task)
		return reader_refuse(reader, "out of memory");
	while (!take_end(&line)) {
		int taken = take_task_reference(reader, &line, task);

		if (!taken)
			taken = set_one_field(reader, &line, task_fields, task);
		if (taken < 0)
			return -1;
		if (!taken) {
			take_text(&line, word, sizeof(word));
			snprintf(why, sizeof(why), "a task has no '%s' to set", word);
			return reader_refuse(reader, why);
		}
	}
	return 0;
}

static int read_mm(struct reader *reader, const char *line)
{
	struct task *task = NULL;
	long pid;

	if (take_value(&line, &pid))
		task = task_by_pid(pid);
	if (!task || !task->mm)
		return reader_refuse(reader, "there is no such process");
	return set_fields(reader, line, mm_fields, task->mm);
}

/** Take a policy as it is written. */
static bool take_policy(const char **line, struct mempolicy *policy)
{
	long mode, flags, preferred;
	unsigned long nodes, relative;

	if (!take_word(line, "mode") || !take_value(line, &mode) || mode < 0 || mode >= MPOL_MAX ||
	    !take_word(line, "flags") || !take_value(line, &flags) || flags != (u16)flags ||
	    !take_word(line, "preferred") || !take_value(line, &preferred) ||
	    preferred < NUMA_NO_NODE || preferred >= MAX_NUMNODES || !take_word(line, "nodes") ||
	    !take_hex(line, &nodes) || !take_word(line, "relative") || !take_hex(line, &relative) ||
	    !take_end(line))
		return false;
	policy->refcnt = 1;
	policy->mode = (u16)mode;
	policy->flags = (u16)flags;
	if (mode == MPOL_PREFERRED)
		policy->v.preferred_node = (s16)preferred;
	else
		policy->v.nodes.bits = nodes & NODE_MASK_ALL.bits;
	policy->w.user_nodemask.bits = relative;
	return true;
}

static int read_policy(struct reader *reader, const char *line)
{
	struct mempolicy *policy = NULL;
	struct task *task = NULL;
	long pid;

	if (take_value(&line, &pid))
		task = task_by_pid(pid);
	if (!task)
		return reader_refuse(reader, "there is no such task");
	if (!take_word(&line, "none")) {
		policy = calloc(1, sizeof(*policy));
		if (!policy || !take_policy(&line, policy)) {
			free(policy);
			return reader_fail(reader, "'policy PID mode M flags F preferred N nodes "
						   "HEX relative HEX'");
		}
	}
	free(task->mempolicy);
	task->mempolicy = policy;
	return 0;
}

static int read_current(struct reader *reader, const char *line)
{
	struct task *task = NULL;
	long pid;

	if (take_value(&line, &pid) && take_end(&line))
		task = task_by_pid(pid);
	if (!task)
		return reader_refuse(reader, "there is no such task");
	world->current_task = task;
	return 0;
}

/** Change a tunable and everything that 5.8.18 derives from it when it is written. */
static int read_sysctl_record(struct reader *reader, const char *line)
{
	const char *name = line;

	if (read_machine(reader, line))
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

static int read_set_mempolicy(struct reader *reader, const char *line)
{
#ifdef CONFIG_NUMA
	static const char *const modes[] = { "default", "preferred", "bind", "interleave",
					     "local" };
	nodemask_t nodes = NODE_MASK_NONE;
	int mode = 0;

	while (mode < MPOL_MAX && !take_word(&line, modes[mode]))
		mode++;
	if (mode == MPOL_MAX || (!take_end(&line) && !take_hex(&line, &nodes.bits)) ||
	    !take_end(&line))
		return reader_fail(reader, "'set_mempolicy default|preferred|bind|interleave|local "
					   "[NODES]', NODES a hexadecimal mask");
	if (do_set_mempolicy(mode, 0, nodes))
		return reader_refuse(reader, "the kernel refuses this policy: the nodes must fit "
					     "the mode, and the task must be allowed to use them");
	return 0;
#else
	(void)line;
	return reader_refuse(reader, "memory policies need a NUMA machine");
#endif
}

/** Ranges are read before the zones; here they are known. */
static int read_memory(struct reader *reader, const char *line)
{
	(void)reader;
	(void)line;
	return 0;
}

static const struct {
	const char *word;
	int (*read)(struct reader *reader, const char *line);
} records[] = {
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
	{ "skip", read_skip },
	{ "pages", read_pages },
	{ "compound", read_compound },
	{ "lru", read_lru },
	{ "cpuset", read_cpuset },
	{ "memcg", read_memcg },
	{ "stock", read_stock },
	{ "task", read_task },
	{ "mm", read_mm },
	{ "policy", read_policy },
	{ "current", read_current },
	{ "sysctl", read_sysctl_record },
	{ "set_mempolicy", read_set_mempolicy },
};

/**
 * @brief Carry out one record on the machine in focus.
 *
 * @param reader the place, for errors
 * @param line the record
 * @return 0, or -1 after noting an error
 */
int record_apply(struct reader *reader, const char *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(records); i++)
		if (take_word(&line, records[i].word))
			return records[i].read(reader, line);
	return reader_fail(reader, "a record of a snapshot");
}
