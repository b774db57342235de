/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Bytes as they arrive from a file, unpacked on the way when they are packed with xz.
 *
 * Whoever reads a file reads it here, so that all of them unpack by what the bytes are, not by what the file is called, and
 * refuse the same things in the same words. Nothing is read ahead of what is asked for: a file can be refused at its
 * first line, however long it is, and commands can be carried out as they arrive through a pipe.
 */
#ifndef INPUT_H
#define INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "pageflow.h"

/** The longest line that input_line() hands out; more of it is left out. */
#define INPUT_LINE 65536

/** A file that is being read. */
struct input;

/** A line of it. */
struct input_line {
	char *text; /**< ended by a zero byte, without its newline; it may be changed, and is valid until the next one */
	size_t length;
	size_t number; /**< counted from 1 */
	bool cut;      /**< it was longer */
};

struct input *input_open(const char *path, struct pageflow_error *error);
struct input *input_of_bytes(const char *bytes, size_t size, struct pageflow_error *error);
long input_next(struct input *input, const char **bytes, struct pageflow_error *error);
int input_line(struct input *input, struct input_line *line, struct pageflow_error *error);
bool input_is_standard(const char *path);
void input_close(struct input *input);

#endif
