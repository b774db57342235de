/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Prototypes of the world: each function is documented where it is defined.
 */
#ifndef WORLD_H
#define WORLD_H

#include "gfp.h"
#include "machine.h"
#include "memory_map.h"
#include "pageflow.h"
#include "text/names.h"

/* machine.c: making and unmaking the ground */
struct machine *machine_new(struct pageflow_error *error);
void machine_free(struct machine *machine);

/* focus.c */
struct machine *machine_focus(struct machine *machine);

/** For FOCUS_ON(): back to what was in focus before. */
static inline void focus_go_back(struct machine **before)
{
	machine_focus(*before);
}

/** Put a machine into focus until the end of the block, however it is left. */
#define FOCUS_ON(one)                                                                  \
	__attribute__((cleanup(focus_go_back), unused)) struct machine *focus_before = \
		machine_focus(one)

/** In the block of a FOCUS_ON(): leave this machine in focus when the block ends. */
#define FOCUS_STAYS_ON(one) ((void)(focus_before = (one)))

/* memory_map.c: page frames and their bytes */
int memory_map_reserve(const struct memory_range *ranges, int nr_ranges,
		       struct pageflow_error *error);
void memory_map_release(struct machine *machine);
void *page_address(const struct page *page);
struct page *virt_to_page(const void *address);
bool virt_addr_valid(const void *address);
void memmap_init_range(const struct memory_range *range);
struct page *__pageblock_pfn_to_page(unsigned long start_pfn, unsigned long end_pfn,
				     const struct zone *zone);
void set_zone_contiguous(struct zone *zone);

/* host_memory.c: what page frames are made of */
void *host_reserve(size_t bytes, const char *what, struct pageflow_error *error);
void host_release(void *memory, size_t bytes);
char *contents_reserve(unsigned long pages, struct pageflow_error *error);
void contents_release(struct machine *machine, unsigned long pages);

/* contents.c: the bytes of page frames */
void *page_contents(const struct page *page);
void clear_contents(const struct page *page, unsigned long nr_pages);
void copy_contents(const struct page *to, const struct page *from);

/* zones.c: zones, per-CPU pagesets, zonelists */
struct pglist_data *node_new(int nid);
void zone_init_free_lists(struct zone *zone);
void zone_pagesets_init(struct zone *zone, int high, int batch);
void node_states_update(void);
void zonelist_append(struct zonelist *zonelist, struct zone *zone);
void build_all_zonelists(void);
int node_distance(int from, int to);
extern const char *const zone_names[MAX_NR_ZONES];

/* free_lists.c: the four operations on the buddy lists */
void add_to_free_list(struct page *page, struct zone *zone, unsigned int order, int migratetype);
void add_to_free_list_tail(struct page *page, struct zone *zone, unsigned int order,
			   int migratetype);
void move_to_free_list(struct page *page, struct zone *zone, unsigned int order, int migratetype);
void del_page_from_free_list(struct page *page, struct zone *zone, unsigned int order);

/* watermarks.c: limits derived from the size of memory */
int zone_batchsize(const struct zone *zone);
void pageset_set_batch(struct per_cpu_pages *pcp, int batch);
void pageset_set_high_and_batch(const struct zone *zone, struct per_cpu_pages *pcp);
unsigned long nr_free_buffer_pages(void);
void setup_per_zone_wmarks(void);
void setup_per_zone_lowmem_reserve(void);
void calculate_totalreserve_pages(void);
void init_per_zone_wmark_min(void);
void set_recommended_min_free_kbytes(void);

/* sysctl.c: what a write to a tunable does */
__cold int sysctl_write(const char *name, long value);
__cold bool sysctl_range(const char *name, long *least, long *most);
const char *sysctl_name(size_t index);

/* memcg.c: the tree of memory cgroups, and the counters of their lists */
bool memcg_is_below(const struct mem_cgroup *memcg, const struct mem_cgroup *root);
struct task *memcg_next_process(const struct mem_cgroup *memcg, const struct task *before);
unsigned long memcg_page_state(struct mem_cgroup *memcg, enum node_stat_item item);
void memcg_memory_event(struct mem_cgroup *memcg, enum memcg_memory_event event);
struct mem_cgroup *mem_cgroup_oom_group(const struct task *victim,
					const struct mem_cgroup *oom_domain);
