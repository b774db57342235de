/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of reading and writing snapshots: what a real kernel wrote comes back the same, and each kind of
 * damaged line is refused with its number and what was expected there.
 */
#include <stdlib.h>
#include <string.h>

#include "state/state.h"
#include "failing.h"
#include "life/life.h"
#include "machines.h"
#include "recording.h"

/* ---- the round trip ---- */

/** Read the snapshot after a recording's head, write it, and compare line for line. */
static void round_trip(const char *name, const char *heading)
{
	struct text *text = recording_load(name), *written;
	size_t first = recording_find(text, heading, 1) + 1;
	struct reader reader = { .text = text, .next = first - 1 };

	ck_assert_msg(snapshot_load(&reader) != NULL, "%s:%zu: %s", name, reader.error.line,
		      reader.error.text);
	ck_assert_str_eq(recording_line(text, reader.next), "end");
	written = recording_of_machine();
	ck_assert_uint_eq(written->nr_lines, reader.next - first + 1);
	for (size_t line = 1; line <= written->nr_lines; line++)
		ck_assert_str_eq(recording_line(written, line),
				 recording_line(text, first + line - 1));
}

TEST(snapshot_round_trip, "")
{
#ifdef CONFIG_NUMA
	round_trip("numa2-orders-21.trace.xz", "snapshot before");
	round_trip("numa3z-exhaust-23.trace.xz", "snapshot before");
	round_trip("numa3z.boot.xz", "snapshot running");
#else
	round_trip("uma96-order0-10.trace.xz", "snapshot before");
	round_trip("uma128cma-smp-41.trace.xz", "snapshot before");
	round_trip("uma160-compact-90.trace.xz", "snapshot before");
	round_trip("uma3z-orders-18.trace.xz", "snapshot before");
	round_trip("uma3z.boot.xz", "snapshot running");
#endif
}

TEST(snapshot_is_a_consistent_machine, "")
{
	struct text *text = recording_load("uma128cma-order0-11.trace.xz");
	struct reader reader = { .text = text, .next = 2 };

	ck_assert_ptr_nonnull(snapshot_load(&reader));
	test_check_lists();
	ck_assert(node_isset(0, world->node_memory_map));
	ck_assert_int_eq(num_online_cpus(), 1);
}

/* ---- damaged lines ---- */

/** A small machine as a text: two kinds of pages in use, one on a per-CPU list. */
static struct text *small_snapshot(void)
{
	struct page *page;

	test_machine_cma(40, 4);
	page = alloc_page(GFP_HIGHUSER_MOVABLE);
	SetPageFlag(page, PG_lru);
	__free_page(alloc_page(GFP_HIGHUSER_MOVABLE));
	ck_assert_ptr_nonnull(alloc_pages(GFP_KERNEL, 3));
	test_zone(0, ZONE_DMA)->compact_considered = 1;
	test_zone(0, ZONE_DMA)->compact_defer_shift = 2;
	return recording_of_machine();
}

/** Load it; expect a refusal of that line with these words, and the old focus back. */
static void expect_refusal(const struct text *text, size_t line, const char *words)
{
	struct reader reader = { .text = text };
	struct machine *before = world;

	ck_assert_ptr_null(snapshot_load(&reader));
	ck_assert_ptr_eq(world, before);
	ck_assert_msg(strstr(reader.error.text, words) != NULL, "'%s' is not in '%s'", words,
		      reader.error.text);
	ck_assert_uint_eq(reader.error.line, line);
}

TEST(snapshot_small_one_is_read, "")
{
	struct text *text = small_snapshot(), *again;
	struct reader reader = { .text = text };

	ck_assert_msg(snapshot_load(&reader) != NULL, "%zu: %s", reader.error.line,
		      reader.error.text);
	again = recording_of_machine();
	for (size_t line = 1; line <= text->nr_lines; line++)
		ck_assert_str_eq(recording_line(again, line), recording_line(text, line));
	test_check_lists();
}

#define KERNEL "kernel 5.8.18 arm64 page_shift 12 max_order 11 pageblock_order 9 nr_zones 4 numa 0 "
#define FIELDS "start_pfn 262144 spanned 10240 present 10240 managed 10240"
#define NODE_FIELDS                                                                              \
	"start_pfn 262144 spanned 10240 kswapd_waiting 1 kswapd_highest_zoneidx 4 kswapd_order " \
	"0 kswapd_failures 0 kcompactd_waiting 1 kcompactd_max_order 0 "                         \
	"kcompactd_highest_zoneidx 0"

