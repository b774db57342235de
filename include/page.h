/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief struct page: the 64 bytes the kernel keeps about every page frame.
 *
 * Whether a page is free, and in a block of which order, is written into its struct page, and so are the links of
 * the list that it is on. (Not which list that is: a block is taken out by its links.) Fields share their bytes
 * with others that are never needed at the same time, and the layout here is the kernel's, byte
 * for byte, because that sharing explains several rules (a free mark that doubles as a map count,
 * an index that first remembers a migratetype and then a reserve).
 */
#ifndef PAGE_H
#define PAGE_H

#include "list.h"
#include "types.h"

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1ul << PAGE_SHIFT)

struct mem_cgroup;

/** One page frame. Indexed by PFN in the machine's mem_map. */
struct page {
	unsigned long flags; /**< from the top: section, node, zone; the 22 page flags below */
	union {
		/** Link in a free list, a per-CPU list, an LRU list or a list being collected. */
		struct list_head lru;
		/** Tail page of a compound block: address of the head page, plus 1. */
		unsigned long compound_head;
		/** First tail page of a compound block. */
		struct {
			unsigned long first_tail_head; /**< shares compound_head */
			u8 compound_dtor;	       /**< how to release the block */
			u8 compound_order;	       /**< its order */
			u16 first_tail_unused;
			int compound_mapcount; /**< mappings of the whole block, minus 1 */
		};
		/** Second tail page of a compound block. */
		struct {
			unsigned long second_tail_head; /**< shares compound_head */
			int hpage_pinned_refcount;	/**< pins of the whole block */
			int second_tail_unused;
		};
	};
	void *mapping; /**< owner's mapping; NULL, or low bits set as a tag, when freed */
	union {
		unsigned long index; /**< owner's offset; all ones marks a pfmemalloc page */
		/** In the allocator's hands: migratetype recorded at removal or free. */
		unsigned long pcppage_migratetype;
	};
	unsigned long private; /**< first page of a free block: the order; else the owner's */
	union {
		int _mapcount;		/**< mappings, minus 1 */
		unsigned int page_type; /**< all ones but the bits of a type, see PG_buddy */
	};
	int _refcount;		       /**< references; 0 in the allocator's hands */
	struct mem_cgroup *mem_cgroup; /**< memory cgroup that was charged */
};

_Static_assert(sizeof(struct page) == 64, "struct page is one 64-byte cache line");
_Static_assert(offsetof(struct page, mapping) == 24, "mapping follows the lru link");
_Static_assert(offsetof(struct page, compound_order) == 17, "the order byte of the first tail");
_Static_assert(offsetof(struct page, _refcount) == 52, "_refcount shares no byte");

/** Numbers of the page flags in page->flags. */
enum pageflags {
	PG_locked,
	PG_referenced,
	PG_uptodate,
	PG_dirty,
	PG_lru,
	PG_active,
	PG_workingset,
	PG_waiters,
	PG_error,
	PG_slab,
	PG_owner_priv_1,
	PG_arch_1,
	PG_reserved,
	PG_private,
	PG_private_2,
	PG_writeback,
	PG_head,
	PG_mappedtodisk,
	PG_reclaim,
	PG_swapbacked,
	PG_unevictable,
	PG_mlocked,
	NR_PAGEFLAGS,
};

#define PAGE_FLAG(name) (1ul << PG_##name)

/** Every flag: a page that is handed out must have none of them. */
#define PAGE_FLAGS_CHECK_AT_PREP ((1ul << NR_PAGEFLAGS) - 1)

/** The flags that show a page is still in use when it is freed. */
#define PAGE_FLAGS_CHECK_AT_FREE                                                            \
	(PAGE_FLAG(lru) | PAGE_FLAG(locked) | PAGE_FLAG(private) | PAGE_FLAG(private_2) |   \
	 PAGE_FLAG(writeback) | PAGE_FLAG(reserved) | PAGE_FLAG(slab) | PAGE_FLAG(active) | \
	 PAGE_FLAG(unevictable) | PAGE_FLAG(mlocked))

/** page_type is all ones; a type is the absence of its bit. */
#define PG_buddy  0x00000080u
#define PG_kmemcg 0x00000200u

