/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Scopes: a task forbids itself I/O, file systems or CMA for everything it calls. A machine that goes to sleep
 * forbids I/O and file systems to everybody.
 *
 * Code that holds a lock which writing a page out would need cannot know which masks the functions
 * below it pass. It marks the task instead, and the forbidden bits are taken out of the mask of every
 * request that the first attempt could not serve. Each save returns what was set before, so scopes nest
 * when they are restored in reverse.
 */
#ifndef SCOPES_H
#define SCOPES_H

#include "gfp.h"
#include "machine.h"

/**
 * @brief A mask as the task's scopes allow it.
 *
 * 5.8.18 applies it to a request only after the fast path has failed: the first attempt runs with the
 * caller's own mask. Reclaim applies it once more to the mask that it is given.
 *
 * @param flags the caller's mask
 * @return the mask without the bits that the scopes forbid
 * @source include/linux/sched/mm.h:182
 */
static inline gfp_t current_gfp_context(gfp_t flags)
{
	if (current->flags & PF_MEMALLOC_NOIO)
		flags &= ~(__GFP_IO | __GFP_FS);
	else if (current->flags & PF_MEMALLOC_NOFS)
		flags &= ~__GFP_FS;
	if (current->flags & PF_MEMALLOC_NOCMA)
		flags &= ~__GFP_MOVABLE;
	return flags;
}

/**
 * @brief Is the storage asleep, so that nobody may start I/O?
 *
 * @return true between pm_restrict_gfp_mask() and pm_restore_gfp_mask(), and early in boot
 * @source include/linux/gfp.h:618
 */
/* departs: the kernel whose recordings are replayed was built without CONFIG_PM_SLEEP, where the answer is always no. On
 * its machines nothing is restricted once boot is over, so it is no here too; early in boot nobody asks. */
static inline bool pm_suspended_storage(void)
{
	return ~world->gfp_allowed_mask & (__GFP_IO | __GFP_FS);
}

/** Set one flag of the running task and return whether it was set before, as that flag or 0. */
static inline unsigned int task_scope_save(unsigned int flag)
{
	unsigned int old = current->flags & flag;

	current->flags |= flag;
	return old;
}

/** Put one flag of the running task back to what task_scope_save() returned. */
static inline void task_scope_restore(unsigned int flag, unsigned int old)
{
	current->flags = (current->flags & ~flag) | old;
}

/** @brief Enter a scope without I/O. @return for the restore @source include/linux/sched/mm.h:225 */
static inline unsigned int memalloc_noio_save(void)
{
	return task_scope_save(PF_MEMALLOC_NOIO);
}

/** @brief Leave it. @param old what the save returned @source include/linux/sched/mm.h:240 */
static inline void memalloc_noio_restore(unsigned int old)
{
	task_scope_restore(PF_MEMALLOC_NOIO, old);
}

/** @brief Enter a scope without file systems. @return for the restore @source include/linux/sched/mm.h:256 */
static inline unsigned int memalloc_nofs_save(void)
{
	return task_scope_save(PF_MEMALLOC_NOFS);
}

/** @brief Leave it. @param old what the save returned @source include/linux/sched/mm.h:271 */
static inline void memalloc_nofs_restore(unsigned int old)
{
	task_scope_restore(PF_MEMALLOC_NOFS, old);
}

/** @brief Become the one who reclaims: all reserves, no reclaim. @return for the restore
 *  @source include/linux/sched/mm.h:276 */
static inline unsigned int memalloc_noreclaim_save(void)
{
	return task_scope_save(PF_MEMALLOC);
}

/** @brief Leave it. @param old what the save returned @source include/linux/sched/mm.h:283 */
static inline void memalloc_noreclaim_restore(unsigned int old)
{
	task_scope_restore(PF_MEMALLOC, old);
}

/** @brief Enter a scope without CMA pages. @return for the restore @source include/linux/sched/mm.h:289 */
static inline unsigned int memalloc_nocma_save(void)
{
	return task_scope_save(PF_MEMALLOC_NOCMA);
}

/** @brief Leave it. @param old what the save returned @source include/linux/sched/mm.h:297 */
static inline void memalloc_nocma_restore(unsigned int old)
{
	task_scope_restore(PF_MEMALLOC_NOCMA, old);
}

#endif
