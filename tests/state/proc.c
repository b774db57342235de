/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The /proc files: real kernels' samples go through a machine and come out byte for byte.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/state.h"
#include "failing.h"
#include "harness.h"
#include "life/life.h"
#include "machines.h"
#include "text/text.h"

/** Read a text file whole; free() it. */
static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 16);
	size_t length;

	ck_assert_msg(file != NULL, "%s", path);
	length = fread(text, 1, (1 << 16) - 1, file);
	text[length] = '\0';
	fclose(file);
	return text;
}

/** A sample's file, whole and cut into lines. */
struct file {
	char *whole;
	struct text text;
};

static void load(struct file *file, const char *machine, const char *kind)
{
	char path[128];

	snprintf(path, sizeof(path), "tests/samples/5.8.18-%s.%s", machine, kind);
	file->whole = test_keep(read_file(path));
	ck_assert_int_eq(text_load(path, NULL, &file->text, NULL), TEXT_OK);
	test_keep(file->text.data);
	test_keep(file->text.line);
}

/** What a printer prints. */
static char *printed(void (*print)(FILE *out))
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	print(out);
	fclose(out);
	return test_keep(text);
}

/** Make a machine of texts. */
static struct machine *read_proc(const struct proc_texts *texts, struct pageflow_error *error)
{
	struct sample sample;

	return proc_text_read(texts, &sample, error) ? NULL : machine_from_sample(&sample, error);
}

/** Read the three samples of a machine and print them again. */
static void round_trip(const char *name)
{
	struct file zones, buddies, types;
	const struct proc_texts texts = { &zones.text, &buddies.text, &types.text };
	struct pageflow_error error = { 0 };
	struct machine *machine;

	load(&zones, name, "zoneinfo");
	load(&buddies, name, "buddyinfo");
	load(&types, name, "pagetypeinfo");
	machine = read_proc(&texts, &error);
	ck_assert_msg(machine != NULL, "line %zu: %s", error.line, error.text);
	ck_assert_str_eq(printed(proc_zoneinfo), zones.whole);
	ck_assert_str_eq(printed(proc_buddyinfo), buddies.whole);
	ck_assert_str_eq(printed(proc_pagetypeinfo), types.whole);
	test_check_lists();
	machine_free(machine);
}

#ifdef CONFIG_NUMA
TEST(proc_read_prints_numa3z_back, "")
{
	round_trip("numa3z");
}
#else
TEST(proc_read_prints_uma128cma_back, "")
{
	round_trip("uma128cma");
}

TEST(proc_read_prints_uma3z_back, "")
{
	round_trip("uma3z");
}
#endif

/** Texts with an error, and where and what it is. */
static struct machine *read_texts(const char *zones, const char *buddies, const char *types,
				  struct pageflow_error *error)
{
	struct text text[3];
	const char *source[3] = { zones, buddies, types };
	struct proc_texts texts = { &text[0], buddies ? &text[1] : NULL, types ? &text[2] : NULL };
	struct machine *machine;

	for (int i = 0; i < 3; i++)
		text_from_bytes(source[i] ? source[i] : "", source[i] ? strlen(source[i]) : 0,
				&text[i], error);
	machine = read_proc(&texts, error);
	for (int i = 0; i < 3; i++)
		text_free(&text[i]);
	return machine;
}

#define ZONE                                                                                         \
	"Node 0, zone      DMA\n  pages free     3000\n        min      10\n        low      20\n"   \
	"        high     30\n        spanned  8192\n        present  8192\n        managed  8000\n" \
	"        protection: (0, 0, 0, 0)\n      nr_free_pages 3000\n  pagesets\n    cpu: 0\n"       \
	"              count: 5\n              high:  42\n              batch: 7\n"                  \
	"  vm stats threshold: 2\n  node_unreclaimable:  1\n  start_pfn:           262144\n"

TEST(proc_read_takes_zoneinfo_alone, "")
{
	struct pageflow_error error = { 0 };
	struct machine *machine = read_texts(ZONE, NULL, NULL, &error);
	struct zone *zone;

	ck_assert_msg(machine != NULL, "%s", error.text);
	zone = &NODE_DATA(0)->node_zones[ZONE_DMA];
	ck_assert_uint_eq(zone->_watermark[WMARK_LOW], 20);
	ck_assert_int_eq(zone->pageset[0].pcp.count, 5);
	ck_assert_int_eq(NODE_DATA(0)->kswapd_failures, 16);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 3000);
	machine_free(machine);
}

