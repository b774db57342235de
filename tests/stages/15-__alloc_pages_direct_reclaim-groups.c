/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 15: memory cgroups in reclaim.
 */
#include "life/life.h"
#include "page_cache.h"
#include "reclaim-scenes.h"
#include "world/world.h"

/** A group with a usage and settings, in pages. */
static struct mem_cgroup *group_with(const char *path, struct mem_cgroup *parent, long usage,
				     unsigned long min, unsigned long low)
{
	struct mem_cgroup *memcg = memcg_new(path, parent, PAGE_COUNTER_MAX);

	memcg->memory.usage = usage;
	memcg->memory.min = min;
	memcg->memory.low = low;
	return memcg;
}

/** What a group's protection is in a global reclaim. */
static enum mem_cgroup_protection protection_of(struct mem_cgroup *memcg)
{
	return mem_cgroup_protected(NULL, memcg);
}

TEST(mem_cgroup_protected_children_of_the_root_of_reclaim, "15-18")
{
	struct mem_cgroup *a;

	reclaim_setup();
	a = group_with("/a", &world->root_mem_cgroup, 100, 99, 100);
	ck_assert_int_eq(protection_of(a), MEMCG_PROT_LOW);
	ck_assert_uint_eq(a->memory.emin, 99);
	ck_assert_uint_eq(a->memory.elow, 100);
	ck_assert_uint_eq(mem_cgroup_protection(a, false), 100);
	ck_assert_uint_eq(mem_cgroup_protection(a, true), 99);
	a->memory.min = 100;
	ck_assert_int_eq(protection_of(a), MEMCG_PROT_MIN);
	a->memory.usage = 101;
	ck_assert_int_eq(protection_of(a), MEMCG_PROT_NONE);
	/* What is written down is the setting, also of more than the group uses. */
	a->memory.usage = 99;
	a->memory.low = 5000;
	ck_assert_int_eq(protection_of(a), MEMCG_PROT_MIN);
	ck_assert_uint_eq(a->memory.emin, 100);
	ck_assert_uint_eq(a->memory.elow, 5000);
	a->memory.low = 100;
	a->memory.usage = 101;
	ck_assert_int_eq(protection_of(a), MEMCG_PROT_NONE);
	/* The root of a reclaim, and a group that uses nothing, are not protected, and keep what was computed last. */
	a->memory.min = 500;
	ck_assert_int_eq(mem_cgroup_protected(a, a), MEMCG_PROT_NONE);
	a->memory.usage = 0;
	ck_assert_int_eq(protection_of(a), MEMCG_PROT_NONE);
	ck_assert_uint_eq(a->memory.emin, 100);
	ck_assert_int_eq(protection_of(&world->root_mem_cgroup), MEMCG_PROT_NONE);
	ck_assert_uint_eq(mem_cgroup_protection(NULL, false), 0);
	/* Without memory cgroups nothing is. */
	a->memory.usage = 100;
	world->memcg_disabled = true;
	ck_assert_int_eq(protection_of(a), MEMCG_PROT_NONE);
	ck_assert_uint_eq(mem_cgroup_protection(a, false), 0);
	world->memcg_disabled = false;
}

TEST(mem_cgroup_protected_children_share, "15-18")
{
	struct mem_cgroup *a, *b, *c;

	reclaim_setup();
	/* 2000 for two who claim 3000 and 1000. */
	a = group_with("/a", &world->root_mem_cgroup, 6000, 0, 2000);
	b = group_with("/a/b", a, 3000, 0, 3500);
	c = group_with("/a/c", a, 3000, 0, 1000);
	a->memory.children_low_usage = 4000;
	protection_of(a);
	ck_assert_int_eq(protection_of(b), MEMCG_PROT_NONE);
	ck_assert_uint_eq(b->memory.elow, 3000 * 2000 / 4000);
	protection_of(c);
	ck_assert_uint_eq(c->memory.elow, 1000 * 2000 / 4000);
	/* In a reclaim of their parent their settings count as they are. */
	ck_assert_int_eq(mem_cgroup_protected(a, b), MEMCG_PROT_LOW);
	ck_assert_uint_eq(b->memory.elow, 3500);
	/* Less is claimed than there is: each has what it claims... */
	a->memory.low = 5000;
	protection_of(a);
	protection_of(c);
	ck_assert_uint_eq(c->memory.elow, 1000);
	/* ...and, where the hierarchy is mounted so, its share of the rest. */
	world->memcg_recursive_prot = true;
	protection_of(c);
	ck_assert_uint_eq(c->memory.elow, 1000 + 1000 * 2000 / 2000);
	protection_of(b);
	ck_assert_uint_eq(b->memory.elow, 3000);
	/* Much more than is claimed: (9000 - 4000) * 2000 / 3000 and (9000 - 4000) * 1 / 3000. */
	a->memory.low = 9000;
	a->memory.usage = 7000;
	protection_of(a);
	protection_of(c);
	ck_assert_uint_eq(c->memory.elow, 1000 + 3333);
	c->memory.usage = 1001;
	protection_of(c);
	ck_assert_uint_eq(c->memory.elow, 1000 + 1);
	c->memory.usage = 3000;
	/* `min` and `low` are shared out apart. */
	c->memory.min = 600;
	a->memory.min = 300;
	a->memory.children_min_usage = 900;
	protection_of(a);
	protection_of(c);
	ck_assert_uint_eq(c->memory.emin, 600 * 300 / 900);
	ck_assert_uint_eq(c->memory.elow, 1000 + 3333);
	c->memory.min = 0;
	a->memory.min = 0;
	a->memory.children_min_usage = 0;
	a->memory.low = 5000;
	a->memory.usage = 6000;
	protection_of(a);
	a->memory.children_low_usage = 5000;
	protection_of(c);
	ck_assert_uint_eq(c->memory.elow, 1000);
	a->memory.children_low_usage = 4500;
	a->memory.usage = 4500;
	protection_of(c);
	ck_assert_uint_eq(c->memory.elow, 1000);
}

