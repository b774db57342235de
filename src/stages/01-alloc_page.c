/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 01: the interfaces that kernel code calls to get a page, and to give it back.
 *
 * Kernel code that wants memory in whole pages mostly asks alloc_pages() of stage 02, or one of the five
 * shorthands here that lead to it. They differ in how much they ask for, in the bits they add to the
 * mask or take out of it, and in what they return. Which page it will be is not decided here, but
 * those bits have a say in it.
 *
 * A **page** is 4 KiB of physical memory, and `struct page` is the kernel's record of it. A
 * **block of order n** is 2^n pages in a row that start at a multiple of their own length. One of
 * the five returns the record, four the address at which the kernel can read and write the bytes.
 * Whoever asks for an address cannot be given memory that has none, so the address family
 * removes one bit of the mask, `__GFP_HIGHMEM`, and that has a visible consequence: a request that
 * would have been allowed into ZONE_MOVABLE no longer is.
 *
 * One page that came by its record returns through __free_page(), what came by its address through
 * free_page() or free_pages(); all lead to __free_pages(), stage 20. A family of its own deals in
 * bytes, alloc_pages_exact() and its like: it takes a block, keeps as many pages as it needs and
 * gives the others back.
 */
#include "gfp_zones.h"
#include "stages/stages.h"
#include "world/world.h"

/**
 * @brief Allocate one page.
 *
 * @param gfp_mask what is asked for
 * @return the page, or NULL
 * @source include/linux/gfp.h:560
 */
/* departs: a macro there, a function here, so that a debugger can stop in it. */
struct page *alloc_page(gfp_t gfp_mask)
{
	return alloc_pages(gfp_mask, 0);
}

/**
 * @brief Allocate a block and return its address.
 *
 * @param gfp_mask what is asked for; __GFP_HIGHMEM is taken out
 * @param order block of 2^order pages
 * @return address of the first byte, or 0
 * @source mm/page_alloc.c:4889
 */
unsigned long __get_free_pages(gfp_t gfp_mask, unsigned int order)
{
	struct page *page;

	/* Step 1: ask only for memory that has an address */
	page = alloc_pages(gfp_mask & ~__GFP_HIGHMEM, order);
	if (!page)
		return 0;
	/* Step 2: return the address instead of the record */
	return (unsigned long)page_address(page);
}

/**
 * @brief Allocate one page and return its address.
 *
 * @param gfp_mask what is asked for
 * @return address of the first byte, or 0
 * @source include/linux/gfp.h:573
 */
/* departs: a macro there, a function here, so that a debugger can stop in it. */
unsigned long __get_free_page(gfp_t gfp_mask)
{
	return __get_free_pages(gfp_mask, 0);
}

/**
 * @brief Allocate one page full of zeroes and return its address.
 *
 * @param gfp_mask what is asked for; __GFP_ZERO is added
 * @return address of the first byte, or 0
 * @source mm/page_alloc.c:4900
 */
unsigned long get_zeroed_page(gfp_t gfp_mask)
{
	return __get_free_pages(gfp_mask | __GFP_ZERO, 0);
}

/**
 * @brief Allocate a block that old DMA hardware can reach and return its address.
 *
 * @param gfp_mask what is asked for; GFP_DMA is added
 * @param order block of 2^order pages
 * @return address of the first byte, or 0
 * @source include/linux/gfp.h:576
 */
/* departs: a macro there, a function here, so that a debugger can stop in it. */
unsigned long __get_dma_pages(gfp_t gfp_mask, unsigned int order)
{
	return __get_free_pages(gfp_mask | GFP_DMA, order);
}

/**
 * @brief Give one page back.
 *
 * @param page the page, as alloc_page() returned it
 * @source include/linux/gfp.h:590
 */
/* departs: a macro there, a function here, so that a debugger can stop in it. */
void __free_page(struct page *page)
{
	__free_pages(page, 0);
}

/**
 * @brief Give a block back by its address.
 *
 * @param addr address in the first page of the block; 0 is ignored
 * @param order the order it was allocated with
 * @source mm/page_alloc.c:4921
 */
