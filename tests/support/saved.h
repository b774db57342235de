/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * What a machine saves, and the machine that comes of it.
 */
#ifndef TESTS_SAVED_H
#define TESTS_SAVED_H

struct machine;

char *saved(void);
struct machine *loaded(const char *snapshot);

#endif
