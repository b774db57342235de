/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Replaying a recording of a real kernel and comparing every result, event and check.
 *
 * The recording holds the operations in order; below each stand the events that fired on the real
 * machine. The operation is carried out here, and every event is compared at the moment it fires, so
 * a divergence is found where it begins. What reclaim and compaction achieve is taken from the
 * recording: it depends on the rest of the kernel. Everything around them must come out the same.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "life/life.h"
#include "state/state.h"
#include "replay/replay.h"
#include "memory_map.h"
#include "stages/stages.h"
#include "vmstat.h"
#include "world/world.h"

/** Lines between two calls of the progress function. */
#define PROGRESS_LINES 4096

/** Orders beyond what can be served are valid requests; beyond this they are typing errors. */
#define MOST_ORDER 64

/**
 * @brief Note the first difference. Later ones are consequences and not noted.
 *
 * @param replay the replay
 * @param line line of the recording, counted from 1
 * @param expected what the recording says
 * @param format what happened here, as for printf
 */
__attribute__((format(printf, 4, 5))) static void
diverge(struct replay *replay, size_t line, const char *expected, const char *format, ...)
{
	struct replay_result *result = replay->result;
	va_list arguments;

	if (result->outcome != REPLAY_IDENTICAL)
		return;
	result->outcome = REPLAY_DIVERGED;
	result->line = line;
	snprintf(result->expected, sizeof(result->expected), "%s",
		 expected + strspn(expected, " "));
	va_start(arguments, format);
	vsnprintf(result->got, sizeof(result->got), format, arguments);
	va_end(arguments);
}

/** The line behind the current operation that holds its next event; NULL when there is none. */
static const char *next_event_line(const struct replay *replay)
{
	const char *line = reader_peek(&replay->reader);

	return line && line[0] == ' ' && line[1] == ' ' ? line + 2 : NULL;
}

/** How an event is written in a recording. */
static const struct event_form {
	enum trace_event_id id;
	char letter;
	const char *kind; /**< word behind the letter, or NULL */
	int nr_fields;	  /**< fields compared, from the first */
	u8 field[8];	  /**< which field of the event stands there */
	unsigned int hex; /**< bit n: the n-th number is hexadecimal */
} event_forms[] = {
	{ TRACE_mm_page_alloc_zone_locked, 'l', NULL, 3, { 0, 1, 2 }, 0 },
	{ TRACE_mm_page_pcpu_drain, 'd', NULL, 3, { 0, 1, 2 }, 0 },
	{ TRACE_mm_page_alloc_extfrag, 'x', NULL, 5, { 0, 1, 2, 3, 4 }, 0 },
	{ TRACE_mm_vmscan_wakeup_kswapd, 'k', NULL, 3, { 0, 1, 2 }, 0 },
	{ TRACE_mm_compaction_wakeup_kcompactd, 'w', NULL, 3, { 0, 1, 2 }, 0 },
	{ TRACE_mm_vmscan_direct_reclaim_begin, 'r', NULL, 2, { 0, 1 }, 2 },
	{ TRACE_mm_vmscan_direct_reclaim_end, 'e', NULL, 1, { 0 }, 0 },
	{ TRACE_mm_compaction_try_to_compact_pages, 't', NULL, 3, { 0, 1, 2 }, 2 },
	{ TRACE_mm_compaction_suitable, 's', NULL, 4, { 0, 1, 2, 3 }, 0 },
	{ TRACE_reclaim_retry_zone, 'y', NULL, 8, { 0, 1, 2, 3, 4, 5, 6, 7 }, 0 },
	{ TRACE_compact_retry, 'p', NULL, 6, { 0, 1, 2, 3, 4, 5 }, 0 },
	{ TRACE_mm_compaction_deferred, 'o', "deferred", 6, { 0, 1, 2, 3, 4, 5 }, 0 },
	{ TRACE_mm_compaction_defer_compaction, 'o', "defer", 6, { 0, 1, 2, 3, 4, 5 }, 0 },
	{ TRACE_mm_compaction_defer_reset, 'o', "reset", 6, { 0, 1, 2, 3, 4, 5 }, 0 },
	{ TRACE_mm_page_free, 'F', NULL, 2, { 0, 1 }, 0 },
};

