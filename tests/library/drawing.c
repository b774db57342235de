/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The public interface: drawing what is free; and the canvas below it.
 */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "pageflow.h"
#include "text/catalogue.h"
#include "text/svg.h"
#include "text/utf8.h"

#define GFP_KERNEL 0xcc0u

/** A picture in memory, of whatever is put on it between the two. */
static struct svg canvas;
static char *drawn;
static size_t drawn_size;

static const struct svg_frame alone = { .id = "x", .width = 100, .height = 50, .scale = 2 };

static void canvas_open(const struct svg_frame *frame)
{
	canvas = (struct svg){ .pen = { .out = open_memstream(&drawn, &drawn_size) } };
	svg_begin(&canvas, frame);
	svg_describe(&canvas);
	svg_draw(&canvas);
}

static const char *canvas_close(void)
{
	svg_end(&canvas);
	fclose(canvas.pen.out);
	return drawn;
}

#define ck_assert_has(text, piece) \
	ck_assert_msg(strstr(text, piece), "'%s' is not in:\n%s", piece, text)
#define ck_assert_has_not(text, piece) \
	ck_assert_msg(!strstr(text, piece), "'%s' is in:\n%s", piece, text)

/* ---- characters ---- */

TEST(utf8_length_knows_what_is_no_character, "")
{
	ck_assert_uint_eq(utf8_length("a"), 1);
	ck_assert_uint_eq(utf8_length("\u00e9"), 2);
	ck_assert_uint_eq(utf8_length("\u2212"), 3);
	ck_assert_uint_eq(utf8_length("\U0001f40c"), 4);
	ck_assert_uint_eq(utf8_length("\xff"), 0);
	ck_assert_uint_eq(utf8_length("\x80"), 0);	       /* goes on with nothing before it */
	ck_assert_uint_eq(utf8_length("\xe2\x88"), 0);	       /* ends early */
	ck_assert_uint_eq(utf8_length("\xc0\xaf"), 0);	       /* longer than needed */
	ck_assert_uint_eq(utf8_length("\xe0\x80\xaf"), 0);     /* the same */
	ck_assert_uint_eq(utf8_length("\xed\xa0\x80"), 0);     /* half of a pair */
	ck_assert_uint_eq(utf8_length("\xf4\x90\x80\x80"), 0); /* past the last */
}

TEST(utf8_shortens_by_whole_characters, "")
{
	char shown[64];

	ck_assert_str_eq(utf8_head("\u00e9\u00e8\u00ea", 3, shown, sizeof(shown)),
			 "\u00e9\u00e8\u00ea");
	ck_assert_str_eq(utf8_head("\u00e9\u00e8\u00ea", 2, shown, sizeof(shown)),
			 "\u00e9\u00e8...");
	ck_assert_str_eq(utf8_tail("\u00e9\u00e8\u00ea", 3, shown, sizeof(shown)),
			 "\u00e9\u00e8\u00ea");
	ck_assert_str_eq(utf8_tail("\u00e9\u00e8\u00ea", 2, shown, sizeof(shown)),
			 "...\u00e8\u00ea");
	ck_assert_uint_eq(utf8_count("a\xff\u2212"), 3);
}

/* ---- the canvas ---- */

/* Names may hold anything: what XML cannot hold is left out or replaced. */
TEST(svg_text_is_well_formed_whatever_it_is, "")
{
	const char *said;

	canvas_open(&alone);
	svg_text(&canvas, (struct svg_place){ 1, 2, .class = "name" },
		 "<a> & \"b\"\x01\t\xff\xc3\u2212\ufffe\uffff.");
	said = canvas_close();
	ck_assert_has(said, "<text x=\"1\" y=\"2\" class=\"name\">&lt;a&gt; &amp; &quot;b&quot;"
			    "\ufffd\ufffd\u2212.</text>");
}

TEST(svg_that_stands_alone_has_a_size_and_a_style, "")
{
	const char *said;

	canvas_open(&alone);
	said = canvas_close();
	ck_assert_has(said,
		      "viewBox=\"0 0 100 50\" width=\"200\" height=\"100\" class=\"pf-alone\"");
	ck_assert_has(said, "role=\"img\" aria-labelledby=\"x-t x-d\"");
	ck_assert_has(said, "prefers-color-scheme: dark");
}

