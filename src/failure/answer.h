/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The answer to a failure report: why the request was refused, and what would have helped.
 */
#ifndef FAILURE_ANSWER_H
#define FAILURE_ANSWER_H

#include "failure/judge/account.h"
#include "failure/judge/balance.h"
#include "failure/judge/victim.h"

/** Something that would have let a request pass, or might. */
struct advice {
	const char *key; /**< one word, for programs */
	char what[384];
	char cost[160];
	bool would_pass; /**< by the figures of the report, with nothing else changed */
};

#define MOST_ADVICE 16

/** Bytes of the sentence that answers. */
#define FAILURE_SENTENCE 4096

/** The answer to one report. */
struct log_answer {
	unsigned long number; /**< of the report in the log, from 1 */
	const struct failure *failure;
	unsigned long
		caller_so_far; /**< reports of this caller in the log up to this one; 0: it is not known */
	struct failure_account account; /**< with the attempts of the replay, where there was one */
	struct balance balance;
	struct victim victim;
	bool replayed;
	struct explanation explanation; /**< of the replay */
	bool passes;
	struct advice advice[MOST_ADVICE];
	int nr_advice;
	char sentence[FAILURE_SENTENCE]; /**< the answer */
};

/* answer.c */
bool log_answer_take(struct log_answer *answer, const struct failure *failure, const char *rules);
bool log_answer_is_fine(const struct log_answer *answer);
bool log_answer_says_something(const struct log_answer *answer);
void log_answer_release(struct log_answer *answer);

/* advice.c */
void log_advise(struct log_answer *answer);

/* situation-words.c */
bool log_situation(struct log_answer *answer);

/* words.c */
const char *log_zone_label(const struct log_answer *answer, const struct zone_account *zone,
			   char *text, size_t size);
const char *log_pages(const struct log_answer *answer, long pages, char *text, size_t size);
const char *log_verdict_key(enum failure_verdict verdict);
const char *log_kind_key(enum failure_kind kind, bool memcg);
const char *log_inferred(bool inferred);
bool log_reserve_unknown(const struct log_answer *answer, const struct zone_account *zone);
void log_request(const struct log_answer *answer, char *text, size_t size);
bool log_zones_asked(const struct log_answer *answer);
void log_headline(const struct log_answer *answer, char *text, size_t size);
void log_mask(const struct log_answer *answer, char *text, size_t size);

/* sentence.c */
void log_sentence(struct log_answer *answer);

#endif
