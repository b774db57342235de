/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Nodes, zones, free lists, per-CPU lists and zonelists: where free pages are kept.
 *
 * Memory is divided into **nodes** (one without CONFIG_NUMA), each node into **zones** by
 * physical address. A zone keeps its free pages in 11 free areas, one per **order**: a block of
 * order n is 2^n pages, naturally aligned. Each free area has one list per **migratetype**. In
 * front of the buddy lists there are small per-CPU lists of single pages.
 */
#ifndef MMZONE_H
#define MMZONE_H

#include "list.h"
#include "lock.h"
#include "migratetype.h"
#include "nodemask.h"
#include "page.h"
#include "types.h"

#define MAX_ORDER	   11
#define MAX_ORDER_NR_PAGES (1ul << (MAX_ORDER - 1))

/** Orders above this are costly to build: the slow path gives up on them earlier. */
#define PAGE_ALLOC_COSTLY_ORDER 3u

/** A pageblock is the unit that has a migratetype: 512 pages, 2 MiB. */
#define pageblock_order	   9u
#define pageblock_nr_pages (1ul << pageblock_order)

static inline bool is_migrate_cma(int migratetype)
{
	return migratetype == MIGRATE_CMA;
}

static inline bool is_migrate_isolate(int migratetype)
{
	return migratetype == MIGRATE_ISOLATE;
}

/** Zones of a node, by rising address. */
enum zone_type {
	ZONE_DMA,
	ZONE_DMA32,
	ZONE_NORMAL,
	ZONE_MOVABLE,
	MAX_NR_ZONES,
};

#define GFP_ZONES_SHIFT 2

/** The free blocks of one order. */
struct free_area {
	struct list_head free_list[MIGRATE_TYPES];
	unsigned long nr_free; /**< blocks, all types together */
};

/** Counters of a zone, in the kernel's order. Pages unless said otherwise. */
enum zone_stat_item {
	NR_FREE_PAGES,
	NR_ZONE_LRU_BASE,
	NR_ZONE_INACTIVE_ANON = NR_ZONE_LRU_BASE,
	NR_ZONE_ACTIVE_ANON,
	NR_ZONE_INACTIVE_FILE,
	NR_ZONE_ACTIVE_FILE,
	NR_ZONE_UNEVICTABLE,
	NR_ZONE_WRITE_PENDING,
	NR_MLOCK,
	NR_PAGETABLE,
	NR_KERNEL_STACK_KB, /**< KiB */
	NR_BOUNCE,
	NR_ZSPAGES,
	NR_FREE_CMA_PAGES,
	NR_VM_ZONE_STAT_ITEMS,
};

/** Counters of where allocations landed (CONFIG_NUMA). Events, not pages. */
enum numa_stat_item {
	NUMA_HIT,
	NUMA_MISS,
	NUMA_FOREIGN,
	NUMA_INTERLEAVE_HIT,
	NUMA_LOCAL,
	NUMA_OTHER,
	NR_VM_NUMA_STAT_ITEMS,
};

/** Counters of a node, in the kernel's order. Pages unless said otherwise. */
enum node_stat_item {
	NR_LRU_BASE,
	NR_INACTIVE_ANON = NR_LRU_BASE,
	NR_ACTIVE_ANON,
	NR_INACTIVE_FILE,
	NR_ACTIVE_FILE,
	NR_UNEVICTABLE,
	NR_SLAB_RECLAIMABLE,
	NR_SLAB_UNRECLAIMABLE,
	NR_ISOLATED_ANON,
	NR_ISOLATED_FILE,
	WORKINGSET_NODES,
	WORKINGSET_REFAULT,
	WORKINGSET_ACTIVATE,
	WORKINGSET_RESTORE,
	WORKINGSET_NODERECLAIM,
	NR_ANON_MAPPED,
	NR_FILE_MAPPED,
	NR_FILE_PAGES,
	NR_FILE_DIRTY,
	NR_WRITEBACK,
	NR_WRITEBACK_TEMP,
	NR_SHMEM,
	NR_SHMEM_THPS,
	NR_SHMEM_PMDMAPPED,
	NR_FILE_THPS,
	NR_FILE_PMDMAPPED,
	NR_ANON_THPS,
	NR_VMSCAN_WRITE,
	NR_VMSCAN_IMMEDIATE,
	NR_DIRTIED,
	NR_WRITTEN,
	NR_KERNEL_MISC_RECLAIMABLE,
	NR_FOLL_PIN_ACQUIRED,
	NR_FOLL_PIN_RELEASED,
	NR_VM_NODE_STAT_ITEMS,
};

