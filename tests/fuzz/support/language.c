/* SPDX-License-Identifier: GPL-2.0-only */
/** @file Commands by chance; see language.h. */
#include "support/language.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "pageflow.h"

/** Most lines of a scenario: each may take a while. */
#define MOST_LINES 48

/** One of the words in an array. */
#define ONE_OF(words) chance_word(words, sizeof(words) / sizeof(*(words)))

/** What the lines above a place have made, as far as later commands name it. */
struct seen {
	size_t cpus, nodes, processes, files, groups, cpusets, blocks;
};

/* ---- What is there ---- */

/** How many there are of what a line says after a word, such as `cpus=`; 1 when it does not. */
static size_t counted(const char *line, const char *word)
{
	const char *at = strstr(line, word);
	int count = 0;

	return at && sscanf(at + strlen(word), "%d", &count) == 1 && count > 0 ? (size_t)count : 1;
}

/** How many nodes a `machine` line has. */
static size_t nodes_of(const char *line)
{
	size_t nodes = 1;

	if (strchr(line, 'x') && strcspn(line, "x") < strcspn(line, ","))
		nodes = counted(line, "machine ");
	for (const char *c = line; *c && *c != ','; c++)
		nodes += *c == '+';
	return nodes < 4 ? nodes : 4;
}

/** What stands above a line. */
static struct seen look_above(const struct lines *scenario, size_t at)
{
	struct seen seen = { .cpus = 1, .nodes = 1 };

	for (size_t i = 0; i < at; i++) {
		const char *line = scenario->line[i];

		if (!strncmp(line, "machine ", 8))
			seen = (struct seen){ .cpus = counted(line, "cpus="),
					      .nodes = nodes_of(line) };
		seen.processes += !strncmp(line, "process ", 8);
		seen.files += !strncmp(line, "file ", 5);
		seen.groups += !strncmp(line, "memcg ", 6);
		seen.cpusets += !strncmp(line, "cpuset ", 7);
		seen.blocks += !strncmp(line, "alloc ", 6) + 20 * !strncmp(line, "takeall ", 8);
	}
	return seen;
}

/* ---- Words ---- */

/** A number of pages: few, many, or more than there are. */
static size_t pages(void)
{
	static const size_t most[] = { 3, 40, 300, 2000, 9000 };

	return 1 + chance(most[chance(sizeof(most) / sizeof(*most))]);
}

static const char *const bases[] = { "GFP_KERNEL",   "GFP_ATOMIC",    "GFP_NOIO",
				     "GFP_NOFS",     "GFP_NOWAIT",    "GFP_USER",
				     "GFP_HIGHUSER", "GFP_TRANSHUGE", "GFP_KERNEL_ACCOUNT",
				     "GFP_KERNEL",   "GFP_DMA",	      "GFP_HIGHUSER_MOVABLE" };

/** A mask: one of the usual ones, and up to three more names. */
static void put_mask(char *text, size_t size)
{
	size_t names = 0, length;

	while (pageflow_gfp_name(names))
		names++;
	length = (size_t)snprintf(text, size, "%s", ONE_OF(bases));
	for (size_t more = chance(4); more; more--)
		length += (size_t)snprintf(text + length, size - length, "|%s",
					   one_in(5) ? "__GFP_NOFAIL"
						     : pageflow_gfp_name(chance(names)));
}

/** A bit a node, none missing and none too many. */
static size_t some_nodes(const struct seen *seen)
{
	return 1 + chance((1ul << seen->nodes) - 1);
}

/** The number of a process, or of the first task. */
static size_t some_pid(const struct seen *seen)
{
	return 1 + chance(seen->processes + 1);
}

/* ---- Commands: each puts one together ---- */

typedef void (*speaker)(const struct seen *seen, char *line, size_t size);

static void say_alloc(const struct seen *seen, char *line, size_t size)
{
	char mask[256], node[16] = "";

	put_mask(mask, sizeof(mask));
	if (one_in(6))
		snprintf(node, sizeof(node), " %d", (int)chance(seen->nodes + 1) - 1);
	snprintf(line, size, "alloc %s %zu%s", mask, one_in(2) ? chance(4) : chance(11), node);
}