/** How this event is written; NULL for events that recordings leave out. */
static const struct event_form *form_of(enum trace_event_id id)
{
	for (size_t i = 0; i < ARRAY_SIZE(event_forms); i++)
		if (event_forms[i].id == id)
			return &event_forms[i];
	return NULL;
}

/** Does a line of the recording say the same as an event? */
static bool event_matches(const struct event_form *form, const struct trace_event *event,
			  const char *line)
{
	if (*line++ != form->letter || (form->kind && !take_word(&line, form->kind)))
		return false;
	for (int i = 0; i < form->nr_fields; i++) {
		unsigned long hex;
		long value;

		if (form->hex & (1u << i)) {
			if (!take_hex(&line, &hex))
				return false;
			value = (long)hex;
		} else if (!take_number(&line, &value)) {
			return false;
		}
		if (value != event->field[form->field[i]])
			return false;
	}
	return take_end(&line);
}

/** Write an event as a recording does. */
static void event_as_recorded(const struct event_form *form, const struct trace_event *event,
			      char *text, size_t size)
{
	size_t length = (size_t)snprintf(text, size, "%c%s%s", form->letter, form->kind ? " " : "",
					 form->kind ? form->kind : "");

	for (int i = 0; i < form->nr_fields; i++)
		length += (size_t)snprintf(text + length, size - length,
					   form->hex & (1u << i) ? " %llx" : " %lld",
					   (long long)event->field[form->field[i]]);
}

/** Is this an event that the recording has a line for, at this point? */
static bool event_is_recorded(const struct replay *replay, const struct trace_event *event)
{
	switch (event->id) {
	case TRACE_mm_page_free:
		/* Only the free that follows a refused charge. */
		return replay->allocating && !replay->in_reclaim;
	case TRACE_mm_compaction_suitable:
		return !replay->in_reclaim;
	default:
		return true;
	}
}

/** Keep the last events for the account of a divergence. */
static void remember_event(struct replay *replay, const struct trace_event *event)
{
	replay->recent[replay->nr_recent++ % RECENT_EVENTS] = *event;
}

/** Compare an event with the recording as it fires. */
static void on_event(const struct trace_event *event, void *context)
{
	struct replay *replay = context;
	const struct event_form *form = form_of(event->id);
	const char *line = next_event_line(replay);
	char got[200];

	if (replay->result->outcome != REPLAY_IDENTICAL || !form ||
	    !event_is_recorded(replay, event))
		return;
	remember_event(replay, event);
	if (line && event_matches(form, event, line)) {
		replay->reader.next++;
		replay->result->events++;
		if (event->id == TRACE_mm_vmscan_direct_reclaim_begin)
			replay->in_reclaim = true;
		if (event->id == TRACE_mm_vmscan_direct_reclaim_end)
			replay->in_reclaim = false;
		return;
	}
	event_as_recorded(form, event, got, sizeof(got));
	if (line)
		diverge(replay, replay->reader.next + 1, line, "%s", got);
	else
		diverge(replay, replay->reader.next + 1, "no further event", "%s", got);
}

/* ---- what reclaim and compaction achieved, taken from the recording ---- */

/** What is remembered of a page that an operation returned: its block's order, plus 1; else 0. */
static u8 *held_order(const struct replay *replay, const struct page *page)
{
	return &replay->held[page - world->mem_map];
}

/** Once something differed, a request need not be carried to its end: it may have none. */
static bool stop_after_difference(const struct slow_request *request)
{
	const struct replay *replay = world->environment.context;

	(void)request;
	return replay->result->outcome != REPLAY_IDENTICAL || replay->reader.error.line;
}

/** The replay that the running operation belongs to. */
static struct replay *replay_of_world(void)
{
	return world->environment.context;
}

/** Pages that reclaim could get: the next `y` line of the zone says it, else its last one. */
static unsigned long recorded_reclaimable(struct zone *zone)
{
	struct replay *replay = replay_of_world();
	unsigned long *last = &replay->reclaimable[zone_to_nid(zone)][zone_idx(zone)];
	const char *line = next_event_line(replay);
	long nid, zid, order, reclaimable;

	if (line && *line++ == 'y' && take_number(&line, &nid) && take_number(&line, &zid) &&
	    take_number(&line, &order) && take_number(&line, &reclaimable) &&
	    nid == zone_to_nid(zone) && zid == zone_idx(zone))
		*last = (unsigned long)reclaimable;
	return *last;
}

