/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Four threads, each with a machine of its own, decide the same at the same time.
 *
 *	cc -pthread threads.c $(pkg-config --cflags --libs pageflow) -o threads && ./threads
 */
#include <pageflow.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 4

/** Allocate and free a while; gives what the machine saves. */
static void *drive(void *unused)
{
	pageflow_machine *machine = pageflow_boot("2x64M,cpus=2", NULL);
	uint64_t block[64] = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out;

	(void)unused;
	for (unsigned int i = 0; i < 20000; i++) {
		unsigned int slot = i * 7919 % 64;

		if (block[slot]) {
			pageflow_free_pages(machine, block[slot], slot % 4);
			block[slot] = 0;
		} else {
			block[slot] = pageflow_alloc_pages(machine, 0xcc0, slot % 4);
		}
	}
	out = open_memstream(&text, &size);
	pageflow_write(machine, out);
	fclose(out);
	pageflow_destroy(machine);
	return text;
}

int main(void)
{
	pthread_t thread[THREADS];
	char *alone = drive(NULL);
	void *saved;
	int different = 0;

	for (int i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, drive, NULL);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(thread[i], &saved);
		different += strcmp(saved, alone) != 0;
		free(saved);
	}
	printf("%d of %d threads decided differently\n", different, THREADS);
	free(alone);
	return different != 0;
}
