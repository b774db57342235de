/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Comparing numbers of the type `long double`, which have 128 bits here and no instructions of their own.
 *
 * The compiler calls these functions, and takes their answers as `int`. Those in its package answer with 64 bits on this
 * target, which WebAssembly does not let pass. printf() and strtod() compute with such numbers, whatever they are given.
 */
#include <stdint.h>

typedef unsigned __int128 u128;

#define SIGN	 ((u128)1 << 127)
#define INFINITE ((u128)0x7fff << 112)

/* The names that the compiler calls. */
int __cmptf2(long double a, long double b);
int __eqtf2(long double a, long double b);
int __netf2(long double a, long double b);
int __lttf2(long double a, long double b);
int __letf2(long double a, long double b);
int __gttf2(long double a, long double b);
int __getf2(long double a, long double b);
int __unordtf2(long double a, long double b);

/** The bits of a number. */
static u128 bits(long double number)
{
	union {
		long double number;
		u128 bits;
	} view = { number };

	return view.bits;
}

/** Is it none? */
static int is_nan(u128 number)
{
	return (number & ~SIGN) > INFINITE;
}

/** A whole number that lies among others as the number does; both zeros give 0. */
static __int128 rank(u128 number)
{
	__int128 size = (__int128)(number & ~SIGN);

	return number & SIGN ? -size : size;
}

/** Below zero, zero or above as a is below b, equal or above; `unordered` when one of them is no number. */
static int compare(long double a, long double b, int unordered)
{
	u128 x = bits(a), y = bits(b);

	if (is_nan(x) || is_nan(y))
		return unordered;
	return (rank(x) > rank(y)) - (rank(x) < rank(y));
}

int __cmptf2(long double a, long double b)
{
	return compare(a, b, 1);
}

int __eqtf2(long double a, long double b)
{
	return compare(a, b, 1);
}

int __netf2(long double a, long double b)
{
	return compare(a, b, 1);
}

int __lttf2(long double a, long double b)
{
	return compare(a, b, 1);
}

int __letf2(long double a, long double b)
{
	return compare(a, b, 1);
}

int __gttf2(long double a, long double b)
{
	return compare(a, b, -1);
}

int __getf2(long double a, long double b)
{
	return compare(a, b, -1);
}

int __unordtf2(long double a, long double b)
{
	return is_nan(bits(a)) || is_nan(bits(b));
}