/** Free one page that reclaim gave back on the real machine. */
static int free_recorded_page(struct replay *replay, const char *line)
{
	LIST_OF_PAGES(list);
	long pfn, order;
	struct page *page;

	if (!take_number(&line, &pfn) || !take_number(&line, &order) || !take_end(&line) ||
	    order != 0 || pfn < 0 || !pfn_valid((unsigned long)pfn))
		return reader_fail(&replay->reader, "'F PFN 0'");
	page = pfn_to_page((unsigned long)pfn);
	if (page_count(page) != 1) {
		diverge(replay, replay->reader.next, line, "page %ld is not in use", pfn);
		return -1;
	}
	*held_order(replay, page) = 0;
	ClearPageFlag(page, PG_lru);
	set_page_count(page, 0);
	list_add(&page->lru, &list);
	free_unref_page_list(&list);
	return 0;
}

/** Reclaim as the real machine did: free what it freed, up to the `e` line. */
static unsigned long recorded_reclaim(gfp_t gfp_mask, unsigned int order)
{
	struct replay *replay = replay_of_world();
	const char *line;
	long reclaimed = 0;

	(void)gfp_mask;
	(void)order;
	while (replay->result->outcome == REPLAY_IDENTICAL &&
	       (line = next_event_line(replay)) != NULL) {
		if (*line == 'e') {
			line++;
			take_number(&line, &reclaimed);
			break;
		}
		replay->reader.next++;
		if (*line == 'F' && free_recorded_page(replay, line + 1))
			break;
		/* Suitability tests inside reclaim are part of what it achieves. */
		if (*line != 'F' && *line != 's')
			diverge(replay, replay->reader.next, line, "nothing of that kind");
	}
	return (unsigned long)reclaimed;
}

/** Read `q NID ZONE RESULT PFN`, going past what compaction did in between. */
static bool find_compaction_result(struct replay *replay, const struct zone *zone,
				   enum compact_result suitable, long *result, long *pfn)
{
	const char *line, *q;
	long nid, zid;

	while ((line = next_event_line(replay)) != NULL) {
		q = line + 1;
		replay->reader.next++;
		if (*line == 'q' && take_number(&q, &nid) && take_number(&q, &zid) &&
		    take_number(&q, result) && take_number(&q, pfn) && take_end(&q) &&
		    nid == zone_to_nid(zone) && zid == zone_idx(zone))
			return true;
		if (suitable != COMPACT_CONTINUE || *line == 'q')
			break;
	}
	diverge(replay, replay->reader.next, line ? line : "no compaction", "q %d %d %d",
		zone_to_nid(zone), zone_idx(zone), suitable);
	return false;
}

/** Read the zone's state behind a compaction that really ran, between `z` and `Z`. */
static int load_recorded_zone(struct replay *replay, struct zone *zone)
{
	const char *line = next_event_line(replay);

	if (!line || strcmp(line, "z"))
		return 0;
	replay->reader.next++;
	snapshot_clear_zone_state(zone);
	if (snapshot_read_zone_state(&replay->reader, zone, ZONE_STATE_INDENT))
		return -1;
	line = reader_line(&replay->reader);
	if (strcmp(line, "  Z"))
		return reader_fail(&replay->reader, "'Z'");
	return 0;
}

/** Is this a result that compaction can have, and a block of the zone, or no block? */
static bool compaction_possible(const struct zone *zone, unsigned int order, long result, long pfn)
{
	unsigned long first = (unsigned long)pfn, last = first + (1ul << order) - 1;

	if (result < COMPACT_NOT_SUITABLE_ZONE || result > COMPACT_SUCCESS)
		return false;
	return pfn < 0 || (zone_spans_pfn(zone, first) && zone_spans_pfn(zone, last));
}

/** Compact as the real machine did: take result, caught block and the zone's new state. */
static enum compact_result recorded_compact(struct zone *zone, unsigned int order,
					    enum compact_result suitable, struct page **capture)
{
	struct replay *replay = replay_of_world();
	long result, pfn;

