/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The language of the pictures that the command draws: English, or what the catalogue says that
 * PAGEFLOW_CATALOGUE names.
 */
#include "tools/language.h"

#include <stdlib.h>

#include "text/catalogue.h"

/** The catalogue; NULL: English. Read once. A file that cannot be read is named, and the pictures stay English. */
static struct catalogue *the_catalogue(void)
{
	static struct catalogue catalogue;
	static bool asked, known;
	const char *path = getenv("PAGEFLOW_CATALOGUE");
	struct pageflow_error error = { 0 };

	if (!asked && path && *path) {
		known = !catalogue_load(path, &catalogue, &error);
		if (!known)
			fprintf(stderr, "pageflow: %s: %s\n", path, error.text);
	}
	asked = true;
	return known ? &catalogue : NULL;
}

/**
 * @brief A pen for labels.
 *
 * @param out where to
 * @return the pen, in the language that the user wants
 */
struct pen pen_in_language(FILE *out)
{
	struct catalogue *catalogue = the_catalogue();

	return (struct pen){ out, false, catalogue ? catalogue_find : NULL, catalogue };
}