TEST(shrink_node_leaves_protected_groups_alone, "15-18")
{
	struct mem_cgroup *a;

	reclaim_setup();
	a = group_with("/a", &world->root_mem_cgroup, 0, 0, 100);
	group_fill(a, 64);
	/* Its caches are spared with it. */
	shrinker_register(&slab_cache);
	shrinker_register(&slab_other);
	memcg_set_shrinker_bit(a, scene.pgdat, &slab_other);
	scene.control.priority = 0;
	test_forget_events();
	shrink_node(scene.pgdat, &scene.control);
	ck_assert(scene.control.memcg_low_skipped);
	ck_assert_int_eq(test_event(TRACE_mem_cgroup_protected, 0)->field[0], 0);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_lru_isolate), 0);
	ck_assert_int_eq(test_event(TRACE_mem_cgroup_protected, 1)->field[1], a->id);
	ck_assert_int_eq(test_event(TRACE_mem_cgroup_protected, 1)->field[2], MEMCG_PROT_LOW);
	ck_assert_uint_eq(a->memory_events[MEMCG_LOW], 0);
	/* Nothing else was left: `low` does not count, and that is an event of the group. */
	scene.control.memcg_low_reclaim = true;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_int_gt(test_count(TRACE_mm_vmscan_lru_isolate), 0);
	ck_assert_uint_eq(a->memory_events[MEMCG_LOW], 1);
	/* `min` counts all the same. */
	a->memory.min = 100;
	test_forget_events();
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_lru_isolate), 0);
}

TEST(get_scan_count_under_protection, "15-18")
{
	struct mem_cgroup *a;

	reclaim_setup();
	world->nr_swap_pages = 0;
	a = group_with("/a", &world->root_mem_cgroup, 0, 0, 100);
	group_fill(a, 64);
	/* In a reclaim of the group itself, what one of everybody's left counts: 64 - 64 * 100 / 100, but 32 at least. */
	scene.control.target_mem_cgroup = a;
	scene.control.priority = 1;
	a->memory.elow = 100;
	shrink_node(scene.pgdat, &scene.control);
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_lru_isolate, 0)->field[3], 32 >> 1);
}

TEST(memcg_next_goes_by_the_list_of_groups, "15-18")
{
	struct mem_cgroup *group[3];

	/* Newest first, wherever they lie in memory. */
	reclaim_setup();
	for (int i = 0; i < 3; i++)
		group[i] = group_with("/g", &world->root_mem_cgroup, 0, 0, 0);
	for (int turned = 0; turned <= 1; turned++) {
		for (int i = 0; i < 3; i++)
			ck_assert_ptr_eq(
				memcg_next(NULL, i ? group[i - 1] : &world->root_mem_cgroup),
				group[i]);
		ck_assert_ptr_null(memcg_next(NULL, group[2]));
		world->mem_cgroups = group[0];
		group[0]->next = group[1];
		group[1]->next = group[2];
		group[2]->next = NULL;
		struct mem_cgroup *first = group[0];

		group[0] = group[2];
		group[2] = first;
	}
}

TEST(mem_cgroup_iter_visits_those_that_count, "15-18")
{
	struct mem_cgroup *a, *b;

	reclaim_setup();
	a = group_with("/a", &world->root_mem_cgroup, 100, 0, 0);
	a->no_hierarchy = true;
	b = group_with("/a/b", a, 100, 200, 0);
	/* A reclaim of the group takes from it alone, one for everybody from both. */
	ck_assert_ptr_eq(mem_cgroup_iter(a, NULL), a);
	ck_assert_ptr_null(mem_cgroup_iter(a, a));
	ck_assert_ptr_eq(mem_cgroup_iter(NULL, a), b);
	world->root_mem_cgroup.no_hierarchy = true;
	ck_assert_ptr_eq(mem_cgroup_iter(NULL, NULL), &world->root_mem_cgroup);
	ck_assert_ptr_eq(mem_cgroup_iter(NULL, &world->root_mem_cgroup), a);
	/* What counts in no other group is not protected. */
	ck_assert_int_eq(protection_of(b), MEMCG_PROT_NONE);
	ck_assert_uint_eq(b->memory.emin, 0);
	/* Without groups there is one visit. */
	world->memcg_disabled = true;
	ck_assert_ptr_eq(mem_cgroup_iter(NULL, NULL), &world->root_mem_cgroup);
	ck_assert_ptr_null(mem_cgroup_iter(NULL, &world->root_mem_cgroup));
	world->memcg_disabled = false;
}

TEST(mem_cgroup_swappiness_of_each, "15-13")
{
	struct mem_cgroup *a;

	reclaim_setup();
	a = group_with("/a", &world->root_mem_cgroup, 0, 0, 0);
	ck_assert_int_eq(a->swappiness, world->vm_swappiness);
	a->swappiness = 0;
	ck_assert_int_eq(group_with("/a/b", a, 0, 0, 0)->swappiness, 0);
	ck_assert_uint_eq(mem_cgroup_swappiness(a), 60);
	world->memcg_legacy = true;
	ck_assert_uint_eq(mem_cgroup_swappiness(a), 0);
	ck_assert_uint_eq(mem_cgroup_swappiness(NULL), 60);
	ck_assert_uint_eq(mem_cgroup_swappiness(&world->root_mem_cgroup), 60);
	world->memcg_disabled = true;
	ck_assert_uint_eq(mem_cgroup_swappiness(a), 60);
	world->memcg_disabled = false;
}
