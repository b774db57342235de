/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The answers to the reports of a log as JSON.
 */
#include "tools/explain/log-json-parts.h"
#include "tools/explain/log.h"
#include "tools/explain/view.h"

/** A zone: its numbers in pages, its check, its verdict. */
static void write_zone(const struct log_answer *answer, const struct zone_account *zone,
		       struct json *json)
{
	static const char *const places[] = { "tried", "too_high", "node_left_out", "not_reached",
					      "no_managed_pages" };
	static const char *const sources[] = { "read", "none", "inferred", "unknown" };

	json_object(json, NULL);
	json_text(json, "zone", zone->zone->name);
	json_integer(json, "node", zone->zone->nid);
	json_text(json, "place", places[zone->place]);
	json_integer(json, "free", zone->free);
	json_integer(json, "free_cma", zone->cma);
	json_integer(json, "reserved_highatomic", zone->highatomic);
	json_integer(json, "managed", zone->managed);
	json_integer(json, "min", zone->min);
	json_integer(json, "low", zone->low);
	json_integer(json, "high", zone->high);
	json_integer(json, "boost", zone->boost);
	json_text(json, "boost_source", sources[zone->boost_source]);
	if (zone->place == ZONE_TRIED && log_zones_asked(answer)) {
		json_object(json, "attempt");
		explain_write_attempt(&zone->attempt, json);
		json_end(json);
	}
	json_bool(json, "free_read", figure_seen(&zone->zone->figures, FIGURE_FREE));
	json_bool(json, "min_read", figure_seen(&zone->zone->figures, FIGURE_MIN));
	json_bool(json, "free_cma_read", figure_seen(&zone->zone->figures, FIGURE_FREE_CMA));
	json_bool(json, "highatomic_read", zone->highatomic_read);
	json_bool(json, "reserve_read", zone->reserve_read);
	json_end(json);
}

/** What one reading of the report says of each zone that was tried. */
static void write_reading(const struct log_answer *answer, const struct reading *reading,
			  struct json *json)
{
	struct what_if asked = failure_asked(&answer->account);

	asked.reading = reading;
	json_object(json, NULL);
	json_text(json, "rules", reading->rules->name);
	json_bool(json, "most_highatomic", reading->most_highatomic);
	json_bool(json, "passes", failure_what_if(&answer->account, &asked));
	json_array(json, "zones");
	for (int i = 0; i < answer->account.nr_zones; i++) {
		const struct zone_account *zone = &answer->account.zone[i];
		struct explained_attempt attempt;

		if (zone->place != ZONE_TRIED)
			continue;
		zone_weigh(zone, &asked, &attempt);
		json_object(json, NULL);
		json_text(json, "zone", zone->zone->name);
		json_integer(json, "node", zone->zone->nid);
		json_integer(json, "usable", attempt.usable);
		json_integer(json, "needed", attempt.needed);
		json_integer(json, "shortfall", attempt.shortfall);
		json_bool(json, "passes", attempt.passes);
		json_end(json);
	}
	json_end(json);
	json_end(json);
}

/** The verdict, by which rules, and what makes the report a special one. */
static void write_verdict(const struct log_answer *answer, struct json *json)
{
	static const char *const situations[] = {
		[SITUATION_PLAIN] = "plain",	   [SITUATION_NO_MANAGED] = "no_managed_pages",
		[SITUATION_EXCLUDED] = "excluded", [SITUATION_PAGE_FAULT] = "page_fault",
		[SITUATION_SYSRQ] = "sysrq",	   [SITUATION_NO_MARKS] = "no_marks",
		[SITUATION_EARLY] = "early",	   [SITUATION_CORRUPT] = "corrupt",
	};
	const struct failure_account *account = &answer->account;
	bool zones_asked = log_zones_asked(answer);

	json_text(json, "verdict", log_verdict_key(account->verdict));
	json_text(json, "rules", zones_asked ? account->rules : "");
	json_text(json, "situation", situations[account->situation]);
	json_text(json, "depends_on", account->open);
	json_text(json, "missing", account->missing);
	json_bool(json, "found", answer->passes);
	json_bool(json, "replayed", answer->replayed);
	json_text(json, "not_replayed", account->not_replayed);
	json_array(json, "readings");
	for (int i = 0; zones_asked && i < account->nr_readings; i++)
		write_reading(answer, &account->reading[i], json);
	json_end(json);
}

/** What would have let the request pass. */
static void write_advice(const struct advice *advice, struct json *json)
{
	json_object(json, NULL);
	json_text(json, "key", advice->key);
	json_text(json, "what", advice->what);
	json_text(json, "cost", advice->cost);
	json_bool(json, "would_pass", advice->would_pass);
	json_end(json);
}

/** The walks of the replay, those that are alike together. */
static void write_walks(const struct log_answer *answer, struct json *json)
{
	const struct explanation *e = &answer->explanation;

	json_array(json, "walks");
	for (size_t i = 0; answer->replayed && i < e->nr_walks; i++) {
		size_t alike = log_walks_alike(e, i);

		if (!alike)
			continue;
		json_object(json, NULL);
		json_integer(json, "stage", e->walk[i].stage);
		json_text(json, "watermark", explain_mark_name(e->walk[i].alloc_flags));
		json_count(json, "walks", alike);
		json_integer(json, "zones", e->walk[i].nr_attempts);
		json_end(json);
	}
	json_end(json);
}

/** What was asked for: the mask as printed, and by the numbers and names of 5.8.18. */
static void write_request(const struct failure *failure, struct json *json)
{
	char text[512];

	json_count(json, "order", failure->order);
	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)failure->mask_number);
	json_text(json, "mode", text);
	snprintf(text, sizeof(text), "0x%x", failure->mask.mask);
	json_text(json, "mask_5_8", text);
	pageflow_gfp_text(failure->mask.mask, text, sizeof(text));
	json_text(json, "gfp", text);
	json_text(json, "unknown_gfp", failure->mask.unknown);
	json_count(json, "page_kb", page_size_kb(failure));
}

/**
 * @brief Write the answer to a report as a JSON object.
 *
 * @param answer the answer
 * @param path of the log; NULL: the report is of a machine of ours
 * @param json where to: an array
 */
void log_write_json(const struct log_answer *answer, const char *path, struct json *json)
{
	const struct failure *failure = answer->failure;
	char headline[256];

	json_object(json, NULL);
	json_count(json, "report", answer->number);
	json_count(json, "line", failure->line);
	json_text(json, "when", failure->when);
	json_text(json, "kind", log_kind_key(failure->kind, failure->memcg));
	json_text(json, "comm", failure->comm);
	json_text(json, "kernel", failure->version);
	write_request(failure, json);
	write_verdict(answer, json);
	log_headline(answer, headline, sizeof(headline));
	json_text(json, "headline", headline);
	json_text(json, "answer", answer->sentence);
	json_array(json, "zones");
	for (int i = 0; i < answer->account.nr_zones; i++)
		write_zone(answer, &answer->account.zone[i], json);
	json_end(json);
	write_caller(answer, json);
	write_balance(answer, json);
	write_victim(answer, json);
	json_array(json, "advice");
	for (int i = 0; i < answer->nr_advice; i++)
		write_advice(&answer->advice[i], json);
	json_end(json);
	write_walks(answer, json);
	log_write_sections(answer, path, json);
	json_end(json);
}
