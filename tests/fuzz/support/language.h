/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The language of `pageflow shell`, spoken by chance: commands that are legal where they stand, and scenarios of them.
 */
#ifndef FUZZ_LANGUAGE_H
#define FUZZ_LANGUAGE_H

#include "support/lines.h"

/** A line that is a remark to the shell: here the machine is saved and loaded, and both go on side by side. */
#define SAVE_AND_LOAD "# saved and loaded here"

/** Another: the whole scenario is carried out once more, each command written as an object of JSON. */
#define AS_OBJECTS "# as objects"

void language_mutate(struct lines *scenario);
void language_cross(struct lines *scenario, const struct lines *other);
bool language_fits(const char *line);

#endif
