/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The tunables of /proc/sys/vm: what each may be, and what follows from a write.
 *
 * A value out of range is refused, and nothing changes. Some tunables have more behind them: watermarks and
 * reserves are computed again, the sizes of per-CPU lists too, and of the two forms of the dirty limit the
 * one that is written switches the other off.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "vmstat.h"
#include "world/world.h"

/** The smallest fraction of a zone that a CPU's list may be given; 0 leaves the size to the kernel. */
#define MIN_PERCPU_PAGELIST_FRACTION 8

/** How a tunable is kept. */
enum tunable_kind {
	TUNABLE_INT,
	TUNABLE_BOOL, /**< anything but 0 is true */
	TUNABLE_LONG,
};

/** A tunable. */
struct tunable {
	const char *name;
	enum tunable_kind kind;
	size_t offset; /**< in struct machine */
	long least;
	long most;
	/** What follows from the new value, given the old; may take it back. NULL: nothing. */
	int (*written)(long old);
};

/**
 * @brief A reserve was set by hand: it is remembered, and shared out anew.
 *
 * @param old the value before
 * @return 0
 * @source mm/page_alloc.c:7899
 */
static int min_free_kbytes_written(long old)
{
	(void)old;
	world->user_min_free_kbytes = world->min_free_kbytes;
	setup_per_zone_wmarks();
	return 0;
}

/**
 * @brief The distance between the watermarks changed.
 *
 * @param old the value before
 * @return 0
 * @source none (ours: what mm/page_alloc.c does in watermark_scale_factor_sysctl_handler)
 */
static int watermark_scale_factor_written(long old)
{
	(void)old;
	setup_per_zone_wmarks();
	return 0;
}

/**
 * @brief One of the ratios of the lowmem reserves changed. Below 1 means: no reserve.
 *
 * @param old the value before
 * @return 0
 * @source none (ours: what mm/page_alloc.c does in lowmem_reserve_ratio_sysctl_handler)
 */
static int lowmem_reserve_ratio_written(long old)
{
	(void)old;
	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		if (world->lowmem_reserve_ratio[zid] < 1)
			world->lowmem_reserve_ratio[zid] = 0;
	setup_per_zone_lowmem_reserve();
	return 0;
}

/**
 * @brief Per-CPU lists are to hold a fraction of their zone, or with 0 what follows from its size.
 *
 * @param old the value before
 * @return 0, or -EINVAL for a fraction that would let a list hold too much
 * @source mm/page_alloc.c:8026
 */
static int percpu_pagelist_fraction_written(long old)
{
	int fraction = world->percpu_pagelist_fraction, nid;
	struct zone *zone;

	if (fraction && fraction < MIN_PERCPU_PAGELIST_FRACTION) {
		world->percpu_pagelist_fraction = (int)old;
		return -EINVAL;
	}
	if (fraction == old)
		return 0;
	for_each_populated_zone(nid, zone)
		for (int cpu = 0; cpu < world->nr_cpus; cpu++)
			pageset_set_high_and_batch(zone, &zone->pageset[cpu].pcp);
	return 0;
}

/**
 * @brief The dirty limit was given as a share of memory: bytes do not count any more.
 *
 * @param old the value before; writing the same again changes nothing
 * @return 0
 * @source mm/page-writeback.c:543
 */
static int dirty_ratio_written(long old)
{
	if (world->vm_dirty_ratio != old)
		world->vm_dirty_bytes = 0;
	return 0;
}

/**
 * @brief The dirty limit was given in bytes: the share of memory does not count any more.
 *
 * @param old the value before; writing the same again changes nothing
 * @return 0
 * @source mm/page-writeback.c:557
 */
static int dirty_bytes_written(long old)
{
	if (world->vm_dirty_bytes != (unsigned long)old)
		world->vm_dirty_ratio = 0;
	return 0;
}

#ifdef CONFIG_NUMA
/**
 * @brief Counting where allocations land was switched; off, all counts become 0.
 *
 * @param old the value before
 * @return 0
 * @source none (ours: what mm/vmstat.c does in sysctl_vm_numa_stat_handler)
 */
static int numa_stat_written(long old)
{
	struct zone *zone;
	int nid, cpu;

	if (world->numa_stat_enabled || !old)
		return 0;
	for_each_populated_zone(nid, zone) {
		memset(zone->vm_numa_stat, 0, sizeof(zone->vm_numa_stat));
		for_each_online_cpu(cpu)
			memset(zone->pageset[cpu].vm_numa_stat_diff, 0,
			       sizeof(zone->pageset[cpu].vm_numa_stat_diff));
	}
	return 0;
}
#endif

#define INT_TUNABLE(field)  TUNABLE_INT, offsetof(struct machine, field)
#define BOOL_TUNABLE(field) TUNABLE_BOOL, offsetof(struct machine, field)
#define LONG_TUNABLE(field) TUNABLE_LONG, offsetof(struct machine, field)

