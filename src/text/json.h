/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Writing JSON as it comes: commas, nesting, indentation and the characters of strings are seen to here.
 *
 * What stands in an array is written without a key: NULL. Members of the outermost object, and objects and arrays in an
 * array, stand on lines of their own; all else stays on the line. With json_begin_line() the whole text is one line. A byte of a string that is no UTF-8 is written as
 * U+FFFD, so that whatever a file is called, the text is JSON.
 */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/** How deep objects and arrays may lie in each other. */
#define JSON_DEPTH 16

/** A text on its way. */
struct json {
	FILE *out;
	bool one_line;
	int depth; /**< objects and arrays that are open */
	struct {
		bool array;
		bool filled; /**< something is in it */
		bool broken; /**< something in it stands on a line of its own */
	} level[JSON_DEPTH];
};

void json_begin(struct json *json, FILE *out);
void json_begin_line(struct json *json, FILE *out);
void json_object(struct json *json, const char *key);
void json_array(struct json *json, const char *key);
void json_end(struct json *json);

void json_text(struct json *json, const char *key, const char *text);
void json_integer(struct json *json, const char *key, int64_t value);
void json_count(struct json *json, const char *key, uint64_t value);
void json_fixed(struct json *json, const char *key, uint64_t value, unsigned int decimals);
void json_decimal(struct json *json, const char *key, double value);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

#endif
