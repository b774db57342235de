/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The public interface: compaction watched, and drawn step by step.
 */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "pageflow.h"

/* GFP_HIGHUSER_MOVABLE|__GFP_NORETRY|__GFP_NOWARN */
#define GFP_BLOCK 0x112ccau | 0x2000u

/** Draw what was seen; free() it. */
static char *draw(const pageflow_steps *steps, enum pageflow_form form)
{
	const struct pageflow_drawing drawing = { .form = form };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert(!pageflow_steps_draw(steps, &drawing, out, NULL));
	fclose(out);
	return text;
}

/** A machine whose free pages are single. */
static pageflow_machine *fragmented(const char *spec, const char *pages)
{
	pageflow_machine *machine = pageflow_boot(spec, NULL);
	char fragment[64];
	FILE *out = fopen("/dev/null", "w");

	snprintf(fragment, sizeof(fragment), "fragment %s movie", pages);
	ck_assert(!pageflow_scene(machine, "live", out, NULL));
	ck_assert(!pageflow_scene(machine, "file movie", out, NULL));
	ck_assert(!pageflow_scene(machine, fragment, out, NULL));
	fclose(out);
	return machine;
}

static unsigned int events;

static void count_event(const struct pageflow_event *event, void *context)
{
	(void)event;
	(void)context;
	events++;
}

TEST(steps_of_a_run, "")
{
	pageflow_machine *machine = fragmented("64M", "6000");
	pageflow_steps *steps = pageflow_steps_watch(machine, NULL);
	char *text = draw(steps, PAGEFLOW_WORDS);

	ck_assert_str_eq(text, "Compaction did not run.\n");
	free(text);
	text = draw(steps, PAGEFLOW_TABLE);
	ck_assert_str_eq(text, "Compaction did not run.\n");
	free(text);
	text = draw(steps, PAGEFLOW_PICTURE);
	ck_assert_has(text, ">Compaction did not run.</text>");
	free(text);
	pageflow_subscribe(machine, count_event, NULL);
	ck_assert_uint_ne(pageflow_alloc_pages(machine, GFP_BLOCK, 9), PAGEFLOW_NO_PAGE);
	ck_assert_uint_gt(events, 0);
	text = draw(steps, PAGEFLOW_WORDS);
	ck_assert_has(text, "Run 1 begins; migrate scanner at 0x40000, free scanner at 0x43e00; "
			    "pageblocks passed over: ");
	ck_assert_has(text, "Pageblock 0x40000: 512 pages moved, to 0x43");
	free(text);
	text = draw(steps, PAGEFLOW_TABLE);
	ck_assert_has(text, "\n- pages went  + pages came");
	ck_assert_has(text, "\n  -...");
	free(text);
	text = draw(steps, PAGEFLOW_PART);
	ck_assert_has(text, "<svg xmlns=");
	ck_assert_has(text, "<desc id=\"pf-d\">Run 1 begins; ");
	ck_assert_has(text, "class=\"freed\"");
	ck_assert_has(text, "class=\"allocated\"");
	free(text);
	/* Who is told of events still is, and is when nobody watches any more. */
	pageflow_steps_free(steps);
	pageflow_steps_free(NULL);
	events = 0;
	pageflow_alloc_pages(machine, GFP_BLOCK, 9);
	ck_assert_uint_gt(events, 0);
	pageflow_destroy(machine);
}

/* Expect of many steps the first and the last six, and a strip of 32 cells in a zone of 64 pageblocks. */
TEST(steps_of_many_runs, "")
{
	pageflow_machine *machine = fragmented("128M", "12000");
	pageflow_steps *other = pageflow_steps_watch(machine, NULL);
	pageflow_steps *steps = pageflow_steps_watch(machine, NULL);
	size_t shown = 0;
	char *text;

	for (int i = 0; i < 12; i++)
		pageflow_alloc_pages(machine, GFP_BLOCK, 9);
	text = draw(other, PAGEFLOW_WORDS);
	ck_assert_str_eq(text, "Compaction did not run.\n");
	free(text);
	pageflow_steps_free(other);
	text = draw(steps, PAGEFLOW_TABLE);
	ck_assert_has(text, " steps are left out here\n");
	for (const char *at = text; (at = strstr(at, "migrate scanner at")); at++)
		shown++;
	ck_assert_uint_eq(shown, 12);
	ck_assert_uint_eq(strcspn(strstr(strstr(text, "free scanner"), "\n  ") + 3, "\n"), 32);
	free(text);
	text = draw(steps, PAGEFLOW_PICTURE);
	ck_assert_has(text, " steps are left out here</text>");
	free(text);
	text = draw(steps, PAGEFLOW_WORDS);
	ck_assert_has(text, " steps are left out here. ");
	free(text);
	pageflow_steps_free(steps);
	pageflow_destroy(machine);
}
