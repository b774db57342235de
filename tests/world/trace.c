/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of the trace sink: names of masks, events as text.
 */
#include <string.h>

#include "gfp.h"
#include "machines.h"

static const char *gfp_text(gfp_t mask)
{
	static char text[512];
	int length = gfp_format(mask, text, sizeof(text));

	ck_assert_int_eq(length, (int)strlen(text));
	return text;
}

TEST(gfp_format_of_composites, "")
{
	/* Expect the largest name that fits to take its bits away first. */
	ck_assert_str_eq(gfp_text(0), "none");
	ck_assert_str_eq(gfp_text(GFP_KERNEL), "GFP_KERNEL");
	ck_assert_str_eq(gfp_text(GFP_KERNEL_ACCOUNT), "GFP_KERNEL_ACCOUNT");
	ck_assert_str_eq(gfp_text(GFP_ATOMIC), "GFP_ATOMIC");
	ck_assert_str_eq(gfp_text(GFP_NOFS), "GFP_NOFS");
	ck_assert_str_eq(gfp_text(GFP_NOIO), "GFP_NOIO");
	ck_assert_str_eq(gfp_text(GFP_NOWAIT), "GFP_NOWAIT");
	ck_assert_str_eq(gfp_text(GFP_USER), "GFP_USER");
	ck_assert_str_eq(gfp_text(GFP_HIGHUSER), "GFP_HIGHUSER");
	ck_assert_str_eq(gfp_text(GFP_HIGHUSER_MOVABLE), "GFP_HIGHUSER_MOVABLE");
	ck_assert_str_eq(gfp_text(GFP_TRANSHUGE), "GFP_TRANSHUGE");
	ck_assert_str_eq(gfp_text(GFP_TRANSHUGE_LIGHT), "GFP_TRANSHUGE_LIGHT");
}

TEST(gfp_format_of_single_bits, "")
{
	ck_assert_str_eq(gfp_text(__GFP_DIRECT_RECLAIM), "__GFP_DIRECT_RECLAIM");
	ck_assert_str_eq(gfp_text(GFP_KERNEL | __GFP_ZERO | __GFP_COMP),
			 "GFP_KERNEL|__GFP_COMP|__GFP_ZERO");
	ck_assert_str_eq(gfp_text(GFP_DMA | __GFP_HIGHMEM), "GFP_DMA|__GFP_HIGHMEM");
	/* Expect bits without a name in hexadecimal, alone and after names. */
	ck_assert_str_eq(gfp_text(0x800000), "0x800000");
	ck_assert_str_eq(gfp_text(GFP_NOWAIT | 0x1000000), "GFP_NOWAIT|0x1000000");
}

TEST(gfp_format_without_room, "")
{
	char text[16];

	/* Expect a cut text, and its length. */
	ck_assert_int_eq(gfp_format(~0u, text, sizeof(text)), 15);
	ck_assert_uint_eq(strlen(text), 15);
	ck_assert_int_eq(gfp_format(GFP_KERNEL, text, 1), 0);
	ck_assert_str_eq(text, "");
}

static const char *event_text(struct trace_event event)
{
	static char text[512];
	int length = trace_format(&event, text, sizeof(text));

	ck_assert_int_eq(length, (int)strlen(text));
	return text;
}

