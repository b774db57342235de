/* SPDX-License-Identifier: GPL-2.0-only */
/** @file Inputs as lines; see lines.h. */
#include "support/lines.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Chance ---- */

static uint64_t state;

/** All that is drawn follows from this number. */
void chance_begin(unsigned int seed)
{
	state = seed * 0x9e3779b97f4a7c15ull + 0x1234567;
}

/** A number below another, which is not 0. */
size_t chance(size_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (size_t)(state >> 11) % below;
}

/** True once in n. */
bool one_in(size_t n)
{
	return !chance(n);
}

/** One of some words. */
const char *chance_word(const char *const *words, size_t count)
{
	return words[chance(count)];
}

/** A number near another, or one where arithmetic ends. */
long chance_number(long old)
{
	static const long edges[] = { 0,	1,	  -1,	    2,	      10,
				      11,	64,	  512,	    1023,     1024,
				      4096,	INT_MAX,  INT_MIN,  UINT_MAX, 1l << 32,
				      LONG_MAX, LONG_MIN, 1l << 52, 1l << 40, 1l << 62 };

	switch (chance(6)) {
	case 0:
		return (long)((unsigned long)old + 1);
	case 1:
		return (long)((unsigned long)old - 1);
	case 2:
		return (long)((unsigned long)old * 2);
	case 3:
		return old / 2;
	case 4:
		return (long)((unsigned long)old ^ 1ul << chance(63));
	default:
		return edges[chance(sizeof(edges) / sizeof(*edges))];
	}
}

/* ---- Lines ---- */

/** Cut a text into lines; a zero byte ends a line too. */
struct lines lines_read(const char *text, size_t size)
{
	struct lines lines = { 0 };

	for (size_t from = 0; from < size;) {
		const char *newline = memchr(text + from, '\n', size - from);
		size_t length = newline ? (size_t)(newline - text) - from : size - from;
		char *line = strndup(text + from, length);

		lines_insert(&lines, lines.count, line);
		free(line);
		from += length + 1;
	}
	return lines;
}

/** Put the lines together, as many as there is room for; how many bytes that are. */
size_t lines_write(const struct lines *lines, char *text, size_t room)
{
	size_t size = 0;

	for (size_t i = 0; i < lines->count; i++) {
		size_t length = strlen(lines->line[i]);

		if (size + length + 1 > room)
			break;
		memcpy(text + size, lines->line[i], length);
		size += length;
		text[size++] = '\n';
	}
	return size;
}

void lines_free(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->line[i]);
	free(lines->line);
	*lines = (struct lines){ 0 };
}

/** Put a copy of a line before another, or at the end. */
void lines_insert(struct lines *lines, size_t at, const char *line)
{
	char *copy = strdup(line);

	if (!(lines->count & (lines->count + 1)))
		lines->line = realloc(lines->line, (2 * lines->count + 2) * sizeof(*lines->line));
	memmove(lines->line + at + 1, lines->line + at, (lines->count - at) * sizeof(*lines->line));
	lines->line[at] = copy;
	lines->count++;
}

void lines_remove(struct lines *lines, size_t at)
{
	free(lines->line[at]);
	lines->count--;
	memmove(lines->line + at, lines->line + at + 1, (lines->count - at) * sizeof(*lines->line));
}

void lines_replace(struct lines *lines, size_t at, const char *line)
{
	char *copy = strdup(line);

	free(lines->line[at]);
	lines->line[at] = copy;
}

void lines_swap(struct lines *lines, size_t a, size_t b)
{
	char *line = lines->line[a];

	lines->line[a] = lines->line[b];
	lines->line[b] = line;
}

/** Where the n-th decimal number of a line begins, n counted round; NULL without any. */
static char *find_number(char *line, size_t n)
{
	size_t count = 0;

	for (int pass = 0; pass < 2; pass++) {
		char *c = line;

		while (*c) {
			bool begins = isdigit((unsigned char)*c) &&
				      (c == line || !isalnum((unsigned char)c[-1]));

			if (begins && pass && !n--)
				return c > line && c[-1] == '-' ? c - 1 : c;
			count += begins && !pass;
			c++;
		}
		if (!count)
			return NULL;
		n = pass ? n : n % count;
	}
	return NULL;
}

/** Change one of the numbers of a line, to one from `least` to `most`; false without any. */
bool lines_change_number(struct lines *lines, size_t at, long least, long most)
{
	char *line = lines->line[at], *number = find_number(line, chance(1000)), *end;
	char changed[32];
	size_t size;
	long value;

	if (!number)
		return false;
	value = chance_number(strtol(number, &end, 10));
	value = value < least ? least : value > most ? most : value;
	snprintf(changed, sizeof(changed), "%ld", value);
	size = strlen(line) + sizeof(changed) + 1;
	lines->line[at] = malloc(size);
	snprintf(lines->line[at], size, "%.*s%s%s", (int)(number - line), line, changed, end);
	free(line);
	return true;
}