/** The LRU lists of a node. */
enum lru_list {
	LRU_INACTIVE_ANON,
	LRU_ACTIVE_ANON,
	LRU_INACTIVE_FILE,
	LRU_ACTIVE_FILE,
	LRU_UNEVICTABLE,
	NR_LRU_LISTS,
};

enum zone_watermarks {
	WMARK_MIN,
	WMARK_LOW,
	WMARK_HIGH,
	NR_WMARK,
};

/** Single pages that one CPU keeps at hand for one zone. */
struct per_cpu_pages {
	int count; /**< pages on the three lists together */
	int high;  /**< a free that reaches this count sends a batch back */
	int batch; /**< pages of one refill or trim */
	struct list_head lists[MIGRATE_PCPTYPES]; /**< head: most recently freed */
};

/** One CPU's share of a zone: its pages, and counter changes not yet folded in. */
struct per_cpu_pageset {
	struct per_cpu_pages pcp;
#ifdef CONFIG_NUMA
	s8 expire; /**< folds until a remote list is trimmed */
	u16 vm_numa_stat_diff[NR_VM_NUMA_STAT_ITEMS];
#endif
	s8 stat_threshold; /**< a difference beyond this is folded at once */
	s8 vm_stat_diff[NR_VM_ZONE_STAT_ITEMS];
};

/** Most CPUs a machine can have. */
#define MAX_CPUS 64

/** One CPU's changes of a node's counters, not yet folded in. */
struct per_cpu_nodestat {
	s8 stat_threshold; /**< a difference beyond this is folded at once */
	s8 vm_node_stat_diff[NR_VM_NODE_STAT_ITEMS];
};

struct pglist_data;
struct mem_cgroup;

/** Numbers of the bits in zone->flags. */
enum zone_flags {
	ZONE_BOOSTED_WATERMARK, /**< kswapd is to be woken because the boost was raised */
};

/** A range of physical memory of one node, with its free pages and limits. Pages throughout. */
struct zone {
	unsigned long _watermark[NR_WMARK]; /**< min, low, high, without the boost */
	unsigned long watermark_boost;	    /**< added to all three */
	unsigned long nr_reserved_highatomic;
	unsigned long lowmem_reserve[MAX_NR_ZONES]; /**< by the request's highest zone */
#ifdef CONFIG_NUMA
	int node;
#endif
	struct pglist_data *zone_pgdat;
	struct per_cpu_pageset *pageset; /**< one per possible CPU */
	unsigned long zone_start_pfn;
	unsigned long managed_pages; /**< ever given to the allocator */
	unsigned long spanned_pages; /**< length of the span, holes included */
	unsigned long present_pages; /**< without the holes */
	const char *name;
	unsigned long nr_isolate_pageblock;
	bool initialized;
	struct free_area free_area[MAX_ORDER];
	unsigned long flags;
	struct spinlock lock;		 /**< guards the free lists, types, boost and reserves */
	unsigned long percpu_drift_mark; /**< below this free count the exact sum is wanted */
	bool contiguous;		 /**< no hole at either end of a pageblock */

	/* Compaction: where the scanners stopped, and how long to stay away after failures. */
	unsigned long compact_cached_migrate_pfn[2]; /**< async, sync */
	unsigned long compact_cached_free_pfn;
	unsigned long compact_init_migrate_pfn;
	unsigned long compact_init_free_pfn;
	unsigned int compact_considered;
	unsigned int compact_defer_shift;
	int compact_order_failed;
	bool compact_blockskip_flush;

	long vm_stat[NR_VM_ZONE_STAT_ITEMS];
#ifdef CONFIG_NUMA
	unsigned long vm_numa_stat[NR_VM_NUMA_STAT_ITEMS];
#endif
};

/** An entry of a zonelist: a zone, and a copy of its index. */
struct zoneref {
	struct zone *zone; /**< NULL ends the list */
	int zone_idx;
};

