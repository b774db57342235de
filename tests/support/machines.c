/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Small machines to test on; see machines.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/state.h"
#include "life/life.h"
#include "machines.h"

/** Boot a machine from a memory map; the test fails when that is refused. */
struct machine *test_machine_boot(const struct boot_spec *spec)
{
	struct pageflow_error error = { 0 };
	struct machine *machine = machine_boot(spec, &error);

	ck_assert_msg(machine != NULL, "no machine: %s", error.text);
	test_observe();
	return machine;
}

/** One node, all memory in ZONE_DMA, one CPU. */
struct machine *test_machine_uma(unsigned long mib)
{
	return test_machine_cpus(mib, 1);
}

/** One node with one range of memory. */
static struct machine *machine_of_one_range(unsigned long long start, unsigned long mib,
					    int nr_cpus)
{
	static struct boot_spec spec;

	spec = (struct boot_spec){ .nr_cpus = nr_cpus, .nr_memory = 1 };
	spec.memory[0] = (struct boot_range){ start, mib * MIB, 0, false };
	return test_machine_boot(&spec);
}

/** One node, all memory in ZONE_DMA, several CPUs, all on node 0. */
struct machine *test_machine_cpus(unsigned long mib, int nr_cpus)
{
	return machine_of_one_range(TEST_DRAM, mib, nr_cpus);
}

/** One node, all memory in ZONE_DMA and from PFN 0 on, one CPU. */
struct machine *test_machine_from_zero(unsigned long mib)
{
	return machine_of_one_range(0, mib, 1);
}

/** One node, all memory in ZONE_DMA, its last MiB a CMA area (a multiple of 4). */
struct machine *test_machine_cma(unsigned long mib, unsigned long cma_mib)
{
	static struct boot_spec spec;

	spec = (struct boot_spec){ .nr_cpus = 1, .nr_memory = 1, .nr_reserved = 1, .nr_cma = 1 };
	spec.memory[0] = (struct boot_range){ TEST_DRAM, mib * MIB, 0, false };
	spec.cma[0] =
		(struct boot_range){ TEST_DRAM + (mib - cma_mib) * MIB, cma_mib * MIB, 0, false };
	spec.reserved[0] = spec.cma[0];
	return test_machine_boot(&spec);
}

/** The memory of one node at the start of each of its three windows: DMA, DMA32 and Normal. */
static void spec_three_zones(struct boot_spec *spec, unsigned long mib)
{
	static const unsigned long long base[] = { TEST_DRAM, 0x80000000ull, 0x100000000ull };

	for (int i = 0; i < 3; i++)
		spec->memory[spec->nr_memory++] =
			(struct boot_range){ base[i], mib * MIB, 0, false };
}

/**
 * One node with DMA, DMA32 and Normal, that many MiB each, one CPU. Between them lie holes, which
 * belong to the spans of the zones DMA and DMA32: use test_page() of the first pages only.
 */
struct machine *test_machine_zones(unsigned long mib)
{
	static struct boot_spec spec;

	spec = (struct boot_spec){ .nr_cpus = 1 };
	spec_three_zones(&spec, mib);
	return test_machine_boot(&spec);
}

#ifdef CONFIG_NUMA
/** Two nodes, distance 20, that many MiB each, all in ZONE_DMA; CPU n on node n. */
struct machine *test_machine_numa(unsigned long mib)
{
	return test_machine_nodes(2, mib);
}

/** Nodes in a row, distance 20, that many MiB each, all in ZONE_DMA; CPU n on node n. */
struct machine *test_machine_nodes(int nr_nodes, unsigned long mib)
{
	static struct boot_spec spec;
	struct machine *machine;

	spec = (struct boot_spec){ .nr_cpus = nr_nodes, .nr_memory = nr_nodes };
	for (int nid = 0; nid < nr_nodes; nid++)
		spec.memory[nid] = (struct boot_range){ TEST_DRAM + (unsigned)nid * mib * MIB,
							mib * MIB, nid, false };
	machine = test_machine_boot(&spec);
	for (int nid = 0; nid < nr_nodes; nid++)
		machine->cpu_node[nid] = nid;
	return machine;
}

/** Node 0 as in test_machine_zones(), node 1 with Normal only; one CPU, on node 0. */
struct machine *test_machine_numa_zones(unsigned long mib)
{
	static struct boot_spec spec;

