/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The check of a zone as JSON, of a machine and of a report alike.
 */
#include "tools/explain/view.h"

/**
 * @brief The numbers of an attempt on a zone, as members of an object.
 *
 * @param a the attempt
 * @param json where to
 */
void explain_write_attempt(const struct explained_attempt *a, struct json *json)
{
	json_text(json, "verdict", explain_verdict_word(a->verdict));
	json_bool(json, "mark_ignored", a->mark_ignored);
	json_integer(json, "free", a->free);
	json_integer(json, "block", a->block);
	json_integer(json, "highatomic", a->highatomic);
	json_integer(json, "cma", a->cma);
	json_integer(json, "usable", a->usable);
	json_integer(json, "mark", a->mark);
	json_integer(json, "boost", a->boost);
	json_integer(json, "less_high", a->less_high);
	json_integer(json, "less_harder", a->less_more);
	json_integer(json, "lowmem_reserve", a->reserve);
	json_integer(json, "needed", a->needed);
	json_integer(json, "shortfall", a->shortfall);
	json_bool(json, "passes", a->passes);
	json_bool(json, "quick", a->quick);
}
