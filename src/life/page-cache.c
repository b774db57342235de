/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What fills memory in real life: files, anonymous memory, dirty pages and a disk (model).
 *
 * A file or a process's anonymous memory is an address space; its pages are allocated by the path
 * itself and put on the LRU lists. A page can be touched, mapped, made dirty. Dirty pages are written
 * by the **flushers** in the order in which they became dirty, or by reclaim; the **disk** finishes
 * writes in the order in which they began, a fixed number per tick.
 *
 * This is all there is: no contents are read or written, no file system allocates memory on the way,
 * and no page comes back after it was reclaimed, unless somebody adds it again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "gfp.h"
#include "life/life.h"
#include "memory_map.h"
#include "page_cache.h"
#include "stages/stages.h"
#include "vmstat.h"
#include "world/world.h"

/**
 * @brief Make an address space.
 *
 * @param name for the reader
 * @param anonymous memory of a process, else a file
 * @return the address space, owned by the machine; NULL when the host has no memory
 */
struct address_space *address_space_new(const char *name, bool anonymous)
{
	struct address_space *space = calloc(1, sizeof(*space));

	if (!space)
		return NULL;
	snprintf(space->name, sizeof(space->name), "%s", name);
	space->anonymous = anonymous;
	space->next = world->address_spaces;
	world->address_spaces = space;
	return space;
}

/** Free the address spaces of a machine that is being unmade. */
void address_spaces_free(struct machine *machine)
{
	while (machine->address_spaces) {
		struct address_space *space = machine->address_spaces;

		machine->address_spaces = space->next;
		page_slots_free(space);
		free(space);
	}
}

/** Count a page in or out of what waits for a disk. */
static void count_write_pending(const struct page *page, enum node_stat_item item, int one)
{
	mod_lruvec_page_state(page, item, one);
	count_zone_page(page_zone(page), NR_ZONE_WRITE_PENDING, one);
}

/**
 * @brief Add a page to a file, or to anonymous memory: allocate it and put it on its list.
 *
 * File pages start inactive and clean, held by the page cache. Anonymous ones start active, mapped
 * once, held by that mapping.
 *
 * @param space the address space
 * @param gfp_mask mask of the allocation
 * @return the page, or NULL when there is none
 */
struct page *page_cache_add(struct address_space *space, gfp_t gfp_mask)
{
	struct page *page = alloc_pages(gfp_mask, 0);

	if (!page)
		return NULL;
	page->mapping = space;
	page->index = space->next_index++;
	page->private = 0;
	space->nrpages++;
	SetPageFlag(page, PG_uptodate);
	if (space->anonymous) {
		page->mapping = (void *)((unsigned long)space | PAGE_MAPPING_ANON);
		SetPageFlag(page, PG_swapbacked);
		SetPageFlag(page, PG_active);
		page->_mapcount = 0;
		mod_lruvec_page_state(page, NR_ANON_MAPPED, 1);
	} else {
		mod_lruvec_page_state(page, NR_FILE_PAGES, 1);
	}
	lru_cache_add(page);
	return page;
}

/**
 * @brief Put a page into a file's slot, charged to the group of whoever asks, and on its LRU list.
 *
 * @param page the page, nobody else's; the caller keeps a reference
 * @param space the file
 * @param index the slot, which holds no page
 * @param gfp_mask the caller's mask
 * @return 0; -ENOMEM when the group's limit forbids it, or when there is no room for the slot: then nothing is left of it,
 * and a shadow that was there still is
 */
int page_cache_add_at(struct page *page, struct address_space *space, unsigned long index,
		      gfp_t gfp_mask)
{
	void *entry;

	SetPageFlag(page, PG_locked);
	if (mem_cgroup_charge(page, gfp_mask)) {
		ClearPageFlag(page, PG_locked);
		return -ENOMEM;
	}
	entry = page_slot(space, index);
	if (!page_slot_set(space, index, page)) {
		mem_cgroup_uncharge(page);
		ClearPageFlag(page, PG_locked);
		return -ENOMEM;
	}
	get_page(page);
	page->mapping = space;
	page->index = index;
	page->private = 0;
	space->nrpages++;
	mod_lruvec_page_state(page, NR_FILE_PAGES, 1);
	/* Whoever is about to write anew does not care what was there. */
	if (entry && !(gfp_mask & __GFP_WRITE))
		workingset_refault(page, shadow_of_entry(entry));
	lru_cache_add(page);
	SetPageFlag(page, PG_uptodate);
	ClearPageFlag(page, PG_locked);
	return 0;
}

/**
 * @brief Add pages until there are enough, or the allocator has no more.
 *
 * @param space the address space
 * @param gfp_mask mask of the allocations
 * @param nr_pages pages wanted
 * @return pages added
 */
unsigned long page_cache_fill(struct address_space *space, gfp_t gfp_mask, unsigned long nr_pages)
{
	unsigned long done = 0;

	while (done < nr_pages && page_cache_add(space, gfp_mask))
		done++;
	return done;
}

