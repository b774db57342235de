/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the path of a memory cgroup means: a container of a runtime, a pod, a service, a session.
 */
#ifndef FAILURE_CONTAINER_H
#define FAILURE_CONTAINER_H

#include <stddef.h>

/* container.c */
void container_name(const char *path, char *text, size_t size);

#endif
