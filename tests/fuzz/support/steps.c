/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * A step is an edge of the program's control flow, as the compiler counts them with -fsanitize-coverage=trace-pc. libFuzzer
 * has a function of that name, which does nothing; the linker puts ours in its place (--wrap).
 */
#include "support/steps.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static unsigned long left; /* 0: nobody counts */
static unsigned long allowed;
static char doing[512];

/** Say what did not end, and end. What it printed may go elsewhere, so past stdio. */
__attribute__((no_sanitize("coverage"), noreturn)) static void give_up(void)
{
	dprintf(STDERR_FILENO, "fuzz: step limit: did not end within %lu steps: %s\n", allowed,
		doing);
	abort();
}

__attribute__((no_sanitize("coverage"))) void __wrap___sanitizer_cov_trace_pc(void);

/** Called on every edge. */
void __wrap___sanitizer_cov_trace_pc(void)
{
	if (left && !--left)
		give_up();
}

/** From here to steps_end(), at most so many steps are taken; the format says what for. */
void steps_begin(unsigned long most, const char *format, ...)
{
	va_list arguments;

	left = 0;
	va_start(arguments, format);
	vsnprintf(doing, sizeof(doing), format, arguments);
	va_end(arguments);
	allowed = most;
	left = most + 1;
}

/** It has ended; after how many steps. */
unsigned long steps_end(void)
{
	unsigned long taken = allowed + 1 - left;

	left = 0;
	return taken;
}
