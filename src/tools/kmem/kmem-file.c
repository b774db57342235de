/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The normalised form of a trace of `kmem:` events: what `pageflow import` writes, and reading it.
 *
 * docs/command.rst describes the form. Writing what was read gives the same bytes again.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "text/error.h"
#include "tools/kmem/kmem.h"

/** The first line of a file of this form. */
#define FIRST_LINE "kmem v1"

/** How the form names a kind of event. */
static const char letters[] = "alxfFdmM";

/** A task that the file has named. */
struct file_task {
	long pid;
	struct word name;
};

/** The reading of one file. */
struct file_reading {
	struct kmem_totals *totals;
	struct file_task *task;
	size_t nr_tasks;
	size_t room;
	const char *why; /**< what is wrong with the line */
	bool ended;	 /**< the last line was there */
};

/* ---- Writing --------------------------------------------------------------------------------- */

/** Write a word so that it stays one: length 0 is a dash. */
static void put_word(FILE *out, const char *before, struct word word)
{
	char text[512];

	word_clean(word, text, sizeof(text));
	fprintf(out, "%s%s", before, *text ? text : "-");
}

static void put_pfn(FILE *out, uint64_t pfn)
{
	if (pfn == KMEM_NO_PAGE)
		fputs(" -", out);
	else
		fprintf(out, " %" PRIu64, pfn);
}

static void put_type(FILE *out, int type)
{
	if (type == KMEM_NO_TYPE)
		fputs(" -", out);
	else
		fprintf(out, " %d", type);
}

/** Seconds with six digits, or nine where six do not say all; or ticks. */
static void put_time(FILE *out, uint64_t time, bool ticks)
{
	if (ticks)
		fprintf(out, "%" PRIu64, time);
	else if (time % 1000)
		fprintf(out, "%" PRIu64 ".%09" PRIu64, time / 1000000000, time % 1000000000);
	else
		fprintf(out, "%" PRIu64 ".%06" PRIu64, time / 1000000000, time / 1000 % 1000000);
}

/** The fields of an event, which follow its letter. */
static void put_fields(FILE *out, const struct kmem_event *event)
{
	if (event->kind >= KMEM_SLAB_ALLOC) {
		put_word(out, " ", event->name);
		if (event->kind == KMEM_SLAB_ALLOC) {
			fprintf(out, " %" PRIu64 " %" PRIu64, event->bytes_requested,
				event->bytes_allocated);
			put_word(out, " ", event->gfp);
		}
		return;
	}
	put_pfn(out, event->pfn);
	fprintf(out, " %u", event->order);
	if (event->kind == KMEM_EXTFRAG)
		fprintf(out, " %u", event->fallback_order);
	if (event->kind != KMEM_FREE && event->kind != KMEM_FREE_BATCHED)
		put_type(out, event->type);
	if (event->kind == KMEM_ALLOC)
		put_word(out, " ", event->gfp);
	if (event->kind == KMEM_ZONE_LOCKED)
		fprintf(out, " %d", event->refill);
	if (event->kind == KMEM_EXTFRAG) {
		put_type(out, event->fallback_type);
		fprintf(out, " %d %d", event->fragmenting, event->owned);
	}
}

/** The number of a task in this file; one that is new is named first. Negative when there is no memory. */
static long tell_task(struct kmem_writer *writer, const struct kmem_event *event)
{
	size_t before = writer->tasks.nr_entries;
	char name[128], key[160];
	long number;

	word_clean(event->task, name, sizeof(name));
	snprintf(key, sizeof(key), "%ld %s", event->pid, name);
	number = tally_index(&writer->tasks, word_of(key));
	if (number >= 0 && writer->tasks.nr_entries > before)
		fprintf(writer->out, "task %ld %s\n", number, key);
	return number;
}

/**
 * @brief Write an event; before the first, the head of the file.
 *
 * @param writer where to
 * @param event the event
 * @param ticks the times of this file are ticks
 * @return false when there is no memory
 */
bool kmem_writer_event(struct kmem_writer *writer, const struct kmem_event *event, bool ticks)
{
	long task;

	if (!writer->begun)
		fprintf(writer->out, FIRST_LINE "\nclock %s\n", ticks ? "ticks" : "seconds");
	writer->begun = true;
	task = tell_task(writer, event);
	if (task < 0)
		return false;
	put_time(writer->out, event->time, ticks);
	fprintf(writer->out, " %u %ld %c", event->cpu, task, letters[event->kind]);
	put_fields(writer->out, event);
	if (event->site.length)
		put_word(writer->out, " @", event->site);
	fputc('\n', writer->out);
	return true;
}

/**
 * @brief Write the end of the file.
 *
 * @param writer where to; its memory is given back
 * @param totals what is known besides the events
 */
