/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Prototypes of the path, in the order of reading: each function is documented where it is
 * defined.
 */
#ifndef STAGES_H
#define STAGES_H

#include "alloc_context.h"
#include "compaction.h"
#include "gfp.h"
#include "machine.h"
#include "oom.h"

/* 01 */
struct page *alloc_page(gfp_t gfp_mask);
unsigned long __get_free_pages(gfp_t gfp_mask, unsigned int order);
unsigned long __get_free_page(gfp_t gfp_mask);
unsigned long get_zeroed_page(gfp_t gfp_mask);
unsigned long __get_dma_pages(gfp_t gfp_mask, unsigned int order);
void free_pages(unsigned long addr, unsigned int order);
void free_page(unsigned long addr);
void __free_page(struct page *page);
void *alloc_pages_exact(size_t size, gfp_t gfp_mask);
void *alloc_pages_exact_nid(int nid, size_t size, gfp_t gfp_mask);
void free_pages_exact(void *virt, size_t size);
int get_order(size_t size);

/* 02 */
struct page *alloc_pages(gfp_t gfp_mask, unsigned int order);
struct page *alloc_pages_vma(gfp_t gfp_mask, unsigned int order, struct vm_area *vma,
			     unsigned long addr, int node, bool hugepage);
struct page *alloc_hugepage_vma(gfp_t gfp_mask, struct vm_area *vma, unsigned long addr,
				unsigned int order);
struct page *alloc_page_vma(gfp_t gfp_mask, struct vm_area *vma, unsigned long addr);
struct page *alloc_page_vma_node(gfp_t gfp_mask, struct vm_area *vma, unsigned long addr, int node);
#ifdef CONFIG_NUMA
struct page *alloc_pages_current(gfp_t gfp_mask, unsigned int order);
struct mempolicy *get_task_policy(struct task *task);
struct mempolicy *get_vma_policy(struct vm_area *vma, unsigned long addr);
bool apply_policy_zone(const struct mempolicy *policy, enum zone_type zone);
nodemask_t *policy_nodemask(gfp_t gfp_mask, struct mempolicy *policy);
int policy_node(gfp_t gfp_mask, const struct mempolicy *policy, int node);
int interleave_nodes(struct mempolicy *policy);
int interleave_nid(struct mempolicy *policy, struct vm_area *vma, unsigned long addr,
		   unsigned int shift);
bool mempolicy_nodemask_intersects(const struct task *task, const nodemask_t *mask);
/* 02, part: installing and rebinding policies */
int do_set_mempolicy(int mode, unsigned int flags, nodemask_t nodes);
struct mempolicy *mpol_new(int mode, unsigned int flags, nodemask_t nodes, int *error);
int mpol_set_nodemask(struct mempolicy *policy, nodemask_t nodes);
void mpol_put(struct mempolicy *policy);
void mpol_rebind_task(struct task *task, nodemask_t mems);
void mpol_rebind_mm(struct mm *mm, nodemask_t mems);
#endif

/* 03, 04, 05 */
struct page *alloc_pages_node(int nid, gfp_t gfp_mask, unsigned int order);
struct page *__alloc_pages_node(int nid, gfp_t gfp_mask, unsigned int order);
struct page *__alloc_pages(gfp_t gfp_mask, unsigned int order, int preferred_nid);

/* 06, 07 */
void pm_restrict_gfp_mask(void);
void pm_restore_gfp_mask(void);
struct page *__alloc_pages_nodemask(gfp_t gfp_mask, unsigned int order, int preferred_nid,
				    nodemask_t *nodemask);
bool prepare_alloc_pages(gfp_t gfp_mask, unsigned int order, int preferred_nid,
			 nodemask_t *nodemask, struct alloc_context *ac, gfp_t *alloc_mask,
			 unsigned int *alloc_flags);
void finalise_ac(gfp_t gfp_mask, struct alloc_context *ac);
unsigned int alloc_flags_nofragment(const struct zone *zone, gfp_t gfp_mask);

