/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Counting what happened in a trace of `kmem:` events.
 */
#include "tools/kmem/counts.h"

#include <inttypes.h>
#include <string.h>

#include "pageflow.h"
#include "text/error.h"

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
	return type < 0 || type >= MIGRATE_TYPES ? OTHER_TYPE : (size_t)type;
}

/** Count an allocation or a free of pages in all its rows. */
static bool count_pages(struct trace_counts *counts, const struct kmem_event *event)
{
	char task[160];
	size_t length = word_clean(event->task, task, 128);

	snprintf(task + length, sizeof(task) - length, "-%ld", event->pid);
	add(&counts->all, event);
	add(&counts->order[event->order], event);
	if (event->kind == KMEM_ALLOC) {
		add(&counts->type[type_index(event->type)], event);
		if (!add(tally_of(&counts->masks, event->gfp), event))
			return false;
	}
	if (event->site.length && !add(tally_of(&counts->sites, event->site), event))
		return false;
	return add(tally_of(&counts->tasks, word_of(task)), event);
}

static void count_fallback(struct trace_counts *counts, const struct kmem_event *event)
{
	struct fallback *fallback =
		&counts->fallback[type_index(event->fallback_type)][type_index(event->type)];

	fallback->events++;
	fallback->owned += event->owned;
	fallback->fragmenting += event->fragmenting;
}

/** Count an event, whatever it is. */
static bool count(const struct kmem_event *event, void *context)
{
	struct trace_counts *counts = context;
	char cpu[16];

	snprintf(cpu, sizeof(cpu), "%u", event->cpu);
	if (event->time < counts->first)
		counts->first = event->time;
	if (event->time > counts->last)
		counts->last = event->time;
	counts->of_kind[event->kind]++;
	counts->totals.out_of_memory |= !add(tally_of(&counts->cpus, word_of(cpu)), event);
	switch (event->kind) {
	case KMEM_ALLOC:
	case KMEM_FREE:
		counts->totals.out_of_memory |= !count_pages(counts, event);
		break;
	case KMEM_ZONE_LOCKED:
		counts->refills += event->refill;
		break;
	case KMEM_EXTFRAG:
		count_fallback(counts, event);
		break;
	case KMEM_SLAB_ALLOC:
	case KMEM_SLAB_FREE:
		counts->totals.out_of_memory |=
			!add(tally_of(&counts->slabs, event->name), event) ||
			(event->site.length && event->kind == KMEM_SLAB_ALLOC &&
			 !add(tally_of(&counts->slab_sites, event->site), event));
		break;
	default:
		break;
	}
	return !counts->totals.out_of_memory;
}

/** Add an allocation or a free to its step of the timeline. */
static bool draw(const struct kmem_event *event, void *context)
{
	struct trace_counts *counts = context;
	uint64_t step = (event->time - counts->first) / counts->step;

	if (event->kind == KMEM_ALLOC && event->pfn != KMEM_NO_PAGE)
		counts->allocated[step] += (uint64_t)1 << event->order;
	if (event->kind == KMEM_FREE)
		counts->freed[step] += (uint64_t)1 << event->order;
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
static bool merge_masks(struct trace_counts *counts)
{
	struct tally merged = { 0 };
	bool done = true;

	for (size_t i = 0; i < counts->masks.nr_entries && done; i++) {
		const struct amount *from = &counts->masks.entry[i].amount;
		char text[512];
		struct amount *to;

		spell(counts->masks.entry[i].name, text, sizeof(text));
		to = tally_of(&merged, word_of(text));
		done = to;
		if (to) {
			to->allocs += from->allocs;
			to->pages += from->pages;
			to->failed += from->failed;
		}
	}
	tally_free(&counts->masks);
	counts->masks = merged;
	return done;
}

/**
 * @brief How long the trace is.
 *
 * @param counts the counts
 * @return seconds between the first event and the last; 0 when that is not known, and there are no rates
 */
double counts_seconds(const struct trace_counts *counts)
{
	return counts->totals.ticks ? 0 : (double)(counts->last - counts->first) / 1e9;
}

/**
 * @brief Does the trace have both allocations and frees, so that they can be set against each other?
 *
 * @param counts the counts
 * @return true when it does
 */
bool counts_have_balance(const struct trace_counts *counts)
{
	return counts->of_kind[KMEM_ALLOC] && counts->of_kind[KMEM_FREE];
}

/**
 * @brief How many more pages were allocated than freed.
 *
 * @param counts the counts
 * @return pages; negative when more were freed
 */
int64_t counts_balance(const struct trace_counts *counts)
{
	return (int64_t)(counts->all.pages - counts->all.freed);
}

/**
 * @brief The name of a migratetype.
 *
 * @param type its index in the tables of a report
 * @return the name
 */
const char *counts_type_name(size_t type)
{
	return type < MIGRATE_TYPES ? migratetype_names[type] : "other";
}

/**
 * @brief Count a text. It is read twice: the timeline needs to know when it begins and ends.
 *
 * @param text the text
 * @param counts receives the counts; all zero before; counts_free() them in any case
 * @param error receives what went wrong
 * @return 0, or -1 when there is no event in it, or no memory
 */
int counts_read(const struct text *text, struct trace_counts *counts, struct pageflow_error *error)
{
	struct kmem_totals again;
	int failed;

	counts->first = UINT64_MAX;
	if (kmem_read(text, count, counts, &counts->totals, error))
		return -1;
	counts->step = (counts->last - counts->first) / NR_STEPS + 1;
	failed = kmem_read(text, draw, counts, &again, error);
	kmem_totals_free(&again);
	if (!failed && !merge_masks(counts))
		failed = error_set(error, "out of memory");
	tally_sort(&counts->masks);
	tally_sort(&counts->tasks);
	tally_sort(&counts->sites);
	tally_sort(&counts->slabs);
	tally_sort(&counts->slab_sites);
	tally_sort(&counts->totals.other);
	return failed;
}

/**
 * @brief Give the memory of the counts back.
 *
 * @param counts the counts
 */
void counts_free(struct trace_counts *counts)
{
	kmem_totals_free(&counts->totals);
	tally_free(&counts->masks);
	tally_free(&counts->tasks);
	tally_free(&counts->sites);
	tally_free(&counts->cpus);
	tally_free(&counts->slabs);
	tally_free(&counts->slab_sites);
}
