/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The watchdog: a request, or a charge, that would go round for ever is reported, and stopped.
 *
 * Nothing runs beside a request in the slow path except what the request itself lets run. If a
 * round begins with the machine and the request exactly as they were at the beginning of an earlier
 * round, it can only go the same way again, until time changes something. So the watchdog lets a second pass, in which
 * daemons run, a nap ends, the disk writes and counters are folded. If the machine is then still as it was, the request
 * goes round for ever. 5.8.18 has such loops: a costly order with __GFP_RETRY_MAYFAIL and without __GFP_IO, while
 * compaction looks possible (which it never is without I/O); a small order without __GFP_FS, for which nobody is killed
 * though the OOM step reports progress; and __GFP_NOFAIL when nothing can be reclaimed. A machine on which nobody else
 * lives adds one: a process is killed, and there is no one to let it die. The loop of a charge at its group's limit is
 * watched in the same way.
 *
 * "Exactly as they were" is a digest of everything that decides: free lists, counters with what CPUs
 * hold back, marks and boosts, compaction's positions and hints, the LRU lists with the flags of their pages, daemons
 * and what they were asked for, the disk, tasks, swap, and the request's own counters as far as they still count. That
 * a daemon is about to run is a state like others: it is no progress by itself, or a request that never lets it run
 * would never be found out.
 *
 * A loop in which something changes in every round, as lists that are turned over or a cost that is added up, never shows the
 * same digest twice, or only after a very long time. Behind the digest therefore stands a count, which no loop escapes: a
 * request may begin a fixed number of rounds, and some more for each page by which free memory has grown since the
 * first, and for each task that was killed. There are only so many of both. Where somebody outside answers for reclaim or
 * compaction, who may answer otherwise the next time, the count stands alone.
 */
#include <stdio.h>
#include <string.h>

#include "gfp.h"
#include "life/life.h"
#include "stages/stages.h"
#include "vmstat.h"
#include "world/world.h"

/** From this many rounds without progress on, the count decides nothing any more. */
#define COUNT_THAT_MATTERS 16

/** Rounds that are all compared; after them one of so many is. A circle is found then too, if a little later. */
#define ALL_COMPARED 256
#define ONE_OF	     64

/** A charge is compared from this round on, a power of 2: few get so far. */
#define FIRST_OF_CHARGE 4

/** Rounds that a request may begin, and how many more for a page that came free, and for a task that was killed. */
#define ROUNDS_ALLOWED	1024
#define ROUNDS_PER_PAGE 16
#define ROUNDS_PER_TASK 64

/** What the watchdog thinks of a round that begins. */
enum finding {
	GOES_ON,
	IN_CIRCLES,   /**< it begins as an earlier one */
	STANDS_STILL, /**< there were many, and little came of them */
};

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

	if (!life)
		return;
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

/** What caches still owe: objects that they did not scan when they should have. */
static void mix_shrinkers(u64 *digest)
{
	for (const struct shrinker *shrinker = world->shrinkers; shrinker;
	     shrinker = shrinker->next)
		for (int nid = 0; nid < MAX_NUMNODES; nid++)
			mix(digest, (u64)shrinker->nr_deferred[nid]);
}

/** The machine, and who runs. */
static void mix_machine(u64 *digest)
{
	int nid;

	for_each_online_node(nid)
		mix_node(digest, NODE_DATA(nid));
	mix_tasks(digest);
	mix_life(digest);
	mix_shrinkers(digest);
	mix(digest, (u64)(unsigned long)current);
}

/** The machine and the request, as one number. */
static u64 digest_of_request(const void *subject)
{
	const struct slow_request *request = subject;
	int loops = request->no_progress_loops;
	u64 digest = request->gfp_mask;

	mix_machine(&digest);
	mix(&digest, request->order);
	mix(&digest, request->alloc_flags);
	mix(&digest, (u64)(unsigned long)request->ac->nodemask);
	mix(&digest, request->compact_priority);
	mix(&digest, (u64)request->compaction_retries);
	mix(&digest, (u64)(loops < COUNT_THAT_MATTERS ? loops : COUNT_THAT_MATTERS));
	return digest;
}

