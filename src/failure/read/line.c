/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Lines of a log: what they hold besides a message, such as colours, prefixes and bytes that are not text.
 */
#include "failure/read/line.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/** Longest prefix in square brackets: a time or a task. */
#define LONGEST_BRACKET 48

/**
 * @brief Make a line a string: colours are dropped, bytes that are not ASCII are replaced, blanks at the end go.
 *
 * @param line the line
 * @param length bytes of it; line[length] must be writable
 */
void line_clean(char *line, size_t length)
{
	char *to = line;

	for (size_t i = 0; i < length; i++) {
		if (line[i] == '\033' && i + 1 < length && line[i + 1] == '[') {
			i += 2;
			while (i < length && (isdigit((unsigned char)line[i]) || line[i] == ';'))
				i++;
			continue;
		}
		*to = line[i];
		if ((unsigned char)*to < ' ' || *to == 0x7f)
			*to = ' ';
		else if ((unsigned char)*to >= 0x80)
			*to = '?';
		to++;
	}
	while (to > line && to[-1] == ' ')
		to--;
	*to = '\0';
}

/** Length of a prefix in brackets that has a digit in it: `[   12.345678]`, `[ T123]`, `[Tue Nov 24 ...]`. */
static size_t bracket(const char *c)
{
	bool digit = false;

	for (size_t i = 1; *c == '[' && i < LONGEST_BRACKET && c[i] && c[i] != '['; i++) {
		digit |= isdigit((unsigned char)c[i]) != 0;
		if (c[i] == ']')
			return digit ? i + 1 : 0;
	}
	return 0;
}

/** Length of `<4>`, or of `4,123,456789,-;` as /dev/kmsg has it. */
static size_t level(const char *c)
{
	size_t digits;

	if (*c == '<') {
		digits = strspn(c + 1, "0123456789");
		return digits && c[1 + digits] == '>' ? digits + 2 : 0;
	}
	digits = strspn(c, "0123456789,");
	if (digits > 4 && c[digits - 1] == ',' && (c[digits] == '-' || c[digits] == 'c')) {
		size_t rest = strcspn(c + digits, "; ");

		return c[digits + rest] == ';' ? digits + rest + 1 : 0;
	}
	return 0;
}

/** Length of `kern  :warn  : ` as `dmesg -x` prints it, or of a time such as 2026-11-24T14:58:07,123456+00:00. */
static size_t facility(const char *c)
{
	size_t length = strcspn(c, " ");

	if (!strncmp(c, "kern", 4) && c[4 + strspn(c + 4, " ")] == ':') {
		const char *end = strchr(strchr(c, ':') + 1, ':');

		return end && end - c < 24 ? (size_t)(end - c) + 1 : 0;
	}
	return length >= 19 && isdigit((unsigned char)*c) && c[10] == 'T' && c[13] == ':' ? length
											  : 0;
}

/** Length of the date and host that syslog and journald put before `kernel: `. */
static size_t syslog(const char *c)
{
	const char *end = strstr(c, "kernel: ");

	return end && end - c < 128 && (end == c || end[-1] == ' ') ? (size_t)(end - c) + 8 : 0;
}

/**
 * @brief Where a line's message begins, after the prefixes of a log.
 *
 * @param line the line
 * @return its message
 */
const char *line_message(const char *line)
{
	size_t length = syslog(line);

	do {
		line += length;
		line += strspn(line, " ");
		length = bracket(line);
		if (!length)
			length = level(line);
		if (!length)
			length = facility(line);
	} while (length);
	return line;
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
