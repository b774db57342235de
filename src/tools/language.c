/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The language of the pictures that the command draws: English, or what the catalogue says that
 * PAGEFLOW_CATALOGUE names.
 */
#include "tools/language.h"

#include <stdlib.h>

#include "text/catalogue.h"
#include "tools/options.h"

static struct catalogue catalogue;
static bool known; /**< false: English */

/**
 * @brief Read the catalogue, where the user names one.
 *
 * @param command the subcommand, for the error
 * @return EXIT_OK, or EXIT_BAD_INPUT after a line on standard error
 */
int language_begin(const char *command)
{
	const char *path = getenv("PAGEFLOW_CATALOGUE");
	struct pageflow_error error = { 0 };

	if (!path || !*path)
		return EXIT_OK;
	known = !catalogue_load(path, &catalogue, &error);
	if (known)
		return EXIT_OK;
	if (error.line)
		return say(command, "PAGEFLOW_CATALOGUE names %s:%zu: %s", path, error.line,
			   error.text);
	return say(command, "PAGEFLOW_CATALOGUE names %s: %s; unset it for English", path,
		   error.text);
}

/**
 * @brief A pen for labels.
 *
 * @param out where to
 * @return the pen, in the language that the user wants
 */
struct pen pen_in_language(FILE *out)
{
	return (struct pen){ out, false, known ? catalogue_find : NULL, &catalogue };
}

/** Give the catalogue's memory back. */
void language_end(void)
{
	catalogue_free(&catalogue);
}
