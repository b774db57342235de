/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief One request, told from the inside: runs it with a witness and keeps what the stages say.
 *
 * What a background thread does meanwhile belongs to nobody's story and is left out: only what the
 * requesting task itself meets is kept.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_context.h"
#include "engine/explain.h"
#include "engine/parts.h"
#include "life/life.h"
#include "memory_map.h"
#include "stages/stages.h"
#include "world/world.h"

/** The story while it is being written. */
struct story {
	struct explanation *out;
	struct explained_walk spare; /**< stands for a walk that there is no room for */
	struct explained_walk *walk; /**< the last one; NULL: none yet */
	size_t walk_room, step_room;
	const struct task *teller; /**< the requesting task */
	int walker;		   /**< stage that the next walk belongs to */
	unsigned long round;
	bool refilled, from_reserve, caught; /**< since the last walk began */
	bool second_pass;		     /**< the next walk is one */
	bool out_of_memory;
};

/** Which stage a decision falls in. */
static const unsigned char decision_stage[NR_DECISIONS] = {
	[DECISION_ORDER_TOO_LARGE] = 6,
	[DECISION_CHARGE_REFUSED] = 6,
	[DECISION_WALK] = 8,
	[DECISION_SECOND_PASS] = 8,
	[DECISION_ZONE_CPUSET] = 8,
	[DECISION_ZONE_DIRTY] = 8,
	[DECISION_BELOW_MARK] = 8,
	[DECISION_MARK_IGNORED] = 8,
	[DECISION_NODE_RECLAIM] = 8,
	[DECISION_LISTS_EMPTY] = 8,
	[DECISION_STAY_ON_NODE] = 8,
	[DECISION_REFILL] = 10,
	[DECISION_REFILLED] = 10,
	[DECISION_FROM_HIGHATOMIC] = 10,
	[DECISION_RESERVED] = 10,
	[DECISION_UNRESERVED] = 10,
	[DECISION_BLOCK] = 11,
	[DECISION_BOOST] = 11,
	[DECISION_CLAIM] = 11,
	[DECISION_CONVERT] = 11,
	[DECISION_SLOW_START] = 13,
	[DECISION_ROUND] = 13,
	[DECISION_RESERVES] = 13,
	[DECISION_GIVE_UP] = 13,
	[DECISION_MUST_NOT_FAIL] = 13,
	[DECISION_RECLAIM] = 15,
	[DECISION_COMPACT] = 16,
	[DECISION_NO_KILL] = 18,
	[DECISION_OOM] = 18,
};

/** The kernel's own events that tell part of the story, and their stages; 0: left out. */
static const unsigned char event_stage[NR_TRACE_EVENTS] = {
	[TRACE_mm_page_alloc_extfrag] = 11,
	[TRACE_mm_vmscan_wakeup_kswapd] = 14,
	[TRACE_mm_vmscan_node_reclaim_begin] = 15,
	[TRACE_mm_vmscan_node_reclaim_end] = 15,
	[TRACE_mm_compaction_suitable] = 16,
	[TRACE_mm_compaction_deferred] = 16,
	[TRACE_mm_compaction_end] = 16,
	[TRACE_mm_compaction_migratepages] = 16,
	[TRACE_mm_compaction_wakeup_kcompactd] = 14,
	[TRACE_reclaim_retry_zone] = 17,
	[TRACE_compact_retry] = 17,
	[TRACE_mark_victim] = 18,
};

/** Make room for one more element; false without memory. */
static bool make_room(void *array, size_t count, size_t *room, size_t size)
{
	void **memory = array;
	void *larger;

	if (count < *room)
		return true;
	larger = realloc(*memory, (*room ? 2 * *room : 64) * size);
	if (!larger)
		return false;
	*memory = larger;
	*room = *room ? 2 * *room : 64;
	return true;
}

/** Keep a step. */
static void add_step(struct story *story, const struct explained_step *step)
{
	struct explanation *out = story->out;

	if (out->nr_steps == EXPLAIN_MAX_STEPS) {
		out->steps_lost++;
	} else if (make_room(&out->step, out->nr_steps, &story->step_room, sizeof(*step))) {
		out->step[out->nr_steps] = *step;
		out->step[out->nr_steps++].walk = (int)out->nr_walks - 1;
	} else {
		story->out_of_memory = true;
	}
}

/** A place for one more walk. */
static struct explained_walk *new_walk(struct story *story)
{
	struct explanation *out = story->out;

	if (out->nr_walks == EXPLAIN_MAX_WALKS) {
		out->walks_lost++;
	} else if (make_room(&out->walk, out->nr_walks, &story->walk_room, sizeof(*out->walk))) {
		return &out->walk[out->nr_walks++];
	} else {
		story->out_of_memory = true;
	}
	return &story->spare;
}

