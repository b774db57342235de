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
#include "text/text.h"

/* Lines are counted from 1, as in the reader's messages. */
struct text *recording_load(const char *name);
struct text *recording_from(const char *content);
struct text *recording_of_machine(void);
size_t recording_find(const struct text *text, const char *beginning, size_t from);
void recording_replace(struct text *text, size_t line, const char *content);
void recording_insert(struct text *text, size_t line, const char *content);
void recording_delete(struct text *text, size_t line);
void recording_cut(struct text *text, size_t last);
const char *recording_line(const struct text *text, size_t line);
void recording_replay(const struct text *text, struct replay_result *result);
void recording_expect_identical(const char *name);
void recording_expect_divergence(const char *name, const char *heading, const char *beginning,
				 int word);
bool recording_loads(const struct text *text, struct reader *reader);
void recording_expect_unreadable(const struct text *text, size_t line, const char *words);

#endif
