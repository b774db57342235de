/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The answer to a report as text: 80 columns, the answer last; and the same in pieces, as JSON.
 */
#include <string.h>

#include "tools/explain/log.h"
#include "tools/explain/sheet.h"
#include "tools/explain/view.h"

/** The verdicts in one word, and how they are coloured. */
static const struct {
	const char *word;
	enum ink ink;
} verdicts[] = {
	[VERDICT_REFUSED] = { "refused", RED },
	[VERDICT_PASSES] = { "would pass in the state that the report shows", GREEN },
	[VERDICT_DEPENDS] = { "depends", RED },
	[VERDICT_NO_REQUEST] = { "no request is behind this report", GREEN },
	[VERDICT_GROUP] = { "a memory cgroup is at its limit, no zone was asked", RED },
	[VERDICT_UNKNOWN] = { "none, the report lacks what it needs", RED },
};

/** What kind of report it is, and who holds most of the memory. */
static void print_headline(const struct sheet *sheet)
{
	static const char *const kinds[] = { "page allocation failure", "page allocation stall",
					     "out of memory", "vmalloc failure",
					     "state of memory" };
	char headline[256];

	log_headline(sheet->answer, headline, sizeof(headline));
	sheet_begin(sheet, "report", BOLD, "report %lu: %s%s%s", sheet->answer->number,
		    kinds[sheet->answer->failure->kind], headline[0] ? "; " : "", headline);
}

/** Who asked for what, when, on which kernel. */
static void print_request(const struct sheet *sheet, const char *path)
{
	const struct failure *failure = sheet->answer->failure;
	char text[768];

	sheet_say(sheet, 2, "line %zu of %s", failure->line, path);
	if (sheet->answer->account.verdict != VERDICT_NO_REQUEST) {
		log_request(sheet->answer, text, sizeof(text));
		sheet_say(sheet, 2, "%s", text);
		if (failure->has_mask) {
			log_mask(sheet->answer, text, sizeof(text));
			sheet_say(sheet, 2, "gfp mask %s", text);
		}
	}
	if (failure->version[0])
		sheet_say(sheet, 2, "kernel %s%s%s%s", failure->version,
			  failure->release[0] ? ", which is Debian's " : "", failure->release,
			  failure->version_from_log
				  ? ", by the log's 'Linux version' line (inferred)"
				  : "");
	else
		sheet_say(sheet, 2, "kernel unknown");
}

/** The verdict in one line, and what it rests on. */
static void print_verdict(const struct sheet *sheet)
{
	const struct log_answer *answer = sheet->answer;
	const struct failure_account *account = &answer->account;
	bool zones_asked = log_zones_asked(answer);

	if (!sheet->json)
		fprintf(sheet->out, "\n%s", sheet_ink(sheet, BOLD));
	sheet_begin(sheet, "verdict", verdicts[account->verdict].ink, "verdict: %s%s%s",
		    answer->failure->ours && answer->passes ? "would pass"
							    : verdicts[account->verdict].word,
		    zones_asked ? ", by the " : "", zones_asked ? account->rules : "");
	if (!zones_asked)
		return;
	if (answer->replayed)
		sheet_say(sheet, 2,
			  "the request was run through the path of 5.8.18 on zones rebuilt from "
			  "the report; reclaim and compaction achieve nothing there, since the "
			  "report was written after they had failed (inferred)");
	if (account->nr_nodes > 1)
		sheet_say(sheet, 2,
			  "zones were tried from node %d on (inferred: no report says where it "
			  "began)",
			  account->first_node);
}

/** Does the machine have more free pages than the zones of the report? */
static void print_absent(const struct sheet *sheet)
{
	const struct failure_account *account = &sheet->answer->account;
	long total = (long)sheet->answer->failure->totals.value[FIGURE_FREE], shown = 0;

	for (int i = 0; i < account->nr_zones; i++)
		shown += account->zone[i].free;
	/* The zones are read a moment after the totals: a small difference says nothing. */
	if (total > shown + shown / 8 + 1024)
		sheet_say(sheet, 2,
			  "the zones in this report hold %ld of %ld free pages: others are not "
			  "shown, or their lines are lost",
			  shown, total);
}

/** Do two walks tell a reader the same? */
static bool walks_alike(const struct explained_walk *one, const struct explained_walk *other)
{
	return one->stage == other->stage &&
	       !strcmp(explain_mark_name(one->alloc_flags), explain_mark_name(other->alloc_flags));
}

