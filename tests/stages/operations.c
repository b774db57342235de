/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Random operations, and what must hold after each of them.
 *
 * Every test prints its seed to standard error; PAGEFLOW_SEED=N repeats it. What must hold:
 *
 * - no page is on two lists, and none on a list that somebody holds;
 * - nr_free of each order is the number of blocks on its lists;
 * - free pages and pages on per-CPU lists and pages in use are all pages of the zone;
 * - totals and the CPUs' differences together are the pages on the lists;
 * - two free buddies below a pageblock's size have merged;
 * - the zone knows how many of its pageblocks are isolated, and reserves at least what is highatomic.
 */
#include <inttypes.h>
#include <stdio.h>

#include "byhand.h"

#define DEFAULT_SEED 20201119ull
#define OPERATIONS   6000
#define CHECK_EVERY  40
#define MAX_BLOCKS   4096
#define ZONE_PAGES   (16 * pageblock_nr_pages)

/** A machine under test, and what was taken from it. */
struct run {
	u64 random;
	struct {
		struct page *page;
		unsigned int order;
	} block[MAX_BLOCKS];
	int nr_blocks;
	struct zone *zones[4];
	int nr_zones;
	unsigned long isolated; /* first PFN of the isolated pair of pageblocks, or 0 */
	int isolated_type[2];
	u64 hash; /* of everything that was returned */
};

static u64 seed_of(const char *test)
{
	const char *text = getenv("PAGEFLOW_SEED");
	u64 seed = text ? strtoull(text, NULL, 0) : DEFAULT_SEED;

	fprintf(stderr, "property: %s: PAGEFLOW_SEED=%" PRIu64 "\n", test, seed);
	return seed;
}

/** xorshift64*: good enough, and the same everywhere. */
static u64 next_random(struct run *run)
{
	run->random ^= run->random >> 12;
	run->random ^= run->random << 25;
	run->random ^= run->random >> 27;
	return run->random * 2685821657736338717ull;
}

static unsigned long below(struct run *run, unsigned long limit)
{
	return (next_random(run) >> 16) % limit;
}

static void remember(struct run *run, u64 value)
{
	run->hash = (run->hash ^ value) * 1099511628211ull;
}

/* ---- operations ---- */

static gfp_t random_mask(struct run *run)
{
	static const gfp_t masks[] = { GFP_ATOMIC,
				       GFP_NOWAIT,
				       0,
				       __GFP_HIGH,
				       GFP_NOWAIT | __GFP_MOVABLE,
				       GFP_NOWAIT | __GFP_MOVABLE | __GFP_HIGHMEM,
				       GFP_NOWAIT | __GFP_RECLAIMABLE,
				       GFP_ATOMIC | __GFP_COMP,
				       GFP_ATOMIC | __GFP_ZERO,
				       GFP_NOWAIT | __GFP_DMA,
				       GFP_NOWAIT | __GFP_DMA32,
				       GFP_NOWAIT | __GFP_WRITE,
				       GFP_NOWAIT | __GFP_MEMALLOC,
				       GFP_KERNEL | __GFP_NORETRY,
				       GFP_HIGHUSER_MOVABLE | __GFP_NORETRY };

	return masks[below(run, ARRAY_SIZE(masks))] | __GFP_NOWARN;
}

/** Mostly single pages, now and then every order, one too large included. */
static unsigned int random_order(struct run *run)
{
	switch (below(run, 4)) {
	case 0:
		return (unsigned int)below(run, MAX_ORDER + 1);
	case 1:
		return (unsigned int)below(run, 4);
	default:
		return 0;
	}
}

static void op_alloc(struct run *run)
{
	unsigned int order = random_order(run);
	gfp_t mask = random_mask(run);
	struct page *page;

	if (run->nr_blocks == MAX_BLOCKS)
		return;
	/* Zeroing large blocks takes long and shows nothing new. */
	page = alloc_pages(order > 2 ? mask & ~__GFP_ZERO : mask, order);
	remember(run, page ? page_to_pfn(page) : 0);
	if (!page)
		return;
	ck_assert_int_eq(page_count(page), 1);
	ck_assert_uint_eq(page_to_pfn(page) & ((1ul << order) - 1), 0);
	run->block[run->nr_blocks].page = page;
	run->block[run->nr_blocks++].order = order;
}

static void free_block(struct run *run, int which)
{
	__free_pages(run->block[which].page, run->block[which].order);
	run->block[which] = run->block[--run->nr_blocks];
}

static void op_free(struct run *run)
{
	if (run->nr_blocks)
		free_block(run, (int)below(run, (unsigned long)run->nr_blocks));
}

