/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief A catalogue in a file: what the labels are in another language.
 */
#include "text/catalogue.h"

#include <string.h>

/**
 * @brief Read a catalogue.
 *
 * @param path the file; "-" is standard input
 * @param catalogue receives it; catalogue_free() it afterwards
 * @param error receives what went wrong
 * @return 0 or -1
 */
int catalogue_load(const char *path, struct catalogue *catalogue, struct pageflow_error *error)
{
	return text_load(path, &catalogue->text, error) == TEXT_OK ? 0 : -1;
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
