/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What one request carries with it: the internal ALLOC flags and the allocation context.
 */
#ifndef ALLOC_CONTEXT_H
#define ALLOC_CONTEXT_H

#include "mmzone.h"
#include "nodemask.h"

#define ALLOC_WMARK_MIN	    0x00u /**< compare with the min watermark */
#define ALLOC_WMARK_LOW	    0x01u /**< compare with the low watermark */
#define ALLOC_WMARK_HIGH    0x02u /**< compare with the high watermark */
#define ALLOC_NO_WATERMARKS 0x04u /**< go on when the watermark check fails */
#define ALLOC_WMARK_MASK    (ALLOC_NO_WATERMARKS - 1)
#define ALLOC_OOM	    0x08u  /**< OOM victim: half of the reserve; highatomic pages count */
#define ALLOC_HARDER	    0x10u  /**< a quarter of what is left, and highatomic blocks */
#define ALLOC_HIGH	    0x20u  /**< half of the reserve; same bit as __GFP_HIGH */
#define ALLOC_CPUSET	    0x40u  /**< ask the cpuset about each zone */
#define ALLOC_CMA	    0x80u  /**< free CMA pages count */
#define ALLOC_NOFRAGMENT    0x100u /**< no stealing of blocks smaller than a pageblock */
#define ALLOC_KSWAPD	    0x800u /**< kswapd may be woken; same bit as __GFP_KSWAPD_RECLAIM */

/** The part of a request that every zone walk of it shares. */
struct alloc_context {
	struct zonelist *zonelist;	   /**< zones in the order in which they are tried */
	nodemask_t *nodemask;		   /**< allowed nodes; NULL: all */
	struct zoneref *preferred_zoneref; /**< first eligible entry; its zone may be NULL */
	int migratetype;		   /**< which free lists the request wants */
	enum zone_type highest_zoneidx;	   /**< no zone above this one */
	bool spread_dirty_pages;	   /**< skip nodes over their dirty limit */
};

#endif
