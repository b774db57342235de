/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The watchdog on machines where nobody else lives, its count behind the digest, and charges that go round. The loops of
 * 5.8.18 on live machines, and what the digest sees, are in daemons.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "life/life.h"
#include "machines.h"
#include "page_cache.h"

static bool said(const char *words)
{
	return strstr(test_console(), words) != NULL;
}

/* No `live`: a victim is chosen, nobody lets it die, and 5.8.18 would go round. Expect the remedy in the account. */
TEST(watchdog_watches_where_nobody_lives, "13-12")
{
	struct page *page, *last = NULL;
	struct task *victim;

	test_machine_uma(64);
	victim = process_new("p", 0);
	victim->mm->rss_anon = 100;
	while ((page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0)))
		last = page;
	ck_assert(victim->fatal_signal_pending);
	ck_assert(said("livelock: round "));
	ck_assert(said("of init's request for order 0 with GFP_KERNEL"));
	ck_assert(said(
		"; process 2 (p) was killed, and nobody is there to let it die: 'live' starts those who do"));
	ck_assert(said("; it is stopped, and the machine goes on"));
	/* So it does: what is free is found, and with somebody to let the victim die no request goes round any more. */
	__free_pages(last, 0);
	ck_assert_ptr_eq(alloc_pages(GFP_KERNEL | __GFP_MEMALLOC, 0), last);
	ck_assert(daemons_start());
	world_sleep(1);
	ck_assert_ptr_null(task_by_pid(2));
}

TEST(watchdog_names_the_remedy_without_a_victim, "13-12")
{
	test_machine_uma(64);
	test_empty_zone(test_zone(0, ZONE_DMA));
	ck_assert_ptr_null(alloc_pages(GFP_NOIO | __GFP_NOFAIL, 3));
	ck_assert(said("livelock: round "));
	ck_assert(said(
		"; nobody else lives on this machine: 'live' starts those who may free memory"));
}

/* Where they live, nothing is to be started. */
TEST(watchdog_names_no_remedy_on_a_live_machine, "13-12")
{
	test_machine_uma(64);
	ck_assert(daemons_start());
	test_empty_zone(test_zone(0, ZONE_DMA));
	ck_assert_ptr_null(alloc_pages(GFP_NOIO | __GFP_NOFAIL, 3));
	ck_assert(said("livelock: round "));
	ck_assert(!said("'live' starts"));
}

/* ---- The count ---------------------------------------------------------------------------------------- */

static struct alloc_context ac;
static struct slow_request request;
static void (*in_each_round)(void);

static void change_node(void)
{
	NODE_DATA(0)->flags++;
}

/** Go round, with something happening in each round, until the watchdog stops it or `most` rounds have begun; the last round. */
static unsigned long rounds_until_stopped(unsigned long most)
{
	request = (struct slow_request){ .ac = &ac };
	do {
		request.rounds++;
		if (in_each_round)
			in_each_round();
	} while (!world->hooks.slow_round(&request) && request.rounds < most);
	return request.rounds;
}

/* No two rounds begin alike. Expect 1024 of them, and an account of its own kind. */
TEST(watchdog_counts_where_something_ever_changes, "13-17")
{
	test_machine_uma(64);
	in_each_round = change_node;
	ck_assert_uint_eq(rounds_until_stopped(5000), 1025);
	ck_assert(said(
		"standstill: round 1025 of init's request for order 0 with none (0x0) begins, and "
		"nothing it needs has come: 16384 pages were free at first, 16384 at most, and 0 tasks were killed; "
		"it loops in __alloc_pages_slowpath"));
	ck_assert(!said("livelock"));
	/* The next request begins to count anew. */
	ck_assert_uint_eq(rounds_until_stopped(5000), 1025);
}

static unsigned long taken;

/** A page comes free in each of the first hundred rounds. */
static void free_a_page(void)
{
	change_node();
	if (request.rounds > 1 && request.rounds <= 101)
		test_free_block(test_page(test_zone(0, ZONE_DMA), 2 * taken++), 0,
				MIGRATE_UNMOVABLE);
}

/* Each page that comes free allows 16 rounds more. */
TEST(watchdog_allows_more_where_pages_come_free, "13-17")
{
	test_machine_uma(64);
	test_empty_zone(test_zone(0, ZONE_DMA));
	in_each_round = free_a_page;
	ck_assert_uint_eq(rounds_until_stopped(5000), 1024 + 100 * 16 + 1);
	ck_assert(said("0 pages were free at first, 100 at most"));
}

static void kill_one(void)
{
	change_node();
	task_by_pid(2)->fatal_signal_pending = request.rounds > 1;
}

/* A page on the list of a CPU is free too. */
static void to_the_list_of_a_cpu(void)
{
	change_node();
	if (request.rounds == 2)
		test_zone(0, ZONE_DMA)->pageset[0].pcp.count++;
}

TEST(watchdog_allows_more_where_tasks_are_killed, "13-17")
{
	test_machine_uma(64);
	process_new("p", 0);
	in_each_round = kill_one;
	ck_assert_uint_eq(rounds_until_stopped(5000), 1024 + 64 + 1);
	in_each_round = to_the_list_of_a_cpu;
	ck_assert_uint_eq(rounds_until_stopped(5000), 1024 + 16 + 1);
	test_zone(0, ZONE_DMA)->pageset[0].pcp.count--;
}

