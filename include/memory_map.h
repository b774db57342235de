/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief From PFN to struct page to zone and back, and the migratetype of pageblocks.
 *
 * The zone and the node of a page are written into the top bits of its flags. "Zone id" means both
 * together: blocks merge only within one zone id, however close they lie.
 */
#ifndef MEMORY_MAP_H
#define MEMORY_MAP_H

#include "machine.h"

/* Positions in page->flags, those of SPARSEMEM without VMEMMAP: section on top, then node
 * (CONFIG_NUMA, two bits), then zone. docs/configuration.rst has them as a table. */
#define SECTIONS_PGSHIFT 46
#ifdef CONFIG_NUMA
#define NODES_PGSHIFT 44
#define ZONES_PGSHIFT 42
#else
#define NODES_PGSHIFT 46
#define ZONES_PGSHIFT 44
#endif
#define ZONES_MASK 3ul
#define NODES_MASK ((1ul << (46 - NODES_PGSHIFT)) - 1)

/** Pages of a memory section: the granule in which arm64 describes memory, 1 GiB. */
#define PFN_SECTION_SHIFT 18

/** PFN of a page. */
/* departs: in 5.8.18 each section has a row of struct pages of its own, found by the section number
 * in page->flags or by the upper bits of the PFN; here one row spans the machine. */
static inline unsigned long page_to_pfn(const struct page *page)
{
	return world->mem_map_start + (unsigned long)(page - world->mem_map);
}

/** Page of a PFN; the PFN must lie in the machine's memory map. */
static inline struct page *pfn_to_page(unsigned long pfn)
{
	return world->mem_map + (pfn - world->mem_map_start);
}

/**
 * @brief Is there a struct page that means something for this PFN?
 *
 * @param pfn any page frame number
 * @return true when the PFN lies in a memory range that is not marked no-map
 * @source arch/arm64/mm/init.c:204
 */
static inline bool pfn_valid(unsigned long pfn)
{
	const struct memory_range *range = world->range;

	for (int i = world->nr_ranges; i > 0; i--, range++)
		if (pfn < range->end_pfn)
			return pfn >= range->start_pfn && !range->nomap;
	return false;
}

/** The same test where 5.8.18 makes it for PFNs inside a MAX_ORDER block. */
#define pfn_valid_within(pfn) pfn_valid(pfn)

static inline enum zone_type page_zonenum(const struct page *page)
{
	return (enum zone_type)((page->flags >> ZONES_PGSHIFT) & ZONES_MASK);
}

static inline int page_to_nid(const struct page *page)
{
	return (int)((page->flags >> NODES_PGSHIFT) & NODES_MASK);
}

/** Do two pages belong to the same zone of the same node? */
static inline bool page_zone_id_equal(const struct page *a, const struct page *b)
{
	unsigned long zone_id_mask = (ZONES_MASK << ZONES_PGSHIFT) | (NODES_MASK << NODES_PGSHIFT);

	return !((a->flags ^ b->flags) & zone_id_mask);
}

/** The zone a page belongs to. */
static inline struct zone *page_zone(const struct page *page)
{
#ifdef CONFIG_NUMA
	return &NODE_DATA(page_to_nid(page))->node_zones[page_zonenum(page)];
#else
	return &NODE_DATA(0)->node_zones[page_zonenum(page)];
#endif
}

/**
 * @brief Write section, node and zone into the top bits of a page's flags.
 *
 * Nothing here reads the section; it is there because the kernel's flags have it.
 *
 * @param page the page; its 22 flags stay
 * @param zone its zone
 * @param nid its node
 * @param pfn its PFN
 */
static inline void set_page_links(struct page *page, enum zone_type zone, int nid,
				  unsigned long pfn)
{
	page->flags &= (1ul << ZONES_PGSHIFT) - 1;
	page->flags |= (unsigned long)zone << ZONES_PGSHIFT;
#ifdef CONFIG_NUMA
	page->flags |= (unsigned long)nid << NODES_PGSHIFT;
#else
	(void)nid;
#endif
	page->flags |= (pfn >> PFN_SECTION_SHIFT) << SECTIONS_PGSHIFT;
}

/* A pageblock's byte: three bits of type, one hint that compaction may skip it. */
#define PB_MIGRATETYPE_MASK 7u
#define PB_MIGRATE_SKIP	    8u

/* departs: 5.8.18 keeps four bits per pageblock in words per section; here a byte per pageblock. */
static inline u8 *pageblock_byte(unsigned long pfn)
{
	unsigned long first_block = world->mem_map_start >> pageblock_order;

	return &world->pageblock_flags[(pfn >> pageblock_order) - first_block];
}

/**
 * @brief Migratetype of the pageblock that holds a PFN.
 *
 * @param pfn a PFN inside the memory map
 * @return enum migratetype
 * @source mm/page_alloc.c:505
 */
static inline int get_pfnblock_migratetype(unsigned long pfn)
{
	return *pageblock_byte(pfn) & PB_MIGRATETYPE_MASK;
}

/** Migratetype of the pageblock that holds a page. */
static inline int get_pageblock_migratetype(const struct page *page)
{
	return get_pfnblock_migratetype(page_to_pfn(page));
}

/**
 * @brief Give the pageblock that holds a page another migratetype.
 *
 * With mobility grouping disabled every type of the per-CPU lists is stored as unmovable.
 *
 * @param page a page of the block
 * @param migratetype the new type
 * @source mm/page_alloc.c:550
 */
static inline void set_pageblock_migratetype(struct page *page, int migratetype)
{
	u8 *byte = pageblock_byte(page_to_pfn(page));

	if (unlikely(world->page_group_by_mobility_disabled && migratetype < MIGRATE_PCPTYPES))
		migratetype = MIGRATE_UNMOVABLE;
	*byte = (u8)((*byte & ~PB_MIGRATETYPE_MASK) | (unsigned int)migratetype);
}

/** Is compaction told to pass by the pageblock that holds a PFN? */
static inline bool get_pageblock_skip(unsigned long pfn)
{
	return *pageblock_byte(pfn) & PB_MIGRATE_SKIP;
}

static inline void set_pageblock_skip(unsigned long pfn)
{
	*pageblock_byte(pfn) |= PB_MIGRATE_SKIP;
}

static inline void clear_pageblock_skip(unsigned long pfn)
{
	*pageblock_byte(pfn) &= (u8)~PB_MIGRATE_SKIP;
}

#endif
