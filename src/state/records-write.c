/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Writing the records that a saved snapshot has beyond those of a recording. Each is described
 * in records.c.
 */
#include <stdlib.h>
#include <string.h>

#include "life/life.h"
#include "state/state.h"
#include "state/records.h"
#include "memory_map.h"
#include "world/world.h"

/** Numbers, and the end of the line. */
static void write_array(FILE *out, const long *values, int count)
{
	for (int i = 0; i < count; i++)
		fprintf(out, " %ld", values[i]);
	fputc('\n', out);
}

/** Numbers of 8 bits. */
static void write_differences(FILE *out, const s8 *differences, int count)
{
	for (int i = 0; i < count; i++)
		fprintf(out, " %d", differences[i]);
}

/**
 * @brief Write where memory is. Stands before the zones, which need it.
 *
 * @param out where to
 */
void records_write_early(FILE *out)
{
	for (int i = 0; i < world->nr_ranges; i++)
		fprintf(out, "memory %lu %lu node %d nomap %d\n", world->range[i].start_pfn,
			world->range[i].end_pfn, world->range[i].nid, world->range[i].nomap);
}

static void write_machine(FILE *out)
{
	fprintf(out, "machine");
	record_write_fields(out, machine_fields, world);
	fputc('\n', out);
	for (int cpu = 0; cpu < world->nr_cpus; cpu++)
		fprintf(out, "cpu %d node %d online %d\n", cpu, world->cpu_node[cpu],
			cpu_online(cpu));
	for (int from = 0; from < MAX_NUMNODES; from++)
		for (int to = 0; to < MAX_NUMNODES; to++)
			fprintf(out, "distance %d %d %d\n", from, to,
				world->node_distance[from][to]);
	fprintf(out, "totals zone");
	write_array(out, world->vm_zone_stat, NR_VM_ZONE_STAT_ITEMS);
	fprintf(out, "totals node");
	write_array(out, world->vm_node_stat, NR_VM_NODE_STAT_ITEMS);
	fprintf(out, "totals event");
	write_array(out, (const long *)world->vm_event, NR_VM_EVENTS);
}

static void write_zone_records(FILE *out, const struct zone *zone)
{
	int nid = zone_to_nid(zone);

	fprintf(out, "zone_state %d %s", nid, zone->name);
	record_write_fields(out, zone_fields, zone);
	fprintf(out, "\nzone_stat %d %s", nid, zone->name);
	write_array(out, zone->vm_stat, NR_VM_ZONE_STAT_ITEMS);
#ifdef CONFIG_NUMA
	fprintf(out, "zone_numa_stat %d %s", nid, zone->name);
	write_array(out, (const long *)zone->vm_numa_stat, NR_VM_NUMA_STAT_ITEMS);
#endif
	for (int cpu = 0; cpu < world->nr_cpus; cpu++) {
		const struct per_cpu_pageset *pageset = &zone->pageset[cpu];
		int expire = 0;

#ifdef CONFIG_NUMA
		expire = pageset->expire;
#endif
		fprintf(out, "pageset %d %s %d expire %d stat", nid, zone->name, cpu, expire);
		write_differences(out, pageset->vm_stat_diff, NR_VM_ZONE_STAT_ITEMS);
#ifdef CONFIG_NUMA
		fprintf(out, " numa");
		for (int item = 0; item < NR_VM_NUMA_STAT_ITEMS; item++)
			fprintf(out, " %u", pageset->vm_numa_stat_diff[item]);
#endif
		fputc('\n', out);
	}
}

static void write_nodes(FILE *out)
{
	struct zone *zone;
	int nid;

	for_each_online_node(nid) {
		fprintf(out, "node_state %d", nid);
		record_write_fields(out, node_fields, NODE_DATA(nid));
		fprintf(out, "\nnode_stat %d", nid);
		write_array(out, NODE_DATA(nid)->vm_stat, NR_VM_NODE_STAT_ITEMS);
		for (int cpu = 0; cpu < world->nr_cpus; cpu++) {
			const struct per_cpu_nodestat *nodestat =
				&NODE_DATA(nid)->per_cpu_nodestats[cpu];

			fprintf(out, "node_diff %d %d threshold %d stat", nid, cpu,
				nodestat->stat_threshold);
			write_differences(out, nodestat->vm_node_stat_diff, NR_VM_NODE_STAT_ITEMS);
			fputc('\n', out);
		}
	}
	for_each_populated_zone(nid, zone)
		write_zone_records(out, zone);
}

