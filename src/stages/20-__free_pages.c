/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 20: the way back. Give a block back, and merge it with its free neighbours.
 *
 * A single page goes to the head of the running CPU's list, where the next request finds it while
 * it is still in the cache. When the list grows too long, a batch of its oldest pages goes on to the
 * buddy lists. Larger blocks go there at once.
 *
 * On the buddy lists a block looks for its **buddy**: the block of the same order that it was once
 * split from, whose PFN differs in exactly one bit. If the buddy is free as a whole, the two become
 * one block of the next order, and so on, up to order 10. What remains goes to the head of its list,
 * or to the tail if the next larger neighbour is free already: then its own buddy is worth waiting
 * for, and the block should be used last.
 */
#include "memory_map.h"
#include "stages/stages.h"
#include "tracepoints.h"
#include "vmstat.h"
#include "world/world.h"

/**
 * @brief Is this page the free buddy of a block?
 *
 * In a hole of the memory map, and beyond its ends, the answer is no: a page there is never marked free.
 *
 * @param page a page
 * @param buddy first page of the candidate
 * @param order order of both
 * @return true when the candidate is free as a block of exactly this order, in the same zone
 * @source mm/page_alloc.c:791
 */
/* departs: before it looks at a struct page, 5.8.18 asks whether the PFN is valid. A machine here has a struct
 * page for every PFN of a block of the largest order, blank in holes, and the mark of a blank one says the same. */
static bool page_is_buddy(const struct page *page, const struct page *buddy, unsigned int order)
{
	return PageBuddy(buddy) && page_order(buddy) == order && page_zone_id_equal(page, buddy);
}

/**
 * @brief Will this block probably merge soon? Then it should not be handed out first.
 *
 * A block whose buddy is not valid memory (a hole, or beyond the memory map) cannot merge, however free its
 * larger neighbour is.
 *
 * @param page first page of the block
 * @param pfn its PFN
 * @param buddy_pfn PFN of its buddy, which is not free
 * @param order its order
 * @return true when the block next to both is free as a whole, and the buddy is memory
 * @source mm/page_alloc.c:914
 */
static bool buddy_merge_likely(const struct page *page, unsigned long pfn, unsigned long buddy_pfn,
			       unsigned int order)
{
	unsigned long combined_pfn, higher_buddy_pfn;

	/* Step 1: only below order 9, where one more merge makes a difference */
	if (order >= MAX_ORDER - 2)
		return false;

	/* Step 2: look one order up: is the buddy of the merged block free? */
	combined_pfn = pfn & buddy_pfn;
	higher_buddy_pfn = combined_pfn ^ (2ul << order);
	if (!page_is_buddy(page - (pfn - combined_pfn), pfn_to_page(higher_buddy_pfn), order + 1))
		return false;

	/* Step 3: can the two merge at all, or is there a hole where the buddy would be? */
	return pfn_valid_within(buddy_pfn);
}

/**
 * @brief May a block merge across a pageblock's border?
 *
 * Isolated pageblocks must keep their pages apart from others.
 *
 * @param zone the zone, locked
 * @param pfn PFN of the block
 * @param order its order, at least pageblock_order
 * @param migratetype its type
 * @return false when exactly one of the two sides is isolated
 * @source mm/page_alloc.c:959
 */
static bool may_merge_pageblocks(const struct zone *zone, unsigned long pfn, unsigned int order,
				 int migratetype)
{
	int buddy_type;

	if (likely(!zone->nr_isolate_pageblock))
		return true;
	buddy_type = get_pfnblock_migratetype(pfn ^ (1ul << order));
	return migratetype == buddy_type ||
	       (!is_migrate_isolate(migratetype) && !is_migrate_isolate(buddy_type));
}

/**
 * @brief Give a block to direct compaction if it is waiting for exactly this one.
 *
 * @param capc what the running task waits for
 * @param zone the zone, locked
 * @param page first page of the block
 * @param order its order
 * @param migratetype its type
 * @return true when it was caught; it is then counted out as a whole, with what it had merged with
 * @source mm/page_alloc.c:825
 */
static __cold bool captured(struct capture_control *capc, struct zone *zone, struct page *page,
			    unsigned int order, int migratetype)
{
	if (!world->hooks.compaction_capture(capc, page, order, migratetype))
		return false;
	__mod_zone_freepage_state(zone, -(1l << order), migratetype);
	return true;
}

