/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of the counters: thresholds, folding, and what readers see.
 */
#include "life/life.h"
#include "state/state.h"
#include "failing.h"
#include "machines.h"
#include "stages/reclaim.h"

static struct zone *zone;

/** A machine whose ZONE_DMA folds beyond a difference of 4. */
static s8 *differences(void)
{
	test_machine_uma(32);
	zone = test_zone(0, ZONE_DMA);
	zone->pageset[0].stat_threshold = 4;
	cpu_vm_stats_fold(0);
	return zone->pageset[0].vm_stat_diff;
}

TEST(zone_state_folds_beyond_the_threshold, "")
{
	s8 *difference = differences();
	long total = zone->vm_stat[NR_FREE_PAGES], all = world->vm_zone_stat[NR_FREE_PAGES];

	/* Expect a difference equal to the threshold to stay, in both directions. */
	__mod_zone_page_state(zone, NR_FREE_PAGES, 4);
	ck_assert_int_eq(difference[NR_FREE_PAGES], 4);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], total);
	__mod_zone_page_state(zone, NR_FREE_PAGES, -8);
	ck_assert_int_eq(difference[NR_FREE_PAGES], -4);
	/* Expect one beyond to be folded whole, without overshoot, into both totals. */
	__mod_zone_page_state(zone, NR_FREE_PAGES, -1);
	ck_assert_int_eq(difference[NR_FREE_PAGES], 0);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], total - 5);
	ck_assert_int_eq(world->vm_zone_stat[NR_FREE_PAGES], all - 5);
	__mod_zone_page_state(zone, NR_FREE_PAGES, 5);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], total);
}

TEST(zone_state_folds_when_the_threshold_sank, "")
{
	s8 *difference = differences();
	long total = zone->vm_stat[NR_FREE_PAGES];

	__mod_zone_page_state(zone, NR_FREE_PAGES, 3);
	zone->pageset[0].stat_threshold = 2;
	/* Expect a change of 0 to fold. */
	__mod_zone_page_state(zone, NR_FREE_PAGES, 0);
	ck_assert_int_eq(difference[NR_FREE_PAGES], 0);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], total + 3);
}

TEST(freepage_state_counts_cma_twice, "")
{
	s8 *difference = differences();

	__mod_zone_freepage_state(zone, 1, MIGRATE_MOVABLE);
	__mod_zone_freepage_state(zone, 2, MIGRATE_CMA);
	/* Expect two differences of their own. */
	ck_assert_int_eq(difference[NR_FREE_PAGES], 3);
	ck_assert_int_eq(difference[NR_FREE_CMA_PAGES], 2);
	__mod_zone_freepage_state(zone, 2, MIGRATE_CMA);
	ck_assert_int_eq(difference[NR_FREE_PAGES], 0);
	ck_assert_int_eq(difference[NR_FREE_CMA_PAGES], 4);
}

TEST(readers_never_see_a_negative_count, "")
{
	s8 *difference = differences();

	zone->vm_stat[NR_FREE_PAGES] = -3;
	world->vm_zone_stat[NR_FREE_PAGES] = -1;
	world->vm_node_stat[NR_FILE_DIRTY] = -1;
	NODE_DATA(0)->vm_stat[NR_FILE_DIRTY] = -1;
	ck_assert_uint_eq(zone_page_state(zone, NR_FREE_PAGES), 0);
	ck_assert_uint_eq(global_zone_page_state(NR_FREE_PAGES), 0);
	ck_assert_uint_eq(global_node_page_state(NR_FILE_DIRTY), 0);
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_FILE_DIRTY), 0);
	/* Expect the exact sum to include what the CPUs hold back. */
	difference[NR_FREE_PAGES] = 4;
	ck_assert_uint_eq(zone_page_state_snapshot(zone, NR_FREE_PAGES), 1);
	difference[NR_FREE_PAGES] = 2;
	ck_assert_uint_eq(zone_page_state_snapshot(zone, NR_FREE_PAGES), 0);
}

