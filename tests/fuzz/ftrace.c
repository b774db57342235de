/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Whatever bytes are read as a trace of kmem events: events or one error line, never a crash or an endless loop.
 *
 * What is written of the events is read again and must give the same bytes.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tools/kmem/kmem.h"

/** Writes events as they are read. */
struct copy {
	struct kmem_writer writer;
	const struct kmem_totals *totals;
};

static bool write_event(const struct kmem_event *event, void *context)
{
	struct copy *copy = context;

	assert(event->order < KMEM_NR_ORDERS && event->fallback_order < KMEM_NR_ORDERS);
	return kmem_writer_event(&copy->writer, event, copy->totals->ticks);
}

/** Read bytes and write what they say; NULL, after a look at the error, when they say nothing. */
static char *normalise(const char *bytes, size_t size, size_t *written)
{
	char *copied = NULL;
	struct kmem_totals totals;
	struct copy copy = { .totals = &totals };
	struct pageflow_error error = { 0 };
	struct text text;
	int failed;

	if (text_from_bytes(bytes, size, &text, &error) != TEXT_OK) {
		assert(error.text[0]);
		return NULL;
	}
	copy.writer.out = open_memstream(&copied, written);
	failed = kmem_read(&text, write_event, &copy, &totals, &error);
	assert(!failed || (error.text[0] && !strchr(error.text, '\n')));
	kmem_writer_end(&copy.writer, &totals);
	fclose(copy.writer.out);
	kmem_totals_free(&totals);
	text_free(&text);
	if (!failed)
		return copied;
	free(copied);
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t once_size, twice_size;
	char *once = normalise((const char *)data, size, &once_size), *twice;

	if (!once)
		return 0;
	twice = normalise(once, once_size, &twice_size);
	assert(twice && once_size == twice_size && !memcmp(once, twice, once_size));
	free(once);
	free(twice);
	return 0;
}
