/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Where the module begins: it makes the words of the command line, and runs the command.
 */
#include <stdlib.h>

#include "web/wasi.h"

/* musl's own, for the one thread that there is. */
#include "libc.h"
#include "pthread_impl.h"

/** The thread that pthread_arch.h names. */
_Alignas(16) char the_thread[sizeof(struct pthread)];

int main(int count, char **words);
void _start(void);

/** The words of the command line, and NULL; NULL where there is no memory. */
static char **words_of_host(uint32_t *count)
{
	uint32_t bytes;
	wasi_at *at;
	char **words, *text;

	wasi_args_sizes_get(AT(count), AT(&bytes));
	at = calloc(*count + 1, sizeof(*at));
	text = calloc(bytes + 1, 1);
	words = calloc(*count + 1, sizeof(*words));
	if (!at || !text || !words)
		return NULL;
	wasi_args_get(AT(at), AT(text));
	for (uint32_t i = 0; i < *count; i++)
		words[i] = text + (at[i] - AT(text));
	free(at);
	return words;
}

/**
 * @brief The way in that the host calls; it ends with the call proc_exit.
 */
void _start(void)
{
	uint32_t count = 0;
	char **words;

	((struct pthread *)the_thread)->locale = &libc.global_locale;
	words = words_of_host(&count);
	exit(words ? main((int)count, words) : EXIT_FAILURE);
}
