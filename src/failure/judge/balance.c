/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who holds the memory: a balance from the figures of a report.
 *
 * A page is counted once. Shared memory lies on the lists of anonymous pages, or with what cannot be evicted, so it is
 * taken off there; the swap cache and mapped pages are among anonymous and file pages; free CMA is free; free hugepages
 * are no free pages. What is left of all memory is not accounted for: drivers, network buffers, vmalloc() and leaks.
 */
#include "failure/judge/balance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure/judge/account.h"
#include "text/append.h"
#include "text/labels.h"

/** Where most of the memory is free, a smaller holder is not worth a word. */
#define LEAST_NAMED_PERCENT 5

/**
 * What a kernel takes without any figure for it, by experience: a quarter of memory at most, and on a small board not
 * more than 16 MiB. What is beyond both is suspect.
 */
#define LEAK_PART 4
#define LEAK_KB	  16384

/** Of swap space, so much may be free, in hundredths, when it is called full. */
#define SWAP_FULL_PERCENT 2

/** A figure in pages, from the best place that has it. */
struct found {
	uint64_t pages;
	bool read;
	bool partial; /**< of some nodes or zones only */
};

/** The figure of all zones in kB; `read` when any has it. */
static struct found zones_kb(const struct failure *failure, enum failure_figure figure)
{
	struct found found = { 0 };

	for (int i = 0; i < failure->nr_zones; i++)
		if (figure_seen(&failure->zone[i].figures, figure)) {
			found.pages += failure->zone[i].figures.value[figure];
			found.read = true;
		}
	return found;
}

/** Are the zones that are shown those of the whole machine? Then their free pages are those of the totals. */
static bool all_shown(const struct failure *failure)
{
	uint64_t total = failure->totals.value[FIGURE_FREE];
	uint64_t shown = zones_kb(failure, FIGURE_FREE).pages / page_size_kb(failure);

	return !figure_seen(&failure->totals, FIGURE_FREE) || total <= shown + shown / 8 + 1024;
}

/** Are the nodes that are shown those of the whole machine? Then their pages on lists are those of the totals. */
static bool all_nodes_shown(const struct failure *failure)
{
	uint64_t total = 0, shown = 0;

	for (int figure = FIGURE_ACTIVE_ANON; figure <= FIGURE_UNEVICTABLE; figure++)
		if (figure_seen(&failure->totals, figure) && figure_seen(&failure->nodes, figure)) {
			total += failure->totals.value[figure];
			shown += failure->nodes.value[figure] / page_size_kb(failure);
		}
	return total <= shown + shown / 8 + 1024;
}

/** A figure from the totals, else from the lines of nodes, else from those of zones. */
static struct found find(const struct failure *failure, enum failure_figure figure)
{
	struct found found;

	if (figure_seen(&failure->totals, figure))
		return (struct found){ failure->totals.value[figure], true, false };
	if (figure_seen(&failure->nodes, figure)) {
		found = (struct found){ failure->nodes.value[figure], true,
					!all_nodes_shown(failure) };
	} else {
		found = zones_kb(failure, figure);
		found.partial = found.read && !all_shown(failure);
	}
	found.pages /= page_size_kb(failure);
	return found;
}

/** One of three figures that belong together, the third of which may be missing. */
static struct found find_list(const struct failure *failure, enum failure_figure active)
{
	struct found list = find(failure, active), more = find(failure, active + 1);

	list.pages += more.pages + find(failure, active + 2).pages;
	list.read &= more.read;
	return list;
}

/** Does a zone keep pages back from requests for zones above all that are shown of its node? Then there are such. */
static bool higher_hidden(const struct failure *failure)
{
	for (int i = 0; i < failure->nr_zones; i++) {
		const struct failure_zone *zone = &failure->zone[i];
		bool highest = true;

		for (int j = 0; j < failure->nr_zones; j++)
			highest &= failure->zone[j].nid != zone->nid ||
				   failure->zone[j].type <= zone->type;
		for (int j = 0; highest && j < zone->nr_reserve; j++)
			if (zone->reserve[j])
				return true;
	}
	return false;
}

