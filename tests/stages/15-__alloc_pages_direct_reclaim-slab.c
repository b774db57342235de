/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 15: shrinkers.
 */
#include "life/life.h"
#include "page_cache.h"
#include "reclaim-scenes.h"

TEST(shrink_slab_arithmetic, "15-15")
{
	const struct trace_event *event;

	reclaim_setup();
	shrinker_register(&slab_cache);
	/* 4 * (10000 >> 4) / 2 = 1250; in batches of 128, what is less is left for later. */
	slab_objects = 10000;
	ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, &world->root_mem_cgroup, 4), 1152);
	event = test_event(TRACE_mm_shrink_slab_start, 0);
	ck_assert_int_eq(event->field[3], 10000);
	ck_assert_int_eq(event->field[4], 1250);
	ck_assert_int_eq(event->field[5], 1250);
	ck_assert_int_eq(slab_cache.nr_deferred[0], 98);
	/* The rest is added next time. */
	slab_objects = 10000;
	shrink_slab(GFP_KERNEL, 0, &world->root_mem_cgroup, 4);
	ck_assert_int_eq(test_event(TRACE_mm_shrink_slab_start, 1)->field[1], 98);
	ck_assert_int_eq(test_event(TRACE_mm_shrink_slab_start, 1)->field[5], 1348);
	ck_assert_int_eq(slab_cache.nr_deferred[0], 1348 - 1280);
	/* A large debt and a small share: half of all at most. */
	slab_cache.nr_deferred[0] = 100000;
	slab_objects = 10000;
	shrink_slab(GFP_KERNEL, 0, &world->root_mem_cgroup, 12);
	ck_assert_int_eq(test_last_event(TRACE_mm_shrink_slab_start)->field[5], 5000);
	/* A large share: twice of all. */
	slab_cache.nr_deferred[0] = 100000;
	slab_objects = 10000;
	shrink_slab(GFP_KERNEL, 0, &world->root_mem_cgroup, 0);
	ck_assert_int_eq(test_last_event(TRACE_mm_shrink_slab_start)->field[5], 20000);
	/* A debt that went wrong. */
	slab_cache.nr_deferred[0] = -100000;
	slab_objects = 10000;
	shrink_slab(GFP_KERNEL, 0, &world->root_mem_cgroup, 4);
	ck_assert_int_eq(test_last_event(TRACE_mm_shrink_slab_start)->field[5], 5000);
}

/** How often the running task offered the CPU to others. */
static unsigned int slab_offers;

static void count_offer(void)
{
	slab_offers++;
}

TEST(shrink_slab_who_is_asked, "15-15")
{
	struct mem_cgroup *group;

	reclaim_setup();
	shrinker_register(&slab_cache);
	shrinker_register(&slab_other);
	group = memcg_new("/g", &world->root_mem_cgroup, 1000);
	ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, &world->root_mem_cgroup, 4), 0);
	slab_objects = SHRINK_EMPTY;
	ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, &world->root_mem_cgroup, 4), 0);
	ck_assert_int_eq(test_count(TRACE_mm_shrink_slab_start), 0);
	/* A group: only caches that have objects of it. Without seeks half is taken at once. */
	slab_objects = 4000;
	shrink_slab(GFP_KERNEL, 0, group, 4);
	ck_assert_int_eq(test_count(TRACE_mm_shrink_slab_start), 0);
	memcg_set_shrinker_bit(group, scene.pgdat, &slab_other);
	shrink_slab(GFP_KERNEL, 0, group, 4);
	ck_assert_int_eq(test_count(TRACE_mm_shrink_slab_start), 1);
	ck_assert_int_eq(test_event(TRACE_mm_shrink_slab_start, 0)->field[4], 2000);
	ck_assert_uint_eq(slab_calls, 2);
	/* Fewer objects than a batch: all of them, once the target covers them. */
	slab_objects = 10;
	slab_other.nr_deferred[0] = 0;
	slab_stops = true;
	slab_cache.nr_deferred[0] = 1000;
	shrink_slab(GFP_KERNEL, 0, &world->root_mem_cgroup, 0);
	ck_assert_int_eq(slab_cache.nr_deferred[0], 1020);
	world->shrinkers_locked = true;
	slab_offers = 0;
	world->hooks.reschedule = count_offer;
	ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, group, 0), 0);
	ck_assert_uint_eq(slab_offers, 0);
	ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, &world->root_mem_cgroup, 0), 0);
	ck_assert_uint_eq(slab_offers, 1);
	world->shrinkers_locked = false;
	shrinker_unregister(&slab_cache);
	shrinker_unregister(&slab_cache);
	ck_assert_ptr_eq(world->shrinkers, &slab_other);
	shrinker_unregister(&slab_other);
	ck_assert_ptr_null(world->shrinkers);
}

