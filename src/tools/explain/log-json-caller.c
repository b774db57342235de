/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who asked, as JSON.
 */
#include "failure/caller.h"
#include "tools/explain/log-json-parts.h"

/**
 * @brief Write who asked.
 *
 * @param answer the answer
 * @param json where to: an object
 */
void write_caller(const struct log_answer *answer, struct json *json)
{
	static const char *const contexts[] = { "unknown", "task", "softirq", "hardirq", "nmi" };
	static const char *const stacks[] = { "unknown", "process", "kthread", "boot", "idle" };
	static const char *const limits[] = { "sleep", "io", "fs" };
	const struct failure_trace *trace = &answer->failure->trace;

	json_object(json, "caller");
	json_text(json, "function", trace->caller);
	json_text(json, "module", trace->module);
	json_text(json, "through", trace->through);
	json_bool(json, "guessed", trace->guessed);
	json_text(json, "context", contexts[trace->context]);
	json_text(json, "stack", stacks[trace->stack]);
	json_text(json, "syscall", trace->syscall);
	json_text(json, "workqueue", trace->queue);
	json_bool(json, "page_fault", trace->page_fault);
	json_bool(json, "in_reclaim", trace->in_reclaim);
	json_array(json, "forbids");
	for (int limit = 0; limit < NR_CALLER_LIMITS; limit++)
		if (caller_limited(answer->failure, (enum caller_limit)limit))
			json_text(json, NULL, limits[limit]);
	json_end(json);
	json_count(json, "so_far", answer->caller_so_far);
	json_end(json);
}
