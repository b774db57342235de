/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The sheet on which the answer to a report is written, and the files that write its sections.
 *
 * A sheet is text, broken into lines of a terminal, or the same in pieces as JSON: sections, each with its title, the lines
 * and the rows of tables under it. What is said is written once, for both.
 */
#ifndef EXPLAIN_SHEET_H
#define EXPLAIN_SHEET_H

#include "failure/answer.h"
#include "text/json.h"
#include "tools/explain/ink.h"

/** A text on its way to the reader. */
struct sheet {
	const struct log_answer *answer;
	FILE *out; /**< as text */
	bool colour;
	struct json *json; /**< as JSON; NULL: as text */
	int depth;	   /**< of the array of sections */
};

/* sheet.c */
const char *sheet_ink(const struct sheet *sheet, enum ink which);
void sheet_begin(const struct sheet *sheet, const char *key, enum ink tone, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void sheet_title(const struct sheet *sheet, const char *key, const char *title);
void sheet_say(const struct sheet *sheet, int indent, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void sheet_say_in(const struct sheet *sheet, enum ink tone, int indent, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void sheet_end(const struct sheet *sheet);
bool sheet_is_narrow(const struct sheet *sheet);
void sheet_columns(const struct sheet *sheet, const char *const *name, int nr);
void sheet_cells(const struct sheet *sheet, enum ink tone, const char *const *cell, int nr,
		 const char *remark);
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
