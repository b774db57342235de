/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What a machine's watchdog remembers of the request, or the charge, that goes round.
 */
#ifndef WATCHDOG_H
#define WATCHDOG_H

#include "types.h"

/** Longest account of the watchdog, with its end. */
#define WATCHDOG_REPORT 896

/** Watches for requests and charges that go round without end. Each machine has one, whether others live there or not. */
struct watchdog {
	u64 last;		 /**< digest of the round looked at before this one */
	u64 milestone;		 /**< digest of a round further back */
	long first_free;	 /**< free pages when the first round began */
	long most_free;		 /**< most free pages at the beginning of a round */
	long first_alive;	 /**< tasks that nobody had killed when the first round began */
	long least_alive;	 /**< fewest at the beginning of a round */
	unsigned long livelocks; /**< accounts given so far */
	char report[WATCHDOG_REPORT];
	/** Decides what becomes of it: true stops it. NULL: print the account and stop it. */
	bool (*handler)(const char *report, void *context);
	void *context;
};

#endif
