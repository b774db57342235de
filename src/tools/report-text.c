/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The counts of a trace as tables of 80 columns.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "tools/report.h"
#include "tools/tools.h"

/** How many rows a table shows of names; --json has all. */
#define MOST_ROWS 10

/** Where the names begin behind the numbers, and how wide they may be. */
#define NAME_COLUMN 44
#define NAME_WIDTH  (80 - NAME_COLUMN)

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
static void put_rate(const struct report *report, uint64_t events)
{
	if (report_seconds(report) > 0)
		printf(" %10.1f", (double)events / report_seconds(report));
	else
		printf(" %10s", "-");
}

/** Where a name is broken: behind its last bar that fits, else where the line ends, but inside no character. */
static size_t piece(const char *name)
{
	size_t fits = 0, bytes = 0, bar = 0;

	for (; name[bytes]; bytes++) {
		if (((unsigned char)name[bytes] & 0xc0) != 0x80 && fits++ == NAME_WIDTH)
			return bar ? bar : bytes;
		if (name[bytes] == '|')
			bar = bytes + 1;
	}
	return bytes;
}

/** A name, on several lines when it is long. */
static void put_name(const char *name)
{
	while (true) {
		size_t length = piece(name);

		printf("%.*s\n", (int)length, name);
		name += length;
		if (!*name)
			return;
		printf("%*s", NAME_COLUMN, "");
	}
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
static void put_row(const struct report *report, const struct amount *amount, bool frees,
		    const char *name)
{
	printf("%9" PRIu64, amount->allocs);
	put_rate(report, amount->allocs);
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

static void put_tally(const struct report *report, const char *what, const struct tally *tally,
		      bool frees)
{
	if (!tally->nr_entries)
		return;
	put_heading(what);
	for (size_t i = 0; i < tally->nr_entries && i < MOST_ROWS; i++)
		put_row(report, &tally->entry[i].amount, frees, tally->entry[i].name);
	put_more(tally->nr_entries);
}

/** The first lines: what the file is, and how much of it there is. */
static void put_summary(const struct report *report)
{
	const struct kmem_totals *totals = &report->totals;

	in_style(HEADING, report->path);
	printf("\n%" PRIu64 " kmem events", totals->events);
	if (totals->ticks)
		printf(" in %" PRIu64 " ticks of a clock without unit",
		       report->last - report->first);
	else
		printf(" in %.6f s", report_seconds(report));
	printf(" on %zu CPU%s", report->cpus.nr_entries, report->cpus.nr_entries == 1 ? "" : "s");
	put_bad(totals->lost, ", lost %" PRIu64, totals->lost);
	if (totals->lost_uncounted)
		put_bad(totals->lost_uncounted, " and, %" PRIu64 " time%s, a number not said",
			totals->lost_uncounted, totals->lost_uncounted == 1 ? "" : "s");
	putchar('\n');
}

/** A line about one kind of event: how many, how often, how many pages. */
static void put_kind(const struct report *report, const char *what, uint64_t events, uint64_t pages)
{
	printf("%-28s %9" PRIu64, what, events);
	put_rate(report, events);
	printf(" %9" PRIu64 "\n", pages);
}

static void put_kinds(const struct report *report)
{
	char line[100];

	snprintf(line, sizeof(line), "\n%-28s %9s %10s %9s", "pages", "events", "per s", "pages");
	in_style(HEADING, line);
	putchar('\n');
	put_kind(report, "allocated", report->all.allocs, report->all.pages);
	put_kind(report, "freed", report->all.frees, report->all.freed);
	put_kind(report, "  of these in batches", report->of_kind[KMEM_FREE_BATCHED],
		 report->of_kind[KMEM_FREE_BATCHED]);
	printf("%-49s ", "balance, allocated less freed");
	if (report_has_balance(report))
		printf("%+9" PRId64 "\n", report_balance(report));
	else
		printf("%9s (only %s in the trace)\n", "-",
		       report->of_kind[KMEM_ALLOC]  ? "allocations"
		       : report->of_kind[KMEM_FREE] ? "frees"
						    : "neither is");
	printf("%-28s", "allocations that failed");
	put_bad(report->all.failed, " %9" PRIu64 "\n", report->all.failed);
	printf("%-28s %9" PRIu64 "\n", "taken with the zone locked",
	       report->of_kind[KMEM_ZONE_LOCKED]);
	printf("%-28s %9" PRIu64 "\n", "  of these per-CPU refills", report->refills);
	put_kind(report, "drained from per-CPU lists", report->of_kind[KMEM_DRAIN],
		 report->of_kind[KMEM_DRAIN]);
	printf("%-28s %9" PRIu64 "\n", "fallbacks to another type", report->of_kind[KMEM_EXTFRAG]);
}

static void put_orders_and_types(const struct report *report)
{
	char name[8];

	if (!report->all.allocs && !report->all.frees && !report->all.failed)
		return;
	put_heading("order");
	for (unsigned int order = 0; order < KMEM_NR_ORDERS; order++) {
		snprintf(name, sizeof(name), "%u", order);
		if (amount_weight(&report->order[order]))
			put_row(report, &report->order[order], true, name);
	}
	if (!report->of_kind[KMEM_ALLOC])
		return;
	put_heading("migratetype");
	for (size_t type = 0; type <= OTHER_TYPE; type++)
		if (amount_weight(&report->type[type]))
			put_row(report, &report->type[type], false, report_type_name(type));
}

static void put_fallbacks(const struct report *report)
{
	if (!report->of_kind[KMEM_EXTFRAG])
		return;
	in_style(HEADING,
		 "\nfallbacks  blocks that became the other type  fragmenting  from -> to");
	putchar('\n');
	for (size_t from = 0; from <= OTHER_TYPE; from++)
		for (size_t to = 0; to <= OTHER_TYPE; to++) {
			const struct fallback *fallback = &report->fallback[from][to];

			if (fallback->events)
				printf("%9" PRIu64 " %34" PRIu64 " %12" PRIu64 "  %s -> %s\n",
				       fallback->events, fallback->owned, fallback->fragmenting,
				       report_type_name(from), report_type_name(to));
		}
}

static void put_slab(const struct report *report)
{
	const struct tally *sites = &report->slab_sites;

	if (!report->slabs.nr_entries)
		return;
	in_style(HEADING, "\n   events      per s       bytes   of the slab, then by call site");
	putchar('\n');
	for (int table = 0; table < 2; table++) {
		const struct tally *tally = table ? sites : &report->slabs;

		for (size_t i = 0; i < tally->nr_entries && i < MOST_ROWS; i++) {
			printf("%9" PRIu64, tally->entry[i].amount.allocs);
			put_rate(report, tally->entry[i].amount.allocs);
			printf(" %11" PRIu64 "%*s", tally->entry[i].amount.bytes, NAME_COLUMN - 32,
			       "");
			put_name(tally->entry[i].name);
		}
		put_more(tally->nr_entries);
	}
}

/** What the file held besides. */
static void put_others(const struct report *report)
{
	const struct tally *other = &report->totals.other;

	if (other->nr_entries) {
		in_style(HEADING, "\nevents of other kinds, counted only");
		putchar('\n');
	}
	for (size_t i = 0; i < other->nr_entries && i < MOST_ROWS; i++) {
		printf("%9" PRIu64 "%*s", other->entry[i].amount.allocs, NAME_COLUMN - 9, "");
		put_name(other->entry[i].name);
	}
	put_more(other->nr_entries);
	if (report->totals.skipped) {
		putchar('\n');
		put_bad(report->totals.skipped,
			"%" PRIu64 " lines are no events, or damaged ones\n",
			report->totals.skipped);
	}
}

/**
 * @brief Print the counts of a trace.
 *
 * @param report the counts
 */
void report_show(const struct report *report)
{
	put_summary(report);
	put_kinds(report);
	put_orders_and_types(report);
	put_tally(report, "gfp mask", &report->masks, false);
	put_tally(report, "task", &report->tasks, true);
	put_tally(report, "call site", &report->sites, true);
	put_fallbacks(report);
	put_slab(report);
	put_others(report);
}
