/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The machine's time, and the points at which a task lets others run.
 *
 * Nothing runs at the same time as anything else. A task gives up the CPU only where 5.8.18 would
 * sleep or offer to reschedule, and these are the two functions it does it through. A machine without
 * a scheduler (src/life/daemons.c) only notes that time has passed.
 */
#include "world/world.h"

/**
 * @brief The running task sleeps.
 *
 * @param ticks how long, at most
 * @source none (ours: what others do meanwhile is decided by the machine's scheduler)
 */
void world_sleep(unsigned long ticks)
{
	if (world->hooks.sleep)
		world->hooks.sleep(ticks);
	else
		world->jiffies += ticks;
}

/**
 * @brief The running task offers the CPU to others.
 *
 * @source none (ours: the kernel switches tasks here if a better one waits)
 */
void world_reschedule(void)
{
	if (world->hooks.reschedule)
		world->hooks.reschedule();
}
