/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The commands of `pageflow shell`.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/text.h"
#include "tools/shell/shell.h"

/* ---- reading arguments ---- */

/** Take the next word off the rest of a line; NULL at its end. */
static char *next_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t");

	if (!*word)
		return NULL;
	*rest = word + strcspn(word, " \t");
	if (**rest)
		*(*rest)++ = '\0';
	return word;
}

/** Read a number, decimal or with 0x; false when it is none. */
static bool read_number(const char *word, long least, long most, long *value)
{
	char *end;

	if (!word)
		return false;
	errno = 0;
	*value = strtol(word, &end, 0);
	return end != word && !*end && !errno && *value >= least && *value <= most;
}

/** Is there a machine? Says so when not. */
static bool has_machine(struct shell *shell)
{
	if (!shell->machine)
		shell_error(shell, "there is no machine yet: make one with 'machine 256M', or take "
				   "one from a file with 'load FILE'");
	return shell->machine != NULL;
}

/** Is nothing left of the line? Says so when not. */
static bool no_more(struct shell *shell, char *rest)
{
	const char *word = next_word(&rest);

	if (word)
		shell_error(shell, "'%s' is too much here", word);
	return !word;
}

/* ---- blocks that the user holds ---- */

/** Note that the user holds a block. */
static struct held *hold(struct shell *shell, unsigned long number, uint64_t pfn,
			 unsigned int order, uint32_t gfp)
{
	struct held *grown = realloc(shell->held, (shell->nr_held + 1) * sizeof(*shell->held));

	if (!grown) {
		shell_error(shell, "out of memory");
		return NULL;
	}
	shell->held = grown;
	grown[shell->nr_held] = (struct held){ number, pfn, order, gfp };
	if (number >= shell->next_number)
		shell->next_number = number + 1;
	return &grown[shell->nr_held++];
}

/** The block of this number; NULL when it is not held. */
static struct held *find_number(const struct shell *shell, unsigned long number)
{
	for (size_t i = 0; i < shell->nr_held; i++)
		if (shell->held[i].number == number)
			return &shell->held[i];
	return NULL;
}

/** The block at this page; NULL when it is not held. */
static struct held *find_pfn(const struct shell *shell, uint64_t pfn)
{
	for (size_t i = 0; i < shell->nr_held; i++)
		if (shell->held[i].pfn == pfn)
			return &shell->held[i];
	return NULL;
}

/** The user no longer holds a block. */
static void let_go(struct shell *shell, struct held *held)
{
	size_t index = (size_t)(held - shell->held);

	memmove(held, held + 1, (shell->nr_held - index - 1) * sizeof(*held));
	shell->nr_held--;
}

/* ---- what the machine says ---- */

static void on_event(const struct pageflow_event *event, void *context)
{
	char line[512];

	(void)context;
	pageflow_event_text(event, line, sizeof(line));
	printf("  %s\n", line);
}

static void on_message(const char *text, void *context)
{
	(void)context;
	printf("%s", text);
}

static void on_violation(const char *text, void *context)
{
	shell_error(context, "BUG: %s; refused", text);
}

/**
 * @brief Go on with another machine; the old one and what was held of it are gone.
 *
 * @param shell the session
 * @param machine the machine
 */
void shell_take_machine(struct shell *shell, pageflow_machine *machine)
{
	pageflow_destroy(shell->machine);
	drawings_forget(&shell->drawings);
	shell->machine = machine;
	shell->nr_held = 0;
	shell->next_number = 1;
	pageflow_on_message(machine, on_message, shell);
	pageflow_on_violation(machine, on_violation, shell);
	pageflow_subscribe(machine, shell->tracing ? on_event : NULL, shell);
}

/* ---- the commands ---- */

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

/** Take over `held` lines behind a snapshot. */
static void load_held(struct shell *shell, const char *path)
{
	char why[256];
	struct text text;

	if (text_load(path, &text, why, sizeof(why)) != TEXT_OK)
		return;
	for (size_t i = 0; i < text.nr_lines; i++) {
		unsigned long number;
		unsigned long long pfn;
		unsigned int order, gfp;

		if (sscanf(text.line[i], "held %lu %llu %u %x", &number, &pfn, &order, &gfp) == 4)
			hold(shell, number, pfn, order, gfp);
	}
	text_free(&text);
}