#define MAX_ZONES_PER_ZONELIST (MAX_NUMNODES * MAX_NR_ZONES)

/** Zones in the order in which a request tries them. */
struct zonelist {
	struct zoneref _zonerefs[MAX_ZONES_PER_ZONELIST + 1];
};

enum {
	ZONELIST_FALLBACK, /**< all nodes, nearest first */
#ifdef CONFIG_NUMA
	ZONELIST_NOFALLBACK, /**< this node only: __GFP_THISNODE */
#endif
	MAX_ZONELISTS,
};

/** The reclaimable pages of a node, oldest at the tail of each list. */
struct lruvec {
	struct list_head lists[NR_LRU_LISTS];
	unsigned long anon_cost; /**< what reclaiming anonymous pages has cost lately */
	unsigned long file_cost;
	/** Pages of these lists, and of those of groups below, that were evicted or became active, ever. */
	unsigned long nonresident_age;
	unsigned long refaults; /**< WORKINGSET_ACTIVATE as last seen by reclaim */
	unsigned long flags;	/**< enum lruvec_flags */
	unsigned long lru_size[MAX_NR_ZONES][NR_LRU_LISTS]; /**< pages on the lists, by zone */
	/** Counters of these pages and those of the groups below, without what CPUs hold back. */
	long lruvec_stat[NR_VM_NODE_STAT_ITEMS];
	/** What each CPU holds back: of these pages alone, at most MEMCG_CHARGE_BATCH. */
	s8 lruvec_stat_cpu[MAX_CPUS][NR_VM_NODE_STAT_ITEMS];
	u64 shrinker_map;	  /**< caches that have objects of this group on this node */
	struct mem_cgroup *memcg; /**< whose pages these are; NULL: the root's */
	struct pglist_data *pgdat;
};

/** Numbers of the bits in lruvec->flags. */
enum lruvec_flags {
	LRUVEC_CONGESTED, /**< many dirty pages of it wait for a congested device */
};

/** What the kswapd of a node is doing. */
enum kswapd_state {
	KSWAPD_ASLEEP,	/**< until somebody wakes it */
	KSWAPD_NAPPING, /**< a short sleep, to see whether the node stays balanced */
	KSWAPD_RUNNING,
};

/** The memory of a kswapd from run to run. */
struct kswapd {
	enum kswapd_state state;
	int alloc_order;   /**< order it was asked for */
	int reclaim_order; /**< order it reclaims for; 0 after a large one proved too hard */
	int highest_zoneidx;
	unsigned long nap_end; /**< tick */
};

/** Numbers of the bits in pgdat->flags. */
enum pgdat_flags {
	PGDAT_DIRTY,
	PGDAT_WRITEBACK,
	PGDAT_RECLAIM_LOCKED,
};

/** A node: its zones, the order in which others are tried, and its kswapd. */
struct pglist_data {
	struct zone node_zones[MAX_NR_ZONES];
	struct zonelist node_zonelists[MAX_ZONELISTS];
	int nr_zones; /**< highest zone with a span, plus 1 */
	int node_id;
	unsigned long node_start_pfn;
	unsigned long node_present_pages;
	unsigned long node_spanned_pages;
	unsigned long totalreserve_pages;
#ifdef CONFIG_NUMA
	unsigned long min_unmapped_pages;
	unsigned long min_slab_pages;
#endif
	unsigned long flags;

	bool kswapd_waiting;	    /**< kswapd sleeps on its wait queue: a wake-up reaches it */
	int kswapd_order;	    /**< highest order asked for since kswapd last looked */
	int kswapd_highest_zoneidx; /**< MAX_NR_ZONES: nothing asked for */
	int kswapd_failures;	    /**< runs in a row without progress */
	struct kswapd kswapd;
	bool kcompactd_waiting;
	int kcompactd_max_order;
	int kcompactd_highest_zoneidx;
	unsigned int pfmemalloc_waiters; /**< tasks throttled until kswapd made room */

	struct lruvec lruvec;
	long vm_stat[NR_VM_NODE_STAT_ITEMS];
	struct per_cpu_nodestat per_cpu_nodestats[MAX_CPUS];
};

typedef struct pglist_data pg_data_t;

