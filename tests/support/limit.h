/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * A test that goes round for ever is stopped by a count of what it does, not by a clock: the objects of the flavour
 * `mutants` say of each block of code that they enter it. PAGEFLOW_STEPS says how many are too many; the command of that
 * flavour is held to it as well.
 */
#ifndef TESTS_LIMIT_H
#define TESTS_LIMIT_H

/** In the process of a test, before its body. */
void limit_begin(void);

/** The most blocks that one test entered so far; 0 in a flavour that does not count. */
unsigned long limit_most(void);

#endif
