/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What compaction reads, in a snapshot: its own positions and marks, compound blocks, and pages in use.
 *
 * Recordings whose compaction is computed have these lines after the others of a zone. A page that no line
 * names is on no list of reclaim, belongs to nobody and has one reference.
 */
#include "state/snapshot-pages.h"

#include <limits.h>
#include <string.h>

#include "life/life.h"
#include "memory_map.h"
#include "page_cache.h"
#include "stages/stages.h"
#include "state/state.h"
#include "vmstat.h"
#include "world/world.h"

const char *const page_list_names[NR_LRU_LISTS + 1] = { "inactive_anon", "active_anon",
							"inactive_file", "active_file",
							"unevictable",	 "off" };

const char *const page_kind_names[NR_PAGE_KINDS] = { "file",	  "nomig",  "anon",
						     "swapcache", "driver", "none" };

const struct page_letter page_letters[NR_PAGE_LETTERS] = {
	{ 'L', PG_locked },  { 'D', PG_dirty },	     { 'W', PG_writeback }, { 'R', PG_referenced },
	{ 'A', PG_active },  { 'S', PG_swapbacked }, { 'C', PG_swapcache }, { 'U', PG_unevictable },
	{ 'M', PG_mlocked }, { 'K', PG_workingset }, { 'I', PG_reclaim },   { 'P', PG_private },
};

const char *const pagevec_names[NR_LRU_PVECS] = {
	[PVEC_LRU_ADD] = "lru_add",
	[PVEC_ROTATE] = "rotate",
	[PVEC_ACTIVATE] = "activate",
};

/** ` scanner migrate_async P migrate_sync P free P ...`: where the scanners of compaction go on. */
static int read_scanner(struct reader *reader, struct zone *zone, const char *line)
{
	long async, sync, free, init_migrate, init_free, flush, contiguous;
	const struct field fields[] = {
		{ "migrate_async", &async, 0, 0 },
		{ "migrate_sync", &sync, 0, 0 },
		{ "free", &free, 0, 0 },
		{ "init_migrate", &init_migrate, 0, 0 },
		{ "init_free", &init_free, 0, 0 },
		{ "flush", &flush, 0, 1 },
		{ "contiguous", &contiguous, 0, 1 },
	};

	if (!take_fields(&line, fields, ARRAY_SIZE(fields)))
		return reader_fail(reader, "'scanner migrate_async P migrate_sync P free P ...'");
	if (contiguous != zone->contiguous)
		return reader_refuse(reader, "expected contiguous to be 1 where no pageblock of "
					     "the zone has a hole at either end, else 0");
	zone->compact_cached_migrate_pfn[0] = (unsigned long)async;
	zone->compact_cached_migrate_pfn[1] = (unsigned long)sync;
	zone->compact_cached_free_pfn = (unsigned long)free;
	zone->compact_init_migrate_pfn = (unsigned long)init_migrate;
	zone->compact_init_free_pfn = (unsigned long)init_free;
	zone->compact_blockskip_flush = flush;
	return 0;
}

/** ` skip V*N ...`: which pageblocks compaction passes by. */
static int read_skip(struct reader *reader, struct zone *zone, const char *line)
{
	unsigned long block = zone->zone_start_pfn >> pageblock_order;
	unsigned long end = (zone_end_pfn(zone) + pageblock_nr_pages - 1) >> pageblock_order;
	long value, count;

	while (!take_end(&line)) {
		if (!take_number(&line, &value) || value < 0 || value > 1 || *line++ != '*' ||
		    !take_number(&line, &count) || count < 1 || (unsigned long)count > end - block)
			return reader_fail(reader, "'skip V*N ...' of this zone's length");
		for (; count; count--, block++)
			if (value)
				set_pageblock_skip(block << pageblock_order);
			else
				clear_pageblock_skip(block << pageblock_order);
	}
	return block == end ? 0 : reader_fail(reader, "0 or 1 for each pageblock of the zone");
}

/** A page of a zone by its PFN; NULL when it does not exist, or lies outside. */
static struct page *page_of_zone(const struct zone *zone, long pfn)
{
	return pfn >= 0 && zone_spans_pfn(zone, (unsigned long)pfn) && pfn_valid((unsigned long)pfn)
		       ? pfn_to_page((unsigned long)pfn)
		       : NULL;
}

