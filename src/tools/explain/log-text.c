/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The answer to a report as text: 80 columns, the answer last.
 */
#include <stdarg.h>
#include <string.h>

#include "tools/explain/ink.h"
#include "tools/explain/log.h"
#include "tools/explain/view.h"

/** A text on its way to the reader. */
struct sheet {
	const struct log_answer *answer;
	FILE *out;
	bool colour;
};

/** Begin or end a colour. */
static const char *ink(const struct sheet *sheet, enum ink ink)
{
	return ink_code(sheet->colour, ink);
}

/** Print words, broken into lines between blanks; further lines stand two columns deeper. */
__attribute__((format(printf, 3, 4))) static void say(const struct sheet *sheet, int indent,
						      const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	print_wrapped(sheet->out, indent, text);
}

/** A row of a zone's table: what, pages, kB. */
static void row(const struct sheet *sheet, const char *what, long pages, const char *remark)
{
	fprintf(sheet->out, "    %-34s %10ld %11lld%s\n", what, pages,
		(long long)pages * (long long)page_size_kb(sheet->answer->failure), remark);
}

/** A row that is left out when it is 0. */
static void term(const struct sheet *sheet, const char *what, long pages, const char *remark)
{
	if (pages)
		row(sheet, what, pages, remark);
}

/** Who asked for what, when, on which kernel. */
static void print_request(const struct sheet *sheet, const char *path)
{
	static const char *const kinds[] = { "page allocation failure", "page allocation stall",
					     "OOM report", "vmalloc failure", "state of memory" };
	const struct failure *failure = sheet->answer->failure;
	char text[768];

	fprintf(sheet->out, "%sreport %lu: %s%s\n", ink(sheet, BOLD), sheet->answer->number,
		kinds[failure->kind], ink(sheet, PLAIN));
	say(sheet, 2, "line %zu of %s", failure->line, path);
	log_request(sheet->answer, text, sizeof(text));
	say(sheet, 2, "%s", text);
	if (failure->has_mask) {
		log_mask(sheet->answer, text, sizeof(text));
		say(sheet, 2, "gfp mask %s", text);
	}
	if (failure->version[0])
		say(sheet, 2, "kernel %s%s", failure->version,
		    failure->version_from_log ? ", by the log's 'Linux version' line (inferred)"
					      : "");
	else
		say(sheet, 2, "kernel unknown: read as 5.8.18 (inferred)");
}

