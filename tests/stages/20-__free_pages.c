/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The way back: per-CPU lists, merging, checks, and frees that are refused.
 */
#include <stdio.h>

#include "byhand.h"

/* Pages of a block as an allocation leaves them: one reference on the first. */
static struct page *block(unsigned long pfn, unsigned int order)
{
	for (unsigned long i = 1; i < 1ul << order; i++)
		set_page_count(P(pfn + i), 0);
	return P(pfn);
}

/* Give back a block as it was allocated. Interrupts are on again afterwards, and the zone's lock is free. */
static void give(unsigned long pfn, unsigned int order)
{
	__free_pages(order < MAX_ORDER ? block(pfn, order) : P(pfn), order);
	ck_assert_int_eq(world->irqs_disabled, 0);
	ck_assert(!page_zone(P(pfn))->lock.held);
}

/* ---- single pages ---- */

/* Expect a free to put the page at the head, a request to take it from there, and no counter to move. */
TEST(free_unref_page_last_freed_is_first_taken, "20-1")
{
	struct zone *zone = hand_one_zone();

	give(0x40000, 0);
	give(0x40010, 0);
	ck_assert_str_eq(test_pcp_list(zone, 0, M), "40010 40000");
	ck_assert_str_eq(test_take_events(), "free 40000 0; free 40010 0");
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 0);
	ck_assert_uint_eq(world->vm_event[PGFREE], 2);
	ck_assert_ptr_eq(rmqueue(zone, zone, 0, GFP_KERNEL, 0, M), P(0x40010));
}

/*
 * High 18, batch 3, all three lists count together. Expect the 18th page to trigger the trim of the
 * three oldest, one from each list: movable, reclaimable, unmovable.
 */
TEST(free_unref_page_trims_at_high, "20-1")
{
	struct zone *zone = hand_one_zone();

	hand_pageblock(0x40200, R);
	hand_pageblock(0x40400, U);
	for (unsigned long i = 0; i < 17; i++)
		give(0x40000 + 0x200 * (i % 3) + 2 * i, 0);
	ck_assert_int_eq(zone->pageset[0].pcp.count, 17);
	test_forget_events();
	give(0x40100, 0);
	ck_assert_int_eq(zone->pageset[0].pcp.count, 15);
	ck_assert_str_eq(test_take_events(),
			 "free 40100 0; pcpu_drain 40000 0 1; pcpu_drain 40202 0 2; "
			 "pcpu_drain 40404 0 0");
	test_check_zone(zone, true);
}

/* Expect a list of high 0, as before the pagesets are made, to pass every page on at once. */
TEST(free_unref_page_high_0_passes_on, "20-1")
{
	struct zone *zone = hand_one_zone();

	zone->pageset[0].pcp.high = 0;
	zone->pageset[0].pcp.batch = 1;
	give(0x40000, 0);
	ck_assert_int_eq(zone->pageset[0].pcp.count, 0);
	ck_assert_str_eq(test_free_list(zone, 0, M), "40000");
}

/* Expect a count above high after a refill to stay until the next free. */
TEST(free_unref_page_refill_alone_trims_nothing, "20-1")
{
	struct zone *zone = hand_one_zone();

	zone->pageset[0].pcp.high = 2;
	hand_lay(0x40000, 3, M);
	rmqueue(zone, zone, 0, GFP_KERNEL, 0, M);
	ck_assert_int_eq(zone->pageset[0].pcp.count, 2);
	rmqueue(zone, zone, 0, GFP_KERNEL, 0, U);
	ck_assert_int_eq(zone->pageset[0].pcp.count, 4);
	give(0x40100, 0);
	ck_assert_int_eq(zone->pageset[0].pcp.count, 2);
}

/* ---- the order of draining ---- */

/*
 * The worked example: M 0, R 1, U 10 pages, 7 wanted.
 *
 *   round 1   M empty, R: run of 2, gives 1, 1 carried over
 *   round 2   U: run of 2, gives 2
 *   round 3   M empty, R empty, U: third step, so all 4 that are still wanted
 */
