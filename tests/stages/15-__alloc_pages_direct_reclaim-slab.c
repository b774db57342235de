/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 15: shrinkers.
 */
#include <stdio.h>

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

/* ---- Caches that keep a diary ------------------------------------------------------------------------ */

static char diary[4096];

/** What a cache in the diary will answer when it is asked to scan: objects freed, objects looked at (0: as many as asked). */
struct answer {
	unsigned long freed, looked_at;
};

static const struct answer *answers;

/** Who asks: "cache counts node 0 root cc0". */
static void write_down(const char *name, const char *does, const struct shrink_control *control)
{
	size_t length = strlen(diary);

	snprintf(diary + length, sizeof(diary) - length, "%s%s %s %d %s %x", length ? "; " : "",
		 name, does, control->nid, control->memcg->parent ? control->memcg->path : "root",
		 control->gfp_mask);
}

static unsigned long count_and_tell(struct shrinker *shrinker, struct shrink_control *control)
{
	write_down(shrinker->name, "counts", control);
	return slab_objects;
}

static unsigned long scan_and_tell(struct shrinker *shrinker, struct shrink_control *control)
{
	size_t length;

	write_down(shrinker->name, "scans", control);
	length = strlen(diary);
	snprintf(diary + length, sizeof(diary) - length, " %lu of %lu", control->nr_scanned,
		 control->nr_to_scan);
	if (answers->looked_at)
		control->nr_scanned = answers->looked_at;
	return answers++->freed;
}

static const char *take_diary(void)
{
	static char taken[sizeof(diary)];

	strcpy(taken, diary);
	diary[0] = '\0';
	return taken;
}

#define DIARY_CACHE(text)                                                                    \
	{                                                                                    \
		.name = text, .count_objects = count_and_tell, .scan_objects = scan_and_tell \
	}

TEST(shrink_slab_tells_all_of_a_run, "15-15")
{
	static const struct answer first[] = { { 150, 200 }, { 7, 0 } };
	static const struct answer second[] = { { 30, 0 }, { SHRINK_STOP, 0 } };
	struct shrinker cache = DIARY_CACHE("c");

	reclaim_setup();
	cache.seeks = 3;
	cache.batch = 300;
	shrinker_register(&cache);
	/* 4 * (1000 >> 1) / 3 = 666: at 300 each, the first time only 200 are looked at. 166 are left, as a debt. */
	slab_objects = 1000;
	answers = first;
	slab_offers = 0;
	world->hooks.reschedule = count_offer;
	ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, &world->root_mem_cgroup, 1), 157);
	/* After each portion, and in the end. */
	ck_assert_uint_eq(slab_offers, 3);
	ck_assert_str_eq(take_diary(), "c counts 0 root cc0; c scans 0 root cc0 300 of 300; "
				       "c scans 0 root cc0 300 of 300");
	ck_assert_str_eq(test_take_events(), "mm_shrink_slab_start 0 0 3264 1000 666 666 1; "
					     "mm_shrink_slab_end 0 0 166 166 157");
	/* 166 + 666; it stops at the second portion, so that 532 are left. */
	answers = second;
	ck_assert_uint_eq(shrink_slab(GFP_NOWAIT, 0, &world->root_mem_cgroup, 1), 30);
	ck_assert_str_eq(test_take_events(), "mm_shrink_slab_start 0 166 2048 1000 666 832 1; "
					     "mm_shrink_slab_end 0 166 532 532 30");
	ck_assert_str_eq(take_diary(), "c counts 0 root 800; c scans 0 root 800 300 of 300; "
				       "c scans 0 root 800 300 of 300");
	shrinker_unregister(&cache);
}

TEST(shrink_slab_how_much_and_how_long, "15-15")
{
	/* Objects, debt and priority; the share, the target, and what is left of it. A portion is 128, seeks are 2. */
	static const struct {
		unsigned long objects;
		long debt;
		int priority;
		long delta, total, left, new_debt;
	} rows[] = {
		/* A target of exactly a portion, or one object less. */
		{ 1000, 4, 4, 124, 128, 0, 0 },
		{ 1000, 3, 4, 124, 127, 127, 127 },
		/* Less than a portion, but all there are: they are scanned, however often. */
		{ 10, 0, 1, 10, 10, 0, 0 },
		{ 10, 0, 0, 20, 20, 0, 0 },
		{ 10, 0, 2, 4, 4, 4, 4 },
		/* A share of nothing. */
		{ 1000, 0, 12, 0, 0, 0, 0 },
		/* A debt counts in full from a quarter on, below it up to half of all. What was not scanned of it remains. */
		{ 1000, 1000, 3, 250, 1250, 98, 98 },
		{ 1000, 1000, 4, 124, 500, 116, 1124 - 384 },
		{ 1000, 300, 4, 124, 424, 40, 40 },
		/* At most twice all there are. */
		{ 1000, 9000, 0, 2000, 2000, 80, 11000 - 1920 },
		/* A debt that went wrong is dropped, and all are scanned. */
		{ 1000, -300, 3, 250, 1000, 104, 0 },
		{ 1000, -100, 3, 250, 150, 22, 22 },
	};

	reclaim_setup();
	shrinker_register(&slab_cache);
	for_each_row(i, rows) {
		long scanned = rows[i].total - rows[i].left;
		char expected[200];

		slab_objects = rows[i].objects;
		slab_asked = 0;
		slab_cache.nr_deferred[0] = rows[i].debt;
		ck_assert_uint_eq(
			shrink_slab(GFP_KERNEL, 0, &world->root_mem_cgroup, rows[i].priority),
			(unsigned long)scanned);
		snprintf(expected, sizeof(expected),
			 "mm_shrink_slab_start 0 %ld 3264 %lu %ld %ld %d; "
			 "mm_shrink_slab_end 0 %ld %ld %ld %ld",
			 rows[i].debt, rows[i].objects, rows[i].delta, rows[i].total,
			 rows[i].priority, rows[i].debt, rows[i].new_debt, rows[i].left, scanned);
		ck_assert_str_eq(test_take_events(), expected);
		ck_assert_uint_eq(slab_asked, (unsigned long)scanned);
		ck_assert_int_eq(slab_cache.nr_deferred[0], rows[i].new_debt);
	}
	shrinker_unregister(&slab_cache);
}

