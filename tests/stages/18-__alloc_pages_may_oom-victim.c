/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 18 on the samples of tests/samples/5.8.18-*oom*.dmesg: kills of a real 5.8.18, each with its report.
 *
 * A sample may begin with what /proc said of every process just before; the lines of that table begin with `##`, as does a
 * line for each process that died. From the sample a machine is made, the OOM killer is asked, and then
 *
 *  - each oom_score must be that of /proc,
 *  - the log must be that of the sample, from the line that begins the report to the last one,
 *  - exactly those must have died of whom the sample says so.
 *
 * What the killer decides and adds up is not taken from the sample: who is chosen, in which order processes are listed,
 * killed and reaped, the constraint line, anonymous memory, everything in KiB. Given to the machine is what no kernel
 * decides at that point, and this is all:
 *
 *  - processes: number, name, user, oom_score_adj, address space, rss, page tables and swap, as the table of tasks has them; how much
 *    of a victim's rss is file and shared memory, as the line of its kill has it. Processes of a group come into it in the
 *    order of the table;
 *  - who asks, for which mask and order, on which kernel;
 *  - the counters of memory, or of the group at its limit; groups that the summary and the line of a group kill name. Whoever
 *    is in the table from the victim on is in the victim's group;
 *  - what the reaper finds: a victim of whom no line says that it was reaped had ended by itself before, and what is left
 *    afterwards lay in mappings that the reaper leaves alone.
 *
 * Call traces are cut in the samples. Of a panic its first line is compared.
 */
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "life/life.h"
#include "report-samples.h"

#define MOST_ROWS 64
#define HEADER	  " invoked oom-killer: gfp_mask=0x"
#define PANIC	  "Kernel panic - not syncing: "

/** A process as a table has it. */
struct row {
	int pid, tgid, adj;
	unsigned int uid;
	unsigned long total_vm, rss, pgtable_bytes, swap;
	char name[TASK_COMM_LEN];
	unsigned long score; /**< of /proc */
	bool kernel_thread;
};

/** What /proc said, and who died. */
struct before {
	const char *path; /**< of the sample */
	unsigned long ram_kb, swap_kb;
	struct row row[MOST_ROWS];
	int nr_rows;
	int died[MOST_ROWS];
	bool killed[MOST_ROWS]; /**< here, in the order of `died` */
	int nr_died;
};

/** Carry out a record, as a user types it in the shell. */
__attribute__((format(printf, 1, 2))) static void apply(const char *format, ...)
{
	struct reader reader = { 0 };
	va_list arguments;
	char line[4096];

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	ck_assert_msg(!record_apply(&reader, line), "%s: %s", line, reader.error.text);
}

/** Take one line that begins with `##`. */
static void take_remark(struct before *before, const char *line)
{
	struct row row = { 0 };
	unsigned long pte_kb, swap_kb;

	if (sscanf(line, "## killed %d", &row.pid) == 1)
		before->died[before->nr_died++] = row.pid;
	else if (sscanf(line, "## %d %15s %d %lu %lu %lu %lu", &row.pid, row.name, &row.adj,
			&row.score, &row.rss, &pte_kb, &swap_kb) == 7) {
		row.tgid = row.pid;
		row.pgtable_bytes = pte_kb * 1024;
		row.swap = swap_kb / 4;
		/* Any process has page tables, and a zombie is not asleep. */
		row.kernel_thread = !pte_kb;
		ck_assert_int_lt(before->nr_rows, MOST_ROWS);
		before->row[before->nr_rows++] = row;
	} else {
		sscanf(line, "## MemTotal: %lu", &before->ram_kb);
		sscanf(line, "## SwapTotal: %lu", &before->swap_kb);
	}
}

/** Take the remarks out of a sample: what is left is the log. */
static void take_remarks(char *text, struct before *before)
{
	char *at = text;

	while (*at) {
		char *end = strchr(at, '\n') + 1;

		if (strncmp(at, "##", 2)) {
			at = end;
			continue;
		}
		take_remark(before, at);
		memmove(at, end, strlen(end) + 1);
	}
}

