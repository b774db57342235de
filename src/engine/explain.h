/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief An explanation: what one request was given, what each stage decided, and on which numbers.
 *
 * Made by the engine of either configuration (engine.h), read by those who print it. All counts are
 * pages unless said otherwise. Zones are numbered by their place in explanation.zone[].
 */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "decisions.h"
#include "pageflow.h"
#include "trace_events.h"
#include "watchdog.h"

/** Most zones of a machine: MAX_BOOT_NODES times the zones of a node. */
#define EXPLAIN_MAX_ZONES 16

/** Steps and walks beyond these are counted, and not kept. */
#define EXPLAIN_MAX_STEPS 4096
#define EXPLAIN_MAX_WALKS 512

#define EXPLAIN_ORDERS 11
#define EXPLAIN_TYPES  6
#define EXPLAIN_TIERS  4

/** A request starts from the task's policy, as alloc_pages() does, instead of from a node. */
#define ENGINE_BY_POLICY (-2)

/** A request to explain. */
struct explain_request {
	uint32_t gfp;
	unsigned int order;
	int nid;	    /**< the node asked for, or ENGINE_BY_POLICY, as alloc_pages() does */
	bool nothing_helps; /**< reclaim and compaction achieve nothing, and nobody is killed */
};

/** How a zone answered in one walk. */
enum explained_verdict {
	EXPLAINED_NOT_REACHED,	 /**< the walk ended before it */
	EXPLAINED_TAKEN,	 /**< the page came from it */
	EXPLAINED_CPUSET,	 /**< the cpuset does not allow its node */
	EXPLAINED_DIRTY,	 /**< its node is over its dirty limit */
	EXPLAINED_TOO_FEW_PAGES, /**< the watermark check: not above the mark */
	EXPLAINED_NO_BLOCK, /**< the watermark check: enough pages, no block that is large enough */
	EXPLAINED_LISTS_EMPTY, /**< it passed the check, but its lists gave no block */
	EXPLAINED_OTHER_NODE,  /**< the pass ended rather than leave the node */
};

/** The numbers of one zone when one walk came to it; those of a zone not reached are of its start. */
struct explained_attempt {
	int zone;
	enum explained_verdict verdict;
	bool mark_ignored; /**< it failed its check and was used all the same: ALLOC_NO_WATERMARKS */

	/* What there is: free, less what this request may not touch. */
	long free;
	long block;	 /**< the block itself, all but its last page */
	long highatomic; /**< the reserve for urgent high orders; 0 for those who may use it */
	long cma;	 /**< free CMA pages; 0 for those who may borrow them */
	long usable;	 /**< free - block - highatomic - cma */

	/* What must remain: usable must be greater than `needed`. */
	long mark;	/**< watermark without the boost */
	long boost;	/**< added to it */
	long less_high; /**< taken off for ALLOC_HIGH */
	long less_more; /**< taken off for ALLOC_HARDER or ALLOC_OOM */
	long reserve;	/**< lowmem reserve against this request */
	long needed;	/**< mark + boost - less_high - less_more + reserve */

	long shortfall; /**< pages that `usable` lacks to pass; 0: it has enough */
	bool passes;	/**< what zone_watermark_fast() says */
	bool quick;	/**< it passes only because a single page gets the quick test */
};

/** One walk over the zones: a call of get_page_from_freelist(), or its second pass. */
struct explained_walk {
	int stage;	     /**< who walks: 6, 13, 15, 16 or 18 */
	unsigned long round; /**< round of the slow path; 0: before the first */
	bool second_pass;
	uint32_t gfp;
	uint32_t alloc_flags;
	int highest_zone; /**< index in a node */
	int migratetype;
	int nr_attempts;
	struct explained_attempt attempt[EXPLAIN_MAX_ZONES]; /**< in the order of trying */
};

