/* SPDX-License-Identifier: GPL-2.0-only */
/** @file Scenarios carried out; see session.h. */
#include "support/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assertions.h"
#include "library/handle.h"
#include "observe.h"
#include "support/json-line.h"
#include "support/language.h"
#include "support/steps.h"
#include "world/world.h"

/** Most steps of one command. The longest in the corpus takes a tenth. */
#define MOST_STEPS 1000000000ul

/** Two sessions side by side: the second goes on from what the first has saved. */
struct session {
	struct shell shell;
	bool there;
	char *printed; /**< by the last command, errors and all */
};

/** What a machine saves; free() it. */
char *session_saved(pageflow_machine *machine)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert(!pageflow_write(machine, out));
	fclose(out);
	return text;
}

/** Lists and counters of a machine agree. */
void session_check(pageflow_machine *machine)
{
	FOCUS_ON(machine->inner);

	test_check_lists();
	test_check_reclaimable();
}

/** Two texts are the same; else the first line that is not is told. */
void session_same(const char *what, const char *one, const char *other)
{
	size_t line = 1, begin = 0, at = 0;

	if (!strcmp(one, other))
		return;
	for (; one[at] == other[at]; at++)
		if (one[at] == '\n') {
			line++;
			begin = at + 1;
		}
	ck_abort_msg("fuzz: %s: line %zu, column %zu: '%.*s' and '%.*s'", what, line, at - begin,
		     (int)strcspn(one + begin, "\n"), one + begin,
		     (int)strcspn(other + begin, "\n"), other + begin);
}

/** Was a command refused as a violation of the interface? Only one that names pages or nodes by number may be. */
static bool violates(const char *line, const char *printed)
{
	if (!strncmp(line, "free", 4) || !strncmp(line, "alloc", 5) || !strncmp(line, "steps", 5))
		return false;
	for (const char *bug = printed; (bug = strstr(bug, ": BUG: ")); bug++)
		if (strncmp(bug, ": BUG: livelock", 15) && strncmp(bug, ": BUG: Kernel panic", 19))
			return true;
	return false;
}

/** Carry out a line, and take what is printed. */
static void carry_out(struct session *session, const char *line)
{
	FILE *out = stdout, *errors = stderr;
	char *copy = strdup(line), *printed = NULL;
	unsigned long steps;
	size_t size;

	free(session->printed);
	stdout = stderr = open_memstream(&printed, &size);
	session->shell.out = session->shell.plain = stdout;
	session->shell.line++;
	steps_begin(MOST_STEPS, "line %lu: %s", session->shell.line, line);
	shell_run_line(&session->shell, copy);
	steps = steps_end();
	fclose(stdout);
	stdout = out;
	stderr = errors;
	session->printed = printed;
	free(copy);
	if (getenv("FUZZ_SHOW"))
		fprintf(stderr, "%lu: %s (%lu steps)\n%s", session->shell.line, line, steps,
			printed);
	ck_assert_msg(!violates(line, printed), "fuzz: line %lu: %s: %s", session->shell.line, line,
		      printed);
	if (session->shell.machine)
		session_check(session->shell.machine);
}

/** End a session. */
static void end(struct session *session)
{
	pageflow_destroy(session->shell.machine);
	drawings_forget(&session->shell.drawings);
	free(session->shell.held);
	free(session->printed);
	*session = (struct session){ 0 };
}

/** Save the machine of one session, and let another begin with it. */
static void save_and_load(struct session *from, struct session *to)
{
	struct shell *shell = &to->shell;
	struct pageflow_error error = { 0 };
	pageflow_machine *machine;
	char *saved, *again;

	if (!from->shell.machine)
		return;
	end(to);
	saved = session_saved(from->shell.machine);
	steps_begin(MOST_STEPS, "line %lu: loading what was saved", from->shell.line);
	to->there = true;
	*shell = (struct shell){ .file = from->shell.file,
				 .line = from->shell.line,
				 .tracing = from->shell.tracing,
				 .run_line = from->shell.run_line };
	machine = pageflow_load_bytes(saved, strlen(saved), &error);
	ck_assert_msg(machine, "fuzz: line %lu: what was saved is refused: line %zu: %s",
		      from->shell.line, error.line, error.text);
	shell_take_machine(shell, machine);
	for (size_t i = 0; i < from->shell.nr_held; i++) {
		const struct held *held = &from->shell.held[i];

		shell_hold(shell, held->number, held->pfn, held->order, held->gfp);
	}
	shell->next_number = from->shell.next_number;
	steps_end();
	session_check(shell->machine);
	again = session_saved(shell->machine);
	session_same("what was saved is loaded, and saved again", saved, again);
	free(saved);
	free(again);
}