/** Make a process, or give it new numbers. Not even the first one may have what the kernel's own numbers are based on. */
static void make_process(const struct row *row)
{
	if (row->pid == 1) {
		apply("mm 1 total_vm %lu rss_anon %lu", row->total_vm, row->rss);
		return;
	}
	apply("task %d comm %s tgid %d uid %u oom_score_adj %d", row->pid, row->name, row->tgid,
	      row->uid, row->adj);
	if (row->kernel_thread)
		task_by_pid(row->pid)->flags |= PF_KTHREAD;
	apply("mm %d total_vm %lu rss_anon %lu rss_file 0 rss_shmem 0 pgtable_bytes %lu "
	      "swap_entries %lu",
	      row->pid, row->total_vm, row->rss, row->pgtable_bytes, row->swap);
}

/** The machine as it was before, and what /proc must say of its processes. */
static void machine_before(const char *log, const struct before *before)
{
	const char *cma = strstr(log, " pages cma reserved");
	unsigned long cma_pages = 0;

	for (; cma && cma[-1] != '\n'; cma--)
		cma_pages = strtoul(cma - 1, NULL, 10);
	if (cma_pages)
		test_machine_cma(128, cma_pages / 256);
	else
		test_machine_uma(128);
	test_empty_machine();
	if (before->ram_kb)
		apply("machine totalram_pages %lu", before->ram_kb / 4);
	if (before->swap_kb)
		apply("machine total_swap_pages %lu", before->swap_kb / 4);
	else if (strstr(log, "Total swap = "))
		apply("machine total_swap_pages %lu", sample_number(log, "Total swap = ") / 4);
	for (int i = 0; i < before->nr_rows; i++)
		make_process(&before->row[i]);
	for (int i = 0; i < before->nr_rows; i++)
		ck_assert_msg(oom_score(task_by_pid(before->row[i].pid)) == before->row[i].score,
			      "%s: oom_score of %s is %lu", before->path, before->row[i].name,
			      oom_score(task_by_pid(before->row[i].pid)));
}

/** The line that shows a process in the table of tasks; the place after it, or NULL after the last. */
static const char *next_row(const char *at, struct row *row)
{
	if (sscanf(at, "[%d] %u %d %lu %lu %lu %lu %d %15s", &row->pid, &row->uid, &row->tgid,
		   &row->total_vm, &row->rss, &row->pgtable_bytes, &row->swap, &row->adj,
		   row->name) != 9)
		return NULL;
	row->kernel_thread = false;
	return strchr(at, '\n') + 1;
}

/** The first row of the table of tasks in a report. */
static const char *first_row(const char *report)
{
	return strchr(strstr(report, "\n[  pid  ]") + 1, '\n') + 1;
}

/** Is this process in the table of tasks? */
static bool lists(const char *report, int tgid)
{
	struct row row;

	for (const char *at = first_row(report); (at = next_row(at, &row));)
		if (row.tgid == tgid)
			return true;
	return false;
}

/** The processes that the report lists, with its numbers. Those that it does not list, and that were killed, are gone. */
static void processes_of(const char *report)
{
	struct list_head *entry, *next;
	struct row row;

	list_for_each_safe(entry, next, &world->tasks)
		if (task_of(entry)->fatal_signal_pending && !lists(report, task_of(entry)->tgid))
			task_exit(task_of(entry));
	for (const char *at = first_row(report); (at = next_row(at, &row));)
		make_process(&row);
}

/** What lines say of a victim that the table does not: the kinds of its memory, and what the reaper meets. */
static void victims_of(const char *report)
{
	unsigned long file, shmem;

	for (const char *at = report; (at = strstr(at, ": Killed process ")); at++) {
		struct task *task = task_by_pid((long)sample_number(at, "Killed process "));
		struct mm *mm = task->mm;
		char reaped[64];

		file = sample_number(at, "file-rss:") / 4;
		shmem = sample_number(at, "shmem-rss:") / 4;
		mm->rss_anon = mm->rss_file + mm->rss_anon + mm->rss_shmem - file - shmem;
		apply("mm %d rss_file %lu rss_shmem %lu", task->pid, file, shmem);
		snprintf(reaped, sizeof(reaped), "oom_reaper: reaped process %d (", task->pid);
		if (!strstr(report, reaped))
			continue;
		apply("mm %d stays_anon %lu stays_file %lu stays_shmem %lu", task->pid,
		      sample_number(strstr(report, reaped), "anon-rss:") / 4,
		      sample_number(strstr(report, reaped), "file-rss:") / 4,
		      sample_number(strstr(report, reaped), "shmem-rss:") / 4);
	}
}

