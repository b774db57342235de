/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * A machine that is saved in the middle of memory pressure, loaded, and goes on, decides the same as the one that went on
 * without: every event, every answer, and everything it would save at the end.
 *
 * Both machines get the same random operations: processes that use memory, files that are read and written, requests of many
 * masks and orders, time that passes, groups at their limits. Which page an operation is about is chosen by its PFN.
 */
#include <stdlib.h>
#include <string.h>

#include "state/state.h"
#include "life/life.h"
#include "machines.h"
#include "page_cache.h"
#include "saved.h"

#define HELD	   100
#define OPERATIONS 1500

/** One machine, what drives it, and what it did. */
struct run {
	struct machine *machine;
	unsigned int seed;
	int count;
	unsigned long pfn[HELD];
	unsigned int order[HELD];
	u64 digest; /**< of all events and answers */
};

static unsigned int choose(struct run *run, unsigned int choices)
{
	run->seed = run->seed * 1103515245u + 12345u;
	return (run->seed >> 16) % choices;
}

static void mix(struct run *run, u64 value)
{
	run->digest = (run->digest ^ value) * 0x9e3779b97f4a7c15ull;
	run->digest ^= run->digest >> 29;
}

static void keep_event(const struct trace_event *event, void *context)
{
	struct run *run = context;

	mix(run, event->id);
	for (int i = 0; trace_event_descriptions[event->id].field[i].name; i++)
		mix(run, (u64)event->field[i]);
}

static void ignore_message(const char *text, void *context)
{
	(void)text;
	(void)context;
}

/** The machine in focus tells this run what it does. */
static void listen(struct run *run)
{
	world->subscriber = keep_event;
	world->subscriber_context = run;
	world->console = ignore_message;
}

/* ---- what can happen ---- */

static void op_other_cpu(struct run *run)
{
	world->this_cpu = (int)choose(run, (unsigned int)world->nr_cpus);
}

static void op_request(struct run *run)
{
	static const gfp_t masks[] = {
		GFP_KERNEL | __GFP_NORETRY,
		GFP_KERNEL | __GFP_RETRY_MAYFAIL,
		GFP_KERNEL_ACCOUNT | __GFP_NORETRY,
		GFP_HIGHUSER_MOVABLE | __GFP_NORETRY,
		GFP_NOFS | __GFP_NORETRY,
		GFP_NOIO | __GFP_NORETRY,
		GFP_ATOMIC,
		GFP_NOWAIT,
		GFP_TRANSHUGE,
		GFP_TRANSHUGE_LIGHT,
		GFP_KERNEL | __GFP_RECLAIMABLE | __GFP_NORETRY,
		GFP_KERNEL | __GFP_THISNODE | __GFP_NORETRY,
	};
	static const unsigned int orders[] = { 0, 0, 0, 1, 2, 3, 3, 4, 5, 9 };
	gfp_t mask = masks[choose(run, ARRAY_SIZE(masks))] | __GFP_NOWARN;
	unsigned int order = orders[choose(run, ARRAY_SIZE(orders))];
	struct page *page;

	if (run->count == HELD)
		return;
	page = alloc_pages(mask, order);
	mix(run, page ? page_to_pfn(page) : 0);
	if (!page)
		return;
	run->pfn[run->count] = page_to_pfn(page);
	run->order[run->count++] = order;
}

static void op_give_back(struct run *run)
{
	int which;

	if (!run->count)
		return;
	which = (int)choose(run, (unsigned int)run->count);
	__free_pages(pfn_to_page(run->pfn[which]), run->order[which]);
	run->pfn[which] = run->pfn[--run->count];
	run->order[which] = run->order[run->count];
}

/** A process other than the first; NULL: all were killed. */
static struct task *some_process(struct run *run)
{
	struct list_head *entry;
	unsigned int count = 0, which;

	list_for_each(entry, &world->tasks)
		count++;
	which = choose(run, count);
	list_for_each(entry, &world->tasks)
		if (!which--)
			break;
	return task_of(entry) == &world->init_task ? NULL : task_of(entry);
}

