/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of reading bytes as they arrive: lines, long lines, and what is no text.
 */
#include "harness.h"
#include "text/input.h"

#include <stdlib.h>
#include <string.h>

TEST(input_gives_lines_with_their_numbers, "")
{
	static const char bytes[] = "one\n\nthree";
	static const char *const lines[] = { "one", "", "three" };
	struct input *input = input_of_bytes(bytes, sizeof(bytes) - 1, NULL);
	struct input_line line = { 0 };

	for (size_t i = 0; i < 3; i++) {
		ck_assert_int_eq(input_line(input, &line, NULL), 1);
		ck_assert_str_eq(line.text, lines[i]);
		ck_assert_uint_eq(line.number, i + 1);
		ck_assert(!line.cut);
	}
	ck_assert_int_eq(input_line(input, &line, NULL), 0);
	input_close(input);
	input_close(NULL);
}

/** A line of `length` letters, then a short one. */
static char *long_line(size_t length, size_t *size)
{
	char *bytes = malloc(length + 8);

	memset(bytes, 'x', length);
	strcpy(bytes + length, "\nnext\n");
	*size = length + strlen("\nnext\n");
	return bytes;
}

TEST(input_cuts_a_line_that_is_too_long_and_goes_on_with_the_next, "")
{
	static const size_t lengths[] = { INPUT_LINE - 1, INPUT_LINE, INPUT_LINE + 1,
					  5 * INPUT_LINE };

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		size_t size, length = lengths[i];
		char *bytes = long_line(length, &size);
		struct input *input = input_of_bytes(bytes, size, NULL);
		struct input_line line = { 0 };

		ck_assert_int_eq(input_line(input, &line, NULL), 1);
		ck_assert_uint_eq(line.length, length < INPUT_LINE ? length : INPUT_LINE);
		ck_assert_int_eq(line.cut, length > INPUT_LINE);
		ck_assert_int_eq(input_line(input, &line, NULL), 1);
		ck_assert_str_eq(line.text, "next");
		ck_assert_uint_eq(line.number, 2);
		ck_assert_int_eq(input_line(input, &line, NULL), 0);
		input_close(input);
		free(bytes);
	}
}

TEST(input_names_the_line_of_a_zero_byte, "")
{
	struct pageflow_error error = { 0 };
	struct input *input = input_of_bytes("a\nb\0c\n", 6, &error);
	const char *bytes;

	ck_assert_int_eq(input_next(input, &bytes, &error), -1);
	ck_assert_uint_eq(error.line, 2);
	ck_assert_ptr_nonnull(strstr(error.text, "a zero byte"));
	input_close(input);
}
