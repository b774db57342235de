/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Pages that reclaim can take back: pages of files and anonymous pages (model).
 *
 * Such a page is on an LRU list of its node and group, and belongs to a **mapping**: a file, or the
 * anonymous memory of some process. page->mapping points to it, with the lowest bit set for anonymous
 * pages, and page->index is the page's place in it. References, as in 5.8.18: one for the page cache
 * or the swap cache, one for each mapping into a page table, one for buffers, one for whoever
 * isolated the page from its list.
 *
 * What page tables and buffers would say about the page is in page->private, which 5.8.18 leaves
 * to the owner: a count of the entries whose accessed bit is set, and the LRU_* bits below. This is
 * the model; the rules that read it are 5.8.18's.
 */
#ifndef PAGE_CACHE_H
#define PAGE_CACHE_H

#include "page.h"

struct mm;

/** Tag in page->mapping: the page is anonymous. */
#define PAGE_MAPPING_ANON 1ul
/** Tag in page->mapping: the page is on no LRU list, but its driver can move it. */
#define PAGE_MAPPING_MOVABLE 2ul
/** Both: no owner's pointer has these bits. */
#define PAGE_MAPPING_FLAGS (PAGE_MAPPING_ANON | PAGE_MAPPING_MOVABLE)

/** The page is in the swap cache; it shares the number of PG_owner_priv_1. */
#define PG_swapcache PG_owner_priv_1

#define LRU_ACCESSED	 0xfful	     /**< page-table entries with the accessed bit set */
#define LRU_EXEC	 (1ul << 8)  /**< mapped executable */
#define LRU_VM_LOCKED	 (1ul << 9)  /**< mapped by an area that is locked in memory */
#define LRU_UNMAP_FAILS	 (1ul << 10) /**< some page table cannot be cleared */
#define LRU_BUFFERS_BUSY (1ul << 11) /**< its buffers (PG_private) cannot be dropped */
#define LRU_SWAP_ENTRY	 (1ul << 12) /**< page tables hold its place in swap */

#define ADDRESS_SPACE_NAME_LEN 32

/** Slots of a file at most: 64 GiB. */
#define MAX_PAGE_SLOTS (1ul << 24)

/** Tag in a slot: no page, but a shadow of one that was reclaimed. */
#define SLOT_SHADOW 1ul

struct slot_node;

/** What pages belong to: a file, or the anonymous memory of a process. */
struct address_space {
	char name[ADDRESS_SPACE_NAME_LEN];
	unsigned long nrpages;	 /**< pages in memory */
	unsigned long reclaimed; /**< pages that reclaim took away */
	unsigned long swapped;	 /**< pages that are only in swap */
	unsigned long next_index;
	struct slot_node *slots; /**< which of its pages is where; NULL: none has a slot */
	bool unevictable;	 /**< locked in memory as a whole */
	bool no_writer;		 /**< nothing knows how to write its pages out */
	bool no_migratepage; /**< nothing of its own moves its pages: not while they are dirty */
	bool congested;	     /**< its device has too many requests */
	bool synchronous;    /**< its device finishes a write at once (a RAM disk) */
	bool anonymous;
	bool orphaned; /**< its process is gone: a page that leaves memory needs no place in swap */
	struct mm *mm; /**< anonymous memory: whose it is */
	struct address_space *next; /**< all mappings of the machine */
};

/** Is this an anonymous page? */
static inline bool PageAnon(const struct page *page)
{
	return (unsigned long)page->mapping & PAGE_MAPPING_ANON;
}

/** Is this a page that is on no LRU list, but that its driver can move? */
static inline bool is_driver_movable(const struct page *page)
{
	return ((unsigned long)page->mapping & PAGE_MAPPING_FLAGS) == PAGE_MAPPING_MOVABLE;
}

/** What a page belongs to, without the tag; NULL when it has no owner. */
static inline struct address_space *page_owner(const struct page *page)
{
	return (struct address_space *)((unsigned long)page->mapping & ~PAGE_MAPPING_FLAGS);
}

/** Is this entry of a slot a shadow? */
static inline bool is_shadow(const void *entry)
{
	return (unsigned long)entry & SLOT_SHADOW;
}

/** A shadow as the entry of a slot. */
static inline void *shadow_entry(unsigned long shadow)
{
	return (void *)(shadow << 1 | SLOT_SHADOW);
}

/** The shadow in the entry of a slot. */
static inline unsigned long shadow_of_entry(const void *entry)
{
	return (unsigned long)entry >> 1;
}

/** Is the page entered in any page table? */
static inline bool page_mapped(const struct page *page)
{
	return page->_mapcount >= 0;
}

/** Does the page count as a file page on the LRU lists? */
static inline bool page_is_file_lru(const struct page *page)
{
	return !PageFlag(page, PG_swapbacked);
}

#endif
