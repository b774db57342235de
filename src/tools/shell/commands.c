/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The commands of `pageflow shell`.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "library/handle.h"
#include "text/cursor.h"
#include "text/input.h"
#include "text/nearest.h"
#include "text/new-file.h"
#include "text/wrap.h"
#include "tools/options.h"
#include "tools/shell/arguments.h"
#include "tools/shell/interrupt.h"
#include "tools/shell/shell.h"

/** The last page that 48 bits of an address reach. */
#define MOST_PFN ((1l << 36) - 1)

/** Where the meanings begin in the help. */
#define HELP_COLUMN 28

/* ---- The commands ---------------------------------------------------------------------------- */

static void run_machine(struct shell *shell, char *rest)
{
	struct pageflow_error error = { 0 };
	pageflow_machine *machine;

	if (!*rest) {
		shell_error(shell, "machine: which? For example 'machine 256M', 'machine "
				   "1G,cma=16M,cpus=2' or 'machine 2x128M'");
		return;
	}
	machine = pageflow_boot(rest, &error);
	if (machine)
		shell_take_machine(shell, machine);
	else
		shell_error(shell, "machine: %s", error.text);
}

/** Take `held NUMBER PFN ORDER MASK` over, which stands after a snapshot; false when it says something else. */
static bool take_held(struct shell *shell, const char *line)
{
	unsigned long gfp;
	long number, pfn, order;

	if (!take_word(&line, "held"))
		return true;
	if (!take_number(&line, &number) || number < 1 || number > INT32_MAX ||
	    !take_number(&line, &pfn) || pfn < 0 || pfn > MOST_PFN || !take_number(&line, &order) ||
	    order < 0 || order > LARGEST_ORDER || !take_hex(&line, &gfp) || gfp > UINT32_MAX ||
	    !take_end(&line))
		return false;
	return shell_hold(shell, (unsigned long)number, (uint64_t)pfn, (unsigned int)order,
			  (uint32_t)gfp);
}

/** Go on with a machine that was loaded, and with the blocks that were held of it. */
static void take_loaded(struct shell *shell, pageflow_machine *machine, const char *path,
			const struct text *text)
{
	shell_take_machine(shell, machine);
	for (size_t i = 0; i < text->nr_lines; i++)
		if (!take_held(shell, text->line[i])) {
			shell_error(
				shell,
				"load: %s:%zu: expected 'held NUMBER PFN ORDER MASK', with a PFN up "
				"to %ld and an order up to %d; the blocks from here on are not held",
				path, i + 1, MOST_PFN, LARGEST_ORDER);
			return;
		}
}

static void run_load(struct shell *shell, char *rest)
{
	struct pageflow_error error = { 0 };
	pageflow_machine *machine;
	struct text text = { 0 };

	if (!*rest) {
		shell_error(shell, "load: which file?");
		return;
	}
	if (input_is_standard(rest) && !shell->path) {
		shell_error(shell, "load: the commands come from standard input; give a file");
		return;
	}
	machine = handle_load(rest, &text, &error);
	if (machine)
		take_loaded(shell, machine, rest, &text);
	else if (error.line)
		shell_error(shell, "load: %s:%zu: %s", rest, error.line, error.text);
	else
		shell_error(shell, "load: %s: %s", rest, error.text);
	text_free(&text);
}

/** Write the machine, and after it the blocks that are held of it. */
static void write_machine(const struct shell *shell, FILE *out)
{
	pageflow_write(shell->machine, out);
	for (size_t i = 0; i < shell->nr_held; i++)
		fprintf(out, "held %lu %llu %u %x\n", shell->held[i].number,
			(unsigned long long)shell->held[i].pfn, shell->held[i].order,
			shell->held[i].gfp);
}

static void run_save(struct shell *shell, char *rest)
{
	struct pageflow_error error = { 0 };
	struct new_file file;

	if (!shell_has_machine(shell))
		return;
	if (!*rest) {
		shell_error(shell, "save: to which file?");
		return;
	}
	if (same_file(shell->path ? shell->path : "-", rest)) {
		shell_error(shell, "save: %s is the file of these commands; write to another",
			    rest);
		return;
	}
	if (shell->record && is_standard_output(rest)) {
		write_machine(shell, shell->plain);
		return;
	}
	if (new_file_begin(&file, rest, &error)) {
		shell_error(shell, "save: %s", error.text);
		return;
	}
	write_machine(shell, file.out);
	if (new_file_end(&file, &error))
		shell_error(shell, "save: %s", error.text);
}

