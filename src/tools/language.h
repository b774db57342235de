/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The language of the pictures that the command draws.
 */
#ifndef TOOLS_LANGUAGE_H
#define TOOLS_LANGUAGE_H

#include "text/labels.h"

int language_begin(const char *command);
struct pen pen_in_language(FILE *out);
void language_end(void);

#endif