/** What a step tells. */
enum explained_step_kind {
	EXPLAINED_DECISION, /**< `what` is an enum decision_kind */
	EXPLAINED_EVENT,    /**< `what` is an enum trace_event_id, number[] its fields */
};

/** One thing that happened, in order. */
struct explained_step {
	int stage;
	enum explained_step_kind kind;
	int what;
	int zone; /**< -1: none in particular */
	int walk; /**< DECISION_WALK: which; else the last one; -1: none */
	int64_t number[MAX_TRACE_FIELDS];
};

/** A zone before the request. */
struct explained_zone {
	int nid;
	int index; /**< in its node */
	const char *name;
	bool on_zonelist; /**< the request could be served from it */
	unsigned long managed, present, free, free_cma, highatomic, boost, pcp, pcp_batch;
	unsigned long mark[3]; /**< min, low, high, without the boost */
	unsigned long reserve[EXPLAIN_TIERS];
	unsigned long blocks[EXPLAIN_ORDERS][EXPLAIN_TYPES]; /**< free blocks on each list */
};

/** Where a page came from. */
enum explained_source {
	EXPLAINED_FROM_NOWHERE,	  /**< there is none */
	EXPLAINED_FROM_CPU_LIST,  /**< the CPU's own list had one */
	EXPLAINED_FROM_REFILL,	  /**< the CPU's list was refilled from the buddy lists */
	EXPLAINED_FROM_BUDDY,	  /**< the buddy lists */
	EXPLAINED_FROM_RESERVE,	  /**< the reserve for urgent high orders */
	EXPLAINED_FROM_COMPACTION /**< caught while compaction freed it */
};

/** What the request cost. Counts of things done, unless pages are named. */
struct explained_cost {
	unsigned long splits; /**< halvings of blocks */
	unsigned long refills, refilled_pages;
	unsigned long steals, converted_pageblocks;
	unsigned long boosts;
	unsigned long kswapd_wakes;
	unsigned long walks, rounds;
	unsigned long reclaims, reclaimed_pages;
	unsigned long compactions;
	unsigned long kills;
	unsigned long ticks;
};

/** What became of a request, and why. */
struct explanation {
	struct explain_request request;
	const char *configuration;	/**< "uma" or "numa" */
	const char *const *type_name;	/**< of the migratetypes */
	const char *const *zone_name;	/**< of the zones of a node */
	const char *const *result_name; /**< of enum compact_result */
	int nr_cpus;
	int cpu;
	uint32_t mask; /**< the request's mask, without what is not allowed yet */

	int nr_zones;
	struct explained_zone zone[EXPLAIN_MAX_ZONES];

	size_t nr_walks, walks_lost;
	struct explained_walk *walk;
	size_t nr_steps, steps_lost;
	struct explained_step *step;

	bool found;
	uint64_t pfn; /**< PAGEFLOW_NO_PAGE: none */
	int page_zone;
	enum explained_source source;
	int list_type;	/**< migratetype of the list that gave the block; -1: the CPU's list */
	int list_order; /**< order of the block that was taken; -1: the CPU's list */
	struct explained_cost cost;
	int give_up; /**< enum give_up of the last time it gave up; -1: it did not */

	/** Of each zone that refused: the attempt that came closest; NULL: it was not tried. */
	const struct explained_attempt *closest[EXPLAIN_MAX_ZONES];
	const struct explained_walk *closest_walk[EXPLAIN_MAX_ZONES];

	char violation[256]; /**< a rule of the kernel's that the request broke; "": none */
	bool charge_refused; /**< there was a page, but the memory cgroup refused its charge */
	bool panic;	     /**< nobody could be killed, and the kernel would have stopped there */
	char livelock[WATCHDOG_REPORT]; /**< the watchdog's report; "": none */
};

/** Give an explanation's memory back. */
static inline void explanation_free(struct explanation *explanation)
{
	free(explanation->walk);
	free(explanation->step);
	memset(explanation, 0, sizeof(*explanation));
}

#endif