TEST(svg_in_a_page_has_neither, "")
{
	static const struct svg_frame part = { "pf-map", "y", -1, 0, 100, 50, 0 };
	const char *said;

	canvas_open(&part);
	said = canvas_close();
	ck_assert_has(said, "viewBox=\"-1 0 100 50\" class=\"pf-map\" role=\"img\"");
	ck_assert_has_not(said, "<style>");
	ck_assert_has_not(said, "width=");
}

TEST(svg_draws_shapes, "")
{
	const char *said;

	canvas_open(&alone);
	svg_rect(&canvas, "a", 1, 2.5, 3, 4, 2);
	svg_line(&canvas, "b", 1, 2, 3, 4);
	svg_circle(&canvas, "c", 1, 2, 3);
	svg_path_begin(&canvas, "d");
	svg_path_go(&canvas, "M%d 0", 7);
	svg_path_go(&canvas, "h%d", 8);
	svg_path_end(&canvas);
	svg_text(&canvas, (struct svg_place){ 1, 2, NULL, "middle", 22 }, "1000");
	said = canvas_close();
	ck_assert_has(said,
		      "<rect class=\"a\" x=\"1\" y=\"2.5\" width=\"3\" height=\"4\" rx=\"2\"/>");
	ck_assert_has(said, "<line class=\"b\" x1=\"1\" y1=\"2\" x2=\"3\" y2=\"4\"/>");
	ck_assert_has(said, "<circle class=\"c\" cx=\"1\" cy=\"2\" r=\"3\"/>");
	ck_assert_has(said, "<path class=\"d\" d=\"M7 0h8\"/>");
	ck_assert_has(said, "text-anchor=\"middle\" textLength=\"22\"");
}

/* ---- labels ---- */

/** A translator that knows three labels. */
static const char *translated(const char *key, void *context)
{
	static const struct {
		const char *key, *said;
	} known[] = {
		{ "%s of %s", "von %2$s: %1$s" },
		{ "only %s", "%s %s %3$s %d 100%" },
		{ "word", "Wort" },
	};

	ck_assert_str_eq(context, "context");
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (!strcmp(known[i].key, key))
			return known[i].said;
	return NULL;
}

TEST(labels_are_translated_with_their_arguments, "")
{
	char *said, context[] = "context";
	size_t size;
	FILE *out = open_memstream(&said, &size);
	const struct pen pen = { out, false, translated, context };
	size_t count = pen_say(&pen, KEY("%s of %s"), "1", GROUPED(1234567));

	ck_assert_uint_eq(count, strlen("von 1,234,567: 1"));
	pen_put(&pen, "|");
	pen_say(&pen, KEY("not in the catalogue: %s"), SIGNED(-5));
	pen_put(&pen, "|");
	pen_say_word(&pen, KEY("word"));
	/* What a catalogue says wrong is shown as it stands, and reads no argument that is not there. */
	pen_put(&pen, "|");
	pen_say(&pen, KEY("only %s"), SIGNED(3));
	fclose(out);
	ck_assert_str_eq(said,
			 "von 1,234,567: 1|not in the catalogue: \u22125|Wort|+3 %s %3$s %d 100%");
	free(said);
}

TEST(catalogue_gives_what_stands_after_the_tab, "")
{
	char path[] = "/tmp/pageflow-catalogue-XXXXXX";
	struct pageflow_error error = { 0 };
	FILE *file = fdopen(mkstemp(path), "w");
	struct catalogue catalogue;

	fputs("# words\norder\tOrdnung\n%s pages\t%s Seiten\nempty\t\n", file);
	fclose(file);
	ck_assert_int_eq(catalogue_load(path, &catalogue, &error), 0);
	remove(path);
	ck_assert_str_eq(catalogue_find("order", &catalogue), "Ordnung");
	ck_assert_str_eq(catalogue_find("%s pages", &catalogue), "%s Seiten");
	ck_assert_ptr_null(catalogue_find("empty", &catalogue));
	ck_assert_ptr_null(catalogue_find("orde", &catalogue));
	catalogue_free(&catalogue);
	ck_assert_int_eq(catalogue_load(path, &catalogue, &error), -1);
}

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
static void all_is_translated(const char *text)
{
	static const char *const same[] = { "Unmovable", "Movable" };
	int depth = 0, tag = 0;

	for (const char *c = text; *c; c++) {
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
}

TEST(draw_translates_every_label, "")
{
	pageflow_lists *before, *after;

	take_two(&before, &after);
	for (int subject = PAGEFLOW_FREE_LISTS; subject <= PAGEFLOW_ZONES; subject++)
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
}