static void run_load(struct shell *shell, char *rest)
{
	struct pageflow_error error = { 0 };
	pageflow_machine *machine;

	if (!*rest) {
		shell_error(shell, "load: which file?");
		return;
	}
	machine = pageflow_load(rest, &error);
	if (machine) {
		shell_take_machine(shell, machine);
		load_held(shell, rest);
	} else if (error.line) {
		shell_error(shell, "load: %s:%zu: %s", rest, error.line, error.text);
	} else {
		shell_error(shell, "load: %s: %s", rest, error.text);
	}
}

static void run_save(struct shell *shell, char *rest)
{
	FILE *out;

	if (!has_machine(shell))
		return;
	if (!*rest) {
		shell_error(shell, "save: to which file?");
		return;
	}
	out = fopen(rest, "w");
	if (!out) {
		shell_error(shell, "save: %s cannot be written: %s", rest, strerror(errno));
		return;
	}
	pageflow_write(shell->machine, out);
	for (size_t i = 0; i < shell->nr_held; i++)
		fprintf(out, "held %lu %llu %u %x\n", shell->held[i].number,
			(unsigned long long)shell->held[i].pfn, shell->held[i].order,
			shell->held[i].gfp);
	if (ferror(out) | fclose(out))
		shell_error(shell, "save: %s was not written whole: %s", rest, strerror(errno));
}

/** Take a gfp mask off the line: words up to the first that does not go on with `|`. */
static bool take_gfp(struct shell *shell, char **rest, uint32_t *gfp)
{
	struct pageflow_error error = { 0 };
	char *start = *rest, *end = start, *c = start;
	char mask[512];

	/* Blanks may stand around a bar. */
	for (; *c; c++) {
		if (*c != ' ' && *c != '\t') {
			end = c + 1;
			continue;
		}
		if (c[strspn(c, " \t")] != '|' && end[-1] != '|')
			break;
	}
	snprintf(mask, sizeof(mask), "%.*s", (int)(end - start), start);
	*rest = end;
	if (!pageflow_gfp_parse(mask, gfp, &error))
		return true;
	shell_error(shell, "%s", error.text);
	return false;
}

static void run_alloc(struct shell *shell, char *rest)
{
	long order = 0, nid = PAGEFLOW_NO_NODE;
	bool by_node = false;
	const char *word;
	uint64_t pfn;
	uint32_t gfp;

	if (!has_machine(shell))
		return;
	if (!*rest) {
		shell_error(shell, "alloc: which mask? For example 'alloc GFP_KERNEL 3'");
		return;
	}
	if (!take_gfp(shell, &rest, &gfp))
		return;
	word = next_word(&rest);
	if (word && !read_number(word, 0, 64, &order)) {
		shell_error(shell, "alloc: '%s' is no order; orders are 0 to 10", word);
		return;
	}
	word = next_word(&rest);
	if (word && !read_number(word, -1, 63, &nid)) {
		shell_error(shell, "alloc: '%s' is no node; -1 is the running CPU's", word);
		return;
	}
	by_node = word != NULL;
	if (!no_more(shell, rest))
		return;
	pfn = by_node ? pageflow_alloc_pages_node(shell->machine, (int)nid, gfp,
						  (unsigned int)order)
		      : pageflow_alloc_pages(shell->machine, gfp, (unsigned int)order);
	if (pfn == PAGEFLOW_NO_PAGE) {
		printf("no page\n");
		return;
	}
	if (hold(shell, shell->next_number, pfn, (unsigned int)order, gfp))
		printf("#%lu: page %#llx order %ld\n", shell->next_number - 1,
		       (unsigned long long)pfn, order);
}

