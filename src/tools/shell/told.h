/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The events of a command, told in a few lines.
 */
#ifndef SHELL_TOLD_H
#define SHELL_TOLD_H

#include "pageflow.h"
#include "text/json.h"

/** The events of a command as they come. */
struct told;

struct told *told_new(void);
bool told_event(struct told *told, const struct pageflow_event *event);
void told_write(const struct told *told, struct json *json);
void told_clear(struct told *told);
void told_free(struct told *told);

#endif
