/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief From the account of a report to a machine: the figures of its zones as a sample.
 *
 * The counters, marks, reserves and numbers of blocks are those of the report. What it does not say is made up: where
 * memory lies, and, where several types share an order, how the blocks divide. The lists themselves are shorter than
 * the counts where those are large: one request takes from the front of a list, and how long it is decides nothing.
 */
#include <stdio.h>
#include <stdlib.h>

#include "failure/judge/rebuild.h"
#include "gfp.h"
#include "text/error.h"

/** Where the first zone begins. */
#define FIRST_PFN 0x40000ul

/** Size and limits of a CPU's lists, those of a zone of some size: no request of a report comes to them. */
#define BATCH 63l

/** A list keeps blocks for this many pages, and two blocks at least: more than one request can take. */
#define LIST_PAGES 128l

/** Most pages of a CPU's lists that are rebuilt. */
#define MOST_PCP 512l

/** Zone types of 5.8.18 in their order, as a report has them. */
static const enum failure_zone_type zones_5_8[MAX_NR_ZONES] = {
	[ZONE_DMA] = FAILURE_DMA,
	[ZONE_DMA32] = FAILURE_DMA32,
	[ZONE_NORMAL] = FAILURE_NORMAL,
	[ZONE_MOVABLE] = FAILURE_MOVABLE,
};

/* The letters of a free list line stand in the order of the types. */
_Static_assert(NR_LETTERS == MIGRATE_TYPES && LETTER_HIGHATOMIC == 1 << MIGRATE_HIGHATOMIC,
	       "a type is the number of its letter");

/** How many of a number of blocks are put on their list. */
static long listed(long blocks, int order)
{
	long most = LIST_PAGES >> order > 2 ? LIST_PAGES >> order : 2;

	return blocks < most ? blocks : most;
}

/** Pages of a CPU's lists that are rebuilt. */
static long cpu_pages(long pages)
{
	return pages < MOST_PCP ? pages : MOST_PCP;
}

/**
 * Free blocks of a type that are put on their list. Of the reserve for urgent high orders none are: before a report is
 * written, the path has tried to give that reserve back, and what the report shows was left. A second try would make
 * more pages usable than there were. Only urgent requests, which may use the reserve as it is, find its blocks.
 */
static long rebuilt(const struct failure_account *account, const struct zone_account *zone,
		    int letter, int order)
{
	bool urgent = account->failure->mask.mask & __GFP_ATOMIC;

	if (1 << letter == LETTER_HIGHATOMIC && !urgent)
		return 0;
	return listed(zone->blocks[order][letter], order);
}

/** Pageblocks that hold what is free of one type, with room between: even, so that the largest blocks fit. */
static unsigned long pageblocks(const struct failure_account *account,
				const struct zone_account *zone, int letter)
{
	unsigned long pages = 0;

	for (int order = 0; order < MAX_ORDER; order++)
		pages += (unsigned long)rebuilt(account, zone, letter, order) << order;
	if (1 << letter == LETTER_MOVABLE)
		pages += (unsigned long)(cpu_pages(zone->local_pcp) + cpu_pages(zone->other_pcp));
	return pages ? 2 * ((2 * pages + MAX_ORDER_NR_PAGES - 1) / MAX_ORDER_NR_PAGES + 1) : 0;
}

/** Pages that a zone gets; at least one largest block. */
static unsigned long zone_pages(const struct failure_account *account,
				const struct zone_account *zone)
{
	unsigned long blocks = 0;

	for (int letter = 0; letter < NR_LETTERS; letter++)
		blocks += pageblocks(account, zone, letter);
	return blocks ? blocks * pageblock_nr_pages : MAX_ORDER_NR_PAGES;
}

/** The zone of a node in ascending order of types, or NULL. */
static const struct zone_account *zone_at(const struct failure_account *account, int nid, int index)
{
	for (int i = 0; i < account->nr_zones; i++)
		if (account->zone[i].zone->nid == nid &&
		    account->zone[i].place != ZONE_NOT_MANAGED &&
		    account->zone[i].zone->type == zones_5_8[index])
			return &account->zone[i];
	return NULL;
}

/** The reserve of a zone against requests that may go up to a zone of 5.8.18. */
static unsigned long reserve_against(const struct failure_account *account,
				     const struct zone_account *zone, int index)
{
	int at = 0;

	for (int type = 0; type < (int)zones_5_8[index]; type++)
		at += account->has_type[type];
	return at < zone->zone->nr_reserve ? (unsigned long)zone->zone->reserve[at] : 0;
}

/** A figure of the zone's page lists, in pages. */
static long list_pages(const struct zone_account *zone, enum failure_figure figure)
{
	return (long)(zone->zone->figures.value[figure] / 4);
}

/** What the zone counts: free, anonymous and file pages; the others decide nothing. */
static void fill_counters(const struct zone_account *zone, long *counter)
{
	counter[NR_FREE_PAGES] = zone->free;
	counter[NR_ZONE_INACTIVE_ANON] = list_pages(zone, FIGURE_INACTIVE_ANON);
	counter[NR_ZONE_ACTIVE_ANON] = list_pages(zone, FIGURE_ACTIVE_ANON);
	counter[NR_ZONE_INACTIVE_FILE] = list_pages(zone, FIGURE_INACTIVE_FILE);
	counter[NR_ZONE_ACTIVE_FILE] = list_pages(zone, FIGURE_ACTIVE_FILE);
	counter[NR_FREE_CMA_PAGES] = zone->cma;
}

