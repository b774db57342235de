/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Atomic steps as musl asks the architecture for them, under this name: with one thread, plain ones.
 */
#define a_cas a_cas
static inline int a_cas(volatile int *place, int expected, int wanted)
{
	int old = *place;

	if (old == expected)
		*place = wanted;
	return old;
}

#define a_cas_p a_cas_p
static inline void *a_cas_p(volatile void *place, void *expected, void *wanted)
{
	void *old = *(void *volatile *)place;

	if (old == expected)
		*(void *volatile *)place = wanted;
	return old;
}

#define a_barrier a_barrier
static inline void a_barrier(void)
{
}

#define a_crash a_crash
static inline void a_crash(void)
{
	__builtin_trap();
}
