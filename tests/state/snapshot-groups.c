/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of the lines about memory cgroups and slots: what is read is written again, and each damaged line is refused with its
 * number.
 */
#include <stdlib.h>
#include <string.h>

#include "failing.h"
#include "life/life.h"
#include "machines.h"
#include "page_cache.h"
#include "recording.h"
#include "state/state.h"
#include "workingset.h"

/** What the writers of these lines make of the machine in focus when the n-th allocation of theirs fails; 0: none does. */
static struct text *lines_of_machine_without(int allocation)
{
	char *content = NULL;
	size_t size;
	FILE *out = open_memstream(&content, &size);

	test_fail(FAIL_CALLOC, allocation);
	snapshot_write_groups(out);
	test_fail(FAIL_CALLOC, 0);
	fclose(out);
	return recording_from(content);
}

static struct text *lines_of_machine(void)
{
	return lines_of_machine_without(0);
}

/** Put pages of a file into its slots, charged to a group. */
static void fill(struct address_space *space, struct mem_cgroup *memcg, unsigned long index,
		 unsigned long count)
{
	current->memcg = memcg;
	for (; count; count--) {
		struct page *page = alloc_page(GFP_KERNEL);

		ck_assert_int_eq(page_cache_add_at(page, space, index++, GFP_KERNEL), 0);
		put_page(page);
	}
	current->memcg = &world->root_mem_cgroup;
}

/** A small machine with two groups, one in the other, pages and shadows in slots; as a text. */
static struct text *small_snapshot(void)
{
	struct address_space *file, *nomig;
	struct mem_cgroup *outer, *inner;
	static const struct snapshot_form form = { .pages = true, .lists = true, .groups = true };

	test_machine_cma(40, 4);
	world->memcg_recursive_prot = true;
	outer = memcg_new("/2", &world->root_mem_cgroup, 500);
	inner = memcg_new("/2/3", outer, PAGE_COUNTER_MAX);
	page_counter_set_protection(&inner->memory, 5, 7);
	inner->memory.emin = 3;
	inner->memory.elow = 4;
	inner->memory_events[MEMCG_LOW] = 11;
	outer->memory_events[MEMCG_MAX] = 12;
	inner->memory_events_local[MEMCG_OOM] = 13;
	file = snapshot_space(PAGE_KIND_FILE);
	nomig = snapshot_space(PAGE_KIND_NOMIG);
	fill(file, inner, 3, 4);
	fill(file, &world->root_mem_cgroup, 9, 2);
	fill(file, inner, 60, 2);
	fill(nomig, inner, 1, 1);
	page_slot_set(file, 62,
		      shadow_entry(shadow_pack(
			      (struct shadow){ .age = 21, .memcg_id = 2, .workingset = true })));
	page_slot_set(nomig, 5,
		      shadow_entry(shadow_pack((struct shadow){ .age = 22, .memcg_id = 1 })));
	lru_add_drain();
	return recording_of_machine_as(&form);
}

TEST(groups_are_read_as_they_were_written, "")
{
	struct text *text = small_snapshot(), *before = lines_of_machine(), *after;
	struct reader reader;
	struct mem_cgroup *inner;

	ck_assert_uint_ge(before->nr_lines, 10);
	ck_assert_msg(recording_loads(text, &reader), "%zu: %s", reader.error.line,
		      reader.error.text);
	after = lines_of_machine();
	recording_expect_alike(after, before);
	/* The pages are on the lists of their groups, and the peak is what is known of it. */
	inner = mem_cgroup_by_id(3);
	ck_assert_str_eq(inner->path, "/2/3");
	ck_assert_uint_eq(inner->lruvecs[0].lru_size[ZONE_DMA][LRU_INACTIVE_FILE], 7);
	ck_assert_uint_eq(inner->memory.watermark, 32);
	ck_assert_ptr_null(
		((struct page *)page_slot(snapshot_space(PAGE_KIND_FILE), 9))->mem_cgroup);
}

