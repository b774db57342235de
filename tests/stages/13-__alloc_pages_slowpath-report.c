/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 13: the failure report, line for line what 5.8.18 prints, with the state of memory that belongs to it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machines.h"
#include "report-samples.h"

TEST(warn_alloc_silence_and_rate, "13-13")
{
	test_machine_uma(64);
	world->jiffies = 100;
	warn_alloc(GFP_KERNEL | __GFP_NOWARN, NULL, "page allocation failure: order:%u", 0u);
	ck_assert_str_eq(test_console(), "");
	/* The silent one did not use up the limit. */
	warn_alloc(GFP_KERNEL, NULL, "page allocation failure: order:%u", 3u);
	ck_assert_ptr_nonnull(strstr(test_console(), "init: page allocation failure: order:3, mode:"
						     "0xcc0(GFP_KERNEL), nodemask=(null),cpuset=/,"
						     "mems_allowed=0"));
	test_forget_console();
	for (int i = 0; i < 3; i++)
		warn_alloc(GFP_KERNEL, NULL, "page allocation failure: order:%u", 3u);
	ck_assert_str_eq(test_console(), "");
	/* Ten seconds later and a tick: the next one, and how many were swallowed. */
	world->jiffies += 10 * HZ;
	warn_alloc(GFP_KERNEL, NULL, "page allocation failure: order:%u", 3u);
	ck_assert_str_eq(test_console(), "");
	world->jiffies++;
	warn_alloc(0, NULL, "page allocation failure: order:%u", 0u);
	ck_assert_int_eq(strncmp(test_console(), "warn_alloc: 4 callbacks suppressed\n", 35), 0);
	ck_assert_ptr_nonnull(strstr(test_console(), "mode:0x0(), nodemask"));
	/* Nothing was suppressed in between: no such line again. */
	test_forget_console();
	world->jiffies += 10 * HZ + 1;
	warn_alloc(0, NULL, "page allocation failure: order:%u", 0u);
	ck_assert_ptr_null(strstr(test_console(), "suppressed"));
}

TEST(dump_stack_who_and_where, "13-13")
{
	static const char *const chain[] = { "inner", "outer", NULL };

	test_machine_uma(64);
	snprintf(world->uts_release, sizeof(world->uts_release), "5.8.18+");
	snprintf(world->uts_version, sizeof(world->uts_version), "#10");
	dump_stack(chain);
	ck_assert_str_eq(test_console(), "CPU: 0 PID: 1 Comm: init Not tainted 5.8.18+ #10\n"
					 "Hardware name: linux,dummy-virt (DT)\n"
					 "Call trace: (Pageflow's own chain)\n inner\n outer\n");
	test_forget_console();
	add_taint(TAINT_BAD_PAGE);
	world->hardware[0] = '\0';
	dump_stack(chain + 2);
	ck_assert_str_eq(test_console(),
			 "CPU: 0 PID: 1 Comm: init Tainted: G    B             5.8.18+ #10\n"
			 "Call trace: (Pageflow's own chain)\n");
}

TEST(nodemask_format_sets, "13-13")
{
	nodemask_t mask = { 1 };
	char text[32];

	test_machine_uma(64);
	nodemask_format(NULL, text, sizeof(text));
	ck_assert_str_eq(text, "(null)");
	nodemask_format(&mask, text, sizeof(text));
	ck_assert_str_eq(text, "0");
	mask.bits = 0;
	nodemask_format(&mask, text, sizeof(text));
	ck_assert_str_eq(text, "");
#ifdef CONFIG_NUMA
	mask.bits = 7;
	nodemask_format(&mask, text, sizeof(text));
	ck_assert_str_eq(text, "0-2");
	mask.bits = 13;
	ck_assert_int_eq(nodemask_format(&mask, text, sizeof(text)), 5);
	ck_assert_str_eq(text, "0,2-3");
	mask.bits = 15;
	ck_assert_int_eq(nodemask_format(&mask, text, sizeof(text)), 3);
	ck_assert_str_eq(text, "0-3");
	mask.bits = 10;
	ck_assert_int_eq(nodemask_format(&mask, text, sizeof(text)), 3);
	ck_assert_str_eq(text, "1,3");
#endif
}

