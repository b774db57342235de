/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Files that are written whole or not at all.
 */
#include "text/new-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text/error.h"

/** Names that are tried for a file beside another. */
#define TRIES 100

/** Say that the file cannot be written, or was not; -1. */
static int refuse(const struct new_file *file, const char *what, int reason,
		  struct pageflow_error *error)
{
	char name_and_what[PATH_MAX + 32];

	snprintf(name_and_what, sizeof(name_and_what), "%s %s", file->name, what);
	return error_of_file(error, name_and_what, reason);
}

/** The file that a name stands for; standard input or output for "-". */
static bool find_file(const char *path, int standard, struct stat *found)
{
	return (strcmp(path, "-") ? stat(path, found) : fstat(standard, found)) == 0;
}

/**
 * @brief Is a file that is to be read the one that is to be written, by whatever name?
 *
 * @param one what is read; "-" is standard input
 * @param other what is written; "-" is standard output
 * @return true for the same regular file: pipes and terminals can be both
 */
bool same_file(const char *one, const char *other)
{
	struct stat read, written;

	return find_file(one, STDIN_FILENO, &read) && find_file(other, STDOUT_FILENO, &written) &&
	       S_ISREG(read.st_mode) && read.st_dev == written.st_dev &&
	       read.st_ino == written.st_ino;
}

/** Is this what standard output leads to? */
static bool leads_to_output(const struct stat *found)
{
	struct stat output;

	return !fstat(STDOUT_FILENO, &output) && output.st_dev == found->st_dev &&
	       output.st_ino == found->st_ino;
}

/**
 * @brief Does this name stand for standard output?
 *
 * @param path "-", or a name such as /dev/stdout
 * @return true when what is written there and what is printed come together
 */
bool is_standard_output(const char *path)
{
	struct stat found;

	return !strcmp(path, "-") || (!stat(path, &found) && leads_to_output(&found));
}

/** Write at the file's own place. */
static int open_in_place(struct new_file *file, bool is_output)
{
	if (!is_output)
		return open(file->name, O_WRONLY | O_TRUNC | O_CLOEXEC);
	fflush(stdout);
	/* One that was closed, or is open for reading, fails as soon as something is written. */
	errno = EBADF;
	return write(STDOUT_FILENO, "", 0) < 0 ? -1 : dup(STDOUT_FILENO);
}

/** Write beside the file, under a name that nobody has. */
static int open_beside(struct new_file *file)
{
	const char *slash = strrchr(file->target, '/');
	int folder = slash ? (int)(slash + 1 - file->target) : 0, opened = -1;

	errno = EEXIST;
	for (int i = 0; i < TRIES && opened < 0 && errno == EEXIST; i++) {
		if (snprintf(file->beside, sizeof(file->beside), "%.*s.pageflow-%ld-%d", folder,
			     file->target, (long)getpid(), i) >= (int)sizeof(file->beside)) {
			errno = ENAMETOOLONG;
			break;
		}
		opened = open(file->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	}
	if (opened < 0)
		file->beside[0] = '\0';
	return opened;
}

/** Give the file that is written beside an old one what the old one has. What its owner may not give stays as it is. */
static void take_over(int opened, const struct stat *old)
{
	if (fchown(opened, old->st_uid, old->st_gid) && errno == EPERM)
		errno = 0;
	fchmod(opened, old->st_mode & 07777);
}

/** Open what is written: beside an old file, or a new one beside its place; or in place. */
static int open_new(struct new_file *file)
{
	struct stat old;
	bool exists = !stat(file->name, &old);
	int opened;

	if (exists && (!S_ISREG(old.st_mode) || leads_to_output(&old)))
		return open_in_place(file, leads_to_output(&old));
	/* Its folder may let it be replaced, but its owner does not want it written. */
	if (exists && access(file->name, W_OK))
		return -1;
	opened = open_beside(file);
	if (opened < 0 && exists && (errno == EACCES || errno == EPERM || errno == EROFS))
		return open_in_place(file, false);
	if (opened >= 0 && exists)
		take_over(opened, &old);
	return opened;
}

/** Follow the links of a name; a link that leads nowhere yet is followed as well. */
static bool find_target(struct new_file *file)
{
	char link[PATH_MAX];

	if (realpath(file->name, file->target))
		return true;
	if (strlen(file->name) >= sizeof(file->target)) {
		errno = ENAMETOOLONG;
		return false;
	}
	strcpy(file->target, file->name);
	for (int links = 0; links < 40; links++) {
		ssize_t length = readlink(file->target, link, sizeof(link) - 1);
		char *slash = strrchr(file->target, '/'), *from = file->target;

		if (length < 0)
			return true;
		link[length] = '\0';
		if (link[0] != '/' && slash)
			from = slash + 1;
		if ((size_t)(from - file->target) + (size_t)length >= sizeof(file->target)) {
			errno = ENAMETOOLONG;
			return false;
		}
		strcpy(from, link);
	}
	errno = ELOOP;
	return false;
}

/** Write what the stream hands on; a stream alone would forget why that failed. */
static ssize_t write_piece(void *context, const char *bytes, size_t size)
{
	struct new_file *file = context;
	size_t written = 0;

	while (written < size && !file->reason) {
		ssize_t got = write(file->opened, bytes + written, size - written);

		if (got > 0)
			written += (size_t)got;
		else if (got < 0 && errno != EINTR)
			file->reason = errno;
	}
	return file->reason ? 0 : (ssize_t)size;
}

/**
 * @brief Begin to write a file.
 *
 * @param file receives where to write; new_file_end() it when this went well
 * @param path the file
 * @param error receives why it cannot be written
 * @return 0 or -1
 */
int new_file_begin(struct new_file *file, const char *path, struct pageflow_error *error)
{
	file->name = path;
	file->out = NULL;
	file->beside[0] = '\0';
	file->reason = 0;
	file->opened = find_target(file) ? open_new(file) : -1;
	if (file->opened >= 0)
		file->out = fopencookie(file, "w", (cookie_io_functions_t){ .write = write_piece });
	if (file->out)
		return 0;
	refuse(file, "cannot be written", errno, error);
	if (file->opened >= 0)
		close(file->opened);
	if (file->beside[0])
		unlink(file->beside);
	return -1;
}

/**
 * @brief End a file: it takes its place, or leaves no trace.
 *
 * @param file the file
 * @param error receives why it was not written whole
 * @return 0 or -1
 */
int new_file_end(struct new_file *file, struct pageflow_error *error)
{
	fclose(file->out);
	if (close(file->opened) && !file->reason)
		file->reason = errno;
	if (!file->reason && file->beside[0] && rename(file->beside, file->target))
		file->reason = errno;
	if (!file->reason)
		return 0;
	if (file->beside[0])
		unlink(file->beside);
	return refuse(file, "was not written whole", file->reason, error);
}

/**
 * @brief Write a file whole.
 *
 * @param path the file
 * @param bytes its content
 * @param size how many bytes
 * @param error receives why it was not written
 * @return 0 or -1
 */
int new_file_write(const char *path, const char *bytes, size_t size, struct pageflow_error *error)
{
	struct new_file file;

	if (new_file_begin(&file, path, error))
		return -1;
	fwrite(bytes, 1, size, file.out);
	return new_file_end(&file, error);
}
