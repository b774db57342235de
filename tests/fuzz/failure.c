/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Whatever bytes are read as a kernel log: each report in it is answered, or it is said what it lacks.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tools/explain/log.h"

/** Draw the answer to a report. */
static void draw(const struct log_answer *answer, FILE *out)
{
	struct log_picture *picture = log_picture_new();

	assert(picture);
	log_picture_add(picture, answer);
	log_picture_write(out, picture);
	log_picture_free(picture);
}

/** Answer a report, and print the answer in both forms to nowhere. */
static void on_failure(const struct failure *failure, void *context)
{
	struct log_answer *answer = calloc(1, sizeof(*answer));
	FILE *nowhere = context;
	struct json json;

	answer->number = 1;
	if (log_answer_take(answer, failure, NULL)) {
		assert(answer->sentence[0] && !strchr(answer->sentence, '\n'));
		assert(failure->memcg || answer->replayed || answer->account.not_replayed[0]);
		log_print_text(answer, "log", nowhere, true);
		json_begin(&json, nowhere);
		log_write_json(answer, "log", &json);
		draw(answer, nowhere);
		log_answer_release(answer);
	} else {
		assert(answer->account.missing[0]);
	}
	free(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *nowhere = fopen("/dev/null", "w");
	struct failure_log *log = failure_log_new(on_failure, nowhere);

	for (size_t from = 0; from < size;) {
		const uint8_t *newline = memchr(data + from, '\n', size - from);
		size_t length = newline ? (size_t)(newline - data) - from : size - from;
		/* Exactly as large as promised, so that a byte too far is noticed. */
		char *line = malloc(length + 1);

		memcpy(line, data + from, length);
		failure_log_line(log, line, length);
		free(line);
		from += length + 1;
	}
	failure_log_end(log);
	fclose(nowhere);
	return 0;
}
