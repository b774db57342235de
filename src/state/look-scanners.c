/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `scanners`: where the scanners of compaction go on, and which pageblocks they pass over.
 *
 * A strip has one character a pageblock, 64 a line. A zone of more than 12 lines is drawn smaller: a character then stands
 * for 2, 4, 8 ... pageblocks, as few as will do. Lines that are like the one above them are left out.
 */
#include <string.h>

#include "compaction.h"
#include "machine.h"
#include "memory_map.h"
#include "stages/stages.h"
#include "state/look.h"
#include "text/cursor.h"
#include "text/error.h"
#include "world/world.h"

/** Characters of a line of the strip, and most lines. */
#define STRIP_COLUMNS 64ul
#define STRIP_LINES   12ul

/** A zone's strip. */
struct strip {
	const struct zone *zone;
	unsigned long first; /**< PFN of the first pageblock */
	unsigned long blocks;
	unsigned long scale; /**< pageblocks of a character */
};

static struct strip strip_of(const struct zone *zone)
{
	struct strip strip = { .zone = zone, .scale = 1 };

	strip.first = pageblock_start_pfn(zone->zone_start_pfn);
	strip.blocks =
		(zone_end_pfn(zone) - strip.first + pageblock_nr_pages - 1) / pageblock_nr_pages;
	while (strip.blocks > STRIP_COLUMNS * STRIP_LINES * strip.scale)
		strip.scale *= 2;
	return strip;
}

/** The first page of the zone in a pageblock; 0: there is none. */
static unsigned long first_page(const struct zone *zone, unsigned long block)
{
	for (unsigned long pfn = block; pfn < block + pageblock_nr_pages; pfn++)
		if (pfn_valid(pfn) && page_zone(pfn_to_page(pfn)) == zone)
			return pfn;
	return 0;
}

/** What the pageblocks of a character are: '.', '#', '+' or '_'. */
static char block_letter(const struct strip *strip, unsigned long at)
{
	unsigned long seen = 0, skipped = 0;

	for (unsigned long i = 0; i < strip->scale; i++) {
		unsigned long block = strip->first + (at + i) * pageblock_nr_pages;

		if (at + i >= strip->blocks || !first_page(strip->zone, block))
			continue;
		seen++;
		skipped += (*pageblock_byte(block) & PB_MIGRATE_SKIP) != 0;
	}
	if (!seen)
		return '_';
	if (!skipped)
		return '.';
	return skipped == seen ? '#' : '+';
}

/** Is a position in the pageblocks of a character? */
static bool is_at(const struct strip *strip, unsigned long at, unsigned long pfn)
{
	unsigned long start = strip->first + at * pageblock_nr_pages;

	return pfn >= start && pfn < start + strip->scale * pageblock_nr_pages;
}

/** Which scanners go on in the pageblocks of a character: a, s, m, f, * or a blank. */
static char scanner_letter(const struct strip *strip, unsigned long at)
{
	const struct zone *zone = strip->zone;
	bool async = is_at(strip, at, zone->compact_cached_migrate_pfn[0]);
	bool sync = is_at(strip, at, zone->compact_cached_migrate_pfn[1]);
	bool target = is_at(strip, at, zone->compact_cached_free_pfn);

	if (target)
		return async || sync ? '*' : 'f';
	if (async)
		return sync ? 'm' : 'a';
	return sync ? 's' : ' ';
}

/** One line of the strip, and the scanners below it. */
struct strip_line {
	char blocks[STRIP_COLUMNS + 1];
	char scanners[STRIP_COLUMNS + 1]; /**< without blanks at the end */
};

static struct strip_line line_of(const struct strip *strip, unsigned long at)
{
	struct strip_line line = { 0 };
	size_t length = 0;

	for (unsigned long i = 0; i < STRIP_COLUMNS && at < strip->blocks;
	     i++, at += strip->scale) {
		line.blocks[i] = block_letter(strip, at);
		line.scanners[i] = scanner_letter(strip, at);
		if (line.scanners[i] != ' ')
			length = i + 1;
	}
	line.scanners[length] = '\0';
	return line;
}

/** The whole strip. Of lines that are alike, and where no scanner is, only the first is printed. */
static void print_strip(FILE *out, const struct strip *strip)
{
	unsigned long step = STRIP_COLUMNS * strip->scale;
	struct strip_line before = { 0 };
	bool folded = false;

	if (strip->scale > 1)
		fprintf(out, "  a character is %lu pageblocks\n", strip->scale);
	for (unsigned long at = 0; at < strip->blocks; at += step) {
		struct strip_line line = line_of(strip, at);
		bool alike = !memcmp(&line, &before, sizeof(line)) && !line.scanners[0];

		before = line;
		if (alike && !folded)
			fputs("  ...\n", out);
		folded = alike;
		if (alike)
			continue;
		fprintf(out, "  %#-12lx%s\n", strip->first + at * pageblock_nr_pages, line.blocks);
		if (line.scanners[0])
			fprintf(out, "%*s%s\n", 14, "", line.scanners);
	}
}

static void print_zone(FILE *out, const struct zone *zone)
{
	struct strip strip = strip_of(zone);

	fprintf(out, "node %d, zone %s: %lu pageblocks%s\n", zone_to_nid(zone), zone->name,
		strip.blocks, zone->contiguous ? ", contiguous" : "");
	fprintf(out, "  go on at: migrate %#lx (async), %#lx (sync), free %#lx\n",
		zone->compact_cached_migrate_pfn[0], zone->compact_cached_migrate_pfn[1],
		zone->compact_cached_free_pfn);
	fprintf(out, "  begin at: migrate %#lx, free %#lx%s\n", zone->compact_init_migrate_pfn,
		zone->compact_init_free_pfn,
		zone->compact_blockskip_flush ? "; marks are to be wiped off" : "");
	fprintf(out, "  deferral: considered %u, shift %u, order failed %d\n",
		zone->compact_considered, zone->compact_defer_shift, zone->compact_order_failed);
	print_strip(out, &strip);
}

/** Is this the zone that was asked for, as NAME or NODE NAME? */
static bool is_asked_for(const struct zone *zone, const char *asked)
{
	const char *name = asked;
	long nid;

	if (take_end(&asked))
		return true;
	if (take_value(&asked, &nid))
		name = asked;
	else
		nid = zone_to_nid(zone);
	return nid == zone_to_nid(zone) && take_word(&name, zone->name) && take_end(&name);
}

/**
 * @brief Print what compaction knows of the zones of the machine in focus.
 *
 * @param rest the zone, as NAME or NODE NAME; "": all
 * @param out where to
 * @param error receives which zone there is not
 * @return 0 or -1
 */
int look_scanners(const char *rest, FILE *out, struct pageflow_error *error)
{
	struct zone *zone;
	bool any = false;
	int nid;

	for_each_populated_zone(nid, zone) {
		if (!is_asked_for(zone, rest))
			continue;
		print_zone(out, zone);
		any = true;
	}
	if (!any)
		return error_set(error, "there is no zone '%s' on this machine",
				 rest + strspn(rest, " "));
	fputs(". looked into  # passed over  + some of several  _ no memory  ... as above\n"
	      "a, s, m: migrate scanner (async, sync, both)  f: free scanner  *: both meet\n",
	      out);
	return 0;
}
