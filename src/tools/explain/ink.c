/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The colours in which `pageflow explain` prints text.
 */
#include "tools/explain/ink.h"

#include "text/wrap.h"

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
 * @brief Print the last line, the answer: one line, but for a terminal, where it is broken like all else.
 *
 * @param out where to
 * @param colour is colour wanted?
 * @param which the colour
 * @param sentence the answer
 */
void print_answer_line(FILE *out, bool colour, enum ink which, const char *sentence)
{
	fprintf(out, "\n%sanswer: ", ink_code(colour, which));
	if (wrap_on_terminal(out))
		wrap_on(out, wrap_columns(out), (int)sizeof("answer:"), 2, sentence);
	else
		fprintf(out, "%s\n", sentence);
	fputs(ink_code(colour, PLAIN), out);
}
