/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The scheduler of a machine: who runs while the running task sleeps.
 *
 * A machine runs on one thread, and a daemon (kswapd, kcompactd, the OOM reaper, the flusher) is a
 * function that does its work from one sleep to the next. It runs at three kinds of points only, all of
 * which a reader can step to: when the running task sleeps, when it offers the CPU, and when the
 * machine is left idle (daemons_run() in life.c). In between nothing happens by itself, so every run of the same
 * scene is the same.
 *
 * Daemons run in the order in which they were made. A daemon that sleeps lets time pass, but lets
 * no other daemon run: whatever it waits for is done by the disk.
 */
#include <stdio.h>

#include "life/life.h"
#include "stages/stages.h"
#include "world/world.h"

/**
 * @brief Make a daemon of a machine whose life has begun. It sleeps until it is woken.
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
	struct life *life = world->life;
	struct daemon *daemon;

	if (life->nr_daemons == MAX_DAEMONS)
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
	daemon->task.turns_put_off = 0;
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
	struct task *before = task_take_turn(&daemon->task);

	daemon->runnable = false;
	daemon->timed = false;
	daemon->body(daemon->context);
	task_end_turn(before);
}

/** Most rounds of turns at one point. Those who are still about to run then get theirs at the next. */
#define MOST_ROUNDS 1000

/** Run whoever can run now. No time passes except what daemons spend waiting for the disk. */
void schedule_daemons(void)
{
	struct life *life = world->life;
	bool any = true;

	if (life->scheduling)
		return;
	life->scheduling = true;
	for (int round = 0; any && round < MOST_ROUNDS; round++) {
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

/** Is any daemon about to run? */
bool any_daemon_runnable(void)
{
	const struct life *life = world->life;

	for (int i = 0; i < life->nr_daemons; i++)
		if (life->daemon[i].runnable)
			return true;
	return false;
}

/** Is any daemon about to run, or anything being written? A disk that has stopped writes nothing. */
bool life_is_busy(void)
{
	const struct life *life = world->life;

	return life && (any_daemon_runnable() ||
			(life->disk.nr_queued > 0 && life->disk.pages_per_tick > 0));
}
