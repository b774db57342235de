/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Small machines to test on, and what it takes to look at them.
 *
 * Every machine here is booted by machine_boot() from a memory map: idle, nothing allocated, CPU 0
 * running, an ordinary task. It comes into focus with its events recorded and its console kept, so that
 * a test can ask what happened. A violation (bug()) ends the test unless it called test_expect_bugs().
 *
 * PFNs are written in hexadecimal, as in the kernel's own messages.
 */
#ifndef TESTS_MACHINES_H
#define TESTS_MACHINES_H

#include "state/state.h"
#include "engine/engine.h"
#include "harness.h"
#include "machine.h"
#include "memory_map.h"
#include "observe.h"
#include "stages/stages.h"
#include "tracepoints.h"
#include "vmstat.h"
#include "world/world.h"

/** DRAM of the test machines begins here. */
#define TEST_DRAM     0x40000000ull
#define TEST_DRAM_PFN 0x40000ul

#define MIB (1024ull * 1024)

/* Machines. Sizes in MiB. */
struct machine *test_machine_boot(const struct boot_spec *spec);
struct machine *test_machine_uma(unsigned long mib);
struct machine *test_machine_from_zero(unsigned long mib);
struct machine *test_machine_cpus(unsigned long mib, int nr_cpus);
struct machine *test_machine_cma(unsigned long mib, unsigned long cma_mib);
struct machine *test_machine_zones(unsigned long mib);
#ifdef CONFIG_NUMA
struct machine *test_machine_numa(unsigned long mib);
struct machine *test_machine_nodes(int nr_nodes, unsigned long mib);
struct machine *test_machine_numa_zones(unsigned long mib);
int test_node_of(const struct page *page);
int test_next_node(gfp_t gfp_mask);

/* Sets of nodes. */
#define NODE_0	 ((nodemask_t){ 1 })
#define NODE_1	 ((nodemask_t){ 2 })
#define NODES_01 ((nodemask_t){ 3 })
#endif
struct page *test_page(const struct zone *zone, unsigned long n);
void test_run_on(int cpu);

/* Lists and pages. */
int test_page_is_free(const struct page *page);

/* Making states. */
void test_empty_zone(struct zone *zone);
void test_empty_machine(void);
void test_free_block(struct page *page, unsigned int order, int migratetype);
void test_set_pageblocks(struct zone *zone, int migratetype);
unsigned long test_take(gfp_t gfp_mask, unsigned int order, unsigned long count);
struct task *test_task(const char *comm, int pid);

#endif
