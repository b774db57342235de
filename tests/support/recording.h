/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Recordings to change a line of, and to replay.
 */
#ifndef TESTS_RECORDING_H
#define TESTS_RECORDING_H

#include <stdio.h>

#include "engine/engine.h"
#include "state/reader.h"
#include "state/state.h"
#include "text/text.h"

/** A line that is not as it should be. */
struct damage {
	const char *beginning; /**< of the line that it replaces */
	const char *instead;
	const char *words; /**< of the refusal */
};

/* Lines are counted from 1, as in the reader's messages. */
struct text *recording_load(const char *name);
/* The text given to recording_from() or recording_replace() may be left to it. */
struct text *recording_from(const char *content);
struct text *recording_of_machine(void);
struct text *recording_of_machine_as(const struct snapshot_form *form);
size_t recording_find(const struct text *text, const char *beginning, size_t from);
void recording_replace(struct text *text, size_t line, const char *content);
void recording_insert(struct text *text, size_t line, const char *content);
void recording_delete(struct text *text, size_t line);
void recording_cut(struct text *text, size_t last);
const char *recording_line(const struct text *text, size_t line);
void recording_replay(const struct text *text, struct replay_result *result);
void recording_is_identical(const struct replay_result *result);
void recording_expect_identical(const char *name);
void recording_expect_divergence(const char *name, const char *heading, const char *beginning,
				 int word);
void recording_expect_alike(const struct text *text, const struct text *other);
bool recording_loads(const struct text *text, struct reader *reader);
void recording_expect_refused(struct text *text, const struct damage *damage);
void recording_expect_unreadable(const struct text *text, size_t line, const char *words);

#endif
