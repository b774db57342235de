/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The operations of a recording: allocate, free, let a CPU empty its lists, let another CPU run.
 */
#include <stdio.h>
#include <string.h>

#include "memory_map.h"
#include "replay/replay.h"
#include "stages/stages.h"
#include "world/world.h"

/** Orders beyond what can be served are valid requests; beyond this they are typing errors. */
#define MOST_ORDER 64

/** Compare the page that an allocation returned; `expected` is what stands at the end of `recorded`. */
static void compare_page(struct replay *replay, size_t line, const char *recorded,
			 const char *expected, const struct page *page)
{
	char got[32] = "-";

	if (page)
		snprintf(got, sizeof(got), "%lu", page_to_pfn(page));
	if (strcmp(expected, got))
		result_differs(replay->result, line, recorded, "%.*s%s", (int)(expected - recorded),
			       recorded, got);
}

/**
 * @brief `a GFP ORDER NID PFN` and `g GFP ORDER PFN`: allocate.
 *
 * @param replay the replay
 * @param line the line of the recording
 * @return 0, or -1 after noting an error
 */
int replay_alloc(struct replay *replay, const char *line)
{
	const char *cursor = line + 1, *expected;
	size_t at = replay->reader.next;
	long order, nid = 0, pfn;
	unsigned long gfp;
	struct page *page;

	if (!take_hex(&cursor, &gfp) || !take_number(&cursor, &order) || order < 0 ||
	    order > MOST_ORDER ||
	    (*line == 'a' && (!take_number(&cursor, &nid) || nid < -1 || nid >= 64)))
		return reader_fail(&replay->reader, "'a GFP ORDER NID PFN' or 'g GFP ORDER PFN'");
	expected = cursor + strspn(cursor, " ");
	if ((!take_word(&cursor, "-") && !take_number(&cursor, &pfn)) || !take_end(&cursor))
		return reader_fail(&replay->reader, "a PFN or '-'");
	replay->allocating = true;
	if (*line == 'a')
		page = alloc_pages_node((int)nid, (gfp_t)gfp, (unsigned int)order);
	else
		page = alloc_pages((gfp_t)gfp, (unsigned int)order);
	replay->allocating = false;
	if (replay->reader.error.line)
		return -1;
	if (page)
		*held_order(replay, page) = (u8)(order + 1);
	compare_page(replay, at, line, expected, page);
	return 0;
}

/**
 * @brief Make a block of what was in use before the first operation one that can be given back as a whole.
 *
 * A snapshot does not tell which pages were allocated together; each has a reference of its own there.
 *
 * @return false when a page of it is free, belongs to a block that an operation returned, or does not exist
 */
static bool take_unknown_block(const struct replay *replay, struct page *page, unsigned int order)
{
	unsigned long pages = 1ul << order, pfn = page_to_pfn(page);

	if (pfn & (pages - 1))
		return false;
	for (unsigned long i = 0; i < pages; i++)
		if (!pfn_valid(pfn + i) || page_count(page + i) != 1 ||
		    *held_order(replay, page + i))
			return false;
	for (unsigned long i = 1; i < pages; i++)
		set_page_count(page + i, 0);
	return true;
}

/**
 * @brief `f PFN ORDER`: free.
 *
 * @param replay the replay
 * @param line the line of the recording
 * @return 0, or -1 after noting an error
 */
int replay_free(struct replay *replay, const char *line)
{
	struct page *page;
	long order;
	u8 *held;

	line++;
	page = take_page(&line);
	if (!page || !take_number(&line, &order) || !take_end(&line) || order < 0 ||
	    order >= MAX_ORDER)
		return reader_fail(&replay->reader, "'f PFN ORDER'");
	held = held_order(replay, page);
	/* A page that is free already is a difference, which the free itself reports. */
	if (page_count(page) > 0 && order + 1 != *held &&
	    (*held || !take_unknown_block(replay, page, (unsigned int)order)))
		return reader_refuse(&replay->reader,
				     "expected a block that an operation above returned, with its "
				     "order, or pages in use since before the first operation");
	*held = 0;
	__free_pages(page, (unsigned int)order);
	return 0;
}

/** Read the number of an existing CPU. */
static int read_cpu(struct replay *replay, const char *line, int *cpu)
{
	long number;

	line++;
	if (!take_number(&line, &number) || !take_end(&line) || number < 0 ||
	    number >= world->nr_cpus)
		return reader_fail(&replay->reader, "the number of a CPU of the machine");
	*cpu = (int)number;
	return 0;
}

/**
 * @brief `D CPU`: that CPU empties its lists.
 *
 * @param replay the replay
 * @param line the line of the recording
 * @return 0, or -1 after noting an error
 */
int replay_drain(struct replay *replay, const char *line)
{
	int running = world->this_cpu, cpu;

	if (read_cpu(replay, line, &cpu))
		return -1;
	world->this_cpu = cpu;
	drain_pages(cpu);
	world->this_cpu = running;
	return 0;
}

/**
 * @brief `u CPU`: that CPU runs from now on.
 *
 * @param replay the replay
 * @param line the line of the recording
 * @return 0, or -1 after noting an error
 */
int replay_cpu(struct replay *replay, const char *line)
{
	int cpu;

	if (read_cpu(replay, line, &cpu))
		return -1;
	world_run_on(cpu);
	return 0;
}
