/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief An answer in words: names, amounts, the request.
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

/**
 * @brief Is the report one of zones that were asked, and are they all there?
 *
 * @param answer the answer
 * @return false for a group's report, for one that no request is behind, and for one without a verdict
 */
bool log_zones_asked(const struct log_answer *answer)
{
	return answer->account.verdict <= VERDICT_DEPENDS;
}

/**
 * @brief What a reader wants to know first: who holds most of the memory, free memory aside.
 *
 * @param answer the answer
 * @param text receives the words; "" where the report does not tell
 * @param size bytes of `text`
 */
void log_headline(const struct log_answer *answer, char *text, size_t size)
{
	*text = '\0';
	if (answer->balance.known)
		balance_headline(&answer->balance, text, size);
}

/**
 * @brief A verdict in one word, for programs.
 *
 * @param verdict the verdict
 * @return the word
 */
const char *log_verdict_key(enum failure_verdict verdict)
{
	static const char *const verdicts[] = {
		[VERDICT_REFUSED] = "refused", [VERDICT_PASSES] = "passes",
		[VERDICT_DEPENDS] = "depends", [VERDICT_NO_REQUEST] = "no_request",
		[VERDICT_GROUP] = "group",     [VERDICT_UNKNOWN] = "unknown",
	};

	return verdicts[verdict];
}

/**
 * @brief What kind of report it is in one word, for programs.
 *
 * @param kind the kind
 * @param memcg is it of a memory cgroup at its limit?
 * @return the word
 */
const char *log_kind_key(enum failure_kind kind, bool memcg)
{
	static const char *const kinds[] = { "failure", "stall", "oom", "vmalloc", "state" };

	return memcg ? "memcg_oom" : kinds[kind];
}
