/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief How a stage reports a decision: one short call, one test when nobody listens.
 */
#ifndef WITNESS_H
#define WITNESS_H

#include "alloc_context.h"
#include "decisions.h"
#include "machine.h"

__cold void witness_tell(enum decision_kind kind, const struct zone *zone,
			 const struct alloc_context *ac, s64 a, s64 b, s64 c);
__cold void witness_tell_claim(const struct zone *zone, const s64 *number);

/** A decision about a zone. */
static inline void witness_zone(enum decision_kind kind, const struct zone *zone, s64 a, s64 b)
{
	if (unlikely(world->witness))
		witness_tell(kind, zone, NULL, a, b, 0);
}

/** A decision about the request. */
static inline void witness_request(enum decision_kind kind, s64 a, s64 b)
{
	if (unlikely(world->witness))
		witness_tell(kind, NULL, NULL, a, b, 0);
}

/** A walk over the zones begins, or begins again. */
static inline void witness_walk(gfp_t gfp_mask, unsigned int order, unsigned int alloc_flags,
				const struct alloc_context *ac)
{
	if (unlikely(world->witness))
		witness_tell(DECISION_WALK, NULL, ac, gfp_mask, order, alloc_flags);
}

/** A block leaves a list. */
static inline void witness_block(const struct zone *zone, unsigned int order, unsigned int found,
				 int migratetype)
{
	if (unlikely(world->witness))
		witness_tell(DECISION_BLOCK, zone, NULL, order, found, migratetype);
}

/** The free part of a pageblock was taken over. */
static inline void witness_claim(const struct zone *zone, int moved, int alike, bool converted,
				 int old_type, int new_type)
{
	if (unlikely(world->witness))
		witness_tell_claim(zone, (const s64[MAX_DECISION_NUMBERS]){ moved, alike, converted,
									    old_type, new_type });
}

/** Whole pageblocks changed their type. */
static inline void witness_convert(const struct zone *zone, s64 blocks, int old_type, int new_type)
{
	if (unlikely(world->witness))
		witness_tell(DECISION_CONVERT, zone, NULL, blocks, old_type, new_type);
}

/** Compaction was tried. */
static inline void witness_compact(enum compact_priority priority, enum compact_result result,
				   bool caught)
{
	if (unlikely(world->witness))
		witness_tell(DECISION_COMPACT, NULL, NULL, priority, result, caught);
}

#endif
