/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Comparing a whole state with a recorded snapshot, line for line.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "replay/replay.h"
#include "state/state.h"
#include "world/world.h"

/** The deferral of compaction as some recordings write it where others leave the line out. */
#define NOT_DEFERRED " compact considered 0 shift 0 failed 0"

/** How many values a line holds: words with a digit in them. */
unsigned long values_in(const char *line)
{
	unsigned long values = 0;

	while (*line) {
		size_t length = strcspn(line += strspn(line, " "), " ");
		bool digit = false;

		for (size_t i = 0; i < length; i++)
			digit |= isdigit((unsigned char)line[i]) != 0;
		values += digit;
		line += length;
	}
	return values;
}

/** Do two lines say the same? Where the recorder ran decides nothing, so it is not compared. */
static bool lines_agree(const char *recorded, const char *ours)
{
	const char *cpu = strstr(ours, " this_cpu ");

	return cpu ? !strncmp(recorded, ours, (size_t)(cpu - ours) + strlen(" this_cpu "))
		   : !strcmp(recorded, ours);
}

/** Read the recorded line that stands for one of ours; counts what it passes by. */
static const char *recorded_line_for(struct reader *reader, const char *ours, unsigned long *values)
{
	const char *recorded = reader_line(reader);

	if (!strcmp(recorded, NOT_DEFERRED) && strncmp(ours, " compact ", 9)) {
		*values += values_in(recorded);
		recorded = reader_line(reader);
	}
	return recorded;
}

/** What kind of snapshot lies ahead? */
static struct snapshot_form form_ahead(const struct reader *reader)
{
	struct snapshot_form form = { .order = NODE_BY_NODE };
	struct reader ahead = *reader;
	const char *line;
	int nodes = 0;

	/* There is a zone: a snapshot without one was refused, and this one is of the same machine. */
	while ((line = reader_line(&ahead)) != NULL && strncmp(line, "zone ", 5)) {
		nodes += !strncmp(line, "node ", 5);
		form.lists |= !strncmp(line, "vmctl ", 6);
		form.groups |= !strncmp(line, "memcgs ", 7);
	}
	if (nodes > 1)
		form.order = NODES_FIRST;
	while ((line = reader_line(&ahead)) != NULL && *line == ' ')
		form.pages |= !strncmp(line, " scanner ", 9);
	return form;
}

/**
 * @brief Write the machine in focus as the snapshot that the reader stands before is written.
 *
 * @param reader at the `kernel` line; not moved
 * @return the text, to be freed; NULL when the host has no memory
 * @source none (ours: the format of the recordings)
 */
char *replay_machine_as_text(const struct reader *reader)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct snapshot_form form = form_ahead(reader);

	if (!out)
		return NULL;
	snapshot_write(out, &form);
	fclose(out);
	return text;
}

/**
 * @brief Compare lines of ours with those that the recording has here, up to the first that differs.
 *
 * @param reader at the first recorded line; left after the last that was compared
 * @param result receives the difference, if there is one
 * @param text the lines of ours; taken apart
 * @param without lines that begin so are not compared; NULL: all are
 * @return how many values were compared
 */
unsigned long replay_compare_text(struct reader *reader, struct replay_result *result, char *text,
				  const char *without)
{
	unsigned long values = 0;
	char *line, *rest;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		/* There is a line: the last one of the file comes after every snapshot and block. */
		const char *recorded = recorded_line_for(reader, line, &values);

		if (without && !strncmp(line, without, strlen(without)))
			continue;
		if (!lines_agree(recorded, line)) {
			result_state_differs(result, reader->next, recorded, line);
			break;
		}
		values += values_in(line);
	}
	return values;
}

/**
 * @brief Compare the machine in focus with the recorded snapshot that the reader stands before.
 *
 * @param reader at the `kernel` line; left after the snapshot, or at the first line that differs
 * @param result receives the difference, if there is one
 * @param without lines that begin so are not compared; NULL: all are
 * @return how many values were compared; 0 after noting an error
 * @source none (ours: the format of the recordings)
 */
unsigned long replay_compare_state(struct reader *reader, struct replay_result *result,
				   const char *without)
{
	char *written = replay_machine_as_text(reader);
	unsigned long values;

	if (!written) {
		reader_refuse(reader, "out of memory");
		return 0;
	}
	values = replay_compare_text(reader, result, written, without);
	free(written);
	return values;
}