#define CG "cg 3 usage 32 min_usage 5 low_usage 7 children_min 0 children_low 0 emin 3 elow 4 "

static const struct damage damages[] = {
	{ "memcgs", "memcgs recursive_prot 2 local_events 0", "expected 'memcgs recursive_prot B" },
	{ "memcg 1", "memcg 1 parent 2 max -1 low 0 min 0", "expected the root group to have no" },
	{ "memcg 1", "memcg 1 parent 0 max 5 low 0 min 0", "expected the root group to have no" },
	{ "memcg 1", "memcg 1 parent 0 max -1 low 1 min 0", "expected the root group to have no" },
	{ "memcg 1", "memcg 1 parent 0 max -1 low 0 min 1", "expected the root group to have no" },
	{ "memcg 2", "memcg 0 parent 1 max -1 low 0 min 0", "expected 'memcg ID parent ID" },
	{ "memcg 2", "memcg 65536 parent 1 max -1 low 0 min 0", "expected 'memcg ID parent ID" },
	{ "memcg 2", "memcg 2 parent 1 max -2 low 0 min 0", "expected 'memcg ID parent ID" },
	{ "memcg 2", "memcg 2 parent 3 max -1 low 0 min 0", "expected a new group below one" },
	{ "memcg 3", "memcg 2 parent 1 max -1 low 0 min 0", "expected a new group below one" },
	{ "cg 3", "cg x", "expected 'cg ID usage N ...' of a group" },
	{ "cg 3", "cg 0 usage 1", "expected 'cg ID usage N ...' of a group" },
	{ "cg 3", "cg 65536 usage 1", "expected 'cg ID usage N ...' of a group" },
	{ "cg 3", "cg 4 usage 1", "expected 'cg ID usage N ...' of a group" },
	{ "cg 3", "cg 3 usage 1 low_usage 1", "expected 'cg ID usage N min_usage N" },
	{ "cg 3", "cg 3 usage -1", "expected 'cg ID usage N min_usage N" },
	{ "cg 3", CG "events low 0 max 0 oom 0 local low 0 max 0 oom 0 x",
	  "expected nothing after" },
	{ "stock", "stock x", "expected 'stock CPU PATH N'" },
	{ "stock", "stock 0 memcg x", "expected 'stock CPU memcg ID" },
	{ "stock", "stock -1 memcg 0 pages 0", "expected 'stock CPU memcg ID" },
	{ "stock", "stock 1 memcg 0 pages 0", "expected 'stock CPU memcg ID" },
	{ "stock", "stock 0 memcg -1 pages 0", "expected 'stock CPU memcg ID" },
	{ "stock", "stock 0 memcg 65536 pages 0", "expected 'stock CPU memcg ID" },
	{ "stock", "stock 0 memcg 3 page 0", "expected 'stock CPU memcg ID" },
	{ "stock", "stock 0 memcg 3 pages 0 0", "expected 'stock CPU memcg ID" },
	{ "stock", "stock 0 memcg 3 pages -1", "expected 'stock CPU memcg ID" },
	{ "stock", "stock 0 memcg 3 pages 33", "expected 'stock CPU memcg ID" },
	{ "stock", "stock 0 memcg 0 pages 1", "expected a stock of a group" },
	{ "stock", "stock 0 memcg 1 pages 1", "expected a stock of a group" },
	{ "stock", "stock 0 memcg 4 pages 1", "expected a stock of a group" },
	{ "cache file 3", "cache anon 3 1:262144+1", "expected 'cache KIND ID" },
	{ "cache file 3", "cache file 4 1:262144+1", "expected 'cache KIND ID" },
	{ "cache file 3", "cache file 3 x", "expected INDEX:PFN+N" },
	{ "cache file 3", "cache file 3 1 262144+1", "expected INDEX:PFN+N" },
	{ "cache file 3", "cache file 3 1:262144", "expected INDEX:PFN+N" },
	{ "cache file 3", "cache file 3 -1:262144+1", "expected INDEX:PFN+N" },
	{ "cache file 3", "cache file 3 1:1+1", "expected pages of this kind" },
	{ "cache file 3", "cache nomig 3 1:262150+1", "expected pages of this kind" },
	{ "shadow file", "shadow anon 1 1 0 1 0", "expected 'shadow KIND INDEX" },
	{ "shadow file", "shadow file x 1 0 1 0", "expected 'shadow KIND INDEX" },
	{ "shadow file", "shadow file -1 1 0 1 0", "expected 'shadow KIND INDEX" },
	{ "shadow file", "shadow file 1 4 0 1 0", "expected 'shadow KIND INDEX" },
	{ "shadow file", "shadow file 1 1 x 1 0", "expected 'shadow KIND INDEX" },
	{ "shadow file", "shadow file 1 1 -1 1 0", "expected 'shadow KIND INDEX" },
	{ "shadow file", "shadow file 1 1 3 1 0", "expected 'shadow KIND INDEX" },
	{ "shadow file", "shadow file 1 1 64 1 0", "expected 'shadow KIND INDEX" },
	{ "shadow file", "shadow file 1 1 0 x 0", "expected 'shadow KIND INDEX" },
	{ "shadow file", "shadow file 1 1 0 -1 0", "expected 'shadow KIND INDEX" },
	{ "shadow file", "shadow file 1 1 0 99999999999999 0", "expected 'shadow KIND INDEX" },
	{ "shadow file", "shadow file 1 1 0 1 x", "expected 'shadow KIND INDEX" },
	{ "shadow file", "shadow file 1 1 0 1 2", "expected 'shadow KIND INDEX" },
	{ "shadow file", "shadow file 1 1 0 1 0 0", "expected 'shadow KIND INDEX" },
	{ "shadow file", "shadow file 3 1 0 1 0", "expected slots below 2^24" },
	{ "shadow file", "shadow file 16777216 1 0 1 0", "expected slots below 2^24" },
};

