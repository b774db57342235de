/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The kinds of `kmem:` events by the kernel's names of them.
 */
#include "tools/kmem/kmem.h"

static const struct {
	const char *name;
	enum kmem_kind kind;
} names[] = {
	{ "mm_page_alloc", KMEM_ALLOC },
	{ "mm_page_alloc_zone_locked", KMEM_ZONE_LOCKED },
	{ "mm_page_alloc_extfrag", KMEM_EXTFRAG },
	{ "mm_page_free", KMEM_FREE },
	{ "mm_page_free_batched", KMEM_FREE_BATCHED },
	{ "mm_page_pcpu_drain", KMEM_DRAIN },
	{ "kmalloc", KMEM_SLAB_ALLOC },
	{ "kmalloc_node", KMEM_SLAB_ALLOC },
	{ "kmem_cache_alloc", KMEM_SLAB_ALLOC },
	{ "kmem_cache_alloc_node", KMEM_SLAB_ALLOC },
	{ "kfree", KMEM_SLAB_FREE },
	{ "kmem_cache_free", KMEM_SLAB_FREE },
};

/**
 * @brief The kernel's name of a kind of event about pages.
 *
 * @param kind the kind; of the slab's events, the first name
 * @return the name
 */
const char *kmem_kind_name(enum kmem_kind kind)
{
	size_t i = 0;

	while (names[i].kind != kind)
		i++;
	return names[i].name;
}

/**
 * @brief What an event is about, by its name.
 *
 * @param name the kernel's name
 * @param kind receives it
 * @return false when it is none of those that are read
 */
bool kmem_kind_of(struct word name, enum kmem_kind *kind)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (word_is(name, names[i].name)) {
			*kind = names[i].kind;
			return true;
		}
	return false;
}
