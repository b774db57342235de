/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief "Did you mean": the name that is nearest to a word that is none.
 *
 * Whoever finds no name for a word tries the names that there are, and puts the hint behind its message. What counts is how
 * many letters were added, left out, taken for others, or swapped with their neighbour, whether large or small.
 */
#include "text/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/** So many letters of a word may be wrong, at most. */
#define MOST_WRONG 3

/** A beginning of so many letters points to a name, however much of it is missing. */
#define LEAST_BEGINNING 3

/** The lower of two numbers. */
static unsigned int lower(unsigned int one, unsigned int other)
{
	return one < other ? one : other;
}

/** Are these the same letter? */
static bool same(char one, char other)
{
	return tolower((unsigned char)one) == tolower((unsigned char)other);
}

/**
 * @brief How many single changes lead from one word to another: a letter more, less or else, or two neighbours swapped.
 *
 * @param one a word
 * @param other another
 * @return their number; more than any word has letters when one of them is longer than NEAREST_WORD
 */
unsigned int edit_distance(const char *one, const char *other)
{
	unsigned int row[3][NEAREST_WORD + 1];
	unsigned int *before = row[0], *last = row[1], *now = row[2];
	size_t rows = strlen(one), columns = strlen(other);

	if (rows > NEAREST_WORD || columns > NEAREST_WORD)
		return 2 * NEAREST_WORD;
	for (size_t c = 0; c <= columns; c++)
		last[c] = (unsigned int)c;
	for (size_t r = 1; r <= rows; r++) {
		unsigned int *oldest = before;

		now[0] = (unsigned int)r;
		for (size_t c = 1; c <= columns; c++) {
			now[c] = lower(lower(now[c - 1], last[c]) + 1,
				       last[c - 1] + !same(one[r - 1], other[c - 1]));
			if (r > 1 && c > 1 && same(one[r - 1], other[c - 2]) &&
			    same(one[r - 2], other[c - 1]))
				now[c] = lower(now[c], before[c - 2] + 1);
		}
		before = last;
		last = now;
		now = oldest;
	}
	return last[columns];
}

/**
 * @brief Begin to look for a name.
 *
 * @param word the word that is none
 * @return no name yet
 */
struct nearest nearest_to(const char *word)
{
	unsigned int wrong = (unsigned int)lower((unsigned int)strlen(word) / 3, MOST_WRONG);

	return (struct nearest){ word, NULL, (wrong ? wrong : 1) + 1 };
}

/**
 * @brief Is this name nearer than those before? Of several that are equally near the first is taken.
 *
 * @param nearest what was found so far
 * @param spelling the name as it is compared with the word
 * @param name the name as the hint gives it; it must stay where it is
 */
void nearest_try_as(struct nearest *nearest, const char *spelling, const char *name)
{
	size_t length = strlen(nearest->word);
	unsigned int distance = edit_distance(nearest->word, spelling);

	if (length >= LEAST_BEGINNING && !strncasecmp(nearest->word, spelling, length))
		distance = 1;
	/* Where every letter is wrong it is another word, not a slip. */
	if (distance >= length || distance >= nearest->distance)
		return;
	nearest->distance = distance;
	nearest->name = name;
}

/**
 * @brief Is this name nearer than those before?
 *
 * @param nearest what was found so far
 * @param name the name; it must stay where it is
 */
void nearest_try(struct nearest *nearest, const char *name)
{
	nearest_try_as(nearest, name, name);
}

/**
 * @brief What a message says behind the word that is no name.
 *
 * @param nearest what was found
 * @param text room for it
 * @param size bytes of `text`; NEAREST_HINT are enough
 * @return ` (did you mean 'NAME'?)`, or nothing
 */
const char *nearest_hint(const struct nearest *nearest, char *text, size_t size)
{
	text[0] = '\0';
	if (nearest->name)
		snprintf(text, size, " (did you mean '%s'?)", nearest->name);
	return text;
}