static void print_as_sample(const char *path)
{
	char *sample = sample_read(path);
	const char *header = sample;
	char comm[32], names[64];
	unsigned int order, mask;

	test_machine_cma(128, 16);
	test_empty_machine();
	snprintf(world->uts_release, sizeof(world->uts_release), "5.8.18+");
	snprintf(world->uts_version, sizeof(world->uts_version), "#10");
	sample_take_memory(sample);
	ck_assert_int_eq(sscanf(header,
				"%31[^:]: page allocation failure: order:%u, mode:0x%x(%63[^)])",
				comm, &order, &mask, names),
			 4);
	warn_alloc(mask, NULL, "page allocation failure: order:%u", order);
	ck_assert_str_eq(sample_console(), sample);
}

TEST(warn_alloc_prints_what_5_8_18_printed_atomic, "13-14")
{
	print_as_sample("tests/samples/5.8.18-atomic-order0.dmesg");
}

TEST(warn_alloc_prints_what_5_8_18_printed_kernel, "13-14")
{
	print_as_sample("tests/samples/5.8.18-kernel-order9.dmesg");
}

TEST(warn_alloc_prints_what_5_8_18_printed_nowait, "13-14")
{
	print_as_sample("tests/samples/5.8.18-nowait-order1.dmesg");
}

TEST(show_free_areas_prints_what_5_8_18_printed_when_out_of_memory, "13-14")
{
	char *sample = sample_read("tests/samples/5.8.18-oom.dmesg"), *end;

	test_machine_cma(128, 16);
	test_empty_machine();
	sample_take_memory(sample);
	show_mem(SHOW_MEM_FILTER_NODES, NULL);
	end = strstr(sample, "Tasks state");
	*end = '\0';
	ck_assert_str_eq(sample_console(), strstr(sample, "Mem-Info"));
}

TEST(show_free_areas_counts_all_cpus_and_the_running_one, "13-14")
{
	struct zone *zone;

	test_machine_cpus(64, 3);
	zone = test_zone(0, ZONE_DMA);
	test_empty_machine();
	test_forget_console();
	zone->pageset[0].pcp.count = 3;
	zone->pageset[2].pcp.count = 4;
	test_run_on(2);
	world->cpu_online &= ~2ull;
	zone->pageset[1].pcp.count = 100;
	zone->watermark_boost = 10;
	show_free_areas(0, NULL);
	ck_assert_ptr_nonnull(strstr(test_console(), " free_pcp:7 "));
	ck_assert_ptr_nonnull(strstr(test_console(), " free_pcp:28kB local_pcp:16kB"));
	/* Watermarks are shown as they are in force: boosted. */
	char line[64];

	snprintf(line, sizeof(line), " min:%lukB", min_wmark_pages(zone) * 4);
	ck_assert_ptr_nonnull(strstr(test_console(), line));
}

#ifdef CONFIG_NUMA
#define NODE_0_ "Node 0 "
#else
#define NODE_0_ ""
#endif

/*
 *  Counter i (in the order of include/mmzone.h) is 1000 + i of all nodes, 2000 + i of the node, 3000 + i of the zone, and 4000 + i of
 *  all zones. What is shown in kB is four times that; of huge pages 512 times more. The marks are 10, 20 and 30 with a boost
 *  of 5. Free are, by order, an unmovable and a movable page, a reclaimable block of 2, and so on: 4224 kB.
 */
