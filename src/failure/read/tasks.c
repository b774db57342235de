/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The task table of an OOM report, in the columns of any version.
 *
 * The title names the columns. Where it was lost, their number and the kernel's version tell which they are.
 */
#include "failure/read/reader.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Most rows that are kept. */
#define MOST_TASKS 65536

/** Fewest figures of a row: without a title, fewer are not taken for one. */
#define FEWEST_COLUMNS 7

/** The kernel keeps no longer names. */
#define LONGEST_NAME 15

/** The names of the columns. */
static const struct {
	const char *name;
	enum task_column column;
} titles[] = {
	{ "uid", COLUMN_UID },
	{ "tgid", COLUMN_TGID },
	{ "total_vm", COLUMN_TOTAL_VM },
	{ "rss", COLUMN_RSS },
	{ "rss_anon", COLUMN_RSS_ANON },
	{ "rss_file", COLUMN_RSS_FILE },
	{ "rss_shmem", COLUMN_RSS_SHMEM },
	{ "nr_ptes", COLUMN_TABLES },
	{ "nr_pmds", COLUMN_TABLES },
	{ "nr_puds", COLUMN_TABLES },
	{ "pgtables_bytes", COLUMN_TABLE_BYTES },
	{ "swapents", COLUMN_SWAP },
	{ "oom_score_adj", COLUMN_ADJ },
};

/** The title: which columns there are. */
static bool read_title(struct failure_reader *reader, const char *line)
{
	struct oom_reading *reading = &reader->oom;
	const char *at = find_words(line, "total_vm"), *first;
	struct word word;

	if (!at || !find_words(line, "rss"))
		return false;
	/* Up to the end of `[ pid ]`, all is prefix. */
	for (first = at; first > line && first[-1] != ']'; first--)
		;
	if (first == line && (first = find_words(line, "uid")) == NULL)
		first = line;
	at = first < at ? first : at;
	reading->nr_columns = 0;
	while ((word = next_word(&at)).length && !word_is(word, "name") &&
	       reading->nr_columns < MOST_COLUMNS) {
		enum task_column column = COLUMN_OTHER;

		for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
			if (word_is(word, titles[i].name))
				column = titles[i].column;
		reading->column[reading->nr_columns++] = column;
	}
	reading->in_table = true;
	reading->in_stats = false;
	reading->guessed = false;
	reader->failure.oom.has_table = true;
	return true;
}

/** Is this the kernel's version, or a later one? Of an unknown version it is not known. */
static bool since(const char *version, int major, int minor)
{
	int read_major = 0, read_minor = 0;

	sscanf(version, "%4d.%4d", &read_major, &read_minor);
	return read_major > major || (read_major == major && read_minor >= minor);
}

/** How many figures follow each other in a line, and where they end. */
static int count_figures(const char *at, const char **end)
{
	int count = 0;

	for (;;) {
		size_t blanks = strspn(at, " "), digits;

		at += blanks;
		digits = strspn(at + (*at == '-'), "0123456789");
		if (!digits || (count && !blanks))
			break;
		digits += *at == '-';
		if (at[digits] && at[digits] != ' ')
			break;
		at += digits;
		count++;
	}
	*end = at;
	return count;
}

/** The columns that a row of a table without title must have; false when no kernel writes so many. */
static bool guess_columns(struct failure_reader *reader, int figures, bool named)
{
	static const enum task_column first[] = { COLUMN_UID, COLUMN_TGID, COLUMN_TOTAL_VM,
						  COLUMN_RSS };
	static const enum task_column parts[] = { COLUMN_RSS_ANON, COLUMN_RSS_FILE,
						  COLUMN_RSS_SHMEM };
	const char *version =
		reader->failure.version[0] ? reader->failure.version : reader->log_version;
	struct oom_reading *reading = &reader->oom;
	bool bytes = !version[0] || since(version, 4, 15);
	int count = 0;

	/* A name that is a number looks like one figure more. */
	figures -= !named;
	if (figures != 7 && figures != 8 && figures != 10)
		return false;
	bytes &= figures != 8;
	for (int i = 0; i < 4; i++)
		reading->column[count++] = first[i];
	for (int i = 0; figures == 10 && i < 3; i++)
		reading->column[count++] = parts[i];
	for (int i = 0; i < (figures == 8 ? 2 : 1); i++)
		reading->column[count++] = bytes ? COLUMN_TABLE_BYTES : COLUMN_TABLES;
	reading->column[count++] = COLUMN_SWAP;
	reading->column[count++] = COLUMN_ADJ;
	reading->nr_columns = count;
	reading->guessed = true;
	return true;
}

/** Put a figure where it belongs; false when it cannot be that. */
static bool put_figure(struct failure_task *task, struct failure_oom *oom, enum task_column column,
		       bool negative, uint64_t value)
{
	long number = value > LONG_MAX ? LONG_MAX : (long)value;

	if (negative && column != COLUMN_ADJ && column != COLUMN_OTHER)
		return false;
	switch (column) {
	case COLUMN_UID:
		task->uid = number;
		break;
	case COLUMN_TGID:
		task->tgid = number;
		break;
	case COLUMN_TOTAL_VM:
		task->total_vm = value;
		break;
	case COLUMN_RSS:
		task->rss = value;
		break;
	case COLUMN_RSS_ANON:
		task->rss_anon = value;
		break;
	case COLUMN_RSS_FILE:
		task->rss_file = value;
		break;
	case COLUMN_RSS_SHMEM:
		task->rss_shmem = value;
		break;
	case COLUMN_TABLES:
	case COLUMN_TABLE_BYTES:
		task->page_tables += value;
		oom->tables_in_bytes = column == COLUMN_TABLE_BYTES;
		break;
	case COLUMN_SWAP:
		task->swap = value;
		break;
	case COLUMN_ADJ:
		task->adj = negative ? -(int)value : (int)value;
		return value <= 1000;
	case COLUMN_OTHER:
		break;
	}
	return true;
}

