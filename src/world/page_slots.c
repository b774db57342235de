/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The slots of a file: which page of it is in memory, and what is remembered of those that were.
 *
 * A slot is empty, or holds a page, or a **shadow**: a number that reclaim left there when it took the page
 * away. Slots are found through a tree of four levels with 64 ways each.
 */
#include <stdlib.h>

#include "page_cache.h"
#include "world/world.h"

/** Ways of a node, as a power of two. */
#define SLOT_SHIFT 6
#define SLOT_WAYS  (1u << SLOT_SHIFT)

/** Levels of the tree; the lowest has the slots. */
#define SLOT_LEVELS 4

_Static_assert(MAX_PAGE_SLOTS == 1ul << (SLOT_SHIFT * SLOT_LEVELS), "the tree holds all slots");

/** A node of the tree. */
struct slot_node {
	void *way[SLOT_WAYS]; /**< nodes; on the lowest level pages and shadows */
};

/**
 * @brief The way to a slot from a node of the tree.
 *
 * @param index the slot's number
 * @param level the node's level, 0 at the bottom
 * @return number of the way
 * @source none (ours: the kernel has a tree for everything, the XArray)
 */
static unsigned int slot_way(unsigned long index, int level)
{
	return (unsigned int)(index >> (SLOT_SHIFT * level)) % SLOT_WAYS;
}

/**
 * @brief What a slot of a file holds.
 *
 * @param space the file
 * @param index the slot's number
 * @return a page, a shadow, or NULL
 * @source none (ours: the kernel has a tree for everything, the XArray)
 */
void *page_slot(const struct address_space *space, unsigned long index)
{
	void *entry = index < MAX_PAGE_SLOTS ? space->slots : NULL;

	for (int level = SLOT_LEVELS - 1; entry && level >= 0; level--)
		entry = ((struct slot_node *)entry)->way[slot_way(index, level)];
	return entry;
}

/**
 * @brief Put something into a slot of a file, whatever was there.
 *
 * @param space the file
 * @param index the slot's number
 * @param entry a page, a shadow, or NULL
 * @return false when there is no such slot, or the host has no memory for it
 * @source none (ours: the kernel has a tree for everything, the XArray)
 */
bool page_slot_set(struct address_space *space, unsigned long index, void *entry)
{
	void **at = (void **)&space->slots;

	if (index >= MAX_PAGE_SLOTS)
		return false;
	for (int level = SLOT_LEVELS - 1; level >= 0; level--) {
		if (!*at)
			*at = calloc(1, sizeof(struct slot_node));
		if (!*at)
			return false;
		at = &((struct slot_node *)*at)->way[slot_way(index, level)];
	}
	*at = entry;
	return true;
}

/**
 * @brief Does a page sit in a slot of its file?
 *
 * Pages of the model's files that nobody gave a slot do not.
 *
 * @param page the page
 * @return true when it does
 * @source none (ours: in 5.8.18 every page of a file has a slot)
 */
bool page_has_slot(const struct page *page)
{
	const struct address_space *space = page_owner(page);

	return space && !PageAnon(page) && page_slot(space, page->index) == page;
}

/**
 * @brief A page leaves its slot, if it has one.
 *
 * @param page the page, still with its file
 * @param entry what the slot holds from now on: NULL, a shadow, or the page's new place
 * @source none (ours: what mm/filemap.c and mm/migrate.c do with the slot)
 */
void page_slot_leave(const struct page *page, void *entry)
{
	if (page_has_slot(page))
		page_slot_set(page_owner(page), page->index, entry);
}

/**
 * @brief The next slot that is not empty.
 *
 * @param space the file
 * @param index where to begin; receives the slot's number
 * @return what it holds; NULL when there is none
 * @source none (ours: the kernel has a tree for everything, the XArray)
 */
void *page_slot_next(const struct address_space *space, unsigned long *index)
{
	while (*index < MAX_PAGE_SLOTS) {
		void *entry = space->slots;
		int level = SLOT_LEVELS;

		while (entry && level > 0)
			entry = ((struct slot_node *)entry)->way[slot_way(*index, --level)];
		if (entry)
			return entry;
		/* Nothing anywhere below this way. */
		*index = ((*index >> (SLOT_SHIFT * level)) + 1) << (SLOT_SHIFT * level);
	}
	return NULL;
}

/**
 * @brief Free a node of the tree, and all below it.
 *
 * @param node the node
 * @param level its level
 * @source none (ours: a kernel never ends)
 */
static void slot_node_free(struct slot_node *node, int level)
{
	for (unsigned int way = 0; level && way < SLOT_WAYS; way++)
		if (node->way[way])
			slot_node_free(node->way[way], level - 1);
	free(node);
}

/**
 * @brief Free the slots of a file that is being unmade.
 *
 * @param space the file
 * @source none (ours: a kernel never ends)
 */
void page_slots_free(struct address_space *space)
{
	if (space->slots)
		slot_node_free(space->slots, SLOT_LEVELS - 1);
	space->slots = NULL;
}
