/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Records of tasks: their memory, groups and policies, and which one runs.
 */
#include <limits.h>
#include <stdlib.h>

#include "life/life.h"
#include "stages/stages.h"
#include "state/records.h"
#include "world/world.h"

/** Let a task use the memory of another's process, or of none. */
static int share_mm(struct reader *reader, const char **line, struct task *task)
{
	struct task *other = NULL;
	long pid;

	if (!take_word(line, "-")) {
		if (!take_value(line, &pid) || !(other = task_by_pid(pid)) || !other->mm)
			return reader_refuse(reader, "there is no such process to share memory "
						     "with");
	}
	task_set_mm(task, other ? other->mm : NULL);
	return 0;
}

/** Take one of the words of a task that name something; 0 when it is none of them. */
static int take_task_reference(struct reader *reader, const char **line, struct task *task)
{
	char word[64];
	long pid;

	if (take_word(line, "comm"))
		return take_text(line, task->comm, sizeof(task->comm))
			       ? 1
			       : reader_fail(reader, "a name of at most 15 characters");
	if (take_word(line, "cpuset")) {
		struct cpuset *cpuset =
			take_text(line, word, sizeof(word)) ? record_find_cpuset(word) : NULL;

		if (!cpuset)
			return reader_refuse(reader, "there is no such cpuset");
		task->cpuset = cpuset;
		cpuset_change_task_nodemask(task, cpuset->mems_allowed);
		return 1;
	}
	if (take_word(line, "memcg"))
		return record_take_memcg(line, &task->memcg)
			       ? 1
			       : reader_refuse(reader, "there is no such memory cgroup");
	if (take_word(line, "active_memcg"))
		return record_take_memcg(line, &task->active_memcg)
			       ? 1
			       : reader_refuse(reader, "there is no such memory cgroup");
	if (take_word(line, "mm_of"))
		return share_mm(reader, line, task) ? -1 : 1;
	if (take_word(line, "oom_mm_of")) {
		struct task *other = take_value(line, &pid) ? task_by_pid(pid) : NULL;

		if (!other)
			return reader_refuse(reader, "there is no such task");
		task->oom_mm = other->mm;
		return 1;
	}
	return 0;
}

static int read_task(struct reader *reader, const char *line)
{
	struct task *task;
	char why[128], word[64] = "";
	long pid;

	if (!take_value(&line, &pid) || pid < 1 || pid > INT_MAX)
		return reader_fail(reader, "'task PID NAME VALUE ...'");
	task = task_by_pid(pid);
	if (!task)
		task = task_new((int)pid, "task");
	if (!task)
		return reader_refuse(reader, "out of memory");
	while (!take_end(&line)) {
		int taken = take_task_reference(reader, &line, task);

		if (!taken)
			taken = record_set_one(reader, &line, task_fields, task);
		if (taken < 0)
			return -1;
		if (!taken) {
			take_text(&line, word, sizeof(word));
			snprintf(why, sizeof(why), "a task has no '%s' to set", word);
			return reader_refuse(reader, why);
		}
	}
	return 0;
}

static int read_mm(struct reader *reader, const char *line)
{
	struct task *task = NULL;
	long pid;

	if (take_value(&line, &pid))
		task = task_by_pid(pid);
	if (!task || !task->mm)
		return reader_refuse(reader, "there is no such process");
	return record_set_all(reader, line, mm_fields, task->mm);
}

/** Take a policy as it is written. */
static bool take_policy(const char **line, struct mempolicy *policy)
{
	long mode, flags, preferred;
	unsigned long nodes, relative;

	if (!take_word(line, "mode") || !take_value(line, &mode) || mode < 0 || mode >= MPOL_MAX ||
	    !take_word(line, "flags") || !take_value(line, &flags) || flags != (u16)flags ||
	    !take_word(line, "preferred") || !take_value(line, &preferred) ||
	    preferred < NUMA_NO_NODE || preferred >= MAX_NUMNODES || !take_word(line, "nodes") ||
	    !take_hex(line, &nodes) || !take_word(line, "relative") || !take_hex(line, &relative) ||
	    !take_end(line))
		return false;
	policy->refcnt = 1;
	policy->mode = (u16)mode;
	policy->flags = (u16)flags;
	if (mode == MPOL_PREFERRED)
		policy->v.preferred_node = (s16)preferred;
	else
		policy->v.nodes.bits = nodes & NODE_MASK_ALL.bits;
	policy->w.user_nodemask.bits = relative;
	return true;
}

static int read_policy(struct reader *reader, const char *line)
{
	struct mempolicy *policy = NULL;
	struct task *task = NULL;
	long pid;

	if (take_value(&line, &pid))
		task = task_by_pid(pid);
	if (!task)
		return reader_refuse(reader, "there is no such task");
	if (!take_word(&line, "none")) {
		policy = calloc(1, sizeof(*policy));
		if (!policy || !take_policy(&line, policy)) {
			free(policy);
			return reader_fail(reader, "'policy PID mode M flags F preferred N nodes "
						   "HEX relative HEX'");
		}
	}
	free(task->mempolicy);
	task->mempolicy = policy;
	return 0;
}

static int read_current(struct reader *reader, const char *line)
{
	struct task *task = NULL;
	long pid;

	if (take_value(&line, &pid) && take_end(&line))
		task = task_by_pid(pid);
	if (!task)
		return reader_refuse(reader, "there is no such task");
	world->current_task = task;
	return 0;
}

static int read_set_mempolicy(struct reader *reader, const char *line)
{
#ifdef CONFIG_NUMA
	static const char *const modes[] = { "default", "preferred", "bind", "interleave",
					     "local" };
	nodemask_t nodes = NODE_MASK_NONE;
	int mode = 0;

	while (mode < MPOL_MAX && !take_word(&line, modes[mode]))
		mode++;
	if (mode == MPOL_MAX || (!take_end(&line) && !take_hex(&line, &nodes.bits)) ||
	    !take_end(&line))
		return reader_fail(reader, "'set_mempolicy default|preferred|bind|interleave|local "
					   "[NODES]', NODES a hexadecimal mask");
	if (do_set_mempolicy(mode, 0, nodes))
		return reader_refuse(reader, "the kernel refuses this policy: the nodes must fit "
					     "the mode, and the task must be allowed to use them");
	return 0;
#else
	(void)line;
	return reader_refuse(reader, "memory policies need a NUMA machine");
#endif
}

const struct record_kind task_records[] = {
	{ "task", read_task },
	{ "mm", read_mm },
	{ "policy", read_policy },
	{ "current", read_current },
	{ "set_mempolicy", read_set_mempolicy },
	{ 0 },
};
