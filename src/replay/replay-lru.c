/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Recordings whose reclaim is computed: the state of each node after a reclaim, and after the daemons ran.
 */
#include <stdlib.h>
#include <string.h>

#include "life/life.h"
#include "memory_map.h"
#include "replay/replay.h"
#include "stages/stages.h"
#include "state/state.h"
#include "world/world.h"

/** Write lengths of a group's lists on a node, and a number that stands for the lists in order. */
static void write_list_check(FILE *out, const struct lruvec *lruvec)
{
	u64 hash = hash_start();

	fprintf(out, " cl %d %d", lruvec->pgdat->node_id, mem_cgroup_id(lruvec->memcg));
	for (u64 lru = 0; lru < NR_LRU_LISTS; lru++) {
		const struct list_head *entry;
		unsigned long pages = 0;

		hash = hash_word(hash, lru);
		list_for_each(entry, &lruvec->lists[lru]) {
			const struct page *page = list_entry(entry, struct page, lru);

			hash = hash_word(hash, page_to_pfn(page) * 8 +
						       (PageFlag(page, PG_referenced) ? 1 : 0) +
						       (PageFlag(page, PG_active) ? 2 : 0) +
						       (PageFlag(page, PG_workingset) ? 4 : 0));
			pages++;
		}
		fprintf(out, " %lu", pages);
	}
	fprintf(out, " | hash %016llx\n", (unsigned long long)hash);
}

/** Write what a node's block has of one zone. */
static void write_zone_state(FILE *out, const struct zone *zone)
{
	fprintf(out, " ");
	check_line_of_zone(out, zone);
	fprintf(out, "\n");
	snapshot_write_watermark(out, zone);
	snapshot_write_vmstat(out, zone);
	snapshot_write_scanner(out, zone);
	snapshot_write_skip(out, zone);
}

/** A node, and how much of it its block shows. */
struct node_block {
	struct pglist_data *pgdat;
	bool groups; /**< with what is charged to groups */
	bool whole;  /**< with the lists themselves */
};

/** Write the block of a node. */
static void write_node_block(FILE *out, void *what)
{
	const struct node_block *block = what;
	struct pglist_data *pgdat = block->pgdat;
	struct mem_cgroup *memcg = NULL;

	fprintf(out, "  n %d\n", pgdat->node_id);
	snapshot_write_pagevecs(out, " ");
	if (block->groups)
		snapshot_write_charges(out, " ");
	snapshot_write_lists(out, " ", pgdat, block->whole);
	while ((memcg = memcg_next(NULL, memcg)))
		write_list_check(out, mem_cgroup_lruvec(memcg, pgdat));
	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		if (populated_zone(&pgdat->node_zones[zid]))
			write_zone_state(out, &pgdat->node_zones[zid]);
	fprintf(out,
		" kswapd waiting %d highest_zoneidx %d order %d failures %d kcompactd waiting %d "
		"max_order %d highest_zoneidx %d\n  N\n",
		pgdat->kswapd_waiting, pgdat->kswapd_highest_zoneidx, pgdat->kswapd_order,
		pgdat->kswapd_failures, pgdat->kcompactd_waiting, pgdat->kcompactd_max_order,
		pgdat->kcompactd_highest_zoneidx);
}

/** Does the block ahead have the lists themselves? Now and then one does. */
static bool lists_ahead(const struct reader *reader)
{
	struct reader ahead = *reader;
	const char *line;

	while ((line = reader_line(&ahead)) && strcmp(line, "  N"))
		if (!strncmp(line, " lru ", 5))
			return true;
	return false;
}

/** Compare the block of a node, `n NID` to `N`. */
static void check_node(struct replay *replay, struct pglist_data *pgdat)
{
	struct node_block block = { pgdat, replay->profile->groups, lists_ahead(&replay->reader) };

	replay_compare_block(replay, write_node_block, &block);
}

/**
 * @brief Compare the blocks that the recording has here, one for each node, if it has them.
 *
 * @param replay the replay
 */
void replay_check_nodes(struct replay *replay)
{
	const char *line = replay_next_event(replay);
	int nid;

	if (!line || *line != 'n')
		return;
	for_each_online_node(nid)
		if (replay->result->outcome == REPLAY_IDENTICAL && !replay->reader.error.line)
			check_node(replay, NODE_DATA(nid));
}

/**
 * @brief `K`: the task sleeps until kswapd and kcompactd of every node sleep for good.
 *
 * @param replay the replay
 * @param line the line of the recording
 * @return 0, or -1 after noting an error
 */
int replay_daemons(struct replay *replay, const char *line)
{
	if (strcmp(line, "K") || !replay->profile->daemons)
		return reader_fail(&replay->reader, "'K' in a recording of the daemons only");
	replay->in_daemons = true;
	daemons_run();
	replay->in_daemons = false;
	replay_check_nodes(replay);
	return 0;
}
