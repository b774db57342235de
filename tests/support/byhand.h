/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Machines laid out by hand. All pages are in use at first; a test lays the free blocks that it wants, in the order in
 * which it wants them, and reads lists and events back as text, PFNs in hexadecimal.
 */
#ifndef TESTS_BYHAND_H
#define TESTS_BYHAND_H

#include <stdlib.h>
#include <string.h>

#include "gfp_zones.h"
#include "harness.h"
#include "life/life.h"
#include "memory_map.h"
#include "observe.h"
#include "stages/stages.h"
#include "vmstat.h"
#include "world/world.h"

/** One zone to be laid out. */
struct hand_zone {
	int nid;
	enum zone_type zid;
	unsigned long start_pfn;
	unsigned long pages;
};

/** Where the zone of hand_one_zone() begins. */
#define HAND_START 0x40000ul

/* Batch and high of every per-CPU list, unless a test changes them. */
#define HAND_BATCH 3
#define HAND_HIGH  18

void hand_machine(const struct hand_zone *zones, int nr_zones, int nr_cpus);
struct zone *hand_one_zone(void);
void hand_two_zones(int nr_cpus, struct zone **lower, struct zone **upper);
struct page *hand_lay(unsigned long pfn, unsigned int order, int migratetype);
void hand_lay_blocks(unsigned long pfn, unsigned int order, int migratetype, int blocks);
struct page *hand_pcp(struct zone *zone, int cpu, int list, unsigned long pfn, int migratetype);
struct zone *hand_pcp_lists(int u, int m, int r);
void hand_pageblock(unsigned long pfn, int migratetype);
void hand_isolate(unsigned long pfn);
void hand_isolate_blocks(unsigned long pfn, int blocks);
struct alloc_context hand_context(int nid, enum zone_type highest, int migratetype);

/** The page of a PFN in short. */
#define P(pfn) pfn_to_page(pfn)

/* Types in short. */
#define U MIGRATE_UNMOVABLE
#define M MIGRATE_MOVABLE
#define R MIGRATE_RECLAIMABLE
#define H MIGRATE_HIGHATOMIC
#define C MIGRATE_CMA
#define I MIGRATE_ISOLATE

#endif
