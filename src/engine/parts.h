/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the files of the engine offer each other.
 */
#ifndef ENGINE_PARTS_H
#define ENGINE_PARTS_H

#include "engine/engine.h"
#include "engine/explain.h"
#include "mmzone.h"

/* explain.c: what a request meets on the machine in focus */
int explain_run(const struct explain_request *request, struct explanation *explanation);
/* explain-zones.c: the arithmetic of a zone */
void explain_zones(struct explanation *explanation);
int explain_zone_number(const struct explanation *explanation, const struct zone *zone);
void explain_attempt(const struct zone *zone, const struct explained_walk *walk, unsigned int order,
		     struct explained_attempt *attempt);

/* check.c */
int check_run(const struct engine_zone *figures, uint32_t gfp, unsigned int order, bool no_marks,
	      struct explained_attempt *attempt);

/* badness.c */
void badness_run(const struct engine_process *process, size_t nr, uint64_t total_pages,
		 long *points);

/* bench.c */
double bench_run(const char *row, unsigned long count, struct pageflow_error *error);

#endif