	spec = (struct boot_spec){ .nr_cpus = 1 };
	spec_three_zones(&spec, mib);
	spec.memory[spec.nr_memory++] =
		(struct boot_range){ 0x100000000ull + mib * MIB, mib * MIB, 1, false };
	return test_machine_boot(&spec);
}

/** The node of a page that was asked for; -1 for none. */
int test_node_of(const struct page *page)
{
	return page ? page_to_nid(page) : -1;
}

/** The node of the page that alloc_pages() gives next. */
int test_next_node(gfp_t gfp_mask)
{
	return test_node_of(alloc_pages(gfp_mask, 0));
}
#endif

/** The n-th page of a zone. */
struct page *test_page(const struct zone *zone, unsigned long n)
{
	return pfn_to_page(zone->zone_start_pfn + n);
}

/** Go on on another CPU. */
void test_run_on(int cpu)
{
	world_run_on(cpu);
}

/** Is this page the first of a free block, inside one, or on a per-CPU list? */
int test_page_is_free(const struct page *page)
{
	return page_count(page) == 0;
}

/** Take everything off a zone's lists: afterwards all its pages are in use, one reference each. */
void test_empty_zone(struct zone *zone)
{
	for (int cpu = 0; cpu < world->nr_cpus; cpu++)
		drain_pages_zone(cpu, zone);
	for (unsigned int order = 0; order < MAX_ORDER; order++)
		for (int type = 0; type < MIGRATE_TYPES; type++) {
			struct page *page;

			while ((page = get_page_from_free_area(&zone->free_area[order], type))) {
				del_page_from_free_list(page, zone, order);
				for (unsigned long i = 0; i < 1ul << order; i++)
					set_page_count(page + i, 1);
				if (type != MIGRATE_ISOLATE)
					__mod_zone_freepage_state(zone, -(1l << order), type);
			}
		}
	cpu_vm_stats_fold(world->this_cpu);
	test_forget_events();
}

/** Take every free page of the machine. */
void test_empty_machine(void)
{
	struct zone *zone;
	int nid;

	for_each_populated_zone(nid, zone)
		test_empty_zone(zone);
}

/**
 * Make a block that is in use free, at the head of a list, merging nothing. Its pageblock keeps its
 * type; the counters are exact at once.
 */
void test_free_block(struct page *page, unsigned int order, int migratetype)
{
	struct zone *zone = page_zone(page);

	for (unsigned long i = 0; i < 1ul << order; i++) {
		ck_assert_int_ne(page_count(page + i), 0);
		set_page_count(page + i, 0);
	}
	add_to_free_list(page, zone, order, migratetype);
	set_page_order(page, order);
	if (migratetype == MIGRATE_ISOLATE)
		return;
	zone_page_state_add(1l << order, zone, NR_FREE_PAGES);
	if (migratetype == MIGRATE_CMA)
		zone_page_state_add(1l << order, zone, NR_FREE_CMA_PAGES);
}

/** Give all pageblocks of a zone that have memory a type; free blocks stay where they are. */
void test_set_pageblocks(struct zone *zone, int migratetype)
{
	unsigned long pfn = zone->zone_start_pfn & ~(pageblock_nr_pages - 1);

	for (; pfn < zone_end_pfn(zone); pfn += pageblock_nr_pages)
		if (pfn_valid(pfn))
			set_pageblock_migratetype(pfn_to_page(pfn), migratetype);
}

/** Allocate `count` blocks, or fewer when there are no more; returns how many. */
unsigned long test_take(gfp_t gfp_mask, unsigned int order, unsigned long count)
{
	unsigned long taken = 0;

	while (taken < count && alloc_pages_node(0, gfp_mask, order))
		taken++;
	return taken;
}

/** Make another process of the machine, like the first one, with an mm of its own. */
struct task *test_task(const char *comm, int pid)
{
	struct task *task = calloc(1, sizeof(*task));
	struct mm *mm = calloc(1, sizeof(*mm));

	*task = world->init_task;
	snprintf(task->comm, sizeof(task->comm), "%s", comm);
	task->pid = pid;
	task->tgid = pid;
	task->mm = mm;
	task->mempolicy = NULL;
	mm->users = 1;
	list_add_tail(&task->tasks, &world->tasks);
	return task;
}
