/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What is this text?
 */
#ifndef FORMAT_H
#define FORMAT_H

#include <stdbool.h>

#include "pageflow.h"
#include "text/text.h"

/** What a text can be. */
enum text_kind {
	TEXT_UNKNOWN,
	TEXT_SNAPSHOT,	/**< a saved machine */
	TEXT_RECORDING, /**< operations on a real kernel, and the state before them */
	TEXT_BOOT,	/**< what a real kernel booted from, and the state it came to */
	TEXT_KMEM,	/**< the normalised form of a trace of `kmem:` events */
	TEXT_ZONEINFO,	/**< /proc/zoneinfo */
};

/** What a text is. */
struct text_format {
	enum text_kind kind;
	long version; /**< of our own formats; 0: none */
	bool numa;    /**< of a kernel with CONFIG_NUMA */
	size_t state; /**< index of the first line of the state that a machine is made of; 0: none */
};

struct text_format text_format_of(const struct text *text);
int text_format_check(const struct text_format *format, struct pageflow_error *error);

#endif
