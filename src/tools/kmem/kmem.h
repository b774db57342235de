/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The kernel's `kmem:` events as a file tells of them, whatever its form.
 *
 * Two forms are read: text of ftrace and its front ends (ftrace.c), and the normalised form that
 * `pageflow import` writes (kmem-file.c). Both end in the same struct kmem_event.
 */
#ifndef KMEM_H
#define KMEM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "text/names.h"
#include "text/text.h"
#include "tools/kmem/tally.h"

/** What an event is about. */
enum kmem_kind {
	KMEM_ALLOC,	   /**< mm_page_alloc */
	KMEM_ZONE_LOCKED,  /**< mm_page_alloc_zone_locked */
	KMEM_EXTFRAG,	   /**< mm_page_alloc_extfrag */
	KMEM_FREE,	   /**< mm_page_free */
	KMEM_FREE_BATCHED, /**< mm_page_free_batched: its page has an mm_page_free of its own */
	KMEM_DRAIN,	   /**< mm_page_pcpu_drain */
	KMEM_SLAB_ALLOC,   /**< kmalloc, kmem_cache_alloc and their variants for a node */
	KMEM_SLAB_FREE,	   /**< kfree, kmem_cache_free */
	NR_KMEM_KINDS,
};

/** No page: the allocation failed, or no page was found. */
#define KMEM_NO_PAGE UINT64_MAX

/** A migratetype that the event does not have or that has no number. */
#define KMEM_NO_TYPE (-1)

/** Orders of a report are below this. */
#define KMEM_NR_ORDERS 32

/** One event. What its kind does not have is zero, or `KMEM_NO_...`. Words point into the file's text. */
struct kmem_event {
	enum kmem_kind kind;
	struct word name; /**< as the kernel names the event */
	uint64_t time;	  /**< nanoseconds, or ticks of the trace's clock */
	unsigned int cpu;
	long pid;
	struct word task;
	uint64_t pfn;
	unsigned int order;
	unsigned int fallback_order;
	int type;
	int fallback_type;
	bool refill;	  /**< to fill a per-CPU list */
	bool fragmenting; /**< the block came from a smaller order than a pageblock */
	bool owned;	  /**< the pageblock changed its migratetype */
	struct word gfp;  /**< as written: names, or a number */
	uint64_t bytes_requested;
	uint64_t bytes_allocated;
	struct word site; /**< who asked; length 0: not said */
};

/** What a file says besides its events. */
struct kmem_totals {
	uint64_t events;
	bool ticks;		 /**< the times have no unit */
	uint64_t lost;		 /**< events that the kernel says it lost */
	uint64_t lost_uncounted; /**< places where it lost some without a number */
	uint64_t skipped;	 /**< lines that are not events */
	struct tally other;	 /**< events of other kinds, counted as allocs */
	bool out_of_memory;
};

/** Called for each event in the order of the file; false ends the reading. */
typedef bool (*kmem_handler)(const struct kmem_event *event, void *context);

int kmem_read(const struct text *text, kmem_handler handler, void *context,
	      struct kmem_totals *totals, struct pageflow_error *error);
int kmem_load(const char *path, struct text *text, struct pageflow_error *error);
void kmem_totals_free(struct kmem_totals *totals);

const char *kmem_kind_name(enum kmem_kind kind);
bool kmem_kind_of(struct word name, enum kmem_kind *kind);

void ftrace_read(const struct text *text, kmem_handler handler, void *context,
		 struct kmem_totals *totals);

bool kmem_file_is(const struct text *text);
int kmem_file_read(const struct text *text, kmem_handler handler, void *context,
		   struct kmem_totals *totals, struct pageflow_error *error);

/** Where the normalised form is written; `out` set, the rest zero to begin with. */
struct kmem_writer {
	FILE *out;
	bool begun;
	bool ticks;
	struct tally tasks; /**< "PID NAME" of those named already */
};

bool kmem_writer_event(struct kmem_writer *writer, const struct kmem_event *event, bool ticks);
void kmem_writer_end(struct kmem_writer *writer, const struct kmem_totals *totals);

#endif
