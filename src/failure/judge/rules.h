/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief By which rules a kernel version judges a request: what is subtracted, which fractions, whose lists count.
 */
#ifndef FAILURE_RULES_H
#define FAILURE_RULES_H

#include <stdbool.h>
#include <stddef.h>

/** The rules of some versions. */
struct rule_set;

/** One way to read a report: a set of rules, and, where a figure is only bounded, one of its bounds. */
struct reading {
	const struct rule_set *rules;
	bool most_highatomic; /**< the free part of the reserve for urgent high orders is taken for its upper bound */
	bool passes;
};

/** Most readings of one report: two sets of rules, two bounds each. */
#define MOST_READINGS 4

/* rules.c */
const char *rules_name(const struct rule_set *rules);
int rules_readings(const char *version, struct reading *reading, char *label, size_t size);

#endif
