/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Replaying a recording of a real kernel and comparing every result, event and check.
 *
 * The recording holds the operations in order; below each stand the events that fired on the real
 * machine. The operation is carried out here, and every event is compared at the moment it fires, so
 * a divergence is found where it begins. What reclaim and compaction achieve is computed where the
 * recording's profile says what they found; else it is taken from the recording, and everything
 * around them must come out the same.
 */
#include <stdlib.h>
#include <string.h>

#include "life/life.h"
#include "replay/replay.h"
#include "state/format.h"
#include "state/state.h"
#include "world/world.h"

/** Lines between two calls of the progress function. */
#define PROGRESS_LINES 4096

/** Compare the state after the last operation. With several CPUs nobody knows on which node the others are. */
static int replay_after(struct replay *replay, const char *line)
{
	(void)line;
	replay_compare_state(&replay->reader, replay->result,
			     world->nr_cpus > 1 ? " numa_stat" : NULL);
	/* Past `end`, which is the last line that was compared. */
	if (replay->result->outcome == REPLAY_IDENTICAL && !replay->reader.error.line)
		replay_check_shrinker(replay);
	return replay->reader.error.line ? -1 : 0;
}

/** The last line. */
static int replay_end(struct replay *replay, const char *line)
{
	(void)line;
	replay->ended = true;
	return replay->reader.next == replay->reader.text->nr_lines
		       ? 0
		       : reader_refuse(&replay->reader, "expected nothing after the last line");
}

/** `m usage U stock S`, once a group is known. */
static int replay_charge(struct replay *replay, const char *line)
{
	return current->memcg != &world->root_mem_cgroup ? replay_check_memcg(replay, line)
							 : replay_memcg(replay, line);
}

/** The lines by their first word. */
static const struct {
	const char *word;
	bool operation; /**< counted among the operations */
	int (*run)(struct replay *replay, const char *line);
} lines[] = {
	{ "a", true, replay_alloc },
	{ "g", true, replay_alloc },
	{ "f", true, replay_free },
	{ "D", true, replay_drain },
	{ "C", true, replay_compact },
	{ "W", true, replay_compact_all },
	{ "S", true, replay_split },
	{ "L", true, replay_add_to_cache },
	{ "T", true, replay_remove_from_cache },
	{ "M", true, replay_use },
	{ "P", true, replay_page_cache },
	{ "V", true, replay_empty_pagevecs },
	{ "B", true, replay_driver_gets },
	{ "U", true, replay_driver_frees },
	{ "K", true, replay_daemons },
	{ "u", false, replay_cpu },
	{ "c", false, replay_check_zone },
	{ "m", false, replay_charge },
	{ "cg", false, replay_check_charges },
	{ "context", false, replay_context },
	{ "cpuset", false, replay_cpuset },
	{ "memcg", false, replay_memcg },
#ifdef CONFIG_NUMA
	{ "policy", false, replay_policy },
#endif
	{ "snapshot after", false, replay_after },
	{ "foreign", false, replay_end },
};

/** Carry out one line; the events below it are consumed by the way. */
static int replay_line(struct replay *replay, const char *line)
{
	for (size_t i = 0; *line != ' ' && i < ARRAY_SIZE(lines); i++) {
		const char *cursor = line;

		if (!take_word(&cursor, lines[i].word))
			continue;
		replay->result->ops += lines[i].operation;
		return lines[i].run(replay, line);
	}
	return reader_fail(&replay->reader, "an operation or a check line");
}

/** Go through the recording from the line after the first snapshot. */
static void replay_lines(struct replay *replay, replay_progress progress, void *context)
{
	struct replay_result *result = replay->result;
	const char *line;

	/* The last line is known to be there: nothing runs past it. */
	while (!replay->ended && result->outcome == REPLAY_IDENTICAL) {
		line = reader_line(&replay->reader);
		if (progress && replay->reader.next % PROGRESS_LINES == 0)
			progress(replay->reader.next, replay->reader.text->nr_lines, context);
		replay->op_line = replay->reader.next;
		if (replay_line(replay, line))
			return;
		line = replay_next_event(replay);
		if (line)
			result_differs(replay->result, replay->reader.next + 1, line,
				       "no further event");
	}
}

