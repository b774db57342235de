/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of the lines about LRU lists: what is read is written again, each damaged line is refused with its number, and
 * lists that do not fit their lengths are refused.
 */
#include <stdlib.h>
#include <string.h>

#include "state/state.h"
#include "machines.h"
#include "recording.h"
#include "vmstat.h"

/** What the writers of these lines make of the machine in focus. */
static struct text *lines_of_machine(void)
{
	char *content = NULL;
	size_t size;
	FILE *out = open_memstream(&content, &size);
	int nid;

	snapshot_write_vmctl(out);
	for_each_online_node(nid)
		snapshot_write_lists(out, "", NODE_DATA(nid), true);
	fclose(out);
	return recording_from(content);
}

/** A small machine with three pages on an LRU list, and figures that tell its counters apart; as a text. */
static struct text *small_snapshot(void)
{
	static const struct snapshot_form form = { .pages = true, .lists = true };
	struct pglist_data *pgdat;
	struct lruvec *lruvec;

	test_machine_cma(40, 4);
	pgdat = NODE_DATA(0);
	lruvec = &pgdat->lruvec;
	for (int i = 0; i < 3; i++) {
		struct page *page = alloc_page(GFP_HIGHUSER_MOVABLE);

		SetPageFlag(page, PG_lru);
		list_add(&page->lru, &lruvec->lists[LRU_INACTIVE_FILE]);
		lruvec->lru_size[ZONE_DMA][LRU_INACTIVE_FILE]++;
	}
	world->vm_swappiness = 61;
	world->total_swap_pages = 9;
	world->nr_swap_pages = 8;
	pgdat->flags = 1ul << PGDAT_DIRTY;
	node_page_state_add(11, pgdat, NR_INACTIVE_FILE);
	node_page_state_add(-2, pgdat, WORKINGSET_RESTORE);
	pgdat->per_cpu_nodestats[0].vm_node_stat_diff[NR_ISOLATED_FILE] = -3;
	zone_page_state_add(12, test_zone(0, ZONE_DMA), NR_ZONE_ACTIVE_ANON);
	test_zone(0, ZONE_DMA)->pageset[0].vm_stat_diff[NR_ZONE_INACTIVE_FILE] = 4;
	lruvec->anon_cost = 21;
	lruvec->file_cost = 22;
	lruvec->nonresident_age = 23;
	lruvec->refaults = 24;
	lruvec->flags = 1ul << LRUVEC_CONGESTED;
	lruvec->lruvec_stat[WORKINGSET_REFAULT] = 25;
	lruvec->lruvec_stat_cpu[0][NR_ACTIVE_FILE] = -26;
	return recording_of_machine_as(&form);
}

TEST(lists_are_read_as_they_were_written, "")
{
	struct text *text = small_snapshot(), *before = lines_of_machine(), *after;
	long files = global_node_page_state(NR_INACTIVE_FILE);
	struct reader reader;

	ck_assert_msg(recording_loads(text, &reader), "%zu: %s", reader.error.line,
		      reader.error.text);
	after = lines_of_machine();
	recording_expect_alike(after, before);
	/* The machine's totals follow. */
	ck_assert_int_eq(global_node_page_state(NR_INACTIVE_FILE), files);
	ck_assert_int_eq(world->vm_zone_stat[NR_ZONE_ACTIVE_ANON], 12);
}

TEST(lists_without_a_memory_controller, "")
{
	struct text *text = small_snapshot();
	struct reader reader;

	recording_replace(text, recording_find(text, "vmctl", 1),
			  "vmctl swappiness 61 total_swap_pages 0 nr_swap_pages 0 memcg 0 "
			  "extfrag_threshold 500");
	ck_assert(recording_loads(text, &reader));
	ck_assert(mem_cgroup_disabled());
}

#define LRU_NAMES "inactive_anon 0 active_anon 0 inactive_file 0 active_file 0 unevictable 0"
#define COUNTERS                                                            \
	LRU_NAMES " isolated_anon 0 isolated_file 0 dirty 0 writeback 0 ws" \
		  "_refault 0 ws_activate 0 ws_restore "

