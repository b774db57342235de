/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Files that are written whole or not at all.
 *
 * A file is written beside the one it replaces, and takes its name when all of it is there. So an old one outlives a disk
 * that is full, nobody ever sees half a file, and what is being read may be written. The permissions of an old file are
 * kept, and where its name is a link, the link stays. What cannot be replaced is written as it is: a pipe, a terminal, a
 * device, standard output by another name, and a file whose folder takes no new ones.
 */
#ifndef NEW_FILE_H
#define NEW_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#include "pageflow.h"

/** A file on its way; it must stay where it is in memory. */
struct new_file {
	FILE *out;	       /**< where to write it */
	const char *name;      /**< as it was given */
	char target[PATH_MAX]; /**< what gets it: behind all links */
	char beside[PATH_MAX]; /**< where it is written; "": at its place */
	int opened;
	int reason; /**< why something was not written; 0: all was */
};

int new_file_begin(struct new_file *file, const char *path, struct pageflow_error *error);
int new_file_end(struct new_file *file, struct pageflow_error *error);
int new_file_write(const char *path, const char *bytes, size_t size, struct pageflow_error *error);
bool same_file(const char *one, const char *other);
bool is_standard_output(const char *path);

#endif
