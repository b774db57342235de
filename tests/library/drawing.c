/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The public interface: drawing what is free.
 */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "pageflow.h"

#define GFP_KERNEL	     0xcc0u
#define GFP_HIGHUSER_MOVABLE 0x100ccau

/* ---- free lists and zones ---- */

/** Draw; free() it. */
static char *draw(struct pageflow_drawing drawing)
{
	struct pageflow_error error = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_msg(!pageflow_draw(&drawing, out, &error), "%s", error.text);
	fclose(out);
	return text;
}

/** A machine of 64 MiB before and after its first page is taken. */
static void take_two(pageflow_lists **before, pageflow_lists **after)
{
	pageflow_machine *machine = pageflow_boot("64M", NULL);

	*before = pageflow_lists_take(machine, NULL);
	ck_assert_uint_ne(pageflow_alloc_pages(machine, GFP_KERNEL, 3), PAGEFLOW_NO_PAGE);
	*after = pageflow_lists_take(machine, NULL);
	pageflow_destroy(machine);
}

/* The first block of order 10 is split; its halves wait on the unmovable lists. */
TEST(draw_lists_as_a_table, "")
{
	pageflow_lists *before, *after;
	char *text;

	take_two(&before, &after);
	text = draw((struct pageflow_drawing){ .now = before, .form = PAGEFLOW_TABLE });
	ck_assert_str_eq(text,
			 "order                           0        1        2        3        4"
			 "        5        6        7        8        9       10\n"
			 "Node 0, zone DMA: 16,384 pages free\n"
			 "  Movable                       .        .        .        .        ."
			 "        .        .        .        .        .       16\n"
			 "  pageblocks: Movable 32\n");
	free(text);
	text = draw((struct pageflow_drawing){
		.now = after, .before = before, .form = PAGEFLOW_TABLE });
	ck_assert_has(text, "Node 0, zone DMA: 16,376 pages free (\u22128)\n"
			    "  Unmovable                     .        .        .     1 +1");
	ck_assert_has(text,
		      "        .        .    15 \u22121\n  pageblocks: Unmovable 2, Movable 30\n");
	free(text);
	pageflow_lists_free(before);
	pageflow_lists_free(after);
}

TEST(draw_lists_in_words, "")
{
	pageflow_lists *before, *after;
	char *text;

	take_two(&before, &after);
	text = draw((struct pageflow_drawing){
		.now = after, .before = before, .form = PAGEFLOW_WORDS });
	ck_assert_str_eq(
		text,
		"Node 0, zone DMA: 16,376 pages free (\u22128). Unmovable: 1 of order 3 (+1), "
		"1 of order 4 (+1), 1 of order 5 (+1), 1 of order 6 (+1), 1 of order 7 (+1), "
		"1 of order 8 (+1), 1 of order 9 (+1). Movable: 15 of order 10 (\u22121). "
		"Pageblocks: Unmovable 2, Movable 30.\n");
	free(text);
	pageflow_lists_free(before);
	pageflow_lists_free(after);
}

TEST(draw_lists_outlines_what_has_changed, "")
{
	pageflow_lists *before, *after;
	char *text;

	take_two(&before, &after);
	text = draw((struct pageflow_drawing){ .now = after, .form = PAGEFLOW_PART, .id = "one" });
	ck_assert_has(text, "<title id=\"one-t\">Free blocks by type and order</title>");
	ck_assert_has(text, "class=\"c type-U\"");
	ck_assert_has_not(text, " new\"");
	free(text);
	text = draw((struct pageflow_drawing){
		.now = after, .before = before, .number = 2, .form = PAGEFLOW_PICTURE });
	ck_assert_has(
		text,
		"State 2: free blocks by type and order \u00b7 outlined: changed since state 1");
	ck_assert_has(text, "<rect class=\"c type-M new\"");
	ck_assert_has(text, "class=\"d\" text-anchor=\"middle\">\u22121</text>");
	free(text);
	text = draw((struct pageflow_drawing){
		.now = after, .before = after, .number = 3, .form = PAGEFLOW_PART });
	ck_assert_has(text, "order \u00b7 as in state 2</title>");
	free(text);
	text = draw((struct pageflow_drawing){ .now = before, .before = after });
	ck_assert_has(text, "order \u00b7 outlined: changed since then</title>");
	ck_assert_has(text, "<rect class=\"c new\""); /* a list that is empty now */
	free(text);
	pageflow_lists_free(before);
	pageflow_lists_free(after);
}

