/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Doubly linked lists whose links live inside the things they link.
 *
 * Free lists, per-CPU lists and LRU lists are all of this kind. A list has a **head** end and a
 * **tail** end, and which end an entry is put to or taken from is part of what the allocator
 * decides, so every function names its end. Linking and unlinking cost the same whatever the
 * length, and need no memory.
 */
#ifndef LIST_H
#define LIST_H

#include "types.h"

/** A link, or the anchor of a list: an anchor that points to itself is an empty list. */
struct list_head {
	struct list_head *next;
	struct list_head *prev;
};

/** The structure that holds the link `pointer` as its `member`. */
#define list_entry(pointer, type, member) container_of(pointer, type, member)

/** Make `list` an empty list. */
static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}

/** True when nothing is linked in `list`. */
static inline bool list_empty(const struct list_head *list)
{
	return list->next == list;
}

static inline void list_link(struct list_head *entry, struct list_head *prev,
			     struct list_head *next)
{
	next->prev = entry;
	entry->next = next;
	entry->prev = prev;
	prev->next = entry;
}

/** Put `entry` at the head end of `list`. */
static inline void list_add(struct list_head *entry, struct list_head *list)
{
	list_link(entry, list, list->next);
}

/** Put `entry` at the tail end of `list`. */
static inline void list_add_tail(struct list_head *entry, struct list_head *list)
{
	list_link(entry, list->prev, list);
}

/** Unlink `entry` from whatever list holds it; its own links keep their stale values. */
static inline void list_del(struct list_head *entry)
{
	struct list_head *next = entry->next, *prev = entry->prev;

	next->prev = prev;
	prev->next = next;
}

/** Put `entry` where `old` is linked; `old` keeps stale links. */
static inline void list_replace(struct list_head *old, struct list_head *entry)
{
	list_link(entry, old->prev, old->next);
}

/** Is `entry` linked? False also for links that were never set, or are stale. */
static inline bool list_linked(const struct list_head *entry)
{
	return entry->next && entry->next != entry && entry->next->prev == entry;
}

/** Move `entry` from its list to the head end of `list`. */
static inline void list_move(struct list_head *entry, struct list_head *list)
{
	list_del(entry);
	list_add(entry, list);
}

/** Move `entry` from its list to the tail end of `list`. */
static inline void list_move_tail(struct list_head *entry, struct list_head *list)
{
	list_del(entry);
	list_add_tail(entry, list);
}

/** Move all entries of `from` to the head end of `list`, in their order. */
static inline void list_splice_init(struct list_head *from, struct list_head *list)
{
	if (list_empty(from))
		return;
	list->next->prev = from->prev;
	from->prev->next = list->next;
	list->next = from->next;
	from->next->prev = list;
	INIT_LIST_HEAD(from);
}

/** Walk `list` from head to tail; `position` is a `struct list_head *`. */
#define list_for_each(position, list) \
	for ((position) = (list)->next; (position) != (list); (position) = (position)->next)

/** The same walk, safe against unlinking `position` on the way. */
#define list_for_each_safe(position, following, list)                                         \
	for ((position) = (list)->next, (following) = (position)->next; (position) != (list); \
	     (position) = (following), (following) = (position)->next)

#endif
