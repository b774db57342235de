/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Prototypes of what brings a machine to life: each function is documented where it is
 * defined.
 */
#ifndef LIFE_H
#define LIFE_H

#include <stdio.h>

#include "engine.h"
#include "text.h"
#include "machine.h"

/* wiring.c */
void wire_hooks(struct machine *machine);

/* groups.c */
struct cpuset *cpuset_new(const char *name, struct cpuset *parent, nodemask_t mems);
struct mem_cgroup *memcg_new(const char *path, struct mem_cgroup *parent, unsigned long max);
void cpuset_change_task_nodemask(struct task *task, nodemask_t mems);

struct explain_request;
struct explanation;
struct explained_attempt;
struct explained_walk;

/** Most daemons of a machine. */
#define MAX_DAEMONS 16

/** Daemons have process numbers from here on. */
#define FIRST_DAEMON_PID 30

/** Writes that the disk keeps in its queue, and how many it finishes a tick. */
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

/** Watches for requests that go round in circles. */
struct watchdog {
	u64 last;      /**< digest of the round before */
	u64 milestone; /**< digest of a round further back */
	unsigned long livelocks;
	char report[768];
	bool (*handler)(const char *report, void *context); /**< NULL: print and stop */
	void *context;
};

/** What brings a machine to life. */
struct life {
	struct daemon daemon[MAX_DAEMONS];
	int nr_daemons;
	bool scheduling; /**< a daemon runs */
	struct daemon *kswapd[MAX_NUMNODES];
	struct daemon *kcompactd[MAX_NUMNODES];
	struct daemon *flusher;
	struct daemon *reaper;
	struct disk disk;
	struct watchdog watchdog;
};

/* daemons.c */
struct life *life_of_machine(void);
struct daemon *daemon_new(const char *comm, unsigned int flags, void (*body)(void *context),
			  void *context);
void daemon_wake(struct daemon *daemon);
void daemon_sleep_until(struct daemon *daemon, unsigned long tick);
void schedule_daemons(void);
void daemons_run(void);
bool daemons_start(void);
bool life_is_busy(void);

/* watchdog.c */
void watchdog_start(void);
void watchdog_set_handler(bool (*handler)(const char *report, void *context), void *context);

/* page_cache.c */
void page_cache_drop(struct page *page);
unsigned long address_space_release(struct address_space *space);
struct address_space *address_space_new(const char *name, bool anonymous);
void address_spaces_free(struct machine *machine);
struct page *page_cache_add(struct address_space *space, gfp_t gfp_mask);
unsigned long page_cache_fill(struct address_space *space, gfp_t gfp_mask, unsigned long nr_pages);
void page_map(struct page *page, bool executable);
void page_touch_mapped(struct page *page);
void page_dirty(struct page *page);
bool page_write(struct page *page);
unsigned long disk_run(unsigned long ticks);
unsigned long flushers_run(void);
void swap_on(unsigned long nr_pages);
void device_set_congested(struct address_space *space, bool congested);
/* tasks.c */
struct task *task_new(int pid, const char *comm);
void task_set_mm(struct task *task, struct mm *mm);
struct task *process_new(const char *comm, unsigned int uid);
unsigned long process_fault(struct task *task, unsigned long nr_pages);
struct task *thread_new(struct task *leader);
struct task *task_by_pid(int pid);
void task_exit(struct task *task);
int killed_tasks_exit(void);
void oom_reaper_queue(struct task *victim);
void oom_reaper_run(void);

/** A place in a text, and what went wrong there. */
struct reader {
	const struct text *text;
	size_t next;	   /**< index of the line to read next */
	size_t error_line; /**< counted from 1; 0: nothing went wrong */
	char error[256];   /**< "expected ..., found ..." */
};

/* reader.c */
const char *reader_peek(const struct reader *reader);
const char *reader_line(struct reader *reader);
int reader_fail(struct reader *reader, const char *expected);
int reader_refuse(struct reader *reader, const char *why);
int reader_check_last(struct reader *reader, const char *beginning);
bool take_word(const char **cursor, const char *word);
bool take_number(const char **cursor, long *value);
bool take_hex(const char **cursor, unsigned long *value);
bool take_zone(const char **cursor, int *zone);
bool take_migratetype(const char **cursor, int *type);
bool take_end(const char **cursor);

/* snapshot.c */
struct machine *snapshot_load(struct reader *reader);
int snapshot_read_zone_state(struct reader *reader, struct zone *zone, int indent);
void snapshot_clear_zone_state(struct zone *zone);
/* snapshot-write.c */
void snapshot_write(FILE *out);
void snapshot_save(FILE *out);

/* records.c: the records of saved snapshots that recordings do not have */
int record_apply(struct reader *reader, const char *line);
/* records-write.c */
void records_write_early(FILE *out);
void records_write(FILE *out);

/* scene.c */
int scene_run(const char *line, FILE *out, char *error, size_t error_size);

/* explain.c: what a request meets on the machine in focus */
int explain_run(const struct explain_request *request, struct explanation *explanation);
/* explain-zones.c: the arithmetic of a zone */
void explain_zones(struct explanation *explanation);
int explain_zone_number(const struct explanation *explanation, const struct zone *zone);
void explain_attempt(const struct zone *zone, const struct explained_walk *walk, unsigned int order,
		     struct explained_attempt *attempt);

/* bench.c */
double bench_run(const char *row, unsigned long count);

/* proc.c */
void proc_buddyinfo(FILE *out);
void proc_pagetypeinfo(FILE *out);
void proc_zoneinfo(FILE *out);
/* proc-read.c */
struct machine *proc_read(const struct proc_sample *sample, struct reader *reader);

/* boot.c */
struct machine *machine_boot(const struct boot_spec *spec, char *error, size_t error_size);
struct machine *machine_boot_released(const struct boot_spec *spec, char *error, size_t error_size);
void machine_boot_finish(const struct boot_spec *spec);

/* kcompactd.c */
void kcompactd_run(struct pglist_data *pgdat);
void kcompactd_start(void);

/* replay.c */
void replay_trace(const struct text *text, replay_progress progress, void *context,
		  struct replay_result *result);
void replay_boot(const struct text *text, struct replay_result *result);

#endif
