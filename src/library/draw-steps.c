/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Compaction drawn step by step: a strip of the zone's pageblocks, the migrate scanner coming from the left, the free
 * scanner from the right.
 *
 * A strip has at most 32 cells. In a larger zone a cell stands for 2, 4, 8 ... pageblocks, as few as will do. Of more than 12
 * steps the first six and the last six are shown.
 */
#include <string.h>

#include "library/draw.h"
#include "library/steps.h"
#include "text/append.h"
#include "text/error.h"

#define MOST_CELLS 32ul
#define MOST_STEPS 12ul

/** Units of the picture: the room above a strip, for what is said; its cells; the scanners below. */
#define ABOVE 34.0
#define LINE  14.0
#define CELL  (DRAW_WIDTH / (double)MOST_CELLS)
#define TALL  26.0
#define BELOW 18.0

/** What the pageblocks of a cell add up to. */
struct cell {
	unsigned long came, went, blocks, skipped;
};

/** Pageblocks of a cell. */
static unsigned long scale_of(const struct step *step)
{
	unsigned long scale = 1;

	while (step->nr_blocks > MOST_CELLS * scale)
		scale *= 2;
	return scale;
}

static unsigned long cells_of(const struct step *step)
{
	return (step->nr_blocks + scale_of(step) - 1) / scale_of(step);
}

static struct cell cell_of(const struct step *step, unsigned long number)
{
	unsigned long scale = scale_of(step);
	struct cell cell = { 0 };

	for (unsigned long i = number * scale; i < (number + 1) * scale && i < step->nr_blocks;
	     i++) {
		cell.came += step->block[i].came;
		cell.went += step->block[i].went;
		cell.skipped += step->block[i].skip;
		cell.blocks++;
	}
	return cell;
}

/** Steps in the middle that are not shown: `*from` of the first one shown again. */
static size_t steps_left_out(const pageflow_steps *steps, size_t *from)
{
	size_t left_out = steps->nr_steps > MOST_STEPS ? steps->nr_steps - MOST_STEPS : 0;

	*from = MOST_STEPS / 2;
	return left_out;
}

/* ---- in sentences ---- */

/** A PFN as an argument: 0x40000. */
#define PFN(pfn) pfn_text((char[32]){ 0 }, pfn)

static const char *pfn_text(char *text, unsigned long pfn)
{
	snprintf(text, 32, "%#lx", pfn);
	return text;
}

/** Pageblocks to which, or from which, pages were moved, as an argument: "0x43e00 (256), 0x43c00 (256)". */
static const char *targets_text(const struct step *step, char *text, size_t size)
{
	*text = '\0';
	for (unsigned long i = step->nr_blocks; i-- > 0;)
		if (step->block[i].came)
			text_append(text, size, "%s%#lx (%u)", *text ? ", " : "",
				    step->first + i * STEP_BLOCK, step->block[i].came);
	return text;
}

/** What a step did. */
static void put_deed(const struct step *step, const struct pen *pen)
{
	if (!step->source)
		pen_say(pen, KEY("Run %s begins"), PLAIN(step->run));
	else if (!step->moved)
		pen_say(pen, KEY("Pageblock %s: nothing was moved"), PFN(step->source));
	else
		pen_say(pen, KEY("Pageblock %s: %s pages moved"), PFN(step->source),
			GROUPED(step->moved));
	if (step->failed) {
		pen_put(pen, " · ");
		pen_say(pen, KEY("%s could not be moved"), GROUPED(step->failed));
	}
}

/** Where to. */
static void put_targets(const struct step *step, const struct pen *pen)
{
	char targets[256];

	pen_say(pen, KEY("to %s"), targets_text(step, targets, sizeof(targets)));
}

/** Where the scanners are after it. */
static void put_scanners(const struct step *step, const struct pen *pen)
{
	pen_say(pen, KEY("migrate scanner at %s, free scanner at %s"), PFN(step->migrate),
		PFN(step->free));
}

static void put_left_out(const struct pen *pen, size_t steps)
{
	pen_say(pen, KEY("%s steps are left out here"), GROUPED(steps));
}

/** How many pageblocks are passed over after a step. */
static unsigned long skipped_in(const struct step *step)
{
	unsigned long skipped = 0;

	for (unsigned long i = 0; i < step->nr_blocks; i++)
		skipped += step->block[i].skip;
	return skipped;
}