static void op_fault(struct run *run)
{
	struct task *task = some_process(run);
	unsigned int pages = 1 + choose(run, 64);

	if (task)
		mix(run, process_fault(task, pages));
	world_reschedule();
}

/** A process is born into some group, as long as there is room for one. */
static void op_process(struct run *run)
{
	struct mem_cgroup *memcg = world->mem_cgroups;
	struct list_head *entry;
	struct task *task;
	int count = 0;

	list_for_each(entry, &world->tasks)
		count++;
	if (count > 8)
		return;
	for (unsigned int skip = choose(run, 4); skip && memcg; skip--)
		memcg = memcg->next;
	task = process_new("worker", 0);
	task->memcg = memcg ? memcg : &world->root_mem_cgroup;
	task->oom_score_adj = (short)(100 * (int)choose(run, 4));
}

/** A file of the machine. */
static struct address_space *some_file(struct run *run)
{
	struct address_space *space = world->address_spaces;
	unsigned int skip = choose(run, 3);

	while (space->anonymous || skip--)
		space = space->next;
	return space;
}

static void op_read(struct run *run)
{
	struct address_space *file = some_file(run);

	mix(run, page_cache_fill(file, GFP_HIGHUSER_MOVABLE, 1 + choose(run, 96)));
}

/** Pages of the file with slots come back, some of them after they were reclaimed. */
static void op_read_again(struct run *run)
{
	struct address_space *file = world->address_spaces;

	while (strcmp(file->name, "index"))
		file = file->next;
	for (unsigned int times = choose(run, 64); times; times--) {
		unsigned long index = choose(run, 3000);
		const void *entry = page_slot(file, index);
		struct page *page;

		if (entry && !is_shadow(entry))
			continue;
		page = alloc_pages(GFP_HIGHUSER_MOVABLE, 0);
		if (!page)
			continue;
		mix(run, (u64)page_cache_add_at(page, file, index, GFP_KERNEL));
		put_page(page);
	}
}

/** The first page on an LRU list from a random PFN on, with an owner; NULL: none is near. */
static struct page *some_page(struct run *run)
{
	unsigned long pages = world->mem_map_end - world->mem_map_start;
	unsigned long pfn = world->mem_map_start + choose(run, (unsigned int)pages);

	for (int tries = 0; tries < 64 && pfn < world->mem_map_end; tries++, pfn++) {
		struct page *page = pfn_to_page(pfn);

		if (pfn_valid(pfn) && !PageTail(page) && PageFlag(page, PG_lru) && page_owner(page))
			return page;
	}
	return NULL;
}

static void op_write(struct run *run)
{
	for (unsigned int times = choose(run, 24); times; times--) {
		struct page *page = some_page(run);

		if (page && !PageFlag(page, PG_writeback))
			page_dirty(page);
	}
}

static void op_use(struct run *run)
{
	for (unsigned int times = choose(run, 24); times; times--) {
		struct page *page = some_page(run);

		if (!page)
			continue;
		mark_page_accessed(page);
		if (page_mapped(page))
			page_touch_mapped(page);
		else if (!choose(run, 8))
			page_map(page, choose(run, 2));
	}
}

static void op_time(struct run *run)
{
	world_sleep(1 + choose(run, 4));
}

static void op_congestion(struct run *run)
{
	struct address_space *file = some_file(run); /* drawn first, with any compiler */

	device_set_congested(file, choose(run, 4) == 0);
}

/** One random operation on the machine in focus. */
static void operate(struct run *run)
{
	static void (*const operations[])(struct run *) = {
		op_other_cpu, op_request, op_request, op_request,    op_give_back,  op_fault,
		op_fault,     op_read,	  op_read,    op_write,	     op_use,	    op_congestion,
		op_time,      op_time,	  op_process, op_read_again, op_read_again,
	};

	operations[choose(run, ARRAY_SIZE(operations))](run);
}

