/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The counts of a trace as tables of 80 columns.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "text/utf8.h"
#include "text/wrap.h"
#include "tools/kmem/counts.h"
#include "tools/tools.h"

/** How many rows a table shows of names; --json has all. */
#define MOST_ROWS 10

/** Where the names begin after the numbers, how much room they need there, and where they begin below them. */
#define NAME_COLUMN  46
#define NAME_COLUMNS 30
#define BELOW	     10

/** Colours of a terminal. */
enum style {
	PLAIN,
	HEADING,
	BAD,
};

/** Print in a colour, where there is colour. */
static void in_style(enum style style, const char *text)
{
	static const char *const begin[] = { "", "\033[1m", "\033[1;31m" };
	bool colour = style != PLAIN && use_colour();

	printf("%s%s%s", colour ? begin[style] : "", text, colour ? "\033[0m" : "");
}

/** Print, in the colour of what is wrong when `bad` is not zero. */
__attribute__((format(printf, 2, 3))) static void put_bad(uint64_t bad, const char *format, ...)
{
	va_list arguments;
	char text[100];

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	in_style(bad ? BAD : PLAIN, text);
}

/** A rate, or a dash where the length of the trace is not known. */
static void put_rate(const struct trace_counts *counts, uint64_t events)
{
	if (counts_seconds(counts) > 0)
		printf(" %10.1f", (double)events / counts_seconds(counts));
	else
		printf(" %10s", "-");
}

/** A name: behind the numbers, on several lines when it is long, or below them where there is no room for it. */
static void put_name(const char *name)
{
	int columns = wrap_columns(stdout);

	if (columns >= NAME_COLUMN + NAME_COLUMNS) {
		wrap_on(stdout, columns, NAME_COLUMN, NAME_COLUMN, name);
		return;
	}
	putchar('\n');
	wrap_words(stdout, columns, BELOW, BELOW, name);
}

/** The heading of a table. */
static void put_heading(const char *what)
{
	char line[100];

	snprintf(line, sizeof(line), "\n%9s %10s %9s %6s %7s %s", "allocs", "per s", "pages",
		 "failed", "freed", what);
	in_style(HEADING, line);
	putchar('\n');
}

/** One row of a table. */
static void put_row(const struct trace_counts *counts, const struct amount *amount, bool frees,
		    const char *name)
{
	printf("%9" PRIu64, amount->allocs);
	put_rate(counts, amount->allocs);
	printf(" %9" PRIu64, amount->pages);
	put_bad(amount->failed, " %6" PRIu64, amount->failed);
	if (frees)
		printf(" %7" PRIu64 " ", amount->freed);
	else
		printf(" %7s ", "");
	put_name(name);
}

/** How many rows are not shown. */
static void put_more(size_t rows)
{
	if (rows > MOST_ROWS)
		printf("%*s(and %zu more; --json has all)\n", NAME_COLUMN, "", rows - MOST_ROWS);
}

static void put_tally(const struct trace_counts *counts, const char *what,
		      const struct tally *tally, bool frees)
{
	if (!tally->nr_entries)
		return;
	put_heading(what);
	for (size_t i = 0; i < tally->nr_entries && i < MOST_ROWS; i++)
		put_row(counts, &tally->entry[i].amount, frees, tally->entry[i].name);
	put_more(tally->nr_entries);
}

/** The first lines: what the file is, and how much of it there is. */
static void put_summary(const struct trace_counts *counts)
{
	const struct kmem_totals *totals = &counts->totals;
	char *shown = utf8_escaped(counts->path);

	in_style(HEADING, shown ? shown : "");
	free(shown);
	printf("\n%" PRIu64 " kmem events", totals->events);
	if (totals->ticks)
		printf(" in %" PRIu64 " ticks of a clock without unit",
		       counts->last - counts->first);
	else
		printf(" in %.6f s", counts_seconds(counts));
	printf(" on %zu CPU%s", counts->cpus.nr_entries, counts->cpus.nr_entries == 1 ? "" : "s");
	put_bad(totals->lost, ", lost %" PRIu64, totals->lost);
	if (totals->lost_uncounted)
		put_bad(totals->lost_uncounted,
			", lost events %" PRIu64 " time%s without saying how many",
			totals->lost_uncounted, totals->lost_uncounted == 1 ? "" : "s");
	putchar('\n');
}

/** A line about one kind of event: how many, how often, how many pages. */
static void put_kind(const struct trace_counts *counts, const char *what, uint64_t events,
		     uint64_t pages)
{
	printf("%-28s %9" PRIu64, what, events);
	put_rate(counts, events);
	printf(" %9" PRIu64 "\n", pages);
}

