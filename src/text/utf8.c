/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Texts as characters instead of bytes.
 */
#include "text/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Bytes that a character has which begins with this byte; 0: none begins with it. */
static size_t announced(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first < 0xe0)
		return 2;
	if (first >= 0xe0 && first < 0xf0)
		return 3;
	return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/**
 * @brief The character that a text begins with.
 *
 * @param text the text, not at its end
 * @return how many bytes it has; 0 when the text begins with bytes that are no UTF-8
 */
size_t utf8_length(const char *text)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *byte = (const unsigned char *)text;
	size_t length = announced(*byte);
	uint32_t value = length > 1 ? *byte & (0x7fu >> length) : *byte;

	for (size_t i = 1; i < length; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (byte[i] & 0x3f);
	}
	/* Neither a longer spelling than needed, nor half of a pair, nor past the last character. */
	if (!length || value < least[length] || (value >= 0xd800 && value < 0xe000) ||
	    value > 0x10ffff)
		return 0;
	return length;
}

/**
 * @brief The character that a text begins with, if a terminal can show it.
 *
 * @param text the text, which ends with a zero byte
 * @param length bytes that belong to it, at least 1
 * @return how many bytes the character has; 0 for bytes that are no UTF-8, and for what controls a terminal
 */
size_t utf8_shown(const char *text, size_t length)
{
	const unsigned char *byte = (const unsigned char *)text;
	size_t bytes = utf8_length(text);
	bool control = byte[0] < 0x20 || byte[0] == 0x7f ||
		       (bytes == 2 && byte[0] == 0xc2 && byte[1] < 0xa0);

	return control || bytes > length ? 0 : bytes;
}

/**
 * @brief A text as it can be shown: every byte that utf8_shown() does not take is written as \\x1b.
 *
 * @param text the text
 * @return the copy; free() it; NULL when there is no memory
 */
char *utf8_escaped(const char *text)
{
	char *copy = malloc(4 * strlen(text) + 1), *to = copy;

	if (!copy)
		return NULL;
	while (*text) {
		size_t bytes = utf8_shown(text, SIZE_MAX);

		if (bytes) {
			memcpy(to, text, bytes);
			to += bytes;
		} else {
			to += sprintf(to, "\\x%02x", (unsigned char)*text);
		}
		text += bytes ? bytes : 1;
	}
	*to = '\0';
	return copy;
}

/**
 * @brief Where a text goes on after some characters.
 *
 * @param text the text
 * @param characters how many to skip
 * @return the place after them, or the end of the text
 */
const char *utf8_skip(const char *text, size_t characters)
{
	for (; *text && characters; characters--) {
		size_t length = utf8_length(text);

		text += length ? length : 1;
	}
	return text;
}

/**
 * @brief How many characters a text has.
 *
 * @param text the text
 * @return their number
 */
size_t utf8_count(const char *text)
{
	size_t count = 0;

	for (; *text; count++)
		text = utf8_skip(text, 1);
	return count;
}

/**
 * @brief How many columns of a terminal the first character of a text takes.
 *
 * @param text the text, not at its end
 * @return 0 for a mark that is put on the character before, 2 for those of East Asian scripts and for pictures, else 1
 */
int utf8_width(const char *text)
{
	static const struct {
		uint32_t first, last;
		int width;
	} others[] = {
		{ 0x300, 0x36f, 0 },	 { 0x1100, 0x115f, 2 },	  { 0x200b, 0x200f, 0 },
		{ 0x20d0, 0x20ff, 0 },	 { 0x2e80, 0x303e, 2 },	  { 0x3041, 0xa4cf, 2 },
		{ 0xac00, 0xd7a3, 2 },	 { 0xf900, 0xfaff, 2 },	  { 0xfe00, 0xfe0f, 0 },
		{ 0xfe30, 0xfe6f, 2 },	 { 0xff00, 0xff60, 2 },	  { 0xffe0, 0xffe6, 2 },
		{ 0x1f300, 0x1f64f, 2 }, { 0x1f680, 0x1f6ff, 2 }, { 0x1f900, 0x1f9ff, 2 },
		{ 0x20000, 0x3fffd, 2 },
	};
	const unsigned char *byte = (const unsigned char *)text;
	size_t length = utf8_length(text);
	uint32_t value = length > 1 ? *byte & (0x7fu >> length) : *byte;

	for (size_t i = 1; i < length; i++)
		value = value << 6 | (byte[i] & 0x3f);
	for (size_t i = 0; length > 1 && i < sizeof(others) / sizeof(others[0]); i++)
		if (value >= others[i].first && value <= others[i].last)
			return others[i].width;
	return 1;
}

/**
 * @brief A text shortened to its beginning.
 *
 * @param text the text
 * @param characters how many may remain
 * @param shown room for them and three dots
 * @param size bytes of `shown`; 4 for each character, and 4, are enough
 * @return the text itself when it is not longer; else `shown`
 */
const char *utf8_head(const char *text, size_t characters, char *shown, size_t size)
{
	const char *end = utf8_skip(text, characters);

	if (!*end)
		return text;
	snprintf(shown, size, "%.*s...", (int)(end - text), text);
	return shown;
}

/**
 * @brief A text shortened to its end, as for paths.
 *
 * The arguments are those of utf8_head().
 *
 * @return the text itself when it is not longer; else `shown`
 */
const char *utf8_tail(const char *text, size_t characters, char *shown, size_t size)
{
	size_t count = utf8_count(text);

	if (count <= characters)
		return text;
	snprintf(shown, size, "...%s", utf8_skip(text, count - characters));
	return shown;
}
