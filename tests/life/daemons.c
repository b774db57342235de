/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The scheduler, kswapd as one of its daemons, and the watchdog.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "life/life.h"
#include "machines.h"
#include "page_cache.h"

static int runs;
static struct daemon *ticker;

static void count_runs(void *context)
{
	runs++;
	ck_assert_ptr_eq(context, &runs);
	ck_assert_str_eq(current->comm, "counter");
	/* A daemon that sleeps does not run others, nor itself. */
	world_sleep(2);
}

static void tick(void *context)
{
	(void)context;
	if (++runs < 3)
		daemon_sleep_until(ticker, world->jiffies + 10);
}

TEST(daemons_run_when_woken, "")
{
	struct daemon *daemon;

	test_machine_uma(64);
	ck_assert(!life_is_busy());
	ck_assert(daemons_start());
	daemon = daemon_new("counter", 0, count_runs, &runs);
	schedule_daemons();
	ck_assert_int_eq(runs, 0);
	daemon_wake(daemon);
	ck_assert(life_is_busy());
	world_reschedule();
	ck_assert_int_eq(runs, 1);
	ck_assert_str_eq(current->comm, "init");
	ck_assert_uint_eq(world->jiffies, 2);
	daemon_wake(daemon);
	world_sleep(1);
	ck_assert_int_eq(runs, 2);
}

static void wake_itself(void *context)
{
	(void)context;
	runs++;
	daemon_wake(ticker);
}

/* One that is never done does not keep the others, nor the running task, from going on. */
TEST(daemon_that_wakes_itself_gets_a_thousand_turns, "")
{
	test_machine_uma(64);
	daemons_start();
	ticker = daemon_new("eager", 0, wake_itself, NULL);
	daemon_wake(ticker);
	world_reschedule();
	ck_assert_int_eq(runs, 1000);
	ck_assert(ticker->runnable);
	ck_assert_uint_eq(world->jiffies, 0);
}

static void come_again(void *context)
{
	(void)context;
	runs++;
	daemon_sleep_until(ticker, world->jiffies + HZ);
}

/* A daemon that comes again each second never sleeps for good. Expect the machine to be left idle for an hour. */
TEST(idle_ends_after_an_hour, "")
{
	test_machine_uma(64);
	daemons_start();
	ticker = daemon_new("ticker", 0, come_again, NULL);
	daemon_wake(ticker);
	ck_assert(!daemons_run());
	ck_assert_uint_eq(world->jiffies, 3600ul * HZ);
	ck_assert_int_eq(runs, 3601);
}

/* A disk that has stopped is not waited for, and takes no more than its queue holds. */
TEST(idle_does_not_wait_for_a_disk_that_has_stopped, "")
{
	struct address_space *file;
	unsigned int written = 0;

	test_machine_uma(64);
	daemons_start();
	world->life->disk.pages_per_tick = 0;
	file = address_space_new("f", false);
	while (written < 2 * DISK_QUEUE) {
		struct page *page = page_cache_add(file, GFP_KERNEL);

		page_dirty(page);
		if (!page_write(page))
			break;
		written++;
	}
	ck_assert_uint_eq(written, DISK_QUEUE);
	ck_assert_uint_eq(world->life->disk.nr_queued, DISK_QUEUE);
	ck_assert(daemons_run());
	ck_assert_uint_eq(world->jiffies, 0);
	/* One for which nothing is queued writes on. */
	file->synchronous = true;
	ck_assert(page_write(page_cache_add(file, GFP_KERNEL)));
	/* It works again, and is waited for. */
	world->life->disk.pages_per_tick = DISK_PAGES_PER_TICK;
	ck_assert(daemons_run());
	ck_assert_uint_eq(world->jiffies, DISK_QUEUE / DISK_PAGES_PER_TICK);
}

