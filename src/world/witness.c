/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The witness: who is told what the stages decide.
 */
#include "witness.h"

/**
 * @brief Tell the witness of a decision. Called only when there is one.
 *
 * @param decision the decision
 * @source none (ours: 5.8.18 does not report these)
 */
void witness_tell(const struct decision *decision)
{
	world->witness(decision, world->witness_context);
}
