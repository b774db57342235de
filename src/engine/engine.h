/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What stands between the two configurations of the path and everything compiled once.
 *
 * The path is compiled twice, with and without CONFIG_NUMA, and its structures differ in size. Code
 * outside knows it through a table of functions, one table a configuration, and never looks inside a
 * machine.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "engine/explain.h"
#include "pageflow.h"
#include "replay/result.h"
#include "state/boot-spec.h"
#include "state/format.h"
#include "state/lists.h"
#include "state/sample.h"
#include "text/text.h"

struct machine;

/** Who is told what happens on a machine. NULL: nobody; without `violation` the program ends. */
struct engine_listener {
	void (*event)(const struct pageflow_event *event, void *context);
	void (*message)(const char *text, void *context);
	void (*violation)(const char *text, void *context);
	void *context;
};

/** A zone as the watermark check sees it, pages. */
struct engine_zone {
	long free, cma, highatomic;
	long min, boost;
	long reserve; /**< against the request */
	unsigned long blocks[EXPLAIN_ORDERS][EXPLAIN_TYPES];
};

/** A process as the OOM killer weighs it, pages. */
struct engine_process {
	uint64_t rss, swap, page_tables;
	int adj; /**< oom_score_adj */
};

/**
 * @brief One configuration of the path.
 *
 * Every function puts its machine into focus and afterwards what was in focus before.
 */
struct pageflow_engine {
	const char *name; /**< "uma" or "numa" */
	int (*describe)(const char *text, struct boot_request *request,
			struct pageflow_error *error);
	struct machine *(*boot)(const struct boot_spec *spec, struct pageflow_error *error);
	struct text_format (*format)(const struct text *text);
	struct machine *(*load)(const struct text *text, struct pageflow_error *error);
	int (*read_proc)(const struct proc_texts *texts, struct sample *sample,
			 struct pageflow_error *error);
	struct machine *(*build)(const struct sample *sample, struct pageflow_error *error);
	void (*destroy)(struct machine *machine);
	void (*save)(struct machine *machine, FILE *out);
	int (*apply)(struct machine *machine, const char *record, struct pageflow_error *error);
	int (*scene)(struct machine *machine, const char *command, FILE *out,
		     struct pageflow_error *error);
	void (*listen)(struct machine *machine, const struct engine_listener *listener);
	uint64_t (*alloc)(struct machine *machine, int nid, uint32_t gfp, unsigned int order);
	/** explanation_free() the explanation, also after a failure */
	int (*explain)(struct machine *machine, const struct explain_request *request,
		       struct explanation *explanation, struct pageflow_error *error);
	/** the last check of a request before it fails, at the min watermark */
	int (*check)(const struct engine_zone *zone, uint32_t gfp, unsigned int order,
		     bool no_marks, struct explained_attempt *attempt,
		     struct pageflow_error *error);
	/** weighs processes against so many pages of memory and swap; points[] receives the badness of each */
	int (*badness)(const struct engine_process *process, size_t nr, uint64_t total_pages,
		       long *points, struct pageflow_error *error);
	void (*free)(struct machine *machine, uint64_t pfn, unsigned int order);
	void *(*address)(struct machine *machine, uint64_t pfn);
	uint64_t (*pfn)(struct machine *machine, const void *address);
	int (*set_cpu)(struct machine *machine, int cpu);
	int (*drain_cpu)(struct machine *machine, int cpu);
	void (*print)(struct machine *machine, int file, FILE *out);
	bool (*lists)(struct machine *machine, struct pageflow_lists *lists);
	/** does compaction pass over the pageblock that begins at this PFN? */
	bool (*skips)(struct machine *machine, uint64_t pfn);
	int (*event_text)(const struct pageflow_event *event, char *text, size_t size);
	double (*bench)(struct machine *machine, const char *row, unsigned long count,
			struct pageflow_error *error);
	int (*gfp_text)(uint32_t gfp, char *text, size_t size);
	/** the tunables of /proc/sys/vm that can be set, one after the other; NULL after the last */
	const char *(*sysctl_name)(size_t index);
	void (*replay_trace)(const struct text *text, replay_progress progress, void *context,
			     struct replay_result *result);
	void (*replay_boot)(const struct text *text, struct replay_result *result);
};

extern const struct pageflow_engine pageflow_engine_uma;
extern const struct pageflow_engine pageflow_engine_numa;

/** Answers what both configurations answer alike. */
#define ENGINE_EITHER (&pageflow_engine_uma)

/** The configuration with or without CONFIG_NUMA. */
static inline const struct pageflow_engine *engine_of(bool numa)
{
	return numa ? &pageflow_engine_numa : &pageflow_engine_uma;
}

#endif
