/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The names of masks, migratetypes and results of compaction: one table each, for reading and for writing.
 */
#ifndef NAMES_H
#define NAMES_H

#include "compact_result.h"
#include "gfp.h"
#include "migratetype.h"

/** A mask or flag and its name. The name lies in the row, so that a debugger finds it before the program runs. */
struct gfp_name {
	gfp_t mask;
	char name[24];
};

/** Rows of gfp_names[]. */
#define NR_GFP_NAMES 38

/**
 * Masks before the flags they are made of. Written as the kernel's tracepoints do, a mask is the first name whose bits it
 * has all, then the first for the bits that are left, and so on. The last row, and no other, is for no bits at all.
 */
extern const struct gfp_name gfp_names[NR_GFP_NAMES];

/** The names in /proc/pagetypeinfo, and the letters in a failure report. */
extern const char *const migratetype_names[MIGRATE_TYPES];
extern const char migratetype_letters[MIGRATE_TYPES + 1];

/** The names in the tracepoints of compaction. */
extern const char *const compact_result_names[NR_COMPACT_RESULTS];

#endif