	if (replay->result->outcome != REPLAY_IDENTICAL ||
	    !find_compaction_result(replay, zone, suitable, &result, &pfn))
		return COMPACT_SKIPPED;
	if (!compaction_possible(zone, order, result, pfn)) {
		reader_refuse(&replay->reader,
			      "expected a result from 0 to 8 and a caught block of this zone");
		return COMPACT_SKIPPED;
	}
	replay->result->events++;
	if (suitable != COMPACT_CONTINUE && result != (long)suitable)
		diverge(replay, replay->reader.next,
			replay->reader.text->line[replay->reader.next - 1], "q %d %d %d -1",
			zone_to_nid(zone), zone_idx(zone), suitable);
	if (load_recorded_zone(replay, zone))
		return COMPACT_SKIPPED;
	if (pfn >= 0) {
		*capture = pfn_to_page((unsigned long)pfn);
		for (unsigned long i = 0; i < 1ul << order; i++)
			set_page_count(*capture + i, 0);
	}
	return (enum compact_result)result;
}

/* ---- operations ---- */

/** Compare the page that an allocation returned; `expected` is what stands at the end of `recorded`. */
static void compare_page(struct replay *replay, size_t line, const char *recorded,
			 const char *expected, const struct page *page)
{
	char got[32] = "-";

	if (page)
		snprintf(got, sizeof(got), "%lu", page_to_pfn(page));
	if (strcmp(expected, got))
		diverge(replay, line, recorded, "%.*s%s", (int)(expected - recorded), recorded,
			got);
}

/** `a GFP ORDER NID PFN` and `g GFP ORDER PFN`: allocate. */
static int replay_alloc(struct replay *replay, const char *line)
{
	const char *cursor = line + 1, *expected;
	size_t at = replay->reader.next;
	long order, nid = 0, pfn;
	unsigned long gfp;
	struct page *page;

	if (!take_hex(&cursor, &gfp) || !take_number(&cursor, &order) || order < 0 ||
	    order > MOST_ORDER ||
	    (*line == 'a' && (!take_number(&cursor, &nid) || nid < -1 || nid >= 64)))
		return reader_fail(&replay->reader, "'a GFP ORDER NID PFN' or 'g GFP ORDER PFN'");
	expected = cursor + strspn(cursor, " ");
	if ((!take_word(&cursor, "-") && !take_number(&cursor, &pfn)) || !take_end(&cursor))
		return reader_fail(&replay->reader, "a PFN or '-'");
	replay->allocating = true;
	if (*line == 'a')
		page = alloc_pages_node((int)nid, (gfp_t)gfp, (unsigned int)order);
	else
		page = alloc_pages((gfp_t)gfp, (unsigned int)order);
	replay->allocating = false;
	if (replay->reader.error.line)
		return -1;
	if (page)
		*held_order(replay, page) = (u8)(order + 1);
	compare_page(replay, at, line, expected, page);
	return 0;
}

/** `f PFN ORDER`: free. */
static int replay_free(struct replay *replay, const char *line)
{
	struct page *page;
	long pfn, order;
	u8 *held;

	line++;
	if (!take_number(&line, &pfn) || !take_number(&line, &order) || !take_end(&line) ||
	    pfn < 0 || !pfn_valid((unsigned long)pfn) || order < 0 || order >= MAX_ORDER)
		return reader_fail(&replay->reader, "'f PFN ORDER'");
	page = pfn_to_page((unsigned long)pfn);
	held = held_order(replay, page);
	/* Of what was in use before, single pages may be freed; a larger block could hold free ones. */
	if (page_count(page) > 0 && order != (*held ? *held - 1 : 0))
		return reader_refuse(&replay->reader, "expected a block that an operation above "
						      "returned, and its order");
	*held = 0;
	__free_pages(page, (unsigned int)order);
	return 0;
}

/** Read the number of an existing CPU. */
static int replay_cpu(struct replay *replay, const char *line, int *cpu)
{
	long number;

	line++;
	if (!take_number(&line, &number) || !take_end(&line) || number < 0 ||
	    number >= world->nr_cpus)
		return reader_fail(&replay->reader, "the number of a CPU of the machine");
	*cpu = (int)number;
	return 0;
}

/** `D CPU`: that CPU empties its lists. */
static int replay_drain(struct replay *replay, const char *line)
{
	int running = world->this_cpu, cpu;

	if (replay_cpu(replay, line, &cpu))
		return -1;
	world->this_cpu = cpu;
	drain_pages(cpu);
	world->this_cpu = running;
	return 0;
}

/** FNV-1a over the eight bytes of a number, lowest first. */
static u64 hash_word(u64 hash, u64 word)
{
	for (int byte = 0; byte < 8; byte++)
		hash = (hash ^ ((word >> (8 * byte)) & 0xff)) * 1099511628211ull;
	return hash;
}

