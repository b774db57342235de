/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * With the sanitizers (FLAVOUR=asan) a test fails when it ends and memory is left that nothing leads to any more.
 *
 * A test need not free its machines: at its end they are freed for it, so that every test finds what hangs on a machine
 * and is forgotten by machine_free(). Nor need it free what tests/support made for it. Other memory that it leaves
 * behind on purpose passes through test_keep() (harness.h).
 */
#ifndef TESTS_LEAKS_H
#define TESTS_LEAKS_H

/** Free all machines that are still there. The harness calls it after a test of the programs that have machines. */
void test_free_machines(void) __attribute__((weak));

#endif
