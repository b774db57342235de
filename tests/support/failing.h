/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Letting the host refuse memory. The linker puts these in front of the host's functions (--wrap) for
 * everything in the test program, libraries excepted.
 */
#ifndef TESTS_FAILING_H
#define TESTS_FAILING_H

/** Functions that can be made to fail. */
enum failing {
	FAIL_CALLOC,
	FAIL_REALLOC,
	FAIL_MMAP,
	FAIL_OPEN_MEMSTREAM,
	NR_FAILING,
};

void test_fail(enum failing function, int call);
int test_calls(enum failing function);

#endif
