/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The integer types and small macros that every other header uses.
 *
 * Page frame numbers (PFNs), page counts and byte counts are `unsigned long` (64 bits) as in the
 * kernel; a quantity that may become negative on the way is `long`.
 */
#ifndef TYPES_H
#define TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef int8_t s8;
typedef uint16_t u16;
typedef int16_t s16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

/** A get-free-pages mask: the set of `__GFP_*` bits that a caller asks with. */
typedef unsigned int gfp_t;

/** A physical address, in bytes. */
typedef u64 phys_addr_t;

#define ARRAY_SIZE(array)		    (sizeof(array) / sizeof((array)[0]))
#define container_of(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))
#define DIV_ROUND_UP(n, d)		    (((n) + (d)-1) / (d))

/* Branch hints: they change the layout of the machine code, never a decision. Where conditions are counted they are
 * nothing at all: clang would count what a macro is given in the place of the macro. */
#ifdef PAGEFLOW_MCDC
#define likely
#define unlikely
#else
#define likely(condition)   __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)
#endif

/* A function that hardly ever runs: kept out of the way of those that do. */
#define __cold __attribute__((cold, noinline))

/* Not on the quickest way through its caller: inlined there, it would cost that way registers to save. */
#define __aside __attribute__((noinline))

/* On the quickest way through its caller, and small there: a call would cost more than it does. The builds that
 * are stepped through or counted keep the call. */
#ifdef __OPTIMIZE__
#define __quick __attribute__((always_inline)) inline
#else
#define __quick
#endif

static inline unsigned long min_ul(unsigned long a, unsigned long b)
{
	return a < b ? a : b;
}

static inline unsigned long max_ul(unsigned long a, unsigned long b)
{
	return a > b ? a : b;
}

/** Position of the highest set bit, counted from 1; 0 when no bit is set. */
static inline int fls_long(unsigned long value)
{
	return value ? 64 - __builtin_clzl(value) : 0;
}

#endif
