/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The reports of a log as a picture: who holds the memory, and a bar for each zone.
 *
 * Reports stand below each other, as many as fit on a sheet that people still look at. How high the picture is becomes
 * known at the end, and an SVG begins with it: so the shapes wait in memory, which that number bounds.
 */
#include <stdlib.h>
#include <string.h>

#include "text/error.h"
#include "text/gauge.h"
#include "text/svg.h"
#include "tools/explain/log.h"
#include "tools/language.h"

#define WIDTH  760
#define LEFT   20
#define RIGHT  (WIDTH - 20)
#define HEAD   64 /* of a report: two lines and the room above them */
#define BAR    24
#define LEGEND 20 /* a line of the legend */
#define ZONE   78

/** Most reports that are drawn, and zones of one: those that were tried come first. */
#define MOST_DRAWN 12
#define MOST_ZONES 12

/** Colours of holders. */
#define KINDS 6

/** A picture on its way. */
struct log_picture {
	struct svg svg; /**< its shapes; the frame comes at the end */
	char *shapes, *words;
	size_t shapes_size, words_size;
	FILE *description;
	double height;
	unsigned long drawn, left_out;
};

/**
 * @brief Begin a picture of a log.
 *
 * @return the picture; NULL when there is no memory
 */
struct log_picture *log_picture_new(void)
{
	struct log_picture *picture = calloc(1, sizeof(*picture));

	if (!picture)
		return NULL;
	picture->svg.pen = pen_in_language(open_memstream(&picture->shapes, &picture->shapes_size));
	picture->svg.pen.xml = true;
	picture->description = open_memstream(&picture->words, &picture->words_size);
	if (picture->svg.pen.out && picture->description)
		return picture;
	log_picture_free(picture);
	return NULL;
}

/** The colour of a holder: free pages and those that are not accounted for have their own, then by size. */
static const char *class_of(const struct balance *balance, int holder)
{
	static const char *const kinds[KINDS] = { "kind-0", "kind-1", "kind-2",
						  "kind-3", "kind-4", "kind-5" };
	int kind = 0;

	if (!strcmp(balance->holder[holder].key, "free"))
		return "good";
	if (!strcmp(balance->holder[holder].key, "unaccounted"))
		return balance->leak_suspect ? "bad" : "unusable";
	for (int i = 0; i < holder; i++)
		kind += strcmp(balance->holder[i].key, "free") &&
			strcmp(balance->holder[i].key, "unaccounted");
	return kinds[kind < KINDS ? kind : KINDS - 1];
}

/** One bar: each holder as long as its part. */
static void put_bar(struct svg *svg, const struct balance *balance, double y)
{
	double all = (double)(balance->total + balance->excess), x = LEFT;

	svg_rect(svg, "track", LEFT, y, RIGHT - LEFT, BAR, 0);
	for (int i = 0; i < balance->nr_holders; i++) {
		double width = (double)balance->holder[i].pages / all * (RIGHT - LEFT);

		svg_rect(svg, class_of(balance, i), x, y, width, BAR, 0);
		x += width;
	}
}

/** What the colours mean, two holders a line; the height of it. */
static double put_legend(struct svg *svg, const struct balance *balance, double y)
{
	for (int i = 0; i < balance->nr_holders; i++) {
		const struct holder *holder = &balance->holder[i];
		double x = LEFT + i % 2 * (RIGHT - LEFT) / 2.0, line = y + i / 2 * LEGEND;

		svg_rect(svg, class_of(balance, i), x, line, 12, 12, 2);
		svg_text_begin(svg, (struct svg_place){ x + 18, line + 11, .class = "small" });
		pen_say_word(&svg->pen, holder->name);
		svg_text_end(svg);
		svg_label(svg, (struct svg_place){ x + 340, line + 11, "small", "end", 0 },
			  KEY("%s pages, %s %s"), GROUPED((unsigned long)holder->pages),
			  PLAIN((long)balance_percent(balance, holder->pages)), "%");
	}
	return (balance->nr_holders + 1) / 2 * LEGEND;
}

