/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The way back: folding what CPUs hold back of counters, trimming lists of far zones, and CPUs that are gone.
 */
#include "byhand.h"

static struct zone *lower, *upper;

/* Two zones, three CPUs; CPU 2 has a page of each zone. Differences are held back up to 10. */
static void three_cpus(void)
{
	hand_two_zones(3, &lower, &upper);
	hand_pcp(lower, 2, M, 0x40010, M);
	hand_pcp(upper, 2, M, 0x42000, M);
	for (int cpu = 0; cpu < 3; cpu++)
		lower->pageset[cpu].stat_threshold = upper->pageset[cpu].stat_threshold = 10;
}

static s8 *node_difference(int cpu)
{
	return &NODE_DATA(0)->per_cpu_nodestats[cpu].vm_node_stat_diff[NR_FILE_DIRTY];
}

/* Expect the running CPU's differences of zones and nodes in the totals, those of others not, and lists to stay. */
TEST(refresh_cpu_vm_stats_folds_the_running_cpu, "20-30")
{
	three_cpus();
	world->this_cpu = 1;
	lower->pageset[1].vm_stat_diff[NR_FREE_PAGES] = 5;
	upper->pageset[1].vm_stat_diff[NR_FREE_PAGES] = -2;
	lower->pageset[2].vm_stat_diff[NR_FREE_PAGES] = 9;
	*node_difference(1) = 3;
	*node_difference(2) = 4;
	ck_assert_int_eq(refresh_cpu_vm_stats(true), 2);
	ck_assert_int_eq(lower->vm_stat[NR_FREE_PAGES], 5);
	ck_assert_int_eq(upper->vm_stat[NR_FREE_PAGES], -2);
	ck_assert_int_eq(world->vm_zone_stat[NR_FREE_PAGES], 3);
	ck_assert_int_eq(NODE_DATA(0)->vm_stat[NR_FILE_DIRTY], 3);
	ck_assert_int_eq(world->vm_node_stat[NR_FILE_DIRTY], 3);
	ck_assert_int_eq(lower->pageset[2].vm_stat_diff[NR_FREE_PAGES], 9);
	ck_assert_int_eq(*node_difference(2), 4);
	ck_assert_int_eq(refresh_cpu_vm_stats(true), 0);
	/* What cancels out over the zones is folded, and counts as nothing to do. */
	lower->pageset[1].vm_stat_diff[NR_MLOCK] = 1;
	upper->pageset[1].vm_stat_diff[NR_MLOCK] = -1;
	ck_assert_int_eq(refresh_cpu_vm_stats(true), 0);
	ck_assert_int_eq(lower->vm_stat[NR_MLOCK], 1);
}

/* Expect each CPU that has something to be served and to announce itself until a second brought nothing. */
TEST(vmstat_shepherd_serves_each_cpu, "20-30")
{
	three_cpus();
	world->this_cpu = 1;
	lower->pageset[0].vm_stat_diff[NR_MLOCK] = 1;
	lower->pageset[2].vm_stat_diff[NR_MLOCK] = 2;
	ck_assert(vmstat_shepherd());
	ck_assert_int_eq(lower->vm_stat[NR_MLOCK], 3);
	ck_assert_int_eq(world->this_cpu, 1);
	ck_assert_uint_eq(world->vmstat_work_pending, 5);
	/* What is held back of nodes alone does not start the work, but announced work takes it along. */
	*node_difference(0) = 6;
	*node_difference(1) = 7;
	ck_assert(vmstat_shepherd());
	ck_assert_int_eq(NODE_DATA(0)->vm_stat[NR_FILE_DIRTY], 6);
	ck_assert_int_eq(*node_difference(1), 7);
	ck_assert_uint_eq(world->vmstat_work_pending, 1);
	ck_assert(!vmstat_shepherd());
	ck_assert_uint_eq(world->vmstat_work_pending, 0);
	/* A CPU that is offline is nobody's business. */
	lower->pageset[2].vm_stat_diff[NR_MLOCK] = 2;
	world->cpu_online = 3;
	ck_assert(!vmstat_shepherd());
}

