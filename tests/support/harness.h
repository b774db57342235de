/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * How a test is written here. A test file needs nothing but
 *
 *	#include "harness.h"
 *
 *	TEST(rmqueue_takes_from_pcp_first, "10-1 10-2")
 *	{
 *		ck_assert_int_eq(1 + 1, 2);
 *	}
 *
 * The name says the function and the situation; the second argument names the claims of the chapters that this test
 * proves ("" for none). Each test runs in a process of its own, so it may leave anything behind, and may die.
 */
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include <check.h>
#include <signal.h>
#include <string.h>

#include "assertions.h"
#include "rows.h"

struct harness_test {
	const char *file;   /* where it stands; the stem is taken from this */
	const char *name;   /* function_situation */
	const char *claims; /* "06-1 06-2" */
	const TTest *body;
	int signal; /* the signal it must die by, or 0 */
	int status; /* the status it must exit with */
	struct harness_test *next;
	int number; /* its place among all */
};

void harness_register(struct harness_test *test);
void harness_enter(const struct harness_test *test);
void harness_leave(void);

/** What every test of a machine must leave behind (observe.c); the harness calls it where there are machines. */
void test_leave_in_order(void) __attribute__((weak));

/** Memory that a test leaves behind on purpose: no leak (see leaks.h). Gives it back. */
void *test_keep(void *memory);

/** A test that must run to its end. */
#define TEST(test, claims) HARNESS_TEST(test, claims, 0, 0)

/** A test that must die by a signal, such as SIGABRT where the kernel's behaviour is undefined. */
#define TEST_DIES(test, claims, signal) HARNESS_TEST(test, claims, signal, 0)

/** A test that must leave through exit(status). */
#define TEST_EXITS(test, claims, status) HARNESS_TEST(test, claims, 0, status)

#define HARNESS_TEST(test, claims, signal, status)                                            \
	static void test##_body(void);                                                        \
	static struct harness_test test##_record;                                             \
	static void test##_run(int unused)                                                    \
	{                                                                                     \
		(void)unused;                                                                 \
		harness_enter(&test##_record);                                                \
		test##_body();                                                                \
		harness_leave();                                                              \
	}                                                                                     \
	static const TTest test##_check = { #test, test##_run, __FILE__, __LINE__ };          \
	static struct harness_test test##_record = { __FILE__, #test,  claims, &test##_check, \
						     signal,   status, NULL,   0 };           \
	__attribute__((constructor)) static void test##_register(void)                        \
	{                                                                                     \
		harness_register(&test##_record);                                             \
	}                                                                                     \
	static void test##_body(void)

#endif