/** What is free: by type on the lists, as many as one request can take; by order all there are. */
static void fill_blocks(const struct failure_account *account, const struct zone_account *zone,
			struct sample_zone *sample)
{
	for (int order = 0; order < MAX_ORDER; order++)
		sample->blocks[order] = zone->zone->blocks[order];
	for (int type = 0; type < MIGRATE_TYPES; type++) {
		for (int order = 0; order < MAX_ORDER; order++)
			sample->free[order][type] =
				(unsigned long)rebuilt(account, zone, type, order);
		sample->pageblocks[type] = pageblocks(account, zone, type);
	}
}

/** The lists of a CPU with so many pages on them. */
static struct sample_pageset cpu_lists(long pages)
{
	return (struct sample_pageset){ .count = cpu_pages(pages),
					.high = 6 * BATCH,
					.batch = BATCH };
}

/** Fill a zone that begins at this page. */
static void fill_zone(const struct failure_account *account, const struct zone_account *zone,
		      struct sample_zone *sample, unsigned long start)
{
	sample->start = (long)start;
	sample->spanned = (long)zone_pages(account, zone);
	sample->present = sample->spanned;
	sample->managed = zone->managed;
	sample->mark[WMARK_MIN] = (unsigned long)zone->min;
	sample->mark[WMARK_LOW] = (unsigned long)zone->low;
	sample->mark[WMARK_HIGH] = (unsigned long)zone->high;
	sample->boost = (unsigned long)zone->boost;
	sample->highatomic = (unsigned long)zone->highatomic;
	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		sample->protection[zid] = reserve_against(account, zone, zid);
	sample->cpu[0] = cpu_lists(zone->local_pcp);
	sample->cpu[1] = cpu_lists(zone->other_pcp);
	fill_counters(zone, sample->counter);
	fill_blocks(account, zone, sample);
}

/** Has kswapd given up on this node of the report? */
static bool is_unreclaimable(const struct failure *failure, int nid)
{
	return nid < FAILURE_NODES && (failure->unreclaimable >> nid & 1);
}

/** Fill a sample with all zones, one after the other in memory. */
static void fill_sample(const struct failure_account *account, struct sample *sample)
{
	unsigned long start = FIRST_PFN;

	sample->nr_cpus = 2;
	sample->lists = SAMPLE_LISTS_CUT;
	for (int place = 0; place < account->nr_nodes; place++) {
		struct sample_node *node = &sample->node[place];

		node->online = true;
		node->unreclaimable = is_unreclaimable(account->failure, account->node[place]);
		for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
			const struct zone_account *zone =
				zone_at(account, account->node[place], zid);

			if (!zone)
				continue;
			fill_zone(account, zone, &node->zone[zid], start);
			start += zone_pages(account, zone);
		}
	}
}

/** A set of the report's nodes as a set of the machine's. */
static unsigned long machine_nodes(const struct failure_account *account, uint64_t nodes)
{
	unsigned long set = 0;

	for (int place = 0; place < account->nr_nodes; place++)
		if (account->node[place] < FAILURE_NODES && (nodes >> account->node[place] & 1))
			set |= 1ul << place;
	return set;
}

/** Let the machine's CPUs and task be where the request was: on its first node, bound as it was bound. */
static int place_task(const struct failure_account *account, const struct pageflow_engine *engine,
		      struct machine *machine, struct pageflow_error *error)
{
	const struct failure *failure = account->failure;
	unsigned long mems = machine_nodes(account, failure->mems_allowed);
	unsigned long mask = machine_nodes(account, failure->nodemask);
	char record[96];

	if (!failure->named_nodes)
		return 0;
	for (int cpu = 0; cpu < 2; cpu++) {
		snprintf(record, sizeof(record), "cpu %d node %d online 1", cpu,
			 failure_node_place(account, account->first_node));
		if (engine->apply(machine, record, error))
			return -1;
	}
	if (mems) {
		snprintf(record, sizeof(record), "cpuset report mems %lx", mems);
		if (engine->apply(machine, record, error) ||
		    engine->apply(machine, "task 1 cpuset report", error))
			return -1;
	}
	if (!mask)
		return 0;
	snprintf(record, sizeof(record),
		 "policy 1 mode 2 flags 0 preferred -1 nodes %lx relative 0", mask);
	return engine->apply(machine, record, error);
}

/** The same from a sample that is empty yet. */
static struct machine *rebuild_by(const struct failure_account *account, struct sample *sample,
				  const struct pageflow_engine *engine,
				  struct pageflow_error *error)
{
	struct machine *machine;

	fill_sample(account, sample);
	machine = engine->build(sample, error);
	if (machine && place_task(account, engine, machine, error)) {
		engine->destroy(machine);
		machine = NULL;
	}
	return machine;
}

/**
 * @brief The configuration in which a report's request is run again: a report that names nodes is of a kernel with
 * NUMA.
 *
 * @param failure the report
 * @return the engine
 */
const struct pageflow_engine *failure_engine(const struct failure *failure)
{
	return engine_of(failure->named_nodes);
}

/**
 * @brief Make a machine in the state that a report shows.
 *
 * @param account the account of the report; its not_replayed must be empty
 * @param error receives what went wrong
 * @return the machine of failure_engine(), or NULL
 */
struct machine *failure_rebuild(const struct failure_account *account, struct pageflow_error *error)
{
	struct sample *sample = calloc(1, sizeof(*sample));
	struct machine *machine = NULL;

	if (!sample)
		error_set(error, "out of memory");
	else if (account->nr_nodes > MAX_BOOT_NODES)
		error_set(error, "a machine has at most %d nodes", MAX_BOOT_NODES);
	else
		machine = rebuild_by(account, sample, failure_engine(account->failure), error);
	free(sample);
	return machine;
}
