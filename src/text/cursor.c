/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The strict reader of our own formats and of arguments: it takes a line apart word by word.
 *
 * Each function moves the cursor past what it took, or leaves it where it was and says false.
 */
#include "text/cursor.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
bool take_name(const char **cursor, const char *const *names, int count, int *which)
{
	for (*which = 0; *which < count; (*which)++)
		if (take_word(cursor, names[*which]))
			return true;
	return false;
}

/** Is nothing left of the line? */
bool take_end(const char **cursor)
{
	return (*cursor)[strspn(*cursor, " ")] == '\0';
}

/** Is the whole text a number in this range, decimal or hexadecimal with 0x? */
bool is_number(const char *text, long least, long most, long *value)
{
	const char *digits = text + (text && *text == '-');
	bool hex = text && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
	char *end;

	if (!text || !isdigit((unsigned char)*digits))
		return false;
	errno = 0;
	*value = strtol(text, &end, hex ? 16 : 10);
	return !*end && !errno && *value >= least && *value <= most;
}
