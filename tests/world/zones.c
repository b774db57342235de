/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of nodes, zones and zonelists, and of the test machines themselves.
 */
#include <string.h>

#include "failing.h"
#include "machines.h"

TEST(machines_are_consistent, "")
{
	test_machine_uma(32);
	test_check_lists();
	test_machine_cma(32, 8);
	test_check_lists();
	ck_assert_int_eq(test_free_cma_pages(test_zone(0, ZONE_DMA)), 2048);
	test_machine_zones(32);
	test_check_lists();
	ck_assert(populated_zone(test_zone(0, ZONE_NORMAL)));
	test_empty_machine();
	test_check_lists();
	ck_assert_int_eq(test_free_pages(test_zone(0, ZONE_DMA32)), 0);
	test_free_block(test_page(test_zone(0, ZONE_DMA32), 16), 4, MIGRATE_MOVABLE);
	test_expect_list(test_zone(0, ZONE_DMA32), 4, MIGRATE_MOVABLE, "80010");
	test_check_lists();
	ck_assert_ptr_nonnull(test_task("other", 2));
#ifdef CONFIG_NUMA
	test_machine_numa(32);
	test_check_lists();
	test_machine_numa_zones(32);
	test_check_lists();
#endif
}

/** A zonelist as text: "0:Normal 0:DMA". */
static const char *zonelist_text(int nid, int index)
{
	static char text[256];
	size_t length = 0;

	text[0] = '\0';
	for (const struct zoneref *z = NODE_DATA(nid)->node_zonelists[index]._zonerefs; z->zone;
	     z++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%d:%s",
					   length ? " " : "", zone_to_nid(z->zone), z->zone->name);
	return text;
}

TEST(zonelist_of_one_node, "")
{
	test_machine_zones(32);
	/* Expect the populated zones, highest first. */
	ck_assert_str_eq(zonelist_text(0, ZONELIST_FALLBACK), "0:Normal 0:DMA32 0:DMA");
	ck_assert_int_eq(world->policy_zone, ZONE_NORMAL);
	test_machine_uma(32);
	ck_assert_str_eq(zonelist_text(0, ZONELIST_FALLBACK), "0:DMA");
	ck_assert_int_eq(world->policy_zone, ZONE_DMA);
}

TEST(zonelist_with_movable, "")
{
	struct zonelist list = { 0 };

	test_machine_uma(32);
	/* Expect ZONE_MOVABLE to be listed but not to raise the policy zone. */
	zonelist_append(&list, test_zone(0, ZONE_MOVABLE));
	zonelist_append(&list, test_zone(0, ZONE_DMA));
	ck_assert_int_eq(list._zonerefs[0].zone_idx, ZONE_MOVABLE);
	ck_assert_ptr_eq(list._zonerefs[1].zone, test_zone(0, ZONE_DMA));
	ck_assert_int_eq(world->policy_zone, ZONE_DMA);
}

TEST(node_distance_outside_the_table, "")
{
	test_machine_uma(32);
	ck_assert_int_eq(node_distance(0, 0), 10);
	ck_assert_int_eq(node_distance(-1, -1), 10);
	ck_assert_int_eq(node_distance(-1, 0), 20);
	ck_assert_int_eq(node_distance(0, -1), 20);
	ck_assert_int_eq(node_distance(MAX_NUMNODES, MAX_NUMNODES), 10);
	ck_assert_int_eq(node_distance(0, MAX_NUMNODES), 20);
}

TEST(build_all_zonelists_decides_on_grouping, "")
{
	/* 3072 pages are needed, by the estimate: present less the struct pages. */
	test_machine_uma(13);
	ck_assert(!world->page_group_by_mobility_disabled);
	test_machine_uma(12);
	ck_assert(world->page_group_by_mobility_disabled);
}

TEST(build_all_zonelists_skips_what_the_watermarks_take, "")
{
	test_machine_uma(32);
	test_zone(0, ZONE_DMA)->watermark_boost = 1000000;
	/* Expect a zone that lies below its high mark to count as nothing. */
	NODE_DATA(0)->node_zonelists[ZONELIST_FALLBACK] = (struct zonelist){ 0 };
	build_all_zonelists();
	ck_assert(world->page_group_by_mobility_disabled);
}