/* Expect an idle CPU to fold only on a running machine, with work announced, and with something of a zone to fold. */
TEST(quiet_vmstat_folds_instead_of_waking_up, "20-32")
{
	static const struct {
		bool running;
		u64 pending;
		s8 difference;
		bool folds;
	} rows[] = {
		{ false, 1, 1, false }, { true, 0, 1, false }, { true, 2, 1, false },
		{ true, 1, 0, false },	{ true, 1, 1, true },
	};

	for_each_row(i, rows) {
		three_cpus();
		world->running = rows[i].running;
		world->vmstat_work_pending = rows[i].pending;
		lower->pageset[0].vm_stat_diff[NR_MLOCK] = rows[i].difference;
		*node_difference(0) = 1;
		quiet_vmstat();
		ck_assert_int_eq(lower->vm_stat[NR_MLOCK], rows[i].folds);
		ck_assert_int_eq(NODE_DATA(0)->vm_stat[NR_FILE_DIRTY], rows[i].folds);
		ck_assert_uint_eq(world->vmstat_work_pending, rows[i].pending);
		machine_free(world);
	}
}

/* Expect every online CPU, announced or not, and no work announced. */
TEST(vmstat_refresh_folds_every_cpu, "20-32")
{
	three_cpus();
	world->this_cpu = 1;
	*node_difference(0) = 1;
	lower->pageset[2].vm_stat_diff[NR_MLOCK] = 2;
	vmstat_refresh();
	ck_assert_int_eq(NODE_DATA(0)->vm_stat[NR_FILE_DIRTY], 1);
	ck_assert_int_eq(lower->vm_stat[NR_MLOCK], 2);
	ck_assert_int_eq(world->this_cpu, 1);
	ck_assert_uint_eq(world->vmstat_work_pending, 0);
	world->cpu_online = 3;
	lower->pageset[2].vm_stat_diff[NR_MLOCK] = 2;
	vmstat_refresh();
	ck_assert_int_eq(lower->vm_stat[NR_MLOCK], 2);
}

/*
 * Expect a dead CPU's pages to be freed, counted by the running CPU, and its own differences of zones and nodes to be
 * folded.
 */
TEST(page_alloc_cpu_dead_gives_everything_back, "20-12 20-33")
{
	three_cpus();
	lower->pageset[2].vm_stat_diff[NR_FREE_PAGES] = -7;
	*node_difference(2) = 3;
	world->cpu_online = 3;
	page_alloc_cpu_dead(2);
	ck_assert_int_eq(lower->pageset[2].pcp.count, 0);
	ck_assert_int_eq(upper->pageset[2].pcp.count, 0);
	ck_assert_int_eq(lower->vm_stat[NR_FREE_PAGES], -7);
	ck_assert_int_eq(lower->pageset[2].vm_stat_diff[NR_FREE_PAGES], 0);
	ck_assert_int_eq(lower->pageset[0].vm_stat_diff[NR_FREE_PAGES], 1);
	ck_assert_int_eq(upper->pageset[0].vm_stat_diff[NR_FREE_PAGES], 1);
	ck_assert_int_eq(NODE_DATA(0)->vm_stat[NR_FILE_DIRTY], 3);
	ck_assert_int_eq(*node_difference(2), 0);
}

#ifdef CONFIG_NUMA
/* Expect at most one batch of three to be trimmed from a list nobody used. */
TEST(drain_zone_pages_trims_one_batch, "20-31")
{
	struct zone *zone = hand_pcp_lists(0, 5, 0);

	drain_zone_pages(zone, &zone->pageset[0].pcp);
	ck_assert_int_eq(zone->pageset[0].pcp.count, 2);
	drain_zone_pages(zone, &zone->pageset[0].pcp);
	ck_assert_int_eq(zone->pageset[0].pcp.count, 0);
}

static struct zone *near, *far;

/* Two nodes; CPU 0, on node 0, has two pages of its own node's zone and five of the other's. */
static void two_nodes(void)
{
	const struct hand_zone zones[] = { { 0, ZONE_NORMAL, HAND_START, 16 * pageblock_nr_pages },
					   { 1, ZONE_NORMAL, HAND_START + 0x2000,
					     16 * pageblock_nr_pages } };

	hand_machine(zones, 2, 1);
	near = test_zone(0, ZONE_NORMAL);
	far = test_zone(1, ZONE_NORMAL);
	for (unsigned long i = 0; i < 2; i++)
		hand_pcp(near, 0, M, HAND_START + 2 * i, M);
	for (unsigned long i = 0; i < 5; i++)
		hand_pcp(far, 0, M, HAND_START + 0x2000 + 2 * i, M);
	near->pageset[0].stat_threshold = far->pageset[0].stat_threshold = 10;
}

