/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the functions of a call trace are: the allocator's own, an interrupt's, the beginning of a task.
 */
#ifndef FAILURE_FRAMES_H
#define FAILURE_FRAMES_H

/** What a function in a call trace tells. */
enum frame_kind {
	FRAME_OTHER,	 /**< nothing: it may be who asked */
	FRAME_ALLOCATOR, /**< the report's printing, the allocator, or what hands its memory on */
	FRAME_FAULT_OOM, /**< a page fault that failed earlier: nobody asks now */
	FRAME_RECLAIM,	 /**< the task frees pages */
	FRAME_SOFTIRQ,
	FRAME_HARDIRQ,
	FRAME_NMI,
	FRAME_GUP,     /**< the kernel itself walks into a process's memory, without a fault */
	FRAME_FAULT,   /**< a page fault of a process */
	FRAME_SYSCALL, /**< a system call, by name */
	FRAME_PROCESS, /**< where a process enters the kernel */
	FRAME_KTHREAD, /**< where a kernel thread begins */
	FRAME_BOOT,
	FRAME_IDLE,
};

enum frame_kind frame_kind(const char *name);

#endif