/** Pageblocks that carry compaction's hint. */
static void write_skip(FILE *out)
{
	for (unsigned long pfn = world->mem_map_start; pfn < world->mem_map_end;
	     pfn += pageblock_nr_pages)
		if (*pageblock_byte(pfn) & PB_MIGRATE_SKIP)
			fprintf(out, "skip %lu+%lu\n", pfn, pageblock_nr_pages);
}

/* ---- pages ---- */

/** One bit a page of the memory map. */
struct page_set {
	unsigned char *bits;
};

static bool in_set(const struct page_set *set, unsigned long pfn)
{
	unsigned long index = pfn - world->mem_map_start;

	return set->bits[index / 8] >> (index % 8) & 1;
}

/** The pages on the lists of CPUs: nothing in the page itself says that it is there. */
static int collect_pcp(struct page_set *set)
{
	struct zone *zone;
	int nid;

	set->bits = calloc((world->mem_map_end - world->mem_map_start) / 8 + 1, 1);
	if (!set->bits)
		return -1;
	for_each_populated_zone(nid, zone)
		for (int cpu = 0; cpu < world->nr_cpus; cpu++)
			for (int type = 0; type < MIGRATE_PCPTYPES; type++) {
				const struct list_head *entry;

				list_for_each(entry, &zone->pageset[cpu].pcp.lists[type]) {
					unsigned long index =
						page_to_pfn(list_entry(entry, struct page, lru)) -
						world->mem_map_start;

					set->bits[index / 8] |= (unsigned char)(1u << (index % 8));
				}
			}
	return 0;
}

/** What is to be kept of a page. */
static struct page_state page_get_state(const struct page *page)
{
	struct page_state state = {
		.flags = page->flags & PAGE_FLAGS_CHECK_AT_PREP & ~PAGE_FLAG(head),
		.refcount = page->_refcount,
		.mapcount = page->_mapcount,
		/* What a later page of a block was before has no meaning any more. */
		.index = page->_refcount ? page->index : 0,
		.private = page->private,
		.mapping = (unsigned long)page->mapping,
		.memcg = page->mem_cgroup,
	};

	/* An owner that the machine does not know does not outlive the process. */
	if (state.mapping >= MOST_MAPPING_MARK) {
		state.owner = record_mapping_number((void *)(state.mapping & ~PAGE_MAPPING_FLAGS));
		state.mapping &= state.owner ? PAGE_MAPPING_FLAGS : 0;
	}
	return state;
}

static bool same_state(const struct page_state *a, const struct page_state *b)
{
	return a->flags == b->flags && a->refcount == b->refcount && a->mapcount == b->mapcount &&
	       a->index == b->index && a->private == b->private && a->mapping == b->mapping &&
	       a->owner == b->owner && a->memcg == b->memcg;
}

/** A run of pages of one state; a plain page in use needs no record. */
static void write_run(FILE *out, unsigned long start, unsigned long end,
		      const struct page_state *state)
{
	static const struct page_state plain = { .refcount = 1, .mapcount = -1 };

	if (start == end || same_state(state, &plain))
		return;
	fprintf(out, "pages %lu+%lu", start, end - start);
	record_write_fields(out, page_fields, state);
	if (state->owner)
		fprintf(out, " owner %ld", state->owner);
	fprintf(out, " memcg %s\n", state->memcg ? state->memcg->path : "-");
}

/** Pages that a run steps over: a free block, a CPU's page, the later pages of a compound block. */
static unsigned long pages_to_pass(const struct page_set *pcp, unsigned long pfn)
{
	const struct page *page = pfn_to_page(pfn);

	if (PageBuddy(page))
		return 1ul << page_order(page);
	return PageTail(page) || in_set(pcp, pfn);
}