/** Objects of a cache that was empty when it was first asked. */
static unsigned long empty_answers;

static unsigned long count_empty(struct shrinker *shrinker, struct shrink_control *control)
{
	(void)shrinker;
	(void)control;
	if (!empty_answers)
		return 2;
	empty_answers--;
	return SHRINK_EMPTY;
}

static unsigned long scan_one(struct shrinker *shrinker, struct shrink_control *control)
{
	(void)shrinker;
	control->nr_scanned = 2;
	return 2;
}

TEST(shrink_slab_asks_an_empty_cache_twice, "15-15")
{
	struct shrinker cache = { .count_objects = count_empty,
				  .scan_objects = scan_one,
				  .memcg_aware = true };
	struct mem_cgroup *group;
	struct lruvec *lruvec;

	reclaim_setup();
	group = memcg_new("/g", &world->root_mem_cgroup, 1000);
	lruvec = mem_cgroup_lruvec(group, scene.pgdat);
	shrinker_register(&slab_other);
	shrinker_register(&slab_cache);
	shrinker_register(&cache);
	ck_assert_int_eq(cache.id, 1);
	memcg_set_shrinker_bit(group, scene.pgdat, &cache);
	/* Empty both times: it is not asked again. */
	empty_answers = 2;
	ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, group, 0), 0);
	ck_assert_uint_eq(lruvec->shrinker_map, 0);
	/* Something came in between: it stays on the map. */
	memcg_set_shrinker_bit(group, scene.pgdat, &cache);
	empty_answers = 1;
	cache.nr_deferred[0] = 2;
	ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, group, 0), 2);
	ck_assert_uint_eq(lruvec->shrinker_map, 2);
	/* It is gone. */
	shrinker_unregister(&cache);
	ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, group, 0), 0);
	ck_assert_uint_eq(lruvec->shrinker_map, 0);
	/* Without groups every cache is asked, whatever is said. */
	world->memcg_disabled = true;
	slab_objects = 4000;
	ck_assert_uint_gt(shrink_slab(GFP_KERNEL, 0, group, 0), 0);
	world->memcg_disabled = false;
	shrinker_unregister(&slab_other);
	shrinker_unregister(&slab_cache);
}

#ifdef CONFIG_NUMA
TEST(shrink_slab_debts_of_nodes, "15-15")
{
	struct shrinker *cache = &slab_cache;

	test_machine_numa(64);
	cache->numa_aware = true;
	shrinker_register(cache);
	slab_objects = 1000;
	/* 4 * (1000 >> 6) / 2 = 30 is less than a batch. */
	shrink_slab(GFP_KERNEL, 1, &world->root_mem_cgroup, 6);
	ck_assert_int_eq(cache->nr_deferred[0], 0);
	ck_assert_int_eq(cache->nr_deferred[1], 30);
	ck_assert_int_eq(test_last_event(TRACE_mm_shrink_slab_end)->field[0], 1);
	/* A cache that does not know about nodes has one debt, and the event says node 0 in the end. */
	cache->numa_aware = false;
	shrink_slab(GFP_KERNEL, 1, &world->root_mem_cgroup, 6);
	ck_assert_int_eq(cache->nr_deferred[0], 30);
	ck_assert_int_eq(test_last_event(TRACE_mm_shrink_slab_start)->field[0], 1);
	ck_assert_int_eq(test_last_event(TRACE_mm_shrink_slab_end)->field[0], 0);
	shrinker_unregister(cache);
}
#endif
