/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Memory in large pieces, as mmap() gives it: the module's own, which only grows.
 *
 * What is new is all zero without being touched, so that the host need not have it yet. What is given back is kept, and
 * the next machine takes it.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "web/host.h"

/** A page of WebAssembly's memory. */
#define WASM_PAGE_SHIFT 16

/** Pieces that were given back; room for the tables of some machines. */
static struct piece {
	char *start;
	size_t pages; /**< 0: none is kept here */
} kept[16];

#define NR_KEPT (sizeof(kept) / sizeof(*kept))

/** The smallest kept piece that has so many pages; NULL when none has. */
static struct piece *piece_with(size_t pages)
{
	struct piece *best = NULL;

	for (size_t i = 0; i < NR_KEPT; i++)
		if (kept[i].pages >= pages && (!best || kept[i].pages < best->pages))
			best = &kept[i];
	return best;
}

/** Where a piece ends. */
static char *end_of(const struct piece *piece)
{
	return piece->start + (piece->pages << WASM_PAGE_SHIFT);
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
	struct piece *piece = pages ? piece_with(pages) : NULL;

	if (piece) {
		char *start = piece->start;

		piece->start += pages << WASM_PAGE_SHIFT;
		piece->pages -= pages;
		return (long)memset(start, 0, pages << WASM_PAGE_SHIFT);
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
	struct piece back = { start, pages_of(bytes) };
	struct piece *room = NULL;

	/* What lies beside it becomes one with it: a larger machine may follow smaller ones. */
	for (size_t i = 0; i < NR_KEPT; i++) {
		bool below = end_of(&kept[i]) == back.start;

		if (below || end_of(&back) == kept[i].start) {
			back.start = below ? kept[i].start : back.start;
			back.pages += kept[i].pages;
			kept[i].pages = 0;
		}
		if (!kept[i].pages)
			room = &kept[i];
	}
	if (room)
		*room = back;
}
