/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `pageflow report FILE`: counts what happened in a trace of `kmem:` events.
 */
#include "tools/report.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "pageflow.h"
#include "tools/tools.h"

/** What is asked for. */
struct request {
	const char *path;
	const char *svg;
	bool json;
};

static void print_help(void)
{
	printf("usage: pageflow report [--json] [--svg FILE] TRACE\n\n"
	       "Summarises a trace of the kernel's kmem events: what was allocated and freed, how\n"
	       "often, at which order, with which gfp mask and migratetype, by which task and call\n"
	       "site; refills, drains, fallbacks, failures, and events the kernel lost. TRACE is\n"
	       "what 'pageflow import' reads or writes; - is standard input.\n\n"
	       "      --json      print the counts as JSON\n"
	       "      --svg FILE  draw allocations and frees over time, and the orders, into FILE\n"
	       "  -h, --help      print this help\n\n"
	       "exit code: 0 reported, 2 unreadable, or without any kmem event\n");
}

/** Add to one row what an event says. */
static bool add(struct amount *amount, const struct kmem_event *event)
{
	uint64_t pages = (uint64_t)1 << event->order;

	if (!amount)
		return false;
	if (event->kind == KMEM_FREE) {
		amount->frees++;
		amount->freed += pages;
	} else if (event->kind == KMEM_ALLOC && event->pfn == KMEM_NO_PAGE) {
		amount->failed++;
	} else {
		amount->allocs++;
		amount->pages += event->kind == KMEM_ALLOC ? pages : 0;
		amount->bytes += event->bytes_allocated;
	}
	return true;
}

static size_t type_index(int type)
{
	return type < 0 || type >= KMEM_NR_TYPES ? OTHER_TYPE : (size_t)type;
}

/** Count an allocation or a free of pages in all its rows. */
static bool count_pages(struct report *report, const struct kmem_event *event)
{
	char task[160];
	size_t length = clean_text(event->task, task, 128);

	snprintf(task + length, sizeof(task) - length, "-%ld", event->pid);
	add(&report->all, event);
	add(&report->order[event->order], event);
	if (event->kind == KMEM_ALLOC) {
		add(&report->type[type_index(event->type)], event);
		if (!add(tally_of(&report->masks, event->gfp), event))
			return false;
	}
	if (event->site.length && !add(tally_of(&report->sites, event->site), event))
		return false;
	return add(tally_of(&report->tasks, word_of(task)), event);
}

static void count_fallback(struct report *report, const struct kmem_event *event)
{
	struct fallback *fallback =
		&report->fallback[type_index(event->fallback_type)][type_index(event->type)];

	fallback->events++;
	fallback->owned += event->owned;
	fallback->fragmenting += event->fragmenting;
}

/** Count an event, whatever it is. */
static bool count(const struct kmem_event *event, void *context)
{
	struct report *report = context;
	char cpu[16];

	snprintf(cpu, sizeof(cpu), "%u", event->cpu);
	if (event->time < report->first)
		report->first = event->time;
	if (event->time > report->last)
		report->last = event->time;
	report->of_kind[event->kind]++;
	report->totals.out_of_memory |= !add(tally_of(&report->cpus, word_of(cpu)), event);
	switch (event->kind) {
	case KMEM_ALLOC:
	case KMEM_FREE:
		report->totals.out_of_memory |= !count_pages(report, event);
		break;
	case KMEM_ZONE_LOCKED:
		report->refills += event->refill;
		break;
	case KMEM_EXTFRAG:
		count_fallback(report, event);
		break;
	case KMEM_SLAB_ALLOC:
	case KMEM_SLAB_FREE:
		report->totals.out_of_memory |=
			!add(tally_of(&report->slabs, event->name), event) ||
			(event->site.length && event->kind == KMEM_SLAB_ALLOC &&
			 !add(tally_of(&report->slab_sites, event->site), event));
		break;
	default:
		break;
	}
	return !report->totals.out_of_memory;
}

/** Add an allocation or a free to its step of the timeline. */
static bool draw(const struct kmem_event *event, void *context)
{
	struct report *report = context;
	uint64_t step = (event->time - report->first) / report->step;

	if (event->kind == KMEM_ALLOC && event->pfn != KMEM_NO_PAGE)
		report->allocated[step] += (uint64_t)1 << event->order;
	if (event->kind == KMEM_FREE)
		report->freed[step] += (uint64_t)1 << event->order;
	return true;
}

/** A mask in one spelling: as the kernel's tracepoints print it. A number stays one: it depends on the version. */
static void spell(const char *written, char *text, size_t size)
{
	uint64_t number;
	uint32_t gfp;

	if (word_number(word_of(written), &number))
		snprintf(text, size, "0x%" PRIx64, number);
	else if (pageflow_gfp_parse(written, &gfp, NULL))
		snprintf(text, size, "%s", *written ? written : "not given");
	else
		pageflow_gfp_text(gfp, text, size);
}

