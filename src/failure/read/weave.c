/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Finding the reports in a log, also where their lines are woven into each other.
 *
 * Two CPUs may print a report each at the same time, or two machines into the same log. The lines of one have in common
 * who printed them, on which machine, or when. What has nothing of that in common cannot be told apart: it is noticed
 * when the same zone comes twice with other figures, and both reports are marked, since neither's figures are its own.
 */
#include "failure/read/weave.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "failure/read/reader.h"
#include "failure/read/tokens.h"

/** After so many lines of the log without one of a report, none will follow. */
#define LINES_WITHOUT 1000

/**
 * @brief Begin to look for reports.
 *
 * @param weave receives its beginning
 * @param handler receives each report
 * @param context handed to it
 * @return false when there is no memory
 */
bool weave_begin(struct weave *weave, failure_handler handler, void *context)
{
	memset(weave, 0, sizeof(*weave));
	weave->handler = handler;
	weave->context = context;
	weave->spare = calloc(1, sizeof(*weave->spare));
	return weave->spare != NULL;
}

/** Hand on the reports that have ended, as far as none that began earlier is still being read. */
static void hand_on(struct weave *weave)
{
	while (weave->nr_strands && weave->strand[0]->strand.done) {
		struct failure_reader *first = weave->strand[0];

		weave->nr_strands--;
		memmove(weave->strand, weave->strand + 1,
			(size_t)weave->nr_strands * sizeof(weave->strand[0]));
		if (weave->last == first)
			weave->last = NULL;
		failure_reader_close(first);
		first->failure.oom.earlier = weave->earlier.kill;
		first->failure.oom.nr_earlier = weave->earlier.nr;
		weave->handler(&first->failure, weave->context);
		earlier_kills_add(&weave->earlier, &first->failure.oom);
		if (weave->spare)
			failure_reader_free(first);
		else
			weave->spare = first;
	}
}

/** Reports of the same origin as a line, that are still being read. */
static bool same_origin(const struct failure_reader *reader, const struct prefix *prefix)
{
	const struct strand *strand = &reader->strand;

	return !strand->done && (strand->caller == prefix->caller || prefix->passing) &&
	       (!strand->host || !prefix->host || strand->host == prefix->host);
}

/** Begin a report, after ending those of the same origin that are all there, or that two have followed. */
static struct failure_reader *begin(struct weave *weave, enum failure_kind kind,
				    const struct prefix *prefix, size_t number)
{
	struct failure_reader *reader, *earlier = NULL;

	for (int i = weave->nr_strands - 1; i >= 0; i--)
		if (same_origin(weave->strand[i], prefix)) {
			if (earlier || failure_reader_whole(weave->strand[i]))
				weave->strand[i]->strand.done = true;
			earlier = weave->strand[i];
		}
	hand_on(weave);
	reader = weave->spare ? weave->spare : calloc(1, sizeof(*reader));
	weave->spare = NULL;
	/* With no room, or no memory, the oldest has to end. */
	while (weave->nr_strands == MOST_STRANDS || !reader) {
		weave->strand[0]->strand.done = true;
		hand_on(weave);
		if (!reader) {
			reader = weave->spare;
			weave->spare = NULL;
		}
	}
	failure_reader_open(reader, kind, number);
	memcpy(reader->log_version, weave->log_version, sizeof(reader->log_version));
	reader->strand.caller = prefix->caller;
	reader->strand.host = prefix->host;
	reader->strand.bare = prefix->first == PREFIX_NONE;
	weave->strand[weave->nr_strands++] = reader;
	weave->last = reader;
	return reader;
}

/** A line came that this report got. */
static void got(struct failure_reader *reader, const struct prefix *prefix, size_t number)
{
	reader->line = number;
	if (prefix->has_stamp) {
		reader->strand.has_stamp = true;
		reader->strand.stamp = prefix->stamp;
	}
}

static uint64_t distance(const struct failure_reader *reader, const struct prefix *prefix)
{
	uint64_t stamp = reader->strand.stamp;

	return stamp < prefix->stamp ? prefix->stamp - stamp : stamp - prefix->stamp;
}

/** Of two reports, whose line is it by its time? NULL when the time does not tell. */
static struct failure_reader *by_time(struct failure_reader *one, struct failure_reader *other,
				      const struct prefix *prefix)
{
	uint64_t to_one, to_other;

	if (!prefix->has_stamp || !one->strand.has_stamp || !other->strand.has_stamp)
		return NULL;
	to_one = distance(one, prefix);
	to_other = distance(other, prefix);
	if (to_one < to_other / 4)
		return one;
	return to_other < to_one / 4 ? other : NULL;
}

/** Lines about a victim are printed by others, too. */
static bool of_anybody(const char *line)
{
	return strstr(line, "oom_reaper: ") || strstr(line, "Killed process ");
}

/** Do the prefixes of a line and of a report's title agree in who printed them? */
static bool agrees(const struct failure_reader *reader, const struct prefix *prefix)
{
	const struct strand *strand = &reader->strand;

	return strand->caller == prefix->caller && strand->bare == (prefix->first == PREFIX_NONE);
}

/** May it be this report's line, whoever printed it? */
static bool may_be_of(const struct failure_reader *reader, const struct prefix *prefix)
{
	const struct strand *strand = &reader->strand;

	return !strand->done && (!prefix->host || !strand->host || strand->host == prefix->host);
}

