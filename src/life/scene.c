/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Setting scenes: commands that fill memory, make processes, and let the machine live.
 *
 * A command is one line of words, as `pageflow shell` takes it:
 *
 *     live                      start kswapd, kcompactd, the flusher, the disk and the OOM reaper
 *     idle                      let them run until all of them sleep
 *     sleep SECONDS             let the running task sleep, and time pass
 *     file NAME                 make a file
 *     fill NAME PAGES|PERCENT%  read pages of a file into the page cache
 *     dirty NAME PAGES          write to pages of a file that are in memory
 *     write NAME                give every page of a file contents of its own
 *     verify NAME               check whether every page of a file still holds them
 *     swap PAGES                add swap space
 *     process NAME              make a process
 *     fault PID PAGES           let a process use more memory
 *     oom                       have a process killed, as SysRq f does
 *     join PID GROUP            put a process into a memory cgroup (/PATH) or a cpuset (NAME)
 *     fragment PAGES [NAME]     fill memory, but leave that many pages free, no two side by side
 *     status                    print what files, processes and groups hold
 */
#include <stdlib.h>
#include <string.h>

#include "gfp.h"
#include "life/life.h"
#include "memory_map.h"
#include "page_cache.h"
#include "text/cursor.h"
#include "text/error.h"
#include "stages/stages.h"
#include "vmstat.h"
#include "world/world.h"

/** Most words after a command, and the longest word with its end. */
#define MOST_WORDS 2
#define WORD_SIZE  64

/** Takes from every reserve, wakes nobody, complains to nobody. */
#define GFP_SCENE (__GFP_MOVABLE | __GFP_HIGHMEM | __GFP_NOWARN | __GFP_MEMALLOC)

/** A command on its way. */
struct scene {
	char word[MOST_WORDS][WORD_SIZE];
	int nr_words;
	FILE *out;
	struct pageflow_error *error; /**< why a command was not carried out */
};

/** Read a number of pages (or a PID). */
static bool read_count(const char *word, unsigned long *count)
{
	long value = 0;
	bool right = is_number(word, 1, INT32_MAX, &value);

	*count = (unsigned long)value;
	return right;
}

/** Read a share of memory: a number and `%`. */
static bool read_percent(const char *word, unsigned long *percent)
{
	size_t length = strlen(word);
	char digits[WORD_SIZE];

	if (!length || word[length - 1] != '%')
		return false;
	memcpy(digits, word, length);
	digits[length - 1] = '\0';
	return read_count(digits, percent);
}

/** Refuse what is not a number of pages. */
static int take_count(struct scene *scene, int index, unsigned long *count)
{
	if (read_count(scene->word[index], count))
		return 0;
	return error_set(scene->error, "'%s' is not a number of pages; give one from 1 to %d",
			 scene->word[index], INT32_MAX);
}

/** The file of this name; NULL with an error. */
static struct address_space *find_file(struct scene *scene, const char *name)
{
	struct address_space *space;

	for (space = world->address_spaces; space; space = space->next)
		if (!space->anonymous && !strcmp(space->name, name))
			return space;
	error_set(scene->error, "there is no file '%s'; 'file %s' makes it", name, name);
	return NULL;
}

/** The process of this number; NULL with an error. */
static struct task *find_process(struct scene *scene, const char *word)
{
	struct task *task = NULL;
	unsigned long pid;

	if (read_count(word, &pid))
		task = task_by_pid(pid);
	if (!task || !task->mm)
		error_set(scene->error,
			  "there is no process %s; 'process NAME' makes one, 'status' lists them",
			  word);
	return task && task->mm ? task : NULL;
}

/** All managed pages of the machine. */
static unsigned long managed_pages(void)
{
	unsigned long pages = 0;
	int nid;

	for_each_online_node(nid)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			pages += NODE_DATA(nid)->node_zones[zid].managed_pages;
	return pages;
}

/** Most pages that one command adds, as a multiple of what the machine has: each takes its time. */
#define MOST_MEMORIES 100

/** Refuse to add more pages than anybody would wait for. */
static int take_addition(struct scene *scene, unsigned long pages)
{
	unsigned long most = managed_pages() * MOST_MEMORIES;

	return pages <= most
		       ? 0
		       : error_set(
				 scene->error,
				 "%lu pages are more than %d times the machine's memory; give at most %lu",
				 pages, MOST_MEMORIES, most);
}

/** The next page of a file at or after a PFN, which moves past it; NULL at the end of memory. */
static struct page *next_page(const struct address_space *file, unsigned long *pfn)
{
	while (*pfn < world->mem_map_end) {
		unsigned long at = (*pfn)++;
		struct page *page = pfn_to_page(at);

		if (pfn_valid(at) && !PageTail(page) && page->mapping == file)
			return page;
	}
	return NULL;
}

