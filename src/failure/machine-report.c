/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief A machine of ours as a report, so that the rules of other kernels can judge it.
 *
 * The stages know one version. What another one would decide in the same state is asked as of a report that shows that state:
 * at the last check of the slow path, with nothing reclaimed.
 */
#include "failure/machine-report.h"

#include <stdio.h>
#include <string.h>

/** Size of a page, kB. */
#define PAGE_KB 4

/** Zone types of 5.8.18 as a report has them. */
static const enum failure_zone_type types[EXPLAIN_TIERS] = {
	FAILURE_DMA,
	FAILURE_DMA32,
	FAILURE_NORMAL,
	FAILURE_MOVABLE,
};

static void set(struct failure_zone *zone, enum failure_figure figure, unsigned long pages)
{
	zone->figures.value[figure] = (uint64_t)pages * PAGE_KB;
	zone->figures.seen |= 1ull << figure;
}

/** The free lists. */
static void set_blocks(const struct explained_zone *from, struct failure_zone *zone)
{
	for (int order = 0; order < EXPLAIN_ORDERS; order++)
		for (int type = 0; type < EXPLAIN_TYPES; type++) {
			unsigned long blocks = from->blocks[order][type];

			zone->blocks[order] += blocks;
			zone->letters[order] |= (uint8_t)(blocks ? 1 << type : 0);
			zone->list_kb += (uint64_t)blocks * (PAGE_KB << order);
		}
	zone->nr_orders = EXPLAIN_ORDERS;
	zone->listed = (1u << EXPLAIN_ORDERS) - 1;
	zone->list_ended = true;
}

/** A zone. */
static void set_zone(const struct explained_zone *from, struct failure_zone *zone)
{
	unsigned long reserved = 0;

	snprintf(zone->name, sizeof(zone->name), "%s", from->name);
	zone->type = types[from->index];
	zone->nid = from->nid;
	set_blocks(from, zone);
	for (int order = 0; order < EXPLAIN_ORDERS; order++)
		reserved += from->blocks[order][MIGRATE_HIGHATOMIC] << order;
	set(zone, FIGURE_FREE, from->free);
	set(zone, FIGURE_BOOST, from->boost);
	set(zone, FIGURE_MIN, from->mark[0] + from->boost);
	set(zone, FIGURE_LOW, from->mark[1] + from->boost);
	set(zone, FIGURE_HIGH, from->mark[2] + from->boost);
	set(zone, FIGURE_HIGHATOMIC, from->highatomic);
	set(zone, FIGURE_FREE_HIGHATOMIC, reserved);
	set(zone, FIGURE_FREE_CMA, from->free_cma);
	set(zone, FIGURE_PRESENT, from->present);
	set(zone, FIGURE_MANAGED, from->managed);
	set(zone, FIGURE_FREE_PCP, from->pcp);
	set(zone, FIGURE_LOCAL_PCP, from->pcp);
	for (int tier = 0; tier < EXPLAIN_TIERS; tier++)
		zone->reserve[zone->nr_reserve++] = from->reserve[tier];
}

/**
 * @brief Make a report of a request and of the zones before it.
 *
 * @param e what became of the request on a machine of 5.8.18
 * @param failure receives the report
 */
void machine_report(const struct explanation *e, struct failure *failure)
{
	memset(failure, 0, sizeof(*failure));
	failure->kind = FAILURE_PAGE_ALLOC;
	failure->ours = true;
	failure->has_order = failure->has_mask = failure->has_state = true;
	failure->order = e->request.order > 1000 ? 1000 : e->request.order;
	failure->mask_number = failure->mask.mask = e->mask;
	failure->named_nodes = !strcmp(e->configuration, "numa");
	failure->page_kb = PAGE_KB;
	for (int i = 0; i < e->nr_zones && i < FAILURE_ZONES; i++) {
		set_zone(&e->zone[i], &failure->zone[failure->nr_zones++]);
		failure->totals.value[FIGURE_FREE] += e->zone[i].free;
		failure->ram += e->zone[i].managed;
	}
	failure->has_ram = failure->has_reserved = true;
}