/** The machine and the charge, as one number. */
static u64 digest_of_charge(const void *subject)
{
	const struct charge *charge = subject;
	u64 digest = charge->gfp_mask;

	mix_machine(&digest);
	mix(&digest, (u64)(unsigned long)charge->over);
	mix(&digest, (u64)charge->over->memory.usage);
	mix(&digest, (u64)charge->over->memsw.usage);
	mix(&digest, charge->nr_pages);
	mix(&digest, charge->may_swap);
	mix(&digest, charge->drained);
	mix(&digest, (u64)charge->retries);
	return digest;
}

/** Pages that are free, those on the lists of CPUs among them. */
static long pages_free(void)
{
	struct zone *zone;
	long pages = 0;
	int nid, cpu;

	for_each_populated_zone(nid, zone) {
		pages += (long)zone_page_state_snapshot(zone, NR_FREE_PAGES);
		for_each_online_cpu(cpu)
			pages += zone->pageset[cpu].pcp.count;
	}
	return pages;
}

/** Tasks that nobody has killed. */
static long tasks_alive(void)
{
	const struct list_head *entry;
	long tasks = 0;

	list_for_each(entry, &world->tasks)
		tasks += !task_of(entry)->fatal_signal_pending;
	return tasks;
}

/** How many rounds may begin, by what has come of them so far. */
static unsigned long rounds_allowed(unsigned long round)
{
	struct watchdog *dog = &world->watchdog;
	long pages = pages_free(), tasks = tasks_alive();

	if (round <= 1) {
		dog->first_free = dog->most_free = pages;
		dog->first_alive = dog->least_alive = tasks;
	}
	if (pages > dog->most_free)
		dog->most_free = pages;
	if (tasks < dog->least_alive)
		dog->least_alive = tasks;
	return ROUNDS_ALLOWED +
	       ROUNDS_PER_PAGE * (unsigned long)(dog->most_free - dog->first_free) +
	       ROUNDS_PER_TASK * (unsigned long)(dog->first_alive - dog->least_alive);
}

/** The second in which the request would go on spinning, for whatever ends by waiting. */
static void let_a_second_pass(void)
{
	/* The interrupted task cannot be put aside for another. */
	if (!in_interrupt())
		world_sleep(HZ);
	vmstat_shepherd();
}

/** May whoever answers for a part of the machine answer otherwise the next time? */
static bool answers_may_change(void)
{
	const struct environment *outside = &world->environment;

	return !outside->steady &&
	       (outside->context || outside->direct_reclaim || outside->compact_zone ||
		outside->reclaimable_pages || outside->memcg_reclaim);
}

/**
 * @brief Was the machine here before, and will it be again?
 *
 * Compares with the round before, and with one further back that moves on as the rounds double,
 * so that a circle of any length is found.
 *
 * @param round its number, a power of 2 for the first that is compared
 * @param others_before rounds were compared before it
 * @param digest of the machine and what is watched
 * @param subject what is watched
 * @return true when it was, and the state is the same after a second
 */
static bool comes_back(unsigned long round, bool others_before, u64 (*digest)(const void *subject),
		       const void *subject)
{
	struct watchdog *dog = &world->watchdog;
	u64 now = digest(subject);
	bool seen = others_before && (now == dog->last || now == dog->milestone);

	dog->last = now;
	if ((round & (round - 1)) == 0)
		dog->milestone = now;
	if (!seen)
		return false;
	let_a_second_pass();
	return digest(subject) == now;
}

/** What is to be thought of a round that begins? */
static enum finding judge(unsigned long round, unsigned long first_compared,
			  u64 (*digest)(const void *subject), const void *subject)
{
	bool over = round > rounds_allowed(round);
	bool compared = round >= first_compared && (round <= ALL_COMPARED || round % ONE_OF == 0);

	if (compared && !answers_may_change() &&
	    comes_back(round, round > first_compared, digest, subject))
		return IN_CIRCLES;
	return over ? STANDS_STILL : GOES_ON;
}

/** Somebody who was killed and is still there; NULL: nobody. */
static const struct task *killed_task(void)
{
	const struct list_head *entry;

	list_for_each(entry, &world->tasks)
		if (task_of(entry)->fatal_signal_pending)
			return task_of(entry);
	return NULL;
}

