/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief From a report to its answer: the account of its figures, and the request run on the zones rebuilt from it.
 */
#include <string.h>

#include "alloc_context.h"
#include "failure/answer.h"
#include "failure/judge/rebuild.h"

/** The report's zone of the machine's zone. */
static struct zone_account *account_of(struct log_answer *answer, const struct explained_zone *zone)
{
	for (int i = 0; i < answer->account.nr_zones; i++)
		if (failure_node_place(&answer->account, answer->account.zone[i].zone->nid) ==
			    zone->nid &&
		    !strcmp(answer->account.zone[i].zone->name, zone->name))
			return &answer->account.zone[i];
	return NULL;
}

/** What the path said of each zone takes the place of what the figures say. */
static void take_attempts(struct log_answer *answer)
{
	const struct explanation *e = &answer->explanation;
	const struct explained_walk *last = e->nr_walks ? &e->walk[e->nr_walks - 1] : NULL;

	for (int i = 0; i < e->nr_zones; i++) {
		struct zone_account *zone = account_of(answer, &e->zone[i]);

		if (!zone)
			continue;
		if (e->closest[i])
			zone->attempt = *e->closest[i];
		zone->attempt.passes = e->found && e->page_zone == i;
	}
	answer->passes = e->found;
	for (int i = 0; last && e->found && i < last->nr_attempts; i++)
		if (last->attempt[i].zone == e->page_zone) {
			struct zone_account *zone = account_of(answer, &e->zone[e->page_zone]);

			zone->attempt = last->attempt[i];
			zone->attempt.passes = true;
			zone->asked_low = (last->alloc_flags & ALLOC_WMARK_MASK) == ALLOC_WMARK_LOW;
		}
}

/** The walk ends at the zone that serves: those after it are not asked. */
static void end_walk(struct failure_account *account)
{
	bool served = false;

	for (int i = 0; i < account->nr_zones; i++) {
		struct zone_account *zone = &account->zone[i];

		if (zone->place != ZONE_TRIED)
			continue;
		if (served)
			zone->place = ZONE_NOT_REACHED;
		served |= zone->attempt.passes;
	}
}

/** Run the request on a machine in the report's state. */
static void replay(struct log_answer *answer)
{
	struct explain_request request = {
		.gfp = answer->failure->mask.mask,
		.order = answer->failure->order,
		.nid = ENGINE_BY_POLICY,
		.nothing_helps = true,
	};
	const struct pageflow_engine *engine = failure_engine(answer->failure);
	struct pageflow_error error = { 0 };
	struct machine *machine = failure_rebuild(&answer->account, &error);

	if (!machine) {
		snprintf(answer->account.not_replayed, sizeof(answer->account.not_replayed),
			 "its zones could not be rebuilt: %.128s", error.text);
		return;
	}
	if (engine->explain(machine, &request, &answer->explanation, &error))
		snprintf(answer->account.not_replayed, sizeof(answer->account.not_replayed),
			 "%.160s", error.text);
	else if (answer->explanation.violation[0])
		snprintf(answer->account.not_replayed, sizeof(answer->account.not_replayed),
			 "%.160s", answer->explanation.violation);
	else
		answer->replayed = true;
	if (answer->replayed) {
		take_attempts(answer);
		answer->account.verdict = answer->passes ? VERDICT_PASSES : VERDICT_REFUSED;
	}
	engine->destroy(machine);
}

/** Are the rules of 5.8.18 the only ones that are possible, so that its path decides as that kernel did? */
static bool decided_by_5_8(const struct failure_account *account)
{
	return account->nr_readings == 1 && rules_are_5_8(account->reading[0].rules);
}

/**
 * @brief Answer a report.
 *
 * @param answer receives the answer; its number is kept; log_answer_release() it after true
 * @param failure the report; it must outlive the answer
 * @param rules version whose rules are asked for; NULL: the report's own
 * @return false when the report lacks what a verdict needs: answer->account.missing says what; what else it says is
 *	   answered
 */
bool log_answer_take(struct log_answer *answer, const struct failure *failure, const char *rules)
{
	answer->failure = failure;
	failure_account_take(failure, rules, &answer->account);
	balance_take(failure, &answer->balance);
	victim_take(failure, &answer->victim);
	if (answer->account.missing[0]) {
		answer->account.verdict = VERDICT_UNKNOWN;
		log_advise(answer);
		log_sentence(answer);
		return false;
	}
	answer->passes = answer->account.verdict == VERDICT_PASSES;
	if (answer->account.situation == SITUATION_PLAIN && !answer->account.not_replayed[0] &&
	    decided_by_5_8(&answer->account) &&
	    (answer->passes || answer->account.verdict == VERDICT_REFUSED))
		replay(answer);
	if (!answer->replayed && !answer->account.not_replayed[0])
		snprintf(
			answer->account.not_replayed, sizeof(answer->account.not_replayed), "%s",
			decided_by_5_8(&answer->account)
				? "no plain check of its zones answers it"
				: "the rules of its version are not those of 5.8.18, or not those alone");
	if (answer->passes)
		end_walk(&answer->account);
	log_advise(answer);
	log_sentence(answer);
	return true;
}

/**
 * @brief Did no zone refuse: would the request pass, or is no request of any zone behind the report?
 *
 * @param answer the answer
 * @return false when it was refused, when that depends, and when a group's report does not say what the group uses
 */
bool log_answer_is_fine(const struct log_answer *answer)
{
	switch (answer->account.verdict) {
	case VERDICT_REFUSED:
	case VERDICT_DEPENDS:
	case VERDICT_UNKNOWN:
		return false;
	case VERDICT_GROUP:
		return answer->failure->oom.counter[GROUP_MEMORY].read;
	default:
		return true;
	}
}

/**
 * @brief Does a report without a verdict say something all the same: who holds the memory, who was killed?
 *
 * @param answer the answer, of log_answer_take()
 * @return false when there is nothing to show
 */
bool log_answer_says_something(const struct log_answer *answer)
{
	return answer->balance.known || answer->victim.known || answer->failure->oom.nr_kills;
}

/**
 * @brief Give the memory of an answer back.
 *
 * @param answer the answer
 */
void log_answer_release(struct log_answer *answer)
{
	explanation_free(&answer->explanation);
}
