/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The system as musl calls it, made of what the host of the module has.
 *
 * There are three streams, files by their names, and memory. All else is refused as a system refuses what it does not
 * have, and the command says so in its own words: no terminal, no clock, no signals, nothing known of a file but its bytes.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "web/host.h"
#include "web/wasi.h"

/* musl's own: the numbers of the calls, and how they reach host_call(). */
#include "syscall.h"

/** Pieces that go to the host at once; whoever has more sees that some are left. */
#define PIECES 8

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
	/* A directory can be opened, but not read. */
	if (code == WASI_BADF && call == SYS_read && file > STDERR_FILENO)
		return -EISDIR;
	return code ? host_error(code) : (long)done;
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

/** What is asked of a file: only whether it is open. The streams always are. */
static long file_control(int file, long what)
{
	if (what != F_GETFD)
		return -EINVAL;
	return file <= STDERR_FILENO ? 0 : -EBADF;
}

/**
 * @brief A call of the system.
 *
 * @param number which (SYS_read and so on)
 * @param a its arguments
 * @param b the second
 * @param c the third
 * @param d the fourth
 * @param e the fifth; like the last, for calls that are refused only
 * @param f the sixth
 * @return what the call returns; a negative number is an error
 */
long host_call(long number, long a, long b, long c, long d, long e, long f)
{
	(void)e, (void)f;
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
		return host_open((const char *)b, c);
	case SYS_renameat2:
		return host_rename((const char *)b, (const char *)d);
	case SYS_unlinkat:
		return host_unlink((const char *)b);
	case SYS_close:
		return host_error(wasi_fd_close((int)a));
	case SYS_fcntl:
		return file_control((int)a, b);
	case SYS_ioctl:
		return -ENOTTY;
	case SYS_mmap:
		return host_map((size_t)b);
	case SYS_munmap:
		host_unmap((void *)a, (size_t)b);
		return 0;
	case SYS_exit:
	case SYS_exit_group:
		wasi_proc_exit((int)a);
	default:
		return -ENOSYS;
	}
}
