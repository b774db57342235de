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
 * Under `make coverage` PAGEFLOW_COVERAGE_DIR names a directory: each test's process then writes what it counted to
 * DIRECTORY/STEM/NAME, which is how the book knows which test ran which line.
 */
#include "harness.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef PAGEFLOW_COVERAGE
#include <gcov.h>
#endif

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

#if defined(PAGEFLOW_COVERAGE) || defined(PAGEFLOW_MCDC)
static void write_and_die(int signal);

/* A test that dies by a signal leaves through no exit(): what it counted is written before. */
static void catch_death(void)
{
	static const struct sigaction once = { .sa_handler = write_and_die,
					       .sa_flags = SA_RESETHAND | SA_NODEFER };

	sigaction(SIGABRT, &once, NULL);
	sigaction(SIGSEGV, &once, NULL);
	sigaction(SIGBUS, &once, NULL);
}
#endif

#ifdef PAGEFLOW_COVERAGE
/*
 * Each measured object has left a pointer to its counters in a section of this name (-fprofile-info-section). Most
 * tests leave most objects alone: what a test writes is the objects whose counters are not what they were when it began.
 * Its file has for each of them its name, the number of bytes, both on lines of their own, and these bytes.
 */
#define MOST_OBJECTS 512

extern const struct gcov_info *const __start_pageflow_counters[];
extern const struct gcov_info *const __stop_pageflow_counters[];

static unsigned char stream[1 << 20]; /* one object's counters, as gcov reads them */
static size_t stream_length;
static const char *object_name;
static uint64_t before[MOST_OBJECTS];
static char counts_file[4096];

static void take_name(const char *name, void *unused)
{
	(void)unused;
	object_name = name;
}

static void take_bytes(const void *bytes, unsigned size, void *unused)
{
	(void)unused;
	if (size > sizeof(stream) - stream_length)
		abort();
	memcpy(stream + stream_length, bytes, size);
	stream_length += size;
}

static void *no_memory(unsigned size, void *unused)
{
	(void)size;
	(void)unused;
	return NULL;
}

/* Puts one object's counters into the stream and gives their checksum (FNV-1a). */
static uint64_t read_counters(const struct gcov_info *info)
{
	uint64_t sum = 14695981039346656037ull;

	stream_length = 0;
	__gcov_info_to_gcda(info, take_name, take_bytes, no_memory, NULL);
	for (size_t i = 0; i < stream_length; i++)
		sum = (sum ^ stream[i]) * 1099511628211ull;
	return sum;
}

static void write_counters(void)
{
	FILE *out = fopen(counts_file, "w");

	for (int i = 0; __start_pageflow_counters + i < __stop_pageflow_counters; i++) {
		if (read_counters(__start_pageflow_counters[i]) == before[i])
			continue;
		fprintf(out, "%s\n%zu\n", object_name, stream_length);
		fwrite(stream, 1, stream_length, out);
	}
	fclose(out);
}

static void write_and_die(int signal)
{
	write_counters();
	raise(signal);
}

/* Runs first in each test's process. */
void harness_enter(const struct harness_test *test)
{
	const char *directory = getenv("PAGEFLOW_COVERAGE_DIR");

	if (!directory)
		return;
	snprintf(counts_file, sizeof(counts_file), "%s/%s", directory, stem_of(test));
	mkdir(counts_file, 0777);
	snprintf(counts_file, sizeof(counts_file), "%s/%s/%s", directory, stem_of(test),
		 test->name);
	if (__stop_pageflow_counters - __start_pageflow_counters > MOST_OBJECTS)
		abort();
	for (int i = 0; __start_pageflow_counters + i < __stop_pageflow_counters; i++)
		before[i] = read_counters(__start_pageflow_counters[i]);
	atexit(write_counters);
	catch_death();
}
#elif defined(PAGEFLOW_MCDC)
/* clang's own code adds what a process counted to the file in LLVM_PROFILE_FILE, but only where it leaves through exit(). */
int __llvm_profile_write_file(void);

static void write_and_die(int signal)
{
	__llvm_profile_write_file();
	raise(signal);
}

void harness_enter(const struct harness_test *test)
{
	(void)test;
	catch_death();
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