/** Carry out a line, and look whether what is written of it is a line of JSON. */
static bool record_line(struct shell *shell, const char *line, long index)
{
	FILE *out = stdout;
	char *copy = strdup(line), *printed = NULL;
	size_t size;
	bool done;

	stdout = open_memstream(&printed, &size);
	shell->line++;
	steps_begin(MOST_STEPS, "line %lu, as an object: %s", shell->line, line);
	done = shell_record_line(shell, copy, index);
	steps_end();
	fclose(stdout);
	stdout = out;
	ck_assert_msg(done ? is_json_line(printed) : !size, "fuzz: line %lu: %s: no JSON: %s",
		      shell->line, line, printed);
	free(copy);
	free(printed);
	return done;
}

/** Carry a scenario out once more, as `--json --state 1` does: the machine ends as it did before. */
static void record_session(const struct lines *scenario, const char *saved)
{
	struct shell shell = { .file = "scenario",
			       .next_number = 1,
			       .tracing = true,
			       .first_state = 1,
			       .record = record_new(),
			       .run_line = shell_run_line };
	long index = 0;
	char *again;

	shell.plain = shell.out = record_stream(shell.record);
	for (size_t i = 0; i < scenario->count && language_fits(scenario->line[i]); i++)
		index += record_line(&shell, scenario->line[i], index);
	again = session_saved(shell.machine);
	session_same("the machine of the shell, and of the one that writes objects", saved, again);
	free(again);
	pageflow_destroy(shell.machine);
	drawings_forget(&shell.drawings);
	drawings_forget(&shell.pictures);
	drawings_forget(&shell.states);
	free(shell.held);
	record_free(shell.record);
}

/** Is a line part of a scenario? */
static bool has_line(const struct lines *scenario, const char *line)
{
	for (size_t i = 0; i < scenario->count; i++)
		if (!strcmp(scenario->line[i], line))
			return true;
	return false;
}

/** The contents of files are not kept: what a loaded machine says of them is another matter, and so are drawn differences. */
static bool same_for_both(const char *line)
{
	return strncmp(line, "ver", 3) && strncmp(line, "dr", 2);
}

/** The machines of both sessions are the same at the end. */
static void compare_ends(const struct session *one, const struct session *other)
{
	char *saved, *again;

	if (!other->there || !one->shell.machine)
		return;
	saved = session_saved(one->shell.machine);
	again = session_saved(other->shell.machine);
	session_same("the machine that went on, and the one that was loaded", saved, again);
	free(saved);
	free(again);
}

/**
 * Carry a scenario out, up to its end or the first line that does not fit. What the machine saves at its end is returned,
 * free() it; NULL when there was none.
 */
char *session_run(const struct lines *scenario)
{
	struct session one = {
		.shell = { .file = "scenario", .next_number = 1, .run_line = shell_run_line }
	};
	struct session other = { 0 };
	char *saved = NULL;

	for (size_t i = 0; i < scenario->count && language_fits(scenario->line[i]); i++) {
		const char *line = scenario->line[i];

		carry_out(&one, line);
		if (other.there) {
			carry_out(&other, line);
			if (same_for_both(line))
				session_same(line, one.printed, other.printed);
		}
		if (!strcmp(line, SAVE_AND_LOAD))
			save_and_load(&one, &other);
	}
	compare_ends(&one, &other);
	end(&other);
	if (one.shell.machine) {
		save_and_load(&one, &other);
		saved = session_saved(one.shell.machine);
	}
	end(&other);
	end(&one);
	if (saved && has_line(scenario, AS_OBJECTS))
		record_session(scenario, saved);
	return saved;
}
