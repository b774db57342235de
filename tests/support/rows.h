/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests with a table: which row a test was at when it failed.
 *
 *	static const struct { unsigned int flags; long left; } rows[] = { ... };
 *
 *	for_each_row (i, rows)
 *		ck_assert_int_eq(what_is_left(rows[i].flags), rows[i].left);
 *
 * It is noted where the parent process sees it too, so that it is known of a test that died.
 */
#ifndef TESTS_ROWS_H
#define TESTS_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** Runs through a table, from its first row to its last; `i` is the row's number, from 0. */
#define for_each_row(i, table) \
	for (size_t i = 0; test_row(#table, i, sizeof(table) / sizeof((table)[0])); i++)

bool test_row(const char *table, size_t row, size_t rows);

void rows_share(int tests);
void rows_begin(int test);
void rows_print(FILE *out, int test);

#endif