void kmem_writer_end(struct kmem_writer *writer, const struct kmem_totals *totals)
{
	for (size_t i = 0; i < totals->other.nr_entries; i++) {
		fprintf(writer->out, "other %" PRIu64, totals->other.entry[i].amount.allocs);
		put_word(writer->out, " ", word_of(totals->other.entry[i].name));
		fputc('\n', writer->out);
	}
	fprintf(writer->out, "lost %" PRIu64 " %" PRIu64 "\nskipped %" PRIu64 "\nend %" PRIu64 "\n",
		totals->lost, totals->lost_uncounted, totals->skipped, totals->events);
	tally_free(&writer->tasks);
}

/* ---- Reading --------------------------------------------------------------------------------- */

/** Note what is wrong with the line. */
static bool refuse(struct file_reading *reading, const char *why)
{
	if (!reading->why)
		reading->why = why;
	return false;
}

/** The next word, a number that is at most `most`. */
static bool get_number(struct file_reading *reading, const char **at, uint64_t most,
		       uint64_t *value)
{
	struct word word = next_word(at);

	if (word_is(word, "-1") || !word_number(word, value) || *value > most)
		return refuse(reading, "a number is missing, wrong or too large");
	return true;
}

static bool get_order(struct file_reading *reading, const char **at, unsigned int *order)
{
	uint64_t value;

	if (!get_number(reading, at, KMEM_NR_ORDERS - 1, &value))
		return false;
	*order = (unsigned int)value;
	return true;
}

/** The next word, a number or a dash, which is `none`. */
static bool get_or_none(struct file_reading *reading, const char **at, uint64_t most, uint64_t none,
			uint64_t *value)
{
	const char *after = *at;

	if (!word_is(next_word(&after), "-"))
		return get_number(reading, at, most, value);
	*at = after;
	*value = none;
	return true;
}

static bool get_type(struct file_reading *reading, const char **at, int *type)
{
	uint64_t value;

	if (!get_or_none(reading, at, INT32_MAX, UINT64_MAX, &value))
		return false;
	*type = value == UINT64_MAX ? KMEM_NO_TYPE : (int)value;
	return true;
}

static bool get_flag(struct file_reading *reading, const char **at, bool *flag)
{
	uint64_t value;

	if (!get_number(reading, at, 1, &value))
		return false;
	*flag = value;
	return true;
}

/** The next word, whatever it is; a dash is none. */
static bool get_word(struct file_reading *reading, const char **at, struct word *word)
{
	*word = next_word(at);
	if (!word->length)
		return refuse(reading, "a word is missing");
	if (word_is(*word, "-"))
		word->length = 0;
	return true;
}

/** The fields of an event, which follow its letter. */
static bool get_fields(struct file_reading *reading, const char **at, struct kmem_event *event)
{
	if (event->kind >= KMEM_SLAB_ALLOC)
		return get_word(reading, at, &event->name) &&
		       (event->kind == KMEM_SLAB_FREE ||
			(get_number(reading, at, UINT64_MAX, &event->bytes_requested) &&
			 get_number(reading, at, UINT64_MAX, &event->bytes_allocated) &&
			 get_word(reading, at, &event->gfp)));
	if (!get_or_none(reading, at, UINT64_MAX, KMEM_NO_PAGE, &event->pfn) ||
	    !get_order(reading, at, &event->order))
		return false;
	switch (event->kind) {
	case KMEM_ALLOC:
		return get_type(reading, at, &event->type) && get_word(reading, at, &event->gfp);
	case KMEM_ZONE_LOCKED:
		return get_type(reading, at, &event->type) && get_flag(reading, at, &event->refill);
	case KMEM_EXTFRAG:
		return get_order(reading, at, &event->fallback_order) &&
		       get_type(reading, at, &event->type) &&
		       get_type(reading, at, &event->fallback_type) &&
		       get_flag(reading, at, &event->fragmenting) &&
		       get_flag(reading, at, &event->owned);
	case KMEM_DRAIN:
		return get_type(reading, at, &event->type);
	default:
		return true;
	}
}

/** The time, the processor, the task and the letter of an event. */
static bool get_head(struct file_reading *reading, const char **at, struct kmem_event *event)
{
	uint64_t cpu, task;
	struct word letter;
	const char *kind;
	bool ticks;

	if (!word_time(next_word(at), &event->time, &ticks) || ticks != reading->totals->ticks)
		return refuse(reading, "it does not begin with a time of this file's clock");
	if (!get_number(reading, at, UINT16_MAX, &cpu) ||
	    !get_number(reading, at, UINT32_MAX, &task))
		return false;
	if (task >= reading->nr_tasks)
		return refuse(reading, "no task of this number was named before");
	event->cpu = (unsigned int)cpu;
	event->pid = reading->task[task].pid;
	event->task = reading->task[task].name;
	letter = next_word(at);
	kind = letter.length == 1 ? memchr(letters, *letter.at, NR_KMEM_KINDS) : NULL;
	if (!kind)
		return refuse(reading, "it is not an event of this form");
	event->kind = (enum kmem_kind)(kind - letters);
	return true;
}