/**
 * @brief Put a block on the buddy lists, merged with its free neighbours.
 *
 * @param page first page
 * @param pfn its PFN
 * @param zone its zone, locked
 * @param order block of 2^order pages
 * @param migratetype lists that it goes to, whatever its neighbours were on
 * @source mm/page_alloc.c:959
 */
void __free_one_page(struct page *page, unsigned long pfn, struct zone *zone, unsigned int order,
		     int migratetype)
{
	struct capture_control *capc = current->capture_control;
	unsigned int max_order = pageblock_order;
	unsigned long buddy_pfn;
	struct page *buddy;

	/* Step 1: count it in, before merging: merging changes no count */
	if (likely(!is_migrate_isolate(migratetype)))
		__mod_zone_freepage_state(zone, 1l << order, migratetype);

	for (;; order++) {
		/* Step 2: at a pageblock's size, see whether merging may go on beyond it */
		if (order >= max_order) {
			if (order == MAX_ORDER - 1)
				break;
			if (!may_merge_pageblocks(zone, pfn, order, migratetype))
				break;
			max_order = MAX_ORDER - 1;
		}

		/* Step 3: direct compaction may be waiting for a block of exactly this order */
		if (unlikely(capc) && captured(capc, zone, page, order, migratetype))
			return;

		/* Step 4: merge with the buddy, if it is free as a whole */
		buddy_pfn = pfn ^ (1ul << order);
		buddy = page + ((long)buddy_pfn - (long)pfn);
		if (!page_is_buddy(page, buddy, order))
			break;
		del_page_from_free_list(buddy, zone, order);
		if (buddy_pfn < pfn) {
			page = buddy;
			pfn = buddy_pfn;
		}
	}

	/* Step 5: mark it free; to the tail if another merge is near, else to the head */
	set_page_order(page, order);
	if (buddy_merge_likely(page, pfn, pfn ^ (1ul << order), order))
		add_to_free_list_tail(page, zone, order, migratetype);
	else
		add_to_free_list(page, zone, order, migratetype);
}

/**
 * @brief Take a compound block apart: its later pages no longer point to the first.
 *
 * @param page first page
 * @param order block of 2^order pages, at least 1
 * @source mm/page_alloc.c:1114
 */
static void free_tail_pages(struct page *page, unsigned int order)
{
	ClearPageFlag(&page[1], PG_private_2);
	for (unsigned long i = 1; i < 1ul << order; i++) {
		page[i].mapping = NULL;
		page[i].compound_head = 0;
	}
}

/**
 * @brief Check and clean the later pages of a block that is being freed.
 *
 * @param page first page
 * @param order block of 2^order pages, at least 1
 * @return how many are bad; their flags stay
 * @source mm/page_alloc.c:1172
 */
static __aside int free_later_pages_prepare(struct page *page, unsigned int order)
{
	struct page *end = page + (1ul << order);
	int bad = 0;

	if (PageCompound(page))
		free_tail_pages(page, order);
	while (++page < end) {
		if (unlikely(check_free_page(page)))
			bad++;
		else
			page->flags &= ~PAGE_FLAGS_CHECK_AT_PREP;
	}
	return bad;
}

/**
 * @brief Clean a block that is being freed, and check that nobody uses it.
 *
 * @param page first page
 * @param order block of 2^order pages
 * @param check_free check the first page too; single pages are checked later, when they leave the
 * per-CPU list
 * @return false when a page is bad: the block must not be freed
 * @source mm/page_alloc.c:1172
 */
__quick bool free_pages_prepare(struct page *page, unsigned int order, bool check_free)
{
	int bad = 0;

	/* Step 1: report the free, before anything can go wrong */
	trace_mm_page_free(page, order);

	/* Step 2: the later pages of a block */
	if (unlikely(order))
		bad += free_later_pages_prepare(page, order);

	/* Step 3: the owner's tag on the mapping */
	if (unlikely((unsigned long)page->mapping & PAGE_MAPPING_FLAGS))
		page->mapping = NULL;

	/* Step 4: what was charged to a memory cgroup is given back to it */
	if (memcg_kmem_enabled() && PageKmemcg(page))
		world->hooks.memcg_uncharge_page(page, order);

	/* Step 5: the first page */
	if (check_free && unlikely(check_free_page(page)))
		bad++;
	if (unlikely(bad))
		return false;

	/* Step 6: no flag survives */
	page->flags &= ~PAGE_FLAGS_CHECK_AT_PREP;
	if (world->init_on_free)
		kernel_init_free_pages(page, 1ul << order);
	return true;
}

