/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What a machine says: its console, warnings and what remains of them, rate limits, and violations.
 *
 * A violation is a use that 5.8.18 leaves undefined, such as freeing a block that starts in the middle
 * of another. The kernel goes on, some of the time with broken lists; here it is reported and refused.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "world/world.h"

#define MESSAGE_SIZE 1024

/**
 * @brief Print to the machine's console.
 *
 * @param format as for printf
 * @source none (ours: where the console's text goes is the user's choice)
 */
void printk(const char *format, ...)
{
	char text[MESSAGE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (world->console)
		world->console(text, world->console_context);
	else
		fputs(text, stderr);
}

/**
 * @brief Report a use that the kernel leaves undefined. The caller refuses it.
 *
 * Without a handler the program ends here.
 *
 * @param format as for printf, without newline
 * @source none (ours: debug builds of 5.8.18 stop at some of these places)
 */
void bug(const char *format, ...)
{
	char text[MESSAGE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (!world->bug_handler) {
		fprintf(stderr, "pageflow: BUG: %s\n", text);
		abort();
	}
	world->bug_handler(text, world->bug_context);
}

/**
 * @brief Remember that something went wrong, for every report from now on.
 *
 * @param flag what it was
 * @source none (ours: what kernel/panic.c does under the same name)
 */
void add_taint(enum taint flag)
{
	world->tainted |= 1ul << flag;
}

/**
 * @brief What a report says of the machine's past: "Not tainted", or a column for each flag.
 *
 * @param text receives the text
 * @param size bytes of `text`, at least TAINT_TEXT_SIZE
 * @source none (ours: what kernel/panic.c does under the name print_tainted)
 */
void taint_format(char *text, size_t size)
{
	/* In place of the first letter a G says that no proprietary module was loaded. */
	static const char letters[TAINT_FLAGS_COUNT + 1] = "PFSRMBUDAWCIOELKXT";
	char columns[TAINT_FLAGS_COUNT + 1];

	if (!world->tainted) {
		snprintf(text, size, "Not tainted");
		return;
	}
	for (int flag = 0; flag < TAINT_FLAGS_COUNT; flag++)
		columns[flag] = world->tainted >> flag & 1 ? letters[flag] : ' ';
	columns[TAINT_FLAGS_COUNT] = '\0';
	if (columns[0] == ' ')
		columns[0] = 'G';
	snprintf(text, size, "Tainted: %s", columns);
}

/**
 * @brief Print a warning, and remember that there was one.
 *
 * @param format as for printf
 * @param arguments for it
 * @source none (ours: what both kinds of warning share)
 */
__attribute__((format(printf, 1, 0))) static void warn_arguments(const char *format,
								 va_list arguments)
{
	char text[MESSAGE_SIZE];

	vsnprintf(text, sizeof(text), format, arguments);
	printk("%s", text);
	add_taint(TAINT_WARN);
}

/**
 * @brief Warn. What went on before goes on, but every later report says that there was a warning.
 *
 * @param format as for printf
 * @source none (ours: what WARN_ON() of include/asm-generic/bug.h does)
 */
/* departs: a warning of 5.8.18 is a page of text, with the place, the registers and how the code got there; here it is
 * one line. */
void warn(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	warn_arguments(format, arguments);
	va_end(arguments);
}

/**
 * @brief Warn the first time only.
 *
 * @param which number of the warning, enum once
 * @param format as for printf
 * @source none (ours: stands for the kernel's one-time warnings)
 */
void warn_once(int which, const char *format, ...)
{
	va_list arguments;

	if (world->printed_once & (1ull << which))
		return;
	world->printed_once |= 1ull << which;
	va_start(arguments, format);
	warn_arguments(format, arguments);
	va_end(arguments);
}

/**
 * @brief A new interval of a message begins. If any was suppressed in the old one, say how many.
 *
 * @param limit the message's state
 * @param caller the function whose message it is
 * @source none (ours: a step of what lib/ratelimit.c does under the name ___ratelimit)
 */
static void ratelimit_restart(struct printk_limit *limit, const char *caller)
{
	if (limit->missed)
		printk("%s: %u callbacks suppressed\n", caller, limit->missed);
	limit->missed = 0;
	limit->started = true;
	limit->begin = world->jiffies;
	limit->printed = 0;
}

/**
 * @brief May a message be printed now? Says how many were suppressed when a new interval begins.
 *
 * @param limit the message's state
 * @param caller the function whose message it is
 * @param interval ticks
 * @param burst messages per interval
 * @return true to print
 * @source none (ours: what lib/ratelimit.c does under the name ___ratelimit)
 */
bool printk_ratelimit(struct printk_limit *limit, const char *caller, unsigned long interval,
		      unsigned int burst)
{
	if (!limit->started || world->jiffies - limit->begin > interval)
		ratelimit_restart(limit, caller);
	if (limit->printed < burst) {
		limit->printed++;
		return true;
	}
	limit->missed++;
	return false;
}

/**
 * @brief Report a lock that is taken twice or released twice.
 *
 * @param lock the lock
 * @param what which of the two
 * @source none (ours: on a real machine the CPU would wait for ever)
 */
void lock_misuse(const struct spinlock *lock, const char *what)
{
	(void)lock;
	bug("zone->lock %s", what);
}
