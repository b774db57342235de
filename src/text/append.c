/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Sentences that are put together piece by piece.
 */
#include "text/append.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/**
 * @brief Append to a text, as far as there is room.
 *
 * @param text the text
 * @param size bytes of `text`
 * @param format what to append, as for printf
 */
void text_append(char *text, size_t size, const char *format, ...)
{
	size_t length = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + length, size - length, format, arguments);
	va_end(arguments);
}