/* Expect a live machine's CPUs to fold at each full second, and not before. */
TEST(counters_are_folded_once_a_second, "20-30")
{
	struct zone *zone;

	test_machine_cpus(64, 2);
	zone = test_zone(0, ZONE_DMA);
	world->jiffies = 100;
	/* Without daemons nothing is folded, however long it takes. */
	zone->pageset[1].vm_stat_diff[NR_MLOCK] = 1;
	world_sleep(2 * HZ - 100);
	ck_assert_int_eq(zone->vm_stat[NR_MLOCK], 0);
	daemons_start();
	world_sleep(HZ - 1);
	ck_assert_int_eq(zone->vm_stat[NR_MLOCK], 0);
	world_sleep(1);
	ck_assert_int_eq(zone->vm_stat[NR_MLOCK], 1);
	ck_assert_uint_eq(world->vmstat_work_pending, 2);
	zone->pageset[1].vm_stat_diff[NR_MLOCK] = 1;
	world_sleep(HZ - 1);
	ck_assert_int_eq(zone->vm_stat[NR_MLOCK], 1);
	world_sleep(1);
	ck_assert_int_eq(zone->vm_stat[NR_MLOCK], 2);
}

static void let_killed_exit(void *ended)
{
	*(int *)ended = killed_tasks_exit();
}

/* Expect a task that was killed in the middle of a request to be there when it goes on. */
TEST(killed_tasks_exit_when_they_are_done, "")
{
	int ended = -1;
	struct task *task;

	test_machine_uma(64);
	daemons_start();
	task = task_new(9, "task");
	task->fatal_signal_pending = true;
	daemon_wake(daemon_new("exit", 0, let_killed_exit, &ended));
	world->current_task = task;
	world_reschedule();
	ck_assert_int_eq(ended, 0);
	world->current_task = &world->init_task;
	ck_assert_int_eq(killed_tasks_exit(), 1);
}

/* Expect the running CPU to fold as soon as it sleeps, if its work is announced; but not while a daemon is to run. */
TEST(counters_are_folded_when_the_cpu_goes_idle, "20-32")
{
	struct zone *zone;

	test_machine_uma(64);
	daemons_start();
	zone = test_zone(0, ZONE_DMA);
	world_sleep(HZ);
	zone->pageset[0].vm_stat_diff[NR_MLOCK] = 1;
	world_sleep(1);
	ck_assert_int_eq(zone->vm_stat[NR_MLOCK], 0);
	world->vmstat_work_pending = 1;
	daemon_wake(world->life->flusher);
	world_sleep(1);
	ck_assert_int_eq(zone->vm_stat[NR_MLOCK], 0);
	world_sleep(1);
	ck_assert_int_eq(zone->vm_stat[NR_MLOCK], 1);
}

TEST(daemons_wake_by_the_clock, "")
{
	test_machine_uma(64);
	daemons_start();
	ticker = daemon_new("ticker", 0, tick, NULL);
	daemon_wake(ticker);
	daemons_run();
	ck_assert_int_eq(runs, 3);
	ck_assert_uint_eq(world->jiffies, 20);
}

TEST(daemons_at_most_so_many, "")
{
	test_machine_uma(64);
	ck_assert(life_begin());
	for (int i = 0; i < MAX_DAEMONS; i++)
		ck_assert_ptr_nonnull(daemon_new("d", 0, tick, NULL));
	ck_assert_ptr_null(daemon_new("d", 0, tick, NULL));
	machine_free(world);
	ck_assert_ptr_null(world);
}

TEST(kswapd_wakes_works_naps_and_sleeps, "14-8 14-9")
{
	struct pglist_data *pgdat;
	struct address_space *file;
	struct zone *zone;

	test_machine_uma(64);
	daemons_start();
	zone = test_zone(0, ZONE_DMA);
	pgdat = NODE_DATA(0);
	file = address_space_new("file", false);
	/* No reclaim by the tasks themselves: memory fills until low is reached. */
	while (zone_page_state(zone, NR_FREE_PAGES) > low_wmark_pages(zone) + 64)
		page_cache_add(file, GFP_NOWAIT);
	ck_assert(pgdat->kswapd_waiting);
	test_forget_events();
	page_cache_fill(file, GFP_NOWAIT, 128);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_wakeup_kswapd), 1);
	ck_assert(!pgdat->kswapd_waiting);
	/* It is awake but has not run: nobody offered it the CPU. */
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_kswapd_wake), 0);
	world_reschedule();
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_kswapd_wake), 1);
	ck_assert_uint_gt(zone_page_state_snapshot(zone, NR_FREE_PAGES), high_wmark_pages(zone));
	ck_assert_int_eq(pgdat->kswapd.state, KSWAPD_NAPPING);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_kswapd_sleep), 0);
	daemons_run();
	ck_assert_int_eq(pgdat->kswapd.state, KSWAPD_ASLEEP);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_kswapd_sleep), 1);
	ck_assert_uint_eq(world->jiffies, HZ / 10);
	ck_assert(pgdat->kswapd_waiting);
}

