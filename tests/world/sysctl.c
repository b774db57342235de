/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of the tunables: what is refused, and what a write derives.
 */
#include <errno.h>
#include <limits.h>

#include "machines.h"

TEST(sysctl_refuses_what_is_out_of_range, "09-15")
{
	static const struct {
		const char *name;
		long least, most; /* the bounds themselves are accepted */
	} rows[] = {
		{ "min_free_kbytes", 0, INT_MAX },
		{ "watermark_boost_factor", 0, INT_MAX },
		{ "watermark_scale_factor", 1, 1000 },
		{ "lowmem_reserve_ratio[2]", INT_MIN, INT_MAX },
		{ "percpu_pagelist_fraction", 0, INT_MAX },
		{ "dirty_ratio", 0, 100 },
		{ "dirty_bytes", 8192, LONG_MAX },
		{ "swappiness", 0, 200 },
		{ "panic_on_oom", 0, 2 },
		{ "oom_kill_allocating_task", INT_MIN, INT_MAX },
		{ "oom_dump_tasks", INT_MIN, INT_MAX },
		/* Seconds, kept as ticks, which must fit. */
		{ "laptop_mode", -(INT_MAX / HZ), INT_MAX / HZ },
#ifdef CONFIG_NUMA
		{ "zone_reclaim_mode", INT_MIN, INT_MAX },
		{ "numa_stat", 0, 1 },
#endif
	};

	test_machine_uma(64);
	for_each_row(i, rows) {
		long least, most;

		ck_assert(sysctl_range(rows[i].name, &least, &most));
		ck_assert_int_eq(least, rows[i].least);
		ck_assert_int_eq(most, rows[i].most);
		ck_assert_int_eq(sysctl_write(rows[i].name, rows[i].least), 0);
		ck_assert_int_eq(sysctl_write(rows[i].name, rows[i].most), 0);
		ck_assert_int_eq(sysctl_write(rows[i].name, rows[i].least - 1), -EINVAL);
		if (rows[i].most < LONG_MAX)
			ck_assert_int_eq(sysctl_write(rows[i].name, rows[i].most + 1), -EINVAL);
	}
	ck_assert_int_eq(sysctl_write("jiffies", 1), -ENOENT);
	ck_assert(!sysctl_range("jiffies", &(long){ 0 }, &(long){ 0 }));
#ifndef CONFIG_NUMA
	ck_assert_int_eq(sysctl_write("numa_stat", 1), -ENOENT);
#endif
}

TEST(sysctl_lists_its_names, "")
{
	long least, most;
	size_t count = 0;

	test_machine_uma(64);
	for (; sysctl_name(count); count++)
		ck_assert(sysctl_range(sysctl_name(count), &least, &most));
#ifdef CONFIG_NUMA
	ck_assert_uint_eq(count, 17);
#else
	ck_assert_uint_eq(count, 15);
#endif
	ck_assert_ptr_null(sysctl_name(count));
}

TEST(sysctl_keeps_the_value_that_was_when_refusing, "09-15")
{
	test_machine_uma(64);
	ck_assert_int_eq(sysctl_write("swappiness", 201), -EINVAL);
	ck_assert_int_eq(world->vm_swappiness, 60);
	/* Anything but 0 switches on what is on or off. */
	ck_assert_int_eq(sysctl_write("oom_kill_allocating_task", 2), 0);
	ck_assert(world->oom_kill_allocating_task);
}

TEST(sysctl_watermarks_are_computed_again, "09-15")
{
	struct zone *zone;

	test_machine_uma(64);
	zone = test_zone(0, ZONE_DMA);
	zone->watermark_boost = 100;
	ck_assert_int_eq(sysctl_write("min_free_kbytes", 4096), 0);
	ck_assert_int_eq(world->user_min_free_kbytes, 4096);
	ck_assert_uint_eq(zone->_watermark[WMARK_MIN], 1024);
	ck_assert_uint_eq(zone->_watermark[WMARK_LOW], 1280);
	ck_assert_uint_eq(zone->watermark_boost, 0);
	/* A tenth of 16384 pages is more than a quarter of min. */
	ck_assert_int_eq(sysctl_write("watermark_scale_factor", 1000), 0);
	ck_assert_uint_eq(zone->_watermark[WMARK_LOW], 1024 + 1638);
}

TEST(sysctl_lowmem_reserve_ratio_below_1_is_none, "09-15")
{
	struct zone *dma;

	test_machine_zones(32);
	dma = test_zone(0, ZONE_DMA);
	ck_assert_int_eq(sysctl_write("lowmem_reserve_ratio[0]", 16), 0);
	ck_assert_uint_eq(dma->lowmem_reserve[ZONE_DMA32], 8192 / 16);
	ck_assert_int_eq(sysctl_write("lowmem_reserve_ratio[0]", 1), 0);
	ck_assert_uint_eq(dma->lowmem_reserve[ZONE_DMA32], 8192);
	ck_assert_int_eq(sysctl_write("lowmem_reserve_ratio[0]", -3), 0);
	ck_assert_int_eq(world->lowmem_reserve_ratio[0], 0);
	ck_assert_uint_eq(dma->lowmem_reserve[ZONE_DMA32], 0);
	/* A zone without a ratio counts only as the highest one. */
	ck_assert_int_eq(sysctl_write("lowmem_reserve_ratio[0]", 16), 0);
	ck_assert_uint_eq(dma->lowmem_reserve[ZONE_NORMAL], 2 * 8192 / 16);
	ck_assert_int_eq(sysctl_write("lowmem_reserve_ratio[1]", 0), 0);
	ck_assert_uint_eq(dma->lowmem_reserve[ZONE_NORMAL], 8192 / 16);
	ck_assert_uint_eq(dma->lowmem_reserve[ZONE_DMA32], 8192 / 16);
}