/* ---- the scene ---- */

/** A group below another one. */
static struct mem_cgroup *group(const char *path, struct mem_cgroup *parent, unsigned long max)
{
	struct mem_cgroup *memcg = memcg_new(path, parent, max);

	ck_assert_ptr_nonnull(memcg);
	return memcg;
}

/** Groups with limits and protection, processes in them, two files, a little swap. */
static void settle(struct run *run)
{
	struct mem_cgroup *job = group("/job", &world->root_mem_cgroup, 2500);
	struct mem_cgroup *member[] = { group("/job/a", job, PAGE_COUNTER_MAX),
					group("/job/b", job, 900),
					group("/quiet", &world->root_mem_cgroup, PAGE_COUNTER_MAX),
					&world->root_mem_cgroup };

	member[0]->memory.low = 300;
	member[2]->memory.min = 200;
	member[2]->memory.low = 500;
	ck_assert(daemons_start());
	swap_on(600);
	ck_assert_ptr_nonnull(address_space_new("log", false));
	ck_assert_ptr_nonnull(address_space_new("movie", false));
	ck_assert_ptr_nonnull(address_space_new("index", false));
	for (int i = 0; i < 8; i++)
		op_process(run);
	world->init_task.oom_score_adj = OOM_SCORE_ADJ_MIN;
	world->init_task.memcg = member[run->seed % ARRAY_SIZE(member)];
}

/** Run for a while, save, load, and run on with both. What happened on the way is added to `events`. */
static void through_pressure(const struct boot_spec *spec, unsigned int seed, unsigned long *events)
{
	struct run first = { .seed = seed }, second;
	char *half, *again;

	first.machine = test_machine_boot(spec);
	listen(&first);
	settle(&first);
	/* The disk is at work. */
	for (int i = 0; i < OPERATIONS || (i < 2 * OPERATIONS && !world->life->disk.nr_queued); i++)
		operate(&first);
	half = saved();
	second = first;
	second.machine = loaded(half);
	again = saved();
	ck_assert_msg(!strcmp(half, again), "seed %u: saved, loaded and saved differs", seed);
	free(half);
	free(again);
	listen(&second);
	for (int i = 0; i < OPERATIONS; i++) {
		machine_focus(first.machine);
		operate(&first);
		machine_focus(second.machine);
		operate(&second);
		ck_assert_msg(first.digest == second.digest && first.seed == second.seed,
			      "seed %u: the machines differ %d operations after they parted", seed,
			      i);
	}
	again = saved();
	machine_focus(first.machine);
	half = saved();
	ck_assert_msg(!strcmp(half, again), "seed %u: the machines ended in different states",
		      seed);
	free(half);
	free(again);
	for (int event = 0; event < NR_VM_EVENTS; event++)
		events[event] += world->vm_event[event];
	machine_free(first.machine);
	machine_free(second.machine);
}

/* Expect the same decisions whatever the machine was in the middle of. */
TEST(snapshot_continues_under_pressure, "")
{
	unsigned long events[NR_VM_EVENTS] = { 0 };
	struct boot_spec spec = {
		.nr_cpus = 2,
		.nr_memory = 1,
		.memory = { { TEST_DRAM, 32 * MIB, 0, false } },
	};

#ifdef CONFIG_NUMA
	spec.memory[spec.nr_memory++] =
		(struct boot_range){ TEST_DRAM + 32 * MIB, 16 * MIB, 1, false };
	spec.cpu_node[1] = 1;
#endif
	for (unsigned int seed = 1; seed <= 12; seed++)
		through_pressure(&spec, seed, events);
	/* It was pressure of every kind. */
	ck_assert_uint_gt(events[ALLOCSTALL], 100);
	ck_assert_uint_gt(events[COMPACTSTALL], 10);
	ck_assert_uint_gt(events[PAGEOUTRUN], 10);
	ck_assert_uint_gt(events[OOM_KILL], 10);
}