TEST(groups_refuse_damaged_lines, "")
{
	for_each_row(i, damages) {
		recording_expect_refused(small_snapshot(), &damages[i]);
		machine_free(world);
	}
}

TEST(groups_refuse_pages_and_slots_named_twice, "")
{
	struct text *text = small_snapshot();
	size_t line = recording_find(text, "cache file 3", 1);
	unsigned long index, pfn;
	struct reader reader;
	char twice[80];

	ck_assert_int_eq(sscanf(recording_line(text, line), "cache file 3 %lu:%lu+", &index, &pfn),
			 2);
	snprintf(twice, sizeof(twice), "cache file 3 %lu:%lu+1 %lu:%lu+1", index, pfn, index + 50,
		 pfn);
	recording_replace(text, line, twice);
	ck_assert(!recording_loads(text, &reader));
	ck_assert_ptr_nonnull(strstr(reader.error.text, "each once"));
	snprintf(twice, sizeof(twice), "cache file 3 %lu:%lu+1 %lu:%lu+1", index, pfn, index,
		 pfn + 1);
	recording_replace(text, line, twice);
	ck_assert(!recording_loads(text, &reader));
	ck_assert_ptr_nonnull(strstr(reader.error.text, "that are empty"));
	snprintf(twice, sizeof(twice), "cache file 3 %lu:%lu+1", MAX_PAGE_SLOTS, pfn);
	recording_replace(text, line, twice);
	ck_assert(!recording_loads(text, &reader));
	ck_assert_ptr_nonnull(strstr(reader.error.text, "that are empty"));
}

TEST(groups_of_nobody_and_of_no_files, "")
{
	struct text *lines;

	test_machine_uma(32);
	lines = lines_of_machine();
	ck_assert_uint_eq(lines->nr_lines, 4);
	ck_assert_str_eq(recording_line(lines, 4), "stock 0 memcg 0 pages 0");
	test_machine_uma(32);
	lines = lines_of_machine_without(1);
	ck_assert_uint_eq(lines->nr_lines, 4);
}
