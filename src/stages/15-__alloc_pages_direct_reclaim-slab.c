/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 15, part: shrinking the kernel's own caches.
 *
 * A cache that can be made smaller registers a **shrinker**: it counts what could be freed, and frees
 * as much as it is asked to. It is asked for a share of its objects: usually twice the share of the lists
 * that is looked at. Recordings hold the arithmetic for one cache in global reclaim; caches with objects of groups or of
 * nodes are in none. Which caches exist is up to the machine (a model).
 */
#include "gfp.h"
#include "stages/reclaim.h"
#include "tracepoints.h"
#include "world/world.h"

/**
 * @brief The lowest number that no cache with objects by group has.
 *
 * @return the number; it is the cache's bit in the maps of groups
 * @source none (ours: stands for the kernel's table of such numbers)
 */
static int free_shrinker_id(void)
{
	u64 taken = 0;

	for (const struct shrinker *one = world->shrinkers; one; one = one->next)
		if (one->memcg_aware)
			taken |= 1ull << one->id;
	return __builtin_ctzll(~taken);
}

/**
 * @brief Register a cache to be shrunk when memory is short.
 *
 * @param shrinker the cache; called in the order of registration
 * @source none (ours: what mm/vmscan.c does under the name register_shrinker)
 */
void shrinker_register(struct shrinker *shrinker)
{
	struct shrinker **link = &world->shrinkers;

	shrinker->id = free_shrinker_id();
	while (*link)
		link = &(*link)->next;
	shrinker->next = NULL;
	*link = shrinker;
}

/**
 * @brief Unregister a cache. Its bits in the maps of groups stay until somebody comes by.
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
 * @brief A cache has objects of a group on a node: reclaim in the group is to ask it.
 *
 * @param memcg the group; for the root group every cache is asked anyway
 * @param pgdat the node
 * @param shrinker the cache, registered
 * @source none (ours: what mm/memcontrol.c does under the same name)
 */
void memcg_set_shrinker_bit(struct mem_cgroup *memcg, struct pglist_data *pgdat,
			    const struct shrinker *shrinker)
{
	mem_cgroup_lruvec(memcg, pgdat)->shrinker_map |= 1ull << shrinker->id;
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
static unsigned long slab_delta(const struct shrinker *shrinker, long freeable, int priority)
{
	/* Objects that cost nothing to make again are halved at once. */
	if (!shrinker->seeks)
		return (unsigned long)freeable / 2;
	return 4 * (unsigned long)(freeable >> priority) / (unsigned long)shrinker->seeks;
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

		sc->nr_to_scan = min_ul((unsigned long)batch, (unsigned long)*total_scan);
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
 * @brief How much of a cache is to be scanned: a share, and what could not be scanned earlier.
 *
 * @param delta the share
 * @param deferred the debt
 * @param freeable objects that could be freed
 * @return objects
 * @source mm/vmscan.c:419
 */
static long slab_total(unsigned long delta, long deferred, long freeable)
{
	long total = deferred + (long)delta;

	if (total < 0)
		total = freeable;
	/* Not everything at once because of a debt, and never more than twice them all. */
	if (delta < (unsigned long)freeable / 4 && total > freeable / 2)
		total = freeable / 2;
	return total > 2 * freeable ? 2 * freeable : total;
}

/**
 * @brief Shrink one cache.
 *
 * @param sc who asks, on which node
 * @param shrinker the cache
 * @param priority priority of the scan
 * @return objects freed; what count_objects() said, when there are none
 * @source mm/vmscan.c:419
 */
static unsigned long do_shrink_slab(struct shrink_control *sc, struct shrinker *shrinker,
				    int priority)
{
	unsigned long freed = 0, count = shrinker->count_objects(shrinker, sc), delta;
	/* A cache that does not know about nodes has one debt for all of them. */
	int nid = shrinker->numa_aware ? sc->nid : 0;
	long freeable = (long)count, deferred, total_scan, next, scanned;

	if (!count || count == SHRINK_EMPTY)
		return count;

	/* Step 1: how much; of a debt that makes no sense nothing will be left */
	deferred = shrinker->nr_deferred[nid];
	shrinker->nr_deferred[nid] = 0;
	delta = slab_delta(shrinker, freeable, priority);
	total_scan = slab_total(delta, deferred, freeable);
	next = deferred + (long)delta;
	trace_mm_shrink_slab_start(sc->nid, deferred, sc->gfp_mask, count, delta,
				   (unsigned long)total_scan, priority);

	/* Step 2: scan; what is left over is a debt for next time */
	scanned = scan_slab(shrinker, sc, freeable, &total_scan, &freed);
	if (next > scanned)
		shrinker->nr_deferred[nid] += next - scanned;
	trace_mm_shrink_slab_end(nid, deferred, shrinker->nr_deferred[nid], total_scan, (int)freed);
	return freed;
}

/**
 * @brief The cache with a bit in the maps of groups.
 *
 * @param id the bit
 * @return the cache; NULL when it is gone
 * @source none (ours: stands for the kernel's table of such numbers)
 */
static struct shrinker *shrinker_from_id(int id)
{
	struct shrinker *shrinker = world->shrinkers;

	while (shrinker && (!shrinker->memcg_aware || shrinker->id != id))
		shrinker = shrinker->next;
	return shrinker;
}

/**
 * @brief Shrink the caches that have objects of a group.
 *
 * @param sc who asks, on which node, for which group
 * @param priority priority of the scan
 * @return objects freed
 * @source mm/vmscan.c:550
 */
/* departs: groups with kernel memory accounting switched off, where slab caches are left out, are not modelled. */
static unsigned long shrink_slab_memcg(struct shrink_control *sc, int priority)
{
	u64 *map = &mem_cgroup_lruvec(sc->memcg, NODE_DATA(sc->nid))->shrinker_map;
	unsigned long freed = 0;

	for (u64 rest = *map; rest; rest &= rest - 1) {
		int id = __builtin_ctzll(rest);
		struct shrinker *shrinker = shrinker_from_id(id);
		unsigned long answer = shrinker ? do_shrink_slab(sc, shrinker, priority) : 0;

		if (!shrinker)
			*map &= ~(1ull << id);
		if (answer == SHRINK_EMPTY) {
			/* Nothing there; but somebody may have put something there in the meantime. */
			*map &= ~(1ull << id);
			answer = do_shrink_slab(sc, shrinker, priority);
			if (answer == SHRINK_EMPTY)
				answer = 0;
			else
				*map |= 1ull << id;
		}
		freed += answer;
	}
	return freed;
}

/**
 * @brief Shrink all caches, once for each group whose pages are reclaimed.
 *
 * @param gfp_mask mask of the reclaim
 * @param nid node whose objects are wanted
 * @param memcg the group; the root: every cache, else those that have objects of it
 * @param priority priority of the scan
 * @return objects freed
 * @source mm/vmscan.c:652
 */
unsigned long shrink_slab(gfp_t gfp_mask, int nid, struct mem_cgroup *memcg, int priority)
{
	struct shrink_control sc = { .gfp_mask = gfp_mask, .nid = nid, .memcg = memcg };
	unsigned long freed = 0;

	if (memcg->parent && !mem_cgroup_disabled())
		return world->shrinkers_locked ? 0 : shrink_slab_memcg(&sc, priority);
	for (struct shrinker *shrinker = world->shrinkers_locked ? NULL : world->shrinkers;
	     shrinker; shrinker = shrinker->next) {
		unsigned long answer = do_shrink_slab(&sc, shrinker, priority);

		freed += answer == SHRINK_EMPTY ? 0 : answer;
	}
	world_reschedule();
	return freed;
}
