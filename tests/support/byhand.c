/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Laying out machines by hand, and reading back what became of them.
 */
#include "byhand.h"

#include "state/state.h"

static void lay_zone(const struct hand_zone *spec)
{
	struct pglist_data *pgdat = NODE_DATA(spec->nid);
	struct zone *zone = &pgdat->node_zones[spec->zid];

	zone->zone_start_pfn = spec->start_pfn;
	zone->spanned_pages = spec->pages;
	zone->present_pages = spec->pages;
	zone->managed_pages = spec->pages;
	zone->initialized = true;
	zone->contiguous = true;
	pgdat->node_present_pages += spec->pages;
	pgdat->node_spanned_pages += spec->pages;
	if (pgdat->nr_zones <= (int)spec->zid)
		pgdat->nr_zones = (int)spec->zid + 1;
	world->totalram_pages += spec->pages;
}

/**
 * Make a machine and put it into focus: nothing free, every pageblock movable, no watermarks, no counter differences,
 * events, console and violations recorded.
 */
void hand_machine(const struct hand_zone *zones, int nr_zones, int nr_cpus)
{
	struct memory_range ranges[16];
	struct pageflow_error error = { 0 };

	ck_assert_ptr_nonnull(machine_new(&error));
	wire_hooks(world);
	world->nr_cpus = nr_cpus;
	world->cpu_online = (1ull << nr_cpus) - 1;
	for (int i = 0; i < nr_zones; i++)
		ranges[i] = (struct memory_range){ .start_pfn = zones[i].start_pfn,
						   .end_pfn = zones[i].start_pfn + zones[i].pages,
						   .nid = zones[i].nid };
	ck_assert(memory_ranges_sort(ranges, nr_zones));
	ck_assert_int_eq(memory_map_reserve(ranges, nr_zones, &error), 0);
	for (int i = 0; i < nr_zones; i++) {
		if (!NODE_DATA(zones[i].nid))
			ck_assert_ptr_nonnull(node_new(zones[i].nid));
		lay_zone(&zones[i]);
	}
	for (int nid = 0; nid < MAX_NUMNODES; nid++)
		for (int zid = 0; NODE_DATA(nid) && zid < MAX_NR_ZONES; zid++)
			zone_pagesets_init(&NODE_DATA(nid)->node_zones[zid], HAND_HIGH, HAND_BATCH);
	for (int i = 0; i < nr_zones; i++) {
		memmap_init_range(&ranges[i]);
		for (unsigned long pfn = ranges[i].start_pfn; pfn < ranges[i].end_pfn; pfn++)
			*pageblock_byte(pfn) = MIGRATE_MOVABLE;
	}
	node_states_update();
	build_all_zonelists();
	world->page_group_by_mobility_disabled = false;
	current->mems_allowed = world->node_memory_map;
	test_observe();
	test_expect_bugs();
}

/** A machine of one zone, ZONE_DMA, 16 pageblocks from HAND_START on, one CPU. */
struct zone *hand_one_zone(void)
{
	const struct hand_zone zone = { 0, ZONE_DMA, HAND_START, 16 * pageblock_nr_pages };

	hand_machine(&zone, 1, 1);
	return test_zone(0, ZONE_DMA);
}

/** Two zones of 16 pageblocks each on node 0, everything in use. */
void hand_two_zones(int nr_cpus, struct zone **lower, struct zone **upper)
{
	const struct hand_zone zones[] = { { 0, ZONE_DMA, HAND_START, 16 * pageblock_nr_pages },
					   { 0, ZONE_DMA32, HAND_START + 0x2000,
					     16 * pageblock_nr_pages } };

	hand_machine(zones, 2, nr_cpus);
	*lower = test_zone(0, ZONE_DMA);
	*upper = test_zone(0, ZONE_DMA32);
}

/** Lay a free block at the tail of a list, and count it. */
struct page *hand_lay(unsigned long pfn, unsigned int order, int migratetype)
{
	struct page *page = pfn_to_page(pfn);
	struct zone *zone = page_zone(page);