static void run_alloc(struct shell *shell, char *rest)
{
	long nid = BY_POLICY;
	unsigned int order;
	uint64_t pfn;
	uint32_t gfp;

	if (!shell_has_machine(shell))
		return;
	if (!*rest) {
		shell_error(shell, "alloc: which mask? For example 'alloc GFP_KERNEL 3'");
		return;
	}
	if (!take_gfp(shell, "alloc", &rest, &gfp) ||
	    !take_order(shell, "alloc", &rest, MOST_ORDER, &order) ||
	    !take_node(shell, "alloc", &rest, &nid) || !no_more(shell, rest))
		return;
	pfn = nid == BY_POLICY ? pageflow_alloc_pages(shell->machine, gfp, order)
			       : pageflow_alloc_pages_node(shell->machine, (int)nid, gfp, order);
	if (pfn == PAGEFLOW_NO_PAGE) {
		fputs("no page\n", shell->plain);
		return;
	}
	if (shell_hold(shell, shell->next_number, pfn, order, gfp))
		fprintf(shell->plain, "#%lu: page %#llx order %u\n", shell->next_number - 1,
			(unsigned long long)pfn, order);
}

static void run_free(struct shell *shell, char *rest)
{
	const char *word = take_argument(&rest), *order_word = take_argument(&rest);
	struct pageflow_error error;
	struct held *held = NULL;
	unsigned int order;
	long number;

	if (!shell_has_machine(shell))
		return;
	if (word && *word == '#' && !order_word) {
		if (is_number(word + 1, 1, INT32_MAX, &number))
			held = shell_find_number(shell, (unsigned long)number);
		if (!held) {
			shell_error(shell, "free: there is no block %s; 'blocks' lists them", word);
			return;
		}
		number = (long)held->pfn;
		order = held->order;
	} else if (!order_word || !is_number(word, 0, MOST_PFN, &number)) {
		shell_error(
			shell,
			"free: expected '#N' or 'PFN ORDER', as in 'free #1' or 'free 0x40400 3'; "
			"PFNs are 0 to %ld, orders 0 to %d",
			MOST_PFN, LARGEST_ORDER);
		return;
	} else if (order_read(order_word, LARGEST_ORDER, &order, &error)) {
		shell_error(shell, "free: %s", error.text);
		return;
	} else {
		held = shell_find_page(shell, (uint64_t)number);
	}
	if (no_more(shell, rest) && !pageflow_free_pages(shell->machine, (uint64_t)number, order) &&
	    held)
		shell_let_go(shell, held);
}

static void run_blocks(struct shell *shell, char *rest)
{
	if (!no_more(shell, rest))
		return;
	for (size_t i = 0; i < shell->nr_held; i++) {
		const struct held *held = &shell->held[i];
		char gfp[256];

		pageflow_gfp_text(held->gfp, gfp, sizeof(gfp));
		fprintf(shell->out, "#%lu: page %#llx order %u %s\n", held->number,
			(unsigned long long)held->pfn, held->order, gfp);
	}
}

/** Print a file of /proc; false when it could not be. */
static bool print_proc(struct shell *shell, char *rest, enum pageflow_proc file)
{
	bool can = shell_has_machine(shell) && no_more(shell, rest);

	if (can)
		pageflow_print(shell->machine, file, shell->plain);
	return can;
}

/** Print a file of /proc that tells of free blocks: in a record, a picture of these goes with it. */
static void print_free(struct shell *shell, char *rest, enum pageflow_proc file)
{
	struct pageflow_error error = { 0 };

	if (shell->record)
		record_shown(shell->record);
	if (print_proc(shell, rest, file) && shell->record &&
	    drawings_record(shell, PAGEFLOW_FREE_LISTS, NULL, &error))
		shell_error(shell, "draw: %s", error.text);
}

static void run_buddyinfo(struct shell *shell, char *rest)
{
	print_free(shell, rest, PAGEFLOW_BUDDYINFO);
}

static void run_pagetypeinfo(struct shell *shell, char *rest)
{
	print_free(shell, rest, PAGEFLOW_PAGETYPEINFO);
}

static void run_zoneinfo(struct shell *shell, char *rest)
{
	print_proc(shell, rest, PAGEFLOW_ZONEINFO);
}

