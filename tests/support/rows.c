/* SPDX-License-Identifier: GPL-2.0-only */
#include "rows.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MOST_TABLES 4 /* loops one in the other */

/** Where a test is: in these rows of these tables. */
struct place {
	struct {
		const char *table; /* NULL: none */
		size_t row, rows;
	} at[MOST_TABLES];
};

static struct place alone, *places = &alone, *here = &alone;

/** Before the first test is forked: room for what these tests say. */
void rows_share(int tests)
{
	places = mmap(NULL, (size_t)tests * sizeof(*places), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (places == MAP_FAILED)
		abort();
}

/** A test begins, in no table. */
void rows_begin(int test)
{
	here = &places[test];
	*here = (struct place){ 0 };
}

/** The test has come to this row; false behind the last, when it is in that table no more. */
bool test_row(const char *table, size_t row, size_t rows)
{
	int i = 0;

	while (i < MOST_TABLES - 1 && here->at[i].table && strcmp(here->at[i].table, table))
		i++;
	here->at[i].table = row < rows ? table : NULL;
	here->at[i].row = row;
	here->at[i].rows = rows;
	return row < rows;
}

/** The rows at which a test ended, one a line. */
void rows_print(FILE *out, int test)
{
	for (int i = 0; i < MOST_TABLES; i++)
		if (places[test].at[i].table)
			fprintf(out, "\tin %s[%zu] of %zu\n", places[test].at[i].table,
				places[test].at[i].row, places[test].at[i].rows);
}
