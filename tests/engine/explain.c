/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Explanations: one request at a time, and what its story says of it. Figures are worked out here by hand.
 */
#include "engine/parts.h"
#include "engine/explain.h"

#include <stdlib.h>
#include <string.h>

#include "failing.h"
#include "life/life.h"
#include "machines.h"

static struct explanation story;

/** Explain a request on the machine in focus. */
static void explain(gfp_t gfp_mask, unsigned int order, int nid, bool nothing_helps)
{
	const struct explain_request request = { gfp_mask, order, nid, nothing_helps };

	free(story.step);
	free(story.walk);
	memset(&story, 0, sizeof(story));
	ck_assert_int_eq(explain_run(&request, &story), 0);
}

/** How many steps tell of this decision? */
static int told(enum decision_kind kind)
{
	int count = 0;

	for (size_t i = 0; i < story.nr_steps; i++)
		count +=
			story.step[i].kind == EXPLAINED_DECISION && story.step[i].what == (int)kind;
	return count;
}

static const struct explained_attempt *last_attempt(int i)
{
	return &story.walk[story.nr_walks - 1].attempt[i];
}

/** A machine with so many single movable pages free, and these marks. */
static struct zone *tight_machine(unsigned long pages, unsigned long min)
{
	struct zone *zone;

	test_machine_uma(64);
	zone = test_zone(0, ZONE_DMA);
	test_empty_machine();
	zone->pageset->stat_threshold = 0;
	for (unsigned long i = 0; i < pages; i++)
		test_free_block(test_page(zone, 2 * i), 0, MIGRATE_MOVABLE);
	test_set_watermarks(zone, min, min + 10, min + 20);
	return zone;
}

TEST(explain_run_page_from_refill_then_from_cpu_list, "")
{
	test_machine_uma(64);
	explain(GFP_KERNEL, 0, ENGINE_BY_POLICY, false);
	ck_assert(story.found);
	ck_assert_int_eq(story.source, EXPLAINED_FROM_REFILL);
	/* The first of the refill, out of the one kind of block that a fresh machine has. */
	ck_assert_int_eq(story.list_order, MAX_ORDER - 1);
	ck_assert_uint_eq(story.cost.refilled_pages,
			  (unsigned long)test_zone(0, ZONE_DMA)->pageset->pcp.batch);
	ck_assert_uint_eq(story.cost.walks, 1);
	ck_assert_int_eq(last_attempt(0)->verdict, EXPLAINED_TAKEN);

	explain(GFP_KERNEL, 0, 0, false);
	ck_assert_int_eq(story.source, EXPLAINED_FROM_CPU_LIST);
	ck_assert_int_eq(story.list_type, -1);
	ck_assert_uint_eq(story.cost.refills, 0);
}

TEST(explain_run_changes_nothing_that_listens, "")
{
	const struct machine *machine = test_machine_uma(64);
	trace_subscriber subscriber = machine->subscriber;

	explain(GFP_KERNEL, 4, ENGINE_BY_POLICY, true);
	ck_assert_ptr_eq(machine->subscriber, subscriber);
	ck_assert_ptr_null(machine->witness);
	ck_assert_ptr_null(machine->environment.direct_reclaim);
	ck_assert(!machine->oom_killer_disabled);
	ck_assert_ptr_null((void *)machine->watchdog.handler);
}

TEST(explain_run_gives_the_same_page_as_without, "")
{
	unsigned long pfn;

	test_machine_uma(64);
	pfn = page_to_pfn(alloc_pages(GFP_KERNEL, 2));
	test_machine_uma(64);
	explain(GFP_KERNEL, 2, ENGINE_BY_POLICY, false);
	ck_assert_uint_eq(story.pfn, pfn);
	ck_assert_int_eq(story.source, EXPLAINED_FROM_BUDDY);
	ck_assert_uint_eq(story.cost.splits, MAX_ORDER - 1 - 2);
}