/** Which stage walks? The last look before a kill is the only walk at the high mark. */
static int walker_of(const struct story *story, unsigned int alloc_flags)
{
	return (alloc_flags & ALLOC_WMARK_MASK) == ALLOC_WMARK_HIGH ? 18 : story->walker;
}

/** A walk begins: what will it find in each zone? */
static void begin_walk(struct story *story, const struct decision *decision)
{
	const struct alloc_context *ac = decision->ac;
	struct explained_walk *walk = new_walk(story);
	struct zoneref *z = ac->preferred_zoneref;
	struct zone *zone;

	*walk = (struct explained_walk){
		.stage = walker_of(story, (unsigned int)decision->number[2]),
		.round = story->round,
		.second_pass = story->second_pass,
		.gfp = (uint32_t)decision->number[0],
		.alloc_flags = (uint32_t)decision->number[2],
		.highest_zone = (int)ac->highest_zoneidx,
		.migratetype = ac->migratetype,
	};
	for_next_zone_zonelist_nodemask(zone, z, (int)ac->highest_zoneidx, ac->nodemask) {
		struct explained_attempt *attempt = &walk->attempt[walk->nr_attempts++];

		attempt->zone = explain_zone_number(story->out, zone);
		story->out->zone[attempt->zone].on_zonelist = true;
		explain_attempt(zone, walk, story->out->request.order, attempt);
	}
	story->walk = walk;
	story->out->cost.walks++;
	story->refilled = story->from_reserve = story->caught = story->second_pass = false;
	story->out->list_type = story->out->list_order = -1;
}

/** The attempt of the last walk on a zone; NULL: it has none. */
static struct explained_attempt *attempt_on(const struct story *story, int zone)
{
	for (int i = 0; story->walk && i < story->walk->nr_attempts; i++)
		if (story->walk->attempt[i].zone == zone)
			return &story->walk->attempt[i];
	return NULL;
}

/** A zone answers: note its verdict, with the numbers of this moment. */
static void note_answer(struct story *story, const struct decision *decision, int number)
{
	struct explained_attempt *attempt = attempt_on(story, number);

	if (!attempt)
		return;
	explain_attempt(decision->zone, story->walk, story->out->request.order, attempt);
	switch (decision->kind) {
	case DECISION_ZONE_CPUSET:
		attempt->verdict = EXPLAINED_CPUSET;
		break;
	case DECISION_ZONE_DIRTY:
		attempt->verdict = EXPLAINED_DIRTY;
		break;
	case DECISION_MARK_IGNORED:
		attempt->mark_ignored = true;
		attempt->verdict = EXPLAINED_NOT_REACHED;
		break;
	case DECISION_LISTS_EMPTY:
		attempt->verdict = EXPLAINED_LISTS_EMPTY;
		break;
	case DECISION_STAY_ON_NODE:
		attempt->verdict = EXPLAINED_OTHER_NODE;
		break;
	default:
		/* The watermark check, before or after reclaim on the node. */
		attempt->verdict = attempt->passes	? EXPLAINED_NOT_REACHED
				   : attempt->shortfall ? EXPLAINED_TOO_FEW_PAGES
							: EXPLAINED_NO_BLOCK;
	}
}

/** A block leaves its list: the page comes from here, or the first page of a refill does. */
static void note_block(struct story *story, const struct decision *decision)
{
	struct explanation *out = story->out;

	if (story->refilled && out->list_order >= 0)
		return;
	out->list_order = (int)decision->number[1];
	out->list_type = (int)decision->number[2];
}

/** Count what a decision costs. */
static void note_cost(struct explained_cost *cost, const struct decision *decision)
{
	unsigned long number = (unsigned long)decision->number[0];

	switch (decision->kind) {
	case DECISION_REFILL:
		cost->refills++;
		break;
	case DECISION_REFILLED:
		cost->refilled_pages += number;
		break;
	case DECISION_BLOCK:
		cost->splits += (unsigned long)decision->number[1] - number;
		break;
	case DECISION_BOOST:
		cost->boosts++;
		break;
	case DECISION_CLAIM:
		cost->converted_pageblocks += (unsigned long)decision->number[2];
		break;
	case DECISION_CONVERT:
		cost->converted_pageblocks += number;
		break;
	case DECISION_ROUND:
		cost->rounds = number;
		break;
	case DECISION_RECLAIM:
		cost->reclaims++;
		cost->reclaimed_pages += number;
		break;
	case DECISION_COMPACT:
		cost->compactions++;
		break;
	default:
		break;
	}
}

