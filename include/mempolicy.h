/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief NUMA memory policies: which node a task's or a mapping's pages should come from.
 */
#ifndef MEMPOLICY_H
#define MEMPOLICY_H

#include "nodemask.h"
#include "types.h"

/** Modes as set_mempolicy(2) numbers them. */
enum mempolicy_mode {
	MPOL_DEFAULT,	 /**< at the API only: no policy, so the local node first */
	MPOL_PREFERRED,	 /**< one node first, then the others */
	MPOL_BIND,	 /**< these nodes only */
	MPOL_INTERLEAVE, /**< these nodes in turn */
	MPOL_LOCAL,	 /**< at the API only: stored as MPOL_PREFERRED with MPOL_F_LOCAL */
	MPOL_MAX,
};

#define MPOL_F_SHARED	      (1u << 0) /**< reference counted at each use */
#define MPOL_F_LOCAL	      (1u << 1) /**< preferred node: wherever the task runs */
#define MPOL_F_MOF	      (1u << 3) /**< page faults move pages; NUMA balancing, not here */
#define MPOL_F_MORON	      (1u << 4) /**< such moves go to the node of the CPU; the same */
#define MPOL_F_RELATIVE_NODES (1u << 14)
#define MPOL_F_STATIC_NODES   (1u << 15)
#define MPOL_MODE_FLAGS	      (MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES)

/** A memory policy. */
struct mempolicy {
	int refcnt;
	u16 mode;
	u16 flags;
	union {
		s16 preferred_node; /**< preferred; no meaning with MPOL_F_LOCAL */
		nodemask_t nodes;   /**< bind, interleave */
	} v;
	union {
		nodemask_t
			cpuset_mems_allowed; /**< without mode flags: allowed when `v` was computed */
		nodemask_t user_nodemask;    /**< with one: as the user gave it */
	} w;
};

/**
 * @brief A mapping, as far as policies look at it.
 *
 * `get_policy` belongs to shared memory; it takes a reference on what it returns. Whoever makes a
 * mapping owns it; on the list of its process (`mmap` of struct mm), its policy follows the cpuset.
 */
struct vm_area {
	unsigned long vm_start; /**< first address, bytes */
	unsigned long vm_pgoff; /**< offset of the first page in the file, pages */
	struct mempolicy *vm_policy;
	struct mempolicy *(*get_policy)(struct vm_area *vma, unsigned long address);
	struct vm_area *vm_next; /**< next mapping of the process */
};

/** Does whoever looked this policy up for a mapping have to give a reference back? There is always one: the task's, at last. */
static inline bool mpol_needs_cond_ref(const struct mempolicy *policy)
{
	return policy->flags & MPOL_F_SHARED;
}

#endif
