/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The strict reader of our own formats and of arguments: it takes a line apart word by word.
 *
 * Each function moves the cursor past what it took, or leaves it where it was and says false. A number that is too
 * large for its type is not taken: it is never cut to fit.
 */
#include "text/cursor.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "text/utf8.h"

static const char *skip_blanks(const char *c)
{
	while (*c == ' ')
		c++;
	return c;
}

/**
 * @brief Skip blanks, then take this word if it is next.
 *
 * @param cursor where to read
 * @param word the word; a blank or the end of the line must follow it
 * @return whether it was there
 */
bool take_word(const char **cursor, const char *word)
{
	const char *c = skip_blanks(*cursor);
	size_t length = strlen(word);

	if (strncmp(c, word, length) || (c[length] && c[length] != ' '))
		return false;
	*cursor = c + length;
	return true;
}

/**
 * @brief Skip blanks, then take one of a list of names.
 *
 * @param cursor where to read
 * @param names the names
 * @param count how many
 * @param which receives the place of the name in the list
 * @return whether one of them was there, followed by a blank or the end of the line
 */
bool take_name(const char **cursor, const char *const *names, int count, int *which)
{
	for (*which = 0; *which < count; (*which)++)
		if (take_word(cursor, names[*which]))
			return true;
	return false;
}

/**
 * @brief Skip blanks, then take whatever word is next, if it can be shown: names end up on terminals.
 *
 * @param cursor where to read
 * @param word receives the word
 * @param size bytes of `word`
 * @return false when there is none, it is too long, or it holds bytes that are no UTF-8 or control a terminal
 */
bool take_text(const char **cursor, char *word, size_t size)
{
	const char *c = skip_blanks(*cursor);
	size_t length = strcspn(c, " ");

	if (!length || length >= size)
		return false;
	for (size_t at = 0, bytes; at < length; at += bytes) {
		bytes = utf8_shown(c + at, length - at);
		if (!bytes)
			return false;
	}
	memcpy(word, c, length);
	word[length] = '\0';
	*cursor = c + length;
	return true;
}

/** The value of a digit; 16 when it is none in any base. */
unsigned int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	return isxdigit((unsigned char)c) ? (unsigned int)((c | 0x20) - 'a') + 10 : 16;
}

/** Does a hexadecimal number with its prefix begin here? */
static bool has_prefix(const char *c)
{
	return c[0] == '0' && (c[1] | 0x20) == 'x' && digit_of(c[2]) < 16;
}

/** Take digits of this base, at least one; the number must fit into 64 bits. */
static bool take_base(const char **cursor, unsigned int base, uint64_t *value)
{
	const char *c = *cursor;

	if (digit_of(*c) >= base)
		return false;
	for (*value = 0; digit_of(*c) < base; c++)
		if (__builtin_mul_overflow(*value, base, value) ||
		    __builtin_add_overflow(*value, digit_of(*c), value))
			return false;
	*cursor = c;
	return true;
}

/**
 * @brief Take a number without sign, decimal or hexadecimal with 0x; no blank may stand before it.
 *
 * @param cursor where to read; what follows the number is left to the caller
 * @param value receives the number
 * @return whether there was one that fits
 */
bool take_digits(const char **cursor, uint64_t *value)
{
	const char *c = *cursor;
	bool hex = has_prefix(c);

	c += hex ? 2 : 0;
	if (!take_base(&c, hex ? 16 : 10, value))
		return false;
	*cursor = c;
	return true;
}

/** Give a number its sign; false when it does not fit. */
static bool with_sign(uint64_t size, bool negative, long *value)
{
	if (size > (uint64_t)LONG_MAX + negative)
		return false;
	*value = negative ? (long)(0 - size) : (long)size;
	return true;
}

/**
 * @brief Skip blanks, then take a decimal number.
 *
 * @param cursor where to read; what follows the number is left to the caller
 * @param value receives the number
 * @return whether there was one that fits
 */
bool take_number(const char **cursor, long *value)
{
	const char *c = skip_blanks(*cursor);
	bool negative = *c == '-';
	uint64_t size;

	c += negative;
	if (!take_base(&c, 10, &size) || !with_sign(size, negative, value))
		return false;
	*cursor = c;
	return true;
}

/**
 * @brief Skip blanks, then take a hexadecimal number, with or without 0x.
 *
 * @param cursor where to read; what follows the number is left to the caller
 * @param value receives the number
 * @return whether there was one that fits
 */
bool take_hex(const char **cursor, unsigned long *value)
{
	const char *c = skip_blanks(*cursor);
	uint64_t number;

	c += has_prefix(c) ? 2 : 0;
	if (!take_base(&c, 16, &number))
		return false;
	*value = number;
	*cursor = c;
	return true;
}

/**
 * @brief Skip blanks, then take a word that is a number of 64 bits: decimal, or hexadecimal with 0x.
 *
 * @param cursor where to read
 * @param value receives the number; one above LONG_MAX becomes the negative number of the same bits
 * @return whether there was one that fits, followed by a blank or the end of the line
 */
bool take_value(const char **cursor, long *value)
{
	const char *c = skip_blanks(*cursor);
	bool negative = *c == '-';
	uint64_t size;

	c += negative;
	if (!take_digits(&c, &size) || (*c && *c != ' '))
		return false;
	if (negative && !with_sign(size, true, value))
		return false;
	if (!negative)
		*value = (long)size;
	*cursor = c;
	return true;
}

/**
 * @brief Is nothing left of the line?
 *
 * @param cursor where to read; not moved
 * @return whether only blanks are left
 */
bool take_end(const char **cursor)
{
	return *skip_blanks(*cursor) == '\0';
}

/**
 * @brief Is the whole text a number in this range, decimal or hexadecimal with 0x?
 *
 * @param text the text, or NULL
 * @param least lowest number that will do
 * @param most highest
 * @param value receives the number
 * @return whether it is one
 */
bool is_number(const char *text, long least, long most, long *value)
{
	bool negative = text && *text == '-';
	uint64_t size;

	if (!text)
		return false;
	text += negative;
	return take_digits(&text, &size) && !*text && with_sign(size, negative, value) &&
	       *value >= least && *value <= most;
}
