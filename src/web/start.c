/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Where the module begins: it makes the words of the command line and of the environment, and runs the command.
 */
#include <stdlib.h>
#include <unistd.h>

#include "web/wasi.h"

/* musl's own, for the one thread that there is. */
#include "libc.h"
#include "pthread_impl.h"

/** The thread that pthread_arch.h names. */
_Alignas(16) char the_thread[sizeof(struct pthread)];

int main(int count, char **words);
void _start(void);

/** Words of the host, and NULL: those of the command line, or those of the environment. NULL where there is no memory. */
static char **words_of_host(uint32_t *count, int (*sizes)(wasi_at, wasi_at),
			    int (*get)(wasi_at, wasi_at))
{
	uint32_t bytes = 0;
	wasi_at *at;
	char **words, *text;

	sizes(AT(count), AT(&bytes));
	at = calloc(*count + 1, sizeof(*at));
	text = calloc(bytes + 1, 1);
	words = calloc(*count + 1, sizeof(*words));
	if (!at || !text || !words)
		return NULL;
	get(AT(at), AT(text));
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
	uint32_t count = 0, settings = 0;
	char **words;

	((struct pthread *)the_thread)->locale = &libc.global_locale;
	__environ = words_of_host(&settings, wasi_environ_sizes_get, wasi_environ_get);
	words = words_of_host(&count, wasi_args_sizes_get, wasi_args_get);
	exit(words ? main((int)count, words) : EXIT_FAILURE);
}