/** Victims end by themselves before the reaper comes, if the log has no word of it. */
static void victims_end(const char *report)
{
	struct task *process;
	char reaped[64], in_vain[64];

	for (process = next_process(NULL); process; process = next_process(process)) {
		snprintf(reaped, sizeof(reaped), "reaped process %d (", process->pid);
		snprintf(in_vain, sizeof(in_vain), "unable to reap pid:%d (", process->pid);
		if (process->oom_mm && !strstr(report, reaped) && !strstr(report, in_vain))
			apply("mm %d oom_skip 1", process->pid);
		if (strstr(report, in_vain))
			apply("mm %d mmap_locked 1", process->pid);
	}
}

/** A word of a report up to a comma, a colon or the end of the line. */
static const char *word_after(const char *report, const char *key, char *word)
{
	ck_assert_int_eq(sscanf(strstr(report, key) + strlen(key), "%63[^,:\n]", word), 1);
	return word;
}

/** A group of this path, with those above it. What is there stays as it is. */
static void make_group(const char *path)
{
	char above[MEMCG_NAME_LEN];

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(above, sizeof(above), "%.*s", (int)(slash - path), path);
		apply("memcg %s oom_kill_disable 0", above);
	}
	apply("memcg %s oom_kill_disable 0", path);
}

/** Counters that a group's report has in its own order, and their numbers here. */
static const struct {
	const char *name;
	enum node_stat_item item;
	unsigned long unit;
} group_numbers[] = {
	{ "\nanon ", NR_ANON_MAPPED, PAGE_SIZE },
	{ "\nfile ", NR_FILE_PAGES, PAGE_SIZE },
	{ "\nshmem ", NR_SHMEM, PAGE_SIZE },
	{ "\nfile_mapped ", NR_FILE_MAPPED, PAGE_SIZE },
	{ "\nfile_dirty ", NR_FILE_DIRTY, PAGE_SIZE },
	{ "\nfile_writeback ", NR_WRITEBACK, PAGE_SIZE },
	{ "\nanon_thp ", NR_ANON_THPS, 2097152 },
	{ "\ninactive_anon ", NR_INACTIVE_ANON, PAGE_SIZE },
	{ "\nactive_anon ", NR_ACTIVE_ANON, PAGE_SIZE },
	{ "\ninactive_file ", NR_INACTIVE_FILE, PAGE_SIZE },
	{ "\nactive_file ", NR_ACTIVE_FILE, PAGE_SIZE },
	{ "\nunevictable ", NR_UNEVICTABLE, PAGE_SIZE },
	{ "\nslab_reclaimable ", NR_SLAB_RECLAIMABLE, PAGE_SIZE },
	{ "\nslab_unreclaimable ", NR_SLAB_UNRECLAIMABLE, PAGE_SIZE },
	{ "\nworkingset_refault ", WORKINGSET_REFAULT, 1 },
	{ "\nworkingset_activate ", WORKINGSET_ACTIVATE, 1 },
	{ "\nworkingset_restore ", WORKINGSET_RESTORE, 1 },
	{ "\nworkingset_nodereclaim ", WORKINGSET_NODERECLAIM, 1 },
};

static const char *const group_events[] = {
	"kernel_stack",	      "sock",	    "pgfault",	   "pgmajfault",
	"pgrefill",	      "pgscan",	    "pgsteal",	   "pgactivate",
	"pgdeactivate",	      "pglazyfree", "pglazyfreed", "thp_fault_alloc",
	"thp_collapse_alloc",
};

/** One of the counters with a limit. */
static void take_counter(const char *report, const char *path, const char *key, const char *counter)
{
	const char *line = strstr(report, key);

	if (line)
		apply("memcg %s %s.usage %lu %s.max %lu %s.failcnt %lu", path, counter,
		      sample_number(line, "usage ") / 4, counter, sample_number(line, "limit ") / 4,
		      counter, sample_number(line, "failcnt "));
}

