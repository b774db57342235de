/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Records of pages: those in use, compound ones, those on the lists of reclaim, pageblocks to pass over.
 */
#include <string.h>

#include "memory_map.h"
#include "stages/stages.h"
#include "state/records.h"
#include "state/state.h"
#include "world/world.h"

/** Take `PFN+N` inside the memory map. */
static bool take_pages(const char **line, unsigned long *pfn, unsigned long *count)
{
	long first, number;

	if (!take_run(line, &first, &number) || first < (long)world->mem_map_start ||
	    number > (long)world->mem_map_end - first)
		return false;
	*pfn = (unsigned long)first;
	*count = (unsigned long)number;
	return true;
}

static int read_skip(struct reader *reader, const char *line)
{
	unsigned long pfn, count;

	while (!take_end(&line)) {
		if (!take_pages(&line, &pfn, &count))
			return reader_fail(reader, "'skip PFN+N ...' of pages of the machine");
		for (; count >= pageblock_nr_pages; count -= pageblock_nr_pages) {
			*pageblock_byte(pfn) |= PB_MIGRATE_SKIP;
			pfn += pageblock_nr_pages;
		}
	}
	return 0;
}

/** Make a page what a record says. */
static void page_set_state(struct page *page, const struct page_state *state,
			   const struct address_space *owner)
{
	page->flags &= ~PAGE_FLAGS_CHECK_AT_PREP;
	page->flags |= state->flags;
	page->_refcount = state->refcount;
	page->_mapcount = state->mapcount;
	page->index = state->index;
	page->private = state->private;
	page->mapping = (void *)(state->mapping | (unsigned long)owner);
	page->mem_cgroup = state->memcg;
}

/** Can a page be so? What stands for its owner is a mark that nothing follows, or the tags of an owner that is named. */
static bool page_state_right(const struct page_state *state, const struct address_space *owner)
{
	const struct page typed = { .page_type = (unsigned int)state->mapcount };

	/* Which pages are free blocks, the zones have said. */
	if (state->flags & ~PAGE_FLAGS_CHECK_AT_PREP || state->refcount < 0 || PageBuddy(&typed))
		return false;
	if (owner)
		return !(state->mapping & ~PAGE_MAPPING_FLAGS);
	return state->mapping < MOST_MAPPING_MARK && !(state->mapping & PAGE_MAPPING_MOVABLE) &&
	       !(state->mapping && state->flags & PAGE_FLAG(lru));
}

static int read_pages(struct reader *reader, const char *line)
{
	struct page_state state = { .refcount = 1, .mapcount = -1 };
	struct address_space *owner = NULL;
	unsigned long pfn, count;
	int taken = 1;

	if (!take_pages(&line, &pfn, &count))
		return reader_fail(reader, "'pages PFN+N ...' of pages of the machine");
	while (taken > 0)
		taken = record_set_one(reader, &line, page_fields, &state);
	if (taken < 0)
		return -1;
	if ((take_word(&line, "owner") && !record_take_mapping(&line, &owner)) ||
	    (take_word(&line, "memcg") && !record_take_memcg(&line, &state.memcg)) ||
	    !take_end(&line) || !page_state_right(&state, owner))
		return reader_fail(reader, "'pages PFN+N NAME VALUE ... owner N memcg PATH'");
	for (; count; count--, pfn++)
		page_set_state(pfn_to_page(pfn), &state, owner);
	return 0;
}

static int read_compound(struct reader *reader, const char *line)
{
	long pfn, order;
	struct page *page;
	int count;

	if (!take_value(&line, &pfn) || !take_value(&line, &order) || !take_end(&line) ||
	    order < 1 || order >= MAX_ORDER || pfn & ((1l << order) - 1) ||
	    pfn < (long)world->mem_map_start || pfn + (1l << order) > (long)world->mem_map_end)
		return reader_fail(reader, "'compound PFN ORDER' of pages of the machine");
	page = pfn_to_page((unsigned long)pfn);
	count = page_count(page);
	prep_compound_page(page, (unsigned int)order);
	set_page_count(page, count);
	return 0;
}

static int read_lru(struct reader *reader, const char *line)
{
	struct pglist_data *pgdat = record_take_node(&line);
	long lru, pfn;

	if (!pgdat || !take_value(&line, &lru) || lru < 0 || lru >= NR_LRU_LISTS)
		return reader_fail(reader, "'lru NID LIST PFN ...'");
	while (take_value(&line, &pfn)) {
		struct lruvec *lruvec;
		struct page *page;

		if (pfn < (long)world->mem_map_start || pfn >= (long)world->mem_map_end)
			return reader_fail(reader, "PFNs of the machine");
		page = pfn_to_page((unsigned long)pfn);
		if (page_count(page) < 1 || !PageFlag(page, PG_lru) || list_linked(&page->lru))
			return reader_refuse(reader, "expected pages in use, marked as lru and on "
						     "no list");
		lruvec = mem_cgroup_lruvec(page->mem_cgroup, pgdat);
		list_add_tail(&page->lru, &lruvec->lists[lru]);
		lruvec->lru_size[page_zonenum(page)][lru]++;
	}
	return take_end(&line) ? 0 : reader_fail(reader, "'lru NID LIST PFN ...'");
}

/** Pages that wait on a CPU for their list; the line is that of the recordings. */
static int read_pagevec(struct reader *reader, const char *line)
{
	if (!snapshot_read_pagevec(reader, line) && !snapshot_check_pagevecs(reader))
		return 0;
	/* Nobody shall meet pages there that cannot be there. */
	memset(world->lru_pvecs, 0, sizeof(world->lru_pvecs));
	return -1;
}

const struct record_kind page_records[] = {
	{ "skip", read_skip }, { "pages", read_pages },	    { "compound", read_compound },
	{ "lru", read_lru },   { "pagevec", read_pagevec }, { 0 },
};