TEST(explain_run_refusal_adds_up, "")
{
	/* 100 free. An atomic request needs more than 300 - 150 - 37 = 113: 14 are missing, since 113 is not enough. */
	const struct explained_attempt *attempt;

	tight_machine(100, 300);
	explain(GFP_ATOMIC, 0, ENGINE_BY_POLICY, false);
	ck_assert(!story.found);
	ck_assert_uint_eq(story.pfn, PAGEFLOW_NO_PAGE);
	attempt = story.closest[0];
	ck_assert_int_eq(attempt->verdict, EXPLAINED_TOO_FEW_PAGES);
	ck_assert_int_eq(attempt->free, 100);
	ck_assert_int_eq(attempt->mark, 300);
	ck_assert_int_eq(attempt->less_high, 150);
	ck_assert_int_eq(attempt->less_more, 37);
	ck_assert_int_eq(attempt->needed, 113);
	ck_assert_int_eq(attempt->shortfall, 14);
	ck_assert_int_eq(story.give_up, GIVE_UP_CANNOT_SLEEP);
	ck_assert_uint_eq(story.cost.rounds, 1);
	/* Attempt above low, at min, and once more in the round. */
	ck_assert_uint_eq(story.nr_walks, 3);
	ck_assert_int_eq(story.walk[0].stage, 6);
	ck_assert_int_eq(story.walk[1].stage, 13);
	ck_assert_uint_eq(story.walk[1].round, 0);
	ck_assert_uint_eq(story.walk[2].round, 1);
}

TEST(explain_run_every_part_of_what_is_unusable, "")
{
	/* 100 free, 30 of them CMA's, 512 reserved; the block itself counts 3. Boost 40. */
	struct zone *zone = tight_machine(70, 10);

	for (unsigned long i = 0; i < 30; i++)
		test_free_block(test_page(zone, 1000 + 2 * i), 0, MIGRATE_CMA);
	zone->nr_reserved_highatomic = 512;
	zone->watermark_boost = 40;
	zone->lowmem_reserve[ZONE_NORMAL] = 7;
	explain(GFP_NOWAIT, 2, ENGINE_BY_POLICY, false);
	ck_assert_int_eq(last_attempt(0)->free, 100);
	ck_assert_int_eq(last_attempt(0)->block, 3);
	ck_assert_int_eq(last_attempt(0)->highatomic, 512);
	ck_assert_int_eq(last_attempt(0)->cma, 30);
	ck_assert_int_eq(last_attempt(0)->usable, 100 - 3 - 512 - 30);
	ck_assert_int_eq(last_attempt(0)->mark, 10);
	ck_assert_int_eq(last_attempt(0)->boost, 40);
	ck_assert_int_eq(last_attempt(0)->reserve, 7);
	ck_assert_int_eq(last_attempt(0)->needed, 10 + 40 + 7);

	/* Who may use the reserve and borrow from CMA has both. */
	explain((GFP_ATOMIC | __GFP_MOVABLE) & ~__GFP_HIGH, 2, ENGINE_BY_POLICY, false);
	ck_assert_int_eq(last_attempt(0)->highatomic, 0);
	ck_assert_int_eq(last_attempt(0)->cma, 0);
	ck_assert_int_eq(last_attempt(0)->less_high, 0);
	ck_assert_int_eq(last_attempt(0)->less_more, 50 / 4);
}

TEST(explain_run_quick_test_leaves_the_reserve_out, "")
{
	struct zone *zone = tight_machine(100, 10);

	zone->nr_reserved_highatomic = 512;
	explain(GFP_KERNEL, 0, ENGINE_BY_POLICY, false);
	ck_assert(story.found && last_attempt(0)->quick && last_attempt(0)->passes);
	ck_assert_int_gt(last_attempt(0)->shortfall, 0);
}

TEST(explain_run_enough_pages_no_block, "")
{
	tight_machine(100, 10);
	explain(GFP_NOWAIT, 1, ENGINE_BY_POLICY, false);
	ck_assert_int_eq(story.closest[0]->verdict, EXPLAINED_NO_BLOCK);
	ck_assert_int_eq(story.closest[0]->shortfall, 0);
}

