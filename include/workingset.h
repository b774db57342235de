/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Shadows: what stays in a file's cache in the place of a page that was evicted.
 *
 * A place of the cache holds a page, or nothing, or such a value. It says when the page left, on a clock
 * that ticks with each page that is evicted or becomes active, and on whose behalf it was evicted.
 */
#ifndef WORKINGSET_H
#define WORKINGSET_H

#include "types.h"

/** Bits of a shadow below the age: the workingset mark, the node, the group. */
#define SHADOW_NODE_BITS  2
#define SHADOW_MEMCG_BITS 16
#define SHADOW_AGE_SHIFT  (1 + SHADOW_NODE_BITS + SHADOW_MEMCG_BITS)

/** The age that fits: the tag of the slot takes one more bit. Memory would have to have 2^44 pages before
 * 5.8.18 counted more coarsely. */
#define SHADOW_AGE_MASK (~0ul >> (SHADOW_AGE_SHIFT + 1))

/** A shadow's parts. */
struct shadow {
	unsigned long age; /**< nonresident_age of the lists at the eviction */
	unsigned int
		memcg_id; /**< group that the eviction was for; the root's number in global reclaim */
	int nid;	  /**< node that the page was on */
	bool workingset; /**< the page had been active before */
};

/**
 * @brief One number for a shadow.
 *
 * @param shadow its parts
 * @return the number, for shadow_entry()
 * @source none (ours: what mm/workingset.c does under the name pack_shadow)
 */
static inline unsigned long shadow_pack(struct shadow shadow)
{
	unsigned long value = shadow.age & SHADOW_AGE_MASK;

	value = value << SHADOW_MEMCG_BITS | shadow.memcg_id;
	value = value << SHADOW_NODE_BITS | (unsigned long)shadow.nid;
	return value << 1 | shadow.workingset;
}

/**
 * @brief The parts of a shadow.
 *
 * @param value what shadow_pack() made
 * @return its parts
 * @source none (ours: what mm/workingset.c does under the name unpack_shadow)
 */
static inline struct shadow shadow_unpack(unsigned long value)
{
	return (struct shadow){
		.age = value >> SHADOW_AGE_SHIFT,
		.memcg_id = value >> (1 + SHADOW_NODE_BITS) & ((1u << SHADOW_MEMCG_BITS) - 1),
		.nid = (int)(value >> 1 & ((1u << SHADOW_NODE_BITS) - 1)),
		.workingset = value & 1,
	};
}

#endif
