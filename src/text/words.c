/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The tolerant reader of what others wrote, logs and traces: it finds its words and figures wherever they stand.
 */
#include "text/words.h"

#include <ctype.h>
#include <string.h>

#include "text/cursor.h"
#include "text/utf8.h"

/** Ten digits of seconds and nine after the point fit into 64 bits; so do 18 digits of ticks. */
#define SECOND_DIGITS 10
#define TICK_DIGITS   18

/** Digits of a fraction of a second that are kept: nanoseconds. */
#define FRACTION_DIGITS 9

/* ---- Words ----------------------------------------------------------------------------------- */

/**
 * @brief A whole string as a word.
 *
 * @param text the string
 * @return the word
 */
struct word word_of(const char *text)
{
	return (struct word){ text, strlen(text) };
}

/**
 * @brief The next word of a line.
 *
 * @param at where to look; moved past the word
 * @return the word; its length is 0 at the end of the line
 */
struct word next_word(const char **at)
{
	struct word word;

	*at += strspn(*at, " \t");
	word = (struct word){ *at, strcspn(*at, " \t") };
	*at += word.length;
	return word;
}

/**
 * @brief Is the word this one?
 *
 * @param one the word
 * @param text the other
 * @return true when it is
 */
bool word_is(struct word one, const char *text)
{
	return one.length == strlen(text) && !memcmp(one.at, text, one.length);
}

/**
 * @brief Find words that do not begin inside another word.
 *
 * @param line where to look
 * @param words what to find
 * @return where they begin, or NULL
 */
const char *find_words(const char *line, const char *words)
{
	const char *found = line;

	while ((found = strstr(found, words))) {
		if (found == line || (!isalnum((unsigned char)found[-1]) && found[-1] != '_'))
			return found;
		found++;
	}
	return NULL;
}

/* ---- Numbers --------------------------------------------------------------------------------- */

/** Read the digits that a word begins with; how many there are. A value above `most` stays there, and is no longer `exact`. */
static size_t read_digits(struct word one, unsigned int base, uint64_t most, uint64_t *value,
			  bool *exact)
{
	size_t count = 0;

	*value = 0;
	*exact = true;
	for (; count < one.length && digit_of(one.at[count]) < base; count++) {
		unsigned int digit = digit_of(one.at[count]);

		*exact &= *value <= (most - digit) / base;
		*value = *exact ? *value * base + digit : most;
	}
	return count;
}

/**
 * @brief Take the digits at a place in a line.
 *
 * @param at moved past them
 * @param base 10 or 16
 * @param most a larger value becomes this one
 * @param value receives it
 * @return false when there are none
 */
bool take_clamped(const char **at, unsigned int base, uint64_t most, uint64_t *value)
{
	struct word digits = { *at, strspn(*at, "0123456789abcdefABCDEF") };
	bool exact;
	size_t count = read_digits(digits, base, most, value, &exact);

	*at += count;
	return count > 0;
}

/**
 * @brief Read a number: decimal, with 0x hexadecimal, or -1 for all bits set.
 *
 * @param one the whole word must be the number
 * @param value receives it
 * @return false when it is not a number of 64 bits
 */
bool word_number(struct word one, uint64_t *value)
{
	bool hex = one.length > 2 && one.at[0] == '0' && one.at[1] == 'x', exact;

	if (word_is(one, "-1")) {
		*value = UINT64_MAX;
		return true;
	}
	if (hex)
		one = (struct word){ one.at + 2, one.length - 2 };
	return one.length &&
	       read_digits(one, hex ? 16 : 10, UINT64_MAX, value, &exact) == one.length && exact;
}

/**
 * @brief Read a time: seconds with a fraction, or a whole number of ticks.
 *
 * @param one the time
 * @param time receives nanoseconds or ticks
 * @param ticks receives which
 * @return false when it is not a time
 */
bool word_time(struct word one, uint64_t *time, bool *ticks)
{
	struct word fraction;
	uint64_t parts;
	bool exact;
	size_t whole = read_digits(one, 10, UINT64_MAX, time, &exact), digits;

	*ticks = whole == one.length;
	if (*ticks)
		return whole && whole <= TICK_DIGITS;
	if (!whole || whole > SECOND_DIGITS || one.at[whole] != '.')
		return false;
	fraction = (struct word){ one.at + whole + 1, one.length - whole - 1 };
	digits = read_digits(fraction, 10, UINT64_MAX, &parts, &exact);
	if (!digits || digits > FRACTION_DIGITS || digits != fraction.length)
		return false;
	for (; digits < FRACTION_DIGITS; digits++)
		parts *= 10;
	*time = *time * 1000000000 + parts;
	return true;
}

/* ---- Copies ---------------------------------------------------------------------------------- */

/**
 * @brief Copy a word so that it can be shown: bytes that are no UTF-8, and controls, become question marks.
 *
 * @param from the word; the text that it lies in ends with a zero byte
 * @param text receives it, ended by a zero byte; cut when there is no room
 * @param size bytes of `text`, at least 1
 * @return length of the copy
 */
size_t word_clean(struct word from, char *text, size_t size)
{
	size_t length = 0;

	while (from.length) {
		size_t bytes = utf8_shown(from.at, from.length), taken = bytes ? bytes : 1;

		if (length + taken >= size)
			break;
		if (bytes)
			memcpy(text + length, from.at, bytes);
		else
			text[length] = '?';
		length += taken;
		from.at += taken;
		from.length -= taken;
	}
	text[length] = '\0';
	return length;
}

/**
 * @brief Copy a word as it is; what does not fit is left off.
 *
 * @param from the word
 * @param text receives it, ended by a zero byte
 * @param size bytes of `text`, at least 1
 */
void word_copy(struct word from, char *text, size_t size)
{
	size_t length = from.length < size ? from.length : size - 1;

	memcpy(text, from.at, length);
	text[length] = '\0';
}
