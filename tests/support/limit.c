/* SPDX-License-Identifier: GPL-2.0-only */
#include "limit.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static struct shared {
	unsigned long most; /* blocks that one process entered, of those that left through exit() */
} alone, *shared = &alone;

static long limit = LONG_MAX;
static long left = LONG_MAX; /* what this process may still enter */

/* Before main(): the tests' processes share what is counted, and the command, which knows nothing of it, is limited too. */
__attribute__((constructor)) static void share(void)
{
	const char *told = getenv("PAGEFLOW_STEPS");
	void *memory = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		abort();
	shared = memory;
	if (told)
		limit = strtol(told, NULL, 10);
	left = limit;
}

__attribute__((destructor)) static void conclude(void)
{
	unsigned long entered = limit - left;

	if (entered > shared->most)
		shared->most = entered;
}

void limit_begin(void)
{
	left = limit;
}

unsigned long limit_most(void)
{
	return shared->most;
}

static void stop(void)
{
	static const char said[] = "stopped: more blocks of code entered than PAGEFLOW_STEPS\n";

	(void)!write(STDERR_FILENO, said, sizeof(said) - 1);
	_exit(99);
}

/* What -fsanitize-coverage=trace-pc calls at the beginning of each block. */
void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
	if (--left < 0)
		stop();
}
