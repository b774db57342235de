/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The bytes of page frames: they lie at their addresses, in memory that host_memory.c reserved.
 */
#include <string.h>

#include "world/world.h"

/**
 * @brief The bytes of a page frame, to be read and written.
 *
 * @param page the page
 * @return PAGE_SIZE bytes; here they lie at the page's address
 * @source none (ours: the kernel uses the address itself)
 */
void *page_contents(const struct page *page)
{
	return page_address(page);
}

/**
 * @brief Fill the bytes of page frames with zeroes.
 *
 * @param page the first
 * @param nr_pages how many
 * @source none (ours: 5.8.18 clears page by page through clear_highpage())
 */
void clear_contents(const struct page *page, unsigned long nr_pages)
{
	memset(page_address(page), 0, nr_pages << PAGE_SHIFT);
}

/**
 * @brief Copy the bytes of a page frame.
 *
 * @param to receives them
 * @param from the page that has them
 * @source none (ours: copy_highpage() there)
 */
void copy_contents(const struct page *to, const struct page *from)
{
	memcpy(page_address(to), page_address(from), PAGE_SIZE);
}
