/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief An answer in words: names, amounts, and the answer in one sentence.
 */
#include <string.h>

#include "gfp.h"
#include "failure/answer.h"
#include "text/append.h"

/**
 * @brief A zone by its name, and its node where the report names nodes.
 *
 * @param answer the answer
 * @param zone the zone
 * @param text receives the name
 * @param size bytes of `text`
 * @return text
 */
const char *log_zone_label(const struct log_answer *answer, const struct zone_account *zone,
			   char *text, size_t size)
{
	if (answer->failure->named_nodes)
		snprintf(text, size, "node %d %s", zone->zone->nid, zone->zone->name);
	else
		snprintf(text, size, "%s", zone->zone->name);
	return text;
}

/**
 * @brief "12 pages (48 kB)".
 *
 * @param answer the answer, for the size of a page
 * @param pages how many
 * @param text receives the words
 * @param size bytes of `text`
 * @return text
 */
const char *log_pages(const struct log_answer *answer, long pages, char *text, size_t size)
{
	snprintf(text, size, "%ld %s (%lld kB)", pages, pages == 1 ? "page" : "pages",
		 (long long)pages * (long long)page_size_kb(answer->failure));
	return text;
}

/**
 * @brief The mark of what was not read.
 *
 * @param inferred was it inferred?
 * @return the mark, or nothing
 */
const char *log_inferred(bool inferred)
{
	return inferred ? " (inferred)" : "";
}

/**
 * @brief Could a zone hold back pages for urgent high orders that the report does not print?
 *
 * Kernels up to 5.4 keep such a reserve without saying how large it is. An urgent request may use it.
 *
 * @param answer the answer, for the request
 * @param zone the zone
 * @return true when what is usable may be less than the figures say
 */
bool log_reserve_unknown(const struct log_answer *answer, const struct zone_account *zone)
{
	uint32_t mask = answer->failure->mask.mask;
	bool urgent = (mask & __GFP_ATOMIC) && !(mask & __GFP_NOMEMALLOC);

	return (zone->doubts >> DOUBT_HIGHATOMIC & 1) && !urgent;
}

/**
 * @brief Who asked for how much: "init asked for 512 pages in one block (order 9, 2048 kB)".
 *
 * @param answer the answer
 * @param text receives the words
 * @param size bytes of `text`
 */
void log_request(const struct log_answer *answer, char *text, size_t size)
{
	const struct failure *failure = answer->failure;
	char amount[64];

	snprintf(text, size, "%s asked for ", failure->comm[0] ? failure->comm : "a task");
	if (!failure->has_order || failure->order >= FAILURE_ORDERS) {
		text_append(text, size, "pages");
		return;
	}
	log_pages(answer, 1l << failure->order, amount, sizeof(amount));
	text_append(text, size, "%s%s, order %u", amount, failure->order ? " in one block" : "",
		    failure->order);
}

/**
 * @brief The mask: as printed, and what 5.8.18 calls it where that differs.
 *
 * @param answer the answer
 * @param text receives the words
 * @param size bytes of `text`
 */
void log_mask(const struct log_answer *answer, char *text, size_t size)
{
	const struct failure *failure = answer->failure;
	char names[512];

	snprintf(text, size, "0x%llx", (unsigned long long)failure->mask_number);
	if (failure->mask_names[0])
		text_append(text, size, " (%s)", failure->mask_names);
	pageflow_gfp_text(failure->mask.mask, names, sizeof(names));
	if (failure->mask.version)
		text_append(text, size, ", by the numbers of %s%s: %s", failure->mask.version,
			    log_inferred(failure->mask.guessed), names);
	if (failure->mask.mask != failure->mask_number)
		text_append(text, size, "; in 5.8.18 0x%x", failure->mask.mask);
	if (failure->mask.unknown[0])
		text_append(text, size, "; 5.8.18 does not know %s", failure->mask.unknown);
}

/** Blocks that are large enough, but on lists that this request may not use. */
static void append_blocks(const struct log_answer *answer, const struct zone_account *zone,
			  const char **joint, char *text, size_t size)
{
	static const char *const types[NR_LETTERS] = {
		[3] = "in the reserve for urgent high orders", [4] = "CMA", [5] = "isolated"
	};

	for (int letter = 3; letter < NR_LETTERS; letter++) {
		long blocks = 0;

		for (unsigned int order = answer->failure->order; order < FAILURE_ORDERS; order++)
			blocks += zone->blocks[order][letter];
		if (!blocks)
			continue;
		text_append(text, size, "%s%ld of the large enough blocks %s %s", *joint, blocks,
			    blocks == 1 ? "is" : "are", types[letter]);
		*joint = ", ";
	}
}

/** An amount that counted against the request, if there is one. */
static void append_amount(const struct log_answer *answer, long pages, const char **joint,
			  const char *format, bool inferred, char *text, size_t size)
{
	char amount[64], before[32];
	int place = (int)strcspn(format, "@");

	if (!pages)
		return;
	snprintf(before, sizeof(before), "%.*s", place, format);
	text_append(text, size, "%s%s%s%s%s", *joint, before,
		    log_pages(answer, pages, amount, sizeof(amount)), format + place + 1,
		    log_inferred(inferred));
	*joint = ", ";
}

