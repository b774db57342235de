/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the commands of the shell take, word by word.
 */
#include "tools/shell/arguments.h"

#include <string.h>

#include "library/handle.h"
#include "text/cursor.h"
#include "tools/options.h"

/**
 * @brief Take the next word off the rest of a line.
 *
 * @param rest the rest; moved behind the word
 * @return the word; NULL at the end of the line
 */
char *take_argument(char **rest)
{
	char *word = *rest + strspn(*rest, " \t");

	if (!*word)
		return NULL;
	*rest = word + strcspn(word, " \t");
	if (**rest)
		*(*rest)++ = '\0';
	return word;
}

/**
 * @brief Is nothing left of the line? Says so when not.
 *
 * @param shell the session
 * @param rest the rest
 * @return true when nothing is
 */
bool no_more(struct shell *shell, char *rest)
{
	const char *word = take_argument(&rest);

	if (word)
		shell_error(shell, "unexpected argument '%s'", word);
	return !word;
}

/**
 * @brief Take a gfp mask off the line, in which blanks may stand around its signs.
 *
 * @param shell the session
 * @param command who asks, for the message
 * @param rest the rest of the line; moved behind the mask
 * @param gfp receives the mask
 * @return false after saying what is wrong with it
 */
bool take_gfp(struct shell *shell, const char *command, char **rest, uint32_t *gfp)
{
	struct pageflow_error error = { 0 };
	size_t length = handle_gfp_length(*rest);
	char *mask = *rest, *end = mask + length;
	char after = *end;

	*end = '\0';
	*rest = after ? end + 1 : end;
	if (!pageflow_gfp_parse(mask, gfp, &error))
		return true;
	shell_error(shell, "%s: %s", command, error.text);
	return false;
}

/**
 * @brief Take an order off the line; where none is given it is 0.
 *
 * @param shell the session
 * @param command who asks, for the message
 * @param rest the rest of the line; moved behind the order
 * @param most the largest that is taken
 * @param order receives it
 * @return false after saying what is wrong with it
 */
bool take_order(struct shell *shell, const char *command, char **rest, long most,
		unsigned int *order)
{
	const char *word = take_argument(rest);
	struct pageflow_error error;

	*order = 0;
	if (!word || !order_read(word, most, order, &error))
		return true;
	shell_error(shell, "%s: %s", command, error.text);
	return false;
}

/**
 * @brief Take a node off the line; where none is given it stays as it is.
 *
 * @param shell the session
 * @param command who asks, for the message
 * @param rest the rest of the line; moved behind the node
 * @param nid receives it: 0 to 63, or -1 for the running CPU's
 * @return false after saying what is wrong with it
 */
bool take_node(struct shell *shell, const char *command, char **rest, long *nid)
{
	const char *word = take_argument(rest);

	if (!word || is_number(word, -1, 63, nid))
		return true;
	shell_error(
		shell,
		"%s: '%s' is not a node; nodes are 0 to 63, and -1 stands for the running CPU's",
		command, word);
	return false;
}