TEST(proc_read_takes_the_reserve_of_the_pageblocks, "")
{
	static const char types[] =
		"Number of blocks type Unmovable Movable Reclaimable HighAtomic CMA Isolate\n"
		"Node 0, zone DMA 1 12 1 2 0 0\n";
	struct pageflow_error error = { 0 };
	struct machine *machine = read_texts(ZONE, NULL, types, &error);

	ck_assert_msg(machine != NULL, "%s", error.text);
	ck_assert_uint_eq(NODE_DATA(0)->node_zones[ZONE_DMA].nr_reserved_highatomic, 1024);
	machine_free(machine);
}

TEST(proc_read_places_buddyinfo_as_movable, "")
{
	struct pageflow_error error = { 0 };
	struct machine *machine = read_texts(
		ZONE,
		"Node 0, zone      DMA      2      1      0      0      0      0      0      "
		"0      0      1      1 \n",
		NULL, &error);
	char *types;

	ck_assert_msg(machine != NULL, "%s", error.text);
	types = printed(proc_pagetypeinfo);
	ck_assert_ptr_nonnull(strstr(types, "type      Movable      2      1      0      0      0"
					    "      0      0      0      0      1      1 \n"));
	machine_free(machine);
}

TEST(proc_read_says_what_is_wrong, "")
{
	static const struct {
		const char *zones, *buddies, *types;
		const char *
			file; /* "": the figures together cannot be, whichever file they come from */
		size_t line;
		const char *word;
	} bad[] = {
		{ "", NULL, NULL, "zoneinfo", 1, "start of zoneinfo" },
		{ "hello\n", NULL, NULL, "zoneinfo", 1, "start of zoneinfo" },
		{ "Node 0, zone Sahara\n", NULL, NULL, "zoneinfo", 1, "a new zone" },
		{ "Node 0, zone      DMA\n", NULL, NULL, "", 0, "a zone with memory" },
		{ ZONE ZONE, NULL, NULL, "zoneinfo", 19, "a new zone" },
		{ ZONE "      nr_dreams seven\n", NULL, NULL, "zoneinfo", 19,
		  "a name and a number" },
		{ ZONE "      nr_mlock many\n", NULL, NULL, "zoneinfo", 19, "a name and a number" },
		{ ZONE, "Node 0, zone      DMA      2\n", NULL, "buddyinfo", 1, "11 numbers" },
		{ ZONE, "Node 7, zone      DMA      2\n", NULL, "buddyinfo", 1, "11 numbers" },
		{ ZONE, NULL, "Node 0, zone DMA, type Movable 1\n", "pagetypeinfo", 1,
		  "pagetypeinfo" },
		{ ZONE, NULL, "Node 0, zone DMA 1 2\n", "pagetypeinfo", 1, "pagetypeinfo" },
		{ ZONE, NULL, "Node 0, zone DMA, type Odd 0 0 0 0 0 0 0 0 0 0 0\n", "pagetypeinfo",
		  1, "pagetypeinfo" },
		{ ZONE, "Node 0, zone DMA 0 0 0 0 0 0 0 0 0 0 9\n", NULL, "", 0,
		  "zone DMA: its free blocks do not fit" },
		{ ZONE "Node 0, zone    DMA32\n        spanned  4\n        present  8\n"
		       "  start_pfn:           524288\n",
		  NULL, NULL, "", 0, "zone DMA32: expected a zone that spans at least" },
		{ ZONE "Node 0, zone    DMA32\n        spanned  8\n        present  8\n"
		       "  start_pfn:           262144\n",
		  NULL, NULL, "", 0, "overlap" },
		{ ZONE, NULL, "Page block order: 10\n", "pagetypeinfo", 1,
		  "pageblocks of order 9" },
		{ ZONE "    cpu: 64\n", NULL, NULL, "zoneinfo", 19, "at most 64 CPUs" },
		{ ZONE "Node 0, zone  HighMem\n        present  8\n", NULL, NULL, "zoneinfo", 20,
		  "zone HighMem" },
		{ ZONE "    cpu: 1\n  vm stats threshold: 128\n", NULL, NULL, "", 0,
		  "at most 127" },
		{ ZONE "    cpu: 1\n              batch: -1\n", NULL, NULL, "", 0, "below 0" },
		{ ZONE "      nr_mlock 9223372036854775808\n", NULL, NULL, "zoneinfo", 19,
		  "a name and a number" },
	};

	for_each_row(i, bad) {
		struct machine *before = world;
		struct pageflow_error error = { 0 };

		ck_assert_ptr_null(read_texts(bad[i].zones, bad[i].buddies, bad[i].types, &error));
		ck_assert_msg(strstr(error.text, bad[i].word) != NULL, "%zu: %s", i, error.text);
		ck_assert_msg(error.line == bad[i].line, "%zu: line %zu: %s", i, error.line,
			      error.text);
		ck_assert_msg(!strcmp(error.file, bad[i].file), "%zu: %s", i, error.file);
		ck_assert_ptr_eq(world, before);
	}
}

