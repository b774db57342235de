/* SPDX-License-Identifier: GPL-2.0-only */
#include "assertions.h"

#include <stdio.h>

/** `75 (0x4b)`; one digit alone says the same in both. */
static const char *number(uintmax_t value, char text[64])
{
	if (value < 10)
		snprintf(text, 64, "%ju", value);
	else
		snprintf(text, 64, "%ju (%#jx)", value, value);
	return text;
}

static const char *signed_number(intmax_t value, char text[64])
{
	if (value >= 0)
		return number((uintmax_t)value, text);
	snprintf(text, 64, "%jd", value);
	return text;
}

/** A page by its frame, any other pointer as what it is. */
static const char *pointer(const void *value, char text[64])
{
	unsigned long pfn;

	if (!value)
		snprintf(text, 64, "NULL");
	else if (test_frame_of && test_frame_of(value, &pfn))
		snprintf(text, 64, "the page %#lx", pfn);
	else
		snprintf(text, 64, "%p", value);
	return text;
}

__attribute__((noreturn)) static void tell(const struct compared *what, const char *left,
					   const char *right)
{
	_ck_assert_failed(what->file, what->line, "", "%s %s %s\n%s is %s\n%s is %s", what->left,
			  what->operation, what->right, what->left, left, what->right, right);
}

/** Fails the test: two numbers do not compare as they should. */
void test_differs(const struct compared *what, intmax_t left, intmax_t right)
{
	char first[64], second[64];

	tell(what, signed_number(left, first), signed_number(right, second));
}

/** The same of numbers without a sign. */
void test_differs_unsigned(const struct compared *what, uintmax_t left, uintmax_t right)
{
	char first[64], second[64];

	tell(what, number(left, first), number(right, second));
}

/** The same of pointers. */
void test_differs_pointer(const struct compared *what, const void *left, const void *right)
{
	char first[64], second[64];

	tell(what, pointer(left, first), pointer(right, second));
}

/** Text that fits beside what it is compared with. */
#define SHORT 60
#define LONG  56

/** The part of a line that begins a little before the place where it differs from another, in quotes. */
static const char *part(const char *line, size_t differs, char text[2 * LONG])
{
	size_t from = differs > 20 ? differs - 20 : 0;
	size_t length = strcspn(line + from, "\n");
	int shown = length > LONG ? LONG : (int)length;

	snprintf(text, (size_t)2 * LONG, "%s\"%.*s\"%s", from ? "…" : "", shown, line + from,
		 line[from + (size_t)shown] ? "…" : "");
	return text;
}

/** Fails the test: two texts differ, or are the same; of long ones the place is shown. */
void test_differs_text(const struct compared *what, const char *left, const char *right)
{
	char first[2 * LONG], second[2 * LONG];
	size_t at = 0, begin = 0;
	int line = 1;

	if (!left || !right)
		tell(what, left ? part(left, 0, first) : "NULL",
		     right ? part(right, 0, second) : "NULL");
	if (strlen(left) < SHORT && strlen(right) < SHORT && !strpbrk(left, "\n") &&
	    !strpbrk(right, "\n"))
		tell(what, part(left, 0, first), part(right, 0, second));
	for (; left[at] && left[at] == right[at]; at++)
		if (left[at] == '\n') {
			line++;
			begin = at + 1;
		}
	_ck_assert_failed(what->file, what->line, "",
			  "%s %s %s\nin line %d of the first: %s\nof the second: %s", what->left,
			  what->operation, what->right, line, part(left + begin, at - begin, first),
			  part(right + begin, at - begin, second));
}

/** Fails the test: a condition does not hold. */
void test_is_not_so(const char *file, int line, const char *condition)
{
	_ck_assert_failed(file, line, "", "%s\nthis is not so", condition);
}