/* ---- the commands ---- */

static int run_live(struct scene *scene)
{
	if (world->life->flusher)
		return error_set(scene->error, "the machine is alive already");
	return daemons_start() ? 0 : error_set(scene->error, "out of memory");
}

static int run_idle(struct scene *scene)
{
	unsigned long before = world->jiffies;
	bool resting;

	if (!world->life->flusher)
		return error_set(scene->error, "nobody is there to run; 'live' starts the daemons");
	resting = daemons_run();
	fprintf(scene->out, "%lu ticks%s\n", world->jiffies - before,
		resting ? "" : ", and not all of them sleep yet");
	return 0;
}

/** Longest sleep of one command. */
#define MOST_SECONDS 3600ul

static int run_sleep(struct scene *scene)
{
	unsigned long seconds;

	if (!read_count(scene->word[0], &seconds) || seconds > MOST_SECONDS)
		return error_set(scene->error,
				 "'%s' is not a number of seconds; give one from 1 to %lu",
				 scene->word[0], MOST_SECONDS);
	world_sleep(seconds * HZ);
	return 0;
}

static int run_file(struct scene *scene)
{
	const char *name = scene->word[0];

	if (strlen(name) >= ADDRESS_SPACE_NAME_LEN)
		return error_set(scene->error, "'%s' is too long; a name has at most %d letters",
				 name, ADDRESS_SPACE_NAME_LEN - 1);
	if (find_file(scene, name))
		return error_set(scene->error, "there is a file '%s' already", name);
	return address_space_new(name, false) ? 0 : error_set(scene->error, "out of memory");
}

static int run_fill(struct scene *scene)
{
	struct address_space *file = find_file(scene, scene->word[0]);
	unsigned long pages, added, before;

	if (!file)
		return -1;
	if (read_percent(scene->word[1], &pages))
		pages = managed_pages() * pages / 100;
	else if (take_count(scene, 1, &pages))
		return -1;
	if (take_addition(scene, pages))
		return -1;
	before = file->reclaimed;
	added = page_cache_fill(file, GFP_HIGHUSER_MOVABLE, pages);
	fprintf(scene->out, "%s: %lu pages added, %lu reclaimed in the meantime, %lu in memory\n",
		file->name, added, file->reclaimed - before, file->nrpages);
	return 0;
}

static int run_dirty(struct scene *scene)
{
	struct address_space *file = find_file(scene, scene->word[0]);
	unsigned long pfn = world->mem_map_start, wanted, done = 0;
	struct page *page;

	if (!file || take_count(scene, 1, &wanted))
		return -1;
	while (done < wanted && (page = next_page(file, &pfn))) {
		if (PageFlag(page, PG_dirty))
			continue;
		page_dirty(page);
		done++;
	}
	fprintf(scene->out, "%s: %lu pages became dirty\n", file->name, done);
	return 0;
}

/** What is at a place of a page's contents: no two pages of a file have the same. */
static unsigned long content(const struct page *page, size_t at)
{
	return page->index * (PAGE_SIZE / sizeof(unsigned long)) + at;
}

static int run_write(struct scene *scene)
{
	struct address_space *file = find_file(scene, scene->word[0]);
	unsigned long pfn = world->mem_map_start, done = 0;
	struct page *page;

	if (!file)
		return -1;
	while ((page = next_page(file, &pfn))) {
		unsigned long *word = page_contents(page);

		for (size_t at = 0; at < PAGE_SIZE / sizeof(*word); at++)
			word[at] = content(page, at);
		done++;
	}
	fprintf(scene->out, "%s: contents of %lu pages written\n", file->name, done);
	return 0;
}

static int run_verify(struct scene *scene)
{
	struct address_space *file = find_file(scene, scene->word[0]);
	unsigned long pfn = world->mem_map_start, good = 0, bad = 0;
	struct page *page;

	if (!file)
		return -1;
	while ((page = next_page(file, &pfn))) {
		const unsigned long *word = page_contents(page);
		size_t at = 0;

		while (at < PAGE_SIZE / sizeof(*word) && word[at] == content(page, at))
			at++;
		if (at == PAGE_SIZE / sizeof(*word))
			good++;
		else
			bad++;
	}
	fprintf(scene->out, "%s: %lu pages hold what was written, %lu do not\n", file->name, good,
		bad);
	return 0;
}

static int run_swap(struct scene *scene)
{
	unsigned long pages;

	if (take_count(scene, 0, &pages))
		return -1;
	swap_on(pages);
	return 0;
}

static int run_process(struct scene *scene)
{
	const struct task *task;

	if (strlen(scene->word[0]) >= TASK_COMM_LEN)
		return error_set(scene->error, "'%s' is too long; a name has at most %d letters",
				 scene->word[0], TASK_COMM_LEN - 1);
	task = process_new(scene->word[0], 0);
	if (!task)
		return error_set(scene->error, "out of memory");
	fprintf(scene->out, "pid %d: %s\n", task->pid, task->comm);
	return 0;
}

