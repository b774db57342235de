/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the files of `pageflow explain --log` share.
 */
#ifndef TOOLS_EXPLAIN_LOG_H
#define TOOLS_EXPLAIN_LOG_H

#include <stdarg.h>
#include <stdio.h>

#include "library/report_account.h"
#include "tools/explain-view.h"

/** Something that would have let a request pass, or might. */
struct advice {
	const char *key; /**< one word, for programs */
	char what[320];
	char cost[160];
	bool would_pass; /**< by the figures of the report, with nothing else changed */
};

#define MOST_ADVICE 16

/** The answer to one report. */
struct log_answer {
	unsigned long number; /**< of the report in the log, from 1 */
	const struct failure_report *report;
	struct report_account account; /**< with the attempts of the replay, where there was one */
	bool replayed;
	struct explanation explanation; /**< of the replay */
	bool passes;
	struct advice advice[MOST_ADVICE];
	int nr_advice;
	char sentence[EXPLAIN_SENTENCE]; /**< the answer */
};

/* explain-log-answer.c */
bool log_answer_take(struct log_answer *answer, const struct failure_report *report);
void log_answer_release(struct log_answer *answer);

/* explain-log-advice.c */
void log_advise(struct log_answer *answer);

/* explain-log-words.c */
const char *log_zone_label(const struct log_answer *answer, const struct zone_account *zone,
			   char *text, size_t size);
const char *log_pages(const struct log_answer *answer, long pages, char *text, size_t size);
const char *log_inferred(bool inferred);
bool log_reserve_unknown(const struct log_answer *answer, const struct zone_account *zone);
void log_request(const struct log_answer *answer, char *text, size_t size);
void log_mask(const struct log_answer *answer, char *text, size_t size);
void log_sentence(struct log_answer *answer);

/* explain-log-text.c, explain-log-json.c */
void log_print_text(const struct log_answer *answer, const char *path, FILE *out, bool colour);
void log_print_json(const struct log_answer *answer, FILE *out);

int explain_log(const char *path, bool json, bool colour);

#endif