static void say_takeall(const struct seen *seen, char *line, size_t size)
{
	char mask[256];

	(void)seen;
	put_mask(mask, sizeof(mask));
	snprintf(line, size, "takeall %s %zu", mask, one_in(2) ? 0 : chance(11));
}

static void say_free(const struct seen *seen, char *line, size_t size)
{
	if (one_in(12))
		snprintf(line, size, "free %zu %zu", 262144 + chance(4096), chance(12));
	else
		snprintf(line, size, "free #%zu", 1 + chance(seen->blocks + 1));
}

static void say_process(const struct seen *seen, char *line, size_t size)
{
	snprintf(line, size, "process p%zu", seen->processes);
}

static void say_fault(const struct seen *seen, char *line, size_t size)
{
	snprintf(line, size, "fault %zu %zu", 1 + some_pid(seen), pages());
}

static void say_join(const struct seen *seen, char *line, size_t size)
{
	if (seen->groups && one_in(2))
		snprintf(line, size, "join %zu /g%zu", some_pid(seen), chance(seen->groups));
	else
		snprintf(line, size, "join %zu c%zu", some_pid(seen), chance(seen->cpusets + 1));
}

static void say_file(const struct seen *seen, char *line, size_t size)
{
	snprintf(line, size, "file f%zu", seen->files);
}

static void say_fill(const struct seen *seen, char *line, size_t size)
{
	size_t file = chance(seen->files + 1);

	if (one_in(3))
		snprintf(line, size, "fill f%zu %zu%%", file, 1 + chance(150));
	else
		snprintf(line, size, "fill f%zu %zu", file, pages());
}

static void say_dirty(const struct seen *seen, char *line, size_t size)
{
	snprintf(line, size, "dirty f%zu %zu", chance(seen->files + 1), pages());
}

static void say_contents(const struct seen *seen, char *line, size_t size)
{
	snprintf(line, size, "%s f%zu", one_in(2) ? "write" : "verify", chance(seen->files + 1));
}

static void say_fragment(const struct seen *seen, char *line, size_t size)
{
	if (seen->files && one_in(2))
		snprintf(line, size, "fragment %zu f%zu", pages(), chance(seen->files));
	else
		snprintf(line, size, "fragment %zu", pages());
}

static void say_swap(const struct seen *seen, char *line, size_t size)
{
	(void)seen;
	snprintf(line, size, "swap %zu", pages());
}

static void say_sleep(const struct seen *seen, char *line, size_t size)
{
	(void)seen;
	snprintf(line, size, "sleep %zu", 1 + chance(one_in(4) ? 100 : 4));
}

/** What needs no more words. */
static void say_word(const struct seen *seen, char *line, size_t size)
{
	static const char *const words[] = { "live",
					     "live",
					     "idle",
					     "oom",
					     "suspend",
					     "resume",
					     "trace on",
					     "trace off",
					     "buddyinfo",
					     "zoneinfo",
					     "blocks",
					     "pagetypeinfo",
					     "status",
					     "lru",
					     "scanners",
					     "draw table",
					     "draw words",
					     "draw lru",
					     "draw zones",
					     SAVE_AND_LOAD,
					     "draw svg",
					     "draw percpu",
					     "draw blocks",
					     AS_OBJECTS,
					     "draw percpu svg",
					     "draw blocks words" };

	(void)seen;
	snprintf(line, size, "%s", ONE_OF(words));
}

static void say_save(const struct seen *seen, char *line, size_t size)
{
	(void)seen;
	snprintf(line, size, "%s", SAVE_AND_LOAD);
}

static void say_cpu(const struct seen *seen, char *line, size_t size)
{
	static const char *const whats[] = { "", " online", " offline" };

	if (one_in(4))
		snprintf(line, size, "drain %zu", chance(seen->cpus));
	else
		snprintf(line, size, "cpu %zu%s", chance(seen->cpus), ONE_OF(whats));
}

