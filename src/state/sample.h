/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What a running kernel shows of itself in /proc.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include "text/text.h"

/** The texts of a kernel's /proc files; the last two may be NULL. */
struct proc_sample {
	const struct text *zoneinfo;
	const struct text *buddyinfo;
	const struct text *pagetypeinfo;
};

#endif
