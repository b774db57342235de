/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The fields of records: which numbers of the machine's structures they set, by name.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "life/life.h"
#include "state/records.h"
#include "state/state.h"
#include "text/nearest.h"
#include "world/world.h"

/* Left alone by the formatter, which would put `#field` where a directive stands. */
/* clang-format off */
#define FIELD(type, field) FIELD_NAMED(type, field, #field)
#define FIELD_NAMED(type, field, word) \
	FIELD_RANGED(type, field, word, 0, \
		     __builtin_types_compatible_p(__typeof__(((type *)0)->field), bool) ? 1 : 0)
#define FIELD_RANGED(type, field, word, lowest, highest) \
	{ .name = word, .offset = offsetof(type, field), .size = sizeof(((type *)0)->field), \
	  .is_signed = (__typeof__(((type *)0)->field))-1 < 1, .least = lowest, .most = highest }
#define RANGED(type, field, lowest, highest) FIELD_RANGED(type, field, #field, lowest, highest)
/* A number of pages. */
#define PAGES(type, field) RANGED(type, field, 0, MAX_PFN)
#define FIELDS_END { .name = NULL }
/* clang-format on */

/** What a number may be. */
struct record_range {
	long least;
	long most;
};

const struct record_field machine_fields[] = {
	FIELD(struct machine, gfp_allowed_mask),
	FIELD(struct machine, saved_gfp_mask),
	FIELD(struct machine, page_group_by_mobility_disabled),
	FIELD(struct machine, cpu_masks_known),
	FIELD(struct machine, irqs_disabled),
	FIELD(struct machine, level),
	FIELD(struct machine, vmstat_work_pending),
	RANGED(struct machine, min_free_kbytes, 0, INT_MAX),
	RANGED(struct machine, user_min_free_kbytes, -1, INT_MAX),
	RANGED(struct machine, watermark_boost_factor, 0, INT_MAX),
	RANGED(struct machine, watermark_scale_factor, 1, 1000),
	FIELD(struct machine, lowmem_reserve_ratio[0]),
	FIELD(struct machine, lowmem_reserve_ratio[1]),
	FIELD(struct machine, lowmem_reserve_ratio[2]),
	FIELD(struct machine, lowmem_reserve_ratio[3]),
	RANGED(struct machine, percpu_pagelist_fraction, 0, INT_MAX),
	FIELD(struct machine, totalreserve_pages),
	FIELD(struct machine, totalram_pages),
	FIELD(struct machine, node_reclaim_mode),
	RANGED(struct machine, vm_dirty_ratio, 0, 100),
	FIELD(struct machine, vm_dirty_bytes),
	RANGED(struct machine, vm_swappiness, 0, 200),
	RANGED(struct machine, panic_on_oom, 0, 2),
	FIELD(struct machine, oom_kill_allocating_task),
	FIELD(struct machine, oom_dump_tasks),
	FIELD(struct machine, laptop_mode),
	FIELD(struct machine, numa_stat_enabled),
	FIELD(struct machine, init_on_alloc),
	FIELD(struct machine, init_on_free),
	FIELD(struct machine, memcg_kmem_enabled),
	FIELD(struct machine, memcg_disabled),
	FIELD(struct machine, memcg_legacy),
	FIELD(struct machine, memcg_local_events),
	FIELD(struct machine, memcg_recursive_prot),
	PAGES(struct machine, total_swap_pages),
	PAGES(struct machine, nr_swap_pages),
	PAGES(struct machine, nr_swapcache_pages),
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
	FIELD(struct pglist_data, lruvec.nonresident_age),
	FIELD(struct pglist_data, lruvec.refaults),
	FIELD(struct pglist_data, lruvec.flags),
	FIELD(struct pglist_data, lruvec.shrinker_map),
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

const struct record_field lruvec_fields[] = {
	FIELD(struct lruvec, anon_cost),
	FIELD(struct lruvec, file_cost),
	FIELD(struct lruvec, nonresident_age),
	FIELD(struct lruvec, refaults),
	FIELD(struct lruvec, flags),
	FIELD(struct lruvec, shrinker_map),
	FIELDS_END,
};

const struct record_field mapping_fields[] = {
	FIELD(struct address_space, nrpages),	     FIELD(struct address_space, reclaimed),
	FIELD(struct address_space, swapped),	     FIELD(struct address_space, next_index),
	FIELD(struct address_space, unevictable),    FIELD(struct address_space, no_writer),
	FIELD(struct address_space, no_migratepage), FIELD(struct address_space, congested),
	FIELD(struct address_space, synchronous),    FIELD(struct address_space, anonymous),
	FIELD(struct address_space, orphaned),	     FIELDS_END,
};

const struct record_field daemon_fields[] = {
	FIELD(struct daemon, runnable),
	FIELD(struct daemon, timed),
	FIELD(struct daemon, deadline),
	FIELDS_END,
};

const struct record_field task_fields[] = {
	FIELD(struct task, tgid),
	FIELD(struct task, uid),
	FIELD(struct task, flags),
	RANGED(struct task, prio, 0, 139),
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
	RANGED(struct task, oom_score_adj, -1000, 1000),
	FIELD(struct task, memcg_joined),
	FIELD(struct task, need_resched),
	FIELDS_END,
};

const struct record_field mm_fields[] = {
	PAGES(struct mm, total_vm),	 PAGES(struct mm, rss_file),
	PAGES(struct mm, rss_anon),	 PAGES(struct mm, rss_shmem),
	PAGES(struct mm, swap_entries),	 RANGED(struct mm, pgtable_bytes, 0, LONG_MAX),
	PAGES(struct mm, stays_file),	 PAGES(struct mm, stays_anon),
	PAGES(struct mm, stays_shmem),	 FIELD(struct mm, oom_skip),
	FIELD(struct mm, mmap_locked),	 FIELD(struct mm, notifier_blocks),
	FIELD(struct mm, reaper_queued), FIELDS_END,
};

const struct record_field cpuset_fields[] = {
	FIELD(struct cpuset, mems_allowed.bits),
	FIELD(struct cpuset, mem_exclusive),
	FIELD(struct cpuset, mem_hardwall),
	FIELDS_END,
};

#define COUNTER(counter)                                                     \
	FIELD(struct mem_cgroup, counter.usage),                             \
		RANGED(struct mem_cgroup, counter.max, 0, PAGE_COUNTER_MAX), \
		FIELD(struct mem_cgroup, counter.high),                      \
		FIELD(struct mem_cgroup, counter.watermark),                 \
		FIELD(struct mem_cgroup, counter.failcnt)

#define EVENTS(event, word)                                                   \
	FIELD_NAMED(struct mem_cgroup, memory_events[event], "events_" word), \
		FIELD_NAMED(struct mem_cgroup, memory_events_local[event], "events_local_" word)

#define STAT_EVENT(event, word) FIELD_NAMED(struct mem_cgroup, stat_events[event], word)

const struct record_field memcg_fields[] = {
	COUNTER(memory),
	COUNTER(swap),
	COUNTER(memsw),
	COUNTER(kmem),
	FIELD(struct mem_cgroup, id),
	FIELD_NAMED(struct mem_cgroup, memory.min, "min"),
	FIELD_NAMED(struct mem_cgroup, memory.low, "low"),
	FIELD_NAMED(struct mem_cgroup, memory.emin, "emin"),
	FIELD_NAMED(struct mem_cgroup, memory.elow, "elow"),
	FIELD_NAMED(struct mem_cgroup, memory.min_usage, "min_usage"),
	FIELD_NAMED(struct mem_cgroup, memory.low_usage, "low_usage"),
	FIELD_NAMED(struct mem_cgroup, memory.children_min_usage, "children_min_usage"),
	FIELD_NAMED(struct mem_cgroup, memory.children_low_usage, "children_low_usage"),
	RANGED(struct mem_cgroup, swappiness, 0, 200),
	FIELD(struct mem_cgroup, no_hierarchy),
	FIELD(struct mem_cgroup, oom_kill_disable),
	FIELD(struct mem_cgroup, oom_group),
	EVENTS(MEMCG_LOW, "low"),
	EVENTS(MEMCG_HIGH, "high"),
	EVENTS(MEMCG_MAX, "max"),
	EVENTS(MEMCG_OOM, "oom"),
	EVENTS(MEMCG_OOM_KILL, "oom_kill"),
	STAT_EVENT(MEMCG_KERNEL_STACK, "kernel_stack"),
	STAT_EVENT(MEMCG_SOCK, "sock"),
	STAT_EVENT(MEMCG_PGFAULT, "pgfault"),
	STAT_EVENT(MEMCG_PGMAJFAULT, "pgmajfault"),
	STAT_EVENT(MEMCG_PGREFILL, "pgrefill"),
	STAT_EVENT(MEMCG_PGSCAN, "pgscan"),
	STAT_EVENT(MEMCG_PGSTEAL, "pgsteal"),
	STAT_EVENT(MEMCG_PGACTIVATE, "pgactivate"),
	STAT_EVENT(MEMCG_PGDEACTIVATE, "pgdeactivate"),
	STAT_EVENT(MEMCG_PGLAZYFREE, "pglazyfree"),
	STAT_EVENT(MEMCG_PGLAZYFREED, "pglazyfreed"),
	STAT_EVENT(MEMCG_THP_FAULT_ALLOC, "thp_fault_alloc"),
	STAT_EVENT(MEMCG_THP_COLLAPSE_ALLOC, "thp_collapse_alloc"),
	FIELDS_END,
};

const struct record_field page_fields[] = {
	FIELD(struct page_state, flags),
	FIELD(struct page_state, refcount),
	FIELD(struct page_state, mapcount),
	FIELD(struct page_state, index),
	FIELD(struct page_state, private),
	FIELD(struct page_state, mapping),
	FIELDS_END,
};

/**
 * @brief The value of a field.
 *
 * @param field the field
 * @param record the structure it is in
 * @return its number
 */
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

/**
 * @brief Write ` NAME VALUE` of every field.
 *
 * @param out where to
 * @param fields the table of fields
 * @param record the structure they are in
 */
void record_write_fields(FILE *out, const struct record_field *fields, const void *record)
{
	for (; fields->name; fields++)
		fprintf(out, " %s %ld", fields->name, record_get(fields, record));
}

/** What a field may be: its range, or what it has room for. */
static struct record_range range_of(const struct record_field *field)
{
	int bits = 8 * (int)field->size - field->is_signed;
	long most = bits > 62 ? LONG_MAX : (1l << bits) - 1;

	if (field->least || field->most)
		return (struct record_range){ field->least, field->most };
	return (struct record_range){ field->is_signed ? -most - 1 : 0, most };
}

/** Read a field's value. Without a range of its own, what fills 64 bits may be written with or without a sign. */
static bool read_value(const struct record_field *field, const char *word, long *value)
{
	struct record_range range = range_of(field);

	if (field->size == sizeof(long) && !field->least && !field->most)
		return take_value(&word, value) && take_end(&word);
	return is_number(word, range.least, range.most, value);
}

/**
 * @brief Set a field by `NAME VALUE`.
 *
 * @param reader the place, for errors
 * @param cursor where to read
 * @param fields the table of fields
 * @param record the structure they are in
 * @return 1; 0 when the next word is not in the table; -1 after noting an error
 */
int record_set_one(struct reader *reader, const char **cursor, const struct record_field *fields,
		   void *record)
{
	char word[64] = "";
	long value;

	while (fields->name && !take_word(cursor, fields->name))
		fields++;
	if (!fields->name)
		return 0;
	if (!take_text(cursor, word, sizeof(word)) || !read_value(fields, word, &value))
		return reader_refuse_number(reader, fields->name, range_of(fields).least,
					    range_of(fields).most, word);
	memcpy((char *)record + fields->offset, &value, fields->size);
	return 1;
}

/**
 * @brief The field that may have been meant by a word that is none.
 *
 * @param fields the table of fields
 * @param word the word
 * @param hint room of NEAREST_HINT bytes
 * @return what a message says behind the word, perhaps nothing
 */
const char *record_hint(const struct record_field *fields, const char *word, char *hint)
{
	struct nearest nearest = nearest_to(word);

	for (; fields->name; fields++)
		nearest_try(&nearest, fields->name);
	return nearest_hint(&nearest, hint, NEAREST_HINT);
}

/**
 * @brief Set fields by `NAME VALUE ...`, to the end of the line.
 *
 * @param reader the place, for errors
 * @param line where to read
 * @param fields the table of fields
 * @param record the structure they are in
 * @return 0, or -1 after noting an error
 */
int record_set_all(struct reader *reader, const char *line, const struct record_field *fields,
		   void *record)
{
	char word[64] = "", why[128 + NEAREST_HINT], hint[NEAREST_HINT];

	while (!take_end(&line)) {
		int taken = record_set_one(reader, &line, fields, record);

		if (taken > 0)
			continue;
		if (taken < 0)
			return -1;
		take_text(&line, word, sizeof(word));
		snprintf(why, sizeof(why), "there is no '%s' to set here%s", word,
			 record_hint(fields, word, hint));
		return reader_refuse(reader, why);
	}
	return 0;
}

/**
 * @brief Take the number of a node that exists.
 *
 * @param line where to read
 * @return the node; NULL when there is none of this number
 */
struct pglist_data *record_take_node(const char **line)
{
	long nid;

	return take_value(line, &nid) && node_exists(nid) ? NODE_DATA(nid) : NULL;
}
