/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The migratetypes: what tells the free lists of one order apart.
 */
#ifndef MIGRATETYPE_H
#define MIGRATETYPE_H

/** How movable the content of a block is: it keeps apart what must not be mixed. */
enum migratetype {
	MIGRATE_UNMOVABLE,
	MIGRATE_MOVABLE,
	MIGRATE_RECLAIMABLE,
	MIGRATE_PCPTYPES,		       /**< number of types with per-CPU lists */
	MIGRATE_HIGHATOMIC = MIGRATE_PCPTYPES, /**< reserve for high-order atomic requests */
	MIGRATE_CMA,			       /**< only movable pages may borrow these */
	MIGRATE_ISOLATE,		       /**< nothing is allocated from here */
	MIGRATE_TYPES,
};

#endif