/** How much memory the allocator was given. */
static void find_total(const struct failure *failure, struct balance *balance)
{
	uint64_t page_kb = page_size_kb(failure);
	uint64_t managed = zones_kb(failure, FIGURE_MANAGED).pages / page_kb;
	uint64_t present = zones_kb(failure, FIGURE_PRESENT).pages / page_kb;
	bool whole = managed > 0;

	/* A number of pages that no machine has says nothing of this one. */
	if (failure->has_ram && failure->ram > ABSURD_KB / page_kb)
		return;
	if (failure->has_ram && failure->has_reserved && failure->ram > failure->reserved) {
		balance->total = failure->ram - failure->reserved;
		/* Some kernels about 4.0 take CMA off what is reserved, although it never was in there. */
		if (failure->has_cma && balance->total == managed + failure->cma)
			balance->total = managed;
		return;
	}
	for (int i = 0; i < failure->nr_zones; i++)
		whole &= figure_seen(&failure->zone[i].figures, FIGURE_MANAGED);
	balance->total_inferred = true;
	if (whole && failure->has_ram)
		whole = present + present / 64 >= failure->ram;
	else if (whole)
		whole = all_shown(failure) && !higher_hidden(failure);
	if (whole) {
		balance->total = managed;
	} else if (failure->has_ram) {
		balance->total = failure->ram;
		balance->reserved_inside = true;
	}
}

/** Add a holder. */
static void hold(struct balance *balance, struct holder holder)
{
	if (holder.pages && balance->nr_holders < MOST_HOLDERS)
		balance->holder[balance->nr_holders++] = holder;
}

/** Note that a figure was not read, which is then in what is not accounted for. */
static void miss_figure(struct balance *balance, const char *name)
{
	text_append(balance->unread, sizeof(balance->unread), "%s%s",
		    balance->unread[0] ? ", " : "", name);
}

/** What processes and files hold: pages on the lists that reclaim works on, and those it leaves alone. */
static void take_lists(const struct failure *failure, struct balance *balance)
{
	struct found anon = find_list(failure, FIGURE_ACTIVE_ANON);
	struct found file = find_list(failure, FIGURE_ACTIVE_FILE);
	struct found shmem = find(failure, FIGURE_SHMEM);
	struct found locked = find(failure, FIGURE_UNEVICTABLE);
	const struct failure_holders *holders = &failure->holders;
	uint64_t cached = shmem.pages + holders->swap_cache;
	bool file_inferred = !file.read && holders->has_pagecache && holders->pagecache >= cached;
	uint64_t shared = shmem.pages < anon.pages ? shmem.pages : anon.pages;
	uint64_t rest = shmem.pages - shared;

	if (file_inferred)
		file.pages = holders->pagecache - cached;
	anon.pages -= shared;
	locked.pages -= rest < locked.pages ? rest : locked.pages;
	hold(balance,
	     (struct holder){ "anon", KEY("anonymous memory"), 'a', anon.pages, !shmem.read });
	hold(balance, (struct holder){ "file", KEY("file cache"), 'f', file.pages, file_inferred });
	hold(balance,
	     (struct holder){ "shmem", KEY("shared memory, tmpfs"), 'm', shmem.pages, false });
	hold(balance,
	     (struct holder){ "unevictable", KEY("unevictable"), 'u', locked.pages, false });
	if (!anon.read)
		miss_figure(balance, "anonymous memory");
	if (!file.read && !file_inferred)
		miss_figure(balance, "file cache");
}

/** Slab, in its two parts. */
static void take_slab(const struct failure *failure, struct balance *balance)
{
	struct found one = find(failure, FIGURE_SLAB_RECLAIMABLE);
	struct found other = find(failure, FIGURE_SLAB_UNRECLAIMABLE);

	balance->slab_reclaimable = one.pages;
	balance->slab_unreclaimable = other.pages;
	hold(balance, (struct holder){ "slab", KEY("slab"), 's', one.pages + other.pages,
				       one.read != other.read });
	if (!one.read || !other.read)
		miss_figure(balance, "slab");
}

/** Figures that stand for themselves. A figure that a kernel of that age does not print is not missed. */
static void take_single(const struct failure *failure, struct balance *balance)
{
	static const struct single {
		enum failure_figure figure;
		bool ever; /**< every kernel prints it */
		char letter;
		const char *key, *name;
	} singles[] = {
		{ FIGURE_MISC_RECLAIMABLE, false, 'r', "misc_reclaimable",
		  KEY("reclaimable, no slab") },
		{ FIGURE_PAGETABLES, true, 'p', "page_tables", KEY("page tables") },
		{ FIGURE_SEC_PAGETABLES, false, 'q', "sec_page_tables",
		  KEY("page tables of guests") },
		{ FIGURE_KERNEL_STACK, true, 'k', "kernel_stacks", KEY("kernel stacks") },
		{ FIGURE_SHADOW_CALL_STACK, false, 'c', "shadow_stacks",
		  KEY("shadow call stacks") },
		{ FIGURE_BOUNCE, false, 'o', "bounce", KEY("bounce buffers") },
		{ FIGURE_ZSPAGES, false, 'z', "zspages", KEY("compressed (zsmalloc)") },
		{ FIGURE_WRITEBACK_TMP, false, 'w', "writeback_tmp", KEY("copies for FUSE") },
		{ FIGURE_GPU_ACTIVE, false, 'g', "gpu_active", KEY("graphics, in use") },
		{ FIGURE_GPU_RECLAIM, false, 'd', "gpu_reclaim", KEY("graphics, kept back") },
	};

	for (size_t i = 0; i < sizeof(singles) / sizeof(singles[0]); i++) {
		const struct single *one = &singles[i];
		struct found found = find(failure, one->figure);

		hold(balance, (struct holder){ one->key, one->name, one->letter, found.pages,
					       found.partial });
		if (one->ever && (!found.read || found.partial))
			miss_figure(balance, one->name);
	}
}

