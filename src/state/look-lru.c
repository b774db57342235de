/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `lru`: the LRU lists in order, the pages that CPUs have collected for them, and what reclaim remembers of each.
 *
 * Neighbours on a list whose PFNs follow one another, up or down, and who are in the same state, are one run.
 */
#include <string.h>

#include "machine.h"
#include "memory_map.h"
#include "stages/stages.h"
#include "state/look.h"
#include "state/snapshot-pages.h"
#include "text/append.h"
#include "text/cursor.h"
#include "text/error.h"
#include "world/world.h"

/** Runs of a list that are shown, if nobody says how many. */
#define MOST_RUNS 12

/** Where the runs stand. */
#define COLUMN 25

/** What is asked for. */
struct wish {
	long nid;		    /**< -1: every node */
	int list;		    /**< NR_LRU_LISTS: every list */
	long runs;		    /**< of a list */
	char group[MEMCG_NAME_LEN]; /**< "": every group */
};

/** What is shown of a page, by the letters of recordings: the list itself says the rest. */
#define SHOWN_FLAGS                                                                            \
	(PAGE_FLAG(locked) | PAGE_FLAG(dirty) | PAGE_FLAG(writeback) | PAGE_FLAG(referenced) | \
	 PAGE_FLAG(active) | PAGE_FLAG(workingset) | PAGE_FLAG(reclaim))

static const char legend[] =
	"L locked  D dirty  W writeback  R referenced  A active  K workingset  I reclaim\n";

/* ---- lines that do not become too long ---- */

/** A line on its way: pieces come with two blanks between them, and go on below when there is no room. */
struct flow {
	FILE *out;
	int indent;
	int at; /**< characters so far */
};

static void flow_put(struct flow *flow, const char *piece)
{
	int length = (int)strlen(piece);

	if (flow->at > flow->indent && flow->at + 2 + length > LOOK_WIDTH) {
		fprintf(flow->out, "\n%*s", flow->indent, "");
		flow->at = flow->indent;
	}
	flow->at += fprintf(flow->out, "%s%s", flow->at > flow->indent ? "  " : "", piece);
}

/* ---- runs ---- */

/** Pages that stand side by side on a list. */
struct run {
	unsigned long first, last;
	unsigned long pages;
	unsigned long flags; /**< those that are shown */
};

/** Does a page continue a run? Then it is its last. */
static bool run_takes(struct run *run, unsigned long pfn, unsigned long flags)
{
	bool up = pfn == run->last + 1 && run->last >= run->first;
	bool down = pfn + 1 == run->last && run->last <= run->first;

	if (!run->pages || flags != run->flags || (!up && !down))
		return false;
	run->last = pfn;
	run->pages++;
	return true;
}

/** Put a run as a piece: 0x40000-0x401ff RA. */
static void put_run(struct flow *flow, const struct run *run)
{
	char text[64] = "";

	text_append(text, sizeof(text), "%#lx", run->first);
	if (run->pages > 1)
		text_append(text, sizeof(text), "-%#lx", run->last);
	if (run->flags)
		text_append(text, sizeof(text), " ");
	for (size_t i = 0; i < NR_PAGE_LETTERS; i++)
		if (run->flags >> page_letters[i].flag & 1)
			text_append(text, sizeof(text), "%c", page_letters[i].letter);
	flow_put(flow, text);
}

/** One list: how many pages it has, and its runs from the head. */
static void print_list(FILE *out, const struct list_head *list, int number, long most)
{
	struct flow flow = { out, COLUMN, COLUMN };
	const struct list_head *entry;
	unsigned long pages = 0;
	struct run run = { 0 };
	long runs = 0;

	list_for_each(entry, list)
		pages++;
	fprintf(out, "  %-13s %7lu%s", page_list_names[number], pages, pages ? "  " : "");
	list_for_each(entry, list) {
		const struct page *page = list_entry(entry, struct page, lru);
		unsigned long pfn = page_to_pfn(page), flags = page->flags & SHOWN_FLAGS;

		if (run_takes(&run, pfn, flags))
			continue;
		if (runs++ && runs - 1 <= most)
			put_run(&flow, &run);
		run = (struct run){ pfn, pfn, 1, flags };
	}
	if (runs && runs <= most)
		put_run(&flow, &run);
	if (runs > most) {
		char rest[64];

		snprintf(rest, sizeof(rest), "and %ld more runs", runs - most);
		flow_put(&flow, rest);
	}
	fputc('\n', out);
}