/* Free pages of isolated pageblocks are on lists, but the kernel does not count them as free. */
TEST(proc_read_does_not_count_isolated_pages, "")
{
	static const char types[] =
		"Node 0, zone DMA, type Movable 0 0 0 0 0 0 0 0 0 0 2\n"
		"Node 0, zone DMA, type Isolate 0 0 0 0 0 0 0 0 0 1 0\n"
		"Number of blocks type Unmovable Movable Reclaimable HighAtomic CMA Isolate\n"
		"Node 0, zone DMA 1 14 0 0 0 1\n";
	struct pageflow_error error = { 0 };
	struct machine *machine = read_texts(ZONE, NULL, types, &error);

	ck_assert_msg(machine != NULL, "%s", error.text);
	ck_assert_int_eq(NODE_DATA(0)->node_zones[ZONE_DMA].vm_stat[NR_FREE_PAGES], 2048);
	machine_free(machine);
}

/* Zones, counters and lines that 5.8.18 on arm64 does not have; the marks include a boost of 5. */
TEST(proc_read_takes_what_newer_kernels_print, "")
{
	static const char zones[] =
		"Node 0, zone      DMA\n  per-node stats\n      nr_throttled_written 3\n"
		"  pages free     3000\n        boost    5\n        min      15\n        low      25\n"
		"        high     35\n        promo    45\n        spanned  8192\n"
		"        present  8192\n        managed  8000\n        cma      0\n"
		"        protection: (0, 1, 2, 3)\n  pagesets\n    cpu: 0\n"
		"              count:    0\n              high:     42\n"
		"              batch:    7\n              high_min: 42\n"
		"  vm stats threshold: 2\n  node_unreclaimable:  0\n"
		"  start_pfn:           262144\nNode 0, zone   Normal\n  pages free     0\n"
		"        protection: (0, 0, 0, 0)\nNode 0, zone  Movable\n  pages free     0\n"
		"        protection: (0, 0, 0, 0)\nNode 0, zone   Device\n  pages free     0\n"
		"        present  9\n        protection: (0, 0, 0, 0)\n";
	struct pageflow_error error = { 0 };
	struct machine *machine = read_texts(zones, NULL, NULL, &error);
	struct zone *zone;

	ck_assert_msg(machine != NULL, "line %zu: %s", error.line, error.text);
	zone = &NODE_DATA(0)->node_zones[ZONE_DMA];
	ck_assert_uint_eq(zone->watermark_boost, 5);
	ck_assert_uint_eq(zone->_watermark[WMARK_LOW], 20);
	ck_assert_uint_eq(low_wmark_pages(zone), 25);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 3000);
	/* Four values for four zones: DMA, Normal, Movable, Device. DMA32 stands for what is below it. */
	ck_assert_uint_eq(zone->lowmem_reserve[ZONE_DMA], 0);
	ck_assert_uint_eq(zone->lowmem_reserve[ZONE_DMA32], 0);
	ck_assert_uint_eq(zone->lowmem_reserve[ZONE_NORMAL], 1);
	ck_assert_uint_eq(zone->lowmem_reserve[ZONE_MOVABLE], 2);
	machine_free(machine);
}

/* A zone that does not begin with a whole block of the largest order has its hole after its first page. */
TEST(proc_read_keeps_large_blocks_of_an_odd_zone_whole, "")
{
	static const char zone[] =
		"Node 0, zone      DMA\n        spanned  4095\n        present  3998\n"
		"        managed  3840\n  start_pfn:           1\n";
	struct pageflow_error error = { 0 };
	struct machine *machine =
		read_texts(zone, "Node 0, zone      DMA 0 0 0 0 0 0 0 0 1 1 3\n", NULL, &error);

	ck_assert_msg(machine != NULL, "line %zu: %s", error.line, error.text);
	ck_assert(pfn_valid(1) && !pfn_valid(2) && pfn_valid(4095));
	test_check_lists();
	machine_free(machine);
}

