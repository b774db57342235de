/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Unpacking what is packed with xz: by liblzma, or, where the program is built without it, not at all.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct pageflow_error;

/** What a file begins with that is packed with xz. */
#define XZ_MAGIC \
	"\xfd"   \
	"7zXZ\0"

/** How many bytes of it count. */
#define XZ_MAGIC_BYTES 6

/** What unpacks one file. */
struct unpacker;

/** Bytes that go in and out, which each call moves on. */
struct unpacking {
	const char *in; /**< packed bytes that are there */
	size_t nr_in;
	bool ended; /**< no more follow */
	char *out;  /**< room for unpacked ones */
	size_t nr_out;
};

struct unpacker *unpacker_new(struct pageflow_error *error);
int unpacker_step(struct unpacker *unpacker, struct unpacking *bytes, struct pageflow_error *error);
void unpacker_free(struct unpacker *unpacker);