TEST(draw_one_zone_of_two_nodes, "")
{
	pageflow_machine *machine = pageflow_boot("2x64M", NULL);
	pageflow_lists *now = pageflow_lists_take(machine, NULL);
	struct pageflow_drawing drawing = { .now = now, .form = PAGEFLOW_TABLE, .zone = "1 DMA" };
	struct pageflow_error error = { 0 };
	char *text = draw(drawing);

	ck_assert_has(text, "Node 1, zone DMA: ");
	ck_assert_has_not(text, "Node 0");
	free(text);
	drawing.zone = "DMA";
	text = draw(drawing);
	ck_assert_has(text, "Node 0, zone DMA: ");
	ck_assert_has(text, "Node 1, zone DMA: ");
	free(text);
	drawing.zone = "High";
	ck_assert_int_eq(pageflow_draw(&drawing, stdout, &error), -1);
	ck_assert_str_eq(error.text, "there is no zone 'High' on this machine");
	pageflow_lists_free(now);
	pageflow_destroy(machine);
}

TEST(draw_zones_against_their_marks, "")
{
	pageflow_machine *machine = pageflow_boot("3200M", NULL);
	pageflow_lists *now = pageflow_lists_take(machine, NULL);
	struct pageflow_drawing drawing = { .now = now, .subject = PAGEFLOW_ZONES, .zone = "DMA" };
	char *text = draw(drawing);

	ck_assert_has(text, ">Free pages and watermarks</title>");
	ck_assert_has(text, "<rect class=\"usable\" x=\"0\"");
	ck_assert_has(text, "<path class=\"mark\"");
	free(text);
	drawing.form = PAGEFLOW_WORDS;
	text = draw(drawing);
	ck_assert_has(text, "Node 0, zone DMA: 262,144 pages free; min ");
	ck_assert_has(text, ", each with a boost of 0; urgent reserve 0; lowmem reserve (0, ");
	free(text);
	drawing.form = PAGEFLOW_TABLE;
	text = draw(drawing);
	ck_assert_has(text, "Node 0, zone DMA: 262,144 pages free\n  min ");
	free(text);
	pageflow_lists_free(now);
	pageflow_destroy(machine);
}

/* ---- the lists of the CPUs, and the pageblocks ---- */

/** A machine of 64 MiB and two CPUs before and after each has taken a page. */
static void take_on_two_cpus(pageflow_lists **before, pageflow_lists **after)
{
	pageflow_machine *machine = pageflow_boot("64M,cpus=2", NULL);

	ck_assert_uint_ne(pageflow_alloc_pages(machine, GFP_KERNEL, 0), PAGEFLOW_NO_PAGE);
	*before = pageflow_lists_take(machine, NULL);
	ck_assert_int_eq(pageflow_set_cpu(machine, 1), 0);
	ck_assert_uint_ne(pageflow_alloc_pages(machine, GFP_HIGHUSER_MOVABLE, 0), PAGEFLOW_NO_PAGE);
	*after = pageflow_lists_take(machine, NULL);
	pageflow_destroy(machine);
}