static void run_free(struct shell *shell, char *rest)
{
	const char *word = next_word(&rest), *order_word = next_word(&rest);
	struct held *held = NULL;
	long number, order = 0;

	if (!has_machine(shell))
		return;
	if (word && *word == '#' && !order_word) {
		if (read_number(word + 1, 1, INT32_MAX, &number))
			held = find_number(shell, (unsigned long)number);
		if (!held) {
			shell_error(shell, "free: there is no block %s; 'blocks' lists them", word);
			return;
		}
		number = (long)held->pfn;
		order = held->order;
	} else if (!read_number(word, 0, INT64_MAX, &number) ||
		   !read_number(order_word, 0, 64, &order)) {
		shell_error(shell, "free: expected '#N' or 'PFN ORDER', as in 'free #1' or 'free "
				   "0x40400 3'");
		return;
	} else {
		held = find_pfn(shell, (uint64_t)number);
	}
	if (no_more(shell, rest) &&
	    !pageflow_free_pages(shell->machine, (uint64_t)number, (unsigned int)order) && held)
		let_go(shell, held);
}

static void run_blocks(struct shell *shell, char *rest)
{
	if (!no_more(shell, rest))
		return;
	for (size_t i = 0; i < shell->nr_held; i++) {
		const struct held *held = &shell->held[i];
		char gfp[256];

		pageflow_gfp_text(held->gfp, gfp, sizeof(gfp));
		printf("#%lu: page %#llx order %u %s\n", held->number,
		       (unsigned long long)held->pfn, held->order, gfp);
	}
}

/** Print a file of /proc. */
static void print_proc(struct shell *shell, char *rest, enum pageflow_proc file)
{
	if (has_machine(shell) && no_more(shell, rest))
		pageflow_print(shell->machine, file, stdout);
}

static void run_buddyinfo(struct shell *shell, char *rest)
{
	print_proc(shell, rest, PAGEFLOW_BUDDYINFO);
}

static void run_pagetypeinfo(struct shell *shell, char *rest)
{
	print_proc(shell, rest, PAGEFLOW_PAGETYPEINFO);
}

static void run_zoneinfo(struct shell *shell, char *rest)
{
	print_proc(shell, rest, PAGEFLOW_ZONEINFO);
}

static void run_draw(struct shell *shell, char *rest)
{
	struct pageflow_error error = { 0 };

	if (has_machine(shell) && drawings_draw(&shell->drawings, shell->machine, rest, &error))
		shell_error(shell, "draw: %s", error.text);
}

static void run_trace(struct shell *shell, char *rest)
{
	if (strcmp(rest, "on") && strcmp(rest, "off")) {
		shell_error(shell, "trace: expected 'trace on' or 'trace off'");
		return;
	}
	shell->tracing = !strcmp(rest, "on");
	if (shell->machine)
		pageflow_subscribe(shell->machine, shell->tracing ? on_event : NULL, shell);
}

static void run_cpu(struct shell *shell, char *rest)
{
	long cpu;

	if (!has_machine(shell))
		return;
	if (!read_number(rest, 0, 63, &cpu) || pageflow_set_cpu(shell->machine, (int)cpu))
		shell_error(shell, "cpu: '%s' is no CPU of this machine", rest);
}

static void run_drain(struct shell *shell, char *rest)
{
	long cpu;

	if (!has_machine(shell))
		return;
	if (!read_number(rest, 0, 63, &cpu) || pageflow_drain_cpu(shell->machine, (int)cpu))
		shell_error(shell, "drain: '%s' is no CPU of this machine", rest);
}

/** Change the machine by a record. */
static void apply(struct shell *shell, const char *word, const char *rest)
{
	struct pageflow_error error = { 0 };
	char record[4096];

	if (!has_machine(shell))
		return;
	snprintf(record, sizeof(record), "%s %s", word, rest);
	if (pageflow_apply(shell->machine, record, &error))
		shell_error(shell, "%s: %s", word, error.text);
}

static void run_task(struct shell *shell, char *rest)
{
	apply(shell, "task", rest);
}

static void run_mm(struct shell *shell, char *rest)
{
	apply(shell, "mm", rest);
}

static void run_current(struct shell *shell, char *rest)
{
	apply(shell, "current", rest);
}

static void run_policy(struct shell *shell, char *rest)
{
	apply(shell, "set_mempolicy", rest);
}

