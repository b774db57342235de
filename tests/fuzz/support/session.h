/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * A scenario carried out by the shell's own code, in this process, and watched on its way.
 */
#ifndef FUZZ_SESSION_H
#define FUZZ_SESSION_H

#include "support/lines.h"
#include "tools/shell/shell.h"

char *session_run(const struct lines *scenario);
char *session_saved(pageflow_machine *machine);
void session_check(pageflow_machine *machine);
void session_same(const char *what, const char *one, const char *other);

#endif
