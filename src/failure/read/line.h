/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Physical lines of a log: made plain, and taken apart into the prefix of whoever logged them and the message.
 */
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What a line begins with. */
enum prefix_kind {
	PREFIX_NONE,
	PREFIX_DATE,  /**< of syslog, journald, logcat or a container's log */
	PREFIX_TIME,  /**< `[   12.345678]`, or a date in brackets */
	PREFIX_LEVEL, /**< `<4>`, `kern  :warn  :`, or the numbers of /dev/kmsg */
	PREFIX_OTHER, /**< a task or a CPU, or `kernel:` alone */
};

/** The prefix of a line. */
struct prefix {
	size_t length; /**< where the message begins */
	enum prefix_kind first;
	uint64_t caller; /**< what stands for the CPU or task that printed it; 0: none is named */
	bool passing; /**< and it is a CPU's number alone, which a task may leave between two lines */
	uint64_t host; /**< what stands for the machine; 0: none is named */
	bool has_stamp;
	uint64_t stamp; /**< microseconds, from wherever the log counts */
};

/* line.c */
size_t line_clean(char *line, size_t length);
const char *line_unquoted(const char *line);
int line_node_before(const char *line, const char *end);

/* prefix.c */
void prefix_read(const char *line, struct prefix *prefix);
const char *line_message(const char *line);

/* when.c */
void line_when(const char *line, char *when, size_t size);

#endif
