/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Every call that goes against the order of the layers, in one place.
 *
 * The stages call downwards: an entry calls the heart, the heart the fast path, the fast path the
 * world. In a few places the kernel calls the other way (taking a page may wake kswapd, freeing
 * one may uncharge a cgroup). Each of these calls is a member of this structure. Those that a stage answers
 * are set when a machine is made, and so are those of the OOM reaper and of the watchdog. The others are set when somebody is
 * there to answer: daemons, a disk, a replay, owners of pages; until then nobody is told. The chapters of
 * both ends say when they fire.
 */
#ifndef HOOKS_H
#define HOOKS_H

#include "alloc_context.h"
#include "compaction.h"
#include "gfp.h"
#include "memcg.h"
#include "mmzone.h"
#include "slow_path.h"
#include "task.h"

struct machine;

/** Calls against the grain. `NN -> MM` names the stage that calls and the stage that answers. */
struct path_hooks {
	/** 10 -> 14: types were mixed in a zone, and its marks perhaps boosted: it asks for kswapd. */
	void (*wakeup_kswapd)(struct zone *zone, gfp_t gfp_mask, unsigned int order,
			      enum zone_type highest_zoneidx);
	/** 08 -> 15: reclaim on the node before going to a remote one (node_reclaim_mode). */
	int (*node_reclaim)(struct pglist_data *pgdat, gfp_t gfp_mask, unsigned int order);
	/** 20 -> 19: a charged page is freed. */
	void (*memcg_uncharge_page)(struct page *page, unsigned int order);
	/** world -> 19: a CPU gets its turn: its stock of charged pages is emptied, as was asked for. */
	void (*drain_local_stock)(int cpu);
	/** 20 -> 16: direct compaction may catch the block that is being freed. */
	bool (*compaction_capture)(struct capture_control *capc, struct page *page,
				   unsigned int order, int migratetype);
	/** 18 -> 02: does killing this task free memory that the policy allows? */
	bool (*mempolicy_nodemask_intersects)(const struct task *task, const nodemask_t *mask);
	/** 14 -> life: kswapd and kcompactd leave their wait queues. */
	void (*kswapd_woken)(struct pglist_data *pgdat);
	void (*kcompactd_woken)(struct pglist_data *pgdat);
	/** 18 -> life: the OOM reaper gets a victim's memory; those who registered give some
	 * back. */
	void (*oom_reaper_woken)(struct task *victim);
	unsigned long (*oom_notify)(void);
	/** 16 -> life: the content of `from` is now in `to`; tell the owner. False: the owner
	 * refuses. */
	bool (*page_moved)(struct page *from, struct page *to);
	/** 13 -> life or replay: a round of the slow path begins. True: stop the request; it would never
	 * end, or has left its recording. */
	bool (*slow_round)(const struct slow_request *request);
	/** 19 -> life: a charge is over its group's limit, and about to do something about it. True: stop it; it
	 * would never end. */
	bool (*charge_round)(const struct charge *charge);
	/** 14, 15 -> life: dirty pages should be written out in the background. */
	void (*flushers_woken)(struct pglist_data *pgdat);
	/** 15 -> life: start writing a page out. False: its device takes no more now. */
	bool (*page_written)(struct page *page);
	/** 15, 16 -> 19: a page of the LRU lists is about to be freed, and leaves its memory cgroup. */
	void (*lru_page_uncharged)(struct page *page);
	/** 16 -> 19: the content of `from` is now in `to`, which its group pays for too, until `from` is
	 * freed. */
	void (*lru_page_moved)(const struct page *from, struct page *to);
	/** world -> life: ticks pass while the running task sleeps; others run. NULL: time passes. */
	void (*sleep)(unsigned long ticks);
	/** world -> life: the running task offers the CPU to others. */
	void (*reschedule)(void);
	/** world -> life: the machine is being unmade. */
	void (*release)(struct machine *machine);
};

/**
 * @brief What the path asks its surroundings, where a recording answers instead of a model.
 *
 * A live machine answers with the models of stages 15 and 16. A replay answers with what the
 * recorded kernel's reclaim and compaction achieved, so that everything around them can be
 * compared exactly. NULL members: the models.
 */
struct environment {
	/** Pages that reclaim could get from the zone. */
	unsigned long (*reclaimable_pages)(struct zone *zone);
	/** One run of direct reclaim; returns the pages it freed. */
	unsigned long (*direct_reclaim)(gfp_t gfp_mask, unsigned int order);
	/** One run of compaction on a zone, given whether it is suitable; may catch a page. */
	enum compact_result (*compact_zone)(struct zone *zone, unsigned int order,
					    enum compact_result suitable, struct page **capture);
	/** One run of reclaim in a memory cgroup; returns the pages it freed. */
	unsigned long (*memcg_reclaim)(struct mem_cgroup *memcg, unsigned long nr_pages,
				       gfp_t gfp_mask);
	void *context; /**< for whoever set these */
	/** They answer the same whenever the machine is the same. Otherwise a round like an earlier one may end
	 * in another way, as it does where a recording answers. */
	bool steady;
};

#endif
