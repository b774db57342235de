/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief How `pageflow explain` prints text: in colour on a terminal, in lines of 80 columns.
 */
#include "tools/explain/ink.h"

#include <stdlib.h>
#include <string.h>

#include "text/utf8.h"

/** Width of a line; the answer alone may be longer, since it is one line. */
#define COLUMNS 80

/**
 * @brief What begins a colour on a terminal.
 *
 * @param colour is colour wanted?
 * @param which the colour; PLAIN ends any
 * @return what to print; "" where no colour is wanted
 */
const char *ink_code(bool colour, enum ink which)
{
	static const char *const codes[] = {
		[PLAIN] = "\033[0m", [BOLD] = "\033[1m",  [GREEN] = "\033[32m",
		[RED] = "\033[31m",  [FAINT] = "\033[2m",
	};

	return colour ? codes[which] : "";
}

/**
 * @brief Print words, broken into lines at blanks and after the bars of a mask; further lines stand two columns deeper.
 *
 * @param out where to
 * @param indent columns before the first line
 * @param words the words; what a terminal would obey is shown
 */
void print_wrapped(FILE *out, int indent, const char *words)
{
	char *shown = utf8_escaped(words);
	const char *text = shown ? shown : "";
	int column = indent, blank = 0;

	fprintf(out, "%*s", indent, "");
	while (*text) {
		int length = (int)strcspn(text, " |");

		length += text[length] == '|';
		if (column > indent && column + blank + length > COLUMNS) {
			fprintf(out, "\n%*s", indent + 2, "");
			column = indent + 2;
		} else {
			fprintf(out, "%*s", blank, "");
			column += blank;
		}
		fprintf(out, "%.*s", length, text);
		column += length;
		text += length;
		blank = *text == ' ';
		text += strspn(text, " ");
	}
	fputc('\n', out);
	free(shown);
}
