/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Making nodes and zones, and the order in which requests will try them.
 *
 * A request that starts on node L walks L's zonelist: the zones of L from the highest down, then
 * those of the next nearest node, and so on. The order of nodes is computed once, at boot.
 */
#include <stdlib.h>
#include <string.h>

#include "vmstat.h"
#include "world/world.h"

const char *const zone_names[MAX_NR_ZONES] = { "DMA", "DMA32", "Normal", "Movable" };

/**
 * @brief Empty free lists for a zone.
 *
 * @param zone the zone
 * @source none (ours: the kernel does it while it sets up the zone)
 */
void zone_init_free_lists(struct zone *zone)
{
	for (int order = 0; order < MAX_ORDER; order++) {
		for (int type = 0; type < MIGRATE_TYPES; type++)
			INIT_LIST_HEAD(&zone->free_area[order].free_list[type]);
		zone->free_area[order].nr_free = 0;
	}
}

/**
 * @brief Make a node with four empty zones and make it online.
 *
 * @param nid its number, below MAX_NUMNODES
 * @return the node; NULL when the host has no memory
 * @source none (ours: stands for the node's setup at boot)
 */
struct pglist_data *node_new(int nid)
{
	struct pglist_data *pgdat = calloc(1, sizeof(*pgdat));

	if (!pgdat)
		return NULL;
	pgdat->node_id = nid;
	pgdat->lruvec.pgdat = pgdat;
	for (int lru = 0; lru < NR_LRU_LISTS; lru++)
		INIT_LIST_HEAD(&pgdat->lruvec.lists[lru]);
	for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
		struct zone *zone = &pgdat->node_zones[zid];

		zone->zone_pgdat = pgdat;
		zone->name = zone_names[zid];
#ifdef CONFIG_NUMA
		zone->node = nid;
#endif
		zone_init_free_lists(zone);
	}
	world->node_data[nid] = pgdat;
	node_set(nid, &world->node_online_map);
	world->nr_online_nodes = nodes_weight(world->node_online_map);
	return pgdat;
}

/**
 * @brief Give a zone fresh per-CPU pagesets, one per possible CPU, all empty.
 *
 * @param zone the zone; its pageset stays NULL when the host has no memory for the first ones
 * @param high trim level, pages; 0 passes every free page straight on
 * @param batch pages of one refill or trim
 * @source mm/page_alloc.c:6268
 */
void zone_pagesets_init(struct zone *zone, int high, int batch)
{
	size_t cpus = (size_t)world->nr_cpus;

	if (!zone->pageset)
		zone->pageset = calloc(cpus, sizeof(*zone->pageset));
	if (!zone->pageset)
		return;
	memset(zone->pageset, 0, cpus * sizeof(*zone->pageset));
	for (size_t cpu = 0; cpu < cpus; cpu++) {
		struct per_cpu_pages *pcp = &zone->pageset[cpu].pcp;

		pcp->high = high;
		pcp->batch = batch;
		for (int type = 0; type < MIGRATE_PCPTYPES; type++)
			INIT_LIST_HEAD(&pcp->lists[type]);
	}
}

/**
 * @brief Note which nodes have memory, and which have some below ZONE_MOVABLE.
 *
 * @source mm/page_alloc.c:119
 */
void node_states_update(void)
{
	struct zone *zone;
	int nid;

	world->node_memory_map = NODE_MASK_NONE;
	world->node_normal_map = NODE_MASK_NONE;
	for_each_populated_zone(nid, zone) {
		node_set(nid, &world->node_memory_map);
		if (zone_idx(zone) <= ZONE_NORMAL)
			node_set(nid, &world->node_normal_map);
	}
}

/**
 * @brief Distance between two nodes: 10 is local, larger is farther.
 *
 * @param from a node
 * @param to another
 * @return the table's entry; outside the table 10 when equal, else 20
 * @source arch/arm64/mm/numa.c:339
 */
int node_distance(int from, int to)
{
	if (from < 0 || to < 0 || from >= MAX_NUMNODES || to >= MAX_NUMNODES)
		return from == to ? 10 : 20;
	return world->node_distance[from][to];
}

/**
 * @brief Append a zone to a zonelist.
 *
 * @param zonelist the list
 * @param zone the zone
 * @source include/linux/mempolicy.h:159
 */
void zonelist_append(struct zonelist *zonelist, struct zone *zone)
{
	struct zoneref *z = zonelist->_zonerefs;

	while (z->zone)
		z++;
	z->zone = zone;
	z->zone_idx = zone_idx(zone);
	if (z->zone_idx > world->policy_zone && z->zone_idx != ZONE_MOVABLE)
		world->policy_zone = z->zone_idx;
}

