/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Breaking lines between words.
 */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "text/utf8.h"
#include "text/wrap.h"

/** What is printed by one of the functions. */
#define PRINTED(text, call)                                  \
	do {                                                 \
		size_t size_;                                \
		FILE *out = open_memstream(&(text), &size_); \
		ck_assert_ptr_nonnull(out);                  \
		call;                                        \
		fclose(out);                                 \
	} while (0)

/** Compare and give back. */
static void is(char *text, const char *expected)
{
	ck_assert_str_eq(text, expected);
	free(text);
}

TEST(wrap_breaks_at_blanks_and_behind_bars, "")
{
	char *text;

	PRINTED(text, wrap_words(out, 10, 0, 2, "one two three four"));
	is(text, "one two\n  three\n  four\n");
	PRINTED(text, wrap_words(out, 12, 2, 2, "AAA|BBBB|CCC"));
	is(text, "  AAA|BBBB|\n  CCC\n");
	/* A column of figures keeps its blanks. */
	PRINTED(text, wrap_words(out, 40, 0, 2, "   7  kind"));
	is(text, "   7  kind\n");
	PRINTED(text, wrap_words(out, 40, 3, 3, ""));
	is(text, "   \n");
}

TEST(wrap_keeps_long_words_whole, "")
{
	char *text;

	PRINTED(text, wrap_words(out, 10, 0, 2, "see /a/very/long/path here"));
	is(text, "see\n  /a/very/long/path\n  here\n");
	PRINTED(text, wrap_words(out, 10, 0, 0, "/a/very/long/path"));
	is(text, "/a/very/long/path\n");
	PRINTED(text, wrap_on(out, 10, 8, 2, "/a/very/long"));
	is(text, "\n  /a/very/long\n");
}

TEST(wrap_counts_columns_not_bytes, "")
{
	char *text;

	ck_assert_int_eq(utf8_width("a"), 1);
	ck_assert_int_eq(utf8_width("\xff"), 1);
	ck_assert_int_eq(utf8_width("\u00e9"), 1);
	ck_assert_int_eq(utf8_width("\u0301"), 0);
	ck_assert_int_eq(utf8_width("\u9875"), 2);
	ck_assert_int_eq(utf8_width("\U0001f40c"), 2);
	PRINTED(text, wrap_words(out, 7, 0, 0, "\u00e9\u00e9\u00e9 \u00e9\u00e9\u00e9 x"));
	is(text, "\u00e9\u00e9\u00e9 \u00e9\u00e9\u00e9\nx\n");
	/* Between characters of two columns a line may end. */
	PRINTED(text, wrap_words(out, 5, 0, 0, "\u9875\u9875\u9875"));
	is(text, "\u9875\u9875\n\u9875\n");
	PRINTED(text, wrap_words(out, 40, 0, 0, "a\x1b[31mb"));
	is(text, "a\\x1b[31mb\n");
}

TEST(wrap_rows_have_two_columns, "")
{
	char *text;

	PRINTED(text, wrap_row(out, 44, 10, "  --name", "what it means, as is to be said here"));
	is(text, "  --name  what it means, as is to be said\n          here\n");
	PRINTED(text, wrap_row(out, 44, 10, "  --long-name", "what it means"));
	is(text, "  --long-name\n          what it means\n");
	PRINTED(text, wrap_row(out, 30, 10, "  --name", "what it means"));
	is(text, "  --name\n      what it means\n");
	PRINTED(text, wrap_row(out, 30, 10, "  --name", ""));
	is(text, "  --name\n");
}

TEST(wrap_text_knows_paragraphs_and_lists, "")
{
	static const char source[] = "One paragraph\nof two lines:\n\n"
				     "  first   means\n          this\n  second  that\n\n"
				     "  a line that stands alone\n"
				     "end";
	char *text;

	PRINTED(text, wrap_text(out, 80, source));
	is(text, "One paragraph of two lines:\n\n  first   means this\n  second  that\n\n"
		 "  a line that stands alone\nend\n");
	PRINTED(text, wrap_text(out, 20, source));
	is(text, "One paragraph of two\nlines:\n\n  first\n      means this\n  second\n      "
		 "that\n\n  a line that stands\n    alone\nend\n");
}

TEST(wrap_lines_leaves_what_fits, "")
{
	char *text;

	PRINTED(text, wrap_lines(out, 12, "short\n  a longer line\n\nend"));
	is(text, "short\n  a longer\n    line\n\nend\n");
}

TEST(wrap_columns_are_those_of_the_environment, "")
{
	static const struct {
		const char *given;
		int columns;
	} rows[] = { { "60", 60 }, { "10", 40 }, { "1000", 120 }, { "", 80 }, { "wide", 80 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		FILE *out = tmpfile();

		setenv("COLUMNS", rows[i].given, 1);
		ck_assert_int_eq(wrap_columns(out), rows[i].columns);
		ck_assert(!wrap_on_terminal(out));
		fclose(out);
	}
}
