/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Work, counted: what does not end is found without a clock, after the same number of steps on any machine.
 */
#ifndef FUZZ_STEPS_H
#define FUZZ_STEPS_H

void steps_begin(unsigned long most, const char *format, ...) __attribute__((format(printf, 2, 3)));
unsigned long steps_end(void);

#endif