/** Do so many figures follow each other somewhere in the line that it must be the rest of a row? */
static bool has_row_figures(const char *line)
{
	const char *at = line;
	struct word word;
	int run = 0, longest = 0;

	if (strstr(line, "Code:") || strstr(line, "lowmem_reserve"))
		return false;
	while ((word = next_word(&at)).length) {
		size_t digits = strspn(word.at + (*word.at == '-'), "0123456789");

		run = digits && digits + (*word.at == '-') == word.length ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest >= FEWEST_COLUMNS - 2;
}

/** A row that cannot be read is counted. */
static bool row_damaged(struct failure_oom *oom)
{
	oom->nr_damaged++;
	oom->tasks_cut = true;
	return true;
}

/** Take the name at the end of a row. One that is longer than any has another line joined to it, perhaps a torn row. */
static void take_name(struct failure_oom *oom, const char *at, struct failure_task *task)
{
	struct word name = word_of(at);

	if (name.length > LONGEST_NAME) {
		if (has_row_figures(at))
			row_damaged(oom);
		name.length = strcspn(at, " ");
	}
	word_copy(name, task->name, sizeof(task->name));
}

/** Take the row after its bracket; false when it is torn. */
static bool take_row(struct failure_reader *reader, const char *at, struct failure_task *task)
{
	const struct oom_reading *reading = &reader->oom;

	for (int i = 0; i < reading->nr_columns; i++) {
		bool negative;
		uint64_t value;

		at += strspn(at, " ");
		negative = *at == '-';
		at += negative;
		if (!take_count(&at, &value) || (*at && *at != ' ') ||
		    !put_figure(task, &reader->failure.oom, reading->column[i], negative, value))
			return false;
	}
	at += strspn(at, " ");
	take_name(&reader->failure.oom, at, task);
	return *at != '\0';
}

/** Room for one more row; NULL when there is none. */
static struct failure_task *new_row(struct failure_reader *reader)
{
	struct oom_reading *reading = &reader->oom;
	struct failure_oom *oom = &reader->failure.oom;

	if (oom->nr_tasks == reading->room) {
		size_t room = reading->room ? 2 * reading->room : 64;
		struct failure_task *task =
			room > MOST_TASKS ? NULL : realloc(reading->task, room * sizeof(*task));

		if (!task)
			return NULL;
		reading->task = task;
		reading->room = room;
	}
	oom->task = reading->task;
	return &reading->task[oom->nr_tasks];
}

/** Where the figures of a row begin, if a bracket with nothing but a pid ends before them. */
static const char *after_pid(const char *bracket, long *pid)
{
	const char *at = bracket + 1 + strspn(bracket + 1, " ");
	uint64_t number;

	if (!take_clamped(&at, 10, LONG_MAX, &number))
		return NULL;
	*pid = (long)number;
	at += strspn(at, " ");
	return *at == ']' && (at[1] == ' ' || !at[1]) ? at + 1 : NULL;
}

/** Read a row at its bracket; false when it is none. */
static bool read_row(struct failure_reader *reader, const char *figures, long pid)
{
	struct failure_oom *oom = &reader->failure.oom;
	struct failure_task row = { .pid = pid }, *task;
	const char *end;
	int count = count_figures(figures, &end);

	if (!reader->oom.nr_columns &&
	    (count < FEWEST_COLUMNS || !guess_columns(reader, count, *end != '\0')))
		return false;
	if (!take_row(reader, figures, &row))
		return false;
	oom->has_table = true;
	task = new_row(reader);
	if (!task) {
		oom->tasks_cut = true;
		return true;
	}
	*task = row;
	oom->nr_tasks++;
	return true;
}

/**
 * @brief Read a line of the task table.
 *
 * @param reader the reader
 * @param line a line, with or without the prefixes of a log
 * @return false when it is another line
 */
bool failure_read_task(struct failure_reader *reader, const char *line)
{
	struct failure_oom *oom = &reader->failure.oom;
	bool torn = false;
	long pid;

	/* The table comes before the choice: what follows is of a report whose header is lost. */
	if (oom->has_choice || oom->nr_kills)
		return false;
	if (read_title(reader, line))
		return true;
	/* Other brackets are a time, a task, or part of a name: the first that begins a row is the row's. */
	for (const char *at = strchr(line, '['); at; at = strchr(at + 1, '[')) {
		const char *figures = after_pid(at, &pid);

		if (!figures)
			continue;
		if (read_row(reader, figures, pid))
			return true;
		figures += strspn(figures, " ");
		torn |= isdigit((unsigned char)*figures) || !*figures;
	}
	if (!reader->oom.in_table || (!torn && !has_row_figures(line)))
		return false;
	return row_damaged(oom);
}
