/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the stages decide, told to whoever wants to explain a request.
 *
 * These are ours: 5.8.18 has no tracepoint in these places. Where one of the kernel's tracepoints
 * already says the same (trace_events.h), there is no decision for it; and what happens in the
 * quickest case is not reported at all: a walk without a refusal took the first zone, and a single
 * page without a refill came from the CPU's own list.
 *
 * The listener is called where the decision is made, with the machine as the decision found it or,
 * where the text below says "done", left it. It must not change anything.
 */
/* departs: the calls of the witness_ functions in the stages have no counterpart in 5.8.18; without a
 * witness each is one test. */
#ifndef DECISIONS_H
#define DECISIONS_H

#include "types.h"

struct alloc_context;
struct zone;

/** What was decided. In brackets: the stage, then what number[0], number[1], ... mean. */
enum decision_kind {
	/** [06: order] no free list has such blocks */
	DECISION_ORDER_TOO_LARGE,
	/** [06: order] there is a page, but the memory cgroup refuses its charge */
	DECISION_CHARGE_REFUSED,
	/** [08: gfp mask, order, alloc flags] a walk over the zones begins; ac is set */
	DECISION_WALK,
	/** [08] the walk that follows is a second pass, which may mix types */
	DECISION_SECOND_PASS,
	/** [08] passed over: the cpuset does not allow its node */
	DECISION_ZONE_CPUSET,
	/** [08] passed over: its node is over its dirty limit */
	DECISION_ZONE_DIRTY,
	/** [08: mark] it fails its watermark check; what follows says whether it is used all the same */
	DECISION_BELOW_MARK,
	/** [08] ... it is, since this request may ignore watermarks */
	DECISION_MARK_IGNORED,
	/** [08: node_reclaim()'s answer] ... reclaim on the node was tried, done */
	DECISION_NODE_RECLAIM,
	/** [08] passed over: it passed its check, but no list that the request may use has a block */
	DECISION_LISTS_EMPTY,
	/** [08] the pass ends here: rather mix types than leave the node */
	DECISION_STAY_ON_NODE,
	/** [10: pages wanted, migratetype] the CPU's list is empty and is refilled */
	DECISION_REFILL,
	/** [10: pages got] done */
	DECISION_REFILLED,
	/** [10: order] an urgent request takes from its own reserve, done */
	DECISION_FROM_HIGHATOMIC,
	/** [10: pages reserved now] the pageblock is set aside for urgent requests, done */
	DECISION_RESERVED,
	/** [10: pages still reserved, migratetype] a reserved pageblock is given back, done */
	DECISION_UNRESERVED,
	/** [11: order wanted, order found, migratetype of the list] a block leaves its list, done */
	DECISION_BLOCK,
	/** [11: boost before, boost now] types are mixed: the marks are raised, done */
	DECISION_BOOST,
	/** [11: pages moved, pages in use that suit, 1 when the type changed, old type, new type] done */
	DECISION_CLAIM,
	/** [11: pageblocks, old type, new type] a block of whole pageblocks changed their type, done */
	DECISION_CONVERT,
	/** [13: alloc flags] the slow path begins, or begins again */
	DECISION_SLOW_START,
	/** [13: number of the round] a round begins */
	DECISION_ROUND,
	/** [13: alloc flags] this caller may use reserves */
	DECISION_RESERVES,
	/** [13: enum give_up] the request gives up */
	DECISION_GIVE_UP,
	/** [13] it must not fail and turns back */
	DECISION_MUST_NOT_FAIL,
	/** [15: pages freed] a run of direct reclaim ended, done */
	DECISION_RECLAIM,
	/** [16: enum compact_priority, enum compact_result, 1 when a block was caught] done */
	DECISION_COMPACT,
	/** [18: enum no_kill] nobody is killed for this request */
	DECISION_NO_KILL,
	/** [18: 1 when memory will come] the OOM killer was asked, done */
	DECISION_OOM,
	NR_DECISIONS,
};

/** Why a request gives up. */
enum give_up {
	GIVE_UP_NO_ZONE,       /**< no zone may serve it */
	GIVE_UP_CANNOT_SLEEP,  /**< no __GFP_DIRECT_RECLAIM: the rest needs sleeping */
	GIVE_UP_RECLAIMING,    /**< PF_MEMALLOC: it is reclaim itself that asks */
	GIVE_UP_NORETRY,       /**< __GFP_NORETRY, after one round */
	GIVE_UP_COSTLY,	       /**< a costly order without __GFP_RETRY_MAYFAIL, after one round */
	GIVE_UP_NOT_COMPACTED, /**< costly, __GFP_NORETRY, and compaction did not even try */
	GIVE_UP_VICTIM,	       /**< an OOM victim that found the reserves empty */
	GIVE_UP_NOTHING_LEFT,  /**< the OOM killer brought nothing either */
	GIVE_UP_LIVELOCK,      /**< the machine's watchdog stopped it */
};

/** Why nobody is killed for a request. */
enum no_kill {
	NO_KILL_DUMPCORE,  /**< PF_DUMPCORE: the dump must be complete */
	NO_KILL_COSTLY,	   /**< killing makes no large blocks */
	NO_KILL_MAY_FAIL,  /**< __GFP_RETRY_MAYFAIL */
	NO_KILL_ONE_NODE,  /**< __GFP_THISNODE */
	NO_KILL_LOW_ZONE,  /**< confined to zones below ZONE_NORMAL */
	NO_KILL_NOT_ALONE, /**< somebody else is at it */
	NO_KILL_SUSPENDED, /**< the storage is asleep, and a victim may need it to die */
};

#define MAX_DECISION_NUMBERS 5

/** One decision. */
struct decision {
	enum decision_kind kind;
	const struct zone *zone;	/**< the zone it is about; NULL: none in particular */
	const struct alloc_context *ac; /**< the request's context, where the kind says so */
	s64 number[MAX_DECISION_NUMBERS];
};

/** Is told of every decision. */
typedef void (*decision_witness)(const struct decision *decision, void *context);

#endif
