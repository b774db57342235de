/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Characters instead of bytes.
 */
#include <stdlib.h>
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

TEST(utf8_escapes_what_a_terminal_would_obey, "")
{
	static const struct {
		const char *text;
		const char *shown;
	} rows[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "caf\xc3\xa9 \xe2\x80\xa6", "caf\xc3\xa9 \xe2\x80\xa6" },
		{ "\033[1m\r\n\t\x7f", "\\x1b[1m\\x0d\\x0a\\x09\\x7f" },
		{ "\xc2\x9b", "\\xc2\\x9b" },
		{ "\xff\xc3", "\\xff\\xc3" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *shown = utf8_escaped(rows[i].text);

		ck_assert_str_eq(shown, rows[i].shown);
		free(shown);
	}
	/* A character that does not belong to the word as a whole is not shown. */
	ck_assert_uint_eq(utf8_shown("\xc3\xa9", 1), 0);
	ck_assert_uint_eq(utf8_shown("\xc3\xa9", 2), 2);
}
