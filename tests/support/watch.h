/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * A witness for tests: keeps what the stages decide on the machine in focus.
 */
#ifndef TESTS_WATCH_H
#define TESTS_WATCH_H

#include "decisions.h"

void test_witness(void);
const char *test_decisions(enum decision_kind kind);

#endif