static const struct damage damages[] = {
	{ "kernel", "kernel 5.8.19 arm64",
	  "expected 'kernel 5.8.18 arm64 ...', found 'kernel 5.8.19" },
	{ "kernel", "kernl", "expected 'kernel 5.8.18 arm64 ...'" },
	{ "kernel", "kernel 5.8.18 x86", "expected 'kernel 5.8.18 arm64 ...'" },
	{ "kernel", KERNEL "nr_cpus 1 this_cpu", "expected 'kernel 5.8.18 arm64 ...'" },
	{ "kernel", KERNEL "nr_cpus 1 this_cpu 0 x", "expected 'kernel 5.8.18 arm64 ...'" },
	{ "kernel", KERNEL "nr_cpus 0 this_cpu 0", "expected 1 to 64 CPUs" },
	{ "kernel", KERNEL "nr_cpus 65 this_cpu 0", "expected 1 to 64 CPUs" },
	{ "kernel", KERNEL "nr_cpus 2 this_cpu 2", "expected 1 to 64 CPUs" },
	{ "kernel", KERNEL "nr_cpus 2 this_cpu -1", "expected 1 to 64 CPUs" },
	{ "kernel",
	  "kernel 5.8.18 arm64 page_shift 14 max_order 11 pageblock_order 9 nr_zones 4 numa 0 nr_cpus 1 this_cpu 0",
	  "expected 4 KiB pages" },
	{ "kernel",
	  "kernel 5.8.18 arm64 page_shift 12 max_order 12 pageblock_order 9 nr_zones 4 numa 0 nr_cpus 1 this_cpu 0",
	  "expected 4 KiB pages" },
	{ "kernel",
	  "kernel 5.8.18 arm64 page_shift 12 max_order 11 pageblock_order 8 nr_zones 4 numa 0 nr_cpus 1 this_cpu 0",
	  "expected 4 KiB pages" },
	{ "kernel",
	  "kernel 5.8.18 arm64 page_shift 12 max_order 11 pageblock_order 9 nr_zones 3 numa 0 nr_cpus 1 this_cpu 0",
	  "expected 4 KiB pages" },
	{ "sysctl", "sysctl watermark_boost_factor x",
	  "expected 'sysctl watermark_boost_factor N" },
	{ "sysctl", "sysctls", "expected 'sysctl watermark_boost_factor N" },
	{ "node", "node x " NODE_FIELDS, "expected 'node NID start_pfn N ...' of a new node" },
	{ "node", "node -1 " NODE_FIELDS, "expected 'node NID start_pfn N ...' of a new node" },
	{ "node", "node 4 " NODE_FIELDS, "expected 'node NID start_pfn N ...' of a new node" },
	{ "node", "node 0 start_pfn", "expected 'node NID start_pfn N ...' of a new node" },
	{ "zone 0 DMA32 ", "zona", "expected " },
	{ "zonelist", "zonelist x", "expected 'zonelist NID I NID:ZONE ...'" },
	{ "zonelist", "zonelist 0", "expected 'zonelist NID I NID:ZONE ...'" },
	{ "zonelist", "zonelist -1 0 0:DMA", "expected 'zonelist NID I NID:ZONE ...'" },
	{ "zonelist", "zonelist 4 0 0:DMA", "expected 'zonelist NID I NID:ZONE ...'" },
	{ "zonelist", "zonelist 0 -1 0:DMA", "expected 'zonelist NID I NID:ZONE ...'" },
	{ "zonelist", "zonelist 0 2 0:DMA", "expected 'zonelist NID I NID:ZONE ...'" },
	{ "zonelist", "zonelist 0 0 0;DMA", "expected NID:ZONE" },
	{ "zonelist", "zonelist 0 0 0:DMAx", "expected NID:ZONE" },
	{ "zonelist", "zonelist 0 0 -1:DMA", "expected NID:ZONE" },
	{ "zonelist", "zonelist 0 0 4:DMA", "expected NID:ZONE" },
	{ "zonelist", "zonelist 0 0 0:DMA x", "expected 'zonelist NID I NID:ZONE ...'" },
	{ "zone 0 DMA ", "zone 0 DMA start_pfn 262144 spanned 10240 present 10239 managed 10240",
	  "expected 'present' to be 'spanned' less the pages" },
	{ "zone 0 DMA ", "zone 0 DMA start_pfn 1 spanned 900000000 present 900000000 managed 5",
	  "more than 256 GiB" },
	{ "zone 0 DMA32 ", "zone 0 DMA32 start_pfn 262145 spanned 1 present 1 managed 1",
	  "expected zones and memory ranges that do not overlap" },
	{ "zone 0 DMA32 ", "zone 0 DMA start_pfn 0 spanned 0 present 0 managed 0",
	  "expected each zone once" },
	{ "zone 0 DMA32 ", "zone 0 DMA32 start_pfn 0 spanned 0 present 0",
	  "expected 'zone NID NAME" },
	{ "zone 0 DMA32 ", "zone 0 DMA33 start_pfn 0 spanned 0 present 0 managed 0",
	  "expected 'zone NID NAME" },
	{ "zone 0 DMA32 ", "zone 4 DMA32 start_pfn 0 spanned 0 present 0 managed 0",
	  "expected 'zone NID NAME" },
	{ "zone 0 DMA32 ", "zone -1 DMA32 start_pfn 0 spanned 0 present 0 managed 0",
	  "expected 'zone NID NAME" },
	{ "zone 0 DMA32 ", "zone 0 DMA32 start_pfn -1 spanned 0 present 0 managed 0",
	  "expected 'zone NID NAME" },
	{ "zone 0 DMA32 ", "zone 0 DMA32 start_pfn 0 spanned -1 present 0 managed 0",
	  "expected 'zone NID NAME" },
	{ "zone 0 DMA32 ", "zone 0 DMA32 start_pfn 0 spanned 0 present -1 managed 0",
	  "expected 'zone NID NAME" },
	{ "zone 0 DMA32 ", "zone 0 DMA32 start_pfn 0 spanned 0 present 0 managed -1",
	  "expected 'zone NID NAME" },
	{ "zone 0 DMA32 ", "zone 0 DMA32 start_pfn 99999999999999 spanned 0 present 0 managed 0",
	  "expected 'zone NID NAME" },
	{ "zone 0 DMA32 ", "zone 0 DMA32 start_pfn 0 spanned 99999999999999 present 0 managed 0",
	  "expected 'zone NID NAME" },
	{ " watermark", " watermark min 1 low 2 high 3 boost 0",
	  "expected 'watermark min N low N" },
	{ " watermark", " watermark min 1 low 2 high 3 boost 0 flags",
	  "expected 'watermark min N" },
	{ " watermark", " watermark min 1 low 2 high 3 boost 0 flags 0 0",
	  "expected 'watermark min" },
	{ " watermark", " watermark min", "expected 'watermark min N" },
	{ " watermark", " watermark min 1 low", "expected 'watermark min N" },
	{ " watermark", " watermark min 1 low 2 high", "expected 'watermark min N" },
	{ " watermark", " watermark min 1 low 2 high 3 boost", "expected 'watermark min N" },
	{ " lowmem_reserve", " lowmem_reserve 1 2 3", "expected 'lowmem_reserve A B C D'" },
	{ " lowmem_reserve", " lowmem_reserve 1 2 3 4 5", "expected 'lowmem_reserve A B C D'" },
	{ " reserved_highatomic", " reserved_highatomic", "expected 'reserved_highatomic N'" },
	{ " reserved_highatomic", " reserved_highatomic 5 5", "expected 'reserved_highatomic N'" },
	{ " compact", " compact considered 1 shift 7 failed 3", "expected 'compact considered N" },
	{ " compact", " compact considered 1 shift -1 failed 3", "expected 'compact considered N" },
	{ " compact", " compact considered 1", "expected 'compact considered N" },
	{ " vmstat", " vmstat nr_free_pages 5", "expected 'vmstat nr_free_pages N" },
	{ " vmstat", " numa_stat hit 1", "expected 'numa_stat hit N" },
	{ " vmstat", " vmstats", "expected a line of a zone's state, found ' vmstats'" },
	{ " pcp ", " pcp x", "expected 'pcp CPU count N ...'" },
	{ " pcp ", " pcp -1", "expected 'pcp CPU count N ...'" },
	{ " pcp ", " pcp 1", "expected 'pcp CPU count N ...'" },
	{ " pcp ", " pcp 0 count", "expected 'pcp CPU count N ...'" },
	{ " pcp ", " pcp 0 count 0 high 6 batch 0 stat_threshold 2 diff_free 0 diff_cma 0",
	  "expected a batch of 1" },
	{ " pcp ", " pcp 0 count 0 high -1 batch 1 stat_threshold 2 diff_free 0 diff_cma 0",
	  "expected a batch of 1" },
	{ " pcp ", " pcp 0 count 0 high 0 batch 1 stat_threshold -1 diff_free 0 diff_cma 0",
	  "expected a batch of 1" },
	{ " pcp ", " pcp 0 count 0 high 0 batch 1 stat_threshold 128 diff_free 0 diff_cma 0",
	  "expected a batch of 1" },
	{ " pcplist 0 Unm", " pcplist x", "expected 'pcplist CPU TYPE PFN/TYPE ...'" },
	{ " pcplist 0 Unm", " pcplist -1 Movable", "expected 'pcplist CPU TYPE PFN/TYPE ...'" },
	{ " pcplist 0 Unm", " pcplist 1 Movable", "expected 'pcplist CPU TYPE PFN/TYPE ...'" },
	{ " pcplist 0 Unm", " pcplist 0 Mobile", "expected 'pcplist CPU TYPE PFN/TYPE ...'" },
	{ " pcplist 0 Unm", " pcplist 0 CMA", "expected 'pcplist CPU TYPE PFN/TYPE ...'" },
	{ " pcplist 0 Unm", " pcplist 0 Movable 262144", "expected PFN/TYPE" },
	{ " pcplist 0 Unm", " pcplist 0 Movable 262144/Mobile", "expected PFN/TYPE" },
	{ " pcplist 0 Unm", " pcplist 0 Movable 1/Movable",
	  "expected PFNs of this zone, each on one" },
	{ " pcplist 0 Unm", " pcplist 0 Movable x", "expected 'pcplist CPU TYPE PFN/TYPE ...'" },
	{ " free 10 Mov", " free x", "expected 'free ORDER TYPE PFN ...'" },
	{ " free 10 Mov", " free -1 Movable", "expected 'free ORDER TYPE PFN ...'" },
	{ " free 10 Mov", " free 11 Movable", "expected 'free ORDER TYPE PFN ...'" },
	{ " free 10 Mov", " free 10 Mobile", "expected 'free ORDER TYPE PFN ...'" },
	{ " free 10 Mov", " free 10 Movable 1024", "expected PFNs of this zone, aligned" },
	{ " free 10 Mov", " free 10 Movable -1024", "expected PFNs of this zone, aligned" },
	{ " free 10 Mov", " free 10 Movable 262145", "expected PFNs of this zone, aligned" },
	{ " free 10 Mov", " free 10 Movable 272384", "expected PFNs of this zone, aligned" },
	{ " free 10 Mov", " free 10 Movable 263168 263168", "expected each page on one list only" },
	{ " free 10 Mov", " free 10 Movable 263168 x", "expected 'free ORDER TYPE PFN ...'" },
	{ " pageblocks", " pageblocks Mobile*20", "expected a migratetype, or 'hole'" },
	{ " pageblocks", " pageblocks Moveble*20", "expected a migratetype, or 'hole'" },
	{ " pageblocks", " pageblocks Movable", "expected 'pageblocks TYPE*N ...'" },
	{ " pageblocks", " pageblocks Movable*x", "expected 'pageblocks TYPE*N ...'" },
	{ " pageblocks", " pageblocks Movable*0", "expected 'pageblocks TYPE*N ...'" },
	{ " pageblocks", " pageblocks Movable*21", "expected 'pageblocks TYPE*N ...'" },
	{ " pageblocks", " pageblocks Movable*19",
	  "expected a type for each pageblock of the zone" },
	{ " movable", " movable 262144", "expected 'movable PFN+N ...' inside this zone" },
	{ " movable", " movable 262144+x", "expected 'movable PFN+N ...' inside this zone" },
	{ " movable", " movable 262144+0", "expected 'movable PFN+N ...' inside this zone" },
	{ " movable", " movable 262144+10241", "expected 'movable PFN+N ...' inside this zone" },
	{ " movable", " movable 262145+10240", "expected 'movable PFN+N ...' inside this zone" },
	{ " movable", " movable 262143+1", "expected 'movable PFN+N ...' inside this zone" },
	{ " movable", " movable 272384+1", "expected 'movable PFN+N ...' inside this zone" },
	{ " movable", " movable x", "expected 'movable PFN+N ...' inside this zone" },
};

