/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Reading records from the lines of a text, with errors that name the line.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "life/life.h"
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
	if (!reader->error_line) {
		reader->error_line = reader->next ? reader->next : 1;
		snprintf(reader->error, sizeof(reader->error), "%s", why);
	}
	return -1;
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
 * @param reader the place, behind the first line
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

/** Skip blanks, then take this word if it is next. */
bool take_word(const char **cursor, const char *word)
{
	const char *c = *cursor + strspn(*cursor, " ");
	size_t length = strlen(word);

	if (strncmp(c, word, length) || (c[length] && c[length] != ' '))
		return false;
	*cursor = c + length;
	return true;
}

/** Skip blanks, then take a number in this base; what follows it is left to the caller. */
static bool take_integer(const char **cursor, int base, long *value)
{
	const char *c = *cursor + strspn(*cursor, " ");
	char *end;

	if (!isxdigit((unsigned char)*c) && *c != '-')
		return false;
	*value = strtol(c, &end, base);
	if (end == c)
		return false;
	*cursor = end;
	return true;
}

/** Take a decimal number. */
bool take_number(const char **cursor, long *value)
{
	return take_integer(cursor, 10, value);
}

/** Take a hexadecimal number without prefix. */
bool take_hex(const char **cursor, unsigned long *value)
{
	const char *c = *cursor + strspn(*cursor, " ");
	char *end;

	if (!isxdigit((unsigned char)*c))
		return false;
	*value = strtoul(c, &end, 16);
	*cursor = end;
	return true;
}

/** Take one of a list of names; what follows it is a blank or the end. */
static bool take_name(const char **cursor, const char *const *names, int count, int *which)
{
	for (*which = 0; *which < count; (*which)++)
		if (take_word(cursor, names[*which]))
			return true;
	return false;
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

/** Is nothing left of the line? */
bool take_end(const char **cursor)
{
	return (*cursor)[strspn(*cursor, " ")] == '\0';
}