static void put_words(const struct step *step, const struct pen *pen)
{
	put_deed(step, pen);
	if (step->moved) {
		pen_put(pen, ", ");
		put_targets(step, pen);
	}
	pen_put(pen, "; ");
	put_scanners(step, pen);
	pen_put(pen, "; ");
	pen_say(pen, KEY("pageblocks passed over: %s"), GROUPED(skipped_in(step)));
	pen_put(pen, ". ");
}

/** One step after the other, and a note ended by "end" where some are left out. */
static void draw_each(const pageflow_steps *steps, const struct pen *pen, const char *end,
		      void (*put)(const struct step *step, const struct pen *pen))
{
	size_t again, left_out = steps_left_out(steps, &again);

	if (!steps->nr_steps)
		pen_say(pen, KEY("Compaction did not run."));
	for (size_t i = 0; i < steps->nr_steps; i++) {
		if (i == again && left_out) {
			put_left_out(pen, left_out);
			pen_put(pen, end);
			i += left_out;
		}
		put(&steps->step[i], pen);
	}
}

static void draw_words(const pageflow_steps *steps, const struct pen *pen)
{
	draw_each(steps, pen, ". ", put_words);
}

/* ---- as text ---- */

/** A cell of plain text: '-' pages went, '+' pages came, '#' passed over. */
static char letter_of(const struct step *step, unsigned long number)
{
	const struct cell cell = cell_of(step, number);

	if (cell.went)
		return cell.came ? '*' : '-';
	if (cell.came)
		return '+';
	return cell.skipped == cell.blocks ? '#' : '.';
}

/** In which cell a position is; past the last: none. */
static unsigned long cell_at(const struct step *step, unsigned long pfn)
{
	return (pfn - step->first) / STEP_BLOCK / scale_of(step);
}

static void put_strip(const struct step *step, const struct pen *pen)
{
	char blocks[MOST_CELLS + 1] = "", scanners[MOST_CELLS + 1] = "";

	for (unsigned long i = 0; i < cells_of(step); i++) {
		bool migrate = cell_at(step, step->migrate) == i;
		bool target = cell_at(step, step->free) == i;

		blocks[i] = letter_of(step, i);
		scanners[i] = target ? migrate ? '*' : 'f' : migrate ? 'm' : ' ';
	}
	fprintf(pen->out, "  %s\n  %s\n", blocks, scanners);
}

static void put_lines(const struct step *step, const struct pen *pen)
{
	put_deed(step, pen);
	if (step->moved) {
		pen_put(pen, ", ");
		put_targets(step, pen);
	}
	pen_put(pen, "\n  ");
	put_scanners(step, pen);
	pen_put(pen, "\n");
	put_strip(step, pen);
}

static void draw_table(const pageflow_steps *steps, const struct pen *pen)
{
	draw_each(steps, pen, "\n", put_lines);
	if (steps->nr_steps)
		pen_say(pen,
			KEY("- pages went  + pages came  * both  # passed over  m, f: the scanners"));
	pen_put(pen, "\n");
}

/* ---- as a picture ---- */

/** A triangle below the strip, pointing at the cell where a scanner is; they stand apart where both are in one. */
static void put_scanner(struct svg *svg, const char *class, const char *name, double x, double y)
{
	svg_path_begin(svg, class);
	svg_path_go(svg, "M%g %gl4 7h-8z", x, y + 2);
	svg_path_end(svg);
	svg_text(svg, (struct svg_place){ x, y + 17, "s", "middle", 0 }, name);
}

/** How tall a bar is that stands for so many pages of a cell. */
static double bar(const struct cell *cell, unsigned long pages)
{
	return TALL * (double)pages / (double)(cell->blocks * STEP_BLOCK);
}

/** A cell: grey when it is passed over, with bars for the pages that went and that came. */
static void put_cell(struct svg *svg, const struct step *step, unsigned long number, double y)
{
	const struct cell cell = cell_of(step, number);
	double x = (double)number * CELL;

	svg_rect(svg, "c", x, y, CELL, TALL, 0);
	if (cell.skipped == cell.blocks)
		svg_rect(svg, "unusable", x + 0.5, y + 0.5, CELL - 1, TALL - 1, 0);
	if (cell.went)
		svg_rect(svg, "freed", x + 1, y + TALL - bar(&cell, cell.went), CELL / 2 - 1,
			 bar(&cell, cell.went), 0);
	if (cell.came)
		svg_rect(svg, "allocated", x + CELL / 2, y + TALL - bar(&cell, cell.came),
			 CELL / 2 - 1, bar(&cell, cell.came), 0);
}

