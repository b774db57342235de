/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the subcommands share for printing: colour, and files that are written whole.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/tools.h"

/**
 * @brief Is standard output a terminal that shows colour, and is colour wanted?
 *
 * @return false when NO_COLOR is set and not empty
 */
bool use_colour(void)
{
	const char *refused = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(refused && *refused) &&
	       !(terminal && !strcmp(terminal, "dumb"));
}

/**
 * @brief Write a file whole; "-" is standard output.
 *
 * @param path the file
 * @param bytes its content
 * @param size how many bytes
 * @return EXIT_OK, or EXIT_BAD_INPUT after an error on standard error
 */
int write_file(const char *path, const char *bytes, size_t size)
{
	FILE *out = strcmp(path, "-") ? fopen(path, "wb") : stdout;
	bool failed;

	if (!out) {
		fprintf(stderr, "pageflow: %s: cannot be written: %s\n", path, strerror(errno));
		return EXIT_BAD_INPUT;
	}
	failed = fwrite(bytes, 1, size, out) != size;
	failed |= out == stdout ? fflush(out) : fclose(out);
	if (!failed)
		return EXIT_OK;
	fprintf(stderr, "pageflow: %s: was not written whole: %s\n", path, strerror(errno));
	return EXIT_BAD_INPUT;
}