/** The upper bits, set in every type: a map count has them only when it has run far below 0. */
#define PAGE_TYPE_BASE 0xf0000000u

/** What a tail page's mapping holds, so that a use of it faults. */
#define TAIL_MAPPING ((void *)0xdead000000000400ul)

#define COMPOUND_PAGE_DTOR 1

static inline bool PageFlag(const struct page *page, enum pageflags flag)
{
	return (page->flags >> flag) & 1;
}

static inline void SetPageFlag(struct page *page, enum pageflags flag)
{
	page->flags |= 1ul << flag;
}

static inline void ClearPageFlag(struct page *page, enum pageflags flag)
{
	page->flags &= ~(1ul << flag);
}

/** Is a page of this type? The bits of other types do not count. */
static inline bool page_has_type(const struct page *page, unsigned int type)
{
	return (page->page_type & (PAGE_TYPE_BASE | type)) == PAGE_TYPE_BASE;
}

/** Is this the first page of a free block? (The mark is a page type.) */
static inline bool PageBuddy(const struct page *page)
{
	return page_has_type(page, PG_buddy);
}

static inline void __SetPageBuddy(struct page *page)
{
	page->page_type &= ~PG_buddy;
}

static inline void __ClearPageBuddy(struct page *page)
{
	page->page_type |= PG_buddy;
}

/** Was this page charged to a memory cgroup as kernel memory? */
static inline bool PageKmemcg(const struct page *page)
{
	return page_has_type(page, PG_kmemcg);
}

static inline void __SetPageKmemcg(struct page *page)
{
	page->page_type &= ~PG_kmemcg;
}

static inline void __ClearPageKmemcg(struct page *page)
{
	page->page_type |= PG_kmemcg;
}

/** Is this page a later page of a compound block? */
static inline bool PageTail(const struct page *page)
{
	return page->compound_head & 1;
}

/** Is this page part of a compound block? */
static inline bool PageCompound(const struct page *page)
{
	return PageFlag(page, PG_head) || PageTail(page);
}

/** First page of the compound block that a page is part of; the page itself when it is in none. */
static inline const struct page *compound_head(const struct page *page)
{
	return PageTail(page) ? (const struct page *)(page->compound_head - 1) : page;
}

/** Is this page, or the compound block that it is part of, on an LRU list? */
static inline bool PageLRU(const struct page *page)
{
	return PageFlag(compound_head(page), PG_lru);
}

/** Order of the free block that starts at this page; meaningful for PageBuddy() pages only. */
static inline unsigned int page_order(const struct page *page)
{
	return (unsigned int)page->private;
}

static inline void set_page_order(struct page *page, unsigned int order)
{
	page->private = order;
	__SetPageBuddy(page);
}

/**
 * @brief Order of a compound block.
 *
 * @param page head page of the block, or a page that is in no compound block
 * @return the order; 0 when the page is not a compound head
 * @source include/linux/mm.h:886
 */
static inline unsigned int compound_order(const struct page *page)
{
	return PageFlag(page, PG_head) ? page[1].compound_order : 0;
}

/** Migratetype recorded for a page in the allocator's hands. */
static inline int get_pcppage_migratetype(const struct page *page)
{
	return (int)page->pcppage_migratetype;
}

static inline void set_pcppage_migratetype(struct page *page, int migratetype)
{
	page->pcppage_migratetype = (unsigned long)migratetype;
}

/** Was this page taken from the reserves by a request that ignored the watermarks? */
static inline bool page_is_pfmemalloc(const struct page *page)
{
	return page->index == ~0ul;
}

static inline void set_page_pfmemalloc(struct page *page)
{
	page->index = ~0ul;
}

static inline void clear_page_pfmemalloc(struct page *page)
{
	page->index = 0;
}

static inline int page_count(const struct page *page)
{
	return page->_refcount;
}

static inline void set_page_count(struct page *page, int count)
{
	page->_refcount = count;
}

static inline void get_page(struct page *page)
{
	page->_refcount++;
}

/** Drop one reference; true when it was the last. */
static inline bool put_page_testzero(struct page *page)
{
	return --page->_refcount == 0;
}

#endif