/** Add up the rows of masks that are the same in another spelling. */
static bool merge_masks(struct report *report)
{
	struct tally merged = { 0 };
	bool done = true;

	for (size_t i = 0; i < report->masks.nr_entries && done; i++) {
		const struct amount *from = &report->masks.entry[i].amount;
		char text[512];
		struct amount *to;

		spell(report->masks.entry[i].name, text, sizeof(text));
		to = tally_of(&merged, word_of(text));
		done = to;
		if (to) {
			to->allocs += from->allocs;
			to->pages += from->pages;
			to->failed += from->failed;
		}
	}
	tally_free(&report->masks);
	report->masks = merged;
	return done;
}

/**
 * @brief How long the trace is.
 *
 * @param report the counts
 * @return seconds between the first event and the last; 0 when that is not known, and there are no rates
 */
double report_seconds(const struct report *report)
{
	return report->totals.ticks ? 0 : (double)(report->last - report->first) / 1e9;
}

/**
 * @brief Does the trace have both allocations and frees, so that they can be set against each other?
 *
 * @param report the counts
 * @return true when it does
 */
bool report_has_balance(const struct report *report)
{
	return report->of_kind[KMEM_ALLOC] && report->of_kind[KMEM_FREE];
}

/**
 * @brief How many more pages were allocated than freed.
 *
 * @param report the counts
 * @return pages; negative when more were freed
 */
int64_t report_balance(const struct report *report)
{
	return (int64_t)(report->all.pages - report->all.freed);
}

/**
 * @brief The name of a migratetype.
 *
 * @param type its index in the tables of a report
 * @return the name
 */
const char *report_type_name(size_t type)
{
	return type < KMEM_NR_TYPES ? kmem_type_names[type] : "other";
}

/** Read a text twice: the timeline needs to know when it begins and ends. */
static int read_report(const struct text *text, struct report *report, char *error, size_t size)
{
	struct kmem_totals again;
	int failed;

	report->first = UINT64_MAX;
	if (kmem_read(text, count, report, &report->totals, error, size))
		return -1;
	report->step = (report->last - report->first) / NR_STEPS + 1;
	failed = kmem_read(text, draw, report, &again, error, size);
	kmem_totals_free(&again);
	if (!failed && !merge_masks(report)) {
		snprintf(error, size, "out of memory");
		failed = -1;
	}
	tally_sort(&report->masks);
	tally_sort(&report->tasks);
	tally_sort(&report->sites);
	tally_sort(&report->slabs);
	tally_sort(&report->slab_sites);
	tally_sort(&report->totals.other);
	return failed;
}

static void free_report(struct report *report)
{
	kmem_totals_free(&report->totals);
	tally_free(&report->masks);
	tally_free(&report->tasks);
	tally_free(&report->sites);
	tally_free(&report->cpus);
	tally_free(&report->slabs);
	tally_free(&report->slab_sites);
}

/** Draw into a file. */
static int draw_file(const struct report *report, const char *path)
{
	char *bytes = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&bytes, &size);
	int code;

	if (!out)
		return usage_error("report", "out of memory");
	report_svg(report, out);
	code = fclose(out) ? usage_error("report", "out of memory") : write_file(path, bytes, size);
	free(bytes);
	return code;
}

/** Read, and show what was asked for. */
static int run(const struct request *request)
{
	struct report *report = calloc(1, sizeof(*report));
	struct text text = { 0 };
	int code = EXIT_OK;
	char error[300] = "out of memory";

	if (!report || kmem_load(request->path, &text, error, sizeof(error)) ||
	    read_report(&text, report, error, sizeof(error))) {
		fprintf(stderr, "pageflow: %s: %s\n", request->path, error);
		code = EXIT_BAD_INPUT;
	} else {
		report->path = request->path;
		if (request->svg)
			code = draw_file(report, request->svg);
		if (request->json)
			report_json(report);
		else if (!request->svg || strcmp(request->svg, "-"))
			report_show(report);
	}
	text_free(&text);
	if (report)
		free_report(report);
	free(report);
	return code;
}

/**
 * @brief Run `pageflow report`.
 *
 * @param argc number of arguments
 * @param argv the arguments, the subcommand first
 * @return exit code
 */
int command_report(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "svg", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct request request = { 0 };
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (option) {
		case 'j':
			request.json = true;
			break;
		case 's':
			request.svg = optarg;
			break;
		case 'h':
			print_help();
			return EXIT_OK;
		case ':':
			return usage_error("report", "'%s' needs a file", argv[optind - 1]);
		default:
			return usage_error("report", "unknown option '%s'", argv[optind - 1]);
		}
	}
	if (optind + 1 != argc)
		return usage_error("report",
				   optind == argc ? "no file given" : "more than one file given");
	request.path = argv[optind];
	return run(&request);
}
