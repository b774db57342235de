/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 13, part: the state of memory, as failure and OOM reports show it.
 *
 * First totals of the machine, then of each node, then each zone with its watermarks and reserves,
 * then what each zone has free, by order. A count of free blocks is followed by letters that say on
 * which lists they are: Unmovable, Movable, rEclaimable, Highatomic, CMA, Isolate.
 */
#include <stdio.h>

#include "memory_map.h"
#include "stages/stages.h"
#include "text/append.h"
#include "vmstat.h"
#include "world/world.h"

/** Pages as KiB. */
#define K(pages) ((pages) << (PAGE_SHIFT - 10))

/** Failures in a row after which a node counts as hopeless. */
#define MAX_RECLAIM_RETRIES 16

/** Pages of a transparent huge page. */
#define HPAGE_PMD_NR 512ul

/** Bytes of a zone's line; the longest ones have some 700. */
#define LINE_SIZE 1000

/** Bytes of "Node N " before a zone, and of the letters of lists, in parentheses. */
#define NODE_SIZE    16
#define LETTERS_SIZE (MIGRATE_TYPES + 4)

/**
 * @brief Is this node to be left out?
 *
 * @param filter SHOW_MEM_FILTER_NODES or 0
 * @param nid the node
 * @param nodemask nodes of the request; NULL: those that the task's cpuset allows
 * @return true to leave it out
 * @source mm/page_alloc.c:5289
 */
static bool show_mem_node_skip(unsigned int filter, int nid, const nodemask_t *nodemask)
{
	if (!(filter & SHOW_MEM_FILTER_NODES))
		return false;
	return !node_isset(nid, nodemask ? *nodemask : current->mems_allowed);
}

/**
 * @brief Pages on the per-CPU lists of a zone.
 *
 * @param zone the zone
 * @return pages, all online CPUs together
 * @source none (ours: a part of mm/page_alloc.c's show_free_areas)
 */
static unsigned long zone_pcp_pages(const struct zone *zone)
{
	unsigned long pages = 0;
	int cpu;

	for_each_online_cpu(cpu)
		pages += (unsigned long)zone->pageset[cpu].pcp.count;
	return pages;
}

/**
 * @brief Totals of the machine: one record of six lines.
 *
 * @param free_pcp pages on the per-CPU lists of the zones that are shown
 * @source none (ours: a part of mm/page_alloc.c's show_free_areas)
 */
static void show_totals(unsigned long free_pcp)
{
#define NODE(item) global_node_page_state(item)
#define ZONE(item) global_zone_page_state(item)
	printk("active_anon:%lu inactive_anon:%lu isolated_anon:%lu\n"
	       " active_file:%lu inactive_file:%lu isolated_file:%lu\n"
	       " unevictable:%lu dirty:%lu writeback:%lu\n"
	       " slab_reclaimable:%lu slab_unreclaimable:%lu\n"
	       " mapped:%lu shmem:%lu pagetables:%lu bounce:%lu\n"
	       " free:%lu free_pcp:%lu free_cma:%lu\n",
	       NODE(NR_ACTIVE_ANON), NODE(NR_INACTIVE_ANON), NODE(NR_ISOLATED_ANON),
	       NODE(NR_ACTIVE_FILE), NODE(NR_INACTIVE_FILE), NODE(NR_ISOLATED_FILE),
	       NODE(NR_UNEVICTABLE), NODE(NR_FILE_DIRTY), NODE(NR_WRITEBACK),
	       NODE(NR_SLAB_RECLAIMABLE), NODE(NR_SLAB_UNRECLAIMABLE), NODE(NR_FILE_MAPPED),
	       NODE(NR_SHMEM), ZONE(NR_PAGETABLE), ZONE(NR_BOUNCE), ZONE(NR_FREE_PAGES), free_pcp,
	       ZONE(NR_FREE_CMA_PAGES));
#undef NODE
#undef ZONE
}

/**
 * @brief One line about a node.
 *
 * @param pgdat the node
 * @source none (ours: a part of mm/page_alloc.c's show_free_areas)
 */
