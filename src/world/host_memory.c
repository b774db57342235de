/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What page frames are made of: memory of the host.
 *
 * It is reserved as address space, and the host gives real memory to it page by page as it is touched: a machine of
 * 64 GiB costs what its allocations touch. A host that cannot do so brings a file of its own in the place of this one
 * (src/web/contents.c).
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "text/error.h"
#include "world/world.h"

/**
 * @brief Reserve address space that costs nothing until it is touched.
 *
 * @param bytes how much
 * @param what what for, for the message
 * @param error receives what went wrong
 * @return the reservation, zeroed, or NULL
 * @source none (ours: the host's memory stands in for the machine's)
 */
void *host_reserve(size_t bytes, const char *what, struct pageflow_error *error)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory != MAP_FAILED)
		return memory;
	error_set(
		error,
		"the host refuses to reserve %zu MiB of address space for %s (%s); "
		"raise 'ulimit -v', or set vm.overcommit_memory to 0 or 1, or use a smaller machine",
		bytes >> 20, what, strerror(errno));
	return NULL;
}

/**
 * @brief Give back what host_reserve() gave.
 *
 * @param memory the reservation
 * @param bytes how much it is
 * @source none (ours: a kernel keeps its memory)
 */
void host_release(void *memory, size_t bytes)
{
	munmap(memory, bytes);
}

/**
 * @brief Reserve the bytes of the page frames of the machine in focus.
 *
 * @param pages how many
 * @param error receives what went wrong
 * @return address of the first byte, or NULL
 * @source none (ours: the host's memory stands in for the machine's)
 */
char *contents_reserve(unsigned long pages, struct pageflow_error *error)
{
	return host_reserve(pages << PAGE_SHIFT, "the machine's memory", error);
}

/**
 * @brief Give the bytes of a machine's page frames back.
 *
 * @param machine the machine; it need not be in focus
 * @param pages how many it has
 * @source none (ours: a kernel keeps its memory)
 */
void contents_release(struct machine *machine, unsigned long pages)
{
	host_release(machine->memory, pages << PAGE_SHIFT);
}
