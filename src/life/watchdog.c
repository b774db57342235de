/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The watchdog: a request that goes round in circles is reported, and stopped.
 *
 * Nothing runs beside a request in the slow path except what the request itself lets run. If a
 * round begins with the machine and the request exactly as they were at the beginning of an earlier
 * round, it can only go the same way again, until time changes something. So the watchdog lets a second pass, in which
 * daemons run, a nap ends, the disk writes and counters are folded. If the machine is then still as it was, the request
 * goes round for ever. 5.8.18 has such loops: a costly order with __GFP_RETRY_MAYFAIL and without __GFP_IO, while
 * compaction looks possible (which it never is without I/O); a small order without __GFP_FS, for which nobody is killed
 * though the OOM step reports progress; and __GFP_NOFAIL when nothing can be reclaimed.
 *
 * "Exactly as they were" is a digest of everything that decides: free lists, counters with what CPUs
 * hold back, marks and boosts, compaction's positions and hints, the LRU lists with the flags of their pages, daemons
 * and what they were asked for, the disk, tasks, swap, and the request's own counters as far as they still count. That
 * a daemon is about to run is a state like others: it is no progress by itself, or a request that never lets it run
 * would never be found out.
 */
#include <stdio.h>

#include "gfp.h"
#include "life/life.h"
#include "stages/stages.h"
#include "vmstat.h"
#include "world/world.h"

/** From this many rounds without progress on, the count decides nothing any more. */
#define COUNT_THAT_MATTERS 16

/** Mix a number into a digest. */
static void mix(u64 *digest, u64 value)
{
	*digest = (*digest ^ value) * 0x9e3779b97f4a7c15ull;
	*digest ^= *digest >> 29;
}

/** Where compaction would begin in a zone, and which pageblocks it would pass over. */
static void mix_compaction(u64 *digest, const struct zone *zone)
{
	unsigned long pfn = zone->zone_start_pfn & ~(pageblock_nr_pages - 1);

	mix(digest, zone->compact_cached_migrate_pfn[0]);
	mix(digest, zone->compact_cached_migrate_pfn[1]);
	mix(digest, zone->compact_cached_free_pfn);
	mix(digest, zone->compact_init_migrate_pfn);
	mix(digest, zone->compact_init_free_pfn);
	mix(digest, zone->compact_blockskip_flush);
	for (; pfn < zone_end_pfn(zone); pfn += pageblock_nr_pages)
		mix(digest, get_pageblock_skip(pfn));
}

/** Everything about a zone that a decision reads. */
static void mix_zone(u64 *digest, const struct zone *zone)
{
	int cpu;

	for (int item = 0; item < NR_VM_ZONE_STAT_ITEMS; item++) {
		mix(digest, (u64)zone->vm_stat[item]);
		for_each_online_cpu(cpu)
			mix(digest, (u64)zone->pageset[cpu].vm_stat_diff[item]);
	}
	for (int order = 0; order < MAX_ORDER; order++)
		for (int type = 0; type < MIGRATE_TYPES; type++) {
			const struct list_head *list = &zone->free_area[order].free_list[type];

			mix(digest, (u64)(unsigned long)list->next);
			mix(digest, zone->free_area[order].nr_free);
		}
	for_each_online_cpu(cpu)
		mix(digest, (u64)zone->pageset[cpu].pcp.count);
	mix(digest, zone->watermark_boost);
	mix(digest, zone->nr_reserved_highatomic);
	mix(digest, zone->flags);
	mix(digest, ((u64)zone->compact_considered << 32) | zone->compact_defer_shift);
	mix(digest, (u64)zone->compact_order_failed);
	mix_compaction(digest, zone);
}

/** Which pages are on the LRU lists, in which order, in which state. */
static void mix_lruvec(u64 *digest, const struct lruvec *lruvec)
{
	for (int lru = 0; lru < NR_LRU_LISTS; lru++) {
		const struct list_head *entry;

		list_for_each(entry, &lruvec->lists[lru]) {
			const struct page *page = list_entry(entry, struct page, lru);

			mix(digest, (u64)(unsigned long)page);
			mix(digest, page->flags ^ page->private);
			mix(digest, (u64)page->_refcount);
		}
	}
	for (int item = 0; item < NR_VM_NODE_STAT_ITEMS; item++)
		mix(digest, (u64)lruvec->lruvec_stat[item]);
	mix(digest, lruvec->flags);
	mix(digest, lruvec->anon_cost ^ lruvec->file_cost << 32);
}

