/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 13, part: the failure report.
 *
 * When a request fails, the kernel logs who asked for what, how the code got there, and the state of
 * memory at that moment (the part `-memory`). So that a storm of failures does not bury everything
 * else in the log, at most one report is written in ten seconds, whoever fails.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gfp.h"
#include "stages/stages.h"
#include "text/append.h"
#include "world/world.h"

/** At most one report in this many ticks. */
#define WARN_ALLOC_INTERVAL (10ul * HZ)

/** Bytes of what failed, in words. */
#define WHAT_SIZE 128

/**
 * @brief A set of nodes as the kernel prints it: "0", "0-2", "0,2", or "(null)".
 *
 * @param nodemask the set, or NULL
 * @param text receives the text
 * @param size bytes of `text`
 * @return characters written
 * @source none (ours: stands for the kernel's formats %*pb and %*pbl)
 */
int nodemask_format(const nodemask_t *nodemask, char *text, size_t size)
{
	int nid;

	if (!nodemask)
		return snprintf(text, size, "(null)");
	text[0] = '\0';
	for_each_node_mask(nid, *nodemask) {
		int last = nid;

		while (last + 1 < MAX_NUMNODES && node_isset(last + 1, *nodemask))
			last++;
		text_append(text, size, "%s%d", text[0] ? "," : "", nid);
		if (last > nid)
			text_append(text, size, "-%d", last);
		nid = last;
	}
	return (int)strlen(text);
}

/**
 * @brief A gfp mask as reports print it: "0xcc0(GFP_KERNEL)". A mask of 0 has no name there: "0x0()".
 *
 * @param mask the mask
 * @param text receives the text; cut when there is no room
 * @param size bytes of `text`, at least 1
 * @source none (ours: stands for the kernel's format %#x(%pGg); in events the names of 0 are "none")
 */
void gfp_mask_format(gfp_t mask, char *text, size_t size)
{
	char names[GFP_TEXT_SIZE] = "";

	if (mask)
		gfp_format(mask, names, sizeof(names));
	snprintf(text, size, "0x%x(%s)", mask, names);
}

/**
 * @brief Which task, on which kernel and which hardware, and how the code got here.
 *
 * @param chain names of functions, innermost first, ended by NULL
 * @source none (ours: what lib/dump_stack.c does under the same name)
 */
/* departs: the chain is the path's own, as the caller states it, without addresses: code compiled for the host has
 * other frames than the kernel. The line says so. */
void dump_stack(const char *const *chain)
{
	char tainted[TAINT_TEXT_SIZE];

	taint_format(tainted, sizeof(tainted));
	printk("CPU: %d PID: %d Comm: %.20s %s %s %s\n", smp_processor_id(), current->pid,
	       current->comm, tainted, world->uts_release, world->uts_version);
	if (world->hardware[0])
		printk("Hardware name: %s\n", world->hardware);
	printk("Call trace: (Pageflow's own chain)\n");
	for (; *chain; chain++)
		printk(" %s\n", *chain);
}

/**
 * @brief Which nodes does a failure's report show?
 *
 * All of them in an interrupt and for a request that cannot sleep; and for victims, reclaimers and tasks that exit, unless
 * the mask denies reserves. Of the others those of the nodemask, or of the cpuset.
 *
 * @param gfp_mask the mask in force when it failed
 * @return SHOW_MEM_FILTER_NODES, or 0 for all
 * @source none (ours: what mm/page_alloc.c does under the name warn_alloc_show_mem)
 */
static unsigned int report_filter(gfp_t gfp_mask)
{
	if (!(gfp_mask & __GFP_NOMEMALLOC) &&
	    (tsk_is_oom_victim(current) || (current->flags & (PF_MEMALLOC | PF_EXITING))))
		return 0;
	if (in_interrupt() || !(gfp_mask & __GFP_DIRECT_RECLAIM))
		return 0;
	return SHOW_MEM_FILTER_NODES;
}

/**
 * @brief Report a failed request, unless it asked for silence or another was reported just now.
 *
 * @param gfp_mask the mask in force when it failed
 * @param nodemask nodes it was confined to, or NULL
 * @param format what failed, as for printf
 * @source mm/page_alloc.c:3852
 */
void warn_alloc(gfp_t gfp_mask, nodemask_t *nodemask, const char *format, ...)
{
	static const char *const chain[] = { "dump_stack", "warn_alloc", "__alloc_pages_slowpath",
					     "__alloc_pages_nodemask", NULL };
	char text[WHAT_SIZE], mode[GFP_TEXT_SIZE], nodes[NODES_TEXT_SIZE], mems[NODES_TEXT_SIZE];
	va_list arguments;

	/* Step 1: silence does not count against the limit */
	if (gfp_mask & __GFP_NOWARN)
		return;
	if (!printk_ratelimit(&world->warn_alloc_limit, "warn_alloc", WARN_ALLOC_INTERVAL, 1))
		return;

	/* Step 2: who asked for what, and which nodes could be used */
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	gfp_mask_format(gfp_mask, mode, sizeof(mode));
	nodemask_format(nodemask, nodes, sizeof(nodes));
	nodemask_format(&current->mems_allowed, mems, sizeof(mems));
	printk("%s: %s, mode:%s, nodemask=%s,cpuset=%s,mems_allowed=%s\n", current->comm, text,
	       mode, nodes, current->cpuset->name, mems);

	/* Step 3: where, and the state of memory */
	dump_stack(chain);
	show_mem(report_filter(gfp_mask), nodemask);
}