/** The numbers of the group at its limit. */
static void take_group(const char *report, const char *path)
{
	long stat[NR_VM_NODE_STAT_ITEMS] = { 0 };
	char line[1024];
	size_t length;

	if (strstr(report, "\nmemory+swap: "))
		apply("machine memcg_legacy 1");
	take_counter(report, path, "\nmemory: ", "memory");
	take_counter(report, path, "\nswap: ", "swap");
	take_counter(report, path, "\nmemory+swap: ", "memsw");
	take_counter(report, path, "\nkmem: ", "kmem");
	for_each_row(i, group_numbers)
		stat[group_numbers[i].item] = (long)(sample_number(report, group_numbers[i].name) /
						     group_numbers[i].unit);
	length = (size_t)snprintf(line, sizeof(line), "lruvec_stat 0 %s", path);
	for (int item = 0; item < NR_VM_NODE_STAT_ITEMS; item++)
		length +=
			(size_t)snprintf(line + length, sizeof(line) - length, " %ld", stat[item]);
	apply("%s", line);
	for_each_row(i, group_events) {
		snprintf(line, sizeof(line), "\n%s ", group_events[i]);
		apply("memcg %s %s %lu", path, group_events[i], sample_number(report, line));
	}
}

/** The group of this path. */
static struct mem_cgroup *group_named(const char *path)
{
	struct mem_cgroup *memcg = world->mem_cgroups;

	while (strcmp(memcg->path, path))
		memcg = memcg->next;
	return memcg;
}

/** Is there a line that this process was killed? */
static bool says_killed(const char *report, int pid)
{
	char line[64];

	snprintf(line, sizeof(line), ": Killed process %d (", pid);
	return strstr(report, line) != NULL;
}

/** The group that dies as a whole, or an empty text. */
static void whole_group(const char *report, char *path)
{
	const char *end = strstr(report, " are going to be killed due to memory.oom.group set");

	*path = '\0';
	if (!end)
		return;
	ck_assert_int_eq(sscanf(strstr(report, "\nTasks in /") + 10, "%63s", path), 1);
	make_group(path);
	apply("memcg %s oom_group 1", path);
}

/**
 * Let the processes of the table into groups, so that a scan of `domain` meets them in its order: first those of the domain
 * itself, then the group that dies as a whole, in it the group of the victim, and then whoever did not die with them.
 */
static void join_groups(const char *report, const char *domain)
{
	const char *summary = strstr(report, ",task_memcg="), *group = domain;
	char of_victim[64] = "/", whole[64], after[MEMCG_NAME_LEN];
	int victim = summary ? (int)sample_number(summary, ",pid=") : 0;
	struct row row;

	if (summary && strcmp(word_after(summary, ",task_memcg=", of_victim), "/"))
		make_group(of_victim);
	whole_group(report, whole);
	for (const char *at = first_row(report); (at = next_row(at, &row));) {
		bool killed = says_killed(report, row.tgid);

		if (row.tgid == victim)
			group = of_victim;
		else if (*whole && killed && strcmp(group, of_victim))
			group = whole;
		else if (*whole && !killed && row.adj != -1000 && strcmp(whole, domain) &&
			 strcmp(group, domain)) {
			snprintf(after, sizeof(after), "%s/after",
				 strcmp(domain, "/") ? domain : "");
			make_group(after);
			group = after;
		}
		if (strcmp(group, "/"))
			apply("task %d memcg %s", row.pid, group);
	}
}

/** Make the group of a report; the group. */
static struct mem_cgroup *group_of(const char *report)
{
	char path[64];

	word_after(report, "Memory cgroup stats for ", path);
	make_group(path);
	take_group(report, path);
	join_groups(report, path);
	return group_named(path);
}

/** Who asks, and on which kernel. */
static void asker_of(const char *report)
{
	const char *line = strstr(report, "\nCPU: ") + 1;
	char comm[TASK_COMM_LEN];
	int pid, adj;

	ck_assert_int_eq(sscanf(line, "CPU: 0 PID: %d Comm: %15s Not tainted %31s %31s", &pid, comm,
				world->uts_release, world->uts_version),
			 4);
	adj = atoi(strstr(report, "oom_score_adj=") + 14);
	if (!task_by_pid(pid))
		apply("task %d comm %s oom_score_adj %d", pid, comm, adj);
	apply("current %d", pid);
}

