/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Laying out machines by hand, and reading back what became of them.
 */
#include "byhand.h"

#define TEXT_SIZE 8192
#define NR_TEXTS  8

int hand_bugs;
char hand_bug_text[256];
static char events_text[65536];
static char console_text[65536];

/** One of several buffers in turn, so that two texts can be compared in one line. */
static char *next_text(void)
{
	static char texts[NR_TEXTS][TEXT_SIZE];
	static int turn;
	char *text = texts[turn++ % NR_TEXTS];

	text[0] = '\0';
	return text;
}

/** An event's name without the prefix that all of its kind have. */
static const char *short_name(enum trace_event_id id)
{
	const char *name = trace_event_descriptions[id].name;

	if (!strncmp(name, "mm_page_", 8))
		return name + 8;
	return strncmp(name, "mm_vmscan_", 10) ? name : name + 10;
}

static void on_event(const struct trace_event *event, void *context)
{
	const struct trace_event_description *description = &trace_event_descriptions[event->id];
	char *end = events_text + strlen(events_text);
	size_t room = sizeof(events_text) - (size_t)(end - events_text);

	(void)context;
	if (room < 256)
		return;
	end += sprintf(end, "%s%s", end == events_text ? "" : "; ", short_name(event->id));
	for (int i = 0; description->field[i].kind != TRACE_FIELD_END; i++) {
		bool hex = description->field[i].kind == TRACE_FIELD_PFN && event->field[i] >= 0;

		end += sprintf(end, hex ? " %llx" : " %lld", (long long)event->field[i]);
	}
}

static void on_console(const char *text, void *context)
{
	(void)context;
	strncat(console_text, text, sizeof(console_text) - strlen(console_text) - 1);
}

static void on_bug(const char *text, void *context)
{
	(void)context;
	hand_bugs++;
	snprintf(hand_bug_text, sizeof(hand_bug_text), "%s", text);
}

static int compare_ranges(const void *a, const void *b)
{
	const struct memory_range *x = a, *y = b;

	return x->start_pfn < y->start_pfn ? -1 : x->start_pfn > y->start_pfn;
}

static void lay_zone(const struct hand_zone *spec)
{
	struct pglist_data *pgdat = NODE_DATA(spec->nid);
	struct zone *zone = &pgdat->node_zones[spec->zid];

	zone->zone_start_pfn = spec->start_pfn;
	zone->spanned_pages = spec->pages;
	zone->present_pages = spec->pages;
	zone->managed_pages = spec->pages;
	zone->initialized = true;
	zone->contiguous = true;
	pgdat->node_present_pages += spec->pages;
	pgdat->node_spanned_pages += spec->pages;
	if (pgdat->nr_zones <= (int)spec->zid)
		pgdat->nr_zones = (int)spec->zid + 1;
	world->totalram_pages += spec->pages;
}

/**
 * Make a machine and put it into focus: nothing free, every pageblock movable, no watermarks, no counter differences,
 * events, console and violations recorded.
 */
void hand_machine(const struct hand_zone *zones, int nr_zones, int nr_cpus)
{
	struct memory_range ranges[16];
	struct pageflow_error error = { 0 };

	ck_assert_ptr_nonnull(machine_new(&error));
	wire_hooks(world);
	world->nr_cpus = nr_cpus;
	world->cpu_online = (1ull << nr_cpus) - 1;
	for (int i = 0; i < nr_zones; i++)
		ranges[i] = (struct memory_range){ .start_pfn = zones[i].start_pfn,
						   .end_pfn = zones[i].start_pfn + zones[i].pages,
						   .nid = zones[i].nid };
	qsort(ranges, (size_t)nr_zones, sizeof(ranges[0]), compare_ranges);
	ck_assert_int_eq(memory_map_reserve(ranges, nr_zones, &error), 0);
	for (int i = 0; i < nr_zones; i++) {
		if (!NODE_DATA(zones[i].nid))
			ck_assert_ptr_nonnull(node_new(zones[i].nid));
		lay_zone(&zones[i]);
	}
	for (int nid = 0; nid < MAX_NUMNODES; nid++)
		for (int zid = 0; NODE_DATA(nid) && zid < MAX_NR_ZONES; zid++)
			zone_pagesets_init(&NODE_DATA(nid)->node_zones[zid], HAND_HIGH, HAND_BATCH);
	for (int i = 0; i < nr_zones; i++) {
		memmap_init_range(&ranges[i]);
		for (unsigned long pfn = ranges[i].start_pfn; pfn < ranges[i].end_pfn; pfn++)
			*pageblock_byte(pfn) = MIGRATE_MOVABLE;
	}
	node_states_update();
	build_all_zonelists();
	world->page_group_by_mobility_disabled = false;
	current->mems_allowed = world->node_memory_map;
	world->subscriber = on_event;
	world->console = on_console;
	world->bug_handler = on_bug;
	hand_bugs = 0;
	events_text[0] = '\0';
	console_text[0] = '\0';
}

