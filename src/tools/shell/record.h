/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What becomes of one command, taken down to be written as an object of JSON.
 */
#ifndef SHELL_RECORD_H
#define SHELL_RECORD_H

#include "pageflow.h"
#include "text/json.h"

struct record;

struct record *record_new(void);
void record_free(struct record *record);
FILE *record_stream(struct record *record);

void record_begin(struct record *record, size_t line, const char *command);
void record_event(struct record *record, const struct pageflow_event *event);
void record_error(struct record *record, char *words);
void record_shown(struct record *record);
void record_picture(struct record *record, const char *kind, char *svg, char *text);
void record_write(struct record *record, struct json *json);

#endif
