/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief How snapshots name what a page in use is: the list it is on, what it belongs to, its flags.
 */
#ifndef SNAPSHOT_PAGES_H
#define SNAPSHOT_PAGES_H

#include "machine.h"

/** The lists by name; the last name is for pages that are on none. */
#define PAGE_ON_NO_LIST NR_LRU_LISTS
extern const char *const page_list_names[NR_LRU_LISTS + 1];

/** What a page belongs to. */
enum page_kind {
	PAGE_KIND_FILE, /**< page cache of a file whose pages can be moved at any time */
	PAGE_KIND_NOMIG, /**< page cache of a file whose pages cannot be moved while they are dirty */
	PAGE_KIND_ANON,
	PAGE_KIND_SWAPCACHE, /**< anonymous, with a place in swap */
	PAGE_KIND_DRIVER,    /**< on no list, but its driver can move it */
	PAGE_KIND_NONE,
	NR_PAGE_KINDS,
};

extern const char *const page_kind_names[NR_PAGE_KINDS];

/** The flags that snapshots have, and the letters of them, in the order in which they stand. */
struct page_letter {
	char letter;
	enum pageflags flag;
};

#define NR_PAGE_LETTERS 12
extern const struct page_letter page_letters[NR_PAGE_LETTERS];

/** The batches of pages on their way to a list, by name. */
extern const char *const pagevec_names[NR_LRU_PVECS];

#endif
