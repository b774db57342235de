/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Reading a file of `kmem:` events in any form.
 */
#include "tools/kmem/kmem.h"

#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "text/error.h"
#include "text/input.h"

/** What can be given instead of a file that cannot be used. */
#define REMEDY "give the output of 'trace-cmd report', or a copy of /sys/kernel/tracing/trace"

/**
 * @brief Read a text of either form.
 *
 * @param text the text
 * @param handler called for each event
 * @param context handed to it
 * @param totals receives what else the text says; kmem_totals_free() it in any case
 * @param error receives what went wrong
 * @return 0, or -1 when there is no event, a damaged file of the normalised form, or no memory
 */
int kmem_read(const struct text *text, kmem_handler handler, void *context,
	      struct kmem_totals *totals, struct pageflow_error *error)
{
	memset(totals, 0, sizeof(*totals));
	if (kmem_file_is(text)) {
		if (kmem_file_read(text, handler, context, totals, error))
			return -1;
	} else {
		ftrace_read(text, handler, context, totals);
	}
	if (totals->out_of_memory)
		return error_set(error, "out of memory");
	if (!totals->events)
		return error_set(error,
				 "there is no kmem event in it, such as mm_page_alloc; " REMEDY);
	return 0;
}

/** Can the rest be a trace? It begins with any line, but not with one of another of our own formats. */
static bool may_be_trace(const struct text *first)
{
	const struct text_format format = ENGINE_EITHER->format(first);

	return (format.kind == TEXT_KMEM || !format.version) && strlen(first->line[0]) < INPUT_LINE;
}

/**
 * @brief Read a file whole, or standard input for "-".
 *
 * @param path the file
 * @param text receives its lines
 * @param error receives what went wrong
 * @return 0 or -1
 */
int kmem_load(const char *path, struct text *text, struct pageflow_error *error)
{
	return text_load(path, may_be_trace, text, error) == TEXT_OK ? 0 : -1;
}

/**
 * @brief Give the memory of the totals back.
 *
 * @param totals the totals
 */
void kmem_totals_free(struct kmem_totals *totals)
{
	tally_free(&totals->other);
}
