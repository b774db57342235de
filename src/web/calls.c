/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The system as musl calls it, made of what the host of the module has.
 *
 * There are three streams, files that can be read, and memory. All else is refused as a system refuses what it does not
 * have, and the command says so in its own words: no terminal, no clock, no signals, and nothing can be written but to the
 * streams.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "web/wasi.h"

/* musl's own: the numbers of the calls, and how they reach host_call(). */
#include "syscall.h"

/** Pieces that go to the host at once; whoever has more sees that some are left. */
#define PIECES 8

/** A page of WebAssembly's memory. */
#define WASM_PAGE_SHIFT 16

/** The error of the system that an error of the host is. */
static long error_of(int code)
{
	switch (code) {
	case WASI_OK:
		return 0;
	case WASI_ACCES:
	case WASI_NOTCAPABLE:
		return -EACCES;
	case WASI_ISDIR:
		return -EISDIR;
	case WASI_NOENT:
		return -ENOENT;
	case WASI_NOTDIR:
		return -ENOTDIR;
	default:
		return -EIO;
	}
}

/** Read or write; how many bytes were, or an error. */
static long transfer(long call, int file, const struct iovec *given, long count)
{
	struct wasi_piece pieces[PIECES];
	uint32_t nr = count < PIECES ? (uint32_t)count : PIECES, done = 0;
	int code;

	for (uint32_t i = 0; i < nr; i++)
		pieces[i] =
			(struct wasi_piece){ AT(given[i].iov_base), (uint32_t)given[i].iov_len };
	code = call == SYS_read ? wasi_fd_read(file, AT(pieces), nr, AT(&done))
				: wasi_fd_write(file, AT(pieces), nr, AT(&done));
	return code ? error_of(code) : (long)done;
}

/** Read or write one piece. */
static long transfer_one(long call, int file, long start, long bytes)
{
	return transfer(call, file, &(struct iovec){ (void *)start, (size_t)bytes }, 1);
}

/** Go to a place in a file; the place, or an error. Streams have none. */
static long seek(int file, long offset, int whence)
{
	int64_t place = 0;

	return wasi_fd_seek(file, offset, whence, AT(&place)) ? -ESPIPE : place;
}

/** Open a file to read it: the file, or an error. The host has one directory, from which every path leads. */
static long open_file(const char *path, long flags)
{
	uint32_t file = 0;
	int code;

	if ((flags & O_ACCMODE) != O_RDONLY)
		return -EROFS;
	path += strspn(path, "/");
	code = wasi_path_open(WASI_ROOT, WASI_FOLLOW, AT(path), (uint32_t)strlen(path), 0,
			      WASI_RIGHT_READ | WASI_RIGHT_SEEK | WASI_RIGHT_TELL, 0, 0, AT(&file));
	return code ? error_of(code) : (long)file;
}

/** What is asked of a file: only whether it is open. The streams always are. */
static long file_control(int file, long what)
{
	if (what != F_GETFD)
		return -EINVAL;
	return file <= STDERR_FILENO ? 0 : -EBADF;
}

/** More memory, all zero; where it is, or an error. */
static long grow(unsigned long bytes)
{
	unsigned long pages = (bytes + (1ul << WASM_PAGE_SHIFT) - 1) >> WASM_PAGE_SHIFT;
	unsigned long before = __builtin_wasm_memory_grow(0, pages);

	return before == -1ul ? -ENOMEM : (long)(before << WASM_PAGE_SHIFT);
}

/**
 * @brief A call of the system.
 *
 * Memory that is given back is not used again: a module lives for one command.
 *
 * @param number which (SYS_read and so on)
 * @param a its arguments
 * @param b the second
 * @param c the third
 * @param d the fourth; like those behind it for calls that are refused only
 * @param e the fifth
 * @param f the sixth
 * @return what the call returns; a negative number is an error
 */
long host_call(long number, long a, long b, long c, long d, long e, long f)
{
	(void)d, (void)e, (void)f;
	switch (number) {
	case SYS_read:
	case SYS_write:
		return transfer_one(number, (int)a, b, c);
	case SYS_readv:
		return transfer(SYS_read, (int)a, (const struct iovec *)b, c);
	case SYS_writev:
		return transfer(SYS_write, (int)a, (const struct iovec *)b, c);
	case SYS_lseek:
		return seek((int)a, b, (int)c);
	case SYS_openat:
		return open_file((const char *)b, c);
	case SYS_close:
		return error_of(wasi_fd_close((int)a));
	case SYS_fcntl:
		return file_control((int)a, b);
	case SYS_ioctl:
		return -ENOTTY;
	case SYS_mmap:
		return grow((unsigned long)b);
	case SYS_munmap:
		return 0;
	case SYS_exit:
	case SYS_exit_group:
		wasi_proc_exit((int)a);
	default:
		return -ENOSYS;
	}
}
