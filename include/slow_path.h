/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief A request in the slow path, and what it remembers from round to round.
 */
#ifndef SLOW_PATH_H
#define SLOW_PATH_H

#include "alloc_context.h"
#include "compaction.h"
#include "gfp.h"

/** A request in the slow path. */
struct slow_request {
	gfp_t gfp_mask; /**< adjusted to the task's scopes */
	unsigned int order;
	struct alloc_context *ac;
	bool can_direct_reclaim; /**< the caller may sleep */
	bool costly;		 /**< order above PAGE_ALLOC_COSTLY_ORDER */
	unsigned int alloc_flags;
	unsigned int cpuset_cookie;
	enum compact_priority compact_priority;
	enum compact_result compact_result;
	int compaction_retries;
	int no_progress_loops;
	unsigned long did_some_progress; /**< pages the last reclaim freed */
	unsigned long rounds;		 /**< rounds begun; ours, for whoever watches */
	struct page *page;
};

#endif