TEST(snapshot_asks_online_cpus_only, "")
{
	test_machine_cpus(32, 2);
	zone = test_zone(0, ZONE_DMA);
	zone->vm_stat[NR_FREE_PAGES] = 100;
	zone->pageset[0].vm_stat_diff[NR_FREE_PAGES] = 1;
	zone->pageset[1].vm_stat_diff[NR_FREE_PAGES] = 2;
	ck_assert_uint_eq(zone_page_state_snapshot(zone, NR_FREE_PAGES), 103);
	world->cpu_online = 1;
	ck_assert_uint_eq(zone_page_state_snapshot(zone, NR_FREE_PAGES), 101);
}

TEST(cpu_vm_stats_fold_takes_everything, "")
{
	test_machine_cpus(32, 2);
	zone = test_zone(0, ZONE_DMA);
	zone->vm_stat[NR_FREE_PAGES] = 100;
	zone->pageset[1].vm_stat_diff[NR_FREE_PAGES] = -2;
	zone->pageset[1].vm_stat_diff[NR_FREE_CMA_PAGES] = 3;
	cpu_vm_stats_fold(1);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 98);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_CMA_PAGES], 3);
	ck_assert_int_eq(zone->pageset[1].vm_stat_diff[NR_FREE_PAGES], 0);
}

TEST(cpu_vm_stats_fold_takes_node_counters, "20-33")
{
	struct pglist_data *pgdat;

	test_machine_cpus(32, 2);
	pgdat = NODE_DATA(0);
	pgdat->per_cpu_nodestats[0].vm_node_stat_diff[NR_FILE_DIRTY] = 1;
	pgdat->per_cpu_nodestats[1].vm_node_stat_diff[NR_FILE_DIRTY] = 3;
	cpu_vm_stats_fold(1);
	/* Expect the node's total and the machine's to have what CPU 1 held back, and not what CPU 0 does. */
	ck_assert_uint_eq(node_page_state(pgdat, NR_FILE_DIRTY), 3);
	ck_assert_uint_eq(global_node_page_state(NR_FILE_DIRTY), 3);
	ck_assert_int_eq(pgdat->per_cpu_nodestats[1].vm_node_stat_diff[NR_FILE_DIRTY], 0);
	ck_assert_int_eq(pgdat->per_cpu_nodestats[0].vm_node_stat_diff[NR_FILE_DIRTY], 1);
}

#ifdef CONFIG_NUMA
TEST(cpu_vm_stats_fold_takes_numa_counters, "20-33")
{
	test_machine_numa(32);
	zone = test_zone(1, ZONE_DMA);
	zone->vm_numa_stat[NUMA_MISS] = 70000;
	zone->pageset[0].vm_numa_stat_diff[NUMA_MISS] = 60000;
	cpu_vm_stats_fold(0);
	ck_assert_uint_eq(zone->vm_numa_stat[NUMA_MISS], 130000);
	ck_assert_uint_eq(zone->pageset[0].vm_numa_stat_diff[NUMA_MISS], 0);
}
#endif

TEST(node_state_folds_beyond_the_threshold, "09-10")
{
	struct pglist_data *pgdat;

	test_machine_uma(32);
	pgdat = NODE_DATA(0);
	/* The zone is below 128 MiB: both thresholds are 2. */
	ck_assert_int_eq(pgdat->per_cpu_nodestats[0].stat_threshold, 2);
	mod_node_page_state(pgdat, NR_FILE_DIRTY, 2);
	ck_assert_uint_eq(node_page_state(pgdat, NR_FILE_DIRTY), 0);
	ck_assert_int_eq(test_node_count(NR_FILE_DIRTY), 2);
	mod_node_page_state(pgdat, NR_FILE_DIRTY, -4);
	ck_assert_uint_eq(node_page_state(pgdat, NR_FILE_DIRTY), 0);
	ck_assert_int_eq(pgdat->per_cpu_nodestats[0].vm_node_stat_diff[NR_FILE_DIRTY], -2);
	/* Expect one beyond to be folded whole, into both totals. */
	mod_node_page_state(pgdat, NR_FILE_DIRTY, 5);
	ck_assert_uint_eq(node_page_state(pgdat, NR_FILE_DIRTY), 3);
	ck_assert_uint_eq(global_node_page_state(NR_FILE_DIRTY), 3);
	mod_node_page_state(pgdat, NR_FILE_DIRTY, -3);
	ck_assert_uint_eq(global_node_page_state(NR_FILE_DIRTY), 0);
	ck_assert_int_eq(pgdat->per_cpu_nodestats[0].vm_node_stat_diff[NR_FILE_DIRTY], 0);
}

