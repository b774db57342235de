/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Letting the host refuse memory; see failing.h.
 */
#include "failing.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* The names are the linker's. */
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
FILE *__real_open_memstream(char **text, size_t *size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
FILE *__wrap_open_memstream(char **text, size_t *size);

static int calls[NR_FAILING];
static int failing_call[NR_FAILING]; /* 0: none */

/** Let the n-th call from now on fail: 1 is the next; 0 none. Calls are counted anew. */
void test_fail(enum failing function, int call)
{
	calls[function] = 0;
	failing_call[function] = call;
}

/** Calls since test_fail(). */
int test_calls(enum failing function)
{
	return calls[function];
}

static bool refuse(enum failing function)
{
	if (++calls[function] != failing_call[function])
		return false;
	errno = ENOMEM;
	return true;
}

void *__wrap_calloc(size_t count, size_t size)
{
	return refuse(FAIL_CALLOC) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
	return refuse(FAIL_REALLOC) ? NULL : __real_realloc(memory, size);
}

void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
	if (refuse(FAIL_MMAP))
		return MAP_FAILED;
	return __real_mmap(address, size, protection, flags, fd, offset);
}

FILE *__wrap_open_memstream(char **text, size_t *size)
{
	return refuse(FAIL_OPEN_MEMSTREAM) ? NULL : __real_open_memstream(text, size);
}