TEST(kswapd_gives_up_and_is_revived, "14-10")
{
	struct pglist_data *pgdat;
	struct zone *zone;

	test_machine_uma(64);
	daemons_start();
	zone = test_zone(0, ZONE_DMA);
	pgdat = NODE_DATA(0);
	test_empty_zone(zone);
	/* Nothing to reclaim at all: sixteen runs in vain, then it sleeps, unbalanced. */
	ck_assert_ptr_null(alloc_pages(GFP_NOWAIT | __GFP_NOWARN, 0));
	daemons_run();
	ck_assert_int_eq(pgdat->kswapd_failures, 16);
	ck_assert_int_eq(pgdat->kswapd.state, KSWAPD_ASLEEP);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_kswapd_wake), 16);
	/* No further wake-ups. */
	ck_assert_ptr_null(alloc_pages(GFP_NOWAIT | __GFP_NOWARN, 0));
	ck_assert(pgdat->kswapd_waiting);
	/* Somebody's direct reclaim succeeds: there is hope again. */
	for (int i = 0; i < 64; i++) {
		struct page *page = test_page(zone, (unsigned)i);

		page->mapping = address_space_new("f", false);
		page_owner(page)->nrpages = 1;
		mod_node_page_state(pgdat, NR_FILE_PAGES, 1);
		lru_cache_add(page);
	}
	alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 0);
	ck_assert_int_eq(pgdat->kswapd_failures, 0);
}

/* ---- The watchdog ----------------------------------------------------------------------------------- */

static int livelocks;
static char report[1024];

static bool note_livelock(const char *text, void *context)
{
	(void)context;
	strncpy(report, text, sizeof(report) - 1);
	/* Once more round, to see that it is said again; then stop. */
	return ++livelocks == 2;
}

/** Memory in single pages, none beside another, far above the marks: no block of order 6 at all. */
static struct zone *fragmented_machine(void)
{
	struct zone *zone;

	test_machine_uma(64);
	ck_assert(life_begin());
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	for (unsigned long i = 0; i < 3000; i++)
		test_free_block(test_page(zone, 2 * i), 0, MIGRATE_UNMOVABLE);
	return zone;
}

TEST(watchdog_finds_the_livelock_of_5_8, "17-9 13-12")
{
	/* Conditions of the loop: costly, __GFP_RETRY_MAYFAIL, no __GFP_IO; enough free memory, all
	 * of it in pieces; compaction looks suitable and never runs. */
	fragmented_machine();
	test_forget_events();
	ck_assert_ptr_null(alloc_pages(GFP_NOIO | __GFP_RETRY_MAYFAIL, 6));
	ck_assert_ptr_nonnull(strstr(test_console(), "livelock: round 18 of init's request for "
						     "order 6 with GFP_NOIO|__GFP_RETRY_MAYFAIL"));
	ck_assert_ptr_nonnull(strstr(test_console(), "page allocation failure: order:6"));
	/* The pattern: reclaim claims one page, compaction is refused in silence, and retried. */
	ck_assert_int_eq(test_count(TRACE_mm_compaction_try_to_compact_pages), 0);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_direct_reclaim_end), 17);
	ck_assert_int_eq(test_last_event(TRACE_mm_vmscan_direct_reclaim_end)->field[0], 1);
	ck_assert_int_eq(test_count(TRACE_compact_retry), 17);
	ck_assert_int_eq(test_count(TRACE_reclaim_retry_zone), 16);
	ck_assert_int_eq(test_last_event(TRACE_compact_retry)->field[5], 1);
	ck_assert_int_eq(test_last_event(TRACE_compact_retry)->field[3], 0);
}