static void put_kinds(const struct trace_counts *counts)
{
	char line[100];

	snprintf(line, sizeof(line), "\n%-28s %9s %10s %9s", "pages", "events", "per s", "pages");
	in_style(HEADING, line);
	putchar('\n');
	put_kind(counts, "allocated", counts->all.allocs, counts->all.pages);
	put_kind(counts, "freed", counts->all.frees, counts->all.freed);
	put_kind(counts, "  of these in batches", counts->of_kind[KMEM_FREE_BATCHED],
		 counts->of_kind[KMEM_FREE_BATCHED]);
	printf("%-49s ", "balance, allocated less freed");
	if (counts_have_balance(counts))
		printf("%+9" PRId64 "\n", counts_balance(counts));
	else
		printf("%9s (only %s in the trace)\n", "-",
		       counts->of_kind[KMEM_ALLOC]  ? "allocations"
		       : counts->of_kind[KMEM_FREE] ? "frees"
						    : "neither is");
	printf("%-28s", "allocations that failed");
	put_bad(counts->all.failed, " %9" PRIu64 "\n", counts->all.failed);
	printf("%-28s %9" PRIu64 "\n", "taken with the zone locked",
	       counts->of_kind[KMEM_ZONE_LOCKED]);
	printf("%-28s %9" PRIu64 "\n", "  of these per-CPU refills", counts->refills);
	put_kind(counts, "drained from per-CPU lists", counts->of_kind[KMEM_DRAIN],
		 counts->of_kind[KMEM_DRAIN]);
	printf("%-28s %9" PRIu64 "\n", "fallbacks to another type", counts->of_kind[KMEM_EXTFRAG]);
}

static void put_orders_and_types(const struct trace_counts *counts)
{
	char name[8];

	if (!counts->all.allocs && !counts->all.frees && !counts->all.failed)
		return;
	put_heading("order");
	for (unsigned int order = 0; order < KMEM_NR_ORDERS; order++) {
		snprintf(name, sizeof(name), "%u", order);
		if (amount_weight(&counts->order[order]))
			put_row(counts, &counts->order[order], true, name);
	}
	if (!counts->of_kind[KMEM_ALLOC])
		return;
	put_heading("migratetype");
	for (size_t type = 0; type <= OTHER_TYPE; type++)
		if (amount_weight(&counts->type[type]))
			put_row(counts, &counts->type[type], false, counts_type_name(type));
}

static void put_fallbacks(const struct trace_counts *counts)
{
	if (!counts->of_kind[KMEM_EXTFRAG])
		return;
	in_style(HEADING,
		 "\nfallbacks  blocks that became the other type  fragmenting  from -> to");
	putchar('\n');
	for (size_t from = 0; from <= OTHER_TYPE; from++)
		for (size_t to = 0; to <= OTHER_TYPE; to++) {
			const struct fallback *fallback = &counts->fallback[from][to];

			if (fallback->events)
				printf("%9" PRIu64 " %34" PRIu64 " %12" PRIu64 "  %s -> %s\n",
				       fallback->events, fallback->owned, fallback->fragmenting,
				       counts_type_name(from), counts_type_name(to));
		}
}

static void put_slab(const struct trace_counts *counts)
{
	const struct tally *sites = &counts->slab_sites;

	if (!counts->slabs.nr_entries)
		return;
	in_style(HEADING, "\n   events      per s       bytes   of the slab, then by call site");
	putchar('\n');
	for (int table = 0; table < 2; table++) {
		const struct tally *tally = table ? sites : &counts->slabs;

		for (size_t i = 0; i < tally->nr_entries && i < MOST_ROWS; i++) {
			printf("%9" PRIu64, tally->entry[i].amount.allocs);
			put_rate(counts, tally->entry[i].amount.allocs);
			printf(" %11" PRIu64 "%*s", tally->entry[i].amount.bytes, NAME_COLUMN - 32,
			       "");
			put_name(tally->entry[i].name);
		}
		put_more(tally->nr_entries);
	}
}

/** What the file held besides. */
static void put_others(const struct trace_counts *counts)
{
	const struct tally *other = &counts->totals.other;

	if (other->nr_entries) {
		in_style(HEADING, "\nevents of other kinds, counted only");
		putchar('\n');
	}
	for (size_t i = 0; i < other->nr_entries && i < MOST_ROWS; i++) {
		printf("%9" PRIu64 "%*s", other->entry[i].amount.allocs, NAME_COLUMN - 9, "");
		put_name(other->entry[i].name);
	}
	put_more(other->nr_entries);
	if (counts->totals.skipped) {
		putchar('\n');
		put_bad(counts->totals.skipped,
			"%" PRIu64 " lines are not events, or are damaged\n",
			counts->totals.skipped);
	}
}

/**
 * @brief Print the counts of a trace.
 *
 * @param counts the counts
 */
void counts_show(const struct trace_counts *counts)
{
	put_summary(counts);
	put_kinds(counts);
	put_orders_and_types(counts);
	put_tally(counts, "gfp mask", &counts->masks, false);
	put_tally(counts, "task", &counts->tasks, true);
	put_tally(counts, "call site", &counts->sites, true);
	put_fallbacks(counts);
	put_slab(counts);
	put_others(counts);
}
