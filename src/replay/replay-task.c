/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The task that a recording ran as: its memory policy, its cpuset, its memory cgroup.
 */
#include <stdlib.h>

#include "life/life.h"
#include "replay/replay.h"
#include "stages/stages.h"
#include "state/records.h"
#include "world/world.h"

#ifdef CONFIG_NUMA
/**
 * @brief `policy mode M nodes HEX preferred NID local B il_prev N`: the task's memory policy.
 *
 * @param replay the replay
 * @param line the line of the recording
 * @return 0, or -1 after noting an error
 */
int replay_policy(struct replay *replay, const char *line)
{
	long mode, preferred, local, il_prev;
	struct mempolicy *policy = NULL;
	unsigned long nodes;

	if (!take_word(&line, "policy") || !take_word(&line, "mode") ||
	    !take_number(&line, &mode) || mode < MPOL_DEFAULT || mode > MPOL_INTERLEAVE ||
	    !take_word(&line, "nodes") || !take_hex(&line, &nodes) ||
	    !take_word(&line, "preferred") || !take_number(&line, &preferred) ||
	    !take_word(&line, "local") || !take_number(&line, &local) ||
	    !take_word(&line, "il_prev") || !take_number(&line, &il_prev) || !take_end(&line) ||
	    il_prev < 0 || il_prev >= MAX_NUMNODES)
		return reader_fail(&replay->reader, "'policy mode M nodes HEX ...'");
	if (mode != MPOL_DEFAULT) {
		const struct written_policy written = {
			.mode = mode,
			.flags = mode == MPOL_PREFERRED && local ? MPOL_F_LOCAL : 0,
			.preferred = preferred,
			.nodes = { nodes },
			.relative = current->mems_allowed,
		};

		policy = record_policy(&replay->reader, &written);
		if (!policy)
			return -1;
	}
	mpol_put(current->mempolicy);
	current->mempolicy = policy;
	current->il_prev = (int)il_prev;
	return 0;
}
#endif

/**
 * @brief `cpuset mems_allowed HEX enabled 1`: the task is confined to nodes.
 *
 * @param replay the replay
 * @param line the line of the recording
 * @return 0, or -1 after noting an error
 */
int replay_cpuset(struct replay *replay, const char *line)
{
	struct cpuset *cpuset;
	nodemask_t mems;
	long enabled;

	if (!take_word(&line, "cpuset") || !take_word(&line, "mems_allowed") ||
	    !take_hex(&line, &mems.bits) || !take_word(&line, "enabled") ||
	    !take_number(&line, &enabled) || !take_end(&line) || !nodes_exist(mems))
		return reader_fail(&replay->reader, "'cpuset mems_allowed HEX enabled 1'");
	cpuset = cpuset_new("recorded", &world->top_cpuset, mems);
	if (!cpuset)
		return reader_refuse(&replay->reader, "out of memory");
	cpuset_attach(current, cpuset);
	return 0;
}

/**
 * @brief `memcg usage U max M stock S kmem 1 root 0`: the task is in a memory cgroup.
 *
 * @param replay the replay
 * @param line the line of the recording
 * @return 0, or -1 after noting an error
 */
int replay_memcg(struct replay *replay, const char *line)
{
	long usage, max, stock, kmem, root;
	struct memcg_stock *cpu_stock = &world->memcg_stock[world->this_cpu];
	struct mem_cgroup *memcg;

	if (!take_word(&line, "memcg") || !take_word(&line, "usage") ||
	    !take_number(&line, &usage) || !take_word(&line, "max") || !take_number(&line, &max) ||
	    !take_word(&line, "stock") || !take_number(&line, &stock) ||
	    !take_word(&line, "kmem") || !take_number(&line, &kmem) || !take_word(&line, "root") ||
	    !take_number(&line, &root) || !take_end(&line) || kmem != 1 || root != 0 || stock < 0 ||
	    stock > (long)MEMCG_CHARGE_BATCH || usage < stock || max < 0)
		return reader_fail(&replay->reader, "'memcg usage U max M stock S kmem 1 root 0'");
	memcg = memcg_new("recorded", &world->root_mem_cgroup, (unsigned long)max);
	if (!memcg)
		return reader_refuse(&replay->reader, "out of memory");
	memcg->memory.usage = usage;
	world->root_mem_cgroup.memory.usage = usage;
	current->memcg = memcg;
	cpu_stock->cached = memcg;
	cpu_stock->nr_pages = (unsigned int)stock;
	return 0;
}

/** The PF_ flags that a `context` line may set. */
#define CONTEXT_FLAGS (PF_MEMALLOC | PF_MEMALLOC_NOFS | PF_MEMALLOC_NOIO | PF_MEMALLOC_NOCMA)

/**
 * @brief `context flags HEX irq B softirq B rt B memdie B`: as what the operations below run.
 *
 * @param replay the replay
 * @param line the line of the recording
 * @return 0, or -1 after noting an error
 */
int replay_context(struct replay *replay, const char *line)
{
	long irq, softirq, rt, memdie;
	const struct field fields[] = { { "irq", &irq, 0, 1 },
					{ "softirq", &softirq, 0, 1 },
					{ "rt", &rt, 0, 1 },
					{ "memdie", &memdie, 0, 1 } };
	unsigned long flags;

	if (!take_word(&line, "context") || !take_word(&line, "flags") ||
	    !take_hex(&line, &flags) || (flags & ~(unsigned long)CONTEXT_FLAGS) ||
	    !take_fields(&line, fields, ARRAY_SIZE(fields)) || (irq && softirq))
		return reader_fail(&replay->reader,
				   "'context flags HEX irq B softirq B rt B memdie B'");
	current->flags = (current->flags & ~CONTEXT_FLAGS) | (unsigned int)flags;
	world->level = irq ? LEVEL_HARDIRQ : softirq ? LEVEL_SOFTIRQ : LEVEL_TASK;
	current->prio = rt ? MAX_RT_PRIO - 1 : DEFAULT_PRIO;
	current->oom_mm = memdie ? current->mm : NULL;
	return 0;
}