/** The same text, line by line; else say which line is the first that differs. */
static void compare(const char *path, const char *printed, const char *sample)
{
	size_t same = 0, line;

	while (sample[same] && printed[same] == sample[same])
		same++;
	if (sample[same] == printed[same])
		return;
	for (line = same; line && sample[line - 1] != '\n'; line--)
		;
	ck_abort_msg("%s: expected\n%.*s\nbut was\n%.*s", path, (int)strcspn(sample + line, "\n"),
		     sample + line, (int)strcspn(printed + line, "\n"), printed + line);
}

/** Make the machine of one report, ask the OOM killer, let the reaper run, and compare what was printed. */
static void play(const char *path, char *report)
{
	const char *header = strstr(report, HEADER) + strlen(HEADER);
	struct oom_control oc = { .gfp_mask = (gfp_t)strtoul(header, NULL, 16),
				  .order = (int)sample_number(report, "order=") };
	bool killable = !strstr(report, "no killable processes");
	char *panic = strstr(report, PANIC);

	processes_of(report);
	victims_of(report);
	asker_of(report);
	if (strstr(report, "Mem-Info:")) {
		sample_take_memory(report);
		join_groups(report, "/");
		if (oc.gfp_mask)
			oc.zonelist = &NODE_DATA(0)->node_zonelists[ZONELIST_FALLBACK];
		if (!killable)
			test_expect_bugs();
	} else {
		oc.memcg = group_of(report);
	}
	test_forget_console();
	ck_assert_msg(out_of_memory(&oc) == killable, "%s: killed somebody or nobody", path);
	if (!killable && !oc.memcg)
		ck_assert_str_eq(test_last_bug(), PANIC "System is deadlocked on memory");
	if (panic)
		*panic = '\0';
	victims_end(report);
	oom_reaper_run();
	compare(path, sample_console(), report);
}

/** Where the sample says that this process died; the number of such lines when it does not. */
static int find_death(const struct before *before, int pid)
{
	int i = 0;

	while (i < before->nr_died && before->died[i] != pid)
		i++;
	return i;
}

/** Each process that has been killed must have died in the sample. One that does not tell of /proc does not say. */
static void note_killed(struct before *before)
{
	struct task *process;

	for (process = next_process(NULL); process; process = next_process(process)) {
		int death = find_death(before, process->pid);

		if (!process->fatal_signal_pending || !before->nr_rows)
			continue;
		ck_assert_msg(death < before->nr_died, "%s: %s was killed", before->path,
			      process->comm);
		before->killed[death] = true;
	}
}

/** Where the report after this one begins; NULL when it is the last. */
static const char *next_report(const char *report)
{
	const char *next = strstr(strstr(report, HEADER) + 1, HEADER);

	while (next && next[-1] != '\n')
		next--;
	return next;
}

/** Play every report of a sample, one after the other. Whoever died in the sample must have been killed. */
static void play_sample(const char *log, struct before *before)
{
	const char *report, *next;

	machine_before(log, before);
	for (report = log; report; report = next) {
		char *alone;

		next = next_report(report);
		alone = strndup(report, next ? (size_t)(next - report) : strlen(report));
		play(before->path, alone);
		free(alone);
		note_killed(before);
	}
	for (int i = 0; i < before->nr_died; i++)
		ck_assert_msg(before->killed[i], "%s: %d was not killed", before->path,
			      before->died[i]);
}

/** Is this a sample of the OOM killer? */
static int is_sample(const struct dirent *entry)
{
	return !strncmp(entry->d_name, "5.8.18-", 7) && strstr(entry->d_name, "oom") &&
	       strstr(entry->d_name, ".dmesg");
}

TEST(out_of_memory_does_what_5_8_18_did_in_every_sample, "18-19 18-20")
{
	struct dirent **entry;
	int count = scandir("tests/samples", &entry, is_sample, alphasort);

	ck_assert_int_ge(count, 10);
	for (int i = 0; i < count; i++) {
		char path[300], *log;
		struct before before = { .path = path };

		snprintf(path, sizeof(path), "tests/samples/%s", entry[i]->d_name);
		free(entry[i]);
		log = sample_read(path);
		take_remarks(log, &before);
		play_sample(log, &before);
		machine_free(world);
	}
	free(entry);
}