/** Whose line is it? NULL: of no report that is being read. */
static struct failure_reader *whose(struct weave *weave, const struct prefix *prefix,
				    const char *line)
{
	struct failure_reader *found = NULL, *nameless = NULL, *only = NULL;
	int open = 0;

	for (int i = 0; i < weave->nr_strands; i++) {
		struct failure_reader *reader = weave->strand[i];

		if (!may_be_of(reader, prefix))
			continue;
		only = reader;
		open++;
		if (!agrees(reader, prefix)) {
			if (!reader->strand.caller || !prefix->caller)
				nameless = reader;
		} else if (!found || by_time(found, reader, prefix) != found) {
			found = reader;
		}
	}
	if (found)
		return found;
	/* A line without a prefix goes with the line before. */
	if (prefix->first == PREFIX_NONE && weave->last && !weave->last->strand.done)
		return weave->last;
	if (nameless)
		return nameless;
	return prefix->passing || (open == 1 && of_anybody(line)) ? only : NULL;
}

/** Lines of another report are among those of this one: neither has all of its own. */
static void mark_woven(struct weave *weave, struct failure_reader *reader)
{
	struct prefix prefix = { .caller = reader->strand.caller, .host = reader->strand.host };

	reader->failure.woven = true;
	for (int i = 0; i < weave->nr_strands; i++)
		if (same_origin(weave->strand[i], &prefix) &&
		    !failure_reader_whole(weave->strand[i]))
			weave->strand[i]->failure.woven = true;
}

/** Is there another report of the same origin, with its state of memory begun or not, whose zones are still to come? */
static bool another_is_open(const struct weave *weave, const struct failure_reader *reader,
			    const struct prefix *prefix, bool begun)
{
	for (int i = 0; i < weave->nr_strands; i++)
		if (weave->strand[i] != reader && same_origin(weave->strand[i], prefix) &&
		    weave->strand[i]->failure.has_state == begun &&
		    !failure_reader_whole(weave->strand[i]))
			return true;
	return false;
}

/** A state of memory begins: of the report that waits for it, or of one whose header is lost. */
static void begin_state(struct weave *weave, const struct prefix *prefix, const char *line,
			size_t number)
{
	struct failure_reader *reader = whose(weave, prefix, line);

	if (reader && reader->failure.has_state && !failure_reader_whole(reader) &&
	    another_is_open(weave, reader, prefix, false)) {
		mark_woven(weave, reader);
		return;
	}
	if (!reader || reader->failure.has_state)
		reader = begin(weave, FAILURE_STATE, prefix, number);
	reader->failure.has_state = true;
	reader->in_totals = true;
	reader->strand.last_line = number;
	got(reader, prefix, number);
	weave->last = reader;
}

/** The kernel has started anew: what was on its way has ended. */
static void take_version(struct weave *weave, const char *version)
{
	for (int i = 0; i < weave->nr_strands; i++)
		weave->strand[i]->strand.done = true;
	hand_on(weave);
	memset(&weave->earlier, 0, sizeof(weave->earlier));
	word_copy((struct word){ version, strcspn(version, " ") }, weave->log_version,
		  sizeof(weave->log_version));
}

/** End the reports whose last line is long ago. */
static void end_old(struct weave *weave, size_t number)
{
	for (int i = 0; i < weave->nr_strands; i++)
		weave->strand[i]->strand.done |=
			number - weave->strand[i]->strand.last_line > LINES_WITHOUT;
	hand_on(weave);
}

/**
 * @brief Read a line of the log.
 *
 * @param weave the reports on their way
 * @param line the line, whole
 * @param number of the log's line where it begins
 */
void weave_line(struct weave *weave, const char *line, size_t number)
{
	const char *what, *version = find_words(line, "Linux version ");
	struct failure_reader *reader;
	enum failure_kind kind;
	struct prefix prefix;

	prefix_read(line, &prefix);
	end_old(weave, number);
	if (version && isdigit((unsigned char)version[14]))
		take_version(weave, version + 14);
	if ((what = failure_header_find(line, &kind))) {
		reader = begin(weave, kind, &prefix, number);
		got(reader, &prefix, number);
		reader->strand.last_line = number;
		line_when(line, reader->failure.when, sizeof(reader->failure.when));
		failure_header_take(&reader->failure, line, what);
		return;
	}
	if (strstr(line, "Mem-Info:") || strstr(line, "Mem-info:")) {
		begin_state(weave, &prefix, line, number);
		return;
	}
	reader = whose(weave, &prefix, line);
	if (!reader)
		return;
	got(reader, &prefix, number);
	if (begins_report(line + prefix.length))
		reader->strand.last_line = number;
	/* A state's lines, before this report's own state: they are of the report before, which goes on. */
	reader->repeated |= !reader->failure.has_state && begins_state(line + prefix.length) &&
			    another_is_open(weave, reader, &prefix, true);
	failure_reader_read(reader, line);
	if (reader->repeated)
		mark_woven(weave, reader);
	weave->last = reader;
}

/**
 * @brief The log has ended: hand on what is left.
 *
 * @param weave the reports on their way
 */
void weave_end(struct weave *weave)
{
	for (int i = 0; i < weave->nr_strands; i++)
		weave->strand[i]->strand.done = true;
	hand_on(weave);
	failure_reader_free(weave->spare);
}

/**
 * @brief The log cannot be read to its end: give the memory back, without the reports that were on their way.
 *
 * @param weave the reports on their way
 */
void weave_drop(struct weave *weave)
{
	for (int i = 0; i < weave->nr_strands; i++)
		failure_reader_free(weave->strand[i]);
	failure_reader_free(weave->spare);
}
