/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the files of the front share: reading descriptions, and errors of one line.
 */
#ifndef LIBRARY_H
#define LIBRARY_H

#include "engine.h"
#include "pageflow.h"

/** A boot description: what to boot from, and with which configuration. */
struct boot_request {
	struct boot_spec spec;
	bool numa;
};

int boot_spec_parse(const char *text, struct boot_request *request, struct pageflow_error *error);

__attribute__((format(printf, 2, 3))) int library_fail(struct pageflow_error *error,
						       const char *format, ...);

#endif
