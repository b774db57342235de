/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Operations of recordings whose compaction is computed: pages of a driver, blocks that are split, compaction by itself.
 */
#include <stdio.h>
#include <string.h>

#include "gfp_zones.h"
#include "life/life.h"
#include "memory_map.h"
#include "page_cache.h"
#include "replay/replay.h"
#include "scopes.h"
#include "stages/stages.h"
#include "state/state.h"
#include "world/world.h"

/**
 * @brief `S PFN ORDER`: a block becomes single pages.
 *
 * @param replay the replay
 * @param line the line of the recording
 * @return 0, or -1 after noting an error
 */
int replay_split(struct replay *replay, const char *line)
{
	struct page *page;
	long order;

	line++;
	page = take_page(&line);
	if (!page || !take_number(&line, &order) || !take_end(&line) || order < 1 ||
	    *held_order(replay, page) != order + 1 || PageCompound(page))
		return reader_fail(&replay->reader,
				   "'S PFN ORDER' of a block that an operation above returned");
	split_page(page, (unsigned int)order);
	for (unsigned long i = 0; i < 1ul << order; i++)
		*held_order(replay, page + i) = 1;
	return 0;
}

/**
 * @brief `B PFN D`: a page becomes a driver's, which can move it, or refuses to.
 *
 * @param replay the replay
 * @param line the line of the recording
 * @return 0, or -1 after noting an error
 */
int replay_driver_gets(struct replay *replay, const char *line)
{
	struct address_space *space;
	struct page *page;
	long refuses;

	line++;
	page = take_page(&line);
	if (!page || !page_is_nobodys(replay, page) || !take_flag(&line, &refuses) ||
	    !take_end(&line))
		return reader_fail(&replay->reader, "'B PFN D' of a single page in use");
	space = snapshot_space(PAGE_KIND_DRIVER);
	if (!space)
		return reader_refuse(&replay->reader, "out of memory");
	page->mapping = (void *)((unsigned long)space | PAGE_MAPPING_MOVABLE);
	space->nrpages++;
	if (refuses)
		SetPageFlag(page, PG_dirty);
	return 0;
}

/**
 * @brief `U PFN`: a driver frees its page.
 *
 * @param replay the replay
 * @param line the line of the recording
 * @return 0, or -1 after noting an error
 */
int replay_driver_frees(struct replay *replay, const char *line)
{
	struct page *page;

	line++;
	page = take_page(&line);
	if (!page || !take_end(&line) || page_count(page) != 1 || !is_driver_movable(page))
		return reader_fail(&replay->reader, "'U PFN' of a driver's page");
	snapshot_space(PAGE_KIND_DRIVER)->nrpages--;
	page->mapping = NULL;
	ClearPageFlag(page, PG_dirty);
	*held_order(replay, page) = 0;
	__free_pages(page, 0);
	return 0;
}

/** What `C GFP ORDER NID PRIO AFLAGS RESULT PFN` asks for. */
struct compact_call {
	unsigned long gfp_mask, alloc_flags;
	long order, nid, prio;
};

/** Take it, up to what came of it. */
static bool take_call(const char **line, struct compact_call *call)
{
	return take_hex(line, &call->gfp_mask) && take_number(line, &call->order) &&
	       call->order >= 1 && call->order < MAX_ORDER && take_number(line, &call->nid) &&
	       node_exists(call->nid) && take_number(line, &call->prio) &&
	       call->prio >= COMPACT_PRIO_SYNC_FULL && call->prio <= COMPACT_PRIO_ASYNC &&
	       take_hex(line, &call->alloc_flags);
}

/** Compact as the allocator does, with nothing around it. */
static enum compact_result compact(const struct compact_call *call, struct page **captured)
{
	const struct alloc_context ac = {
		.zonelist = node_zonelist((int)call->nid, (gfp_t)call->gfp_mask),
		.highest_zoneidx = gfp_zone((gfp_t)call->gfp_mask),
		.migratetype = gfp_migratetype((gfp_t)call->gfp_mask),
	};
	unsigned int noreclaim = memalloc_noreclaim_save();
	enum compact_result result = try_to_compact_pages(
		(gfp_t)call->gfp_mask, (unsigned int)call->order, (unsigned int)call->alloc_flags,
		&ac, (enum compact_priority)call->prio, captured);

	memalloc_noreclaim_restore(noreclaim);
	return result;
}

/**
 * @brief `C GFP ORDER NID PRIO AFLAGS RESULT PFN`: compaction is called by itself; a block that it catches is in use.
 *
 * @param replay the replay
 * @param line the line of the recording
 * @return 0, or -1 after noting an error
 */
int replay_compact(struct replay *replay, const char *line)
{
	size_t at = replay->reader.next;
	const char *cursor = line + 1;
	struct page *captured = NULL;
	struct compact_call call;
	char got[64];
	enum compact_result result;

	if (!take_call(&cursor, &call))
		return reader_fail(&replay->reader, "'C GFP ORDER NID PRIO AFLAGS RESULT PFN'");
	result = compact(&call, &captured);
	if (captured) {
		prep_new_page(captured, (unsigned int)call.order, (gfp_t)call.gfp_mask,
			      (unsigned int)call.alloc_flags);
		*held_order(replay, captured) = (u8)(call.order + 1);
	}
	snprintf(got, sizeof(got), " %d %ld", (int)result,
		 captured ? (long)page_to_pfn(captured) : -1);
	if (strcmp(cursor, got))
		result_differs(replay->result, at, line, "%.*s%s", (int)(cursor - line), line, got);
	return 0;
}

/**
 * @brief `W`: everything is compacted, as a write to /proc/sys/vm/compact_memory does.
 *
 * @param replay the replay
 * @param line the line of the recording
 * @return 0, or -1 after noting an error
 */
int replay_compact_all(struct replay *replay, const char *line)
{
	unsigned int noreclaim;

	if (strcmp(line, "W"))
		return reader_fail(&replay->reader, "'W'");
	noreclaim = memalloc_noreclaim_save();
	compact_nodes();
	memalloc_noreclaim_restore(noreclaim);
	return 0;
}
