/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The counts of a trace as JSON. docs/command.rst describes the keys.
 */
#include <inttypes.h>

#include "tools/kmem/counts.h"
#include "tools/tools.h"

/** Counts that change the meaning of a key change this. */
#define JSON_VERSION 1

/** A key with a number; `before` separates it from the key in front. */
static void put(const char *before, const char *key, uint64_t value)
{
	printf("%s\"%s\": %" PRIu64, before, key, value);
}

/** A key with a rate, or null where the length of the trace is not known. */
static void put_rate(const struct trace_counts *counts, const char *key, uint64_t events)
{
	if (counts_seconds(counts) > 0)
		printf(", \"%s\": %.3f", key, (double)events / counts_seconds(counts));
	else
		printf(", \"%s\": null", key);
}

/** The counts of a row, behind its name. An mm_page_free has neither mask nor migratetype: `frees` is false there. */
static void put_amount(const struct trace_counts *counts, const struct amount *amount, bool frees)
{
	put(", ", "allocs", amount->allocs);
	put_rate(counts, "allocs_per_second", amount->allocs);
	put(", ", "pages", amount->pages);
	put(", ", "failed", amount->failed);
	if (frees) {
		put(", ", "frees", amount->frees);
		put_rate(counts, "frees_per_second", amount->frees);
		put(", ", "freed_pages", amount->freed);
	}
	putchar('}');
}

static void put_tally(const struct trace_counts *counts, const char *key, const char *name,
		      const struct tally *tally, bool frees)
{
	printf(",\n \"%s\": [", key);
	for (size_t i = 0; i < tally->nr_entries; i++) {
		printf("%s\n  {\"%s\": ", i ? "," : "", name);
		json_string(stdout, tally->entry[i].name);
		put_amount(counts, &tally->entry[i].amount, frees);
	}
	putchar(']');
}

/** An object of names and their counts. */
static void put_counts(const char *before, const struct tally *tally)
{
	for (size_t i = 0; i < tally->nr_entries; i++) {
		fputs(i ? ", " : before, stdout);
		json_string(stdout, tally->entry[i].name);
		printf(": %" PRIu64, amount_weight(&tally->entry[i].amount));
	}
}

static void put_events(const struct trace_counts *counts)
{
	printf(",\n \"events\": {");
	for (int kind = 0; kind < KMEM_SLAB_ALLOC; kind++)
		put(kind ? ", " : "", kmem_kind_name((enum kmem_kind)kind), counts->of_kind[kind]);
	put_counts(", ", &counts->slabs);
	printf("},\n \"other_events\": {");
	put_counts("", &counts->totals.other);
	putchar('}');
	put(",\n ", "lost", counts->totals.lost);
	put(", ", "lost_without_number", counts->totals.lost_uncounted);
	put(", ", "lines_skipped", counts->totals.skipped);
}

static void put_orders_and_types(const struct trace_counts *counts)
{
	const char *before = "";

	printf(",\n \"orders\": [");
	for (unsigned int order = 0; order < KMEM_NR_ORDERS; order++) {
		if (!amount_weight(&counts->order[order]))
			continue;
		printf("%s\n  {\"order\": %u", before, order);
		put_amount(counts, &counts->order[order], true);
		before = ",";
	}
	printf("],\n \"migratetypes\": [");
	before = "";
	for (size_t type = 0; type <= OTHER_TYPE; type++) {
		if (!amount_weight(&counts->type[type]))
			continue;
		printf("%s\n  {\"migratetype\": \"%s\"", before, counts_type_name(type));
		put_amount(counts, &counts->type[type], false);
		before = ",";
	}
	putchar(']');
}

static void put_fallbacks(const struct trace_counts *counts)
{
	const char *before = "";

	printf(",\n \"fallbacks\": [");
	for (size_t from = 0; from <= OTHER_TYPE; from++)
		for (size_t to = 0; to <= OTHER_TYPE; to++) {
			const struct fallback *fallback = &counts->fallback[from][to];

			if (!fallback->events)
				continue;
			printf("%s\n  {\"from\": \"%s\", \"to\": \"%s\"", before,
			       counts_type_name(from), counts_type_name(to));
			put(", ", "events", fallback->events);
			put(", ", "ownership_changes", fallback->owned);
			put(", ", "fragmenting", fallback->fragmenting);
			putchar('}');
			before = ",";
		}
	putchar(']');
}

static void put_slab(const struct trace_counts *counts)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < counts->slabs.nr_entries; i++)
		bytes += counts->slabs.entry[i].amount.bytes;
	printf(",\n \"slab\": {");
	put("", "allocs", counts->of_kind[KMEM_SLAB_ALLOC]);
	put(", ", "bytes_allocated", bytes);
	put(", ", "frees", counts->of_kind[KMEM_SLAB_FREE]);
	printf(", \"call_sites\": [");
	for (size_t i = 0; i < counts->slab_sites.nr_entries; i++) {
		const struct tally_entry *entry = &counts->slab_sites.entry[i];

		printf("%s\n  {\"call_site\": ", i ? "," : "");
		json_string(stdout, entry->name);
		put(", ", "allocs", entry->amount.allocs);
		put_rate(counts, "allocs_per_second", entry->amount.allocs);
		put(", ", "bytes_allocated", entry->amount.bytes);
		putchar('}');
	}
	printf("]}");
}

static void put_steps(const char *key, const uint64_t *step)
{
	printf(",\n  \"%s\": [", key);
	for (int i = 0; i < NR_STEPS; i++)
		printf("%s%" PRIu64, i ? ", " : "", step[i]);
	putchar(']');
}

/** A time: seconds, or ticks. */
static void put_time(const struct trace_counts *counts, const char *key, uint64_t time)
{
	if (counts->totals.ticks)
		put(", ", key, time);
	else
		printf(", \"%s\": %" PRIu64 ".%09" PRIu64, key, time / 1000000000,
		       time % 1000000000);
}

/**
 * @brief Print the counts of a trace as one JSON object.
 *
 * @param counts the counts
 */
void counts_json(const struct trace_counts *counts)
{
	printf("{\"version\": %d, \"file\": ", JSON_VERSION);
	json_string(stdout, counts->path);
	printf(",\n \"clock\": \"%s\"", counts->totals.ticks ? "ticks" : "seconds");
	put_time(counts, "first", counts->first);
	put_time(counts, "last", counts->last);
	put(", ", "cpus", counts->cpus.nr_entries);
	put_events(counts);
	printf(",\n \"total\": {\"balance_pages\": ");
	if (counts_have_balance(counts))
		printf("%" PRId64, counts_balance(counts));
	else
		printf("null");
	put_amount(counts, &counts->all, true);
	printf(",\n \"zone_locked\": {");
	put("", "events", counts->of_kind[KMEM_ZONE_LOCKED]);
	put(", ", "refills", counts->refills);
	put("},\n ", "drained_pages", counts->of_kind[KMEM_DRAIN]);
	put_orders_and_types(counts);
	put_tally(counts, "gfp_masks", "gfp", &counts->masks, false);
	put_tally(counts, "tasks", "task", &counts->tasks, true);
	put_tally(counts, "call_sites", "call_site", &counts->sites, true);
	put_fallbacks(counts);
	put_slab(counts);
	printf(",\n \"timeline\": {\"steps\": %d", NR_STEPS);
	put_time(counts, "step", counts->step);
	put_steps("allocated_pages", counts->allocated);
	put_steps("freed_pages", counts->freed);
	printf("}}\n");
}
