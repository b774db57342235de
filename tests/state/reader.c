/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of the pieces that records are read with.
 */
#include "state/state.h"
#include "life/life.h"
#include "machines.h"
#include "recording.h"

TEST(reader_goes_through_the_lines, "")
{
	struct reader reader = { .text = recording_from("one\ntwo") };

	ck_assert_str_eq(reader_peek(&reader), "one");
	ck_assert_str_eq(reader_line(&reader), "one");
	ck_assert_str_eq(reader_line(&reader), "two");
	ck_assert_ptr_null(reader_line(&reader));
	ck_assert_ptr_null(reader_peek(&reader));
}

TEST(reader_keeps_the_first_error, "")
{
	struct reader reader = { .text = recording_from("one\ntwo\n") };

	reader_line(&reader);
	ck_assert_int_eq(reader_fail(&reader, "1"), -1);
	reader_line(&reader);
	ck_assert_int_eq(reader_refuse(&reader, "later"), -1);
	ck_assert_uint_eq(reader.error.line, 1);
	ck_assert_str_eq(reader.error.text, "expected 1, found 'one'");
}

TEST(reader_before_the_first_line, "")
{
	struct reader reader = { .text = recording_from("") };

	/* Expect line 1 for what is missing from the beginning. */
	reader_fail(&reader, "a line");
	ck_assert_uint_eq(reader.error.line, 1);
	ck_assert_str_eq(reader.error.text, "expected a line, found 'the end of the file'");
}

TEST(reader_cuts_long_lines, "")
{
	struct reader reader = {
		.text = recording_from(
			"123456789 123456789 123456789 123456789 123456789 123456789 x")
	};

	reader_line(&reader);
	reader_fail(&reader, "less");
	ck_assert_str_eq(reader.error.text, "expected less, found '123456789 123456789 123456789 "
					    "123456789 123456789 123456789 ...'");
}

TEST(reader_checks_the_last_line, "")
{
	struct reader reader = { .text = recording_from("one\nend of it") };

	ck_assert_int_eq(reader_check_last(&reader, "end"), 0);
	ck_assert_int_eq(reader_check_last(&reader, "foreign "), -1);
	ck_assert_uint_eq(reader.error.line, 2);
	ck_assert_str_eq(reader.error.text,
			 "expected 'foreign ...' as the last line, found 'end of it'");
}

TEST(take_names, "")
{
	const char *cursor = "DMA32 HighAtomic Highatomic";
	int which;

	ck_assert(take_zone(&cursor, &which));
	ck_assert_int_eq(which, ZONE_DMA32);
	ck_assert(!take_zone(&cursor, &which));
	ck_assert(take_migratetype(&cursor, &which));
	ck_assert_int_eq(which, MIGRATE_HIGHATOMIC);
	ck_assert(!take_migratetype(&cursor, &which));
}