/** Where the verdict comes from. */
static void print_basis(const struct sheet *sheet)
{
	const struct log_answer *answer = sheet->answer;
	const char *version = answer->failure->version;

	if (answer->replayed)
		say(sheet, 2,
		    "verdict: the request was run through the path of 5.8.18 on zones "
		    "rebuilt from the report; reclaim and compaction achieve nothing, "
		    "since the report was written after they had failed (inferred)");
	else
		say(sheet, 2,
		    "verdict: from the figures alone, without running the path of 5.8.18: "
		    "%s",
		    answer->account.not_replayed);
	if (strncmp(version, "5.8.", 4) && strcmp(version, "5.8"))
		say(sheet, 2,
		    "it is what 5.8.18 would decide, not what kernel %s decided (inferred)",
		    version[0] ? version : "of this log");
	if (answer->account.nr_nodes > 1)
		say(sheet, 2,
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
		say(sheet, 2,
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
	fprintf(sheet->out, "\n%sthe attempts of 5.8.18%s\n", ink(sheet, BOLD), ink(sheet, PLAIN));
	for (size_t i = 0; i < e->nr_walks; i++) {
		const struct explained_walk *walk = &e->walk[i];
		size_t alike = 1;

		while (i + 1 < e->nr_walks && e->walk[i + 1].stage == walk->stage &&
		       e->walk[i + 1].alloc_flags == walk->alloc_flags) {
			alike++;
			i++;
		}
		say(sheet, 2, "stage %02d, %s watermark: %zu %s over %d %s", walk->stage,
		    explain_mark_name(walk->alloc_flags), alike, alike == 1 ? "walk" : "walks",
		    walk->nr_attempts, walk->nr_attempts == 1 ? "zone" : "zones");
	}
}

/** How a boost is known. */
static const char *boost_remark(const struct zone_account *zone)
{
	if (zone->boost_source == BOOST_READ || zone->boost_source == BOOST_NOT_YET)
		return "";
	return zone->boost_exact ? "  (inferred)" : "  (inferred, about)";
}

/** What there is in a zone, and what the request may not use of it. */
static void print_usable(const struct sheet *sheet, const struct explained_attempt *a)
{
	row(sheet, "free", a->free, "");
	term(sheet, "- free CMA: for movable pages only", -a->cma, "");
	term(sheet, "- reserved for urgent high orders", -a->highatomic, "");
	term(sheet, "- the block itself, less one page", -a->block, "");
	row(sheet, "= usable", a->usable, "");
}

/** What must remain in a zone. */
static void print_needed(const struct sheet *sheet, const struct zone_account *zone)
{
	const struct explained_attempt *a = &zone->attempt;

	row(sheet, "min watermark", a->mark, a->boost ? boost_remark(zone) : "");
	if (a->boost || zone->boost_source == BOOST_INFERRED)
		row(sheet, "+ boost (in min, low and high)", a->boost, boost_remark(zone));
	term(sheet, "- half of it, for __GFP_HIGH", -a->less_high, "");
	term(sheet, "- more, as an urgent request", -a->less_more, "");
	term(sheet, "+ lowmem reserve against it", a->reserve,
	     zone->reserve_read ? "" : "  (inferred)");
	row(sheet, "= needed, and one page more", a->needed, "");
}

/** Free blocks of a zone that are large enough, and for whom. */
static void print_blocks(const struct sheet *sheet, const struct zone_account *zone)
{
	static const char *const types[NR_LETTERS] = { "unmovable",  "movable", "reclaimable",
						       "highatomic", "CMA",	"isolated" };
	const struct failure *failure = sheet->answer->failure;
	bool any = false;

	if (failure->order == 0 || !zone->has_lists)
		return;
	for (int order = (int)failure->order; order < zone->zone->nr_orders; order++)
		for (int letter = 0; letter < NR_LETTERS; letter++) {
			long blocks = zone->blocks[order][letter];

			if (!blocks)
				continue;
			any = true;
			say(sheet, 4, "%ld free %s of order %d: %s%s", blocks,
			    blocks == 1 ? "block" : "blocks", order, types[letter],
			    log_inferred(zone->split[order]));
		}
	if (!any)
		say(sheet, 4, "no free block of order %u or more", failure->order);
}

/** Free pages of a zone in blocks that are smaller than what was asked for. */
static void print_too_small(const struct sheet *sheet, const struct zone_account *zone)
{
	unsigned int wanted = sheet->answer->failure->order;
	long pages = 0;
	char amount[64];

	for (unsigned int order = 0; order < wanted && order < FAILURE_ORDERS; order++)
		pages += (long)zone->zone->blocks[order] << order;
	if (pages && zone->has_lists)
		say(sheet, 4, "in blocks that are too small: %s",
		    log_pages(sheet->answer, pages, amount, sizeof(amount)));
}

/** The verdict on a zone. */
static void print_verdict(const struct sheet *sheet, const struct zone_account *zone)
{
	const struct explained_attempt *a = &zone->attempt;

	fputs(a->passes ? ink(sheet, GREEN) : ink(sheet, RED), sheet->out);
	if (a->passes && a->shortfall)
		say(sheet, 4, "passes, %ld pages below what the full check asks for: %s",
		    a->shortfall,
		    a->quick ? "the quick test for single pages lets it"
			     : "it may ignore the mark");
	else if (a->passes)
		say(sheet, 4, "passes, %ld pages above", a->usable - a->needed);
	else if (a->verdict == EXPLAINED_TOO_FEW_PAGES)
		say(sheet, 4, "refused by the watermark check: %ld %s short", a->shortfall,
		    a->shortfall == 1 ? "page" : "pages");
	else if (a->verdict == EXPLAINED_CPUSET)
		say(sheet, 4, "refused: the task's cpuset does not allow this node");
	else
		say(sheet, 4,
		    "refused for want of a block: enough pages are free, but none of the "
		    "blocks is both large enough and of a type that this request may use");
	fputs(ink(sheet, PLAIN), sheet->out);
}

/** A zone that was tried. */
static void print_zone(const struct sheet *sheet, const struct zone_account *zone)
{
	char label[32];

	fprintf(sheet->out, "\n%szone %-33s%s %10s %11s\n", ink(sheet, BOLD),
		log_zone_label(sheet->answer, zone, label, sizeof(label)), ink(sheet, PLAIN),
		"pages", "kB");
	print_usable(sheet, &zone->attempt);
	print_needed(sheet, zone);
	print_blocks(sheet, zone);
	print_too_small(sheet, zone);
	if (zone->boost_source == BOOST_UNKNOWN)
		say(sheet, 4, "min may contain a boost: the distance of the marks does not tell");
	if (log_reserve_unknown(sheet->answer, zone))
		say(sheet, 4,
		    "the report does not print what is reserved for urgent high orders: unknown, and "
		    "not taken off");
	if (zone->local_pcp + zone->other_pcp)
		say(sheet, 4,
		    "not counted as free: %ld pages on this CPU's list, %ld on those of "
		    "others",
		    zone->local_pcp, zone->other_pcp);
	print_verdict(sheet, zone);
}

/** Zones that could not serve the request, with what was free in them. */
static void print_left_out(const struct sheet *sheet)
{
	const struct failure_account *account = &sheet->answer->account;
	char label[32], amount[64];

	for (int i = 0; i < account->nr_zones; i++) {
		const struct zone_account *zone = &account->zone[i];

		if (zone->place == ZONE_TRIED)
			continue;
		fputc('\n', sheet->out);
		say(sheet, 0, "zone %s: not tried, %s; %s free in it",
		    log_zone_label(sheet->answer, zone, label, sizeof(label)),
		    zone->place == ZONE_TOO_HIGH ? "the mask does not reach up to it"
						 : "the request may not use its node",
		    log_pages(sheet->answer, zone->free, amount, sizeof(amount)));
	}
}

/** What would have let it pass. */
static void print_advice(const struct sheet *sheet)
{
	const struct log_answer *answer = sheet->answer;

	if (!answer->nr_advice)
		return;
	fprintf(sheet->out, "\n%swhat would have let it pass%s\n", ink(sheet, BOLD),
		ink(sheet, PLAIN));
	for (int i = 0; i < answer->nr_advice; i++) {
		say(sheet, 2, "%s %s", answer->advice[i].would_pass ? "+" : "?",
		    answer->advice[i].what);
		say(sheet, 6, "cost: %s", answer->advice[i].cost);
	}
	say(sheet, 2, "(+ passes by the figures of this report; ? may help)");
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
	if (!answer->failure->memcg) {
		print_basis(&sheet);
		print_absent(&sheet);
		print_walks(&sheet);
		for (int i = 0; i < answer->account.nr_zones; i++)
			if (answer->account.zone[i].place == ZONE_TRIED)
				print_zone(&sheet, &answer->account.zone[i]);
		print_left_out(&sheet);
	}
	print_advice(&sheet);
	fprintf(out, "\n%sanswer: %s%s\n", ink_code(colour, BOLD), answer->sentence,
		ink_code(colour, PLAIN));
}
