/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The scheduler of a machine: who runs while the running task sleeps.
 *
 * A machine runs on one thread, and a daemon (kswapd, kcompactd, the OOM reaper, the flusher) is a
 * function that does its work from one sleep to the next. It runs at three kinds of points only, all of
 * which a reader can step to: when the running task sleeps, when it offers the CPU, and when the
 * machine is left idle (daemons_run()). In between nothing happens by itself, so every run of the same
 * scene is the same.
 *
 * Daemons run in the order in which they were made. A daemon that sleeps itself lets time pass, but no
 * other daemon run: whatever it waits for is done by the disk.
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

/** Room for what brings the machine to life. */
struct life *life_of_machine(void)
{
	if (!world->life) {
		world->life = calloc(1, sizeof(*world->life));
		world->hooks.release = life_release;
		if (world->life)
			world->life->disk.pages_per_tick = DISK_PAGES_PER_TICK;
	}
	return world->life;
}

/**
 * @brief Make a daemon. It sleeps until it is woken.
 *
 * @param comm name of its task
 * @param flags PF_* of its task, besides PF_KTHREAD
 * @param body runs it from one sleep to the next
 * @param context for the body
 * @return the daemon, owned by the machine; NULL when there are too many
 */
struct daemon *daemon_new(const char *comm, unsigned int flags, void (*body)(void *context),
			  void *context)
{
	struct life *life = life_of_machine();
	struct daemon *daemon;

	if (!life || life->nr_daemons == MAX_DAEMONS)
		return NULL;
	daemon = &life->daemon[life->nr_daemons++];
	daemon->task = world->init_task;
	snprintf(daemon->task.comm, sizeof(daemon->task.comm), "%s", comm);
	daemon->task.pid = FIRST_DAEMON_PID + life->nr_daemons;
	daemon->task.tgid = daemon->task.pid;
	daemon->task.flags = PF_KTHREAD | flags;
	daemon->task.mm = NULL;
	daemon->task.oom_mm = NULL;
	daemon->task.mempolicy = NULL;
	daemon->task.mems_allowed = world->node_memory_map;
	INIT_LIST_HEAD(&daemon->task.tasks);
	daemon->body = body;
	daemon->context = context;
	return daemon;
}

/** Wake a daemon: it runs at the next point where it can. */
void daemon_wake(struct daemon *daemon)
{
	daemon->runnable = true;
	daemon->timed = false;
}

/** Said by a daemon's body: wake me at this tick, if nobody does before. */
void daemon_sleep_until(struct daemon *daemon, unsigned long tick)
{
	daemon->timed = true;
	daemon->deadline = tick;
}

/** Is a daemon's time up? */
static bool time_is_up(const struct daemon *daemon)
{
	return daemon->timed && world->jiffies >= daemon->deadline;
}

/** Run one daemon as its own task, outside any interrupt. */
static void run_daemon(struct daemon *daemon)
{
	struct task *before = current;

	daemon->runnable = false;
	daemon->timed = false;
	world->current_task = &daemon->task;
	daemon->body(daemon->context);
	world->current_task = before;
}

/** Run whoever can run now. No time passes but what daemons wait for the disk. */
void schedule_daemons(void)
{
	struct life *life = world->life;
	bool any = true;

	if (life->scheduling)
		return;
	life->scheduling = true;
	while (any) {
		any = false;
		for (int i = 0; i < life->nr_daemons; i++) {
			struct daemon *daemon = &life->daemon[i];

			if (!daemon->runnable && !time_is_up(daemon))
				continue;
			run_daemon(daemon);
			any = true;
		}
	}
	life->scheduling = false;
}

/** Ticks pass while the running task sleeps: the disk works, daemons run. */
static void sleep_in_life(unsigned long ticks)
{
	while (ticks--) {
		world->jiffies++;
		disk_run(1);
		schedule_daemons();
	}
}

/** Is any daemon about to run, or anything being written? Tells a standstill from a wait. */
bool life_is_busy(void)
{
	const struct life *life = world->life;

	if (!life)
		return false;
	for (int i = 0; i < life->nr_daemons; i++)
		if (life->daemon[i].runnable)
			return true;
	return life->disk.nr_queued > 0;
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
 * @brief Bring a machine to life: a kswapd and a kcompactd a node, a flusher and a disk.
 *
 * Without this, time passes while tasks sleep, and nothing else happens.
 *
 * @return false when the host has no memory
 */
bool daemons_start(void)
{
	struct life *life = life_of_machine();
	int nid;

	if (!life)
		return false;
	for_each_online_node(nid) {
		char comm[24];

		snprintf(comm, sizeof(comm), "kswapd%d", nid);
		life->kswapd[nid] = daemon_new(comm, PF_MEMALLOC | PF_SWAPWRITE | PF_KSWAPD,
					       kswapd_body, NODE_DATA(nid));
		NODE_DATA(nid)->kswapd.highest_zoneidx = MAX_NR_ZONES - 1;
	}
	kcompactd_start();
	life->flusher = daemon_new("flush", 0, flusher_body, NULL);
	life->reaper = daemon_new("oom_reaper", 0, reaper_body, NULL);
	world->hooks.kswapd_woken = kswapd_woken;
	world->hooks.flushers_woken = flushers_woken;
	world->hooks.page_written = page_write;
	world->hooks.sleep = sleep_in_life;
	world->hooks.reschedule = schedule_daemons;
	watchdog_start();
	return true;
}
