/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief An explanation as JSON, version 1. docs/explain.rst lists the keys.
 */
#include "tools/explain/log.h"
#include "tools/explain/view.h"

/** Version of the keys. */
#define VERSION 1

/** A list of numbers. */
static void write_numbers(struct json *json, const char *key, const unsigned long *number,
			  int count)
{
	json_array(json, key);
	for (int i = 0; i < count; i++)
		json_count(json, NULL, number[i]);
	json_end(json);
}

/** A place in a list, or any other number that is not negative; null: none. */
static void write_place(struct json *json, const char *key, int place)
{
	if (place < 0)
		json_null(json, key);
	else
		json_integer(json, key, place);
}

static void write_request(const struct explain_request *request, struct json *json)
{
	char mask[512];

	pageflow_gfp_text(request->gfp, mask, sizeof(mask));
	json_object(json, "request");
	json_text(json, "gfp", mask);
	json_count(json, "mask", request->gfp);
	json_count(json, "order", request->order);
	write_place(json, "node", request->nid);
	json_end(json);
}

static void write_zone(const struct explanation *e, const struct explained_zone *z,
		       struct json *json)
{
	json_object(json, NULL);
	json_integer(json, "node", z->nid);
	json_text(json, "zone", z->name);
	json_bool(json, "on_zonelist", z->on_zonelist);
	json_count(json, "managed", z->managed);
	json_count(json, "present", z->present);
	json_count(json, "free", z->free);
	json_count(json, "free_cma", z->free_cma);
	json_count(json, "highatomic", z->highatomic);
	json_count(json, "boost", z->boost);
	json_count(json, "min", z->mark[0]);
	json_count(json, "low", z->mark[1]);
	json_count(json, "high", z->mark[2]);
	json_count(json, "cpu_list", z->pcp);
	json_count(json, "batch", z->pcp_batch);
	write_numbers(json, "lowmem_reserve", z->reserve, EXPLAIN_TIERS);
	json_object(json, "blocks");
	for (int type = 0; type < EXPLAIN_TYPES; type++) {
		unsigned long blocks[EXPLAIN_ORDERS];

		for (int order = 0; order < EXPLAIN_ORDERS; order++)
			blocks[order] = z->blocks[order][type];
		write_numbers(json, e->type_name[type], blocks, EXPLAIN_ORDERS);
	}
	json_end(json);
	json_end(json);
}

static void write_machine(const struct explanation *e, const struct explain_origin *origin,
			  struct json *json)
{
	json_object(json, "machine");
	json_text(json, "from", origin->machine);
	json_bool(json, "live", origin->live);
	json_text(json, "configuration", e->configuration);
	json_integer(json, "cpus", e->nr_cpus);
	json_bool(json, "reclaim", !e->request.nothing_helps);
	json_array(json, "assumed");
	for (int i = 0; origin->assumed[i]; i++)
		json_text(json, NULL, origin->assumed[i]);
	json_end(json);
	json_end(json);
	json_array(json, "zones");
	for (int i = 0; i < e->nr_zones; i++)
		write_zone(e, &e->zone[i], json);
	json_end(json);
}

static void write_walk(const struct explanation *e, const struct explained_walk *walk,
		       struct json *json)
{
	char flags[256];

	explain_flags_text(walk->alloc_flags, flags, sizeof(flags));
	json_object(json, NULL);
	json_integer(json, "stage", walk->stage);
	json_count(json, "round", walk->round);
	json_bool(json, "second_pass", walk->second_pass);
	json_text(json, "watermark", explain_mark_name(walk->alloc_flags));
	json_text(json, "alloc_flags", flags);
	json_count(json, "mask", walk->gfp);
	json_text(json, "migratetype", e->type_name[walk->migratetype]);
	json_array(json, "attempts");
	for (int i = 0; i < walk->nr_attempts; i++) {
		json_object(json, NULL);
		json_integer(json, "zone", walk->attempt[i].zone);
		explain_write_attempt(&walk->attempt[i], json);
		json_end(json);
	}
	json_end(json);
	json_end(json);
}

static void write_walks(const struct explanation *e, struct json *json)
{
	json_array(json, "walks");
	for (size_t i = 0; i < e->nr_walks; i++)
		write_walk(e, &e->walk[i], json);
	json_end(json);
	json_count(json, "walks_lost", e->walks_lost);
}

/** An event, as the kernel writes it. */
static void write_event(const struct explained_step *step, struct json *json)
{
	char text[512];

	explain_event_text(step, text, sizeof(text));
	json_text(json, "event", text);
}