TEST(snapshot_refuses_damaged_lines, "")
{
	for_each_row(i, damages) {
		struct text *text = small_snapshot();
		size_t line = recording_find(text, damages[i].beginning, 1);

		recording_replace(text, line, damages[i].instead);
		/* The size of memory is seen ahead of everything else. */
		if (strstr(damages[i].words, "256 GiB"))
			line = recording_find(text, "node", 1) - 1;
		if (strstr(damages[i].words, "overlap"))
			line = recording_find(text, "zone 0 DMA32 ", 1);
		expect_refusal(text, line, damages[i].words);
		machine_free(world);
	}
}

TEST(snapshot_refuses_what_is_missing, "")
{
	struct text *text = small_snapshot();
	size_t end = text->nr_lines;

	recording_cut(text, 0);
	expect_refusal(text, 1, "expected 'kernel 5.8.18 arm64 ...', found 'the end of the file'");
	recording_cut(text, 1);
	expect_refusal(text, 1, "expected 'sysctl");
	recording_cut(text, end - 1);
	expect_refusal(text, end - 1, "expected 'end' of the snapshot");
	recording_cut(text, 2);
	expect_refusal(text, 2, "expected a zone with memory");
}

TEST(snapshot_refuses_a_count_without_pages, "")
{
	struct text *text = small_snapshot();
	size_t line = recording_find(text, " pcplist 0 Unm", 1);

	recording_replace(text, line, " pcplist 0 Unmovable");
	recording_replace(text, recording_find(text, " pcplist 0 Mov", 1), " pcplist 0 Movable");
	line = recording_find(text, " movable", 1);
	/* Expect the machine not to be made: taking from such a list would never end. */
	expect_refusal(text, line, "expected the count of each 'pcp' line");
}

