/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Reading a text file whole, unpacking it on the way when it is an xz file.
 */
#include "text/text.h"

#include "text/error.h"

#include <errno.h>
#include <lzma.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK (1u << 16)

/** Nothing that is meant to be read here is larger: a guard against unpacking without end. */
#define MAX_TEXT (1ul << 31)

/** Bytes that grow as they arrive; one byte of room is always kept after them. */
struct bytes {
	char *data;
	size_t size;
	size_t room;
};

/**
 * @brief Append bytes.
 *
 * @return 0, or -1 when there is no memory or the text would be too large
 */
static int bytes_append(struct bytes *bytes, const char *data, size_t size)
{
	if (bytes->size + size + 1 > bytes->room) {
		size_t room = bytes->room ? bytes->room : CHUNK;
		char *grown;

		while (room < bytes->size + size + 1)
			room *= 2;
		grown = room > MAX_TEXT ? NULL : realloc(bytes->data, room);
		if (!grown)
			return -1;
		bytes->data = grown;
		bytes->room = room;
	}
	memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
	return 0;
}

/**
 * @brief Read a file to its end.
 *
 * @return 0, or -1 with errno set
 */
static int read_all(const char *path, struct bytes *bytes)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "rb") : stdin;
	char chunk[CHUNK];
	size_t got;
	int failed;

	if (!file)
		return -1;
	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0)
		if (bytes_append(bytes, chunk, got)) {
			errno = ENOMEM;
			break;
		}
	failed = ferror(file) || got > 0;
	if (file != stdin)
		fclose(file);
	return failed ? -1 : 0;
}

/**
 * @brief Unpack an xz stream.
 *
 * @return NULL, or what is wrong with it
 */
static const char *unxz(const struct bytes *packed, struct bytes *unpacked)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	lzma_ret ret = lzma_stream_decoder(&stream, 1ull << 28, LZMA_CONCATENATED);
	char chunk[CHUNK];

	stream.next_in = (const uint8_t *)packed->data;
	stream.avail_in = packed->size;
	while (ret == LZMA_OK) {
		stream.next_out = (uint8_t *)chunk;
		stream.avail_out = sizeof(chunk);
		ret = lzma_code(&stream, LZMA_FINISH);
		if (bytes_append(unpacked, chunk, sizeof(chunk) - stream.avail_out))
			ret = LZMA_MEM_ERROR;
	}
	lzma_end(&stream);
	if (ret == LZMA_STREAM_END)
		return NULL;
	if (ret == LZMA_BUF_ERROR)
		return "the xz data ends early";
	return ret == LZMA_MEM_ERROR ? "the unpacked text is too large" : "the xz data is damaged";
}

/**
 * @brief Cut a text into lines in place.
 *
 * @return 0, or -1 when there is no memory
 */
static int split_lines(struct text *text, size_t size)
{
	char *end = text->data + size, *next = text->data;
	size_t lines = 1;

	for (const char *c = text->data; c < end; c++)
		lines += *c == '\n';
	text->line = calloc(lines, sizeof(*text->line));
	if (!text->line)
		return -1;
	while (next < end) {
		char *newline = memchr(next, '\n', (size_t)(end - next));

		text->line[text->nr_lines++] = next;
		if (!newline)
			break;
		*newline = '\0';
		next = newline + 1;
	}
	return 0;
}

/**
 * @brief Make a text of bytes in memory; they may be an xz stream.
 *
 * @param bytes the bytes
 * @param size how many
 * @param text receives the lines
 * @param error receives what went wrong
 * @return TEXT_OK or TEXT_UNREADABLE
 */
enum text_status text_from_bytes(const char *bytes, size_t size, struct text *text,
				 struct pageflow_error *error)
{
	static const char xz_magic[6] = { '\xfd', '7', 'z', 'X', 'Z', 0 };
	struct bytes packed = { .data = (char *)bytes, .size = size }, content = { 0 };
	const char *problem = NULL;

	memset(text, 0, sizeof(*text));
	if (size >= sizeof(xz_magic) && !memcmp(bytes, xz_magic, sizeof(xz_magic)))
		problem = unxz(&packed, &content);
	else if (bytes_append(&content, bytes, size))
		problem = "it is too large";
	if (!problem && memchr(content.data, '\0', content.size))
		problem = "it is not text: it holds a zero byte";
	if (problem) {
		free(content.data);
		error_set(error, "%s", problem);
		return TEXT_UNREADABLE;
	}
	text->data = content.data;
	text->data[content.size] = '\0';
	if (split_lines(text, content.size)) {
		text_free(text);
		error_set(error, "out of memory");
		return TEXT_UNREADABLE;
	}
	return TEXT_OK;
}

/**
 * @brief Read a text file, or standard input for "-"; an xz file is unpacked.
 *
 * @param path the file
 * @param text receives the lines
 * @param error receives what went wrong
 * @return TEXT_OK or TEXT_UNREADABLE
 */
enum text_status text_load(const char *path, struct text *text, struct pageflow_error *error)
{
	struct bytes file = { 0 };
	enum text_status status = TEXT_UNREADABLE;

	errno = 0;
	if (read_all(path, &file))
		error_set(error, "cannot be read: %s", strerror(errno));
	else
		status = text_from_bytes(file.data ? file.data : "", file.size, text, error);
	free(file.data);
	return status;
}

/**
 * @brief Give a text's memory back.
 *
 * @param text the text; empty afterwards
 */
void text_free(struct text *text)
{
	free(text->line);
	free(text->data);
	memset(text, 0, sizeof(*text));
}
