/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief How `pageflow explain` prints text: in colour and as wide as the terminal, elsewhere in lines of 80 columns.
 */
#include "tools/explain/ink.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "text/utf8.h"

/** Width of a line where nothing says otherwise; the answer alone may be longer, since it is one line. */
#define COLUMNS 80

/** Narrower lines hold no figures, wider ones are hard to read. */
#define LEAST_COLUMNS 40
#define MOST_COLUMNS  120

/**
 * @brief Does somebody read this as it is printed?
 *
 * @param out where it goes
 * @return true on a terminal
 */
bool print_on_terminal(FILE *out)
{
	return isatty(fileno(out));
}

/** The width that the environment or the terminal gives; 0: neither does. */
static int columns_given(FILE *out)
{
	const char *wanted = getenv("COLUMNS");
	struct winsize window;
	int columns = wanted ? atoi(wanted) : 0;

	if (columns > 0)
		return columns;
	return print_on_terminal(out) && !ioctl(fileno(out), TIOCGWINSZ, &window) ? window.ws_col
										  : 0;
}

/**
 * @brief How wide lines may be.
 *
 * @param out where they go
 * @return columns: COLUMNS of the environment, or the terminal's, from 40 to 120; 80 where neither says it
 */
int print_columns(FILE *out)
{
	int columns = columns_given(out);

	if (columns <= 0)
		return COLUMNS;
	if (columns > MOST_COLUMNS)
		return MOST_COLUMNS;
	return columns < LEAST_COLUMNS ? LEAST_COLUMNS : columns;
}

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

/** Bytes of the piece that `text` begins with and that may not be broken: to a blank, or to a bar that ends a flag. */
static int piece_length(const char *text)
{
	int length = (int)strcspn(text, " |");

	return length + (text[length] == '|');
}

/** Bytes of a piece that fit into so many columns, whole characters. */
static int fitting_length(const char *text, int length, int columns)
{
	int fitting = (int)(utf8_skip(text, (size_t)columns) - text);

	return fitting < length ? fitting : length;
}

/**
 * @brief Print words, broken into lines at blanks and after the bars of a mask; further lines stand two columns deeper.
 *
 * A word that is wider than a narrow line, such as the path of a group, is broken where the line ends.
 *
 * @param out where to
 * @param indent columns before the first line
 * @param words the words; what a terminal would obey is shown
 */
void print_wrapped(FILE *out, int indent, const char *words)
{
	char *shown = utf8_escaped(words);
	const char *text = shown ? shown : "";
	int column = indent, blank = 0, columns = print_columns(out);

	fprintf(out, "%*s", indent, "");
	while (*text) {
		int length = piece_length(text);

		if (column > indent && column + blank + length > columns) {
			fprintf(out, "\n%*s", indent + 2, "");
			column = indent + 2;
		} else {
			fprintf(out, "%*s", blank, "");
			column += blank;
		}
		/* A name that fills a line of usual width stays whole: it may be copied from there. */
		if (length > columns - column && columns < COLUMNS)
			length = fitting_length(text, length, columns - column);
		fprintf(out, "%.*s", length, text);
		column += length;
		text += length;
		blank = *text == ' ';
		text += strspn(text, " ");
	}
	fputc('\n', out);
	free(shown);
}
