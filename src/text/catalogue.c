/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief A catalogue in a file: what the labels are in another language.
 */
#include "text/catalogue.h"

#include <string.h>

#include "text/error.h"
#include "text/labels.h"
#include "text/utf8.h"

/** Can the rest be a catalogue, as its first line has it? */
static bool may_be_catalogue(const struct text *first)
{
	const char *line = first->line[0];

	return !*line || *line == '#' || strchr(line, '\t');
}

/** The first line that translates the same key; the line itself when it is the first. */
static size_t first_of_key(const struct text *text, size_t line, size_t length)
{
	size_t first = 0;

	while (strncmp(text->line[first], text->line[line], length + 1))
		first++;
	return first;
}

/** Does a text hold only what a picture or a terminal can show? */
static bool all_shown(const char *text)
{
	while (*text) {
		size_t bytes = *text == '\t' ? 1 : utf8_shown(text, SIZE_MAX);

		if (!bytes)
			return false;
		text += bytes;
	}
	return true;
}

/** Look at one line; -1 after noting what is wrong with it. */
static int check_line(const struct text *text, size_t at, struct pageflow_error *error)
{
	const char *line = text->line[at], *tab = strchr(line, '\t');
	size_t length = tab ? (size_t)(tab - line) : 0, first;

	if (!*line || *line == '#')
		return 0;
	if (!length)
		return error_at(error, at + 1,
				"expected the English label, a tab, and what it is in "
				"the other language");
	if (!all_shown(line))
		return error_at(error, at + 1,
				"expected UTF-8 without control characters, and no CR at the end");
	if (!label_fits(line, length, tab + 1))
		return error_at(
			error, at + 1,
			"the translation asks for more arguments, as %%s or %%2$s, than the "
			"label has");
	first = first_of_key(text, at, length);
	if (first < at)
		return error_at(error, at + 1,
				"line %zu translates the same label; remove one of them",
				first + 1);
	return 0;
}

/**
 * @brief Read a catalogue, and look at every line of it.
 *
 * @param path the file; "-" is standard input
 * @param catalogue receives it; catalogue_free() it afterwards
 * @param error receives what went wrong
 * @return 0 or -1
 */
int catalogue_load(const char *path, struct catalogue *catalogue, struct pageflow_error *error)
{
	if (text_load(path, may_be_catalogue, &catalogue->text, error) != TEXT_OK)
		return -1;
	for (size_t i = 0; i < catalogue->text.nr_lines; i++)
		if (check_line(&catalogue->text, i, error)) {
			catalogue_free(catalogue);
			return -1;
		}
	return 0;
}

/**
 * @brief Look a label up: a pageflow_translator.
 *
 * @param key the key
 * @param catalogue the struct catalogue
 * @return its translation; NULL when there is none, or an empty one
 */
const char *catalogue_find(const char *key, void *catalogue)
{
	const struct text *text = &((struct catalogue *)catalogue)->text;
	size_t length = strlen(key);

	for (size_t i = 0; i < text->nr_lines; i++) {
		const char *line = text->line[i];

		if (!strncmp(line, key, length) && line[length] == '\t' && line[length + 1])
			return line + length + 1;
	}
	return NULL;
}

/**
 * @brief Give a catalogue's memory back.
 *
 * @param catalogue the catalogue
 */
void catalogue_free(struct catalogue *catalogue)
{
	text_free(&catalogue->text);
}