TEST(free_pcppages_bulk_worked_example, "20-2")
{
	struct zone *zone = hand_pcp_lists(10, 0, 1);

	free_pcppages_bulk(zone, 7, &zone->pageset[0].pcp);
	ck_assert_str_eq(test_take_events(), "pcpu_drain 40400 0 2; pcpu_drain 40000 0 0; "
					     "pcpu_drain 40002 0 0; pcpu_drain 40004 0 0; "
					     "pcpu_drain 40006 0 0; pcpu_drain 40008 0 0; "
					     "pcpu_drain 4000a 0 0");
	ck_assert_int_eq(zone->pageset[0].pcp.count, 4);
}

/* Expect the movable list first, the tail of each list, and one page a list while all have some. */
TEST(free_pcppages_bulk_begins_with_movable, "20-2")
{
	struct zone *zone = hand_pcp_lists(2, 2, 2);

	free_pcppages_bulk(zone, 4, &zone->pageset[0].pcp);
	ck_assert_str_eq(test_take_events(), "pcpu_drain 40200 0 1; pcpu_drain 40400 0 2; "
					     "pcpu_drain 40000 0 0; pcpu_drain 40202 0 1");
	/* More than there are: all that are left. */
	free_pcppages_bulk(zone, 99, &zone->pageset[0].pcp);
	ck_assert_int_eq(zone->pageset[0].pcp.count, 0);
}

/* The rule in plain words, once more: which list each page comes from. */
static void expected_lists(const int *length, int wanted, char *text)
{
	int left[MIGRATE_PCPTYPES] = { length[0], length[1], length[2] };
	int n = length[0] + length[1] + length[2], list = 0, run = 0;

	n = wanted < n ? wanted : n;
	while (n > 0) {
		do {
			run += 1;
			list = (list + 1) % 3;
		} while (!left[list]);
		if (run == 3)
			run = n;
		for (;;) {
			left[list]--;
			*text++ = (char)('0' + list);
			if (--n == 0)
				break;
			if (--run == 0 || !left[list])
				break;
		}
	}
	*text = '\0';
}

static char drained_lists[64];

static void note_list(const struct trace_event *event, void *context)
{
	size_t length = strlen(drained_lists);

	(void)context;
	drained_lists[length] = (char)('0' + ((event->field[0] >> 9) & 3));
	drained_lists[length + 1] = '\0';
}

/* Expect the same for all lengths up to 4 and all requests up to 13: 1625 cases. */
TEST(free_pcppages_bulk_all_small_cases, "20-2")
{
	char expected[64];

	for (int code = 0; code < 125; code++)
		for (int wanted = 1; wanted <= 13; wanted++) {
			const int length[] = { code % 5, code / 5 % 5, code / 25 };
			struct zone *zone = hand_pcp_lists(length[0], length[1], length[2]);

			world->subscriber = note_list;
			drained_lists[0] = '\0';
			free_pcppages_bulk(zone, wanted, &zone->pageset[0].pcp);
			expected_lists(length, wanted, expected);
			ck_assert_str_eq(drained_lists, expected);
			machine_free(world);
		}
}

/* Expect a page whose state is bad when it leaves the list to be dropped; it is one of those wanted. */
TEST(free_pcppages_bulk_drops_bad_page, "20-6")
{
	struct zone *zone = hand_pcp_lists(0, 3, 0);

	P(0x40200)->mapping = zone;
	free_pcppages_bulk(zone, 2, &zone->pageset[0].pcp);
	ck_assert_str_eq(test_take_events(), "pcpu_drain 40202 0 1");
	ck_assert_int_eq(zone->pageset[0].pcp.count, 1);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 1);
	ck_assert(strstr(test_take_console(), "non-NULL mapping") != NULL);
}

/* ---- which list a page returns to ---- */