/** Is this a block of pages that each have one reference, and belong to nothing else? */
static bool is_plain_block(const struct zone *zone, long pfn, unsigned int order)
{
	if (pfn & ((1l << order) - 1))
		return false;
	for (unsigned long i = 0; i < 1ul << order; i++) {
		const struct page *page = page_of_zone(zone, pfn + (long)i);

		if (!page || page_count(page) != 1 || PageCompound(page))
			return false;
	}
	return true;
}

/** ` compound ORDER PFN ...`: blocks in use that know that they are one. */
static int read_compound(struct reader *reader, struct zone *zone, const char *line)
{
	long order, pfn;

	if (!take_number(&line, &order) || order < 1 || order >= MAX_ORDER)
		return reader_fail(reader, "'compound ORDER PFN ...'");
	while (take_number(&line, &pfn)) {
		if (!is_plain_block(zone, pfn, (unsigned int)order))
			return reader_refuse(reader, "expected aligned blocks of this zone that "
						     "are in use");
		prep_compound_page(pfn_to_page((unsigned long)pfn), (unsigned int)order);
	}
	return take_end(&line) ? 0 : reader_fail(reader, "'compound ORDER PFN ...'");
}

/**
 * @brief The address space that pages of a kind belong to. It is made when it is first asked for.
 *
 * @param kind what the pages are
 * @return the address space; NULL for pages that belong to none, or when the host has no memory
 * @source none (ours: a recording has one of each kind)
 */
struct address_space *snapshot_space(enum page_kind kind)
{
	struct address_space *space = world->address_spaces;
	/* A page keeps its owner when it gets a place in swap. */
	const char *name = page_kind_names[kind == PAGE_KIND_SWAPCACHE ? PAGE_KIND_ANON : kind];

	if (kind == PAGE_KIND_NONE)
		return NULL;
	while (space && strcmp(space->name, name))
		space = space->next;
	if (space)
		return space;
	space = address_space_new(name, kind == PAGE_KIND_ANON || kind == PAGE_KIND_SWAPCACHE);
	if (space)
		space->no_migratepage = kind == PAGE_KIND_NOMIG;
	return space;
}

/** What a ` pages` line says of each page that it names. */
struct pages_line {
	int list; /**< enum lru_list, or PAGE_ON_NO_LIST */
	int kind; /**< enum page_kind */
	long count;
	long mapcount;
	unsigned long flags;
	void *mapping;
};

/** Take the letters of page flags, or `-`. */
static bool take_letters(const char **line, unsigned long *flags)
{
	char word[NR_PAGE_LETTERS + 1];
	size_t taken = 0;

	*flags = 0;
	if (!take_text(line, word, sizeof(word)))
		return false;
	if (!strcmp(word, "-"))
		return true;
	for (size_t i = 0; i < NR_PAGE_LETTERS; i++)
		if (word[taken] == page_letters[i].letter) {
			*flags |= 1ul << page_letters[i].flag;
			taken++;
		}
	return !word[taken];
}

/** Take what a ` pages` line says before it names the pages. */
static bool take_pages_line(const char **line, struct pages_line *said)
{
	return take_name(line, page_list_names, NR_LRU_LISTS + 1, &said->list) &&
	       take_name(line, page_kind_names, NR_PAGE_KINDS, &said->kind) &&
	       take_field(line, "count", &said->count) && said->count >= 1 &&
	       said->count <= INT_MAX && take_field(line, "mapcount", &said->mapcount) &&
	       said->mapcount >= 0 && said->mapcount <= said->count && take_word(line, "flags") &&
	       take_letters(line, &said->flags);
}

/** Do list, kind and flags of a ` pages` line agree? */
static bool pages_line_agrees(const struct pages_line *said)
{
	bool swapcache = said->flags & PAGE_FLAG(swapcache);
	const struct page page = { .flags = said->flags };

	if (swapcache != (said->kind == PAGE_KIND_SWAPCACHE))
		return false;
	return said->list == PAGE_ON_NO_LIST ||
	       (said->kind != PAGE_KIND_DRIVER && said->list == (int)page_lru(&page));
}