static int run_fault(struct scene *scene)
{
	struct task *task = find_process(scene, scene->word[0]);
	unsigned long pages, got;

	if (!task || take_count(scene, 1, &pages) || take_addition(scene, pages))
		return -1;
	got = process_fault(task, pages);
	fprintf(scene->out, "%s: %lu of %lu pages%s\n", task->comm, got, pages,
		task->fatal_signal_pending ? ", then it was killed" : "");
	/* Whoever was killed gets to run, and exits. */
	world_reschedule();
	return 0;
}

static int run_oom(struct scene *scene)
{
	(void)scene;
	sysrq_oom();
	world_reschedule();
	return 0;
}

/** Put a process into a memory cgroup. */
static int join_memcg(struct scene *scene, struct task *task, const char *path)
{
	struct mem_cgroup *memcg = NULL;

	while ((memcg = memcg_next(NULL, memcg)))
		if (!strcmp(memcg->path, path)) {
			memcg_join(task, memcg);
			return 0;
		}
	return error_set(scene->error, "there is no memory cgroup '%s'; 'memcg %s LIMIT' makes it",
			 path, path);
}

/** Put a process into a cpuset. */
static int join_cpuset(struct scene *scene, struct task *task, const char *name)
{
	struct cpuset *cpuset = world->cpusets;

	while (cpuset && strcmp(cpuset->name, name))
		cpuset = cpuset->next;
	if (!cpuset)
		return error_set(
			scene->error,
			"there is no cpuset '%s'; 'cpuset %s NODES' makes it (the path of a "
			"memory cgroup begins with /)",
			name, name);
	cpuset_attach(task, cpuset);
	return 0;
}

static int run_join(struct scene *scene)
{
	struct task *task = find_process(scene, scene->word[0]);

	if (!task)
		return -1;
	return scene->word[1][0] == '/' ? join_memcg(scene, task, scene->word[1])
					: join_cpuset(scene, task, scene->word[1]);
}

/** A page for a file, or for nobody: through a door below those where a debugger waits for
 * requests. */
static struct page *take_page(struct address_space *file)
{
	return file ? page_cache_add(file, GFP_SCENE)
		    : __alloc_pages_node(numa_node_id(), GFP_SCENE, 0);
}

/** Take every page there is, and mark it. */
static unsigned long take_all_pages(struct address_space *file, unsigned char *taken)
{
	unsigned long pages = 0;
	struct page *page;

	while ((page = take_page(file))) {
		taken[page_to_pfn(page) - world->mem_map_start] = true;
		pages++;
	}
	return pages;
}

static int run_fragment(struct scene *scene)
{
	struct address_space *file = NULL;
	unsigned long wanted, pages, freed = 0;
	unsigned char *taken;

	if (take_count(scene, 0, &wanted))
		return -1;
	if (scene->nr_words > 1 && !(file = find_file(scene, scene->word[1])))
		return -1;
	taken = calloc(world->mem_map_end - world->mem_map_start, 1);
	if (!taken)
		return error_set(scene->error, "out of memory");
	pages = take_all_pages(file, taken);
	/*
	 * Two neighbours could merge: of each pair the first comes back, the second stays. From the end
	 * on, so that the free pages are where compaction looks for them first.
	 */
	for (unsigned long pfn = world->mem_map_end;
	     pfn-- > world->mem_map_start && freed < wanted;) {
		if (pfn % 2 || !taken[pfn - world->mem_map_start])
			continue;
		if (file)
			page_cache_drop(pfn_to_page(pfn));
		else
			__free_pages(pfn_to_page(pfn), 0);
		freed++;
	}
	free(taken);
	drain_all_pages(NULL);
	fprintf(scene->out, "%lu pages taken, %lu of them free again\n", pages, freed);
	return 0;
}

/** Free pages of a zone, and the marks they are compared with. */
static void print_zone(FILE *out, struct zone *zone)
{
	fprintf(out, "node %d zone %s: %lu of %lu pages free; min %lu, low %lu, high %lu\n",
		zone->zone_pgdat->node_id, zone->name,
		zone_page_state_snapshot(zone, NR_FREE_PAGES), zone->managed_pages,
		min_wmark_pages(zone), low_wmark_pages(zone), high_wmark_pages(zone));
}

/** The memory of each node, and what its kswapd does. */
static void print_nodes(FILE *out)
{
	int nid;

	for_each_online_node(nid) {
		struct pglist_data *pgdat = NODE_DATA(nid);

		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			if (populated_zone(&pgdat->node_zones[zid]))
				print_zone(out, &pgdat->node_zones[zid]);
		if (world->life->kswapd[nid])
			fprintf(out, "kswapd%d: %s\n", nid,
				world->life->kswapd[nid]->runnable	? "woken"
				: pgdat->kswapd.state == KSWAPD_NAPPING ? "napping"
									: "asleep");
	}
}

