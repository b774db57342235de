/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Limits that follow from the size of memory: watermarks, reserves, per-CPU list sizes.
 *
 * Each is computed from how many pages the zones manage at that moment. The sizes of the per-CPU lists come
 * first, as soon as memory is released; watermarks and reserves follow when the CMA areas have been handed
 * over; the watermarks are computed once more where huge pages are in use. Memory that comes back later
 * changes nothing by itself, but a write to one of the tunables computes again, with what is managed then.
 */
#include "vmstat.h"
#include "world/world.h"

/**
 * @brief How many pages one refill of a per-CPU list takes.
 *
 * @param zone the zone, with the pages it manages when the list is made
 * @return pages: a power of two minus one, at most 63; 0 for a tiny zone
 * @source mm/page_alloc.c:6123
 */
int zone_batchsize(const struct zone *zone)
{
	unsigned long batch = zone->managed_pages / 1024;

	if (batch * PAGE_SIZE > 1024 * 1024)
		batch = (1024 * 1024) / PAGE_SIZE;
	batch /= 4;
	if (batch < 1)
		batch = 1;
	return (int)((1ul << (fls_long(batch + batch / 2) - 1)) - 1);
}

/**
 * @brief Size a per-CPU list from its batch.
 *
 * @param pcp the list
 * @param batch what zone_batchsize() said
 * @source mm/page_alloc.c:6200
 */
void pageset_set_batch(struct per_cpu_pages *pcp, int batch)
{
	pcp->high = 6 * batch;
	pcp->batch = batch > 1 ? batch : 1;
}

/** Largest batch of a list whose size was set by hand. */
#define MAX_PCP_BATCH (PAGE_SHIFT * 8)

/**
 * @brief Size a per-CPU list from its high mark: the batch is a quarter of that, 1 to 96 pages.
 *
 * @param pcp the list
 * @param high the count at which a free sends a batch back
 * @source mm/page_alloc.c:6227
 */
static void pageset_set_high(struct per_cpu_pages *pcp, unsigned long high)
{
	unsigned long batch = max_ul(1, high / 4);

	pcp->high = (int)high;
	pcp->batch = (int)min_ul(batch, MAX_PCP_BATCH);
}

/**
 * @brief Size a per-CPU list as the tunables say.
 *
 * @param zone the zone
 * @param pcp the list of one CPU
 * @source none (ours: what mm/page_alloc.c does under the same name)
 */
void pageset_set_high_and_batch(const struct zone *zone, struct per_cpu_pages *pcp)
{
	int fraction = world->percpu_pagelist_fraction;

	if (fraction)
		pageset_set_high(pcp, zone->managed_pages / (unsigned long)fraction);
	else
		pageset_set_batch(pcp, zone_batchsize(zone));
}

/**
 * @brief Pages above the high watermarks in the zones that ordinary kernel memory can come from.
 *
 * @return pages, over the running CPU's zonelist up to ZONE_NORMAL
 * @source mm/page_alloc.c:5168
 */
unsigned long nr_free_buffer_pages(void)
{
	struct zonelist *zonelist = &NODE_DATA(numa_node_id())->node_zonelists[ZONELIST_FALLBACK];
	unsigned long sum = 0;
	struct zoneref *z;
	struct zone *zone;

	for_each_zone_zonelist_nodemask(zone, z, zonelist, ZONE_NORMAL, NULL)
		if (zone->managed_pages > high_wmark_pages(zone))
			sum += zone->managed_pages - high_wmark_pages(zone);
	return sum;
}

/**
 * @brief What a zone keeps back at most: its largest lowmem reserve and its high watermark.
 *
 * @param zone the zone
 * @return pages, at most what the zone manages
 * @source mm/page_alloc.c:7682
 */
static unsigned long zone_totalreserve(const struct zone *zone)
{
	unsigned long reserve = 0;

	for (int zid = zone_idx(zone); zid < MAX_NR_ZONES; zid++)
		reserve = max_ul(reserve, zone->lowmem_reserve[zid]);
	return min_ul(reserve + high_wmark_pages(zone), zone->managed_pages);
}

/**
 * @brief Sum up what is kept back, per node and in all. The dirty limits read it.
 *
 * @source mm/page_alloc.c:7682
 */
void calculate_totalreserve_pages(void)
{
	struct zone *zone;
	int nid;

	world->totalreserve_pages = 0;
	for_each_online_node(nid)
		NODE_DATA(nid)->totalreserve_pages = 0;
	for_each_zone(nid, zone) {
		unsigned long reserve = zone_totalreserve(zone);

		NODE_DATA(nid)->totalreserve_pages += reserve;
		world->totalreserve_pages += reserve;
	}
}

/**
 * @brief Share min_free_kbytes out to the zones and place low and high above it.
 *
 * Boosts are dropped.
 *
 * @source mm/page_alloc.c:7828
 */
