/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The machine: everything that the kernel keeps in global variables.
 *
 * Several machines may live in one process, so nothing here is a global. Whatever runs runs on
 * the machine in focus, `world`, and the kernel's global names are members of it:
 * `gfp_allowed_mask` is `world->gfp_allowed_mask`, the running task `current` is `world->current`.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include "cpuset.h"
#include "decisions.h"
#include "hooks.h"
#include "memcg.h"
#include "mempolicy.h"
#include "mmzone.h"
#include "page_cache.h"
#include "pagevec.h"
#include "shrinker.h"
#include "task.h"
#include "trace_events.h"
#include "watchdog.h"

/** Most memory ranges a machine can be described by. */
#define MAX_MEMORY_RANGES 128

/** A range of page frames, [start_pfn, end_pfn), that belongs to one node. */
struct memory_range {
	unsigned long start_pfn;
	unsigned long end_pfn;
	int nid;
	bool nomap; /**< present, but not for the allocator */
};

/** Counters of events, in the spirit of /proc/vmstat; no decision reads them. */
enum vm_event {
	PGALLOC_DMA,
	PGALLOC_DMA32,
	PGALLOC_NORMAL,
	PGALLOC_MOVABLE,
	PGFREE,
	ALLOCSTALL,
	COMPACTSTALL,
	COMPACTFAIL,
	COMPACTSUCCESS,
	PAGEOUTRUN,
	KSWAPD_LOW_WMARK_HIT_QUICKLY,
	KSWAPD_HIGH_WMARK_HIT_QUICKLY,
	PGSCAN_DIRECT_THROTTLE,
	OOM_KILL,
	NR_VM_EVENTS,
};

/** How deep in interrupt handling the running CPU is. */
enum execution_level {
	LEVEL_TASK,
	LEVEL_BH_DISABLED, /**< a task that disabled bottom halves */
	LEVEL_SOFTIRQ,	   /**< a softirq handler */
	LEVEL_HARDIRQ,
	LEVEL_NMI,
};

/** Time of a machine counts ticks of 4 ms. */
#define HZ 250

struct printk_limit {
	unsigned long begin; /**< tick of the first message of the current interval; 0: none yet */
	unsigned int printed;
	unsigned int missed;
	bool started;
};

struct address_space;

struct life; /* what brings the machine to life: src/life */

/** One machine. */
struct machine {
	/* Physical memory: struct pages of [mem_map_start, mem_map_end), and the bytes. */
	struct page *mem_map;
	unsigned long mem_map_start;
	unsigned long mem_map_end;
	char *memory; /**< address of the first byte */
	char **written_to; /**< the bytes of each page that was written to; NULL where they lie at their addresses */
	u8 *pageblock_flags; /**< one byte per pageblock, from mem_map_start's block on */
	struct memory_range range[MAX_MEMORY_RANGES]; /**< sorted */
	int nr_ranges;

	/* Nodes. */
	struct pglist_data *node_data[MAX_NUMNODES];
	nodemask_t node_online_map;
	nodemask_t node_memory_map; /**< N_MEMORY: nodes with present pages */
	nodemask_t node_normal_map; /**< N_NORMAL_MEMORY */
	int nr_online_nodes;
	u8 node_distance[MAX_NUMNODES][MAX_NUMNODES];
	int policy_zone; /**< highest zone of any zonelist, ZONE_MOVABLE excluded */

	/* CPUs. */
	int nr_cpus;	/**< possible */
	u64 cpu_online; /**< bit n: CPU n */
	int this_cpu;
	int cpu_node[MAX_CPUS];
	bool cpu_masks_known; /**< nodes know their CPUs: after boot's zonelists */
	int irqs_disabled;
	enum execution_level level;
	bool running; /**< has booted (system_state is SYSTEM_RUNNING): CPUs may come and go */
	u64 vmstat_work_pending; /**< bit n: CPU n is to fold its counters when its time comes */