static const struct damage damages[] = {
	{ "vmctl", "vmctl swappiness x", "expected 'vmctl swappiness N" },
	{ "vmctl",
	  "vmctl swappiness 60 total_swap_pages 1 nr_swap_pages 2 memcg 1 extfrag_threshold 500",
	  "expected 'vmctl swappiness N" },
	{ "vmctl",
	  "vmctl swappiness 60 total_swap_pages 1 nr_swap_pages 1 memcg 1 extfrag_threshold 501",
	  "expected an extfrag_threshold of 500" },
	{ "nodestat", "nodestat x", "expected 'nodestat NID flags HEX" },
	{ "nodestat", "nodestat -1", "expected 'nodestat NID flags HEX" },
	{ "nodestat", "nodestat 64", "expected 'nodestat NID flags HEX" },
	{ "nodestat", "nodestat 3", "expected 'nodestat NID flags HEX" },
	{ "nodestat", "nodestat 0 flag", "expected 'nodestat NID flags HEX" },
	{ "nodestat", "nodestat 0 flags x", "expected 'nodestat NID flags HEX" },
	{ "nodestat", "nodestat 0 flags 0 inactive_file 0", "expected 'nodestat NID flags HEX" },
	{ "nodestat", "nodestat 0 flags 0 " COUNTERS "99999999999999", "expected 'nodestat NID" },
	{ "nodestat", "nodestat 0 flags 0 " COUNTERS "-99999999999999", "expected 'nodestat NID" },
	{ "nodestat", "nodestat 0 flags 0 " COUNTERS "0 x", "expected 'nodestat NID flags HEX" },
	{ "nodediff", "nodediff 3", "expected 'nodediff NID CPU" },
	{ "nodediff", "nodediff 0 x", "expected 'nodediff NID CPU" },
	{ "nodediff", "nodediff 0 -1", "expected 'nodediff NID CPU" },
	{ "nodediff", "nodediff 0 1", "expected 'nodediff NID CPU" },
	{ "nodediff", "nodediff 0 0 threshold", "expected 'nodediff NID CPU" },
	{ "nodediff", "nodediff 0 0 threshold -1 " COUNTERS "0", "expected 'nodediff NID CPU" },
	{ "nodediff", "nodediff 0 0 threshold 128 " COUNTERS "0", "expected 'nodediff NID CPU" },
	{ "nodediff", "nodediff 0 0 threshold 2 " COUNTERS "128", "expected 'nodediff NID CPU" },
	{ "zonestat", "zonestat 3 DMA", "expected 'zonestat NID ZONE" },
	{ "zonestat", "zonestat 0 DMA33", "expected 'zonestat NID ZONE" },
	{ "zonestat", "zonestat 0 DMA inactive", "expected 'zonestat NID ZONE" },
	{ "zonestat", "zonestat 0 DMA inactive_anon 99999999999999", "expected 'zonestat NID" },
	{ "zonestat", "zonestat 0 DMA inactive_anon -99999999999999", "expected 'zonestat NID" },
	{ "zonestat", "zonestat 0 DMA " LRU_NAMES " x", "expected 'zonestat NID ZONE" },
	{ "zonediff", "zonediff 3 DMA", "expected 'zonediff NID ZONE CPU" },
	{ "zonediff", "zonediff 0 x", "expected 'zonediff NID ZONE CPU" },
	{ "zonediff", "zonediff 0 DMA 1", "expected 'zonediff NID ZONE CPU" },
	{ "zonediff", "zonediff 0 DMA 0 inactive_anon 128", "expected 'zonediff NID ZONE CPU" },
	{ "lruvec ", "lruvec x", "expected 'lruvec NID MEMCG" },
	{ "lruvec ", "lruvec 0 x", "expected 'lruvec NID MEMCG" },
	{ "lruvec ", "lruvec 0 2", "expected 'lruvec NID MEMCG" },
	{ "lruvec ", "lruvec 0 1 anon_cost", "expected 'lruvec NID MEMCG" },
	{ "lruvec ", "lruvec 0 1 anon_cost 1 file_cost 1 nonresident_age 1 refaults 1 flags 0",
	  "expected 'lruvec NID MEMCG" },
	{ "lruvec ",
	  "lruvec 0 1 anon_cost -1 file_cost 1 nonresident_age 1 refaults 1 flags 0 swappiness 61",
	  "expected 'lruvec NID MEMCG" },
	{ "lruvec ",
	  "lruvec 0 1 anon_cost 1 file_cost 1 nonresident_age 1 refaults 1 flags 0 swappiness 62",
	  "expected the machine's swappiness" },
	{ "lruvecstat", "lruvecstat 0 2", "expected 'lruvecstat NID MEMCG" },
	{ "lruvecstat", "lruvecstat 0 1 x", "expected 'lruvecstat NID MEMCG" },
	{ "lruvecdiff", "lruvecdiff 0 2", "expected 'lruvecdiff NID MEMCG CPU" },
	{ "lruvecdiff", "lruvecdiff 0 1 1", "expected 'lruvecdiff NID MEMCG CPU" },
	{ "lruvecdiff", "lruvecdiff 0 1 0 " COUNTERS "-129", "expected 'lruvecdiff NID MEMCG" },
	{ "lrusize", "lrusize 0 2 DMA 0 0 3 0 0", "expected 'lrusize NID MEMCG ZONE" },
	{ "lrusize", "lrusize 0 1 x", "expected 'lrusize NID MEMCG ZONE" },
	{ "lrusize", "lrusize 0 1 DMA 0 0 3 0", "expected 'lrusize NID MEMCG ZONE" },
	{ "lrusize", "lrusize 0 1 DMA 0 0 -3 0 0", "expected 'lrusize NID MEMCG ZONE" },
	{ "lrusize", "lrusize 0 1 DMA 0 0 3 0 0 0", "expected 'lrusize NID MEMCG ZONE" },
	{ "lru 0 1 inactive_file", "lru 0 2 inactive_file", "expected 'lru NID MEMCG LIST" },
	{ "lru 0 1 inactive_file", "lru 0 1 inactive_file 262144", "expected 'lru NID MEMCG" },
	{ "lru 0 1 inactive_file", "lru 0 1 inactive_file 1+1", "expected pages of this node" },
	{ "lru 0 1 inactive_file", "lru 0 1 inactive_file 262144+1",
	  "expected pages of this node and group" },
	{ "lru 0 1 inactive_file", "lru 0 1 inactive_file", "expected all pages that a" },
};