TEST(explain_run_lists_of_others_only, "")
{
	/* The pages count, but the highatomic list is not for this request. */
	struct zone *zone = tight_machine(0, 0);

	test_free_block(test_page(zone, 512), 9, MIGRATE_HIGHATOMIC);
	explain(GFP_NOWAIT, 0, ENGINE_BY_POLICY, false);
	ck_assert_int_eq(story.closest[0]->verdict, EXPLAINED_LISTS_EMPTY);
	explain(GFP_ATOMIC, 3, ENGINE_BY_POLICY, false);
	ck_assert_int_eq(story.source, EXPLAINED_FROM_RESERVE);
	ck_assert_int_eq(story.list_order, 9);
	ck_assert_int_eq(told(DECISION_FROM_HIGHATOMIC), 1);
}

TEST(explain_run_reserves_ignore_marks, "")
{
	tight_machine(5, 300);
	explain(GFP_KERNEL | __GFP_MEMALLOC, 0, ENGINE_BY_POLICY, false);
	ck_assert(story.found && last_attempt(0)->mark_ignored);
	ck_assert_int_eq(last_attempt(0)->verdict, EXPLAINED_TAKEN);
	ck_assert_int_eq(told(DECISION_RESERVES), 1);
}

TEST(explain_run_fallback_is_told_before_its_effects, "")
{
	size_t fallback = 0, claim = 0;

	tight_machine(300, 10);
	world->watermark_boost_factor = 15000;
	test_zone(0, ZONE_DMA)->_watermark[WMARK_HIGH] = 1000;
	explain(GFP_KERNEL, 0, ENGINE_BY_POLICY, false);
	for (size_t i = 0; i < story.nr_steps; i++) {
		if (story.step[i].kind == EXPLAINED_EVENT &&
		    story.step[i].what == TRACE_mm_page_alloc_extfrag && !fallback)
			fallback = i;
		if (story.step[i].kind == EXPLAINED_DECISION &&
		    story.step[i].what == DECISION_CLAIM && !claim)
			claim = i;
	}
	ck_assert_uint_gt(claim, fallback);
	ck_assert_uint_ge(story.cost.steals, 1);
	ck_assert_uint_eq(story.cost.boosts, 1);
	ck_assert_uint_ge(story.cost.kswapd_wakes, 1);
}

TEST(explain_run_nothing_helps, "")
{
	struct zone *zone = tight_machine(50, 100);

	process_new("big", 1000)->mm->rss_anon = 1000;
	zone_page_state_add(1000, zone, NR_ZONE_INACTIVE_FILE);
	explain(GFP_KERNEL, 0, ENGINE_BY_POLICY, true);
	ck_assert(!story.found);
	/* It looks reclaimable, so the kernel believes in it for 16 rounds. */
	ck_assert_uint_eq(story.cost.reclaims, 17);
	ck_assert_uint_eq(story.cost.reclaimed_pages, 0);
	ck_assert_uint_eq(story.cost.kills, 0);
	ck_assert_int_eq(story.give_up, GIVE_UP_NOTHING_LEFT);
	ck_assert_int_eq(story.walk[story.nr_walks - 1].stage, 18);
	explain(GFP_KERNEL, 3, ENGINE_BY_POLICY, true);
	ck_assert_uint_ge(story.cost.compactions, 1);
}

TEST(explain_run_kills, "")
{
	tight_machine(50, 100);
	ck_assert(daemons_start());
	process_new("big", 1000)->mm->rss_anon = 1000;
	explain(GFP_KERNEL, 0, ENGINE_BY_POLICY, false);
	ck_assert_uint_ge(story.cost.kills, 1);
	ck_assert_int_ge(told(DECISION_OOM), 1);
}

TEST(explain_run_nobody_to_kill, "")
{
	tight_machine(50, 100);
	explain(GFP_KERNEL, 0, ENGINE_BY_POLICY, false);
	ck_assert(!story.found && story.panic);
	ck_assert_str_eq(story.violation, "");
}

TEST(explain_run_livelock_is_stopped, "")
{
	tight_machine(5, 300);
	explain(GFP_NOIO | __GFP_NOFAIL, 4, ENGINE_BY_POLICY, true);
	ck_assert(!story.found);
	ck_assert_int_eq(story.give_up, GIVE_UP_LIVELOCK);
	ck_assert_ptr_nonnull(strstr(story.livelock, "livelock: round"));
}

