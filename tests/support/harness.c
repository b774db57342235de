/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The main program of the tests: `program [-l] [FILTER]`.
 *
 * Tests register themselves before main() runs (see harness.h). With -l they are listed, one a line: stem, name and
 * claims, separated by tabs. Otherwise those whose stem or name contains FILTER are run through Check, each in a
 * forked process; failures go to stderr and one line, `N passed, N failed`, to stdout. Exit 0 or 1, and 2 when
 * nothing matches.
 *
 * Under `make coverage` PAGEFLOW_COVERAGE_DIR names a directory: each test's process then starts from zeroed counters
 * and writes them to DIRECTORY/STEM/NAME, which is how the book knows which test ran which line.
 */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEST_SECONDS 300

static struct harness_test *tests;

/* Keeps the list sorted by file and line: the order in which constructors run is nobody's promise. */
void harness_register(struct harness_test *test)
{
	struct harness_test **at = &tests;

	while (*at) {
		int order = strcmp((*at)->file, test->file);

		if (order > 0 || (order == 0 && (*at)->body->line > test->body->line))
			break;
		at = &(*at)->next;
	}
	test->next = *at;
	*at = test;
}

/* The file's name without directory and suffix. */
static const char *stem_of(const struct harness_test *test)
{
	static char stem[256];
	const char *slash = strrchr(test->file, '/');
	const char *base = slash ? slash + 1 : test->file;

	snprintf(stem, sizeof(stem), "%.*s", (int)strcspn(base, "."), base);
	return stem;
}

#ifdef PAGEFLOW_COVERAGE
void __gcov_reset(void);
void __gcov_dump(void);

/* A test that dies by a signal writes no counters of its own accord. */
static void dump_and_die(int signal)
{
	__gcov_dump();
	raise(signal);
}

/* Runs first in each test's process. */
void harness_enter(const struct harness_test *test)
{
	static const struct sigaction once = { .sa_handler = dump_and_die,
					       .sa_flags = SA_RESETHAND | SA_NODEFER };
	const char *directory = getenv("PAGEFLOW_COVERAGE_DIR");
	char prefix[4096];

	if (!directory)
		return;
	snprintf(prefix, sizeof(prefix), "%s/%s/%s", directory, stem_of(test), test->name);
	setenv("GCOV_PREFIX", prefix, 1);
	sigaction(SIGABRT, &once, NULL);
	sigaction(SIGSEGV, &once, NULL);
	sigaction(SIGBUS, &once, NULL);
	__gcov_reset();
}
#else
void harness_enter(const struct harness_test *test)
{
	(void)test;
}
#endif

static int matches(const struct harness_test *test, const char *filter)
{
	return !filter || strstr(stem_of(test), filter) || strstr(test->name, filter);
}

static void list(const char *filter)
{
	for (const struct harness_test *test = tests; test; test = test->next)
		if (matches(test, filter))
			printf("%s\t%s\t%s\n", stem_of(test), test->name, test->claims);
}

/* One Check suite for all, and a case a test: Check reports the case's name. */
static Suite *select_tests(const char *filter, int *count)
{
	Suite *suite = suite_create("pageflow");

	*count = 0;
	for (const struct harness_test *test = tests; test; test = test->next) {
		TCase *tcase;

		if (!matches(test, filter))
			continue;
		tcase = tcase_create(test->name);
		tcase_set_timeout(tcase, TEST_SECONDS);
		_tcase_add_test(tcase, test->body, test->signal, test->status, 0, 1);
		suite_add_tcase(suite, tcase);
		*count += 1;
	}
	return suite;
}

static void report_failures(SRunner *runner)
{
	TestResult **failures = srunner_failures(runner);
	int failed = srunner_ntests_failed(runner);

	for (int i = 0; i < failed; i++)
		fprintf(stderr, "%s:%d: FAILED %s: %s\n", tr_lfile(failures[i]),
			tr_lno(failures[i]), tr_tcname(failures[i]), tr_msg(failures[i]));
	free(failures);
}

static int run(const char *filter)
{
	int count, failed;
	SRunner *runner = srunner_create(select_tests(filter, &count));

	if (count) {
		srunner_set_fork_status(runner, CK_FORK);
		srunner_run_all(runner, CK_SILENT);
	}
	failed = srunner_ntests_failed(runner);
	report_failures(runner);
	srunner_free(runner);
	if (!count) {
		fprintf(stderr, "tests: no stem or test name contains '%s'; -l lists them\n",
			filter ? filter : "");
		return 2;
	}
	printf("%d passed, %d failed\n", count - failed, failed);
	return failed ? 1 : 0;
}

int main(int argc, char **argv)
{
	int listing = argc > 1 && strcmp(argv[1], "-l") == 0;
	const char *filter = argc > 1 + listing ? argv[1 + listing] : NULL;

	if (argc > 2 + listing) {
		fprintf(stderr, "usage: %s [-l] [FILTER]\n", argv[0]);
		return 2;
	}
	if (!listing)
		return run(filter);
	list(filter);
	return 0;
}
