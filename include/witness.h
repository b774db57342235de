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

__cold void witness_tell(const struct decision *decision);

/** The numbers of a decision come last; those left out are 0. */
#define WITNESS(decision_kind, about, context, ...)                                    \
	do {                                                                           \
		if (unlikely(world->witness))                                          \
			witness_tell(&(struct decision){ .kind = (decision_kind),      \
							 .zone = (about),              \
							 .ac = (context),              \
							 .number = { __VA_ARGS__ } }); \
	} while (0)

/** A decision about a zone. */
static inline void witness_zone(enum decision_kind kind, const struct zone *zone, s64 a, s64 b)
{
	WITNESS(kind, zone, NULL, a, b);
}

/** A decision about the request. */
static inline void witness_request(enum decision_kind kind, s64 a, s64 b)
{
	WITNESS(kind, NULL, NULL, a, b);
}

/** A walk over the zones begins, or begins again. */
static inline void witness_walk(enum decision_kind kind, gfp_t gfp_mask, unsigned int order,
				unsigned int alloc_flags, const struct alloc_context *ac)
{
	WITNESS(kind, NULL, ac, gfp_mask, order, alloc_flags);
}

/** A block leaves a list. */
static inline void witness_block(const struct zone *zone, unsigned int order, unsigned int found,
				 int migratetype)
{
	WITNESS(DECISION_BLOCK, zone, NULL, order, found, migratetype);
}

/** The free part of a pageblock was taken over. */
static inline void witness_claim(const struct zone *zone, int moved, int alike, bool converted,
				 int old_type, int new_type)
{
	WITNESS(DECISION_CLAIM, zone, NULL, moved, alike, converted, old_type, new_type);
}

/** Whole pageblocks changed their type. */
static inline void witness_convert(const struct zone *zone, s64 blocks, int old_type, int new_type)
{
	WITNESS(DECISION_CONVERT, zone, NULL, blocks, old_type, new_type);
}

/** Compaction was tried. */
static inline void witness_compact(enum compact_priority priority, enum compact_result result,
				   bool caught)
{
	WITNESS(DECISION_COMPACT, NULL, NULL, priority, result, caught);
}

#endif