/* 08 */
struct page *get_page_from_freelist(gfp_t gfp_mask, unsigned int order, unsigned int alloc_flags,
				    const struct alloc_context *ac);
__cold bool __cpuset_node_allowed(int node, gfp_t gfp_mask);
bool cpuset_zone_allowed(const struct zone *zone, gfp_t gfp_mask);
unsigned long node_dirtyable_memory(const struct pglist_data *pgdat);
unsigned long global_dirtyable_memory(void);
unsigned long node_dirty_limit(const struct pglist_data *pgdat);
__cold bool node_dirty_ok(const struct pglist_data *pgdat);

/* 09 */
bool __zone_watermark_ok(const struct zone *zone, unsigned int order, unsigned long mark,
			 int highest_zoneidx, unsigned int alloc_flags, long free_pages);
bool zone_watermark_ok(const struct zone *zone, unsigned int order, unsigned long mark,
		       int highest_zoneidx, unsigned int alloc_flags);
bool zone_watermark_fast(const struct zone *zone, unsigned int order, unsigned long mark,
			 int highest_zoneidx, unsigned int alloc_flags);
bool zone_watermark_ok_safe(const struct zone *zone, unsigned int order, unsigned long mark,
			    int highest_zoneidx);

long unusable_free(const struct zone *zone, unsigned int order, unsigned int alloc_flags);
long lowered_mark(unsigned long mark, unsigned int alloc_flags);

/* 10 */
struct page *rmqueue(struct zone *preferred_zone, struct zone *zone, unsigned int order,
		     gfp_t gfp_flags, unsigned int alloc_flags, int migratetype);
void zone_statistics(struct zone *preferred_zone, struct zone *zone);
__cold void reserve_highatomic_pageblock(struct page *page, struct zone *zone);
bool unreserve_highatomic_pageblock(const struct alloc_context *ac, bool force);

/* 11 */
struct page *__rmqueue(struct zone *zone, unsigned int order, int migratetype,
		       unsigned int alloc_flags);
struct page *__rmqueue_smallest(struct zone *zone, unsigned int order, int migratetype);
int find_suitable_fallback(const struct free_area *area, unsigned int order, int migratetype,
			   bool only_stealable, bool *can_steal);
int move_freepages_block(struct zone *zone, struct page *page, int migratetype, int *num_movable);

/* 12 */
void prep_new_page(struct page *page, unsigned int order, gfp_t gfp_flags,
		   unsigned int alloc_flags);
void prep_compound_page(struct page *page, unsigned int order);
bool check_new_page(struct page *page);
bool check_new_pages(struct page *page, unsigned int order);
bool page_expected_state(const struct page *page, unsigned long check_flags);
bool check_free_page(struct page *page);
void bad_page(struct page *page, const char *reason);
void split_page(struct page *page, unsigned int order);
__cold void kernel_init_free_pages(struct page *page, unsigned long nr_pages);

/* 13 */
__cold struct page *__alloc_pages_slowpath(gfp_t gfp_mask, unsigned int order,
					   struct alloc_context *ac);
unsigned int gfp_to_alloc_flags(gfp_t gfp_mask);
unsigned int __gfp_pfmemalloc_flags(gfp_t gfp_mask);
bool gfp_pfmemalloc_allowed(gfp_t gfp_mask);
struct page *__alloc_pages_cpuset_fallback(gfp_t gfp_mask, unsigned int order,
					   unsigned int alloc_flags,
					   const struct alloc_context *ac);
/* 13, parts: what stage 18 reports too */
#define SHOW_MEM_FILTER_NODES 1u
/* Bytes of a set of nodes, and of a mask with its names, as reports print them. */
#define NODES_TEXT_SIZE 32
#define GFP_TEXT_SIZE	512
void show_mem(unsigned int filter, const nodemask_t *nodemask);
void show_free_areas(unsigned int filter, const nodemask_t *nodemask);
void dump_stack(const char *const *chain);
int nodemask_format(const nodemask_t *nodemask, char *text, size_t size);
void gfp_mask_format(gfp_t mask, char *text, size_t size);
__attribute__((format(printf, 3, 4))) void warn_alloc(gfp_t gfp_mask, nodemask_t *nodemask,
						      const char *format, ...);

