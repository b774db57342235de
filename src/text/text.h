/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief A whole text file in memory, cut into lines.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "pageflow.h"

/** A text: its lines, each ended by a zero byte, without their newlines. */
struct text {
	char *data;
	char **line; /**< line[0] is line 1 of the file */
	size_t nr_lines;
};

/** How text_load() ended. */
enum text_status {
	TEXT_OK,
	TEXT_UNREADABLE, /**< cannot be opened, read or unpacked; the message says why */
};

/**
 * Is a text worth reading, as far as its first line tells? It is called with that line alone.
 *
 * When it is not, nothing more is read: whoever takes the text apart refuses it at that line.
 */
typedef bool (*text_judge)(const struct text *first);

enum text_status text_load(const char *path, text_judge judge, struct text *text,
			   struct pageflow_error *error);
enum text_status text_from_bytes(const char *bytes, size_t size, struct text *text,
				 struct pageflow_error *error);
void text_free(struct text *text);

#endif