/**
 * @brief Put one block on the buddy lists, taking the zone's lock.
 *
 * @param zone its zone
 * @param page first page
 * @param pfn its PFN
 * @param order block of 2^order pages
 * @param migratetype its type as known before the lock was taken
 * @source mm/page_alloc.c:1382
 */
__quick void free_one_page(struct zone *zone, struct page *page, unsigned long pfn,
			   unsigned int order, int migratetype)
{
	spin_lock(&zone->lock);
	if (unlikely(zone->nr_isolate_pageblock || is_migrate_isolate(migratetype)))
		migratetype = get_pfnblock_migratetype(pfn);
	__free_one_page(page, pfn, zone, order, migratetype);
	spin_unlock(&zone->lock);
}

/**
 * @brief Free a block of more than one page.
 *
 * @param page first page, no references left
 * @param order block of 2^order pages
 * @source mm/page_alloc.c:1470
 */
void __free_pages_ok(struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);

	/* A block with a bad page is never seen again. */
	if (unlikely(!free_pages_prepare(page, order, true)))
		return;
	local_irq_disable();
	count_vm_events(PGFREE, 1ul << order);
	free_one_page(page_zone(page), page, pfn, order, get_pfnblock_migratetype(pfn));
	local_irq_enable();
}

/** Pages on their way from a per-CPU list to the buddy lists, oldest first. */
struct pcp_collection {
	struct per_cpu_pages *pcp;
	struct list_head pages;
	int left;  /**< pages still to collect */
	int batch; /**< pages to take in a row from one list */
	int type;  /**< list looked at last */
};

/**
 * @brief Go to the next list that has pages; the more empty ones are passed, the more it will give.
 *
 * @param c the collection
 * @source mm/page_alloc.c:1300
 */
static void next_filled_list(struct pcp_collection *c)
{
	do {
		c->batch++;
		if (++c->type == MIGRATE_PCPTYPES)
			c->type = 0;
	} while (list_empty(&c->pcp->lists[c->type]));

	/* Exactly three steps: this may be the only list with pages, so take all from it. */
	if (c->batch == MIGRATE_PCPTYPES)
		c->batch = c->left;
}

/**
 * @brief Take pages from the tail of one list until the run, the list or the need ends.
 *
 * @param c the collection
 * @source mm/page_alloc.c:1300
 */
static void collect_run(struct pcp_collection *c)
{
	struct list_head *list = &c->pcp->lists[c->type];

	do {
		struct page *page = list_entry(list->prev, struct page, lru);

		list_del(&page->lru);
		c->pcp->count--;
		/* A bad page is lost here. */
		if (likely(!check_free_page(page)))
			list_add_tail(&page->lru, &c->pages);
	} while (--c->left && --c->batch && !list_empty(list));
}

/**
 * @brief Send the oldest pages of a CPU's lists to the buddy lists.
 *
 * The three lists are emptied in turn, starting with the movable one. The length of a run grows with
 * the number of empty lists passed, and what a list could not give is carried to the next.
 *
 * @param zone the zone
 * @param count pages; no more go than there are
 * @param pcp the CPU's pages
 * @source mm/page_alloc.c:1300
 */
void free_pcppages_bulk(struct zone *zone, int count, struct per_cpu_pages *pcp)
{
	struct pcp_collection c = { .pcp = pcp };
	struct list_head *entry, *next;
	bool isolated_pageblocks;

	/* Step 1: collect */
	c.left = count < pcp->count ? count : pcp->count;
	INIT_LIST_HEAD(&c.pages);
	while (c.left) {
		next_filled_list(&c);
		collect_run(&c);
	}

	/* Step 2: release in the order collected; each may merge with those before it */
	spin_lock(&zone->lock);
	isolated_pageblocks = zone->nr_isolate_pageblock;
	list_for_each_safe(entry, next, &c.pages) {
		struct page *page = list_entry(entry, struct page, lru);
		unsigned long pfn = page_to_pfn(page);
		/* The type recorded when the page came to the list, even if it is stale by now. */
		int migratetype = get_pcppage_migratetype(page);

		if (unlikely(isolated_pageblocks))
			migratetype = get_pfnblock_migratetype(pfn);
		__free_one_page(page, pfn, zone, 0, migratetype);
		trace_mm_page_pcpu_drain(page, 0, migratetype);
	}
	spin_unlock(&zone->lock);
}

/**
 * @brief Clean a single page and note the type of its pageblock.
 *
 * @param page the page, no references left
 * @param pfn its PFN
 * @source mm/page_alloc.c:3100
 */