/* Expect CMA and highatomic pages on the movable list, and back on their own lists after the drain. */
TEST(free_unref_page_special_types_share_movable_list, "20-5")
{
	struct zone *zone = hand_one_zone();

	hand_pageblock(0x40200, C);
	hand_pageblock(0x40400, H);
	give(0x40200, 0);
	give(0x40400, 0);
	ck_assert_str_eq(test_pcp_list(zone, 0, M), "40400 40200");
	drain_pages(0);
	ck_assert_str_eq(test_take_events(), "free 40200 0; free 40400 0; pcpu_drain 40200 0 4; "
					     "pcpu_drain 40400 0 3");
	ck_assert_str_eq(test_free_list(zone, 0, C), "40200");
	ck_assert_str_eq(test_free_list(zone, 0, H), "40400");
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 2);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_CMA_PAGES], 1);
}

/* Expect the recorded type to be used although the pageblock's changed meanwhile. */
TEST(free_pcppages_bulk_uses_stale_type, "20-5")
{
	struct zone *zone = hand_one_zone();

	give(0x40000, 0);
	hand_pageblock(0x40000, U);
	drain_pages(0);
	ck_assert_str_eq(test_free_list(zone, 0, M), "40000");
}

/* Expect a refilled page that was never handed out to return to the list it was removed from. */
TEST(free_pcppages_bulk_refilled_page_returns_to_its_list, "20-5")
{
	struct zone *zone = hand_one_zone();

	hand_pageblock(0x40000, M);
	hand_lay(0x40000, 1, U);
	rmqueue(zone, zone, 0, GFP_KERNEL, 0, U);
	drain_pages(0);
	ck_assert_str_eq(test_free_list(zone, 0, U), "40001");
}

/* ---- merging ---- */

/*
 *   40000 40001 | 40002 40003 | 40004 .. 40007
 *   free  GIVEN   free (1)      free (2)
 *
 * Expect one block of order 3, on the list of the freed page's type, whatever the others were on.
 */
TEST(__free_one_page_merges_with_buddies_of_any_type, "20-3")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40000, 0, U);
	hand_lay(0x40002, 1, R);
	hand_lay(0x40004, 2, M);
	free_one_page(zone, P(0x40001), 0x40001, 0, M);
	ck_assert_str_eq(test_free_list(zone, 3, M), "40000");
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 8);
	ck_assert_int_eq(get_pfnblock_migratetype(0x40000), M);
	for (unsigned int order = 0; order < 3; order++)
		ck_assert_uint_eq(zone->free_area[order].nr_free, 0);
}

/* Expect no merging with a buddy that is in use, or free as part of another order. */
TEST(__free_one_page_needs_buddy_of_same_order, "20-3")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40002, 0, M);
	give(0x40000, 1);
	ck_assert_str_eq(test_free_list(zone, 1, M), "40000");
	ck_assert_str_eq(test_free_list(zone, 0, M), "40002");
}

/* Expect two pageblocks of different types to merge to order 10, and no further. */
TEST(__free_one_page_merges_up_to_order_10, "20-3")
{
	struct zone *zone = hand_one_zone();

	hand_pageblock(0x40200, U);
	hand_lay(0x40200, 9, U);
	hand_lay(0x40400, 10, M);
	give(0x40000, 9);
	ck_assert_str_eq(test_free_list(zone, 10, M), "40000 40400");
	ck_assert_int_eq(get_pfnblock_migratetype(0x40200), U);
	/* A block of order 10 is put back as it is. */
	give(0x40800, 10);
	ck_assert_str_eq(test_free_list(zone, 10, M), "40800 40000 40400");
}

/*
 *   DMA 40000..400ff | DMA32 40100..      two zones, buddies of order 8 next to each other
 */
TEST(__free_one_page_never_merges_across_zones, "20-3")
{
	const struct hand_zone zones[] = { { 0, ZONE_DMA, 0x40000, 0x100 },
					   { 0, ZONE_DMA32, 0x40100, 0x300 } };

	hand_machine(zones, 2, 1);
	hand_lay(0x40000, 8, M);
	give(0x40100, 8);
	ck_assert_str_eq(test_free_list(test_zone(0, ZONE_DMA), 8, M), "40000");
	ck_assert_str_eq(test_free_list(test_zone(0, ZONE_DMA32), 8, M), "40100");
}

