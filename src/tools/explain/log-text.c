/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The answer to a report as text: 80 columns, the answer last.
 */
#include <string.h>

#include "tools/explain/log.h"
#include "tools/explain/sheet.h"
#include "tools/explain/view.h"

/** Who asked for what, when, on which kernel. */
static void print_request(const struct sheet *sheet, const char *path)
{
	static const char *const kinds[] = { "page allocation failure", "page allocation stall",
					     "OOM report", "vmalloc failure", "state of memory" };
	const struct failure *failure = sheet->answer->failure;
	char text[768];

	fprintf(sheet->out, "%sreport %lu: %s%s\n", sheet_ink(sheet, BOLD), sheet->answer->number,
		kinds[failure->kind], sheet_ink(sheet, PLAIN));
	sheet_say(sheet, 2, "line %zu of %s", failure->line, path);
	log_request(sheet->answer, text, sizeof(text));
	sheet_say(sheet, 2, "%s", text);
	if (failure->has_mask) {
		log_mask(sheet->answer, text, sizeof(text));
		sheet_say(sheet, 2, "gfp mask %s", text);
	}
	if (failure->version[0])
		sheet_say(sheet, 2, "kernel %s%s", failure->version,
			  failure->version_from_log
				  ? ", by the log's 'Linux version' line (inferred)"
				  : "");
	else
		sheet_say(sheet, 2, "kernel unknown: read as 5.8.18 (inferred)");
}

/** Where the verdict comes from. */
static void print_basis(const struct sheet *sheet)
{
	const struct log_answer *answer = sheet->answer;
	const char *version = answer->failure->version;

	if (answer->replayed)
		sheet_say(sheet, 2,
			  "verdict: the request was run through the path of 5.8.18 on zones "
			  "rebuilt from the report; reclaim and compaction achieve nothing, "
			  "since the report was written after they had failed (inferred)");
	else
		sheet_say(sheet, 2,
			  "verdict: from the figures alone, without running the path of 5.8.18: "
			  "%s",
			  answer->account.not_replayed);
	if (strncmp(version, "5.8.", 4) && strcmp(version, "5.8"))
		sheet_say(sheet, 2,
			  "it is what 5.8.18 would decide, not what kernel %s decided (inferred)",
			  version[0] ? version : "of this log");
	if (answer->account.nr_nodes > 1)
		sheet_say(sheet, 2,
			  "zones were tried from node %d on (inferred: no report says where it "
			  "began)",
			  answer->account.first_node);
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

/** The walks of the replay, those alike once. */
static void print_walks(const struct sheet *sheet)
{
	const struct explanation *e = &sheet->answer->explanation;

	if (!sheet->answer->replayed || !e->nr_walks)
		return;
	fprintf(sheet->out, "\n%sthe attempts of 5.8.18%s\n", sheet_ink(sheet, BOLD),
		sheet_ink(sheet, PLAIN));
	for (size_t i = 0; i < e->nr_walks; i++) {
		const struct explained_walk *walk = &e->walk[i];
		size_t alike = 1;

		while (i + 1 < e->nr_walks && e->walk[i + 1].stage == walk->stage &&
		       e->walk[i + 1].alloc_flags == walk->alloc_flags) {
			alike++;
			i++;
		}
		sheet_say(sheet, 2, "stage %02d, %s watermark: %zu %s over %d %s", walk->stage,
			  explain_mark_name(walk->alloc_flags), alike,
			  alike == 1 ? "walk" : "walks", walk->nr_attempts,
			  walk->nr_attempts == 1 ? "zone" : "zones");
	}
}

/** What would have let it pass. */
static void print_advice(const struct sheet *sheet)
{
	const struct log_answer *answer = sheet->answer;

	if (!answer->nr_advice)
		return;
	fprintf(sheet->out, "\n%swhat would have let it pass%s\n", sheet_ink(sheet, BOLD),
		sheet_ink(sheet, PLAIN));
	for (int i = 0; i < answer->nr_advice; i++) {
		sheet_say(sheet, 2, "%s %s", answer->advice[i].would_pass ? "+" : "?",
			  answer->advice[i].what);
		sheet_say(sheet, 6, "cost: %s", answer->advice[i].cost);
	}
	sheet_say(sheet, 2, "(+ passes by the figures of this report; ? may help)");
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
	const struct sheet sheet = { answer, out, colour };

	if (answer->number > 1)
		fputc('\n', out);
	print_request(&sheet, path);
	print_caller(&sheet);
	if (answer->account.verdict != VERDICT_GROUP &&
	    answer->account.verdict != VERDICT_NO_REQUEST) {
		print_basis(&sheet);
		print_absent(&sheet);
		print_walks(&sheet);
		print_zones(&sheet);
	}
	print_balance(&sheet);
	print_victim(&sheet);
	print_advice(&sheet);
	fprintf(out, "\n%sanswer: %s%s\n", ink_code(colour, BOLD), answer->sentence,
		ink_code(colour, PLAIN));
}
