/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the figures of a report say: which zones could be tried, what was free in them, and for whom.
 */
#ifndef FAILURE_ACCOUNT_H
#define FAILURE_ACCOUNT_H

#include "engine/explain.h"
#include "failure/failure.h"
#include "failure/judge/rules.h"

/** No machine has so many kB. */
#define ABSURD_KB (1ull << 42)

/** Why a zone was not tried. */
enum zone_place {
	ZONE_TRIED,
	ZONE_TOO_HIGH,	    /**< above the highest zone that the mask allows */
	ZONE_NODE_LEFT_OUT, /**< on a node that the request may not use */
	ZONE_NOT_REACHED,   /**< a zone before it serves the request */
	ZONE_NOT_MANAGED, /**< the allocator was given none of its pages, and it is on no zonelist */
};

/** What may be unknown of a zone. */
enum zone_doubt {
	DOUBT_FREE,
	DOUBT_MIN,
	DOUBT_CMA,
	DOUBT_HIGHATOMIC,
	DOUBT_RESERVE,
	DOUBT_BLOCKS,
	NR_DOUBTS,
};

/** Between these a figure must be that was not read. */
struct bounds {
	long least, most;
};

/** No figure is as large. */
#define BOUND_UNKNOWN (1l << 60)

/** Most sets of zone types of which a report may be. */
#define MOST_TYPE_SETS 8

/** How the boost of a zone's watermarks is known. */
enum boost_source {
	BOOST_READ,    /**< the report prints it */
	BOOST_NOT_YET, /**< kernels of that age have none */
	BOOST_INFERRED, /**< from the distance of the marks; 0 when they are as far apart as without one */
	BOOST_UNKNOWN, /**< the marks do not tell */
};

/** A zone of a report in pages. */
struct zone_account {
	const struct failure_zone *zone;
	enum zone_place place;
	bool asked_low; /**< the mark that was asked of it is low: the attempt before the slow path */
	bool has_marks; /**< free and min were read */
	bool has_lists; /**< its free list line was read whole */
	long free, managed, cma, highatomic, local_pcp, other_pcp;
	long free_highatomic; /**< where it is printed */
	long min, low, high;  /**< without the boost */
	long boost;
	enum boost_source boost_source;
	bool boost_exact;			 /**< an inferred boost that only one value fits */
	long reserve;				 /**< against this request */
	bool highatomic_read;			 /**< false: it is unknown, and taken for 0 */
	bool reserve_read;			 /**< false: it is taken for 0 */
	long blocks[FAILURE_ORDERS][NR_LETTERS]; /**< free blocks by type */
	bool split[FAILURE_ORDERS];		 /**< how they divide among types is inferred */
	unsigned int doubts;  /**< what was not read and is only known between bounds, as bits */
	unsigned int open;    /**< those of them that no report of that kernel says */
	unsigned int guessed; /**< figures that were not read, and follow from others, as bits */
	struct bounds bounds[NR_DOUBTS]; /**< of all but the blocks */
	uint32_t unread;		 /**< orders whose number of blocks was not read, as bits */
	uint32_t untyped;		 /**< orders whose letters were not read, as bits */
	struct explained_attempt attempt;
};

/** What can be said of a request. */
enum failure_verdict {
	VERDICT_REFUSED,
	VERDICT_PASSES,
	VERDICT_DEPENDS,    /**< the sets of rules, or the bounds, that are possible disagree */
	VERDICT_NO_REQUEST, /**< no request is behind the report */
	VERDICT_GROUP,	    /**< a memory cgroup refused, and no zone was asked */
	VERDICT_UNKNOWN,    /**< the report lacks what a verdict needs */
};

/** What makes a report one that a plain check of zones does not answer. */
enum failure_situation {
	SITUATION_PLAIN,
	SITUATION_NO_MANAGED, /**< all zones that the mask allows have no managed pages */
	SITUATION_EXCLUDED,   /**< the nodes allowed have no zone that the mask allows */
	SITUATION_PAGE_FAULT, /**< a page fault's OOM: the allocator was not asked */
	SITUATION_SYSRQ,      /**< a person asked for it */
	SITUATION_NO_MARKS,   /**< the task is one whose requests marks do not bind */
	SITUATION_EARLY,      /**< the marks are not computed yet */
	SITUATION_CORRUPT,    /**< counters say what no machine can have */
};

/** What the figures of a report say. */
struct failure_account {
	const struct failure *failure;
	struct reading reading[MOST_READINGS]; /**< the first is the one that is shown */
	int nr_readings;
	bool readings_differ;
	bool version_decides; /**< they differ, and go by more than one set of rules */
	char rules[160];      /**< "rules of 6.1", and what is uncertain about them */
	enum failure_verdict verdict;
	enum failure_situation situation;
	char open[256];	   /**< what the verdict depends on and no report of that kernel says; "" */
	char corrupt[96];  /**< the figure that no machine can have; "": there is none */
	char missing[256]; /**< what the report lacks to be explained; "": nothing */
	char not_replayed[192]; /**< why it cannot be rebuilt on a machine of 5.8.18; "": it can */
	bool has_type
		[NR_FAILURE_TYPES]; /**< zone types of that kernel (inferred from names and reserves) */
	unsigned int
		types[MOST_TYPE_SETS]; /**< sets of types that fit, as bits; the likeliest first */
	int nr_types;
	bool types_fit;	       /**< false: no set of types fits all that was read */
	bool preferred_counts; /**< a reserve is held against the first zone tried: before 5.8 */
	bool other_reserve;    /**< 5.8.18 would hold another one against the request */
	enum failure_zone_type highest; /**< that the mask allows */
	int node[FAILURE_ZONES]; /**< nodes of the report, ascending; their places are the machine's nodes */
	int nr_nodes;
	int first_node; /**< from which the zones are tried */
	int nr_zones;
	struct zone_account
		zone[FAILURE_ZONES]; /**< in the order of trying, then those not tried */
	bool passes;		     /**< by the figures */
};

/** The same request under another condition. */
struct what_if {
	const struct reading *reading; /**< by which rules */
	uint32_t mask;
	unsigned int order;
	bool no_marks; /**< marks do not bind the task */
	bool no_boost, no_reserve;
	long more_free;
};

void failure_account_take(const struct failure *failure, const char *rules,
			  struct failure_account *account);
struct what_if failure_asked(const struct failure_account *account);
bool failure_what_if(const struct failure_account *account, const struct what_if *what_if);
void zone_weigh(const struct zone_account *zone, const struct what_if *what_if,
		struct explained_attempt *attempt);
int failure_node_place(const struct failure_account *account, int nid);
unsigned long long page_size_kb(const struct failure *failure);

#endif