/** A node: its zones, its lists, its daemons. */
static void mix_node(u64 *digest, struct pglist_data *pgdat)
{
	struct mem_cgroup *memcg = NULL;

	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		if (populated_zone(&pgdat->node_zones[zid]))
			mix_zone(digest, &pgdat->node_zones[zid]);
	while ((memcg = memcg_next(NULL, memcg)))
		mix_lruvec(digest, mem_cgroup_lruvec(memcg, pgdat));
	for (int item = 0; item < NR_LRU_LISTS; item++)
		mix(digest, (u64)pgdat->vm_stat[item]);
	mix(digest, pgdat->flags);
	mix(digest, (u64)pgdat->kswapd_failures);
	mix(digest, pgdat->kswapd_waiting);
	mix(digest, (u64)pgdat->kswapd_order);
	mix(digest, (u64)pgdat->kswapd_highest_zoneidx);
	mix(digest, pgdat->kcompactd_waiting);
	mix(digest, (u64)pgdat->kcompactd_max_order);
	mix(digest, (u64)pgdat->kcompactd_highest_zoneidx);
}

/** Who is about to run, who takes a nap, and how much waits for the disk. */
static void mix_life(u64 *digest)
{
	const struct life *life = world->life;

	for (int i = 0; i < life->nr_daemons; i++)
		mix(digest, (u64)life->daemon[i].runnable << 1 | life->daemon[i].timed);
	mix(digest, life->disk.nr_queued);
}

/** Who lives, and who is dying. */
static void mix_tasks(u64 *digest)
{
	const struct list_head *entry;

	list_for_each(entry, &world->tasks) {
		const struct task *task = task_of(entry);

		mix(digest, (u64)task->pid);
		mix(digest, ((u64)task->flags << 2) | (u64)(task->oom_mm != NULL) << 1 |
				    task->fatal_signal_pending);
		if (task->mm)
			mix(digest, task->mm->rss_anon + task->mm->rss_file + task->mm->oom_skip);
	}
	mix(digest, world->nr_swap_pages);
	mix(digest, world->oom_lock_held);
}

/** The machine and the request, as one number. */
static u64 digest_of(const struct slow_request *request)
{
	int loops = request->no_progress_loops, nid;
	u64 digest = request->gfp_mask;

	for_each_online_node(nid)
		mix_node(&digest, NODE_DATA(nid));
	mix_tasks(&digest);
	mix_life(&digest);
	mix(&digest, request->order);
	mix(&digest, request->alloc_flags);
	mix(&digest, (u64)(unsigned long)request->ac->nodemask);
	mix(&digest, request->compact_priority);
	mix(&digest, (u64)request->compaction_retries);
	mix(&digest, (u64)(loops < COUNT_THAT_MATTERS ? loops : COUNT_THAT_MATTERS));
	mix(&digest, (u64)(unsigned long)current);
	return digest;
}

/** Say which request goes round, where, and why it does not end. */
static void describe(const struct slow_request *request, char *text, size_t size)
{
	char names[256];

	gfp_format(request->gfp_mask, names, sizeof(names));
	snprintf(
		text, size,
		"livelock: round %lu of %s's request for order %u with %s (0x%x) begins exactly as "
		"an earlier one; it loops in __alloc_pages_slowpath: reclaim reported %lu pages, "
		"compaction %s, retries %d, rounds without progress %d%s",
		request->rounds, current->comm, request->order, names, request->gfp_mask,
		request->did_some_progress,
		request->order ? compact_result_names[request->compact_result] : "not asked",
		request->compaction_retries, request->no_progress_loops,
		(request->gfp_mask & __GFP_NOFAIL) ? "; __GFP_NOFAIL forbids it to fail" : "");
}

/** The second in which the request would go on spinning, for whatever ends by waiting. */
static void let_a_second_pass(void)
{
	/* The interrupted task cannot be put aside for another. */
	if (!in_interrupt())
		world_sleep(HZ);
	vmstat_shepherd();
}

/**
 * @brief A round begins: was the machine here before?
 *
 * Compares with the previous round, and with one further back that moves on as the rounds double,
 * so that a circle of any length is found.
 *
 * @param request the request
 * @return true to stop it
 */
static bool watch_round(const struct slow_request *request)
{
	struct watchdog *dog = &world->life->watchdog;
	u64 digest = digest_of(request);
	bool seen = request->rounds > 1 && (digest == dog->last || digest == dog->milestone);

	dog->last = digest;
	if ((request->rounds & (request->rounds - 1)) == 0)
		dog->milestone = digest;
	if (!seen)
		return false;
	let_a_second_pass();
	if (digest_of(request) != digest)
		return false;
	dog->livelocks++;
	describe(request, dog->report, sizeof(dog->report));
	if (dog->handler)
		return dog->handler(dog->report, dog->context);
	printk("pageflow: BUG: %s\n", dog->report);
	return true;
}

/** Watch the requests of the machine in focus, whose life has begun. */
void watchdog_start(void)
{
	world->hooks.slow_round = watch_round;
}

/**
 * @brief Say what to do about a livelock.
 *
 * @param handler gets the report; true stops the request, false lets it go on. NULL: report it on the
 * machine's console and stop the request
 * @param context for the handler
 */
void watchdog_set_handler(bool (*handler)(const char *report, void *context), void *context)
{
	world->life->watchdog.handler = handler;
	world->life->watchdog.context = context;
}
