/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief An explanation as a picture.
 */
#include "tools/explain-view.h"

void explain_print_svg(const struct explanation *e, const struct explain_origin *origin, FILE *out)
{
	(void)e;
	(void)origin;
	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n");
}
