/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The lines of an OOM report that say what bound the request, whom the kernel chose, and who was killed.
 *
 * They follow the task table, with other lines between: a victim needs time to die.
 */
#include "failure/read/reader.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

/** Thousandths beyond this are no score. */
#define MOST_SCORE 10000000

/**
 * @brief Remember whom a report killed, for those after it; the oldest are forgotten.
 *
 * @param earlier what is remembered
 * @param oom the report's
 */
void earlier_kills_add(struct earlier_kills *earlier, const struct failure_oom *oom)
{
	for (int i = 0; i < oom->nr_kills; i++) {
		earlier->kill[earlier->next] = oom->kill[i];
		earlier->next = (earlier->next + 1) % MOST_EARLIER;
		if (earlier->nr < MOST_EARLIER)
			earlier->nr++;
	}
}

/** A number in kB after a name; false when it is not there. */
static bool take_kb(const char *text, const char *name, uint64_t *kb)
{
	const char *at = strstr(text, name);

	if (!at)
		return false;
	at += strlen(name);
	return take_count(&at, kb);
}

/** A number that may be negative, held within what an int can hold. */
static int take_adj(const char *at)
{
	bool negative = *at == '-';
	uint64_t value = 0;

	at += negative;
	take_clamped(&at, 10, INT_MAX, &value);
	return negative ? -(int)value : (int)value;
}

/**
 * Take `P (NAME)` at a place of a line. A name may hold blanks and parentheses: it ends at the last `)` before what follows it
 * in this kind of line.
 */
static bool take_process(const char *at, const char *const *followers, struct failure_kill *kill)
{
	const char *name, *end = NULL;
	uint64_t pid;

	memset(kill, 0, sizeof(*kill));
	if (!take_clamped(&at, 10, INT_MAX, &pid))
		return false;
	kill->pid = (long)pid;
	at += strspn(at, " ");
	/* 2.6 and some vendors: `P, NAME` is not read, but the pid is. */
	if (*at != '(')
		return true;
	name = at + 1;
	for (; *followers && !end; followers++)
		end = strstr(name, *followers);
	if (!end)
		end = strrchr(name, ')');
	word_copy((struct word){ name, end ? (size_t)(end - name) : strlen(name) }, kill->name,
		  sizeof(kill->name));
	return true;
}

/** Keep a process that was killed, once: a group's line may repeat the first. */
static void add_kill(struct failure_oom *oom, const struct failure_kill *kill)
{
	for (int i = 0; i < oom->nr_kills; i++)
		if (oom->kill[i].pid == kill->pid)
			return;
	if (oom->nr_kills < MOST_KILLS)
		oom->kill[oom->nr_kills++] = *kill;
}

/** `Killed process P (NAME) total-vm:..., anon-rss:..., oom_score_adj:...`. */
static bool read_killed(struct failure_oom *oom, const char *line)
{
	static const char *const followers[] = {
		") total-vm:", "), UID ", ") , UID ", "), total-vm:", ") vsz:", ") UID:", NULL
	};
	const char *at = strstr(line, "Killed process "), *adj;
	struct failure_kill kill;

	if (!at || !take_process(at + strlen("Killed process "), followers, &kill))
		return false;
	kill.has_sizes = take_kb(at, "total-vm:", &kill.total_vm_kb) &&
			 take_kb(at, "anon-rss:", &kill.anon_kb) &&
			 take_kb(at, "file-rss:", &kill.file_kb);
	take_kb(at, "shmem-rss:", &kill.shmem_kb);
	if ((adj = strstr(at, "oom_score_adj:"))) {
		adj += strlen("oom_score_adj:");
		kill.has_adj = isdigit((unsigned char)adj[*adj == '-']) != 0;
		kill.adj = take_adj(adj);
	}
	oom->killed_asking |= strstr(line, "oom_kill_allocating_task") != NULL;
	add_kill(oom, &kill);
	return true;
}

/** `Kill process P (NAME) score N or sacrifice child`: whom the kernel chose, before 5.1. */
static bool read_choice(struct failure_oom *oom, const char *line)
{
	static const char *const followers[] = { ") score ", ") or sacrifice", NULL };
	const char *at = strstr(line, "Kill process "), *score;
	struct failure_kill kill;
	uint64_t value;

	if (!at || !take_process(at + strlen("Kill process "), followers, &kill))
		return false;
	if (oom->has_choice)
		return true;
	if ((score = strstr(at, " score "))) {
		score += strlen(" score ");
		kill.has_score = take_clamped(&score, 10, MOST_SCORE, &value);
		kill.score = kill.has_score ? (long)value : 0;
	}
	oom->killed_asking |= strstr(line, "oom_kill_allocating_task") != NULL;
	oom->choice = kill;
	oom->has_choice = true;
	return true;
}

