/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What compaction was seen to do, step by step: shared by who watches and who draws.
 *
 * A step is what happened while the migrate scanner worked on one pageblock. The first step of a run has no pageblock yet: it
 * shows where the scanners begin.
 */
#ifndef LIBRARY_STEPS_H
#define LIBRARY_STEPS_H

#include "pageflow.h"

/** Pages of a pageblock. */
#define STEP_BLOCK 512ul

/** What a step did to one pageblock. */
struct step_block {
	unsigned short came; /**< pages that were moved here */
	unsigned short went; /**< pages that were moved away */
	bool skip;	     /**< passed over from now on */
};

/** One step. */
struct step {
	unsigned int run;	     /**< 1 for the first run */
	unsigned long source;	     /**< PFN of the pageblock; 0: the run begins */
	unsigned long migrate, free; /**< where the scanners are at its end, PFNs */
	unsigned long first;	     /**< PFN of the zone's first pageblock */
	unsigned long nr_blocks;
	unsigned long moved, failed; /**< pages */
	struct step_block *block;    /**< nr_blocks of them */
};

struct pageflow_steps {
	struct pageflow_machine *machine;
	struct step *step;
	size_t nr_steps;
	unsigned int runs;
	bool out_of_memory;
};

#endif