/* 14 */
void wake_all_kswapds(unsigned int order, gfp_t gfp_mask, const struct alloc_context *ac);
void wakeup_kswapd(struct zone *zone, gfp_t gfp_mask, unsigned int order,
		   enum zone_type highest_zoneidx);
void wakeup_kcompactd(struct pglist_data *pgdat, int order, int highest_zoneidx);
void kcompactd(struct pglist_data *pgdat);
bool pgdat_balanced(struct pglist_data *pgdat, int order, int highest_zoneidx);
bool pgdat_watermark_boosted(struct pglist_data *pgdat, int highest_zoneidx);

/* 14, part: kswapd */
int balance_pgdat(struct pglist_data *pgdat, int order, int highest_zoneidx);
void kswapd(struct pglist_data *pgdat);
bool prepare_kswapd_sleep(struct pglist_data *pgdat, int order, int highest_zoneidx);

/* 15 */
struct page *__alloc_pages_direct_reclaim(gfp_t gfp_mask, unsigned int order,
					  unsigned int alloc_flags, const struct alloc_context *ac,
					  unsigned long *did_some_progress);
unsigned long try_to_free_pages(struct zonelist *zonelist, unsigned int order, gfp_t gfp_mask,
				nodemask_t *nodemask);
unsigned long zone_reclaimable_pages(struct zone *zone);
int node_reclaim(struct pglist_data *pgdat, gfp_t gfp_mask, unsigned int order);

bool allow_direct_reclaim(struct pglist_data *pgdat);
unsigned long try_to_free_mem_cgroup_pages(struct mem_cgroup *memcg, unsigned long nr_pages,
					   gfp_t gfp_mask, bool may_swap);
void shrinker_register(struct shrinker *shrinker);
void shrinker_unregister(struct shrinker *shrinker);
void memcg_set_shrinker_bit(struct mem_cgroup *memcg, struct pglist_data *pgdat,
			    const struct shrinker *shrinker);
/* 15, part: the LRU lists */
struct mem_cgroup *memcg_next(struct mem_cgroup *root, struct mem_cgroup *memcg);
struct mem_cgroup *mem_cgroup_iter(struct mem_cgroup *root, struct mem_cgroup *memcg);
struct lruvec *page_lruvec(const struct page *page);
enum lru_list page_lru(const struct page *page);
bool page_evictable(const struct page *page);
void lru_list_add(struct page *page);
void lru_list_add_tail(struct page *page);
void lru_list_del(struct page *page);
void lru_cache_add(struct page *page);
void swap_cache_remove(struct page *page);
bool isolate_lru_page(struct page *page);
void putback_lru_page(struct page *page);
void put_page(struct page *page);
void free_lru_pages(struct list_head *pages);
bool put_page_to_free(struct page *page, struct list_head *free);
void update_lru_size(struct lruvec *lruvec, struct zone *zone, enum lru_list lru, long nr_pages);
void activate_page(struct page *page);
void rotate_reclaimable_page(struct page *page);
void mark_page_accessed(struct page *page);
void lru_add_drain(void);
void lru_add_drain_cpu(int cpu);
void lru_add_drain_all(void);
void lru_note_cost(struct lruvec *lruvec, bool file, unsigned long nr_pages);
/* 15, part: pages that come back */
void workingset_age_nonresident(struct lruvec *lruvec, unsigned long nr_pages);
unsigned long workingset_eviction(const struct page *page, struct mem_cgroup *target);
void workingset_refault(struct page *page, unsigned long value);
void workingset_activation(const struct page *page);

