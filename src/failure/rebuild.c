/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief From the account of a report to a machine: the zones as /proc would have shown them.
 *
 * The counters, marks, reserves and numbers of blocks are those of the report. What it does not say is made up: where
 * memory lies, and, where several types share an order, how the blocks divide. The lists themselves are shorter than
 * the counts where those are large: one request takes from the front of a list, and how long it is decides nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gfp.h"
#include "text/error.h"
#include "text/names.h"
#include "failure/account.h"

/** Orders and types of 5.8.18, and the pages of a pageblock and of its largest block. */
#define ORDERS	  11
#define PAGEBLOCK 512ul
#define LARGEST	  1024ul
#define FIRST_PFN 0x40000ul

/** A list keeps blocks for this many pages, and two blocks at least: more than one request can take. */
#define LIST_PAGES 128l

/** Most pages of a CPU's lists that are rebuilt. */
#define MOST_PCP 512l

/** Zone types of 5.8.18 in their order, as a report has them. */
static const enum failure_zone_type zones_5_8[4] = { FAILURE_DMA, FAILURE_DMA32, FAILURE_NORMAL,
						     FAILURE_MOVABLE };

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

	for (int order = 0; order < ORDERS; order++)
		pages += (unsigned long)rebuilt(account, zone, letter, order) << order;
	if (1 << letter == LETTER_MOVABLE)
		pages += (unsigned long)(cpu_pages(zone->local_pcp) + cpu_pages(zone->other_pcp));
	return pages ? 2 * ((2 * pages + LARGEST - 1) / LARGEST + 1) : 0;
}

/** Pages that a zone gets; at least one largest block. */
static unsigned long zone_pages(const struct failure_account *account,
				const struct zone_account *zone)
{
	unsigned long blocks = 0;

	for (int letter = 0; letter < NR_LETTERS; letter++)
		blocks += pageblocks(account, zone, letter);
	return blocks ? blocks * PAGEBLOCK : LARGEST;
}

/** The zone of a node in ascending order of types, or NULL. */
static const struct zone_account *zone_at(const struct failure_account *account, int nid, int index)
{
	for (int i = 0; i < account->nr_zones; i++)
		if (account->zone[i].zone->nid == nid &&
		    account->zone[i].zone->type == zones_5_8[index])
			return &account->zone[i];
	return NULL;
}

/** The reserve of a zone against requests that may go up to a zone of 5.8.18. */
static unsigned long long reserve_against(const struct failure_account *account,
					  const struct zone_account *zone, int index)
{
	int at = 0;

	for (int type = 0; type < (int)zones_5_8[index]; type++)
		at += account->has_type[type];
	return at < zone->zone->nr_reserve ? (unsigned long long)zone->zone->reserve[at] : 0;
}

/** A figure of the zone's page lists, in pages. */
static unsigned long long list_pages(const struct zone_account *zone, enum failure_figure figure)
{
	return (unsigned long long)zone->zone->figures.value[figure] / 4;
}

/** The lists of a CPU: how many pages are on them. */
static void write_pageset(FILE *out, int cpu, long count)
{
	fprintf(out, "    cpu: %d\n count: %ld\n high: %ld\n batch: 63\n vm stats threshold: 0\n",
		cpu, count, 6 * 63l);
}

/** A zone as /proc/zoneinfo has it, with two lines more: its boost and what is reserved for urgent requests. */
static void write_zone(FILE *out, const struct failure_account *account, int nid,
		       const struct zone_account *zone, unsigned long start)
{
	unsigned long pages = zone_pages(account, zone);

	fprintf(out, "Node %d, zone %8s\n", nid, zone->zone->name);
	fprintf(out, "  pages free %ld\n boost %ld\n min %ld\n low %ld\n high %ld\n", zone->free,
		zone->boost, zone->min + zone->boost, zone->low + zone->boost,
		zone->high + zone->boost);
	fprintf(out, " reserved_highatomic %ld\n", zone->highatomic);
	fprintf(out, " spanned %lu\n present %lu\n managed %ld\n", pages, pages, zone->managed);
	fprintf(out, " protection: (%llu, %llu, %llu, %llu)\n", reserve_against(account, zone, 0),
		reserve_against(account, zone, 1), reserve_against(account, zone, 2),
		reserve_against(account, zone, 3));
	/* A report that names nodes comes from a kernel with NUMA: pageflow_read_proc() tells it by this line. */
	if (account->failure->named_nodes)
		fprintf(out, " numa_hit 0\n");
	fprintf(out, "  pagesets\n");
	write_pageset(out, 0, cpu_pages(zone->local_pcp));
	write_pageset(out, 1, cpu_pages(zone->other_pcp));
	fprintf(out, " node_unreclaimable: %d\n start_pfn: %lu\n",
		zone->zone->nid < FAILURE_NODES &&
			(account->failure->unreclaimable >> zone->zone->nid & 1),
		start);
}