TEST(trace_format_of_each_kind, "")
{
	ck_assert_str_eq(event_text((struct trace_event){ TRACE_mm_page_alloc,
							  { 0x40000, 2, GFP_KERNEL, 1 } }),
			 "mm_page_alloc: pfn=262144 order=2 gfp_flags=GFP_KERNEL migratetype=1");
	ck_assert_str_eq(event_text((struct trace_event){ TRACE_mm_page_alloc, { -1 } }),
			 "mm_page_alloc: pfn=-1 order=0 gfp_flags=none migratetype=0");
	ck_assert_str_eq(
		event_text((struct trace_event){ TRACE_mm_vmscan_wakeup_kswapd, { 0, 2, 3, 0 } }),
		"mm_vmscan_wakeup_kswapd: nid=0 zid=Normal order=3 gfp_flags=none");
	ck_assert_str_eq(
		event_text((struct trace_event){ TRACE_mm_compaction_suitable, { 0, 1, 9, 4 } }),
		"mm_compaction_suitable: node=0 zone=DMA32 order=9 ret=continue");
	ck_assert_str_eq(
		event_text((struct trace_event){ TRACE_compact_retry, { 3, 1, 5, 2, 16, 1 } }),
		"compact_retry: order=3 priority=COMPACT_PRIO_SYNC_LIGHT "
		"compaction_result=failed retries=2 max_retries=16 should_retry=1");
	/* Expect PFNs as the kernel has them: decimal after `pfn=`, hexadecimal in what compaction says. */
	ck_assert_str_eq(event_text((struct trace_event){ TRACE_mm_compaction_isolate_freepages,
							  { 0x43e00, 0x44000, 512, 32 } }),
			 "mm_compaction_isolate_freepages: start_pfn=0x43e00 end_pfn=0x44000 "
			 "nr_scanned=512 nr_taken=32");
	ck_assert_str_eq(
		event_text((struct trace_event){ TRACE_migrate_page_states, { 0, 0x43e01 } }),
		"migrate_page_states: from=0x0 to=0x43e01");
	/* What is put off, cut short or disturbed is withdrawn; the rest counts as progress. */
	for (int result = COMPACT_SKIPPED; result <= COMPACT_SUCCESS; result++) {
		static const char *const feedback[] = { "",	     "progress",  "withdrawn",
							"progress",  "progress",  "failed",
							"withdrawn", "withdrawn", "progress" };
		char expected[160];

		snprintf(expected, sizeof(expected),
			 "compact_retry: order=3 priority=COMPACT_PRIO_ASYNC compaction_result=%s "
			 "retries=0 max_retries=16 should_retry=0",
			 feedback[result]);
		ck_assert_str_eq(event_text((struct trace_event){ TRACE_compact_retry,
								  { 3, 2, result, 0, 16, 0 } }),
				 expected);
	}
}

TEST(trace_format_without_room, "")
{
	const struct trace_event event = { TRACE_mm_page_alloc, { 1, 2, ~0u, 1 } };
	char text[40];

	ck_assert_int_eq(trace_format(&event, text, sizeof(text)), 39);
	ck_assert_uint_eq(strlen(text), 39);
}

TEST(trace_descriptions_are_complete, "")
{
	/* Expect a name and at least one field for every event. */
	for (int id = 0; id < NR_TRACE_EVENTS; id++) {
		ck_assert_ptr_nonnull(trace_event_descriptions[id].name);
		ck_assert_int_ne(trace_event_descriptions[id].field[0].kind, TRACE_FIELD_END);
	}
}

TEST(tracepoints_fire_with_their_fields, "")
{
	struct zone *zone;
	struct page *page;

	test_machine_uma(32);
	zone = test_zone(0, ZONE_DMA);
	page = test_page(zone, 0);
	set_pageblock_migratetype(page, MIGRATE_MOVABLE);
	trace_mm_page_alloc_extfrag(page, 0, 9, MIGRATE_MOVABLE, MIGRATE_UNMOVABLE);
	/* Expect "change_ownership" to compare the block's type with the wanted one. */
	ck_assert_int_eq(test_event(TRACE_mm_page_alloc_extfrag, 0)->field[5], 1);
	trace_mm_page_free_batched(page);
	ck_assert_int_eq(test_event(TRACE_mm_page_free_batched, 0)->field[0], 0x40000);
	trace_mm_vmscan_kswapd_wake(0, 2, 3);
	trace_mm_vmscan_kswapd_sleep(0);
	trace_mm_compaction_wakeup_kcompactd(0, 3, 2);
	trace_mark_victim(12);
	trace_wake_reaper(12);
	ck_assert_str_eq(test_events_text(),
			 "mm_page_alloc_extfrag: pfn=262144 alloc_order=0 fallback_order=9 "
			 "alloc_migratetype=1 fallback_migratetype=0 change_ownership=1\n"
			 "mm_page_free_batched: pfn=262144\n"
			 "mm_vmscan_kswapd_wake: nid=0 zid=Normal order=3\n"
			 "mm_vmscan_kswapd_sleep: nid=0\n"
			 "mm_compaction_wakeup_kcompactd: nid=0 order=3 classzone_idx=Normal\n"
			 "mark_victim: pid=12\n"
			 "wake_reaper: pid=12\n");
}