#ifdef CONFIG_NUMA
/* The same with two nodes. */
TEST(__free_one_page_never_merges_across_nodes, "20-3")
{
	const struct hand_zone zones[] = { { 0, ZONE_DMA, 0x40000, 0x100 },
					   { 1, ZONE_DMA, 0x40100, 0x300 } };

	hand_machine(zones, 2, 1);
	hand_lay(0x40000, 8, M);
	give(0x40100, 8);
	ck_assert_str_eq(test_free_list(test_zone(0, ZONE_DMA), 8, M), "40000");
	ck_assert_str_eq(test_free_list(test_zone(1, ZONE_DMA), 8, M), "40100");
}
#endif

/* Expect the end of memory to stop merging: there is nothing where the buddy would be. */
TEST(__free_one_page_stops_at_end_of_memory, "20-3")
{
	const struct hand_zone odd = { 0, ZONE_DMA, 0x40000, 0x2bd };
	struct zone *zone;

	hand_machine(&odd, 1, 1);
	zone = test_zone(0, ZONE_DMA);
	free_one_page(zone, P(0x402bc), 0x402bc, 0, M);
	ck_assert_str_eq(test_free_list(zone, 0, M), "402bc");
}

/* ---- head or tail ---- */

/* Free `pfn` with one other block of its order listed before; was it put to the tail? */
static bool at_tail(struct zone *zone, unsigned long pfn, unsigned int order)
{
	unsigned long listed = zone->free_area[order].nr_free;
	const char *text;
	char head[16], tail[16];

	hand_lay(0x41000, order, M);
	free_one_page(zone, P(pfn), pfn, order, M);
	text = test_free_list(zone, (int)order, M);
	ck_assert_uint_eq(zone->free_area[order].nr_free, listed + 2);
	snprintf(head, sizeof(head), "%lx ", pfn);
	snprintf(tail, sizeof(tail), " %lx", pfn);
	/* On the list once: at one end, and not at the other. */
	ck_assert_int_ne(!strncmp(text, head, strlen(head)),
			 !strcmp(text + strlen(text) - strlen(tail), tail));
	return strncmp(text, head, strlen(head)) != 0;
}

/*
 *   40000 40001 | 40002 40003 |
 *   GIVEN in use  free (1)
 *
 * Expect the tail: when 40001 comes back, all four merge. With the neighbours free as two single pages,
 * or as part of a larger block, expect the head.
 */
TEST(buddy_merge_likely_neighbour_of_next_order_free, "20-4")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40002, 1, M);
	ck_assert(at_tail(zone, 0x40000, 0));

	zone = hand_one_zone();
	ck_assert(!at_tail(zone, 0x40000, 0));

	zone = hand_one_zone();
	hand_lay(0x40002, 0, M);
	ck_assert(!at_tail(zone, 0x40000, 0));

	/* The upper of two buddies looks to the same neighbour. */
	zone = hand_one_zone();
	hand_lay(0x40002, 1, M);
	ck_assert(at_tail(zone, 0x40001, 0));

	/* A block below: 40004 .. 40007 with its neighbour 40000 .. 40003. */
	zone = hand_one_zone();
	hand_lay(0x40000, 2, M);
	ck_assert(at_tail(zone, 0x40004, 1));
}

/* Expect order 8 to look for a free order 9, and orders 9 and 10 always to go to the head. */
TEST(buddy_merge_likely_only_below_order_9, "20-4")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40200, 9, M);
	ck_assert(at_tail(zone, 0x40000, 8));

	zone = hand_one_zone();
	hand_lay(0x40400, 10, M);
	ck_assert(!at_tail(zone, 0x40000, 9));
}