/* The fold that moved something counts as the first of three; expect a batch to go back in the third. */
TEST(refresh_trims_a_far_list_in_the_third_fold, "20-31")
{
	two_nodes();
	far->pageset[0].vm_numa_stat_diff[NUMA_HIT] = 1;
	near->pageset[0].vm_stat_diff[NR_MLOCK] = 1;
	ck_assert_int_eq(refresh_cpu_vm_stats(true), 2);
	ck_assert_uint_eq(far->vm_numa_stat[NUMA_HIT], 1);
	ck_assert_int_eq(far->pageset[0].expire, 2);
	/* The near zone's list does not expire. */
	ck_assert_int_eq(near->pageset[0].expire, 0);
	ck_assert_int_eq(refresh_cpu_vm_stats(true), 0);
	ck_assert_int_eq(far->pageset[0].pcp.count, 5);
	ck_assert_int_eq(refresh_cpu_vm_stats(true), 1);
	ck_assert_int_eq(far->pageset[0].pcp.count, 2);
	ck_assert_int_eq(near->pageset[0].pcp.count, 2);
	/* The pages that came back are a change themselves: the count begins anew, until the list is empty. */
	ck_assert_int_eq(refresh_cpu_vm_stats(true), 1);
	ck_assert_int_eq(far->pageset[0].expire, 2);
	refresh_cpu_vm_stats(true);
	refresh_cpu_vm_stats(true);
	ck_assert_int_eq(far->pageset[0].pcp.count, 0);
	refresh_cpu_vm_stats(true);
	ck_assert_int_eq(far->pageset[0].expire, 3);
}

/* Pages that came back and are all in the total already leave nothing to fold: expect the count to stay at 0. */
TEST(refresh_expiry_ends_when_the_total_has_all, "20-31")
{
	two_nodes();
	far->pageset[0].stat_threshold = 2;
	far->pageset[0].expire = 1;
	ck_assert_int_eq(refresh_cpu_vm_stats(true), 1);
	ck_assert_int_eq(far->vm_stat[NR_FREE_PAGES], 3);
	ck_assert_int_eq(far->pageset[0].vm_stat_diff[NR_FREE_PAGES], 0);
	for (int fold = 0; fold < 3; fold++)
		ck_assert_int_eq(refresh_cpu_vm_stats(true), 0);
	ck_assert_int_eq(far->pageset[0].pcp.count, 2);
}

/* Expect use to begin the count anew, and a fold without lists to leave it alone. */
TEST(refresh_expiry_begins_anew_with_use, "20-31")
{
	two_nodes();
	far->pageset[0].expire = 1;
	refresh_cpu_vm_stats(false);
	ck_assert_int_eq(far->pageset[0].expire, 1);
	far->pageset[0].vm_stat_diff[NR_MLOCK] = 1;
	refresh_cpu_vm_stats(true);
	ck_assert_int_eq(far->pageset[0].expire, 2);
	ck_assert_int_eq(far->pageset[0].pcp.count, 5);
}

/* The work ends when a second brought nothing, so a far list alone is not waited for. */
TEST(shepherd_does_not_wait_for_a_far_list, "20-31")
{
	two_nodes();
	far->pageset[0].vm_numa_stat_diff[NUMA_HIT] = 1;
	ck_assert(vmstat_shepherd());
	ck_assert(!vmstat_shepherd());
	ck_assert_int_eq(far->pageset[0].expire, 1);
	ck_assert(!vmstat_shepherd());
	ck_assert_int_eq(far->pageset[0].pcp.count, 5);
	/* The next change of whatever zone takes it along. */
	near->pageset[0].vm_stat_diff[NR_MLOCK] = 1;
	ck_assert(vmstat_shepherd());
	ck_assert_int_eq(far->pageset[0].pcp.count, 2);
}
#endif
