/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of what a machine says: console, one-time messages, rate limits, violations, locks.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "machines.h"

TEST(printk_goes_to_the_console, "")
{
	test_machine_uma(16);
	printk("%s of %d\n", "line", 2);
	ck_assert_str_eq(test_console(), "line of 2\n");
}

TEST(printk_without_a_console, "")
{
	char text[64] = "";
	int ends[2];

	test_machine_uma(16);
	world->console = NULL;
	ck_assert_int_eq(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	printk("to standard error\n");
	fflush(stderr);
	ck_assert_int_gt(read(ends[0], text, sizeof(text) - 1), 0);
	ck_assert_str_eq(text, "to standard error\n");
}

TEST(warn_once_prints_once, "")
{
	test_machine_uma(16);
	warn_once(ONCE_NOFAIL_ORDER, "first\n");
	warn_once(ONCE_NOFAIL_ORDER, "second\n");
	warn_once(ONCE_EXACT_COMP, "other\n");
	/* Expect each message to be counted on its own, and on this machine only. */
	ck_assert_str_eq(test_console(), "first\nother\n");
	test_machine_uma(16);
	warn_once(ONCE_NOFAIL_ORDER, "again\n");
	ck_assert_str_eq(test_console(), "again\n");
}

TEST(warnings_taint, "06-15")
{
	char text[TAINT_TEXT_SIZE];

	test_machine_uma(16);
	taint_format(text, sizeof(text));
	ck_assert_str_eq(text, "Not tainted");
	/* Expect a warning to be remembered, of either kind, */
	warn_once(ONCE_NOFAIL_ORDER, "once\n");
	taint_format(text, sizeof(text));
	ck_assert_str_eq(text, "Tainted: G        W        ");
	/* and not again when it is no longer said, */
	world->tainted = 0;
	warn_once(ONCE_NOFAIL_ORDER, "once\n");
	ck_assert_uint_eq(world->tainted, 0);
	warn("every %s\n", "time");
	warn("every %s\n", "time");
	ck_assert_uint_eq(world->tainted, 1ul << TAINT_WARN);
	ck_assert_str_eq(test_console(), "once\nevery time\nevery time\n");
	/* each flag in its own column, and the first one instead of the G. */
	add_taint(TAINT_BAD_PAGE);
	taint_format(text, sizeof(text));
	ck_assert_str_eq(text, "Tainted: G    B   W        ");
	world->tainted = (1ul << TAINT_FLAGS_COUNT) - 1;
	taint_format(text, sizeof(text));
	ck_assert_str_eq(text, "Tainted: PFSRMBUDAWCIOELKXT");
}

TEST(ratelimit_by_interval_and_burst, "")
{
	struct printk_limit limit = { 0 };

	test_machine_uma(16);
	world->jiffies = 1000;
	/* Expect two an interval of 10 ticks; the others are counted. */
	ck_assert(printk_ratelimit(&limit, "caller", 10, 2));
	ck_assert(printk_ratelimit(&limit, "caller", 10, 2));
	ck_assert(!printk_ratelimit(&limit, "caller", 10, 2));
	ck_assert_uint_eq(limit.missed, 1);
	ck_assert_str_eq(test_console(), "");
	/* Expect the interval to end one tick after it is over. */
	world->jiffies = 1010;
	ck_assert(!printk_ratelimit(&limit, "caller", 10, 2));
	world->jiffies = 1011;
	ck_assert(printk_ratelimit(&limit, "caller", 10, 2));
	ck_assert_uint_eq(limit.begin, 1011);
	/* Expect the next one to say how many there were not, once. */
	ck_assert_str_eq(test_console(), "caller: 2 callbacks suppressed\n");
	ck_assert_uint_eq(limit.missed, 0);
	world->jiffies = 2000;
	ck_assert(printk_ratelimit(&limit, "caller", 10, 2));
	ck_assert_str_eq(test_console(), "caller: 2 callbacks suppressed\n");
}

TEST(ratelimit_begins_with_the_first_message, "")
{
	struct printk_limit limit = { 0 };

	test_machine_uma(16);
	/* Expect tick 0 to be a tick as any other. */
	ck_assert(printk_ratelimit(&limit, "caller", 10, 1));
	ck_assert(!printk_ratelimit(&limit, "caller", 10, 1));
}

TEST(bug_with_a_handler, "")
{
	test_machine_uma(16);
	test_expect_bugs();
	bug("number %d", 7);
	ck_assert_int_eq(test_bugs(), 1);
	ck_assert_str_eq(test_last_bug(), "number 7");
}

TEST_DIES(bug_without_a_handler, "", SIGABRT)
{
	test_machine_uma(16);
	bug("nobody listens");
}

TEST(lock_taken_twice, "")
{
	struct spinlock lock = { 0 };

	test_machine_uma(16);
	test_expect_bugs();
	spin_lock(&lock);
	ck_assert_int_eq(test_bugs(), 0);
	/* Expect a report where a real CPU would wait for ever. */
	spin_lock(&lock);
	ck_assert_str_eq(test_last_bug(), "zone->lock taken while held");
	spin_unlock(&lock);
	ck_assert_int_eq(test_bugs(), 1);
	spin_unlock(&lock);
	ck_assert_str_eq(test_last_bug(), "zone->lock released while free");
}
