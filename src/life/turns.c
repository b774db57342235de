/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Turns: one task runs in the middle of what another does.
 *
 * A machine runs on one thread, so whoever lets another run waits in the middle of his own work, as its caller. He is in use until he
 * has gone on, even if he is killed meanwhile: nobody may free him.
 */
#include "life/life.h"

/**
 * @brief Let a task run; the one that runs now goes on afterwards.
 *
 * @param task the task that runs from here on
 * @return the one that ran, for task_end_turn()
 * @source none (ours: stands for a switch of tasks)
 */
struct task *task_take_turn(struct task *task)
{
	struct task *before = current;

	before->turns_put_off++;
	world->current_task = task;
	return before;
}

/**
 * @brief The turn of the running task ends.
 *
 * @param before who goes on: what task_take_turn() returned
 * @source none (ours: stands for a switch of tasks)
 */
void task_end_turn(struct task *before)
{
	before->turns_put_off--;
	world->current_task = before;
}
