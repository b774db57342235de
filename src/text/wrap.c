/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Prose for a terminal: as wide as it is, broken between words. Elsewhere lines of 80 columns.
 */
#include "text/wrap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "text/utf8.h"

/** Width of a line where nothing says otherwise. */
#define COLUMNS 80

/** Narrower lines hold no figures, wider ones are hard to read. */
#define LEAST_COLUMNS 40
#define MOST_COLUMNS  120

/** Columns before what goes on below a line: this much deeper than the line itself. */
#define DEEPER 2

/** A row's meaning stands beside its name where it has so much room. */
#define LEAST_MEANING 30

/**
 * @brief Does somebody read this as it is printed?
 *
 * @param out where it goes
 * @return true on a terminal
 */
bool wrap_on_terminal(FILE *out)
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
	return wrap_on_terminal(out) && !ioctl(fileno(out), TIOCGWINSZ, &window) ? window.ws_col
										 : 0;
}

/**
 * @brief How wide lines may be.
 *
 * @param out where they go
 * @return columns: COLUMNS of the environment, or the terminal's, from 40 to 120; 80 where neither says it
 */
int wrap_columns(FILE *out)
{
	int columns = columns_given(out);

	if (columns <= 0)
		return COLUMNS;
	if (columns > MOST_COLUMNS)
		return MOST_COLUMNS;
	return columns < LEAST_COLUMNS ? LEAST_COLUMNS : columns;
}

/**
 * Bytes of the piece that a text begins with and that stays whole: to a blank, to a bar that joins names, or to the end of a
 * character that is two columns wide, as those of scripts that put no blanks between words.
 */
static int piece_length(const char *text)
{
	const char *end = text;

	while (*end && *end != ' ') {
		int width = utf8_width(end);
		bool bar = *end == '|';

		end = utf8_skip(end, 1);
		if (bar || width > 1)
			break;
	}
	return (int)(end - text);
}

/** Columns that some bytes of a text take. */
static int width_of(const char *text, int length)
{
	const char *end = text + length;
	int width = 0;

	for (; text < end; text = utf8_skip(text, 1))
		width += utf8_width(text);
	return width;
}

/** Print words from a column on, and end the line; `empty`: nothing but blanks is before it. */
static void put_words(FILE *out, int columns, int column, int further, bool empty,
		      const char *words)
{
	char *shown = utf8_escaped(words);
	const char *text = shown ? shown : "";
	int blank = 0;

	while (*text) {
		int length = piece_length(text), width = width_of(text, length);

		if (!empty && column + blank + width > columns) {
			fprintf(out, "\n%*s", further, "");
			column = further;
		} else {
			fprintf(out, "%*s", blank, "");
			column += blank;
		}
		empty &= !length;
		fprintf(out, "%.*s", length, text);
		column += width;
		text += length;
		/* Blanks within a line are kept, such as those before a number in a column. */
		blank = (int)strspn(text, " ");
		text += blank;
	}
	fputc('\n', out);
	free(shown);
}

/**
 * @brief Print words, broken into lines at blanks and after the bars of a mask.
 *
 * A word that is wider than a line stands there whole: it may be copied.
 *
 * @param out where to
 * @param columns of a line
 * @param first columns before the first line
 * @param further columns before the others
 * @param words the words; what a terminal would obey is shown
 */
void wrap_words(FILE *out, int columns, int first, int further, const char *words)
{
	fprintf(out, "%*s", first, "");
	put_words(out, columns, first, further, true, words);
}

/**
 * @brief Print words behind what a line holds already, and end the line.
 *
 * @param out where to
 * @param columns of a line
 * @param column where the line has got to
 * @param further columns before the lines that follow
 * @param words the words
 */
void wrap_on(FILE *out, int columns, int column, int further, const char *words)
{
	put_words(out, columns, column, further, false, words);
}

/**
 * @brief Print a row of two columns: a name and what it means. Where little room is left for that, it stands below.
 *
 * @param out where to
 * @param columns of a line
 * @param column where the meaning begins
 * @param head the name, with the blanks before it
 * @param words its meaning
 */
void wrap_row(FILE *out, int columns, int column, const char *head, const char *words)
{
	int width = width_of(head, (int)strlen(head)), below = (int)strspn(head, " ") + 2 * DEEPER;

	if (!*words) {
		fprintf(out, "%s\n", head);
	} else if (columns - column >= LEAST_MEANING && width < column) {
		fprintf(out, "%s%*s", head, column - width, "");
		put_words(out, columns, column, column, true, words);
	} else if (columns - column >= LEAST_MEANING) {
		fprintf(out, "%s\n", head);
		wrap_words(out, columns, column, column, words);
	} else {
		wrap_words(out, columns, 0, below, head);
		wrap_words(out, columns, below, below, words);
	}
}

/**
 * @brief Print lines, and break those that are too wide.
 *
 * @param out where to
 * @param columns of a line
 * @param text lines; each keeps its own indentation
 */
void wrap_lines(FILE *out, int columns, const char *text)
{
	while (*text) {
		int length = (int)strcspn(text, "\n"), indent = (int)strspn(text, " ");
		char *line = strndup(text, (size_t)length);

		if (line && indent < length)
			wrap_words(out, columns, indent, indent + DEEPER, line + indent);
		else
			fputc('\n', out);
		free(line);
		text += length;
		text += *text == '\n';
	}
}

/* ---- Texts with paragraphs and lists --------------------------------------------------------- */