static u64 hash_list(u64 hash, u64 name, const struct list_head *list)
{
	const struct list_head *entry;

	hash = hash_word(hash, name);
	list_for_each(entry, list)
		hash = hash_word(hash, page_to_pfn(list_entry(entry, struct page, lru)));
	return hash;
}

/** A number that stands for every list of a zone in list order. */
static u64 hash_zone(const struct zone *zone)
{
	u64 hash = 14695981039346656037ull;
	int cpu;

	for (u64 order = 0; order < MAX_ORDER; order++)
		for (u64 type = 0; type < MIGRATE_TYPES; type++)
			hash = hash_list(hash, order * 16 + type,
					 &zone->free_area[order].free_list[type]);
	for (cpu = 0; cpu < world->nr_cpus; cpu++) /* all are online in a recording */
		for (u64 type = 0; type < MIGRATE_PCPTYPES; type++)
			hash = hash_list(hash, 1000 + 100 * (u64)cpu + type,
					 &zone->pageset[cpu].pcp.lists[type]);
	return hash;
}

/** `c NID ZONE ...`: compare counts and the hash of all lists. */
static int replay_check(struct replay *replay, const char *line)
{
	const char *cursor = line + 1;
	const struct zone *zone;
	char got[256];
	long nid;
	int zid, cpu, count = 0;
	size_t length;

	if (!take_number(&cursor, &nid) || nid < 0 || nid >= MAX_NUMNODES || !NODE_DATA(nid) ||
	    !take_zone(&cursor, &zid))
		return reader_fail(&replay->reader, "'c NID ZONE ...' of the machine");
	zone = &NODE_DATA(nid)->node_zones[zid];
	length = (size_t)snprintf(got, sizeof(got), "c %ld %s", nid, zone->name);
	for (int order = 0; order < MAX_ORDER; order++)
		length += (size_t)snprintf(got + length, sizeof(got) - length, " %lu",
					   zone->free_area[order].nr_free);
	for (cpu = 0; cpu < world->nr_cpus; cpu++) /* all are online in a recording */
		count += zone->pageset[cpu].pcp.count;
	snprintf(got + length, sizeof(got) - length,
		 " | pcp %d boost %lu ha %lu free %ld hash %016llx", count, zone->watermark_boost,
		 zone->nr_reserved_highatomic, zone->vm_stat[NR_FREE_PAGES],
		 (unsigned long long)hash_zone(zone));
	replay->result->checks++;
	if (strcmp(line, got))
		diverge(replay, replay->reader.next, line, "%s", got);
	return 0;
}

/* ---- the task the recording ran as ---- */

#ifdef CONFIG_NUMA
/** `policy mode M nodes HEX preferred NID local B il_prev N`: the task's memory policy. */
static int replay_policy(struct replay *replay, const char *line)
{
	long mode, preferred, local, il_prev;
	struct mempolicy *policy = NULL;
	unsigned long nodes;

	if (!take_word(&line, "policy") || !take_word(&line, "mode") ||
	    !take_number(&line, &mode) || mode < MPOL_DEFAULT || mode > MPOL_INTERLEAVE ||
	    !take_word(&line, "nodes") || !take_hex(&line, &nodes) ||
	    !take_word(&line, "preferred") || !take_number(&line, &preferred) ||
	    !take_word(&line, "local") || !take_number(&line, &local) ||
	    !take_word(&line, "il_prev") || !take_number(&line, &il_prev) || !take_end(&line) ||
	    il_prev < 0 || il_prev >= MAX_NUMNODES)
		return reader_fail(&replay->reader, "'policy mode M nodes HEX ...'");
	if ((nodes & ~world->node_online_map.bits) ||
	    (mode == MPOL_PREFERRED && !local &&
	     (preferred < 0 || preferred >= MAX_NUMNODES || !NODE_DATA(preferred))))
		return reader_refuse(&replay->reader, "expected nodes of the machine");
	if (mode != MPOL_DEFAULT) {
		policy = calloc(1, sizeof(*policy));
		if (!policy)
			return reader_refuse(&replay->reader, "out of memory");
		policy->refcnt = 1;
		policy->mode = (u16)mode;
		policy->w.cpuset_mems_allowed = current->mems_allowed;
		policy->flags = mode == MPOL_PREFERRED && local ? MPOL_F_LOCAL : 0;
		if (mode == MPOL_PREFERRED)
			policy->v.preferred_node = (s16)preferred;
		else
			policy->v.nodes.bits = nodes;
	}
	mpol_put(current->mempolicy);
	current->mempolicy = policy;
	current->il_prev = (int)il_prev;
	return 0;
}
#endif

