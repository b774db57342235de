/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Recordings with memory cgroups: pages of files that are charged, and what is charged to each group.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "life/life.h"
#include "memory_map.h"
#include "replay/replay.h"
#include "stages/stages.h"
#include "state/state.h"
#include "world/world.h"

/** What a `P` line says. */
struct cache_line {
	struct page *page;
	struct address_space *space;
	unsigned long index;
	unsigned long gfp;
	struct mem_cgroup *memcg;
	long result;
};

/** Read a `P` line; false when it is not one of this machine. */
static bool parse_cache_line(const char *line, struct cache_line *p)
{
	long index, id;
	int kind;

	line++;
	p->page = take_page(&line);
	if (!p->page || !take_name(&line, page_kind_names, PAGE_KIND_NOMIG + 1, &kind) ||
	    !take_number(&line, &index) || index < 0 || index >= (long)MAX_PAGE_SLOTS ||
	    !take_hex(&line, &p->gfp) || !take_number(&line, &id) || id < 1 ||
	    id > (long)MEM_CGROUP_ID_MAX || !take_number(&line, &p->result) || !take_end(&line))
		return false;
	p->space = snapshot_space((enum page_kind)kind);
	p->index = (unsigned long)index;
	p->memcg = mem_cgroup_by_id((unsigned int)id);
	return p->space && p->memcg;
}

/** Can this page enter its file? It belongs to nothing, and the slot has no page. */
static bool page_can_enter(const struct replay *replay, const struct cache_line *p)
{
	const void *entry = page_slot(p->space, p->index);

	return page_is_nobodys(replay, p->page) && (!entry || is_shadow(entry));
}

/** Put the page into its file, as a thread that works for a process of the group. */
static int add_for_group(struct replay *replay, const struct cache_line *p)
{
	struct mm *own_mm = current->mm;
	struct mem_cgroup *own_memcg = current->memcg;
	int result;

	current->mm = &replay->borrowed_mm;
	current->memcg = p->memcg;
	result = page_cache_add_at(p->page, p->space, p->index, (gfp_t)p->gfp);
	current->memcg = own_memcg;
	current->mm = own_mm;
	return result;
}

/**
 * @brief `P PFN KIND INDEX GFP ID RESULT`: a page enters a file, on behalf of a group.
 *
 * @param replay the replay
 * @param line the line of the recording
 * @return 0, or -1 after noting an error
 */
int replay_page_cache(struct replay *replay, const char *line)
{
	size_t at = replay->reader.next;
	struct cache_line p = { 0 };
	int result;

	if (!parse_cache_line(line, &p))
		return reader_fail(&replay->reader, "'P PFN KIND INDEX GFP ID RESULT'");
	if (!page_can_enter(replay, &p))
		return reader_refuse(&replay->reader,
				     "expected a single page in use that belongs to "
				     "no file, and a slot without a page");
	result = add_for_group(replay, &p);
	if (replay->reader.error.line)
		return -1;
	if (!result) {
		*held_order(replay, p.page) = 0;
		put_page(p.page);
	}
	if (p.result != result)
		result_differs(replay->result, at, line, "%.*s %d",
			       (int)(strrchr(line, ' ') - line), line, result);
	return 0;
}

static void write_charges(FILE *out, void *what)
{
	(void)what;
	snapshot_write_charges(out, "");
}

/**
 * @brief `cg ID ...` and `stock CPU ...`: compare what is charged to the groups, and what is in stock.
 *
 * @param replay the replay
 * @param line the first of these lines
 * @return 0, or -1 after noting an error
 */
int replay_check_charges(struct replay *replay, const char *line)
{
	(void)line;
	replay->reader.next--;
	replay_compare_block(replay, write_charges, NULL);
	return replay->reader.error.line ? -1 : 0;
}
