/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Scenarios of the shell's commands. Every command ends, nothing crashes, lists and counters agree after each, and a
 * machine that is saved and loaded goes on as the one that it was saved from.
 *
 * The input is the text of a scenario. Chance changes it command by command, so that it stays one.
 */
#include <stdlib.h>
#include <string.h>

#include "support/language.h"
#include "support/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *other,
				 size_t other_size, uint8_t *out, size_t most, unsigned int seed);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lines scenario = lines_read((const char *)data, size);

	free(session_run(&scenario));
	lines_free(&scenario);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed)
{
	struct lines scenario = lines_read((const char *)data, size);

	chance_begin(seed);
	language_mutate(&scenario);
	size = lines_write(&scenario, (char *)data, most);
	lines_free(&scenario);
	return size;
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *other,
				 size_t other_size, uint8_t *out, size_t most, unsigned int seed)
{
	struct lines scenario = lines_read((const char *)one, one_size);
	struct lines second = lines_read((const char *)other, other_size);

	chance_begin(seed);
	language_cross(&scenario, &second);
	one_size = lines_write(&scenario, (char *)out, most);
	lines_free(&scenario);
	lines_free(&second);
	return one_size;
}