TEST(show_mem_line_by_line, "13-14")
{
	static const char expected[] =
		"Mem-Info:\n"
		"active_anon:1001 inactive_anon:1000 isolated_anon:1007\n"
		" active_file:1003 inactive_file:1002 isolated_file:1008\n"
		" unevictable:1004 dirty:1017 writeback:1018\n"
		" slab_reclaimable:1005 slab_unreclaimable:1006\n"
		" mapped:1015 shmem:1020 pagetables:4008 bounce:4010\n"
		" free:4000 free_pcp:7 free_cma:4012\n"
		"Node 0 active_anon:8004kB inactive_anon:8000kB active_file:8012kB inactive_file:8008kB "
		"unevictable:8016kB isolated(anon):8028kB isolated(file):8032kB mapped:8060kB dirty:8068kB "
		"writeback:8072kB shmem:8080kB shmem_thp: 4139008kB shmem_pmdmapped: 4141056kB "
		"anon_thp: 4147200kB writeback_tmp:8076kB all_unreclaimable? no\n" NODE_0_
		"DMA free:12000kB min:60kB low:100kB high:140kB reserved_highatomic:80KB "
		"active_anon:12008kB inactive_anon:12004kB active_file:12016kB inactive_file:12012kB "
		"unevictable:12020kB writepending:12024kB present:36000kB managed:32000kB mlocked:12028kB "
		"kernel_stack:3009kB pagetables:12032kB bounce:12040kB free_pcp:28kB local_pcp:28kB "
		"free_cma:12048kB\n"
		"lowmem_reserve[]: 1 2 3 4\n" NODE_0_
		"DMA: 2*4kB (UM) 1*8kB (E) 1*16kB (H) 1*32kB (C) 1*64kB (I) 0*128kB 0*256kB 0*512kB "
		"0*1024kB 0*2048kB 1*4096kB (M) = 4224kB\n"
		"Node 0 hugepages_total=0 hugepages_free=0 hugepages_surp=0 hugepages_size=1048576kB\n"
		"Node 0 hugepages_total=0 hugepages_free=0 hugepages_surp=0 hugepages_size=32768kB\n"
		"Node 0 hugepages_total=0 hugepages_free=0 hugepages_surp=0 hugepages_size=2048kB\n"
		"Node 0 hugepages_total=0 hugepages_free=0 hugepages_surp=0 hugepages_size=64kB\n"
		"1016 total pagecache pages\n"
		"51 pages in swap cache\n"
		"Swap cache stats: add 52, delete 53, find 54/55\n"
		"Free swap  = 224kB\n"
		"Total swap = 228kB\n"
		"9000 pages RAM\n"
		"0 pages HighMem/MovableOnly\n"
		"1000 pages reserved\n"
		"1024 pages cma reserved\n";
	static const int lists[][2] = { { 0, MIGRATE_UNMOVABLE },   { 0, MIGRATE_MOVABLE },
					{ 1, MIGRATE_RECLAIMABLE }, { 2, MIGRATE_HIGHATOMIC },
					{ 3, MIGRATE_CMA },	    { 4, MIGRATE_ISOLATE },
					{ 10, MIGRATE_MOVABLE } };
	struct pglist_data *pgdat;
	struct zone *zone;

	test_machine_uma(64);
	zone = test_zone(0, ZONE_DMA);
	pgdat = NODE_DATA(0);
	test_empty_zone(zone);
	for_each_row(i, lists)
		test_free_block(test_page(zone, 1024 * i), (unsigned int)lists[i][0], lists[i][1]);
	set_pageblock_migratetype(test_page(zone, 8192), MIGRATE_CMA);
	set_pageblock_migratetype(test_page(zone, zone->spanned_pages - 512), MIGRATE_CMA);
	test_set_watermarks(zone, 10, 20, 30);
	zone->watermark_boost = 5;
	zone->nr_reserved_highatomic = 20;
	zone->present_pages = 9000;
	zone->managed_pages = 8000;
	zone->pageset[0].pcp.count = 7;
	for (int i = 0; i < MAX_NR_ZONES; i++)
		zone->lowmem_reserve[i] = 1 + (unsigned long)i;
	for (int i = 0; i < NR_VM_NODE_STAT_ITEMS; i++) {
		world->vm_node_stat[i] = 1000 + i;
		pgdat->vm_stat[i] = 2000 + i;
	}
	for (int i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++) {
		zone->vm_stat[i] = 3000 + i;
		world->vm_zone_stat[i] = 4000 + i;
	}
	world->nr_swapcache_pages = 51;
	world->swap_cache_added = 52;
	world->swap_cache_deleted = 53;
	world->swap_cache_found = 54;
	world->swap_cache_sought = 55;
	world->nr_swap_pages = 56;
	world->total_swap_pages = 57;
	pgdat->kswapd_failures = 15;
	test_forget_console();
	show_mem(0, NULL);
	ck_assert_str_eq(test_console(), expected);
	for (int failures = 16; failures < 18; failures++) {
		test_forget_console();
		pgdat->kswapd_failures = failures;
		show_mem(0, NULL);
		ck_assert_has(test_console(), "all_unreclaimable? yes\n");
	}
}