static void write_step(const struct explained_step *step, struct json *json)
{
	json_object(json, NULL);
	json_integer(json, "stage", step->stage);
	if (step->kind == EXPLAINED_EVENT) {
		write_event(step, json);
	} else {
		json_text(json, "decision", explain_decision_word(step->what));
		write_place(json, "zone", step->zone);
		write_place(json, "walk", step->walk);
		json_array(json, "numbers");
		for (int i = 0; i < MAX_DECISION_NUMBERS; i++)
			json_integer(json, NULL, step->number[i]);
		json_end(json);
	}
	json_end(json);
}

static void write_steps(const struct explanation *e, struct json *json)
{
	json_array(json, "steps");
	for (size_t i = 0; i < e->nr_steps; i++)
		write_step(&e->step[i], json);
	json_end(json);
	json_count(json, "steps_lost", e->steps_lost);
}

static void write_cost(const struct explained_cost *c, struct json *json)
{
	json_object(json, "cost");
	json_count(json, "walks", c->walks);
	json_count(json, "rounds", c->rounds);
	json_count(json, "splits", c->splits);
	json_count(json, "refills", c->refills);
	json_count(json, "refilled_pages", c->refilled_pages);
	json_count(json, "steals", c->steals);
	json_count(json, "converted_pageblocks", c->converted_pageblocks);
	json_count(json, "boosts", c->boosts);
	json_count(json, "kswapd_wakes", c->kswapd_wakes);
	json_count(json, "reclaims", c->reclaims);
	json_count(json, "reclaimed_pages", c->reclaimed_pages);
	json_count(json, "compactions", c->compactions);
	json_count(json, "kills", c->kills);
	json_count(json, "ticks", c->ticks);
	json_end(json);
}

/** The page, or null. */
static void write_page(const struct explanation *e, struct json *json)
{
	static const char *const sources[] = {
		[EXPLAINED_FROM_NOWHERE] = "",		 [EXPLAINED_FROM_CPU_LIST] = "cpu_list",
		[EXPLAINED_FROM_REFILL] = "refill",	 [EXPLAINED_FROM_BUDDY] = "buddy",
		[EXPLAINED_FROM_RESERVE] = "highatomic", [EXPLAINED_FROM_COMPACTION] = "compaction",
	};

	json_bool(json, "found", e->found);
	if (!e->found) {
		json_null(json, "page");
		return;
	}
	json_object(json, "page");
	json_count(json, "pfn", e->pfn);
	json_integer(json, "zone", e->page_zone);
	json_text(json, "source", sources[e->source]);
	if (e->list_type >= 0)
		json_text(json, "list", e->type_name[e->list_type]);
	else
		json_null(json, "list");
	write_place(json, "list_order", e->list_type >= 0 ? e->list_order : -1);
	json_end(json);
}

/** Of each zone that refused, the attempt that came closest. */
static void write_refusals(const struct explanation *e, struct json *json)
{
	json_array(json, "refusals");
	for (int i = 0; i < e->nr_zones; i++) {
		const struct explained_attempt *a = e->closest[i];
		char why[256];

		if (!a)
			continue;
		explain_refusal(e, a, e->closest_walk[i]->alloc_flags, why, sizeof(why));
		json_object(json, NULL);
		json_integer(json, "zone", i);
		json_integer(json, "walk", e->closest_walk[i] - e->walk);
		json_text(json, "verdict", explain_verdict_word(a->verdict));
		json_integer(json, "shortfall", a->shortfall);
		json_text(json, "why", why);
		json_end(json);
	}
	json_end(json);
}

/**
 * @brief Print an explanation as JSON.
 *
 * @param e the explanation
 * @param origin where the machine came from
 * @param out receives the text
 */
void explain_print_json(const struct explanation *e, const struct explain_origin *origin, FILE *out)
{
	char answer[EXPLAIN_SENTENCE];
	struct json json;

	explain_answer(e, origin, answer, sizeof(answer));
	json_begin(&json, out);
	json_object(&json, NULL);
	json_count(&json, "version", VERSION);
	write_request(&e->request, &json);
	write_machine(e, origin, &json);
	write_walks(e, &json);
	write_steps(e, &json);
	write_cost(&e->cost, &json);
	write_page(e, &json);
	write_refusals(e, &json);
	json_bool(&json, "charge_refused", e->charge_refused);
	json_bool(&json, "panic", e->panic);
	json_text(&json, "gives_up", e->give_up >= 0 ? explain_give_up(e->give_up) : "");
	json_text(&json, "livelock", e->livelock);
	json_text(&json, "answer", answer);
	if (origin->by_rules) {
		json_array(&json, "by_rules");
		log_write_json(origin->by_rules, NULL, &json);
		json_end(&json);
	}
	json_end(&json);
}
