/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * What became of a machine; see observe.h.
 */
#include "observe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "machine.h"
#include "stages/stages.h"
#include "vmstat.h"
#include "world/world.h"

/** Texts that the looking functions return: each stays valid for the next seven calls. */
#define TEXT_SLOTS 8
#define TEXT_SIZE  65536

static struct trace_event *events;
static int nr_events, room_for_events;
static char *console;
static size_t console_length;
static char last_bug[1024];
static int nr_bugs;
static bool bugs_unseen; /* the test has not asked since the last one */

static char *text_slot(void)
{
	static char *slots[TEXT_SLOTS];
	static int next;
	char **slot = &slots[next++ % TEXT_SLOTS];

	if (!*slot)
		*slot = malloc(TEXT_SIZE);
	(*slot)[0] = '\0';
	return *slot;
}

static void keep_event(const struct trace_event *event, void *context)
{
	(void)context;
	if (nr_events == room_for_events) {
		room_for_events = room_for_events ? 2 * room_for_events : 256;
		events = realloc(events, sizeof(*events) * (size_t)room_for_events);
	}
	events[nr_events++] = *event;
}

static void keep_text(const char *text, void *context)
{
	size_t length = strlen(text);

	(void)context;
	console = realloc(console, console_length + length + 1);
	memcpy(console + console_length, text, length + 1);
	console_length += length;
}

static void keep_bug(const char *text, void *context)
{
	(void)context;
	nr_bugs++;
	bugs_unseen = true;
	snprintf(last_bug, sizeof(last_bug), "%s", text);
}

/** Is there a zone whose lock nobody has released? */
static bool a_lock_is_held(void)
{
	struct zone *zone;
	int nid;

	for_each_zone(nid, zone)
		if (zone->lock.held)
			return true;
	return false;
}

/** Which page frame does this pointer describe? It is looked for from the first to the last: for a test that has failed. */
bool test_frame_of(const void *pointer, unsigned long *pfn)
{
	struct zone *zone;
	int nid;

	if (!world)
		return false;
	for_each_populated_zone(nid, zone) {
		unsigned long end = zone->zone_start_pfn + zone->spanned_pages;

		for (*pfn = zone->zone_start_pfn; *pfn < end; ++*pfn)
			if (pfn_valid(*pfn) && pfn_to_page(*pfn) == pointer)
				return true;
	}
	return false;
}

/** At the end of a test: interrupts are on again, locks are free, and no violation went unseen. */
void test_leave_in_order(void)
{
	if (!world)
		return;
	ck_assert_msg(!world->irqs_disabled, "the test ends with interrupts off");
	ck_assert_msg(!a_lock_is_held(), "the test ends with a zone's lock held");
	ck_assert_msg(!bugs_unseen, "the test ends with a violation unseen: %s", last_bug);
}

/** Record the events of the machine in focus and keep what it prints, from now on. */
void test_observe(void)
{
	world->subscriber = keep_event;
	world->console = keep_text;
	test_forget_events();
	test_forget_console();
}

void test_forget_events(void)
{
	nr_events = 0;
}

/** Events of all kinds. */
int test_events(void)
{
	return nr_events;
}

/** Events of one kind. */
int test_count(enum trace_event_id id)
{
	int count = 0;

	for (int i = 0; i < nr_events; i++)
		count += events[i].id == id;
	return count;
}

/** The n-th event of a kind, counted from 0; the test fails when there is none. */
const struct trace_event *test_event(enum trace_event_id id, int n)
{
	int at = 0;

	while (at < nr_events && (events[at].id != id || n-- > 0))
		at++;
	ck_assert_msg(at < nr_events, "no such event of %s", trace_event_descriptions[id].name);
	return &events[at];
}

/** An event by its number, whatever it is. */
const struct trace_event *test_nth_event(int n)
{
	return &events[n];
}

const struct trace_event *test_last_event(enum trace_event_id id)
{
	return test_event(id, test_count(id) - 1);
}

/** All events as text, one a line. */
const char *test_events_text(void)
{
	char *text = text_slot();
	size_t length = 0;

	for (int i = 0; i < nr_events && length < TEXT_SIZE - 512; i++) {
		length += (size_t)trace_format(&events[i], text + length, TEXT_SIZE - length - 1);
		text[length++] = '\n';
		text[length] = '\0';
	}
	return text;
}

/** What the machine printed. */
const char *test_console(void)
{
	return console ? console : "";
}

void test_forget_console(void)
{
	free(console);
	console = NULL;
	console_length = 0;
}

