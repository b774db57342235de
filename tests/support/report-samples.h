/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Samples of the real kernel's reports, read into a machine: every number of the report goes to the counter
 * that it shows. What the machine then prints must be the sample again.
 */
#ifndef TESTS_REPORT_SAMPLES_H
#define TESTS_REPORT_SAMPLES_H

#include "machines.h"

char *sample_read(const char *path);
unsigned long sample_number(const char *line, const char *key);
void sample_take_memory(const char *text);
const char *sample_console(void);

#endif