/** `TIME CPU TASK LETTER FIELD... [@SITE]` */
static bool get_event(struct file_reading *reading, const char *at, struct kmem_event *event)
{
	struct word rest;

	*event = (struct kmem_event){ .pfn = KMEM_NO_PAGE,
				      .type = KMEM_NO_TYPE,
				      .fallback_type = KMEM_NO_TYPE };
	if (!get_head(reading, &at, event) || !get_fields(reading, &at, event))
		return false;
	rest = next_word(&at);
	if (rest.length > 1 && *rest.at == '@') {
		event->site = (struct word){ rest.at + 1, rest.length - 1 };
		rest = next_word(&at);
	}
	return !rest.length || refuse(reading, "it has more fields than the event");
}

/** `task NUMBER PID NAME`; numbers count from 0. */
static bool get_task(struct file_reading *reading, const char *at)
{
	uint64_t number, pid;

	if (!get_number(reading, &at, UINT32_MAX, &number) ||
	    !get_number(reading, &at, INT32_MAX, &pid))
		return false;
	if (number != reading->nr_tasks)
		return refuse(reading, "the tasks are not numbered one after the other");
	if (reading->nr_tasks == reading->room) {
		size_t room = reading->room ? reading->room * 2 : 32;
		struct file_task *grown = realloc(reading->task, room * sizeof(*grown));

		if (!grown) {
			reading->totals->out_of_memory = true;
			return false;
		}
		reading->task = grown;
		reading->room = room;
	}
	at += *at == ' ';
	reading->task[reading->nr_tasks++] = (struct file_task){ (long)pid, word_of(at) };
	return true;
}

/** `other COUNT NAME` */
static bool get_other(struct file_reading *reading, const char *at)
{
	struct amount *amount;
	struct word name;
	uint64_t count;

	if (!get_number(reading, &at, UINT64_MAX, &count) || !get_word(reading, &at, &name))
		return false;
	amount = tally_of(&reading->totals->other, name);
	if (amount)
		amount->allocs += count;
	reading->totals->out_of_memory |= !amount;
	return amount;
}

/** Lines other than events: true when it was one of those; what is wrong with it is noted. */
static bool get_other_line(struct file_reading *reading, const char *at)
{
	struct kmem_totals *totals = reading->totals;
	struct word word = next_word(&at);
	uint64_t events;

	if (word_is(word, "task"))
		get_task(reading, at);
	else if (word_is(word, "other"))
		get_other(reading, at);
	else if (word_is(word, "lost"))
		(void)(get_number(reading, &at, UINT64_MAX, &totals->lost) &&
		       get_number(reading, &at, UINT64_MAX, &totals->lost_uncounted));
	else if (word_is(word, "skipped"))
		get_number(reading, &at, UINT64_MAX, &totals->skipped);
	else if (word_is(word, "end")) {
		if (get_number(reading, &at, UINT64_MAX, &events) && events != totals->events)
			refuse(reading, "the file does not have as many events as it says");
		reading->ended = true;
	} else {
		return false;
	}
	return true;
}

/** Read the lines after the head; how many were right. */
static size_t read_lines(struct file_reading *reading, const struct text *text,
			 kmem_handler handler, void *context)
{
	struct kmem_event event;
	size_t line;

	for (line = 2; line < text->nr_lines && !reading->ended; line++) {
		if (!get_other_line(reading, text->line[line]) &&
		    get_event(reading, text->line[line], &event)) {
			reading->totals->events++;
			if (!handler(&event, context))
				break;
		}
		if (reading->why || reading->totals->out_of_memory)
			break;
	}
	return line;
}

/**
 * @brief Is a text of the normalised form?
 *
 * @param text the text
 * @return true when its first line says so, of whatever version
 */
bool kmem_file_is(const struct text *text)
{
	return ENGINE_EITHER->format(text).kind == TEXT_KMEM;
}

/**
 * @brief Read a text of the normalised form. Unlike a trace it must be whole and right.
 *
 * @param text the text
 * @param handler called for each event
 * @param context handed to it
 * @param totals receives what else the text says; empty before
 * @param error receives what went wrong
 * @return 0 or -1
 */
int kmem_file_read(const struct text *text, kmem_handler handler, void *context,
		   struct kmem_totals *totals, struct pageflow_error *error)
{
	struct file_reading reading = { .totals = totals };
	const char *clock = text->nr_lines > 1 ? text->line[1] : "";
	size_t line = 0;

	totals->ticks = !strcmp(clock, "clock ticks");
	if (strcmp(text->line[0], FIRST_LINE))
		refuse(&reading, "this version of pageflow reads '" FIRST_LINE "' only");
	else if (line++, !totals->ticks && strcmp(clock, "clock seconds"))
		refuse(&reading, "the second line must be 'clock seconds' or 'clock ticks'");
	else
		line = read_lines(&reading, text, handler, context);
	if (!reading.why && !reading.ended && line == text->nr_lines)
		refuse(&reading, "the file ends before its line 'end'; import the trace again");
	free(reading.task);
	if (!reading.why)
		return 0;
	return error_at(error, line + (line < text->nr_lines), "%s", reading.why);
}