TEST(counting_one_by_one_oversteps, "09-11")
{
	struct per_cpu_nodestat *nodestat;
	s8 *difference = differences();

	/* Threshold 4. Expect the fifth to fold 5 and half a threshold more, and the CPU to begin at -2. */
	for (int i = 0; i < 5; i++)
		count_zone_page(zone, NR_ZONE_WRITE_PENDING, 1);
	ck_assert_int_eq(zone->vm_stat[NR_ZONE_WRITE_PENDING], 7);
	ck_assert_int_eq(world->vm_zone_stat[NR_ZONE_WRITE_PENDING], 7);
	ck_assert_int_eq(difference[NR_ZONE_WRITE_PENDING], -2);
	/* Expect the way down to do the same on the other side: at -5 fold 7, begin at 2. */
	for (int i = 0; i < 3; i++)
		count_zone_page(zone, NR_ZONE_WRITE_PENDING, -1);
	ck_assert_int_eq(zone->vm_stat[NR_ZONE_WRITE_PENDING], 0);
	ck_assert_int_eq(difference[NR_ZONE_WRITE_PENDING], 2);

	nodestat = &NODE_DATA(0)->per_cpu_nodestats[0];
	nodestat->stat_threshold = 5;
	for (int i = 0; i < 6; i++)
		inc_node_state(NODE_DATA(0), NR_WRITTEN);
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_WRITTEN), 8);
	ck_assert_uint_eq(global_node_page_state(NR_WRITTEN), 8);
	ck_assert_int_eq(nodestat->vm_node_stat_diff[NR_WRITTEN], -2);
}

/*
 *  / - a - aa      Expect aa's difference to go to all three when it outgrows 32, a's own to a and the root.
 */
/* Expect the dirty limit not to see what a CPU still holds back, and to see it once it is folded. */
TEST(dirty_limit_reads_the_lagging_total, "09-10")
{
	struct pglist_data *pgdat;
	unsigned long limit;

	test_machine_uma(32);
	pgdat = NODE_DATA(0);
	limit = node_dirty_limit(pgdat);
	pgdat->per_cpu_nodestats[0].stat_threshold = 125;
	mod_node_page_state(pgdat, NR_FILE_DIRTY, (long)limit);
	ck_assert(node_dirty_ok(pgdat));
	mod_node_page_state(pgdat, NR_FILE_DIRTY, 100);
	ck_assert_int_eq(test_node_count(NR_FILE_DIRTY), (long)limit + 100);
	ck_assert(node_dirty_ok(pgdat));
	cpu_vm_stats_fold(0);
	ck_assert(!node_dirty_ok(pgdat));
}

/* Expect reclaim to take a list for as long as its counter says: 32 active pages are not seen, the 33rd shows them all. */
TEST(reclaim_reads_the_lagging_lengths, "09-12")
{
	struct lruvec *lruvec;

	test_machine_uma(32);
	lruvec = &NODE_DATA(0)->lruvec;
	mod_lruvec_state(lruvec, NR_ACTIVE_FILE, 32);
	ck_assert(!inactive_is_low(lruvec, LRU_INACTIVE_FILE));
	mod_lruvec_state(lruvec, NR_ACTIVE_FILE, 1);
	ck_assert(inactive_is_low(lruvec, LRU_INACTIVE_FILE));
}

