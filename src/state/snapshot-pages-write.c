/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Writing what compaction reads: its own positions and marks, compound blocks, and pages in use.
 */
#include <stdlib.h>
#include <string.h>

#include "memory_map.h"
#include "page_cache.h"
#include "stages/stages.h"
#include "state/snapshot-pages.h"
#include "state/state.h"
#include "world/world.h"

/**
 * @brief Write where the scanners of compaction go on in a zone.
 *
 * @param out where to
 * @param zone the zone
 * @source none (ours: the format of the recordings)
 */
void snapshot_write_scanner(FILE *out, const struct zone *zone)
{
	fprintf(out,
		" scanner migrate_async %lu migrate_sync %lu free %lu init_migrate %lu "
		"init_free %lu flush %d contiguous %d\n",
		zone->compact_cached_migrate_pfn[0], zone->compact_cached_migrate_pfn[1],
		zone->compact_cached_free_pfn, zone->compact_init_migrate_pfn,
		zone->compact_init_free_pfn, zone->compact_blockskip_flush, zone->contiguous);
}

/**
 * @brief Write which pageblocks of a zone compaction passes by.
 *
 * @param out where to
 * @param zone the zone
 * @source none (ours: the format of the recordings)
 */
void snapshot_write_skip(FILE *out, const struct zone *zone)
{
	unsigned long pfn = zone->zone_start_pfn & ~(pageblock_nr_pages - 1);

	fprintf(out, " skip");
	while (pfn < zone_end_pfn(zone)) {
		bool skip = get_pageblock_skip(pfn);
		unsigned long run = 0;

		for (; pfn < zone_end_pfn(zone) && get_pageblock_skip(pfn) == skip; run++)
			pfn += pageblock_nr_pages;
		fprintf(out, " %d*%lu", skip, run);
	}
	fprintf(out, "\n");
}

/** Is this the first page of a compound block? */
static bool is_head(unsigned long pfn)
{
	return pfn_valid(pfn) && PageFlag(pfn_to_page(pfn), PG_head);
}

/** Write the compound blocks of a zone, order by order. */
static void write_compound(FILE *out, const struct zone *zone)
{
	unsigned long orders = 0, end = zone_end_pfn(zone), pfn;

	for (pfn = zone->zone_start_pfn; pfn < end; pfn++)
		if (is_head(pfn))
			orders |= 1ul << compound_order(pfn_to_page(pfn));
	for (unsigned int order = 1; order < MAX_ORDER; order++) {
		if (!(orders & 1ul << order))
			continue;
		fprintf(out, " compound %u", order);
		for (pfn = zone->zone_start_pfn; pfn < end; pfn++)
			if (is_head(pfn) && compound_order(pfn_to_page(pfn)) == order)
				fprintf(out, " %lu", pfn);
		fprintf(out, "\n");
	}
}

/** What a page in use is, as far as snapshots tell. */
struct page_likeness {
	int list; /**< enum lru_list, or PAGE_ON_NO_LIST */
	enum page_kind kind;
	int count;
	int mapcount;
	unsigned long flags; /**< those that have a letter */
};

/** Pages of one kind that were found so far. */
struct page_group {
	struct page_likeness likeness;
	FILE *out;
	char *runs; /**< ` PFN+N ...` */
	size_t size;
	unsigned long start, end; /**< the run that is not written yet */
	struct page_group *next;  /**< the kind that was found after it */
};

/** What a page belongs to. */
static enum page_kind kind_of(const struct page *page)
{
	if (!page->mapping)
		return PAGE_KIND_NONE;
	if (PageAnon(page))
		return PageFlag(page, PG_swapcache) ? PAGE_KIND_SWAPCACHE : PAGE_KIND_ANON;
	if (is_driver_movable(page))
		return PAGE_KIND_DRIVER;
	return page_owner(page)->no_migratepage ? PAGE_KIND_NOMIG : PAGE_KIND_FILE;
}

/** Flags that recordings of compaction alone leave out: it does not read them. */
static unsigned long flags_left_out(enum page_kind kind)
{
	unsigned long flags = PAGE_FLAG(referenced) | PAGE_FLAG(workingset);

	return kind == PAGE_KIND_ANON ? flags | PAGE_FLAG(dirty) : flags;
}

/** What a page is. */
static struct page_likeness likeness_of(const struct page *page, bool all_flags)
{
	struct page_likeness likeness = {
		.list = PageFlag(page, PG_lru) ? (int)page_lru(page) : PAGE_ON_NO_LIST,
		.kind = kind_of(page),
		.count = page_count(page),
		.mapcount = page->_mapcount + 1,
	};