/* A batch is three pages here: two are left on the CPU's list. A CPU that has none, now and before, is not named. */
TEST(draw_percpu_as_a_table, "")
{
	pageflow_lists *before, *after;
	char *text;

	take_on_two_cpus(&before, &after);
	text = draw((struct pageflow_drawing){
		.now = before, .subject = PAGEFLOW_PERCPU, .form = PAGEFLOW_TABLE });
	ck_assert_str_eq(text, "Node 0, zone DMA: 2 pages on CPUs' own lists\n"
			       "          Unmovable       Movable         Reclaimable \n"
			       "  CPU 0   2               0               0               "
			       "2 of 18, batch 3\n");
	free(text);
	text = draw((struct pageflow_drawing){ .now = after,
					       .before = before,
					       .subject = PAGEFLOW_PERCPU,
					       .form = PAGEFLOW_TABLE });
	ck_assert_has(text, "Node 0, zone DMA: 4 pages on CPUs' own lists (+2)\n");
	ck_assert_has(text, "  CPU 0   2               0               0 ");
	ck_assert_has(text, "  CPU 1   0               2 +2            0 ");
	free(text);
	text = draw((struct pageflow_drawing){ .now = before,
					       .before = after,
					       .subject = PAGEFLOW_PERCPU,
					       .form = PAGEFLOW_WORDS });
	ck_assert_str_eq(text, "Node 0, zone DMA: 2 pages on CPUs' own lists (\u22122). "
			       "CPU 0: Unmovable 2, Movable 0, Reclaimable 0; 2 of 18, batch 3. "
			       "CPU 1: Unmovable 0, Movable 0 (\u22122), Reclaimable 0; 0 of 18, "
			       "batch 3.\n");
	free(text);
	pageflow_lists_free(before);
	pageflow_lists_free(after);
}

TEST(draw_percpu_outlines_what_has_changed, "")
{
	pageflow_lists *before, *after;
	char *text;

	take_on_two_cpus(&before, &after);
	text = draw((struct pageflow_drawing){ .now = after,
					       .before = before,
					       .subject = PAGEFLOW_PERCPU,
					       .number = 2,
					       .form = PAGEFLOW_PART });
	ck_assert_has(text, "State 2: pages on CPUs' own lists, by type \u00b7 outlined: changed "
			    "since state 1</title>");
	ck_assert_has(text, "class=\"c type-M new\"");
	ck_assert_has(text, "class=\"d\" text-anchor=\"middle\">+2</text>");
	ck_assert_has(text, "<rect class=\"none\"");
	ck_assert_has(text, "<rect class=\"usable\"");
	free(text);
	pageflow_lists_free(before);
	pageflow_lists_free(after);
}

/* Two pageblocks are taken over; of one of them a block of order 3 is gone. */
TEST(draw_blocks_as_a_table, "")
{
	pageflow_lists *before, *after;
	char *text;

	take_two(&before, &after);
	text = draw((struct pageflow_drawing){ .now = after,
					       .before = before,
					       .subject = PAGEFLOW_BLOCKS,
					       .form = PAGEFLOW_TABLE });
	ck_assert_str_eq(
		text, "Node 0, zone DMA: 16,376 pages free (\u22128)\n"
		      "  0x40000         30 \u00d7 Movable     512 of 512 pages free\n"
		      "  0x43c00          1 \u00d7 Unmovable   504 of 512 pages free (\u22128)\n"
		      "  0x43e00          1 \u00d7 Unmovable   512 of 512 pages free, changed\n");
	free(text);
	text = draw((struct pageflow_drawing){
		.now = after, .subject = PAGEFLOW_BLOCKS, .form = PAGEFLOW_WORDS });
	ck_assert_str_eq(text, "Node 0, zone DMA: 16,376 pages free; pageblocks: Unmovable 2, "
			       "Movable 30; 31 of them free, 0 without a free page.\n");
	free(text);
	text = draw((struct pageflow_drawing){
		.now = after, .before = before, .subject = PAGEFLOW_BLOCKS, .number = 2 });
	ck_assert_has(text, "State 2: pageblocks by type, and how full they are \u00b7 outlined: "
			    "changed since state 1</title>");
	ck_assert_has(text, "<path class=\"of-U f0\" d=\"M");
	ck_assert_has(text, "<path class=\"of-U f1\" d=\"M");
	ck_assert_has(text, "<path class=\"of-M f0\" d=\"M0 ");
	ck_assert_has(text, "<path class=\"changed\" d=\"M");
	free(text);
	pageflow_lists_free(before);
	pageflow_lists_free(after);
}

