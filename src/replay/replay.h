/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Replaying recordings, and what the files of the replay share.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include <stdio.h>

#include "machine.h"
#include "replay/result.h"
#include "state/reader.h"

/** Events kept for the account of a divergence. */
#define RECENT_EVENTS 12

/** Blanks before the lines of a zone's state between `z` and `Z`. */
#define ZONE_STATE_INDENT 1

/** What a profile of recordings is about. */
struct replay_profile {
	const char *name;
	bool all_events; /**< each block handed out or given back has its event in the recording */
	bool computes_compaction; /**< what compaction does is decided here and compared, not read */
	bool computes_reclaim;	  /**< the same of reclaim */
	bool groups;		  /**< memory cgroups are charged and reclaimed */
	bool kthread;		  /**< the caller is a thread of the kernel's own */
	bool daemons;		  /**< kswapd and kcompactd run at `K` */
};

/** The cache of a recording that reclaim can make smaller. */
struct recorded_cache {
	struct shrinker shrinker;
	unsigned long left; /**< objects */
	bool registered;
};

/** A replay on its way. */
struct replay {
	struct reader reader;
	struct replay_result *result;
	size_t op_line;	 /**< line of the running operation, counted from 1 */
	bool allocating; /**< inside an `a` or `g` operation */
	bool in_reclaim; /**< between `r` and `e` */
	bool in_daemons; /**< at `K`: kswapd and kcompactd run */
	bool compacting; /**< between `cb` and `ce` */
	const struct replay_profile *profile;
	struct zone *tested_zone;	   /**< of the last test whether compaction may run */
	u32 reclaimed_zones[MAX_NUMNODES]; /**< bit n: reclaim since the last `b` block of zone n */
	bool ended;			   /**< the last line was read */
	unsigned long reclaimable[MAX_NUMNODES][MAX_NR_ZONES]; /**< of the last `y` lines */
	struct trace_event recent[RECENT_EVENTS];
	unsigned long nr_recent;
	struct recorded_cache cache;
	struct mm borrowed_mm; /**< the memory of the process that a page enters its file for */
	u8 *held; /**< a page of the map: order + 1 of the block that an operation returned */
};

/** What is remembered of a page that an operation returned: its block's order, plus 1; else 0. */
static inline u8 *held_order(const struct replay *replay, const struct page *page)
{
	return &replay->held[page - world->mem_map];
}

/* replay.c, replay-boot.c */
void replay_trace(const struct text *text, replay_progress progress, void *context,
		  struct replay_result *result);
void replay_boot(const struct text *text, struct replay_result *result);

/* replay-result.c */
__attribute__((format(printf, 4, 5))) void result_differs(struct replay_result *result, size_t line,
							  const char *expected, const char *format,
							  ...);
void result_state_differs(struct replay_result *result, size_t line, const char *recorded,
			  const char *ours);
void result_take_error(struct replay_result *result, const struct reader *reader);

/* replay-state.c */
unsigned long values_in(const char *line);
char *replay_machine_as_text(const struct reader *reader);
unsigned long replay_compare_state(struct reader *reader, struct replay_result *result,
				   const char *without);
unsigned long replay_compare_text(struct reader *reader, struct replay_result *result, char *text,
				  const char *without);

/* replay-blocks.c */
void replay_compare_block(struct replay *replay, void (*write)(FILE *out, void *what), void *what);
void replay_zone_tested(struct replay *replay, const struct trace_event *event);
void replay_zone_compacted(struct replay *replay, const struct trace_event *event);

/* replay-scan.c */
int replay_split(struct replay *replay, const char *line);
int replay_driver_gets(struct replay *replay, const char *line);
int replay_driver_frees(struct replay *replay, const char *line);
int replay_compact(struct replay *replay, const char *line);
int replay_compact_all(struct replay *replay, const char *line);

/* replay-forms.c */
struct event_form;
const struct event_form *event_form_of(enum trace_event_id id);
bool event_values(const struct event_form *form, const char *line, s64 value[MAX_TRACE_FIELDS]);
s64 event_number(const struct event_form *form, const struct trace_event *event, int n);
int event_field(const struct event_form *form, int n);
bool event_matches(const struct event_form *form, const struct trace_event *event,
		   const char *line);
void event_as_recorded(const struct event_form *form, const struct trace_event *event, char *text,
		       size_t size);
const char *replay_next_event(const struct replay *replay);

/* replay-words.c */
void replay_words(const char *line, char *text, size_t size);
void replay_event_words(const struct trace_event *event, char *text, size_t size);
void replay_difference(const char *recorded, const char *ours, char *text, size_t size);

/* replay-pages.c */
struct page *take_page(const char **line);
bool take_flag(const char **line, long *flag);
bool page_is_nobodys(const struct replay *replay, const struct page *page);
int replay_add_to_cache(struct replay *replay, const char *line);
int replay_remove_from_cache(struct replay *replay, const char *line);
int replay_use(struct replay *replay, const char *line);
int replay_empty_pagevecs(struct replay *replay, const char *line);

/* replay-lru.c */
void replay_check_nodes(struct replay *replay);
int replay_daemons(struct replay *replay, const char *line);

/* replay-groups.c */
int replay_page_cache(struct replay *replay, const char *line);
int replay_check_charges(struct replay *replay, const char *line);

/* replay-shrinker.c */
int replay_read_shrinker(struct replay *replay);
void replay_check_shrinker(struct replay *replay);

/* replay-events.c */
void replay_event(const struct trace_event *event, void *context);

/* replay-recorded.c */
void replay_take_recorded(struct replay *replay, struct machine *machine);

/* replay-ops.c */
int replay_alloc(struct replay *replay, const char *line);
int replay_free(struct replay *replay, const char *line);
int replay_drain(struct replay *replay, const char *line);
int replay_cpu(struct replay *replay, const char *line);

/* replay-checks.c */
int replay_check_zone(struct replay *replay, const char *line);
void check_line_of_zone(FILE *out, const struct zone *zone);
u64 hash_start(void);
u64 hash_word(u64 hash, u64 word);
int replay_check_memcg(struct replay *replay, const char *line);

/* replay-task.c */
#ifdef CONFIG_NUMA
int replay_policy(struct replay *replay, const char *line);
#endif
int replay_cpuset(struct replay *replay, const char *line);
int replay_context(struct replay *replay, const char *line);
int replay_memcg(struct replay *replay, const char *line);

/* replay-account.c */
void replay_account(struct replay *replay);

#endif