/** A block that is not compound may be split and given back page by page. */
static void op_split_and_free(struct run *run)
{
	struct page *page;
	unsigned int order;
	int which;

	if (!run->nr_blocks)
		return;
	which = (int)below(run, (unsigned long)run->nr_blocks);
	page = run->block[which].page;
	order = run->block[which].order;
	if (PageCompound(page) || order > 5)
		return;
	split_page(page, order);
	run->block[which] = run->block[--run->nr_blocks];
	for (unsigned long i = 0; i < 1ul << order; i++)
		__free_pages(page + i, 0);
}

/** Isolate two pageblocks that could be one block of order 10, as callers in the kernel do. */
static void op_isolate(struct run *run)
{
	const struct zone *zone = run->zones[below(run, (unsigned long)run->nr_zones)];

	if (run->isolated)
		return;
	run->isolated = zone->zone_start_pfn +
			MAX_ORDER_NR_PAGES * below(run, zone->spanned_pages / MAX_ORDER_NR_PAGES);
	for (unsigned long i = 0; i < 2; i++) {
		unsigned long pfn = run->isolated + i * pageblock_nr_pages;

		run->isolated_type[i] = get_pfnblock_migratetype(pfn);
		/* The reserve would no longer be what the zone believes. */
		if (run->isolated_type[i] == MIGRATE_HIGHATOMIC) {
			run->isolated = 0;
			return;
		}
	}
	/* Both at once: a block that lies in both can be moved as a whole. */
	hand_isolate_blocks(run->isolated, 2);
}

static void op_unisolate(struct run *run)
{
	if (!run->isolated)
		return;
	unset_migratetype_isolate(P(run->isolated), run->isolated_type[0]);
	unset_migratetype_isolate(P(run->isolated + pageblock_nr_pages), run->isolated_type[1]);
	run->isolated = 0;
}

static void op_cpu(struct run *run)
{
	int cpu = (int)below(run, (unsigned long)world->nr_cpus);

	switch (below(run, 5)) {
	case 0:
		drain_pages(cpu);
		break;
	case 1:
		drain_all_pages(below(run, 2) ? NULL : run->zones[0]);
		break;
	case 2:
		cpu_vm_stats_fold(cpu);
		break;
	case 3:
		if (cpu != world->this_cpu)
			page_alloc_cpu_dead(cpu);
		break;
	default:
		world->this_cpu = cpu;
	}
}

static void op_unreserve(struct run *run)
{
	struct alloc_context ac = hand_context(0, ZONE_MOVABLE, (int)below(run, MIGRATE_PCPTYPES));

	remember(run, unreserve_highatomic_pageblock(&ac, below(run, 2)));
}

static void operate(struct run *run)
{
	unsigned long choice = below(run, 1000);

	if (choice < 480)
		op_alloc(run);
	else if (choice < 900)
		op_free(run);
	else if (choice < 920)
		op_split_and_free(run);
	else if (choice < 970)
		op_cpu(run);
	else if (choice < 980)
		op_isolate(run);
	else if (choice < 995)
		op_unisolate(run);
	else
		op_unreserve(run);
}

/* ---- what must hold ---- */

static long pages_on_lists(const struct zone *zone)
{
	long pages = 0;

	for (int order = 0; order < MAX_ORDER; order++)
		pages += (long)zone->free_area[order].nr_free << order;
	for (int cpu = 0; cpu < world->nr_cpus; cpu++)
		pages += zone->pageset[cpu].pcp.count;
	return pages;
}

static void check_pageblocks(const struct zone *zone)
{
	unsigned long isolated = 0, highatomic = 0;

	for (unsigned long pfn = zone->zone_start_pfn; pfn < zone_end_pfn(zone);
	     pfn += pageblock_nr_pages) {
		isolated += get_pfnblock_migratetype(pfn) == MIGRATE_ISOLATE;
		highatomic += get_pfnblock_migratetype(pfn) == MIGRATE_HIGHATOMIC;
	}
	ck_assert_uint_eq(zone->nr_isolate_pageblock, isolated);
	ck_assert_uint_ge(zone->nr_reserved_highatomic, highatomic * pageblock_nr_pages);
}

static void check_run(const struct run *run)
{
	long used[4] = { 0 };

	for (int i = 0; i < run->nr_blocks; i++) {
		const struct page *page = run->block[i].page;

		ck_assert_int_eq(page_count(page), 1);
		for (int z = 0; z < run->nr_zones; z++)
			if (page_zone(page) == run->zones[z])
				used[z] += 1l << run->block[i].order;
	}
	for (int z = 0; z < run->nr_zones; z++) {
		test_check_zone(run->zones[z], true);
		check_pageblocks(run->zones[z]);
		ck_assert_int_eq(pages_on_lists(run->zones[z]) + used[z],
				 (long)run->zones[z]->managed_pages);
	}
	ck_assert_int_eq(test_bugs(), 0);
	ck_assert(!world->tainted);
}

