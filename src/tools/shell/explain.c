/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `explain` in the shell: what would become of a request on this machine, which stays as it is.
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine/engine.h"
#include "text/error.h"
#include "tools/options.h"
#include "tools/shell/arguments.h"
#include "tools/tools.h"

/* The debugger's program has this shell without the rooms that explain: there it is NULL. */
#pragma weak explain_here

/** A machine that goes on as this one would; NULL after noting an error. */
static pageflow_machine *copy_machine(pageflow_machine *machine, struct pageflow_error *error)
{
	pageflow_machine *copy = NULL;
	char *bytes = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&bytes, &size);

	if (!out) {
		error_set(error, "out of memory");
		return NULL;
	}
	pageflow_write(machine, out);
	if (fclose(out))
		error_set(error, "out of memory");
	else
		copy = pageflow_load_bytes(bytes, size, error);
	free(bytes);
	return copy;
}

/**
 * @brief Tell what would become of a request, as `pageflow explain --machine` does of a machine that was saved.
 *
 * @param shell the session
 * @param rest mask, order and node
 */
void run_explain(struct shell *shell, char *rest)
{
	struct explain_request request = { .nid = ENGINE_BY_POLICY };
	struct pageflow_error error = { 0 };
	pageflow_machine *copy;
	long nid = BY_POLICY;

	if (!explain_here) {
		shell_error(shell, "explain: not in this program; 'pageflow shell' has it");
		return;
	}
	if (!shell_has_machine(shell))
		return;
	if (!*rest) {
		shell_error(shell, "explain: which mask? For example 'explain GFP_KERNEL 3'");
		return;
	}
	if (!take_gfp(shell, "explain", &rest, &request.gfp) ||
	    !take_order(shell, "explain", &rest, ANY_ORDER, &request.order) ||
	    !take_node(shell, "explain", &rest, &nid) || !no_more(shell, rest))
		return;
	if (nid != BY_POLICY)
		request.nid = (int)nid;
	copy = copy_machine(shell->machine, &error);
	if (!copy || explain_here(copy, "this machine", &request, shell->plain, &error))
		shell_error(shell, "explain: %s", error.text);
	pageflow_destroy(copy);
}
