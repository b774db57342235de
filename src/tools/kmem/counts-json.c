/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The counts of a trace as JSON. docs/command.rst describes the keys.
 */
#include "text/json.h"
#include "tools/kmem/counts.h"

/** Counts that change the meaning of a key change this. */
#define JSON_VERSION 1

/** A rate, or null where the length of the trace is not known. */
static void write_rate(struct json *json, const struct trace_counts *counts, const char *key,
		       uint64_t events)
{
	double seconds = counts_seconds(counts);

	if (seconds > 0)
		json_decimal(json, key, (double)events / seconds);
	else
		json_null(json, key);
}

/** The counts of a row. An mm_page_free has neither mask nor migratetype: `frees` is false there. */
static void write_amount(struct json *json, const struct trace_counts *counts,
			 const struct amount *amount, bool frees)
{
	json_count(json, "allocs", amount->allocs);
	write_rate(json, counts, "allocs_per_second", amount->allocs);
	json_count(json, "pages", amount->pages);
	json_count(json, "failed", amount->failed);
	if (!frees)
		return;
	json_count(json, "frees", amount->frees);
	write_rate(json, counts, "frees_per_second", amount->frees);
	json_count(json, "freed_pages", amount->freed);
}

static void write_tally(struct json *json, const struct trace_counts *counts, const char *key,
			const char *name, const struct tally *tally, bool frees)
{
	json_array(json, key);
	for (size_t i = 0; i < tally->nr_entries; i++) {
		json_object(json, NULL);
		json_text(json, name, tally->entry[i].name);
		write_amount(json, counts, &tally->entry[i].amount, frees);
		json_end(json);
	}
	json_end(json);
}

/** Names and their counts. */
static void write_counts(struct json *json, const struct tally *tally)
{
	for (size_t i = 0; i < tally->nr_entries; i++)
		json_count(json, tally->entry[i].name, amount_weight(&tally->entry[i].amount));
}

static void write_events(struct json *json, const struct trace_counts *counts)
{
	json_object(json, "events");
	for (int kind = 0; kind < KMEM_SLAB_ALLOC; kind++)
		json_count(json, kmem_kind_name((enum kmem_kind)kind), counts->of_kind[kind]);
	write_counts(json, &counts->slabs);
	json_end(json);
	json_object(json, "other_events");
	write_counts(json, &counts->totals.other);
	json_end(json);
	json_count(json, "lost", counts->totals.lost);
	json_count(json, "lost_without_number", counts->totals.lost_uncounted);
	json_count(json, "lines_skipped", counts->totals.skipped);
}

static void write_total(struct json *json, const struct trace_counts *counts)
{
	json_object(json, "total");
	if (counts_have_balance(counts))
		json_integer(json, "balance_pages", counts_balance(counts));
	else
		json_null(json, "balance_pages");
	write_amount(json, counts, &counts->all, true);
	json_end(json);
	json_object(json, "zone_locked");
	json_count(json, "events", counts->of_kind[KMEM_ZONE_LOCKED]);
	json_count(json, "refills", counts->refills);
	json_end(json);
	json_count(json, "drained_pages", counts->of_kind[KMEM_DRAIN]);
}

static void write_orders(struct json *json, const struct trace_counts *counts)
{
	json_array(json, "orders");
	for (unsigned int order = 0; order < KMEM_NR_ORDERS; order++) {
		if (!amount_weight(&counts->order[order]))
			continue;
		json_object(json, NULL);
		json_count(json, "order", order);
		write_amount(json, counts, &counts->order[order], true);
		json_end(json);
	}
	json_end(json);
}

static void write_types(struct json *json, const struct trace_counts *counts)
{
	json_array(json, "migratetypes");
	for (size_t type = 0; type <= OTHER_TYPE; type++) {
		if (!amount_weight(&counts->type[type]))
			continue;
		json_object(json, NULL);
		json_text(json, "migratetype", counts_type_name(type));
		write_amount(json, counts, &counts->type[type], false);
		json_end(json);
	}
	json_end(json);
}

static void write_fallback(struct json *json, const struct trace_counts *counts, size_t from,
			   size_t to)
{
	const struct fallback *fallback = &counts->fallback[from][to];

	if (!fallback->events)
		return;
	json_object(json, NULL);
	json_text(json, "from", counts_type_name(from));
	json_text(json, "to", counts_type_name(to));
	json_count(json, "events", fallback->events);
	json_count(json, "ownership_changes", fallback->owned);
	json_count(json, "fragmenting", fallback->fragmenting);
	json_end(json);
}

static void write_slab(struct json *json, const struct trace_counts *counts)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < counts->slabs.nr_entries; i++)
		bytes += counts->slabs.entry[i].amount.bytes;
	json_object(json, "slab");
	json_count(json, "allocs", counts->of_kind[KMEM_SLAB_ALLOC]);
	json_count(json, "bytes_allocated", bytes);
	json_count(json, "frees", counts->of_kind[KMEM_SLAB_FREE]);
	json_array(json, "call_sites");
	for (size_t i = 0; i < counts->slab_sites.nr_entries; i++) {
		const struct tally_entry *entry = &counts->slab_sites.entry[i];

		json_object(json, NULL);
		json_text(json, "call_site", entry->name);
		json_count(json, "allocs", entry->amount.allocs);
		write_rate(json, counts, "allocs_per_second", entry->amount.allocs);
		json_count(json, "bytes_allocated", entry->amount.bytes);
		json_end(json);
	}
	json_end(json);
	json_end(json);
}

/** A time: seconds, or ticks. */
static void write_time(struct json *json, const struct trace_counts *counts, const char *key,
		       uint64_t time)
{
	if (counts->totals.ticks)
		json_count(json, key, time);
	else
		json_fixed(json, key, time, 9);
}

static void write_steps(struct json *json, const char *key, const uint64_t *step)
{
	json_array(json, key);
	for (int i = 0; i < NR_STEPS; i++)
		json_count(json, NULL, step[i]);
	json_end(json);
}

static void write_timeline(struct json *json, const struct trace_counts *counts)
{
	json_object(json, "timeline");
	json_count(json, "steps", NR_STEPS);
	write_time(json, counts, "step", counts->step);
	write_steps(json, "allocated_pages", counts->allocated);
	write_steps(json, "freed_pages", counts->freed);
	json_end(json);
}

/**
 * @brief Print the counts of a trace as one JSON object.
 *
 * @param counts the counts
 */
void counts_json(const struct trace_counts *counts)
{
	struct json json;

	json_begin(&json, stdout);
	json_object(&json, NULL);
	json_count(&json, "version", JSON_VERSION);
	json_text(&json, "file", counts->path);
	json_text(&json, "clock", counts->totals.ticks ? "ticks" : "seconds");
	write_time(&json, counts, "first", counts->first);
	write_time(&json, counts, "last", counts->last);
	json_count(&json, "cpus", counts->cpus.nr_entries);
	write_events(&json, counts);
	write_total(&json, counts);
	write_orders(&json, counts);
	write_types(&json, counts);
	write_tally(&json, counts, "gfp_masks", "gfp", &counts->masks, false);
	write_tally(&json, counts, "tasks", "task", &counts->tasks, true);
	write_tally(&json, counts, "call_sites", "call_site", &counts->sites, true);
	json_array(&json, "fallbacks");
	for (size_t from = 0; from <= OTHER_TYPE; from++)
		for (size_t to = 0; to <= OTHER_TYPE; to++)
			write_fallback(&json, counts, from, to);
	json_end(&json);
	write_slab(&json, counts);
	write_timeline(&json, counts);
	json_end(&json);
}