/** From here on violations are counted instead of ending the test. */
void test_expect_bugs(void)
{
	world->bug_handler = keep_bug;
	nr_bugs = 0;
	last_bug[0] = '\0';
}

int test_bugs(void)
{
	bugs_unseen = false;
	return nr_bugs;
}

const char *test_last_bug(void)
{
	bugs_unseen = false;
	return last_bug;
}

static const char *list_text(const struct list_head *list)
{
	char *text = text_slot();
	const struct list_head *entry;
	size_t length = 0;

	list_for_each(entry, list) {
		ck_assert_msg(length < TEXT_SIZE - 32, "a list too long to be shown");
		length += (size_t)snprintf(text + length, TEXT_SIZE - length, "%s%lx",
					   length ? " " : "",
					   page_to_pfn(list_entry(entry, struct page, lru)));
	}
	return text;
}

const char *test_free_list(const struct zone *zone, int order, int migratetype)
{
	return list_text(&zone->free_area[order].free_list[migratetype]);
}

const char *test_pcp_list(const struct zone *zone, int cpu, int migratetype)
{
	return list_text(&zone->pageset[cpu].pcp.lists[migratetype]);
}

/** Pages on the per-CPU lists of a zone, all CPUs together. */
int test_pcp_count(const struct zone *zone)
{
	int count = 0;

	for (int cpu = 0; cpu < world->nr_cpus; cpu++)
		count += zone->pageset[cpu].pcp.count;
	return count;
}

/** Free pages of a zone, the CPUs' differences included. */
long test_free_pages(const struct zone *zone)
{
	return (long)zone_page_state_snapshot(zone, NR_FREE_PAGES);
}

/** Free CMA pages of a zone, the CPUs' differences included. */
long test_free_cma_pages(const struct zone *zone)
{
	return (long)zone_page_state_snapshot(zone, NR_FREE_CMA_PAGES);
}

/** A counter of all nodes, the CPUs' differences included. */
long test_node_count(enum node_stat_item item)
{
	long sum = world->vm_node_stat[item];
	int nid;

	for_each_online_node(nid)
		for (int cpu = 0; cpu < world->nr_cpus; cpu++)
			sum += NODE_DATA(nid)->per_cpu_nodestats[cpu].vm_node_stat_diff[item];
	return sum;
}

/** Bring in what all CPUs hold back: of zones, nodes, and memory cgroups' lists. */
void test_fold(void)
{
	for (int cpu = 0; cpu < world->nr_cpus; cpu++) {
		cpu_vm_stats_fold(cpu);
		lruvec_stats_fold(cpu);
	}
}

/** An event's name without the prefix that all of its kind have. */
static const char *short_name(enum trace_event_id id)
{
	const char *name = trace_event_descriptions[id].name;

	if (!strncmp(name, "mm_page_", 8))
		return name + 8;
	return strncmp(name, "mm_vmscan_", 10) ? name : name + 10;
}

/** The events since the last look in short: "free 40000 0; pcpu_drain 40000 0 1". They are forgotten. */
const char *test_take_events(void)
{
	char *text = text_slot(), *end = text;

	for (int i = 0; i < nr_events && end - text < TEXT_SIZE - 512; i++) {
		const struct trace_event *event = &events[i];
		const struct trace_event_description *description =
			&trace_event_descriptions[event->id];

		end += sprintf(end, "%s%s", end == text ? "" : "; ", short_name(event->id));
		for (int n = 0; description->field[n].kind != TRACE_FIELD_END; n++) {
			enum trace_field_kind kind = description->field[n].kind;
			bool hex = (kind == TRACE_FIELD_PFN || kind == TRACE_FIELD_HEX_PFN) &&
				   event->field[n] >= 0;

			end += sprintf(end, hex ? " %llx" : " %lld", (long long)event->field[n]);
		}
	}
	test_forget_events();
	return text;
}

/** What the machine printed since the last look. It is forgotten. */
const char *test_take_console(void)
{
	char *text = text_slot();

	snprintf(text, TEXT_SIZE, "%s", test_console());
	test_forget_console();
	return text;
}

struct zone *test_zone(int nid, int zid)
{
	return &NODE_DATA(nid)->node_zones[zid];
}

/** Set a zone's marks, without a boost. */
void test_set_watermarks(struct zone *zone, unsigned long min, unsigned long low,
			 unsigned long high)
{
	zone->_watermark[WMARK_MIN] = min;
	zone->_watermark[WMARK_LOW] = low;
	zone->_watermark[WMARK_HIGH] = high;
	zone->watermark_boost = 0;
}
