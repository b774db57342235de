/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The main program of the tests: `program [-l] [FILTER]`.
 *
 * Tests register themselves before main() runs (see harness.h). With -l they are listed, one a line: stem, name and
 * claims, separated by tabs. Otherwise those whose stem or name contains FILTER, or that prove the claim FILTER, are run
 * through Check, each in a forked process; failures go to stderr (tests/words.py puts them into words) and one line,
 * `N passed, N failed`, to stdout. Exit 0 or 1, and 2 when nothing matches.
 *
 * Under `make coverage` PAGEFLOW_COVERAGE_DIR names a directory: each test's process then writes what it counted to
 * DIRECTORY/STEM/NAME, which is how the book knows which test ran which line.
 */
#include "harness.h"

#include "hang.h"
#include "leaks.h"
#include "limit.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef PAGEFLOW_COVERAGE
#include <gcov.h>
#endif

#define MOST_NAMED 8192

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

static void begin_counters(const struct harness_test *test)
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

static void begin_counters(const struct harness_test *test)
{
	(void)test;
	catch_death();
}
#else
static void begin_counters(const struct harness_test *test)
{
	(void)test;
}
#endif

/* Runs first in each test's process. */
void harness_enter(const struct harness_test *test)
{
	limit_begin();
	rows_begin(test->number);
	begin_counters(test);
}

/** One piece of memory that a test leaves behind, and the one before. */
struct kept {
	void *memory;
	struct kept *before;
};

static struct kept *kept;

void *test_keep(void *memory)
{
	struct kept *one = malloc(sizeof(*one));

	*one = (struct kept){ memory, kept };
	kept = one;
	return memory;
}

#ifdef __SANITIZE_ADDRESS__
/* The sanitizer asks at a test's end: under a debugger it cannot look. */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
	char line[128];
	int tracer = 0;
	FILE *status = fopen("/proc/self/status", "r");

	while (status && fgets(line, sizeof(line), status))
		if (sscanf(line, "TracerPid: %d", &tracer) == 1)
			break;
	if (status)
		fclose(status);
	return tracer != 0;
}
#endif

/* Runs last in each test's process, unless that has died. With the sanitizers, what is not freed now is looked at when that ends. */
void harness_leave(void)
{
	if (test_leave_in_order)
		test_leave_in_order();
#ifdef __SANITIZE_ADDRESS__
	if (test_free_machines)
		test_free_machines();
#endif
}

/* Is this one of the claims that the test proves? */
static int proves(const struct harness_test *test, const char *claim)
{
	size_t length = strlen(claim);

	for (const char *at = test->claims; *at; at += strspn(at, " ")) {
		size_t here = strcspn(at, " ");

		if (here == length && memcmp(at, claim, length) == 0)
			return 1;
		at += here;
	}
	return 0;
}

static int matches(const struct harness_test *test, const char *filter)
{
	return !filter || strstr(stem_of(test), filter) || strstr(test->name, filter) ||
	       proves(test, filter);
}

static void list(const char *filter)
{
	for (const struct harness_test *test = tests; test; test = test->next)
		if (matches(test, filter))
			printf("%s\t%s\t%s\n", stem_of(test), test->name, test->claims);
}

/* A case a test: Check reports the case's name. */
static void add_test(Suite *suite, const struct harness_test *test)
{
	TCase *tcase = tcase_create(test->name);

	tcase_set_timeout(tcase, HANG_SECONDS);
	_tcase_add_test(tcase, test->body, test->signal, test->status, 0, 1);
	suite_add_tcase(suite, tcase);
}

static const struct harness_test *test_named(const char *name)
{
	for (const struct harness_test *test = tests; test; test = test->next)
		if (strcmp(test->name, name) == 0)
			return test;
	return NULL;
}

/* One line, and below it, each behind a tab, what else the failure says and in which rows of its tables the test was. */
static void report_failure(TestResult *failure)
{
	const struct harness_test *test = test_named(tr_tcname(failure));

	fprintf(stderr, "%s:%d: FAILED %s: ", tr_lfile(failure), tr_lno(failure), test->name);
	for (const char *at = tr_msg(failure); *at; at++)
		fprintf(stderr, *at == '\n' ? "\n\t" : "%c", *at);
	fprintf(stderr, "\n");
	rows_print(stderr, test->number);
}

static void report_failures(SRunner *runner)
{
	TestResult **failures = srunner_failures(runner);
	int failed = srunner_ntests_failed(runner);

	for (int i = 0; i < failed; i++)
		report_failure(failures[i]);
	free(failures);
}

/* Runs one suite and gives how many of its tests failed. */
static int run_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_set_fork_status(runner, CK_FORK);
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	report_failures(runner);
	srunner_free(runner);
	return failed;
}

static int conclude(int passed, int failed)
{
	printf("%d passed, %d failed\n", passed, failed);
	if (limit_most())
		printf("most steps: %lu\n", limit_most());
	return failed ? 1 : 0;
}

/* All tests that match, in one suite. */
static int run(const char *filter)
{
	Suite *suite = suite_create("pageflow");
	int count = 0, failed;

	for (const struct harness_test *test = tests; test; test = test->next) {
		if (!matches(test, filter))
			continue;
		add_test(suite, test);
		count++;
	}
	if (!count) {
		fprintf(stderr,
			"tests: no stem or test name contains '%s', and no test proves such a claim; -l lists them\n",
			filter ? filter : "");
		return 2;
	}
	failed = run_suite(suite);
	return conclude(count - failed, failed);
}

/* Reads which tests a file names, all before the first is forked: processes share the place in an open file. */
static int read_names(const char *path, const struct harness_test *named[MOST_NAMED])
{
	FILE *names = fopen(path, "r");
	char name[256];
	int count = 0;

	if (!names) {
		perror(path);
		exit(2);
	}
	while (count < MOST_NAMED && fscanf(names, "%255s", name) == 1) {
		named[count] = test_named(name);
		if (!named[count++]) {
			fprintf(stderr, "%s: there is no test '%s'; -l lists them\n", path, name);
			exit(2);
		}
	}
	fclose(names);
	return count;
}

/* The tests that a file names, each in a suite of its own, up to the first that fails. */
static int run_named(const char *path)
{
	static const struct harness_test *named[MOST_NAMED];
	int count = read_names(path, named);

	for (int i = 0; i < count; i++) {
		Suite *suite = suite_create("pageflow");

		add_test(suite, named[i]);
		if (run_suite(suite))
			return conclude(i, 1);
	}
	return conclude(count, 0);
}

static void number_tests(void)
{
	int count = 0;

	for (struct harness_test *test = tests; test; test = test->next)
		test->number = count++;
	rows_share(count);
}

static int usage(const char *program)
{
	fprintf(stderr, "usage: %s [-l] [FILTER] | -f FILE\n", program);
	return 2;
}

int main(int argc, char **argv)
{
	const char *option = argc > 1 && argv[1][0] == '-' ? argv[1] : "";
	int first = *option ? 2 : 1;

	if (argc > first + 1)
		return usage(argv[0]);
	number_tests();
	if (!*option)
		return run(argv[first]);
	if (strcmp(option, "-f") == 0 && argc > first)
		return run_named(argv[first]);
	if (strcmp(option, "-l") != 0)
		return usage(argv[0]);
	list(argv[first]);
	return 0;
}
