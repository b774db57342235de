/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Reading the text of ftrace: /sys/kernel/tracing/trace, trace_pipe, `trace-cmd report`, `perf script`.
 *
 * All of them write one event a line: who ran, on which processor, when, the event's name, its fields. They
 * differ in what stands between. A stack is written after its event, line by line; with several processors
 * other events may stand between the two. So the last few events are held back for a while.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tools/kmem/kmem.h"

/** How many events are held back for a stack that may follow. */
#define NR_HELD 32

/** The longest word in parentheses after a task's number: the number of its thread group. */
#define MAX_GROUP 24

/** An event that is held back. */
struct held {
	struct kmem_event event;
	bool settled; /**< its processor has gone on: what follows is not its stack */
	bool outside; /**< the stack has left the page allocator: its call site is known */
};

/** The reading of one text. */
struct reading {
	kmem_handler handler;
	void *context;
	struct kmem_totals *totals;
	struct held held[NR_HELD]; /**< a ring */
	size_t oldest;
	size_t nr_held;
	struct held *stack; /**< the event that stack lines belong to */
	bool ended;	    /**< the handler wants no more */
};

/** What comes before the fields of an event. */
struct head {
	struct word task;
	long pid;
	uint64_t cpu;
	uint64_t time;
	bool ticks;
	struct word name;
	const char *fields;
};

/** Functions of the page allocator and of tracing, a star for any end: not who asked for a page. */
static const char *const inner_functions[] = {
	"__alloc_pages*",
	"alloc_pages*",
	"alloc_page_interleave",
	"get_page_from_freelist",
	"__get_free_pages*",
	"get_zeroed_page*",
	"rmqueue*",
	"__rmqueue*",
	"steal_suitable_fallback",
	"prep_new_page",
	"__folio_alloc*",
	"folio_alloc*",
	"free_pages",
	"free_pages_prepare",
	"free_pages_exact",
	"__free_pages*",
	"free_unref_page*",
	"free_pcppages_bulk",
	"free_pcp_prepare",
	"drain_pages*",
	"drain_local_pages*",
	"drain_zone_pages",
	"trace_event_*",
	"event_trigger*",
	"perf_trace_*",
	"__ftrace_trace_stack",
	"__traceiter_*",
};

/** Hand the oldest held event over. */
static void hand_over(struct reading *reading)
{
	struct held *held = &reading->held[reading->oldest];

	reading->oldest = (reading->oldest + 1) % NR_HELD;
	reading->nr_held--;
	reading->totals->events++;
	if (!reading->ended && !reading->handler(&held->event, reading->context))
		reading->ended = true;
}

/** The event, newest first, that a processor was at last; NULL when it has gone on. */
static struct held *find_held(struct reading *reading, uint64_t cpu)
{
	for (size_t i = reading->nr_held; i > 0; i--) {
		struct held *held = &reading->held[(reading->oldest + i - 1) % NR_HELD];

		if (held->event.cpu == cpu)
			return held->settled ? NULL : held;
	}
	return NULL;
}

/** Hold an event back, and hand over the oldest when there is no room. */
static void hold(struct reading *reading, const struct kmem_event *event)
{
	struct held *held;

	if (reading->nr_held == NR_HELD)
		hand_over(reading);
	held = &reading->held[(reading->oldest + reading->nr_held++) % NR_HELD];
	*held = (struct held){ .event = *event };
	reading->stack = held;
}

/** A field's value: the word after its name and `=`; length 0 when there is none. */
static struct word field(const char *fields, const char *key)
{
	size_t length = strlen(key);

	for (const char *at = fields; (at = strstr(at, key)); at += length) {
		const char *value = at + length + 1;

		if (at[length] == '=' && (at == fields || at[-1] == ' ' || at[-1] == '\t'))
			return next_word(&value);
	}
	return (struct word){ fields, 0 };
}

/** A field that is a number of at most 32 bits. */
static bool small_field(const char *fields, const char *key, unsigned int *value)
{
	uint64_t number;

	if (!word_number(field(fields, key), &number) || number > UINT32_MAX)
		return false;
	*value = (unsigned int)number;
	return true;
}

