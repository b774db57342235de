/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Records of the slots of files: the pages in them, and the shadows of those that were evicted.
 */
#include <stdio.h>

#include "memory_map.h"
#include "page_cache.h"
#include "state/records.h"
#include "state/state.h"
#include "world/world.h"

/** Put a page into the slot of its file that its index names. */
static bool slot_page(struct address_space *space, unsigned long pfn)
{
	struct page *page = pfn_valid(pfn) ? pfn_to_page(pfn) : NULL;

	return page && page->mapping == space && page_count(page) > 0 &&
	       !page_slot(space, page->index) && page_slot_set(space, page->index, page);
}

static int read_slots(struct reader *reader, const char *line)
{
	struct address_space *space;
	long pfn, count;

	if (!record_take_mapping(&line, &space))
		return reader_fail(reader, "'slots N PFN+N ...' with the number of a mapping");
	while (!take_end(&line)) {
		if (!take_run(&line, &pfn, &count))
			return reader_fail(reader, "'slots N PFN+N ...'");
		for (; count; count--)
			if (!slot_page(space, (unsigned long)pfn++))
				return reader_refuse(reader,
						     "expected pages of this mapping, each in "
						     "a slot of its own");
	}
	return 0;
}

static int read_shadows(struct reader *reader, const char *line)
{
	struct address_space *space;
	long index, value;

	if (!record_take_mapping(&line, &space))
		return reader_fail(reader,
				   "'shadows N INDEX:VALUE ...' with the number of a mapping");
	while (!take_end(&line)) {
		if (!take_number(&line, &index) || *line++ != ':' || !take_number(&line, &value) ||
		    index < 0 || value < 0)
			return reader_fail(reader, "'shadows N INDEX:VALUE ...'");
		if (page_slot(space, (unsigned long)index) ||
		    !page_slot_set(space, (unsigned long)index, shadow_entry((unsigned long)value)))
			return reader_refuse(reader, "expected slots below 2^24 that are empty");
	}
	return 0;
}

const struct record_kind slot_records[] = {
	{ "slots", read_slots },
	{ "shadows", read_shadows },
	{ 0 },
};

/** Write one kind of what the slots of a mapping hold. */
static void write_entries(FILE *out, const struct address_space *space, bool shadows)
{
	unsigned long index = 0;
	bool any = false;
	void *entry;

	for (; (entry = page_slot_next(space, &index)); index++) {
		if (is_shadow(entry) != shadows)
			continue;
		if (!any)
			fprintf(out, "%s %ld", shadows ? "shadows" : "slots",
				record_mapping_number(space));
		any = true;
		if (shadows)
			fprintf(out, " %lu:%lu", index, shadow_of_entry(entry));
		else
			fprintf(out, " %lu+1", page_to_pfn(entry));
	}
	if (any)
		fputc('\n', out);
}

/**
 * @brief Write what the slots of files hold. Stands after the pages.
 *
 * @param out where to
 */
void records_write_slots(FILE *out)
{
	for (const struct address_space *space = world->address_spaces; space;
	     space = space->next) {
		write_entries(out, space, false);
		write_entries(out, space, true);
	}
}
