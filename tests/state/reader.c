/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of the pieces that records are read with.
 */
#include <limits.h>

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

TEST(take_words, "")
{
	const char *cursor = "  free freedom";

	ck_assert(!take_word(&cursor, "fre"));
	ck_assert(take_word(&cursor, "free"));
	ck_assert(!take_word(&cursor, "free"));
	ck_assert(take_word(&cursor, "freedom"));
	ck_assert(take_end(&cursor));
}

TEST(take_numbers, "")
{
	const char *cursor = " 12 -3/x beef";
	unsigned long hex;
	long number;

	ck_assert(take_number(&cursor, &number));
	ck_assert_int_eq(number, 12);
	ck_assert(take_number(&cursor, &number));
	ck_assert_int_eq(number, -3);
	ck_assert(!take_number(&cursor, &number));
	cursor += 2;
	/* Expect letters that could be hexadecimal not to be a decimal number. */
	ck_assert(!take_number(&cursor, &number));
	ck_assert(take_hex(&cursor, &hex));
	ck_assert_uint_eq(hex, 0xbeef);
	ck_assert(!take_hex(&cursor, &hex));
	cursor = "-";
	ck_assert(!take_number(&cursor, &number));
}

TEST(take_numbers_that_fit, "")
{
	static const char *const too_large[] = { "9223372036854775808", "-9223372036854775809",
						 "99999999999999999999" };
	const char *cursor =
		"9223372036854775807 -9223372036854775808 0xffffffffffffffff f0000000000000000";
	unsigned long hex;
	long number;

	ck_assert(take_number(&cursor, &number));
	ck_assert_int_eq(number, LONG_MAX);
	ck_assert(take_number(&cursor, &number));
	ck_assert_int_eq(number, LONG_MIN);
	ck_assert(take_hex(&cursor, &hex));
	ck_assert_uint_eq(hex, ULONG_MAX);
	ck_assert(!take_hex(&cursor, &hex));
	ck_assert_str_eq(cursor, " f0000000000000000");
	for (size_t i = 0; i < ARRAY_SIZE(too_large); i++) {
		cursor = too_large[i];
		ck_assert(!take_number(&cursor, &number));
		ck_assert(!is_number(cursor, LONG_MIN, LONG_MAX, &number));
		ck_assert_ptr_eq(cursor, too_large[i]);
	}
}

TEST(take_values, "")
{
	const char *cursor = " 0x1f 010 -0x10 18446744073709551615 18446744073709551616";
	long value;

	ck_assert(take_value(&cursor, &value) && value == 31);
	/* Expect a leading zero to mean nothing. */
	ck_assert(take_value(&cursor, &value) && value == 10);
	ck_assert(take_value(&cursor, &value) && value == -16);
	/* Expect the bits of a number without sign. */
	ck_assert(take_value(&cursor, &value) && value == -1);
	ck_assert(!take_value(&cursor, &value));
	cursor = "7x";
	ck_assert(!take_value(&cursor, &value));
	cursor = "-";
	ck_assert(!take_value(&cursor, &value));
	cursor = "0x";
	ck_assert(!take_value(&cursor, &value));
}

TEST(take_digits_without_blank_or_sign, "")
{
	const char *cursor = "0x40000000+16M";
	uint64_t number;

	ck_assert(take_digits(&cursor, &number));
	ck_assert_uint_eq(number, 0x40000000);
	ck_assert_str_eq(cursor, "+16M");
	ck_assert(!take_digits(&cursor, &number));
	cursor = " 1";
	ck_assert(!take_digits(&cursor, &number));
}

TEST(take_any_word, "")
{
	const char *cursor = "  a bcd";
	char word[3];

	ck_assert(take_text(&cursor, word, sizeof(word)));
	ck_assert_str_eq(word, "a");
	/* Expect a word that does not fit to stay. */
	ck_assert(!take_text(&cursor, word, sizeof(word)));
	ck_assert_str_eq(cursor, " bcd");
	cursor = "  ";
	ck_assert(!take_text(&cursor, word, sizeof(word)));
}

TEST(is_number_in_a_range, "")
{
	long value;

	ck_assert(is_number("0x10", 0, 16, &value) && value == 16);
	ck_assert(is_number("-3", -3, 0, &value) && value == -3);
	ck_assert(!is_number("17", 0, 16, &value));
	ck_assert(!is_number("10xyz", 0, 16, &value));
	ck_assert(!is_number(" 1", 0, 16, &value));
	ck_assert(!is_number("", 0, 16, &value));
	ck_assert(!is_number(NULL, 0, 16, &value));
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
