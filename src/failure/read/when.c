/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief When a report was written, in the words of the log.
 */
#include <ctype.h>
#include <string.h>

#include "failure/read/line.h"
#include "text/words.h"

/** Length of the time of a bracket's inside: `12345.678901`, or a date. */
static size_t inside(const char *c)
{
	size_t length = strspn(c, "0123456789.");

	return length && memchr(c, '.', length) ? length : strcspn(c, "]");
}

/**
 * @brief The time in a line's prefix, as it is written there.
 *
 * @param line the line
 * @param when receives it; "" where the prefix has none
 * @param size bytes of `when`
 */
void line_when(const char *line, char *when, size_t size)
{
	struct prefix prefix;
	const char *at, *end;

	prefix_read(line, &prefix);
	when[0] = '\0';
	if (!prefix.has_stamp)
		return;
	end = line + prefix.length;
	for (at = line; at < end && *at == ' '; at++)
		;
	if (prefix.first == PREFIX_DATE) {
		/* The date ends with the time of the day. */
		const char *colon = memchr(at, ':', (size_t)(end - at));

		if (colon)
			word_copy((struct word){ at, (size_t)(colon - at) + strcspn(colon, " ") },
				  when, size);
		return;
	}
	at = memchr(at, '[', (size_t)(end - at));
	if (!at)
		return;
	at += 1 + strspn(at + 1, " ");
	word_copy((struct word){ at, inside(at) }, when, size);
}
