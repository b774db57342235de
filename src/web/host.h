/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the files of src/web have of each other.
 */
#pragma once

#include <stddef.h>

long host_error(int code);
long host_open(const char *path, long flags);
long host_rename(const char *from, const char *to);
long host_unlink(const char *path);
long host_map(size_t bytes);
void host_unmap(void *start, size_t bytes);