static void free_unref_page_prepare(struct page *page, unsigned long pfn)
{
	/* Without the check of the first page, nothing can fail. */
	free_pages_prepare(page, 0, false);
	set_pcppage_migratetype(page, get_pfnblock_migratetype(pfn));
}

/**
 * @brief Put a single page on the running CPU's list, and trim the list if it got too long.
 *
 * @param page the page, prepared
 * @param pfn its PFN
 * @source mm/page_alloc.c:3112
 */
static void free_unref_page_commit(struct page *page, unsigned long pfn)
{
	int migratetype = get_pcppage_migratetype(page);
	struct zone *zone = page_zone(page);
	struct per_cpu_pages *pcp;

	count_vm_events(PGFREE, 1);

	/* Step 1: types without a list of their own: isolated pages go straight on, others share
	 * the movable list and remember their type */
	if (unlikely(migratetype >= MIGRATE_PCPTYPES)) {
		if (is_migrate_isolate(migratetype)) {
			free_one_page(zone, page, pfn, 0, migratetype);
			return;
		}
		migratetype = MIGRATE_MOVABLE;
	}

	/* Step 2: to the head of the list */
	pcp = &zone->pageset[smp_processor_id()].pcp;
	list_add(&page->lru, &pcp->lists[migratetype]);

	/* Step 3: a list that got too long gives up a batch of its oldest pages */
	if (++pcp->count >= pcp->high)
		free_pcppages_bulk(zone, pcp->batch, pcp);
}

/**
 * @brief Free a single page.
 *
 * @param page the page, no references left
 * @source mm/page_alloc.c:3148
 */
void free_unref_page(struct page *page)
{
	unsigned long pfn = page_to_pfn(page);

	free_unref_page_prepare(page, pfn);
	local_irq_disable();
	free_unref_page_commit(page, pfn);
	local_irq_enable();
}

/**
 * @brief Free a list of single pages, in list order.
 *
 * @param list the pages, linked by lru, no references left; empty afterwards
 * @source mm/page_alloc.c:3164
 */
/* departs: 5.8.18 lets interrupts in for a moment after every 32 pages; here none could come. It also leaves the head
 * of the list as it was, pointing at pages that are gone. */
void free_unref_page_list(struct list_head *list)
{
	struct list_head *entry, *next;

	/* Step 1: clean them all */
	list_for_each(entry, list) {
		struct page *page = list_entry(entry, struct page, lru);

		free_unref_page_prepare(page, page_to_pfn(page));
	}

	/* Step 2: hand them over one by one */
	local_irq_disable();
	list_for_each_safe(entry, next, list) {
		struct page *page = list_entry(entry, struct page, lru);

		/* The kernel kept the PFN here between the two steps. */
		page->private = 0;
		trace_mm_page_free_batched(page);
		free_unref_page_commit(page, page_to_pfn(page));
	}
	local_irq_enable();
	INIT_LIST_HEAD(list);
}

/**
 * @brief Is this a block that somebody holds and may give back?
 *
 * @param page first page
 * @param order block of 2^order pages
 * @return false, and a report, when it is not
 * @source none (ours: what 5.8.18 leaves undefined here is refused)
 */
static bool may_be_freed(const struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);

	if (order < MAX_ORDER && page->_refcount > 0 && !(pfn & ((1ul << order) - 1)))
		return true;
	if (order >= MAX_ORDER)
		bug("__free_pages: order %u is above %d", order, MAX_ORDER - 1);
	else if (page->_refcount <= 0)
		bug("__free_pages: page %#lx is free already, or a later page of a block", pfn);
	else
		bug("__free_pages: page %#lx does not start a block of order %u", pfn, order);
	return false;
}

/**
 * @brief Drop a reference to a block; the last one gives it back.
 *
 * @param page first page, as the allocator returned it
 * @param order the order it was allocated with
 * @source mm/page_alloc.c:4914
 */
/* departs: 5.8.18 trusts page and order. A misaligned order, or one that is too large, breaks its lists
 * without notice. A page without references gets a negative count, which a later check finds. Here either
 * is reported and refused. */
void __free_pages(struct page *page, unsigned int order)
{
	if (unlikely(!may_be_freed(page, order)))
		return;
	/* Step 1: somebody else may still hold it */
	if (!put_page_testzero(page))
		return;
	/* Step 2: single pages go to the CPU's list, blocks to the buddy lists */
	if (order == 0)
		free_unref_page(page);
	else
		__free_pages_ok(page, order);
}