static void say_memcg(const struct seen *seen, char *line, size_t size)
{
	static const char *const fields[] = {
		"memory.max", "memory.high", "min",	 "low",	       "swap.max",
		"swappiness", "oom_group",   "kmem.max", "memory.max", "oom_kill_disable"
	};
	size_t group = chance(seen->groups + 1);
	const char *field = ONE_OF(fields);
	bool flag = !strncmp(field, "oom_", 4);

	if (one_in(3))
		snprintf(line, size, "memcg /g%zu %zu", group, pages());
	else if (one_in(6))
		snprintf(line, size, "memcg /g%zu/b", chance(seen->groups + 1));
	else
		snprintf(line, size, "memcg /g%zu %s %zu", group, field,
			 flag				? chance(2)
			 : !strcmp(field, "swappiness") ? chance(101)
							: pages());
}

static void say_cpuset(const struct seen *seen, char *line, size_t size)
{
	snprintf(line, size, "cpuset c%zu %zx", chance(seen->cpusets + 1), some_nodes(seen));
}

static void say_policy(const struct seen *seen, char *line, size_t size)
{
	static const char *const modes[] = { "bind", "interleave", "preferred" };

	if (one_in(4))
		snprintf(line, size, "policy %s", one_in(2) ? "default" : "local");
	else
		snprintf(line, size, "policy %s %zx", ONE_OF(modes), some_nodes(seen));
}

static void say_task(const struct seen *seen, char *line, size_t size)
{
	static const char *const whats[] = { "flags 2048",
					     "flags 262144",
					     "flags 524288",
					     "flags 268435456",
					     "flags 0",
					     "oom_score_adj -1000",
					     "oom_score_adj 1000",
					     "oom_score_adj -500",
					     "oom_origin 1",
					     "group_exit 1",
					     "tif_memdie 1",
					     "fatal_signal_pending 1",
					     "need_resched 1",
					     "cpuset /",
					     "memcg /",
					     "active_memcg -",
					     "uid 1000",
					     "prio 139",
					     "vfork_done_pending 1" };
	size_t pid = some_pid(seen);

	if (one_in(4))
		snprintf(line, size, "task %zu memcg /g%zu", pid, chance(seen->groups + 1));
	else if (one_in(4))
		snprintf(line, size, "task %zu %s %zu", pid, one_in(2) ? "mm_of" : "tgid",
			 some_pid(seen));
	else if (one_in(6))
		snprintf(line, size, "task %zu comm t", 1 + chance(40));
	else
		snprintf(line, size, "task %zu %s", pid, ONE_OF(whats));
}

static void say_mm(const struct seen *seen, char *line, size_t size)
{
	static const char *const fields[] = { "rss_shmem",    "rss_file",   "stays_shmem",
					      "stays_file",   "stays_anon", "pgtable_bytes",
					      "swap_entries", "total_vm" };
	static const char *const flags[] = { "oom_skip", "mmap_locked", "notifier_blocks" };

	if (one_in(3))
		snprintf(line, size, "mm %zu %s %zu", some_pid(seen), ONE_OF(flags), chance(2));
	else
		snprintf(line, size, "mm %zu %s %zu", some_pid(seen), ONE_OF(fields), pages());
}

static void say_current(const struct seen *seen, char *line, size_t size)
{
	snprintf(line, size, "current %zu", some_pid(seen));
}

