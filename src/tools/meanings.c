/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the events on the way of a request mean, in a few words. Some speak for themselves and have none.
 */
#include "tools/meanings.h"

#include <string.h>

#include "tools/language.h"

static const struct {
	const char *name;
	const char *meaning;
} meanings[] = {
	{ "mm_page_alloc", KEY("the answer") },
	{ "mm_page_alloc_zone_locked", KEY("taken from the free lists") },
	{ "mm_page_alloc_extfrag", KEY("a block taken over from another type") },
	{ "mm_page_pcpu_drain", KEY("given back to the free lists") },
	{ "mm_page_free", KEY("given back") },
	{ "mm_page_free_batched", KEY("one of a batch") },
	{ "mm_vmscan_wakeup_kswapd", KEY("kswapd woken") },
	{ "mm_vmscan_kswapd_wake", KEY("kswapd begins") },
	{ "mm_vmscan_kswapd_sleep", KEY("kswapd sleeps") },
	{ "mm_vmscan_direct_reclaim_begin", KEY("direct reclaim begins") },
	{ "mm_vmscan_direct_reclaim_end", KEY("direct reclaim ends") },
	{ "mm_vmscan_memcg_reclaim_begin", KEY("reclaim in the group begins") },
	{ "mm_vmscan_memcg_reclaim_end", KEY("reclaim in the group ends") },
	{ "mm_vmscan_lru_isolate", KEY("pages taken off a list, to be looked at") },
	{ "mm_vmscan_lru_shrink_inactive", KEY("what became of them") },
	{ "mm_vmscan_lru_shrink_active", KEY("pages of the active list: what became of them") },
	{ "mm_lru_insertion", KEY("put on its list") },
	{ "mem_cgroup_protected", KEY("is the group protected?") },
	{ "mm_shrink_slab_start", KEY("a cache is asked to shrink") },
	{ "mm_shrink_slab_end", KEY("what the cache let go") },
	{ "mm_compaction_wakeup_kcompactd", KEY("kcompactd woken") },
	{ "mm_compaction_kcompactd_wake", KEY("kcompactd begins") },
	{ "mm_compaction_kcompactd_sleep", KEY("kcompactd sleeps") },
	{ "mm_compaction_deferred", KEY("the zone is put off this time") },
	{ "mm_compaction_defer_compaction", KEY("the zone will be put off") },
	{ "mm_compaction_defer_reset", KEY("the zone is no longer put off") },
	{ "mm_compaction_try_to_compact_pages", KEY("direct compaction") },
	{ "mm_compaction_suitable", KEY("may compaction help in this zone?") },
	{ "mm_compaction_begin", KEY("compaction of the zone begins") },
	{ "mm_compaction_end", KEY("compaction of the zone ends") },
	{ "mm_compaction_finished", KEY("is there a block by now?") },
	{ "mm_compaction_isolate_migratepages", KEY("pages to be moved") },
	{ "mm_compaction_isolate_freepages", KEY("free pages to move them to") },
	{ "mm_compaction_migratepages", KEY("moved") },
	{ "migrate_page_states", KEY("a page has its new place") },
	{ "reclaim_retry_zone", KEY("another round of reclaim?") },
	{ "compact_retry", KEY("another round of compaction?") },
	{ "mark_victim", KEY("chosen by the OOM killer") },
};

/** The event that tells of a failure too: without a page. */
static const char zone_locked[] = "mm_page_alloc_zone_locked";

/**
 * @brief Say what an event means.
 *
 * @param pen where to, and in which language
 * @param name the event
 * @param failed it has no page
 */
void meaning_put(const struct pen *pen, const char *name, bool failed)
{
	if (failed && !strcmp(name, zone_locked)) {
		pen_say(pen, KEY("a zone had no block for it"));
		return;
	}
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (!strcmp(name, meanings[i].name))
			pen_say_word(pen, meanings[i].meaning);
}

/**
 * @brief List what events mean: a line each, its name and the meaning with a tab between.
 *
 * What means something else without a page has a second line, in which `pfn=-1` follows its name.
 *
 * @param pen where to, and in which language
 */
void meanings_print(const struct pen *pen)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		fprintf(pen->out, "%s\t", meanings[i].name);
		meaning_put(pen, meanings[i].name, false);
		fputc('\n', pen->out);
	}
	fprintf(pen->out, "%s pfn=-1\t", zone_locked);
	meaning_put(pen, zone_locked, true);
	fputc('\n', pen->out);
}
