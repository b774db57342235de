/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The canvas of all pictures.
 */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "text/svg.h"

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
