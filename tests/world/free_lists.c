/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of the four things that can be done to a block on the buddy lists.
 */
#include "machines.h"

static struct zone *zone;

static void empty_machine(void)
{
	test_machine_uma(32);
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
}

TEST(free_list_head_and_tail, "")
{
	empty_machine();
	add_to_free_list(test_page(zone, 0), zone, 2, MIGRATE_MOVABLE);
	add_to_free_list(test_page(zone, 8), zone, 2, MIGRATE_MOVABLE);
	add_to_free_list_tail(test_page(zone, 16), zone, 2, MIGRATE_MOVABLE);
	/* Expect the newest at the head, the third at the tail. */
	test_expect_list(zone, 2, MIGRATE_MOVABLE, "40008 40000 40010");
	ck_assert_uint_eq(zone->free_area[2].nr_free, 3);
	ck_assert_ptr_eq(get_page_from_free_area(&zone->free_area[2], MIGRATE_MOVABLE),
			 test_page(zone, 8));
	ck_assert_ptr_null(get_page_from_free_area(&zone->free_area[2], MIGRATE_CMA));
}

TEST(free_list_move, "")
{
	empty_machine();
	add_to_free_list(test_page(zone, 0), zone, 0, MIGRATE_MOVABLE);
	add_to_free_list(test_page(zone, 1), zone, 0, MIGRATE_UNMOVABLE);
	move_to_free_list(test_page(zone, 0), zone, 0, MIGRATE_UNMOVABLE);
	/* Expect it at the head of the other list, and the same number of blocks. */
	test_expect_list(zone, 0, MIGRATE_UNMOVABLE, "40000 40001");
	test_expect_list(zone, 0, MIGRATE_MOVABLE, "");
	ck_assert_uint_eq(zone->free_area[0].nr_free, 2);
}

TEST(free_list_delete, "")
{
	struct page *page;

	empty_machine();
	page = test_page(zone, 4);
	test_free_block(page, 2, MIGRATE_RECLAIMABLE);
	ck_assert(PageBuddy(page));
	ck_assert_uint_eq(page_order(page), 2);
	del_page_from_free_list(page, zone, 2);
	/* Expect mark and order to go with it. */
	ck_assert(!PageBuddy(page));
	ck_assert_uint_eq(page->private, 0);
	ck_assert_uint_eq(zone->free_area[2].nr_free, 0);
}
