/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Reading a file of `kmem:` events in any form.
 */
#include "tools/kmem/kmem.h"

#include <stdlib.h>
#include <string.h>

/** What can be given instead of a file that cannot be used. */
#define REMEDY "give the output of 'trace-cmd report', or a copy of /sys/kernel/tracing/trace"

/**
 * @brief Read a text of either form.
 *
 * @param text the text
 * @param handler called for each event
 * @param context handed to it
 * @param totals receives what else the text says; kmem_totals_free() it in any case
 * @param error receives one line on failure
 * @param error_size bytes of `error`
 * @return 0, or -1 when there is no event, a damaged file of the normalised form, or no memory
 */
int kmem_read(const struct text *text, kmem_handler handler, void *context,
	      struct kmem_totals *totals, char *error, size_t error_size)
{
	memset(totals, 0, sizeof(*totals));
	if (kmem_file_is(text)) {
		if (kmem_file_read(text, handler, context, totals, error, error_size))
			return -1;
	} else {
		ftrace_read(text, handler, context, totals);
	}
	if (totals->out_of_memory) {
		snprintf(error, error_size, "out of memory");
		return -1;
	}
	if (!totals->events) {
		snprintf(error, error_size,
			 "there is no kmem event in it, such as mm_page_alloc; " REMEDY);
		return -1;
	}
	return 0;
}

/**
 * @brief Read a file whole, or standard input for "-".
 *
 * @param path the file
 * @param text receives its lines
 * @param error receives one line on failure
 * @param error_size bytes of `error`
 * @return 0 or -1
 */
int kmem_load(const char *path, struct text *text, char *error, size_t error_size)
{
	struct pageflow_error why = { 0 };
	bool unreadable;

	if (text_load(path, text, &why) == TEXT_OK)
		return 0;
	unreadable = !strncmp(why.text, "cannot be read", 14);
	snprintf(error, error_size, "%s%s", why.text, unreadable ? "" : "; " REMEDY);
	return -1;
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
