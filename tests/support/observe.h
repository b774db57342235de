/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * What became of the machine in focus: its events, what it printed, its violations, its lists and counters. Both kits of
 * machines (machines.h, byhand.h) are looked at in this way.
 */
#ifndef TESTS_OBSERVE_H
#define TESTS_OBSERVE_H

#include "tracepoints.h"
#include "mmzone.h"

void test_observe(void);
struct zone *test_zone(int nid, int zid);
void test_set_watermarks(struct zone *zone, unsigned long min, unsigned long low,
			 unsigned long high);

/* Events, since the machine was booted or test_forget_events() was called. */
void test_forget_events(void);
int test_events(void);
int test_count(enum trace_event_id id);
const struct trace_event *test_event(enum trace_event_id id, int n);
const struct trace_event *test_nth_event(int n);
const struct trace_event *test_last_event(enum trace_event_id id);
const char *test_events_text(void);
const char *test_take_events(void);

/* Console and violations. */
const char *test_console(void);
const char *test_take_console(void);
void test_forget_console(void);
void test_expect_bugs(void);
int test_bugs(void);
const char *test_last_bug(void);

/* Lists. Text forms are PFNs in hex, head first, separated by one blank; "" for an empty list. */
const char *test_free_list(const struct zone *zone, int order, int migratetype);
const char *test_pcp_list(const struct zone *zone, int cpu, int migratetype);
int test_pcp_count(const struct zone *zone);
long test_free_pages(const struct zone *zone);
long test_free_cma_pages(const struct zone *zone);

/* Counters: exactly, or as they are when every CPU has folded. */
long test_node_count(enum node_stat_item item);
void test_fold(void);

/* check-lists.c: what must hold; `merged`: no two free buddies lie side by side. */
void test_check_zone(const struct zone *zone, bool merged);
void test_check_lists(void);
void test_check_reclaimable(void);

#define test_expect_list(zone, order, migratetype, pfns) \
	ck_assert_str_eq(test_free_list(zone, order, migratetype), pfns)
#define test_expect_pcp(zone, cpu, migratetype, pfns) \
	ck_assert_str_eq(test_pcp_list(zone, cpu, migratetype), pfns)

#endif