/* The second loop: a single page, no __GFP_FS, nothing to reclaim. Nobody is killed, and that is called progress. */
TEST(watchdog_finds_the_second_livelock_of_5_8, "13-12 18-4")
{
	test_machine_uma(64);
	ck_assert(life_begin());
	test_empty_zone(test_zone(0, ZONE_DMA));
	test_task("victim", 7);
	test_forget_events();
	ck_assert_ptr_null(alloc_pages(GFP_NOFS, 0));
	ck_assert_ptr_nonnull(strstr(test_console(), "livelock: round 2 of init's request for "
						     "order 0 with GFP_NOFS"));
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_direct_reclaim_end), 1);
	ck_assert_int_eq(test_last_event(TRACE_mm_vmscan_direct_reclaim_end)->field[0], 0);
	ck_assert_int_eq(test_count(TRACE_mark_victim), 0);
}

TEST(watchdog_same_request_with_io_ends, "17-9")
{
	fragmented_machine();
	ck_assert_ptr_null(alloc_pages(GFP_NOFS | __GFP_RETRY_MAYFAIL | __GFP_NOWARN, 6));
	ck_assert_ptr_null(strstr(test_console(), "livelock"));
}

TEST(watchdog_asks_its_handler, "13-12")
{
	fragmented_machine();
	watchdog_set_handler(note_livelock, NULL);
	current->flags |= PF_MEMALLOC_NOIO;
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN, 6));
	ck_assert_int_eq(livelocks, 2);
	ck_assert_ptr_nonnull(strstr(report, "round 19"));
	ck_assert_ptr_nonnull(strstr(report, "compaction skipped"));
}

TEST(watchdog_nofail_without_anything_to_reclaim, "13-12 13-11")
{
	struct zone *zone;

	test_machine_uma(64);
	daemons_start();
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	current->flags |= PF_DUMPCORE;
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOFAIL, 0));
	ck_assert_ptr_nonnull(strstr(test_console(), "__GFP_NOFAIL forbids it to fail"));
	ck_assert_ptr_nonnull(strstr(test_console(), "compaction not asked"));
}

TEST(watchdog_waits_a_second_for_others, "13-12")
{
	struct slow_request request = { .rounds = 1 };
	struct alloc_context ac = { 0 };
	struct page *page;

	test_machine_uma(64);
	daemons_start();
	request.ac = &ac;
	page = page_cache_add(address_space_new("f", false), GFP_KERNEL);
	page_dirty(page);
	page_write(page);
	ck_assert(!world->hooks.slow_round(&request));
	/* Something is being written, and the CPU holds counters back: whatever repeats may end by that. */
	ck_assert(need_update(0));
	request.rounds = 2;
	ck_assert(!world->hooks.slow_round(&request));
	ck_assert_uint_eq(world->jiffies, HZ);
	ck_assert(!PageFlag(page, PG_writeback));
	ck_assert(!need_update(0));
	request.rounds = 3;
	ck_assert(!world->hooks.slow_round(&request));
	/* The third repetition leads nowhere: a second later everything is as it was. */
	request.rounds = 4;
	ck_assert(world->hooks.slow_round(&request));
	ck_assert_uint_eq(world->jiffies, 2 * HZ);
}

/* A disk that has stopped does not end a circle, nor does a kswapd that is woken and never let run. */
TEST(watchdog_takes_being_busy_for_no_progress, "13-12")
{
	struct slow_request request = { .rounds = 1 };
	struct alloc_context ac = { 0 };

	test_machine_uma(64);
	daemons_start();
	request.ac = &ac;
	world->level = LEVEL_SOFTIRQ;
	world->life->disk.pages_per_tick = 0;
	world->life->disk.nr_queued = 1;
	daemon_wake(world->life->kswapd[0]);
	ck_assert(!world->hooks.slow_round(&request));
	request.rounds = 2;
	ck_assert(world->hooks.slow_round(&request));
	ck_assert(world->life->kswapd[0]->runnable);
	ck_assert_uint_eq(world->jiffies, 0);
	world->life->disk.nr_queued = 0;
	world->level = LEVEL_TASK;
}

