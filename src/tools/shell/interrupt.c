/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Ctrl-C at a terminal: it drops the line that is being typed, and ends a command that can be ended.
 *
 * Most commands cannot be left in the middle, since the machine would be left there too. While one of these runs, Ctrl-C says so, and
 * a second one ends the program.
 */
#include "tools/shell/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

static volatile sig_atomic_t came;
static volatile sig_atomic_t
	must_end; /**< what runs goes to its end: a second Ctrl-C ends the program */

/** Note it; while a command runs that cannot be ended, say so, and the second time end as programs do. */
static void on_interrupt(int signal)
{
	static const char said[] =
		"\npageflow shell: this command goes to its end; Ctrl-C again ends the session\n";
	int kept = errno;

	if (must_end && came) {
		(void)sigaction(signal, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
		(void)raise(signal);
	}
	came = 1;
	if (must_end && write(STDERR_FILENO, said, sizeof(said) - 1) < 0)
		came = 1;
	errno = kept;
}

/** From now on Ctrl-C is taken. */
void interrupt_begin(void)
{
	const struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = SA_RESTART };

	/* What is being printed goes on; only the wait for a key ends. */
	(void)sigaction(SIGINT, &action, NULL);
}

/** Was it pressed since it was forgotten? */
bool interrupt_came(void)
{
	return came;
}

/** Forget that it was pressed. */
void interrupt_forget(void)
{
	came = 0;
	must_end = 0;
}

/**
 * @brief A command runs now.
 *
 * @param ends does it look for interrupt_came(), and end by itself?
 */
void interrupt_run(bool ends)
{
	came = 0;
	must_end = !ends;
}

/**
 * @brief Read a byte from the terminal.
 *
 * @param byte receives it
 * @return false at the end, and when Ctrl-C is pressed
 */
bool interrupt_read(char *byte)
{
	sigset_t only, before;
	bool read_one = false;
	fd_set wanted;

	/* It can come only while this waits: none is lost between looking and waiting. */
	sigemptyset(&only);
	sigaddset(&only, SIGINT);
	sigprocmask(SIG_BLOCK, &only, &before);
	while (!came) {
		FD_ZERO(&wanted);
		FD_SET(STDIN_FILENO, &wanted);
		if (pselect(STDIN_FILENO + 1, &wanted, NULL, NULL, NULL, &before) > 0) {
			read_one = read(STDIN_FILENO, byte, 1) == 1;
			break;
		}
		if (errno != EINTR)
			break;
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return read_one;
}