static void show_node_line(const struct pglist_data *pgdat)
{
#define KB(item) K(node_page_state(pgdat, item))
	printk("Node %d active_anon:%lukB inactive_anon:%lukB active_file:%lukB inactive_file:%lukB"
	       " unevictable:%lukB isolated(anon):%lukB isolated(file):%lukB mapped:%lukB"
	       " dirty:%lukB writeback:%lukB shmem:%lukB shmem_thp: %lukB shmem_pmdmapped: %lukB"
	       " anon_thp: %lukB writeback_tmp:%lukB all_unreclaimable? %s\n",
	       pgdat->node_id, KB(NR_ACTIVE_ANON), KB(NR_INACTIVE_ANON), KB(NR_ACTIVE_FILE),
	       KB(NR_INACTIVE_FILE), KB(NR_UNEVICTABLE), KB(NR_ISOLATED_ANON), KB(NR_ISOLATED_FILE),
	       KB(NR_FILE_MAPPED), KB(NR_FILE_DIRTY), KB(NR_WRITEBACK), KB(NR_SHMEM),
	       KB(NR_SHMEM_THPS) * HPAGE_PMD_NR, KB(NR_SHMEM_PMDMAPPED) * HPAGE_PMD_NR,
	       KB(NR_ANON_THPS) * HPAGE_PMD_NR, KB(NR_WRITEBACK_TEMP),
	       pgdat->kswapd_failures >= MAX_RECLAIM_RETRIES ? "yes" : "no");
#undef KB
}

/**
 * @brief Name the node before a zone, where there can be several.
 *
 * @param zone the zone
 * @param text receives "Node N " or nothing
 * @param size bytes of `text`
 * @source none (ours: what mm/page_alloc.c does under the name show_node)
 */
static void show_node(const struct zone *zone, char *text, size_t size)
{
#ifdef CONFIG_NUMA
	snprintf(text, size, "Node %d ", zone_to_nid(zone));
#else
	(void)zone;
	(void)size;
	text[0] = '\0';
#endif
}

/**
 * @brief Two lines about a zone: its counters, and what it keeps back from higher requests.
 *
 * @param zone the zone
 * @source none (ours: a part of mm/page_alloc.c's show_free_areas)
 */
static void show_zone_lines(const struct zone *zone)
{
	char node[NODE_SIZE];

	show_node(zone, node, sizeof(node));
#define KB(item) K(zone_page_state(zone, item))
	printk("%s%s free:%lukB min:%lukB low:%lukB high:%lukB reserved_highatomic:%luKB"
	       " active_anon:%lukB inactive_anon:%lukB active_file:%lukB inactive_file:%lukB"
	       " unevictable:%lukB writepending:%lukB present:%lukB managed:%lukB mlocked:%lukB"
	       " kernel_stack:%lukB pagetables:%lukB bounce:%lukB free_pcp:%lukB local_pcp:%lukB"
	       " free_cma:%lukB\n",
	       node, zone->name, KB(NR_FREE_PAGES), K(min_wmark_pages(zone)),
	       K(low_wmark_pages(zone)), K(high_wmark_pages(zone)), K(zone->nr_reserved_highatomic),
	       KB(NR_ZONE_ACTIVE_ANON), KB(NR_ZONE_INACTIVE_ANON), KB(NR_ZONE_ACTIVE_FILE),
	       KB(NR_ZONE_INACTIVE_FILE), KB(NR_ZONE_UNEVICTABLE), KB(NR_ZONE_WRITE_PENDING),
	       K(zone->present_pages), K(zone->managed_pages), KB(NR_MLOCK),
	       zone_page_state(zone, NR_KERNEL_STACK_KB), KB(NR_PAGETABLE), KB(NR_BOUNCE),
	       K(zone_pcp_pages(zone)),
	       K((unsigned long)zone->pageset[smp_processor_id()].pcp.count),
	       KB(NR_FREE_CMA_PAGES));
#undef KB
	printk("lowmem_reserve[]: %lu %lu %lu %lu\n", zone->lowmem_reserve[ZONE_DMA],
	       zone->lowmem_reserve[ZONE_DMA32], zone->lowmem_reserve[ZONE_NORMAL],
	       zone->lowmem_reserve[ZONE_MOVABLE]);
}

/**
 * @brief The letters of the lists of one order that are not empty.
 *
 * @param area the lists
 * @param text receives "(UM) ", or nothing when all are empty
 * @source none (ours: what mm/page_alloc.c does under the name show_migration_types)
 */
static void show_migration_types(struct free_area *area, char *text)
{
	char *end = text;

	if (area->nr_free)
		*end++ = '(';
	for (int type = 0; type < MIGRATE_TYPES; type++)
		if (!free_area_empty(area, type))
			*end++ = migratetype_letters[type];
	sprintf(end, "%s", area->nr_free ? ") " : "");
}

/**
 * @brief One line about the free blocks of a zone.
 *
 * @param zone the zone
 * @source none (ours: a part of mm/page_alloc.c's show_free_areas)
 */
