/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Where the module begins: it fetches the words of the command line and the environment, and runs the command.
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

/** Texts of the host, and NULL behind them; NULL where there is no memory. */
static char **texts_of_host(int (*sizes)(wasi_at, wasi_at), int (*get)(wasi_at, wasi_at),
			    uint32_t *count)
{
	uint32_t bytes = 0;
	wasi_at *at;
	char **texts, *first;

	*count = 0;
	if (sizes(AT(count), AT(&bytes)))
		*count = bytes = 0;
	at = calloc(*count + 1, sizeof(*at));
	first = calloc(bytes + 1, 1);
	texts = calloc(*count + 1, sizeof(*texts));
	if (!at || !first || !texts)
		return NULL;
	get(AT(at), AT(first));
	for (uint32_t i = 0; i < *count; i++)
		texts[i] = (char *)(uintptr_t)at[i];
	free(at);
	return texts;
}

/**
 * @brief The way in that the host calls; it ends with the call proc_exit.
 */
void _start(void)
{
	uint32_t count, variables;
	char **words;

	((struct pthread *)the_thread)->locale = &libc.global_locale;
	words = texts_of_host(wasi_args_sizes_get, wasi_args_get, &count);
	__environ = texts_of_host(wasi_environ_sizes_get, wasi_environ_get, &variables);
	exit(words && __environ ? main((int)count, words) : EXIT_FAILURE);
}
