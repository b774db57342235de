/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Connecting the calls that go against the order of the layers.
 */
#include "life/life.h"
#include "stages/stages.h"

/**
 * @brief Let the lower stages reach the upper ones where 5.8.18 does.
 *
 * @param machine the machine
 * @source none (ours: in the kernel these are ordinary calls)
 */
void wire_hooks(struct machine *machine)
{
	machine->hooks.wakeup_kswapd = wakeup_kswapd;
	machine->hooks.node_reclaim = node_reclaim;
	machine->hooks.compaction_capture = compaction_capture;
	machine->hooks.oom_reaper_woken = oom_reaper_queue;
	machine->hooks.memcg_uncharge_page = __memcg_kmem_uncharge_page;
	machine->hooks.lru_page_uncharged = mem_cgroup_uncharge;
	machine->hooks.lru_page_moved = mem_cgroup_migrate;
	machine->hooks.slow_round = watch_round;
	machine->hooks.charge_round = watch_charge;
	machine->hooks.release = life_release;
	machine->hooks.drain_local_stock = drain_local_stock;
#ifdef CONFIG_NUMA
	machine->hooks.mempolicy_nodemask_intersects = mempolicy_nodemask_intersects;
#endif
}