/** The bar of a zone, what of it does not count, and the marks. */
static void put_zone(struct svg *svg, const struct log_answer *answer,
		     const struct zone_account *zone, double y)
{
	bool tried = zone->place == ZONE_TRIED && answer->account.verdict != VERDICT_NO_REQUEST &&
		     answer->account.verdict != VERDICT_GROUP;
	long apart = zone->cma + zone->highatomic, high = zone->high + zone->boost;
	struct gauge gauge = { .x = LEFT, .y = y + 8, .width = RIGHT - LEFT, .free = zone->free };
	char label[64];

	gauge.usable = tried ? zone->attempt.usable : zone->free - apart;
	gauge.usable = gauge.usable < 0 ? 0 : gauge.usable > zone->free ? zone->free : gauge.usable;
	gauge.limited = tried;
	gauge.needed = zone->attempt.needed;
	gauge.mark[0] = zone->min + zone->boost;
	gauge.mark[1] = zone->low + zone->boost;
	gauge.mark[2] = high;
	gauge.most = zone->free > high ? zone->free : high;
	if (tried && gauge.most < gauge.needed)
		gauge.most = gauge.needed;
	svg_text(svg, (struct svg_place){ LEFT, y, .class = "name" },
		 log_zone_label(answer, zone, label, sizeof(label)));
	svg_gauge(svg, &gauge);
	svg_label(svg, (struct svg_place){ LEFT, y + 42, .class = "small" },
		  KEY("free %s; of these CMA %s, reserved for urgent high orders %s; usable %s"),
		  PLAIN(zone->free), PLAIN(zone->cma), PLAIN(zone->highatomic),
		  PLAIN(gauge.usable));
	svg_label(svg, (struct svg_place){ LEFT, y + 57, .class = "small" },
		  KEY("min %s, low %s, high %s, each with a boost of %s; lowmem reserve %s"),
		  PLAIN(gauge.mark[0]), PLAIN(gauge.mark[1]), PLAIN(gauge.mark[2]),
		  PLAIN(zone->boost), PLAIN(zone->reserve));
}

/** The zones of a report; the height of them. */
static double put_zones(struct svg *svg, const struct log_answer *answer, double y)
{
	double top = y;
	int drawn = 0;

	for (int i = 0; i < answer->account.nr_zones && drawn < MOST_ZONES; i++) {
		if (!answer->account.zone[i].has_marks)
			continue;
		put_zone(svg, answer, &answer->account.zone[i], y);
		y += ZONE;
		drawn++;
	}
	return y - top;
}

/**
 * @brief Draw the answer to a report.
 *
 * @param picture the picture; a report too many is only counted
 * @param answer the answer
 */
void log_picture_add(struct log_picture *picture, const struct log_answer *answer)
{
	struct svg *svg = &picture->svg;
	struct pen words = picture->svg.pen;
	char headline[128];

	if (picture->drawn == MOST_DRAWN) {
		picture->left_out++;
		return;
	}
	picture->drawn++;
	balance_headline(&answer->balance, headline, sizeof(headline));
	svg_label(svg, (struct svg_place){ LEFT, picture->height + 30, .class = "title" },
		  KEY("Report %s, line %s: %s"), PLAIN((long)answer->number),
		  PLAIN((long)answer->failure->line), answer->failure->comm);
	svg_text(svg, (struct svg_place){ LEFT, picture->height + 50, .class = "small" }, headline);
	words.out = picture->description;
	pen_say(&words, KEY("Report %s: %s. "), PLAIN((long)answer->number), headline);
	picture->height += HEAD;
	if (answer->balance.known) {
		put_bar(svg, &answer->balance, picture->height);
		picture->height += BAR + 10;
		picture->height += put_legend(svg, &answer->balance, picture->height) + 24;
	}
	picture->height += put_zones(svg, answer, picture->height);
}

/**
 * @brief Write a picture of a log.
 *
 * @param out where to
 * @param context the picture
 */
void log_picture_write(FILE *out, const void *context)
{
	const struct log_picture *picture = context;
	struct svg svg = { .pen = picture->svg.pen };
	struct svg_frame frame = { .id = "pf", .width = WIDTH, .scale = 1 };

	fflush(picture->svg.pen.out);
	fflush(picture->description);
	svg.pen.out = out;
	frame.height = picture->height + 44;
	svg_begin(&svg, &frame);
	pen_say(&svg.pen, KEY("Who holds the memory, and what is free in each zone"));
	svg_describe(&svg);
	fwrite(picture->words, 1, picture->words_size, out);
	svg_draw(&svg);
	fwrite(picture->shapes, 1, picture->shapes_size, out);
	svg_label(
		&svg, (struct svg_place){ LEFT, picture->height + 10, .class = "small" },
		KEY("red line: what usable pages must exceed; ticks: min, low and high watermark; grey: free, "
		    "but it does not count"));
	if (picture->left_out)
		svg_label(&svg, (struct svg_place){ LEFT, picture->height + 28, .class = "small" },
			  KEY("%s more reports are not drawn"), PLAIN((long)picture->left_out));
	svg_end(&svg);
}

/**
 * @brief Give a picture's memory back.
 *
 * @param picture the picture, or NULL
 */
void log_picture_free(struct log_picture *picture)
{
	if (!picture)
		return;
	if (picture->svg.pen.out)
		fclose(picture->svg.pen.out);
	if (picture->description)
		fclose(picture->description);
	free(picture->shapes);
	free(picture->words);
	free(picture);
}
