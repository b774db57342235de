/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The account of a divergence: the request, the events so far, and the lists involved.
 */
#include <string.h>

#include "replay/replay.h"
#include "state/state.h"
#include "text/wrap.h"
#include "memory_map.h"
#include "vmstat.h"
#include "world/world.h"

/** Entries of a list that are shown. */
#define SHOWN_ENTRIES 6

/** Of a line, and before its words. */
#define COLUMNS 80
#define MARGIN	13

/** Describe the running operation in words. */
static void account_request(FILE *out, const struct replay *replay)
{
	const char *line = replay->reader.text->line[replay->op_line - 1], *cursor = line + 1;
	unsigned long gfp = 0;
	char names[300];
	long order = 0;

	fprintf(out, "  operation  %s   (operation %lu, line %zu)\n", line, replay->result->ops,
		replay->op_line);
	if (*line != 'a' && *line != 'g')
		return;
	/* Both were understood before the request was made. */
	take_hex(&cursor, &gfp);
	take_number(&cursor, &order);
	gfp_format((gfp_t)gfp, names, sizeof(names));
	fprintf(out, "  request    order %ld, %s\n", order, names);
}

/** A line of the account, its words wrapped under those of the lines above. */
static void account_words(FILE *out, const char *head, const char *words)
{
	fprintf(out, "  %-9s  ", head);
	wrap_on(out, COLUMNS, MARGIN, MARGIN, words);
}

/** What the recording says and what happened here, both as a recording has it and in words. */
static void account_difference(FILE *out, const struct replay *replay)
{
	const struct replay_result *result = replay->result;
	char words[1024];

	fprintf(out, "  recording  %s   (line %zu)\n", result->expected, result->line);
	replay_words(result->expected, words, sizeof(words));
	if (*words)
		account_words(out, "", words);
	fprintf(out, "  pageflow   %s\n", result->got);
	replay_words(result->got, words, sizeof(words));
	if (*words)
		account_words(out, "", words);
	replay_difference(result->expected, result->got, words, sizeof(words));
	if (*words)
		account_words(out, "differing", words);
}

/** The last events, oldest first. */
static void account_events(FILE *out, const struct replay *replay)
{
	unsigned long first =
		replay->nr_recent > RECENT_EVENTS ? replay->nr_recent - RECENT_EVENTS : 0;
	char words[1024];

	fprintf(out, "  events before the difference, oldest first:\n");
	for (unsigned long i = first; i < replay->nr_recent; i++) {
		replay_event_words(&replay->recent[i % RECENT_EVENTS], words, sizeof(words));
		wrap_words(out, COLUMNS, 4, 6, words);
	}
	if (!replay->nr_recent)
		fprintf(out, "    none\n");
}

static void account_list(FILE *out, const struct list_head *list, const char *name)
{
	const struct list_head *entry;
	int shown = 0;

	if (list_empty(list))
		return;
	fprintf(out, "      %-12s", name);
	list_for_each(entry, list) {
		if (shown++ == SHOWN_ENTRIES) {
			fprintf(out, " ...");
			break;
		}
		fprintf(out, " %#lx", page_to_pfn(list_entry(entry, struct page, lru)));
	}
	fprintf(out, "\n");
}

/** The heads of a zone's lists. */
static void account_zone(FILE *out, const struct zone *zone)
{
	fprintf(out, "  node %d zone %s: free %lu cma %lu min %lu low %lu high %lu boost %lu\n",
		zone_to_nid(zone), zone->name, zone_page_state(zone, NR_FREE_PAGES),
		zone_page_state(zone, NR_FREE_CMA_PAGES), zone->_watermark[WMARK_MIN],
		zone->_watermark[WMARK_LOW], zone->_watermark[WMARK_HIGH], zone->watermark_boost);
	fprintf(out, "    per-CPU lists of CPU %d, head first:\n", world->this_cpu);
	for (int type = 0; type < MIGRATE_PCPTYPES; type++)
		account_list(out, &zone->pageset[world->this_cpu].pcp.lists[type],
			     migratetype_names[type]);
	for (int order = 0; order < MAX_ORDER; order++) {
		if (!zone->free_area[order].nr_free)
			continue;
		fprintf(out, "    order %d, head first:\n", order);
		for (int type = 0; type < MIGRATE_TYPES; type++)
			account_list(out, &zone->free_area[order].free_list[type],
				     migratetype_names[type]);
	}
}

/** Which zone is the difference about? The one of the last event's page, else all populated. */
static const struct zone *zone_in_question(const struct replay *replay)
{
	const struct trace_event *last;
	enum trace_field_kind kind;

	if (!replay->nr_recent)
		return NULL;
	last = &replay->recent[(replay->nr_recent - 1) % RECENT_EVENTS];
	kind = trace_event_descriptions[last->id].field[0].kind;
	if ((kind != TRACE_FIELD_PFN && kind != TRACE_FIELD_HEX_PFN) || last->field[0] < 0)
		return NULL;
	return page_zone(pfn_to_page((unsigned long)last->field[0]));
}

/**
 * @brief Write the account of a divergence into the result.
 *
 * @param replay the replay, at the difference
 * @source none (ours)
 */
void replay_account(struct replay *replay)
{
	const struct zone *question = zone_in_question(replay);
	size_t size;
	FILE *out = open_memstream(&replay->result->account, &size);
	struct zone *zone;
	int nid;

	if (!out)
		return;
	account_request(out, replay);
	account_difference(out, replay);
	account_events(out, replay);
	for_each_populated_zone(nid, zone)
		if (!question || zone == question)
			account_zone(out, zone);
	fclose(out);
}
