/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of the last look at a saved snapshot: lines that are right by themselves and contradict each other are refused.
 */
#include <stdlib.h>
#include <string.h>

#include "life/life.h"
#include "machines.h"
#include "page_cache.h"
#include "recording.h"
#include "saved.h"

static unsigned long on_list, in_use, free_pfn;

/** What a machine saves that has eight pages of a file on its LRU list, one page in use elsewhere, and free ones. */
static struct text *snapshot(void)
{
	struct address_space *file;
	struct text *text;
	char *bytes;

	test_machine_uma(32);
	file = address_space_new("file", false);
	ck_assert_uint_eq(page_cache_fill(file, GFP_KERNEL, 8), 8);
	lru_add_drain();
	in_use = page_to_pfn(alloc_page(GFP_KERNEL));
	free_pfn = page_to_pfn(alloc_pages(GFP_KERNEL, 3));
	__free_pages(pfn_to_page(free_pfn), 3);
	on_list = page_to_pfn(
		list_entry(NODE_DATA(0)->lruvec.lists[LRU_INACTIVE_FILE].next, struct page, lru));
	bytes = saved();
	text = recording_from(bytes);
	/* After the line that says what it is, as in the file of a user. */
	recording_delete(text, 1);
	recording_delete(text, 1);
	free(bytes);
	return text;
}

/** A snapshot with a line more, before its end, must be refused in these words; the number stands where @ is. */
static void expect_refused(const char *words, const char *pattern, unsigned long number)
{
	struct text *text = snapshot();
	struct reader reader;
	char line[128];

	snprintf(line, sizeof(line), "%.*s%lu%s", (int)strcspn(pattern, "@"), pattern, number,
		 strchr(pattern, '@') + 1);
	recording_insert(text, recording_find(text, "end", 1), line);
	ck_assert_msg(!recording_loads(text, &reader), "%s", line);
	ck_assert_msg(strstr(reader.error.text, words) != NULL, "%s: '%s' is not in '%s'", line,
		      words, reader.error.text);
}

TEST(a_snapshot_without_contradictions_is_loaded, "")
{
	struct reader reader;

	ck_assert(recording_loads(snapshot(), &reader));
}

TEST(free_pages_are_free_and_on_one_list, "")
{
	snapshot();
	expect_refused("a free list holds a page that is in use", "pages @+1 refcount 1", free_pfn);
	expect_refused("a free list holds a page that is in use", "pages @+1 refcount 0 mapcount 0",
		       free_pfn);
}

TEST(pages_of_lru_lists_are_in_use_and_marked, "")
{
	snapshot();
	expect_refused("an LRU list holds a page that is free", "pages @+1 flags 0", on_list);
	expect_refused("an LRU list holds a page that is free", "pages @+1 flags 20 refcount 0",
		       on_list);
	expect_refused("an LRU list holds a page that is free", "pages @+1 flags 52", on_list);
}

TEST(a_page_is_on_one_lru_list, "")
{
	snapshot();
	expect_refused("on no list", "lru 0 2 @", on_list);
}

TEST(lru_counters_tell_of_the_lists, "")
{
	char line[128] = "node_stat @";

	for (int item = 0; item < NR_VM_NODE_STAT_ITEMS; item++)
		strcat(line, " 0");
	snapshot();
	expect_refused("a node counts fewer pages than its LRU lists hold", line, 0);
}

/* What stands for the owner of a page is followed, unless it is a mark. */
TEST(pages_have_owners_that_are_there, "")
{
	static const char *const lines[] = {
		"pages @+1 mapping -1",		"pages @+1 mapping 4096",
		"pages @+1 mapping 2",		"pages @+1 mapping 4 owner 1",
		"pages @+1 flags 16 mapping 8", "pages @+1 refcount -1",
		"pages @+1 mapcount -129",
	};

	snapshot();
	for_each_row(i, lines)
		expect_refused("'pages PFN+N", lines[i], in_use);
}

/* What CPUs hold of a zone has no place before the zone itself. */
TEST(a_cpu_follows_its_zone, "")
{
	struct text *text = snapshot();
	struct reader reader;

	recording_insert(text, recording_find(text, "zone ", 1), "pageset 0 DMA 0 expire 0 stat 0");
	ck_assert(!recording_loads(text, &reader));
	ck_assert_has(reader.error.text, "a zone that has memory");
}
