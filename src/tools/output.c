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

#include "text/error.h"
#include "text/new-file.h"
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

/** Why something printed was lost, as errno had it; 0: nothing was, or nobody knows why. */
static int lost_reason;

/**
 * @brief Send on what was printed so far.
 *
 * @return false when standard output does not take it: what follows would be lost as well
 */
bool output_flush(void)
{
	if (fflush(stdout) && !lost_reason)
		lost_reason = errno;
	return !ferror(stdout);
}

/**
 * @brief The command ends: what it printed must have arrived.
 *
 * @param command the subcommand, or NULL
 * @param code its exit code
 * @return that code, or EXIT_BAD_INPUT after a line on standard error when something is lost
 */
int output_end(const char *command, int code)
{
	bool lost = !output_flush();
	struct pageflow_error error;

	if (fclose(stdout) && !lost) {
		lost_reason = errno;
		lost = true;
	}
	if (!lost)
		return code;
	error_of_file(&error, "cannot be written", lost_reason);
	return say(command, "standard output %s", error.text);
}

/**
 * @brief Write a file whole; "-" is standard output.
 *
 * @param command the subcommand, for the error
 * @param path the file
 * @param bytes its content
 * @param size how many bytes
 * @return EXIT_OK, or EXIT_BAD_INPUT after an error on standard error
 */
int write_file(const char *command, const char *path, const char *bytes, size_t size)
{
	struct pageflow_error error;

	if (!strcmp(path, "-")) {
		/* Whether it arrives turns out in output_end(). */
		if (fwrite(bytes, 1, size, stdout) != size && !lost_reason)
			lost_reason = errno;
		return EXIT_OK;
	}
	if (!new_file_write(path, bytes, size, &error))
		return EXIT_OK;
	return say(command, "%s", error.text);
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
	code = fclose(out) ? memory_error(command) : write_file(command, path, bytes, size);
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
	if (!json || !svg || !is_standard_output(svg))
		return OPTIONS_READ;
	return usage_error(command,
			   "--json and '--svg %s' both go to standard output: give --svg a file",
			   svg);
}

/**
 * @brief Refuse to write the file that is read: it would be gone.
 *
 * @param command the subcommand
 * @param input what is read; "-" is standard input; NULL: nothing
 * @param output what is written; "-" is standard output; NULL: nothing
 * @return OPTIONS_READ, or EXIT_BAD_INPUT after a line on standard error
 */
int overwrite_check(const char *command, const char *input, const char *output)
{
	if (!input || !output || !same_file(input, output))
		return OPTIONS_READ;
	if (!strcmp(output, "-"))
		return usage_error(command,
				   "standard output goes to the file that is read, %s; give "
				   "another",
				   strcmp(input, "-") ? input : "standard input");
	return usage_error(command, "%s is the file that is read%s%s; write to another", output,
			   strcmp(input, output) ? ", " : "",
			   !strcmp(input, output) ? ""
			   : strcmp(input, "-")	  ? input
						  : "standard input");
}
