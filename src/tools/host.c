/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the command needs of the process that it runs in.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tools/tools.h"

/** The stack that every command gets along with, several times over. */
#define STACK_WANTED (8ul << 20)

/** The least stack that every command gets along with. */
#define STACK_NEEDED (1ul << 20)

/** As much of the stack as the host lets us have, up to what is wanted. */
static void raise_stack(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur >= STACK_WANTED)
		return;
	limit.rlim_cur = limit.rlim_max < STACK_WANTED ? limit.rlim_max : STACK_WANTED;
	setrlimit(RLIMIT_STACK, &limit);
}

/** A stream that was closed gets what can be neither read nor written: else the first file opened would take its place. */
static void keep_streams_apart(void)
{
	for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
		if (fcntl(stream, F_GETFD) < 0)
			(void)!open("/", O_PATH);
}

/**
 * @brief Prepare the process: called first.
 *
 * A file that grows beyond its limit is an error like a full disk, and does not end the process. A pipe that nobody
 * reads any more does end it, as with other programs.
 */
void host_prepare(void)
{
	keep_streams_apart();
	raise_stack();
	signal(SIGXFSZ, SIG_IGN);
}

/**
 * @brief Is what the host lets us have enough for a subcommand?
 *
 * @param command the subcommand
 * @return EXIT_OK, or EXIT_BAD_INPUT after a line on standard error
 */
int host_check(const char *command)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur >= STACK_NEEDED)
		return EXIT_OK;
	return say(command,
		   "the stack is limited to %llu KiB, and %lu are needed; raise the limit, see "
		   "'ulimit -s'",
		   (unsigned long long)limit.rlim_cur >> 10, STACK_NEEDED >> 10);
}
