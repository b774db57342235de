/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Reading a text file whole.
 */
#include "text/text.h"

#include <stdlib.h>
#include <string.h>

#include "text/error.h"
#include "text/input.h"

/** Room that is taken at first. */
#define FIRST_ROOM (1ul << 16)

/** Nothing that is meant to be read here is larger: a guard against unpacking without end. */
#define MAX_TEXT (1ul << 31)

/** Bytes that grow as they arrive; one byte of room is always kept after them. */
struct bytes {
	char *data;
	size_t size;
	size_t room;
};

/** Append bytes; -1 after noting an error. */
static int bytes_append(struct bytes *bytes, const char *data, size_t size,
			struct pageflow_error *error)
{
	if (bytes->size + size + 1 > bytes->room) {
		size_t room = bytes->room ? bytes->room : FIRST_ROOM;
		char *grown;

		while (room < bytes->size + size + 1)
			room *= 2;
		if (room > MAX_TEXT)
			return error_set(error, "it is too large: a text has at most 2 GiB, "
						"unpacked; give a part of it");
		grown = realloc(bytes->data, room);
		if (!grown)
			return error_set(error, "out of memory");
		bytes->data = grown;
		bytes->room = room;
	}
	memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
	return 0;
}

/** Is the text that has arrived so far worth going on with? A line of INPUT_LINE bytes is judged as far as it is there. */
static bool worth_reading(text_judge judge, struct bytes *bytes, bool *judged)
{
	char *newline = memchr(bytes->data, '\n', bytes->size), *end, kept;
	struct text first = { .line = &bytes->data, .nr_lines = 1 };
	bool worth;

	if (*judged || (!newline && bytes->size < INPUT_LINE))
		return true;
	end = newline ? newline : bytes->data + bytes->size;
	kept = *end;
	*end = '\0';
	worth = judge(&first);
	*end = kept;
	if (!worth)
		bytes->size = (size_t)(end - bytes->data);
	*judged = true;
	return worth;
}

/** Read to the end, or to where the text turns out to be of no use; -1 after noting an error. */
static int read_all(struct input *input, text_judge judge, struct bytes *bytes,
		    struct pageflow_error *error)
{
	bool judged = !judge;
	const char *piece;
	long got;

	if (bytes_append(bytes, "", 0, error))
		return -1;
	while ((got = input_next(input, &piece, error)) > 0) {
		if (bytes_append(bytes, piece, (size_t)got, error))
			return -1;
		if (!worth_reading(judge, bytes, &judged))
			return 0;
	}
	return got < 0 ? -1 : 0;
}

/** Cut a text into lines in place; -1 when there is no memory. */
static int split_lines(struct text *text, size_t size)
{
	char *end = text->data + size, *next = text->data;
	size_t lines = 1;

	for (const char *c = text->data; c < end; c++)
		lines += *c == '\n';
	text->line = calloc(lines, sizeof(*text->line));
	if (!text->line)
		return -1;
	while (next < end) {
		char *newline = memchr(next, '\n', (size_t)(end - next));

		text->line[text->nr_lines++] = next;
		if (!newline)
			break;
		*newline = '\0';
		next = newline + 1;
	}
	return 0;
}

/** Make a text of an input, and close it; NULL stands for one that could not be opened. */
static enum text_status text_read(struct input *input, text_judge judge, struct text *text,
				  struct pageflow_error *error)
{
	struct bytes bytes = { 0 };
	bool failed = !input || read_all(input, judge, &bytes, error);

	/* What failed can be given back as well. */
	memset(text, 0, sizeof(*text));
	input_close(input);
	if (failed) {
		free(bytes.data);
		return TEXT_UNREADABLE;
	}
	text->data = bytes.data;
	text->data[bytes.size] = '\0';
	if (!split_lines(text, bytes.size))
		return TEXT_OK;
	text_free(text);
	error_set(error, "out of memory");
	return TEXT_UNREADABLE;
}

/**
 * @brief Make a text of bytes in memory; they may be packed with xz.
 *
 * @param bytes the bytes
 * @param size how many
 * @param text receives the lines
 * @param error receives what went wrong
 * @return TEXT_OK or TEXT_UNREADABLE
 */
enum text_status text_from_bytes(const char *bytes, size_t size, struct text *text,
				 struct pageflow_error *error)
{
	return text_read(input_of_bytes(bytes, size, error), NULL, text, error);
}

/**
 * @brief Read a text file, or standard input for "-"; one that is packed with xz is unpacked.
 *
 * @param path the file
 * @param judge says by the first line whether the rest is read; NULL: all of it is
 * @param text receives the lines
 * @param error receives what went wrong
 * @return TEXT_OK or TEXT_UNREADABLE
 */
enum text_status text_load(const char *path, text_judge judge, struct text *text,
			   struct pageflow_error *error)
{
	return text_read(input_open(path, error), judge, text, error);
}

/**
 * @brief Give a text's memory back.
 *
 * @param text the text; empty afterwards
 */
void text_free(struct text *text)
{
	free(text->line);
	free(text->data);
	memset(text, 0, sizeof(*text));
}