/**
 * @brief How many walks tell a reader the same as this one?
 *
 * @param e what became of the request
 * @param which number of the walk, from 0
 * @return how many, with itself; 0 where one before it is like it
 */
size_t log_walks_alike(const struct explanation *e, size_t which)
{
	size_t alike = 0, first = 0;

	while (!walks_alike(&e->walk[which], &e->walk[first]))
		first++;
	for (size_t other = which; other < e->nr_walks && first == which; other++)
		alike += walks_alike(&e->walk[which], &e->walk[other]);
	return alike;
}

/** The walks of the replay, those of all rounds that are alike once, with their number. */
static void print_walks(const struct sheet *sheet)
{
	const struct explanation *e = &sheet->answer->explanation;

	if (!sheet->answer->replayed || !e->nr_walks)
		return;
	sheet_title(sheet, "attempts", "the attempts of 5.8.18");
	for (size_t i = 0; i < e->nr_walks; i++) {
		const struct explained_walk *walk = &e->walk[i];
		size_t alike = log_walks_alike(e, i);

		if (alike)
			sheet_say(sheet, 2, "stage %02d, %s watermark: %zu %s over %d %s",
				  walk->stage, explain_mark_name(walk->alloc_flags), alike,
				  alike == 1 ? "walk" : "walks", walk->nr_attempts,
				  walk->nr_attempts == 1 ? "zone" : "zones");
	}
}

/** What would have let it pass, or may. */
static void print_advice(const struct sheet *sheet)
{
	const struct log_answer *answer = sheet->answer;
	bool sure = false;

	if (!answer->nr_advice)
		return;
	sheet_title(sheet, "advice", "what to do");
	for (int i = 0; i < answer->nr_advice; i++) {
		sheet_say(sheet, 2, "%s %s", answer->advice[i].would_pass ? "+" : "?",
			  answer->advice[i].what);
		sheet_say(sheet, 6, "cost: %s", answer->advice[i].cost);
		sure |= answer->advice[i].would_pass;
	}
	if (sure)
		sheet_say(sheet, 2,
			  "(with + the request passes by the figures of this report; ? may help)");
}

/** The sections of an answer, without the answer itself. */
static void print_sections(const struct sheet *sheet, const char *path)
{
	print_headline(sheet);
	print_request(sheet, path);
	print_caller(sheet);
	print_verdict(sheet);
	if (log_zones_asked(sheet->answer)) {
		print_absent(sheet);
		print_zones(sheet);
		print_walks(sheet);
	}
	print_balance(sheet);
	print_victim(sheet);
	print_advice(sheet);
}

static void print_answer(const struct sheet *sheet)
{
	print_answer_line(sheet->out, sheet->colour, BOLD, sheet->answer->sentence);
}

/**
 * @brief Print what another version would decide on a machine of ours: verdict, zones, answer.
 *
 * @param answer the answer to the machine as a report
 * @param out where to
 * @param colour with the colours of a terminal?
 */
void log_print_by_rules(const struct log_answer *answer, FILE *out, bool colour)
{
	const struct sheet sheet = { .answer = answer, .out = out, .colour = colour };

	print_verdict(&sheet);
	print_zones(&sheet);
	print_answer(&sheet);
}

/**
 * @brief Print the answer to a report.
 *
 * @param answer the answer
 * @param path of the log
 * @param out where to
 * @param colour with the colours of a terminal?
 */
void log_print_text(const struct log_answer *answer, const char *path, FILE *out, bool colour)
{
	const struct sheet sheet = { .answer = answer, .out = out, .colour = colour };

	print_sections(&sheet, path);
	print_answer(&sheet);
}

/**
 * @brief Write what is printed of a report in its pieces, section by section, but for the answer itself.
 *
 * @param answer the answer
 * @param path of the log; NULL: the report is of a machine of ours, and nobody wrote it
 * @param json where to: an object
 */
void log_write_sections(const struct log_answer *answer, const char *path, struct json *json)
{
	struct sheet sheet = { .answer = answer, .json = json };

	json_array(json, "sections");
	sheet.depth = json->depth;
	if (path) {
		print_sections(&sheet, path);
	} else {
		print_verdict(&sheet);
		print_zones(&sheet);
	}
	sheet_end(&sheet);
	json_end(json);
}