/** Free pages, on the lists of zones and of CPUs. */
static void take_free(const struct failure *failure, struct balance *balance)
{
	struct found free = find(failure, FIGURE_FREE), lists = find(failure, FIGURE_FREE_PCP);

	balance->free_cma = find(failure, FIGURE_FREE_CMA).pages;
	if (failure->has_cma && failure->cma > balance->free_cma)
		balance->cma_taken = failure->cma - balance->free_cma;
	if (!lists.read)
		lists.pages = failure->holders.percpu_lists;
	hold(balance, (struct holder){ "free", KEY("free"), '.', free.pages, false });
	hold(balance,
	     (struct holder){ "per_cpu", KEY("free, on per-CPU lists"), 'l', lists.pages, false });
	if (!free.read)
		miss_figure(balance, "free pages");
}

/** Is the report's kernel at least of this version? Not when it is unknown. */
static bool at_least(const struct failure *failure, int major, int minor)
{
	int have_major = 0, have_minor = 0;

	if (sscanf(failure->version, "%3d.%3d", &have_major, &have_minor) != 2)
		return false;
	return have_major > major || (have_major == major && have_minor >= minor);
}

/** Hugepages, and what else has lines of its own. */
static void take_others(const struct failure *failure, struct balance *balance)
{
	const struct failure_holders *holders = &failure->holders;
	uint64_t page_kb = page_size_kb(failure);
	uint64_t stacks = find(failure, FIGURE_KERNEL_STACK).pages, vmalloc = 0;

	hold(balance, (struct holder){ "hugepages", KEY("hugepages"), 'h',
				       holders->hugepages_kb / page_kb, false });
	hold(balance, (struct holder){ "poisoned", KEY("with hardware errors"), 'x',
				       holders->poisoned, false });
	/* Before 5.3 the figure is of addresses, not of memory. Kernel stacks are in it, and counted already. */
	if (at_least(failure, 5, 3) && holders->vmalloc_kb / page_kb > stacks)
		vmalloc = holders->vmalloc_kb / page_kb - stacks;
	hold(balance,
	     (struct holder){ "vmalloc", KEY("vmalloc, without stacks"), 'v', vmalloc, true });
	if (!holders->hugepages_kb && !holders->has_pagecache)
		miss_figure(balance, "hugepages");
}

/** How swap stands, and how much memory it may take itself where it is compressed memory. */
static void take_swap(const struct failure *failure, struct balance *balance)
{
	const struct failure_holders *holders = &failure->holders;
	uint64_t free_kb = holders->swap_free_kb, total_kb = holders->swap_total_kb;

	if (holders->has_swap && !total_kb)
		balance->swap = SWAP_NONE;
	else if (holders->has_swap)
		balance->swap =
			free_kb <= total_kb / 100 * SWAP_FULL_PERCENT ? SWAP_FULL : SWAP_FREE;
	else if (holders->has_swap_free && free_kb)
		balance->swap = SWAP_FREE;
	if (holders->has_swap && total_kb > free_kb && !find(failure, FIGURE_ZSPAGES).read)
		balance->compressed = (total_kb - free_kb) / 2 / page_size_kb(failure);
}

static uint64_t sum_of(const struct balance *balance)
{
	uint64_t sum = 0;

	for (int i = 0; i < balance->nr_holders; i++)
		sum += balance->holder[i].pages;
	return sum;
}

