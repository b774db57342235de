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

#include "text.h"

/** How a replay went. */
struct replay_result {
	enum replay_outcome {
		REPLAY_IDENTICAL,
		REPLAY_DIVERGED,
		REPLAY_UNREADABLE,
	} outcome;
	unsigned long ops;
	unsigned long events;
	unsigned long checks;
	size_t line; /**< line of the divergence or of the error, counted from 1 */
	char expected[256];
	char got[256];
	char error[256];
	char *account; /**< readable account of a divergence; free() it */
};

/** Called now and then with the lines done and the lines in all. */
typedef void (*replay_progress)(size_t done, size_t all, void *context);

/** Most ranges of each kind that a machine can be booted from. */
#define MAX_BOOT_RANGES 512

/** Most nodes of a machine, in any configuration. */
#define MAX_BOOT_NODES 4

/** Most CPUs of a machine. */
#define MAX_BOOT_CPUS 64

/** A range of physical memory, bytes. */
struct boot_range {
	uint64_t base;
	uint64_t size;
	int nid;
	bool nomap; /**< present, but not for the allocator */
};

/** What a machine is booted from: the memory map at the moment memory is released. */
struct boot_spec {
	int nr_cpus;
	struct boot_range memory[MAX_BOOT_RANGES];
	int nr_memory;
	struct boot_range reserved[MAX_BOOT_RANGES];
	int nr_reserved;
	struct boot_range cma[MAX_BOOT_RANGES];
	int nr_cma;
	int cpu_node[MAX_BOOT_CPUS];			  /**< node of each CPU */
	uint8_t distance[MAX_BOOT_NODES][MAX_BOOT_NODES]; /**< 0: the default */
};

struct explain_request;
struct explanation;
struct machine;
struct pageflow_event;

/** Who is told what happens on a machine. NULL: nobody; without `violation` the program ends. */
struct engine_listener {
	void (*event)(const struct pageflow_event *event, void *context);
	void (*message)(const char *text, void *context);
	void (*violation)(const char *text, void *context);
	void *context;
};

/** The texts of a kernel's /proc files; the last two may be NULL. */
struct proc_sample {
	const struct text *zoneinfo;
	const struct text *buddyinfo;
	const struct text *pagetypeinfo;
};

/** Where and why making a machine or applying a record failed. */
struct engine_error {
	size_t line; /**< counted from 1; 0: no particular line */
	char text[512];
};

/** alloc() starts from the task's policy, as alloc_pages() does, instead of from a node. */
#define ENGINE_BY_POLICY (-2)

/**
 * @brief One configuration of the path.
 *
 * Every function puts its machine into focus and afterwards what was in focus before.
 */
struct pageflow_engine {
	const char *name; /**< "uma" or "numa" */
	struct machine *(*boot)(const struct boot_spec *spec, struct engine_error *error);
	struct machine *(*load)(const struct text *text, size_t first, struct engine_error *error);
	struct machine *(*read_proc)(const struct proc_sample *sample, struct engine_error *error);
	void (*destroy)(struct machine *machine);
	void (*save)(struct machine *machine, FILE *out);
	int (*apply)(struct machine *machine, const char *record, struct engine_error *error);
	int (*scene)(struct machine *machine, const char *command, FILE *out,
		     struct engine_error *error);
	void (*listen)(struct machine *machine, const struct engine_listener *listener);
	uint64_t (*alloc)(struct machine *machine, int nid, uint32_t gfp, unsigned int order);
	int (*explain)(struct machine *machine, const struct explain_request *request,
		       struct explanation *explanation);
	void (*free)(struct machine *machine, uint64_t pfn, unsigned int order);
	void *(*address)(struct machine *machine, uint64_t pfn);
	uint64_t (*pfn)(struct machine *machine, const void *address);
	int (*set_cpu)(struct machine *machine, int cpu);
	int (*drain_cpu)(struct machine *machine, int cpu);
	void (*print)(struct machine *machine, int file, FILE *out);
	int (*event_text)(const struct pageflow_event *event, char *text, size_t size);
	double (*bench)(struct machine *machine, const char *row, unsigned long count);
	int (*gfp_text)(uint32_t gfp, char *text, size_t size);
	void (*replay_trace)(const struct text *text, replay_progress progress, void *context,
			     struct replay_result *result);
	void (*replay_boot)(const struct text *text, struct replay_result *result);
};

extern const struct pageflow_engine pageflow_engine_uma;
extern const struct pageflow_engine pageflow_engine_numa;

const struct pageflow_engine *engine_for_text(const struct text *text);

#endif
