/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What compaction came to. The numeric order matters: results of several zones are combined by taking the
 * greatest.
 */
#ifndef COMPACT_RESULT_H
#define COMPACT_RESULT_H

enum compact_result {
	COMPACT_NOT_SUITABLE_ZONE, /**< trace only; callers see COMPACT_SKIPPED */
	COMPACT_SKIPPED,	   /**< not started: too little free memory */
	COMPACT_DEFERRED,	   /**< backed off after failures */
	COMPACT_INACTIVE = COMPACT_DEFERRED,
	COMPACT_NO_SUITABLE_PAGE, /**< trace only; callers see COMPACT_CONTINUE */
	COMPACT_CONTINUE,	  /**< go on */
	COMPACT_COMPLETE,	  /**< the whole zone was scanned in vain */
	COMPACT_PARTIAL_SKIPPED,  /**< scanners met, but part of the zone was left out */
	COMPACT_CONTENDED,	  /**< stopped for a lock or a signal */
	COMPACT_SUCCESS,	  /**< the allocation should work now */
};

#define NR_COMPACT_RESULTS (COMPACT_SUCCESS + 1)

#endif
