/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The lines that say who holds memory: swap, hugepages, slab caches, places of the code.
 */
#include <ctype.h>
#include <string.h>

#include "failure/read/line.h"
#include "failure/read/reader.h"

/** The number before some words: `N pages in swap cache`. */
static bool number_before(const char *line, const char *words, uint64_t *value)
{
	const char *found = strstr(line, words), *number = found;

	while (number && number > line && isdigit((unsigned char)number[-1]))
		number--;
	return found && take_count(&number, value);
}

/** `NAME = NkB` or `NAME: N kB`, with any blanks. */
static bool number_after(const char *line, const char *name, char sign, uint64_t *kb)
{
	const char *c = strstr(line, name);

	if (!c)
		return false;
	c += strlen(name);
	c += strspn(c, " ");
	if (*c++ != sign)
		return false;
	c += strspn(c, " ");
	if (!take_count(&c, kb))
		return false;
	c += strspn(c, " ");
	return !strncasecmp(c, "kB", 2);
}

/** The lines about swap. */
static bool read_swap(struct failure_holders *holders, const char *line)
{
	if (number_after(line, "Free swap", '=', &holders->swap_free_kb)) {
		holders->has_swap_free = true;
		return true;
	}
	if (number_after(line, "Total swap", '=', &holders->swap_total_kb)) {
		holders->has_swap = holders->has_swap_free;
		return true;
	}
	return false;
}

/** `[Node N ]hugepages_total=N hugepages_free=N hugepages_surp=N hugepages_size=NkB`: the pool of a size. */
static bool read_hugepages(struct failure_holders *holders, const char *line)
{
	static const char total_name[] = "hugepages_total=", size_name[] = "hugepages_size=";
	const char *total_at = strstr(line, total_name), *size_at = strstr(line, size_name);
	uint64_t total, size;

	if (!total_at)
		return false;
	total_at += strlen(total_name);
	if (!size_at)
		return true;
	size_at += strlen(size_name);
	if (!take_count(&total_at, &total) || !take_count(&size_at, &size) ||
	    strncasecmp(size_at, "kB", 2))
		return true;
	if (size && total > MOST_FIGURE / size)
		total = MOST_FIGURE / size;
	holders->hugepages_kb += total * size;
	if (holders->hugepages_kb > MOST_FIGURE)
		holders->hugepages_kb = MOST_FIGURE;
	return true;
}

/** `CPU N: hi: N, btch: N usd: N`, as kernels before 4.2 print them: what each CPU keeps back of a zone. */
static bool read_cpu_list(struct failure_holders *holders, const char *line)
{
	const char *used = strstr(line, "btch:");
	uint64_t pages;

	if (!used)
		return false;
	while ((used = strstr(used, "usd:"))) {
		used += 4;
		used += strspn(used, " ");
		if (take_count(&used, &pages) && holders->percpu_lists < MOST_FIGURE - pages)
			holders->percpu_lists += pages;
	}
	return true;
}

/** Keep a named holder, if it is among the largest; those kept are in descending order. */
static void keep(struct named_holder *kept, int *nr, struct word name, uint64_t kb)
{
	int at = *nr;

	while (at > 0 && kept[at - 1].kb < kb)
		at--;
	if (at == MOST_NAMED_HOLDERS)
		return;
	if (*nr < MOST_NAMED_HOLDERS)
		(*nr)++;
	memmove(&kept[at + 1], &kept[at], (size_t)(*nr - 1 - at) * sizeof(kept[0]));
	memset(&kept[at], 0, sizeof(kept[at]));
	word_copy(name, kept[at].name, sizeof(kept[at].name));
	kept[at].kb = kb;
}

/** Take `NKB` that ends a line, with the blanks before it; false when it ends otherwise. */
static bool take_last_kb(const char *line, size_t *length, uint64_t *kb)
{
	const char *digits;
	size_t end = *length;

	if (end < 3 || strncasecmp(line + end - 2, "kB", 2))
		return false;
	end -= 2;
	while (end > 0 && isdigit((unsigned char)line[end - 1]))
		end--;
	digits = line + end;
	if (!end || line[end - 1] != ' ' || !take_count(&digits, kb))
		return false;
	while (end > 0 && line[end - 1] == ' ')
		end--;
	*length = end;
	return true;
}

/** A row of "Unreclaimable slab info": a cache, what its objects take, what its pages take. */
static bool read_slab(struct failure_holders *holders, const char *message)
{
	size_t length = strlen(message);
	uint64_t total, used;

	if (!strncmp(message, "Unreclaimable slab info:", 24)) {
		holders->in_slabs = true;
		return true;
	}
	if (!holders->in_slabs || !take_last_kb(message, &length, &total) ||
	    !take_last_kb(message, &length, &used) || !length)
		return false;
	keep(holders->slab, &holders->nr_slabs, (struct word){ message, length }, total);
	return true;
}

/** Take a size as people write it, `1.23 GiB` or `960 B`; in kB, rounded up. */
static bool take_size(const char **at, uint64_t *kb)
{
	static const char units[] = "BkKMGT";
	static const unsigned int shifts[] = { 0, 10, 10, 20, 30, 40 };
	uint64_t whole, hundredths = 0;
	const char *c = *at, *unit;

	if (!take_clamped(&c, 10, 9999, &whole))
		return false;
	if (*c == '.') {
		unsigned int place = 10;

		for (c++; isdigit((unsigned char)*c); c++, place /= 10)
			hundredths += (unsigned int)(*c - '0') * place;
	}
	c += strspn(c, " ");
	unit = *c ? strchr(units, *c) : NULL;
	if (!unit)
		return false;
	c += strcspn(c, " ");
	*at = c + strspn(c, " ");
	whole = (whole * 100 + hundredths) << shifts[unit - units];
	*kb = (whole / 100 + 1023) >> 10;
	return true;
}

/** A row of "Memory allocations": a size, how many, and which place of the code has them. */
static bool read_place(struct failure_holders *holders, const char *message)
{
	const char *c = message;
	uint64_t kb, calls;

	if (!strncmp(message, "Memory allocations", 18) && strchr(message, ':')) {
		holders->in_places = true;
		return true;
	}
	if (!holders->in_places || !take_size(&c, &kb) || !take_count(&c, &calls) || *c != ' ')
		return false;
	c += strspn(c, " ");
	if (!strstr(c, " func:"))
		return false;
	keep(holders->place, &holders->nr_places, word_of(c), kb);
	return true;
}

/**
 * @brief Read a line that says who holds memory.
 *
 * @param failure the report
 * @param line a line
 * @return false when it is another line
 */
bool failure_read_holders(struct failure *failure, const char *line)
{
	struct failure_holders *holders = &failure->holders;
	const char *message;

	if (!failure->has_state)
		return false;
	if (number_before(line, " total pagecache pages", &holders->pagecache)) {
		holders->has_pagecache = true;
		return true;
	}
	if (number_before(line, " pages in swap cache", &holders->swap_cache) ||
	    number_before(line, " pages hwpoisoned", &holders->poisoned) ||
	    number_after(line, "VmallocUsed", ':', &holders->vmalloc_kb) ||
	    read_swap(holders, line) || read_hugepages(holders, line) ||
	    read_cpu_list(holders, line))
		return true;
	message = line_message(line);
	return read_slab(holders, message) || read_place(holders, message);
}
