/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Prototypes of what brings a machine to life: each function is documented where it is
 * defined.
 */
#ifndef LIFE_H
#define LIFE_H

#include <stdio.h>

#include "machine.h"
#include "pageflow.h"

/* wiring.c */
void wire_hooks(struct machine *machine);

/* groups.c */
struct cpuset *cpuset_new(const char *name, struct cpuset *parent, nodemask_t mems);
void memcg_join(struct task *task, struct mem_cgroup *memcg);
struct mem_cgroup *memcg_new(const char *path, struct mem_cgroup *parent, unsigned long max);
nodemask_t cpuset_nodes(const struct cpuset *cpuset);
void cpuset_change_task_nodemask(struct task *task, nodemask_t mems);
void cpuset_attach(struct task *task, struct cpuset *cpuset);
void cpuset_set_nodes(struct cpuset *cpuset, nodemask_t mems);

/* cpus.c */
void cpu_down(int cpu);
void cpu_up(int cpu);

/** Most daemons of a machine. */
#define MAX_DAEMONS 16

/** Daemons have process numbers from here on. */
#define FIRST_DAEMON_PID 30

/** Writes that the disk keeps in its queue, and how many it finishes per tick. */
#define DISK_QUEUE	    256u
#define DISK_PAGES_PER_TICK 32

/** A task of the kernel's own, which runs from one sleep to the next. */
struct daemon {
	struct task task;
	void (*body)(void *context);
	void *context;
	bool runnable;
	bool timed; /**< wakes at `deadline` by itself */
	unsigned long deadline;
};

/** Where dirty pages go, first come, first served. */
struct disk {
	struct page *queue[DISK_QUEUE];
	unsigned int first;
	unsigned int nr_queued;
	unsigned long pages_per_tick;
};

/** What brings a machine to life. */
struct life {
	struct daemon daemon[MAX_DAEMONS];
	int nr_daemons;
	bool scheduling; /**< a daemon runs */
	unsigned long
		next_fold; /**< tick at which CPUs fold their counters again, a full second; 0: never */
	struct daemon *kswapd[MAX_NUMNODES];
	struct daemon *kcompactd[MAX_NUMNODES];
	struct daemon *flusher;
	struct daemon *reaper;
	struct disk disk;
};

/* daemons.c */
struct daemon *daemon_new(const char *comm, unsigned int flags, void (*body)(void *context),
			  void *context);
void daemon_wake(struct daemon *daemon);
void daemon_sleep_until(struct daemon *daemon, unsigned long tick);
void schedule_daemons(void);
bool any_daemon_runnable(void);
bool life_is_busy(void);

/* life.c */
bool life_begin(void);
void life_release(struct machine *machine);
bool daemons_start(void);
bool node_daemons_start(void);
bool daemons_run(void);

/* watchdog.c */
bool watch_round(const struct slow_request *request);
bool watch_charge(const struct charge *charge);
void watchdog_set_handler(bool (*handler)(const char *report, void *context), void *context);

/* page-cache.c */
void page_cache_drop(struct page *page);
unsigned long address_space_release_but(struct address_space *space, unsigned long keep);
unsigned long address_space_release(struct address_space *space);
struct address_space *address_space_new(const char *name, bool anonymous);
void address_spaces_free(struct machine *machine);
struct page *page_cache_add(struct address_space *space, gfp_t gfp_mask);
int page_cache_add_at(struct page *page, struct address_space *space, unsigned long index,
		      gfp_t gfp_mask);
unsigned long page_cache_fill(struct address_space *space, gfp_t gfp_mask, unsigned long nr_pages);
void page_map(struct page *page, bool executable);
void page_touch_mapped(struct page *page);
void page_dirty(struct page *page);
bool page_write(struct page *page);
unsigned long disk_run(unsigned long ticks);
void disk_resume(void);
unsigned long flushers_run(void);
void swap_on(unsigned long nr_pages);
void device_set_congested(struct address_space *space, bool congested);

/* turns.c */
struct task *task_take_turn(struct task *task);
void task_end_turn(struct task *before);

/* tasks.c */
struct task *task_new(int pid, const char *comm);
void task_set_mm(struct task *task, struct mm *mm);
struct task *process_new(const char *comm, unsigned int uid);
unsigned long process_fault(struct task *task, unsigned long nr_pages);
struct task *thread_new(struct task *leader);
struct task *task_by_pid(long pid);
void task_set_oom_mm(struct task *task, struct mm *mm);
void task_exit(struct task *task);
int killed_tasks_exit(void);
void oom_reaper_queue(struct task *victim);
void oom_reaper_run(void);

/* scene.c */
int scene_run(const char *line, FILE *out, struct pageflow_error *error);

#endif