TEST(snapshot_refuses_a_page_on_two_lists, "")
{
	struct text *text = small_snapshot();
	size_t line = recording_find(text, " pcplist 0 Unm", 1);
	char twice[64];
	unsigned long pfn;

	ck_assert_int_eq(sscanf(recording_line(text, recording_find(text, " pcplist 0 Mov", 1)),
				" pcplist 0 Movable %lu/", &pfn),
			 1);
	snprintf(twice, sizeof(twice), " pcplist 0 Unmovable %lu/Movable %lu/Movable", pfn, pfn);
	recording_replace(text, line, twice);
	expect_refusal(text, line, "each on one list only");
}

TEST(snapshot_refuses_incomplete_nodes, "")
{
	struct text *text = small_snapshot();

	recording_delete(text, recording_find(text, "zone 0 Movable", 1));
	expect_refusal(text, text->nr_lines, "expected all four zones of each node");
}

#ifdef CONFIG_NUMA
TEST(snapshot_refuses_a_machine_without_the_first_node, "")
{
	struct text *text = small_snapshot();

	for (size_t i = 1; i <= text->nr_lines; i++) {
		char *line = strdup(recording_line(text, i));

		if (!strncmp(line, "node 0 ", 7) || !strncmp(line, "zonelist 0 ", 11) ||
		    !strncmp(line, "zone 0 ", 7)) {
			*strchr(line, '0') = '1';
			while (strstr(line, " 0:"))
				strstr(line, " 0:")[1] = '1';
			recording_replace(text, i, line);
		}
		free(line);
	}
	expect_refusal(text, text->nr_lines, "expected node 0");
}
#endif

