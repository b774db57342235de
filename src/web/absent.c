/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Functions of the C library that the compiler's package has in no form that fits: as short as one thread allows.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "web/host.h"

/* musl's own: what it calls these by. */
#include "floatscan.h"
#include "pthread_impl.h"
#include "syscall.h"

/* zig's functions know the error of the last call as a variable of this name, musl's by where it is. */
#undef errno
_Thread_local int errno;

int *__errno_location(void)
{
	return &errno;
}

weak_alias(__errno_location, ___errno_location);

/** Do something in every thread: there is one. */
void __synccall(void (*what)(void *), void *context)
{
	what(context);
}

/** What is not there. */
static int refuse(void)
{
	errno = ENOSYS;
	return -1;
}

int dup(int file)
{
	(void)file;
	return refuse();
}

int access(const char *path, int how)
{
	(void)path, (void)how;
	return refuse();
}

int unlink(const char *path)
{
	return (int)__syscall_ret((unsigned long)host_unlink(path));
}

pid_t getpid(void)
{
	return 1;
}

/** Read a number with a fraction: nobody here does, but scanf() could. */
long double __floatscan(FILE *file, int precision, int part)
{
	(void)file, (void)precision, (void)part;
	a_crash();
	return 0;
}