/** The lists of one group on one node. */
static void print_lruvec(FILE *out, const struct lruvec *lruvec, const char *path,
			 const struct wish *wish)
{
	fprintf(out, "node %d, group %s\n", lruvec->pgdat->node_id, path);
	for (int list = 0; list < NR_LRU_LISTS; list++)
		if (wish->list == NR_LRU_LISTS || wish->list == list)
			print_list(out, &lruvec->lists[list], list, wish->runs);
	fprintf(out, "  cost of anon %lu, of file %lu; nonresident age %lu, refaults %lu%s\n",
		lruvec->anon_cost, lruvec->file_cost, lruvec->nonresident_age, lruvec->refaults,
		lruvec->flags >> LRUVEC_CONGESTED & 1 ? "; congested" : "");
}

/** Is any page on the lists of a group? */
static bool has_pages(const struct lruvec *lruvec)
{
	for (int list = 0; list < NR_LRU_LISTS; list++)
		if (!list_empty(&lruvec->lists[list]))
			return true;
	return false;
}

/** The lists of one node: of the root group always, of others when they have pages or are asked for. */
static bool print_node(FILE *out, struct pglist_data *pgdat, const struct wish *wish)
{
	struct mem_cgroup *memcg = NULL;
	bool any = false;

	while ((memcg = memcg_next(NULL, memcg))) {
		const struct lruvec *lruvec;

		/* A group without lists is given none for being looked at. */
		if (memcg->parent && !memcg->lruvecs)
			continue;
		lruvec = mem_cgroup_lruvec(memcg, pgdat);
		if (wish->group[0] ? strcmp(wish->group, memcg->path) != 0
				   : memcg->parent && !has_pages(lruvec))
			continue;
		print_lruvec(out, lruvec, memcg->path, wish);
		any = true;
	}
	return any;
}

/** What CPUs have collected. */
static void print_pagevecs(FILE *out)
{
	for (int cpu = 0; cpu < world->nr_cpus; cpu++)
		for (int which = 0; which < NR_LRU_PVECS; which++) {
			const struct pagevec *pvec = &world->lru_pvecs[cpu][which];
			struct flow flow = { out, COLUMN, COLUMN };
			char head[32];

			if (!pvec->nr)
				continue;
			snprintf(head, sizeof(head), "cpu %d, %s", cpu, pagevec_names[which]);
			fprintf(out, "%-16s%7u  ", head, pvec->nr);
			for (unsigned int i = 0; i < pvec->nr; i++) {
				unsigned long pfn = page_to_pfn(pvec->pages[i]);

				put_run(&flow,
					&(struct run){ pfn, pfn, 1,
						       pvec->pages[i]->flags & SHOWN_FLAGS });
			}
			fputc('\n', out);
		}
}

/* ---- what is asked for ---- */

/** Take one `NAME VALUE`; false when it is none. */
static bool take_one(const char **rest, struct wish *wish)
{
	if (take_word(rest, "node"))
		return take_value(rest, &wish->nid) && node_exists(wish->nid);
	if (take_word(rest, "list"))
		return take_name(rest, page_list_names, NR_LRU_LISTS, &wish->list);
	if (take_word(rest, "group"))
		return take_text(rest, wish->group, sizeof(wish->group));
	return take_word(rest, "runs") && take_value(rest, &wish->runs) && wish->runs >= 0;
}

/**
 * @brief Print the LRU lists of the machine in focus.
 *
 * @param rest what is asked for: NAME VALUE ...
 * @param out where to
 * @param error receives what was wrong with it
 * @return 0 or -1
 */
int look_lru(const char *rest, FILE *out, struct pageflow_error *error)
{
	struct wish wish = { .nid = -1, .list = NR_LRU_LISTS, .runs = MOST_RUNS };
	bool any = false;
	int nid;

	while (!take_end(&rest))
		if (!take_one(&rest, &wish))
			return error_set(error, "expected 'lru [node N] [list NAME] [group PATH] "
						"[runs N]', with a node of the machine and runs "
						"from 0 on; lists are inactive_anon, active_anon, "
						"inactive_file, active_file and unevictable");
	for_each_online_node(nid)
		if (wish.nid < 0 || wish.nid == nid)
			any |= print_node(out, NODE_DATA(nid), &wish);
	if (!any)
		return error_set(error, "there is no memory cgroup '%s' that has lists",
				 wish.group);
	print_pagevecs(out);
	fputs(legend, out);
	return 0;
}