/* Expect the head where the buddy or the neighbour lies outside memory, or in another zone. */
TEST(buddy_merge_likely_needs_valid_neighbours, "20-4")
{
	const struct hand_zone ends_at_buddy = { 0, ZONE_DMA, 0x40000, 0x12bd };
	const struct hand_zone ends_at_neighbour = { 0, ZONE_DMA, 0x40000, 0x12ba };
	const struct hand_zone zones[] = { { 0, ZONE_DMA, 0x40000, 0x1400 },
					   { 0, ZONE_DMA32, 0x41400, 0x400 } };

	hand_machine(&ends_at_buddy, 1, 1);
	ck_assert(!at_tail(test_zone(0, ZONE_DMA), 0x412bc, 0));
	hand_machine(&ends_at_neighbour, 1, 1);
	ck_assert(!at_tail(test_zone(0, ZONE_DMA), 0x412b8, 0));
	hand_machine(zones, 2, 1);
	hand_lay(0x41400, 8, M);
	ck_assert(!at_tail(test_zone(0, ZONE_DMA), 0x41300, 7));
}

/*
 *   40104 40105 | 40106 40107
 *    free (1)     GIVEN  hole
 *
 * Expect the head where the buddy is a hole, although the neighbour of the next order is free as a whole; and the
 * tail once the buddy is there.
 */
TEST(buddy_merge_likely_needs_a_buddy, "20-4")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40104, 1, M);
	world->range[1] = world->range[0];
	world->range[0].end_pfn = 0x40107;
	world->range[1].start_pfn = 0x40108;
	world->nr_ranges = 2;
	ck_assert(!at_tail(zone, 0x40106, 0));

	zone = hand_one_zone();
	hand_lay(0x40104, 1, M);
	ck_assert(at_tail(zone, 0x40106, 0));
}

/* ---- cleaning and checking ---- */

/* Expect a compound block to lose its links, its head flag and the tail pages' poisoned mapping. */
TEST(free_pages_prepare_takes_compound_block_apart, "20-7")
{
	struct zone *zone = hand_one_zone();

	prep_new_page(P(0x40000), 2, GFP_KERNEL | __GFP_COMP, 0);
	SetPageFlag(P(0x40001), PG_private_2);
	give(0x40000, 2);
	ck_assert_str_eq(test_take_events(), "free 40000 2");
	ck_assert_str_eq(test_free_list(zone, 2, M), "40000");
	ck_assert(!PageFlag(P(0x40000), PG_head));
	for (int i = 1; i < 4; i++) {
		ck_assert_ptr_null(P(0x40000)[i].mapping);
		ck_assert(!PageTail(P(0x40000) + i));
	}
	ck_assert(!PageFlag(P(0x40001), PG_private_2));
	ck_assert_uint_eq(world->vm_event[PGFREE], 4);
	ck_assert(!world->tainted);
}

/* Expect flags that do not show use to be wiped on all pages, and a tagged mapping to be cleared. */
TEST(free_pages_prepare_wipes_flags_and_tags, "20-7")
{
	struct zone *zone = hand_one_zone();
	struct page *page = block(0x40000, 1);

	SetPageFlag(&page[0], PG_uptodate);
	SetPageFlag(&page[1], PG_dirty);
	page->mapping = (void *)1ul;
	give(0x40000, 1);
	ck_assert_str_eq(test_free_list(zone, 1, M), "40000");
	ck_assert_uint_eq(page[0].flags & PAGE_FLAGS_CHECK_AT_PREP, 0);
	ck_assert_uint_eq(page[1].flags & PAGE_FLAGS_CHECK_AT_PREP, 0);
	ck_assert_ptr_null(page->mapping);

	page = block(0x40010, 1);
	page->mapping = (void *)2ul;
	give(0x40010, 1);
	ck_assert_ptr_null(page->mapping);
	ck_assert(!world->tainted);
}

