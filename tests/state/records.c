/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Saved snapshots: after a load every later decision is the same, and saving again gives the same file.
 */
#include <stdlib.h>
#include <string.h>

#include "state/state.h"
#include "failing.h"
#include "harness.h"
#include "life/life.h"
#include "machines.h"
#include "page_cache.h"
#include "saved.h"
#include "text/text.h"

/** Blocks that the random operations hold; the same on both machines as long as they agree. */
struct blocks {
	unsigned int seed;
	int count;
	unsigned long pfn[200];
	unsigned int order[200];
};

static unsigned int next_random(struct blocks *blocks)
{
	blocks->seed = blocks->seed * 1103515245u + 12345u;
	return blocks->seed >> 16;
}

/** One random operation on the machine in focus; a number that stands for what it did. */
static unsigned long operate(struct blocks *blocks)
{
	static const gfp_t masks[] = { __GFP_HIGH, 0, __GFP_MOVABLE, __GFP_RECLAIMABLE,
				       __GFP_HIGHMEM | __GFP_MOVABLE };
	unsigned int kind = next_random(blocks) % 5, choice = next_random(blocks);
	int which = blocks->count;

	if (kind == 0) {
		world->this_cpu = (int)choice % world->nr_cpus;
		return 0;
	}
	if (kind < 3 && blocks->count < 200) {
		unsigned int order = choice % 12 < 7 ? 0 : choice % 12 - 6;
		struct page *page =
			alloc_pages(masks[choice % ARRAY_SIZE(masks)] | __GFP_NOWARN, order);

		if (!page)
			return 1;
		blocks->pfn[which] = page_to_pfn(page);
		blocks->order[which] = order;
		blocks->count++;
		return blocks->pfn[which];
	}
	if (!blocks->count)
		return 2;
	which = (int)choice % blocks->count;
	__free_pages(pfn_to_page(blocks->pfn[which]), blocks->order[which]);
	blocks->pfn[which] = blocks->pfn[--blocks->count];
	blocks->order[which] = blocks->order[blocks->count];
	return 3;
}

#define OPERATIONS 4000

/** Run on a recorded machine, save, load, and run on with both. */
static void halfway(const char *name)
{
	struct blocks blocks = { .seed = 7 }, other;
	struct reader reader = { 0 };
	struct machine *first, *second;
	char path[128], *half, *again;
	struct text text;

	snprintf(path, sizeof(path), "tests/traces/%s.trace.xz", name);
	ck_assert_int_eq(text_load(path, NULL, &text, NULL), TEXT_OK);
	reader.text = &text;
	reader.next = 2;
	first = snapshot_load(&reader);
	ck_assert_ptr_nonnull(first);
	for (int i = 0; i < OPERATIONS; i++)
		operate(&blocks);

	half = saved();
	second = loaded(half);
	again = saved();
	ck_assert_msg(!strcmp(half, again), "saved, loaded and saved differs");
	free(half);
	free(again);

	other = blocks;
	for (int i = 0; i < OPERATIONS; i++) {
		unsigned long expected;

		machine_focus(first);
		expected = operate(&blocks);
		machine_focus(second);
		ck_assert_uint_eq(operate(&other), expected);
	}
	again = saved();
	machine_focus(first);
	half = saved();
	ck_assert_msg(!strcmp(half, again), "the machines ended in different states");
	free(half);
	free(again);
	text_free(&text);
	machine_free(first);
	machine_free(second);
}

#ifdef CONFIG_NUMA
TEST(snapshot_continues_numa3z_exhaust, "")
{
	halfway("numa3z-exhaust-23");
}

TEST(snapshot_continues_numa2_fragment, "")
{
	halfway("numa2-fragment-22");
}
#else
TEST(snapshot_continues_uma128cma_smp, "")
{
	halfway("uma128cma-smp-41");
}

TEST(snapshot_continues_uma3z_exhaust, "")
{
	halfway("uma3z-exhaust-17");
}

TEST(snapshot_continues_uma2z_fragment, "")
{
	halfway("uma2z-fragment-16");
}
#endif

/** Change the machine by a record; fails the test when that fails. */
static void apply(const char *record)
{
	char *line = (char *)record;
	const struct text text = { .line = &line, .nr_lines = 1 };
	struct reader reader = { .text = &text, .next = 1 };

	ck_assert_msg(record_apply(&reader, record) == 0, "%s: %s", record, reader.error.text);
}

/** Expect a record to be refused with these words. */
static void refuse(const char *record, const char *words)
{
	char *line = (char *)record;
	const struct text text = { .line = &line, .nr_lines = 1 };
	struct reader reader = { .text = &text, .next = 1 };

	ck_assert_msg(record_apply(&reader, record) == -1, "%s", record);
	ck_assert_msg(strstr(reader.error.text, words) != NULL, "%s: %s", record,
		      reader.error.text);
}

