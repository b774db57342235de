/* SPDX-License-Identifier: GPL-2.0-only */
#include "saved.h"

#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "state/state.h"
#include "text/text.h"

/** What the machine in focus saves. */
char *saved(void)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	snapshot_save(out);
	fclose(out);
	return test_keep(text);
}

/** Make a machine of a saved text; fails the test when that fails. */
struct machine *loaded(const char *snapshot)
{
	struct machine *machine;
	struct reader reader = { 0 };
	struct text text;

	ck_assert_int_eq(text_from_bytes(snapshot, strlen(snapshot), &text, NULL), TEXT_OK);
	reader.text = &text;
	reader.next = 2;
	machine = snapshot_load(&reader);
	ck_assert_msg(machine != NULL, "line %zu: %s", reader.error.line, reader.error.text);
	text_free(&text);
	return machine;
}