TEST(lists_refuse_damaged_lines, "")
{
	for_each_row(i, damages) {
		recording_expect_refused(small_snapshot(), &damages[i]);
		machine_free(world);
	}
}

TEST(lists_refuse_a_page_named_twice, "")
{
	struct text *text = small_snapshot();
	size_t line = recording_find(text, "lru 0 1 inactive_file", 1);
	struct reader reader;
	unsigned long pfn;
	char twice[80];

	ck_assert_int_eq(sscanf(recording_line(text, line), "lru 0 1 inactive_file %lu+", &pfn), 1);
	snprintf(twice, sizeof(twice), "lru 0 1 inactive_file %lu+1 %lu+1 %lu+1", pfn, pfn, pfn);
	recording_replace(text, line, twice);
	ck_assert(!recording_loads(text, &reader));
	ck_assert_uint_eq(reader.error.line, line);
}

TEST(lists_refuse_lengths_that_are_not_theirs, "")
{
	struct text *text = small_snapshot();
	struct reader reader;

	recording_replace(text, recording_find(text, "lrusize 0 1 DMA", 1),
			  "lrusize 0 1 DMA 0 0 2 0 0");
	ck_assert(!recording_loads(text, &reader));
	ck_assert_msg(strstr(reader.error.text, "as many pages on the list") != NULL, "%s",
		      reader.error.text);
	ck_assert_uint_eq(reader.error.line, recording_find(text, "lru 0 1 inactive_file", 1));
}
