/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Errors of one line.
 */
#ifndef ERROR_H
#define ERROR_H

#include "pageflow.h"

__attribute__((format(printf, 3, 4))) int error_at(struct pageflow_error *error, size_t line,
						   const char *format, ...);
__attribute__((format(printf, 2, 3))) int error_set(struct pageflow_error *error,
						    const char *format, ...);

int error_in(struct pageflow_error *error, const char *file);
int error_of_file(struct pageflow_error *error, const char *what, int reason);

#endif
