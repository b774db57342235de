/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Reading the state of memory that a report of the real kernel shows into a machine; see report-samples.h.
 */
#include "report-samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** The whole text of a sample. It stays until the next one is read. */
char *sample_read(const char *path)
{
	static char text[1 << 20];
	FILE *file = fopen(path, "r");
	size_t length;

	ck_assert_msg(file != NULL, "cannot open %s; run from the top of the tree", path);
	length = fread(text, 1, sizeof(text) - 1, file);
	ck_assert_msg(length < sizeof(text) - 1, "%s is too long", path);
	text[length] = '\0';
	fclose(file);
	return text;
}

/** The number after the first `key` from a place on. */
unsigned long sample_number(const char *line, const char *key)
{
	const char *at = strstr(line, key);

	ck_assert_msg(at != NULL, "the sample has no '%s'", key);
	return strtoul(at + strlen(key), NULL, 10);
}

static const struct {
	const char *key;
	enum node_stat_item item;
	unsigned int unit; /**< 1: pages, 4: KiB */
} node_numbers[] = {
	{ " active_anon:", NR_ACTIVE_ANON, 4 },
	{ " inactive_anon:", NR_INACTIVE_ANON, 4 },
	{ " active_file:", NR_ACTIVE_FILE, 4 },
	{ " inactive_file:", NR_INACTIVE_FILE, 4 },
	{ " unevictable:", NR_UNEVICTABLE, 4 },
	{ "isolated(anon):", NR_ISOLATED_ANON, 4 },
	{ "isolated(file):", NR_ISOLATED_FILE, 4 },
	{ " mapped:", NR_FILE_MAPPED, 4 },
	{ " dirty:", NR_FILE_DIRTY, 4 },
	{ " writeback:", NR_WRITEBACK, 4 },
	{ " shmem:", NR_SHMEM, 4 },
	{ "slab_reclaimable:", NR_SLAB_RECLAIMABLE, 1 },
	{ "slab_unreclaimable:", NR_SLAB_UNRECLAIMABLE, 1 },
};

static const struct {
	const char *key;
	enum zone_stat_item item;
	unsigned int unit;
} zone_numbers[] = {
	{ " free:", NR_FREE_PAGES, 4 },
	{ " active_anon:", NR_ZONE_ACTIVE_ANON, 4 },
	{ " inactive_anon:", NR_ZONE_INACTIVE_ANON, 4 },
	{ " active_file:", NR_ZONE_ACTIVE_FILE, 4 },
	{ " inactive_file:", NR_ZONE_INACTIVE_FILE, 4 },
	{ " unevictable:", NR_ZONE_UNEVICTABLE, 4 },
	{ " writepending:", NR_ZONE_WRITE_PENDING, 4 },
	{ " mlocked:", NR_MLOCK, 4 },
	{ " kernel_stack:", NR_KERNEL_STACK_KB, 1 },
	{ " pagetables:", NR_PAGETABLE, 4 },
	{ " bounce:", NR_BOUNCE, 4 },
	{ " free_cma:", NR_FREE_CMA_PAGES, 4 },
};

/** Counters of the node and of the machine. */
static void take_node_numbers(const char *text, struct pglist_data *pgdat)
{
	const char *line = strstr(text, "\nNode 0 active_anon") + 7;

	for_each_row(i, node_numbers) {
		long value;

		value = (long)(sample_number(node_numbers[i].unit == 4 ? line - 1 : text,
					     node_numbers[i].key) /
			       node_numbers[i].unit);
		pgdat->vm_stat[node_numbers[i].item] = value;
		world->vm_node_stat[node_numbers[i].item] = value;
	}
	world->vm_node_stat[NR_FILE_PAGES] = strtol(strstr(text, "64kB\n") + 5, NULL, 10);
	pgdat->kswapd_failures = strstr(text, "all_unreclaimable? yes") ? 16 : 0;
}