TEST(snapshot_refuses_the_same_node_twice, "")
{
	struct text *text = small_snapshot();
	size_t line = recording_find(text, "node", 1);

	recording_insert(text, line, recording_line(text, line));
	expect_refusal(text, line + 1, "of a new node");
}

TEST(snapshot_refuses_zones_before_their_node, "")
{
	struct text *text = small_snapshot();
	size_t line = recording_find(text, "node", 1);

	recording_delete(text, line);
	expect_refusal(text, line, "expected 'zonelist NID I NID:ZONE ...' of a node named above");
	while (!strncmp(recording_line(text, line), "zonelist", 8))
		recording_delete(text, line);
	expect_refusal(text, line,
		       "expected 'zone NID NAME start_pfn N ...' of a node named above");
}

TEST(snapshot_refuses_too_long_a_zonelist, "")
{
	struct text *text = small_snapshot();
	size_t line = recording_find(text, "zonelist", 1);
	char many[400] = "zonelist 0 0";

	for (int i = 0; i <= MAX_ZONES_PER_ZONELIST; i++)
		strcat(many, " 0:DMA");
	recording_replace(text, line, many);
	expect_refusal(text, line, "expected NID:ZONE, found 'zonelist 0 0 0:DMA 0:DMA");
}

TEST(snapshot_refuses_too_many_zones, "")
{
	struct text *text = small_snapshot();
	size_t line = recording_find(text, "zone 0 DMA ", 1);

	for (int i = 0; i < MAX_MEMORY_RANGES; i++) {
		char zone[100];

		snprintf(zone, sizeof(zone),
			 "zone 0 DMA start_pfn %d spanned 1 present 1 managed 1", i);
		recording_insert(text, line, zone);
	}
	expect_refusal(text, line + MAX_MEMORY_RANGES, "expected fewer zones");
}