/** A machine of one zone, ZONE_DMA, 16 pageblocks from HAND_START on, one CPU. */
struct zone *hand_one_zone(void)
{
	const struct hand_zone zone = { 0, ZONE_DMA, HAND_START, 16 * pageblock_nr_pages };

	hand_machine(&zone, 1, 1);
	return hand_zone(0, ZONE_DMA);
}

struct zone *hand_zone(int nid, enum zone_type zid)
{
	return &NODE_DATA(nid)->node_zones[zid];
}

/** Lay a free block at the tail of a list, and count it. */
struct page *hand_lay(unsigned long pfn, unsigned int order, int migratetype)
{
	struct page *page = pfn_to_page(pfn);
	struct zone *zone = page_zone(page);

	ck_assert_uint_eq(pfn & ((1ul << order) - 1), 0);
	for (unsigned long i = 0; i < 1ul << order; i++)
		set_page_count(page + i, 0);
	set_page_order(page, order);
	add_to_free_list_tail(page, zone, order, migratetype);
	if (!is_migrate_isolate(migratetype))
		zone_page_state_add(1l << order, zone, NR_FREE_PAGES);
	if (is_migrate_cma(migratetype))
		zone_page_state_add(1l << order, zone, NR_FREE_CMA_PAGES);
	return page;
}

/** Lay several blocks of one order, each behind the other, and give their pageblocks the type. */
void hand_lay_blocks(unsigned long pfn, unsigned int order, int migratetype, int blocks)
{
	for (int i = 0; i < blocks; i++, pfn += 1ul << order) {
		hand_pageblock(pfn, migratetype);
		hand_lay(pfn, order, migratetype);
	}
}

/** Put a page at the tail of a per-CPU list, tagged with a type. */
struct page *hand_pcp(struct zone *zone, int cpu, int list, unsigned long pfn, int migratetype)
{
	struct per_cpu_pages *pcp = &zone->pageset[cpu].pcp;
	struct page *page = pfn_to_page(pfn);

	set_page_count(page, 0);
	set_pcppage_migratetype(page, migratetype);
	list_add_tail(&page->lru, &pcp->lists[list]);
	pcp->count++;
	return page;
}

/** A zone whose per-CPU lists have these lengths: U from 40000, M from 40200, R from 40400, the oldest with the lowest PFN. */
struct zone *hand_pcp_lists(int u, int m, int r)
{
	struct zone *zone = hand_one_zone();
	const int length[MIGRATE_PCPTYPES] = { u, m, r };
	static const int type[MIGRATE_PCPTYPES] = { U, M, R };

	for (int list = 0; list < MIGRATE_PCPTYPES; list++) {
		hand_pageblock(0x40000 + 0x200ul * (unsigned long)list, type[list]);
		for (int i = length[list] - 1; i >= 0; i--)
			hand_pcp(zone, 0, list,
				 0x40000 + 0x200ul * (unsigned long)list + 2ul * (unsigned long)i,
				 type[list]);
	}
	return zone;
}

void hand_pageblock(unsigned long pfn, int migratetype)
{
	*pageblock_byte(pfn) = (u8)migratetype;
}

void hand_marks(struct zone *zone, unsigned long min, unsigned long low, unsigned long high)
{
	zone->_watermark[WMARK_MIN] = min;
	zone->_watermark[WMARK_LOW] = low;
	zone->_watermark[WMARK_HIGH] = high;
}

/** The context of a request that starts at a node's zonelist, without nodemask. */
struct alloc_context hand_context(int nid, enum zone_type highest, int migratetype)
{
	struct zonelist *zonelist = &NODE_DATA(nid)->node_zonelists[ZONELIST_FALLBACK];

	return (struct alloc_context){
		.zonelist = zonelist,
		.preferred_zoneref = first_zones_zonelist(zonelist, (int)highest, NULL),
		.migratetype = migratetype,
		.highest_zoneidx = highest,
	};
}

static const char *list_text(const struct list_head *list)
{
	const struct list_head *entry;
	char *text = next_text(), *end = text;

	list_for_each(entry, list) {
		if (end - text > TEXT_SIZE - 32)
			break;
		end += sprintf(end, "%s%lx", end == text ? "" : " ",
			       page_to_pfn(list_entry(entry, struct page, lru)));
	}
	return text;
}

/** A free list, head first: "40005 40003"; "" when it is empty. */
const char *hand_list(const struct zone *zone, unsigned int order, int migratetype)
{
	return list_text(&zone->free_area[order].free_list[migratetype]);
}

/** A per-CPU list, head first. */
const char *hand_pcplist(const struct zone *zone, int cpu, int migratetype)
{
	return list_text(&zone->pageset[cpu].pcp.lists[migratetype]);
}

/** The events since the last look: "free 40000 0; pcpu_drain 40000 0 1". */
const char *hand_events(void)
{
	static char seen[sizeof(events_text)];

	memcpy(seen, events_text, sizeof(seen));
	events_text[0] = '\0';
	return seen;
}

