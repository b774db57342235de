/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Recordings to change a line of; see recording.h.
 */
#include "state/state.h"
#include "replay/replay.h"
#include "recording.h"
#include "harness.h"

#include <stdlib.h>
#include <string.h>

#include "life/life.h"

static struct text *text_new(const char *content, size_t size)
{
	struct text *text = test_keep(calloc(1, sizeof(*text)));
	struct pageflow_error error = { 0 };

	ck_assert_msg(text_from_bytes(content, size, text, &error) == TEXT_OK, "%s", error.text);
	return text;
}

/** One of tests/traces. */
struct text *recording_load(const char *name)
{
	struct text *text = test_keep(calloc(1, sizeof(*text)));
	struct pageflow_error error = { 0 };
	char path[256];

	snprintf(path, sizeof(path), "tests/traces/%s", name);
	ck_assert_msg(text_load(path, NULL, text, &error) == TEXT_OK, "%s: %s", path, error.text);
	return text;
}

struct text *recording_from(const char *content)
{
	test_keep((void *)content);
	return text_new(content, strlen(content));
}

/** The snapshot of the machine in focus, from `kernel` to `end`. */
struct text *recording_of_machine(void)
{
	return recording_of_machine_as(&(struct snapshot_form){ .order = NODE_BY_NODE });
}

/** The same with the lines of a form. */
struct text *recording_of_machine_as(const struct snapshot_form *form)
{
	struct text *text;
	char *content = NULL;
	size_t size;
	FILE *out = open_memstream(&content, &size);

	snapshot_write(out, form);
	fclose(out);
	text = text_new(content, size);
	free(content);
	return text;
}

/** The first line at or after `from` that begins so; the test fails when there is none. */
size_t recording_find(const struct text *text, const char *beginning, size_t from)
{
	for (size_t line = from; line <= text->nr_lines; line++)
		if (!strncmp(text->line[line - 1], beginning, strlen(beginning)))
			return line;
	ck_abort_msg("no line begins with '%s'", beginning);
	return 0;
}

const char *recording_line(const struct text *text, size_t line)
{
	return text->line[line - 1];
}

void recording_replace(struct text *text, size_t line, const char *content)
{
	test_keep((void *)content);
	text->line[line - 1] = test_keep(strdup(content));
}

void recording_insert(struct text *text, size_t line, const char *content)
{
	char **lines = test_keep(calloc(text->nr_lines + 1, sizeof(*lines)));

	memcpy(lines, text->line, (line - 1) * sizeof(*lines));
	lines[line - 1] = test_keep(strdup(content));
	memcpy(lines + line, text->line + line - 1, (text->nr_lines - line + 1) * sizeof(*lines));
	test_keep(text->line);
	text->line = lines;
	text->nr_lines++;
}

void recording_delete(struct text *text, size_t line)
{
	memmove(text->line + line - 1, text->line + line,
		(text->nr_lines - line) * sizeof(*text->line));
	text->nr_lines--;
}

/** Drop everything after this line. */
void recording_cut(struct text *text, size_t last)
{
	text->nr_lines = last;
}

/** Replay it, as a boot or as a trace. */
void recording_replay(const struct text *text, struct replay_result *result)
{
	if (!strncmp(text->line[0], "boot", 4))
		replay_boot(text, result);
	else
		replay_trace(text, NULL, NULL, result);
	test_keep(result->account);
}

/** Replay it; the test fails unless this line is refused in these words. */
void recording_expect_unreadable(const struct text *text, size_t line, const char *words)
{
	struct replay_result result;

	recording_replay(text, &result);
	ck_assert_msg(result.outcome == REPLAY_UNREADABLE, "line %zu: expected %s, got %s",
		      result.line, result.expected, result.got);
	ck_assert_msg(strstr(result.error, words) != NULL, "'%s' is not in '%s'", words,
		      result.error);
	ck_assert_uint_eq(result.line, line);
}

/** A replay must have come out identical; else the test fails, with what the account begins with: both sides in words. */
void recording_is_identical(const struct replay_result *result)
{
	const char *account = result->account ? result->account : "";
	const char *events = strstr(account, "  events before");
	int length = events ? (int)(events - account) : (int)strlen(account);

	ck_assert_msg(result->outcome == REPLAY_IDENTICAL, "line %zu: expected %s, got %s%s\n%.*s",
		      result->line, result->expected, result->got, result->error, length, account);
}

/** A recording of tests/traces must come out identical. */
void recording_expect_identical(const char *name)
{
	struct replay_result result;

	recording_replay(recording_load(name), &result);
	recording_is_identical(&result);
}

/** Make the last digit or letter of a word of a line another one of its kind; word 0 is the last. */
static void alter(struct text *text, size_t line, int word)
{
	char *altered = strdup(recording_line(text, line)), *last = altered + strlen(altered);

	if (word) {
		last = altered;
		while (word--)
			last += strspn(last, " ") + strcspn(last + strspn(last, " "), " ");
	}
	last--;
	if (*last == '9')
		*last = '8';
	else if (*last == 'f')
		*last = 'e';
	else
		++*last;
	recording_replace(text, line, altered);
	free(altered);
}

/**
 * In a recording of tests/traces, alter a word of the first line of a kind below a heading; the replay must diverge
 * there, no earlier and no later.
 */
void recording_expect_divergence(const char *name, const char *heading, const char *beginning,
				 int word)
{
	struct text *text = recording_load(name);
	size_t line = recording_find(text, beginning, recording_find(text, heading, 1));
	struct replay_result result;

	alter(text, line, word);
	recording_replay(text, &result);
	ck_assert_msg(result.outcome == REPLAY_DIVERGED, "'%s' was altered, and nobody noticed: %s",
		      recording_line(text, line), result.error);
	ck_assert_msg(result.line == line, "line %zu ('%s') was altered, line %zu differs", line,
		      recording_line(text, line), result.line);
}

/** Two texts must have the same lines. */
void recording_expect_alike(const struct text *text, const struct text *other)
{
	ck_assert_uint_eq(text->nr_lines, other->nr_lines);
	for (size_t line = 1; line <= text->nr_lines; line++)
		ck_assert_str_eq(recording_line(text, line), recording_line(other, line));
}

/** Does a machine come of this snapshot? If not, the reader has what is wrong. */
bool recording_loads(const struct text *text, struct reader *reader)
{
	*reader = (struct reader){ .text = text };
	return snapshot_load(reader) != NULL;
}

/** Damage a snapshot; it must be refused at that line, in these words. */
void recording_expect_refused(struct text *text, const struct damage *damage)
{
	size_t line = recording_find(text, damage->beginning, 1);
	struct reader reader;

	recording_replace(text, line, damage->instead);
	ck_assert_msg(!recording_loads(text, &reader), "%s", damage->instead);
	ck_assert_msg(strstr(reader.error.text, damage->words) != NULL, "%s: '%s' is not in '%s'",
		      damage->instead, damage->words, reader.error.text);
	ck_assert_uint_eq(reader.error.line, line);
}