/** An order that some kernel may have. */
static bool order_field(const char *fields, const char *key, unsigned int *order)
{
	return small_field(fields, key, order) && *order < KMEM_NR_ORDERS;
}

/** A migratetype: its number, or its name as /proc or the kernel's sources have it. */
static int type_field(const char *fields, const char *key)
{
	struct word word = field(fields, key);
	uint64_t number;

	if (word_number(word, &number))
		return number <= INT32_MAX ? (int)number : KMEM_NO_TYPE;
	if (word.length > 8 && !strncasecmp(word.at, "MIGRATE_", 8)) {
		word.at += 8;
		word.length -= 8;
	}
	for (int i = 0; i < MIGRATE_TYPES; i++)
		if (word.length == strlen(migratetype_names[i]) &&
		    !strncasecmp(word.at, migratetype_names[i], word.length))
			return i;
	return KMEM_NO_TYPE;
}

/** Is the page pointer printed, and is it null? -1: null, 1: it points somewhere, 0: not said. */
static int page_pointer(struct word page)
{
	size_t zeros = 0;

	if (word_is(page, "(null)") || word_is(page, "(nil)"))
		return -1;
	if (page.length > 2 && page.at[0] == '0' && page.at[1] == 'x')
		page = (struct word){ page.at + 2, page.length - 2 };
	for (size_t i = 0; i < page.length; i++) {
		if (!isxdigit((unsigned char)page.at[i]))
			return 0;
		zeros += page.at[i] == '0';
	}
	return !page.length ? 0 : zeros == page.length ? -1 : 1;
}

/** Which page; KMEM_NO_PAGE for none. The kernel prints none as a null pointer and frame 0, or as frame -1. */
static bool page_field(const char *fields, uint64_t *pfn)
{
	int pointer = page_pointer(field(fields, "page"));

	if (!word_number(field(fields, "pfn"), pfn))
		return false;
	if (pointer < 0 || (pointer == 0 && *pfn == 0))
		*pfn = KMEM_NO_PAGE;
	return true;
}

/** The call site as given; the length of its function, after a slash, is left out. */
static struct word call_site(struct word site)
{
	const char *slash = memchr(site.at, '/', site.length);

	if (slash)
		site.length = (size_t)(slash - site.at);
	return site;
}

/** The fields of a slab's event. */
static bool read_slab(const char *fields, struct kmem_event *event)
{
	event->gfp = field(fields, "gfp_flags");
	if (event->kind == KMEM_SLAB_FREE)
		return true;
	return word_number(field(fields, "bytes_req"), &event->bytes_requested) &&
	       word_number(field(fields, "bytes_alloc"), &event->bytes_allocated);
}

/** The fields of an event about pages. */
static bool read_page(const char *fields, struct kmem_event *event)
{
	if (!page_field(fields, &event->pfn))
		return false;
	event->type = type_field(fields, "migratetype");
	switch (event->kind) {
	case KMEM_EXTFRAG:
		event->type = type_field(fields, "alloc_migratetype");
		event->fallback_type = type_field(fields, "fallback_migratetype");
		event->fragmenting = word_is(field(fields, "fragmenting"), "1");
		event->owned = word_is(field(fields, "change_ownership"), "1");
		return order_field(fields, "alloc_order", &event->order) &&
		       order_field(fields, "fallback_order", &event->fallback_order);
	case KMEM_FREE_BATCHED:
		return true;
	case KMEM_ALLOC:
		event->gfp = field(fields, "gfp_flags");
		break;
	case KMEM_ZONE_LOCKED:
		event->refill = word_is(field(fields, "percpu_refill"), "1");
		break;
	default:
		break;
	}
	return order_field(fields, "order", &event->order);
}

