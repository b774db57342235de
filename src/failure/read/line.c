/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Physical lines made plain: without colours, escapes and quotes, in bytes that are text.
 */
#include "failure/read/line.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/** Longest name of an HTML escape, with & and ; */
#define LONGEST_ESCAPE 10

/** Longest HTML tag that is known as one. */
#define LONGEST_TAG 128

/** Is there nothing in a line but text as it is printed? Most lines of most logs are such. */
static bool is_plain(const char *line, size_t length)
{
	/* One bit a byte that may need work: controls, what is not ASCII, and what begins an escape. */
	static const uint64_t special[4] = { 0x10000048ffffffffull, 1ull << 63, ~0ull, ~0ull };
	uint64_t found = 0;

	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)line[i];

		found |= special[byte >> 6] >> (byte & 63) & 1;
	}
	return !found;
}

/** Length of a terminal's escape sequence, such as a colour. */
static size_t colour(const char *c, size_t left)
{
	size_t length = 2;

	if (left < 2 || c[1] != '[')
		return 1;
	while (length < left && (isdigit((unsigned char)c[length]) || strchr(";?", c[length])))
		length++;
	return length < left ? length + 1 : length;
}

/** The character that an HTML escape stands for, and its length; 0 when it is none. */
static size_t html_escape(const char *c, size_t left, char *stands_for)
{
	static const struct {
		const char *name;
		char character;
	} escapes[] = { { "&gt;", '>' },   { "&lt;", '<' },    { "&amp;", '&' },
			{ "&quot;", '"' }, { "&apos;", '\'' }, { "&nbsp;", ' ' } };
	const char *end = memchr(c, ';', left < LONGEST_ESCAPE ? left : LONGEST_ESCAPE);
	size_t length = end ? (size_t)(end - c) + 1 : 0;
	bool hex = length > 3 && (c[2] == 'x' || c[2] == 'X');
	unsigned long number;

	for (size_t i = 0; length && i < sizeof(escapes) / sizeof(escapes[0]); i++)
		if (strlen(escapes[i].name) == length && !memcmp(c, escapes[i].name, length)) {
			*stands_for = escapes[i].character;
			return length;
		}
	if (length < 4 || c[1] != '#' || !isxdigit((unsigned char)c[hex ? 3 : 2]))
		return 0;
	number = strtoul(c + (hex ? 3 : 2), NULL, hex ? 16 : 10);
	/* 160 is the blank that does not break. */
	*stands_for = number == 160 ? ' ' : number >= ' ' && number < 0x7f ? (char)number : '?';
	return length;
}

/** Length of an HTML tag that a page puts around the lines of a log; `<TASK>` is none. */
static size_t html_tag(const char *c, size_t left)
{
	static const char *const tags[] = { "br", "p", "pre", "div", "span", "code", "td", "tr" };
	const char *end = memchr(c, '>', left < LONGEST_TAG ? left : LONGEST_TAG);
	const char *name = c + 1 + (left > 1 && c[1] == '/');
	size_t length = 0;

	while (end && islower((unsigned char)name[length]))
		length++;
	if (!length || !strchr(" />", name[length]))
		return 0;
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (strlen(tags[i]) == length && !memcmp(name, tags[i], length))
			return (size_t)(end - c) + 1;
	return 0;
}

/** Length of `#012`: what syslog daemons make of a control character, here of one below 32. */
static size_t syslog_escape(const char *c, size_t left, char *stands_for)
{
	if (left < 4 || c[1] != '0' || c[2] < '0' || c[2] > '3' || c[3] < '0' || c[3] > '7')
		return 0;
	*stands_for = c[2] == '1' && c[3] == '2' ? '\n' : ' ';
	return 4;
}

/** Length of a character of UTF-8 that stands for a blank or for nothing; `stands_for` is a zero byte for nothing. */
static size_t wide_blank(const char *c, size_t left, char *stands_for)
{
	*stands_for = '\0';
	if (left >= 3 && (!memcmp(c, "\xef\xbb\xbf", 3) || !memcmp(c, "\xe2\x80\x8b", 3)))
		return 3;
	*stands_for = ' ';
	if (left >= 3 && !memcmp(c, "\xe2\x80\xaf", 3))
		return 3;
	return left >= 2 && !memcmp(c, "\xc2\xa0", 2) ? 2 : 0;
}

/** Length of what is not plain text, and what it stands for; a zero byte: for nothing. */
static size_t take_special(const char *c, size_t left, char *stands_for)
{
	size_t length = 0;

	*stands_for = '\0';
	switch (*c) {
	case '\033':
		return colour(c, left);
	case '<':
		length = html_tag(c, left);
		break;
	case '&':
		length = html_escape(c, left, stands_for);
		break;
	case '#':
		length = syslog_escape(c, left, stands_for);
		break;
	default:
		if ((unsigned char)*c >= 0x80)
			length = wide_blank(c, left, stands_for);
	}
	if (length)
		return length;
	*stands_for = *c == '\n' ? *c : (unsigned char)*c < ' ' || *c == 0x7f ? ' ' : *c;
	if ((unsigned char)*c >= 0x80)
		*stands_for = '?';
	return 1;
}

/**
 * @brief Make a line plain: colours and tags go, escapes become what they stand for, other bytes question marks.
 *
 * @param line the line; receives it as a string, in which a newline is left where several lines were packed into one
 * @param length bytes of it; line[length] must be writable
 * @return its length; blanks at the end are kept, as they tell where a line was broken
 */
size_t line_clean(char *line, size_t length)
{
	char *to = line, stands_for;

	if (length && line[length - 1] == '\r')
		length--;
	line[length] = '\0';
	if (is_plain(line, length))
		return length;
	for (size_t i = 0; i < length;) {
		i += take_special(line + i, length - i, &stands_for);
		if (stands_for)
			*to++ = stands_for;
	}
	*to = '\0';
	return (size_t)(to - line);
}

/**
 * @brief Where a line begins after the signs of a quotation: `> `, `>>> `, `| `.
 *
 * @param line the line, clean
 * @return its beginning
 */
const char *line_unquoted(const char *line)
{
	const char *c = line;

	for (;;) {
		const char *sign = c + strspn(c, " ");

		if (*sign != '>' && (*sign != '|' || (sign[1] && sign[1] != ' ')))
			break;
		c = sign + 1;
	}
	return c > line && *c == ' ' ? c + 1 : c;
}

/**
 * @brief The node of `Node N ` that ends where something else begins.
 *
 * @param line the line
 * @param end where the other thing begins, or the end of the line
 * @return its number; -1 when the line names none there
 */
int line_node_before(const char *line, const char *end)
{
	const char *digits;
	int nid = 0;

	while (end > line && end[-1] == ' ')
		end--;
	digits = end;
	while (digits > line && isdigit((unsigned char)digits[-1]))
		digits--;
	if (digits == end || end - digits > 4 || digits - line < 5 ||
	    strncmp(digits - 5, "Node ", 5))
		return -1;
	while (digits < end)
		nid = nid * 10 + (*digits++ - '0');
	return nid;
}