static unsigned long nothing_reclaimed(gfp_t gfp_mask, unsigned int order)
{
	(void)gfp_mask;
	(void)order;
	return 0;
}

/* Somebody outside answers for reclaim, and may answer otherwise. Expect rounds that are alike to be counted only. */
TEST(watchdog_only_counts_where_answers_may_change, "13-17")
{
	test_machine_uma(64);
	in_each_round = NULL;
	ck_assert_uint_eq(rounds_until_stopped(5000), 2);
	ck_assert(said("livelock: round 2"));
	world->environment.direct_reclaim = nothing_reclaimed;
	ck_assert_uint_eq(rounds_until_stopped(5000), 1025);
	/* It says that it does not. */
	world->environment.steady = true;
	ck_assert_uint_eq(rounds_until_stopped(5000), 2);
}

static void change_node_until_300(void)
{
	if (request.rounds < 300)
		change_node();
}

/* After round 256 one of 64 is compared. Expect a circle that begins at 300 to be found at 384, the second of those in it. */
TEST(watchdog_finds_a_circle_that_begins_late, "13-12")
{
	test_machine_uma(64);
	vmstat_shepherd();
	in_each_round = change_node_until_300;
	ck_assert_uint_eq(rounds_until_stopped(5000), 384);
	ck_assert(said("livelock: round 384"));
}

static struct shrinker cache = { .name = "cache" };

static void defer_objects(void)
{
	if (request.rounds < 100)
		cache.nr_deferred[0]++;
}

/* What a cache still has to scan decides, too. */
TEST(watchdog_sees_what_caches_put_off, "13-12")
{
	test_machine_uma(64);
	vmstat_shepherd();
	world->shrinkers = &cache;
	in_each_round = defer_objects;
	ck_assert_uint_eq(rounds_until_stopped(5000), 100);
	world->shrinkers = NULL;
}

static bool let_go_on(const char *report, void *context)
{
	(void)report;
	++*(int *)context;
	return false;
}

/* A handler that lets a request go on is asked again in each further round. */
TEST(watchdog_asks_again_after_the_count, "13-17")
{
	int asked = 0;

	test_machine_uma(64);
	watchdog_set_handler(let_go_on, &asked);
	in_each_round = change_node;
	ck_assert_uint_eq(rounds_until_stopped(1030), 1030);
	ck_assert_int_eq(asked, 6);
	watchdog_set_handler(NULL, NULL);
}

/* ---- Charges ------------------------------------------------------------------------------------------ */

/** A group of ten pages with two processes; the one that asks may not be killed. */
static struct task *full_group(void)
{
	struct mem_cgroup *group;
	struct task *asks;

	test_machine_uma(64);
	group = memcg_new("/job", &world->root_mem_cgroup, 10);
	memcg_join(process_new("victim", 0), group);
	task_by_pid(2)->mm->rss_anon = 100;
	asks = process_new("asks", 0);
	memcg_join(asks, group);
	asks->oom_score_adj = OOM_SCORE_ADJ_MIN;
	world->current_task = asks;
	return asks;
}

/*
 * The OOM killer chooses the other process, and there is nobody to let it die: the charge would go round for ever.
 * Expect it to be refused, and the page that was found to be free again.
 */
TEST(watchdog_stops_a_charge_where_nobody_lives, "19-15")
{
	int pages = 0;

	full_group();
	while (pages < 1000 && alloc_pages(GFP_KERNEL_ACCOUNT | __GFP_NOWARN, 0))
		pages++;
	ck_assert_int_eq(pages, 10);
	ck_assert(said("of asks's charge of 1 pages with GFP_KERNEL_ACCOUNT|__GFP_NOWARN"));
	ck_assert(said(
		"begins exactly as an earlier one; it loops in try_charge: group /job uses 10 of 10 pages"));
	ck_assert(said("; process 2 (victim) was killed, and nobody is there to let it die"));
	world->current_task = &world->init_task;
}

/* On a live machine the victim dies; then nobody is left to kill, and the charge goes over the limit. */
TEST(watchdog_lets_a_charge_on_a_live_machine_end, "19-15")
{
	int pages = 0;

	full_group();
	ck_assert(daemons_start());
	while (pages < 20 && alloc_pages(GFP_KERNEL_ACCOUNT | __GFP_NOWARN, 0))
		pages++;
	ck_assert_int_eq(pages, 20);
	ck_assert_ptr_null(task_by_pid(2));
	ck_assert(!said("pageflow: BUG"));
	world->current_task = &world->init_task;
}

/* A charge is compared from its fourth round on, and counted as a request is. */
TEST(watchdog_counts_rounds_of_charges, "19-15")
{
	struct charge charge = { .nr_pages = 1 };

	test_machine_uma(64);
	vmstat_shepherd();
	charge.over = memcg_new("/job", &world->root_mem_cgroup, 10);
	do
		charge.rounds++;
	while (!world->hooks.charge_round(&charge));
	ck_assert_uint_eq(charge.rounds, 5);
	charge.rounds = 0;
	do {
		charge.rounds++;
		change_node();
	} while (!world->hooks.charge_round(&charge));
	ck_assert_uint_eq(charge.rounds, 1025);
	ck_assert(said("standstill: round 1025 of init's charge of 1 pages"));
}
