/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief A memory cgroup at its limit: what it holds, and what of it a kill can free.
 */
#include "failure/judge/group.h"

#include <string.h>

#include "failure/judge/container.h"

/** Add a kind of memory. */
static struct group_part *add(struct group_account *group, const char *key, const char *name,
			      uint64_t kb)
{
	struct group_part *part = &group->part[group->nr_parts++];

	*part = (struct group_part){ .key = key, .name = name, .kb = kb };
	return part;
}

/** Kinds of memory of the kernel; slab is a sum of two where it is not printed. */
static const struct {
	enum group_stat stat;
	const char *key, *name;
} kinds[] = {
	{ STAT_SLAB, "slab", "slab" },
	{ STAT_PAGETABLES, "pagetables", "page tables" },
	{ STAT_SEC_PAGETABLES, "sec_pagetables", "page tables of virtual machines" },
	{ STAT_KERNEL_STACK, "kernel_stack", "kernel stacks" },
	{ STAT_PERCPU, "percpu", "per-CPU memory" },
	{ STAT_VMALLOC, "vmalloc", "vmalloc" },
};
#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/** What a kind has; false where the report does not say. */
static bool kind_kb(const struct failure_oom *oom, enum group_stat stat, uint64_t *kb)
{
	*kb = oom->stat_kb[stat];
	if (stat != STAT_SLAB || stat_seen(oom, stat))
		return stat_seen(oom, stat);
	*kb = oom->stat_kb[STAT_SLAB_RECLAIMABLE] + oom->stat_kb[STAT_SLAB_UNRECLAIMABLE];
	return stat_seen(oom, STAT_SLAB_UNRECLAIMABLE);
}

/** Memory of the kernel: its counter, its statistic, or the sum of its kinds. */
static void take_kernel(const struct failure_oom *oom, struct group_account *group)
{
	bool counted = oom->counter[GROUP_KMEM].read || stat_seen(oom, STAT_KERNEL), any = false;
	struct group_part *part;
	uint64_t sum = 0, kb;

	for (size_t i = 0; i < NR_KINDS; i++)
		if (kind_kb(oom, kinds[i].stat, &kb)) {
			any = true;
			sum += kb;
		}
	group->has_kernel = any || counted;
	if (!group->has_kernel)
		return;
	group->kernel_kb = oom->counter[GROUP_KMEM].read ? oom->counter[GROUP_KMEM].usage_kb
			   : stat_seen(oom, STAT_KERNEL) ? oom->stat_kb[STAT_KERNEL]
							 : sum;
	add(group, "kernel", "memory of the kernel", group->kernel_kb)->inferred = !counted;
	for (size_t i = 0; i < NR_KINDS; i++)
		if (kind_kb(oom, kinds[i].stat, &kb) && kb)
			add(group, kinds[i].key, kinds[i].name, kb)->within = true;
	if (any && counted && group->kernel_kb > sum + group->kernel_kb / 50) {
		part = add(group, "kernel_other", "in no statistic", group->kernel_kb - sum);
		part->within = part->inferred = true;
	}
}

/** What the group holds, by kind. */
static void take_parts(const struct failure_oom *oom, struct group_account *group)
{
	uint64_t shmem = oom->stat_kb[STAT_SHMEM], file = oom->stat_kb[STAT_FILE];
	const struct group_counter *memory = &oom->counter[GROUP_MEMORY];
	uint64_t sum = 0;

	group->has_anon = stat_seen(oom, STAT_ANON);
	group->anon_kb = oom->stat_kb[STAT_ANON];
	if (group->has_anon)
		add(group, "anon", "anonymous memory of processes", group->anon_kb);
	if (stat_seen(oom, STAT_SHMEM))
		add(group, "shmem", "shared memory and tmpfs", shmem);
	if (stat_seen(oom, STAT_FILE))
		add(group, "file", "page cache of files", file > shmem ? file - shmem : 0);
	take_kernel(oom, group);
	if (oom->stat_kb[STAT_SOCK])
		add(group, "sock", "network buffers", oom->stat_kb[STAT_SOCK]);
	for (int i = 0; i < group->nr_parts; i++)
		sum += group->part[i].within ? 0 : group->part[i].kb;
	/* Figures are read one after the other, so a small rest says nothing. */
	if (group->has_anon && memory->read && memory->usage_kb > sum &&
	    memory->usage_kb - sum > memory->usage_kb / 50)
		add(group, "other", "in no statistic", memory->usage_kb - sum)->inferred = true;
}

/** What a kill can free. */
static enum kill_use find_use(const struct failure_oom *oom, const struct group_account *group)
{
	uint64_t usage = oom->counter[GROUP_MEMORY].usage_kb;

	if (!oom->counter[GROUP_MEMORY].read || !usage)
		return KILL_UNKNOWN;
	if (group->has_kernel && group->kernel_kb >= usage - usage / 10)
		return KILL_NOTHING;
	if (!group->has_anon)
		return KILL_UNKNOWN;
	return group->anon_kb < usage / 4 ? KILL_LITTLE : KILL_FREES;
}

/**
 * @brief Take the account of a memory cgroup at its limit.
 *
 * @param failure the report
 * @param page_kb size of a page
 * @param group receives it; `known` is false where no group met its limit
 */
void group_take(const struct failure *failure, uint64_t page_kb, struct group_account *group)
{
	const struct failure_oom *oom = &failure->oom;
	const struct group_counter *memory = &oom->counter[GROUP_MEMORY];

	memset(group, 0, sizeof(*group));
	container_name(oom->group, group->readable, sizeof(group->readable));
	container_name(oom->task_group, group->task_readable, sizeof(group->task_readable));
	group->known = failure->memcg;
	if (!group->known)
		return;
	take_parts(oom, group);
	group->has_processes = oom->has_table && !oom->tasks_cut;
	group->nr_processes = oom->nr_tasks;
	for (size_t i = 0; i < oom->nr_tasks; i++)
		group->processes_kb += oom->task[i].rss * page_kb;
	group->limit_below_processes =
		memory->read && !memory->unlimited && group->processes_kb > memory->limit_kb;
	group->use = find_use(oom, group);
}
