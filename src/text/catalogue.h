/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief A catalogue in a file: what the labels are in another language.
 *
 * One label a line: the key, a tab, its translation. Lines that begin with # are comments. Every key of the program is
 * marked with KEY() in its source.
 */
#ifndef CATALOGUE_H
#define CATALOGUE_H

#include "text/text.h"

/** A catalogue. */
struct catalogue {
	struct text text;
};

int catalogue_load(const char *path, struct catalogue *catalogue, struct pageflow_error *error);
const char *catalogue_find(const char *key, void *catalogue);
void catalogue_free(struct catalogue *catalogue);

#endif
