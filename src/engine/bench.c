/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The loops that `make bench` measures: each row of the table is one function here.
 *
 * A row is measured twice: by time, and by counting the instructions of the function that carries its
 * name. What the loop itself costs is measured by the same loop around nothing, and subtracted.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/parts.h"
#include "life/life.h"
#include "stages/stages.h"
#include "text/cursor.h"
#include "text/error.h"
#include "vmstat.h"
#include "world/world.h"

/** What a row works on. */
struct bench {
	unsigned long count;
	unsigned int order;
	struct page **page; /**< `count` of them */
	unsigned int *random;
};

/** Kept by name in the program, so that a counter of instructions can find it. */
#ifdef __clang__
#define MEASURED __attribute__((noinline, used))
#else
#define MEASURED __attribute__((noinline, noclone, used))
#endif

/** Blocks that stay allocated in `mixed`, at least and at most. */
#define LIVE_LEAST 100
#define LIVE_MOST  300

/** Pages that `mixed` has in use at once, with room to spare: half of its blocks are single pages, few are large. */
#define MIXED_PAGES (8ul * LIVE_MOST)

/** The compiler must believe that the page is used. */
static inline void use(struct page *page)
{
	__asm__ volatile("" : : "r"(page) : "memory");
}

static MEASURED void measured_pair(const struct bench *bench)
{
	for (unsigned long i = 0; i < bench->count; i++) {
		struct page *page = alloc_pages(GFP_KERNEL, bench->order);

		use(page);
		__free_pages(page, bench->order);
	}
}

static MEASURED void measured_empty(const struct bench *bench)
{
	for (unsigned long i = 0; i < bench->count; i++)
		use(bench->page[0]);
}

/** A plain stack of pointers: what the cheapest allocator would be. */
struct stack {
	struct page **top;
};

/** Take a page; a function of its own, as an allocator's is. */
static MEASURED struct page *stack_pop(struct stack *stack)
{
	return *--stack->top;
}

/** Give a page back. */
static MEASURED void stack_push(struct stack *stack, struct page *page)
{
	*stack->top++ = page;
}

static MEASURED void measured_stack(const struct bench *bench)
{
	struct stack stack = { bench->page + bench->count };

	for (unsigned long i = 0; i < bench->count; i++) {
		struct page *page = stack_pop(&stack);

		use(page);
		stack_push(&stack, page);
	}
}

static MEASURED void measured_bulk_alloc(const struct bench *bench)
{
	for (unsigned long i = 0; i < bench->count; i++)
		bench->page[i] = alloc_pages(GFP_KERNEL, 0);
}

static MEASURED void measured_bulk_free(const struct bench *bench)
{
	for (unsigned long i = 0; i < bench->count; i++)
		__free_pages(bench->page[i], 0);
}

static MEASURED void measured_bulk_empty(const struct bench *bench)
{
	for (unsigned long i = 0; i < bench->count; i++)
		use(bench->page[i]);
}

/** A step of `mixed` was prepared as: allocate an order into a slot, or free what is in it. */
struct step {
	unsigned short slot;
	unsigned char order;
	bool allocate;
};

static MEASURED void measured_mixed(const struct step *steps, unsigned long count,
				    struct page **live)
{
	for (unsigned long i = 0; i < count; i++) {
		const struct step *step = &steps[i];

		if (step->allocate)
			live[step->slot] = alloc_pages(GFP_NOWAIT, step->order);
		else if (live[step->slot])
			__free_pages(live[step->slot], step->order);
	}
}

static MEASURED void measured_mixed_empty(const struct step *steps, unsigned long count,
					  struct page **live)
{
	for (unsigned long i = 0; i < count; i++) {
		const struct step *step = &steps[i];

		if (step->allocate)
			use(live[step->slot]);
		else if (live[step->slot])
			use(live[step->slot]);
	}
}

