/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Reading the lines of our own formats, and saying where one is wrong.
 */
#ifndef READER_H
#define READER_H

#include <stdbool.h>
#include <stddef.h>

#include "pageflow.h"
#include "text/cursor.h"
#include "text/text.h"

/** A place in a text, and what went wrong there. */
struct reader {
	const struct text *text;
	size_t next;		     /**< index of the line to read next */
	struct pageflow_error error; /**< its line is 0 while nothing went wrong */
};

/** A number by name: the word before it, where it goes, and what it may be. */
struct field {
	const char *name;
	long *value;
	long least;
	long most; /**< 0: any number of pages */
};

/* reader.c */
const char *reader_peek(const struct reader *reader);
const char *reader_line(struct reader *reader);
int reader_fail(struct reader *reader, const char *expected);
int reader_refuse(struct reader *reader, const char *why);
int reader_refuse_number(struct reader *reader, const char *what, long least, long most,
			 const char *found);
int reader_check_last(struct reader *reader, const char *beginning);
bool take_zone(const char **cursor, int *zone);
bool take_migratetype(const char **cursor, int *type);
bool take_run(const char **cursor, long *pfn, long *count);
bool pages_possible(long pages);
bool take_field(const char **cursor, const char *name, long *value);
bool take_fields(const char **cursor, const struct field *fields, size_t count);

#endif
