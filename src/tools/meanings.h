/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the events on the way of a request mean, in a few words.
 */
#ifndef TOOLS_MEANINGS_H
#define TOOLS_MEANINGS_H

#include "text/labels.h"

void meaning_put(const struct pen *pen, const char *name, bool failed);
void meanings_print(const struct pen *pen);

#endif
