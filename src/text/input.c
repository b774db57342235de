/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Bytes as they arrive from a file, unpacked on the way when they are packed with xz.
 */
#include "text/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text/error.h"
#include "text/unpack.h"

/** Bytes that are read at once. */
#define CHUNK (1u << 16)

struct input {
	int file; /**< -1: the bytes were given */
	bool ended;
	bool known;		   /**< whether it is packed is known */
	struct unpacker *unpacker; /**< of a packed one; else NULL */
	const char *at;		   /**< bytes that are there and were not handed on yet */
	size_t left;		   /**< how many */
	size_t newlines;	   /**< before what is handed on next */
	const char *rest;
	size_t nr_rest; /**< bytes that input_line() has in hand */
	bool skipping;	/**< the rest of a long line is to be passed over */
	char read[CHUNK];
	char unpacked[CHUNK];
	char line[INPUT_LINE + 1];
};

/**
 * @brief Does this name stand for standard input?
 *
 * @param path the name
 * @return true for "-"
 */
bool input_is_standard(const char *path)
{
	return !strcmp(path, "-");
}

/** Something to read from; NULL when there is no memory. */
static struct input *input_new(int file, struct pageflow_error *error)
{
	struct input *input = calloc(1, sizeof(*input));

	if (!input) {
		error_set(error, "out of memory");
		return NULL;
	}
	input->file = file;
	return input;
}

/**
 * @brief Open a file, or standard input for "-".
 *
 * @param path the file
 * @param error receives why it cannot be read
 * @return the input; input_close() it; NULL when it cannot be opened
 */
struct input *input_open(const char *path, struct pageflow_error *error)
{
	int file = input_is_standard(path) ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	struct input *input;

	if (file < 0) {
		error_of_file(error, "cannot be read", errno);
		return NULL;
	}
	input = input_new(file, error);
	if (!input && file != STDIN_FILENO)
		close(file);
	return input;
}

/**
 * @brief Read bytes that are there already.
 *
 * @param bytes the bytes; they must stay until the end
 * @param size how many
 * @param error receives why that is not possible
 * @return the input; input_close() it; NULL when there is no memory
 */
struct input *input_of_bytes(const char *bytes, size_t size, struct pageflow_error *error)
{
	struct input *input = input_new(-1, error);

	if (input) {
		input->at = bytes;
		input->left = size;
		input->ended = true;
	}
	return input;
}

/** Read more bytes behind those that are left; false after noting an error. */
static bool read_more(struct input *input, struct pageflow_error *error)
{
	ssize_t got;

	if (input->ended)
		return true;
	memmove(input->read, input->at ? input->at : input->read, input->left);
	input->at = input->read;
	do {
		got = read(input->file, input->read + input->left,
			   sizeof(input->read) - input->left);
	} while (got < 0 && errno == EINTR);
	if (got < 0) {
		error_of_file(error, "cannot be read", errno);
		return false;
	}
	input->left += (size_t)got;
	input->ended = !got;
	return true;
}

/** Could the bytes that are there begin a packed file? */
static bool may_be_packed(const struct input *input)
{
	size_t length = input->left < XZ_MAGIC_BYTES ? input->left : XZ_MAGIC_BYTES;

	return !length || !memcmp(input->at, XZ_MAGIC, length);
}

/** Find out whether the file is packed; false after noting an error. */
static bool look_at_start(struct input *input, struct pageflow_error *error)
{
	if (input->known)
		return true;
	while (!input->ended && input->left < XZ_MAGIC_BYTES && may_be_packed(input))
		if (!read_more(input, error))
			return false;
	input->known = true;
	if (input->left < XZ_MAGIC_BYTES || !may_be_packed(input))
		return true;
	input->unpacker = unpacker_new(error);
	return input->unpacker;
}

/** The next bytes of a packed file. */
static long unpack(struct input *input, const char **bytes, struct pageflow_error *error)
{
	struct unpacking step = { .out = input->unpacked, .nr_out = sizeof(input->unpacked) };
	int more = 1;

	while (more > 0 && step.out == input->unpacked) {
		if (!input->left && !read_more(input, error))
			return -1;
		step.in = input->at;
		step.nr_in = input->left;
		step.ended = input->ended;
		more = unpacker_step(input->unpacker, &step, error);
		input->at = step.in;
		input->left = step.nr_in;
	}
	*bytes = input->unpacked;
	return more < 0 ? -1 : step.out - input->unpacked;
}