static void say_sysctl(const struct seen *seen, char *line, size_t size)
{
	static const struct {
		const char *name;
		size_t most;
	} tunables[] = { { "min_free_kbytes", 4000 },
			 { "watermark_boost_factor", 30000 },
			 { "watermark_scale_factor", 1000 },
			 { "lowmem_reserve_ratio[0]", 300 },
			 { "lowmem_reserve_ratio[1]", 300 },
			 { "lowmem_reserve_ratio[2]", 300 },
			 { "percpu_pagelist_fraction", 1000 },
			 { "dirty_ratio", 100 },
			 { "dirty_bytes", 10000000 },
			 { "swappiness", 200 },
			 { "panic_on_oom", 0 },
			 { "oom_kill_allocating_task", 1 },
			 { "oom_dump_tasks", 1 },
			 { "laptop_mode", 5 },
			 { "zone_reclaim_mode", 7 },
			 { "numa_stat", 1 } };
	size_t which = chance(sizeof(tunables) / sizeof(*tunables)), most = tunables[which].most;

	(void)seen;
	snprintf(line, size, "sysctl %s %zu", tunables[which].name,
		 one_in(3) ? most : chance(most + 1));
}

static void say_steps(const struct seen *seen, char *line, size_t size)
{
	char command[280];

	(one_in(2) ? say_alloc : say_takeall)(seen, command, sizeof(command));
	snprintf(line, size, "steps %s %s", one_in(2) ? "words" : "table", command);
}

static void say_machine(const struct seen *seen, char *line, size_t size)
{
	static const char *const memories[] = { "1M",  "2M",  "4M",  "8M", "12M",
						"16M", "16M", "24M", "32M" };
	static const char *const extras[] = { "",
					      "",
					      "",
					      ",cma=4M",
					      ",base=0x3f800000",
					      ",base=0xff800000",
					      ",base=0xff800000,cma=4M",
					      ",base=0x3fe00000",
					      ",hole=0x40200000+0x200000",
					      ",nomap=0x40300000+0x3000",
					      ",reserve=0x40080000+0x100000",
					      ",base=0x40100000",
					      ",base=0" };
#ifdef CONFIG_NUMA
	static const char *const nodes[] = {
		"2x4M",	 "2x8M",  "2x16M",     "3x4M",	   "4x2M",
		"4x4M",	 "8M+1M", "4M+2M+12M", "16M,numa", "2x8M,cpunodes=0:0",
		"1M+16M"
	};
#endif
	const char *memory = ONE_OF(memories), *extra = ONE_OF(extras);
	char cpus[16] = "";

	(void)seen;
#ifdef CONFIG_NUMA
	if (!one_in(5)) {
		memory = ONE_OF(nodes);
		if (one_in(4))
			extra = ",distance=0:1:40";
	}
#endif
	if (one_in(3) && !strstr(memory, "cpunodes"))
		snprintf(cpus, sizeof(cpus), ",cpus=%zu", 1 + chance(4));
	snprintf(line, size, "machine %s%s%s", memory, extra, cpus);
}

/** A command that could stand before a line. Those that are tried often stand here more than once. */
static void say(const struct lines *scenario, size_t at, char *line, size_t size)
{
	static const speaker speakers[] = {
		say_alloc,    say_alloc,   say_alloc,	say_alloc,  say_takeall, say_takeall,
		say_free,     say_free,	   say_process, say_fault,  say_fault,	 say_fault,
		say_join,     say_file,	   say_fill,	say_fill,   say_dirty,	 say_contents,
		say_fragment, say_swap,	   say_sleep,	say_word,   say_word,	 say_word,
		say_cpu,      say_memcg,   say_memcg,	say_cpuset, say_policy,	 say_task,
		say_mm,	      say_current, say_sysctl,	say_steps,  say_save,	 say_fragment,
	};
	const struct seen seen = look_above(scenario, at);

	speakers[chance(sizeof(speakers) / sizeof(*speakers))](&seen, line, size);
}

/* ---- Scenarios ---- */

/** Does a line belong into a scenario here? Those that touch files of the host do not. */
bool language_fits(const char *line)
{
	static const char *const no[] = { "save", "sa",	 "load", "loa", "quit",
					  "q",	  "qui", "help", "h",	"he" };
	char word[8] = "";

	if (strstr(line, ".svg"))
		return false;
#ifndef CONFIG_NUMA
	/* One node alone: this program has no other configuration in it. */
	if (!strncmp(line, "machine", 7) && (strstr(line, "numa") || nodes_of(line) > 1 ||
					     strcspn(line, "x+") < strcspn(line, ",=")))
		return false;
#endif
	sscanf(line, " %7s", word);
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		if (!strcmp(word, no[i]))
			return false;
	return true;
}

