/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief CPUs of a running machine that go offline and come back.
 *
 * What a CPU keeps to itself is brought in when it is gone: pages on its lists, changes of counters, charges
 * made in advance. Everything that depends on the number of CPUs is computed again.
 */
#include "life/life.h"
#include "stages/stages.h"
#include "world/world.h"

/**
 * @brief Take a CPU offline. The running CPU brings in what it leaves behind, in the order of 5.8.18.
 *
 * @param cpu the CPU, online, and not the running one
 */
void cpu_down(int cpu)
{
	world->cpu_online &= ~(1ull << cpu);
	world->vmstat_work_pending &= ~(1ull << cpu);
	lru_add_drain_cpu(cpu);
	page_alloc_cpu_dead(cpu);
	memcg_hotplug_cpu_dead(cpu);
	refresh_zone_stat_thresholds();
}

/**
 * @brief Bring a CPU online. It begins with empty lists.
 *
 * @param cpu the CPU, offline
 */
void cpu_up(int cpu)
{
	world->cpu_online |= 1ull << cpu;
	refresh_zone_stat_thresholds();
}