/** The pages of one memory range. */
static void write_range(FILE *out, const struct page_set *pcp, const struct memory_range *range)
{
	unsigned long pfn = range->start_pfn, start = pfn, passed;
	struct page_state run = { 0 };

	for (; pfn < range->end_pfn; pfn++) {
		struct page_state state = page_get_state(pfn_to_page(pfn));

		passed = pages_to_pass(pcp, pfn);
		if (!passed && start < pfn && same_state(&state, &run))
			continue;
		write_run(out, start, pfn, &run);
		start = pfn;
		run = state;
		if (passed) {
			pfn += passed - 1;
			start = pfn + 1;
		}
	}
	write_run(out, start, range->end_pfn, &run);
	for (pfn = range->start_pfn; pfn < range->end_pfn; pfn++)
		if (PageFlag(pfn_to_page(pfn), PG_head))
			fprintf(out, "compound %lu %u\n", pfn, compound_order(pfn_to_page(pfn)));
}

static void write_pages(FILE *out)
{
	struct page_set pcp;

	if (collect_pcp(&pcp)) {
		bug("out of memory while a snapshot is written");
		return;
	}
	for (int i = 0; i < world->nr_ranges; i++)
		write_range(out, &pcp, &world->range[i]);
	free(pcp.bits);
}

/** The lists of one group on one node, and what counts them. */
static void write_lruvec(FILE *out, int nid, const char *path, const struct lruvec *lruvec)
{
	for (int lru = 0; lru < NR_LRU_LISTS; lru++) {
		const struct list_head *list = &lruvec->lists[lru], *entry;

		if (list_empty(list))
			continue;
		fprintf(out, "lru %d %d", nid, lru);
		list_for_each(entry, list)
			fprintf(out, " %lu", page_to_pfn(list_entry(entry, struct page, lru)));
		fputc('\n', out);
	}
	/* Those of a node's own lists are among the fields of the node. */
	if (lruvec->memcg) {
		fprintf(out, "lruvec_state %d %s", nid, path);
		record_write_fields(out, lruvec_fields, lruvec);
		fputc('\n', out);
	}
	fprintf(out, "lruvec_stat %d %s", nid, path);
	write_array(out, lruvec->lruvec_stat, NR_VM_NODE_STAT_ITEMS);
	for (int cpu = 0; cpu < world->nr_cpus; cpu++) {
		fprintf(out, "lruvec_diff %d %s %d", nid, path, cpu);
		write_differences(out, lruvec->lruvec_stat_cpu[cpu], NR_VM_NODE_STAT_ITEMS);
		fputc('\n', out);
	}
}

static void write_lru(FILE *out)
{
	int nid;

	for_each_online_node(nid) {
		write_lruvec(out, nid, world->root_mem_cgroup.path, &NODE_DATA(nid)->lruvec);
		for (const struct mem_cgroup *memcg = world->mem_cgroups; memcg;
		     memcg = memcg->next)
			if (memcg->lruvecs)
				write_lruvec(out, nid, memcg->path, &memcg->lruvecs[nid]);
	}
	snapshot_write_pagevecs(out, "");
}

/* ---- groups and tasks ---- */

/** Cpusets from the oldest to the newest: new ones go to the head of their list. */
static void write_cpusets(FILE *out, const struct cpuset *cpuset)
{
	if (!cpuset)
		return;
	write_cpusets(out, cpuset->next);
	fprintf(out, "cpuset %s parent %s", cpuset->name, cpuset->parent->name);
	record_write_fields(out, cpuset_fields, cpuset);
	fputc('\n', out);
}

/** Memory cgroups from the oldest to the newest. */
static void write_memcgs(FILE *out, const struct mem_cgroup *memcg)
{
	if (!memcg)
		return;
	write_memcgs(out, memcg->next);
	fprintf(out, "memcg %s parent %s", memcg->path, memcg->parent->path);
	record_write_fields(out, memcg_fields, memcg);
	fputc('\n', out);
}