/* Expect a block with a bad page to be lost, after its free was reported; the flags of bad pages stay. */
TEST(__free_pages_ok_bad_block_is_lost, "20-6")
{
	struct zone *zone = hand_one_zone();
	struct page *page = block(0x40000, 2);

	SetPageFlag(&page[1], PG_dirty);
	SetPageFlag(&page[2], PG_locked);
	give(0x40000, 2);
	ck_assert_str_eq(test_take_events(), "free 40000 2");
	ck_assert_uint_eq(zone->free_area[2].nr_free, 0);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 0);
	ck_assert_uint_eq(world->vm_event[PGFREE], 0);
	ck_assert(PageFlag(&page[2], PG_locked));
	ck_assert(!PageFlag(&page[1], PG_dirty));
	ck_assert(strstr(test_take_console(), "pfn:40002") != NULL);

	/* What a compound block may have in its later pages, others may not. */
	page = block(0x40020, 1);
	page[1].mapping = zone;
	give(0x40020, 1);
	ck_assert(strstr(test_take_console(), "pfn:40021") != NULL);
	page = block(0x40030, 1);
	SetPageFlag(&page[1], PG_private_2);
	give(0x40030, 1);
	ck_assert(strstr(test_take_console(), "pfn:40031") != NULL);
	ck_assert_uint_eq(zone->free_area[1].nr_free, 0);
	test_forget_events();
	/* The first page is checked too, by its untagged mapping for example. */
	page = block(0x40010, 1);
	page->mapping = zone;
	give(0x40010, 1);
	ck_assert_uint_eq(zone->free_area[1].nr_free, 0);
	ck_assert(strstr(test_take_console(), "non-NULL mapping") != NULL);
}

/* Expect bad flags of a single page to go unnoticed: they are wiped before anyone looks. */
TEST(free_unref_page_flags_go_unnoticed, "20-6")
{
	struct zone *zone = hand_one_zone();

	SetPageFlag(P(0x40000), PG_locked);
	give(0x40000, 0);
	drain_pages(0);
	ck_assert_str_eq(test_free_list(zone, 0, M), "40000");
	ck_assert(!world->tainted);
}

static int uncharged;

static void count_uncharge(struct page *page, unsigned int order)
{
	uncharged += 1 << order;
	page->mem_cgroup = NULL;
	__ClearPageKmemcg(page);
}

/* Expect a charged page to be uncharged while kernel memory is accounted, and only then. */
TEST(free_pages_prepare_uncharges, "20-7")
{
	struct zone *zone = hand_one_zone();
	struct page *page = block(0x40000, 2);

	world->hooks.memcg_uncharge_page = count_uncharge;
	world->memcg_kmem_enabled = 1;
	__SetPageKmemcg(page);
	give(0x40000, 2);
	ck_assert_int_eq(uncharged, 4);
	ck_assert_str_eq(test_free_list(zone, 2, M), "40000");
	give(0x40010, 0);
	ck_assert_int_eq(uncharged, 4);

	world->memcg_kmem_enabled = 0;
	__SetPageKmemcg(P(0x40020));
	give(0x40020, 0);
	ck_assert_int_eq(uncharged, 4);
}

/* Expect all pages of a block to be zeroed when it is freed, if the machine is set so. */
TEST(free_pages_prepare_init_on_free, "20-7")
{
	char *bytes;

	hand_one_zone();
	block(0x40000, 1);
	bytes = page_address(P(0x40000));
	memset(bytes, 0x5a, 3 << PAGE_SHIFT);
	give(0x40000, 1);
	ck_assert_int_eq(bytes[0], 0x5a);

	world->init_on_free = true;
	block(0x40010, 1);
	bytes = page_address(P(0x40010));
	memset(bytes, 0x5a, 3 << PAGE_SHIFT);
	give(0x40010, 1);
	ck_assert_int_eq(bytes[0], 0);
	ck_assert_int_eq(bytes[(2 << PAGE_SHIFT) - 1], 0);
	ck_assert_int_eq(bytes[2 << PAGE_SHIFT], 0x5a);
}