static unsigned long scan_into_debt(struct shrinker *shrinker, struct shrink_control *control)
{
	/* Somebody else gives up on the same cache meanwhile. */
	shrinker->nr_deferred[0] += 5;
	return control->nr_to_scan;
}

TEST(shrink_slab_adds_to_the_debt_of_others, "15-15")
{
	struct shrinker cache = { .count_objects = count_and_tell,
				  .scan_objects = scan_into_debt,
				  .name = "c",
				  .seeks = DEFAULT_SEEKS };

	reclaim_setup();
	shrinker_register(&cache);
	/* 4 * (1000 >> 3) / 2 = 250: one portion of 128, and 122 are left. */
	slab_objects = 1000;
	shrink_slab(GFP_KERNEL, 0, &world->root_mem_cgroup, 3);
	ck_assert_int_eq(cache.nr_deferred[0], 5 + 122);
	ck_assert_int_eq(test_last_event(TRACE_mm_shrink_slab_end)->field[2], 5 + 122);
	shrinker_unregister(&cache);
}

TEST(shrinkers_are_asked_in_the_order_of_their_registration, "15-15")
{
	static const struct answer one_each[] = { { 1, 0 }, { 2, 0 }, { 4, 0 }, { 8, 0 } };
	struct shrinker a = DIARY_CACHE("a"), b = DIARY_CACHE("b"), c = DIARY_CACHE("c");
	struct mem_cgroup *group;
	struct lruvec *lruvec;

	reclaim_setup();
	group = memcg_new("/g", &world->root_mem_cgroup, 1000);
	lruvec = mem_cgroup_lruvec(group, scene.pgdat);
	a.memcg_aware = true;
	c.memcg_aware = true;
	a.batch = 50;
	b.batch = 50;
	c.batch = 50;
	shrinker_register(&a);
	shrinker_register(&b);
	shrinker_register(&c);
	/* One that comes again is the last. */
	shrinker_unregister(&a);
	shrinker_register(&a);
	ck_assert_int_eq(c.id, 1);
	ck_assert_int_eq(a.id, 0);
	slab_objects = 100;
	answers = one_each;
	ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, &world->root_mem_cgroup, 0), 1 + 2 + 4);
	ck_assert_str_eq(take_diary(), "b counts 0 root cc0; b scans 0 root cc0 50 of 50; "
				       "c counts 0 root cc0; c scans 0 root cc0 50 of 50; "
				       "a counts 0 root cc0; a scans 0 root cc0 50 of 50");
	/* In a group by number; what is gone leaves the map, the others stay on it. */
	memcg_set_shrinker_bit(group, scene.pgdat, &c);
	memcg_set_shrinker_bit(group, scene.pgdat, &a);
	lruvec->shrinker_map |= 1ull << 40;
	ck_assert_uint_eq(lruvec->shrinker_map, 1ull << 40 | 3);
	answers = one_each;
	ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, group, 0), 1 + 2);
	ck_assert_str_eq(take_diary(), "a counts 0 /g cc0; a scans 0 /g cc0 50 of 50; "
				       "c counts 0 /g cc0; c scans 0 /g cc0 50 of 50");
	ck_assert_uint_eq(lruvec->shrinker_map, 3);
	/* One that is empty is asked twice, the other as usual. */
	slab_objects = SHRINK_EMPTY;
	shrink_slab(GFP_KERNEL, 0, group, 0);
	ck_assert_str_eq(take_diary(), "a counts 0 /g cc0; a counts 0 /g cc0; "
				       "c counts 0 /g cc0; c counts 0 /g cc0");
	ck_assert_uint_eq(lruvec->shrinker_map, 0);
	shrinker_unregister(&a);
	shrinker_unregister(&b);
	shrinker_unregister(&c);
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