/** `cpuset mems_allowed HEX enabled 1`: the task is confined to nodes. */
static int replay_cpuset(struct replay *replay, const char *line)
{
	nodemask_t mems;
	long enabled;

	if (!take_word(&line, "cpuset") || !take_word(&line, "mems_allowed") ||
	    !take_hex(&line, &mems.bits) || !take_word(&line, "enabled") ||
	    !take_number(&line, &enabled) || !take_end(&line) || nodes_empty(mems) ||
	    (mems.bits & ~world->node_online_map.bits))
		return reader_fail(&replay->reader, "'cpuset mems_allowed HEX enabled 1'");
	current->cpuset = cpuset_new("recorded", &world->top_cpuset, mems);
	if (!current->cpuset)
		return reader_refuse(&replay->reader, "out of memory");
	cpuset_change_task_nodemask(current, mems);
	return 0;
}

/** `memcg usage U max M stock S kmem 1 root 0`: the task is in a memory cgroup. */
static int replay_memcg(struct replay *replay, const char *line)
{
	long usage, max, stock, kmem, root;
	struct memcg_stock *cpu_stock = &world->memcg_stock[world->this_cpu];
	struct mem_cgroup *memcg;

	if (!take_word(&line, "memcg") || !take_word(&line, "usage") ||
	    !take_number(&line, &usage) || !take_word(&line, "max") || !take_number(&line, &max) ||
	    !take_word(&line, "stock") || !take_number(&line, &stock) ||
	    !take_word(&line, "kmem") || !take_number(&line, &kmem) || !take_word(&line, "root") ||
	    !take_number(&line, &root) || !take_end(&line) || kmem != 1 || root != 0 || stock < 0 ||
	    stock > (long)MEMCG_CHARGE_BATCH || usage < stock || max < 0)
		return reader_fail(&replay->reader, "'memcg usage U max M stock S kmem 1 root 0'");
	memcg = memcg_new("recorded", &world->root_mem_cgroup, (unsigned long)max);
	if (!memcg)
		return reader_refuse(&replay->reader, "out of memory");
	memcg->memory.usage = usage;
	world->root_mem_cgroup.memory.usage = usage;
	current->memcg = memcg;
	cpu_stock->cached = memcg;
	cpu_stock->nr_pages = (unsigned int)stock;
	return 0;
}

/** `m usage U stock S`: compare the group's charge. */
static int replay_memcg_check(struct replay *replay, const char *line)
{
	const struct memcg_stock *stock = &world->memcg_stock[world->this_cpu];
	unsigned int stocked = stock->cached == current->memcg ? stock->nr_pages : 0;
	char got[80];

	snprintf(got, sizeof(got), "m usage %ld stock %u", current->memcg->memory.usage, stocked);
	replay->result->checks++;
	if (strcmp(line, got))
		diverge(replay, replay->reader.next, line, "%s", got);
	return 0;
}

/* ---- the whole recording ---- */

