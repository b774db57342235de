/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who holds the memory, as text: a table, largest first, whose letters are the legend of a bar below it.
 */
#include <string.h>

#include "text/wrap.h"
#include "tools/explain/sheet.h"

/** Most characters of the bar. */
#define BAR 66

/** Columns beside the bar: its indentation, and its ends. */
#define BESIDE_BAR 4

/** Named caches and places that are printed. */
#define LEAST_EXPLAINED_PERCENT 10 /* so much must be missing before anyone asks where it is */
#define MOST_PRINTED		5

/** The colour of a holder: what is free, and what may be lost, stand out. */
static enum ink ink_of(const struct sheet *sheet, const struct holder *holder)
{
	if (!strcmp(holder->key, "free"))
		return GREEN;
	if (!strcmp(holder->key, "unaccounted") && sheet->answer->balance.leak_suspect)
		return RED;
	return PLAIN;
}

/** A row as a piece. */
static void write_row(const struct sheet *sheet, enum ink ink, const char *name, uint64_t pages,
		      const char *remark)
{
	const struct balance *balance = &sheet->answer->balance;
	char in_pages[24], in_kb[24], percent[16] = "";

	snprintf(in_pages, sizeof(in_pages), "%llu", (unsigned long long)pages);
	snprintf(in_kb, sizeof(in_kb), "%llu",
		 (unsigned long long)pages * page_size_kb(sheet->answer->failure));
	if (balance->known)
		snprintf(percent, sizeof(percent), "%.1f",
			 (double)pages * 100 / (double)balance->total);
	sheet_cells(sheet, ink, (const char *[]){ name, in_pages, in_kb, percent },
		    balance->known ? 4 : 3, remark);
}

/** A row: its letter, its name, pages, kB, and its part of all memory. */
static void print_row(const struct sheet *sheet, enum ink ink, char letter, const char *name,
		      uint64_t pages, const char *remark)
{
	const struct balance *balance = &sheet->answer->balance;

	if (sheet->json) {
		write_row(sheet, ink, name, pages, remark);
		return;
	}
	if (sheet_is_narrow(sheet)) {
		sheet_say_in(sheet, ink, 2, "%c%s%s: %llu pages%s", letter, *name == ' ' ? "" : " ",
			     name, (unsigned long long)pages, remark);
		return;
	}
	if (ink != PLAIN)
		fputs(sheet_ink(sheet, ink), sheet->out);
	fprintf(sheet->out, "  %c %-34s %10llu %11llu", letter, name, (unsigned long long)pages,
		(unsigned long long)pages * page_size_kb(sheet->answer->failure));
	if (balance->known)
		fprintf(sheet->out, " %6.1f", (double)pages * 100 / (double)balance->total);
	fprintf(sheet->out, "%s\n%s", remark, ink != PLAIN ? sheet_ink(sheet, PLAIN) : "");
}

/** The parts of a holder. */
static void print_parts(const struct sheet *sheet, const struct holder *holder)
{
	const struct balance *balance = &sheet->answer->balance;

	if (!strcmp(holder->key, "free") && balance->free_cma)
		print_row(sheet, PLAIN, ' ', "  of these in CMA areas", balance->free_cma, "");
	if (!strcmp(holder->key, "slab") && balance->slab_reclaimable)
		print_row(sheet, PLAIN, ' ', "  of these reclaimable", balance->slab_reclaimable,
			  "");
}

/** The title, and the names of the columns. */
static void print_head(const struct sheet *sheet)
{
	static const char *const names[] = { "", "pages", "kB", "%" };
	const struct balance *balance = &sheet->answer->balance;

	if (sheet_is_narrow(sheet) || sheet->json)
		sheet_title(sheet, "memory", "who holds the memory");
	if (sheet->json)
		sheet_columns(sheet, names, balance->known ? 4 : 3);
	else if (!sheet_is_narrow(sheet))
		fprintf(sheet->out, "\n%s%-38s %10s %11s%s%s\n", sheet_ink(sheet, BOLD),
			"who holds the memory", "pages", "kB", balance->known ? "      %" : "",
			sheet_ink(sheet, PLAIN));
}

static void print_table(const struct sheet *sheet)
{
	const struct balance *balance = &sheet->answer->balance;

	print_head(sheet);
	for (int i = 0; i < balance->nr_holders; i++) {
		const struct holder *holder = &balance->holder[i];

		print_row(sheet, ink_of(sheet, holder), holder->letter, holder->name, holder->pages,
			  log_inferred(holder->inferred));
		print_parts(sheet, holder);
	}
	if (balance->known)
		print_row(sheet, PLAIN, '=', "all memory", balance->total,
			  log_inferred(balance->total_inferred));
}