TEST(snapshot_with_64_cpus, "")
{
	struct text *text;
	struct reader reader = { 0 };

	test_machine_cpus(16, 64);
	text = recording_of_machine();
	reader.text = text;
	ck_assert_ptr_nonnull(snapshot_load(&reader));
	ck_assert_int_eq(num_online_cpus(), 64);
}

TEST(snapshot_with_a_last_block_that_is_not_whole, "")
{
	/* 0x101 pages beyond a pageblock: its type is written and read as well. */
	static struct boot_spec spec = { .nr_cpus = 1, .nr_memory = 1 };
	struct text *text;
	struct reader reader = { 0 };

	spec.memory[0] = (struct boot_range){ TEST_DRAM, 0x1101 * PAGE_SIZE, 0, false };
	test_machine_boot(&spec);
	text = recording_of_machine();
	ck_assert_str_eq(recording_line(text, recording_find(text, " pageblocks", 1)),
			 " pageblocks Movable*9");
	reader.text = text;
	ck_assert_ptr_nonnull(snapshot_load(&reader));
	ck_assert_int_eq(get_pfnblock_migratetype(0x41100), MIGRATE_MOVABLE);
	/* Expect a block that would reach after the zone to be refused. */
	recording_replace(text, recording_find(text, " free 8", 1), " free 8 Movable 266496");
	expect_refusal(text, recording_find(text, " free 8", 1), "");
}

TEST(snapshot_keeps_what_compaction_remembers, "")
{
	struct zone *zone;
	struct text *text;

	test_machine_uma(16);
	zone = test_zone(0, ZONE_DMA);
	zone->compact_defer_shift = 2;
	text = recording_of_machine();
	ck_assert_str_eq(recording_line(text, recording_find(text, " compact", 1)),
			 " compact considered 0 shift 2 failed 0");
	zone->compact_defer_shift = 0;
	zone->compact_order_failed = 3;
	text = recording_of_machine();
	ck_assert_str_eq(recording_line(text, recording_find(text, " compact", 1)),
			 " compact considered 0 shift 0 failed 3");
}

TEST(snapshot_with_movable_pages_up_to_the_end, "")
{
	struct zone *zone;
	struct text *text;

	test_machine_uma(16);
	zone = test_zone(0, ZONE_DMA);
	SetPageFlag(test_page(zone, 4095), PG_lru);
	SetPageFlag(test_page(zone, 4094), PG_lru);
	text = recording_of_machine();
	ck_assert_str_eq(recording_line(text, recording_find(text, " movable", 1)),
			 " movable 266238+2");
}

/** A machine with three zones and holes, as a file of its own. */
static struct text *saved_machine(void)
{
	char *content = NULL;
	struct text *text;
	size_t size;
	FILE *out = open_memstream(&content, &size);

	test_machine_zones(16);
	snapshot_save(out);
	fclose(out);
	text = recording_from(content);
	recording_delete(text, 1);
	recording_delete(text, 1);
	return text;
}

TEST(snapshot_with_memory_records, "")
{
	struct text *text = saved_machine();
	struct reader reader = { .text = text };
	size_t first = recording_find(text, "memory", 1);
	const char *line = recording_line(text, first);

	ck_assert_msg(snapshot_load(&reader) != NULL, "%zu: %s", reader.error.line,
		      reader.error.text);
	ck_assert(!pfn_valid(0x50000));
	ck_assert(pfn_valid(0x80000));
	test_check_lists();
	/* Expect the order of the records not to matter. */
	recording_replace(text, first, recording_line(text, first + 2));
	recording_replace(text, first + 2, line);
	reader = (struct reader){ .text = text };
	ck_assert_msg(snapshot_load(&reader) != NULL, "%zu: %s", reader.error.line,
		      reader.error.text);
	test_check_lists();
}