/** A watermark as all but two readers see it: with the boost. */
#define wmark_pages(z, i)   ((z)->_watermark[i] + (z)->watermark_boost)
#define min_wmark_pages(z)  wmark_pages(z, WMARK_MIN)
#define low_wmark_pages(z)  wmark_pages(z, WMARK_LOW)
#define high_wmark_pages(z) wmark_pages(z, WMARK_HIGH)

/** Position of a zone in its node. */
static inline int zone_idx(const struct zone *zone)
{
	return (int)(zone - zone->zone_pgdat->node_zones);
}

/** Number of the node the zone belongs to. */
static inline int zone_to_nid(const struct zone *zone)
{
#ifdef CONFIG_NUMA
	return zone->node;
#else
	(void)zone;
	return 0;
#endif
}

/** Did the allocator ever get pages of this zone? */
static inline bool managed_zone(const struct zone *zone)
{
	return zone->managed_pages != 0;
}

/** Does the zone have memory at all? */
static inline bool populated_zone(const struct zone *zone)
{
	return zone->present_pages != 0;
}

/** First PFN after the zone. */
static inline unsigned long zone_end_pfn(const struct zone *zone)
{
	return zone->zone_start_pfn + zone->spanned_pages;
}

/** Is this PFN inside the zone's span? (It may still lie in a hole.) */
static inline bool zone_spans_pfn(const struct zone *zone, unsigned long pfn)
{
	return zone->zone_start_pfn <= pfn && pfn < zone_end_pfn(zone);
}

/** First page of a free list, or NULL. */
static inline struct page *get_page_from_free_area(struct free_area *area, int migratetype)
{
	struct list_head *list = &area->free_list[migratetype];

	return list_empty(list) ? NULL : list_entry(list->next, struct page, lru);
}

static inline bool free_area_empty(const struct free_area *area, int migratetype)
{
	return list_empty(&area->free_list[migratetype]);
}

/**
 * @brief First eligible entry at or after a given one.
 *
 * Skips entries whose zone index is above the highest allowed one and, with CONFIG_NUMA, entries
 * of nodes outside the nodemask. The terminator (no zone, index 0) always stops the scan.
 *
 * @param z where to start; may itself be the answer
 * @param highest_zoneidx highest zone index allowed
 * @param nodes allowed nodes, or NULL for all
 * @return the entry; its zone is NULL when the list ended
 * @source include/linux/mmzone.h:1021
 */
static inline struct zoneref *next_zones_zonelist(struct zoneref *z, int highest_zoneidx,
						  const nodemask_t *nodes)
{
	while (z->zone_idx > highest_zoneidx)
		z++;
#ifdef CONFIG_NUMA
	while (nodes && z->zone &&
	       (z->zone_idx > highest_zoneidx || !node_isset(zone_to_nid(z->zone), *nodes)))
		z++;
#else
	(void)nodes;
#endif
	return z;
}

/**
 * @brief First eligible entry of a zonelist.
 *
 * @param zonelist the list
 * @param highest_zoneidx highest zone index allowed
 * @param nodes allowed nodes, or NULL for all
 * @return the entry; its zone is NULL when no zone qualifies
 * @source include/linux/mmzone.h:1046
 */
static inline struct zoneref *first_zones_zonelist(struct zonelist *zonelist, int highest_zoneidx,
						   const nodemask_t *nodes)
{
	return next_zones_zonelist(zonelist->_zonerefs, highest_zoneidx, nodes);
}

/** Walk on from the entry `z`, which is taken as it stands and not filtered again. */
#define for_next_zone_zonelist_nodemask(zone, z, highidx, nodes) \
	for ((zone) = (z)->zone; (zone);                         \
	     (z) = next_zones_zonelist((z) + 1, highidx, nodes), (zone) = (z)->zone)

/** The zones of a node from the first to the one with this index, those without memory too. */
#define for_each_zone_upto(zone, pgdat, highest) \
	for (zone = (pgdat)->node_zones; zone <= (pgdat)->node_zones + (highest); zone++)

/** Walk a zonelist from its first eligible entry. */
#define for_each_zone_zonelist_nodemask(zone, z, zlist, highidx, nodes)                     \
	for ((z) = first_zones_zonelist(zlist, highidx, nodes), (zone) = (z)->zone; (zone); \
	     (z) = next_zones_zonelist((z) + 1, highidx, nodes), (zone) = (z)->zone)

#endif
