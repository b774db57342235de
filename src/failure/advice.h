/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the files that advise share: advice.c chooses the order, the others write about a cause each.
 */
#ifndef FAILURE_ADVICE_H
#define FAILURE_ADVICE_H

#include <stdio.h>

#include "failure/answer.h"

/** Write a piece of advice. */
#define SAY(advice, ...) snprintf((advice)->what, sizeof((advice)->what), __VA_ARGS__)

/* advice.c */
struct advice *advice_add(struct log_answer *answer, const char *key, bool would_pass,
			  const char *cost);
bool advice_passes(const struct log_answer *answer, const struct what_if *changed);
bool advice_wants_dma(const struct failure *failure);
const struct failure_task *advice_largest_task(const struct failure *failure);

/* advice-memory.c */
bool advise_holders(struct log_answer *answer);

/* advice-group.c */
void advise_group(struct log_answer *answer);

/* advice-request.c */
void advise_blocks(struct log_answer *answer);
void advise_places(struct log_answer *answer);
void advise_manner(struct log_answer *answer);

/* advice-tuning.c */
void advise_reserve(struct log_answer *answer);
void advise_boost(struct log_answer *answer);
void advise_min_free(struct log_answer *answer);

#endif
