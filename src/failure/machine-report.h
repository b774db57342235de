/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief A machine of ours as a report, so that the rules of other kernels can judge it.
 */
#ifndef FAILURE_MACHINE_REPORT_H
#define FAILURE_MACHINE_REPORT_H

#include "failure/failure.h"
#include "engine/explain.h"

void machine_report(const struct explanation *e, struct failure *failure);

#endif