static void run_draw(struct shell *shell, char *rest)
{
	struct pageflow_error error = { 0 };

	if (shell_has_machine(shell) && drawings_draw(shell, rest, &error))
		shell_error(shell, "draw: %s", error.text);
}

static void run_steps(struct shell *shell, char *rest)
{
	struct pageflow_error error = { 0 };

	if (shell_has_machine(shell) && drawings_watch(shell, rest, &error))
		shell_error(shell, "steps: %s", error.text);
}

static void run_trace(struct shell *shell, char *rest)
{
	if (strcmp(rest, "on") && strcmp(rest, "off")) {
		shell_error(shell, "trace: expected 'trace on' or 'trace off'");
		return;
	}
	shell_trace(shell, !strcmp(rest, "on"));
}

/** Take a CPU offline or online, as a write to /sys/devices/system/cpu/cpuN/online does. */
static void plug_cpu(struct shell *shell, long cpu, bool online)
{
	struct pageflow_error error = { 0 };
	char record[64];

	snprintf(record, sizeof(record), "cpu %ld online %d", cpu, online);
	if (pageflow_apply(shell->machine, record, &error))
		shell_error(shell, "cpu: %s", error.text);
}

/** Say why a CPU can do nothing: pageflow_set_cpu() and pageflow_drain_cpu() answered so. */
static void refuse_cpu(struct shell *shell, const char *command, const char *word, int answer)
{
	if (answer == -2)
		shell_error(shell, "%s: CPU %s is offline; 'cpu %s online' brings it back", command,
			    word, word);
	else
		shell_error(
			shell,
			"%s: '%s' is not a CPU of this machine; 'machine SIZE,cpus=N' has N, from 0 on",
			command, word);
}

static void run_cpu(struct shell *shell, char *rest)
{
	const char *word = take_argument(&rest);
	bool online = !strcmp(rest, "online");
	int answer;
	long cpu;

	if (!shell_has_machine(shell))
		return;
	if (!is_number(word, 0, 63, &cpu)) {
		refuse_cpu(shell, "cpu", word ? word : "", -1);
	} else if (online || !strcmp(rest, "offline")) {
		plug_cpu(shell, cpu, online);
	} else if (no_more(shell, rest)) {
		answer = pageflow_set_cpu(shell->machine, (int)cpu);
		if (answer)
			refuse_cpu(shell, "cpu", word, answer);
	}
}

static void run_drain(struct shell *shell, char *rest)
{
	int answer = -1;
	long cpu;

	if (!shell_has_machine(shell))
		return;
	if (is_number(rest, 0, 63, &cpu))
		answer = pageflow_drain_cpu(shell->machine, (int)cpu);
	if (answer)
		refuse_cpu(shell, "drain", rest, answer);
}

static void run_takeall(struct shell *shell, char *rest)
{
	unsigned long first = shell->next_number, blocks = 0;
	unsigned int order;
	uint64_t pfn;
	uint32_t gfp;

	if (!shell_has_machine(shell))
		return;
	if (!*rest) {
		shell_error(shell, "takeall: which mask? For example 'takeall GFP_ATOMIC 0'");
		return;
	}
	if (!take_gfp(shell, "takeall", &rest, &gfp) ||
	    !take_order(shell, "takeall", &rest, LARGEST_ORDER, &order) || !no_more(shell, rest))
		return;
	while ((pfn = pageflow_alloc_pages(shell->machine, gfp, order)) != PAGEFLOW_NO_PAGE) {
		if (!shell_hold(shell, shell->next_number, pfn, order, gfp))
			return;
		blocks++;
		if (interrupt_came())
			break;
	}
	fprintf(shell->plain, "%s%lu blocks of order %u",
		interrupt_came() ? "\nended by Ctrl-C: " : "", blocks, order);
	if (blocks)
		fprintf(shell->plain, ": #%lu to #%lu", first, shell->next_number - 1);
	fputc('\n', shell->plain);
}

static void run_gfp(struct shell *shell, char *rest)
{
	char text[512];
	uint32_t gfp;

	if (!take_gfp(shell, "gfp", &rest, &gfp) || !no_more(shell, rest))
		return;
	pageflow_gfp_text(gfp, text, sizeof(text));
	fprintf(shell->plain, "%#x %s\n", gfp, text);
}

/**
 * @brief The command of this name, or the only one that begins so.
 *
 * @param name the name or its beginning
 * @param matches receives how many begin so
 * @return the command, or NULL
 */
