/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Names that the printer of /proc files and their reader share, in the kernel's order.
 */
#ifndef PROC_H
#define PROC_H

#include "mmzone.h"

/** A free list with this many blocks is not counted further. */
#define PAGETYPEINFO_MOST 100000ul

/** Runs of kswapd without progress after which a node counts as unreclaimable. */
#define UNRECLAIMABLE_FAILURES 16

extern const char *const zone_stat_names[NR_VM_ZONE_STAT_ITEMS];
extern const char *const node_stat_names[NR_VM_NODE_STAT_ITEMS];
#ifdef CONFIG_NUMA
extern const char *const numa_stat_names[NR_VM_NUMA_STAT_ITEMS];
#endif

#endif