TEST(lruvec_state_folds_beyond_32_up_the_tree, "09-12")
{
	struct lruvec *a, *aa, *root;
	struct pglist_data *pgdat;
	struct mem_cgroup *group;

	test_machine_uma(32);
	pgdat = NODE_DATA(0);
	group = memcg_new("/a", &world->root_mem_cgroup, 1000);
	a = mem_cgroup_lruvec(group, pgdat);
	aa = mem_cgroup_lruvec(memcg_new("/a/a", group, 1000), pgdat);
	root = mem_cgroup_lruvec(NULL, pgdat);
	mod_lruvec_state(aa, NR_ACTIVE_FILE, 32);
	ck_assert_uint_eq(lruvec_page_state(aa, NR_ACTIVE_FILE), 0);
	ck_assert_int_eq(aa->lruvec_stat_cpu[0][NR_ACTIVE_FILE], 32);
	/* The node's counter has a threshold of its own. */
	ck_assert_uint_eq(node_page_state(pgdat, NR_ACTIVE_FILE), 32);
	mod_lruvec_state(a, NR_ACTIVE_FILE, -32);
	mod_lruvec_state(aa, NR_ACTIVE_FILE, 1);
	ck_assert_uint_eq(lruvec_page_state(aa, NR_ACTIVE_FILE), 33);
	ck_assert_uint_eq(lruvec_page_state(a, NR_ACTIVE_FILE), 33);
	ck_assert_uint_eq(lruvec_page_state(root, NR_ACTIVE_FILE), 33);
	ck_assert_int_eq(aa->lruvec_stat_cpu[0][NR_ACTIVE_FILE], 0);
	mod_lruvec_state(a, NR_ACTIVE_FILE, -2);
	ck_assert_uint_eq(lruvec_page_state(aa, NR_ACTIVE_FILE), 33);
	ck_assert_int_eq(a->lruvec_stat[NR_ACTIVE_FILE], -1);
	/* A negative count reads as 0. */
	ck_assert_uint_eq(lruvec_page_state(root, NR_ACTIVE_FILE), 0);
}

TEST(lruvec_of_a_group_without_memory, "")
{
	struct mem_cgroup *group;

	test_machine_uma(32);
	group = memcg_new("/a", &world->root_mem_cgroup, 1000);
	/* Expect the node's lists to stand in. */
	test_fail(FAIL_CALLOC, 1);
	ck_assert_ptr_eq(mem_cgroup_lruvec(group, NODE_DATA(0)), &NODE_DATA(0)->lruvec);
	ck_assert_ptr_eq(mem_cgroup_lruvec(&world->root_mem_cgroup, NODE_DATA(0)),
			 &NODE_DATA(0)->lruvec);
	ck_assert_ptr_ne(mem_cgroup_lruvec(group, NODE_DATA(0)), &NODE_DATA(0)->lruvec);
}

TEST(lruvec_state_is_the_nodes_without_memory_cgroups, "09-12")
{
	struct lruvec *lruvec;

	test_machine_uma(32);
	lruvec = &NODE_DATA(0)->lruvec;
	world->memcg_disabled = true;
	mod_lruvec_state(lruvec, NR_INACTIVE_ANON, 40);
	ck_assert_int_eq(lruvec->lruvec_stat[NR_INACTIVE_ANON], 0);
	ck_assert_uint_eq(lruvec_page_state(lruvec, NR_INACTIVE_ANON), 40);
}

TEST(lruvec_stats_fold_takes_every_group, "")
{
	struct lruvec *root, *group;

	test_machine_cpus(32, 2);
	root = &NODE_DATA(0)->lruvec;
	memcg_new("/empty", &world->root_mem_cgroup, 1000);
	group = mem_cgroup_lruvec(memcg_new("/a", &world->root_mem_cgroup, 1000), NODE_DATA(0));
	root->lruvec_stat_cpu[1][NR_FILE_PAGES] = 5;
	group->lruvec_stat_cpu[1][NR_FILE_PAGES] = 7;
	group->lruvec_stat_cpu[0][NR_FILE_PAGES] = 11;
	lruvec_stats_fold(1);
	ck_assert_int_eq(root->lruvec_stat[NR_FILE_PAGES], 12);
	ck_assert_int_eq(group->lruvec_stat[NR_FILE_PAGES], 7);
	ck_assert_int_eq(group->lruvec_stat_cpu[1][NR_FILE_PAGES], 0);
	ck_assert_int_eq(group->lruvec_stat_cpu[0][NR_FILE_PAGES], 11);
}