/* What node_reclaim() answers. */
#define NODE_RECLAIM_NOSCAN  (-2)
#define NODE_RECLAIM_FULL    (-1)
#define NODE_RECLAIM_SOME    0
#define NODE_RECLAIM_SUCCESS 1

/* 16 */
struct page *__alloc_pages_direct_compact(gfp_t gfp_mask, unsigned int order,
					  unsigned int alloc_flags, const struct alloc_context *ac,
					  enum compact_priority prio,
					  enum compact_result *compact_result);
enum compact_result try_to_compact_pages(gfp_t gfp_mask, unsigned int order,
					 unsigned int alloc_flags, const struct alloc_context *ac,
					 enum compact_priority prio, struct page **capture);
enum compact_result compaction_suitable(struct zone *zone, int order, unsigned int alloc_flags,
					int highest_zoneidx);
bool compaction_zonelist_suitable(const struct alloc_context *ac, int order,
				  unsigned int alloc_flags);
int fragmentation_index(const struct zone *zone, unsigned int order);
void defer_compaction(struct zone *zone, int order);
bool compaction_deferred(struct zone *zone, int order);
void compaction_defer_reset(struct zone *zone, int order, bool alloc_success);
bool compaction_restarting(const struct zone *zone, int order);
/* 16, part: the run on one zone */
enum compact_result compact_zone(struct compact_control *cc, struct capture_control *capc);
bool compaction_capture(struct capture_control *capc, struct page *page, unsigned int order,
			int migratetype);
void compact_node(struct pglist_data *pgdat);
void compact_nodes(void);
/* 16, part: skip hints and cached positions */
void __reset_isolation_suitable(struct zone *zone);
void reset_isolation_suitable(struct pglist_data *pgdat);
void reset_cached_positions(struct zone *zone);
struct page *pageblock_pfn_to_page(unsigned long start_pfn, unsigned long end_pfn,
				   const struct zone *zone);
bool pageblock_skip_persistent(const struct page *page);
bool isolation_suitable(const struct compact_control *cc, unsigned long pfn);
void mark_at_first_page(const struct compact_control *cc, unsigned long pfn);
void update_cached_migrate(const struct compact_control *cc, unsigned long pfn);
void update_pageblock_skip(const struct compact_control *cc, unsigned long pfn);
/* 16, part: the scanner of pages in use, and its fast search */
enum isolate_result isolate_migratepages(struct compact_control *cc);
unsigned long fast_find_migrateblock(struct compact_control *cc);
unsigned int freelist_scan_limit(const struct compact_control *cc);
/* 16, part: the scanner of free pages, and its fast search */
struct page *compaction_alloc(struct compact_control *cc);
void compaction_free(struct compact_control *cc, struct page *page);
unsigned long release_freepages(struct compact_control *cc);
unsigned long take_free_block(struct compact_control *cc, struct page *page,
			      struct list_head *taken);
unsigned long isolate_freepages_block(struct compact_control *cc, unsigned long *start,
				      unsigned long end_pfn, struct list_head *taken,
				      unsigned long stride);
void fast_isolate_freepages(struct compact_control *cc, struct list_head *taken);
/* 16, part: which pages can be moved, and moving them */
bool lru_page_is_candidate(const struct compact_control *cc, const struct page *page);
bool isolate_lru_candidate(struct compact_control *cc, struct page *page);
bool isolate_movable_page(struct compact_control *cc, struct page *page);
void putback_movable_pages(struct compact_control *cc);
long migrate_pages(struct compact_control *cc);

/* 17 */
bool should_reclaim_retry(gfp_t gfp_mask, unsigned int order, const struct alloc_context *ac,
			  unsigned int alloc_flags, bool did_some_progress, int *no_progress_loops);
bool should_compact_retry(const struct alloc_context *ac, unsigned int order,
			  unsigned int alloc_flags, enum compact_result compact_result,
			  enum compact_priority *compact_priority, int *compaction_retries);
