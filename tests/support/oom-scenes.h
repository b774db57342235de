/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * What the tests of the OOM killer begin from.
 */
#ifndef TESTS_OOM_SCENES_H
#define TESTS_OOM_SCENES_H

#include "machines.h"

struct task *oom_process(const char *comm, unsigned long anon);
void machine_without_memory(void);
struct oom_control oom_request(void);
int oom_ask(struct oom_control oc, bool expected);

#endif