/** The bar: each holder's letter, as often as its part is of all memory. */
static void print_bar(const struct sheet *sheet)
{
	const struct balance *balance = &sheet->answer->balance;
	uint64_t sum = 0, all = balance->total + balance->excess;
	int column = 0, bar = wrap_columns(sheet->out) - BESIDE_BAR;

	if (bar > BAR)
		bar = BAR;
	fputs("  [", sheet->out);
	for (int i = 0; i < balance->nr_holders; i++) {
		const struct holder *holder = &balance->holder[i];
		enum ink ink = ink_of(sheet, holder);
		int end;

		sum += holder->pages;
		end = (int)((double)sum / (double)all * bar + 0.5);
		if (ink != PLAIN)
			fputs(sheet_ink(sheet, ink), sheet->out);
		for (; column < end; column++)
			fputc(holder->letter, sheet->out);
		if (ink != PLAIN)
			fputs(sheet_ink(sheet, PLAIN), sheet->out);
	}
	fprintf(sheet->out, "%*s]\n", bar - column, "");
}

static void print_swap(const struct sheet *sheet)
{
	const struct failure_holders *holders = &sheet->answer->failure->holders;

	switch (sheet->answer->balance.swap) {
	case SWAP_NONE:
		sheet_say(sheet, 2, "swap: none");
		return;
	case SWAP_UNKNOWN:
		sheet_say(sheet, 2, "swap: the report does not say");
		return;
	case SWAP_FREE:
	case SWAP_FULL:
		break;
	}
	if (!holders->has_swap)
		sheet_say(sheet, 2,
			  "swap: %llu kB free; how much there is, the report does not say",
			  (unsigned long long)holders->swap_free_kb);
	else
		sheet_say(sheet, 2, "swap: %s%llu of %llu kB free",
			  sheet->answer->balance.swap == SWAP_FULL ? "full, " : "",
			  (unsigned long long)holders->swap_free_kb,
			  (unsigned long long)holders->swap_total_kb);
}

/** The largest slab caches, or places of the code. */
static void print_named(const struct sheet *sheet, const char *title,
			const struct named_holder *named, int nr)
{
	if (nr)
		sheet_say(sheet, 2, "%s", title);
	for (int i = 0; i < nr && i < MOST_PRINTED; i++)
		sheet_say(sheet, 4, "%llu kB %s", (unsigned long long)named[i].kb, named[i].name);
}

/** What of the rest devices may have. */
static void print_cma(const struct sheet *sheet)
{
	const struct balance *balance = &sheet->answer->balance;
	uint64_t most = balance->cma_taken < balance->unaccounted ? balance->cma_taken
								  : balance->unaccounted;

	if (balance->known && most && balance->unaccounted_percent >= LEAST_EXPLAINED_PERCENT)
		sheet_say(sheet, 2,
			  "at most %llu of the pages not accounted for are CMA areas in use by "
			  "devices",
			  (unsigned long long)most);
}

/** What to think of the rest. */
static void print_rest(const struct sheet *sheet)
{
	const struct balance *balance = &sheet->answer->balance;

	if (balance->excess)
		sheet_say(sheet, 2,
			  "the figures do not add up: they come to %llu pages more than there are",
			  (unsigned long long)balance->excess);
	if (!balance->total)
		sheet_say(sheet, 2, "the report does not say how much memory there is");
	if (balance->unread[0])
		sheet_say(sheet, 2, "not read, so not accounted for: %s", balance->unread);
	if (balance->known && balance->reserved_inside)
		sheet_say(sheet, 2,
			  "'pages reserved' was not read: what the kernel keeps since boot is in "
			  "what is not accounted for");
	if (balance->leak_suspect)
		sheet_say(
			sheet, 2,
			"suspect: a leak. Pages that no counter has are taken by drivers, file systems "
			"and the network, by vmalloc() and by balloons; look at /proc/vmallocinfo, at "
			"page_owner=on or /proc/allocinfo, and at who asked most often");
	print_cma(sheet);
}

/**
 * @brief Print who holds the memory.
 *
 * @param sheet the sheet
 */
void print_balance(const struct sheet *sheet)
{
	const struct balance *balance = &sheet->answer->balance;
	const struct failure_holders *holders = &sheet->answer->failure->holders;

	if (!balance->nr_holders)
		return;
	print_table(sheet);
	if (balance->known && !sheet->json)
		print_bar(sheet);
	print_swap(sheet);
	print_rest(sheet);
	print_named(sheet, "largest slab caches that cannot be reclaimed:", holders->slab,
		    holders->nr_slabs);
	print_named(sheet, "largest allocations by place of the code:", holders->place,
		    holders->nr_places);
}