	for (size_t i = 0; i < NR_PAGE_LETTERS; i++)
		likeness.flags |= page->flags & 1ul << page_letters[i].flag;
	if (!all_flags)
		likeness.flags &= ~flags_left_out(likeness.kind);
	return likeness;
}

static bool alike(const struct page_likeness *a, const struct page_likeness *b)
{
	return a->list == b->list && a->kind == b->kind && a->count == b->count &&
	       a->mapcount == b->mapcount && a->flags == b->flags;
}

/** Is this a page that snapshots name? Those of nobody, with one reference, they do not. */
static bool is_named(const struct page *page)
{
	if (page_count(page) < 1 || PageCompound(page))
		return false;
	return PageFlag(page, PG_lru) || PageFlag(page, PG_locked) || page->mapping ||
	       page_count(page) > 1;
}

static void end_run(struct page_group *group)
{
	if (group->start < group->end)
		fprintf(group->out, " %lu+%lu", group->start, group->end - group->start);
}

/** A group without pages yet; NULL when the host has no memory. */
static struct page_group *group_new(const struct page_likeness *likeness)
{
	struct page_group *group = calloc(1, sizeof(*group));

	if (!group)
		return NULL;
	group->likeness = *likeness;
	group->out = open_memstream(&group->runs, &group->size);
	if (group->out)
		return group;
	free(group);
	return NULL;
}

/** The group of pages that are alike, of those from `link` on, or a new one; NULL when the host has no memory. */
static struct page_group *group_of(struct page_group **link, const struct page_likeness *likeness)
{
	while (*link && !alike(&(*link)->likeness, likeness))
		link = &(*link)->next;
	if (!*link)
		*link = group_new(likeness);
	return *link;
}

/** Add a page to its group. */
static void add_page(struct page_group **groups, unsigned long pfn, bool all_flags)
{
	const struct page_likeness likeness = likeness_of(pfn_to_page(pfn), all_flags);
	struct page_group *group = group_of(groups, &likeness);

	if (!group)
		return;
	if (group->end != pfn) {
		end_run(group);
		group->start = pfn;
	}
	group->end = pfn + 1;
}

/** Write a group, and be done with it. */
static void write_group(FILE *out, struct page_group *group)
{
	const struct page_likeness *likeness = &group->likeness;

	end_run(group);
	fclose(group->out);
	fprintf(out, " pages %s %s count %d mapcount %d flags ", page_list_names[likeness->list],
		page_kind_names[likeness->kind], likeness->count, likeness->mapcount);
	for (size_t i = 0; i < NR_PAGE_LETTERS; i++)
		if (likeness->flags & 1ul << page_letters[i].flag)
			fputc(page_letters[i].letter, out);
	fprintf(out, "%s%s\n", likeness->flags ? "" : "-", group->runs);
	free(group->runs);
	free(group);
}

/** Write the pages of a zone that are more than in use by somebody. */
static void write_pages(FILE *out, const struct zone *zone, bool all_flags)
{
	struct page_group *groups = NULL, *next;

	for (unsigned long pfn = zone->zone_start_pfn; pfn < zone_end_pfn(zone); pfn++)
		if (pfn_valid(pfn) && is_named(pfn_to_page(pfn)))
			add_page(&groups, pfn, all_flags);
	for (; groups; groups = next) {
		next = groups->next;
		write_group(out, groups);
	}
}

/**
 * @brief Write what compaction reads of a zone.
 *
 * @param out where to
 * @param zone the zone
 * @param all_flags of pages, also those that compaction does not read
 * @source none (ours: the format of the recordings)
 */
void snapshot_write_page_lines(FILE *out, const struct zone *zone, bool all_flags)
{
	snapshot_write_scanner(out, zone);
	snapshot_write_skip(out, zone);
	write_compound(out, zone);
	write_pages(out, zone, all_flags);
}

/**
 * @brief Write the batches of pages on their way to a list, all CPUs', as far as they hold any.
 *
 * @param out where to
 * @param indent what each line begins with
 * @source none (ours: the format of the recordings)
 */
void snapshot_write_pagevecs(FILE *out, const char *indent)
{
	for (int cpu = 0; cpu < world->nr_cpus; cpu++)
		for (int which = 0; which < NR_LRU_PVECS; which++) {
			const struct pagevec *pvec = &world->lru_pvecs[cpu][which];

			if (!pvec->nr)
				continue;
			fprintf(out, "%spagevec %d %s", indent, cpu, pagevec_names[which]);
			for (unsigned int i = 0; i < pvec->nr; i++)
				fprintf(out, " %lu", page_to_pfn(pvec->pages[i]));
			fputc('\n', out);
		}
}
