/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief From the account of a report to a machine in the state that the report shows.
 */
#ifndef FAILURE_REBUILD_H
#define FAILURE_REBUILD_H

#include "engine/engine.h"
#include "failure/judge/account.h"

const struct pageflow_engine *failure_engine(const struct failure *failure);
struct machine *failure_rebuild(const struct failure_account *account,
				struct pageflow_error *error);

#endif