void hand_forget_events(void)
{
	events_text[0] = '\0';
}

/** What the console got since the last look. */
const char *hand_console(void)
{
	static char seen[sizeof(console_text)];

	memcpy(seen, console_text, sizeof(seen));
	console_text[0] = '\0';
	return seen;
}

/** The exact number of free pages: the total and the differences of all CPUs. */
long hand_free_pages(const struct zone *zone)
{
	long pages = zone->vm_stat[NR_FREE_PAGES];

	for (int cpu = 0; cpu < world->nr_cpus; cpu++)
		pages += zone->pageset[cpu].vm_stat_diff[NR_FREE_PAGES];
	return pages;
}

/* Like ck_assert(), which tells its parent process of every call: too dear once a page. */
#define HOLDS(condition) HOLDS_OR(condition, "%s", #condition)
#define HOLDS_OR(condition, ...)                   \
	do {                                       \
		if (!(condition))                  \
			ck_abort_msg(__VA_ARGS__); \
	} while (0)

/** A free block of a list: marked, aligned, in its zone, in nobody's hands and on this list only. */
static void check_block(const struct zone *zone, const struct page *page, unsigned int order,
			char *seen)
{
	unsigned long pfn = page_to_pfn(page);

	HOLDS(PageBuddy(page));
	HOLDS(page_order(page) == order);
	HOLDS((pfn & ((1ul << order) - 1)) == 0);
	for (unsigned long i = 0; i < 1ul << order; i++) {
		HOLDS(zone_spans_pfn(zone, pfn + i));
		HOLDS(page_zone(page + i) == zone);
		HOLDS(page_count(page + i) == 0);
		HOLDS_OR(!seen[pfn + i - zone->zone_start_pfn], "page %#lx is on two lists",
			 pfn + i);
		seen[pfn + i - zone->zone_start_pfn] = 1;
	}
}

static void check_pcp(const struct zone *zone, int cpu, char *seen)
{
	const struct per_cpu_pages *pcp = &zone->pageset[cpu].pcp;
	int count = 0;

	for (int type = 0; type < MIGRATE_PCPTYPES; type++) {
		const struct list_head *entry;

		list_for_each(entry, &pcp->lists[type]) {
			const struct page *page = list_entry(entry, struct page, lru);
			unsigned long pfn = page_to_pfn(page);

			HOLDS(!PageBuddy(page));
			HOLDS(page_zone(page) == zone);
			HOLDS(page_count(page) == 0);
			HOLDS_OR(!seen[pfn - zone->zone_start_pfn], "page %#lx is on two lists",
				 pfn);
			seen[pfn - zone->zone_start_pfn] = 1;
			count++;
		}
	}
	HOLDS(pcp->count == count);
}

/** Two free buddies below a pageblock's size must have merged, unless they lie on an isolated border. */
static void check_merged(const struct page *page, unsigned int order)
{
	unsigned long buddy_pfn = page_to_pfn(page) ^ (1ul << order);
	const struct page *buddy;

	if (order >= pageblock_order || !pfn_valid(buddy_pfn))
		return;
	buddy = pfn_to_page(buddy_pfn);
	HOLDS_OR(!PageBuddy(buddy) || page_order(buddy) != order ||
			 page_zone(buddy) != page_zone(page),
		 "%#lx and %#lx of order %u are free and did not merge", page_to_pfn(page),
		 buddy_pfn, order);
}

/** Check everything that must always hold of a zone; with `counted` also that the counters equal the lists. */
void hand_check_zone(struct zone *zone, bool counted)
{
	char *seen = calloc(zone->spanned_pages, 1);
	long pages = 0, cma = 0, exact_cma = zone->vm_stat[NR_FREE_CMA_PAGES];

	HOLDS(!zone->lock.held);
	HOLDS(world->irqs_disabled == 0);
	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		unsigned long blocks = 0;

		for (int type = 0; type < MIGRATE_TYPES; type++) {
			const struct list_head *entry;

			list_for_each(entry, &zone->free_area[order].free_list[type]) {
				const struct page *page = list_entry(entry, struct page, lru);

				check_block(zone, page, order, seen);
				check_merged(page, order);
				blocks++;
				pages += is_migrate_isolate(type) ? 0 : 1l << order;
				cma += is_migrate_cma(type) ? 1l << order : 0;
			}
		}
		HOLDS(zone->free_area[order].nr_free == blocks);
	}
	for (int cpu = 0; cpu < world->nr_cpus; cpu++) {
		check_pcp(zone, cpu, seen);
		exact_cma += zone->pageset[cpu].vm_stat_diff[NR_FREE_CMA_PAGES];
	}
	if (counted) {
		HOLDS(hand_free_pages(zone) == pages);
		HOLDS(exact_cma == cma);
	}
	free(seen);
}
