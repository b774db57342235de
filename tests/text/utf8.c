/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Characters instead of bytes.
 */
#include <string.h>

#include "harness.h"
#include "text/utf8.h"

TEST(utf8_length_knows_what_is_no_character, "")
{
	ck_assert_uint_eq(utf8_length("a"), 1);
	ck_assert_uint_eq(utf8_length("\u00e9"), 2);
	ck_assert_uint_eq(utf8_length("\u2212"), 3);
	ck_assert_uint_eq(utf8_length("\U0001f40c"), 4);
	ck_assert_uint_eq(utf8_length("\xff"), 0);
	ck_assert_uint_eq(utf8_length("\x80"), 0);	       /* goes on with nothing before it */
	ck_assert_uint_eq(utf8_length("\xe2\x88"), 0);	       /* ends early */
	ck_assert_uint_eq(utf8_length("\xc0\xaf"), 0);	       /* longer than needed */
	ck_assert_uint_eq(utf8_length("\xe0\x80\xaf"), 0);     /* the same */
	ck_assert_uint_eq(utf8_length("\xed\xa0\x80"), 0);     /* half of a pair */
	ck_assert_uint_eq(utf8_length("\xf4\x90\x80\x80"), 0); /* past the last */
}

TEST(utf8_shortens_by_whole_characters, "")
{
	char shown[64];

	ck_assert_str_eq(utf8_head("\u00e9\u00e8\u00ea", 3, shown, sizeof(shown)),
			 "\u00e9\u00e8\u00ea");
	ck_assert_str_eq(utf8_head("\u00e9\u00e8\u00ea", 2, shown, sizeof(shown)),
			 "\u00e9\u00e8...");
	ck_assert_str_eq(utf8_tail("\u00e9\u00e8\u00ea", 3, shown, sizeof(shown)),
			 "\u00e9\u00e8\u00ea");
	ck_assert_str_eq(utf8_tail("\u00e9\u00e8\u00ea", 2, shown, sizeof(shown)),
			 "...\u00e8\u00ea");
	ck_assert_uint_eq(utf8_count("a\xff\u2212"), 3);
}
