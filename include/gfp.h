/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What a caller may ask for: the gfp bits, their combinations, and what they translate to.
 *
 * A gfp mask says several things at once. Its low four bits bound the **zone** (how far up in
 * physical memory the page may come from). Two bits name the **migratetype** (how movable the
 * caller's use of the page is). The rest say how hard the allocator may try, what it may do on the way
 * (sleep, write to disk, use reserves, fail, leave the node), and what is to become of the page: whether it is
 * zeroed, charged, part of a compound block. Values are those of 5.8.18.
 */
#ifndef GFP_H
#define GFP_H

#include "types.h"

#define __GFP_DMA	     0x01u     /**< zone: at most ZONE_DMA */
#define __GFP_HIGHMEM	     0x02u     /**< zone: with __GFP_MOVABLE, up to ZONE_MOVABLE */
#define __GFP_DMA32	     0x04u     /**< zone: at most ZONE_DMA32 */
#define __GFP_MOVABLE	     0x08u     /**< zone and migratetype: the page can be migrated */
#define __GFP_RECLAIMABLE    0x10u     /**< migratetype: the page can be reclaimed by a shrinker */
#define __GFP_HIGH	     0x20u     /**< urgent: half of the min watermark may be used */
#define __GFP_IO	     0x40u     /**< reclaim may start I/O */
#define __GFP_FS	     0x80u     /**< reclaim may call into file systems */
#define __GFP_ZERO	     0x100u    /**< hand out zeroed pages */
#define __GFP_ATOMIC	     0x200u    /**< cannot sleep, and is important */
#define __GFP_DIRECT_RECLAIM 0x400u    /**< the caller may block and reclaim by itself */
#define __GFP_KSWAPD_RECLAIM 0x800u    /**< kswapd may be woken */
#define __GFP_WRITE	     0x1000u   /**< the page will soon be dirty: spread over nodes */
#define __GFP_NOWARN	     0x2000u   /**< no failure report */
#define __GFP_RETRY_MAYFAIL  0x4000u   /**< retry hard, but fail in the end */
#define __GFP_NOFAIL	     0x8000u   /**< never fail, provided that it may sleep */
#define __GFP_NORETRY	     0x10000u  /**< give up early */
#define __GFP_MEMALLOC	     0x20000u  /**< all reserves may be used */
#define __GFP_COMP	     0x40000u  /**< make a compound page */
#define __GFP_NOMEMALLOC     0x80000u  /**< no reserves but for __GFP_HIGH and real-time tasks */
#define __GFP_HARDWALL	     0x100000u /**< stay inside the cpuset */
#define __GFP_THISNODE	     0x200000u /**< this node only */
#define __GFP_ACCOUNT	     0x400000u /**< charge to the task's memory cgroup */

#define __GFP_BITS_SHIFT 23
#define __GFP_BITS_MASK	 ((1u << __GFP_BITS_SHIFT) - 1)

#define __GFP_RECLAIM (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)

#define GFP_ATOMIC	     (__GFP_HIGH | __GFP_ATOMIC | __GFP_KSWAPD_RECLAIM)
#define GFP_KERNEL	     (__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_KERNEL_ACCOUNT   (GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_NOWAIT	     __GFP_KSWAPD_RECLAIM
#define GFP_NOIO	     __GFP_RECLAIM
#define GFP_NOFS	     (__GFP_RECLAIM | __GFP_IO)
#define GFP_USER	     (GFP_KERNEL | __GFP_HARDWALL)
#define GFP_DMA		     __GFP_DMA
#define GFP_DMA32	     __GFP_DMA32
#define GFP_HIGHUSER	     (GFP_USER | __GFP_HIGHMEM)
#define GFP_HIGHUSER_MOVABLE (GFP_HIGHUSER | __GFP_MOVABLE)
#define GFP_TRANSHUGE_LIGHT \
	((GFP_HIGHUSER_MOVABLE | __GFP_COMP | __GFP_NOMEMALLOC | __GFP_NOWARN) & ~__GFP_RECLAIM)
#define GFP_TRANSHUGE (GFP_TRANSHUGE_LIGHT | __GFP_DIRECT_RECLAIM)

/** The bits that steer reclaim: what nested allocations inherit. */
#define GFP_RECLAIM_MASK                                                                         \
	(__GFP_RECLAIM | __GFP_HIGH | __GFP_IO | __GFP_FS | __GFP_NOWARN | __GFP_RETRY_MAYFAIL | \
	 __GFP_NOFAIL | __GFP_NORETRY | __GFP_MEMALLOC | __GFP_NOMEMALLOC | __GFP_ATOMIC)

/** What is left of every mask early in boot, until shortly before the other CPUs start: nothing that sleeps, reclaims or wakes. */
#define GFP_BOOT_MASK (__GFP_BITS_MASK & ~(__GFP_RECLAIM | __GFP_IO | __GFP_FS))

/** The bits that select a zone, and the bits that select a migratetype. */
#define GFP_ZONEMASK	  (__GFP_DMA | __GFP_HIGHMEM | __GFP_DMA32 | __GFP_MOVABLE)
#define GFP_MOVABLE_MASK  (__GFP_RECLAIMABLE | __GFP_MOVABLE)
#define GFP_MOVABLE_SHIFT 3

/**
 * @brief May the caller sleep?
 *
 * @param gfp_mask the caller's mask
 * @return true when __GFP_DIRECT_RECLAIM is set
 * @source include/linux/gfp.h:330
 */
static inline bool gfpflags_allow_blocking(gfp_t gfp_mask)
{
	return gfp_mask & __GFP_DIRECT_RECLAIM;
}

#endif
