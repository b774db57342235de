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
	ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, NULL, 4), 1152);
	event = test_event(TRACE_mm_shrink_slab_start, 0);
	ck_assert_int_eq(event->field[3], 10000);
	ck_assert_int_eq(event->field[4], 1250);
	ck_assert_int_eq(event->field[5], 1250);
	ck_assert_int_eq(slab_cache.nr_deferred[0], 98);
	/* The rest is added next time. */
	slab_objects = 10000;
	shrink_slab(GFP_KERNEL, 0, NULL, 4);
	ck_assert_int_eq(test_event(TRACE_mm_shrink_slab_start, 1)->field[1], 98);
	ck_assert_int_eq(test_event(TRACE_mm_shrink_slab_start, 1)->field[5], 1348);
	ck_assert_int_eq(slab_cache.nr_deferred[0], 1348 - 1280);
	/* A large debt and a small share: half of all at most. */
	slab_cache.nr_deferred[0] = 100000;
	slab_objects = 10000;
	shrink_slab(GFP_KERNEL, 0, NULL, 12);
	ck_assert_int_eq(test_last_event(TRACE_mm_shrink_slab_start)->field[5], 5000);
	/* A large share: twice of all. */
	slab_cache.nr_deferred[0] = 100000;
	slab_objects = 10000;
	shrink_slab(GFP_KERNEL, 0, NULL, 0);
	ck_assert_int_eq(test_last_event(TRACE_mm_shrink_slab_start)->field[5], 20000);
	/* A debt that went wrong. */
	slab_cache.nr_deferred[0] = -100000;
	slab_objects = 10000;
	shrink_slab(GFP_KERNEL, 0, NULL, 4);
	ck_assert_int_eq(test_last_event(TRACE_mm_shrink_slab_start)->field[5], 5000);
}

TEST(shrink_slab_who_is_asked, "15-15")
{
	struct mem_cgroup *group;

	reclaim_setup();
	shrinker_register(&slab_cache);
	shrinker_register(&slab_other);
	group = memcg_new("/g", &world->root_mem_cgroup, 1000);
	ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, NULL, 4), 0);
	slab_objects = SHRINK_EMPTY;
	ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, &world->root_mem_cgroup, 4), 0);
	ck_assert_int_eq(test_count(TRACE_mm_shrink_slab_start), 0);
	/* A group: only caches that know of groups. Without seeks half is taken at once. */
	slab_objects = 4000;
	shrink_slab(GFP_KERNEL, 0, group, 4);
	ck_assert_int_eq(test_count(TRACE_mm_shrink_slab_start), 1);
	ck_assert_int_eq(test_event(TRACE_mm_shrink_slab_start, 0)->field[4], 2000);
	ck_assert_uint_eq(slab_calls, 2);
	/* Fewer objects than a batch: all of them, once the target covers them. */
	slab_objects = 10;
	slab_other.nr_deferred[0] = 0;
	slab_stops = true;
	slab_cache.nr_deferred[0] = 1000;
	shrink_slab(GFP_KERNEL, 0, NULL, 0);
	ck_assert_int_eq(slab_cache.nr_deferred[0], 1020);
	world->shrinkers_locked = true;
	ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, NULL, 0), 0);
	world->shrinkers_locked = false;
	shrinker_unregister(&slab_cache);
	shrinker_unregister(&slab_cache);
	ck_assert_ptr_eq(world->shrinkers, &slab_other);
	shrinker_unregister(&slab_other);
	ck_assert_ptr_null(world->shrinkers);
}