/** Save and load; the loaded machine is in focus, and saves the same. */
static struct machine *through_a_file(void)
{
	char *before = saved(), *after;
	struct machine *machine = loaded(before);

	after = saved();
	ck_assert_str_eq(before, after);
	free(before);
	free(after);
	return machine;
}

TEST(snapshot_keeps_tasks_and_groups, "")
{
	struct task *task;

	test_machine_uma(64);
	apply("cpuset small mems_allowed.bits 1 mem_exclusive 1");
	apply("cpuset smaller parent small mem_hardwall 1");
	apply("memcg /job memory.max 100 memory.usage 40");
	apply("memcg /job/part parent /job memory.max 50 oom_group 1");
	apply("stock 0 /job/part 7 flush_queued");
	apply("task 7 comm worker cpuset smaller memcg /job/part flags 0x40000 prio 90");
	apply("task 8 comm thread mm_of 7 oom_score_adj -500");
	apply("task 9 comm kthread mm_of - active_memcg /job");
	apply("task 8 oom_mm_of 7");
	apply("mm 7 rss_anon 12345 oom_skip 1");
	apply("current 8");
	through_a_file();
	ck_assert_int_eq(current->pid, 8);
	ck_assert_str_eq(current->comm, "thread");
	ck_assert_int_eq(current->oom_score_adj, -500);
	ck_assert_ptr_eq(current->oom_mm, current->mm);
	ck_assert_uint_eq(current->mm->rss_anon, 12345);
	ck_assert_int_eq(current->mm->users, 2);
	task = list_entry(current->tasks.prev, struct task, tasks);
	ck_assert_str_eq(task->comm, "worker");
	ck_assert_str_eq(task->cpuset->name, "smaller");
	ck_assert_str_eq(task->cpuset->parent->name, "small");
	ck_assert(task->cpuset->parent->mem_exclusive);
	ck_assert_uint_eq(task->memcg->memory.max, 50);
	ck_assert_str_eq(task->memcg->parent->path, "/job");
	ck_assert_int_eq(task->memcg->parent->memory.usage, 40);
	ck_assert_uint_eq(world->memcg_stock[0].nr_pages, 7);
	ck_assert(world->memcg_stock[0].flush_queued);
	ck_assert_ptr_eq(world->memcg_stock[0].cached, task->memcg);
	ck_assert_int_eq(world->nr_cpusets, 2);
	ck_assert_int_eq(world->memcg_kmem_enabled, 2);
	machine_free(world);
}

TEST(snapshot_keeps_what_an_oom_kill_left, "18-20")
{
	/* Expect: victims, the reaper's list in its order, who came into a group when, and all that a report shows. */
	struct mem_cgroup *group;

	test_machine_uma(64);
	apply("machine total_swap_pages 500");
	apply("memcg /job memory.max 100 swap.max 70 swap.failcnt 3 pgfault 11 thp_collapse_alloc 12");
	apply("task 7 comm first");
	apply("task 8 comm second memcg /job");
	apply("task 9 comm third");
	apply("task 7 memcg /job");
	apply("task 8 oom_mm_of 8");
	apply("task 9 oom_mm_of 9");
	apply("mm 9 stays_anon 1 stays_file 2 stays_shmem 3 mmap_locked 1 notifier_blocks 1");
	apply("task 10 comm fourth mm_of -");
	refuse("task 9 oom_mm_of 10", "that task has no memory");
	ck_assert_ptr_nonnull(task_by_pid(9)->oom_mm);
	apply("reaper 9");
	apply("reaper 8");
	refuse("reaper 9", "no such victim");
	through_a_file();
	ck_assert_int_eq(world->oom_reaper_list->pid, 8);
	ck_assert_int_eq(world->oom_reaper_list->oom_reaper_list->pid, 9);
	ck_assert_ptr_null(world->oom_reaper_list->oom_reaper_list->oom_reaper_list);
	group = task_by_pid(7)->memcg;
	ck_assert_int_eq(memcg_next_process(group, NULL)->pid, 8);
	ck_assert_int_eq(memcg_next_process(group, task_by_pid(8))->pid, 7);
	ck_assert_uint_eq(mem_cgroup_get_max(group), 170);
	ck_assert_uint_eq(group->swap.failcnt, 3);
	ck_assert_uint_eq(group->stat_events[MEMCG_PGFAULT], 11);
	ck_assert_uint_eq(group->stat_events[MEMCG_THP_COLLAPSE_ALLOC], 12);
	ck_assert_uint_eq(task_by_pid(9)->mm->stays_shmem, 3);
	ck_assert(task_by_pid(9)->mm->notifier_blocks);
	/* Expect: a reaper that begins to live has work to do. */
	ck_assert(daemons_start());
	ck_assert(world->life->reaper->runnable);
	machine_free(world);
}

