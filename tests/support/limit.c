/* SPDX-License-Identifier: GPL-2.0-only */
#include "limit.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct blocks {
	unsigned long now;  /* entered by the test that runs */
	unsigned long most; /* by any test that is over */
};

static struct blocks alone, *blocks = &alone;
static unsigned long limit = ULONG_MAX;

void limit_share(void)
{
	const char *told = getenv("PAGEFLOW_STEPS");
	void *shared = mmap(NULL, sizeof(*blocks), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		abort();
	blocks = shared;
	if (told)
		limit = strtoul(told, NULL, 10);
}

unsigned long limit_most(void)
{
	if (blocks->now > blocks->most)
		blocks->most = blocks->now;
	return blocks->most;
}

void limit_begin(void)
{
	limit_most();
	blocks->now = 0;
}

/* What -fsanitize-coverage=trace-pc calls at the beginning of each block. */
void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
	static const char said[] = "stopped: more blocks of code entered than PAGEFLOW_STEPS\n";

	if (++blocks->now <= limit)
		return;
	(void)!write(STDERR_FILENO, said, sizeof(said) - 1);
	_exit(99);
}