TEST(need_update_looks_at_zones_only, "20-30")
{
	test_machine_cpus(32, 2);
	test_fold();
	ck_assert(!need_update(1));
	/* Expect what is held back of a node to start no work. */
	NODE_DATA(0)->per_cpu_nodestats[1].vm_node_stat_diff[NR_FILE_DIRTY] = 1;
	ck_assert(!need_update(1));
	test_zone(0, ZONE_DMA)->pageset[1].vm_stat_diff[NR_MLOCK] = 1;
	ck_assert(need_update(1));
	ck_assert(!need_update(0));
#ifdef CONFIG_NUMA
	test_zone(0, ZONE_DMA)->pageset[0].vm_numa_stat_diff[NUMA_LOCAL] = 1;
	ck_assert(need_update(0));
#endif
}

TEST(vmstat_sums_count_what_is_not_0, "")
{
	struct vmstat_sums sums = { 0 };

	test_machine_uma(32);
	ck_assert_int_eq(vmstat_sums_apply(&sums), 0);
	sums.zone[NR_MLOCK] = 2;
	sums.numa[NUMA_HIT] = 3;
	sums.node[NR_FILE_DIRTY] = -4;
	ck_assert_int_eq(vmstat_sums_apply(&sums), 3);
	ck_assert_int_eq(world->vm_zone_stat[NR_MLOCK], 2);
	ck_assert_int_eq(world->vm_node_stat[NR_FILE_DIRTY], -4);
}

TEST(node_threshold_is_the_largest_of_its_zones, "09-10")
{
	struct pglist_data *pgdat;

	test_machine_zones(32);
	pgdat = NODE_DATA(0);
	ck_assert_int_eq(pgdat->per_cpu_nodestats[0].stat_threshold, 2);
	/* Expect 4 from 128 MiB in one zone, and to come back to 2 when that is gone. */
	test_zone(0, ZONE_DMA)->managed_pages = 32768;
	refresh_zone_stat_thresholds();
	ck_assert_int_eq(test_zone(0, ZONE_DMA32)->pageset[0].stat_threshold, 2);
	ck_assert_int_eq(pgdat->per_cpu_nodestats[0].stat_threshold, 4);
	/* kswapd changes those of zones only. */
	test_zone(0, ZONE_DMA)->percpu_drift_mark = 1;
	test_set_watermarks(test_zone(0, ZONE_DMA), 100, 120, 140);
	set_pgdat_percpu_threshold(pgdat, calculate_pressure_threshold);
	ck_assert_int_eq(test_zone(0, ZONE_DMA)->pageset[0].stat_threshold, 20);
	ck_assert_int_eq(pgdat->per_cpu_nodestats[0].stat_threshold, 4);
	test_zone(0, ZONE_DMA)->managed_pages = 32767;
	refresh_zone_stat_thresholds();
	ck_assert_int_eq(pgdat->per_cpu_nodestats[0].stat_threshold, 2);
}

TEST(normal_threshold_by_size_and_cpus, "")
{
	static const struct {
		unsigned long managed;
		int threshold[3]; /* 1, 2 and 4 CPUs */
	} rows[] = {
		{ 32767, { 2, 4, 6 } },	   { 32768, { 4, 8, 12 } },   { 65535, { 4, 8, 12 } },
		{ 229376, { 8, 16, 24 } }, { 262143, { 8, 16, 24 } }, { 524288, { 12, 24, 36 } },
	};
	struct zone any = { 0 };

	test_machine_cpus(32, 4);
	for_each_row(row, rows)
		for (int i = 0; i < 3; i++) {
			world->cpu_online = (1ull << (1 << i)) - 1;
			any.managed_pages = rows[row].managed;
			ck_assert_int_eq(calculate_normal_threshold(&any), rows[row].threshold[i]);
		}
	/* Expect a bound of 125. */
	world->cpu_online = ~0ull;
	any.managed_pages = 1ul << 40;
	ck_assert_int_eq(calculate_normal_threshold(&any), 125);
}