/** The free blocks of a zone as /proc/pagetypeinfo has them. */
static void write_types(FILE *out, const struct failure_account *account, int nid,
			const struct zone_account *zone)
{
	for (int letter = 0; letter < NR_LETTERS; letter++) {
		fprintf(out, "Node %d, zone %8s, type %12s", nid, zone->zone->name,
			migratetype_names[letter]);
		for (int order = 0; order < ORDERS; order++)
			fprintf(out, " %ld", rebuilt(account, zone, letter, order));
		fputc('\n', out);
	}
	fprintf(out, "Node %d, zone %8s", nid, zone->zone->name);
	for (int letter = 0; letter < NR_LETTERS; letter++)
		fprintf(out, " %lu", pageblocks(account, zone, letter));
	fputc('\n', out);
}

/** How many free blocks each order has, as /proc/buddyinfo has them. */
static void write_counts(FILE *out, int nid, const struct zone_account *zone)
{
	fprintf(out, "Node %d, zone %8s", nid, zone->zone->name);
	for (int order = 0; order < ORDERS; order++)
		fprintf(out, " %llu", (unsigned long long)zone->zone->blocks[order]);
	fputc('\n', out);
}

/** The three files of /proc. */
struct proc_texts {
	char *text[3];
	size_t size[3];
	FILE *out[3];
};

/** Write all zones, one behind the other in memory. */
static void write_zones(struct proc_texts *texts, const struct failure_account *account)
{
	unsigned long start = FIRST_PFN;

	fprintf(texts->out[2], "Number of blocks type");
	for (int letter = 0; letter < NR_LETTERS; letter++)
		fprintf(texts->out[2], " %s", migratetype_names[letter]);
	fputc('\n', texts->out[2]);
	for (int nid = 0; nid < account->nr_nodes; nid++)
		for (int index = 0; index < 4; index++) {
			const struct zone_account *zone =
				zone_at(account, account->node[nid], index);

			if (!zone)
				continue;
			write_zone(texts->out[0], account, nid, zone, start);
			write_counts(texts->out[1], nid, zone);
			write_types(texts->out[2], account, nid, zone);
			start += zone_pages(account, zone);
		}
}

/** Open the texts, write them, close them. */
static int write_texts(struct proc_texts *texts, const struct failure_account *account)
{
	int failed = 0;

	for (int i = 0; i < 3; i++)
		texts->out[i] = open_memstream(&texts->text[i], &texts->size[i]);
	if (texts->out[0] && texts->out[1] && texts->out[2])
		write_zones(texts, account);
	for (int i = 0; i < 3; i++)
		failed |= !texts->out[i] || fclose(texts->out[i]);
	return failed;
}

/** Set a zone's counters: those of the report, which are not those of the shortened lists. */
static int count_zone(pageflow_machine *machine, int nid, const struct zone_account *zone,
		      struct pageflow_error *error)
{
	char record[320];

	/* The kernel's order: free, anonymous and file pages, seven that decide nothing, free CMA. */
	snprintf(record, sizeof(record),
		 "zone_stat %d %s %ld %llu %llu %llu %llu 0 0 0 0 0 0 0 %ld", nid, zone->zone->name,
		 zone->free, list_pages(zone, FIGURE_INACTIVE_ANON),
		 list_pages(zone, FIGURE_ACTIVE_ANON), list_pages(zone, FIGURE_INACTIVE_FILE),
		 list_pages(zone, FIGURE_ACTIVE_FILE), zone->cma);
	return pageflow_apply(machine, record, error);
}

/** Set the counters of all zones. */
static int count_zones(pageflow_machine *machine, const struct failure_account *account,
		       struct pageflow_error *error)
{
	for (int i = 0; i < account->nr_zones; i++) {
		const struct zone_account *zone = &account->zone[i];

		if (count_zone(machine, failure_node_place(account, zone->zone->nid), zone, error))
			return -1;
	}
	return 0;
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

/** Let the machine's CPU and task be where the request was: on its first node, bound as it was bound. */
static int place_task(pageflow_machine *machine, const struct failure_account *account,
		      struct pageflow_error *error)
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
		if (pageflow_apply(machine, record, error))
			return -1;
	}
	if (mems) {
		snprintf(record, sizeof(record), "cpuset report mems %lx", mems);
		if (pageflow_apply(machine, record, error) ||
		    pageflow_apply(machine, "task 1 cpuset report", error))
			return -1;
	}
	if (!mask)
		return 0;
	snprintf(record, sizeof(record),
		 "policy 1 mode 2 flags 0 preferred -1 nodes %lx relative 0", mask);
	return pageflow_apply(machine, record, error);
}

/**
 * @brief Make a machine in the state that a report shows.
 *
 * @param account the account of the report; its not_replayed must be empty
 * @param error receives what went wrong
 * @return the machine, or NULL
 */
pageflow_machine *failure_rebuild(const struct failure_account *account,
				  struct pageflow_error *error)
{
	struct proc_texts texts = { 0 };
	pageflow_machine *machine = NULL;

	if (write_texts(&texts, account))
		error_set(error, "out of memory");
	else
		machine = pageflow_read_proc(texts.text[0], texts.text[1], texts.text[2], error);
	for (int i = 0; i < 3; i++)
		free(texts.text[i]);
	if (machine &&
	    (count_zones(machine, account, error) || place_task(machine, account, error))) {
		pageflow_destroy(machine);
		machine = NULL;
	}
	return machine;
}
