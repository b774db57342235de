/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief How musl calls the system here: each call is a call of host_call().
 *
 * musl asks the architecture for this header, under this name. The numbers of the calls are those of 64-bit RISC-V, which
 * are the common ones.
 */
#define __SYSCALL_LL_E(x) (x)
#define __SYSCALL_LL_O(x) (x)

long host_call(long number, long a, long b, long c, long d, long e, long f);

static inline long __syscall0(long n)
{
	return host_call(n, 0, 0, 0, 0, 0, 0);
}

static inline long __syscall1(long n, long a)
{
	return host_call(n, a, 0, 0, 0, 0, 0);
}

static inline long __syscall2(long n, long a, long b)
{
	return host_call(n, a, b, 0, 0, 0, 0);
}

static inline long __syscall3(long n, long a, long b, long c)
{
	return host_call(n, a, b, c, 0, 0, 0);
}

static inline long __syscall4(long n, long a, long b, long c, long d)
{
	return host_call(n, a, b, c, d, 0, 0);
}

static inline long __syscall5(long n, long a, long b, long c, long d, long e)
{
	return host_call(n, a, b, c, d, e, 0);
}

static inline long __syscall6(long n, long a, long b, long c, long d, long e, long f)
{
	return host_call(n, a, b, c, d, e, f);
}
