/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The check lines of a recording: a zone with all its lists, the charge of a memory cgroup.
 */
#include <stdio.h>
#include <string.h>

#include "memory_map.h"
#include "replay/replay.h"
#include "world/world.h"

/** FNV-1a of nothing. */
u64 hash_start(void)
{
	return 14695981039346656037ull;
}

/** FNV-1a over the eight bytes of a number, lowest first. */
u64 hash_word(u64 hash, u64 word)
{
	for (int byte = 0; byte < 8; byte++)
		hash = (hash ^ ((word >> (8 * byte)) & 0xff)) * 1099511628211ull;
	return hash;
}

static u64 hash_list(u64 hash, u64 name, const struct list_head *list)
{
	const struct list_head *entry;

	hash = hash_word(hash, name);
	list_for_each(entry, list)
		hash = hash_word(hash, page_to_pfn(list_entry(entry, struct page, lru)));
	return hash;
}

/** A number that stands for every list of a zone in list order. */
static u64 hash_zone(const struct zone *zone)
{
	u64 hash = hash_start();
	int cpu;

	for (u64 order = 0; order < MAX_ORDER; order++)
		for (u64 type = 0; type < MIGRATE_TYPES; type++)
			hash = hash_list(hash, order * 16 + type,
					 &zone->free_area[order].free_list[type]);
	for (cpu = 0; cpu < world->nr_cpus; cpu++) /* all are online in a recording */
		for (u64 type = 0; type < MIGRATE_PCPTYPES; type++)
			hash = hash_list(hash, 1000 + 100 * (u64)cpu + type,
					 &zone->pageset[cpu].pcp.lists[type]);
	return hash;
}

/**
 * @brief Write the check line of a zone: counts, and a hash of all its lists.
 *
 * @param out where to; the line without its end
 * @param zone the zone
 */
void check_line_of_zone(FILE *out, const struct zone *zone)
{
	int count = 0;

	fprintf(out, "c %d %s", zone_to_nid(zone), zone->name);
	for (int order = 0; order < MAX_ORDER; order++)
		fprintf(out, " %lu", zone->free_area[order].nr_free);
	for (int cpu = 0; cpu < world->nr_cpus; cpu++) /* all are online in a recording */
		count += zone->pageset[cpu].pcp.count;
	fprintf(out, " | pcp %d boost %lu ha %lu free %ld hash %016llx", count,
		zone->watermark_boost, zone->nr_reserved_highatomic, zone->vm_stat[NR_FREE_PAGES],
		(unsigned long long)hash_zone(zone));
}

/**
 * @brief `c NID ZONE ...`: compare counts and the hash of all lists.
 *
 * @param replay the replay
 * @param line the line of the recording
 * @return 0, or -1 after noting an error
 */
int replay_check_zone(struct replay *replay, const char *line)
{
	const char *cursor = line + 1;
	char got[256];
	FILE *out;
	long nid;
	int zid;

	if (!take_number(&cursor, &nid) || nid < 0 || nid >= MAX_NUMNODES || !NODE_DATA(nid) ||
	    !take_zone(&cursor, &zid))
		return reader_fail(&replay->reader, "'c NID ZONE ...' of the machine");
	out = fmemopen(got, sizeof(got), "w");
	if (!out)
		return reader_refuse(&replay->reader, "out of memory");
	check_line_of_zone(out, &NODE_DATA(nid)->node_zones[zid]);
	fclose(out);
	replay->result->checks++;
	if (strcmp(line, got))
		result_differs(replay->result, replay->reader.next, line, "%s", got);
	return 0;
}

/**
 * @brief `m usage U stock S`: compare the group's charge.
 *
 * @param replay the replay
 * @param line the line of the recording
 * @return 0, or -1 after noting an error
 */
int replay_check_memcg(struct replay *replay, const char *line)
{
	const struct memcg_stock *stock = &world->memcg_stock[world->this_cpu];
	unsigned int stocked = stock->cached == current->memcg ? stock->nr_pages : 0;
	char got[80];

	snprintf(got, sizeof(got), "m usage %ld stock %u", current->memcg->memory.usage, stocked);
	replay->result->checks++;
	if (strcmp(line, got))
		result_differs(replay->result, replay->reader.next, line, "%s", got);
	return 0;
}