TEST(explain_run_broken_rule, "")
{
	test_machine_uma(64);
	explain(__GFP_MOVABLE | __GFP_RECLAIMABLE, 0, ENGINE_BY_POLICY, false);
	ck_assert_str_eq(
		story.violation,
		"__GFP_MOVABLE and __GFP_RECLAIMABLE exclude each other for a single page");
	ck_assert(!story.found);
}

TEST(explain_run_too_large, "")
{
	test_machine_uma(64);
	explain(GFP_KERNEL, MAX_ORDER, 0, false);
	ck_assert(!story.found && !story.nr_walks);
	ck_assert_int_eq(told(DECISION_ORDER_TOO_LARGE), 1);
}

TEST(explain_run_charge_refused, "")
{
	test_machine_uma(64);
	current->memcg = memcg_new("/jobs", &world->root_mem_cgroup, 0);
	explain(GFP_NOWAIT | __GFP_ACCOUNT, 0, ENGINE_BY_POLICY, false);
	ck_assert(!story.found && story.charge_refused);
}

TEST(explain_run_without_memory_for_the_story, "")
{
	const struct explain_request request = { GFP_KERNEL, 0, ENGINE_BY_POLICY, false };

	test_machine_uma(64);
	for (int call = 1; call <= 2; call++) {
		memset(&story, 0, sizeof(story));
		test_fail(FAIL_REALLOC, call);
		ck_assert_int_eq(explain_run(&request, &story), -1);
		free(story.step);
		free(story.walk);
	}
}

TEST(explain_run_dirty_node_then_the_slow_path, "")
{
	test_machine_zones(64);
	mod_node_page_state(NODE_DATA(0), NR_FILE_DIRTY, 1000000);
	explain(GFP_USER | __GFP_WRITE, 0, ENGINE_BY_POLICY, false);
	/* Only the first attempt spares the node. */
	ck_assert(story.found);
	ck_assert_int_eq(story.walk[0].nr_attempts, 3);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(story.walk[0].attempt[i].verdict, EXPLAINED_DIRTY);
	ck_assert_int_eq(last_attempt(0)->verdict, EXPLAINED_TAKEN);
	ck_assert_int_eq(story.walk[story.nr_walks - 1].stage, 13);
}

TEST(explain_run_second_pass_mixes, "")
{
	struct zone *zone;

	test_machine_zones(64);
	test_empty_machine();
	zone = test_zone(0, ZONE_NORMAL);
	for (int zid = ZONE_DMA; zid <= ZONE_NORMAL; zid++)
		test_set_watermarks(test_zone(0, zid), 0, 0, 0);
	test_free_block(test_page(zone, 0), 3, MIGRATE_UNMOVABLE);
	explain(GFP_HIGHUSER_MOVABLE, 0, ENGINE_BY_POLICY, false);
	ck_assert_uint_eq(story.nr_walks, 2);
	ck_assert(!story.walk[0].second_pass && story.walk[1].second_pass);
	ck_assert_int_eq(story.walk[0].attempt[0].verdict, EXPLAINED_LISTS_EMPTY);
	ck_assert_int_eq(last_attempt(0)->verdict, EXPLAINED_TAKEN);
	ck_assert_uint_eq(story.cost.steals, 1);
}

#ifdef CONFIG_NUMA
TEST(explain_run_zones_of_nodes, "")
{
	test_machine_nodes(2, 64);
	explain(GFP_KERNEL, 1, 1, false);
	ck_assert_int_eq(story.nr_zones, 2);
	ck_assert_int_eq(story.zone[story.page_zone].nid, 1);
	ck_assert_int_eq(last_attempt(0)->zone, 1);
	ck_assert_int_eq(last_attempt(1)->verdict, EXPLAINED_NOT_REACHED);
	explain(GFP_KERNEL, 1, 3, false);
	ck_assert_str_eq(story.violation, "__alloc_pages_nodemask: node 3 is not online");
}
#endif
