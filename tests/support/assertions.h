/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Check's assertions, told in the words of the test: Check itself expands GFP_KERNEL and the like before it shows them.
 *
 * What fails is said in lines, `X is VALUE` one of them for each side of a comparison; tests/words.py turns the values of
 * flags, masks and enumerations into names.
 */
#ifndef TESTS_ASSERTIONS_H
#define TESTS_ASSERTIONS_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/** Two numbers that were compared, as the test writes them. */
struct compared {
	const char *file;
	int line;
	const char *left, *operation, *right;
};

__attribute__((noreturn)) void test_differs(const struct compared *what, intmax_t left,
					    intmax_t right);
__attribute__((noreturn)) void test_differs_unsigned(const struct compared *what, uintmax_t left,
						     uintmax_t right);
__attribute__((noreturn)) void test_differs_pointer(const struct compared *what, const void *left,
						    const void *right);
__attribute__((noreturn)) void test_differs_text(const struct compared *what, const char *left,
						 const char *right);
__attribute__((noreturn)) void test_is_not_so(const char *file, int line, const char *condition);

/** The number of the page frame that a pointer describes (observe.c); false where there are no machines, or it is none. */
bool test_frame_of(const void *pointer, unsigned long *pfn) __attribute__((weak));

#undef ck_assert
#undef ck_assert_ptr_eq
#undef ck_assert_ptr_ne
#undef ck_assert_ptr_null
#undef ck_assert_ptr_nonnull
#undef ck_assert_str_eq
#undef ck_assert_str_ne
#undef ck_assert_int_eq
#undef ck_assert_int_ne
#undef ck_assert_int_lt
#undef ck_assert_int_le
#undef ck_assert_int_gt
#undef ck_assert_int_ge
#undef ck_assert_uint_eq
#undef ck_assert_uint_ne
#undef ck_assert_uint_lt
#undef ck_assert_uint_le
#undef ck_assert_uint_gt
#undef ck_assert_uint_ge

#define ck_assert(condition)                           \
	((condition) ? _mark_point(__FILE__, __LINE__) \
		     : test_is_not_so(__FILE__, __LINE__, #condition))

/* `differs` is told two values of a type of which `holds`, written with compared_x and compared_y, is false. */
#define TEST_COMPARED(type, differs, holds, x, y, ...)                                             \
	do {                                                                                       \
		type compared_x = (x);                                                             \
		type compared_y = (y);                                                             \
                                                                                                   \
		if (!(holds))                                                                      \
			differs(&(struct compared){ __FILE__, __LINE__, __VA_ARGS__ }, compared_x, \
				compared_y);                                                       \
		_mark_point(__FILE__, __LINE__);                                                   \
	} while (0)

#define TEST_INT(operation, ...) \
	TEST_COMPARED(intmax_t, test_differs, compared_x operation compared_y, __VA_ARGS__)
#define TEST_UINT(operation, ...)                                                        \
	TEST_COMPARED(uintmax_t, test_differs_unsigned, compared_x operation compared_y, \
		      __VA_ARGS__)
#define TEST_POINTER(operation, ...)                                                       \
	TEST_COMPARED(const void *, test_differs_pointer, compared_x operation compared_y, \
		      __VA_ARGS__)
#define TEST_TEXT(operation, ...)                                                           \
	TEST_COMPARED(const char *, test_differs_text,                                      \
		      compared_x &&compared_y &&strcmp(compared_x, compared_y) operation 0, \
		      __VA_ARGS__)

#define ck_assert_int_eq(x, y)	 TEST_INT(==, x, y, #x, "==", #y)
#define ck_assert_int_ne(x, y)	 TEST_INT(!=, x, y, #x, "!=", #y)
#define ck_assert_int_lt(x, y)	 TEST_INT(<, x, y, #x, "<", #y)
#define ck_assert_int_le(x, y)	 TEST_INT(<=, x, y, #x, "<=", #y)
#define ck_assert_int_gt(x, y)	 TEST_INT(>, x, y, #x, ">", #y)
#define ck_assert_int_ge(x, y)	 TEST_INT(>=, x, y, #x, ">=", #y)
#define ck_assert_uint_eq(x, y)	 TEST_UINT(==, x, y, #x, "==", #y)
#define ck_assert_uint_ne(x, y)	 TEST_UINT(!=, x, y, #x, "!=", #y)
#define ck_assert_uint_lt(x, y)	 TEST_UINT(<, x, y, #x, "<", #y)
#define ck_assert_uint_le(x, y)	 TEST_UINT(<=, x, y, #x, "<=", #y)
#define ck_assert_uint_gt(x, y)	 TEST_UINT(>, x, y, #x, ">", #y)
#define ck_assert_uint_ge(x, y)	 TEST_UINT(>=, x, y, #x, ">=", #y)
#define ck_assert_ptr_eq(x, y)	 TEST_POINTER(==, x, y, #x, "==", #y)
#define ck_assert_ptr_ne(x, y)	 TEST_POINTER(!=, x, y, #x, "!=", #y)
#define ck_assert_ptr_null(x)	 TEST_POINTER(==, x, NULL, #x, "==", "NULL")
#define ck_assert_ptr_nonnull(x) TEST_POINTER(!=, x, NULL, #x, "!=", "NULL")
#define ck_assert_str_eq(x, y)	 TEST_TEXT(==, x, y, #x, "==", #y)
#define ck_assert_str_ne(x, y)	 TEST_TEXT(!=, x, y, #x, "!=", #y)

/* Does a text hold these words? */
#define ck_assert_has(text, piece) \
	ck_assert_msg(strstr(text, piece), "'%s' is not in:\n%s", piece, text)
#define ck_assert_has_not(text, piece) \
	ck_assert_msg(!strstr(text, piece), "'%s' is in:\n%s", piece, text)

#endif
