/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Reading records from the lines of a text, with errors that name the line.
 */
#include <stdio.h>
#include <string.h>

#include "state/reader.h"
#include "state/state.h"
#include "world/world.h"

/** The line to read next, or NULL at the end. */
const char *reader_peek(const struct reader *reader)
{
	return reader->next < reader->text->nr_lines ? reader->text->line[reader->next] : NULL;
}

/** Read the next line; NULL at the end. */
const char *reader_line(struct reader *reader)
{
	const char *line = reader_peek(reader);

	if (line)
		reader->next++;
	return line;
}

/**
 * @brief Note that the line read last is wrong. The first error stays.
 *
 * @param reader the place
 * @param why one line
 * @return -1, for the caller to pass on
 */
int reader_refuse(struct reader *reader, const char *why)
{
	if (!reader->error.line) {
		reader->error.line = reader->next ? reader->next : 1;
		snprintf(reader->error.text, sizeof(reader->error.text), "%s", why);
	}
	return -1;
}

/**
 * @brief Note that a number of the line read last is out of its range, or none at all.
 *
 * @param reader the place
 * @param what what the number is
 * @param least lowest number that will do
 * @param most highest
 * @param found what stands there; "": nothing
 * @return -1, for the caller to pass on
 */
int reader_refuse_number(struct reader *reader, const char *what, long least, long most,
			 const char *found)
{
	char why[256];

	snprintf(why, sizeof(why), "%.64s is a number from %ld to %ld%s%.64s%s", what, least, most,
		 *found ? ", not '" : "; it is missing", found, *found ? "'" : "");
	return reader_refuse(reader, why);
}

/**
 * @brief Note that the line read last is not what was expected there.
 *
 * @param reader the place
 * @param expected what was expected
 * @return -1, for the caller to pass on
 */
int reader_fail(struct reader *reader, const char *expected)
{
	const char *found = "the end of the file";
	char why[256];

	if (reader->next)
		found = reader->text->line[reader->next - 1];
	snprintf(why, sizeof(why), "expected %.90s, found '%.60s%s'", expected, found,
		 strlen(found) > 60 ? "..." : "");
	return reader_refuse(reader, why);
}

/**
 * @brief Refuse a text whose last line is missing: what was cut off proves nothing.
 *
 * @param reader the place, after the first line
 * @param beginning how the last line begins
 * @return 0, or -1 after noting an error
 */
int reader_check_last(struct reader *reader, const char *beginning)
{
	size_t last = reader->text->nr_lines;
	char expected[64];

	if (!strncmp(reader->text->line[last - 1], beginning, strlen(beginning)))
		return 0;
	reader->next = last;
	snprintf(expected, sizeof(expected), "'%s...' as the last line", beginning);
	return reader_fail(reader, expected);
}

/** Take the name of a zone. */
bool take_zone(const char **cursor, int *zone)
{
	return take_name(cursor, zone_names, MAX_NR_ZONES, zone);
}

/** Take the name of a migratetype. */
bool take_migratetype(const char **cursor, int *type)
{
	return take_name(cursor, migratetype_names, MIGRATE_TYPES, type);
}

/**
 * @brief Take a run of pages, `PFN+N`.
 *
 * @param cursor where to read
 * @param pfn receives the first PFN
 * @param count receives how many pages there are, at least 1
 * @return whether a run was there that ends at a possible PFN
 */
bool take_run(const char **cursor, long *pfn, long *count)
{
	return take_number(cursor, pfn) && *(*cursor)++ == '+' && take_number(cursor, count) &&
	       *count >= 1 && pages_possible(*pfn) && pages_possible(*count);
}

/**
 * @brief Is this as many pages as a machine could ever count? More cannot be computed with.
 *
 * @param pages the number
 * @return whether it is
 */
bool pages_possible(long pages)
{
	return pages >= 0 && pages <= MAX_PFN;
}

/**
 * @brief Take a word and the number after it.
 *
 * @param cursor where to read
 * @param name the word
 * @param value receives the number
 * @return whether both were there
 */
bool take_field(const char **cursor, const char *name, long *value)
{
	return take_word(cursor, name) && take_number(cursor, value);
}

/**
 * @brief Take words with their numbers, in this order, and then the end of the line.
 *
 * @param cursor where to read
 * @param fields the words, and what their numbers may be
 * @param count how many
 * @return whether all were there, in their ranges, and nothing else
 */
bool take_fields(const char **cursor, const struct field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct field *field = &fields[i];

		if (!take_field(cursor, field->name, field->value))
			return false;
		if (field->most ? *field->value < field->least || *field->value > field->most
				: !pages_possible(*field->value))
			return false;
	}
	return take_end(cursor);
}