TEST(snapshot_keeps_blocks_in_use, "")
{
	struct page *compound, *reserve;
	unsigned long pfn;

	test_machine_cma(64, 16);
	compound = alloc_pages(GFP_KERNEL | __GFP_COMP, 4);
	get_page(compound);
	reserve = alloc_pages(GFP_KERNEL, 2);
	set_page_pfmemalloc(reserve);
	SetPageFlag(reserve, PG_slab);
	*pageblock_byte(page_to_pfn(reserve)) |= PB_MIGRATE_SKIP;
	pfn = page_to_pfn(compound);
	through_a_file();
	compound = pfn_to_page(pfn);
	ck_assert_uint_eq(compound_order(compound), 4);
	ck_assert_int_eq(page_count(compound), 2);
	ck_assert(PageTail(&compound[15]));
	__free_pages(compound, 4);
	__free_pages(compound, 4);
	test_check_lists();
	machine_free(world);
}

/* Expect files, who writes and reads them, and who was killed to be there again, under the numbers they had. */
TEST(snapshot_keeps_what_lives, "")
{
	struct address_space *log, *heap;
	struct task *first;
	struct page *page, *written, *anonymous;
	unsigned long pfn[3];

	test_machine_uma(64);
	ck_assert(daemons_start());
	log = address_space_new("log", false);
	log->congested = true;
	heap = address_space_new("", true);
	first = process_new("first", 0);
	first->mm->anon = heap;
	page = page_cache_add(log, GFP_HIGHUSER_MOVABLE);
	written = page_cache_add(log, GFP_HIGHUSER_MOVABLE);
	anonymous = page_cache_add(heap, GFP_HIGHUSER_MOVABLE);
	page_dirty(written);
	page_write(written);
	daemon_sleep_until(world->life->kswapd[0], 77);
	daemon_wake(world->life->reaper);
	pfn[0] = page_to_pfn(page);
	pfn[1] = page_to_pfn(written);
	pfn[2] = page_to_pfn(anonymous);
	through_a_file();
	page = pfn_to_page(pfn[0]);
	log = page_owner(page);
	heap = task_by_pid(first->pid)->mm->anon;
	ck_assert_str_eq(log->name, "log");
	ck_assert(log->congested);
	ck_assert_uint_eq(log->nrpages, 2);
	ck_assert_uint_eq(page->index, 0);
	ck_assert_str_eq(heap->name, "");
	ck_assert(PageAnon(pfn_to_page(pfn[2])));
	ck_assert_ptr_eq(page_owner(pfn_to_page(pfn[2])), heap);
	ck_assert_uint_eq(world->life->disk.nr_queued, 1);
	ck_assert_ptr_eq(world->life->disk.queue[0], pfn_to_page(pfn[1]));
	ck_assert(world->life->kswapd[0]->timed);
	ck_assert_uint_eq(world->life->kswapd[0]->deadline, 77);
	ck_assert(world->life->reaper->runnable);
	/* Records change what is there, too. */
	apply("mapping 1 log congested 0");
	ck_assert(!log->congested);
	apply("disk pages_per_tick 1 queue");
	ck_assert_uint_eq(world->life->disk.nr_queued, 0);
	apply("live next_fold 5");
	ck_assert_int_eq(world->life->nr_daemons, 4);
	machine_free(world);
}

/* Expect records of what lives to be refused where they are wrong, and where the host has no memory for it. */
TEST(record_of_what_lives_is_refused, "")
{
	static const struct {
		const char *record;
		const char *word;
	} bad[] = {
		{ "daemon 4 runnable 1", "daemon N" },
		{ "daemon 0 runnable", "runnable is a number from 0 to 1; it is missing" },
		{ "daemon 0 prio x", "prio is a number from 0 to 139, not 'x'" },
		{ "daemon 0 colour 1", "fields of a daemon" },
	};
	char queue[16 * 300] = "disk pages_per_tick 1 queue";

	test_machine_uma(64);
	apply("live next_fold 250");
	for_each_row(i, bad)
		refuse(bad[i].record, bad[i].word);
	for (unsigned int i = 0; i <= DISK_QUEUE; i++)
		strcat(queue, " 262144");
	refuse(queue, "no more than the queue");
	test_fail(FAIL_CALLOC, 1);
	refuse("mapping 1 log", "out of memory");
	machine_free(world);
	test_machine_uma(64);
	test_fail(FAIL_CALLOC, 1);
	refuse("live next_fold 1", "out of memory");
	test_fail(FAIL_CALLOC, 1);
	refuse("disk pages_per_tick 1 queue", "out of memory");
	machine_free(world);
}