static void show_free_lists(struct zone *zone)
{
	char line[LINE_SIZE] = "", letters[LETTERS_SIZE], node[NODE_SIZE];
	unsigned long pages = 0;

	show_node(zone, node, sizeof(node));
	text_append(line, sizeof(line), "%s%s: ", node, zone->name);
	for (int order = 0; order < MAX_ORDER; order++) {
		struct free_area *area = &zone->free_area[order];

		show_migration_types(area, letters);
		pages += area->nr_free << order;
		text_append(line, sizeof(line), "%lu*%lukB %s", area->nr_free, K(1ul) << order,
			    letters);
	}
	printk("%s= %lukB\n", line, K(pages));
}

/**
 * @brief Pools of huge pages: none are reserved here.
 *
 * @source none (ours: what mm/hugetlb.c does under the name hugetlb_show_meminfo)
 */
/* departs: pools of huge pages are not modelled; the lines of an empty pool are printed. */
static void show_hugepages(void)
{
	static const unsigned long sizes[] = { 1048576, 32768, 2048, 64 };
	int nid;

	for_each_node_mask(nid, world->node_memory_map)
		for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
			printk("Node %d hugepages_total=0 hugepages_free=0 hugepages_surp=0"
			       " hugepages_size=%lukB\n",
			       nid, sizes[i]);
}

/**
 * @brief The page cache and swap, in five lines.
 *
 * @source none (ours: what mm/swap_state.c does under the name show_swap_cache_info)
 */
static void show_swap_cache_info(void)
{
	printk("%lu total pagecache pages\n", global_node_page_state(NR_FILE_PAGES));
	printk("%lu pages in swap cache\n", world->nr_swapcache_pages);
	printk("Swap cache stats: add %lu, delete %lu, find %lu/%lu\n", world->swap_cache_added,
	       world->swap_cache_deleted, world->swap_cache_found, world->swap_cache_sought);
	printk("Free swap  = %lukB\n", K(world->nr_swap_pages));
	printk("Total swap = %lukB\n", K(world->total_swap_pages));
}

/**
 * @brief Free memory and watermarks: the machine's totals, then nodes, zones and free lists.
 *
 * @param filter SHOW_MEM_FILTER_NODES to leave out nodes that the request could not use
 * @param nodemask its nodes; NULL: those of the task's cpuset
 * @source mm/page_alloc.c:5343
 */
void show_free_areas(unsigned int filter, const nodemask_t *nodemask)
{
	unsigned long free_pcp = 0;
	struct zone *zone;
	int nid;

	/* Step 1: totals */
	for_each_populated_zone(nid, zone)
		if (!show_mem_node_skip(filter, nid, nodemask))
			free_pcp += zone_pcp_pages(zone);
	show_totals(free_pcp);

	/* Step 2: nodes, zones, free lists, one kind after the other */
	for_each_online_node(nid)
		if (!show_mem_node_skip(filter, nid, nodemask))
			show_node_line(NODE_DATA(nid));
	for_each_populated_zone(nid, zone)
		if (!show_mem_node_skip(filter, nid, nodemask))
			show_zone_lines(zone);
	for_each_populated_zone(nid, zone)
		if (!show_mem_node_skip(filter, nid, nodemask))
			show_free_lists(zone);

	/* Step 3: what lies in huge pages, the page cache and swap; no filter applies to these */
	show_hugepages();
	show_swap_cache_info();
}

/**
 * @brief Pages set aside for CMA.
 *
 * @return pages
 * @source none (ours: 5.8.18 counts areas as they are declared; here their pageblocks tell)
 */
static unsigned long cma_pages(void)
{
	unsigned long pages = 0;

	for (unsigned long pfn = world->mem_map_start; pfn < world->mem_map_end;
	     pfn += pageblock_nr_pages)
		if (is_migrate_cma(get_pfnblock_migratetype(pfn)))
			pages += pageblock_nr_pages;
	return pages;
}

/**
 * @brief The state of memory, for a report.
 *
 * @param filter SHOW_MEM_FILTER_NODES to leave out nodes that the request could not use
 * @param nodemask its nodes; NULL: those of the task's cpuset
 * @source lib/show_mem.c:11
 */
void show_mem(unsigned int filter, const nodemask_t *nodemask)
{
	unsigned long present = 0, managed = 0;
	struct zone *zone;
	int nid;

	printk("Mem-Info:\n");
	show_free_areas(filter, nodemask);
	for_each_populated_zone(nid, zone) {
		present += zone->present_pages;
		managed += zone->managed_pages;
	}
	printk("%lu pages RAM\n", present);
	printk("0 pages HighMem/MovableOnly\n");
	printk("%lu pages reserved\n", present - managed);
	printk("%lu pages cma reserved\n", cma_pages());
}