/* 64 MiB are 16384 pages: an eighth is 2048, of which a quarter is more than a batch may be. */
TEST(sysctl_percpu_pagelist_fraction_sizes_the_lists, "10-20")
{
	struct per_cpu_pages *pcp;
	int high, batch;

	test_machine_cpus(64, 2);
	pcp = &test_zone(0, ZONE_DMA)->pageset[1].pcp;
	high = pcp->high;
	batch = pcp->batch;
	/* Expect every possible CPU to follow, online or not. */
	world->cpu_online = 1;
	ck_assert_int_eq(sysctl_write("percpu_pagelist_fraction", 8), 0);
	ck_assert_int_eq(pcp->high, 2048);
	ck_assert_int_eq(pcp->batch, 96);
	/* 16384 / 1000 is 16, and a quarter of that 4; of 3 pages a quarter is 0, but a batch has one page. */
	ck_assert_int_eq(sysctl_write("percpu_pagelist_fraction", 1000), 0);
	ck_assert_int_eq(pcp->high, 16);
	ck_assert_int_eq(pcp->batch, 4);
	ck_assert_int_eq(sysctl_write("percpu_pagelist_fraction", 5000), 0);
	ck_assert_int_eq(pcp->high, 3);
	ck_assert_int_eq(pcp->batch, 1);
	/* Below 8 it is refused, and nothing changes. */
	ck_assert_int_eq(sysctl_write("percpu_pagelist_fraction", 7), -EINVAL);
	ck_assert_int_eq(world->percpu_pagelist_fraction, 5000);
	ck_assert_int_eq(pcp->high, 3);
	/* 0: what follows from the zone's size. */
	ck_assert_int_eq(sysctl_write("percpu_pagelist_fraction", 0), 0);
	ck_assert_int_eq(pcp->high, high);
	ck_assert_int_eq(pcp->batch, batch);
	/* Writing what is there already computes nothing. */
	pcp->high = 77;
	ck_assert_int_eq(sysctl_write("percpu_pagelist_fraction", 0), 0);
	ck_assert_int_eq(pcp->high, 77);
}

/* Going back to 0 uses what the zone manages now; the lists of the boot were sized without the CMA pages. */
TEST(sysctl_percpu_pagelist_fraction_0_counts_cma_pages, "10-20")
{
	struct per_cpu_pages *pcp;

	test_machine_cma(64, 32);
	pcp = &test_zone(0, ZONE_DMA)->pageset[0].pcp;
	ck_assert_int_eq(pcp->batch, 1);
	sysctl_write("percpu_pagelist_fraction", 8);
	sysctl_write("percpu_pagelist_fraction", 0);
	ck_assert_int_eq(pcp->batch, 3);
	ck_assert_int_eq(pcp->high, 18);
}

TEST(sysctl_dirty_limits_replace_each_other, "09-15")
{
	test_machine_uma(64);
	ck_assert_int_eq(sysctl_write("dirty_bytes", 1000001), 0);
	ck_assert_uint_eq(world->vm_dirty_bytes, 1000001);
	ck_assert_int_eq(world->vm_dirty_ratio, 0);
	/* The ratio is 0 already: writing 0 is no change, and the bytes stay. */
	ck_assert_int_eq(sysctl_write("dirty_ratio", 0), 0);
	ck_assert_uint_eq(world->vm_dirty_bytes, 1000001);
	ck_assert_int_eq(sysctl_write("dirty_ratio", 30), 0);
	ck_assert_uint_eq(world->vm_dirty_bytes, 0);
	/* Bytes cannot be written back to 0, nor below two pages. */
	ck_assert_int_eq(sysctl_write("dirty_bytes", 0), -EINVAL);
	ck_assert_int_eq(sysctl_write("dirty_bytes", 8191), -EINVAL);
	ck_assert_int_eq(world->vm_dirty_ratio, 30);
	ck_assert_int_eq(sysctl_write("dirty_bytes", 8192), 0);
	world->vm_dirty_ratio = 5;
	ck_assert_int_eq(sysctl_write("dirty_bytes", 8192), 0);
	ck_assert_int_eq(world->vm_dirty_ratio, 5);
}

#ifdef CONFIG_NUMA
TEST(sysctl_numa_stat_off_forgets_the_counts, "")
{
	struct zone *zone;

	test_machine_cpus(32, 2);
	zone = test_zone(0, ZONE_DMA);
	zone->vm_numa_stat[NUMA_HIT] = 5;
	zone->pageset[0].vm_numa_stat_diff[NUMA_HIT] = 6;
	/* A CPU that is offline keeps what it held back. */
	world->cpu_online = 1;
	zone->pageset[1].vm_numa_stat_diff[NUMA_HIT] = 7;
	/* On, and still on: nothing happens. */
	ck_assert_int_eq(sysctl_write("numa_stat", 1), 0);
	ck_assert_uint_eq(zone->vm_numa_stat[NUMA_HIT], 5);
	ck_assert_int_eq(sysctl_write("numa_stat", 0), 0);
	ck_assert_uint_eq(zone->vm_numa_stat[NUMA_HIT], 0);
	ck_assert_uint_eq(zone->pageset[0].vm_numa_stat_diff[NUMA_HIT], 0);
	ck_assert_uint_eq(zone->pageset[1].vm_numa_stat_diff[NUMA_HIT], 7);
	/* Off, and still off. */
	zone->vm_numa_stat[NUMA_HIT] = 5;
	ck_assert_int_eq(sysctl_write("numa_stat", 0), 0);
	ck_assert_uint_eq(zone->vm_numa_stat[NUMA_HIT], 5);
}
#endif