/** What is left of all memory. */
static void close_balance(const struct failure *failure, struct balance *balance)
{
	uint64_t balloon = find(failure, FIGURE_BALLOON).pages, sum = sum_of(balance);
	uint64_t explained = balance->compressed + balance->cma_taken, leaked;

	/* Most balloons take their pages out of what the machine has; then they are no part of it. */
	if (balloon && sum + balloon <= balance->total) {
		hold(balance, (struct holder){ "balloon", KEY("balloon"), 'b', balloon, false });
		sum += balloon;
	}
	balance->excess = balance->total && sum > balance->total ? sum - balance->total : 0;
	balance->known = balance->total && find(failure, FIGURE_FREE).read &&
			 balance->excess <= balance->total / 8;
	if (!balance->known)
		return;
	balance->unaccounted = balance->excess ? 0 : balance->total - sum;
	balance->unaccounted_percent = balance_percent(balance, balance->unaccounted);
	hold(balance,
	     (struct holder){ "unaccounted", KEY("not accounted for"), '?', balance->unaccounted,
			      balance->total_inferred || balance->unread[0] });
	/* Both are bounds: it is no leak where they might be all of it. */
	leaked = balance->unaccounted > explained ? balance->unaccounted - explained : 0;
	balance->leak_suspect = !balance->unread[0] && !balance->reserved_inside &&
				leaked > balance->total / LEAK_PART &&
				leaked > LEAK_KB / page_size_kb(failure);
}

/** Larger ones first; of two that are alike, by key, so that the order is always the same. */
static int compare_holders(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;

	if (x->pages != y->pages)
		return x->pages > y->pages ? -1 : 1;
	return strcmp(x->key, y->key);
}

/**
 * @brief Make the balance of a report.
 *
 * @param failure the report
 * @param balance receives it; `known` is false where the report does not say how much memory there is
 */
void balance_take(const struct failure *failure, struct balance *balance)
{
	memset(balance, 0, sizeof(*balance));
	if (!failure->has_state)
		return;
	find_total(failure, balance);
	take_free(failure, balance);
	take_lists(failure, balance);
	take_slab(failure, balance);
	take_single(failure, balance);
	take_others(failure, balance);
	take_swap(failure, balance);
	close_balance(failure, balance);
	qsort(balance->holder, (size_t)balance->nr_holders, sizeof(balance->holder[0]),
	      compare_holders);
}

/**
 * @brief Who holds most, free memory aside.
 *
 * @param balance the balance
 * @return the holder; NULL where nothing is known
 */
const struct holder *balance_largest(const struct balance *balance)
{
	for (int i = 0; balance->known && i < balance->nr_holders; i++)
		if (strcmp(balance->holder[i].key, "free") != 0)
			return &balance->holder[i];
	return NULL;
}

/**
 * @brief A part of all memory.
 *
 * @param balance the balance, known
 * @param pages the part
 * @return per cent, rounded
 */
unsigned int balance_percent(const struct balance *balance, uint64_t pages)
{
	return (unsigned int)((pages * 100 + balance->total / 2) / balance->total);
}

/** What a holder has of all memory, in words. */
static void say_part(const struct balance *balance, const struct holder *holder, char *text,
		     size_t size)
{
	const char *of = text[0] ? "" : " of memory";
	unsigned int percent = balance_percent(balance, holder->pages);
	bool several = holder->name[strlen(holder->name) - 1] == 's';

	if (!strcmp(holder->key, "free"))
		text_append(text, size, "%u %%%s is free", percent, of);
	else if (strcmp(holder->key, "unaccounted") != 0)
		text_append(text, size, "%s %s %u %%%s", holder->name, several ? "hold" : "holds",
			    percent, of);
	else if (balance->unread[0] || balance->reserved_inside)
		text_append(text, size, "%u %%%s is in no figure that was read", percent, of);
	else
		text_append(text, size, "%u %%%s is not accounted for", percent, of);
}

/**
 * @brief Who holds most of the memory, in a few words: "slab holds 91 % of memory".
 *
 * @param balance the balance
 * @param text receives the words; "" where nothing is known
 * @param size bytes of `text`
 */
void balance_headline(const struct balance *balance, char *text, size_t size)
{
	const struct holder *largest = balance_largest(balance);

	text[0] = '\0';
	if (!largest)
		return;
	if (&balance->holder[0] != largest)
		say_part(balance, &balance->holder[0], text, size);
	if (!text[0] || balance_percent(balance, largest->pages) >= LEAST_NAMED_PERCENT) {
		const char *comma = text[0] ? ", " : "";

		text_append(text, size, "%s", comma);
		say_part(balance, largest, text, size);
	}
	if (balance->swap == SWAP_FULL)
		text_append(text, size, ", swap is full");
	else if (balance->swap == SWAP_NONE && !strcmp(largest->key, "anon"))
		text_append(text, size, ", there is no swap");
}
