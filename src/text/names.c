/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The tables of names. Every other place that needs one asks here: rooms, debugger, book and completion.
 */
#include "text/names.h"

/* clang-format off */
#define NAME(mask) { mask, #mask }
/* clang-format on */

const struct gfp_name gfp_names[NR_GFP_NAMES] = {
	NAME(GFP_TRANSHUGE),
	NAME(GFP_TRANSHUGE_LIGHT),
	NAME(GFP_HIGHUSER_MOVABLE),
	NAME(GFP_HIGHUSER),
	NAME(GFP_USER),
	NAME(GFP_KERNEL_ACCOUNT),
	NAME(GFP_KERNEL),
	NAME(GFP_NOFS),
	NAME(GFP_ATOMIC),
	NAME(GFP_NOIO),
	NAME(GFP_NOWAIT),
	NAME(GFP_DMA),
	NAME(__GFP_DMA),
	NAME(__GFP_HIGHMEM),
	NAME(GFP_DMA32),
	NAME(__GFP_DMA32),
	NAME(__GFP_HIGH),
	NAME(__GFP_ATOMIC),
	NAME(__GFP_IO),
	NAME(__GFP_FS),
	NAME(__GFP_NOWARN),
	NAME(__GFP_RETRY_MAYFAIL),
	NAME(__GFP_NOFAIL),
	NAME(__GFP_NORETRY),
	NAME(__GFP_COMP),
	NAME(__GFP_ZERO),
	NAME(__GFP_NOMEMALLOC),
	NAME(__GFP_MEMALLOC),
	NAME(__GFP_HARDWALL),
	NAME(__GFP_THISNODE),
	NAME(__GFP_RECLAIMABLE),
	NAME(__GFP_MOVABLE),
	NAME(__GFP_ACCOUNT),
	NAME(__GFP_WRITE),
	NAME(__GFP_RECLAIM),
	NAME(__GFP_DIRECT_RECLAIM),
	NAME(__GFP_KSWAPD_RECLAIM),
	{ 0, "none" },
};

const char *const migratetype_names[MIGRATE_TYPES] = {
	[MIGRATE_UNMOVABLE] = "Unmovable",
	[MIGRATE_MOVABLE] = "Movable",
	[MIGRATE_RECLAIMABLE] = "Reclaimable",
	[MIGRATE_HIGHATOMIC] = "HighAtomic",
	[MIGRATE_CMA] = "CMA",
	[MIGRATE_ISOLATE] = "Isolate",
};

const char migratetype_letters[MIGRATE_TYPES + 1] = {
	[MIGRATE_UNMOVABLE] = 'U',  [MIGRATE_MOVABLE] = 'M', [MIGRATE_RECLAIMABLE] = 'E',
	[MIGRATE_HIGHATOMIC] = 'H', [MIGRATE_CMA] = 'C',     [MIGRATE_ISOLATE] = 'I',
};

const char *const compact_result_names[NR_COMPACT_RESULTS] = {
	[COMPACT_NOT_SUITABLE_ZONE] = "not_suitable_zone",
	[COMPACT_SKIPPED] = "skipped",
	[COMPACT_DEFERRED] = "deferred",
	[COMPACT_NO_SUITABLE_PAGE] = "no_suitable_page",
	[COMPACT_CONTINUE] = "continue",
	[COMPACT_COMPLETE] = "complete",
	[COMPACT_PARTIAL_SKIPPED] = "partial_skipped",
	[COMPACT_CONTENDED] = "contended",
	[COMPACT_SUCCESS] = "success",
};
