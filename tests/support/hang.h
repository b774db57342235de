/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The one limit of all tests: tests/support/hang.py and .ci read it from here.
 */
#ifndef TESTS_HANG_H
#define TESTS_HANG_H

/** Seconds. No test comes near them on any machine: they only end one that would wait for ever. */
#define HANG_SECONDS 300

#endif