/** Read a task and its number, which end where the processor begins. */
static bool read_task(const char *line, const char *end, struct head *head)
{
	const char *digits;
	uint64_t pid;

	while (end > line && isspace((unsigned char)end[-1]))
		end--;
	if (end > line && end[-1] == ')') {
		const char *least = end - line > MAX_GROUP ? end - MAX_GROUP : line;

		while (end > least && *end != '(')
			end--;
		while (end > line && isspace((unsigned char)end[-1]))
			end--;
	}
	for (digits = end; digits > line && isdigit((unsigned char)digits[-1]);)
		digits--;
	if (!word_number((struct word){ digits, (size_t)(end - digits) }, &pid) ||
	    pid > INT32_MAX || digits == line || !strchr("-/ \t", digits[-1]))
		return false;
	end = digits - 1;
	if (*end == '/')
		while (end > line && isdigit((unsigned char)end[-1]))
			end--;
	while (end > line && isspace((unsigned char)end[-1]))
		end--;
	head->task = (struct word){ line, (size_t)(end - line) };
	head->pid = (long)pid;
	return true;
}

/** Read what follows the processor: perhaps flags, then the time, then perhaps a count, then the name. */
static bool read_time_and_name(const char *at, struct head *head)
{
	struct word word = next_word(&at);
	const char *colon;
	uint64_t count;

	for (int words = 0; words < 2; words++, word = next_word(&at)) {
		if (!word.length)
			return false;
		if (word.at[word.length - 1] != ':')
			continue;
		word.length--;
		if (word_time(word, &head->time, &head->ticks))
			break;
		word.length++;
	}
	if (!word.length || word.at[word.length] != ':')
		return false;
	word = next_word(&at);
	if (word_number(word, &count))
		word = next_word(&at);
	head->fields = at;
	/* The system may stand before the name; a colon ends the name. */
	if (word.length && word.at[word.length - 1] == ':')
		word.length--;
	while ((colon = memchr(word.at, ':', word.length))) {
		word.length -= (size_t)(colon + 1 - word.at);
		word.at = colon + 1;
	}
	head->name = word;
	return word.length > 0;
}

/** Read the head of an event's line: the first `[CPU]` with a task before it and a time after it. */
static bool read_head(const char *line, struct head *head)
{
	for (const char *at = line; (at = strchr(at, '[')); at++) {
		size_t digits = strspn(at + 1, "0123456789");
		const char *after = at + 1 + digits;

		if (digits && *after == ']' &&
		    word_number((struct word){ at + 1, digits }, &head->cpu) &&
		    head->cpu <= UINT16_MAX && read_task(line, at, head) &&
		    read_time_and_name(after + 1, head))
			return true;
	}
	return false;
}

/** Does the line that was read as an event's begin a stack? */
static bool begins_stack(const struct head *head)
{
	return word_is(head->name, "<stack") || word_is(head->name, "kernel_stack");
}

/** A line with the head of an event. */
static void read_event(struct reading *reading, const struct head *head)
{
	struct kmem_event event = { .name = head->name,
				    .time = head->time,
				    .cpu = (unsigned int)head->cpu,
				    .pid = head->pid,
				    .task = head->task,
				    .pfn = KMEM_NO_PAGE,
				    .type = KMEM_NO_TYPE,
				    .fallback_type = KMEM_NO_TYPE };
	struct held *last = find_held(reading, head->cpu);
	bool known;

	reading->stack = NULL;
	if (last)
		last->settled = true;
	if (begins_stack(head)) {
		reading->stack = last && last->event.pid == head->pid ? last : NULL;
		return;
	}
	if (head->name.at[0] == '<') /* the stack of a program */
		return;
	if (!kmem_kind_of(head->name, &event.kind)) {
		struct amount *amount = tally_of(&reading->totals->other, head->name);

		if (amount)
			amount->allocs++;
		reading->totals->out_of_memory |= !amount;
		return;
	}
	known = event.kind >= KMEM_SLAB_ALLOC ? read_slab(head->fields, &event)
					      : read_page(head->fields, &event);
	if (!reading->totals->events && !reading->nr_held)
		reading->totals->ticks = head->ticks;
	if (!known || head->ticks != reading->totals->ticks) {
		reading->totals->skipped++;
		return;
	}
	event.site = call_site(field(head->fields, "call_site"));
	hold(reading, &event);
}

