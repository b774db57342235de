/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the OOM killer is told about a request, and what it finds out.
 */
#ifndef OOM_H
#define OOM_H

#include "gfp.h"
#include "mmzone.h"
#include "types.h"

struct mem_cgroup;
struct task;

/** What confined the request that ran out of memory. */
enum oom_constraint {
	CONSTRAINT_NONE,
	CONSTRAINT_CPUSET,
	CONSTRAINT_MEMORY_POLICY,
	CONSTRAINT_MEMCG,
};

/** A request to the OOM killer. */
struct oom_control {
	struct zonelist *zonelist; /**< NULL: a page fault, or a group at its limit */
	nodemask_t *nodemask;	   /**< kept only where a memory policy confines it */
	struct mem_cgroup *memcg;  /**< the group at its limit; NULL: all of memory */
	gfp_t gfp_mask;
	int order;		  /**< -1: a request by hand */
	unsigned long totalpages; /**< memory and swap it could use, or a group's limit; pages */
	struct task *chosen;
	long chosen_points; /**< its badness, pages */
	bool aborted;	    /**< an earlier victim is still dying: nobody else is killed */
	enum oom_constraint constraint;
};

/** Did a user ask for a kill by hand (sysrq)? */
static inline bool is_sysrq_oom(const struct oom_control *oc)
{
	return oc->order == -1;
}

#endif
