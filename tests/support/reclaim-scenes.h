/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * What the tests of reclaim begin from: a live machine, shrinkers that answer as told, pages of a group.
 */
#ifndef TESTS_RECLAIM_SCENES_H
#define TESTS_RECLAIM_SCENES_H

#include "machines.h"
#include "stages/reclaim.h"

/** What a test works on. */
extern struct reclaim_scene {
	struct zone *zone;
	struct pglist_data *pgdat;
	struct address_space *file, *heap;
	struct scan_control control;
	struct reclaim_stat stat;
	struct list_head batch; /**< the pages handed to a pass */
} scene;

void reclaim_setup(void);
struct page *listed_page(struct address_space *space, gfp_t gfp_mask);
struct zonelist *scene_zonelist(void);

/* Two shrinkers share these: objects there are, objects they were asked to free, how often, and whether they refuse. */
extern unsigned long slab_objects, slab_asked, slab_calls;
extern bool slab_stops;
extern struct shrinker slab_cache, slab_other;

extern int group_uncharged; /**< pages that group_uncharge() took out of their groups */
void group_uncharge(struct page *page);
void group_fill(struct mem_cgroup *group, int pages);

#endif
