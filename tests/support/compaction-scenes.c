/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * What the tests of compaction begin from; see compaction-scenes.h.
 */
#include "compaction-scenes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "life/life.h"

struct page *scene_owner[SCENE_PAGES];
unsigned long scene_moves;
struct page *scene_refused;
struct address_space scene_file;

/** The hook of the scenes: an owner learns that its page moved, or refuses. */
bool scene_owner_is_told(struct page *from, struct page *to)
{
	ck_assert_ptr_eq(scene_owner[to->index], from);
	if (from == scene_refused)
		return false;
	scene_owner[to->index] = to;
	scene_moves++;
	return true;
}

/** Fill a page with what only this page can hold. */
void scene_write(struct page *page, unsigned long seed)
{
	unsigned long *word = page_address(page);

	for (unsigned long i = 0; i < PAGE_SIZE / sizeof(*word); i++)
		word[i] = seed * 1000003 + i;
}

/** Check that a page holds what was written; an assertion for each word would cost more than all else here. */
void scene_check(const struct page *page, unsigned long seed)
{
	const unsigned long *word = page_address(page);
	unsigned long i = 0;

	while (i < PAGE_SIZE / sizeof(*word) && word[i] == seed * 1000003 + i)
		i++;
	ck_assert_uint_eq(i, PAGE_SIZE / sizeof(*word));
}

/** Make a page in use a page of a file, on its LRU list. */
void scene_make_movable(struct page *page, unsigned long index)
{
	scene_owner[index] = page;
	page->mapping = &scene_file;
	page->index = index;
	SetPageFlag(page, PG_uptodate);
	lru_list_add(page);
	scene_write(page, index);
}

/** A machine with everything in use, nothing on a list; its only zone with memory. */
struct zone *scene_full(void)
{
	struct zone *zone;

	test_machine_uma(SCENE_PAGES / 256);
	world->hooks.page_moved = scene_owner_is_told;
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	test_set_watermarks(zone, 100, 125, 150);
	/* Counters without delay: the marks are tested to the page. */
	zone->pageset[0].stat_threshold = 0;
	NODE_DATA(0)->per_cpu_nodestats[0].stat_threshold = 0;
	scene_moves = 0;
	scene_refused = NULL;
	return zone;
}

/** Odd pages become free, the highest at the tail of their list; even ones movable. */
void scene_free_every_other(struct zone *zone)
{
	for (unsigned long i = SCENE_PAGES; i > 0; i -= 2) {
		scene_make_movable(test_page(zone, i - 2), i - 2);
		test_free_block(test_page(zone, i - 1), 0, MIGRATE_MOVABLE);
	}
}

/** Every other page in use and movable, the others free. */
struct zone *scene_checkered(void)
{
	struct zone *zone = scene_full();

	scene_free_every_other(zone);
	test_forget_events();
	return zone;
}

/** Every page of the scene is somewhere, with its content, known to its owner and, once its CPU has emptied its
 * pagevecs, to reclaim. */
void scene_check_owners(unsigned long step)
{
	lru_add_drain();
	for (unsigned long i = 0; i < SCENE_PAGES; i += step) {
		const struct page *page = scene_owner[i];

		if (page->index != i || page->mapping != &scene_file || page_count(page) != 1 ||
		    !PageFlag(page, PG_lru) || !PageFlag(page, PG_uptodate))
			ck_abort_msg("page %lu of the scene is not as it was", i);
		scene_check(page, i);
	}
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 0);
	test_check_lists();
}

struct compact_control scene_control;

/** A run by hand: order 3 (so that there is no fast start), for a movable request, from the ends. */
struct compact_control *scene_run_on(struct zone *zone, enum migrate_mode mode)
{
	memset(&scene_control, 0, sizeof(scene_control));
	scene_control.zone = zone;
	scene_control.order = 3;
	scene_control.search_order = 3;
	scene_control.gfp_mask = GFP_HIGHUSER_MOVABLE;
	scene_control.migratetype = MIGRATE_MOVABLE;
	scene_control.mode = mode;
	scene_control.direct_compaction = true;
	scene_control.migrate_pfn = zone->zone_start_pfn;
	scene_control.free_pfn = pageblock_start_pfn(zone_end_pfn(zone) - 1);
	INIT_LIST_HEAD(&scene_control.migratepages);
	INIT_LIST_HEAD(&scene_control.freepages);
	return &scene_control;
}