/** The next bytes of a file that is not packed. */
static long take_plain(struct input *input, const char **bytes, struct pageflow_error *error)
{
	size_t got;

	if (!input->left && !read_more(input, error))
		return -1;
	*bytes = input->at;
	got = input->left;
	input->at += got;
	input->left = 0;
	return (long)got;
}

/** Refuse bytes that no text has; the line they stand in is named. */
static long check_text(struct input *input, const char *bytes, long got,
		       struct pageflow_error *error)
{
	const char *end = bytes + got, *zero = got > 0 ? memchr(bytes, '\0', (size_t)got) : NULL;

	for (const char *c = bytes; got > 0 && c < (zero ? zero : end); c++)
		input->newlines += *c == '\n';
	if (!zero)
		return got;
	return error_at(error, input->newlines + 1,
			"it is not text: it holds a zero byte; give the file as it was written, or "
			"remove such bytes with tr -d '\\0'");
}

/**
 * @brief The next bytes of a text.
 *
 * @param input where to read
 * @param bytes receives where they are, until the next call
 * @param error receives why there are none
 * @return how many there are; 0 at the end; -1 when they cannot be read or unpacked, or are no text
 */
long input_next(struct input *input, const char **bytes, struct pageflow_error *error)
{
	long got;

	if (!look_at_start(input, error))
		return -1;
	got = input->unpacker ? unpack(input, bytes, error) : take_plain(input, bytes, error);
	return check_text(input, *bytes, got, error);
}

/** Have bytes in hand, unless the file has ended; -1 after noting an error. */
static long hold_rest(struct input *input, struct pageflow_error *error)
{
	long got = (long)input->nr_rest;

	if (!got)
		got = input_next(input, &input->rest, error);
	input->nr_rest = got > 0 ? (size_t)got : 0;
	return got;
}

/** Take bytes up to the end of the line, as many as there is room for; true at its end. */
static bool take_piece(struct input *input, struct input_line *line)
{
	const char *newline = memchr(input->rest, '\n', input->nr_rest);
	size_t piece = newline ? (size_t)(newline - input->rest) : input->nr_rest;
	size_t room = INPUT_LINE - line->length, taken = piece < room ? piece : room;
	bool ends = newline && taken == piece;

	memcpy(line->text + line->length, input->rest, taken);
	line->length += taken;
	line->cut = taken < piece;
	input->rest += taken + ends;
	input->nr_rest -= taken + ends;
	return ends || line->cut;
}

/** Pass over what is left of a line that was too long; false after noting an error. */
static bool skip_rest(struct input *input, struct pageflow_error *error)
{
	while (input->skipping) {
		long got = hold_rest(input, error);
		const char *newline;

		if (got <= 0)
			return got == 0;
		newline = memchr(input->rest, '\n', input->nr_rest);
		input->skipping = !newline;
		/* Up to the end of the line, or all that is in hand. */
		got = newline ? newline + 1 - input->rest : got;
		input->nr_rest -= (size_t)got;
		input->rest += got;
	}
	return true;
}

/**
 * @brief The next line of a text.
 *
 * @param input where to read
 * @param line receives it; all zero before the first
 * @param error receives why there is none
 * @return 1; 0 at the end; -1 as for input_next()
 */
int input_line(struct input *input, struct input_line *line, struct pageflow_error *error)
{
	bool any = false, whole = false;

	if (!skip_rest(input, error))
		return -1;
	*line = (struct input_line){ .text = input->line, .number = line->number + 1 };
	while (!whole) {
		long got = hold_rest(input, error);

		if (got < 0)
			return -1;
		if (!got)
			break;
		any = true;
		whole = take_piece(input, line);
	}
	input->skipping = line->cut;
	line->text[line->length] = '\0';
	return any;
}

/**
 * @brief Give an input's memory back, and close its file.
 *
 * @param input the input, or NULL
 */
void input_close(struct input *input)
{
	if (!input)
		return;
	unpacker_free(input->unpacker);
	if (input->file > STDIN_FILENO)
		close(input->file);
	free(input);
}
