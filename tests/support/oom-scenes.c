/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * What the tests of the OOM killer begin from; see oom-scenes.h.
 */
#include "oom-scenes.h"

#include "life/life.h"

/** A process that uses so many anonymous pages. */
struct task *oom_process(const char *comm, unsigned long anon)
{
	struct task *task = process_new(comm, 1000);

	ck_assert_ptr_nonnull(task);
	task->mm->rss_anon = anon;
	task->mm->total_vm = anon;
	return task;
}

/** A machine with nothing free. */
void machine_without_memory(void)
{
	test_machine_uma(32);
	test_empty_machine();
}

/** A request to the OOM killer as an order-0 GFP_KERNEL allocation makes it. */
struct oom_control oom_request(void)
{
	return (struct oom_control){
		.zonelist = &NODE_DATA(0)->node_zonelists[ZONELIST_FALLBACK],
		.gfp_mask = GFP_KERNEL,
	};
}

/** Ask the OOM killer and say who was marked: a pid, or 0. */
int oom_ask(struct oom_control oc, bool expected)
{
	test_forget_events();
	ck_assert(out_of_memory(&oc) == expected);
	return test_count(TRACE_mark_victim) ? (int)test_last_event(TRACE_mark_victim)->field[0]
					     : 0;
}