/** Note where the request is, and what the next walk or the page will be. */
static void note_progress(struct story *story, const struct decision *decision)
{
	switch (decision->kind) {
	case DECISION_CHARGE_REFUSED:
		story->out->charge_refused = true;
		break;
	case DECISION_SECOND_PASS:
		story->second_pass = true;
		break;
	case DECISION_REFILL:
		story->refilled = true;
		story->out->list_order = -1;
		break;
	case DECISION_FROM_HIGHATOMIC:
		story->from_reserve = true;
		break;
	case DECISION_BLOCK:
		note_block(story, decision);
		break;
	case DECISION_ROUND:
		story->round = (unsigned long)decision->number[0];
		story->walker = 13;
		break;
	case DECISION_SLOW_START:
	case DECISION_MUST_NOT_FAIL:
	case DECISION_RECLAIM:
	case DECISION_OOM:
		/* The walks that follow are those of the stage that decided. */
		story->walker = decision_stage[decision->kind];
		break;
	case DECISION_COMPACT:
		story->caught = decision->number[2];
		story->walker = decision_stage[decision->kind];
		break;
	case DECISION_GIVE_UP:
		story->out->give_up = (int)decision->number[0];
		break;
	default:
		break;
	}
}

/** The witness: a stage has decided. */
static void on_decision(const struct decision *decision, void *context)
{
	struct story *story = context;
	struct explained_step step = { .kind = EXPLAINED_DECISION, .what = decision->kind };

	if (current != story->teller)
		return;
	step.stage = decision_stage[decision->kind];
	step.zone = explain_zone_number(story->out, decision->zone);
	for (int i = 0; i < MAX_DECISION_NUMBERS; i++)
		step.number[i] = decision->number[i];
	if (decision->ac)
		begin_walk(story, decision);
	else if (decision->zone && step.stage == 8)
		note_answer(story, decision, step.zone);
	note_cost(&story->out->cost, decision);
	note_progress(story, decision);
	add_step(story, &step);
}

/** The kernel reports a fallback when it is done; the story reads better when it comes first. */
static void tell_fallback_first(struct explanation *out)
{
	size_t at = out->nr_steps;
	struct explained_step fallback;

	if (!at)
		return;
	fallback = out->step[--at];
	while (at && out->step[at - 1].kind == EXPLAINED_DECISION &&
	       (out->step[at - 1].what == DECISION_BOOST ||
		out->step[at - 1].what == DECISION_CLAIM ||
		out->step[at - 1].what == DECISION_CONVERT)) {
		out->step[at] = out->step[at - 1];
		at--;
	}
	out->step[at] = fallback;
}

/** One of the kernel's own events. */
static void on_event(const struct trace_event *event, void *context)
{
	struct story *story = context;
	struct explained_cost *cost = &story->out->cost;
	struct explained_step step = { .kind = EXPLAINED_EVENT, .what = event->id, .zone = -1 };

	if (current != story->teller || !event_stage[event->id])
		return;
	step.stage = event_stage[event->id];
	memcpy(step.number, event->field, sizeof(step.number));
	add_step(story, &step);
	if (event->id == TRACE_mm_page_alloc_extfrag && !story->out->steps_lost)
		tell_fallback_first(story->out);
	cost->steals += event->id == TRACE_mm_page_alloc_extfrag;
	cost->kswapd_wakes += event->id == TRACE_mm_vmscan_wakeup_kswapd;
	cost->kills += event->id == TRACE_mark_victim;
}

/** A rule was broken: keep the first. */
static void on_violation(const char *text, void *context)
{
	struct story *story = context;

	if (!strncmp(text, "Kernel panic", 12))
		story->out->panic = true;
	else if (!story->out->violation[0])
		snprintf(story->out->violation, sizeof(story->out->violation), "%s", text);
}

/** The request goes round in circles: stop it. */
static bool on_livelock(const char *report, void *context)
{
	struct story *story = context;

	snprintf(story->out->livelock, sizeof(story->out->livelock), "%s", report);
	return true;
}

/** Messages are part of no explanation. */
static void on_message(const char *text, void *context)
{
	(void)text;
	(void)context;
}

static unsigned long nothing_reclaimed(gfp_t gfp_mask, unsigned int order)
{
	(void)gfp_mask;
	(void)order;
	return 0;
}

/** Compaction that finishes without having made a block. */
static enum compact_result nothing_compacted(struct zone *zone, unsigned int order,
					     enum compact_result suitable, struct page **capture)
{
	(void)zone;
	(void)order;
	(void)capture;
	return suitable == COMPACT_CONTINUE ? COMPACT_COMPLETE : suitable;
}