/**
 * @brief Free one page of an address space, as when its owner is gone or a file is cut short.
 *
 * @param page the page, which no disk works on
 */
/* departs: 5.8.18 empties the pagevecs of the running CPU only. Where the page waits on another one's, it is
 * freed when that is emptied. */
void page_cache_drop(struct page *page)
{
	lru_add_drain_all();
	if (PageFlag(page, PG_lru))
		lru_list_del(page);
	if (page_mapped(page))
		mod_lruvec_page_state(page, PageAnon(page) ? NR_ANON_MAPPED : NR_FILE_MAPPED, -1);
	if (!PageAnon(page))
		mod_lruvec_page_state(page, NR_FILE_PAGES, -1);
	page->_mapcount = -1;
	page_owner(page)->nrpages--;
	page_slot_leave(page, NULL);
	page->mapping = NULL;
	page->private = 0;
	mem_cgroup_uncharge(page);
	set_page_count(page, 1);
	__free_pages(page, 0);
}

/**
 * @brief The process lets go of an anonymous page: it leaves the page tables, and gives up its place in swap.
 *
 * A page that is being written stays in the swap cache until reclaim finds it there. One that somebody has in his hands
 * stays until he puts it down.
 *
 * @param page the page
 * @return true when that was the last use of it, and it is free
 */
static bool page_let_go(struct page *page)
{
	bool last;

	if (page_mapped(page)) {
		mod_lruvec_page_state(page, NR_ANON_MAPPED, -1);
		page->_refcount -= page->_mapcount;
		page->_mapcount = -1;
	} else {
		get_page(page);
	}
	/* One reference is ours now. */
	if (PageFlag(page, PG_swapcache) && !PageFlag(page, PG_writeback)) {
		swap_cache_remove(page);
		world->nr_swap_pages++;
	}
	page->private &= ~LRU_SWAP_ENTRY;
	last = page_count(page) == 1;
	if (last) {
		page->private = 0;
		page_owner(page)->nrpages--;
	}
	put_page(page);
	return last;
}

/** A file page goes with its file, unless the disk works on it; true when it is free. */
static bool page_cut_off(struct page *page)
{
	if (PageFlag(page, PG_writeback))
		return false;
	page_cache_drop(page);
	return true;
}

/**
 * @brief The owner of an address space gives it up, in memory and in swap, but for a part.
 *
 * @param space the address space
 * @param keep pages in memory that stay, because they are locked there
 * @return pages freed; others are being written, or in somebody's hands, and follow
 */
unsigned long address_space_release_but(struct address_space *space, unsigned long keep)
{
	unsigned long freed = 0;

	space->orphaned = true;
	if (space->anonymous)
		lru_add_drain();
	for (unsigned long pfn = world->mem_map_start;
	     space->nrpages > keep && pfn < world->mem_map_end; pfn++) {
		struct page *page = pfn_to_page(pfn);

		if (pfn_valid(pfn) && !PageTail(page) && page_owner(page) == space &&
		    page_count(page) > 0)
			freed += space->anonymous ? page_let_go(page) : page_cut_off(page);
	}
	world->nr_swap_pages += space->swapped;
	space->swapped = 0;
	return freed;
}

/**
 * @brief The owner of an address space gives it up, in memory and in swap.
 *
 * @param space the address space
 * @return pages freed; others are being written, or in somebody's hands
 */
unsigned long address_space_release(struct address_space *space)
{
	return address_space_release_but(space, 0);
}

/** Enter a page into a page table: one more reference. Its place in swap is not looked for any more. */
void page_map(struct page *page, bool executable)
{
	if (++page->_mapcount == 0)
		mod_lruvec_page_state(page, PageAnon(page) ? NR_ANON_MAPPED : NR_FILE_MAPPED, 1);
	get_page(page);
	page->private &= ~LRU_SWAP_ENTRY;
	if (executable)
		page->private |= LRU_EXEC;
}

/** A mapped page is used: the accessed bit of one more page-table entry is set. */
void page_touch_mapped(struct page *page)
{
	if ((page->private & LRU_ACCESSED) < LRU_ACCESSED)
		page->private ++;
}

/** A file page is written to: it is dirty, and waits in the flushers' queue. */
void page_dirty(struct page *page)
{
	if (PageFlag(page, PG_dirty))
		return;
	SetPageFlag(page, PG_dirty);
	if (PageAnon(page))
		return;
	count_write_pending(page, NR_FILE_DIRTY, 1);
	inc_node_state(page_zone(page)->zone_pgdat, NR_DIRTIED);
}

/** End the write of a page; if reclaim waited for it, it is the next to be taken. */
static void end_page_writeback(struct page *page)
{
	ClearPageFlag(page, PG_writeback);
	count_write_pending(page, NR_WRITEBACK, -1);
	inc_node_state(page_zone(page)->zone_pgdat, NR_WRITTEN);
	if (PageFlag(page, PG_reclaim)) {
		ClearPageFlag(page, PG_reclaim);
		rotate_reclaimable_page(page);
	}
	put_page(page);
}

