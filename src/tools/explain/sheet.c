/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The sheet on which the answer to a report is written as text.
 */
#include "tools/explain/sheet.h"

#include <stdarg.h>

/**
 * @brief Begin or end a colour.
 *
 * @param sheet the sheet
 * @param ink the colour; PLAIN ends any
 * @return what to print
 */
const char *sheet_ink(const struct sheet *sheet, enum ink ink)
{
	return ink_code(sheet->colour, ink);
}

/**
 * @brief Print a title, after an empty line.
 *
 * @param sheet the sheet
 * @param title the title
 */
void sheet_title(const struct sheet *sheet, const char *title)
{
	fprintf(sheet->out, "\n%s%s%s\n", sheet_ink(sheet, BOLD), title, sheet_ink(sheet, PLAIN));
}

/**
 * @brief Print words, broken into lines between blanks; further lines stand two columns deeper.
 *
 * @param sheet the sheet
 * @param indent columns before the first line
 * @param format as for printf
 */
void sheet_say(const struct sheet *sheet, int indent, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	print_wrapped(sheet->out, indent, text);
}

/**
 * @brief Print a row of a table: what, pages, kB.
 *
 * @param sheet the sheet
 * @param what the row's name
 * @param pages pages
 * @param remark printed after it
 */
void sheet_row(const struct sheet *sheet, const char *what, long pages, const char *remark)
{
	fprintf(sheet->out, "    %-34s %10ld %11lld%s\n", what, pages,
		(long long)pages * (long long)page_size_kb(sheet->answer->failure), remark);
}

/**
 * @brief Print a row that is left out when it is 0.
 *
 * @param sheet the sheet
 * @param what the row's name
 * @param pages pages
 * @param remark printed after it
 */
void sheet_term(const struct sheet *sheet, const char *what, long pages, const char *remark)
{
	if (pages)
		sheet_row(sheet, what, pages, remark);
}
