/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Lets gdb 13 set registers on a processor with AMX.
 *
 * The kernel takes a thread's extended state whole or not at all. gdb before 14 knows no state larger than 2,696 bytes and
 * offers those, which the kernel refuses: gdb says "Couldn't write extended state status: Bad address", and can call no
 * function of the program. Preloaded into gdb, this ptrace() reads the whole state first, and gives it back with what gdb
 * has changed at its beginning.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

/** More bytes than any processor's extended state has. */
#define MOST_STATE 65536

typedef long (*ptrace_function)(int request, pid_t pid, void *address, void *data);

/** Bytes of the extended state that this system has enabled. */
static size_t state_size(void)
{
	unsigned int eax = 0, enabled = 0, ecx = 0, edx = 0;

	__cpuid_count(0xd, 0, eax, enabled, ecx, edx);
	return enabled;
}

/** Set the extended state of a thread, of which the caller knows the beginning. */
static long set_state(ptrace_function real, pid_t pid, void *kind, const struct iovec *known)
{
	static unsigned char state[MOST_STATE] __attribute__((aligned(64)));
	struct iovec whole = { .iov_base = state, .iov_len = sizeof(state) };
	long failed = real(PTRACE_GETREGSET, pid, kind, &whole);

	if (failed)
		return failed;
	memcpy(state, known->iov_base, known->iov_len);
	return real(PTRACE_SETREGSET, pid, kind, &whole);
}

/** What gdb calls instead of the C library's function of this name. */
long ptrace(enum __ptrace_request request, ...)
{
	ptrace_function real = (ptrace_function)dlsym(RTLD_NEXT, "ptrace");
	va_list more;
	void *address, *data;
	pid_t pid;

	va_start(more, request);
	pid = va_arg(more, pid_t);
	address = va_arg(more, void *);
	data = va_arg(more, void *);
	va_end(more);
	if ((int)request == PTRACE_SETREGSET && (uintptr_t)address == NT_X86_XSTATE) {
		const struct iovec *known = data;

		if (known->iov_len < state_size())
			return set_state(real, pid, address, known);
	}
	return real((int)request, pid, address, data);
}
