/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Reports that are woven into each other line by line, and how their lines are told apart.
 */
#ifndef WEAVE_H
#define WEAVE_H

#include "failure/failure.h"
#include "failure/read/line.h"

/** Most reports that are read at once. */
#define MOST_STRANDS 8

/** What the lines of a report have in common, as far as their prefixes tell. */
struct strand {
	uint64_t caller, host; /**< 0: the prefixes name none */
	bool bare;	       /**< its title has no prefix */
	bool has_stamp;
	uint64_t stamp;	  /**< of its last line */
	size_t last_line; /**< of the log, that looked like one of a report */
	bool done;	  /**< it has ended, and waits for those that began before it */
};

struct failure_reader;

/** The reports that are being read. */
struct weave {
	failure_handler handler;
	void *context;
	char log_version[64]; /**< from `Linux version` */
	struct earlier_kills earlier;
	struct failure_reader *strand[MOST_STRANDS]; /**< in the order in which they began */
	int nr_strands;
	struct failure_reader *last;  /**< who got the line before; NULL */
	struct failure_reader *spare; /**< memory for one more */
};

bool weave_begin(struct weave *weave, failure_handler handler, void *context);
void weave_line(struct weave *weave, const char *line, size_t number);
void weave_end(struct weave *weave);
void weave_drop(struct weave *weave);

#endif
