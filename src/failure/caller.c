/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who asked, in words: the function outside the allocator, on whose behalf, and what its mask forbids.
 */
#include "failure/caller.h"

#include <string.h>

#include "gfp.h"
#include "text/append.h"

/**
 * @brief The function that asked: "setup_rx_descbuffer() [b43legacy], through __netdev_alloc_skb()".
 *
 * @param failure the report
 * @param text receives the words; "" where the trace shows none
 * @param size bytes of `text`
 */
void caller_text(const struct failure *failure, char *text, size_t size)
{
	const struct failure_trace *trace = &failure->trace;

	text[0] = '\0';
	if (!trace->caller[0])
		return;
	text_append(text, size, "%s()", trace->caller);
	if (trace->module[0])
		text_append(text, size, " [%s]", trace->module);
	if (trace->through[0] && !strstr(trace->through, "alloc_page"))
		text_append(text, size, ", through %s()", trace->through);
	if (trace->guessed)
		text_append(text, size, " (inferred: the kernel marks the frame as uncertain)");
}

/** On whose behalf a task asked. */
static void append_stack(const struct failure_trace *trace, char *text, size_t size)
{
	static const char *const stacks[] = {
		[STACK_UNKNOWN] = "in a task",
		[STACK_PROCESS] = "in a process",
		[STACK_KTHREAD] = "in a thread of the kernel",
		[STACK_BOOT] = "while the kernel starts",
		[STACK_IDLE] = "in the idle task",
	};

	text_append(text, size, "%s", stacks[trace->stack]);
	if (trace->page_fault)
		text_append(text, size, ", for a page fault");
	else if (trace->syscall[0])
		text_append(text, size, ", in the system call %s", trace->syscall);
	if (trace->queue[0])
		text_append(text, size, ", for the workqueue %s (%s)", trace->queue, trace->work);
	if (trace->in_reclaim)
		text_append(text, size, ", which was itself freeing memory");
}

/**
 * @brief Where the request came from: "in a soft interrupt; the task is only who was interrupted".
 *
 * @param failure the report
 * @param text receives the words; "" where the trace does not tell
 * @param size bytes of `text`
 */
void caller_context_text(const struct failure *failure, char *text, size_t size)
{
	const struct failure_trace *trace = &failure->trace;

	text[0] = '\0';
	switch (trace->context) {
	case CONTEXT_TASK:
		append_stack(trace, text, size);
		break;
	case CONTEXT_SOFTIRQ:
		text_append(text, size, "in a soft interrupt: the task named is only who ran");
		break;
	case CONTEXT_HARDIRQ:
		text_append(text, size, "in an interrupt: the task named is only who ran");
		break;
	case CONTEXT_NMI:
		text_append(text, size, "in an interrupt that nothing can hold back (NMI)");
		break;
	case CONTEXT_UNKNOWN:
		if (trace->page_fault)
			text_append(text, size, "for a page fault");
		break;
	}
}

/**
 * @brief Does the mask keep reclaim from something?
 *
 * @param failure the report
 * @param limit from what
 * @return false also where there is no mask, or none behind it
 */
bool caller_limited(const struct failure *failure, enum caller_limit limit)
{
	static const uint32_t bits[] = {
		[CALLER_NO_SLEEP] = __GFP_DIRECT_RECLAIM,
		[CALLER_NO_IO] = __GFP_IO,
		[CALLER_NO_FS] = __GFP_FS,
	};
	uint32_t mask = failure->mask.mask;

	if (!failure->has_mask || !failure->mask_number)
		return false;
	/* Who may not sleep reclaims nothing, and the other two say nothing. */
	if (limit != CALLER_NO_SLEEP && !(mask & __GFP_DIRECT_RECLAIM))
		return false;
	return !(mask & bits[limit]);
}

/**
 * @brief What the mask forbids, in words.
 *
 * @param failure the report
 * @param text receives them; "" where it forbids nothing
 * @param size bytes of `text`
 */
void caller_forbids_text(const struct failure *failure, char *text, size_t size)
{
	text[0] = '\0';
	if (caller_limited(failure, CALLER_NO_SLEEP))
		text_append(text, size, "sleeping: the request frees nothing itself, and %s",
			    failure->mask.mask & __GFP_KSWAPD_RECLAIM ? "can only wake kswapd"
								      : "does not wake kswapd");
	else if (caller_limited(failure, CALLER_NO_IO))
		text_append(text, size,
			    "input and output (NOIO): what is dirty or must go to swap cannot be "
			    "freed for it");
	else if (caller_limited(failure, CALLER_NO_FS))
		text_append(text, size,
			    "calls into file systems (NOFS): their caches and dirty files cannot "
			    "be freed for it");
}
