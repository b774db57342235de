/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Cpusets: which nodes a group of tasks may take memory from.
 */
#ifndef CPUSET_H
#define CPUSET_H

#include "nodemask.h"
#include "types.h"

#define CPUSET_NAME_LEN 64

/** One cpuset of the tree. */
struct cpuset {
	char name[CPUSET_NAME_LEN]; /**< last path component; "/" for the root */
	struct cpuset *parent;	    /**< NULL for the root */
	nodemask_t mems_allowed;    /**< as configured */
	bool mem_exclusive;
	bool mem_hardwall;
	struct cpuset *next; /**< all cpusets of the machine except the root */
};

#endif