/** Is this function, without an offset or the compiler's suffix, one of the page allocator or of tracing? */
static bool is_inner(struct word function)
{
	size_t length = 0;

	while (length < function.length && !strchr("+.", function.at[length]))
		length++;
	for (size_t i = 0; i < sizeof(inner_functions) / sizeof(inner_functions[0]); i++) {
		size_t wanted = strcspn(inner_functions[i], "*");

		if ((length == wanted || (length > wanted && inner_functions[i][wanted])) &&
		    !memcmp(function.at, inner_functions[i], wanted))
			return true;
	}
	return false;
}

/** A function of a stack: the first one outside the page allocator is who asked. */
static void read_frame(struct reading *reading, struct word function)
{
	struct held *held = reading->stack;

	if (!held || held->outside || !function.length)
		return;
	held->event.site = call_site(function);
	held->outside = !is_inner(function);
}

/** A line of a stack: `=> FUNCTION`, or as perf has it `ADDRESS FUNCTION (...)`. */
static bool read_stack_line(struct reading *reading, const char *line)
{
	struct word word = next_word(&line);

	if (!word_is(word, "=>")) {
		if (word.length < 8 || word.length > 16)
			return false;
		for (size_t i = 0; i < word.length; i++)
			if (!isxdigit((unsigned char)word.at[i]))
				return false;
	}
	read_frame(reading, next_word(&line));
	return true;
}

/** `# entries-in-buffer/entries-written: KEPT/WRITTEN`: the oldest were overwritten. */
static void read_comment(struct reading *reading, const char *line)
{
	static const char title[] = "entries-in-buffer/entries-written:";
	const char *at = strstr(line, title), *slash;
	uint64_t kept, written;
	struct word word;

	if (!at)
		return;
	at += strlen(title);
	word = next_word(&at);
	slash = memchr(word.at, '/', word.length);
	if (slash && word_number((struct word){ word.at, (size_t)(slash - word.at) }, &kept) &&
	    word_number((struct word){ slash + 1, word.length - (size_t)(slash + 1 - word.at) },
			&written) &&
	    written > kept)
		reading->totals->lost += written - kept;
}

/** `CPU:N [LOST M EVENTS]` and `CPU:N [M EVENTS DROPPED]`; M may be missing. */
static bool read_lost(struct reading *reading, const char *line)
{
	const char *at = strchr(line, '[');
	uint64_t number;

	if (strncmp(line, "CPU", 3) || !at || (!strstr(at, "LOST") && !strstr(at, "DROPPED")))
		return false;
	at++;
	for (struct word word = next_word(&at); word.length; word = next_word(&at))
		if (word_number(word, &number)) {
			reading->totals->lost += number;
			return true;
		}
	reading->totals->lost_uncounted++;
	return true;
}

/** Lines of the front ends that tell nothing about memory. */
static bool is_remark(const char *line)
{
	return !strncmp(line, "cpus=", 5) || !strncmp(line, "version = ", 10) ||
	       (!strncmp(line, "CPU ", 4) && strstr(line, " is empty"));
}

/** Read one line. */
static void read_line(struct reading *reading, char *line)
{
	struct head head;
	size_t length;

	line += strspn(line, " \t");
	length = strlen(line);
	if (length && line[length - 1] == '\r')
		line[length - 1] = '\0';
	if (read_head(line, &head))
		read_event(reading, &head);
	else if (*line == '#')
		read_comment(reading, line);
	else if (*line && !is_remark(line) && !read_lost(reading, line) &&
		 !read_stack_line(reading, line))
		reading->totals->skipped++;
}

/**
 * @brief Read the text of ftrace or of one of its front ends.
 *
 * @param text the text; carriage returns at the ends of its lines are taken away
 * @param handler called for each event
 * @param context handed to it
 * @param totals receives what else the text says; empty before
 */
void ftrace_read(const struct text *text, kmem_handler handler, void *context,
		 struct kmem_totals *totals)
{
	struct reading reading = { .handler = handler, .context = context, .totals = totals };

	for (size_t i = 0; i < text->nr_lines && !reading.ended; i++)
		read_line(&reading, text->line[i]);
	while (reading.nr_held)
		hand_over(&reading);
}