TEST(pressure_threshold_by_distance, "")
{
	struct zone any = { ._watermark = { 100, 180, 260 }, .watermark_boost = 50 };

	test_machine_cpus(32, 4);
	/* Expect (low - min) shared among the CPUs; the boost is in both. */
	ck_assert_int_eq(calculate_pressure_threshold(&any), 20);
	any._watermark[WMARK_LOW] = 103;
	ck_assert_int_eq(calculate_pressure_threshold(&any), 1);
	any._watermark[WMARK_LOW] = 10000;
	ck_assert_int_eq(calculate_pressure_threshold(&any), 125);
}

TEST(thresholds_mark_where_drift_matters, "")
{
	test_machine_cpus(32, 2);
	zone = test_zone(0, ZONE_DMA);
	/* Expect the mark of the boot, when the second CPU came up and the watermarks were 0: 2 * 4. */
	ck_assert_uint_eq(zone->percpu_drift_mark, 8);
	ck_assert_int_eq(zone->pageset[0].stat_threshold, 4);
	ck_assert_int_eq(zone->pageset[1].stat_threshold, 4);
	/* Expect no mark where low is far enough from min: the drift is 8. */
	zone->percpu_drift_mark = 0;
	test_set_watermarks(zone, 100, 108, 116);
	refresh_zone_stat_thresholds();
	ck_assert_uint_eq(zone->percpu_drift_mark, 0);
	/* Expect one above high where it is not, and to stay later. */
	test_set_watermarks(zone, 100, 107, 116);
	refresh_zone_stat_thresholds();
	ck_assert_uint_eq(zone->percpu_drift_mark, 124);
	test_set_watermarks(zone, 100, 1000, 2000);
	refresh_zone_stat_thresholds();
	ck_assert_uint_eq(zone->percpu_drift_mark, 124);
}

TEST(thresholds_of_a_single_cpu_boot, "")
{
	test_machine_uma(32);
	/* Expect no mark: the first refresh happened with real watermarks. */
	ck_assert_uint_eq(test_zone(0, ZONE_DMA)->percpu_drift_mark, 0);
	ck_assert_int_eq(test_zone(0, ZONE_DMA)->pageset[0].stat_threshold, 2);
}

TEST(pgdat_threshold_where_drift_matters, "")
{
	struct zone *marked, *other;

	test_machine_zones(32);
	marked = test_zone(0, ZONE_DMA);
	other = test_zone(0, ZONE_DMA32);
	marked->percpu_drift_mark = 1;
	test_set_watermarks(marked, 100, 120, 140);
	set_pgdat_percpu_threshold(NODE_DATA(0), calculate_pressure_threshold);
	/* Expect zones with a mark only to change. */
	ck_assert_int_eq(marked->pageset[0].stat_threshold, 20);
	ck_assert_int_eq(other->pageset[0].stat_threshold, 2);
}

/* Expect what a CPU holds back of one counter in the totals of zone and machine, and nothing else to change. */
TEST(cpu_vm_stats_fold_adds_what_was_held_back, "")
{
	long before[NR_VM_ZONE_STAT_ITEMS], in_zone;
	int wrong = 0;

	test_machine_cpus(32, 2);
	memcpy(before, world->vm_zone_stat, sizeof(before));
	in_zone = test_zone(0, ZONE_DMA)->vm_stat[NR_MLOCK];
	test_zone(0, ZONE_DMA)->pageset[1].vm_stat_diff[NR_MLOCK] = 3;
	cpu_vm_stats_fold(1);
	ck_assert_int_eq(test_zone(0, ZONE_DMA)->vm_stat[NR_MLOCK], in_zone + 3);
	before[NR_MLOCK] += 3;
	for (int item = 0; item < NR_VM_ZONE_STAT_ITEMS; item++)
		wrong += world->vm_zone_stat[item] != before[item];
	ck_assert_int_eq(wrong, 0);
}
