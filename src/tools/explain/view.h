/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the files of `pageflow explain` share.
 */
#ifndef TOOLS_EXPLAIN_VIEW_H
#define TOOLS_EXPLAIN_VIEW_H

#include <stdio.h>

#include "engine/explain.h"
#include "text/append.h"
#include "text/json.h"

struct log_answer;

/** Where the machine came from, and what about it is assumed. */
struct explain_origin {
	const struct log_answer
		*by_rules;	/**< what another version would decide; NULL: it was not asked */
	bool live;		/**< a running machine: what would happen */
	const char *machine;	/**< "1G", or a file */
	const char *assumed[8]; /**< lines, ended by NULL */
};

/* words.c */
#define EXPLAIN_SENTENCE 4096
const char *explain_zone_label(const struct explanation *e, int zone, char *text, size_t size);
const char *explain_mark_name(uint32_t alloc_flags);
void explain_flags_text(uint32_t alloc_flags, char *text, size_t size);
void explain_refusal(const struct explanation *e, const struct explained_attempt *attempt,
		     uint32_t alloc_flags, char *text, size_t size);
void explain_event_text(const struct explained_step *step, char *text, size_t size);
const char *explain_decision_word(int kind);
const char *explain_verdict_word(enum explained_verdict verdict);
const char *explain_give_up(int why);
const char *explain_no_kill(int why);
void explain_source_text(const struct explanation *e, char *text, size_t size);
void explain_answer(const struct explanation *e, const struct explain_origin *origin, char *text,
		    size_t size);

/* text.c, json.c, svg.c */
void explain_print_text(const struct explanation *e, const struct explain_origin *origin, FILE *out,
			bool colour);
void explain_write_attempt(const struct explained_attempt *a, struct json *json);
void explain_print_json(const struct explanation *e, const struct explain_origin *origin,
			FILE *out);
void explain_print_svg(const struct explanation *e, const struct explain_origin *origin, FILE *out);

#endif
