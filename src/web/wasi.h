/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the module imports: a handful of the calls of WASI, preview 1, which engines outside browsers have, and a
 * page's script supplies in a few lines.
 *
 * WASI knows 32-bit addresses only. The module's are 64 bits wide, but its memory is far smaller than 4 GiB: AT() cuts them.
 */
#pragma once

#include <stdint.h>

/** An address as WASI takes it. */
typedef uint32_t wasi_at;
#define AT(pointer) ((wasi_at)(uintptr_t)(pointer))

/** The directory that paths are looked up in: the first that the host has opened for us. */
#define WASI_ROOT 3

/** The result of a call that did what it should. */
#define WASI_OK 0

/** Results that are told apart. */
#define WASI_ACCES	2
#define WASI_ISDIR	31
#define WASI_NOENT	44
#define WASI_NOTDIR	54
#define WASI_NOTCAPABLE 76

/** Rights of a file that is opened to be read: to read it, and to go to a place in it. */
#define WASI_RIGHT_READ 0x2
#define WASI_RIGHT_SEEK 0x4
#define WASI_RIGHT_TELL 0x20

/** A link in a path is followed. */
#define WASI_FOLLOW 1

/** Bytes to be read or written. */
struct wasi_piece {
	wasi_at start;
	uint32_t bytes;
};

#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name)))

WASI(args_sizes_get) int wasi_args_sizes_get(wasi_at count, wasi_at bytes);
WASI(args_get) int wasi_args_get(wasi_at words, wasi_at text);
WASI(fd_write) int wasi_fd_write(int file, wasi_at pieces, uint32_t count, wasi_at done);
WASI(fd_read) int wasi_fd_read(int file, wasi_at pieces, uint32_t count, wasi_at done);
WASI(fd_seek) int wasi_fd_seek(int file, int64_t offset, int whence, wasi_at place);
WASI(fd_close) int wasi_fd_close(int file);
WASI(path_open)
int wasi_path_open(int directory, int lookup, wasi_at path, uint32_t bytes, int how, int64_t rights,
		   int64_t inherited, int flags, wasi_at file);
WASI(proc_exit) _Noreturn void wasi_proc_exit(int code);
