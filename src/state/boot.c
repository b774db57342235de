/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Booting a machine from a memory map, up to the state in which it is running and idle.
 *
 * Two moments matter. When memory is **released**, every page that nobody reserved is freed for the
 * first time, and the order of doing so decides the order of the first free lists. When the machine
 * is **running**, CPUs, CMA areas and the limits derived from the size of memory have come in. What
 * the kernel itself allocates in between is not modelled: a machine that wants the state of a system
 * in use starts from a snapshot instead.
 */
#include <stdlib.h>
#include <string.h>

#include "life/life.h"
#include "state/state.h"
#include "memory_map.h"
#include "stages/stages.h"
#include "text/error.h"
#include "world/world.h"

/** The zone for devices that reach little memory ends this many address bits above DRAM's start. */
#define ZONE_DMA_BITS	30
#define ZONE_DMA32_BITS 32

/** With less memory than this, transparent huge pages stay off. Pages: 512 MiB. */
#define HUGEPAGE_MIN_RAM 131072ul

/** Physical addresses have at most 48 bits. */
#define MAX_ADDRESS (1ull << 48)

static unsigned long pfn_up(u64 address)
{
	return (address + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

static unsigned long pfn_down(u64 address)
{
	return address >> PAGE_SHIFT;
}

/**
 * @brief Memory ranges sorted, neighbours of one kind merged, in whole pages.
 *
 * @param spec what to boot from
 * @param ranges receives them
 * @param error receives what went wrong, or NULL
 * @return how many, or -1
 * @source mm/memblock.c
 */
static int boot_ranges(const struct boot_spec *spec, struct memory_range *ranges,
		       struct pageflow_error *error)
{
	struct boot_range sorted[MAX_BOOT_RANGES];
	u64 end = 0;
	int count = 0;

	memcpy(sorted, spec->memory, sizeof(sorted));
	boot_ranges_sort(sorted, spec->nr_memory);
	for (int i = 0; i < spec->nr_memory; i++) {
		const struct boot_range *m = &sorted[i];
		struct memory_range *last = count ? &ranges[count - 1] : NULL;

		if (m->nid < 0 || m->nid >= MAX_NUMNODES || m->base < end || !m->size ||
		    m->base >= MAX_ADDRESS || m->size > MAX_ADDRESS)
			return error_set(
				error,
				"memory at %#llx: expected a node below %d, a size, addresses "
				"below 2^48, and ranges that do not overlap",
				(unsigned long long)m->base, MAX_NUMNODES);
		if (last && m->base == end && last->nid == m->nid && last->nomap == m->nomap) {
			last->end_pfn = pfn_down(m->base + m->size);
		} else if (pfn_up(m->base) < pfn_down(m->base + m->size) &&
			   count < MAX_MEMORY_RANGES) {
			ranges[count++] =
				(struct memory_range){ pfn_up(m->base), pfn_down(m->base + m->size),
						       m->nid, m->nomap };
		}
		end = m->base + m->size;
	}
	if (!count || count == MAX_MEMORY_RANGES)
		return error_set(error, "expected 1 to %d memory ranges", MAX_MEMORY_RANGES - 1);
	return count;
}

/**
 * @brief Where a zone that ends at an address limit ends on this machine.
 *
 * @param bits address bits that its devices can reach, counted from DRAM's start rounded down
 * @return PFN after the zone's last, at most after DRAM's
 * @source arch/arm64/mm/init.c:183
 */
static unsigned long max_zone_pfn(int bits)
{
	unsigned long window = 1ul << (bits - PAGE_SHIFT);
	unsigned long dram_start = world->range[0].start_pfn & ~(window - 1);

	return min_ul(dram_start + window, world->range[world->nr_ranges - 1].end_pfn);
}

/**
 * @brief Pages of a node's ranges between two PFNs.
 *
 * @param nid the node
 * @param start first PFN
 * @param end PFN after the last
 * @return pages, no-map ranges included
 * @source mm/page_alloc.c
 */
static unsigned long present_between(int nid, unsigned long start, unsigned long end)
{
	unsigned long pages = 0;

	for (int i = 0; i < world->nr_ranges; i++) {
		const struct memory_range *range = &world->range[i];
		unsigned long from = max_ul(range->start_pfn, start);
		unsigned long to = min_ul(range->end_pfn, end);

		if (range->nid == nid && from < to)
			pages += to - from;
	}
	return pages;
}

/**
 * @brief How much of a zone will be managed, as estimated before anything is released.
 *
 * @param zone the zone
 * @return pages: what is present, less the struct pages for it
 * @source mm/page_alloc.c:6774
 */
static unsigned long estimate_managed(const struct zone *zone)
{
	unsigned long pages = zone->spanned_pages, memmap;

	if (zone->spanned_pages > zone->present_pages + (zone->present_pages >> 4))
		pages = zone->present_pages;
	memmap = DIV_ROUND_UP(pages * sizeof(struct page), PAGE_SIZE);
	/* Struct pages take a sixtieth at most, so this cannot be negative. */
	return zone->present_pages - memmap;
}

/**
 * @brief Give a node's zones their spans.
 *
 * @param pgdat the node
 * @param limit PFNs after the last of ZONE_DMA, ZONE_DMA32 and ZONE_NORMAL
 * @source mm/page_alloc.c:6556
 */
static void init_node_zones(struct pglist_data *pgdat, const unsigned long *limit)
{
	unsigned long node_start = ~0ul, node_end = 0, start = 0;

	for (int i = 0; i < world->nr_ranges; i++) {
		if (world->range[i].nid != pgdat->node_id)
			continue;
		node_start = min_ul(node_start, world->range[i].start_pfn);
		node_end = max_ul(node_end, world->range[i].end_pfn);
	}
	pgdat->node_start_pfn = node_start;
	for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
		struct zone *zone = &pgdat->node_zones[zid];
		unsigned long end = zid < ZONE_MOVABLE ? max_ul(limit[zid], start) : start;
		unsigned long from = max_ul(start, node_start), to = min_ul(end, node_end);

		start = end;
		if (from < to) {
			zone->zone_start_pfn = from;
			zone->spanned_pages = to - from;
			zone->present_pages = present_between(pgdat->node_id, from, to);
			zone->initialized = true;
			pgdat->nr_zones = zid + 1;
		}
		zone->managed_pages = estimate_managed(zone);
		pgdat->node_spanned_pages += zone->spanned_pages;
		pgdat->node_present_pages += zone->present_pages;
		zone_pagesets_init(zone, 0, 1);
	}
}

/**
 * @brief Make struct pages and pageblock types for all memory ranges.
 *
 * A pageblock whose first page is in no range stays unmovable; all others begin as movable.
 *
 * @source mm/page_alloc.c:5955
 */
static void init_memory_map(void)
{
	for (int i = 0; i < world->nr_ranges; i++) {
		const struct memory_range *range = &world->range[i];
		unsigned long pfn =
			(range->start_pfn + pageblock_nr_pages - 1) & ~(pageblock_nr_pages - 1);

		memmap_init_range(range);
		for (; pfn < range->end_pfn; pfn += pageblock_nr_pages)
			set_pageblock_migratetype(pfn_to_page(pfn), MIGRATE_MOVABLE);
	}
}

/** Say that the host has no memory; -1 for the caller to pass on. */
static int boot_out_of_memory(struct pageflow_error *error)
{
	return error_set(error, "the host has no memory for the machine's nodes and zones");
}

/**
 * @brief Make nodes, zones, struct pages and zonelists, with everything still reserved.
 *
 * @param spec what to boot from
 * @param error receives what went wrong, or NULL
 * @return 0 or -1
 * @source mm/page_alloc.c:7359
 */
static int boot_ground(const struct boot_spec *spec, struct pageflow_error *error)
{
	struct memory_range ranges[MAX_MEMORY_RANGES];
	int count = boot_ranges(spec, ranges, error);
	unsigned long limit[ZONE_MOVABLE];
	struct zone *zone;
	int nid;

	if (count < 0 || memory_map_reserve(ranges, count, error))
		return -1;
	world->nr_cpus = spec->nr_cpus;
	memcpy(world->cpu_node, spec->cpu_node, sizeof(world->cpu_node));
	world->gfp_allowed_mask = GFP_BOOT_MASK;
	for (int from = 0; from < MAX_NUMNODES; from++)
		for (int to = 0; to < MAX_NUMNODES; to++)
			if (spec->distance[from][to])
				world->node_distance[from][to] = spec->distance[from][to];
	for (int i = 0; i < count; i++)
		if (!NODE_DATA(ranges[i].nid) && !node_new(ranges[i].nid))
			return boot_out_of_memory(error);
	/* The first CPU's node is online, with memory or without. */
	if (!NODE_DATA(0) && !node_new(0))
		return boot_out_of_memory(error);
	limit[ZONE_DMA] = max_zone_pfn(ZONE_DMA_BITS);
	limit[ZONE_DMA32] = max_zone_pfn(ZONE_DMA32_BITS);
	limit[ZONE_NORMAL] = ranges[count - 1].end_pfn;
	for_each_online_node(nid)
		init_node_zones(NODE_DATA(nid), limit);
	for_each_zone(nid, zone)
		if (!zone->pageset)
			return boot_out_of_memory(error);
	init_memory_map();
	node_states_update();
	build_all_zonelists();
	return 0;
}

/**
 * @brief Mark what is reserved.
 *
 * @param spec what to boot from
 * @source mm/page_alloc.c:1446
 */
static void mark_reserved(const struct boot_spec *spec)
{
	for (int i = 0; i < spec->nr_reserved; i++) {
		unsigned long start = pfn_down(spec->reserved[i].base);
		unsigned long end = pfn_up(spec->reserved[i].base + spec->reserved[i].size);

		end = min_ul(end, world->mem_map_end);
		for (unsigned long pfn = max_ul(start, world->mem_map_start); pfn < end; pfn++)
			if (pfn_valid(pfn))
				SetPageFlag(pfn_to_page(pfn), PG_reserved);
	}
}

/**
 * @brief Hand one block to the allocator for the first time.
 *
 * @param pfn first PFN
 * @param order block of 2^order pages
 * @source mm/page_alloc.c:1486
 */
static void __free_pages_core(unsigned long pfn, unsigned int order)
{
	struct page *page = pfn_to_page(pfn);

	for (unsigned long i = 0; i < 1ul << order; i++) {
		ClearPageFlag(&page[i], PG_reserved);
		set_page_count(&page[i], 0);
	}
	page_zone(page)->managed_pages += 1ul << order;
	world->totalram_pages += 1ul << order;
	set_page_count(page, 1);
	__free_pages(page, order);
}

/**
 * @brief Release a free range in blocks as large as its ends allow, ascending.
 *
 * @param start first PFN
 * @param end PFN after the last
 * @source mm/memblock.c:1944
 */
static void release_range(unsigned long start, unsigned long end)
{
	while (start < end) {
		unsigned int order = MAX_ORDER - 1;

		if (start && (unsigned int)__builtin_ctzl(start) < order)
			order = (unsigned int)__builtin_ctzl(start);
		while (start + (1ul << order) > end)
			order--;
		__free_pages_core(start, order);
		start += 1ul << order;
	}
}

/**
 * @brief Release what no reservation covers of one memory range.
 *
 * @param spec what to boot from
 * @param reserved the reservations, sorted
 * @param range the memory range
 * @source mm/memblock.c:2026
 */
static void release_unreserved(const struct boot_spec *spec, const struct boot_range *reserved,
			       const struct memory_range *range)
{
	u64 free_from = (u64)range->start_pfn << PAGE_SHIFT;
	u64 range_end = (u64)range->end_pfn << PAGE_SHIFT;

	for (int i = 0; i <= spec->nr_reserved; i++) {
		u64 base = i < spec->nr_reserved ? reserved[i].base : range_end;
		u64 end = i < spec->nr_reserved ? reserved[i].base + reserved[i].size : range_end;
		u64 free_to = base < range_end ? base : range_end;

		if (free_from < free_to && pfn_up(free_from) < pfn_down(free_to))
			release_range(pfn_up(free_from), pfn_down(free_to));
		if (end > free_from)
			free_from = end;
	}
}

/**
 * @brief Release everything that is not reserved.
 *
 * @param spec what to boot from
 * @source mm/memblock.c:2026
 */
static void memblock_free_all(const struct boot_spec *spec)
{
	struct boot_range reserved[MAX_BOOT_RANGES];
	struct zone *zone;
	int nid;

	memcpy(reserved, spec->reserved, sizeof(reserved));
	boot_ranges_sort(reserved, spec->nr_reserved);
	for_each_zone(nid, zone)
		zone->managed_pages = 0;
	mark_reserved(spec);
	for (int i = 0; i < world->nr_ranges; i++)
		if (!world->range[i].nomap)
			release_unreserved(spec, reserved, &world->range[i]);
}

/** Is every page of a CMA area there, and kept back for it? */
static bool cma_area_reserved(const struct boot_range *area)
{
	unsigned long pfn = pfn_down(area->base), end = pfn_down(area->base + area->size);

	if (area->base >= MAX_ADDRESS || area->size > MAX_ADDRESS ||
	    ((pfn | end) & (pageblock_nr_pages - 1)))
		return false;
	for (; pfn < end; pfn++)
		if (!pfn_valid(pfn) || !PageFlag(pfn_to_page(pfn), PG_reserved))
			return false;
	return true;
}

/**
 * @brief Refuse CMA areas that could not be handed over later.
 *
 * @param spec what to boot from
 * @param error receives what went wrong, or NULL
 * @return 0 or -1
 * @source mm/cma.c:96
 */
static int check_cma_areas(const struct boot_spec *spec, struct pageflow_error *error)
{
	for (int i = 0; i < spec->nr_cma; i++) {
		if (cma_area_reserved(&spec->cma[i]))
			continue;
		return error_set(
			error,
			"CMA area at %#llx: expected whole pageblocks of 2 MiB of memory that are "
			"reserved as well",
			(unsigned long long)spec->cma[i].base);
	}
	return 0;
}

/** Refuse ranges that end beyond all addresses: their ends could not be computed with. */
static int check_addresses(const struct boot_range *range, int count, struct pageflow_error *error)
{
	for (; count; count--, range++) {
		if (range->base < MAX_ADDRESS && range->size <= MAX_ADDRESS)
			continue;
		return error_set(error, "range at %#llx: expected addresses and sizes below 2^48",
				 (unsigned long long)range->base);
	}
	return 0;
}

/**
 * @brief Boot a machine up to the moment when memory has been released.
 *
 * @param spec what to boot from
 * @param error receives what went wrong, or NULL
 * @return the machine, in focus, or NULL
 * @source mm/memblock.c:2026
 */
struct machine *machine_boot_released(const struct boot_spec *spec, struct pageflow_error *error)
{
	FOCUS_ON(world);
	struct machine *machine = machine_new(error);

	if (!machine)
		return NULL;
	wire_hooks(machine);
	if (!check_addresses(spec->reserved, spec->nr_reserved, error) &&
	    !boot_ground(spec, error)) {
		memblock_free_all(spec);
		if (!check_cma_areas(spec, error)) {
			FOCUS_STAYS_ON(machine);
			return machine;
		}
	}
	machine_free(machine);
	return NULL;
}

/**
 * @brief Give every zone its own per-CPU lists, sized by what it manages now.
 *
 * @source mm/page_alloc.c:6268
 */
static void setup_per_cpu_pagesets(void)
{
	struct zone *zone;
	int nid;

	for_each_populated_zone(nid, zone) {
		zone_pagesets_init(zone, 0, 1);
		for (int cpu = 0; cpu < world->nr_cpus; cpu++)
			pageset_set_high_and_batch(zone, &zone->pageset[cpu].pcp);
	}
}

/**
 * @brief Hand a CMA area to the allocator, pageblock by pageblock.
 *
 * @param area the area, in one zone
 * @source mm/cma.c:96
 */
static void cma_activate_area(const struct boot_range *area)
{
	unsigned long pfn = pfn_down(area->base), end = pfn_down(area->base + area->size);
	struct zone *zone = page_zone(pfn_to_page(pfn));

	for (; pfn < end && page_zone(pfn_to_page(pfn)) == zone; pfn += pageblock_nr_pages) {
		struct page *page = pfn_to_page(pfn);

		for (unsigned long i = 0; i < pageblock_nr_pages; i++) {
			ClearPageFlag(&page[i], PG_reserved);
			set_page_count(&page[i], 0);
		}
		set_pageblock_migratetype(page, MIGRATE_CMA);
		set_page_count(page, 1);
		__free_pages(page, pageblock_order);
		zone->managed_pages += pageblock_nr_pages;
		world->totalram_pages += pageblock_nr_pages;
	}
}

/** The daemons exist and sleep. */
static void start_daemons(void)
{
	int nid;

	for_each_online_node(nid) {
		struct pglist_data *pgdat = NODE_DATA(nid);

		pgdat->kswapd_waiting = true;
		pgdat->kswapd_highest_zoneidx = MAX_NR_ZONES;
		pgdat->kcompactd_waiting = true;
		pgdat->kcompactd_highest_zoneidx = pgdat->nr_zones - 1;
	}
}

/**
 * @brief Go on from released memory to a running, idle machine.
 *
 * @param spec what to boot from
 * @source init/main.c:1475
 */
void machine_boot_finish(const struct boot_spec *spec)
{
	struct zone *zone;
	int nid;

	setup_per_cpu_pagesets();
	world->gfp_allowed_mask = __GFP_BITS_MASK;
	current->mems_allowed = world->node_memory_map;
	/* Each CPU that comes up computes the thresholds anew; watermarks are still 0. */
	for (int cpu = 1; cpu < world->nr_cpus; cpu++) {
		world->cpu_online |= 1ull << cpu;
		refresh_zone_stat_thresholds();
	}
	for_each_populated_zone(nid, zone)
		set_zone_contiguous(zone);
	for (int i = 0; i < spec->nr_cma; i++)
		cma_activate_area(&spec->cma[i]);
	init_per_zone_wmark_min();
	if (world->totalram_pages >= HUGEPAGE_MIN_RAM)
		set_recommended_min_free_kbytes();
	start_daemons();
	world->running = true;
}

/**
 * @brief Boot a machine.
 *
 * @param spec what to boot from
 * @param error receives what went wrong, or NULL
 * @return the machine, in focus, or NULL
 * @source none (ours: both halves of the boot in one call)
 */
struct machine *machine_boot(const struct boot_spec *spec, struct pageflow_error *error)
{
	struct machine *machine = machine_boot_released(spec, error);

	if (machine)
		machine_boot_finish(spec);
	return machine;
}
