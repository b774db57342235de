/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The witness: hears of every decision, with the numbers in their places; without one nothing happens.
 */
#include "witness.h"

#include "byhand.h"
#include "watch.h"

TEST(witness_tell_hands_on_zone_and_numbers, "")
{
	struct zone *zone = hand_one_zone();

	test_witness();
	witness_zone(DECISION_BOOST, zone, 0, 512);
	witness_request(DECISION_ROUND, 7, 0);
	witness_compact(COMPACT_PRIO_ASYNC, COMPACT_SUCCESS, true);
	ck_assert_str_eq(test_decisions(DECISION_BOOST), "DMA 0 512");
	ck_assert_str_eq(test_decisions(DECISION_ROUND), "7");
	ck_assert_str_eq(test_decisions(DECISION_COMPACT), "2 8 1");
}

TEST(witness_tell_claim_hands_on_all_numbers, "")
{
	struct zone *zone = hand_one_zone();

	test_witness();
	witness_claim(zone, 10, 20, true, MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE);
	ck_assert_str_eq(test_decisions(DECISION_CLAIM), "DMA 10 20 1 1 2");
}

TEST(witness_without_a_listener, "")
{
	hand_one_zone();
	test_witness();
	world->witness = NULL;
	witness_request(DECISION_ROUND, 1, 0);
	ck_assert_str_eq(test_decisions(DECISION_ROUND), "");
}
