/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The counts of a trace as JSON. docs/command.rst describes the keys.
 */
#include <inttypes.h>

#include "tools/report.h"
#include "tools/tools.h"

/** Counts that change the meaning of a key change this. */
#define JSON_VERSION 1

/** A key with a number; `before` separates it from the key in front. */
static void put(const char *before, const char *key, uint64_t value)
{
	printf("%s\"%s\": %" PRIu64, before, key, value);
}

/** A key with a rate, or null where the length of the trace is not known. */
static void put_rate(const struct report *report, const char *key, uint64_t events)
{
	if (report_seconds(report) > 0)
		printf(", \"%s\": %.3f", key, (double)events / report_seconds(report));
	else
		printf(", \"%s\": null", key);
}

/** The counts of a row, behind its name. An mm_page_free has neither mask nor migratetype: `frees` is false there. */
static void put_amount(const struct report *report, const struct amount *amount, bool frees)
{
	put(", ", "allocs", amount->allocs);
	put_rate(report, "allocs_per_second", amount->allocs);
	put(", ", "pages", amount->pages);
	put(", ", "failed", amount->failed);
	if (frees) {
		put(", ", "frees", amount->frees);
		put_rate(report, "frees_per_second", amount->frees);
		put(", ", "freed_pages", amount->freed);
	}
	putchar('}');
}

static void put_tally(const struct report *report, const char *key, const char *name,
		      const struct tally *tally, bool frees)
{
	printf(",\n \"%s\": [", key);
	for (size_t i = 0; i < tally->nr_entries; i++) {
		printf("%s\n  {\"%s\": ", i ? "," : "", name);
		json_string(stdout, tally->entry[i].name);
		put_amount(report, &tally->entry[i].amount, frees);
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

static void put_events(const struct report *report)
{
	printf(",\n \"events\": {");
	for (int kind = 0; kind < KMEM_SLAB_ALLOC; kind++)
		put(kind ? ", " : "", kmem_kind_name((enum kmem_kind)kind), report->of_kind[kind]);
	put_counts(", ", &report->slabs);
	printf("},\n \"other_events\": {");
	put_counts("", &report->totals.other);
	putchar('}');
	put(",\n ", "lost", report->totals.lost);
	put(", ", "lost_without_number", report->totals.lost_uncounted);
	put(", ", "lines_skipped", report->totals.skipped);
}

static void put_orders_and_types(const struct report *report)
{
	const char *before = "";

	printf(",\n \"orders\": [");
	for (unsigned int order = 0; order < KMEM_NR_ORDERS; order++) {
		if (!amount_weight(&report->order[order]))
			continue;
		printf("%s\n  {\"order\": %u", before, order);
		put_amount(report, &report->order[order], true);
		before = ",";
	}
	printf("],\n \"migratetypes\": [");
	before = "";
	for (size_t type = 0; type <= OTHER_TYPE; type++) {
		if (!amount_weight(&report->type[type]))
			continue;
		printf("%s\n  {\"migratetype\": \"%s\"", before, report_type_name(type));
		put_amount(report, &report->type[type], false);
		before = ",";
	}
	putchar(']');
}

static void put_fallbacks(const struct report *report)
{
	const char *before = "";

	printf(",\n \"fallbacks\": [");
	for (size_t from = 0; from <= OTHER_TYPE; from++)
		for (size_t to = 0; to <= OTHER_TYPE; to++) {
			const struct fallback *fallback = &report->fallback[from][to];

			if (!fallback->events)
				continue;
			printf("%s\n  {\"from\": \"%s\", \"to\": \"%s\"", before,
			       report_type_name(from), report_type_name(to));
			put(", ", "events", fallback->events);
			put(", ", "ownership_changes", fallback->owned);
			put(", ", "fragmenting", fallback->fragmenting);
			putchar('}');
			before = ",";
		}
	putchar(']');
}

static void put_slab(const struct report *report)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < report->slabs.nr_entries; i++)
		bytes += report->slabs.entry[i].amount.bytes;
	printf(",\n \"slab\": {");
	put("", "allocs", report->of_kind[KMEM_SLAB_ALLOC]);
	put(", ", "bytes_allocated", bytes);
	put(", ", "frees", report->of_kind[KMEM_SLAB_FREE]);
	printf(", \"call_sites\": [");
	for (size_t i = 0; i < report->slab_sites.nr_entries; i++) {
		const struct tally_entry *entry = &report->slab_sites.entry[i];

		printf("%s\n  {\"call_site\": ", i ? "," : "");
		json_string(stdout, entry->name);
		put(", ", "allocs", entry->amount.allocs);
		put_rate(report, "allocs_per_second", entry->amount.allocs);
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
static void put_time(const struct report *report, const char *key, uint64_t time)
{
	if (report->totals.ticks)
		put(", ", key, time);
	else
		printf(", \"%s\": %" PRIu64 ".%09" PRIu64, key, time / 1000000000,
		       time % 1000000000);
}

/**
 * @brief Print the counts of a trace as one JSON object.
 *
 * @param report the counts
 */
void report_json(const struct report *report)
{
	printf("{\"version\": %d, \"file\": ", JSON_VERSION);
	json_string(stdout, report->path);
	printf(",\n \"clock\": \"%s\"", report->totals.ticks ? "ticks" : "seconds");
	put_time(report, "first", report->first);
	put_time(report, "last", report->last);
	put(", ", "cpus", report->cpus.nr_entries);
	put_events(report);
	printf(",\n \"total\": {\"balance_pages\": ");
	if (report_has_balance(report))
		printf("%" PRId64, report_balance(report));
	else
		printf("null");
	put_amount(report, &report->all, true);
	printf(",\n \"zone_locked\": {");
	put("", "events", report->of_kind[KMEM_ZONE_LOCKED]);
	put(", ", "refills", report->refills);
	put("},\n ", "drained_pages", report->of_kind[KMEM_DRAIN]);
	put_orders_and_types(report);
	put_tally(report, "gfp_masks", "gfp", &report->masks, false);
	put_tally(report, "tasks", "task", &report->tasks, true);
	put_tally(report, "call_sites", "call_site", &report->sites, true);
	put_fallbacks(report);
	put_slab(report);
	printf(",\n \"timeline\": {\"steps\": %d", NR_STEPS);
	put_time(report, "step", report->step);
	put_steps("allocated_pages", report->allocated);
	put_steps("freed_pages", report->freed);
	printf("}}\n");
}
