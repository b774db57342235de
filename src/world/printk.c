/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What a machine says: its console, one-time warnings, rate limits, and violations.
 *
 * A violation is a use that 5.8.18 leaves undefined, such as freeing a page twice. The kernel goes
 * on with broken lists; here it is reported and refused.
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
 * @brief Print a message the first time only.
 *
 * @param which number of the message, enum once
 * @param format as for printf
 * @source none (ours: stands for the kernel's one-time warnings)
 */
void warn_once(int which, const char *format, ...)
{
	char text[MESSAGE_SIZE];
	va_list arguments;

	if (world->printed_once & (1ull << which))
		return;
	world->printed_once |= 1ull << which;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	printk("%s", text);
}

/**
 * @brief May a message be printed now?
 *
 * @param limit the message's state
 * @param interval ticks
 * @param burst messages per interval
 * @return true to print; suppressed calls are counted in limit->missed, which the caller reports
 * and clears when a new interval opens
 * @source none (ours: the rule of the kernel's rate limiter)
 */
bool printk_ratelimit(struct printk_limit *limit, unsigned long interval, unsigned int burst)
{
	if (!limit->started || world->jiffies - limit->begin > interval) {
		limit->started = true;
		limit->begin = world->jiffies;
		limit->printed = 0;
	}
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