TEST(proc_read_lays_holes_inside_the_zone, "")
{
	static const char zone[] =
		"Node 0, zone      DMA\n        spanned  16384\n        present  8192\n"
		"        managed  8000\n  pagesets\n    cpu: 1\n  start_pfn:           262144\n";
	struct pageflow_error error = { 0 };
	struct machine *machine = read_texts(zone, NULL, NULL, &error);

	ck_assert_msg(machine != NULL, "%s", error.text);
	ck_assert_int_eq(world->nr_cpus, 2);
	ck_assert_int_eq(world->nr_ranges, 2);
	ck_assert(pfn_valid(262144));
	ck_assert(!pfn_valid(262144 + 8192));
	ck_assert(pfn_valid(262144 + 16383));
	ck_assert(!NODE_DATA(0)->node_zones[ZONE_DMA].contiguous);
	machine_free(machine);
}

TEST(pagetypeinfo_stops_counting, "")
{
	/* 200,000 single pages, every other one in use: more than the kernel counts. */
	struct machine *machine = test_machine_uma(2048);
	struct zone *zone = test_zone(0, ZONE_DMA);
	char *types;

	test_empty_zone(zone);
	for (unsigned long n = 0; n < 250000; n += 2)
		test_free_block(test_page(zone, n), 0, MIGRATE_MOVABLE);
	types = printed(proc_pagetypeinfo);
	ck_assert_ptr_nonnull(strstr(types, "type      Movable >100000      0"));
	machine_free(machine);
}

/* ---- samples that no text gives ---- */

/** One zone of 4 MiB, with two blocks of order 3 on a list and nine counted. */
static struct sample small_sample(void)
{
	struct sample sample = { .nr_cpus = 2, .lists = SAMPLE_LISTS_CUT };
	struct sample_zone *zone = &sample.node[0].zone[ZONE_NORMAL];

	sample.node[0].online = true;
	zone->start = 0x40000;
	zone->spanned = 1024;
	zone->present = 1024;
	zone->managed = 1000;
	zone->free[3][MIGRATE_MOVABLE] = 2;
	zone->blocks[3] = 9;
	zone->counter[NR_FREE_PAGES] = 72;
	zone->cpu[1].count = 4;
	zone->highatomic = 5;
	return sample;
}

TEST(sample_with_cut_lists_keeps_its_counters, "")
{
	const struct sample sample = small_sample();
	struct machine *machine = machine_from_sample(&sample, NULL);
	struct zone *zone;

	ck_assert_ptr_nonnull(machine);
	zone = &NODE_DATA(0)->node_zones[ZONE_NORMAL];
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 72);
	ck_assert_int_eq(world->vm_zone_stat[NR_FREE_PAGES], 72);
	ck_assert_int_eq(zone_pages_listed(zone), 16);
	ck_assert_uint_eq(zone->free_area[3].nr_free, 9);
	ck_assert_uint_eq(zone->nr_reserved_highatomic, 5);
	ck_assert_int_eq(num_online_cpus(), 2);
	ck_assert(zone_pcp_counts_right(zone));
	/* Expect lists that can be used where the sample says nothing of them. */
	ck_assert_int_eq(zone->pageset[0].pcp.batch, 1);
	ck_assert_int_eq(NODE_DATA(0)->node_zones[ZONE_DMA].pageset[1].pcp.batch, 1);
	machine_free(machine);
}

TEST(sample_says_what_cannot_be_represented, "")
{
	struct sample cpus = small_sample(), pages = small_sample();
	struct pageflow_error error = { 0 };

	cpus.nr_cpus = MAX_CPUS + 1;
	ck_assert_ptr_null(machine_from_sample(&cpus, &error));
	ck_assert_str_eq(error.text, "expected 1 to 64 CPUs");
	pages.node[0].zone[ZONE_NORMAL].cpu[1].count = 1025;
	ck_assert_ptr_null(machine_from_sample(&pages, &error));
	ck_assert_str_eq(error.text,
			 "node 0, zone Normal: the pages of its CPUs do not fit into it");
#ifndef CONFIG_NUMA
	cpus = small_sample();
	cpus.node[1].online = true;
	ck_assert_ptr_null(machine_from_sample(&cpus, &error));
	ck_assert_str_eq(error.text, "expected one node: this machine is without NUMA");
#endif
}

TEST(sample_needs_memory_of_the_host, "")
{
	const struct sample sample = small_sample();

	for (int nth = 1; nth <= 3; nth++) {
		struct pageflow_error error = { 0 };

		test_fail(FAIL_CALLOC, nth);
		ck_assert_ptr_null(machine_from_sample(&sample, &error));
		ck_assert_str_ne(error.text, "");
		ck_assert_ptr_null(world);
	}
}
