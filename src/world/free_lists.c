/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The four things that can be done to a block on the buddy lists.
 *
 * Each keeps nr_free in step with the lists. Which end a block goes to is decided by the caller:
 * a block at the head is the next to be taken.
 */
#include "world/world.h"

/**
 * @brief Put a free block at the head of its list.
 *
 * @param page first page of the block
 * @param zone its zone
 * @param order its order
 * @param migratetype which list
 * @source mm/page_alloc.c:864
 */
void add_to_free_list(struct page *page, struct zone *zone, unsigned int order, int migratetype)
{
	struct free_area *area = &zone->free_area[order];

	list_add(&page->lru, &area->free_list[migratetype]);
	area->nr_free++;
}

/**
 * @brief Put a free block at the tail of its list: it will be taken last.
 *
 * @param page first page of the block
 * @param zone its zone
 * @param order its order
 * @param migratetype which list
 * @source mm/page_alloc.c:874
 */
void add_to_free_list_tail(struct page *page, struct zone *zone, unsigned int order,
			   int migratetype)
{
	struct free_area *area = &zone->free_area[order];

	list_add_tail(&page->lru, &area->free_list[migratetype]);
	area->nr_free++;
}

/**
 * @brief Move a free block to the head of another type's list.
 *
 * @param page first page of the block
 * @param zone its zone
 * @param order its order, which does not change
 * @param migratetype the list it goes to
 * @source mm/page_alloc.c:884
 */
void move_to_free_list(struct page *page, struct zone *zone, unsigned int order, int migratetype)
{
	list_move(&page->lru, &zone->free_area[order].free_list[migratetype]);
}

/**
 * @brief Take a block off its list and remove its free mark.
 *
 * @param page first page of the block
 * @param zone its zone
 * @param order its order
 * @source mm/page_alloc.c:892
 */
void del_page_from_free_list(struct page *page, struct zone *zone, unsigned int order)
{
	list_del(&page->lru);
	__ClearPageBuddy(page);
	page->private = 0;
	zone->free_area[order].nr_free--;
}
