/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Snapshots, right and wrong: each is loaded or refused with one line. What is loaded saves to a text that is loaded and saved to the
 * same text again, its lists and counters agree, and requests on it end.
 *
 * The input is a snapshot. A scenario does as well: what its machine saves at the end is the snapshot. Chance drops,
 * doubles and swaps lines, and changes their numbers.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "assertions.h"
#include "support/language.h"
#include "support/session.h"
#include "support/steps.h"

/** Most steps to load a snapshot, and most of one request. The largest seeds take a tenth. */
#define MOST_STEPS 300000000ul

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed);

/** Load a snapshot; NULL when it is refused, in one line. */
static pageflow_machine *load(const char *text, size_t size)
{
	struct pageflow_error error = { 0 };
	pageflow_machine *machine;

	steps_begin(MOST_STEPS, "loading a snapshot");
	machine = pageflow_load_bytes(text, size, &error);
	steps_end();
	ck_assert(machine || error.text[0]);
	ck_assert(!strchr(error.text, '\n'));
	return machine;
}

/** What a violation is; the requests below are right, so none may be one. */
static void on_violation(const char *text, void *context)
{
	(void)context;
	ck_abort_msg("fuzz: on a machine that was loaded: %s", text);
}

static void on_message(const char *text, void *context)
{
	(void)text;
	(void)context;
}

/** A machine that was loaded saves what is loaded to the same again. */
static void save_again(pageflow_machine *machine)
{
	char *saved = session_saved(machine), *again;
	pageflow_machine *copy = load(saved, strlen(saved));

	ck_assert_msg(copy, "fuzz: what a loaded machine saves is refused");
	again = session_saved(copy);
	session_same("a snapshot, loaded and saved again", saved, again);
	pageflow_destroy(copy);
	free(saved);
	free(again);
}

/** Ask for blocks of several orders, and give them back. */
static void use(pageflow_machine *machine)
{
	static const char *const masks[] = { "GFP_KERNEL", "GFP_ATOMIC",
					     "GFP_HIGHUSER_MOVABLE|__GFP_NORETRY",
					     "GFP_KERNEL_ACCOUNT" };
	static const unsigned int orders[] = { 0, 0, 3, 9 };
	uint64_t pfn[4];
	uint32_t gfp;

	for (size_t i = 0; i < 4; i++) {
		pageflow_gfp_parse(masks[i], &gfp, NULL);
		steps_begin(MOST_STEPS, "%s of order %u on a machine that was loaded", masks[i],
			    orders[i]);
		pfn[i] = pageflow_alloc_pages(machine, gfp, orders[i]);
		steps_end();
	}
	for (size_t i = 0; i < 4; i++)
		if (pfn[i] != PAGEFLOW_NO_PAGE)
			pageflow_free_pages(machine, pfn[i], orders[i]);
}

/** What the machine of a scenario saves; the text itself when it is a snapshot. free() it; NULL: there is none. */
static char *snapshot_of(const uint8_t *data, size_t size)
{
	struct lines lines;
	char *snapshot;

	if (size > 8 && !memcmp(data, "pageflow", 8))
		return strndup((const char *)data, size);
	lines = lines_read((const char *)data, size);
	snapshot = session_run(&lines);
	lines_free(&lines);
	return snapshot;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *snapshot = snapshot_of(data, size);
	pageflow_machine *machine = snapshot ? load(snapshot, strlen(snapshot)) : NULL;

	if (machine) {
		pageflow_on_violation(machine, on_violation, NULL);
		pageflow_on_message(machine, on_message, NULL);
		session_check(machine);
		save_again(machine);
		use(machine);
		session_check(machine);
		pageflow_destroy(machine);
	}
	free(snapshot);
	return 0;
}

/** One small change of a line, or of which lines there are. */
static void change(struct lines *lines)
{
	size_t at = chance(lines->count), other = chance(lines->count);

	switch (chance(8)) {
	case 0:
		lines_remove(lines, at);
		break;
	case 1:
		lines_insert(lines, other, lines->line[at]);
		break;
	case 2:
		lines_swap(lines, at, other);
		break;
	default:
		lines_change_number(lines, at, LONG_MIN, LONG_MAX);
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed)
{
	char *snapshot = snapshot_of(data, size);
	struct lines lines = lines_read(snapshot ? snapshot : "", snapshot ? strlen(snapshot) : 0);

	chance_begin(seed);
	for (size_t times = 1 + chance(3); times && lines.count > 1; times--)
		change(&lines);
	size = lines_write(&lines, (char *)data, most);
	lines_free(&lines);
	free(snapshot);
	return size;
}