/** A group with a number behind its name: the number belongs to the field that matters most. */
static void apply_group(struct shell *shell, const char *word, const char *field, char *rest)
{
	char line[4096], name[256], value[64], more;

	if (sscanf(rest, "%255s %63[0-9a-fA-Fx] %c", name, value, &more) == 2) {
		snprintf(line, sizeof(line), "%s %s %s", name, field, value);
		rest = line;
	}
	apply(shell, word, rest);
}

static void run_cpuset(struct shell *shell, char *rest)
{
	apply_group(shell, "cpuset", "mems", rest);
}

static void run_memcg(struct shell *shell, char *rest)
{
	apply_group(shell, "memcg", "memory.max", rest);
}

/** Set a scene. */
static void scene(struct shell *shell, const char *word, const char *rest)
{
	struct pageflow_error error = { 0 };
	char command[4096];

	if (!has_machine(shell))
		return;
	snprintf(command, sizeof(command), "%s %s", word, rest);
	if (pageflow_scene(shell->machine, command, stdout, &error))
		shell_error(shell, "%s: %s", word, error.text);
}

static void run_live(struct shell *shell, char *rest)
{
	scene(shell, "live", rest);
}

static void run_idle(struct shell *shell, char *rest)
{
	scene(shell, "idle", rest);
}

static void run_file(struct shell *shell, char *rest)
{
	scene(shell, "file", rest);
}

static void run_fill(struct shell *shell, char *rest)
{
	scene(shell, "fill", rest);
}

static void run_dirty(struct shell *shell, char *rest)
{
	scene(shell, "dirty", rest);
}

static void run_write(struct shell *shell, char *rest)
{
	scene(shell, "write", rest);
}

static void run_verify(struct shell *shell, char *rest)
{
	scene(shell, "verify", rest);
}

static void run_swap(struct shell *shell, char *rest)
{
	scene(shell, "swap", rest);
}

static void run_process(struct shell *shell, char *rest)
{
	scene(shell, "process", rest);
}

static void run_fault(struct shell *shell, char *rest)
{
	scene(shell, "fault", rest);
}

static void run_join(struct shell *shell, char *rest)
{
	scene(shell, "join", rest);
}

static void run_fragment(struct shell *shell, char *rest)
{
	scene(shell, "fragment", rest);
}

static void run_status(struct shell *shell, char *rest)
{
	scene(shell, "status", rest);
}

static void run_takeall(struct shell *shell, char *rest)
{
	unsigned long first = shell->next_number, blocks = 0;
	const char *word;
	long order = 0;
	uint64_t pfn;
	uint32_t gfp;

	if (!has_machine(shell))
		return;
	if (!*rest) {
		shell_error(shell, "takeall: which mask? For example 'takeall GFP_ATOMIC 0'");
		return;
	}
	if (!take_gfp(shell, &rest, &gfp))
		return;
	word = next_word(&rest);
	if (word && !read_number(word, 0, 10, &order)) {
		shell_error(shell, "takeall: '%s' is no order; orders are 0 to 10", word);
		return;
	}
	if (!no_more(shell, rest))
		return;
	while ((pfn = pageflow_alloc_pages(shell->machine, gfp, (unsigned int)order)) !=
	       PAGEFLOW_NO_PAGE) {
		if (!hold(shell, shell->next_number, pfn, (unsigned int)order, gfp))
			return;
		blocks++;
	}
	printf("%lu blocks of order %ld", blocks, order);
	if (blocks)
		printf(": #%lu to #%lu", first, shell->next_number - 1);
	printf("\n");
}

static void run_sysctl(struct shell *shell, char *rest)
{
	apply(shell, "sysctl", rest);
}

static void run_gfp(struct shell *shell, char *rest)
{
	char text[512];
	uint32_t gfp;

	if (!take_gfp(shell, &rest, &gfp) || !no_more(shell, rest))
		return;
	pageflow_gfp_text(gfp, text, sizeof(text));
	printf("%#x %s\n", gfp, text);
}