/** Where did the page come from? */
static enum explained_source source_of(const struct story *story, const struct page *page)
{
	if (!page)
		return EXPLAINED_FROM_NOWHERE;
	if (story->caught)
		return EXPLAINED_FROM_COMPACTION;
	if (story->from_reserve)
		return EXPLAINED_FROM_RESERVE;
	if (story->out->request.order)
		return EXPLAINED_FROM_BUDDY;
	return story->refilled ? EXPLAINED_FROM_REFILL : EXPLAINED_FROM_CPU_LIST;
}

/** Note the result, and the zone that it came from. */
static void note_result(struct story *story, const struct page *page)
{
	struct explanation *out = story->out;
	struct explained_attempt *attempt;

	out->found = page != NULL;
	out->pfn = page ? page_to_pfn(page) : PAGEFLOW_NO_PAGE;
	out->page_zone = explain_zone_number(out, page ? page_zone(page) : NULL);
	out->source = source_of(story, page);
	attempt = page && !story->caught ? attempt_on(story, out->page_zone) : NULL;
	if (attempt)
		attempt->verdict = EXPLAINED_TAKEN;
}

/** Did this attempt come closer than that one? A later one counts when neither did. */
static bool came_closer(const struct explained_attempt *one, const struct explained_attempt *other)
{
	return !other || one->verdict > other->verdict ||
	       (one->verdict == other->verdict && one->shortfall <= other->shortfall);
}

/** For each zone, find the attempt that came closest. */
static void find_closest(struct explanation *out)
{
	for (size_t w = 0; w < out->nr_walks; w++)
		for (int i = 0; i < out->walk[w].nr_attempts; i++) {
			const struct explained_attempt *attempt = &out->walk[w].attempt[i];

			if (attempt->verdict <= EXPLAINED_TAKEN ||
			    attempt->verdict == EXPLAINED_OTHER_NODE ||
			    !came_closer(attempt, out->closest[attempt->zone]))
				continue;
			out->closest[attempt->zone] = attempt;
			out->closest_walk[attempt->zone] = &out->walk[w];
		}
}

/** Listen to the machine in focus, and watch over its request. */
static void listen(struct story *story, const struct explain_request *request)
{
	world->witness = on_decision;
	world->witness_context = story;
	world->subscriber = on_event;
	world->subscriber_context = story;
	world->console = on_message;
	world->bug_handler = on_violation;
	world->bug_context = story;
	watchdog_set_handler(on_livelock, story);
	if (!request->nothing_helps)
		return;
	world->environment.direct_reclaim = nothing_reclaimed;
	world->environment.compact_zone = nothing_compacted;
	world->environment.steady = true;
	world->hooks.kswapd_woken = NULL;
	world->hooks.kcompactd_woken = NULL;
	world->oom_killer_disabled = true;
}

/** Put back what listen() changed. */
static void listen_no_more(const struct machine *before)
{
	world->witness = before->witness;
	world->witness_context = before->witness_context;
	world->subscriber = before->subscriber;
	world->subscriber_context = before->subscriber_context;
	world->console = before->console;
	world->bug_handler = before->bug_handler;
	world->bug_context = before->bug_context;
	watchdog_set_handler(NULL, NULL);
	/* Not all hooks: those that the machine's life has set meanwhile belong to it. */
	world->hooks.kswapd_woken = before->hooks.kswapd_woken;
	world->hooks.kcompactd_woken = before->hooks.kcompactd_woken;
	world->environment = before->environment;
	world->oom_killer_disabled = before->oom_killer_disabled;
}

/**
 * @brief Run a request on the machine in focus and explain it. The page stays allocated.
 *
 * @param request what to ask for
 * @param explanation receives the story, cleared by the caller; its arrays are the caller's to free
 * @return 0, or -1 without memory for it
 */
int explain_run(const struct explain_request *request, struct explanation *explanation)
{
	struct story story = { .out = explanation, .teller = current, .walker = 6 };
	struct machine before = *world;
	struct page *page;

	explanation->request = *request;
	explanation->type_name = migratetype_names;
	explanation->zone_name = zone_names;
	explanation->result_name = compact_result_names;
	explanation->mask = request->gfp & world->gfp_allowed_mask;
	explanation->nr_cpus = world->nr_cpus;
	explanation->cpu = world->this_cpu;
	explanation->give_up = explanation->list_type = explanation->list_order = -1;
	explain_zones(explanation);
	listen(&story, request);
	page = request->nid == ENGINE_BY_POLICY
		       ? alloc_pages(request->gfp, request->order)
		       : alloc_pages_node(request->nid, request->gfp, request->order);
	note_result(&story, page);
	explanation->cost.ticks = world->jiffies - before.jiffies;
	listen_no_more(&before);
	find_closest(explanation);
	return story.out_of_memory ? -1 : 0;
}
