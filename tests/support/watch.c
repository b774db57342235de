/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * A witness for tests; see watch.h.
 */
#include "watch.h"

#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "machine.h"

#define MOST_DECISIONS 4096

static struct decision kept[MOST_DECISIONS];
static int nr_kept;

static void keep(const struct decision *decision, void *context)
{
	(void)context;
	ck_assert_int_lt(nr_kept, MOST_DECISIONS);
	kept[nr_kept++] = *decision;
}

/** Keep the decisions from now on; those kept before are forgotten. */
void test_witness(void)
{
	world->witness = keep;
	world->witness_context = NULL;
	nr_kept = 0;
}

/**
 * The decisions of one kind, "; " between them: the zone, if it is about one, and the numbers up to the last that is not
 * 0 (without a zone, at least the first).
 */
const char *test_decisions(enum decision_kind kind)
{
	static char text[65536];
	char *end = text;

	*end = '\0';
	for (int i = 0; i < nr_kept; i++) {
		const struct decision *decision = &kept[i];
		int numbers = MAX_DECISION_NUMBERS;

		if (decision->kind != kind)
			continue;
		end += sprintf(end, "%s%s", end > text ? "; " : "",
			       decision->zone ? decision->zone->name : "");
		while (numbers > !decision->zone && !decision->number[numbers - 1])
			numbers--;
		for (int n = 0; n < numbers; n++)
			end += sprintf(end, "%s%lld", n || decision->zone ? " " : "",
				       (long long)decision->number[n]);
	}
	return text;
}
