/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Memory in large pieces, as mmap() gives it: the module's own, which only grows.
 *
 * What is new is all zero without being touched, so that the host need not have it yet. What is given back is kept for the
 * next piece of the same size, such as a second machine like the first.
 */
#include <errno.h>
#include <string.h>

#include "web/host.h"

/** A page of WebAssembly's memory. */
#define WASM_PAGE_SHIFT 16

/** Pieces that were given back; room for the tables of some machines. */
static struct piece {
	void *start;
	size_t pages;
} kept[16];

#define NR_KEPT (sizeof(kept) / sizeof(*kept))

/** A kept piece of a size; with 0, room for one. NULL when there is none. */
static struct piece *kept_of(size_t pages)
{
	for (size_t i = 0; i < NR_KEPT; i++)
		if (kept[i].pages == pages)
			return &kept[i];
	return NULL;
}

/** How many pages so many bytes take. */
static size_t pages_of(size_t bytes)
{
	return (bytes >> WASM_PAGE_SHIFT) + !!(bytes & ((1ul << WASM_PAGE_SHIFT) - 1));
}

/**
 * @brief A piece of memory, all zero.
 *
 * @param bytes how much
 * @return its address, or -ENOMEM
 */
long host_map(size_t bytes)
{
	size_t pages = pages_of(bytes), before;
	struct piece *piece = kept_of(pages);

	if (pages && piece) {
		piece->pages = 0;
		return (long)memset(piece->start, 0, pages << WASM_PAGE_SHIFT);
	}
	before = __builtin_wasm_memory_grow(0, pages);
	return before == (size_t)-1 ? -ENOMEM : (long)(before << WASM_PAGE_SHIFT);
}

/**
 * @brief Give a piece of memory back.
 *
 * @param start its address
 * @param bytes how much it is
 */
void host_unmap(void *start, size_t bytes)
{
	struct piece *room = kept_of(0);

	if (room)
		*room = (struct piece){ start, pages_of(bytes) };
}
