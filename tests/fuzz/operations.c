/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Bytes as operations on a small machine; afterwards lists, marks and counters must agree.
 *
 * Three bytes an operation: what, and two numbers for it. Frees may be nonsense: they must be refused.
 */
#include "byhand.h"

#define MAX_BLOCKS 256
#define NR_PAGES   (8 * pageblock_nr_pages)

static struct {
	struct page *page;
	unsigned int order;
} blocks[MAX_BLOCKS];
static int nr_blocks;
static unsigned long isolated;

/** One zone of eight pageblocks, everything free, two CPUs, the last two pageblocks CMA. */
static struct zone *start(void)
{
	const struct hand_zone only = { 0, ZONE_DMA, HAND_START, NR_PAGES };
	struct zone *zone;

	hand_machine(&only, 1, 2);
	zone = test_zone(0, ZONE_DMA);
	for (unsigned long pfn = HAND_START; pfn < HAND_START + NR_PAGES; pfn += 1024) {
		int type = pfn == HAND_START + NR_PAGES - 1024 ? MIGRATE_CMA : MIGRATE_MOVABLE;

		hand_pageblock(pfn, type);
		hand_pageblock(pfn + 512, type);
		hand_lay(pfn, 10, type);
	}
	zone->pageset[0].stat_threshold = 10;
	zone->pageset[1].stat_threshold = 10;
	test_set_watermarks(zone, 30, 40, 50);
	world->subscriber = NULL;
	nr_blocks = 0;
	isolated = 0;
	return zone;
}

static void allocate(u8 what, u8 how)
{
	static const gfp_t masks[] = { GFP_ATOMIC,
				       GFP_NOWAIT,
				       GFP_NOWAIT | __GFP_MOVABLE,
				       GFP_NOWAIT | __GFP_RECLAIMABLE,
				       GFP_ATOMIC | __GFP_COMP,
				       GFP_NOWAIT | __GFP_MEMALLOC,
				       GFP_NOWAIT | __GFP_DMA,
				       GFP_KERNEL | __GFP_NORETRY };
	unsigned int order = what % (MAX_ORDER + 1);
	struct page *page = alloc_pages(masks[how % ARRAY_SIZE(masks)] | __GFP_NOWARN, order);

	if (!page)
		return;
	if (nr_blocks == MAX_BLOCKS) {
		__free_pages(page, order);
		return;
	}
	blocks[nr_blocks].page = page;
	blocks[nr_blocks++].order = order;
}

static void give_back(int which)
{
	__free_pages(blocks[which].page, blocks[which].order);
	blocks[which] = blocks[--nr_blocks];
}

/** A free of something that nobody holds: refused, and the lists stay as they are. */
static void free_nonsense(u8 where, u8 order)
{
	struct page *page = P(HAND_START + where * 16ul + order);

	if (page_count(page) == 0 || order >= MAX_ORDER) {
		int before = test_bugs();

		__free_pages(page, order);
		ck_assert(test_bugs() == before + 1);
	}
}

static void isolate(u8 where)
{
	if (isolated) {
		unset_migratetype_isolate(P(isolated), MIGRATE_MOVABLE);
		unset_migratetype_isolate(P(isolated + 512), MIGRATE_MOVABLE);
		isolated = 0;
		return;
	}
	isolated = HAND_START + 1024ul * (where % 3);
	hand_isolate_blocks(isolated, 2);
}

static void operate(const u8 *op)
{
	struct alloc_context ac = hand_context(0, ZONE_MOVABLE, op[1] % MIGRATE_PCPTYPES);

	switch (op[0] % 10) {
	case 0:
	case 1:
	case 2:
		allocate(op[1], op[2]);
		break;
	case 3:
	case 4:
		if (nr_blocks)
			give_back(op[1] % nr_blocks);
		break;
	case 5:
		drain_pages(op[1] % 2);
		break;
	case 6:
		world->this_cpu = op[1] % 2;
		break;
	case 7:
		free_nonsense(op[1], op[2] % 16);
		break;
	case 8:
		isolate(op[1]);
		break;
	default:
		unreserve_highatomic_pageblock(&ac, op[2] & 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zone *zone = start();

	for (size_t i = 0; i + 3 <= size; i += 3)
		operate(data + i);
	test_check_zone(zone, true);
	if (isolated)
		isolate(0);
	while (nr_blocks)
		give_back(nr_blocks - 1);
	drain_all_pages(NULL);
	test_check_zone(zone, true);
	ck_assert(zone->free_area[10].nr_free == NR_PAGES / 1024);
	machine_free(world);
	return 0;
}
