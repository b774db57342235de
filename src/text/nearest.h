/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief "Did you mean": the name that is nearest to a word that is none.
 */
#ifndef NEAREST_H
#define NEAREST_H

#include <stddef.h>

/** Longest word that is compared; a longer one is like nothing. */
#define NEAREST_WORD 48

/** Room for what nearest_hint() says. */
#define NEAREST_HINT (NEAREST_WORD + 32)

/** A word that is no name, and the best of the names tried so far. */
struct nearest {
	const char *word;
	const char *name;      /**< NULL: none is near enough */
	unsigned int distance; /**< of the next name that is nearer: less than this */
};

struct nearest nearest_to(const char *word);
void nearest_try(struct nearest *nearest, const char *name);
void nearest_try_as(struct nearest *nearest, const char *spelling, const char *name);
const char *nearest_hint(const struct nearest *nearest, char *text, size_t size);
unsigned int edit_distance(const char *one, const char *other);

#endif
