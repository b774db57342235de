/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The reports of a log in groups: the same caller asking for the same.
 */
#ifndef FAILURE_GROUPS_H
#define FAILURE_GROUPS_H

#include "failure/answer.h"

/** Most groups that are kept; further reports are only counted. */
#define MOST_GROUPS 256

/** Reports of one caller, order, mask and kind. */
struct log_group {
	enum failure_kind kind;
	bool memcg;
	unsigned int order;
	bool has_order;
	uint64_t mask_number;
	char mask_names[256];
	char caller[80];
	char module[64];
	char comm[64]; /**< numbers in it are folded: `kworker/u8:*` */
	unsigned long count;
	char first[40], last[40];     /**< when, as the log's prefix says it; "" */
	size_t first_line;	      /**< of the log */
	unsigned long refused;	      /**< how many of them were refused */
	enum failure_verdict verdict; /**< of the worst */
	long worst;    /**< pages that were missing in the zone that came closest; 0: none */
	char zone[32]; /**< that zone, in the worst report */
};

/** The groups of a log. */
struct log_groups {
	struct log_group group[MOST_GROUPS];
	int nr;
	unsigned long others; /**< reports for which there was no group left */
};

/* groups.c */
const struct log_group *log_groups_add(struct log_groups *groups, const struct log_answer *answer);
void log_groups_sort(struct log_groups *groups);

#endif
