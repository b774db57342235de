/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Saying on standard error what is wrong: one line, after `pageflow COMMAND: `.
 */
#ifndef SAY_H
#define SAY_H

#include <stdarg.h>

#include "pageflow.h"

/** Exit codes that all subcommands share. */
enum {
	EXIT_OK = 0,
	EXIT_DIFFERENT = 1, /**< it ran, and the answer is no */
	EXIT_BAD_INPUT =
		2, /**< arguments or files that cannot be used, or what was printed is lost */
};

__attribute__((format(printf, 2, 0))) void say_list(const char *command, const char *format,
						    va_list arguments);
__attribute__((format(printf, 2, 3))) int say(const char *command, const char *format, ...);
char *message_shown(const char *prefix, const char *message);
void say_lines(const char *text);
__attribute__((format(printf, 2, 3))) int usage_error(const char *command, const char *format, ...);
int input_error(const char *command, const char *what, const struct pageflow_error *error);
int memory_error(const char *command);
void print_shown(const char *text);

#endif
