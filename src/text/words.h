/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The tolerant reader of what others wrote, logs and traces: it finds its words and figures wherever they stand.
 *
 * For our own formats and for arguments there is the strict reader in cursor.h.
 */
#ifndef WORDS_H
#define WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A piece of a text that stays where it is. */
struct word {
	const char *at;
	size_t length;
};

struct word word_of(const char *text);
struct word next_word(const char **at);
bool word_is(struct word one, const char *text);
bool word_number(struct word one, uint64_t *value);
bool word_time(struct word one, uint64_t *time, bool *ticks);
size_t word_clean(struct word from, char *text, size_t size);
void word_copy(struct word from, char *text, size_t size);

const char *find_words(const char *line, const char *words);
bool take_clamped(const char **at, unsigned int base, uint64_t most, uint64_t *value);

#endif