/* A hole between two runs of pageblocks is no row of the table, and no square. */
TEST(draw_blocks_leaves_holes_out, "")
{
	pageflow_machine *machine = pageflow_boot("32M,hole=0x40800000+8M", NULL);
	pageflow_lists *now = pageflow_lists_take(machine, NULL);
	char *text = draw((struct pageflow_drawing){
		.now = now, .subject = PAGEFLOW_BLOCKS, .form = PAGEFLOW_TABLE });

	ck_assert_str_eq(text, "Node 0, zone DMA: 6,144 pages free\n"
			       "  0x40000          4 \u00d7 Movable     512 of 512 pages free\n"
			       "  0x41000          8 \u00d7 Movable     512 of 512 pages free\n");
	free(text);
	pageflow_lists_free(now);
	pageflow_destroy(machine);
}

/* Of 4,096 pageblocks two share a square. */
TEST(draw_blocks_of_a_large_machine, "")
{
	static const char group[] = "A square is 2 pageblocks, in the colour of most of them.";
	pageflow_machine *machine = pageflow_boot("8G", NULL);
	pageflow_lists *now;
	char *text;

	ck_assert_uint_ne(pageflow_alloc_pages(machine, GFP_KERNEL, 9), PAGEFLOW_NO_PAGE);
	now = pageflow_lists_take(machine, NULL);
	text = draw((struct pageflow_drawing){
		.now = now, .subject = PAGEFLOW_BLOCKS, .form = PAGEFLOW_TABLE });
	ck_assert_has(text, group);
	ck_assert_has(text, "  0x40000        256 \u00d7 Movable     1,024 of 1,024 pages free\n");
	ck_assert_has(text, "  0x23fc00         1 \u00d7 Unmovable   512 of 1,024 pages free\n");
	free(text);
	text = draw((struct pageflow_drawing){
		.now = now, .subject = PAGEFLOW_BLOCKS, .form = PAGEFLOW_PART, .zone = "DMA" });
	ck_assert_has_not(text, group);
	free(text);
	text = draw((struct pageflow_drawing){
		.now = now, .subject = PAGEFLOW_BLOCKS, .form = PAGEFLOW_WORDS });
	ck_assert_has(text, group);
	free(text);
	pageflow_lists_free(now);
	pageflow_destroy(machine);
}

/* ---- in another language ---- */

/** Brackets around every label. */
static const char *bracketed(const char *key, void *context)
{
	static char said[16][128];
	static unsigned int next;
	char *text = said[next++ % 16];

	(void)context;
	snprintf(text, sizeof(said[0]), "[%s]", key);
	return text;
}

/** Is every word of a text inside brackets? Tags, names of types, figures and signs are the same in every language. */
static void all_is_translated(char *text)
{
	static const char *const same[] = { "Unmovable", "Movable", "Reclaimable" };
	int depth = 0, tag = 0;

	for (const char *c = text; *c; c++) {
		/* A page number: its letters are digits. */
		if (!strncmp(c, "0x", 2))
			c += strspn(c, "0123456789abcdefx");
		for (size_t i = 0; i < sizeof(same) / sizeof(*same) && !depth && !tag; i++)
			if (!strncmp(c, same[i], strlen(same[i])))
				c += strlen(same[i]);
		tag += *c == '<';
		tag -= *c == '>';
		if (!tag)
			depth += (*c == '[') - (*c == ']');
		ck_assert_msg(tag || depth || !strchr("abcdefghijklmnopqrstuvwxyz", *c),
			      "not translated: %.60s\nin: %s", c, text);
	}
	free(text);
}

TEST(draw_translates_every_label, "")
{
	pageflow_lists *before, *after;

	take_two(&before, &after);
	for (int subject = PAGEFLOW_FREE_LISTS; subject <= PAGEFLOW_BLOCKS; subject++)
		for (int form = PAGEFLOW_PART; form <= PAGEFLOW_TABLE; form++) {
			struct pageflow_drawing drawing = { .now = after,
							    .before = before,
							    .subject =
								    (enum pageflow_subject)subject,
							    .form = (enum pageflow_form)form,
							    .translate = bracketed };

			all_is_translated(draw(drawing));
			drawing.number = 2;
			all_is_translated(draw(drawing));
			drawing.before = after;
			all_is_translated(draw(drawing));
		}
	pageflow_lists_free(before);
	pageflow_lists_free(after);
}
