/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Reading a file of `kmem:` events in any form, and the words that all forms share.
 */
#include "tools/kmem/kmem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/** Ten digits of seconds and nine behind the point fit into 64 bits; so do 18 digits of ticks. */
#define SECOND_DIGITS 10
#define TICK_DIGITS   18

/** What can be given instead of a file that cannot be used. */
#define REMEDY "give the output of 'trace-cmd report', or a copy of /sys/kernel/tracing/trace"

static const struct {
	const char *name;
	enum kmem_kind kind;
} names[] = {
	{ "mm_page_alloc", KMEM_ALLOC },
	{ "mm_page_alloc_zone_locked", KMEM_ZONE_LOCKED },
	{ "mm_page_alloc_extfrag", KMEM_EXTFRAG },
	{ "mm_page_free", KMEM_FREE },
	{ "mm_page_free_batched", KMEM_FREE_BATCHED },
	{ "mm_page_pcpu_drain", KMEM_DRAIN },
	{ "kmalloc", KMEM_SLAB_ALLOC },
	{ "kmalloc_node", KMEM_SLAB_ALLOC },
	{ "kmem_cache_alloc", KMEM_SLAB_ALLOC },
	{ "kmem_cache_alloc_node", KMEM_SLAB_ALLOC },
	{ "kfree", KMEM_SLAB_FREE },
	{ "kmem_cache_free", KMEM_SLAB_FREE },
};

/**
 * @brief The kernel's name of a kind of event about pages.
 *
 * @param kind the kind; of the slab's events, the first name
 * @return the name
 */
const char *kmem_kind_name(enum kmem_kind kind)
{
	size_t i = 0;

	while (names[i].kind != kind)
		i++;
	return names[i].name;
}

/**
 * @brief What an event is about, by its name.
 *
 * @param name the kernel's name
 * @param kind receives it
 * @return false when it is none of those that are read
 */
bool kmem_kind_of(struct word name, enum kmem_kind *kind)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (word_is(name, names[i].name)) {
			*kind = names[i].kind;
			return true;
		}
	return false;
}

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
 * @brief The next word of a line.
 *
 * @param at where to look; moved behind the word
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
 * @brief Read a number: decimal, with 0x hexadecimal, or -1 for all bits set.
 *
 * @param one the whole word must be the number
 * @param value receives it
 * @return false when it is no number of 64 bits
 */
bool word_number(struct word one, uint64_t *value)
{
	bool hex = one.length > 2 && one.at[0] == '0' && one.at[1] == 'x';
	uint64_t sum = 0, base = hex ? 16 : 10;
	size_t i = hex ? 2 : 0;

	if (word_is(one, "-1")) {
		*value = UINT64_MAX;
		return true;
	}
	if (i == one.length)
		return false;
	for (; i < one.length; i++) {
		unsigned char c = (unsigned char)one.at[i];
		uint64_t digit;

		if (!(hex ? isxdigit(c) : isdigit(c)))
			return false;
		digit = (uint64_t)(isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
		if (sum > (UINT64_MAX - digit) / base)
			return false;
		sum = sum * base + digit;
	}
	*value = sum;
	return true;
}

/**
 * @brief Read a time: seconds with a fraction, or a whole number of ticks.
 *
 * @param one the time
 * @param time receives nanoseconds or ticks
 * @param ticks receives which
 * @return false when it is no time
 */
bool word_time(struct word one, uint64_t *time, bool *ticks)
{
	size_t whole = 0, fraction = 0;

	*time = 0;
	for (; whole < one.length && isdigit((unsigned char)one.at[whole]); whole++)
		if (whole < TICK_DIGITS)
			*time = *time * 10 + (uint64_t)(one.at[whole] - '0');
	*ticks = whole == one.length;
	if (*ticks)
		return whole && whole <= TICK_DIGITS;
	if (!whole || whole > SECOND_DIGITS || one.at[whole] != '.')
		return false;
	for (size_t i = whole + 1; i < one.length; i++, fraction++) {
		if (!isdigit((unsigned char)one.at[i]) || fraction == 9)
			return false;
		*time = *time * 10 + (uint64_t)(one.at[i] - '0');
	}
	if (!fraction)
		return false;
	for (; fraction < 9; fraction++)
		*time *= 10;
	return true;
}

/**
 * @brief Read a text of either form.
 *
 * @param text the text
 * @param handler called for each event
 * @param context handed to it
 * @param totals receives what else the text says; kmem_totals_free() it in any case
 * @param error receives one line on failure
 * @param error_size bytes of `error`
 * @return 0, or -1 when there is no event, a damaged file of the normalised form, or no memory
 */
int kmem_read(const struct text *text, kmem_handler handler, void *context,
	      struct kmem_totals *totals, char *error, size_t error_size)
{
	memset(totals, 0, sizeof(*totals));
	if (kmem_file_is(text)) {
		if (kmem_file_read(text, handler, context, totals, error, error_size))
			return -1;
	} else {
		ftrace_read(text, handler, context, totals);
	}
	if (totals->out_of_memory) {
		snprintf(error, error_size, "out of memory");
		return -1;
	}
	if (!totals->events) {
		snprintf(error, error_size,
			 "there is no kmem event in it, such as mm_page_alloc; " REMEDY);
		return -1;
	}
	return 0;
}

/**
 * @brief Read a file whole, or standard input for "-".
 *
 * @param path the file
 * @param text receives its lines
 * @param error receives one line on failure
 * @param error_size bytes of `error`
 * @return 0 or -1
 */
int kmem_load(const char *path, struct text *text, char *error, size_t error_size)
{
	char why[200];
	bool unreadable;

	if (text_load(path, text, why, sizeof(why)) == TEXT_OK)
		return 0;
	unreadable = !strncmp(why, "cannot be read", 14);
	snprintf(error, error_size, "%s%s", why, unreadable ? "" : "; " REMEDY);
	return -1;
}

/**
 * @brief Give the memory of the totals back.
 *
 * @param totals the totals
 */
void kmem_totals_free(struct kmem_totals *totals)
{
	tally_free(&totals->other);
}
