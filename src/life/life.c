/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who lives on a machine besides the running task, and what wakes them: kswapd and kcompactd of each node, the
 * flusher, the OOM reaper, the disk.
 */
#include <stdio.h>
#include <stdlib.h>

#include "life/life.h"
#include "stages/stages.h"
#include "world/world.h"

/** Free what brought a machine to life. */
static void life_release(struct machine *machine)
{
	address_spaces_free(machine);
	free(machine->life);
	machine->life = NULL;
}

/**
 * @brief Make room for what brings the machine in focus to life, where there is none yet.
 *
 * @return false when the host has no memory
 */
bool life_begin(void)
{
	if (world->life)
		return true;
	world->life = calloc(1, sizeof(*world->life));
	if (!world->life)
		return false;
	world->hooks.release = life_release;
	world->life->disk.pages_per_tick = DISK_PAGES_PER_TICK;
	disk_resume();
	return true;
}

/** The first full second after now, as a tick. */
static unsigned long next_full_second(void)
{
	return (world->jiffies / HZ + 1) * HZ;
}

/** Once a second all CPUs fold the changes of counters that they hold back. */
static void fold_when_due(void)
{
	if (world->jiffies < world->life->next_fold)
		return;
	vmstat_shepherd();
	world->life->next_fold = next_full_second();
}

/** Ticks pass while the running task sleeps: the disk works, daemons run. */
static void sleep_in_life(unsigned long ticks)
{
	while (ticks--) {
		if (!any_daemon_runnable())
			quiet_vmstat();
		world->jiffies++;
		disk_run(1);
		fold_when_due();
		schedule_daemons();
	}
}

/** Leave the machine idle until every daemon sleeps for good and the disk is done. */
void daemons_run(void)
{
	struct life *life = world->life;
	bool resting = false;

	while (!resting) {
		schedule_daemons();
		resting = !life_is_busy();
		for (int i = 0; i < life->nr_daemons; i++)
			resting &= !life->daemon[i].timed;
		if (!resting)
			sleep_in_life(1);
	}
}

/** A kswapd runs; if it naps, it wants to be called when the nap is over. */
static void kswapd_body(void *context)
{
	struct pglist_data *pgdat = context;

	kswapd(pgdat);
	if (pgdat->kswapd.state == KSWAPD_NAPPING)
		daemon_sleep_until(world->life->kswapd[pgdat->node_id], pgdat->kswapd.nap_end);
}

/** A kswapd was taken off its wait queue. */
static void kswapd_woken(struct pglist_data *pgdat)
{
	daemon_wake(world->life->kswapd[pgdat->node_id]);
}

/** The scheduler lets a kcompactd run. */
static void kcompactd_body(void *context)
{
	kcompactd(context);
}

/** A kcompactd was taken off its wait queue. */
static void kcompactd_woken(struct pglist_data *pgdat)
{
	daemon_wake(world->life->kcompactd[pgdat->node_id]);
}

/** Give every node of the machine its kcompactd. */
static void start_kcompactds(void)
{
	int nid;

	for_each_online_node(nid) {
		char comm[24];

		snprintf(comm, sizeof(comm), "kcompactd%d", nid);
		world->life->kcompactd[nid] = daemon_new(comm, 0, kcompactd_body, NODE_DATA(nid));
	}
	world->hooks.kcompactd_woken = kcompactd_woken;
}

/** The flusher writes what is dirty; if the disk takes no more, it comes again. */
static void flusher_body(void *context)
{
	(void)context;
	flushers_run();
}

/** Dirty pages should be written. */
static void flushers_woken(struct pglist_data *pgdat)
{
	(void)pgdat;
	daemon_wake(world->life->flusher);
}

/** The reaper empties its victims; then those who were killed get to run, and exit. */
static void reaper_body(void *context)
{
	(void)context;
	oom_reaper_run();
	killed_tasks_exit();
}

/**
 * @brief Bring a machine to life: a kswapd and a kcompactd per node, a flusher and a disk.
 *
 * Without this, time passes while tasks sleep, and nothing else happens.
 *
 * @return false when the host has no memory
 */
bool daemons_start(void)
{
	struct life *life;
	int nid;

	if (!life_begin())
		return false;
	life = world->life;
	for_each_online_node(nid) {
		char comm[24];

		snprintf(comm, sizeof(comm), "kswapd%d", nid);
		life->kswapd[nid] = daemon_new(comm, PF_MEMALLOC | PF_SWAPWRITE | PF_KSWAPD,
					       kswapd_body, NODE_DATA(nid));
		NODE_DATA(nid)->kswapd.highest_zoneidx = MAX_NR_ZONES - 1;
	}
	start_kcompactds();
	life->flusher = daemon_new("flush", 0, flusher_body, NULL);
	life->reaper = daemon_new("oom_reaper", 0, reaper_body, NULL);
	if (world->oom_reaper_list)
		daemon_wake(life->reaper);
	world->hooks.kswapd_woken = kswapd_woken;
	world->hooks.flushers_woken = flushers_woken;
	world->hooks.page_written = page_write;
	world->hooks.sleep = sleep_in_life;
	world->hooks.reschedule = schedule_daemons;
	life->next_fold = next_full_second();
	watchdog_start();
	return true;
}
