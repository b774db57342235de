/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the commands of the shell take, word by word.
 */
#ifndef SHELL_ARGUMENTS_H
#define SHELL_ARGUMENTS_H

#include <limits.h>

#include "tools/shell/shell.h"

/** The largest order that may be asked for: those above LARGEST_ORDER are refused as the kernel refuses them. */
#define MOST_ORDER 64

/** No node: the task's memory policy chooses. Other values are nodes, of which -1 is the running CPU's. */
#define BY_POLICY LONG_MIN

char *take_argument(char **rest);
bool no_more(struct shell *shell, char *rest);
bool take_gfp(struct shell *shell, const char *command, char **rest, uint32_t *gfp);
bool take_order(struct shell *shell, const char *command, char **rest, long most,
		unsigned int *order);
bool take_node(struct shell *shell, const char *command, char **rest, long *nid);

#endif
