/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Looking at what reclaim and compaction read.
 *
 * A command is one line of words, as `pageflow shell` takes it and the debugger's pf-lru and pf-scanners make it:
 *
 *     lru [node N] [list NAME] [group PATH] [runs N]   the LRU lists, head first
 *     scanners [ZONE]                                  where compaction's scanners are, pageblock by pageblock
 */
#include "state/look.h"

#include "text/cursor.h"
#include "text/error.h"

static const struct look {
	const char *name;
	int (*run)(const char *rest, FILE *out, struct pageflow_error *error);
} looks[] = {
	{ "lru", look_lru },
	{ "scanners", look_scanners },
};

/** The command that a line begins with, and what follows its name; NULL: it is none of these. */
static const struct look *find_look(const char **line)
{
	for (size_t i = 0; i < sizeof(looks) / sizeof(*looks); i++)
		if (take_word(line, looks[i].name))
			return &looks[i];
	return NULL;
}

/**
 * @brief Is a line one of these commands?
 *
 * @param line the line
 * @return true when it begins with the name of one
 */
bool look_knows(const char *line)
{
	return find_look(&line) != NULL;
}

/**
 * @brief Look at the machine in focus.
 *
 * @param line a command that look_knows()
 * @param out receives what is seen, in lines of at most 80 characters
 * @param error receives why there is nothing to see
 * @return 0 or -1
 */
int look_run(const char *line, FILE *out, struct pageflow_error *error)
{
	const struct look *look = find_look(&line);

	return look->run(line, out, error);
}
