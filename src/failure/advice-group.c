/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What to do about a memory cgroup at its limit: what it holds decides, not what the machine has.
 */
#include <inttypes.h>
#include <string.h>

#include "failure/advice.h"

/** A process or a kind of memory that has less of the group's usage than this is not worth advice. */
#define LEAST_PERCENT 25

/** Usage of the group; 0 where the report does not say it. */
static uint64_t usage_kb(const struct log_answer *answer)
{
	const struct group_counter *memory = &answer->failure->oom.counter[GROUP_MEMORY];

	return memory->read ? memory->usage_kb : 0;
}

/** The largest part of the kernel's memory; NULL where the report does not divide it. */
static const struct group_part *largest_kernel_part(const struct group_account *group)
{
	const struct group_part *largest = NULL;

	for (int i = 0; i < group->nr_parts; i++)
		if (group->part[i].within && (!largest || group->part[i].kb > largest->kb))
			largest = &group->part[i];
	return largest;
}

/** All of it is the kernel's, on behalf of the group. */
static void advise_kernel_memory(struct log_answer *answer)
{
	const struct group_account *group = &answer->victim.group;
	const struct group_part *part = largest_kernel_part(group);
	char most[128] = "";

	if (group->use != KILL_NOTHING)
		return;
	if (part && !strcmp(part->key, "kernel_other"))
		snprintf(most, sizeof(most), ", %" PRIu64 " kB of it in no statistic", part->kb);
	else if (part)
		snprintf(most, sizeof(most), ", %" PRIu64 " kB of it %s", part->kb, part->name);
	SAY(advice_add(answer, "kmem", false, "time to look; other groups get less meanwhile"),
	    "nearly all of the group's memory is the kernel's, %" PRIu64
	    " kB%s: find what keeps it, "
	    "such as open files, sockets, mounts, BPF maps or child groups that are gone; "
	    "killing its processes frees next to nothing",
	    group->kernel_kb, most);
}

/** Files in memory: tmpfs and shared memory are charged, and stay when processes die. */
static void advise_files_in_memory(struct log_answer *answer)
{
	const struct group_account *group = &answer->victim.group;

	for (int i = 0; i < group->nr_parts; i++)
		if (!strcmp(group->part[i].key, "shmem") && usage_kb(answer) &&
		    group->part[i].kb >= usage_kb(answer) / 100 * LEAST_PERCENT)
			SAY(advice_add(answer, "shmem", false, "what is in those files"),
			    "%" PRIu64 " kB of it are files in tmpfs or shared memory, which no "
			    "kill frees: empty them (an emptyDir in memory, /dev/shm), or mount "
			    "them with size=",
			    group->part[i].kb);
}

/** The process that holds most of the group. */
static void advise_process(struct log_answer *answer)
{
	const struct failure_task *largest = advice_largest_task(answer->failure);
	uint64_t kb = largest ? largest->rss * answer->victim.page_kb : 0, usage = usage_kb(answer);
	uint64_t percent = usage ? kb * 100 / usage : 0;

	if (percent < LEAST_PERCENT || answer->victim.group.use == KILL_NOTHING)
		return;
	SAY(advice_add(answer, "process", false, "it fails at its own limit instead"),
	    "%ld (%s) has %" PRIu64 " kB resident, the most in its group: find out why, and give "
	    "it a limit of its own below the group's (heap size, cache size, workers)",
	    largest->pid, largest->name, kb);
}

/** The limit. */
static void advise_limit(struct log_answer *answer)
{
	const struct failure_oom *oom = &answer->failure->oom;
	const struct group_counter *memory = &oom->counter[GROUP_MEMORY];
	bool parent = oom->group[0] && oom->task_group[0] && strcmp(oom->group, oom->task_group);
	char now[64] = "";

	if (memory->read && !memory->unlimited)
		snprintf(now, sizeof(now), " above the %" PRIu64 " kB of now", memory->limit_kb);
	SAY(advice_add(answer, "memcg", false, "other groups get less"),
	    "raise the limit%s%s (memory.max, memory.limit_in_bytes in version 1, the memory limit "
	    "of a container), or use less in it; memory that is free in the machine does not help",
	    parent ? " of that group, a parent of the process's own," : "", now);
}

/**
 * @brief Advise on a memory cgroup at its limit.
 *
 * @param answer receives the advice
 */
void advise_group(struct log_answer *answer)
{
	advise_kernel_memory(answer);
	advise_files_in_memory(answer);
	advise_process(answer);
	advise_limit(answer);
}
