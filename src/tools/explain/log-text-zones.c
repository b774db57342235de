/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The zones of a report as text: what was free, what was needed, and the verdict.
 */
#include "gfp.h"
#include "text/append.h"
#include "tools/explain/sheet.h"

/** How a boost is known. */
static const char *boost_remark(const struct zone_account *zone)
{
	if (zone->boost_source == BOOST_READ || zone->boost_source == BOOST_NOT_YET)
		return "";
	return zone->boost_exact ? "  (inferred)" : "  (inferred, about)";
}

/** How a figure is known that was not read: inferred, or between bounds. */
static const char *doubt_remark(const struct zone_account *zone, enum zone_doubt what, char *text,
				size_t size)
{
	const struct bounds *bounds = &zone->bounds[what];

	text[0] = '\0';
	if (!(zone->doubts >> what & 1))
		return log_inferred(zone->guessed >> what & 1);
	if (bounds->most == BOUND_UNKNOWN)
		text_append(text, size, "  (lost: %ld or more)", bounds->least);
	else
		text_append(text, size, "  (%s: %ld to %ld)",
			    zone->open >> what & 1 ? "unknown" : "lost", bounds->least,
			    bounds->most);
	return text;
}

/** What there is in a zone, and what the request may not use of it. */
static void print_usable(const struct sheet *sheet, const struct zone_account *zone)
{
	const struct explained_attempt *a = &zone->attempt;
	char text[64];

	sheet_row(sheet, "free", a->free, doubt_remark(zone, DOUBT_FREE, text, sizeof(text)));
	sheet_term(sheet, "- free CMA: for movable pages only", -a->cma,
		   doubt_remark(zone, DOUBT_CMA, text, sizeof(text)));
	sheet_term(sheet, "- reserved for urgent high orders", -a->highatomic,
		   doubt_remark(zone, DOUBT_HIGHATOMIC, text, sizeof(text)));
	sheet_term(sheet, "- the block itself, less one page", -a->block, "");
	sheet_row(sheet, "= usable", a->usable, "");
}

/** What must remain in a zone. */
static void print_needed(const struct sheet *sheet, const struct zone_account *zone)
{
	const struct explained_attempt *a = &zone->attempt;
	bool lost = zone->doubts >> DOUBT_MIN & 1;
	char text[64];

	doubt_remark(zone, DOUBT_MIN, text, sizeof(text));
	sheet_row(sheet, zone->asked_low ? "low watermark" : "min watermark", a->mark,
		  lost	     ? text
		  : a->boost ? boost_remark(zone)
			     : "");
	if (a->boost || zone->boost_source == BOOST_INFERRED)
		sheet_row(sheet, "+ boost (in min, low and high)", a->boost, boost_remark(zone));
	sheet_term(sheet, "- half of it, for __GFP_HIGH", -a->less_high, "");
	sheet_term(sheet, "- more, as an urgent request", -a->less_more, "");
	sheet_term(sheet, "+ lowmem reserve against it", a->reserve,
		   doubt_remark(zone, DOUBT_RESERVE, text, sizeof(text)));
	sheet_row(sheet, "= needed, and one page more", a->needed, "");
}

/** What of a zone's free list was lost. */
static void print_lost_list(const struct sheet *sheet, const struct zone_account *zone)
{
	uint32_t lost = zone->unread >> sheet->answer->failure->order;
	int first = (int)sheet->answer->failure->order;

	if (!lost)
		return;
	first += __builtin_ctz(lost);
	if (lost & (lost - 1))
		sheet_say(sheet, 4,
			  "the free list is damaged: blocks of order %d and others are "
			  "not known",
			  first);
	else
		sheet_say(sheet, 4, "the free list is damaged: blocks of order %d are not known",
			  first);
}

/** Free blocks of a zone that are large enough, and for whom. */
static void print_blocks(const struct sheet *sheet, const struct zone_account *zone)
{
	static const char *const types[NR_LETTERS] = { "unmovable",  "movable", "reclaimable",
						       "highatomic", "CMA",	"isolated" };
	const struct failure_account *account = &sheet->answer->account;
	int wanted = (int)sheet->answer->failure->order;
	char text[256] = "";
	bool inferred = false;

	if ((!wanted && account->situation != SITUATION_NO_MARKS) || !zone->zone->listed)
		return;
	for (int letter = 0; letter < NR_LETTERS; letter++) {
		long blocks = 0;

		for (int order = wanted; order < zone->zone->nr_orders; order++) {
			blocks += zone->blocks[order][letter];
			inferred |= zone->split[order];
		}
		if (blocks)
			text_append(text, sizeof(text), "%s%ld %s", text[0] ? ", " : "", blocks,
				    types[letter]);
	}
	if (text[0])
		sheet_say(sheet, 4, "free blocks of order %d or more: %s%s", wanted, text,
			  inferred ? " (how many of each is inferred)" : "");
	else
		sheet_say(sheet, 4, "no free block of order %d or more", wanted);
	print_lost_list(sheet, zone);
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
		sheet_say(sheet, 4, "in blocks that are too small: %s",
			  log_pages(sheet->answer, pages, amount, sizeof(amount)));
}

