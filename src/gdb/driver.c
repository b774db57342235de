/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The program that `make gdb` runs: a machine, a scene, and a few requests to step into.
 *
 * It boots a small machine, sets a scene on it, and then makes the requests of that scene one after
 * the other. A debugger stops at the first of them. From there `step` goes down the path; `tour`
 * goes down it with explanations. Everything that happens is kept in `event_log`, where `pf-events`
 * finds it.
 *
 * A scenario is one of the four below, or a file of commands for `pageflow shell`, of which
 * docs/scenarios/ has some.
 *
 * Setting a scene asks for pages through alloc_pages_node() only. So a breakpoint at alloc_page()
 * is met first by the request that the scene is about.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "life/life.h"
#include "stages/stages.h"
#include "state/look.h"
#include "state/state.h"
#include "text/new-file.h"
#include "tools/shell/shell.h"
#include "tools/tools.h"
#include "world/world.h"

#define MIB	 (1ull << 20)
#define ZONE_MIB 64

/** Where arm64 machines often have their memory, and where the next two zones begin. */
#define DRAM_START   0x40000000ull
#define DMA32_START  0x80000000ull
#define NORMAL_START 0x100000000ull
#define SECOND_NODE  0x140000000ull

/** Pages that the scene `fragment` leaves full of holes: more than the watermarks ask for. */
#define FRAGMENTED_PAGES 1024

/** Takes from every reserve, wakes nobody, complains to nobody: for setting a scene. */
#define GFP_SCENE (__GFP_MOVABLE | __GFP_HIGHMEM | __GFP_NOWARN)

/** What has happened so far, oldest first; from event LOG_SIZE on the oldest is overwritten. */
#define LOG_SIZE 4096
struct trace_event event_log[LOG_SIZE];
unsigned long event_log_count;

static void keep_event(const struct trace_event *event, void *context)
{
	(void)context;
	event_log[event_log_count++ % LOG_SIZE] = *event;
}

const char *event_text(unsigned long number);
const char *text_seen(const char *look);
const char *text_printed_by(void (*print)(FILE *out));
const char *machine_saved(const char *path);

/** For the debugger: event `number` as a line of text, through the printer that everybody uses. */
const char *event_text(unsigned long number)
{
	static char text[512];

	trace_format(&event_log[number % LOG_SIZE], text, sizeof(text));
	return text;
}

/** For the debugger: what `lru` or `scanners` shows, as pageflow shell takes them, valid until the next call. */
const char *text_seen(const char *look)
{
	static char *text;
	static struct pageflow_error error;
	size_t size;
	FILE *out;
	int failed;

	free(text);
	text = NULL;
	out = open_memstream(&text, &size);
	if (!out)
		return "no memory to print into\n";
	failed = look_run(look, out, &error);
	fclose(out);
	return failed ? error.text : text;
}

/** For the debugger: what a printer such as proc_buddyinfo() writes, valid until the next call. */
const char *text_printed_by(void (*print)(FILE *out))
{
	static char *text;
	size_t size;
	FILE *out;

	free(text);
	text = NULL;
	out = open_memstream(&text, &size);
	if (!out)
		return "no memory to print into\n";
	print(out);
	fclose(out);
	return text;
}

/** For the debugger: write the machine as `save` of pageflow shell does; what went wrong, or nothing. */
const char *machine_saved(const char *path)
{
	static struct pageflow_error error;
	struct new_file file;

	if (new_file_begin(&file, path, &error))
		return error.text;
	snapshot_save(file.out);
	return new_file_end(&file, &error) ? error.text : "";
}

/**
 * Three zones of 64 MiB on node 0, at the addresses where arm64 has them; with CONFIG_NUMA a second
 * node with one more.
 */
static struct machine *boot(void)
{
	static struct boot_spec spec = {
		.nr_cpus = 1,
		.nr_memory = 3,
		.memory = { { DRAM_START, ZONE_MIB * MIB, 0, false },
			    { DMA32_START, ZONE_MIB * MIB, 0, false },
			    { NORMAL_START, ZONE_MIB * MIB, 0, false } },
	};
	struct pageflow_error error = { 0 };
	struct machine *machine;

#ifdef CONFIG_NUMA
	spec.memory[spec.nr_memory++] =
		(struct boot_range){ SECOND_NODE, ZONE_MIB * MIB, 1, false };
#endif
	machine = machine_boot(&spec, &error);
	if (!machine)
		fprintf(stderr, "gdb-driver: %s\n", error.text);
	return machine;
}