const struct shell_command *shell_command_named(const char *name, int *matches)
{
	const struct shell_command *found = NULL;

	*matches = 0;
	for (const struct shell_command *c = shell_commands; c->name; c++) {
		if (!strcmp(c->name, name))
			return c;
		if (!strncmp(c->name, name, strlen(name))) {
			found = c;
			(*matches)++;
		}
	}
	return *matches == 1 ? found : NULL;
}

/**
 * @brief The command of this name, as shell_command_named(), for a command that is carried out.
 *
 * @param shell the session
 * @param name the name or its beginning
 * @return the command; NULL after saying why there is none
 */
const struct shell_command *shell_find_command(struct shell *shell, const char *name)
{
	struct nearest nearest = nearest_to(name);
	char hint[NEAREST_HINT];
	int matches;
	const struct shell_command *found = shell_command_named(name, &matches);

	if (found)
		return found;
	for (const struct shell_command *c = shell_commands; c->name; c++)
		nearest_try(&nearest, c->name);
	if (matches)
		shell_error(shell, "several commands begin with '%s'; 'help' lists the commands",
			    name);
	else
		shell_error(shell, "there is no command '%s'%s; 'help' lists the commands", name,
			    nearest_hint(&nearest, hint, sizeof(hint)));
	return NULL;
}

/** A row of the help. */
static void print_command(FILE *out, const struct shell_command *command)
{
	char usage[64];

	snprintf(usage, sizeof(usage), "%s %s", command->name, command->arguments);
	wrap_row(out, help_columns(), HELP_COLUMN, usage, command->summary);
}

static void run_help(struct shell *shell, char *rest)
{
	const struct shell_command *c = *rest ? shell_find_command(shell, rest) : shell_commands;

	if (!c)
		return;
	if (*rest) {
		print_command(shell->plain, c);
		return;
	}
	for (; c->name; c++)
		print_command(shell->plain, c);
	fputc('\n', shell->plain);
	wrap_text(
		shell->plain, help_columns(),
		"The beginning of a command is enough where only one begins so. GFP is a mask: names "
		"and numbers, joined by |, &, ~ and parentheses. Ctrl-C drops the line that is being "
		"typed and ends takeall; twice in a row it ends the session, as Ctrl-D does.\n");
}

static void run_quit(struct shell *shell, char *rest)
{
	if (no_more(shell, rest))
		shell->quit = true;
}

