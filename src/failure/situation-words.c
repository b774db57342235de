/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The verdict in one clause where a plain check of zones does not answer.
 */
#include <string.h>

#include "failure/answer.h"
#include "gfp.h"
#include "text/append.h"

/** The zones that a mask asks for by its name, and would have to have pages. */
static const char *asked_zone(const struct failure_account *account)
{
	static const char *const names[NR_FAILURE_TYPES] = { "DMA",	"DMA32",   "Normal",
							     "HighMem", "Movable", "Device" };

	return names[account->highest];
}

/** No zone that the mask allows has managed pages. */
static void say_no_managed(struct log_answer *answer)
{
	const struct failure_account *account = &answer->account;
	bool listed = false;

	for (int i = 0; i < account->nr_zones; i++)
		listed |= account->zone[i].place == ZONE_NOT_MANAGED &&
			  account->zone[i].zone->type <= account->highest;
	text_append(answer->sentence, sizeof(answer->sentence),
		    "refused by the %s: the mask allows no zone above %s, and %s, so no zone could "
		    "be tried%s",
		    account->rules, asked_zone(account),
		    listed ? "no page up to there was given to the allocator (managed:0)"
			   : "the machine has no memory up to there (inferred: the report shows no "
			     "such zone)",
		    account->highest < FAILURE_NORMAL
			    ? ", as is usual in a crash kernel (kdump) whose memory lies high"
			    : "");
}

/** Nodes of a set as "0,2-4". */
static void append_nodes(char *text, size_t size, uint64_t nodes)
{
	const char *joint = "";

	for (int nid = 0; nid < FAILURE_NODES; nid++) {
		int last = nid;

		if (!(nodes >> nid & 1))
			continue;
		while (last + 1 < FAILURE_NODES && (nodes >> (last + 1) & 1))
			last++;
		text_append(text, size, last > nid ? "%s%d-%d" : "%s%d", joint, nid, last);
		nid = last;
		joint = ",";
	}
}

/** What binds a request to nodes: "its cpuset allows node 4". */
static void append_bond(const struct log_answer *answer, char *text, size_t size)
{
	const struct failure *failure = answer->failure;
	uint32_t mask = failure->mask.mask;
	uint64_t nodes = ~0ull;

	if (mask & __GFP_THISNODE) {
		text_append(text, size, "it asked for node %d alone (__GFP_THISNODE)",
			    answer->account.first_node);
		return;
	}
	if (failure->has_mems && (mask & __GFP_HARDWALL))
		nodes &= failure->mems_allowed;
	if (failure->has_nodemask)
		nodes &= failure->nodemask;
	text_append(text, size, "its %s allows node ",
		    failure->has_nodemask ? failure->has_mems && (mask & __GFP_HARDWALL)
						    ? "memory policy and cpuset"
						    : "memory policy"
					  : "cpuset");
	append_nodes(text, size, nodes);
	text_append(text, size, " alone");
}

/** The nodes that are allowed and the zones that are allowed have none in common. */
static void say_excluded(struct log_answer *answer)
{
	const struct failure_account *account = &answer->account;
	size_t size = sizeof(answer->sentence);
	const char *joint = ", where all memory is ";
	char label[32];

	text_append(answer->sentence, size,
		    "refused by the %s: the request may use no zone: ", account->rules);
	append_bond(answer, answer->sentence, size);
	for (int i = 0; i < account->nr_zones; i++)
		if (account->zone[i].place == ZONE_TOO_HIGH) {
			text_append(
				answer->sentence, size, "%s%s", joint,
				log_zone_label(answer, &account->zone[i], label, sizeof(label)));
			joint = " and ";
		}
	text_append(answer->sentence, size,
		    ", and its mask allows no zone above %s, however much is free there",
		    asked_zone(account));
}

/** What of a zone is free for a request that no mark binds. */
static void append_unbound(const struct log_answer *answer, const struct zone_account *zone,
			   char *text, size_t size)
{
	static const char *const kept[NR_LETTERS] = {
		[3] = "in the reserve for urgent high orders", [4] = "CMA", [5] = "isolated"
	};
	const char *joint = "";
	char label[32];
	long all = 0;

	for (unsigned int order = answer->failure->order; order < FAILURE_ORDERS; order++)
		all += (long)zone->zone->blocks[order];
	text_append(text, size, "%s ", log_zone_label(answer, zone, label, sizeof(label)));
	if (all)
		text_append(text, size, "has %ld free %s", all, all == 1 ? "block" : "blocks");
	else
		text_append(text, size, "has no free block");
	if (answer->failure->order)
		text_append(text, size, " of order %u or more", answer->failure->order);
	if (!all)
		return;
	text_append(text, size, all == 1 ? ", which is " : ", and all are ");
	for (int letter = 3; letter < NR_LETTERS; letter++) {
		long blocks = 0;

		for (unsigned int order = answer->failure->order; order < FAILURE_ORDERS; order++)
			blocks += zone->blocks[order][letter];
		if (!blocks)
			continue;
		text_append(text, size, "%s%s", joint, kept[letter]);
		joint = " or ";
	}
	text_append(text, size, ", which this request cannot take");
}

