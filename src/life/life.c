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

/**
 * @brief Free what brought a machine to life, and what its pages belong to.
 *
 * @param machine the machine, which is being unmade
 */
void life_release(struct machine *machine)
{
	address_spaces_free(machine);
	free(machine->life);
	machine->life = NULL;
}

/** Make room for what brings the machine in focus to life; false when the host has no memory. */
static bool life_new(void)
{
	world->life = calloc(1, sizeof(*world->life));
	return world->life != NULL;
}

/**
 * @brief Make room for what brings the machine in focus to life, where there is none yet, and let its disk go on.
 *
 * @return false when the host has no memory
 */
bool life_begin(void)
{
	if (world->life)
		return true;
	if (!life_new())
		return false;
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
	if (!world->life->next_fold || world->jiffies < world->life->next_fold)
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

/** Does every daemon sleep for good, and is the disk done? */
static bool life_rests(void)
{
	bool resting = !life_is_busy();

	for (int i = 0; i < world->life->nr_daemons; i++)
		resting &= !world->life->daemon[i].timed;
	return resting;
}

/** Longest time that a machine is left idle for, in ticks: an hour. */
#define LONGEST_IDLE (3600ul * HZ)

/**
 * @brief Leave the machine idle until every daemon sleeps for good and the disk is done.
 *
 * A kswapd that naps is waited for. Before every tick in which nobody runs, and at the end, the CPU is idle, and
 * brings in what it holds back of counters. So it is while a daemon waits, also on a machine where tasks sleep alone.
 *
 * @return false when that was not so within an hour of the machine's time
 */
bool daemons_run(void)
{
	void (*sleep_of_tasks)(unsigned long ticks) = world->hooks.sleep;
	unsigned long end = world->jiffies + LONGEST_IDLE;
	bool resting;

	world->hooks.sleep = sleep_in_life;
	schedule_daemons();
	while (!(resting = life_rests()) && world->jiffies < end) {
		sleep_in_life(1);
		schedule_daemons();
	}
	quiet_vmstat();
	world->hooks.sleep = sleep_of_tasks;
	return resting;
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

/** Give every node of the machine its kswapd. One that was woken before there was anybody to wake runs first. */
static void start_kswapds(void)
{
	int nid;

	for_each_online_node(nid) {
		char comm[24];

		snprintf(comm, sizeof(comm), "kswapd%d", nid);
		world->life->kswapd[nid] = daemon_new(comm, PF_MEMALLOC | PF_SWAPWRITE | PF_KSWAPD,
						      kswapd_body, NODE_DATA(nid));
		NODE_DATA(nid)->kswapd.highest_zoneidx = MAX_NR_ZONES - 1;
		if (!NODE_DATA(nid)->kswapd_waiting)
			kswapd_woken(NODE_DATA(nid));
	}
	world->hooks.kswapd_woken = kswapd_woken;
}

/** Give every node of the machine its kcompactd, as above. */
static void start_kcompactds(void)
{
	int nid;

	for_each_online_node(nid) {
		char comm[24];

		snprintf(comm, sizeof(comm), "kcompactd%d", nid);
		world->life->kcompactd[nid] = daemon_new(comm, 0, kcompactd_body, NODE_DATA(nid));
		if (!NODE_DATA(nid)->kcompactd_waiting)
			kcompactd_woken(NODE_DATA(nid));
	}
	world->hooks.kcompactd_woken = kcompactd_woken;
}

/**
 * @brief Give the machine in focus the two threads of each node, and nobody else.
 *
 * They run in daemons_run() only: not while a task sleeps, nor when it offers the CPU. A replay lets them run where
 * its recording says that they did. There is no disk: what is being written stays so.
 *
 * @return false when the host has no memory
 */
bool node_daemons_start(void)
{
	int cpu;

	if (!life_new())
		return false;
	start_kswapds();
	start_kcompactds();
	/* The machine ran before: every CPU has announced that it will fold its counters, and may do it earlier. */
	for_each_online_cpu(cpu)
		world->vmstat_work_pending |= 1ull << cpu;
	return true;
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

	if (!life_begin())
		return false;
	life = world->life;
	start_kswapds();
	start_kcompactds();
	life->flusher = daemon_new("flush", 0, flusher_body, NULL);
	life->reaper = daemon_new("oom_reaper", 0, reaper_body, NULL);
	if (world->oom_reaper_list)
		daemon_wake(life->reaper);
	world->hooks.flushers_woken = flushers_woken;
	world->hooks.page_written = page_write;
	world->hooks.sleep = sleep_in_life;
	world->hooks.reschedule = schedule_daemons;
	life->next_fold = next_full_second();
	return true;
}
