/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Counting by name: a table that grows with the number of different names only.
 */
#include "tools/kmem/tally.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/** Longest name that is told apart from others; what is longer is cut. */
#define MAX_NAME 512

/** 64-bit FNV-1a. */
static size_t hash(const char *name)
{
	uint64_t value = 14695981039346656037u;

	for (; *name; name++)
		value = (value ^ (unsigned char)*name) * 1099511628211u;
	return (size_t)(value ^ value >> 32);
}

/** The slot of a name: the one that holds it, or the free one where it belongs. */
static size_t *find_slot(const struct tally *tally, const char *name)
{
	size_t at = hash(name);

	while (true) {
		size_t *slot = &tally->slot[at++ & (tally->nr_slots - 1)];

		if (!*slot || !strcmp(tally->entry[*slot - 1].name, name))
			return slot;
	}
}

/** Make room for another name, with half of the slots free; false when there is no memory. */
static bool grow(struct tally *tally)
{
	size_t nr_slots = tally->nr_slots ? tally->nr_slots * 2 : 32;
	struct tally_entry *entry;
	size_t *slot;

	if (tally->nr_entries * 2 < tally->nr_slots)
		return true;
	entry = realloc(tally->entry, nr_slots / 2 * sizeof(*entry));
	if (!entry)
		return false;
	tally->entry = entry;
	slot = calloc(nr_slots, sizeof(*slot));
	if (!slot)
		return false;
	free(tally->slot);
	tally->slot = slot;
	tally->nr_slots = nr_slots;
	for (size_t i = 0; i < tally->nr_entries; i++)
		*find_slot(tally, entry[i].name) = i + 1;
	return true;
}

/**
 * @brief The place of a name in the table; a new one is put after the last.
 *
 * @param tally the table
 * @param name the name
 * @return its index, or -1 when there is no memory
 */
long tally_index(struct tally *tally, struct word name)
{
	char text[MAX_NAME];
	size_t *slot;

	word_clean(name, text, sizeof(text));
	if (!grow(tally))
		return -1;
	slot = find_slot(tally, text);
	if (!*slot) {
		char *kept = strdup(text);

		if (!kept)
			return -1;
		tally->entry[tally->nr_entries++] = (struct tally_entry){ .name = kept };
		*slot = tally->nr_entries;
	}
	return (long)(*slot - 1);
}

/**
 * @brief The counts of a name, made when it is new.
 *
 * @param tally the table
 * @param name the name
 * @return its counts, valid until the next call; NULL when there is no memory
 */
struct amount *tally_of(struct tally *tally, struct word name)
{
	long index = tally_index(tally, name);

	return index < 0 ? NULL : &tally->entry[index].amount;
}

/**
 * @brief How much a row counts when rows are put in order: everything that happened.
 *
 * @param amount the counts
 * @return number of events
 */
uint64_t amount_weight(const struct amount *amount)
{
	return amount->allocs + amount->frees + amount->failed;
}

/** Largest first; names of the same weight by name, so that a report repeats. */
static int compare(const void *a, const void *b)
{
	const struct tally_entry *left = a, *right = b;
	uint64_t l = amount_weight(&left->amount), r = amount_weight(&right->amount);

	return l != r ? (l < r) - (l > r) : strcmp(left->name, right->name);
}

/**
 * @brief Put the names in order, the largest first. Nothing can be counted afterwards.
 *
 * @param tally the table
 */
void tally_sort(struct tally *tally)
{
	if (tally->nr_entries)
		qsort(tally->entry, tally->nr_entries, sizeof(*tally->entry), compare);
}

/**
 * @brief Give a table's memory back.
 *
 * @param tally the table; empty afterwards
 */
void tally_free(struct tally *tally)
{
	for (size_t i = 0; i < tally->nr_entries; i++)
		free(tally->entry[i].name);
	free(tally->entry);
	free(tally->slot);
	memset(tally, 0, sizeof(*tally));
}