/** Was this page isolated? */
bool scene_holds(const struct page *page)
{
	const struct list_head *entry;

	list_for_each(entry, &scene_control.migratepages)
		if (entry == &page->lru)
			return true;
	return false;
}

/** A machine whose zone has a hole inside a pageblock, and whose ends are not those of pageblocks. */
struct zone *scene_ragged(void)
{
	static struct boot_spec spec;
	struct zone *zone;

	spec = (struct boot_spec){ .nr_cpus = 1, .nr_memory = 3 };
	/* 4 MiB from 1 MiB on; 1 MiB missing in the middle of a pageblock; 3 MiB and a half. */
	spec.memory[0] = (struct boot_range){ TEST_DRAM + MIB, 4 * MIB + MIB / 2, 0, false };
	spec.memory[1] = (struct boot_range){ TEST_DRAM + 6 * MIB - MIB / 4, MIB / 4, 0, false };
	spec.memory[2] = (struct boot_range){ TEST_DRAM + 6 * MIB, 3 * MIB, 0, false };
	test_machine_boot(&spec);
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	/* The hole shows at neither end of its pageblock. */
	ck_assert(zone->contiguous);
	/* So little memory would not be grouped by mobility. */
	world->page_group_by_mobility_disabled = false;
	test_set_pageblocks(zone, MIGRATE_MOVABLE);
	return zone;
}

/** A run that wants to move so many pages. */
struct compact_control *scene_free_run(struct zone *zone, enum migrate_mode mode,
				       unsigned long nr_migratepages)
{
	struct compact_control *cc = scene_run_on(zone, mode);

	cc->order = -1; /* no fast search */
	cc->direct_compaction = false;
	cc->nr_migratepages = nr_migratepages;
	return cc;
}

/** Give everything back that a run holds. */
void scene_end_run(struct compact_control *cc)
{
	cc->nr_migratepages = 0;
	release_freepages(cc);
	drain_all_pages(NULL);
	test_check_lists();
}

/** A number of the event that announced the run. */
s64 scene_begin_field(int i)
{
	return test_event(TRACE_mm_compaction_begin, 0)->field[i];
}

static char state[4000];