/* Expect a page that somebody else holds to lose one reference and nothing else. */
TEST(__free_pages_last_reference_frees, "20-11")
{
	struct zone *zone = hand_one_zone();

	get_page(P(0x40000));
	give(0x40000, 0);
	ck_assert_int_eq(page_count(P(0x40000)), 1);
	ck_assert_str_eq(test_take_events(), "");
	give(0x40000, 0);
	ck_assert_int_eq(zone->pageset[0].pcp.count, 1);
}

/* ---- a list of pages ---- */

/* Expect all pages to be announced first, then handed over one by one in list order. */
TEST(free_unref_page_list_announces_then_hands_over, "20-9")
{
	struct zone *zone = hand_one_zone();
	struct list_head list;

	INIT_LIST_HEAD(&list);
	for (unsigned long pfn = 0x40010; pfn < 0x40013; pfn++) {
		set_page_count(P(pfn), 0);
		P(pfn)->private = 7;
		list_add_tail(&P(pfn)->lru, &list);
	}
	zone->pageset[0].pcp.high = 3;
	free_unref_page_list(&list);
	ck_assert_str_eq(test_take_events(),
			 "free 40010 0; free 40011 0; free 40012 0; "
			 "free_batched 40010; free_batched 40011; free_batched 40012; "
			 "pcpu_drain 40010 0 1; pcpu_drain 40011 0 1; pcpu_drain 40012 0 1");
	ck_assert(list_empty(&list));
	ck_assert_str_eq(test_free_list(zone, 1, M), "40010");
	/* What the owner kept in private is gone, here from the half of a block and from a block of one page. */
	ck_assert_uint_eq(P(0x40011)->private, 0);
	ck_assert_uint_eq(P(0x40012)->private, 0);
	/* A page that is freed alone keeps it. */
	zone->pageset[0].pcp.high = 18;
	P(0x40020)->private = 7;
	give(0x40020, 0);
	ck_assert_uint_eq(P(0x40020)->private, 7);
	test_forget_events();
	free_unref_page_list(&list);
	ck_assert_str_eq(test_take_events(), "");
}

/* Expect frees in an isolated pageblock to go straight to its lists, uncounted, without drain event; nothing is taken from it. */
TEST(free_in_isolated_pageblock_bypasses_pcp, "20-8")
{
	struct zone *zone = hand_one_zone();

	hand_isolate(0x40000);
	test_forget_events();
	give(0x40000, 0);
	give(0x40010, 3);
	ck_assert_str_eq(test_take_events(), "free 40000 0; free 40010 3");
	ck_assert_int_eq(zone->pageset[0].pcp.count, 0);
	ck_assert_str_eq(test_free_list(zone, 0, I), "40000");
	ck_assert_str_eq(test_free_list(zone, 3, I), "40010");
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 0);
	ck_assert_ptr_null(rmqueue(zone, zone, 0, GFP_KERNEL, 0, M));
	ck_assert_ptr_null(rmqueue(zone, zone, 2, GFP_KERNEL, ALLOC_HARDER, M));
}

/* Expect every free to look at the pageblock's present type while any pageblock is isolated. */
TEST(free_uses_present_type_while_isolated, "20-8")
{
	struct zone *zone = hand_one_zone();

	hand_isolate(0x40600);
	give(0x40000, 0);
	hand_pageblock(0x40000, U);
	drain_pages(0);
	ck_assert_str_eq(test_take_events(), "free 40000 0; pcpu_drain 40000 0 0");
	ck_assert_str_eq(test_free_list(zone, 0, U), "40000");
	/* The stale type that a caller brings is replaced as well. */
	free_one_page(zone, P(0x40010), 0x40010, 0, M);
	ck_assert_str_eq(test_free_list(zone, 0, U), "40010 40000");
	/* So is "isolated" when the isolation has ended meanwhile. */
	zone->nr_isolate_pageblock = 0;
	free_one_page(zone, P(0x40020), 0x40020, 0, I);
	ck_assert_str_eq(test_free_list(zone, 0, U), "40020 40010 40000");
}