/** What made a zone's check fail, besides the size of the numbers: CMA, reserves, boost. */
static void append_reasons(const struct log_answer *answer, const struct zone_account *zone,
			   char *text, size_t size)
{
	const struct explained_attempt *a = &zone->attempt;
	const char *joint = ": ";

	append_amount(answer, a->cma, &joint, "@ of free CMA do not count for it", false, text,
		      size);
	append_amount(answer, a->highatomic, &joint, "@ are reserved for urgent high orders", false,
		      text, size);
	if (a->verdict == EXPLAINED_NO_BLOCK)
		append_blocks(answer, zone, &joint, text, size);
	if (a->verdict != EXPLAINED_TOO_FEW_PAGES)
		return;
	append_amount(answer, a->reserve, &joint, "the lowmem reserve keeps @", !zone->reserve_read,
		      text, size);
	append_amount(answer, a->boost, &joint, "the watermark is boosted by @",
		      zone->boost_source == BOOST_INFERRED, text, size);
}

/** The answer is one without a number that the report does not print. */
static void append_unknown(const struct log_answer *answer, const struct zone_account *zone,
			   char *text, size_t size)
{
	if (log_reserve_unknown(answer, zone))
		text_append(text, size,
			    " (without what is reserved for urgent high orders: the report does "
			    "not print it)");
}

/** Why one zone refused. */
static void append_refusal(const struct log_answer *answer, const struct zone_account *zone,
			   char *text, size_t size)
{
	const struct explained_attempt *a = &zone->attempt;
	char label[32];

	text_append(text, size, "%s ", log_zone_label(answer, zone, label, sizeof(label)));
	if (a->verdict == EXPLAINED_TOO_FEW_PAGES)
		text_append(
			text, size,
			"is %ld %s short of its min watermark (%ld usable, more than %ld needed)",
			a->shortfall, a->shortfall == 1 ? "page" : "pages", a->usable, a->needed);
	else if (a->verdict == EXPLAINED_NO_BLOCK || a->verdict == EXPLAINED_LISTS_EMPTY)
		text_append(
			text, size,
			"is 0 pages short of its min watermark (%ld usable, more than %ld needed) "
			"but has no free block of order %u or more that this request may use",
			a->usable, a->needed, answer->failure->order);
	else if (a->verdict == EXPLAINED_CPUSET)
		text_append(text, size, "is on a node that the task's cpuset does not allow");
	else
		text_append(text, size, "was passed over");
	append_unknown(answer, zone, text, size);
	append_reasons(answer, zone, text, size);
}

/** The answer to a report whose zones refused. */
static void refused(struct log_answer *answer)
{
	const struct failure_account *account = &answer->account;
	size_t size = sizeof(answer->sentence);
	const char *before = "";

	if (answer->replayed && answer->failure->order >= EXPLAIN_ORDERS) {
		text_append(answer->sentence, size,
			    "refused: order %u is above %d, the largest that a free list of 5.8.18 "
			    "holds, and no zone is asked.",
			    answer->failure->order, EXPLAIN_ORDERS - 1);
		return;
	}

	text_append(answer->sentence, size,
		    "refused%s: ", answer->replayed ? "" : ", by the figures of the report");
	for (int i = 0; i < account->nr_zones; i++) {
		if (account->zone[i].place != ZONE_TRIED)
			continue;
		text_append(answer->sentence, size, "%s", before);
		append_refusal(answer, &account->zone[i], answer->sentence, size);
		before = "; ";
	}
	text_append(answer->sentence, size, ".");
}

/** The answer to a report whose state would serve the request. */
static void passed(struct log_answer *answer)
{
	const struct failure_account *account = &answer->account;
	size_t size = sizeof(answer->sentence);
	char label[32];

	for (int i = 0; i < account->nr_zones; i++) {
		const struct zone_account *zone = &account->zone[i];

		if (zone->place != ZONE_TRIED || !zone->attempt.passes)
			continue;
		text_append(answer->sentence, size,
			    "in the state that the report shows, zone %s would serve the request, ",
			    log_zone_label(answer, zone, label, sizeof(label)));
		if (zone->attempt.shortfall)
			text_append(answer->sentence, size, "below a mark that it may ignore");
		else
			text_append(answer->sentence, size, "%ld pages above its limit",
				    zone->attempt.usable - zone->attempt.needed);
		append_unknown(answer, zone, answer->sentence, size);
		text_append(
			answer->sentence, size,
			": memory was freed between the refusal and the report (inferred), or the "
			"report does not show what bound the request.");
		return;
	}
}

/**
 * @brief Write the answer in one sentence, without "answer: ".
 *
 * @param answer receives it
 */
void log_sentence(struct log_answer *answer)
{
	const struct failure *failure = answer->failure;

	answer->sentence[0] = '\0';
	if (failure->memcg)
		snprintf(answer->sentence, sizeof(answer->sentence),
			 "refused by the memory cgroup %s, which uses %llu kB of its limit of %llu "
			 "kB, 0 pages short by any zone: no zone was asked.",
			 failure->memcg_path[0] ? failure->memcg_path : "(unnamed)",
			 (unsigned long long)failure->memcg_usage_kb,
			 (unsigned long long)failure->memcg_limit_kb);
	else if (log_situation(answer))
		return;
	else if (answer->passes)
		passed(answer);
	else
		refused(answer);
}
