/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What a gfp mask translates to: a zone limit, a migratetype, a zonelist.
 */
#ifndef GFP_ZONES_H
#define GFP_ZONES_H

#include "gfp.h"
#include "machine.h"

/* Two bits for each of the 16 combinations of the zone bits; combinations that make no sense have
 * no entry, which reads as ZONE_DMA. */
#define GFP_ZONE_ENTRY(zone, bits) ((u64)(zone) << ((bits)*GFP_ZONES_SHIFT))
#define GFP_ZONE_TABLE                                                                          \
	(GFP_ZONE_ENTRY(ZONE_NORMAL, 0) | GFP_ZONE_ENTRY(ZONE_DMA, __GFP_DMA) |                 \
	 GFP_ZONE_ENTRY(ZONE_NORMAL, __GFP_HIGHMEM) | GFP_ZONE_ENTRY(ZONE_DMA32, __GFP_DMA32) | \
	 GFP_ZONE_ENTRY(ZONE_NORMAL, __GFP_MOVABLE) |                                           \
	 GFP_ZONE_ENTRY(ZONE_DMA, __GFP_MOVABLE | __GFP_DMA) |                                  \
	 GFP_ZONE_ENTRY(ZONE_MOVABLE, __GFP_MOVABLE | __GFP_HIGHMEM) |                          \
	 GFP_ZONE_ENTRY(ZONE_DMA32, __GFP_MOVABLE | __GFP_DMA32))

/** Bit n is set when the combination n of the zone bits makes no sense. */
#define GFP_ZONE_BAD 0xe8e8u

/**
 * @brief Highest zone that a mask allows.
 *
 * The answer is an upper bound: every zone of the zonelist with this index or a smaller one may
 * serve the request. It also selects the lowmem_reserve entry that the request has to leave alone.
 *
 * @param flags the mask; only its low four bits count
 * @return ZONE_DMA, ZONE_DMA32, ZONE_NORMAL or ZONE_MOVABLE
 * @source include/linux/gfp.h:448
 */
static inline enum zone_type gfp_zone(gfp_t flags)
{
	unsigned int bits = flags & GFP_ZONEMASK;

	return (enum zone_type)((GFP_ZONE_TABLE >> (bits * GFP_ZONES_SHIFT)) &
				((1u << GFP_ZONES_SHIFT) - 1));
}

/**
 * @brief Which free lists a mask asks for.
 *
 * @param gfp_flags the mask; __GFP_MOVABLE and __GFP_RECLAIMABLE count
 * @return enum migratetype; MIGRATE_UNMOVABLE while grouping by mobility is disabled
 * @source include/linux/gfp.h:315
 */
static inline int gfp_migratetype(gfp_t gfp_flags)
{
	if (unlikely(world->page_group_by_mobility_disabled))
		return MIGRATE_UNMOVABLE;
	return (int)((gfp_flags & GFP_MOVABLE_MASK) >> GFP_MOVABLE_SHIFT);
}

/**
 * @brief Which of a node's zonelists a mask asks for.
 *
 * @param flags the mask
 * @return ZONELIST_NOFALLBACK with CONFIG_NUMA and __GFP_THISNODE, else ZONELIST_FALLBACK
 * @source include/linux/gfp.h:466
 */
static inline int gfp_zonelist(gfp_t flags)
{
#ifdef CONFIG_NUMA
	if (unlikely(flags & __GFP_THISNODE))
		return ZONELIST_NOFALLBACK;
#else
	(void)flags;
#endif
	return ZONELIST_FALLBACK;
}

/**
 * @brief The zonelist of a request.
 *
 * @param nid node to start from; ignored without CONFIG_NUMA
 * @param flags the mask
 * @return the list
 * @source include/linux/gfp.h:484
 */
static inline struct zonelist *node_zonelist(int nid, gfp_t flags)
{
#ifndef CONFIG_NUMA
	nid = 0;
#endif
	return &NODE_DATA(nid)->node_zonelists[gfp_zonelist(flags)];
}

#endif
