/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Whatever bytes are replayed as a recording: an answer, never a crash, an endless loop or a silent error.
 *
 * The machine may be damaged in any way but one: inputs that ask for a large machine are passed over, because making
 * its struct pages takes longer than a fuzzer has.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "replay/replay.h"
#include "text/text.h"

#define MOST_PAGES 16384l

/** Does a `zone` line, or a `memory` line of a boot, ask for more pages than we have time for? */
static bool asks_too_much(const struct text *text)
{
	for (size_t i = 0; i < text->nr_lines; i++) {
		const char *spanned = strstr(text->line[i], "spanned");
		const char *size;
		char *end;

		if (!strncmp(text->line[i], "zone ", 5) && spanned &&
		    strtol(spanned + 7, NULL, 10) > MOST_PAGES)
			return true;
		if (strncmp(text->line[i] + strspn(text->line[i], " "), "memory", 6))
			continue;
		size = text->line[i] + strspn(text->line[i], " ") + 6;
		strtoull(size, &end, 16);
		if (strtoull(end, NULL, 16) > (unsigned long long)MOST_PAGES << 12)
			return true;
	}
	return false;
}

/** An outcome must say what it found. */
static void expect_answer(const struct replay_result *result)
{
	assert(result->outcome != REPLAY_UNREADABLE || result->error[0]);
	assert(result->outcome != REPLAY_UNREADABLE || !strchr(result->error, '\n'));
	assert(result->outcome != REPLAY_DIVERGED || result->got[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct replay_result result = { 0 };
	struct pageflow_error error = { 0 };
	struct text text;

	if (text_from_bytes((const char *)data, size, &text, &error) != TEXT_OK) {
		assert(error.text[0]);
		return 0;
	}
	if (!asks_too_much(&text)) {
		if (text.nr_lines && !strncmp(text.line[0], "boot", 4))
			replay_boot(&text, &result);
		else
			replay_trace(&text, NULL, NULL, &result);
		expect_answer(&result);
	}
	free(result.account);
	text_free(&text);
	return 0;
}