/** Counters, marks and sizes of the zone. */
static void take_zone_numbers(const char *text, struct zone *zone)
{
	const char *line = strstr(text, "\nDMA free:") + 4;

	memset(zone->pageset->vm_stat_diff, 0, sizeof(zone->pageset->vm_stat_diff));
	for_each_row(i, zone_numbers) {
		long value =
			(long)(sample_number(line, zone_numbers[i].key) / zone_numbers[i].unit);

		zone->vm_stat[zone_numbers[i].item] = value;
		world->vm_zone_stat[zone_numbers[i].item] = value;
	}
	test_set_watermarks(zone, sample_number(line, " min:") / 4,
			    sample_number(line, " low:") / 4, sample_number(line, " high:") / 4);
	zone->nr_reserved_highatomic = sample_number(line, "reserved_highatomic:") / 4;
	zone->present_pages = sample_number(line, "present:") / 4;
	zone->managed_pages = sample_number(line, "managed:") / 4;
	zone->pageset->pcp.count = (int)sample_number(line, "local_pcp:") / 4;
}

/** Give the zone the free blocks that the sample's line of free lists names. */
static void take_free_lists(const char *text, struct zone *zone)
{
	const char *cursor = strstr(text, "\nDMA: ") + 6;
	unsigned long next = 0;

	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		char *end;
		unsigned long blocks = strtoul(cursor, &end, 10);
		const char *letters;

		cursor = strchr(end, ' ') + 1;
		letters = *cursor == '(' ? cursor + 1 : "U";
		if (*cursor == '(')
			cursor = strchr(cursor, ')') + 2;
		next = (next + (1ul << order) - 1) & ~((1ul << order) - 1);
		for (unsigned long i = 0; i < blocks; i++, next += 1ul << order) {
			const char *list = strchr(migratetype_letters, *letters);

			add_to_free_list(test_page(zone, next), zone, order,
					 (int)(list - migratetype_letters));
			if (letters[1] != ')' && letters[1] >= 'A' && letters[1] <= 'Z')
				letters++;
		}
	}
}

/** Swap and the swap cache, from the lines `N pages in swap cache` to `Total swap = NkB`. */
static void take_swap_numbers(const char *text)
{
	const char *line = strstr(text, "total pagecache pages\n") + 22;

	world->nr_swapcache_pages = strtoul(line, NULL, 10);
	ck_assert_int_eq(sscanf(strstr(line, "Swap cache stats"),
				"Swap cache stats: add %lu, delete %lu, find %lu/%lu",
				&world->swap_cache_added, &world->swap_cache_deleted,
				&world->swap_cache_found, &world->swap_cache_sought),
			 4);
	world->nr_swap_pages = sample_number(line, "Free swap  = ") / 4;
	world->total_swap_pages = sample_number(line, "Total swap = ") / 4;
}

/** Every number of a report's state of memory goes to the counter that it shows. The machine has one zone, and nothing free. */
void sample_take_memory(const char *text)
{
	struct zone *zone = test_zone(0, ZONE_DMA);

	/* What an earlier report said is on no list. */
	zone->pageset->pcp.count = 0;
	test_empty_zone(zone);
	take_node_numbers(text, NODE_DATA(0));
	take_zone_numbers(text, zone);
	take_free_lists(text, zone);
	take_swap_numbers(text);
}

/** What the machine printed, in the form of the samples: without call traces, and as without CONFIG_NUMA. */
const char *sample_console(void)
{
	char *text = (char *)test_console(), *at;

	while ((at = strstr(text, "Call trace: (Pageflow's own chain)\n"))) {
		char *end = strchr(at, '\n') + 1;

		while (*end == ' ')
			end = strchr(end, '\n') + 1;
		memmove(at, end, strlen(end) + 1);
	}
#ifdef CONFIG_NUMA
	/* A zone has no node before it there. */
	while ((at = strstr(text, "\nNode 0 DMA")))
		memmove(at + 1, at + 8, strlen(at + 8) + 1);
#endif
	return text;
}