/**
 * @brief Append the zones of one node, highest first.
 *
 * @param zonelist the list
 * @param pgdat the node; zones that manage nothing are left out
 * @source mm/page_alloc.c:5549
 */
static void build_zonerefs_node(struct zonelist *zonelist, struct pglist_data *pgdat)
{
	for (int zid = MAX_NR_ZONES - 1; zid >= 0; zid--)
		if (managed_zone(&pgdat->node_zones[zid]))
			zonelist_append(zonelist, &pgdat->node_zones[zid]);
}

#ifdef CONFIG_NUMA
/**
 * @brief How costly it is to go from one node to another, for the order of nodes.
 *
 * @param local the node the list is for
 * @param node the candidate
 * @param load penalty of nodes that are already the first choice of others
 * @return the smaller, the better
 * @source mm/page_alloc.c:5616
 */
static int node_cost(int local, int node, int load)
{
	int distance = node_distance(local, node);

	/* Of equally distant nodes prefer the next one up, so that not all crowd node 0. */
	if (node < local)
		distance++;
	/* departs: 5.8.18 adds one for nodes with CPUs, but on arm64 no node knows its CPUs yet
	 * when the lists are built, so the term is always 0 and left out. */
	return distance * world->nr_online_nodes * MAX_NUMNODES + load;
}

/**
 * @brief The next nearest node that is not in the list yet.
 *
 * @param local the node the list is for; it comes first, with or without memory
 * @param used nodes already in the list; the answer is added
 * @param node_load penalties, one per node
 * @return the node, or NUMA_NO_NODE when all are in the list
 * @source mm/page_alloc.c:5616
 */
static int find_next_best_node(int local, nodemask_t *used, const int *node_load)
{
	int best = NUMA_NO_NODE, best_cost = 0, node;

	if (!node_isset(local, *used)) {
		node_set(local, used);
		return local;
	}
	for_each_node_mask(node, world->node_memory_map) {
		int cost = node_cost(local, node, node_load[node]);

		if (node_isset(node, *used))
			continue;
		if (best == NUMA_NO_NODE || cost < best_cost) {
			best = node;
			best_cost = cost;
		}
	}
	if (best != NUMA_NO_NODE)
		node_set(best, used);
	return best;
}

/**
 * @brief Build both zonelists of a node.
 *
 * @param pgdat the node
 * @param node_load penalties, kept from node to node
 * @source mm/page_alloc.c:5710
 */
static void build_zonelists(struct pglist_data *pgdat, int *node_load)
{
	struct zonelist *fallback = &pgdat->node_zonelists[ZONELIST_FALLBACK];
	int local = pgdat->node_id, previous = local, load = world->nr_online_nodes, node;
	nodemask_t used = NODE_MASK_NONE;

	while ((node = find_next_best_node(local, &used, node_load)) != NUMA_NO_NODE) {
		/* The first node at a new distance is marked, so that others prefer its peers. */
		if (node_distance(local, node) != node_distance(local, previous))
			node_load[node] = load;
		build_zonerefs_node(fallback, NODE_DATA(node));
		previous = node;
		load--;
	}
	build_zonerefs_node(&pgdat->node_zonelists[ZONELIST_NOFALLBACK], pgdat);
}
#else
/**
 * @brief Build the zonelist of the only node.
 *
 * @param pgdat the node
 * @param node_load unused: there is nothing to choose
 * @source mm/page_alloc.c:5764
 */
static void build_zonelists(struct pglist_data *pgdat, int *node_load)
{
	(void)node_load;
	build_zonerefs_node(&pgdat->node_zonelists[ZONELIST_FALLBACK], pgdat);
}
#endif

/**
 * @brief Build the zonelists of all nodes, and decide whether to group by mobility.
 *
 * On a machine too small to keep the types apart, grouping is switched off for good.
 *
 * @source mm/page_alloc.c:5898
 */
void build_all_zonelists(void)
{
	int node_load[MAX_NUMNODES] = { 0 };
	unsigned long vm_total = 0;
	struct zoneref *z;
	int nid;

	for_each_online_node(nid)
		build_zonelists(NODE_DATA(nid), node_load);

	z = NODE_DATA(numa_node_id())->node_zonelists[ZONELIST_FALLBACK]._zonerefs;
	for (; z->zone; z++)
		if (z->zone->managed_pages > high_wmark_pages(z->zone))
			vm_total += z->zone->managed_pages - high_wmark_pages(z->zone);
	world->page_group_by_mobility_disabled = vm_total < pageblock_nr_pages * MIGRATE_TYPES;
}