/** A search for a victim that ended in another way. */
static bool read_end(struct failure_oom *oom, const char *line)
{
	static const char *const followers[] = { ") is already exiting", NULL };
	const char *at;
	struct failure_kill kill;

	if ((at = strstr(line, "OOM victim ")) && strstr(at, "already exiting")) {
		if (take_process(at + strlen("OOM victim "), followers, &kill)) {
			oom->choice = kill;
			oom->has_choice = true;
			oom->end = OOM_END_EXITING;
		}
		return true;
	}
	if (strstr(line, "no killable process") || strstr(line, "System is deadlocked on memory")) {
		oom->end = OOM_END_NOBODY;
		return true;
	}
	if (strstr(line, "panic_on_oom is enabled")) {
		oom->end = OOM_END_PANIC;
		return true;
	}
	return false;
}

/** `Tasks in /X are going to be killed due to memory.oom.group set`. */
static bool read_group_kill(struct failure_oom *oom, const char *line)
{
	const char *at = strstr(line, "Tasks in "), *end;

	if (!at || !(end = strstr(at, " are going to be killed due to memory.oom.group")))
		return false;
	at += strlen("Tasks in ");
	oom->whole_group = true;
	if (end > at)
		word_copy((struct word){ at, (size_t)(end - at) }, oom->dying_group,
			  sizeof(oom->dying_group));
	return true;
}

/**
 * Take the value of a key of the constraint's line. Names may hold commas, so a value ends only at the key that follows it;
 * without one the line was cut in it.
 *
 * @return false when the line does not have the key
 */
static bool take_value(const char *line, const char *key, const char *next, char *text, size_t size,
		       bool *cut)
{
	const char *at = strstr(line, key), *end;

	if (!at)
		return false;
	at += strlen(key);
	end = strstr(at, next);
	*cut = !end;
	word_copy((struct word){ at, end ? (size_t)(end - at) : strlen(at) }, text, size);
	return true;
}

/** The process that the constraint's line names. */
static void take_named_task(struct failure_oom *oom, const char *line)
{
	const char *at = strstr(line, ",task="), *end = NULL, *pid;
	uint64_t number;

	if (!at)
		return;
	at += strlen(",task=");
	/* The name of a task may hold anything, so what counts is the last pid. */
	for (pid = strstr(at, ",pid="); pid; pid = strstr(pid + 1, ",pid="))
		end = pid;
	if (!end)
		return;
	pid = end + strlen(",pid=");
	if (!take_clamped(&pid, 10, INT_MAX, &number))
		return;
	memset(&oom->choice, 0, sizeof(oom->choice));
	oom->has_choice = true;
	oom->choice.pid = (long)number;
	word_copy((struct word){ at, (size_t)(end - at) }, oom->choice.name,
		  sizeof(oom->choice.name));
}

/** `oom-kill:constraint=...`: what bound the request, the groups, and the choice. */
static bool read_constraint(struct failure *failure, const char *line)
{
	static const struct {
		const char *name;
		enum oom_constraint_read constraint;
	} names[] = { { "CONSTRAINT_NONE", OOM_NONE },
		      { "CONSTRAINT_CPUSET", OOM_CPUSET },
		      { "CONSTRAINT_MEMORY_POLICY", OOM_POLICY },
		      { "CONSTRAINT_MEMCG", OOM_MEMCG } };
	const char *at = strstr(line, "oom-kill:constraint=");
	struct failure_oom *oom = &failure->oom;
	bool cut;

	if (!at)
		return false;
	/* A second one is of a report whose header is lost. */
	if (oom->constraint != OOM_UNKNOWN)
		return true;
	at += strlen("oom-kill:constraint=");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncmp(at, names[i].name, strlen(names[i].name)))
			oom->constraint = names[i].constraint;
	failure->has_nodemask = failure_take_nodes(at, "nodemask=", &failure->nodemask);
	failure_read_cpuset(failure, at);
	if (oom->constraint == OOM_MEMCG)
		failure->memcg = true;
	if (take_value(at, "oom_memcg=", ",task_memcg=", oom->group, sizeof(oom->group), &cut)) {
		oom->group_cut = cut;
		failure->memcg = true;
	}
	take_value(at, ",task_memcg=", ",task=", oom->task_group, sizeof(oom->task_group),
		   &oom->task_group_cut);
	take_named_task(oom, at);
	return true;
}

/**
 * @brief Read a line of the task table, of a group's statistics, or of a kill.
 *
 * @param reader the reader
 * @param line a line
 * @return false when it is another line
 */
bool failure_read_oom(struct failure_reader *reader, const char *line)
{
	struct failure *failure = &reader->failure;
	static bool (*const kinds[])(struct failure_oom * oom,
				     const char *line) = { read_killed, read_choice, read_end,
							   read_group_kill };
	struct failure_oom *oom = &failure->oom;
	bool known;

	if (failure->kind != FAILURE_OOM)
		return false;
	known = read_constraint(failure, line);
	/* In a log without prefixes two such lines may have been put together. */
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		known |= kinds[i](oom, line);
	if (known) {
		reader->oom.in_table = false;
		reader->oom.in_stats = false;
		return true;
	}
	return failure_read_group(reader, line) || failure_read_task(reader, line);
}
