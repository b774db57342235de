/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The running task, as far as page allocation looks at it.
 */
#ifndef TASK_H
#define TASK_H

#include "gfp.h"
#include "list.h"
#include "mempolicy.h"
#include "nodemask.h"

#define PF_EXITING	  0x00000004u
#define PF_WQ_WORKER	  0x00000020u
#define PF_DUMPCORE	  0x00000200u
#define PF_MEMALLOC	  0x00000800u /**< may use all reserves, must not reclaim */
#define PF_KSWAPD	  0x00020000u
#define PF_MEMALLOC_NOFS  0x00040000u /**< scope: every mask loses __GFP_FS */
#define PF_MEMALLOC_NOIO  0x00080000u /**< scope: every mask loses __GFP_IO and __GFP_FS */
#define PF_LOCAL_THROTTLE 0x00100000u
#define PF_KTHREAD	  0x00200000u
#define PF_SWAPWRITE	  0x00800000u
#define PF_MEMALLOC_NOCMA 0x10000000u /**< scope: slow path does not count CMA pages */

/** Tasks of a smaller priority number are real-time tasks. */
#define MAX_RT_PRIO  100
#define DEFAULT_PRIO 120

#define TASK_COMM_LEN 16

#define OOM_SCORE_ADJ_MIN (-1000)

struct cpuset;
struct mem_cgroup;
struct mempolicy;
struct capture_control;
struct address_space;

/**
 * @brief The memory of a process: what the OOM killer weighs and frees.
 *
 * Shared by the threads of a process, and possibly by processes.
 */
struct mm {
	unsigned long total_vm;	     /**< pages of address space */
	unsigned long rss_file;	     /**< pages */
	unsigned long rss_anon;	     /**< pages */
	unsigned long rss_shmem;     /**< pages */
	unsigned long swap_entries;  /**< pages in swap */
	unsigned long pgtable_bytes; /**< bytes of page tables */
	unsigned long stays_file;    /**< of rss_file: in mappings that the reaper leaves alone */
	unsigned long stays_anon;    /**< of rss_anon: likewise */
	unsigned long stays_shmem;   /**< of rss_shmem: likewise */
	bool oom_skip;		     /**< MMF_OOM_SKIP: nothing left to gain here */
	bool mmap_locked;     /**< somebody holds its lock for writing: the reaper must wait */
	bool notifier_blocks; /**< a device that uses it would have to wait: it cannot be reaped */
	bool reaper_queued;   /**< handed to the OOM reaper */
	struct address_space *anon; /**< its anonymous pages, where the model keeps any */
	struct vm_area *mmap;	    /**< mappings that have a policy; not owned, not saved */
	int users;		    /**< tasks that use it */
};

/** A task. One thread each: a process of several threads is several tasks that share `mm`. */
struct task {
	char comm[TASK_COMM_LEN];
	int pid;
	int tgid;
	unsigned int uid;
	unsigned int flags;	     /**< PF_* */
	int prio;		     /**< below MAX_RT_PRIO: real-time */
	struct mm *mm;		     /**< NULL: a kernel thread */
	struct mempolicy *mempolicy; /**< NULL: the system default */
	int il_prev;		     /**< node that interleaving used last */
	nodemask_t mems_allowed;
	unsigned int mems_allowed_seq; /**< even; odd while a change is going on */
	struct cpuset *cpuset;
	struct mem_cgroup *memcg;	 /**< group of the mm's owner */
	unsigned long memcg_joined;	 /**< the larger, the later it came into that group */
	struct mem_cgroup *active_memcg; /**< remote charge target, else NULL */
	bool in_memcg_oom;
	struct capture_control *capture_control; /**< direct compaction: catch a page */
	unsigned long reclaimed_slab;		 /**< pages shrinkers freed, counted by reclaim */
	struct mm *oom_mm;			 /**< not NULL: the OOM killer chose this process */
	bool tif_memdie;
	struct task *oom_reaper_list; /**< next victim on the reaper's list */
	bool fatal_signal_pending;    /**< SIGKILL */
	bool group_exit; /**< all threads exit (SIGNAL_GROUP_EXIT); not yet while a core dump is written */
	bool oom_origin;	 /**< asks to be chosen first (swapoff) */
	bool vfork_done_pending; /**< its parent waits in vfork() and shares its memory */
	short oom_score_adj;
	bool need_resched; /**< somebody else wants the CPU */
	unsigned int
		turns_put_off; /**< turns of its own that go on when others end theirs: it is in use */
	struct list_head tasks; /**< all processes of the machine */
};

/** The task that a link of the task list belongs to. */
static inline struct task *task_of(const struct list_head *entry)
{
	return list_entry(entry, struct task, tasks);
}

/**
 * @brief Is this a real-time task?
 *
 * @param task the task
 * @return true when its effective priority is below MAX_RT_PRIO (deadline tasks included)
 * @source include/linux/sched/rt.h:16
 */
static inline bool rt_task(const struct task *task)
{
	return task->prio < MAX_RT_PRIO;
}

/** Is this task's process a victim of the OOM killer? */
static inline bool tsk_is_oom_victim(const struct task *task)
{
	return task->oom_mm != NULL;
}

#endif
