/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Writing JSON as it comes: commas, nesting, indentation and the characters of strings are seen to here.
 */
#include "text/json.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>

#include "text/utf8.h"

/** Columns by which each level is indented. */
#define INDENT 2

/** Write a string with its quotes. */
static void write_string(FILE *out, const char *text)
{
	fputc('"', out);
	while (*text) {
		unsigned char c = (unsigned char)*text;
		size_t length = utf8_length(text);

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20)
			fprintf(out, "\\u%04x", c);
		else if (length)
			fwrite(text, 1, length, out);
		else
			fputs("\\ufffd", out);
		text += length ? length : 1;
	}
	fputc('"', out);
}

/** Begin a line at the depth of the level that is open. */
static void break_line(const struct json *json)
{
	fprintf(json->out, "\n%*s", INDENT * json->depth, "");
}

/** Write what stands before a value: a comma, a line's end, the key. */
static void begin_value(struct json *json, const char *key, bool contains)
{
	bool own_line, filled;

	if (!json->depth)
		return;
	own_line = !json->one_line &&
		   (json->level[json->depth - 1].array ? contains : json->depth == 1);
	filled = json->level[json->depth - 1].filled;
	if (filled)
		fputc(',', json->out);
	if (own_line)
		break_line(json);
	else if (filled)
		fputc(' ', json->out);
	json->level[json->depth - 1].filled = true;
	json->level[json->depth - 1].broken |= own_line;
	if (key) {
		write_string(json->out, key);
		fputs(": ", json->out);
	}
}

/** Open an object or an array. */
static void open_level(struct json *json, const char *key, bool array)
{
	assert(json->depth < JSON_DEPTH);
	begin_value(json, key, true);
	fputc(array ? '[' : '{', json->out);
	json->level[json->depth].array = array;
	json->level[json->depth].filled = false;
	json->level[json->depth].broken = false;
	json->depth++;
}

/**
 * @brief Begin a text.
 *
 * @param json the writer
 * @param out where to
 */
void json_begin(struct json *json, FILE *out)
{
	*json = (struct json){ .out = out };
}

/**
 * @brief Begin a text of one line, for files that have a text in each line.
 *
 * @param json the writer
 * @param out where to
 */
void json_begin_line(struct json *json, FILE *out)
{
	*json = (struct json){ .out = out, .one_line = true };
}

/**
 * @brief Open an object; json_end() closes it.
 *
 * @param json the writer
 * @param key its key; NULL in an array and for the whole text
 */
void json_object(struct json *json, const char *key)
{
	open_level(json, key, false);
}

/**
 * @brief Open an array; json_end() closes it.
 *
 * @param json the writer
 * @param key its key; NULL in an array and for the whole text
 */
void json_array(struct json *json, const char *key)
{
	open_level(json, key, true);
}

/**
 * @brief Close the object or array that was opened last; after the outermost the line ends.
 *
 * @param json the writer
 */
void json_end(struct json *json)
{
	json->depth--;
	if (json->level[json->depth].broken)
		break_line(json);
	fputc(json->level[json->depth].array ? ']' : '}', json->out);
	if (!json->depth)
		fputc('\n', json->out);
}

/**
 * @brief Write a string.
 *
 * @param json the writer
 * @param key its key; NULL in an array
 * @param text the string; each byte that is no UTF-8 becomes U+FFFD
 */
void json_text(struct json *json, const char *key, const char *text)
{
	begin_value(json, key, false);
	write_string(json->out, text);
}

/**
 * @brief Write a number that may be negative.
 *
 * @param json the writer
 * @param key its key; NULL in an array
 * @param value the number
 */
void json_integer(struct json *json, const char *key, int64_t value)
{
	begin_value(json, key, false);
	fprintf(json->out, "%" PRId64, value);
}

/**
 * @brief Write a number that is never negative.
 *
 * @param json the writer
 * @param key its key; NULL in an array
 * @param value the number
 */
void json_count(struct json *json, const char *key, uint64_t value)
{
	begin_value(json, key, false);
	fprintf(json->out, "%" PRIu64, value);
}

/**
 * @brief Write a number with a decimal point, to the last digit.
 *
 * @param json the writer
 * @param key its key; NULL in an array
 * @param value the number without its point
 * @param decimals digits after the point, 1 to 18
 */
void json_fixed(struct json *json, const char *key, uint64_t value, unsigned int decimals)
{
	uint64_t one = 1;

	for (unsigned int i = 0; i < decimals; i++)
		one *= 10;
	begin_value(json, key, false);
	fprintf(json->out, "%" PRIu64 ".%0*" PRIu64, value / one, (int)decimals, value % one);
}

/**
 * @brief Write a number with three digits after its point.
 *
 * @param json the writer
 * @param key its key; NULL in an array
 * @param value the number; null is written for what is none
 */
void json_decimal(struct json *json, const char *key, double value)
{
	if (!isfinite(value)) {
		json_null(json, key);
		return;
	}
	begin_value(json, key, false);
	fprintf(json->out, "%.3f", value);
}

/**
 * @brief Write true or false.
 *
 * @param json the writer
 * @param key its key; NULL in an array
 * @param value which
 */
void json_bool(struct json *json, const char *key, bool value)
{
	begin_value(json, key, false);
	fputs(value ? "true" : "false", json->out);
}

/**
 * @brief Write null.
 *
 * @param json the writer
 * @param key its key; NULL in an array
 */
void json_null(struct json *json, const char *key)
{
	begin_value(json, key, false);
	fputs("null", json->out);
}
