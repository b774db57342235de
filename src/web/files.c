/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Files by their names, as the system has them, made of those of the host.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "web/host.h"
#include "web/wasi.h"

/** A path, from one of the host's directories. */
struct place {
	int directory;
	const char *path;
	uint32_t bytes;
};

/** Does the host not know the path there? Then it may know it elsewhere. */
static int is_elsewhere(int code)
{
	return code == WASI_NOENT || code == WASI_BADF || code == WASI_NOTCAPABLE;
}

/** Where a path leads to, when it is taken from a directory; "/" and "." are the directory itself. */
static struct place place_of(int directory, const char *path)
{
	path += strspn(path, "/");
	if (!*path)
		path = ".";
	return (struct place){ directory, path, (uint32_t)strlen(path) };
}

/** The error that the host's is. */
long host_error(int code)
{
	static const struct {
		int host, here;
	} errors[] = {
		{ WASI_ACCES, EACCES },	     { WASI_BADF, EBADF },     { WASI_EXIST, EEXIST },
		{ WASI_ISDIR, EISDIR },	     { WASI_NOENT, ENOENT },   { WASI_NOSYS, ENOSYS },
		{ WASI_PERM, EPERM },	     { WASI_NOTDIR, ENOTDIR }, { WASI_ROFS, EROFS },
		{ WASI_NOTCAPABLE, EACCES },
	};

	if (!code)
		return 0;
	for (unsigned long i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (errors[i].host == code)
			return -errors[i].here;
	return -EIO;
}

/** Open a file in one of the host's directories; the host's code. */
static int open_in(int directory, const char *path, long flags, uint32_t *file)
{
	struct place place = place_of(directory, path);
	int64_t rights = WASI_RIGHT_READ | WASI_RIGHT_SEEK | WASI_RIGHT_TELL;
	int how = (flags & O_CREAT ? WASI_CREATE : 0) | (flags & O_EXCL ? WASI_EXCLUSIVE : 0) |
		  (flags & O_TRUNC ? WASI_TRUNCATE : 0);

	if ((flags & O_ACCMODE) != O_RDONLY)
		rights = WASI_RIGHT_WRITE | WASI_RIGHT_SEEK | WASI_RIGHT_TELL;
	return wasi_path_open(directory, WASI_FOLLOW, AT(place.path), place.bytes, how, rights, 0,
			      0, AT(file));
}

/**
 * @brief Open a file.
 *
 * @param path its name
 * @param flags as open() takes them
 * @return the file, or an error below zero
 */
long host_open(const char *path, long flags)
{
	uint32_t file = 0;
	int code = open_in(WASI_HERE, path, flags, &file);

	if (*path == '/' && is_elsewhere(code)) {
		int there = open_in(WASI_ROOT, path, flags, &file);

		code = there == WASI_BADF ? code : there;
	}
	return code ? host_error(code) : (long)file;
}

/** Rename in one of the host's directories; the host's code. */
static int rename_in(int directory, const char *from, const char *to)
{
	struct place old = place_of(directory, from), new = place_of(directory, to);

	return wasi_path_rename(directory, AT(old.path), old.bytes, directory, AT(new.path),
				new.bytes);
}

/**
 * @brief Give a file another name.
 *
 * @param from its name
 * @param to its name afterwards
 * @return 0, or an error below zero
 */
long host_rename(const char *from, const char *to)
{
	int code = rename_in(WASI_HERE, from, to);

	if (*from == '/' && is_elsewhere(code))
		code = rename_in(WASI_ROOT, from, to);
	return host_error(code);
}

/** Remove in one of the host's directories; the host's code. */
static int unlink_in(int directory, const char *path)
{
	struct place place = place_of(directory, path);

	return wasi_path_unlink_file(directory, AT(place.path), place.bytes);
}

/**
 * @brief Remove a file.
 *
 * @param path its name
 * @return 0, or an error below zero
 */
long host_unlink(const char *path)
{
	int code = unlink_in(WASI_HERE, path);

	if (*path == '/' && is_elsewhere(code))
		code = unlink_in(WASI_ROOT, path);
	return host_error(code);
}