/** Nanoseconds of a clock that only goes forward. */
static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/** Numbers that look random and are the same in every run. */
static unsigned int next_random(unsigned int *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/** An order, half as likely as the one before it, at most 8. */
static unsigned char geometric_order(unsigned int *seed)
{
	unsigned char order = 0;

	while (order < 8 && next_random(seed) & 1)
		order++;
	return order;
}

/** Work out the steps of `mixed` beforehand. */
static void prepare_mixed(struct step *steps, unsigned long count)
{
	unsigned short free_slot[LIVE_MOST], used[LIVE_MOST];
	unsigned char order[LIVE_MOST];
	unsigned int live = 0, seed = 1;

	for (unsigned short slot = 0; slot < LIVE_MOST; slot++)
		free_slot[slot] = (unsigned short)(LIVE_MOST - 1 - slot);
	for (unsigned long i = 0; i < count; i++) {
		bool allocate = live <= LIVE_LEAST || (live < LIVE_MOST && next_random(&seed) & 1);
		unsigned int which;

		if (allocate) {
			unsigned short slot = free_slot[LIVE_MOST - 1 - live];

			order[slot] = geometric_order(&seed);
			steps[i] = (struct step){ slot, order[slot], true };
			used[live++] = slot;
			continue;
		}
		which = next_random(&seed) % live;
		steps[i] = (struct step){ used[which], order[used[which]], false };
		live--;
		free_slot[LIVE_MOST - 1 - live] = used[which];
		used[which] = used[live];
	}
}

/** Run `mixed`; nanoseconds. */
static double run_mixed(unsigned long count, bool empty)
{
	struct step *steps = calloc(count, sizeof(*steps));
	struct page *live[LIVE_MOST] = { NULL };
	double start, end;

	if (!steps)
		return -1;
	prepare_mixed(steps, count);
	start = now();
	if (empty)
		measured_mixed_empty(steps, count, live);
	else
		measured_mixed(steps, count, live);
	end = now();
	free(steps);
	return end - start;
}

/** Put pages into random order. */
static void shuffle(struct page **page, unsigned long count)
{
	unsigned int seed = 1;

	for (unsigned long i = count - 1; i > 0; i--) {
		unsigned long j = next_random(&seed) % (i + 1);
		struct page *swapped = page[i];

		page[i] = page[j];
		page[j] = swapped;
	}
}

/** Measure one function; nanoseconds. */
static double timed(void (*measured)(const struct bench *bench), const struct bench *bench)
{
	double start = now();

	measured(bench);
	return now() - start;
}

/** Run a bulk row; nanoseconds of the part that its name says. */
static double run_bulk(const char *row, struct bench *bench)
{
	double taken, freed;

	taken = timed(strcmp(row, "bulk-empty") ? measured_bulk_alloc : measured_bulk_empty, bench);
	if (!strcmp(row, "bulk-empty"))
		return taken;
	if (!strcmp(row, "bulk-free-random"))
		shuffle(bench->page, bench->count);
	freed = timed(measured_bulk_free, bench);
	return strcmp(row, "bulk-alloc") ? freed : taken;
}

/** Pages that a row has in use at once, at most. */
static unsigned long pages_of(const char *row, const struct bench *bench)
{
	if (strstr(row, "empty") || !strcmp(row, "stack"))
		return 0;
	if (!strncmp(row, "pair-", 5))
		return 1ul << bench->order;
	return strncmp(row, "bulk-", 5) ? MIXED_PAGES : bench->count;
}

/** Are so many pages free above all marks, so that no request of a row can fail? */
static bool are_free(unsigned long pages)
{
	long left = (long)pages;
	struct zone *zone;
	int nid;

	for_each_populated_zone(nid, zone) {
		unsigned long kept = high_wmark_pages(zone) + zone->lowmem_reserve[ZONE_NORMAL];
		unsigned long free = zone_page_state(zone, NR_FREE_PAGES);

		if (free > kept)
			left -= (long)(free - kept);
	}
	return left < 0;
}

/** Run a row that exists; nanoseconds, or a negative number when something could not be had. */
static double run_row(const char *row, struct bench *bench)
{
	if (!strncmp(row, "pair-", 5)) {
		struct page *page = alloc_pages(GFP_KERNEL | __GFP_NORETRY, bench->order);

		if (!page)
			return -1;
		__free_pages(page, bench->order);
		return timed(measured_pair, bench);
	}
	if (!strcmp(row, "empty"))
		return timed(measured_empty, bench);
	if (!strcmp(row, "stack"))
		return timed(measured_stack, bench);
	if (!strncmp(row, "bulk-", 5))
		return run_bulk(row, bench);
	return run_mixed(bench->count, !strcmp(row, "mixed-empty"));
}

/**
 * @brief Run one row on the machine in focus.
 *
 * @param row the name of a row that exists
 * @param count operations
 * @param error receives what went wrong: the host has no memory, or the machine has too little for the row
 * @return nanoseconds of all operations together; negative on error
 */
double bench_run(const char *row, unsigned long count, struct pageflow_error *error)
{
	struct bench bench = { .count = count };
	double taken = -1;
	long order;

	if (!strncmp(row, "pair-order", 10) && is_number(row + 10, 0, MAX_ORDER - 1, &order))
		bench.order = (unsigned int)order;
	if (!are_free(pages_of(row, &bench))) {
		error_set(error,
			  "the machine has too little free memory for %s %lu; take a larger one",
			  row, count);
		return -1;
	}
	bench.page = calloc(count, sizeof(*bench.page));
	if (bench.page)
		taken = run_row(row, &bench);
	if (taken < 0)
		error_set(error, "out of memory");
	free(bench.page);
	return taken;
}