static void write_groups(FILE *out)
{
	fprintf(out, "cpuset /");
	record_write_fields(out, cpuset_fields, &world->top_cpuset);
	fputc('\n', out);
	write_cpusets(out, world->cpusets);
	fprintf(out, "memcg /");
	record_write_fields(out, memcg_fields, &world->root_mem_cgroup);
	fputc('\n', out);
	write_memcgs(out, world->mem_cgroups);
	for (int cpu = 0; cpu < world->nr_cpus; cpu++)
		if (world->memcg_stock[cpu].cached)
			fprintf(out, "stock %d %s %u%s\n", cpu,
				world->memcg_stock[cpu].cached->path,
				world->memcg_stock[cpu].nr_pages,
				world->memcg_stock[cpu].flush_queued ? " flush_queued" : "");
}

/** The first task that uses this memory. */
static const struct task *first_user(const struct mm *mm)
{
	const struct list_head *entry;

	list_for_each(entry, &world->tasks)
		if (list_entry(entry, struct task, tasks)->mm == mm)
			return list_entry(entry, struct task, tasks);
	return NULL;
}

static void write_policy(FILE *out, const struct task *task)
{
	const struct mempolicy *policy = task->mempolicy;
	bool preferred = policy && policy->mode == MPOL_PREFERRED;

	if (!policy)
		return;
	fprintf(out, "policy %d mode %u flags %u preferred %d nodes %lx relative %lx\n", task->pid,
		policy->mode, policy->flags, preferred ? policy->v.preferred_node : 0,
		preferred ? 0 : policy->v.nodes.bits, policy->w.user_nodemask.bits);
}

static void write_task(FILE *out, const struct task *task)
{
	const struct task *owner = task->mm ? first_user(task->mm) : NULL;

	fprintf(out, "task %d comm %s cpuset %s memcg %s active_memcg %s", task->pid,
		task->comm[0] ? task->comm : "-", task->cpuset->name,
		task->memcg ? task->memcg->path : "-",
		task->active_memcg ? task->active_memcg->path : "-");
	if (!task->mm)
		fprintf(out, " mm_of -");
	else if (owner != task)
		fprintf(out, " mm_of %d", owner->pid);
	record_write_fields(out, task_fields, task);
	fputc('\n', out);
	if (owner == task) {
		fprintf(out, "mm %d", task->pid);
		record_write_fields(out, mm_fields, task->mm);
		fputc('\n', out);
	}
	write_policy(out, task);
}

/** A process that the OOM killer chose; its tasks exist by now. */
static void write_victim(FILE *out, const struct task *task)
{
	if (task->oom_mm && first_user(task->oom_mm))
		fprintf(out, "task %d oom_mm_of %d\n", task->pid, first_user(task->oom_mm)->pid);
}

/** The reaper's list from its end: a victim that is read is put before the others. */
static void write_reaper_list(FILE *out, const struct task *victim)
{
	if (!victim)
		return;
	write_reaper_list(out, victim->oom_reaper_list);
	fprintf(out, "reaper %d\n", victim->pid);
}

/**
 * @brief Write all records that stand after the zones.
 *
 * @param out where to
 */
void records_write(FILE *out)
{
	const struct list_head *entry;

	write_machine(out);
	records_write_life(out);
	write_nodes(out);
	write_skip(out);
	write_groups(out);
	write_pages(out);
	records_write_slots(out);
	write_lru(out);
	list_for_each(entry, &world->tasks)
		write_task(out, list_entry(entry, struct task, tasks));
	list_for_each(entry, &world->tasks)
		write_victim(out, list_entry(entry, struct task, tasks));
	records_write_claims(out);
	write_reaper_list(out, world->oom_reaper_list);
	fprintf(out, "current %d\n", current->pid);
	/* Making groups and tasks counts them; the numbers that count stand last. */
	fprintf(out, "machine memcg_kmem_enabled %d\n", world->memcg_kmem_enabled);
}
