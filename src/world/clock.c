/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The machine's time, and the points at which a task lets others run.
 *
 * Nothing runs at the same time as anything else. A task gives up the CPU only where 5.8.18 would
 * sleep or offer to reschedule, and these are the two functions it does it through. First the work runs that was queued
 * on any CPU. Then a machine without a scheduler (src/life/daemons.c) only notes that time has passed.
 */
#include "world/world.h"

/**
 * @brief A CPU gets its turn: what was queued for it runs.
 *
 * @param cpu the CPU
 * @source none (ours: in the kernel a worker thread of that CPU does it)
 */
static void run_queued_work(int cpu)
{
	if (world->memcg_stock[cpu].flush_queued)
		world->hooks.drain_local_stock(cpu);
}

/**
 * @brief Every CPU gets its turn.
 *
 * @source none (ours: other CPUs run beside this one in the kernel)
 */
static void let_cpus_run(void)
{
	int cpu;

	for_each_online_cpu(cpu)
		run_queued_work(cpu);
}

/**
 * @brief From here on that CPU is the running one.
 *
 * @param cpu the CPU, online
 * @source none (ours: CPUs take turns here)
 */
void world_run_on(int cpu)
{
	world->this_cpu = cpu;
	run_queued_work(cpu);
}

/**
 * @brief The running task sleeps.
 *
 * @param ticks how long, at most
 * @source none (ours: what others do meanwhile is decided by the machine's scheduler)
 */
void world_sleep(unsigned long ticks)
{
	let_cpus_run();
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
	let_cpus_run();
	if (world->hooks.reschedule)
		world->hooks.reschedule();
}
