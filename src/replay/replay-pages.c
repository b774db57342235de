/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Operations of a recording on pages of the page cache: they enter it, are used, leave it.
 */
#include <string.h>

#include "memory_map.h"
#include "page_cache.h"
#include "replay/replay.h"
#include "stages/stages.h"
#include "state/state.h"
#include "vmstat.h"
#include "world/world.h"

/**
 * @brief Take the PFN of a page.
 *
 * @param line where to read
 * @return the page; NULL when the machine has none there
 */
struct page *take_page(const char **line)
{
	long pfn;

	if (!take_number(line, &pfn) || pfn < 0 || !pfn_valid((unsigned long)pfn))
		return NULL;
	return pfn_to_page((unsigned long)pfn);
}

/** Is this a page of a file? */
static bool in_page_cache(const struct page *page)
{
	return page->mapping && !PageAnon(page) && !is_driver_movable(page) && page_count(page) > 0;
}

/** What an `L` line says. */
struct add_line {
	struct page *page;
	int kind;
	long active, referenced, workingset;
};

/**
 * @brief Take 0 or 1.
 *
 * @param line where to read
 * @param flag receives it
 * @return whether it was there
 */
bool take_flag(const char **line, long *flag)
{
	return take_number(line, flag) && (*flag == 0 || *flag == 1);
}

/** Read an `L` line, of either length; false when it is not one of this machine. */
static bool parse_add_line(const char *line, struct add_line *l)
{
	*l = (struct add_line){ .page = NULL };
	line++;
	l->page = take_page(&line);
	if (!l->page || !take_name(&line, page_kind_names, PAGE_KIND_NOMIG + 1, &l->kind) ||
	    !take_flag(&line, &l->active))
		return false;
	if (take_end(&line))
		return true;
	return take_flag(&line, &l->referenced) && take_flag(&line, &l->workingset) &&
	       take_end(&line);
}

/**
 * @brief Is this a single page in use that belongs to nothing: one that can enter a file, or become a driver's?
 *
 * @param replay the replay
 * @param page the page
 * @return whether it is
 */
bool page_is_nobodys(const struct replay *replay, const struct page *page)
{
	return page_count(page) == 1 && !PageCompound(page) && !page->mapping &&
	       *held_order(replay, page) <= 1;
}

/**
 * @brief `L PFN KIND A` and `L PFN KIND A R K`: a page joins a page cache, and is on its way to a list.
 *
 * @param replay the replay
 * @param line the line of the recording
 * @return 0, or -1 after noting an error
 */
int replay_add_to_cache(struct replay *replay, const char *line)
{
	struct add_line l;
	struct address_space *space;

	if (!parse_add_line(line, &l))
		return reader_fail(&replay->reader, "'L PFN KIND A' or 'L PFN KIND A R K'");
	if (!page_is_nobodys(replay, l.page))
		return reader_refuse(&replay->reader,
				     "expected a single page in use that belongs to no file");
	space = snapshot_space((enum page_kind)l.kind);
	if (!space)
		return reader_refuse(&replay->reader, "out of memory");
	/* The reference of whoever had the page becomes the page cache's. */
	*held_order(replay, l.page) = 0;
	l.page->mapping = space;
	space->nrpages++;
	mod_lruvec_page_state(l.page, NR_FILE_PAGES, 1);
	if (l.active)
		SetPageFlag(l.page, PG_active);
	if (l.referenced)
		SetPageFlag(l.page, PG_referenced);
	if (l.workingset)
		SetPageFlag(l.page, PG_workingset);
	SetPageFlag(l.page, PG_uptodate);
	lru_cache_add(l.page);
	return 0;
}

/**
 * @brief `T PFN`: a page leaves its page cache, and is freed.
 *
 * @param replay the replay
 * @param line the line of the recording
 * @return 0, or -1 after noting an error
 */
int replay_remove_from_cache(struct replay *replay, const char *line)
{
	struct page *page;

	line++;
	page = take_page(&line);
	if (!page || !take_end(&line) || !in_page_cache(page))
		return reader_fail(&replay->reader, "'T PFN' of a page of the page cache");
	mod_lruvec_page_state(page, NR_FILE_PAGES, -1);
	page_owner(page)->nrpages--;
	page_slot_leave(page, NULL);
	page->mapping = NULL;
	put_page(page);
	return 0;
}

/**
 * @brief `M PFN`: a page of the page cache is used.
 *
 * @param replay the replay
 * @param line the line of the recording
 * @return 0, or -1 after noting an error
 */
int replay_use(struct replay *replay, const char *line)
{
	struct page *page;

	line++;
	page = take_page(&line);
	if (!page || !take_end(&line) || !in_page_cache(page))
		return reader_fail(&replay->reader, "'M PFN' of a page of the page cache");
	mark_page_accessed(page);
	return 0;
}

/**
 * @brief `V`: the pages that wait in this CPU's pagevecs reach their lists.
 *
 * @param replay the replay
 * @param line the line of the recording
 * @return 0, or -1 after noting an error
 */
int replay_empty_pagevecs(struct replay *replay, const char *line)
{
	if (strcmp(line, "V"))
		return reader_fail(&replay->reader, "'V'");
	lru_add_drain();
	return 0;
}