/** Find out whose pages a line names. */
static int find_mapping(struct reader *reader, struct pages_line *said)
{
	struct address_space *space = snapshot_space((enum page_kind)said->kind);

	said->mapping = space;
	if (!space)
		return said->kind == PAGE_KIND_NONE ? 0 : reader_refuse(reader, "out of memory");
	if (space->anonymous)
		said->mapping = (void *)((unsigned long)space | PAGE_MAPPING_ANON);
	if (said->kind == PAGE_KIND_DRIVER)
		said->mapping = (void *)((unsigned long)space | PAGE_MAPPING_MOVABLE);
	return 0;
}

/** Count a page in, in every counter that knows of pages in use. */
static void count_page(struct page *page, const struct pages_line *said)
{
	struct zone *zone = page_zone(page);
	struct lruvec *lruvec = page_lruvec(page);
	enum node_stat_item item = (enum node_stat_item)(NR_LRU_BASE + said->list);

	if (said->kind != PAGE_KIND_NONE)
		snapshot_space((enum page_kind)said->kind)->nrpages++;
	if (said->list == PAGE_ON_NO_LIST)
		return;
	list_add_tail(&page->lru, &lruvec->lists[said->list]);
	lruvec->lru_size[zone_idx(zone)][said->list]++;
	lruvec->lruvec_stat[item]++;
	node_page_state_add(1, zone->zone_pgdat, item);
	zone_page_state_add(1, zone, (enum zone_stat_item)(NR_ZONE_LRU_BASE + said->list));
}

/** Make a page what its line says; false when the ` movable` line says otherwise, or it was named before. */
static bool set_page(struct page *page, const struct pages_line *said)
{
	bool movable = said->list != PAGE_ON_NO_LIST || said->kind == PAGE_KIND_DRIVER;
	unsigned long before = page->flags & PAGE_FLAGS_CHECK_AT_PREP;

	if (page_count(page) != 1 || page->mapping || PageCompound(page) ||
	    before != (movable ? PAGE_FLAG(lru) : 0) || page->_mapcount != -1)
		return false;
	page->flags = (page->flags & ~PAGE_FLAGS_CHECK_AT_PREP) | said->flags;
	if (said->list != PAGE_ON_NO_LIST) {
		if (list_linked(&page->lru))
			return false;
		SetPageFlag(page, PG_lru);
	}
	set_page_count(page, (int)said->count);
	page->_mapcount = (int)said->mapcount - 1;
	page->mapping = said->mapping;
	count_page(page, said);
	return true;
}

/** ` pages LIST KIND count C mapcount M flags F PFN+N ...`: all pages that are alike. */
static int read_pages(struct reader *reader, struct zone *zone, const char *line)
{
	struct pages_line said;
	long pfn, count;

	if (!take_pages_line(&line, &said))
		return reader_fail(reader,
				   "'pages LIST KIND count C mapcount M flags F PFN+N ...'");
	if (!pages_line_agrees(&said))
		return reader_refuse(reader, "expected the list that the flags name, C on pages in "
					     "the swap cache alone, and no list for a driver's");
	if (find_mapping(reader, &said))
		return -1;
	while (!take_end(&line)) {
		if (!take_run(&line, &pfn, &count))
			return reader_fail(reader, "'PFN+N ...'");
		for (; count; count--, pfn++) {
			struct page *page = page_of_zone(zone, pfn);

			if (!page || !set_page(page, &said))
				return reader_refuse(reader, "expected single pages of this zone "
							     "in use, each once, and on a list or "
							     "a driver's where 'movable' has them");
		}
	}
	return 0;
}

/** Let a page that is on a list be active or not, and marked for reclaim or not, as a line has it. */
static void take_activity(struct page *page, const struct pages_line *said)
{
	unsigned long told = PAGE_FLAG(active) | PAGE_FLAG(reclaim);

	if (said->list == PAGE_ON_NO_LIST || !PageFlag(page, PG_lru) ||
	    !((page->flags ^ said->flags) & told))
		return;
	lru_list_del(page);
	page->flags = (page->flags & ~told) | (said->flags & told);
	lru_list_add(page);
}

