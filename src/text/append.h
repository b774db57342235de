/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Sentences that are put together piece by piece.
 */
#ifndef APPEND_H
#define APPEND_H

#include <stddef.h>

__attribute__((format(printf, 3, 4))) void text_append(char *text, size_t size, const char *format,
						       ...);

#endif