TEST(show_mem_adds_up_all_zones, "13-14")
{
	test_machine_zones(64);
	for (int zid = ZONE_DMA; zid <= ZONE_NORMAL; zid++) {
		test_zone(0, zid)->present_pages = 1000ul << zid;
		test_zone(0, zid)->managed_pages = 100ul << zid;
		test_zone(0, zid)->pageset[0].pcp.count = 1 << zid;
	}
	test_forget_console();
	show_mem(0, NULL);
	ck_assert_has(test_console(), " free_pcp:7 ");
	ck_assert_has(test_console(), "\n7000 pages RAM\n0 pages HighMem/MovableOnly\n"
				      "6300 pages reserved\n0 pages cma reserved\n");
	/* One line of each kind for each zone, all of one kind together. */
	ck_assert_has(test_console(), "present:4000kB managed:400kB ");
	ck_assert_has(test_console(), "present:8000kB managed:800kB ");
	ck_assert_has(test_console(), "present:16000kB managed:1600kB ");
	ck_assert_ptr_nonnull(strstr(strstr(test_console(), "present:16000kB"), "DMA: "));
}

#ifdef CONFIG_NUMA
static bool report_shows_node(gfp_t gfp_mask, nodemask_t *nodemask, int nid)
{
	char text[32];

	test_forget_console();
	world->warn_alloc_limit = (struct printk_limit){ 0 };
	warn_alloc(gfp_mask, nodemask, "page allocation failure: order:%u", 0u);
	snprintf(text, sizeof(text), "\nNode %d active_anon", nid);
	return strstr(test_console(), text) != NULL;
}

TEST(warn_alloc_leaves_out_nodes, "13-13")
{
	nodemask_t only_1 = { 2 };

	test_machine_numa(64);
	ck_assert(report_shows_node(GFP_KERNEL, NULL, 0));
	ck_assert(!report_shows_node(GFP_KERNEL, &only_1, 0));
	ck_assert(report_shows_node(GFP_KERNEL, &only_1, 1));
	ck_assert_ptr_nonnull(strstr(test_console(), "nodemask=1,cpuset=/,mems_allowed=0-1"));
	/* Zones and free lists alike; huge pages are shown of all. */
	ck_assert_ptr_null(strstr(test_console(), "Node 0 DMA free:"));
	ck_assert_ptr_null(strstr(test_console(), "Node 0 DMA: "));
	ck_assert_ptr_nonnull(strstr(test_console(), "Node 0 hugepages_total=0"));
	/* The cpuset, when there is no nodemask. */
	current->mems_allowed = only_1;
	ck_assert(!report_shows_node(GFP_KERNEL, NULL, 0));
	/* Who may use any node sees all: */
	ck_assert(report_shows_node(GFP_ATOMIC, &only_1, 0));
	world->level = LEVEL_SOFTIRQ;
	ck_assert(report_shows_node(GFP_KERNEL, &only_1, 0));
	world->level = LEVEL_TASK;
	current->flags = PF_EXITING;
	ck_assert(report_shows_node(GFP_KERNEL, &only_1, 0));
	ck_assert(!report_shows_node(GFP_KERNEL | __GFP_NOMEMALLOC, &only_1, 0));
	current->flags = PF_MEMALLOC;
	ck_assert(report_shows_node(GFP_KERNEL, &only_1, 0));
	current->flags = 0;
	current->oom_mm = current->mm;
	ck_assert(report_shows_node(GFP_KERNEL, &only_1, 0));
}
#endif
