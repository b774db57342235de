/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The answers to the reports of a log as JSON.
 */
#include <string.h>

#include "tools/explain/log.h"
#include "tools/explain/view.h"
#include "tools/tools.h"

/** `"NAME": "TEXT", `. */
static void print_text(FILE *out, const char *name, const char *text)
{
	fprintf(out, "\"%s\": ", name);
	json_string(out, text);
	fputs(", ", out);
}

/** A zone: its numbers in pages, its check, its verdict. */
static void print_zone(const struct log_answer *answer, const struct zone_account *zone, FILE *out)
{
	static const char *const places[] = { "tried", "too_high", "node_left_out" };
	static const char *const sources[] = { "read", "none", "inferred", "unknown" };

	fputs("\n    {", out);
	print_text(out, "zone", zone->zone->name);
	fprintf(out, "\"node\": %d, ", zone->zone->nid);
	print_text(out, "place", places[zone->place]);
	fprintf(out,
		"\"free\": %ld, \"free_cma\": %ld, \"reserved_highatomic\": %ld, \"managed\": %ld, "
		"\"min\": %ld, \"low\": %ld, \"high\": %ld, \"boost\": %ld, ",
		zone->free, zone->cma, zone->highatomic, zone->managed, zone->min, zone->low,
		zone->high, zone->boost);
	print_text(out, "boost_source", sources[zone->boost_source]);
	if (zone->place == ZONE_TRIED && !answer->failure->memcg) {
		fputs("\n     \"attempt\": {", out);
		explain_json_attempt(&zone->attempt, out);
		fputs("}, ", out);
	}
	fprintf(out, "\"highatomic_read\": %s, \"reserve_read\": %s}",
		zone->highatomic_read ? "true" : "false", zone->reserve_read ? "true" : "false");
}

/** What would have let the request pass. */
static void print_advice(const struct log_answer *answer, FILE *out)
{
	fputs(",\n   \"advice\": [", out);
	for (int i = 0; i < answer->nr_advice; i++) {
		fputs(i ? ",\n    {" : "\n    {", out);
		print_text(out, "key", answer->advice[i].key);
		print_text(out, "what", answer->advice[i].what);
		print_text(out, "cost", answer->advice[i].cost);
		fprintf(out, "\"would_pass\": %s}",
			answer->advice[i].would_pass ? "true" : "false");
	}
	fputs("]", out);
}

/**
 * @brief Print the answer to a report as a JSON object.
 *
 * @param answer the answer
 * @param out where to
 */
void log_print_json(const struct log_answer *answer, FILE *out)
{
	static const char *const kinds[] = { "failure", "stall", "oom", "vmalloc", "state" };
	const struct failure *failure = answer->failure;
	char names[512];

	pageflow_gfp_text(failure->mask.mask, names, sizeof(names));
	fputs("  {", out);
	fprintf(out, "\"report\": %lu, \"line\": %zu, ", answer->number, failure->line);
	print_text(out, "kind", failure->memcg ? "memcg_oom" : kinds[failure->kind]);
	print_text(out, "comm", failure->comm);
	print_text(out, "kernel", failure->version);
	fprintf(out, "\"order\": %u, \"mode\": \"0x%llx\", \"mask_5_8\": \"0x%x\", ",
		failure->order, (unsigned long long)failure->mask_number, failure->mask.mask);
	print_text(out, "gfp", names);
	print_text(out, "unknown_gfp", failure->mask.unknown);
	fprintf(out, "\"page_kb\": %llu, \"found\": %s, \"replayed\": %s, ", page_size_kb(failure),
		answer->passes ? "true" : "false", answer->replayed ? "true" : "false");
	print_text(out, "not_replayed", answer->account.not_replayed);
	print_text(out, "answer", answer->sentence);
	fputs("\n   \"zones\": [", out);
	for (int i = 0; i < answer->account.nr_zones; i++) {
		fputs(i ? "," : "", out);
		print_zone(answer, &answer->account.zone[i], out);
	}
	fputs("]", out);
	print_advice(answer, out);
	fputs("}", out);
}
