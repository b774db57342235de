/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Physical memory: an array of struct page, and the addresses behind them.
 *
 * Where the kernel maps physical memory at a fixed offset (the linear map), a machine's memory lies
 * wherever the host put it (host_memory.c); no decision depends on the address.
 */
#include <stdlib.h>
#include <string.h>

#include "text/error.h"
#include "world/world.h"

/** A machine cannot span more than arm64's linear map with 39-bit addresses: 256 GiB. */
#define MAX_SPAN_PAGES ((256ul << 30) >> PAGE_SHIFT)

/**
 * @brief Round a PFN down.
 *
 * @param pfn the PFN
 * @param pages a power of two
 * @return the multiple of `pages` at or below it
 * @source none (ours: arithmetic)
 */
static unsigned long round_down_pages(unsigned long pfn, unsigned long pages)
{
	return pfn & ~(pages - 1);
}

/**
 * @brief Reserve struct pages, pageblock types and memory for a set of ranges.
 *
 * The map spans from the first to the last range, rounded out to whole blocks of the largest order,
 * so that the buddy of every page has a place in it.
 *
 * @param ranges memory ranges, sorted by address
 * @param nr_ranges how many, at most MAX_MEMORY_RANGES
 * @param error receives what went wrong
 * @return 0, or -1 with nothing reserved
 * @source none (ours: stands for the memory map that arm64 builds at boot)
 */
int memory_map_reserve(const struct memory_range *ranges, int nr_ranges,
		       struct pageflow_error *error)
{
	unsigned long start = round_down_pages(ranges[0].start_pfn, MAX_ORDER_NR_PAGES);
	unsigned long end = round_down_pages(ranges[nr_ranges - 1].end_pfn + MAX_ORDER_NR_PAGES - 1,
					     MAX_ORDER_NR_PAGES);
	unsigned long pages = end - start;

	if (pages > MAX_SPAN_PAGES)
		return error_set(error,
				 "memory from PFN %#lx to %#lx spans more than 256 GiB, "
				 "which arm64 with 39-bit addresses cannot map",
				 start, end);
	world->mem_map = host_reserve(pages * sizeof(struct page), "struct pages", error);
	world->mem_map_start = start;
	world->mem_map_end = end;
	if (!world->mem_map)
		return -1;
	world->memory = contents_reserve(pages, error);
	world->pageblock_flags = calloc(pages >> pageblock_order, 1);
	if (!world->pageblock_flags)
		error_set(error, "the host has no memory for the types of pageblocks");
	if (!world->memory || !world->pageblock_flags) {
		memory_map_release(world);
		return -1;
	}
	world->nr_ranges = nr_ranges;
	memcpy(world->range, ranges, sizeof(*ranges) * (size_t)nr_ranges);
	return 0;
}

/**
 * @brief Give a machine's memory back to the host.
 *
 * @param machine the machine; it need not be in focus
 * @source none (ours: a kernel keeps its memory)
 */
void memory_map_release(struct machine *machine)
{
	unsigned long pages = machine->mem_map_end - machine->mem_map_start;

	if (machine->mem_map)
		host_release(machine->mem_map, pages * sizeof(struct page));
	if (machine->memory)
		contents_release(machine, pages);
	free(machine->pageblock_flags);
	machine->mem_map = NULL;
	machine->memory = NULL;
	machine->pageblock_flags = NULL;
}

/**
 * @brief Address of a page's bytes.
 *
 * @param page the page
 * @return a pointer to PAGE_SIZE bytes that can be read and written
 * @source include/linux/mm.h:1516
 */
/* departs: a macro there, a function here, so that a debugger can stop in it. The address is the
 * host's: any one-to-one mapping will do. */
void *page_address(const struct page *page)
{
	return world->memory + ((page_to_pfn(page) - world->mem_map_start) << PAGE_SHIFT);
}

/**
 * @brief Is this an address inside the machine's memory?
 *
 * @param address any address
 * @return true when virt_to_page() can translate it to a valid page
 * @source none (ours: where 5.8.18 would go on with a wrong page, we can say so)
 */
bool virt_addr_valid(const void *address)
{
	unsigned long offset = (unsigned long)((const char *)address - world->memory);
	unsigned long pfn = world->mem_map_start + (offset >> PAGE_SHIFT);

	return (const char *)address >= world->memory && pfn < world->mem_map_end && pfn_valid(pfn);
}

/**
 * @brief Page that holds an address; the offset inside the page does not matter.
 *
 * @param address an address that page_address() returned, or one inside that page
 * @return the page
 * @source arch/arm64/include/asm/memory.h:303
 */
struct page *virt_to_page(const void *address)
{
	unsigned long offset = (unsigned long)((const char *)address - world->memory);

	return pfn_to_page(world->mem_map_start + (offset >> PAGE_SHIFT));
}

/**
 * @brief The zone of a node that holds a PFN.
 *
 * @param pgdat the node
 * @param pfn a PFN of the node
 * @return index of the zone that spans it; ZONE_DMA when no other does
 * @source none (ours: the kernel walks zone by zone instead)
 */
static int zone_of_pfn(const struct pglist_data *pgdat, unsigned long pfn)
{
	int zid = MAX_NR_ZONES - 1;

	while (zid > ZONE_DMA && !zone_spans_pfn(&pgdat->node_zones[zid], pfn))
		zid--;
	return zid;
}

/**
 * @brief Make the struct pages of a memory range: in use, on no list, of their zone.
 *
 * The node's zones must know their spans by now.
 *
 * @param range the range
 * @source mm/page_alloc.c:5955
 */
void memmap_init_range(const struct memory_range *range)
{
	struct pglist_data *pgdat = NODE_DATA(range->nid);

	for (unsigned long pfn = range->start_pfn; pfn < range->end_pfn; pfn++) {
		struct page *page = pfn_to_page(pfn);

		set_page_links(page, (enum zone_type)zone_of_pfn(pgdat, pfn), range->nid, pfn);
		page->_mapcount = -1;
		page->_refcount = 1;
	}
}

/**
 * @brief First page of a pageblock, or of the part of it that lies in a zone, if both its ends are there.
 *
 * @param start_pfn first PFN of the part
 * @param end_pfn PFN after its last
 * @param zone the zone
 * @return the first page; NULL when the first or the last PFN is not valid or belongs to another zone
 * @source mm/page_alloc.c:1575
 */
struct page *__pageblock_pfn_to_page(unsigned long start_pfn, unsigned long end_pfn,
				     const struct zone *zone)
{
	if (!pfn_valid(start_pfn) || !pfn_valid(end_pfn - 1))
		return NULL;
	if (page_zone(pfn_to_page(start_pfn)) != zone ||
	    page_zone(pfn_to_page(end_pfn - 1)) != zone)
		return NULL;
	return pfn_to_page(start_pfn);
}

/**
 * @brief Find out whether every pageblock of a zone is there at both ends, so that nobody need ask again.
 *
 * A hole inside a pageblock does not show at its ends: the zone still counts as contiguous.
 *
 * @param zone the zone, its struct pages made
 * @source mm/page_alloc.c:1603
 */
void set_zone_contiguous(struct zone *zone)
{
	unsigned long start = zone->zone_start_pfn, end;

	zone->contiguous = false;
	for (; start < zone_end_pfn(zone); start = end) {
		end = min_ul((start | (pageblock_nr_pages - 1)) + 1, zone_end_pfn(zone));
		if (!__pageblock_pfn_to_page(start, end, zone))
			return;
	}
	zone->contiguous = true;
}