/** Give everything back: all memory must be in blocks of order 10 again. */
static void give_all_back(struct run *run)
{
	op_unisolate(run);
	while (run->nr_blocks)
		free_block(run, run->nr_blocks - 1);
	drain_all_pages(NULL);
	check_run(run);
	for (int z = 0; z < run->nr_zones; z++)
		ck_assert_uint_eq(run->zones[z]->free_area[10].nr_free,
				  run->zones[z]->managed_pages >> 10);
}

/* ---- machines ---- */

/** Zones of 16 pageblocks, everything free, two or more CPUs, two CMA pageblocks in the first. */
static void start(struct run *run, const struct hand_zone *zones, int nr_zones, u64 seed)
{
	memset(run, 0, sizeof(*run));
	run->random = seed * 2 + 1;
	hand_machine(zones, nr_zones, 3);
	for (int z = 0; z < nr_zones; z++) {
		struct zone *zone = test_zone(zones[z].nid, zones[z].zid);

		run->zones[run->nr_zones++] = zone;
		for (unsigned long pfn = zone->zone_start_pfn; pfn < zone_end_pfn(zone);
		     pfn += 1024) {
			bool cma = z == 0 && pfn == zone->zone_start_pfn + 8 * 512;
			int type = cma ? MIGRATE_CMA : MIGRATE_MOVABLE;

			hand_pageblock(pfn, type);
			hand_pageblock(pfn + 512, type);
			hand_lay(pfn, 10, type);
		}
		for (int cpu = 0; cpu < world->nr_cpus; cpu++)
			zone->pageset[cpu].stat_threshold = (s8)below(run, 60);
		test_set_watermarks(zone, 60, 90, 120);
		zone->lowmem_reserve[ZONE_MOVABLE] = 40;
	}
	/* Events cost time, and nobody reads them here. */
	world->subscriber = NULL;
}

static u64 run_machine(const struct hand_zone *zones, int nr_zones, u64 seed)
{
	struct run run;

	start(&run, zones, nr_zones, seed);
	for (int i = 0; i < OPERATIONS; i++) {
		operate(&run);
		if (i % CHECK_EVERY == 0)
			check_run(&run);
	}
	give_all_back(&run);
	machine_free(world);
	return run.hash;
}

static const struct hand_zone one_zone[] = { { 0, ZONE_DMA, HAND_START, ZONE_PAGES } };

static const struct hand_zone three_zones[] = {
	{ 0, ZONE_DMA, HAND_START, ZONE_PAGES },
	{ 0, ZONE_DMA32, HAND_START + ZONE_PAGES, ZONE_PAGES },
	{ 0, ZONE_NORMAL, HAND_START + 2 * ZONE_PAGES, ZONE_PAGES },
};

/* Expect everything above to hold on a machine of one zone. */
TEST(operations_at_random_one_zone, "")
{
	run_machine(one_zone, 1, seed_of("one zone"));
}

/* Expect the same on three zones. */
TEST(operations_at_random_three_zones, "")
{
	run_machine(three_zones, 3, seed_of("three zones"));
}

/* Expect the same with grouping by mobility disabled from the start. */
TEST(operations_at_random_without_grouping, "")
{
	struct run run;

	start(&run, one_zone, 1, seed_of("without grouping"));
	world->page_group_by_mobility_disabled = true;
	for (int i = 0; i < OPERATIONS; i++) {
		operate(&run);
		if (i % CHECK_EVERY == 0)
			check_run(&run);
	}
	give_all_back(&run);
}

/* Expect the same seed to give the same pages, and another seed others. */
TEST(operations_at_random_repeat_exactly, "")
{
	u64 seed = seed_of("repeat");
	u64 first = run_machine(one_zone, 1, seed);

	ck_assert_uint_eq(run_machine(one_zone, 1, seed), first);
	ck_assert_uint_ne(run_machine(one_zone, 1, seed + 1), first);
}

#ifdef CONFIG_NUMA
/* Expect the same on two nodes. */
TEST(operations_at_random_two_nodes, "")
{
	static const struct hand_zone two_nodes[] = {
		{ 0, ZONE_DMA, HAND_START, ZONE_PAGES },
		{ 0, ZONE_NORMAL, HAND_START + ZONE_PAGES, ZONE_PAGES },
		{ 1, ZONE_NORMAL, HAND_START + 2 * ZONE_PAGES, ZONE_PAGES },
	};

	run_machine(two_nodes, 3, seed_of("two nodes"));
}
#endif