TEST(snapshot_refuses_damaged_memory_records, "")
{
	static const char *const lines[] = {
		"memory x",
		"memory 262144",
		"memory 262144 266240",
		"memory 262144 266240 node",
		"memory 262144 266240 node 0 nomap",
		"memory 262144 266240 node 0 nomap 0 0",
		"memory -1 266240 node 0 nomap 0",
		"memory 262144 262144 node 0 nomap 0",
		"memory 262144 99999999999 node 0 nomap 0",
		"memory 262144 266240 node -1 nomap 0",
		"memory 262144 266240 node 4 nomap 0",
	};
	struct text *text = saved_machine();
	size_t first = recording_find(text, "memory", 1);

	for_each_row(i, lines) {
		recording_replace(text, first, lines[i]);
		expect_refusal(text, first, "expected 'memory START END node NID nomap B'");
	}
	recording_replace(text, first, "memory 262144 524289 node 0 nomap 0");
	expect_refusal(text, first + 2, "expected zones and memory ranges that do not overlap");
	/* Expect a zone beyond all memory, below and above, to be refused. */
	recording_replace(text, first, "memory 524287 524288 node 0 nomap 0");
	expect_refusal(text, recording_find(text, "zone 0 DMA ", 1),
		       "expected a zone inside the memory ranges");
	recording_replace(text, first, "memory 262144 266240 node 0 nomap 0");
	recording_replace(text, recording_find(text, "zone 0 Normal", 1),
			  "zone 0 Normal start_pfn 1048576 spanned 9000 present 4096 managed 4096");
	expect_refusal(text, recording_find(text, "zone 0 Normal", 1),
		       "expected a zone inside the memory ranges");
}

#ifdef CONFIG_NUMA
TEST(snapshot_refuses_memory_of_a_node_that_is_not_there, "04-2")
{
	struct text *text = saved_machine();

	/* Expect a range that belongs to a node without a line of its own to be refused, once all nodes are known. */
	recording_insert(text, recording_find(text, "memory", 1),
			 "memory 1179648 1179649 node 3 nomap 1");
	expect_refusal(text, recording_find(text, "end", 1), "expected memory of nodes");
}
#endif

TEST(snapshot_refuses_too_many_memory_records, "")
{
	struct text *text = saved_machine();
	size_t first = recording_find(text, "memory", 1);

	for (int i = 0; i < MAX_MEMORY_RANGES; i++)
		recording_insert(text, first, "memory 1 2 node 0 nomap 0");
	expect_refusal(text, first + MAX_MEMORY_RANGES, "expected 'memory START END");
	recording_cut(text, first);
	expect_refusal(text, first, "expected ");
}

/**
 * A machine with two holes, both of which begin inside a pageblock:
 *
 *   40000      40480    40c00      40d00    41000      42000
 *   memory     hole     memory     hole     memory
 */
static struct text *snapshot_with_holes(void)
{
	static struct boot_spec spec = { .nr_cpus = 1, .nr_memory = 3 };

	spec.memory[0] = (struct boot_range){ TEST_DRAM, 0x480 * PAGE_SIZE, 0, false };
	spec.memory[1] =
		(struct boot_range){ TEST_DRAM + 0xc00 * PAGE_SIZE, 0x100 * PAGE_SIZE, 0, false };
	spec.memory[2] =
		(struct boot_range){ TEST_DRAM + 0x1000 * PAGE_SIZE, 0x1000 * PAGE_SIZE, 0, false };
	test_machine_boot(&spec);
	SetPageFlag(alloc_page(GFP_HIGHUSER_MOVABLE), PG_lru);
	return recording_of_machine();
}

TEST(snapshot_of_a_machine_with_holes, "")
{
	struct text *text = snapshot_with_holes(), *again;
	struct reader reader = { .text = text };

	ck_assert_str_eq(recording_line(text, recording_find(text, " pageblocks", 1)),
			 " pageblocks Movable*3 hole*3 Movable*1 hole*1 Movable*8");
	ck_assert_str_eq(recording_line(text, recording_find(text, " holes", 1)),
			 " holes 263296+1920 265472+768");
	/* Expect the reader to find the holes again. */
	ck_assert_msg(snapshot_load(&reader) != NULL, "%zu: %s", reader.error.line,
		      reader.error.text);
	ck_assert(pfn_valid(0x4047f) && !pfn_valid(0x40480) && !pfn_valid(0x40bff));
	ck_assert(pfn_valid(0x40c00) && !pfn_valid(0x40d00) && pfn_valid(0x41000));
	again = recording_of_machine();
	for (size_t line = 1; line <= text->nr_lines; line++)
		ck_assert_str_eq(recording_line(again, line), recording_line(text, line));
	test_check_lists();
}

