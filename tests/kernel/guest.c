/* SPDX-License-Identifier: GPL-2.0-only */
/* The first process of a machine that is recorded: fills its memory in many ways, frees some of it again, and reads the three files
 * of /proc until nothing moves between two readings. Then it calls kill(0, 0), where the machine is stopped, and prints what it read. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE	4096
#define FILES	3
#define LONGEST 65536

static const char *const names[FILES] = { "buddyinfo", "pagetypeinfo", "zoneinfo" };
static int files[FILES];
static char before[FILES][LONGEST], now[FILES][LONGEST];

static void open_all(void)
{
	char path[64];

	for (int file = 0; file < FILES; file++) {
		snprintf(path, sizeof(path), "/proc/%s", names[file]);
		files[file] = open(path, O_RDONLY);
	}
}

/* The files stay open, and with them what the kernel allocated to show them: it shows it as it is now, too. */
static void read_all(char texts[FILES][LONGEST])
{
	for (int file = 0; file < FILES; file++) {
		ssize_t got, size = 0;

		lseek(files[file], 0, SEEK_SET);
		while ((got = read(files[file], texts[file] + size, LONGEST - 1 - size)) > 0)
			size += got;
		texts[file][size] = 0;
	}
}

/* Pages of programs: every third one stays. */
static void use_movable(size_t pages)
{
	char *area = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);

	for (size_t page = 0; page < pages; page++)
		area[page * PAGE] = 1;
	for (size_t page = 0; page < pages; page++)
		if (page % 3)
			madvise(area + page * PAGE, PAGE, MADV_DONTNEED);
}

/* Names of files, which reclaim can take: two thirds of them go at once. */
static void use_reclaimable(int count)
{
	char path[64];

	for (int file = 0; file < count; file++) {
		snprintf(path, sizeof(path), "/tmp/a-name-of-a-file-%d", file);
		close(open(path, O_CREAT | O_WRONLY, 0600));
	}
	for (int file = 0; file < count; file++) {
		snprintf(path, sizeof(path), "/tmp/a-name-of-a-file-%d", file);
		if (file % 3)
			unlink(path);
	}
}

/* Buffers of sockets and pipes: the kernel's own. */
static void use_unmovable(int pairs)
{
	static char block[2 * PAGE];
	int ends[2];

	for (int pair = 0; pair < pairs; pair++) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
			return;
		if (write(ends[0], block, sizeof(block)) < 0)
			return;
		if (pair % 3)
			close(ends[0]), close(ends[1]);
	}
}

static void wait_until_quiet(void)
{
	do {
		read_all(before);
		read_all(now);
	} while (memcmp(before, now, sizeof(now)));
}

int main(void)
{
	memset(before, 1, sizeof(before));
	memset(now, 1, sizeof(now));
	mount("proc", "/proc", "proc", 0, NULL);
	mount("tmp", "/tmp", "tmpfs", 0, NULL);
	open_all();
	use_movable(1500);
	use_reclaimable(1500);
	use_unmovable(150);
	setvbuf(stdout, NULL, _IONBF, 0);
	for (;;) {
		sleep(3); /* what was given back is free only when all CPUs have noticed */
		wait_until_quiet();
		kill(0, 0);
		for (int file = 0; file < FILES; file++)
			printf("\nBEGIN %s\n%sEND %s\n", names[file], now[file], names[file]);
	}
}