/** Where nobody else lives, say so: that may be all that is missing. */
static void add_remedy(char *text, size_t size)
{
	const struct task *killed = killed_task();
	size_t length = strlen(text);

	if (world->life && world->life->reaper)
		return;
	if (killed)
		snprintf(
			text + length, size - length,
			"; process %d (%s) was killed, and nobody is there to let it die: 'live' starts those who do",
			killed->pid, killed->comm);
	else
		snprintf(
			text + length, size - length,
			"; nobody else lives on this machine: 'live' starts those who may free memory");
}

/** Say what is wrong with the rounds. */
static void describe_rounds(enum finding finding, char *text, size_t size)
{
	const struct watchdog *dog = &world->watchdog;

	if (finding == IN_CIRCLES)
		snprintf(text, size, "begins exactly as an earlier one");
	else
		snprintf(
			text, size,
			"begins, and nothing it needs has come: %ld pages were free at first, %ld at most, "
			"and %ld tasks were killed",
			dog->first_free, dog->most_free, dog->first_alive - dog->least_alive);
}

/** What an account begins with. */
static const char *title(enum finding finding)
{
	return finding == IN_CIRCLES ? "livelock" : "standstill";
}

/** Say which request goes round, where, and why it does not end. */
static void describe(const struct slow_request *request, enum finding finding, char *text,
		     size_t size)
{
	char names[256], rounds[192];

	gfp_format(request->gfp_mask, names, sizeof(names));
	describe_rounds(finding, rounds, sizeof(rounds));
	snprintf(text, size,
		 "%s: round %lu of %s's request for order %u with %s (0x%x) %s; it loops in "
		 "__alloc_pages_slowpath: reclaim reported %lu pages, "
		 "compaction %s, retries %d, rounds without progress %d%s",
		 title(finding), request->rounds, current->comm, request->order, names,
		 request->gfp_mask, rounds, request->did_some_progress,
		 request->order ? compact_result_names[request->compact_result] : "not asked",
		 request->compaction_retries, request->no_progress_loops,
		 (request->gfp_mask & __GFP_NOFAIL) ? "; __GFP_NOFAIL forbids it to fail" : "");
	add_remedy(text, size);
}

/** The same of a charge. */
static void describe_charge(const struct charge *charge, enum finding finding, char *text,
			    size_t size)
{
	char names[256], rounds[192];

	gfp_format(charge->gfp_mask, names, sizeof(names));
	describe_rounds(finding, rounds, sizeof(rounds));
	snprintf(
		text, size,
		"%s: round %lu of %s's charge of %u pages with %s (0x%x) %s; it loops in try_charge: "
		"group %s uses %ld of %lu pages, retries left %d",
		title(finding), charge->rounds, current->comm, charge->nr_pages, names,
		charge->gfp_mask, rounds, charge->over->path, charge->over->memory.usage,
		charge->over->memory.max, charge->retries);
	add_remedy(text, size);
}

/** Give the account to whoever wants it, or print it; true to stop what it is about. */
static bool give_account(struct watchdog *dog)
{
	dog->livelocks++;
	if (dog->handler)
		return dog->handler(dog->report, dog->context);
	printk("pageflow: BUG: %s; it is stopped, and the machine goes on\n", dog->report);
	return true;
}

/**
 * @brief A round of the slow path begins: will the request ever end?
 *
 * @param request the request
 * @return true to stop it
 */
bool watch_round(const struct slow_request *request)
{
	struct watchdog *dog = &world->watchdog;
	enum finding finding = judge(request->rounds, 1, digest_of_request, request);

	if (finding == GOES_ON)
		return false;
	describe(request, finding, dog->report, sizeof(dog->report));
	return give_account(dog);
}

/**
 * @brief A charge is over a limit, and goes on to reclaim: will it ever end?
 *
 * @param charge the charge
 * @return true to stop it
 */
bool watch_charge(const struct charge *charge)
{
	struct watchdog *dog = &world->watchdog;
	enum finding finding = judge(charge->rounds, FIRST_OF_CHARGE, digest_of_charge, charge);

	if (finding == GOES_ON)
		return false;
	describe_charge(charge, finding, dog->report, sizeof(dog->report));
	return give_account(dog);
}

/**
 * @brief Say what to do about a request that does not end, on the machine in focus.
 *
 * @param handler gets the report; true stops the request, false lets it go on. NULL: report it on the
 * machine's console and stop the request
 * @param context for the handler
 */
void watchdog_set_handler(bool (*handler)(const char *report, void *context), void *context)
{
	world->watchdog.handler = handler;
	world->watchdog.context = context;
}