static void add(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void add(const char *format, ...)
{
	size_t used = strlen(state);
	va_list args;

	va_start(args, format);
	vsnprintf(state + used, sizeof(state) - used, format, args);
	va_end(args);
}

/** A position: pageblock of the machine and page in it; - where there is none. */
static void add_place(const char *before, unsigned long pfn)
{
	if (pfn == 0)
		add("%s-", before);
	else if (pfn == FAST_START_USED)
		add("%sused", before);
	else
		add("%s%lu:%lu", before, (pfn - TEST_DRAM_PFN) / BLOCK, pfn % BLOCK);
}

/**
 * All that a run has and leaves behind, as text: both scanners; the zone's cached positions (async, sync, free) and those of the
 * last reset; which pageblocks are marked; pages held, to move and to copy to; pages looked at by either scanner; the state of the
 * fast searches, with what is remembered of a source.
 */
const char *scene_state(const struct compact_control *cc)
{
	const struct zone *zone = cc->zone;

	ck_assert(!world->irqs_disabled && !zone->lock.held);
	state[0] = '\0';
	add_place("", cc->migrate_pfn);
	add_place(" ", cc->free_pfn);
	add_place(" | ", zone->compact_cached_migrate_pfn[0]);
	add_place(" ", zone->compact_cached_migrate_pfn[1]);
	add_place(" ", zone->compact_cached_free_pfn);
	add_place(" / ", zone->compact_init_migrate_pfn);
	add_place(" ", zone->compact_init_free_pfn);
	add(" | marked");
	for (unsigned long pfn = pageblock_start_pfn(zone->zone_start_pfn);
	     pfn < zone_end_pfn(zone); pfn += BLOCK)
		if (get_pageblock_skip(pfn))
			add(" %lu", (pfn - TEST_DRAM_PFN) / BLOCK);
	add(" | %lu %lu | %lu %lu | fail %u order %d", cc->nr_migratepages, cc->nr_freepages,
	    cc->migrate_scanned, cc->free_scanned, cc->fast_search_fail, cc->search_order);
	add_place(" ", cc->fast_start_pfn);
	return state;
}

/**
 * Lay out pages from one on, a letter each: M can be moved (owner: its number in the zone), K cannot, D is a driver's, w is being
 * written out, . is free and movable; a digit n begins a compound block of order n, and / stands for its later pages.
 */
void scene_lay(struct zone *zone, unsigned long first, const char *letters)
{
	for (unsigned long i = 0; letters[i]; i++) {
		struct page *page = test_page(zone, first + i);

		if (letters[i] == 'M' || letters[i] == 'w')
			scene_make_movable(page, first + i);
		if (letters[i] == 'w')
			SetPageFlag(page, PG_writeback);
		if (letters[i] == 'D')
			page->mapping = (void *)((unsigned long)&scene_file | PAGE_MAPPING_MOVABLE);
		if (letters[i] == '.')
			test_free_block(page, 0, MIGRATE_MOVABLE);
		if (letters[i] >= '0' && letters[i] <= '9')
			prep_compound_page(page, (unsigned int)(letters[i] - '0'));
	}
}

/** The pages that a run holds to move them, from the one taken last, as numbers in the zone. */
const char *scene_held(const struct compact_control *cc)
{
	const struct list_head *entry;

	state[0] = '\0';
	list_for_each(entry, &cc->migratepages)
		add("%s%lu", state[0] ? " " : "",
		    page_to_pfn(list_entry(entry, struct page, lru)) - cc->zone->zone_start_pfn);
	return state;
}

static void add_scan(const struct trace_event *event)
{
	add("%c", event->id == TRACE_mm_compaction_isolate_freepages ? 'f' : 'm');
	add_place(" ", (unsigned long)event->field[0]);
	add_place("-", (unsigned long)event->field[1]);
	add(" %d %d", (int)event->field[2], (int)event->field[3]);
}

/** Which pageblocks' parts either scanner looked at, in order: m or f, first page and page after the last, looked at, taken. */
const char *scene_scans(void)
{
	state[0] = '\0';
	for (int i = 0; i < test_events(); i++) {
		const struct trace_event *event = test_nth_event(i);

		if (event->id != TRACE_mm_compaction_isolate_migratepages &&
		    event->id != TRACE_mm_compaction_isolate_freepages)
			continue;
		add("%s", state[0] ? ", " : "");
		add_scan(event);
	}
	return state;
}

/** How often these came in a row of nothing else, in the order of their first coming: the pages on their way. */
static bool add_pages(int *i)
{
	static const struct {
		enum trace_event_id id;
		const char *what;
	} kind[] = { { TRACE_migrate_page_states, "copied" },
		     { TRACE_mm_page_free, "freed" },
		     { TRACE_mm_page_pcpu_drain, "drained" },
		     { TRACE_mm_lru_insertion, "lists" } };
	int number[4] = { 0 }, order[4], nr = 0, first = *i;

	for (; *i < test_events(); ++*i) {
		int k = 0;

		while (k < 4 && kind[k].id != test_nth_event(*i)->id)
			k++;
		if (k == 4)
			break;
		if (!number[k]++)
			order[nr++] = k;
	}
	for (int n = 0; n < nr; n++)
		add("%s%s %d", n ? " " : "", kind[order[n]].what, number[order[n]]);
	if (*i == first)
		return false;
	--*i;
	return true;
}

/**
 * A run by its events: begin with both positions and sync, what either scanner looked at, "moved" with pages moved and failed, what
 * the run found about itself (? and the number of the result), pages "copied", "freed", "drained", put on "lists"; end with the number of the
 * result.
 */
const char *scene_told(void)
{
	state[0] = '\0';
	for (int i = 0; i < test_events(); i++) {
		const struct trace_event *event = test_nth_event(i);

		add("%s", state[0] ? ", " : "");
		if (add_pages(&i))
			continue;
		switch (event->id) {
		case TRACE_mm_compaction_begin:
			add_place("begin ", (unsigned long)event->field[1]);
			add_place(" ", (unsigned long)event->field[2]);
			add(" %d", (int)event->field[4]);
			break;
		case TRACE_mm_compaction_end:
			add_place("end ", (unsigned long)event->field[1]);
			add_place(" ", (unsigned long)event->field[2]);
			add(" %d %d", (int)event->field[4], (int)event->field[5]);
			break;
		case TRACE_mm_compaction_finished:
			add("?%d", (int)event->field[3]);
			break;
		case TRACE_mm_compaction_suitable:
			add("suitable %d", (int)event->field[3]);
			break;
		case TRACE_mm_compaction_migratepages:
			add("moved %d %d", (int)event->field[0], (int)event->field[1]);
			break;
		case TRACE_mm_compaction_isolate_migratepages:
		case TRACE_mm_compaction_isolate_freepages:
			add_scan(event);
			break;
		default:
			add("%s", trace_event_descriptions[event->id].name);
		}
	}
	return state;
}