/** Give the disk a page to write; it has room. */
static void disk_enqueue(struct page *page)
{
	struct disk *disk = &world->life->disk;

	disk->queue[(disk->first + disk->nr_queued++) % DISK_QUEUE] = page;
}

/**
 * @brief Start writing a dirty page out. When the disk's queue is full, the writer waits a tick.
 *
 * @param page the page
 * @return true; false when the queue is full, and the disk has stopped
 */
bool page_write(struct page *page)
{
	struct disk *disk = &world->life->disk;
	struct address_space *owner = page_owner(page);

	if (disk->nr_queued == DISK_QUEUE && !owner->synchronous) {
		if (!disk->pages_per_tick)
			return false;
		world->jiffies++;
		disk_run(1);
	}
	ClearPageFlag(page, PG_dirty);
	if (!PageAnon(page))
		count_write_pending(page, NR_FILE_DIRTY, -1);
	SetPageFlag(page, PG_writeback);
	count_write_pending(page, NR_WRITEBACK, 1);
	get_page(page);
	if (owner->synchronous) {
		/* A RAM disk: done before anybody can look. */
		ClearPageFlag(page, PG_reclaim);
		end_page_writeback(page);
		return true;
	}
	disk_enqueue(page);
	return true;
}

/**
 * @brief The disk works: writes end in the order in which they began.
 *
 * @param ticks how long
 * @return pages written
 */
unsigned long disk_run(unsigned long ticks)
{
	struct disk *disk = &world->life->disk;
	unsigned long room = ticks * disk->pages_per_tick, done = 0;

	while (done < room && disk->nr_queued) {
		struct page *page = disk->queue[disk->first];

		disk->first = (disk->first + 1) % DISK_QUEUE;
		disk->nr_queued--;
		done++;
		end_page_writeback(page);
	}
	return done;
}

/** Do something to each page of one list, oldest first. Returns to how many it was done. */
static unsigned long each_of_list(struct list_head *list, bool (*what)(struct page *page))
{
	struct list_head *entry, *before;
	unsigned long done = 0;

	for (entry = list->prev; entry != list; entry = before) {
		before = entry->prev;
		done += what(list_entry(entry, struct page, lru));
	}
	return done;
}

/** The same for the pages that wait for their first list. */
static unsigned long each_that_waits(bool (*what)(struct page *page))
{
	unsigned long done = 0;
	int cpu;

	for_each_online_cpu(cpu) {
		const struct pagevec waiting = world->lru_pvecs[cpu][PVEC_LRU_ADD];

		for (unsigned int i = 0; i < waiting.nr; i++)
			done += what(waiting.pages[i]);
	}
	return done;
}

/** Give the disk a page that is being written. */
static bool requeue_page(struct page *page)
{
	if (!PageFlag(page, PG_writeback))
		return false;
	/* The disk works: this is where its life begins. */
	if (world->life->disk.nr_queued == DISK_QUEUE)
		disk_run(1);
	disk_enqueue(page);
	return true;
}

/**
 * @brief The disk goes on with what was being written when the machine was made, where nobody said in which order.
 */
void disk_resume(void)
{
	int nid;

	for_each_online_node(nid) {
		struct mem_cgroup *memcg = NULL;

		while ((memcg = memcg_next(NULL, memcg)))
			for (int lru = 0; lru < NR_LRU_LISTS; lru++)
				each_of_list(&mem_cgroup_lruvec(memcg, NODE_DATA(nid))->lists[lru],
					     requeue_page);
	}
	each_that_waits(requeue_page);
}

/** Start to write a page, if it is a dirty one of a file that can be written. */
static bool flush_page(struct page *page)
{
	struct address_space *owner = page_owner(page);

	if (!PageFlag(page, PG_dirty) || PageFlag(page, PG_writeback) || PageAnon(page) || !owner ||
	    owner->no_writer)
		return false;
	return page_write(page);
}

/**
 * @brief The flushers: start writing every dirty file page.
 *
 * departs: 5.8.18 goes by files and by the age of their dirty pages; here by the order of the lists.
 *
 * @return writes started
 */
unsigned long flushers_run(void)
{
	unsigned long started = 0;
	int nid;

	for_each_online_node(nid) {
		struct mem_cgroup *memcg = NULL;

		while ((memcg = memcg_next(NULL, memcg))) {
			struct lruvec *lruvec = mem_cgroup_lruvec(memcg, NODE_DATA(nid));

			started += each_of_list(&lruvec->lists[LRU_INACTIVE_FILE], flush_page);
			started += each_of_list(&lruvec->lists[LRU_ACTIVE_FILE], flush_page);
		}
	}
	return started + each_that_waits(flush_page);
}

/** Give the machine swap space of that many pages. */
void swap_on(unsigned long nr_pages)
{
	world->total_swap_pages += nr_pages;
	world->nr_swap_pages += nr_pages;
}

/** A device has too many requests, or not any more. */
void device_set_congested(struct address_space *space, bool congested)
{
	if (space->congested != congested)
		world->nr_congested_devices += congested ? 1 : -1;
	space->congested = congested;
}
