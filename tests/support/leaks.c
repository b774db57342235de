/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The machines that are there, so that a test need not free its own; see leaks.h.
 */
#include "leaks.h"

#include <stdbool.h>
#include <stdlib.h>

#include "world/world.h"

/* The names are the linker's: every machine that anything makes or frees passes here. */
void *__real_realloc(void *memory, size_t size);
struct machine *__real_machine_new(struct pageflow_error *error);
void __real_machine_free(struct machine *machine);
struct machine *__wrap_machine_new(struct pageflow_error *error);
void __wrap_machine_free(struct machine *machine);

static struct machine **machines;
static size_t nr_machines;

struct machine *__wrap_machine_new(struct pageflow_error *error)
{
	struct machine *machine = __real_machine_new(error);

	if (machine) {
		/* Not the tests' own realloc(), whose calls they count. */
		machines = __real_realloc(machines, (nr_machines + 1) * sizeof(*machines));
		machines[nr_machines++] = machine;
	}
	return machine;
}

void __wrap_machine_free(struct machine *machine)
{
	for (size_t i = 0; machine && i < nr_machines; i++)
		if (machines[i] == machine)
			machines[i] = machines[--nr_machines];
	__real_machine_free(machine);
}

void test_free_machines(void)
{
	while (nr_machines)
		__wrap_machine_free(machines[nr_machines - 1]);
	free(machines);
	machines = NULL;
}
