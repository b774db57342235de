/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The sheet on which the answer to a report is written: text, or the same in pieces as JSON.
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

/** How a piece is to stand out, for programs. */
static void write_ink(const struct sheet *sheet, enum ink ink)
{
	static const char *const tones[] = {
		[PLAIN] = "", [BOLD] = "strong", [GREEN] = "good", [RED] = "bad", [FAINT] = "",
	};

	json_text(sheet->json, "tone", tones[ink]);
}

/** End the section that is open, if one is. */
static void end_section(const struct sheet *sheet)
{
	while (sheet->json->depth > sheet->depth)
		json_end(sheet->json);
}

/** Begin a section. */
static void begin_section(const struct sheet *sheet, const char *key, enum ink ink,
			  const char *title)
{
	end_section(sheet);
	json_object(sheet->json, NULL);
	json_text(sheet->json, "key", key);
	json_text(sheet->json, "title", title);
	write_ink(sheet, ink);
	json_array(sheet->json, "items");
}

/**
 * @brief End the sheet: nothing more is written on it.
 *
 * @param sheet the sheet
 */
void sheet_end(const struct sheet *sheet)
{
	if (sheet->json)
		end_section(sheet);
}

/**
 * @brief Begin a section with words that may take several lines.
 *
 * @param sheet the sheet
 * @param key what it is about in one word, for programs
 * @param tone how the words stand out
 * @param format as for printf
 */
void sheet_begin(const struct sheet *sheet, const char *key, enum ink tone, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (sheet->json)
		begin_section(sheet, key, tone, text);
	else
		sheet_say_in(sheet, tone, 0, "%s", text);
}

/**
 * @brief Begin a section with a title, after an empty line.
 *
 * @param sheet the sheet
 * @param key what it is about in one word, for programs
 * @param title the title
 */
void sheet_title(const struct sheet *sheet, const char *key, const char *title)
{
	if (sheet->json) {
		begin_section(sheet, key, BOLD, title);
		return;
	}
	fprintf(sheet->out, "\n%s%s%s\n", sheet_ink(sheet, BOLD), title, sheet_ink(sheet, PLAIN));
}

/** Write words: as a piece, or broken into lines. */
static void put_words(const struct sheet *sheet, enum ink ink, int indent, const char *text)
{
	if (sheet->json) {
		json_object(sheet->json, NULL);
		json_text(sheet->json, "text", text);
		json_integer(sheet->json, "indent", indent);
		write_ink(sheet, ink);
		json_end(sheet->json);
		return;
	}
	if (ink != PLAIN)
		fputs(sheet_ink(sheet, ink), sheet->out);
	wrap_words(sheet->out, wrap_columns(sheet->out), indent, indent + 2, text);
	if (ink != PLAIN)
		fputs(sheet_ink(sheet, PLAIN), sheet->out);
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
	put_words(sheet, PLAIN, indent, text);
}

/**
 * @brief Print words that stand out.
 *
 * @param sheet the sheet
 * @param tone how
 * @param indent columns before the first line
 * @param format as for printf
 */
void sheet_say_in(const struct sheet *sheet, enum ink tone, int indent, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	put_words(sheet, tone, indent, text);
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
	return !sheet->json && wrap_columns(sheet->out) < WIDE_COLUMNS;
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

/** A row's cells as a list of strings, without the blanks that line them up as text. */
static void write_cells(const struct sheet *sheet, const char *key, const char *const *cell, int nr)
{
	json_array(sheet->json, key);
	for (int i = 0; i < nr; i++)
		json_text(sheet->json, NULL, cell[i] + strspn(cell[i], " "));
	json_end(sheet->json);
}

/**
 * @brief Write the names of a table's columns as a piece.
 *
 * @param sheet the sheet, as JSON
 * @param name the names
 * @param nr how many
 */
void sheet_columns(const struct sheet *sheet, const char *const *name, int nr)
{
	json_object(sheet->json, NULL);
	write_cells(sheet, "columns", name, nr);
	json_end(sheet->json);
}

/**
 * @brief Write a row of a table as a piece.
 *
 * @param sheet the sheet, as JSON
 * @param tone how it stands out
 * @param cell what is in it; blanks before the first say that it is a part of the row before
 * @param nr how many cells
 * @param remark what is said of it, or ""
 */
void sheet_cells(const struct sheet *sheet, enum ink tone, const char *const *cell, int nr,
		 const char *remark)
{
	json_object(sheet->json, NULL);
	write_cells(sheet, "cells", cell, nr);
	json_text(sheet->json, "remark", remark + strspn(remark, " "));
	json_bool(sheet->json, "part", cell[0][0] == ' ');
	write_ink(sheet, tone);
	json_end(sheet->json);
}

/**
 * @brief Print the head of a table after an empty line: what it is about, and the names of its columns.
 *
 * @param sheet the sheet
 * @param title what it is about
 */
void sheet_head(const struct sheet *sheet, const char *title)
{
	static const char *const names[] = { "", "pages", "kB" };
	bool narrow = sheet_is_narrow(sheet);
	int columns, room;

	if (sheet->json) {
		begin_section(sheet, "zone", BOLD, title);
		sheet_columns(sheet, names, 3);
		return;
	}
	columns = wrap_columns(sheet->out);
	room = narrow && columns - PAGE_COLUMNS < INDENT + NAME_COLUMNS ? columns - PAGE_COLUMNS
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
	long long kb = (long long)pages * (long long)page_size_kb(sheet->answer->failure);
	char in_pages[24], in_kb[24];

	if (sheet_is_narrow(sheet)) {
		narrow_row(sheet, what, pages, remark);
		return;
	}
	if (sheet->json) {
		snprintf(in_pages, sizeof(in_pages), "%ld", pages);
		snprintf(in_kb, sizeof(in_kb), "%lld", kb);
		sheet_cells(sheet, PLAIN, (const char *[]){ what, in_pages, in_kb }, 3, remark);
		return;
	}
	fprintf(sheet->out, "%*s%-*s%*ld%*lld%s\n", INDENT, "", NAME_COLUMNS, what, PAGE_COLUMNS,
		pages, KB_COLUMNS, kb, remark);
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
