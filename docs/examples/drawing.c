/* SPDX-License-Identifier: GPL-2.0-only */
/* What a request changes on the free lists: as a table on the terminal, and as a picture in a file. */
#include <pageflow.h>
#include <stdio.h>
#include <stdlib.h>

/** Draw, or end the program with the reason. */
static void draw(const struct pageflow_drawing *drawing, FILE *out)
{
	struct pageflow_error error;

	if (!out || pageflow_draw(drawing, out, &error)) {
		fprintf(stderr, "drawing: %s\n", out ? error.text : "the file cannot be written");
		exit(1);
	}
}

int main(int argc, char **argv)
{
	pageflow_machine *machine = pageflow_boot("64M", NULL);
	struct pageflow_drawing drawing = { .form = PAGEFLOW_TABLE };
	pageflow_lists *before, *now;
	uint32_t gfp;

	if (argc != 2 || !machine || pageflow_gfp_parse("GFP_KERNEL", &gfp, NULL))
		return 1;
	before = pageflow_lists_take(machine, NULL);
	pageflow_alloc_pages(machine, gfp, 3);
	now = pageflow_lists_take(machine, NULL);
	if (!before || !now)
		return 1;

	drawing.now = now;
	drawing.before = before;
	draw(&drawing, stdout);

	drawing.form = PAGEFLOW_PICTURE;
	drawing.zone = "DMA";
	draw(&drawing, freopen(argv[1], "w", stdout));

	pageflow_lists_free(before);
	pageflow_lists_free(now);
	pageflow_destroy(machine);
	return fflush(stdout) ? 1 : 0;
}