void free_pages(unsigned long addr, unsigned int order)
{
	if (!addr)
		return;
	/* departs: 5.8.18 looks up the page of an address outside the linear map all the same, and
	 * frees a wrong page; only its debug builds test the address. */
	if (!virt_addr_valid((const void *)addr)) {
		bug("free_pages: %#lx is not an address of this machine's memory", addr);
		return;
	}
	__free_pages(virt_to_page((const void *)addr), order);
}

/**
 * @brief Give one page back by its address.
 *
 * @param addr address in the page; 0 is ignored
 * @source include/linux/gfp.h:591
 */
/* departs: a macro there, a function here, so that a debugger can stop in it. */
void free_page(unsigned long addr)
{
	free_pages(addr, 0);
}

/**
 * @brief Smallest order whose block holds a size.
 *
 * @param size bytes, at least 1
 * @return the order; MAX_ORDER or more when no block is large enough
 * @source none (ours: what the kernel computes in include/asm-generic/getorder.h)
 */
int get_order(size_t size)
{
	return fls_long((size - 1) >> PAGE_SHIFT);
}

/**
 * @brief Keep the first bytes of a block and give the pages after them back.
 *
 * @param addr address of the block, or 0
 * @param order its order
 * @param size bytes to keep
 * @return the address
 * @source mm/page_alloc.c:5038
 */
static void *make_alloc_exact(unsigned long addr, unsigned int order, size_t size)
{
	unsigned long end, used;

	if (!addr)
		return NULL;
	end = addr + (PAGE_SIZE << order);
	used = addr + DIV_ROUND_UP(size, PAGE_SIZE) * PAGE_SIZE;
	/* Each page becomes one of its own before some of them go back. */
	split_page(virt_to_page((void *)addr), order);
	for (; used < end; used += PAGE_SIZE)
		free_page(used);
	return (void *)addr;
}

/**
 * @brief A mask without __GFP_COMP, which would make the pages inseparable.
 *
 * @param gfp_mask the caller's mask
 * @param once one-time warning of the caller, when the bit was set
 * @param caller its name
 * @return the mask to use
 * @source mm/page_alloc.c:5069
 */
static gfp_t mask_for_exact(gfp_t gfp_mask, enum once once, const char *caller)
{
	if (gfp_mask & __GFP_COMP)
		warn_once(once, "%s: __GFP_COMP is ignored\n", caller);
	return gfp_mask & ~__GFP_COMP;
}

/**
 * @brief Allocate a number of bytes, rounded up to pages instead of to a power of two.
 *
 * @param size bytes
 * @param gfp_mask what is asked for; __GFP_COMP and __GFP_HIGHMEM are taken out
 * @return address of the first byte, or NULL
 * @source mm/page_alloc.c:5069
 */
void *alloc_pages_exact(size_t size, gfp_t gfp_mask)
{
	unsigned int order = (unsigned int)get_order(size);
	gfp_t mask = mask_for_exact(gfp_mask, ONCE_EXACT_COMP, "alloc_pages_exact");

	return make_alloc_exact(__get_free_pages(mask, order), order, size);
}

/**
 * @brief The same, starting from a node.
 *
 * The way in is another one: no policy is asked, and __GFP_HIGHMEM stays in the mask.
 *
 * @param nid the node, or NUMA_NO_NODE
 * @param size bytes
 * @param gfp_mask what is asked for; __GFP_COMP is taken out
 * @return address of the first byte, or NULL
 * @source mm/page_alloc.c:5094
 */
void *alloc_pages_exact_nid(int nid, size_t size, gfp_t gfp_mask)
{
	unsigned int order = (unsigned int)get_order(size);
	gfp_t mask = mask_for_exact(gfp_mask, ONCE_EXACT_NID_COMP, "alloc_pages_exact_nid");
	struct page *page = alloc_pages_node(nid, mask, order);

	if (!page)
		return NULL;
	return make_alloc_exact((unsigned long)page_address(page), order, size);
}

/**
 * @brief Give back what alloc_pages_exact() returned, page by page, ascending.
 *
 * @param virt the address
 * @param size the same number of bytes
 * @source mm/page_alloc.c:5115
 */
void free_pages_exact(void *virt, size_t size)
{
	unsigned long addr = (unsigned long)virt;
	unsigned long end = addr + DIV_ROUND_UP(size, PAGE_SIZE) * PAGE_SIZE;

	for (; addr < end; addr += PAGE_SIZE)
		free_page(addr);
}