static const struct tunable tunables[] = {
	{ "min_free_kbytes", INT_TUNABLE(min_free_kbytes), 0, INT_MAX, min_free_kbytes_written },
	{ "watermark_boost_factor", INT_TUNABLE(watermark_boost_factor), 0, INT_MAX, NULL },
	{ "watermark_scale_factor", INT_TUNABLE(watermark_scale_factor), 1, 1000,
	  watermark_scale_factor_written },
	{ "lowmem_reserve_ratio[0]", INT_TUNABLE(lowmem_reserve_ratio[0]), INT_MIN, INT_MAX,
	  lowmem_reserve_ratio_written },
	{ "lowmem_reserve_ratio[1]", INT_TUNABLE(lowmem_reserve_ratio[1]), INT_MIN, INT_MAX,
	  lowmem_reserve_ratio_written },
	{ "lowmem_reserve_ratio[2]", INT_TUNABLE(lowmem_reserve_ratio[2]), INT_MIN, INT_MAX,
	  lowmem_reserve_ratio_written },
	{ "lowmem_reserve_ratio[3]", INT_TUNABLE(lowmem_reserve_ratio[3]), INT_MIN, INT_MAX,
	  lowmem_reserve_ratio_written },
	{ "percpu_pagelist_fraction", INT_TUNABLE(percpu_pagelist_fraction), 0, INT_MAX,
	  percpu_pagelist_fraction_written },
	{ "dirty_ratio", INT_TUNABLE(vm_dirty_ratio), 0, 100, dirty_ratio_written },
	{ "dirty_bytes", LONG_TUNABLE(vm_dirty_bytes), 2 * PAGE_SIZE, LONG_MAX,
	  dirty_bytes_written },
	{ "swappiness", INT_TUNABLE(vm_swappiness), 0, 200, NULL },
	{ "panic_on_oom", INT_TUNABLE(panic_on_oom), 0, 2, NULL },
	{ "oom_kill_allocating_task", BOOL_TUNABLE(oom_kill_allocating_task), INT_MIN, INT_MAX,
	  NULL },
	{ "oom_dump_tasks", BOOL_TUNABLE(oom_dump_tasks), INT_MIN, INT_MAX, NULL },
	/* Seconds; the kernel keeps them as ticks, in an int. */
	{ "laptop_mode", BOOL_TUNABLE(laptop_mode), -(INT_MAX / HZ), INT_MAX / HZ, NULL },
#ifdef CONFIG_NUMA
	{ "zone_reclaim_mode", INT_TUNABLE(node_reclaim_mode), INT_MIN, INT_MAX, NULL },
	{ "numa_stat", BOOL_TUNABLE(numa_stat_enabled), 0, 1, numa_stat_written },
#endif
};

/**
 * @brief Give a tunable a value.
 *
 * @param tunable which
 * @param value the value, in range
 * @return the value before
 * @source none (ours: stands for the readers of numbers in kernel/sysctl.c)
 */
static long tunable_set(const struct tunable *tunable, long value)
{
	char *at = (char *)world + tunable->offset;
	long old;

	if (tunable->kind == TUNABLE_INT) {
		old = *(int *)(void *)at;
		*(int *)(void *)at = (int)value;
	} else if (tunable->kind == TUNABLE_BOOL) {
		old = *(bool *)at;
		*(bool *)at = value != 0;
	} else {
		old = *(long *)(void *)at;
		*(long *)(void *)at = value;
	}
	return old;
}

/**
 * @brief The tunable of this name.
 *
 * @param name its name in /proc/sys/vm
 * @return the tunable, or NULL
 * @source none (ours: stands for the table in kernel/sysctl.c)
 */
static const struct tunable *tunable_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(tunables); i++)
		if (!strcmp(name, tunables[i].name))
			return &tunables[i];
	return NULL;
}

/**
 * @brief What a tunable of /proc/sys/vm may be.
 *
 * @param name its name there
 * @param least receives the lowest number
 * @param most receives the highest
 * @return false when there is no such tunable
 * @source none (ours: for messages)
 */
bool sysctl_range(const char *name, long *least, long *most)
{
	const struct tunable *tunable = tunable_find(name);

	if (!tunable)
		return false;
	*least = tunable->least;
	*most = tunable->most;
	return true;
}

/**
 * @brief The names of the tunables, one after the other.
 *
 * @param index 0, 1, 2, ...
 * @return the name; NULL after the last
 * @source none (ours: for messages and completion)
 */
const char *sysctl_name(size_t index)
{
	return index < ARRAY_SIZE(tunables) ? tunables[index].name : NULL;
}

/**
 * @brief Write a tunable of /proc/sys/vm, and derive what 5.8.18 derives from it.
 *
 * @param name its name there; of the lowmem reserve ratios one, by the zone's index: `lowmem_reserve_ratio[2]`
 * @param value the number written
 * @return 0; -ENOENT when there is no such tunable, -EINVAL when it may not have this value
 * @source none (ours: stands for the table in kernel/sysctl.c)
 */
int sysctl_write(const char *name, long value)
{
	const struct tunable *tunable = tunable_find(name);
	long old;

	if (!tunable)
		return -ENOENT;
	if (value < tunable->least || value > tunable->most)
		return -EINVAL;
	old = tunable_set(tunable, value);
	return tunable->written ? tunable->written(old) : 0;
}
