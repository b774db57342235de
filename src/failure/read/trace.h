/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who asked: what the call trace of a report says.
 */
#ifndef FAILURE_TRACE_H
#define FAILURE_TRACE_H

#include <stdbool.h>

/** Where the request came from, as far as the trace shows. */
enum trace_context {
	CONTEXT_UNKNOWN, /**< no trace was read, or nothing in it tells */
	CONTEXT_TASK,
	CONTEXT_SOFTIRQ, /**< a soft interrupt was served */
	CONTEXT_HARDIRQ,
};

/** What the call trace says. */
struct failure_trace {
	bool seen;
	char caller[80]; /**< first function outside the allocator; "": the trace shows none */
	char module[64]; /**< the caller's; "": it is built in */
	bool in_reclaim; /**< the task was itself freeing pages: marks do not bind it */
	enum trace_context context;
};

#endif