/* Expect CPUs of a machine that runs to come and go as in the kernel, and one that is being read to be as it is said. */
TEST(record_cpu_takes_leave, "20-33")
{
	struct zone *zone;
	char *text;

	test_machine_cpus(64, 2);
	zone = test_zone(0, ZONE_DMA);
	test_run_on(1);
	alloc_pages(GFP_KERNEL, 0);
	test_run_on(0);
	ck_assert_int_gt(zone->pageset[1].pcp.count, 0);
	apply("cpu 1 node 0 online 0");
	ck_assert_int_eq(zone->pageset[1].pcp.count, 0);
	ck_assert_int_eq(zone->pageset[0].stat_threshold, 2);
	apply("cpu 1 online 0");
	apply("cpu 1 online 1");
	ck_assert_int_eq(num_online_cpus(), 2);
	ck_assert_int_eq(zone->pageset[1].stat_threshold, 4);
	apply("cpu 1 online 0");
	/* As written: the thresholds are not computed again. */
	zone->pageset[0].stat_threshold = 7;
	text = saved();
	machine_free(world);
	loaded(text);
	free(text);
	ck_assert_int_eq(num_online_cpus(), 1);
	ck_assert_int_eq(test_zone(0, ZONE_DMA)->pageset[0].stat_threshold, 7);
	machine_free(world);
}

/* Expect everything that CPUs hold back to be kept, and groups' lists with what counts them. */
TEST(snapshot_keeps_differences, "")
{
	struct address_space *file;
	struct mem_cgroup *group;
	struct per_cpu_nodestat *nodestat;
	struct lruvec *lruvec;
	char *before, *after;

	test_machine_cpus(64, 2);
	group = memcg_new("/job", &world->root_mem_cgroup, 1000);
	ck_assert(life_begin());
	file = address_space_new("f", false);
	for (int i = 0; i < 40; i++) {
		struct page *page = page_cache_add(file, GFP_KERNEL);

		lru_add_drain();
		lru_list_del(page);
		page->mem_cgroup = i < 35 ? group : NULL;
		lru_list_add(page);
	}
	/* Pages that still wait for their list. */
	world_run_on(1);
	page_cache_fill(file, GFP_KERNEL, 3);
	world_run_on(0);
	world->vmstat_work_pending = 2;
	NODE_DATA(0)->per_cpu_nodestats[1].stat_threshold = 9;
	NODE_DATA(0)->per_cpu_nodestats[1].vm_node_stat_diff[NR_FILE_DIRTY] = -8;
	through_a_file();
	group = world->mem_cgroups;
	lruvec = mem_cgroup_lruvec(group, NODE_DATA(0));
	ck_assert_uint_eq(lruvec->lru_size[ZONE_DMA][LRU_INACTIVE_FILE], 35);
	ck_assert(!list_empty(&lruvec->lists[LRU_INACTIVE_FILE]));
	ck_assert_int_eq(lruvec->lruvec_stat[NR_INACTIVE_FILE], 33);
	ck_assert_int_eq(lruvec->lruvec_stat_cpu[0][NR_INACTIVE_FILE], 2);
	ck_assert_uint_eq(world->lru_pvecs[1][PVEC_LRU_ADD].nr, 3);
	ck_assert_int_eq(page_count(world->lru_pvecs[1][PVEC_LRU_ADD].pages[2]), 2);
	nodestat = &NODE_DATA(0)->per_cpu_nodestats[1];
	ck_assert_int_eq(nodestat->stat_threshold, 9);
	ck_assert_int_eq(nodestat->vm_node_stat_diff[NR_FILE_DIRTY], -8);
	ck_assert_uint_eq(world->vmstat_work_pending, 2);
	before = saved();
	through_a_file();
	after = saved();
	ck_assert_str_eq(before, after);
	free(before);
	free(after);
	machine_free(world);
}

/* Expect the names of /proc, of sysctl(8) and of the kernel to be understood, several to a line. */
TEST(record_sysctl_names, "")
{
	test_machine_uma(64);
	apply("sysctl swappiness 10 vm.dirty_bytes 16384");
	ck_assert_int_eq(world->vm_swappiness, 10);
	ck_assert_int_eq(world->vm_dirty_ratio, 0);
	apply("sysctl vm_swappiness 20");
	ck_assert_int_eq(world->vm_swappiness, 20);
	test_zone(0, ZONE_DMA)->pageset[0].vm_stat_diff[NR_MLOCK] = 1;
	apply("sysctl stat_refresh 1");
	ck_assert_int_eq(test_zone(0, ZONE_DMA)->vm_stat[NR_MLOCK], 1);
	machine_free(world);
}