	/* Tunables and derived totals. Pages unless stated otherwise. */
	gfp_t gfp_allowed_mask; /**< bits that requests may have: GFP_BOOT_MASK at first, then all */
	gfp_t saved_gfp_mask;	/**< what it was before the machine went to sleep; 0: it is awake */
	bool page_group_by_mobility_disabled;
	int min_free_kbytes;
	int user_min_free_kbytes; /**< -1: never set */
	int watermark_boost_factor;
	int watermark_scale_factor;
	int lowmem_reserve_ratio[MAX_NR_ZONES];
	int percpu_pagelist_fraction;
	unsigned long totalreserve_pages;
	unsigned long totalram_pages;
	int node_reclaim_mode;
	int vm_dirty_ratio;	      /**< per cent */
	unsigned long vm_dirty_bytes; /**< bytes; 0: the ratio counts */
	int vm_swappiness;
	int panic_on_oom;
	bool oom_kill_allocating_task;
	bool oom_dump_tasks;
	bool laptop_mode;
	bool numa_stat_enabled;
	bool init_on_alloc;
	bool init_on_free;

	/* Counters of the whole machine. */
	long vm_zone_stat[NR_VM_ZONE_STAT_ITEMS];
	long vm_node_stat[NR_VM_NODE_STAT_ITEMS];
	unsigned long vm_event[NR_VM_EVENTS];

	/* Tasks. */
	struct task *current_task;
	struct task init_task;
	struct mm init_mm;
	struct list_head tasks;
	struct mempolicy default_policy;
	struct mempolicy preferred_node_policy[MAX_NUMNODES];

	/* Cpusets. */
	int nr_cpusets; /**< besides the root */
	struct cpuset top_cpuset;
	struct cpuset *cpusets;

	/* Memory cgroups. */
	int memcg_kmem_enabled; /**< groups with kernel accounting besides the root */
	bool memcg_disabled;	/**< booted with cgroup_disable=memory */
	bool memcg_legacy;	/**< v1 hierarchy */
	bool memcg_local_events; /**< mounted with memory_localevents: events count in one group only */
	/** Mounted with memory_recursiveprot: what a group's children do not claim of its protection is shared. */
	bool memcg_recursive_prot;
	struct mem_cgroup root_mem_cgroup;
	struct mem_cgroup *mem_cgroups;
	struct memcg_stock memcg_stock[MAX_CPUS];

	/* Swap, as far as decisions ask: pages. */
	unsigned long total_swap_pages;
	unsigned long nr_swap_pages; /**< free */
	unsigned long nr_swapcache_pages;
	unsigned long swap_cache_added; /**< times, as the three below */
	unsigned long swap_cache_deleted;
	unsigned long swap_cache_found;
	unsigned long swap_cache_sought;

	/* What reclaim works on besides the LRU lists. */
	struct pagevec lru_pvecs[MAX_CPUS][NR_LRU_PVECS];
	struct shrinker *shrinkers;	      /**< in order of registration */
	bool shrinkers_locked;		      /**< somebody registers: shrinking is skipped */
	struct address_space *address_spaces; /**< all mappings, newest first */
	int nr_congested_devices;
	bool buffer_heads_over_limit;

	/* Who the machine says it is in reports. */
	char uts_release[32];
	char uts_version[32];
	char hardware[64]; /**< "": no such line */

	/* Out of memory. */
	bool oom_lock_held;
	bool oom_killer_disabled;
	struct task *oom_reaper_list;

	/* Calls upwards, answers of the surroundings, events, messages, time. */
	struct path_hooks hooks;
	struct environment environment;
	trace_subscriber subscriber; /**< NULL: nobody listens */
	void *subscriber_context;
	decision_witness witness; /**< NULL: nobody asks why */
	void *witness_context;
	void (*console)(const char *text, void *context); /**< NULL: standard error */
	void *console_context;
	void (*bug_handler)(const char *text, void *context); /**< NULL: print and abort */
	void *bug_context;
	u64 printed_once; /**< bit n: one-time message n was printed */
	struct printk_limit bad_page_limit;
	struct printk_limit warn_alloc_limit;
	struct printk_limit oom_limit;
	unsigned long tainted; /**< bits of enum taint: what went wrong since boot */
	unsigned long jiffies; /**< ticks since the machine was made */
	struct watchdog watchdog;
	struct life *life;
};

