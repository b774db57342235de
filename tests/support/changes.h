/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * All counters of the machine in focus before and after something, compared as a whole: a test that says which ones change
 * says of all others that they do not.
 */
#ifndef TESTS_CHANGES_H
#define TESTS_CHANGES_H

void test_note_counters(void);
const char *test_changes(void);

#define test_expect_changes(text) ck_assert_str_eq(test_changes(), text)

#endif