TEST(node_new_without_memory, "")
{
	test_machine_uma(32);
	test_fail(FAIL_CALLOC, 1);
	ck_assert_ptr_null(node_new(0));
}

TEST(pagesets_without_memory, "")
{
	struct zone zone = { 0 };

	test_machine_uma(32);
	test_fail(FAIL_CALLOC, 1);
	zone_pagesets_init(&zone, 0, 1);
	ck_assert_ptr_null(zone.pageset);
}

TEST(node_states_of_a_machine_with_movable_only, "")
{
	test_machine_uma(32);
	/* Expect a node with nothing but ZONE_MOVABLE to have memory, but no normal memory. */
	test_zone(0, ZONE_MOVABLE)->present_pages = 100;
	test_zone(0, ZONE_DMA)->present_pages = 0;
	node_states_update();
	ck_assert(node_isset(0, world->node_memory_map));
	ck_assert(nodes_empty(world->node_normal_map));
}

#ifdef CONFIG_NUMA

/** Order of nodes in a fallback list. */
static const char *node_order(int nid)
{
	static char text[64];
	size_t length = 0;
	int last = -1;

	for (const struct zoneref *z = NODE_DATA(nid)->node_zonelists[ZONELIST_FALLBACK]._zonerefs;
	     z->zone; z++) {
		if (zone_to_nid(z->zone) != last)
			length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%d",
						   length ? " " : "", zone_to_nid(z->zone));
		last = zone_to_nid(z->zone);
	}
	return text;
}

static void expect_orders(const char *const *orders)
{
	for (int nid = 0; orders[nid]; nid++)
		ck_assert_str_eq(node_order(nid), orders[nid]);
}

TEST(node_order_of_two_nodes, "")
{
	test_machine_nodes(2, 16);
	expect_orders((const char *const[]){ "0 1", "1 0", NULL });
	ck_assert_str_eq(zonelist_text(1, ZONELIST_NOFALLBACK), "1:DMA");
}

TEST(node_order_of_three_nodes, "")
{
	test_machine_nodes(3, 16);
	expect_orders((const char *const[]){ "0 1 2", "1 2 0", "2 0 1", NULL });
}

TEST(node_order_of_four_nodes, "")
{
	test_machine_nodes(4, 16);
	expect_orders((const char *const[]){ "0 1 2 3", "1 2 3 0", "2 3 0 1", "3 0 1 2", NULL });
}

TEST(node_order_of_two_pairs, "")
{
	/*
	 *   0 --15-- 1
	 *   |   20   |
	 *   2 --15-- 3
	 */
	static struct boot_spec spec = { .nr_cpus = 1, .nr_memory = 4 };

	for (int nid = 0; nid < 4; nid++)
		spec.memory[nid] = (struct boot_range){ TEST_DRAM + (unsigned)nid * 16 * MIB,
							16 * MIB, nid, false };
	spec.distance[0][1] = spec.distance[1][0] = spec.distance[2][3] = spec.distance[3][2] = 15;
	test_machine_boot(&spec);
	expect_orders((const char *const[]){ "0 1 2 3", "1 0 3 2", "2 3 0 1", "3 2 0 1", NULL });
}

TEST(zonelist_of_several_nodes, "")
{
	test_machine_numa_zones(32);
	/* Expect node after node, each node's zones from the highest down. */
	ck_assert_str_eq(zonelist_text(0, ZONELIST_FALLBACK), "0:Normal 0:DMA32 0:DMA 1:Normal");
	ck_assert_str_eq(zonelist_text(1, ZONELIST_FALLBACK), "1:Normal 0:Normal 0:DMA32 0:DMA");
	ck_assert_str_eq(zonelist_text(0, ZONELIST_NOFALLBACK), "0:Normal 0:DMA32 0:DMA");
	ck_assert_str_eq(zonelist_text(1, ZONELIST_NOFALLBACK), "1:Normal");
}

#endif
