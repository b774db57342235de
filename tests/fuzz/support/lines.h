/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * An input as lines that are moved, doubled, dropped and changed, and the numbers that chance draws for it.
 */
#ifndef FUZZ_LINES_H
#define FUZZ_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The lines of a text, each allocated for itself. */
struct lines {
	char **line;
	size_t count;
};

struct lines lines_read(const char *text, size_t size);
size_t lines_write(const struct lines *lines, char *text, size_t room);
void lines_free(struct lines *lines);
void lines_insert(struct lines *lines, size_t at, const char *line);
void lines_remove(struct lines *lines, size_t at);
void lines_replace(struct lines *lines, size_t at, const char *line);
void lines_swap(struct lines *lines, size_t a, size_t b);
bool lines_change_number(struct lines *lines, size_t at, long least, long most);

void chance_begin(unsigned int seed);
size_t chance(size_t below);
bool one_in(size_t n);
const char *chance_word(const char *const *words, size_t count);
long chance_number(long old);

#endif
