/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The public interface: setting scenes.
 */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "pageflow.h"

TEST(scene_commands_reach_the_machine, "")
{
	pageflow_machine *machine = pageflow_boot("2x64M", NULL);
	struct pageflow_error error = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_int_eq(pageflow_scene(machine, "live", out, &error), 0);
	ck_assert_int_eq(pageflow_scene(machine, "file movie", out, &error), 0);
	ck_assert_int_eq(pageflow_scene(machine, "fill movie 9", out, &error), 0);
	ck_assert_int_eq(pageflow_scene(machine, "fill book 9", out, &error), -1);
	ck_assert_str_eq(error.text, "there is no file 'book'; 'file book' makes it");
	ck_assert_uint_eq(error.line, 0);
	fclose(out);
	ck_assert_str_eq(text, "movie: 9 pages added, 0 reclaimed in the meantime, 9 in memory\n");
	free(text);
	pageflow_destroy(machine);
}