bool check_retry_cpuset(unsigned int cpuset_mems_cookie, struct alloc_context *ac);
unsigned int read_mems_allowed_begin(void);
bool read_mems_allowed_retry(unsigned int cookie);

/* 18 */
struct page *__alloc_pages_may_oom(gfp_t gfp_mask, unsigned int order,
				   const struct alloc_context *ac,
				   unsigned long *did_some_progress);
bool out_of_memory(struct oom_control *oc);
void pagefault_out_of_memory(void);
bool sysrq_oom(void);
/* 18, part: choosing a process */
unsigned long mem_cgroup_get_max(const struct mem_cgroup *memcg);
enum oom_constraint constrained_alloc(struct oom_control *oc);
bool oom_cpuset_eligible(const struct task *process, const struct oom_control *oc);
bool oom_killable(const struct task *process);
long oom_badness(const struct task *process, unsigned long totalpages);
void select_bad_process(struct oom_control *oc);
unsigned long oom_score(const struct task *process);
void mem_cgroup_scan_tasks(struct mem_cgroup *root,
			   bool (*look)(struct task *process, void *context), void *context);
void oom_scan(const struct oom_control *oc, bool (*look)(struct task *process, void *context),
	      void *context);
/* 18, part: the report */
void oom_report(struct oom_control *oc, const struct task *victim);
void oom_report_killed(const struct task *victim, const char *message);
void oom_report_pinned(const struct task *victim, const struct task *init);
void oom_report_group(const struct mem_cgroup *memcg);

/* 19 */
void drain_local_stock(int cpu);
__cold int __memcg_kmem_charge_page(struct page *page, gfp_t gfp_mask, unsigned int order);
void __memcg_kmem_uncharge_page(struct page *page, unsigned int order);
__cold void memcg_hotplug_cpu_dead(int cpu);
int mem_cgroup_charge(struct page *page, gfp_t gfp_mask);
void mem_cgroup_uncharge(struct page *page);
void mem_cgroup_migrate(const struct page *from, struct page *to);
/* 19, part: counters */
bool page_counter_try_charge(struct page_counter *counter, unsigned long nr_pages,
			     struct page_counter **fail);
void page_counter_charge(struct page_counter *counter, unsigned long nr_pages);
void page_counter_uncharge(struct page_counter *counter, unsigned long nr_pages);
int page_counter_set_max(struct page_counter *counter, unsigned long max);
void page_counter_set_protection(struct page_counter *counter, unsigned long min,
				 unsigned long low);

/* 20 */
void __free_pages(struct page *page, unsigned int order);
void __free_pages_ok(struct page *page, unsigned int order);
void free_unref_page(struct page *page);
void free_unref_page_list(struct list_head *list);
void free_one_page(struct zone *zone, struct page *page, unsigned long pfn, unsigned int order,
		   int migratetype);
void __free_one_page(struct page *page, unsigned long pfn, struct zone *zone, unsigned int order,
		     int migratetype);
bool free_pages_prepare(struct page *page, unsigned int order, bool check_free);
void free_pcppages_bulk(struct zone *zone, int count, struct per_cpu_pages *pcp);
void drain_pages_zone(int cpu, struct zone *zone);
void drain_pages(int cpu);
void drain_local_pages(struct zone *zone);
void drain_all_pages(struct zone *zone);
unsigned int __isolate_free_page(struct page *page, unsigned int order);
int set_migratetype_isolate(struct page *page, int migratetype);
void unset_migratetype_isolate(struct page *page, int migratetype);
/* 20, part: what CPUs hold back */
#ifdef CONFIG_NUMA
void drain_zone_pages(struct zone *zone, struct per_cpu_pages *pcp);
#endif
__cold int refresh_cpu_vm_stats(bool do_pagesets);
__cold bool vmstat_shepherd(void);
__cold void quiet_vmstat(void);
__cold void vmstat_refresh(void);
__cold void page_alloc_cpu_dead(int cpu);

#endif