TEST(snapshot_keeps_tunables_and_derives, "")
{
	struct zone *zone;

	test_machine_uma(64);
	apply("sysctl min_free_kbytes 4096");
	zone = test_zone(0, ZONE_DMA);
	ck_assert_uint_eq(zone->_watermark[WMARK_MIN], 1024);
	apply("sysctl watermark_scale_factor 100");
	apply("sysctl lowmem_reserve_ratio[0] 8");
	apply("machine vm_swappiness 7 jiffies 12");
	through_a_file();
	zone = test_zone(0, ZONE_DMA);
	ck_assert_uint_eq(zone->_watermark[WMARK_MIN], 1024);
	ck_assert_int_eq(world->user_min_free_kbytes, 4096);
	ck_assert_int_eq(world->vm_swappiness, 7);
	ck_assert_uint_eq(world->jiffies, 12);
	machine_free(world);
}

/* Expect a machine that goes to sleep to be asleep after a load, and to wake up to what was allowed before. */
TEST(snapshot_keeps_a_machine_asleep, "06-14")
{
	test_machine_uma(64);
	apply("pm_restrict_gfp_mask");
	through_a_file();
	ck_assert_uint_eq(world->gfp_allowed_mask, __GFP_BITS_MASK & ~(__GFP_IO | __GFP_FS));
	apply("pm_restore_gfp_mask");
	ck_assert_uint_eq(world->gfp_allowed_mask, __GFP_BITS_MASK);
	machine_free(world);
}

#ifdef CONFIG_NUMA
TEST(snapshot_keeps_policies_and_counters, "")
{
	test_machine_numa(64);
	apply("set_mempolicy interleave 3");
	alloc_pages(GFP_KERNEL, 0);
	apply("distance 0 1 40");
	apply("task 5 comm other");
	apply("policy 5 mode 1 flags 0 preferred 1 nodes 0 relative 3");
	through_a_file();
	ck_assert_int_eq(current->mempolicy->mode, MPOL_INTERLEAVE);
	ck_assert_uint_eq(current->mempolicy->v.nodes.bits, 3);
	ck_assert_int_eq(node_distance(0, 1), 40);
	apply("policy 1 none");
	ck_assert_ptr_null(current->mempolicy);
	machine_free(world);
}
#endif

#ifdef CONFIG_NUMA
/** Expect a record to be refused with these words, and to change nothing. */
static void expect_refused(const char *record, const char *words)
{
	char *line = (char *)record, *before = saved(), *after;
	const struct text text = { .line = &line, .nr_lines = 1 };
	struct reader reader = { .text = &text, .next = 1 };

	ck_assert_msg(record_apply(&reader, record) == -1, "%s", record);
	ck_assert_msg(strstr(reader.error.text, words) != NULL, "%s: %s", record,
		      reader.error.text);
	after = saved();
	ck_assert_msg(!strcmp(before, after), "%s changed the machine", record);
	free(before);
	free(after);
}

