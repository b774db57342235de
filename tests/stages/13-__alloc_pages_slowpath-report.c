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
	nodemask_format(&mask, text, sizeof(text));
	ck_assert_str_eq(text, "0,2-3");
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