/** Where a position is along the strip. */
static double place_of(const struct step *step, unsigned long pfn)
{
	return (double)(pfn - step->first) / (double)STEP_BLOCK / (double)scale_of(step) * CELL;
}

/** The room that a step needs above its strip. */
static double above(const struct step *step)
{
	return step->moved ? ABOVE + LINE : ABOVE;
}

/** One line of small print. */
static void put_line(struct svg *svg, const struct step *step, double y,
		     void (*put)(const struct step *, const struct pen *))
{
	svg_text_begin(svg, (struct svg_place){ 0, y, "s", NULL, 0 });
	put(step, &svg->pen);
	svg_text_end(svg);
}

/** One step; where the next one begins. */
static double put_step(struct svg *svg, const struct step *step, double y)
{
	double strip = y + above(step);

	svg_text_begin(svg, (struct svg_place){ 0, y + 12, "z", NULL, 0 });
	put_deed(step, &svg->pen);
	svg_text_end(svg);
	if (step->moved)
		put_line(svg, step, y + 26, put_targets);
	put_line(svg, step, strip - 8, put_scanners);
	for (unsigned long i = 0; i < cells_of(step); i++)
		put_cell(svg, step, i, strip);
	put_scanner(svg, "mark", "m", place_of(step, step->migrate), strip + TALL);
	put_scanner(svg, "mark", "f", place_of(step, step->free), strip + TALL);
	return strip + TALL + BELOW + 8;
}

/** How tall the picture is. */
static double height_of(const pageflow_steps *steps)
{
	size_t again, left_out = steps_left_out(steps, &again);
	double height = left_out || !steps->nr_steps ? 20 : 0;

	for (size_t i = 0; i < steps->nr_steps; i++) {
		if (i == again && left_out)
			i += left_out;
		height += above(&steps->step[i]) + TALL + BELOW + 8;
	}
	return height;
}

/** Title and description. */
static void put_head(const pageflow_steps *steps, struct svg *svg, const struct svg_frame *frame)
{
	svg_begin(svg, frame);
	pen_say(&svg->pen, KEY("Compaction, step by step"));
	pen_put(&svg->pen, " · ");
	pen_say(&svg->pen,
		KEY("bar at the left of a cell: pages that left; at the right: pages that came"));
	pen_put(&svg->pen, " · ");
	pen_say(&svg->pen, KEY("grey: passed over"));
	svg_describe(svg);
	draw_words(steps, &svg->pen);
	svg_draw(svg);
}

static void draw_picture(const pageflow_steps *steps, const struct pageflow_drawing *drawing,
			 struct svg *svg)
{
	size_t again, left_out = steps_left_out(steps, &again);
	const struct drawn_state state = { .drawing = drawing };
	const struct svg_frame frame = draw_frame(&state, height_of(steps));
	double y = 0;

	put_head(steps, svg, &frame);
	if (!steps->nr_steps)
		svg_label(svg, (struct svg_place){ 0, 12, "z", NULL, 0 },
			  KEY("Compaction did not run."));
	for (size_t i = 0; i < steps->nr_steps; i++) {
		if (i == again && left_out) {
			svg_text_begin(svg, (struct svg_place){ 0, y + 10, "s", NULL, 0 });
			put_left_out(&svg->pen, left_out);
			svg_text_end(svg);
			y += 20;
			i += left_out;
		}
		y = put_step(svg, &steps->step[i], y);
	}
	svg_end(svg);
}

int pageflow_steps_draw(const pageflow_steps *steps, const struct pageflow_drawing *drawing,
			FILE *out, struct pageflow_error *error)
{
	struct svg svg = { .pen = { out, false, drawing->translate, drawing->context } };

	if (steps->out_of_memory)
		return error_set(error, "out of memory");
	if (drawing->form == PAGEFLOW_WORDS) {
		draw_words(steps, &svg.pen);
		fputc('\n', out);
	} else if (drawing->form == PAGEFLOW_TABLE) {
		draw_table(steps, &svg.pen);
	} else {
		draw_picture(steps, drawing, &svg);
	}
	return 0;
}
