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

/**
 * @brief Write a file whole, as a function prints it; nothing is written when there is no memory for it.
 *
 * @param command the subcommand, for the error
 * @param path the file; "-" is standard output
 * @param print prints it
 * @param context handed to `print`
 * @return EXIT_OK, or EXIT_BAD_INPUT after an error on standard error
 */
int print_into(const char *command, const char *path, void (*print)(FILE *out, const void *context),
	       const void *context)
{
	char *bytes = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&bytes, &size);
	int code;

	if (!out)
		return memory_error(command);
	print(out, context);
	code = fclose(out) ? memory_error(command) : write_file(path, bytes, size);
	free(bytes);
	return code;
}

/**
 * @brief Refuse a picture and JSON on one stream: neither could be read.
 *
 * @param command the subcommand
 * @param json was --json given?
 * @param svg where the picture goes, or NULL
 * @return OPTIONS_READ, or EXIT_BAD_INPUT after a line on standard error
 */
int outputs_check(const char *command, bool json, const char *svg)
{
	if (!json || !svg || strcmp(svg, "-"))
		return OPTIONS_READ;
	return usage_error(command,
			   "--json and '--svg -' both go to standard output: give --svg a file");
}
