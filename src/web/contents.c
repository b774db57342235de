/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What page frames are made of in a web page, in the place of host_memory.c and contents.c of src/world: only what was written to exists.
 *
 * A page has at most 4 GiB for everything, and its host does not take memory back. So the addresses of a machine's page
 * frames are numbers only, as those of the linear map of arm64 are to a debugger, and the bytes of a frame are made when
 * it is first written to: until then all of them are zero.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "text/error.h"
#include "world/world.h"

/** Where arm64's linear map begins with addresses of 48 bits. Nothing lies there. */
#define PAGE_OFFSET 0xffff000000000000ul

/**
 * @brief Memory for a table of the machine.
 *
 * @param bytes how much
 * @param what what for, for the message
 * @param error receives what went wrong
 * @return the memory, zeroed, or NULL
 */
void *host_reserve(size_t bytes, const char *what, struct pageflow_error *error)
{
	void *memory =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory != MAP_FAILED)
		return memory;
	error_set(error, "the page has no %zu MiB of memory for %s; use a smaller machine",
		  bytes >> 20, what);
	return NULL;
}

/**
 * @brief Give back what host_reserve() gave.
 *
 * @param memory the memory
 * @param bytes how much it is
 */
void host_release(void *memory, size_t bytes)
{
	munmap(memory, bytes);
}

/**
 * @brief Make room to note which page frames of the machine in focus were written to.
 *
 * @param pages how many there are
 * @param error receives what went wrong
 * @return address of the first byte, or NULL
 */
char *contents_reserve(unsigned long pages, struct pageflow_error *error)
{
	world->written_to =
		host_reserve(pages * sizeof(*world->written_to), "its page frames", error);
	return world->written_to ? (char *)PAGE_OFFSET : NULL;
}

/**
 * @brief Give the bytes of a machine's page frames back.
 *
 * @param machine the machine; it need not be in focus
 * @param pages how many it has
 */
void contents_release(struct machine *machine, unsigned long pages)
{
	for (unsigned long i = 0; i < pages; i++)
		free(machine->written_to[i]);
	host_release(machine->written_to, pages * sizeof(*machine->written_to));
	machine->written_to = NULL;
}

/** Where it is noted that this page frame was written to. */
static char **place_of(const struct page *page)
{
	return &world->written_to[page_to_pfn(page) - world->mem_map_start];
}

/**
 * @brief The bytes of a page frame, to be read and written.
 *
 * @param page the page
 * @return PAGE_SIZE bytes; the program ends when there is no memory for them
 */
void *page_contents(const struct page *page)
{
	char **place = place_of(page);

	if (!*place)
		*place = calloc(PAGE_SIZE, 1);
	if (!*place) {
		fputs("pageflow: the page has no memory left for what is written to page frames; use a "
		      "smaller machine\n",
		      stderr);
		exit(2);
	}
	return *place;
}

/**
 * @brief Fill the bytes of page frames with zeroes.
 *
 * @param page the first
 * @param nr_pages how many
 */
void clear_contents(const struct page *page, unsigned long nr_pages)
{
	char **place = place_of(page);

	for (unsigned long i = 0; i < nr_pages; i++)
		if (place[i])
			memset(place[i], 0, PAGE_SIZE);
}

/**
 * @brief Copy the bytes of a page frame.
 *
 * @param to receives them
 * @param from the page that has them
 */
void copy_contents(const struct page *to, const struct page *from)
{
	if (*place_of(from))
		memcpy(page_contents(to), page_contents(from), PAGE_SIZE);
	else
		clear_contents(to, 1);
}
