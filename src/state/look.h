/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Looking at what reclaim and compaction read: the commands `lru` and `scanners`.
 */
#ifndef LOOK_H
#define LOOK_H

#include <stdbool.h>
#include <stdio.h>

#include "pageflow.h"

/** Characters of a line, at most. */
#define LOOK_WIDTH 80

/* look.c */
bool look_knows(const char *line);
int look_run(const char *line, FILE *out, struct pageflow_error *error);
/* look-lru.c */
int look_lru(const char *rest, FILE *out, struct pageflow_error *error);
/* look-scanners.c */
int look_scanners(const char *rest, FILE *out, struct pageflow_error *error);

#endif
