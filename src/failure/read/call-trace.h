/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who asked: what the call trace of a report says.
 */
#ifndef FAILURE_CALL_TRACE_H
#define FAILURE_CALL_TRACE_H

#include <stdbool.h>

/** Where the request came from, as far as the trace shows. */
enum trace_context {
	CONTEXT_UNKNOWN, /**< no trace was read, or nothing in it tells */
	CONTEXT_TASK,
	CONTEXT_SOFTIRQ, /**< a soft interrupt was served */
	CONTEXT_HARDIRQ,
	CONTEXT_NMI,
};

/** Whose the stack is on which the request was made. */
enum trace_stack {
	STACK_UNKNOWN, /**< the trace ends before it tells, or the request came from an interrupt */
	STACK_PROCESS,
	STACK_KTHREAD,
	STACK_BOOT, /**< the first kernel thread, before there are processes */
	STACK_IDLE,
};

/** What the call trace says. */
struct failure_trace {
	bool seen;	  /**< a frame was read */
	char caller[80];  /**< first function outside the allocator; "": the trace shows none */
	char module[64];  /**< the caller's; "": it is built in */
	char through[80]; /**< by which function the caller entered the allocator; "": unknown */
	bool guessed;	  /**< the caller is of frames only that the kernel marks as uncertain */
	char syscall[32]; /**< that the process was in; "": none, or unknown */
	char queue[48];	  /**< the workqueue whose item asked; "": none, or unknown */
	char work[80];	  /**< that item's function */
	bool page_fault;  /**< a page fault asked */
	bool in_reclaim;  /**< the task was itself freeing pages: marks do not bind it */
	bool root;	  /**< the frames were read to where a task or an interrupt begins */
	enum trace_context context;
	enum trace_stack stack;
	/* while reading */
	bool sure;	   /**< a frame was read that the kernel does not mark as uncertain */
	bool listed;	   /**< the line was read that a list of frames begins with */
	bool in_interrupt; /**< within the marks of an interrupt's stack */
	bool ended;	   /**< further frames are of somebody else */
	int pause;	   /**< lines since the last frame */
};

#endif
