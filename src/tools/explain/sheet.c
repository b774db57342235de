/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The sheet on which the answer to a report is written as text.
 */
#include "text/wrap.h"
#include "tools/explain/sheet.h"

#include <stdarg.h>
#include <string.h>

/**
 * @brief Begin or end a colour.
 *
 * @param sheet the sheet
 * @param which the colour; PLAIN ends any
 * @return what to print
 */
const char *sheet_ink(const struct sheet *sheet, enum ink which)
{
	return ink_code(sheet->colour, which);
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
	wrap_words(sheet->out, wrap_columns(sheet->out), indent, indent + 2, text);
}

/** Columns of a row's parts: the indentation, the name, the pages and the kB with a blank before each. */
#define INDENT	     4
#define NAME_COLUMNS 34
#define PAGE_COLUMNS 11
#define KB_COLUMNS   12

/** A line must be as wide as this to hold the kB and a remark after them as well. */
#define WIDE_COLUMNS 80

/**
 * @brief Is a line too short for a table of several figures?
 *
 * @param sheet the sheet
 * @return true below 80 columns
 */
bool sheet_is_narrow(const struct sheet *sheet)
{
	return wrap_columns(sheet->out) < WIDE_COLUMNS;
}

/** A row where a line has no room for the kB: its name, with the remark, and pages. */
static void narrow_row(const struct sheet *sheet, const char *what, long pages, const char *remark)
{
	int room = wrap_columns(sheet->out) - INDENT - PAGE_COLUMNS;
	char name[128];

	snprintf(name, sizeof(name), "%s%s", what, *remark ? remark + strspn(remark, " ") - 1 : "");
	if (room > NAME_COLUMNS)
		room = NAME_COLUMNS;
	if ((int)strlen(name) > room) {
		sheet_say(sheet, INDENT, "%s", name);
		name[0] = '\0';
	}
	fprintf(sheet->out, "%*s%-*s%*ld\n", INDENT, "", room, name, PAGE_COLUMNS, pages);
}

/**
 * @brief Print the head of a table after an empty line: what it is about, and the names of its columns.
 *
 * @param sheet the sheet
 * @param title what it is about
 */
void sheet_head(const struct sheet *sheet, const char *title)
{
	int columns = wrap_columns(sheet->out);
	bool narrow = sheet_is_narrow(sheet);
	int room = narrow && columns - PAGE_COLUMNS < INDENT + NAME_COLUMNS ? columns - PAGE_COLUMNS
									    : INDENT + NAME_COLUMNS;

	fprintf(sheet->out, "\n%s%-*s%s%*s", sheet_ink(sheet, BOLD), room, title,
		sheet_ink(sheet, PLAIN), PAGE_COLUMNS, "pages");
	fprintf(sheet->out, "%*s\n", narrow ? 0 : KB_COLUMNS, narrow ? "" : "kB");
}

/**
 * @brief Print a row of a table: what, pages, kB; without the kB where the line is too narrow for them.
 *
 * @param sheet the sheet
 * @param what the row's name
 * @param pages pages
 * @param remark printed after it
 */
void sheet_row(const struct sheet *sheet, const char *what, long pages, const char *remark)
{
	if (sheet_is_narrow(sheet)) {
		narrow_row(sheet, what, pages, remark);
		return;
	}
	fprintf(sheet->out, "%*s%-*s%*ld%*lld%s\n", INDENT, "", NAME_COLUMNS, what, PAGE_COLUMNS,
		pages, KB_COLUMNS,
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
