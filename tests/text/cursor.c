/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Taking a line apart word by word.
 */
#include <limits.h>
#include <string.h>

#include "harness.h"
#include "text/cursor.h"
#include "types.h"

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
	for_each_row(i, too_large) {
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