const struct shell_command shell_commands[] = {
	{ "machine", "SPEC", "boot a machine: 256M, 1G,cma=16M,cpus=2, 2x128M", .run = run_machine,
	  .takes = { WORD_MACHINE } },
	{ "load", "FILE", "take a machine from a saved file or a recording", .run = run_load,
	  .takes = { WORD_FILE } },
	{ "save", "FILE", "write the machine's whole state", .run = run_save,
	  .takes = { WORD_FILE } },
	{ "alloc", "GFP [ORDER [NODE]]", "allocate a block: alloc GFP_KERNEL|__GFP_ZERO 3",
	  .run = run_alloc, .takes = { WORD_MASK, WORD_ORDER, WORD_NODE } },
	{ "free", "#N | PFN ORDER", "free a block", .run = run_free, .takes = { WORD_BLOCK } },
	{ "blocks", "", "list the blocks that were allocated here", .run = run_blocks },
	{ "buddyinfo", "", "print /proc/buddyinfo", .run = run_buddyinfo },
	{ "pagetypeinfo", "", "print /proc/pagetypeinfo", .run = run_pagetypeinfo },
	{ "zoneinfo", "", "print /proc/zoneinfo", .run = run_zoneinfo },
	{ "draw", "[FORM]... [ZONE]",
	  "draw the free lists, and what has changed; FORM: table words svg FILE.svg zones lru percpu blocks",
	  .run = run_draw, .each = WORD_FORM },
	{ "steps", "[FORM]... COMMAND",
	  "carry out a command, and draw what compaction does, step by step", .run = run_steps,
	  .each = WORD_STEPS },
	{ "trace", "on|off", "show tracepoints as they fire", .run = run_trace,
	  .takes = { WORD_SWITCH } },
	{ "cpu", "N [online|offline]", "let another CPU run; or let it go, or come back",
	  .run = run_cpu, .takes = { WORD_CPU, WORD_ONLINE } },
	{ "drain", "N", "empty a CPU's own lists", .run = run_drain, .takes = { WORD_CPU } },
	{ "task", "PID [NAME VALUE]...", "make or change a task: task 7 cpuset small memcg /job",
	  .record = "task", .takes = { WORD_PID }, .pairs = WORD_TASK_FIELD },
	{ "current", "PID", "let another task run", .record = "current", .takes = { WORD_PID } },
	{ "mm", "PID NAME VALUE...",
	  "change the memory of a task's process: mm 7 rss_shmem 100 stays_shmem 80",
	  .record = "mm", .takes = { WORD_PID }, .pairs = WORD_MM_FIELD },
	{ "policy", "MODE [NODES]", "the running task's memory policy: policy bind 2",
	  .record = "set_mempolicy", .takes = { WORD_POLICY } },
	{ "cpuset", "NAME [NODES]",
	  "make or change a cpuset; NODES has a bit a node: cpuset small 1", .record = "cpuset",
	  .field = "mems", .takes = { WORD_CPUSET }, .pairs = WORD_CPUSET_FIELD },
	{ "memcg", "PATH [LIMIT]", "make or change a memory cgroup; LIMIT in pages: memcg /job 100",
	  .record = "memcg", .field = "memory.max", .takes = { WORD_MEMCG },
	  .pairs = WORD_MEMCG_FIELD },
	{ "sysctl", "NAME VALUE", "change a tunable: sysctl min_free_kbytes 8192",
	  .record = "sysctl", .takes = { WORD_SYSCTL } },
	{ "suspend", "", "go to sleep: from now on no request may start I/O",
	  .record = "pm_restrict_gfp_mask" },
	{ "resume", "", "be awake again", .record = "pm_restore_gfp_mask" },
	{ "live", "", "start kswapd, kcompactd, flusher, disk and OOM reaper", .scene = "live" },
	{ "idle", "", "let them run until all of them sleep", .scene = "idle" },
	{ "sleep", "SECONDS", "let the running task sleep, and time pass: sleep 3",
	  .scene = "sleep" },
	{ "file", "NAME", "make a file", .scene = "file" },
	{ "fill", "NAME PAGES|PERCENT%", "read pages of a file into the page cache: fill movie 90%",
	  .scene = "fill", .takes = { WORD_NAME } },
	{ "dirty", "NAME PAGES", "write to pages of a file that are in memory", .scene = "dirty",
	  .takes = { WORD_NAME } },
	{ "write", "NAME", "give every page of a file contents of its own", .scene = "write",
	  .takes = { WORD_NAME } },
	{ "verify", "NAME", "look whether the pages of a file still hold them", .scene = "verify",
	  .takes = { WORD_NAME } },
	{ "swap", "PAGES", "add swap space", .scene = "swap" },
	{ "process", "NAME", "make a process; prints its PID", .scene = "process" },
	{ "fault", "PID PAGES", "let a process use more memory", .scene = "fault",
	  .takes = { WORD_PID } },
	{ "oom", "", "have a process killed, as SysRq f does", .scene = "oom" },
	{ "join", "PID GROUP", "put a process into a memory cgroup (/PATH) or a cpuset",
	  .scene = "join", .takes = { WORD_PID, WORD_GROUP } },
	{ "fragment", "PAGES [NAME]",
	  "fill memory (with a file), leave free pages without free neighbours",
	  .scene = "fragment", .takes = { WORD_NONE, WORD_NAME } },
	{ "takeall", "GFP [ORDER]", "allocate blocks until one is refused", .run = run_takeall,
	  .takes = { WORD_MASK, WORD_ORDER }, .ends = true },
	{ "status", "", "print what files, processes and groups hold", .scene = "status" },
	{ "lru", "[NAME VALUE]...", "print the LRU lists, head first; NAME: node list group runs",
	  .scene = "lru", .pairs = WORD_LOOK },
	{ "scanners", "[ZONE]", "print where compaction's scanners are, pageblock by pageblock",
	  .scene = "scanners", .takes = { WORD_ZONE } },
	{ "explain", "GFP [ORDER [NODE]]",
	  "tell why a request would get its page, or none; the machine stays as it is",
	  .run = run_explain, .takes = { WORD_MASK, WORD_ORDER, WORD_NODE } },
	{ "gfp", "GFP", "print a mask's value and names", .run = run_gfp, .takes = { WORD_MASK } },
	{ "help", "[COMMAND]", "list the commands", .run = run_help, .takes = { WORD_COMMAND } },
	{ "quit", "", "end the session", .run = run_quit },
	{ .name = NULL },
};