/** Draw a flag to a request, or take its last one off. */
static void change_mask(struct lines *scenario, size_t at)
{
	size_t names = 0, length;
	char line[512], *space;

	while (pageflow_gfp_name(names))
		names++;
	snprintf(line, sizeof(line), "%s", scenario->line[at]);
	space = strchr(line, ' ');
	if (!space)
		return;
	length = (size_t)(space + 1 + strcspn(space + 1, " ") - line);
	snprintf(line + length, sizeof(line) - length, "|%s%s", pageflow_gfp_name(chance(names)),
		 scenario->line[at] + length);
	lines_replace(scenario, at, line);
}

/** One small change. */
static void change(struct lines *scenario)
{
	size_t at = 1 + chance(scenario->count - 1), other = 1 + chance(scenario->count - 1);
	char line[512];

	switch (chance(10)) {
	case 0:
		if (scenario->count > 2)
			lines_remove(scenario, at);
		break;
	case 1:
		lines_swap(scenario, at, other);
		break;
	case 2:
		snprintf(line, sizeof(line), "%s", scenario->line[other]);
		lines_insert(scenario, at, line);
		break;
	case 3:
	case 4:
		/* Pages and seconds are asked for one by one: their numbers stay small enough to be reached. */
		if (!strncmp(scenario->line[at], "sysctl ", 7))
			lines_change_number(scenario, at, LONG_MIN, LONG_MAX);
		else if (strncmp(scenario->line[at], "machine ", 8))
			lines_change_number(scenario, at, 0, 20000);
		break;
	case 5:
		if (!strncmp(scenario->line[at], "alloc ", 6) ||
		    !strncmp(scenario->line[at], "takeall ", 8))
			change_mask(scenario, at);
		break;
	case 6:
		say(scenario, at, line, sizeof(line));
		lines_replace(scenario, at, line);
		break;
	case 7:
		say_machine(NULL, line, sizeof(line));
		lines_replace(scenario, 0, line);
		break;
	default:
		say(scenario, at, line, sizeof(line));
		lines_insert(scenario, at, line);
	}
}

/** A scenario from nothing. */
static void begin(struct lines *scenario)
{
	char line[512];

	while (scenario->count)
		lines_remove(scenario, scenario->count - 1);
	say_machine(NULL, line, sizeof(line));
	lines_insert(scenario, 0, line);
	for (size_t more = 2 + chance(12); more; more--) {
		say(scenario, scenario->count, line, sizeof(line));
		lines_insert(scenario, scenario->count, line);
	}
}

/** Lead the way with a machine: remarks above it are dropped, and so are lines without one. */
static bool has_machine(struct lines *scenario)
{
	while (scenario->count && strncmp(scenario->line[0], "machine ", 8))
		lines_remove(scenario, 0);
	return scenario->count > 1;
}

/** Change a scenario: whole commands and their words, so that it stays one. */
void language_mutate(struct lines *scenario)
{
	if (!has_machine(scenario) || one_in(25)) {
		begin(scenario);
		return;
	}
	for (size_t times = 1 + chance(4); times; times--)
		change(scenario);
	while (scenario->count > MOST_LINES)
		lines_remove(scenario, 1 + chance(scenario->count - 1));
}

/** Go on as another scenario does, from some line of it on. */
void language_cross(struct lines *scenario, const struct lines *other)
{
	size_t keep;

	if (!has_machine(scenario) || !other->count)
		return;
	keep = 1 + chance(scenario->count);
	while (scenario->count > keep)
		lines_remove(scenario, scenario->count - 1);
	for (size_t i = chance(other->count); i < other->count; i++)
		if (strncmp(other->line[i], "machine ", 8))
			lines_insert(scenario, scenario->count, other->line[i]);
	while (scenario->count > MOST_LINES)
		lines_remove(scenario, scenario->count - 1);
}