/** What processes hold. */
static void print_processes(FILE *out)
{
	const struct list_head *entry;

	list_for_each(entry, &world->tasks) {
		const struct task *task = task_of(entry);

		if (task->mm)
			fprintf(out,
				"pid %d %s: %lu pages in use, %lu in swap, oom_score_adj %d, oom_score %lu\n",
				task->pid, task->comm,
				task->mm->rss_anon + task->mm->rss_file + task->mm->rss_shmem,
				task->mm->swap_entries, process_of(task)->oom_score_adj,
				oom_score(process_of(task)));
	}
}

/** A counter of all nodes, with what CPUs hold back. */
static long count_on_nodes(enum node_stat_item item)
{
	long sum = world->vm_node_stat[item];
	int nid, cpu;

	for_each_online_node(nid)
		for_each_online_cpu(cpu)
			sum += NODE_DATA(nid)->per_cpu_nodestats[cpu].vm_node_stat_diff[item];
	return sum;
}

static int run_status(struct scene *scene)
{
	const struct address_space *file;
	const struct mem_cgroup *memcg;

	print_nodes(scene->out);
	for (file = world->address_spaces; file; file = file->next)
		if (!file->anonymous)
			fprintf(scene->out, "file %s: %lu pages in memory, %lu reclaimed\n",
				file->name, file->nrpages, file->reclaimed);
	fprintf(scene->out, "dirty %ld, being written %ld, written %ld\n",
		count_on_nodes(NR_FILE_DIRTY), count_on_nodes(NR_WRITEBACK),
		count_on_nodes(NR_WRITTEN));
	if (world->total_swap_pages)
		fprintf(scene->out, "swap: %ld pages, %ld free\n", (long)world->total_swap_pages,
			(long)world->nr_swap_pages);
	print_processes(scene->out);
	for (memcg = world->mem_cgroups; memcg; memcg = memcg->next)
		fprintf(scene->out, "group %s: %ld of %ld pages\n", memcg->path,
			(long)memcg->memory.usage, (long)memcg->memory.max);
	return 0;
}

static const struct command {
	const char *name;
	int least; /**< words after it */
	int most;
	const char *arguments;
	int (*run)(struct scene *scene);
} commands[] = {
	{ "live", 0, 0, "", run_live },
	{ "idle", 0, 0, "", run_idle },
	{ "sleep", 1, 1, " SECONDS", run_sleep },
	{ "file", 1, 1, " NAME", run_file },
	{ "fill", 2, 2, " NAME PAGES|PERCENT%", run_fill },
	{ "dirty", 2, 2, " NAME PAGES", run_dirty },
	{ "write", 1, 1, " NAME", run_write },
	{ "verify", 1, 1, " NAME", run_verify },
	{ "swap", 1, 1, " PAGES", run_swap },
	{ "process", 1, 1, " NAME", run_process },
	{ "fault", 2, 2, " PID PAGES", run_fault },
	{ "oom", 0, 0, "", run_oom },
	{ "join", 2, 2, " PID GROUP", run_join },
	{ "fragment", 1, 2, " PAGES [NAME]", run_fragment },
	{ "status", 0, 0, "", run_status },
};

/** Cut out the words after the command; more or longer ones than there is room for count as too many. */
static void take_words(struct scene *scene, const char *rest)
{
	for (;;) {
		size_t length;

		rest += strspn(rest, " \t");
		length = strcspn(rest, " \t");
		if (!length)
			return;
		if (scene->nr_words == MOST_WORDS || length >= WORD_SIZE) {
			scene->nr_words = MOST_WORDS + 1;
			return;
		}
		memcpy(scene->word[scene->nr_words++], rest, length);
		rest += length;
	}
}

/**
 * @brief Carry out one command on the machine in focus.
 *
 * @param line the command
 * @param out receives what it prints
 * @param error receives why it was not carried out
 * @return 0, or -1
 */
int scene_run(const char *line, FILE *out, struct pageflow_error *error)
{
	struct scene scene = { .out = out, .error = error };
	size_t length = strcspn(line, " \t");

	if (!life_begin())
		return error_set(error, "out of memory");
	take_words(&scene, line + length);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		const struct command *command = &commands[i];

		if (strlen(command->name) != length || strncmp(command->name, line, length))
			continue;
		if (scene.nr_words >= command->least && scene.nr_words <= command->most)
			return command->run(&scene);
		return error_set(error, "expected '%s%s'", command->name, command->arguments);
	}
	return error_set(error, "there is no command '%.*s'", (int)(length < 64 ? length : 64),
			 line);
}
