/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the module imports: some calls of WASI, preview 1, which engines outside browsers have, and a page's script
 * supplies in a few lines.
 *
 * WASI knows 32-bit addresses only. The module's are 64 bits wide, but its memory is smaller than 4 GiB: AT() cuts them.
 */
#pragma once

#include <stdint.h>

/** An address as WASI takes it. */
typedef uint32_t wasi_at;
#define AT(pointer) ((wasi_at)(uintptr_t)(pointer))

/**
 * The directories of the host that paths are looked up in: where the command was called, and the root of all files. A page
 * has one, in which all its files are.
 */
#define WASI_HERE 3
#define WASI_ROOT 4

/** Results that are told apart; 0 is success. */
#define WASI_ACCES	2
#define WASI_BADF	8
#define WASI_EXIST	20
#define WASI_ISDIR	31
#define WASI_NOENT	44
#define WASI_NOSYS	52
#define WASI_NOTDIR	54
#define WASI_PERM	63
#define WASI_ROFS	69
#define WASI_NOTCAPABLE 76

/** Rights to a file that is opened. */
#define WASI_RIGHT_READ	 0x2
#define WASI_RIGHT_SEEK	 0x4
#define WASI_RIGHT_TELL	 0x20
#define WASI_RIGHT_WRITE 0x40

/** How a file is opened. */
#define WASI_CREATE    1
#define WASI_EXCLUSIVE 4
#define WASI_TRUNCATE  8

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
WASI(environ_sizes_get) int wasi_environ_sizes_get(wasi_at count, wasi_at bytes);
WASI(environ_get) int wasi_environ_get(wasi_at words, wasi_at text);
WASI(fd_write) int wasi_fd_write(int file, wasi_at pieces, uint32_t count, wasi_at done);
WASI(fd_read) int wasi_fd_read(int file, wasi_at pieces, uint32_t count, wasi_at done);
WASI(fd_seek) int wasi_fd_seek(int file, int64_t offset, int whence, wasi_at place);
WASI(fd_close) int wasi_fd_close(int file);
WASI(path_open)
int wasi_path_open(int directory, int lookup, wasi_at path, uint32_t bytes, int how, int64_t rights,
		   int64_t inherited, int flags, wasi_at file);
WASI(path_rename)
int wasi_path_rename(int directory, wasi_at path, uint32_t bytes, int new_directory,
		     wasi_at new_path, uint32_t new_bytes);
WASI(path_unlink_file) int wasi_path_unlink_file(int directory, wasi_at path, uint32_t bytes);
WASI(proc_exit) _Noreturn void wasi_proc_exit(int code);
