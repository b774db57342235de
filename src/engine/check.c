/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The watermark check on the figures of a zone alone: stage 13 gives the flags, stage 09 decides.
 */
#include <stdlib.h>

#include "alloc_context.h"
#include "engine/parts.h"
#include "stages/stages.h"
#include "vmstat.h"
#include "world/world.h"

/** One entry for each list of a zone that is not empty: whether there is a block is all that stage 09 asks. */
struct blocks {
	struct list_head entry[MAX_ORDER][MIGRATE_TYPES];
};

/** Give a zone what is known of it. */
static void fill_zone(struct zone *zone, struct blocks *blocks, const struct engine_zone *figures)
{
	zone->vm_stat[NR_FREE_PAGES] = figures->free;
	zone->vm_stat[NR_FREE_CMA_PAGES] = figures->cma;
	zone->nr_reserved_highatomic = (unsigned long)figures->highatomic;
	zone->_watermark[WMARK_MIN] = (unsigned long)figures->min;
	zone->watermark_boost = (unsigned long)figures->boost;
	zone->lowmem_reserve[0] = figures->reserve;
	for (int order = 0; order < MAX_ORDER; order++)
		for (int type = 0; type < MIGRATE_TYPES; type++) {
			struct free_area *area = &zone->free_area[order];

			INIT_LIST_HEAD(&area->free_list[type]);
			if (!figures->blocks[order][type])
				continue;
			list_add(&blocks->entry[order][type], &area->free_list[type]);
			area->nr_free += figures->blocks[order][type];
		}
}

/** What the mask allows in the slow path, by a task that marks bind or not. */
static unsigned int flags_of(gfp_t gfp, bool no_marks)
{
	unsigned int instead;

	/* The slow path takes back __GFP_ATOMIC from those who may sleep. */
	if ((gfp & __GFP_ATOMIC) && (gfp & __GFP_DIRECT_RECLAIM))
		gfp &= ~__GFP_ATOMIC;
	if (no_marks)
		world->current_task->flags |= PF_MEMALLOC;
	instead = __gfp_pfmemalloc_flags(gfp);
	return instead ? instead : gfp_to_alloc_flags(gfp);
}

/**
 * @brief Check a zone on the machine in focus, which has no others.
 *
 * @param figures the zone
 * @param gfp the request's mask
 * @param order of the request
 * @param no_marks marks do not bind the task
 * @param attempt receives the numbers; `passes` is what stage 09 says
 * @return 0, or -1 when there is no memory
 */
int check_run(const struct engine_zone *figures, uint32_t gfp, unsigned int order, bool no_marks,
	      struct explained_attempt *attempt)
{
	struct zone *zone = calloc(1, sizeof(*zone));
	struct blocks *blocks = calloc(1, sizeof(*blocks));
	struct explained_walk walk = { .gfp = gfp };

	if (zone && blocks) {
		fill_zone(zone, blocks, figures);
		walk.alloc_flags = flags_of(gfp, no_marks);
		explain_attempt(zone, &walk, order, attempt);
		attempt->mark_ignored =
			!attempt->passes && (walk.alloc_flags & ALLOC_NO_WATERMARKS);
	}
	free(blocks);
	free(zone);
	return zone && blocks ? 0 : -1;
}
