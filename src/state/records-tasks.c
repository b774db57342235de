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
#include "text/nearest.h"
#include "world/world.h"

#ifndef CONFIG_NUMA
#define NEEDS_NUMA "memory policies need a NUMA machine"
#endif

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
	struct mem_cgroup *memcg;
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
		cpuset_attach(task, cpuset);
		return 1;
	}
	if (take_word(line, "memcg")) {
		if (!record_take_memcg(line, &memcg) || !memcg)
			return reader_refuse(reader, "there is no such memory cgroup");
		memcg_join(task, memcg);
		return 1;
	}
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
		if (!other->mm)
			return reader_refuse(reader, "that task has no memory");
		task_set_oom_mm(task, other->mm);
		return 1;
	}
	return 0;
}

/** Set what the rest of a line says of a task. */
static int set_task(struct reader *reader, const char *line, struct task *task)
{
	char why[128 + NEAREST_HINT], word[64] = "", hint[NEAREST_HINT];

	while (!take_end(&line)) {
		int taken = take_task_reference(reader, &line, task);

		if (!taken)
			taken = record_set_one(reader, &line, task_fields, task);
		if (taken < 0)
			return -1;
		if (!taken) {
			take_text(&line, word, sizeof(word));
			snprintf(why, sizeof(why), "a task has no '%s' to set%s", word,
				 record_hint(task_fields, word, hint));
			return reader_refuse(reader, why);
		}
	}
	return 0;
}

static int read_task(struct reader *reader, const char *line)
{
	nodemask_t mems_allowed;
	struct task *task;
	int il_prev, failed;
	long pid;

	if (!take_value(&line, &pid) || pid < 1 || pid > INT_MAX)
		return reader_fail(reader, "'task PID NAME VALUE ...', PID from 1 to 2147483647");
	task = task_by_pid(pid);
	if (!task)
		task = task_new((int)pid, "task");
	if (!task)
		return reader_refuse(reader, "out of memory");
	mems_allowed = task->mems_allowed;
	il_prev = task->il_prev;
	failed = set_task(reader, line, task);
	if (record_nodes_right(task->mems_allowed) && task->il_prev >= 0 &&
	    task->il_prev < MAX_NUMNODES)
		return failed;
	/* A node that does not exist must not stay behind. */
	task->mems_allowed = mems_allowed;
	task->il_prev = il_prev;
	return failed ? failed : reader_fail(reader, "nodes of the machine");
}

/**
 * @brief Take the pid of a process from a line.
 *
 * @param reader for the error
 * @param line the rest of the line; what is taken is taken from it
 * @return its memory, or NULL after noting an error
 */
struct mm *record_take_mm(struct reader *reader, const char **line)
{
	struct task *task = NULL;
	long pid;

	if (take_value(line, &pid))
		task = task_by_pid(pid);
	if (task && task->mm)
		return task->mm;
	reader_refuse(reader, "there is no such process");
	return NULL;
}

static int read_mm(struct reader *reader, const char *line)
{
	struct mm *mm = record_take_mm(reader, &line);

	return mm ? record_set_all(reader, line, mm_fields, mm) : -1;
}

/** Is a victim on the reaper's list? */
static bool reaper_knows(const struct task *task)
{
	const struct task *victim = world->oom_reaper_list;

	while (victim && victim != task)
		victim = victim->oom_reaper_list;
	return victim != NULL;
}

/** One more victim for the reaper, which takes it before those named above. */
static int read_reaper(struct reader *reader, const char *line)
{
	struct task *task = NULL;
	long pid;

	if (take_value(&line, &pid) && take_end(&line))
		task = task_by_pid(pid);
	if (!task || !task->oom_mm || reaper_knows(task))
		return reader_refuse(reader,
				     "there is no such victim that the reaper does not know");
	task->oom_reaper_list = world->oom_reaper_list;
	world->oom_reaper_list = task;
	return 0;
}

#ifdef CONFIG_NUMA
/** Is this a policy that 5.8.18 can have for a task of this machine? */
static bool policy_right(const struct written_policy *written)
{
	const unsigned long known =
		MPOL_F_SHARED | MPOL_F_LOCAL | MPOL_F_MOF | MPOL_F_MORON | MPOL_MODE_FLAGS;
	unsigned long user_flags = (unsigned long)written->flags & MPOL_MODE_FLAGS;
	bool local = written->flags & MPOL_F_LOCAL;

	if (((unsigned long)written->flags & ~known) || user_flags == MPOL_MODE_FLAGS ||
	    (written->relative.bits & ~NODE_MASK_ALL.bits) ||
	    (user_flags && nodes_empty(written->relative)))
		return false;
	if (written->mode == MPOL_PREFERRED)
		return local || node_exists(written->preferred);
	return (written->mode == MPOL_BIND || written->mode == MPOL_INTERLEAVE) && !local &&
	       nodes_exist(written->nodes);
}

/**
 * @brief Make the policy that a line describes.
 *
 * @param reader the place, for errors
 * @param written what the line says
 * @return the policy with one reference; NULL after noting an error
 */
struct mempolicy *record_policy(struct reader *reader, const struct written_policy *written)
{
	struct mempolicy *policy;

	if (!policy_right(written)) {
		reader_refuse(reader, "expected nodes of the machine, and a mode and flags that a "
				      "policy of 5.8.18 can have");
		return NULL;
	}
	policy = calloc(1, sizeof(*policy));
	if (!policy) {
		reader_refuse(reader, "out of memory");
		return NULL;
	}
	policy->refcnt = 1;
	policy->mode = (u16)written->mode;
	policy->flags = (u16)written->flags;
	if (policy->mode != MPOL_PREFERRED)
		policy->v.nodes = written->nodes;
	else if (node_exists(written->preferred))
		policy->v.preferred_node = (s16)written->preferred;
	policy->w.user_nodemask = written->relative;
	return policy;
}

/** Take a policy as it is written. */
static bool take_policy(const char **line, struct written_policy *policy)
{
	return take_word(line, "mode") && take_value(line, &policy->mode) &&
	       take_word(line, "flags") && take_value(line, &policy->flags) &&
	       take_word(line, "preferred") && take_value(line, &policy->preferred) &&
	       take_word(line, "nodes") && take_hex(line, &policy->nodes.bits) &&
	       take_word(line, "relative") && take_hex(line, &policy->relative.bits) &&
	       take_end(line);
}
#endif

static int read_policy(struct reader *reader, const char *line)
{
#ifdef CONFIG_NUMA
	struct mempolicy *policy = NULL;
	struct written_policy written;
	struct task *task = NULL;
	long pid;

	if (take_value(&line, &pid))
		task = task_by_pid(pid);
	if (!task)
		return reader_refuse(reader, "there is no such task");
	if (!take_word(&line, "none")) {
		if (!take_policy(&line, &written))
			return reader_fail(reader, "'policy PID mode M flags F preferred N nodes "
						   "HEX relative HEX'");
		policy = record_policy(reader, &written);
		if (!policy)
			return -1;
	}
	mpol_put(task->mempolicy);
	task->mempolicy = policy;
	return 0;
#else
	(void)line;
	return reader_refuse(reader, NEEDS_NUMA);
#endif
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
	return reader_refuse(reader, NEEDS_NUMA);
#endif
}

const struct record_kind task_records[] = {
	{ "task", read_task },
	{ "mm", read_mm },
	{ "reaper", read_reaper },
	{ "policy", read_policy },
	{ "current", read_current },
	{ "set_mempolicy", read_set_mempolicy },
	{ 0 },
};
