/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What becomes of one command, taken down to be written as an object of JSON.
 *
 * All that the shell would print meanwhile goes into one stream, and is the `output`. When the host has no memory for some of it, the
 * object says so among its errors: what it has is right, but not all.
 */
#include "tools/shell/record.h"

#include <stdlib.h>
#include <string.h>

#include "text/json.h"
#include "tools/say.h"
#include "tools/shell/told.h"

/** A picture that belongs to a command. */
struct picture {
	const char *kind;
	char *svg, *text;
};

struct record {
	FILE *out; /**< what is printed */
	char *output;
	size_t size;
	size_t line;
	char *command;
	struct told *told;
	char **error;
	size_t nr_errors;
	struct picture *picture;
	size_t nr_pictures;
	long said; /**< bytes of the output that no picture shows; -1: all */
	bool out_of_memory;
};

/**
 * @brief A record, of no command so far.
 *
 * @return the record, which record_free() gives back; NULL when there is no memory
 */
struct record *record_new(void)
{
	struct record *record = calloc(1, sizeof(*record));

	if (!record)
		return NULL;
	record->out = open_memstream(&record->output, &record->size);
	record->told = told_new();
	if (record->out && record->told)
		return record;
	record_free(record);
	return NULL;
}

/** Forget what there is of the last command. */
static void clear(struct record *record)
{
	free(record->command);
	for (size_t i = 0; i < record->nr_errors; i++)
		free(record->error[i]);
	for (size_t i = 0; i < record->nr_pictures; i++) {
		free(record->picture[i].svg);
		free(record->picture[i].text);
	}
	record->command = NULL;
	record->nr_errors = record->nr_pictures = 0;
	if (record->told)
		told_clear(record->told);
}

/** Give it back. */
void record_free(struct record *record)
{
	if (!record)
		return;
	clear(record);
	told_free(record->told);
	free(record->error);
	free(record->picture);
	if (record->out)
		fclose(record->out);
	free(record->output);
	free(record);
}

/** Where to print what the command says. */
FILE *record_stream(struct record *record)
{
	return record->out;
}

/**
 * @brief A command begins.
 *
 * @param record the record
 * @param line where it stands, counted from 1
 * @param command as it was given
 */
void record_begin(struct record *record, size_t line, const char *command)
{
	clear(record);
	rewind(record->out);
	record->line = line;
	record->command = strdup(command);
	record->said = -1;
	record->out_of_memory = !record->command;
}

/** An event happened. */
void record_event(struct record *record, const struct pageflow_event *event)
{
	record->out_of_memory |= !told_event(record->told, event);
}

/**
 * @brief Something is wrong with the command.
 *
 * @param record the record
 * @param words what, in the shell's words; they are freed later; NULL: there was no memory for them
 */
void record_error(struct record *record, char *words)
{
	char **more = realloc(record->error, (record->nr_errors + 1) * sizeof(char *));

	if (more)
		record->error = more;
	if (more && words) {
		record->error[record->nr_errors++] = words;
		return;
	}
	free(words);
	record->out_of_memory = true;
}

/** What is printed from here on is what a picture shows. */
void record_shown(struct record *record)
{
	long at = ftell(record->out);

	if (record->said < 0 || at < record->said)
		record->said = at;
}

/**
 * @brief Add a picture.
 *
 * @param record the record
 * @param kind what it shows, in one word
 * @param svg the picture; it is freed later
 * @param text the same as text; it is freed later
 */
void record_picture(struct record *record, const char *kind, char *svg, char *text)
{
	struct picture *more = realloc(record->picture, (record->nr_pictures + 1) * sizeof(*more));

	if (more) {
		record->picture = more;
		more[record->nr_pictures++] = (struct picture){ kind, svg, text };
		return;
	}
	free(svg);
	free(text);
	record->out_of_memory = true;
}

static void write_errors(struct record *record, struct json *json)
{
	json_array(json, "errors");
	for (size_t i = 0; i < record->nr_errors; i++)
		json_text(json, NULL, record->error[i]);
	if (record->out_of_memory) {
		char *words = message_shown("", "out of memory");

		json_text(json, NULL, words ? words : "out of memory");
		free(words);
	}
	json_end(json);
}

static void write_pictures(const struct record *record, struct json *json)
{
	json_array(json, "pictures");
	for (size_t i = 0; i < record->nr_pictures; i++) {
		const struct picture *picture = &record->picture[i];

		json_object(json, NULL);
		json_text(json, "kind", picture->kind);
		json_text(json, "svg", picture->svg);
		json_text(json, "text", picture->text);
		json_end(json);
	}
	json_end(json);
}

/**
 * @brief The command is done: write what became of it.
 *
 * @param record the record
 * @param json where to: its object
 */
void record_write(struct record *record, struct json *json)
{
	/* What an earlier command printed beyond this place is still there. */
	fputc('\0', record->out);
	record->out_of_memory |= fflush(record->out) != 0;
	json_count(json, "line", record->line);
	json_text(json, "command", record->command ? record->command : "");
	json_text(json, "output", record->output);
	if (record->said >= 0 && record->nr_pictures) {
		record->output[record->said] = '\0';
		json_text(json, "said", record->output);
	}
	told_write(record->told, json);
	write_errors(record, json);
	write_pictures(record, json);
}