/*
 *  A task that may use all reserves has taken every page, and asks for one more that must not fail. Such a task
 *  does not reclaim.
 *  Expect: it offers the CPU in every round, kswapd reclaims pages of the file, and the watchdog says nothing.
 */
TEST(nofail_among_reclaimers_lets_kswapd_run, "13-12 13-16")
{
	struct address_space *file;

	test_machine_uma(64);
	world->watermark_boost_factor = 0;
	daemons_start();
	file = address_space_new("movie", false);
	ck_assert_uint_eq(page_cache_fill(file, GFP_HIGHUSER_MOVABLE, 15000), 15000);
	current->flags |= PF_MEMALLOC;
	while (alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0))
		;
	test_forget_events();
	ck_assert_ptr_nonnull(alloc_pages(GFP_KERNEL | __GFP_NOFAIL, 0));
	ck_assert_int_gt(test_count(TRACE_mm_vmscan_kswapd_wake), 0);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_direct_reclaim_begin), 0);
	ck_assert_ptr_null(strstr(test_console(), "livelock"));
}

/* The same with nothing to reclaim. Expect kswapd to give up, and only then the watchdog's word. */
TEST(nofail_among_reclaimers_waits_for_kswapd_to_give_up, "13-12 13-16")
{
	test_machine_uma(64);
	daemons_start();
	current->flags |= PF_MEMALLOC;
	while (alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0))
		;
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOFAIL, 0));
	ck_assert_int_eq(NODE_DATA(0)->kswapd_failures, 16);
	ck_assert_ptr_nonnull(strstr(test_console(), "livelock"));
}

/* Somebody waits in a nap of kswapd's for what kswapd will do when it finds the balance lost. */
TEST(watchdog_lets_naps_end, "13-12")
{
	struct slow_request request = { .rounds = 1 };
	struct alloc_context ac = { 0 };

	test_machine_uma(64);
	daemons_start();
	request.ac = &ac;
	wakeup_kswapd(test_zone(0, ZONE_DMA), GFP_KERNEL, 10, ZONE_NORMAL);
	world->life->kswapd[0]->runnable = true;
	NODE_DATA(0)->kswapd_waiting = false;
	world_reschedule();
	ck_assert_int_eq(NODE_DATA(0)->kswapd.state, KSWAPD_NAPPING);
	ck_assert(!world->hooks.slow_round(&request));
	request.rounds = 2;
	ck_assert(!world->hooks.slow_round(&request));
	ck_assert_int_eq(NODE_DATA(0)->kswapd.state, KSWAPD_ASLEEP);
}

TEST(watchdog_finds_longer_circles, "13-12")
{
	struct alloc_context ac = { 0 };
	struct slow_request request = { .ac = &ac };
	bool stopped = false;

	test_machine_uma(64);
	ck_assert(life_begin());
	/* A circle of three states. */
	while (!stopped) {
		request.rounds++;
		NODE_DATA(0)->flags = request.rounds % 3;
		stopped = world->hooks.slow_round(&request);
	}
	ck_assert_uint_le(request.rounds, 16);
}

TEST(watchdog_sees_tasks_and_cpus, "13-12")
{
	struct alloc_context ac = { 0 };
	struct slow_request request = { .ac = &ac, .rounds = 1 };
	struct task *task;

	test_machine_cpus(64, 2);
	world->cpu_online = 1;
	ck_assert(life_begin());
	task = test_task("other", 7);
	world->hooks.slow_round(&request);
	request.rounds++;
	/* Somebody was chosen, then killed, then lost its memory: each time it is another state. */
	task->oom_mm = task->mm;
	ck_assert(!world->hooks.slow_round(&request));
	request.rounds++;
	task->fatal_signal_pending = true;
	ck_assert(!world->hooks.slow_round(&request));
	request.rounds++;
	task->mm->users = 0;
	task->mm = NULL;
	task->fatal_signal_pending = false;
	ck_assert(!world->hooks.slow_round(&request));
	request.rounds++;
	ck_assert(world->hooks.slow_round(&request));
}
