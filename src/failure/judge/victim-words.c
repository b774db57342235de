/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who was killed and why, in words.
 */
#include <string.h>

#include "failure/judge/victim.h"
#include "text/append.h"

/**
 * @brief A reason in one word, for programs.
 *
 * @param reason the reason
 * @return the word
 */
const char *victim_reason_key(enum victim_reason reason)
{
	static const char *const keys[] = {
		[VICTIM_SAME] = "same",		[VICTIM_NOT_READ] = "not_read",
		[VICTIM_NONE] = "nobody",	[VICTIM_PANIC] = "panic",
		[VICTIM_NO_TABLE] = "no_table", [VICTIM_EXITED] = "exiting",
		[VICTIM_ALLOCATING] = "asking", [VICTIM_CHILD] = "child",
		[VICTIM_GROUP] = "group",	[VICTIM_EXEMPT] = "exempt",
		[VICTIM_ROUNDING] = "rounding", [VICTIM_UNLISTED] = "unlisted",
		[VICTIM_UNCERTAIN] = "unknown", [VICTIM_OTHER] = "other",
	};

	return keys[reason];
}

/** Why nobody could be killed. */
static void why_nobody(const struct victim *victim, char *text, size_t size)
{
	if (victim->known && !victim->nr_eligible)
		text_append(
			text, size,
			"every process of the table is exempt: oom_score_adj -1000, or init, or "
			"killed before");
	else
		text_append(text, size, "the kernel found no process that it may kill");
}

/** Why the process that was killed is exempt by the table. */
static void why_exempt(const struct victim *victim, char *text, size_t size)
{
	if (victim->row->adj == -1000)
		text_append(
			text, size,
			"by the table it may not be killed (oom_score_adj -1000): it shares its "
			"memory with the victim, or the value was changed meanwhile");
	else
		text_append(text, size,
			    "by the table it may not be killed: it is init, or was killed before");
}

/** Why the two differ, where the table has both. */
static void why_unlike(const struct failure *failure, const struct victim *victim, char *text,
		       size_t size)
{
	const struct failure_oom *oom = &failure->oom;
	long ahead = victim->nr_ranked && victim->has_badness
			     ? victim->ranked[0].badness - victim->badness
			     : 0;

	if (victim->reason == VICTIM_GROUP)
		text_append(text, size,
			    "memory.oom.group: the whole group dies, and the line that names the "
			    "choice is lost");
	else if (victim->reason == VICTIM_ROUNDING)
		text_append(text, size,
			    "%ld pages apart: points and table are read at two moments, from "
			    "counters that each CPU keeps for itself (inferred)",
			    ahead);
	else if (victim->reason == VICTIM_UNCERTAIN)
		text_append(
			text, size,
			"how much memory and swap could be used is not in the report, and decides");
	else if (oom->tasks_cut)
		text_append(text, size, "nothing in the report explains it, but rows are lost");
	else
		text_append(
			text, size,
			"%ld pages less; nothing in the report explains it (a task in vfork, or "
			"one that asked to be killed first, is not marked in the table)",
			ahead);
}

/**
 * @brief Say why the kernel's choice and that of the table are the same or not.
 *
 * @param failure the report
 * @param victim who was killed
 * @param text receives the words
 * @param size bytes of `text`
 */
void victim_why(const struct failure *failure, const struct victim *victim, char *text, size_t size)
{
	text[0] = '\0';
	switch (victim->reason) {
	case VICTIM_SAME:
		text_append(text, size, "it has most points");
		break;
	case VICTIM_NOT_READ:
		text_append(text, size, "no line of the log says who was killed");
		break;
	case VICTIM_NONE:
		why_nobody(victim, text, size);
		break;
	case VICTIM_PANIC:
		text_append(text, size, "vm.panic_on_oom: the machine stopped instead");
		break;
	case VICTIM_NO_TABLE:
		text_append(text, size, "no task table to compare with");
		break;
	case VICTIM_EXITED:
		text_append(text, size, "it was exiting already, so it was not killed");
		break;
	case VICTIM_ALLOCATING:
		text_append(
			text, size,
			"vm.oom_kill_allocating_task: the one that asked dies, whatever it holds");
		break;
	case VICTIM_CHILD:
		text_append(text, size, "a child of %ld (%s), killed in its place",
			    victim->named->pid, victim->named->name);
		break;
	case VICTIM_EXEMPT:
		why_exempt(victim, text, size);
		break;
	case VICTIM_UNLISTED:
		text_append(text, size, "%s",
			    failure->oom.tasks_cut
				    ? "its row is lost"
				    : "the table does not list it: a child killed in place of its "
				      "parent, a thread, or a process outside the table's group or "
				      "cpuset");
		break;
	case VICTIM_GROUP:
	case VICTIM_ROUNDING:
	case VICTIM_UNCERTAIN:
	case VICTIM_OTHER:
		why_unlike(failure, victim, text, size);
		break;
	}
}

/** "12 (name)". */
static void append_process(char *text, size_t size, long pid, const char *name)
{
	text_append(text, size, "%ld (%s)", pid, name[0] ? name : "?");
}

/**
 * @brief Who was killed, for the sentence that answers: "killed 12 (name), as the table chooses".
 *
 * @param failure the report
 * @param victim who was killed
 * @param text receives the words; "" where the report says nothing about it
 * @param size bytes of `text`
 */
void victim_headline(const struct failure *failure, const struct victim *victim, char *text,
		     size_t size)
{
	const struct ranked_task *best =
		victim->nr_ranked && victim->choice_known ? &victim->ranked[0] : NULL;
	char why[512];

	text[0] = '\0';
	if (!victim->any)
		return;
	victim_why(failure, victim, why, sizeof(why));
	if (victim->reason == VICTIM_NOT_READ || victim->reason == VICTIM_NONE ||
	    victim->reason == VICTIM_PANIC) {
		if (best && victim->reason != VICTIM_NONE) {
			text_append(text, size, "the table chooses ");
			append_process(text, size, best->task->pid, best->task->name);
			text_append(text, size, "; ");
		}
		text_append(text, size, "%s%s",
			    victim->reason == VICTIM_NOT_READ ? "" : "nobody was killed: ", why);
		return;
	}
	if (!victim->same && best && best->task->pid != victim->killed->pid) {
		text_append(text, size, "the table chooses ");
		append_process(text, size, best->task->pid, best->task->name);
		text_append(text, size, ", the kernel %s ",
			    victim->reason == VICTIM_EXITED ? "chose" : "killed");
	} else {
		text_append(text, size, victim->reason == VICTIM_EXITED ? "chose " : "killed ");
	}
	append_process(text, size, victim->killed->pid, victim->killed->name);
	if (victim->reason == VICTIM_SAME)
		text_append(text, size, ", as the table chooses");
	else
		text_append(text, size, ": %s", why);
	if (failure->oom.whole_group)
		text_append(text, size, ", and its whole group %s%swith it (memory.oom.group)",
			    failure->oom.dying_group, failure->oom.dying_group[0] ? " " : "");
}