	ck_assert_uint_eq(pfn & ((1ul << order) - 1), 0);
	for (unsigned long i = 0; i < 1ul << order; i++)
		set_page_count(page + i, 0);
	set_page_order(page, order);
	add_to_free_list_tail(page, zone, order, migratetype);
	if (!is_migrate_isolate(migratetype))
		zone_page_state_add(1l << order, zone, NR_FREE_PAGES);
	if (is_migrate_cma(migratetype))
		zone_page_state_add(1l << order, zone, NR_FREE_CMA_PAGES);
	return page;
}

/** Lay several blocks of one order, each after the other, and give their pageblocks the type. */
void hand_lay_blocks(unsigned long pfn, unsigned int order, int migratetype, int blocks)
{
	for (int i = 0; i < blocks; i++, pfn += 1ul << order) {
		hand_pageblock(pfn, migratetype);
		hand_lay(pfn, order, migratetype);
	}
}

/** Put a page at the tail of a per-CPU list, tagged with a type. */
struct page *hand_pcp(struct zone *zone, int cpu, int list, unsigned long pfn, int migratetype)
{
	struct per_cpu_pages *pcp = &zone->pageset[cpu].pcp;
	struct page *page = pfn_to_page(pfn);

	set_page_count(page, 0);
	set_pcppage_migratetype(page, migratetype);
	list_add_tail(&page->lru, &pcp->lists[list]);
	pcp->count++;
	return page;
}

/** A zone whose per-CPU lists have these lengths: U from 40000, M from 40200, R from 40400, the oldest with the lowest PFN. */
struct zone *hand_pcp_lists(int u, int m, int r)
{
	struct zone *zone = hand_one_zone();
	const int length[MIGRATE_PCPTYPES] = { u, m, r };
	static const int type[MIGRATE_PCPTYPES] = { U, M, R };

	for (int list = 0; list < MIGRATE_PCPTYPES; list++) {
		hand_pageblock(0x40000 + 0x200ul * (unsigned long)list, type[list]);
		for (int i = length[list] - 1; i >= 0; i--)
			hand_pcp(zone, 0, list,
				 0x40000 + 0x200ul * (unsigned long)list + 2ul * (unsigned long)i,
				 type[list]);
	}
	return zone;
}

void hand_pageblock(unsigned long pfn, int migratetype)
{
	*pageblock_byte(pfn) = (u8)migratetype;
}

/** Mark the pages in use of a range as movable, or no longer. */
static void hand_movable(unsigned long pfn, unsigned long end, bool movable)
{
	for (; pfn < end; pfn++)
		if (!movable)
			ClearPageFlag(P(pfn), PG_lru);
		else if (page_count(P(pfn)))
			SetPageFlag(P(pfn), PG_lru);
}

/** Isolate pageblocks side by side whose pages in use could be moved away, as far as isolation asks. */
void hand_isolate_blocks(unsigned long pfn, int blocks)
{
	unsigned long end = pfn + (unsigned long)blocks * pageblock_nr_pages;

	hand_movable(pfn, end, true);
	/* On behalf of whom a pageblock of its type may be isolated. */
	for (unsigned long block = pfn; block < end; block += pageblock_nr_pages)
		ck_assert_int_eq(set_migratetype_isolate(P(block), get_pfnblock_migratetype(block)),
				 0);
	hand_movable(pfn, end, false);
}

void hand_isolate(unsigned long pfn)
{
	hand_isolate_blocks(pfn, 1);
}

/** The context of a request that starts at a node's zonelist, without nodemask. */
struct alloc_context hand_context(int nid, enum zone_type highest, int migratetype)
{
	struct zonelist *zonelist = &NODE_DATA(nid)->node_zonelists[ZONELIST_FALLBACK];

	return (struct alloc_context){
		.zonelist = zonelist,
		.preferred_zoneref = first_zones_zonelist(zonelist, (int)highest, NULL),
		.migratetype = migratetype,
		.highest_zoneidx = highest,
	};
}