static void run_help(struct shell *shell, char *rest)
{
	const struct shell_command *c = shell_commands;

	for (; c->name; c++)
		if (!*rest || !strcmp(c->name, rest))
			break;
	if (!c->name) {
		shell_error(shell, "help: there is no command '%s'", rest);
		return;
	}
	for (; c->name; c++) {
		char usage[64];

		snprintf(usage, sizeof(usage), "%s %s", c->name, c->arguments);
		printf("%-34s %s\n", usage, c->summary);
		if (*rest)
			break;
	}
}

static void run_quit(struct shell *shell, char *rest)
{
	if (no_more(shell, rest))
		shell->quit = true;
}

const struct shell_command shell_commands[] = {
	{ "machine", "SPEC", "boot a machine: 256M, 1G,cma=16M,cpus=2, 2x128M", run_machine },
	{ "load", "FILE", "take a machine from a saved file or a recording", run_load },
	{ "save", "FILE", "write the machine's whole state", run_save },
	{ "alloc", "GFP [ORDER [NODE]]", "allocate a block: alloc GFP_KERNEL|__GFP_ZERO 3",
	  run_alloc },
	{ "free", "#N | PFN ORDER", "free a block", run_free },
	{ "blocks", "", "list the blocks that were allocated here", run_blocks },
	{ "buddyinfo", "", "print /proc/buddyinfo", run_buddyinfo },
	{ "pagetypeinfo", "", "print /proc/pagetypeinfo", run_pagetypeinfo },
	{ "zoneinfo", "", "print /proc/zoneinfo", run_zoneinfo },
	{ "draw", "[FORM]... [ZONE]",
	  "draw the free lists, and what has changed; FORM: table words svg FILE.svg zones",
	  run_draw },
	{ "trace", "on|off", "show tracepoints as they fire", run_trace },
	{ "cpu", "N", "let another CPU run", run_cpu },
	{ "drain", "N", "empty a CPU's own lists", run_drain },
	{ "task", "PID [NAME VALUE]...", "make or change a task: task 7 cpuset small memcg /job",
	  run_task },
	{ "current", "PID", "let another task run", run_current },
	{ "mm", "PID NAME VALUE...", "change the memory of a task's process: mm 7 rss_anon 100",
	  run_mm },
	{ "policy", "MODE [NODES]", "the running task's memory policy: policy bind 2", run_policy },
	{ "cpuset", "NAME [NODES]",
	  "make or change a cpuset; NODES has a bit a node: cpuset small 1", run_cpuset },
	{ "memcg", "PATH [LIMIT]", "make or change a memory cgroup; LIMIT in pages: memcg /job 100",
	  run_memcg },
	{ "sysctl", "NAME VALUE", "change a tunable: sysctl min_free_kbytes 8192", run_sysctl },
	{ "live", "", "start kswapd, kcompactd, flusher, OOM reaper and watchdog", run_live },
	{ "idle", "", "let them run until all of them sleep", run_idle },
	{ "file", "NAME", "make a file", run_file },
	{ "fill", "NAME PAGES|PERCENT%", "read pages of a file into the page cache: fill movie 90%",
	  run_fill },
	{ "dirty", "NAME PAGES", "write to pages of a file that are in memory", run_dirty },
	{ "write", "NAME", "give every page of a file contents of its own", run_write },
	{ "verify", "NAME", "look whether the pages of a file still hold them", run_verify },
	{ "swap", "PAGES", "add swap space", run_swap },
	{ "process", "NAME", "make a process; prints its PID", run_process },
	{ "fault", "PID PAGES", "let a process use more memory", run_fault },
	{ "join", "PID GROUP", "put a process into a memory cgroup (/PATH) or a cpuset", run_join },
	{ "fragment", "PAGES [NAME]",
	  "fill memory (with a file), leave free pages without free neighbours", run_fragment },
	{ "takeall", "GFP [ORDER]", "allocate blocks until one is refused", run_takeall },
	{ "status", "", "print what files, processes and groups hold", run_status },
	{ "gfp", "GFP", "print a mask's value and names", run_gfp },
	{ "help", "[COMMAND]", "list the commands", run_help },
	{ "quit", "", "end the session", run_quit },
	{ NULL, NULL, NULL, NULL },
};
