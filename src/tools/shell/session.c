/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What a session of `pageflow shell` keeps: its machine, the blocks that the user holds of it, its errors.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/say.h"
#include "tools/shell/shell.h"

/**
 * @brief Say what is wrong with the command on its way, and count it.
 *
 * @param shell the session
 * @param format one line, as for printf, without newline
 */
void shell_error(struct shell *shell, const char *format, ...)
{
	char *message = NULL;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&message, format, arguments) < 0)
		message = NULL;
	va_end(arguments);
	if (shell->record)
		record_error(shell->record, message_shown("", message ? message : "out of memory"));
	else if (shell->file)
		say("shell", "%s:%zu: %s", shell->file, shell->line,
		    message ? message : "out of memory");
	else
		say("shell", "%s", message ? message : "out of memory");
	free(message);
	shell->errors++;
}

/* ---- The machine ----------------------------------------------------------------------------- */

/**
 * @brief Is there a machine? Says so when not.
 *
 * @param shell the session
 * @return true when there is one
 */
bool shell_has_machine(struct shell *shell)
{
	if (!shell->machine)
		shell_error(shell, "there is no machine yet: make one with 'machine 256M', or take "
				   "one from a file with 'load FILE'");
	return shell->machine != NULL;
}

static void on_event(const struct pageflow_event *event, void *context)
{
	const struct shell *shell = context;
	char line[512];

	if (shell->record) {
		record_event(shell->record, event);
		return;
	}
	pageflow_event_text(event, line, sizeof(line));
	fprintf(shell->out, "  %s\n", line);
}

static void on_message(const char *text, void *context)
{
	const struct shell *shell = context;

	fputs(text, shell->plain);
}

static void on_violation(const char *text, void *context)
{
	shell_error(context, "BUG: %s; refused", text);
}

/**
 * @brief Go on with another machine; the old one and what was held of it are gone.
 *
 * @param shell the session
 * @param machine the machine
 */
void shell_take_machine(struct shell *shell, pageflow_machine *machine)
{
	pageflow_destroy(shell->machine);
	drawings_forget(&shell->drawings);
	drawings_forget(&shell->pictures);
	drawings_forget(&shell->states);
	shell->machine = machine;
	shell->nr_held = 0;
	shell->next_number = 1;
	pageflow_on_message(machine, on_message, shell);
	pageflow_on_violation(machine, on_violation, shell);
	pageflow_subscribe(machine, shell->tracing ? on_event : NULL, shell);
}

/**
 * @brief Show the machine's events as they happen, or no longer; goes for machines to come as well.
 *
 * @param shell the session
 * @param on whether
 */
void shell_trace(struct shell *shell, bool on)
{
	shell->tracing = on;
	if (shell->machine)
		pageflow_subscribe(shell->machine, on ? on_event : NULL, shell);
}

/* ---- Blocks that the user holds -------------------------------------------------------------- */

/**
 * @brief Note that the user holds a block.
 *
 * @param shell the session
 * @param number of the block: `#N`
 * @param pfn its first page
 * @param order its order
 * @param gfp the mask that it was asked for with
 * @return false when there is no memory, which is said
 */
bool shell_hold(struct shell *shell, unsigned long number, uint64_t pfn, unsigned int order,
		uint32_t gfp)
{
	size_t nr = shell->nr_held;

	/* Room doubles at each power of 2: takeall holds tens of thousands. */
	if (!(nr & (nr - 1))) {
		struct held *grown = realloc(shell->held, (nr ? 2 * nr : 1) * sizeof(*shell->held));

		if (!grown) {
			shell_error(shell, "out of memory");
			return false;
		}
		shell->held = grown;
	}
	shell->held[shell->nr_held++] = (struct held){ number, pfn, order, gfp };
	if (number >= shell->next_number)
		shell->next_number = number + 1;
	return true;
}

/**
 * @brief The block of this number.
 *
 * @param shell the session
 * @param number its number
 * @return the block; NULL when it is not held
 */
struct held *shell_find_number(const struct shell *shell, unsigned long number)
{
	for (size_t i = 0; i < shell->nr_held; i++)
		if (shell->held[i].number == number)
			return &shell->held[i];
	return NULL;
}

/**
 * @brief The block that begins at this page.
 *
 * @param shell the session
 * @param pfn the page
 * @return the block; NULL when it is not held
 */
struct held *shell_find_page(const struct shell *shell, uint64_t pfn)
{
	for (size_t i = 0; i < shell->nr_held; i++)
		if (shell->held[i].pfn == pfn)
			return &shell->held[i];
	return NULL;
}

/**
 * @brief The user no longer holds a block.
 *
 * @param shell the session
 * @param held the block
 */
void shell_let_go(struct shell *shell, struct held *held)
{
	size_t index = (size_t)(held - shell->held);

	memmove(held, held + 1, (shell->nr_held - index - 1) * sizeof(*held));
	shell->nr_held--;
}
