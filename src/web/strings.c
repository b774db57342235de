/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Functions on bytes that the compiler's package has in a slow form.
 *
 * Its strspn() and strcspn() look for the end of the whole text first, so that taking a text apart word by word takes time
 * with the square of its length. Its memset() and memcpy() go byte by byte, where WebAssembly has instructions for that:
 * what the compiler knows under these names below.
 */
#include <limits.h>
#include <string.h>

void *memset(void *start, int byte, size_t bytes)
{
	__builtin_memset(start, byte, bytes);
	return start;
}

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
	__builtin_memcpy(to, from, bytes);
	return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	__builtin_memmove(to, from, bytes);
	return to;
}

/** How many characters of a text come before the first whose mark is not `wanted`. */
static size_t span(const char *text, const char marks[UCHAR_MAX + 1], char wanted)
{
	size_t length = 0;

	while (marks[(unsigned char)text[length]] == wanted)
		length++;
	return length;
}

/** Mark the characters of a set. */
static void mark(char marks[UCHAR_MAX + 1], const char *set)
{
	for (; *set; set++)
		marks[(unsigned char)*set] = 1;
}

size_t strspn(const char *text, const char *set)
{
	char marks[UCHAR_MAX + 1] = { 0 };

	mark(marks, set);
	return span(text, marks, 1);
}

size_t strcspn(const char *text, const char *set)
{
	char marks[UCHAR_MAX + 1] = { [0] = 1 };

	mark(marks, set);
	return span(text, marks, 0);
}
