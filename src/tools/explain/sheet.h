/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The sheet on which the answer to a report is written as text, and the files that write its sections.
 */
#ifndef EXPLAIN_SHEET_H
#define EXPLAIN_SHEET_H

#include "failure/answer.h"
#include "tools/explain/ink.h"

/** A text on its way to the reader. */
struct sheet {
	const struct log_answer *answer;
	FILE *out;
	bool colour;
};

/* sheet.c */
const char *sheet_ink(const struct sheet *sheet, enum ink which);
void sheet_title(const struct sheet *sheet, const char *title);
void sheet_say(const struct sheet *sheet, int indent, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool sheet_is_narrow(const struct sheet *sheet);
void sheet_head(const struct sheet *sheet, const char *title);
void sheet_row(const struct sheet *sheet, const char *what, long pages, const char *remark);
void sheet_term(const struct sheet *sheet, const char *what, long pages, const char *remark);

/* log-text-zones.c */
void print_zones(const struct sheet *sheet);

/* log-text-balance.c */
void print_balance(const struct sheet *sheet);

/* log-text-victim.c */
void print_victim(const struct sheet *sheet);

/* log-text-caller.c */
void print_caller(const struct sheet *sheet);

#endif
