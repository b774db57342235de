/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Errors of one line.
 */
#include "text/error.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

/** Note what went wrong in a line of a text; 0: in no particular one. */
__attribute__((format(printf, 3, 0))) static void note(struct pageflow_error *error, size_t line,
						       const char *format, va_list arguments)
{
	if (!error)
		return;
	error->file[0] = '\0';
	error->line = line;
	vsnprintf(error->text, sizeof(error->text), format, arguments);
}

/**
 * @brief Note what went wrong in a line of a text.
 *
 * @param error receives it, or NULL
 * @param line the line, counted from 1; 0: no particular one
 * @param format as for printf, one line without newline
 * @return -1, for the caller to pass on
 */
int error_at(struct pageflow_error *error, size_t line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	note(error, line, format, arguments);
	va_end(arguments);
	return -1;
}

/**
 * @brief Note what went wrong, in no particular line of a text.
 *
 * @param error receives it, or NULL
 * @param format as for printf, one line without newline
 * @return -1, for the caller to pass on
 */
int error_set(struct pageflow_error *error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	note(error, 0, format, arguments);
	va_end(arguments);
	return -1;
}

/**
 * @brief Say in which of several texts the fault lies that was noted.
 *
 * @param error the error, or NULL
 * @param file the name of the text
 * @return -1, for the caller to pass on
 */
int error_in(struct pageflow_error *error, const char *file)
{
	if (error)
		snprintf(error->file, sizeof(error->file), "%s", file);
	return -1;
}

/** What helps when the host refuses a file for this reason; "" when nothing is known to. */
static const char *remedy(int reason)
{
	static const struct {
		int reason;
		const char *remedy;
	} remedies[] = {
		{ ENOENT, "check its name" },
		{ ENOTDIR, "check its name" },
		{ ENAMETOOLONG, "give it a shorter name" },
		{ EINVAL, "check its name" },
		{ ELOOP, "check where its links lead" },
		{ EISDIR, "give a file" },
		{ EACCES, "check its permissions" },
		{ EPERM, "check its permissions" },
		{ EROFS, "choose another folder" },
		{ EBUSY, "choose another name" },
		{ ENOSPC, "make room there" },
		{ EDQUOT, "make room there" },
		{ EFBIG, "raise the limit, see 'ulimit -f'" },
		{ EMFILE, "raise the limit, see 'ulimit -n'" },
		{ EBADF, "redirect it" },
		{ EPIPE, "nobody reads it any more" },
		{ EIO, "check the device" },
		{ ENXIO, "check that something is behind its name" },
	};

	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
		if (remedies[i].reason == reason)
			return remedies[i].remedy;
	return "";
}

/**
 * @brief Note that the host refuses a file: why, and what helps.
 *
 * @param error receives it, or NULL
 * @param what what cannot be done, such as "cannot be read"
 * @param reason the host's reason, as errno has it; 0: it gave none
 * @return -1, for the caller to pass on
 */
int error_of_file(struct pageflow_error *error, const char *what, int reason)
{
	const char *helps = remedy(reason);
	const char *why = reason == EBADF ? "it is closed" : strerror(reason);

	return error_set(error, "%s%s%s%s%s", what, reason ? ": " : "", reason ? why : "",
			 *helps ? "; " : "", helps);
}