TEST(snapshot_refuses_holes_that_cannot_be, "")
{
	static const struct {
		const char *line, *words;
	} rows[] = {
		{ " holes x", "expected 'holes PFN+N ...', ascending, inside the zone" },
		{ " holes 265472+768 263296+1920", "expected 'holes PFN+N ...', ascending" },
		{ " holes 263296+1920 265472+7680", "expected 'holes PFN+N ...', ascending" },
		{ " holes 262143+1", "expected 'holes PFN+N ...', ascending" },
		{ " holes 263296+1920", "expected 'present' to be 'spanned' less the pages" },
	};
	struct text *text = snapshot_with_holes();
	size_t holes = recording_find(text, " holes", 1), blocks;
	char many[8000] = " holes";

	for_each_row(i, rows) {
		recording_replace(text, holes, rows[i].line);
		expect_refusal(text, holes, rows[i].words);
	}
	for (int i = 0; i <= MAX_MEMORY_RANGES; i++)
		snprintf(many + strlen(many), 20, " %d+1", 262145 + 2 * i);
	recording_replace(text, holes, many);
	expect_refusal(text, holes, "expected fewer zones and holes");
	/* Expect a hole among the pageblocks to be one, and only there. */
	text = snapshot_with_holes();
	blocks = recording_find(text, " pageblocks", 1);
	recording_replace(text, blocks, " pageblocks Movable*2 hole*4 Movable*1 hole*1 Movable*8");
	expect_refusal(text, blocks, "expected a migratetype, or 'hole' where no page");
}

/** Expect the `holes` line of a saved machine to agree with its `memory` records. */
TEST(snapshot_refuses_holes_where_memory_is, "")
{
	struct text *text = saved_machine();
	size_t holes = recording_find(text, " holes", 1);
	struct reader reader = { .text = text };

	ck_assert_ptr_nonnull(snapshot_load(&reader));
	recording_replace(text, holes, " holes 262144+1");
	expect_refusal(text, holes, "expected holes where no 'memory' record has memory");
	recording_replace(text, holes, " holes 262143+1");
	expect_refusal(text, holes, "expected 'holes PFN+N ...' inside this zone");
	recording_replace(text, holes, " holes 262144+99999999");
	expect_refusal(text, holes, "expected 'holes PFN+N ...' inside this zone");
	recording_replace(text, holes, " holes x");
	expect_refusal(text, holes, "expected 'holes PFN+N ...' inside this zone");
}

TEST(snapshot_without_host_memory, "")
{
	struct text *text = small_snapshot();
	struct reader reader = { .text = text };
	int calls;

	test_fail(FAIL_CALLOC, 0);
	ck_assert_ptr_nonnull(snapshot_load(&reader));
	calls = test_calls(FAIL_CALLOC);
	for (int call = 1; call <= calls; call++) {
		reader = (struct reader){ .text = text };
		test_fail(FAIL_CALLOC, call);
		/* Expect a message, whichever request of the host's memory fails. */
		ck_assert_ptr_null(snapshot_load(&reader));
		ck_assert_str_ne(reader.error.text, "");
	}
}

TEST(snapshot_clear_zone_state_takes_all_pages, "")
{
	struct zone *zone;

	test_machine_uma(32);
	zone = test_zone(0, ZONE_DMA);
	SetPageFlag(alloc_page(GFP_KERNEL), PG_lru);
	__free_page(alloc_page(GFP_KERNEL));
	zone->compact_defer_shift = 3;
	ck_assert_int_gt(test_pcp_count(zone), 0);
	snapshot_clear_zone_state(zone);
	/* Expect every page in use, on no list, none movable. */
	for (unsigned long n = 0; n < zone->spanned_pages; n++) {
		ck_assert_int_eq(page_count(test_page(zone, n)), 1);
		ck_assert(!PageBuddy(test_page(zone, n)));
		ck_assert(!PageFlag(test_page(zone, n), PG_lru));
	}
	test_expect_pcp(zone, 0, MIGRATE_UNMOVABLE, "");
	ck_assert_uint_eq(zone->compact_defer_shift, 0);
	ck_assert_uint_eq(zone->free_area[10].nr_free, 0);
}

#ifdef CONFIG_NUMA
TEST(snapshot_refuses_zonelists_of_nodes_that_never_come, "")
{
	struct text *text = small_snapshot();
	size_t line = recording_find(text, "zonelist", 1);

	recording_replace(text, line, "zonelist 0 0 2:DMA 0:DMA");
	expect_refusal(text, text->nr_lines,
		       "expected zonelists of nodes that the snapshot describes");
}
#endif
