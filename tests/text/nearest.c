/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * "Did you mean": how near words are, and which name is named.
 */
#include <string.h>

#include "harness.h"
#include "text/nearest.h"

TEST(edit_distance_counts_slips, "")
{
	static const struct {
		const char *one, *other;
		unsigned int distance;
	} rows[] = {
		{ "explain", "explain", 0 },
		{ "explain", "EXPLAIN", 0 },
		{ "expalin", "explain", 1 },
		{ "explan", "explain", 1 },
		{ "explains", "explain", 1 },
		{ "exblain", "explain", 1 },
		{ "", "free", 4 },
		{ "free", "", 4 },
		{ "save", "load", 4 },
		{ "ab", "ba", 1 },
		{ "abc", "ca", 3 },
		{ "flaw", "lawn", 2 },
	};
	char endless[NEAREST_WORD + 2];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned int found = edit_distance(rows[i].one, rows[i].other);

		ck_assert_msg(found == rows[i].distance, "%s, %s: %u", rows[i].one, rows[i].other,
			      found);
	}
	memset(endless, 'x', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	ck_assert_uint_gt(edit_distance(endless, endless), NEAREST_WORD);
}

TEST(nearest_names_one_or_none, "")
{
	static const char *const names[] = { "free", "file", "fill", "fault", "fragment", "off" };
	static const struct {
		const char *word, *hint;
	} rows[] = {
		{ "fre", " (did you mean 'free'?)" },
		{ "flie", " (did you mean 'file'?)" },
		{ "frag", " (did you mean 'fragment'?)" },
		{ "of", " (did you mean 'off'?)" },
		{ "x", "" },
		{ "", "" },
		{ "banana", "" },
		{ "fragmnet", " (did you mean 'fragment'?)" },
	};
	char text[NEAREST_HINT];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nearest nearest = nearest_to(rows[i].word);

		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
			nearest_try(&nearest, names[k]);
		ck_assert_str_eq(nearest_hint(&nearest, text, sizeof(text)), rows[i].hint);
	}
}
