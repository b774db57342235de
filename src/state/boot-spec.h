/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What a machine is booted from.
 */
#ifndef BOOT_SPEC_H
#define BOOT_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "pageflow.h"

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

/** A boot description: what to boot from, and with which configuration. */
struct boot_request {
	struct boot_spec spec;
	bool numa;
};

int boot_spec_parse(const char *text, struct boot_request *request, struct pageflow_error *error);

#endif
