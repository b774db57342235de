/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who holds the memory, as JSON.
 */
#include "tools/explain/log-json-parts.h"

/** A number, or null where it is not known. */
static void write_known(struct json *json, const char *key, bool known, uint64_t value)
{
	if (known)
		json_count(json, key, value);
	else
		json_null(json, key);
}

/** The holders, largest first. */
static void write_holders(const struct balance *balance, struct json *json)
{
	json_array(json, "holders");
	for (int i = 0; i < balance->nr_holders; i++) {
		const struct holder *holder = &balance->holder[i];

		json_object(json, NULL);
		json_text(json, "key", holder->key);
		json_text(json, "name", holder->name);
		json_count(json, "pages", holder->pages);
		write_known(json, "percent", balance->known,
			    balance->known ? balance_percent(balance, holder->pages) : 0);
		json_bool(json, "inferred", holder->inferred);
		json_end(json);
	}
	json_end(json);
}

/** How swap stands. */
static void write_swap(const struct log_answer *answer, struct json *json)
{
	static const char *const states[] = { "unknown", "none", "free", "full" };
	const struct failure_holders *holders = &answer->failure->holders;

	json_object(json, "swap");
	json_text(json, "state", states[answer->balance.swap]);
	write_known(json, "total_kb", holders->has_swap, holders->swap_total_kb);
	write_known(json, "free_kb", holders->has_swap_free, holders->swap_free_kb);
	json_end(json);
}

/** Slab caches, or places of the code. */
static void write_named(const char *key, const struct named_holder *named, int nr,
			struct json *json)
{
	json_array(json, key);
	for (int i = 0; i < nr; i++) {
		json_object(json, NULL);
		json_text(json, "name", named[i].name);
		json_count(json, "kb", named[i].kb);
		json_end(json);
	}
	json_end(json);
}

/**
 * @brief Write who holds the memory.
 *
 * @param answer the answer
 * @param json where to: an object
 */
void write_balance(const struct log_answer *answer, struct json *json)
{
	const struct balance *balance = &answer->balance;
	const struct failure_holders *holders = &answer->failure->holders;
	char headline[128];

	balance_headline(balance, headline, sizeof(headline));
	json_object(json, "balance");
	json_bool(json, "known", balance->known);
	json_text(json, "headline", headline);
	write_known(json, "total", balance->total > 0, balance->total);
	json_bool(json, "inferred", balance->total_inferred);
	json_bool(json, "reserved_inside", balance->reserved_inside);
	write_holders(balance, json);
	json_count(json, "slab_reclaimable", balance->slab_reclaimable);
	json_count(json, "slab_unreclaimable", balance->slab_unreclaimable);
	json_count(json, "free_cma", balance->free_cma);
	json_count(json, "cma_taken", balance->cma_taken);
	write_known(json, "unaccounted", balance->known, balance->unaccounted);
	write_known(json, "unaccounted_percent", balance->known, balance->unaccounted_percent);
	json_count(json, "excess", balance->excess);
	json_text(json, "unread", balance->unread);
	json_bool(json, "leak_suspect", balance->leak_suspect);
	write_swap(answer, json);
	write_named("caches", holders->slab, holders->nr_slabs, json);
	write_named("places", holders->place, holders->nr_places, json);
	json_end(json);
}
