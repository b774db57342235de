/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 12: check that a page is really free, and prepare it for its new owner.
 *
 * A page comes off the lists in the state in which the last owner left it, plus what the free path
 * cleaned up. If that owner still uses it, somebody else's data is about to be overwritten. A few
 * fields of struct page tell: a page in the allocator's hands has no references, no mappings, no
 * owner's mapping pointer, no memory cgroup and no flags. A page that fails the check is left out of
 * circulation for good, and reported unless there have been too many.
 *
 * A good page gets one reference, zeroes if the caller wants them, and, if it is part of a block
 * that is to be used as one (**compound**), the links from its later pages to its first.
 */
#include "gfp.h"
#include "memory_map.h"
#include "stages/stages.h"
#include "world/world.h"

/** Reports of bad pages come in bursts of at most this many, ... */
#define BAD_PAGE_BURST 60
/** ... and then not again until this many ticks after the first of the burst. */
#define BAD_PAGE_SILENCE (60ul * HZ)

/**
 * @brief Is a page in the state that a free page must be in?
 *
 * @param page the page
 * @param check_flags flags of which none may be set
 * @return true when nothing is wrong
 * @source mm/page_alloc.c:1058
 */
bool page_expected_state(const struct page *page, unsigned long check_flags)
{
	if (unlikely(page->_mapcount != -1))
		return false;
	/* One test for all that must be zero. */
	return likely(((unsigned long)page->mapping | (unsigned long)page->_refcount |
		       (unsigned long)page->mem_cgroup | (page->flags & check_flags)) == 0);
}

/**
 * @brief What is wrong with a page? Of several reasons the last one counts.
 *
 * @param page the page
 * @param check_flags flags of which none may be set
 * @return the reason in the kernel's words
 * @source mm/page_alloc.c:1075
 */
static __cold const char *page_bad_reason(const struct page *page, unsigned long check_flags)
{
	const char *reason = "unknown";

	if (page->_mapcount != -1)
		reason = "nonzero mapcount";
	if (page->mapping)
		reason = "non-NULL mapping";
	if (page->_refcount != 0)
		reason = "nonzero _refcount";
	if (page->flags & check_flags)
		reason = check_flags == PAGE_FLAGS_CHECK_AT_PREP
				 ? "PAGE_FLAGS_CHECK_AT_PREP flag(s) set"
				 : "PAGE_FLAGS_CHECK_AT_FREE flag(s) set";
	if (page->mem_cgroup)
		reason = "page still charged to cgroup";
	return reason;
}

/**
 * @brief May another bad page be reported, or have there been too many?
 *
 * @return true to report
 * @source mm/page_alloc.c:612
 */
static bool bad_page_may_report(void)
{
	struct printk_limit *limit = &world->bad_page_limit;

	if (limit->printed == BAD_PAGE_BURST) {
		if (world->jiffies < limit->begin + BAD_PAGE_SILENCE) {
			limit->missed++;
			return false;
		}
		if (limit->missed)
			printk("BUG: Bad page state: %u messages suppressed\n", limit->missed);
		limit->missed = 0;
		limit->printed = 0;
	}
	if (limit->printed++ == 0)
		limit->begin = world->jiffies;
	return true;
}

/**
 * @brief Report a page in a bad state. Whoever found it leaves it out of circulation.
 *
 * @param page the page; its map count is reset, everything else stays as it is
 * @param reason what is wrong
 * @source mm/page_alloc.c:612
 */
/* departs: 5.8.18 names the record by its address and disguises that of a mapping, says more of a page in a compound
 * block, and gives the flags a line of their own, with their names and the bits above them. It goes on with the raw
 * words of the record, the loaded modules and the way to this place. */
__cold void bad_page(struct page *page, const char *reason)
{
	if (bad_page_may_report()) {
		printk("BUG: Bad page state in process %s  pfn:%05lx\n", current->comm,
		       page_to_pfn(page));
		printk("page:%05lx refcount:%d mapcount:%d mapping:%016lx index:0x%lx flags:0x%lx\n",
		       page_to_pfn(page), page->_refcount, page->_mapcount + 1,
		       (unsigned long)page->mapping, page->index,
		       page->flags & PAGE_FLAGS_CHECK_AT_PREP);
		printk("page dumped because: %s\n", reason);
	}
	page->_mapcount = -1;
	add_taint(TAINT_BAD_PAGE);
}

/**
 * @brief Check a page that leaves the buddy lists.
 *
 * @param page the page
 * @return true when it is bad; it has been reported
 * @source mm/page_alloc.c:2147
 */