void setup_per_zone_wmarks(void)
{
	u64 pages_min = (u64)world->min_free_kbytes >> (PAGE_SHIFT - 10);
	u64 managed = 0;
	struct zone *zone;
	int nid;

	for_each_zone(nid, zone)
		managed += zone->managed_pages;
	for_each_zone(nid, zone) {
		u64 min = managed ? pages_min * zone->managed_pages / managed : 0;
		u64 by_size = zone->managed_pages * (u64)world->watermark_scale_factor / 10000;
		u64 distance = max_ul(min >> 2, by_size);

		zone->_watermark[WMARK_MIN] = min;
		zone->watermark_boost = 0;
		zone->_watermark[WMARK_LOW] = min + distance;
		zone->_watermark[WMARK_HIGH] = min + 2 * distance;
	}
	calculate_totalreserve_pages();
}

/**
 * @brief Reserves of one zone against requests that could also use higher zones.
 *
 * The more memory lies above a zone, the more of it is kept for those who can use nothing else.
 *
 * @param pgdat the node
 * @param target highest zone of the request
 * @source mm/page_alloc.c:7723
 */
static void lowmem_reserve_against(struct pglist_data *pgdat, int target)
{
	struct zone *zones = pgdat->node_zones;
	unsigned long above = zones[target].managed_pages;

	zones[target].lowmem_reserve[target] = 0;
	for (int lower = target - 1; lower >= 0; lower--) {
		int ratio = world->lowmem_reserve_ratio[lower];

		if (ratio < 1 || !managed_zone(&zones[lower])) {
			zones[lower].lowmem_reserve[target] = 0;
			continue;
		}
		zones[lower].lowmem_reserve[target] = above / (unsigned long)ratio;
		above += zones[lower].managed_pages;
	}
}

/**
 * @brief Compute the lowmem reserves of all zones.
 *
 * @source mm/page_alloc.c:7723
 */
void setup_per_zone_lowmem_reserve(void)
{
	int nid;

	for_each_online_node(nid)
		for (int target = 0; target < MAX_NR_ZONES; target++)
			lowmem_reserve_against(NODE_DATA(nid), target);
	calculate_totalreserve_pages();
}

/**
 * @brief Largest integer whose square is at most `value`.
 *
 * @param value any number
 * @return its root, rounded down
 * @source none (ours: arithmetic)
 */
static unsigned long int_sqrt(unsigned long value)
{
	unsigned long root = 0;

	for (unsigned long bit = 1ul << 31; bit; bit >>= 1)
		if ((root + bit) * (root + bit) <= value)
			root += bit;
	return root;
}

#ifdef CONFIG_NUMA
/**
 * @brief Limits below which reclaim on a node is not worth starting.
 *
 * @source mm/page_alloc.c:7931
 */
static void setup_node_reclaim_limits(void)
{
	struct zone *zone;
	int nid;

	for_each_online_node(nid) {
		NODE_DATA(nid)->min_unmapped_pages = 0;
		NODE_DATA(nid)->min_slab_pages = 0;
	}
	for_each_zone(nid, zone) {
		NODE_DATA(nid)->min_unmapped_pages += zone->managed_pages / 100;
		NODE_DATA(nid)->min_slab_pages += zone->managed_pages * 5 / 100;
	}
}
#endif

/**
 * @brief Derive min_free_kbytes from the size of memory, and everything else from that.
 *
 * @source mm/page_alloc.c:7861
 */
void init_per_zone_wmark_min(void)
{
	unsigned long kbytes = nr_free_buffer_pages() * (PAGE_SIZE >> 10);
	int min_free = (int)int_sqrt(kbytes * 16);

	if (min_free > world->user_min_free_kbytes) {
		world->min_free_kbytes = min_free;
		if (world->min_free_kbytes < 128)
			world->min_free_kbytes = 128;
		if (world->min_free_kbytes > 262144)
			world->min_free_kbytes = 262144;
	}
	setup_per_zone_wmarks();
	refresh_zone_stat_thresholds();
	setup_per_zone_lowmem_reserve();
#ifdef CONFIG_NUMA
	setup_node_reclaim_limits();
#endif
}

/**
 * @brief Raise min_free_kbytes so that huge pages find free pageblocks of each type.
 *
 * Runs when transparent huge pages come into use. Thresholds and lowmem reserves stay as they are.
 *
 * @source mm/khugepaged.c:2264
 */
void set_recommended_min_free_kbytes(void)
{
	unsigned long recommended, zones = 0;
	struct zone *zone;
	int nid;

	for_each_populated_zone(nid, zone)
		if (zone_idx(zone) <= ZONE_NORMAL)
			zones++;
	/* Two pageblocks per zone, and one for each pair of types that could mix, three by
	 * three. */
	recommended = pageblock_nr_pages * zones * 2;
	recommended += pageblock_nr_pages * zones * MIGRATE_PCPTYPES * MIGRATE_PCPTYPES;
	recommended = min_ul(recommended, nr_free_buffer_pages() / 20);
	recommended <<= PAGE_SHIFT - 10;
	if ((int)recommended > world->min_free_kbytes)
		world->min_free_kbytes = (int)recommended;
	setup_per_zone_wmarks();
}