TEST(record_refuses_nodes_that_do_not_exist, "04-2")
{
	static const char *const bad[] = {
		/* nodes 2 and 3: not there; 4 and above, and negative ones: no machine has them */
		"policy 1 mode 1 flags 0 preferred 3 nodes 0 relative 3",
		"policy 1 mode 1 flags 0 preferred 4 nodes 0 relative 3",
		"policy 1 mode 1 flags 0 preferred -1 nodes 0 relative 3",
		"policy 1 mode 1 flags 0 preferred -3 nodes 0 relative 3",
		"policy 1 mode 1 flags 0 preferred 4294967296 nodes 0 relative 3",
		"policy 1 mode 2 flags 0 preferred 0 nodes 4 relative 3",
		"policy 1 mode 3 flags 0 preferred 0 nodes c relative 3",
		"policy 1 mode 3 flags 0 preferred 0 nodes 13 relative 3",
		"policy 1 mode 3 flags 0 preferred 0 nodes 100000001 relative 3",
		/* no node at all */
		"policy 1 mode 2 flags 0 preferred 0 nodes 0 relative 3",
		"policy 1 mode 3 flags 0 preferred 0 nodes 0 relative 3",
		/* what the nodes were derived from */
		"policy 1 mode 2 flags 0 preferred 0 nodes 1 relative 13",
		"policy 1 mode 1 flags 16384 preferred 0 nodes 0 relative 0",
		"policy 1 mode 1 flags 32768 preferred 0 nodes 0 relative 0",
		/* modes that no policy has, and flags that do not go together or do not exist */
		"policy 1 mode 0 flags 0 preferred 0 nodes 1 relative 3",
		"policy 1 mode 4 flags 0 preferred 0 nodes 1 relative 3",
		"policy 1 mode -1 flags 0 preferred 0 nodes 1 relative 3",
		"policy 1 mode 2 flags 49152 preferred 0 nodes 1 relative 3",
		"policy 1 mode 2 flags 2 preferred 0 nodes 1 relative 3",
		"policy 1 mode 2 flags 4 preferred 0 nodes 1 relative 3",
		"policy 1 mode 2 flags 65536 preferred 0 nodes 1 relative 3",
		"policy 1 mode 2 flags -1 preferred 0 nodes 1 relative 3",
		/* cpusets and tasks */
		"cpuset small mems 4",
		"cpuset small mems 6",
		"cpuset small mems 0",
		"cpuset small mems 1f",
		"cpuset small mems_allowed.bits 4",
		"cpuset / mems 4",
		"cpuset other mems 8",
		"task 1 mems_allowed.bits 4",
		"task 1 mems_allowed.bits 0",
		"task 1 mems_allowed.bits -1",
		"task 1 il_prev 4",
		"task 1 il_prev -1",
		"task 1 il_prev 70 colour 1",
		"set_mempolicy bind 4",
		"set_mempolicy bind 11",
		"set_mempolicy preferred 8",
		"set_mempolicy interleave 0",
		"set_mempolicy local 1",
		/* the machine */
		"cpu 0 node 2 online 1",
		"cpu 0 node 4 online 1",
		"cpu 0 node -1 online 1",
		"distance 0 4 20",
		"distance -1 0 20",
		"node_state 2 flags 1",
		"node_stat 4 0",
		"zone_state -1 DMA contiguous 1",
		"zone_stat 3 DMA 0",
		"pageset 2 DMA 0 expire 0 stat 0",
		"lru 2 0",
	};

	test_machine_numa(64);
	apply("cpuset small mems 1");
	for_each_row(i, bad)
		expect_refused(bad[i], "");
	/* Expect the machine to go on, and to take what is right. */
	ck_assert_int_eq(test_next_node(GFP_KERNEL), 0);
	apply("policy 1 mode 1 flags 0 preferred 1 nodes 0 relative 3");
	ck_assert_int_eq(test_next_node(GFP_KERNEL), 1);
	/* Expect a preferred node to be looked at only without MPOL_F_LOCAL. */
	apply("policy 1 mode 1 flags 2 preferred -1 nodes 0 relative 0");
	ck_assert_int_eq(test_next_node(GFP_KERNEL), 0);
	machine_free(world);
}

TEST(record_policy_without_host_memory, "")
{
	char *line = (char *)"policy 1 mode 2 flags 0 preferred 0 nodes 1 relative 3";
	const struct text text = { .line = &line, .nr_lines = 1 };
	struct reader reader = { .text = &text, .next = 1 };

	test_machine_numa(64);
	test_fail(FAIL_CALLOC, 1);
	ck_assert_int_eq(record_apply(&reader, line), -1);
	ck_assert_ptr_nonnull(strstr(reader.error.text, "out of memory"));
	ck_assert_ptr_null(current->mempolicy);
}

TEST(record_cpuset_moves_its_tasks, "02-17")
{
	test_machine_numa(64);
	apply("cpuset small mems 1");
	apply("task 1 cpuset small");
	apply("set_mempolicy bind 1");
	apply("task 9 comm bystander");
	ck_assert_uint_eq(current->mems_allowed.bits, 1);
	/* Expect the cpuset's own task to follow, its policy too, and a change that every request notices. */
	apply("cpuset small mems 2");
	ck_assert_uint_eq(current->mems_allowed.bits, 2);
	ck_assert_uint_eq(current->mempolicy->v.nodes.bits, 2);
	ck_assert_uint_eq(current->mems_allowed_seq, 4);
	ck_assert_uint_eq(task_by_pid(9)->mems_allowed.bits, 3);
	/* Expect nothing to happen where nothing changes. */
	apply("cpuset small mems 2 mem_hardwall 1");
	ck_assert_uint_eq(current->mems_allowed_seq, 4);
	/* Expect all nodes with memory back in the root. */
	apply("task 1 cpuset /");
	ck_assert_uint_eq(current->mems_allowed.bits, 3);
	machine_free(world);
}
#endif