/**
 * @brief Let pages be active, and marked for reclaim, as a ` pages` line has them; everything else stays.
 *
 * @param reader the place, for errors
 * @param zone the zone
 * @param line the line after its first word
 * @return 0, or -1 after noting an error
 * @source none (ours: what a recording whose reclaim is not computed leaves to its environment)
 */
int snapshot_take_activity(struct reader *reader, struct zone *zone, const char *line)
{
	struct pages_line said;
	long pfn, count;

	if (!take_pages_line(&line, &said))
		return reader_fail(reader,
				   "'pages LIST KIND count C mapcount M flags F PFN+N ...'");
	while (!take_end(&line)) {
		if (!take_run(&line, &pfn, &count) || !page_of_zone(zone, pfn) ||
		    !page_of_zone(zone, pfn + count - 1))
			return reader_fail(reader, "'PFN+N ...' of this zone");
		for (; count; count--, pfn++)
			take_activity(pfn_to_page((unsigned long)pfn), &said);
	}
	return 0;
}

/** The lines by their first word. */
static const struct {
	const char *word;
	int (*read)(struct reader *reader, struct zone *zone, const char *line);
} page_lines[] = {
	{ "scanner", read_scanner },
	{ "skip", read_skip },
	{ "compound", read_compound },
	{ "pages", read_pages },
};

/**
 * @brief Read a line of a zone about compaction's positions or pages in use, if it is one.
 *
 * @param reader the place, for errors
 * @param zone the zone
 * @param line the line without its indent
 * @return 0; -1 after noting an error, also when it is another line
 * @source none (ours: the format of the recordings)
 */
int snapshot_read_page_line(struct reader *reader, struct zone *zone, const char *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(page_lines); i++)
		if (take_word(&line, page_lines[i].word))
			return page_lines[i].read(reader, zone, line);
	return reader_fail(reader, "a line of a zone's state");
}

/**
 * @brief Read `pagevec CPU NAME PFN ...`: a batch, in the order in which its pages came.
 *
 * @param reader the place, for errors
 * @param line the line after its first word
 * @return 0, or -1 after noting an error
 * @source none (ours: the format of the recordings)
 */
int snapshot_read_pagevec(struct reader *reader, const char *line)
{
	struct pagevec *pvec;
	long cpu, pfn;
	int which;

	if (!take_number(&line, &cpu) || cpu < 0 || cpu >= world->nr_cpus ||
	    !take_name(&line, pagevec_names, NR_LRU_PVECS, &which))
		return reader_fail(reader, "'pagevec CPU NAME PFN ...'");
	pvec = &world->lru_pvecs[cpu][which];
	pvec->nr = 0;
	while (take_number(&line, &pfn)) {
		if (pvec->nr == PAGEVEC_SIZE - 1 || pfn < 0 || !pfn_valid((unsigned long)pfn))
			return reader_refuse(reader, "expected at most 14 PFNs of the machine");
		pvec->pages[pvec->nr++] = pfn_to_page((unsigned long)pfn);
	}
	return take_end(&line) ? 0 : reader_fail(reader, "'pagevec CPU NAME PFN ...'");
}

/** May a batch hold these pages: each in use, once, and on a list only where it is to be moved? */
static bool pagevec_right(const struct pagevec *pvec, enum lru_pvec which)
{
	for (unsigned int i = 0; i < pvec->nr; i++) {
		const struct page *page = pvec->pages[i];

		if (page_count(page) < 1 || PageCompound(page) ||
		    (which == PVEC_LRU_ADD && PageFlag(page, PG_lru)))
			return false;
		for (unsigned int other = 0; other < i; other++)
			if (pvec->pages[other] == page)
				return false;
	}
	return true;
}

/**
 * @brief See whether the batches that a snapshot named can be, once its pages are known.
 *
 * @param reader after the snapshot; receives the error
 * @return 0, or -1 after noting an error
 */
int snapshot_check_pagevecs(struct reader *reader)
{
	for (int cpu = 0; cpu < world->nr_cpus; cpu++)
		for (int which = 0; which < NR_LRU_PVECS; which++)
			if (!pagevec_right(&world->lru_pvecs[cpu][which], (enum lru_pvec)which))
				return reader_refuse(reader, "expected pages on a 'pagevec' to be "
							     "in use, each once, and on no list "
							     "where they are to be added");
	return 0;
}
