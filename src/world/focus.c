/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The machine in focus: the one on which everything happens.
 */
#include "world/world.h"

FOCUS_STORAGE struct machine *world;

/**
 * @brief Put a machine into focus: from here on, everything happens on it.
 *
 * @param machine the machine, or NULL for none
 * @return the one that was in focus before
 * @source none (ours: several machines share one process)
 */
struct machine *machine_focus(struct machine *machine)
{
	struct machine *before = world;

	world = machine;
	return before;
}
