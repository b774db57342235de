/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Where musl finds the running thread, under this name: there is one, in src/web/start.c.
 */
extern char the_thread[];

static inline uintptr_t __get_tp(void)
{
	return (uintptr_t)the_thread;
}

#define MC_PC __gregs[0]
