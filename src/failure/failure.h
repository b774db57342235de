/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What a kernel log says about a failed allocation: the report, as it was read.
 *
 * A report may come from another kernel version or another architecture than the one Pageflow models, and from a
 * damaged log. So every figure knows whether it was read, zones go by name, and sizes are kept in the kB printed.
 */
#ifndef FAILURE_H
#define FAILURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure/judge/masks.h"
#include "failure/read/holders.h"
#include "failure/read/killing.h"
#include "failure/read/call-trace.h"
#include "migratetype.h"

/** Most zones of a report that are kept. */
#define FAILURE_ZONES 64

/** Most nodes of a report that are kept; a set of nodes is a bit mask. */
#define FAILURE_NODES 64

/** Most orders of a free list line that are kept. */
#define FAILURE_ORDERS 20

/** Zone types of all kernels, in ascending order; each kernel has some of them. */
enum failure_zone_type {
	FAILURE_DMA,
	FAILURE_DMA32,
	FAILURE_NORMAL,
	FAILURE_HIGHMEM,
	FAILURE_MOVABLE,
	FAILURE_DEVICE,
	NR_FAILURE_TYPES,
};

/** Letters of a free list line, in the order in which they are printed: U M E H C I. */
enum failure_letter {
	LETTER_UNMOVABLE = 1 << MIGRATE_UNMOVABLE,
	LETTER_MOVABLE = 1 << MIGRATE_MOVABLE,
	LETTER_RECLAIMABLE = 1 << MIGRATE_RECLAIMABLE,
	LETTER_HIGHATOMIC = 1 << MIGRATE_HIGHATOMIC,
	LETTER_CMA = 1 << MIGRATE_CMA,
	LETTER_ISOLATE = 1 << MIGRATE_ISOLATE,
};
#define NR_LETTERS MIGRATE_TYPES

/** The figures that are kept, of the whole system, a node or a zone. */
enum failure_figure {
	FIGURE_FREE,
	FIGURE_BOOST,
	FIGURE_MIN,
	FIGURE_LOW,
	FIGURE_HIGH,
	FIGURE_HIGHATOMIC,
	FIGURE_FREE_HIGHATOMIC,
	FIGURE_ACTIVE_ANON,
	FIGURE_INACTIVE_ANON,
	FIGURE_ISOLATED_ANON,
	FIGURE_ACTIVE_FILE,
	FIGURE_INACTIVE_FILE,
	FIGURE_ISOLATED_FILE,
	FIGURE_UNEVICTABLE,
	FIGURE_DIRTY,
	FIGURE_WRITEBACK,
	FIGURE_WRITEBACK_TMP,
	FIGURE_SLAB_RECLAIMABLE,
	FIGURE_SLAB_UNRECLAIMABLE,
	FIGURE_MISC_RECLAIMABLE,
	FIGURE_MAPPED,
	FIGURE_SHMEM,
	FIGURE_KERNEL_STACK,
	FIGURE_SHADOW_CALL_STACK,
	FIGURE_PAGETABLES,
	FIGURE_SEC_PAGETABLES,
	FIGURE_BOUNCE,
	FIGURE_BALLOON,
	FIGURE_GPU_ACTIVE,
	FIGURE_GPU_RECLAIM,
	FIGURE_ZSPAGES,
	FIGURE_PRESENT,
	FIGURE_MANAGED,
	FIGURE_MLOCKED,
	FIGURE_FREE_PCP,
	FIGURE_LOCAL_PCP,
	FIGURE_FREE_CMA,
	NR_FIGURES,
};

/** Figures, and which of them were read. */
struct failure_figures {
	uint64_t value[NR_FIGURES];
	uint64_t seen;
};

/** A zone's line, the line of its reserve, and its free list line. */
struct failure_zone {
	char name[16];
	enum failure_zone_type type;
	int nid;			/**< 0 where the report names no node */
	struct failure_figures figures; /**< kB */
	uint64_t reserve[NR_FAILURE_TYPES];
	int nr_reserve;
	uint64_t blocks[FAILURE_ORDERS]; /**< free blocks by order */
	uint8_t letters[FAILURE_ORDERS]; /**< the types among them */
	uint32_t listed;		 /**< orders whose entry was read, as bits */
	int nr_orders;
	bool list_ended; /**< the line was read to its sum */
	uint64_t list_kb;
};

/** What kind of report it is. */
enum failure_kind {
	FAILURE_PAGE_ALLOC, /**< page allocation failure */
	FAILURE_STALL,	    /**< page allocation stalls */
	FAILURE_OOM,	    /**< an invocation of the OOM killer */
	FAILURE_VMALLOC,    /**< vmalloc() gave up; its pages are not one request */
	FAILURE_STATE,	    /**< a state of memory whose request was not found */
};

/** One report. */
struct failure {
	enum failure_kind kind;
	bool ours;     /**< it is no report, but a machine of ours */
	size_t line;   /**< of the log, where it begins */
	char when[40]; /**< as the prefix of that line says it; "" */
	char comm[64];
	char version[64]; /**< of the kernel; "" when the log does not say */
	char release
		[32]; /**< the point release that Debian names beside its own version; "": none */
	bool version_from_log; /**< the log's `Linux version` line said so, not the report */
	bool has_order, has_mask;
	bool forced;	   /**< an OOM report without a request: order=-1 */
	bool mask_unknown; /**< only a number, of a version before those whose numbers are known */
	bool mask_ends_line; /**< only a number, and nothing after it: it may have been cut */
	unsigned int order;
	uint64_t mask_number; /**< as printed */
	char mask_names[256]; /**< as printed; "" where only the number was */
	struct foreign_mask mask;
	bool has_nodemask, has_mems;
	uint64_t nodemask, mems_allowed;
	char cpuset[64];
	bool node_lines;  /**< nodes have lines of their own: from 4.8 on */
	bool named_nodes; /**< zones are printed with their node: a kernel with NUMA */
	bool has_state;	  /**< Mem-Info was seen */
	bool woven; /**< lines of another report are among its lines, and nothing tells them apart */
	bool memcg;		       /**< a limit of a memory cgroup, not the zones, refused */
	struct failure_figures totals; /**< pages */
	struct failure_figures nodes;  /**< kB, of all nodes' lines together */
	uint64_t nodes_read;	       /**< whose lines are in it */
	uint64_t unreclaimable;	       /**< nodes that kswapd gave up on */
	struct failure_zone zone[FAILURE_ZONES];
	int nr_zones;
	bool too_many_zones;
	int page_kb;	    /**< size of a page */
	bool page_inferred; /**< from totals and zones, not from a free list line */
	bool has_ram, has_reserved, has_cma, has_highmem;
	uint64_t ram, reserved, cma; /**< pages, from the end of the report */
	uint64_t highmem; /**< pages of high memory, or that only movable memory may use */
	struct failure_holders holders;
	struct failure_oom oom;
	struct failure_trace trace;
};

/** Receives each report; it is valid until it returns. */
typedef void (*failure_handler)(const struct failure *failure, void *context);

/** Reading of a log, line by line. */
struct failure_log;

struct failure_log *failure_log_new(failure_handler handler, void *context);
void failure_log_line(struct failure_log *log, char *line, size_t length);
void failure_log_end(struct failure_log *log);
void failure_log_drop(struct failure_log *log);

/* read/header.c */
bool version_before(const char *version, int major, int minor);
bool failure_before(const struct failure *failure, int major, int minor);

/** Was this figure read? */
static inline bool figure_seen(const struct failure_figures *figures, enum failure_figure figure)
{
	return figures->seen >> figure & 1;
}

#endif
