/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The witness: who is told what the stages decide.
 */
#include "witness.h"

#include <string.h>

/**
 * @brief Tell the witness of a decision. Called only when there is one.
 *
 * @param kind what was decided
 * @param zone the zone it is about, or NULL
 * @param ac the request's context, or NULL
 * @param a first number
 * @param b second number
 * @param c third number
 * @source none (ours: 5.8.18 does not report these)
 */
void witness_tell(enum decision_kind kind, const struct zone *zone, const struct alloc_context *ac,
		  s64 a, s64 b, s64 c)
{
	const struct decision decision = { kind, zone, ac, { a, b, c } };

	world->witness(&decision, world->witness_context);
}

/**
 * @brief Tell the witness that the free part of a pageblock was taken over.
 *
 * @param zone the zone
 * @param number all numbers of the decision
 * @source none (ours: 5.8.18 does not report this)
 */
void witness_tell_claim(const struct zone *zone, const s64 *number)
{
	struct decision decision = { .kind = DECISION_CLAIM, .zone = zone };

	memcpy(decision.number, number, sizeof(decision.number));
	world->witness(&decision, world->witness_context);
}
