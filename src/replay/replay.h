/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Replaying recordings, and what the files of the replay share.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include "machine.h"
#include "replay/result.h"
#include "state/reader.h"

/** Events kept for the account of a divergence. */
#define RECENT_EVENTS 12

/** Blanks before the lines of a zone's state between `z` and `Z`. */
#define ZONE_STATE_INDENT 1

/** An empty list of pages. */
#define LIST_OF_PAGES(name) struct list_head name = { &(name), &(name) }

/** A replay on its way. */
struct replay {
	struct reader reader;
	struct replay_result *result;
	size_t op_line;	 /**< line of the running operation, counted from 1 */
	bool allocating; /**< inside an `a` or `g` operation */
	bool in_reclaim; /**< between `r` and `e` */
	bool ended;	 /**< the last line was read */
	unsigned long reclaimable[MAX_NUMNODES][MAX_NR_ZONES]; /**< of the last `y` lines */
	struct trace_event recent[RECENT_EVENTS];
	unsigned long nr_recent;
	u8 *held; /**< a page of the map: order + 1 of the block that an operation returned */
};

/* replay.c, replay-boot.c */
void replay_trace(const struct text *text, replay_progress progress, void *context,
		  struct replay_result *result);
void replay_boot(const struct text *text, struct replay_result *result);

/* replay-account.c */
void replay_account(struct replay *replay);

#endif
