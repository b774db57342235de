/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the parts of stage 15, and kswapd in stage 14, share: one activity of reclaim.
 */
#ifndef RECLAIM_H
#define RECLAIM_H

#include "stages/stages.h"

/** Pages that one call of direct reclaim aims at, and the size of the portions that lists are
 * scanned in. */
#define SWAP_CLUSTER_MAX 32ul

/** Where priorities begin: a list is scanned by its length >> priority. */
#define DEF_PRIORITY 12

/** Runs in a row without progress after which kswapd gives up. */
#define MAX_RECLAIM_RETRIES 16

/** Set in isolate_mode: mapped pages are left alone. */
#define ISOLATE_UNMAPPED 2u

/* What the trace events of the lists are about. */
#define RECLAIM_WB_ANON	 1
#define RECLAIM_WB_FILE	 2
#define RECLAIM_WB_ASYNC 8

/** What became of the pages of one portion. */
struct reclaim_stat {
	unsigned long nr_dirty;
	unsigned long nr_unqueued_dirty; /**< dirty, and nobody writes them */
	unsigned long nr_congested;
	unsigned long nr_writeback;
	unsigned long nr_immediate;   /**< came around again before their write ended */
	unsigned long nr_pageout;     /**< writes started here */
	unsigned long nr_activate[2]; /**< anonymous, file */
	unsigned long nr_ref_keep;
	unsigned long nr_unmap_fail;
	unsigned long nr_lazyfree_fail; /**< turned out to be wanted after all */
};

/** Sums of one pass over a node, which decide how to wait. */
struct reclaim_sums {
	unsigned long dirty;
	unsigned long unqueued_dirty;
	unsigned long congested;
	unsigned long writeback;
	unsigned long immediate;
	unsigned long file_taken;
	unsigned long taken;
};

/** One activity of reclaim: what it wants, what it may do, how far it got. */
struct scan_control {
	unsigned long nr_to_reclaim;
	nodemask_t *nodemask;
	struct mem_cgroup *target_mem_cgroup; /**< NULL: for the whole machine */
	unsigned int order;
	int priority;
	int reclaim_idx; /**< highest zone to take pages from */
	gfp_t gfp_mask;
	bool may_writepage;
	bool may_unmap;
	bool may_swap;
	bool may_deactivate_anon;
	bool may_deactivate_file;
	bool force_deactivate;
	bool skipped_deactivate; /**< an active list was left alone */
	bool memcg_low_reclaim;	 /**< protection by `low` does not count this time */
	bool memcg_low_skipped;
	bool compaction_ready; /**< some zone should rather be compacted */
	bool cache_trim_mode;  /**< there is enough old page cache: take only that */
	bool file_is_tiny;     /**< there is hardly any page cache: take only anonymous pages */
	unsigned long anon_cost;
	unsigned long file_cost;
	unsigned long nr_scanned;
	unsigned long nr_reclaimed;
	struct reclaim_sums nr;
};

/** How a memory cgroup is protected from a reclaim. */
enum mem_cgroup_protection {
	MEMCG_PROT_NONE,
	MEMCG_PROT_LOW, /**< unless nothing else is left */
	MEMCG_PROT_MIN, /**< always */
};

/** Is the running task a kswapd? */
static inline bool current_is_kswapd(void)
{
	return current->flags & PF_KSWAPD;
}

/** Flags of an event about pages of one kind. */
static inline int trace_reclaim_flags(bool file)
{
	return (file ? RECLAIM_WB_FILE : RECLAIM_WB_ANON) | RECLAIM_WB_ASYNC;
}

unsigned long mem_cgroup_swappiness(const struct mem_cgroup *memcg);
enum mem_cgroup_protection mem_cgroup_protected(struct mem_cgroup *root, struct mem_cgroup *memcg);
unsigned long mem_cgroup_protection(const struct mem_cgroup *memcg, bool in_low_reclaim);
bool try_to_release_page(struct page *page);
void mlock_vma_page(struct page *page);
bool inactive_is_low(const struct lruvec *lruvec, enum lru_list inactive);
void shrink_node(struct pglist_data *pgdat, struct scan_control *sc);
void shrink_active_list(unsigned long nr_to_scan, struct lruvec *lruvec, struct scan_control *sc,
			enum lru_list lru);
unsigned long shrink_page_list(struct list_head *page_list, struct pglist_data *pgdat,
			       struct scan_control *sc, struct reclaim_stat *stat);
unsigned long shrink_list(enum lru_list lru, unsigned long nr_to_scan, struct lruvec *lruvec,
			  struct scan_control *sc);
unsigned long shrink_slab(gfp_t gfp_mask, int nid, struct mem_cgroup *memcg, int priority);
void snapshot_refaults(struct mem_cgroup *target, struct pglist_data *pgdat);

#endif