TEST(record_memcg_is_below_the_group_of_its_path, "19-4")
{
	struct mem_cgroup *part, *job;

	test_machine_uma(64);
	apply("memcg /job memory.max 100");
	apply("memcg /job/part memory.max 50");
	part = world->mem_cgroups;
	job = part->parent;
	ck_assert_str_eq(part->path, "/job/part");
	ck_assert_str_eq(job->path, "/job");
	ck_assert_ptr_eq(job->parent, &world->root_mem_cgroup);
	/* Expect a charge to count in all three. */
	apply("task 1 memcg /job/part");
	ck_assert_ptr_nonnull(alloc_pages(GFP_KERNEL | __GFP_ACCOUNT, 5));
	ck_assert_int_eq(part->memory.usage, 32);
	ck_assert_int_eq(job->memory.usage, 32);
	ck_assert_int_eq(world->root_mem_cgroup.memory.usage, 32);
	/* Expect a group that is there to stay where it is. */
	apply("memcg a parent /job");
	apply("memcg a memory.max 5");
	ck_assert_ptr_eq(world->mem_cgroups->parent, job);
	apply("memcg a/b parent /");
	apply("memcg a/b memory.max 5");
	ck_assert_ptr_eq(world->mem_cgroups->parent, &world->root_mem_cgroup);
}

