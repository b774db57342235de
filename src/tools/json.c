/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Strings as JSON writes them.
 */
#include "tools/tools.h"

/**
 * @brief Print a string as JSON, quotes included.
 *
 * @param out where to
 * @param text the string, UTF-8
 */
void json_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20)
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}
