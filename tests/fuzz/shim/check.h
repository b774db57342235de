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
#define ck_assert(condition)	      ((condition) ? (void)0 : ck_abort_msg("does not hold: %s", #condition))
#define ck_assert_msg(condition, ...) ((condition) ? (void)0 : ck_abort_msg(__VA_ARGS__))
#define ck_assert_int_eq(a, b)	      ck_assert((a) == (b))
#define ck_assert_uint_eq(a, b)	      ck_assert((a) == (b))
#define ck_assert_ptr_nonnull(a)      ck_assert((a) != NULL)

#endif