/** Compare the state behind the last operation, line for line. */
static int replay_after(struct replay *replay)
{
	char *written = NULL, *line, *rest;
	size_t size;
	FILE *out = open_memstream(&written, &size);

	if (!out)
		return reader_refuse(&replay->reader, "out of memory");
	snapshot_write(out);
	fclose(out);
	for (line = strtok_r(written, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		const char *recorded = reader_line(&replay->reader);

		/* With several CPUs nobody knows on which node the others are. */
		if (world->nr_cpus > 1 && !strncmp(line, " numa_stat", 10))
			continue;
		if (strcmp(recorded, line)) {
			diverge(replay, replay->reader.next, recorded, "%s", line);
			break;
		}
	}
	free(written);
	return 0;
}

/** Carry out one line; the events below it are consumed by the way. */
static int replay_line(struct replay *replay, const char *line)
{
	int cpu;

	switch (line[0]) {
	case 'a':
	case 'g':
		replay->result->ops++;
		return replay_alloc(replay, line);
	case 'f':
		if (!strncmp(line, "foreign ", 8)) {
			replay->ended = true;
			return replay->reader.next == replay->reader.text->nr_lines
				       ? 0
				       : reader_refuse(&replay->reader,
						       "expected nothing behind the last line");
		}
		replay->result->ops++;
		return replay_free(replay, line);
	case 'D':
		replay->result->ops++;
		return replay_drain(replay, line);
	case 'u':
		if (replay_cpu(replay, line, &cpu))
			return -1;
		world->this_cpu = cpu;
		return 0;
	case 'c':
		return line[1] == ' ' ? replay_check(replay, line) : replay_cpuset(replay, line);
	case 'm':
		return line[1] == ' ' && current->memcg != &world->root_mem_cgroup
			       ? replay_memcg_check(replay, line)
			       : replay_memcg(replay, line);
#ifdef CONFIG_NUMA
	case 'p':
		return replay_policy(replay, line);
#endif
	case 's':
		if (!strcmp(line, "snapshot after"))
			return replay_after(replay);
		break;
	}
	return reader_fail(&replay->reader, "an operation or a check line");
}

/** Go through the recording from the line behind the first snapshot. */
static void replay_lines(struct replay *replay, replay_progress progress, void *context)
{
	struct replay_result *result = replay->result;
	const char *line;

	/* The last line is known to be there: nothing runs past it. */
	while (!replay->ended && result->outcome == REPLAY_IDENTICAL) {
		line = reader_line(&replay->reader);
		if (progress && replay->reader.next % PROGRESS_LINES == 0)
			progress(replay->reader.next, replay->reader.text->nr_lines, context);
		replay->op_line = replay->reader.next;
		if (replay_line(replay, line))
			return;
		line = next_event_line(replay);
		if (line)
			diverge(replay, replay->reader.next + 1, line, "no further event");
	}
}

/** Read the head of the file and make the machine. */
static struct machine *replay_head(struct replay *replay)
{
	const char *line = reader_line(&replay->reader);

	if (!line || strncmp(line, "trace v1 ", 9)) {
		reader_fail(&replay->reader, "'trace v1 ...', the first line of a recording");
		return NULL;
	}
	line = reader_line(&replay->reader);
	if (!line || strcmp(line, "snapshot before")) {
		reader_fail(&replay->reader, "'snapshot before'");
		return NULL;
	}
	if (reader_check_last(&replay->reader, "foreign "))
		return NULL;
	return snapshot_load(&replay->reader);
}

/** Violations during a replay are part of what differs. */
static void on_bug(const char *text, void *context)
{
	struct replay *replay = context;

	diverge(replay, replay->op_line, replay->reader.text->line[replay->op_line - 1],
		"a violation: %s", text);
}

/** Messages of the machine do not belong among the results. */
static void on_console(const char *text, void *context)
{
	(void)text;
	(void)context;
}

/**
 * @brief Replay a recording of operations in this configuration.
 *
 * @param text the recording
 * @param progress called now and then, or NULL
 * @param context for it
 * @param result receives how it went
 * @source none (ours)
 */
void replay_trace(const struct text *text, replay_progress progress, void *context,
		  struct replay_result *result)
{
	struct replay replay = { .reader = { .text = text }, .result = result };
	FOCUS_ON(world);
	struct machine *machine;

	memset(result, 0, sizeof(*result));
	machine = replay_head(&replay);
	if (machine)
		replay.held = calloc(machine->mem_map_end - machine->mem_map_start, 1);
	if (machine && !replay.held)
		reader_refuse(&replay.reader, "out of memory");
	if (replay.held) {
		machine->environment.reclaimable_pages = recorded_reclaimable;
		machine->environment.direct_reclaim = recorded_reclaim;
		machine->environment.compact_zone = recorded_compact;
		machine->environment.context = &replay;
		machine->hooks.slow_round = stop_after_difference;
		machine->subscriber = on_event;
		machine->subscriber_context = &replay;
		machine->bug_handler = on_bug;
		machine->bug_context = &replay;
		machine->console = on_console;
		replay_lines(&replay, progress, context);
		if (result->outcome == REPLAY_DIVERGED)
			replay_account(&replay);
	}
	if (replay.reader.error.line) {
		result->outcome = REPLAY_UNREADABLE;
		result->line = replay.reader.error.line;
		snprintf(result->error, sizeof(result->error), "%.255s", replay.reader.error.text);
	}
	free(replay.held);
	machine_free(machine);
}