/** A paragraph or a row of a list on its way, lines put together. */
struct block {
	char *head; /**< of a row; NULL: a paragraph, or a line that stands alone */
	char *words;
	int indent;
	int column; /**< of a row: where its meaning begins; 0: none goes on */
};

/** Print a block and begin another. */
static void end_block(FILE *out, int columns, struct block *block)
{
	if (block->head)
		wrap_row(out, columns, block->column, block->head,
			 block->words ? block->words : "");
	else if (block->words)
		wrap_words(out, columns, block->indent, block->indent ? block->indent + DEEPER : 0,
			   block->words);
	free(block->head);
	free(block->words);
	*block = (struct block){ 0 };
}

/** Add a line to the words of a block. */
static void go_on(struct block *block, const char *line, int length)
{
	char *longer = NULL;

	if (asprintf(&longer, "%s%s%.*s", block->words ? block->words : "", block->words ? " " : "",
		     length, line) < 0)
		return;
	free(block->words);
	block->words = longer;
}

/** Where the meaning begins in a row: after two blanks or more behind its name; 0: it is no row. */
static int meaning_at(const char *line, int length)
{
	for (int at = (int)strspn(line, " "); at + 2 < length; at++)
		if (line[at] == ' ' && line[at + 1] == ' ')
			return at + (int)strspn(line + at, " ");
	return 0;
}

/** Take a line that begins with a blank. */
static void take_row(FILE *out, int columns, struct block *block, const char *line, int length)
{
	int indent = (int)strspn(line, " "), column;

	if (block->column && block->column == indent) {
		go_on(block, line + indent, length - indent);
		return;
	}
	end_block(out, columns, block);
	column = meaning_at(line, length);
	block->indent = indent;
	block->column = column;
	if (column) {
		int end = column;

		while (line[end - 1] == ' ')
			end--;
		block->head = strndup(line, (size_t)end);
		indent = column;
	}
	go_on(block, line + indent, length - indent);
	if (!column)
		end_block(out, columns, block);
}

/**
 * @brief Print a text of paragraphs and lists as wide as a line is.
 *
 * Lines that begin without a blank are put together to a paragraph. Those that do are rows: a name and, after two blanks, its
 * meaning, which may go on in lines that begin where it began. An empty line stays one.
 *
 * @param out where to
 * @param columns of a line
 * @param text the text
 */
void wrap_text(FILE *out, int columns, const char *text)
{
	struct block block = { 0 };

	while (*text) {
		int length = (int)strcspn(text, "\n");

		if (*text == ' ') {
			take_row(out, columns, &block, text, length);
		} else if (length) {
			if (block.indent)
				end_block(out, columns, &block);
			go_on(&block, text, length);
		} else {
			end_block(out, columns, &block);
			fputc('\n', out);
		}
		text += length;
		text += *text == '\n';
	}
	end_block(out, columns, &block);
}

/* ---- A stream that breaks lines --------------------------------------------------------------- */

/** A line on its way through a stream. */
struct stream {
	FILE *out;
	char *line;
	size_t length;
	size_t room;
};

/** Print the line that is there, and begin another. */
static void end_line(struct stream *stream)
{
	int indent;

	stream->line[stream->length] = '\0';
	indent = (int)strspn(stream->line, " ");
	wrap_words(stream->out, wrap_columns(stream->out), indent, indent + DEEPER,
		   stream->line + indent);
	stream->length = 0;
}

/** Take bytes: whole lines are printed. Without memory they go on as they are. */
static ssize_t stream_write(void *cookie, const char *bytes, size_t size)
{
	struct stream *stream = cookie;

	for (size_t i = 0; i < size; i++) {
		if (stream->length + 1 >= stream->room) {
			size_t room = stream->room ? 2 * stream->room : 256;
			char *grown = realloc(stream->line, room);

			if (!grown)
				return (ssize_t)fwrite(bytes + i, 1, size - i, stream->out) +
				       (ssize_t)i;
			stream->line = grown;
			stream->room = room;
		}
		if (bytes[i] == '\n')
			end_line(stream);
		else
			stream->line[stream->length++] = bytes[i];
	}
	return (ssize_t)size;
}

/** The end: what is there without a newline is printed as it is. */
static int stream_close(void *cookie)
{
	struct stream *stream = cookie;

	if (stream->length)
		fprintf(stream->out, "%.*s", (int)stream->length, stream->line);
	free(stream->line);
	free(stream);
	return 0;
}

/**
 * @brief A stream whose lines are broken as wide as a terminal is.
 *
 * @param out the terminal, or what is none
 * @return the stream, which wrap_end() closes; `out` itself where that is no terminal, or there is no memory
 */
FILE *wrap_begin(FILE *out)
{
	const cookie_io_functions_t functions = { .write = stream_write, .close = stream_close };
	struct stream *stream = wrap_on_terminal(out) ? calloc(1, sizeof(*stream)) : NULL;
	FILE *lines;

	if (!stream)
		return out;
	stream->out = out;
	lines = fopencookie(stream, "w", functions);
	if (!lines) {
		free(stream);
		return out;
	}
	/* What is printed past the stream keeps its place between the lines. */
	setvbuf(lines, NULL, _IOLBF, BUFSIZ);
	return lines;
}

/**
 * @brief End a stream.
 *
 * @param lines what wrap_begin() returned
 * @param out what it was given
 */
void wrap_end(FILE *lines, FILE *out)
{
	if (lines != out)
		fclose(lines);
}