/** What profiles of recordings are about, where that decides what is compared; others are about nothing of this. */
static const struct replay_profile profiles[] = {
	{ .name = "events", .all_events = true },
	{ .name = "scan", .computes_compaction = true },
	{ .name = "lru", .computes_compaction = true, .computes_reclaim = true, .kthread = true },
	{ .name = "refault",
	  .groups = true,
	  .computes_compaction = true,
	  .computes_reclaim = true,
	  .kthread = true },
	{ .name = "lrumemcg",
	  .groups = true,
	  .computes_compaction = true,
	  .computes_reclaim = true,
	  .kthread = true },
	{ .name = "kswapd",
	  .computes_compaction = true,
	  .computes_reclaim = true,
	  .daemons = true },
	{ .name = NULL },
};

/** The profile that a recording's first line names; the last of the table when it is none of these. */
static const struct replay_profile *profile_of(const char *line)
{
	const struct replay_profile *profile = profiles;
	char name[16] = "";

	if (take_word(&line, "trace") && take_word(&line, "v1") && take_word(&line, "profile"))
		take_text(&line, name, sizeof(name));
	while (profile->name && strcmp(profile->name, name))
		profile++;
	return profile;
}

/** Read the head of the file and make the machine. */
static struct machine *replay_head(struct replay *replay)
{
	const struct text_format format = text_format_of(replay->reader.text);
	const char *line = reader_line(&replay->reader);

	if (text_format_check(&format, &replay->reader.error))
		return NULL;
	if (!line || strncmp(line, "trace v1 ", 9)) {
		reader_fail(&replay->reader, "'trace v1 ...', the first line of a recording");
		return NULL;
	}
	replay->profile = profile_of(line);
	line = reader_line(&replay->reader);
	if (!line || strcmp(line, "snapshot before")) {
		reader_fail(&replay->reader, "'snapshot before'");
		return NULL;
	}
	if (reader_check_last(&replay->reader, "foreign "))
		return NULL;
	return snapshot_load(&replay->reader);
}

/** The running task becomes what called the allocator in recordings of this profile, and daemons live where they did. */
static void become_caller(struct replay *replay)
{
	if (replay->profile->kthread) {
		current->flags |= PF_KTHREAD;
		current->mm = NULL;
	}
	if (replay->profile->daemons && !node_daemons_start())
		reader_refuse(&replay->reader, "out of memory");
	replay_read_shrinker(replay);
}

/** Violations during a replay are part of what differs. */
static void on_bug(const char *text, void *context)
{
	struct replay *replay = context;

	result_differs(replay->result, replay->op_line,
		       replay->reader.text->line[replay->op_line - 1], "a violation: %s", text);
}

/** Messages of the machine do not belong among the results. */
static void on_console(const char *text, void *context)
{
	(void)text;
	(void)context;
}

/**
 * @brief Replay a recording of operations in this configuration.
 *
 * @param text the recording
 * @param progress called now and then, or NULL
 * @param context for it
 * @param result receives how it went
 * @source none (ours)
 */
void replay_trace(const struct text *text, replay_progress progress, void *context,
		  struct replay_result *result)
{
	struct replay replay = { .reader = { .text = text }, .result = result };
	FOCUS_ON(world);
	struct machine *machine;

	memset(result, 0, sizeof(*result));
	machine = replay_head(&replay);
	if (machine)
		replay.held = calloc(machine->mem_map_end - machine->mem_map_start, 1);
	if (machine && !replay.held)
		reader_refuse(&replay.reader, "out of memory");
	if (replay.held) {
		replay_take_recorded(&replay, machine);
		become_caller(&replay);
		machine->subscriber = replay_event;
		machine->subscriber_context = &replay;
		machine->bug_handler = on_bug;
		machine->bug_context = &replay;
		machine->console = on_console;
		replay_lines(&replay, progress, context);
		if (result->outcome == REPLAY_DIVERGED)
			replay_account(&replay);
	}
	result_take_error(result, &replay.reader);
	free(replay.held);
	machine_free(machine);
}
