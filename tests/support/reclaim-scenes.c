/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * What the tests of reclaim begin from; see reclaim-scenes.h.
 */
#include "reclaim-scenes.h"

#include "life/life.h"
#include "page_cache.h"

struct reclaim_scene scene;

/** A live machine, and an activity as direct reclaim for GFP_KERNEL begins it. */
void reclaim_setup(void)
{
	test_machine_uma(64);
	daemons_start();
	scene.zone = test_zone(0, ZONE_DMA);
	scene.pgdat = NODE_DATA(0);
	scene.file = address_space_new("file", false);
	scene.heap = address_space_new("heap", true);
	swap_on(4096);
	scene.control = (struct scan_control){ .nr_to_reclaim = 32,
					       .gfp_mask = GFP_KERNEL,
					       .reclaim_idx = ZONE_NORMAL,
					       .priority = DEF_PRIORITY,
					       .may_writepage = true,
					       .may_unmap = true,
					       .may_swap = true };
	test_forget_events();
}

/** A new page of a file or of a process, on its list. */
struct page *listed_page(struct address_space *space, gfp_t gfp_mask)
{
	struct page *page = page_cache_add(space, gfp_mask);

	lru_add_drain();
	return page;
}

unsigned long slab_objects, slab_asked, slab_calls;
bool slab_stops;

static unsigned long count_objects(struct shrinker *shrinker, struct shrink_control *control)
{
	(void)shrinker;
	(void)control;
	return slab_objects;
}

static unsigned long scan_objects(struct shrinker *shrinker, struct shrink_control *control)
{
	(void)shrinker;
	slab_calls++;
	if (slab_stops)
		return SHRINK_STOP;
	slab_asked += control->nr_to_scan;
	slab_objects -= control->nr_to_scan < slab_objects ? control->nr_to_scan : slab_objects;
	current->reclaimed_slab += control->nr_to_scan / 32;
	return control->nr_to_scan;
}

struct shrinker slab_cache = { .name = "cache",
			       .count_objects = count_objects,
			       .scan_objects = scan_objects,
			       .seeks = DEFAULT_SEEKS };
struct shrinker slab_other = { .name = "other",
			       .count_objects = count_objects,
			       .scan_objects = scan_objects,
			       .seeks = 0,
			       .batch = 1000,
			       .memcg_aware = true };

struct zonelist *scene_zonelist(void)
{
	return scene.pgdat->node_zonelists;
}

int group_uncharged;

void group_uncharge(struct page *page)
{
	group_uncharged++;
	page->mem_cgroup->memory.usage--;
	page->mem_cgroup = NULL;
}

/** Pages of a group on its own lists. */
void group_fill(struct mem_cgroup *group, int pages)
{
	for (int i = 0; i < pages; i++) {
		struct page *page = listed_page(scene.file, GFP_KERNEL);

		lru_list_del(page);
		page->mem_cgroup = group;
		group->memory.usage++;
		lru_list_add(page);
	}
}
