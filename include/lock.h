/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Locks and interrupt masking, as far as one thread can show them.
 *
 * A machine runs on one thread, so nothing ever waits here. What remains is the discipline: the
 * places where 5.8.18 takes a lock or masks interrupts are kept, and taking a lock that is already
 * held is reported, because on a real machine it would be a deadlock.
 */
#ifndef LOCK_H
#define LOCK_H

#include "types.h"

/** A lock that knows whether it is held. */
struct spinlock {
	bool held;
};

/** Report a lock taken twice or released twice; `what` says which. */
__cold void lock_misuse(const struct spinlock *lock, const char *what);

static inline void spin_lock(struct spinlock *lock)
{
	if (unlikely(lock->held))
		lock_misuse(lock, "taken while held");
	lock->held = true;
}

static inline void spin_unlock(struct spinlock *lock)
{
	if (unlikely(!lock->held))
		lock_misuse(lock, "released while free");
	lock->held = false;
}

#endif
