/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief An explanation as JSON.
 */
#include "tools/explain-view.h"

void explain_print_json(const struct explanation *e, const struct explain_origin *origin, FILE *out)
{
	(void)origin;
	fprintf(out, "{\"version\": 1, \"found\": %s}\n", e->found ? "true" : "false");
}
