/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief By which rules a kernel version judges a request: what is subtracted, which fractions, whose lists count.
 */
#ifndef FAILURE_RULES_H
#define FAILURE_RULES_H

#include <stdbool.h>
#include <stddef.h>

struct failure;

/** What a mask takes off a mark. */
enum rule_fractions {
	FRACTIONS_HARDER, /**< half for __GFP_HIGH; of the rest a quarter for __GFP_ATOMIC */
	FRACTIONS_RESERVE, /**< half for __GFP_HIGH, and only then a quarter of the rest for those who may not sleep */
};

/** The quick test of a single page. */
enum rule_quick {
	QUICK_CMA, /**< free less CMA */
	QUICK_WRAPS, /**< less the reserve for urgent high orders, too; more than is free counts as plenty */
	QUICK_HELD, /**< the same, but never below 0 */
};

/** Who is asked once more without the boost, for a single page. */
enum rule_boost {
	BOOST_BINDS_ALL,
	BOOST_SPARES_ATOMIC, /**< not those with __GFP_ATOMIC */
	BOOST_SPARES_HIGH,   /**< not those with __GFP_HIGH */
};

/** Whom the blocks of the reserve for urgent high orders serve. */
enum rule_urgent_blocks {
	URGENT_ATOMIC,	  /**< orders above 0 with __GFP_ATOMIC */
	URGENT_SLEEPLESS, /**< orders above 0 that may not sleep */
	URGENT_HIGH,	  /**< orders above 0 that may not sleep, with __GFP_HIGH */
};

/** The rules of some versions. */
struct rule_set {
	const char *name; /**< the first version that was seen with them */
	enum rule_fractions fractions;
	enum rule_quick quick;
	enum rule_boost boost;
	enum rule_urgent_blocks urgent;
	bool free_reserve; /**< of the reserve for urgent high orders only what is free is taken off */
	bool last_resort; /**< those who may not sleep get its blocks in the end, single pages too */
	bool keeps_cma;	  /**< a request that marks do not bind keeps what its type may borrow */
	const char *what; /**< what is new in it, for readers */
};

/** One way to read a report: a set of rules, and, where a figure is only bounded, one of its bounds. */
struct reading {
	const struct rule_set *rules;
	bool most_highatomic; /**< the free part of the reserve for urgent high orders is taken for its upper bound */
	bool passes;
};

/** Most readings of one report: all sets of rules, two bounds each. */
#define MOST_READINGS 32

/** Later than any point release. */
#define RULES_ANY_POINT 100000

/** A span of versions with one set of rules: from a point release of a series on. */
struct rule_span {
	int series;   /**< major * 1000 + minor */
	int from, to; /**< point releases that were read, or lie between two that were */
	const char *rules;
};

/* rules.c */
const struct rule_set *rules_table(size_t *nr);
const struct rule_span *rules_spans(size_t *nr);
bool rules_are_5_8(const struct rule_set *rules);
bool rules_version_known(const char *version);
bool rules_several(const struct reading *reading, int nr);
int rules_readings(const struct failure *failure, const char *version, struct reading *reading,
		   char *label, size_t size);

#endif