/** The verdict on a zone. */
static void print_verdict(const struct sheet *sheet, const struct zone_account *zone)
{
	const struct explained_attempt *a = &zone->attempt;
	enum ink ink = a->passes ? GREEN : RED;

	if (a->passes && a->shortfall)
		sheet_say_in(sheet, ink, 4,
			     "passes, %ld pages below what the full check asks for: %s",
			     a->shortfall,
			     a->quick ? "the quick test for single pages lets it"
				      : "it may ignore the mark");
	else if (a->passes)
		sheet_say_in(sheet, ink, 4, "passes, %ld pages above", a->usable - a->needed);
	else if (a->verdict == EXPLAINED_TOO_FEW_PAGES)
		sheet_say_in(sheet, ink, 4, "refused by the watermark check: %ld %s short",
			     a->shortfall, a->shortfall == 1 ? "page" : "pages");
	else if (a->verdict == EXPLAINED_CPUSET)
		sheet_say_in(sheet, ink, 4, "refused: the task's cpuset does not allow this node");
	else
		sheet_say_in(
			sheet, ink, 4,
			"refused for want of a block: no free block is both large enough and of "
			"a type that this request may use");
}

/** A zone that was tried. */
static void print_zone(const struct sheet *sheet, const struct zone_account *zone)
{
	char label[32], title[48];

	snprintf(title, sizeof(title), "zone %s",
		 log_zone_label(sheet->answer, zone, label, sizeof(label)));
	sheet_head(sheet, title);
	print_usable(sheet, zone);
	print_needed(sheet, zone);
	if (sheet->answer->account.situation == SITUATION_NO_MARKS)
		sheet_say(sheet, 4, "no watermark binds this task%s",
			  log_inferred(!(sheet->answer->failure->mask.mask & __GFP_MEMALLOC)));
	print_blocks(sheet, zone);
	print_too_small(sheet, zone);
	if (zone->boost_source == BOOST_UNKNOWN)
		sheet_say(sheet, 4,
			  "min may contain a boost: the distance of the marks does not tell");
	if (log_reserve_unknown(sheet->answer, zone))
		sheet_say(
			sheet, 4,
			"the report does not print what is reserved for urgent high orders: unknown, and "
			"not taken off");
	if (zone->local_pcp + zone->other_pcp)
		sheet_say(sheet, 4,
			  "not counted as free: %ld pages on this CPU's list, %ld on those of "
			  "others",
			  zone->local_pcp, zone->other_pcp);
	print_verdict(sheet, zone);
}

/** Why a zone was not tried. */
static const char *place_remark(const struct zone_account *zone)
{
	switch (zone->place) {
	case ZONE_TOO_HIGH:
		return "the mask does not reach up to it";
	case ZONE_NODE_LEFT_OUT:
		return "the request may not use its node";
	case ZONE_NOT_REACHED:
		return "a zone before it serves the request";
	case ZONE_NOT_MANAGED:
		return "none of its pages was given to the allocator";
	default:
		return "";
	}
}

/** Zones that were not asked, with what was free in them. */
static void print_left_out(const struct sheet *sheet)
{
	const struct failure_account *account = &sheet->answer->account;
	char label[32], amount[64];

	for (int i = 0; i < account->nr_zones; i++) {
		const struct zone_account *zone = &account->zone[i];

		if (zone->place == ZONE_TRIED)
			continue;
		if (!sheet->json)
			fputc('\n', sheet->out);
		sheet_begin(sheet, "left_out", PLAIN, "zone %s: not tried, %s; %s free in it",
			    log_zone_label(sheet->answer, zone, label, sizeof(label)),
			    place_remark(zone),
			    log_pages(sheet->answer, zone->free, amount, sizeof(amount)));
	}
}

/**
 * @brief Print the zones: those that were tried with their check, the others with what was free in them.
 *
 * @param sheet the sheet
 */
void print_zones(const struct sheet *sheet)
{
	const struct failure_account *account = &sheet->answer->account;

	for (int i = 0; i < account->nr_zones; i++)
		if (account->zone[i].place == ZONE_TRIED)
			print_zone(sheet, &account->zone[i]);
	print_left_out(sheet);
}