/** Take single pages until this request would get none. */
static void take_all(gfp_t gfp_mask)
{
	while (alloc_pages_node(0, gfp_mask, 0))
		;
}

/** After boot every pageblock is movable. Have one unmovable one, as every system in use has. */
static void have_an_unmovable_pageblock(void)
{
	__free_pages(alloc_pages_node(0, GFP_KERNEL, 0), 0);
	drain_local_pages(NULL);
}

/* fast: enough memory of every kind. The first attempt finds a page. */
static void fast(void)
{
	struct page *page, *movable, *block;

	have_an_unmovable_pageblock();

	page = alloc_page(GFP_KERNEL);
	movable = alloc_page(GFP_HIGHUSER_MOVABLE);
	block = alloc_pages(GFP_KERNEL | __GFP_ZERO, 3);

	__free_page(page);
	__free_page(movable);
	__free_pages(block, 3);
}

/*
 * fragment: every second page at the start of ZONE_NORMAL is free, nothing else is, and all pageblocks
 * are movable. The first pass over the zones refuses to mix types; the second has to.
 */
static void fragment(void)
{
	struct page *page,
		*first = pfn_to_page(NODE_DATA(0)->node_zones[ZONE_NORMAL].zone_start_pfn);

	take_all(GFP_SCENE | __GFP_MEMALLOC);
	for (unsigned long i = 0; i < FRAGMENTED_PAGES; i += 2)
		__free_page(first + i);
	drain_local_pages(NULL);

	page = alloc_page(GFP_KERNEL);
	__free_page(page);
}

/*
 * atomic: free memory is down to the min watermark. A request that cannot sleep is served from the
 * reserve below it; one that cannot sleep and is not urgent gets nothing, and a report says why.
 */
static void atomic(void)
{
	struct page *page;

	have_an_unmovable_pageblock();
	take_all(GFP_SCENE);

	page = alloc_page(GFP_ATOMIC);
	alloc_page(GFP_NOWAIT);
	__free_page(page);
}

/*
 * slow: the same scarcity, and a caller that may sleep. Reclaim and compaction are tried, the retry
 * logic is asked, and since nothing can be reclaimed the request fails rather than kill a process.
 */
static void slow(void)
{
	have_an_unmovable_pageblock();
	take_all(GFP_SCENE);

	alloc_page(GFP_KERNEL | __GFP_RETRY_MAYFAIL);
	alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 2);
}

static const struct scenario {
	const char *name;
	void (*play)(void);
} scenarios[] = {
	{ "fast", fast }, { "fragment", fragment }, { "atomic", atomic }, { "slow", slow }
};

/** Carry out the commands of a file, as `pageflow shell FILE` does. */
static int play_file(const char *name)
{
	char shell[] = "shell", path[4096];
	char *arguments[] = { shell, path, NULL };

	snprintf(path, sizeof(path), "docs/scenarios/%s.pf", name);
	if (access(path, R_OK))
		snprintf(path, sizeof(path), "%s", name);
	if (!access(path, R_OK))
		return command_shell(2, arguments);
	fprintf(stderr, "gdb-driver: there is no scenario '%s'; there are", name);
	for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++)
		fprintf(stderr, " %s", scenarios[i].name);
	fprintf(stderr, ", those of docs/scenarios, and files of commands for pageflow shell\n");
	return EXIT_BAD_INPUT;
}

/** Play a scene on a machine of our own. */
static int play(const struct scenario *scenario)
{
	struct machine *machine = boot();

	if (!machine)
		return 1;
	machine->subscriber = keep_event;
	scenario->play();
	machine_free(machine);
	return 0;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : scenarios[0].name;

	for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++)
		if (!strcmp(scenarios[i].name, name))
			return play(&scenarios[i]);
	return play_file(name);
}