struct lruvec *mem_cgroup_lruvec(struct mem_cgroup *memcg, struct pglist_data *pgdat);
struct mem_cgroup *parent_mem_cgroup(const struct mem_cgroup *memcg);
struct lruvec *parent_lruvec(const struct lruvec *lruvec);
unsigned long mem_cgroup_nr_swap_pages(const struct mem_cgroup *memcg);
__cold void mod_lruvec_state(struct lruvec *lruvec, enum node_stat_item item, long delta);
__cold void mod_lruvec_page_state(const struct page *page, enum node_stat_item item, long delta);
__cold void lruvec_stats_fold(int cpu);

/* tasks.c: the tasks of a machine, by processes */
struct task *next_process(const struct task *before);
struct task *next_thread(const struct task *process, const struct task *before);
const struct task *process_of(const struct task *task);
struct task *find_task_mm(const struct task *process);
void anon_page_unmapped(const struct page *page);
unsigned int mem_cgroup_id(const struct mem_cgroup *memcg);
struct mem_cgroup *mem_cgroup_by_id(unsigned int id);

/* page_slots.c: the slots of files */
void *page_slot(const struct address_space *space, unsigned long index);
bool page_slot_set(struct address_space *space, unsigned long index, void *entry);
bool page_has_slot(const struct page *page);
void page_slot_leave(const struct page *page, void *entry);
void *page_slot_next(const struct address_space *space, unsigned long *index);
void page_slots_free(struct address_space *space);

/* vmstat.c: thresholds and folding */

/** What one fold moved, over all zones and nodes, item by item. */
struct vmstat_sums {
	long zone[NR_VM_ZONE_STAT_ITEMS];
	long numa[NR_VM_NUMA_STAT_ITEMS];
	long node[NR_VM_NODE_STAT_ITEMS];
};

int calculate_normal_threshold(const struct zone *zone);
int calculate_pressure_threshold(const struct zone *zone);
void node_raise_threshold(struct pglist_data *pgdat, int cpu, int threshold);
__cold void refresh_zone_stat_thresholds(void);
void set_pgdat_percpu_threshold(struct pglist_data *pgdat, int (*threshold)(const struct zone *));
__cold bool zone_differences_fold(struct zone *zone, int cpu, struct vmstat_sums *sums);
__cold void node_differences_fold(struct pglist_data *pgdat, int cpu, struct vmstat_sums *sums);
__cold int vmstat_sums_apply(const struct vmstat_sums *sums);
__cold void cpu_vm_stats_fold(int cpu);
__cold bool need_update(int cpu);

/* trace.c: the trace sink */
__cold void trace_emit(const struct trace_event *event);
int trace_format(const struct trace_event *event, char *text, size_t size);
int gfp_format(gfp_t mask, char *text, size_t size);

/** What reports say of a machine on which something went wrong before: numbers of the kernel's flags. */
enum taint {
	TAINT_BAD_PAGE = 5, /**< B: a page was found in a bad state */
	TAINT_WARN = 9,	    /**< W: there was a warning */
	TAINT_FLAGS_COUNT = 18,
};

/** Room for what reports say of a machine's past, and its end. */
#define TAINT_TEXT_SIZE 32

/* printk.c: the machine's console, and reports of what must not happen */
__attribute__((format(printf, 1, 2))) void printk(const char *format, ...);
__attribute__((format(printf, 1, 2))) __cold void bug(const char *format, ...);
__attribute__((format(printf, 1, 2))) __cold void warn(const char *format, ...);
__attribute__((format(printf, 2, 3))) __cold void warn_once(int which, const char *format, ...);
void add_taint(enum taint flag);
void taint_format(char *text, size_t size);
bool printk_ratelimit(struct printk_limit *limit, const char *caller, unsigned long interval,
		      unsigned int burst);

/* clock.c: sleeping, offering the CPU, and going on on another one */
void world_sleep(unsigned long ticks);
void world_reschedule(void);
void world_run_on(int cpu);

/** One-time messages, by number. */
enum once {
	ONCE_ORDER_TOO_LARGE,
	ONCE_NOFAIL_ORDER,
	ONCE_ATOMIC_RECLAIM,
	ONCE_NOFAIL_CANNOT_SLEEP,
	ONCE_NOFAIL_MEMALLOC,
	ONCE_NOFAIL_COSTLY,
	ONCE_NOFAIL_OOM,
	ONCE_EXACT_COMP,
	ONCE_BIND_THISNODE,
	ONCE_EXACT_NID_COMP,
	ONCE_ISOLATE_MOVABLE,
};

#endif
