/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Unpacking what is packed with xz, by liblzma.
 */
#include "text/unpack.h"

#include <lzma.h>
#include <stdint.h>
#include <stdlib.h>

#include "text/error.h"

/** What unpacking may take: more than any file needs that `xz -9` packs. */
#define UNPACKING (1ull << 28)

struct unpacker {
	lzma_stream stream;
	lzma_ret state;
};

/**
 * @brief Begin to unpack a file.
 *
 * @param error receives why that is not possible
 * @return the unpacker; unpacker_free() it; NULL after noting an error
 */
struct unpacker *unpacker_new(struct pageflow_error *error)
{
	struct unpacker *unpacker = calloc(1, sizeof(*unpacker));

	if (!unpacker) {
		error_set(error, "out of memory");
		return NULL;
	}
	unpacker->stream = (lzma_stream)LZMA_STREAM_INIT;
	unpacker->state = lzma_stream_decoder(&unpacker->stream, UNPACKING, LZMA_CONCATENATED);
	return unpacker;
}

/** Say what is wrong with packed bytes; -1. */
static int refuse(lzma_ret state, struct pageflow_error *error)
{
	if (state == LZMA_MEM_ERROR)
		return error_set(error, "out of memory");
	return error_set(error, "the xz data %s; copy the file again, and test it with 'xz -t'",
			 state == LZMA_BUF_ERROR ? "ends early" : "is damaged");
}

/**
 * @brief Unpack what there is room for.
 *
 * What goes wrong is told once all that could be unpacked before it was handed out.
 *
 * @param unpacker the unpacker
 * @param bytes what is there and what there is room for
 * @param error receives what is wrong with the bytes
 * @return 1 where more may come; 0 at the end; -1 after noting an error
 */
int unpacker_step(struct unpacker *unpacker, struct unpacking *bytes, struct pageflow_error *error)
{
	lzma_stream *stream = &unpacker->stream;
	size_t room = bytes->nr_out;

	stream->next_in = (const uint8_t *)bytes->in;
	stream->avail_in = bytes->nr_in;
	stream->next_out = (uint8_t *)bytes->out;
	stream->avail_out = room;
	if (unpacker->state == LZMA_OK)
		unpacker->state = lzma_code(stream, bytes->ended ? LZMA_FINISH : LZMA_RUN);
	bytes->in += bytes->nr_in - stream->avail_in;
	bytes->nr_in = stream->avail_in;
	bytes->out += room - stream->avail_out;
	bytes->nr_out = stream->avail_out;
	if (unpacker->state == LZMA_OK || bytes->nr_out < room)
		return 1;
	return unpacker->state == LZMA_STREAM_END ? 0 : refuse(unpacker->state, error);
}

/**
 * @brief Give an unpacker's memory back.
 *
 * @param unpacker the unpacker, or NULL
 */
void unpacker_free(struct unpacker *unpacker)
{
	if (!unpacker)
		return;
	lzma_end(&unpacker->stream);
	free(unpacker);
}