bool check_new_page(struct page *page)
{
	if (likely(page_expected_state(page, PAGE_FLAGS_CHECK_AT_PREP)))
		return false;
	bad_page(page, page_bad_reason(page, PAGE_FLAGS_CHECK_AT_PREP));
	return true;
}

/**
 * @brief Check all pages of a block that leaves the buddy lists, up to the first bad one.
 *
 * @param page first page
 * @param order block of 2^order pages
 * @return true when one is bad; the whole block is lost then
 * @source mm/page_alloc.c:2200
 */
bool check_new_pages(struct page *page, unsigned int order)
{
	for (struct page *end = page + (1ul << order); page < end; page++)
		if (unlikely(check_new_page(page)))
			return true;
	return false;
}

/**
 * @brief Check a page that is being freed.
 *
 * @param page the page
 * @return true when it is bad; it has been reported
 * @source mm/page_alloc.c:1104
 */
bool check_free_page(struct page *page)
{
	if (likely(page_expected_state(page, PAGE_FLAGS_CHECK_AT_FREE)))
		return false;
	bad_page(page, page_bad_reason(page, PAGE_FLAGS_CHECK_AT_FREE));
	return true;
}

/**
 * @brief Fill pages with zeroes.
 *
 * @param page first page
 * @param nr_pages how many
 * @source mm/page_alloc.c:1164
 */
void kernel_init_free_pages(struct page *page, unsigned long nr_pages)
{
	clear_contents(page, nr_pages);
}

/**
 * @brief Must these pages be filled with zeroes before they are handed out?
 *
 * @param gfp_flags the request's mask
 * @return true when the caller or the machine's settings want it and it was not done at free time
 * @source include/linux/mm.h:2897
 */
static bool want_init_on_alloc(gfp_t gfp_flags)
{
	if (world->init_on_free)
		return false;
	return world->init_on_alloc || (gfp_flags & __GFP_ZERO);
}

/**
 * @brief Link the later pages of a block to its first, so that it is used and freed as one.
 *
 * @param page first page
 * @param order block of 2^order pages, at least 1
 * @source mm/page_alloc.c:672
 */
void prep_compound_page(struct page *page, unsigned int order)
{
	/* Step 1: how to release the block, and how large it is, is kept in its second page */
	page[1].compound_dtor = COMPOUND_PAGE_DTOR;
	page[1].compound_order = (u8)order;

	/* Step 2: the first page is marked as head */
	SetPageFlag(page, PG_head);

	/* Step 3: every other page points to it; bit 0 of the pointer says that it is a tail */
	for (unsigned long i = 1; i < 1ul << order; i++) {
		set_page_count(&page[i], 0);
		page[i].mapping = TAIL_MAPPING;
		page[i].compound_head = (unsigned long)page + 1;
	}

	/* Step 4: nobody has mapped or pinned the block yet */
	page[1].compound_mapcount = -1;
	if (order > 1)
		page[2].hpage_pinned_refcount = 0;
}

/**
 * @brief Make a block ready for its new owner.
 *
 * @param page first page, as it came off the lists
 * @param order block of 2^order pages
 * @param gfp_flags the request's mask: __GFP_ZERO and __GFP_COMP count
 * @param alloc_flags flags of the attempt that found it: ALLOC_NO_WATERMARKS is remembered
 * @source mm/page_alloc.c:2227
 */
void prep_new_page(struct page *page, unsigned int order, gfp_t gfp_flags, unsigned int alloc_flags)
{
	/* Step 1: one reference, for the caller; the later pages of a block keep none */
	page->private = 0;
	set_page_count(page, 1);

	/* Step 2: zeroes, if wanted */
	if (want_init_on_alloc(gfp_flags))
		kernel_init_free_pages(page, 1ul << order);

	/* Step 3: tie a block together, if wanted */
	if (order && (gfp_flags & __GFP_COMP))
		prep_compound_page(page, order);

	/* Step 4: mark a page from the reserves, so that its owner uses it to free memory only; this
	 * wipes out the migratetype that removal had recorded in the same field */
	if (alloc_flags & ALLOC_NO_WATERMARKS)
		set_page_pfmemalloc(page);
	else
		clear_page_pfmemalloc(page);
}

/**
 * @brief Give each page of a block a reference of its own, so that they can be freed one by one.
 *
 * @param page first page of a block that is not compound
 * @param order block of 2^order pages
 * @source mm/page_alloc.c:3207
 */
void split_page(struct page *page, unsigned int order)
{
	for (unsigned long i = 1; i < 1ul << order; i++)
		set_page_count(page + i, 1);
}
