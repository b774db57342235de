/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Labels, and the catalogue that translates them.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "text/catalogue.h"
#include "text/labels.h"

/** A translator that knows three labels. */
static const char *translated(const char *key, void *context)
{
	static const struct {
		const char *key, *said;
	} known[] = {
		{ "%s of %s", "von %2$s: %1$s" },
		{ "only %s", "%s %s %3$s %d 100%" },
		{ "word", "Wort" },
	};

	ck_assert_str_eq(context, "context");
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (!strcmp(known[i].key, key))
			return known[i].said;
	return NULL;
}

TEST(labels_are_translated_with_their_arguments, "")
{
	char *said, context[] = "context";
	size_t size;
	FILE *out = open_memstream(&said, &size);
	const struct pen pen = { out, false, translated, context };
	size_t count = pen_say(&pen, KEY("%s of %s"), "1", GROUPED(1234567));

	ck_assert_uint_eq(count, strlen("von 1,234,567: 1"));
	pen_put(&pen, "|");
	pen_say(&pen, KEY("not in the catalogue: %s"), SIGNED(-5));
	pen_put(&pen, "|");
	pen_say_word(&pen, KEY("word"));
	/* What a catalogue says wrong is shown as it stands, and reads no argument that is not there. */
	pen_put(&pen, "|");
	pen_say(&pen, KEY("only %s"), SIGNED(3));
	fclose(out);
	ck_assert_str_eq(said,
			 "von 1,234,567: 1|not in the catalogue: \u22125|Wort|+3 %s %3$s %d 100%");
	free(said);
}

TEST(catalogue_gives_what_stands_after_the_tab, "")
{
	char path[] = "/tmp/pageflow-catalogue-XXXXXX";
	struct pageflow_error error = { 0 };
	FILE *file = fdopen(mkstemp(path), "w");
	struct catalogue catalogue;

	fputs("# words\norder\tOrdnung\n%s pages\t%s Seiten\nempty\t\n", file);
	fclose(file);
	ck_assert_int_eq(catalogue_load(path, &catalogue, &error), 0);
	remove(path);
	ck_assert_str_eq(catalogue_find("order", &catalogue), "Ordnung");
	ck_assert_str_eq(catalogue_find("%s pages", &catalogue), "%s Seiten");
	ck_assert_ptr_null(catalogue_find("empty", &catalogue));
	ck_assert_ptr_null(catalogue_find("orde", &catalogue));
	catalogue_free(&catalogue);
	ck_assert_int_eq(catalogue_load(path, &catalogue, &error), -1);
}