TEST(record_refuses_nonsense, "")
{
	static const struct {
		const char *record;
		const char *word;
	} bad[] = {
		{ "nonsense", "a record" },
		{ "machine vm_swappiness",
		  "vm_swappiness is a number from 0 to 200; it is missing" },
		{ "machine vm_swappiness 1x", "from 0 to 200, not '1x'" },
		{ "machine vm_swappiness 99999999999", "from 0 to 200, not '99999999999'" },
		{ "machine colour 1", "no 'colour'" },
		{ "cpu 7 node 0 online 1", "cpu N" },
		{ "cpu 0 node 0 online 0", "cannot be offline" },
		{ "distance 0", "distance FROM" },
		{ "totals zone 1", "as many numbers" },
		{ "totals zone 1 2 3 4 5 6 7 8 9 10 11 12 13 14", "no more numbers" },
		{ "totals pages 1", "totals zone|node|event" },
		{ "node_state 9 flags 0", "number of a node" },
		{ "node_stat 9", "number of a node" },
		{ "zone_state 0 Sahara", "name of a zone" },
		{ "zone_stat 0 Sahara", "name of a zone" },
		{ "pageset 0 DMA 9", "pageset NID" },
		{ "pageset 0 DMA 0 expire 0 stat 1", "as many numbers" },
		{ "pageset 0 DMA 0 expire 0 stat 128 0 0 0 0 0 0 0 0 0 0 0 0", "of 8 bits" },
		{ "pageset 0 DMA 0 expire 300 stat 0", "pageset NID" },
		{ "machine vm_swappiness 18446744073709551616",
		  "from 0 to 200, not '18446744073709551616'" },
		{ "task 4294967297", "task PID" },
		{ "skip 1+512", "pages of the machine" },
		{ "pages 1+1", "pages of the machine" },
		{ "pages 262144+1 refcount x", "from -2147483648 to 2147483647, not 'x'" },
		{ "pages 262144+1 memcg nowhere", "pages PFN+N" },
		{ "pages 262144+1 flags 0x10000000", "pages PFN+N" },
		{ "compound 262145 1", "compound PFN" },
		{ "compound 1024 3", "compound PFN" },
		{ "lru 0 9", "lru NID" },
		{ "lru 0 0 1", "PFNs of the machine" },
		{ "lru 0 0 262144", "marked as lru" },
		{ "pagevec 0 lists 262144", "pagevec CPU NAME" },
		{ "pagevec 0 lru_add 1", "PFNs of the machine" },
		{ "pagevec 0 lru_add 262145", "in use" },
		{ "stock 9 / 0", "stock CPU" },
		{ "cpuset", "cpuset NAME" },
		{ "cpuset a mems x", "hexadecimal" },
		{ "memcg", "memcg PATH" },
		{ "task 0", "task PID" },
		{ "task 1 comm averyveryverylongname", "15 characters" },
		{ "task 1 active_memcg x", "no such memory" },
		{ "task 1 mm_of 99", "no such process" },
		{ "task 1 oom_mm_of 99", "no such task" },
		{ "task 1 memcg -", "no such memory" },
		{ "reaper 99", "no such victim" },
		{ "reaper 1", "no such victim" },
		{ "reaper 1 2", "no such victim" },
#ifdef CONFIG_NUMA
		{ "policy 99 none", "no such task" },
		{ "policy 1 mode 9", "policy PID" },
		{ "policy 1 mode 9 flags 0 preferred 0 nodes 1 relative 1",
		  "nodes of the machine" },
#else
		{ "policy 1 none", "need a NUMA machine" },
		{ "set_mempolicy bind 1", "need a NUMA machine" },
#endif
		{ "cpuset a mems 2 colour 1", "no 'colour'" },
		{ "cpuset a mems 10", "nodes of the machine" },
		{ "cpu 0 node 1 online 1", "cpu N" },
		{ "task 1 mems_allowed.bits 4", "nodes of the machine" },
		{ "set_mempolicy sideways", "" },
		{ "sysctl colour 1", "no 'colour'" },
		{ "pm_restrict_gfp_mask now", "nothing after" },
		{ "pm_restore_gfp_mask now", "nothing after" },
		{ "sysctl jiffies 1", "no 'jiffies'" },
		{ "sysctl swappiness x", "swappiness is a number from 0 to 200, not 'x'" },
		{ "sysctl percpu_pagelist_fraction 7", "may not be 7: Invalid argument" },
		{ "cpu 0 node 9 online 1", "cpu N" },
		{ "cpu 0 node 0 offline 1", "cpu N" },
		{ "cpu 0 node 0 online", "cpu N" },
		{ "cpu 0 node 0 online 1 2", "cpu N" },
		{ "node_diff 9", "node_diff NID" },
		{ "node_diff 0 9", "node_diff NID" },
		{ "node_diff 0 0 threshold 128 stat", "node_diff NID" },
		{ "node_diff 0 0 threshold 2", "node_diff NID" },
		{ "node_diff 0 0 threshold 2 stat 1 2 128", "of 8 bits" },
		{ "lruvec_stat 9 /", "lruvec_stat NID" },
		{ "lruvec_stat 0 /nowhere", "lruvec_stat NID" },
		{ "lruvec_stat 0 -", "lruvec_stat NID" },
		{ "lruvec_stat 0 / 1", "as many numbers" },
		{ "lruvec_diff 0 /nowhere 0", "lruvec_diff NID" },
		{ "lruvec_diff 0 / 9", "lruvec_diff NID" },
		{ "lruvec_diff 0 / 0 128", "of 8 bits" },
		{ "lruvec_state 0 /nowhere", "lruvec_state NID" },
		{ "lruvec_state 0 / colour 1", "no 'colour'" },
		{ "pages 262144+1 owner 1", "pages PFN+N" },
		{ "mapping", "mapping N NAME" },
		{ "mapping 0 log", "mapping N NAME" },
		{ "mapping 2 log", "mapping N NAME" },
		{ "mapping 1", "mapping N NAME" },
		{ "mapping 1 averyveryveryverylongnameofafile", "mapping N NAME" },
		{ "mapping 1 log colour 1", "no 'colour'" },
		{ "mapping 3 log", "mapping N NAME" },
		{ "anon x", "no such process" },
		{ "anon 99 1", "no such process" },
		{ "anon 1 2", "anon PID N" },
		{ "anon 1 0", "anon PID N" },
		{ "anon 1 1 1", "anon PID N" },
		{ "daemon 0 runnable 1", "daemon N" },
		{ "disk", "disk pages_per_tick" },
		{ "disk pages_per_tick -1 queue", "disk pages_per_tick" },
		{ "disk pages_per_tick 32", "disk pages_per_tick" },
		{ "disk pages_per_tick 32 queue 1", "PFNs of the machine" },
		{ "disk pages_per_tick 32 queue 999999", "PFNs of the machine" },
		{ "disk pages_per_tick 32 queue 262144 x", "disk pages_per_tick" },
		{ "live", "live next_fold" },
		{ "live next_fold -1", "live next_fold" },
		{ "live next_fold 1 2", "live next_fold" },
		{ "daemon x", "daemon N" },
		{ "daemon -1", "daemon N" },
		{ "daemon 99", "daemon N" },
	};

	test_machine_uma(64);
	for_each_row(i, bad)
		refuse(bad[i].record, bad[i].word);
	machine_free(world);
}

TEST(record_of_a_protection_reaches_the_groups_above, "19-12")
{
	struct mem_cgroup *job;

	test_machine_uma(32);
	apply("memcg /job memory.usage 40 min 10 low 50");
	job = world->mem_cgroups;
	ck_assert_uint_eq(job->memory.min_usage, 10);
	ck_assert_uint_eq(world->root_mem_cgroup.memory.children_low_usage, 40);
	/* Expect a saved group to say itself what its parent knows. */
	apply("memcg /job low 30 min_usage 3 low_usage 4");
	ck_assert_uint_eq(job->memory.low_usage, 4);
	ck_assert_uint_eq(world->root_mem_cgroup.memory.children_low_usage, 40);
}