/** Marks do not bind the task. */
static void say_no_marks(struct log_answer *answer)
{
	const struct failure *failure = answer->failure;
	const struct failure_account *account = &answer->account;
	size_t size = sizeof(answer->sentence);
	const char *joint = ": ";

	text_append(answer->sentence, size, "%s by the %s, although no watermark binds %s%s",
		    answer->passes ? "in the state that the report shows it would pass" : "refused",
		    account->rules, failure->comm[0] ? failure->comm : "the task",
		    failure->mask.mask & __GFP_MEMALLOC
			    ? " (__GFP_MEMALLOC)"
			    : ", which frees memory itself (inferred), so that only blocks decide");
	for (int i = 0; i < account->nr_zones && !answer->passes; i++) {
		if (account->zone[i].place != ZONE_TRIED)
			continue;
		text_append(answer->sentence, size, "%s", joint);
		append_unbound(answer, &account->zone[i], answer->sentence, size);
		joint = "; ";
	}
	if (answer->passes)
		text_append(answer->sentence, size,
			    ": there are free blocks that it may take, and memory was freed "
			    "between the refusal and the report (inferred)");
}

/** Early boot. */
static void say_early(struct log_answer *answer)
{
	const struct failure_account *account = &answer->account;
	size_t size = sizeof(answer->sentence);
	char label[32], amount[64];

	text_append(answer->sentence, size,
		    "%s by the %s in early boot: the marks are not computed yet (min, low and "
		    "high are 0), so that only what is free decides",
		    answer->passes ? "it would pass" : "refused", account->rules);
	for (int i = 0; i < account->nr_zones; i++) {
		const struct zone_account *zone = &account->zone[i];

		if (zone->place != ZONE_TRIED)
			continue;
		text_append(answer->sentence, size, ": %s has %s free%s",
			    log_zone_label(answer, zone, label, sizeof(label)),
			    log_pages(answer, zone->free, amount, sizeof(amount)),
			    zone->attempt.verdict == EXPLAINED_NO_BLOCK
				    ? ", and no block that is large enough"
				    : "");
	}
}

/**
 * @brief Write the verdict where a plain check of zones does not answer.
 *
 * @param answer receives the sentence
 * @return false when a plain check answers: nothing was written
 */
bool log_situation(struct log_answer *answer)
{
	const struct failure *failure = answer->failure;
	size_t size = sizeof(answer->sentence);

	if (answer->account.open[0]) {
		text_append(answer->sentence, size,
			    "depends on %s; at one end the request passes, at the other it is "
			    "refused",
			    answer->account.open);
		return true;
	}
	switch (answer->account.situation) {
	case SITUATION_NO_MANAGED:
		say_no_managed(answer);
		return true;
	case SITUATION_EXCLUDED:
		say_excluded(answer);
		return true;
	case SITUATION_PAGE_FAULT:
		text_append(answer->sentence, size,
			    "no request is behind this report: a page fault of %s ended without "
			    "memory (VM_FAULT_OOM, gfp_mask 0) and called the OOM killer, and no "
			    "zone refused; what failed stands before it in the log, often the "
			    "limit of a memory cgroup",
			    failure->comm[0] ? failure->comm : "a task");
		return true;
	case SITUATION_SYSRQ:
		text_append(answer->sentence, size,
			    "no request is behind this report: somebody called the OOM killer with "
			    "SysRq f (order=-1), and no zone refused");
		return true;
	case SITUATION_NO_MARKS:
		say_no_marks(answer);
		return true;
	case SITUATION_EARLY:
		say_early(answer);
		return true;
	case SITUATION_CORRUPT:
		text_append(answer->sentence, size,
			    "refused, but the counters of this report are corrupt: %s, which no "
			    "such machine can have, so that no shortage can be worked out from "
			    "them",
			    answer->account.corrupt);
		return true;
	default:
		return false;
	}
}