/* Two neighbouring pageblocks; which of them is isolated? Frees the first and gives the resulting order. */
static unsigned int order_after_free(bool first, bool second, bool other)
{
	hand_one_zone();

	hand_lay(0x40200, 9, M);
	if (first)
		hand_isolate(0x40000);
	if (second)
		hand_isolate(0x40200);
	if (other)
		hand_isolate(0x41000);
	give(0x40000, 9);
	return page_order(P(0x40000));
}

/* Expect pageblocks not to merge when exactly one of the two is isolated. */
TEST(__free_one_page_keeps_isolated_pageblocks_apart, "20-8")
{
	ck_assert_uint_eq(order_after_free(false, false, false), 10);
	ck_assert_uint_eq(order_after_free(true, false, false), 9);
	ck_assert_uint_eq(order_after_free(false, true, false), 9);
	ck_assert_uint_eq(order_after_free(true, true, false), 10);
	ck_assert_uint_eq(order_after_free(false, false, true), 10);
}

/* Expect pageblocks of two ordinary types to merge while a third is isolated. */
TEST(__free_one_page_ordinary_types_merge_beside_isolated, "20-8")
{
	struct zone *zone = hand_one_zone();

	hand_pageblock(0x40200, U);
	hand_lay(0x40200, 9, U);
	hand_isolate(0x41000);
	give(0x40000, 9);
	ck_assert_str_eq(test_free_list(zone, 10, M), "40000");
}

/* ---- capture ---- */

static struct capture_control waiting;

static bool capture_order_1(struct capture_control *capc, struct page *page, unsigned int order,
			    int migratetype)
{
	(void)migratetype;
	if (order != 1)
		return false;
	capc->page = page;
	return true;
}

/*
 *   40000 free, 40001 freed now: they merge to the order that direct compaction waits for
 *
 * Expect the merged block to be caught: on no list, and counted out again.
 */
TEST(__free_one_page_block_is_captured, "20-10")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40000, 0, M);
	world->hooks.compaction_capture = capture_order_1;
	current->capture_control = &waiting;
	free_one_page(zone, P(0x40001), 0x40001, 0, M);
	ck_assert_ptr_eq(waiting.page, P(0x40000));
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 0);
	ck_assert_str_eq(test_free_list(zone, 1, M), "");
	/* Other orders go their way. */
	free_one_page(zone, P(0x40010), 0x40010, 0, M);
	ck_assert_str_eq(test_free_list(zone, 0, M), "40010");
	/* Nobody waits. */
	current->capture_control = NULL;
	give(0x40020, 1);
	ck_assert_str_eq(test_free_list(zone, 1, M), "40020");
}

/* ---- refused ---- */

/* Expect frees that make no sense to be reported and refused, with every list as before. */
TEST(__free_pages_refuses_nonsense, "20-11")
{
	struct zone *zone = hand_one_zone();

	give(0x40000, 11);
	ck_assert_str_eq(test_last_bug(), "__free_pages: order 11 is above 10");
	give(0x40001, 1);
	ck_assert_str_eq(test_last_bug(),
			 "__free_pages: page 0x40001 does not start a block of order 1");
	give(0x40000, 0);
	ck_assert_int_eq(test_bugs(), 2);
	give(0x40000, 0);
	ck_assert_str_eq(test_last_bug(),
			 "__free_pages: page 0x40000 is free already, or a later page of a block");
	block(0x40010, 1);
	give(0x40011, 0);
	ck_assert_int_eq(test_bugs(), 4);
	/* A page on the buddy lists. */
	hand_lay(0x40020, 0, M);
	give(0x40020, 0);
	ck_assert_int_eq(test_bugs(), 5);
	ck_assert_int_eq(zone->pageset[0].pcp.count, 1);
	ck_assert_str_eq(test_take_events(), "free 40000 0");
}

/* Expect the program to end where nobody handles violations. */
TEST_DIES(__free_pages_double_free_without_handler, "20-11", SIGABRT)
{
	hand_one_zone();
	world->bug_handler = NULL;
	give(0x40000, 0);
	give(0x40000, 0);
}
