/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 15, part: shrinking the kernel's own caches.
 *
 * A cache that can be made smaller registers a **shrinker**: it counts what could be freed, and frees
 * as much as it is asked to. It is asked for as large a share of its objects as the lists of pages are
 * scanned. The arithmetic is 5.8.18's; which caches exist is up to the machine (a model).
 */
#include "gfp.h"
#include "stages/reclaim.h"
#include "tracepoints.h"
#include "world/world.h"

/**
 * @brief Register a cache to be shrunk when memory is short.
 *
 * @param shrinker the cache; called in the order of registration
 * @source none (ours: what mm/vmscan.c does under the name register_shrinker)
 */
void shrinker_register(struct shrinker *shrinker)
{
	struct shrinker **link = &world->shrinkers;

	while (*link)
		link = &(*link)->next;
	shrinker->next = NULL;
	*link = shrinker;
}

/**
 * @brief Unregister a cache.
 *
 * @param shrinker the cache; nothing happens when it is not registered
 * @source none (ours: what mm/vmscan.c does under the name unregister_shrinker)
 */
void shrinker_unregister(struct shrinker *shrinker)
{
	struct shrinker **link = &world->shrinkers;

	while (*link && *link != shrinker)
		link = &(*link)->next;
	if (*link)
		*link = shrinker->next;
}

/**
 * @brief How many objects of a cache are to be scanned now.
 *
 * @param shrinker the cache
 * @param freeable objects that could be freed
 * @param priority priority of the scan
 * @return objects
 * @source mm/vmscan.c:419
 */
static long slab_delta(const struct shrinker *shrinker, long freeable, int priority)
{
	/* Objects that cost nothing to make again are halved at once. */
	if (!shrinker->seeks)
		return freeable / 2;
	return 4 * (freeable >> priority) / shrinker->seeks;
}

/**
 * @brief Scan a cache in batches until the target is used up.
 *
 * @param shrinker the cache
 * @param sc who asks
 * @param freeable objects that could be freed
 * @param total_scan target, objects; receives what was left over
 * @param freed receives the answer that ended it, or the objects freed
 * @return objects scanned
 * @source mm/vmscan.c:419
 */
static long scan_slab(struct shrinker *shrinker, struct shrink_control *sc, long freeable,
		      long *total_scan, unsigned long *freed)
{
	long batch = shrinker->batch ? shrinker->batch : SHRINK_BATCH, scanned = 0;

	while (*total_scan >= batch || *total_scan >= freeable) {
		unsigned long answer;

		sc->nr_to_scan = (unsigned long)(batch < *total_scan ? batch : *total_scan);
		sc->nr_scanned = sc->nr_to_scan;
		answer = shrinker->scan_objects(shrinker, sc);
		if (answer == SHRINK_STOP)
			break;
		*freed += answer;
		*total_scan -= (long)sc->nr_scanned;
		scanned += (long)sc->nr_scanned;
		world_reschedule();
	}
	return scanned;
}

/**
 * @brief Shrink one cache.
 *
 * @param sc who asks, on which node
 * @param shrinker the cache
 * @param priority priority of the scan
 * @return objects freed
 * @source mm/vmscan.c:419
 */
static unsigned long do_shrink_slab(struct shrink_control *sc, struct shrinker *shrinker,
				    int priority)
{
	unsigned long freed = 0, count = shrinker->count_objects(shrinker, sc);
	long freeable = (long)count, deferred, delta, total_scan, base, scanned, left;

	if (!count || count == SHRINK_EMPTY)
		return 0;

	/* Step 1: a share of the objects, and what could not be scanned earlier */
	deferred = shrinker->nr_deferred[sc->nid];
	shrinker->nr_deferred[sc->nid] = 0;
	delta = slab_delta(shrinker, freeable, priority);
	total_scan = deferred + delta;
	base = total_scan;
	if (total_scan < 0) {
		total_scan = freeable;
		base = deferred;
	}

	/* Step 2: not everything at once because of a debt, and never more than twice them all */
	if (delta < freeable / 4 && total_scan > freeable / 2)
		total_scan = freeable / 2;
	if (total_scan > 2 * freeable)
		total_scan = 2 * freeable;

	/* Step 3: scan; what is left over is a debt for next time */
	trace_mm_shrink_slab_start(sc->nid, deferred, sc->gfp_mask, count, (unsigned long)delta,
				   (unsigned long)total_scan, priority);
	scanned = scan_slab(shrinker, sc, freeable, &total_scan, &freed);
	left = base >= scanned ? base - scanned : 0;
	shrinker->nr_deferred[sc->nid] += left;
	trace_mm_shrink_slab_end(sc->nid, deferred, shrinker->nr_deferred[sc->nid], total_scan,
				 (int)freed);
	return freed;
}

/**
 * @brief Shrink all caches, once for each group whose pages are reclaimed.
 *
 * @param gfp_mask mask of the reclaim
 * @param nid node whose objects are wanted
 * @param memcg the group; NULL or the root: every cache, else those that know about groups
 * @param priority priority of the scan
 * @return objects freed
 * @source mm/vmscan.c:652
 */
unsigned long shrink_slab(gfp_t gfp_mask, int nid, struct mem_cgroup *memcg, int priority)
{
	struct shrink_control sc = { .gfp_mask = gfp_mask, .nid = nid, .memcg = memcg };
	bool all = !memcg || memcg == &world->root_mem_cgroup;
	unsigned long freed = 0;

	if (world->shrinkers_locked)
		return 0;
	for (struct shrinker *shrinker = world->shrinkers; shrinker; shrinker = shrinker->next)
		if (all || shrinker->memcg_aware)
			freed += do_shrink_slab(&sc, shrinker, priority);
	return freed;
}
