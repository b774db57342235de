/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief In place of src/text/unpack.c where there is no liblzma: packed files are refused.
 */
#include "text/error.h"
#include "text/unpack.h"

struct unpacker *unpacker_new(struct pageflow_error *error)
{
	error_set(error,
		  "it is packed with xz, and this build of pageflow cannot unpack; unpack it "
		  "with 'xz -d', and give what that makes");
	return NULL;
}

int unpacker_step(struct unpacker *unpacker, struct unpacking *bytes, struct pageflow_error *error)
{
	(void)unpacker, (void)bytes, (void)error;
	return 0;
}

void unpacker_free(struct unpacker *unpacker)
{
	(void)unpacker;
}
