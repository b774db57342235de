/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The few words of Check that the machines laid out by hand use, for programs that run without it: what does not hold
 * ends the program, and the fuzzer keeps the input.
 */
#ifndef FUZZ_SHIM_CHECK_H
#define FUZZ_SHIM_CHECK_H

#include <stdio.h>
#include <stdlib.h>

typedef struct TTest {
	int unused;
} TTest;

#define ck_abort_msg(...)	      (fprintf(stderr, __VA_ARGS__), fputc('\n', stderr), abort())
#define ck_assert_msg(condition, ...) ((condition) ? (void)0 : ck_abort_msg(__VA_ARGS__))

/* What tests/support/assertions.[ch] make the other assertions of. */
#define _mark_point(file, line) ((void)0)
#define _ck_assert_failed(file, line, expression, ...) \
	(fprintf(stderr, "%s:%d: ", file, line), ck_abort_msg(__VA_ARGS__))

#endif
