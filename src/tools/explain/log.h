/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the files of `pageflow explain --log` share.
 */
#ifndef EXPLAIN_LOG_H
#define EXPLAIN_LOG_H

#include <stdio.h>

#include "failure/answer.h"
#include "failure/groups.h"
#include "text/json.h"

/** What is asked of a log. */
struct log_request {
	const char *path;   /**< the log; "-" is standard input */
	const char *rules;  /**< version whose rules are asked for; NULL: each report's own */
	const char *svg;    /**< file for the picture; NULL: none is drawn */
	bool json;	    /**< as JSON, not as text */
	unsigned long only; /**< number of the one report that is asked for; 0: all */
	bool summary;	    /**< one line a group of reports, not an answer to each */
	bool colour;	    /**< with the colours of a terminal */
};

/* log-text.c, log-json.c */
void log_print_text(const struct log_answer *answer, const char *path, FILE *out, bool colour);
void log_print_by_rules(const struct log_answer *answer, FILE *out, bool colour);
size_t log_walks_alike(const struct explanation *e, size_t which);
void log_write_sections(const struct log_answer *answer, const char *path, struct json *json);
void log_write_json(const struct log_answer *answer, const char *path, struct json *json);

/* log-svg.c */
struct log_picture;
struct log_picture *log_picture_new(void);
void log_picture_add(struct log_picture *picture, const struct log_answer *answer);
void log_picture_write(FILE *out, const void *context);
void log_picture_free(struct log_picture *picture);

/* log-summary.c */
void log_print_summary(const struct log_groups *groups, FILE *out);
void log_write_groups(const struct log_groups *groups, struct json *json);

/* log.c */
int explain_log(const struct log_request *request);

#endif