/*
 * The focus is a plain variable in the builds that a debugger looks at, because a debugger attached
 * to qemu's stub cannot read thread-local ones, and one per thread in the library, so that
 * two threads can each drive a machine of their own.
 */
#ifdef PAGEFLOW_THREADS
#define FOCUS_STORAGE _Thread_local
#else
#define FOCUS_STORAGE
#endif

/** The machine in focus. */
extern FOCUS_STORAGE struct machine *world;

/** The running task. */
#define current (world->current_task)

#define NODE_DATA(nid) (world->node_data[nid])

/** Is this the number of a node of the machine? Any number may be asked. */
static inline bool node_exists(long nid)
{
	return nid >= 0 && nid < MAX_NUMNODES && NODE_DATA(nid);
}

/** Is this a set of nodes of the machine, with at least one in it? */
static inline bool nodes_exist(nodemask_t nodes)
{
	return !nodes_empty(nodes) && !(nodes.bits & ~world->node_online_map.bits);
}

static inline int smp_processor_id(void)
{
	return world->this_cpu;
}

/** Node of the running CPU. */
static inline int numa_node_id(void)
{
#ifdef CONFIG_NUMA
	return world->cpu_node[world->this_cpu];
#else
	return 0;
#endif
}

/** The node to take memory from. With CONFIG_HAVE_MEMORYLESS_NODES, which is off here, that would be the
 * nearest node with memory; without it, it is the CPU's own node, even where that has none. */
static inline int numa_mem_id(void)
{
	return numa_node_id();
}

static inline bool cpu_online(int cpu)
{
	return (world->cpu_online >> cpu) & 1;
}

#define for_each_online_cpu(cpu)                         \
	for ((cpu) = 0; (cpu) < world->nr_cpus; (cpu)++) \
		if (cpu_online(cpu))

static inline int num_online_cpus(void)
{
	return __builtin_popcountll(world->cpu_online);
}

/** Visit the online nodes in ascending order. */
#define for_each_online_node(nid) for_each_node_mask(nid, world->node_online_map)

/** Visit every zone of the machine, nodes and zones ascending, populated or not. */
#define for_each_zone(nid, zone)                          \
	for_each_online_node(nid)                         \
		for ((zone) = NODE_DATA(nid)->node_zones; \
		     (zone) < NODE_DATA(nid)->node_zones + MAX_NR_ZONES; (zone)++)

#define for_each_populated_zone(nid, zone) \
	for_each_zone(nid, zone)           \
		if (populated_zone(zone))

static inline void local_irq_disable(void)
{
	world->irqs_disabled++;
}

static inline void local_irq_enable(void)
{
	world->irqs_disabled--;
}

/**
 * @brief Is the running code in an interrupt of any kind, or are bottom halves disabled?
 *
 * @return true in NMI, hard and soft interrupt handlers, and in a task that disabled bottom halves
 * @source include/linux/preempt.h:100
 */
static inline bool in_interrupt(void)
{
	return world->level != LEVEL_TASK;
}

/**
 * @brief Is a softirq handler running?
 *
 * @return true inside a handler; a task that merely disabled bottom halves does not count
 * @source include/linux/preempt.h:101
 */
static inline bool in_serving_softirq(void)
{
	return world->level == LEVEL_SOFTIRQ;
}

/**
 * @brief Does any cpuset besides the root exist?
 *
 * @return true when allocations are confined by cpusets
 * @source include/linux/cpuset.h:36
 */
static inline bool cpusets_enabled(void)
{
	return world->nr_cpusets > 0;
}

/**
 * @brief Is kernel memory charged to memory cgroups at all?
 *
 * @return true once a group besides the root exists
 * @source include/linux/memcontrol.h:1369
 */
static inline bool memcg_kmem_enabled(void)
{
	return world->memcg_kmem_enabled > 0;
}

/**
 * @brief Are memory cgroups switched off altogether?
 *
 * @return true when LRU lists belong to nodes alone and no group is counted
 * @source include/linux/memcontrol.h:368
 */
static inline bool mem_cgroup_disabled(void)
{
	return world->memcg_disabled;
}

#endif
