/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What is this text? Everybody who is given one asks here.
 */
#include "state/format.h"

#include <string.h>

/** How the first line of each kind begins. */
static const struct {
	const char *beginning;
	enum text_kind kind;
} kinds[] = {
	{ "boot ", TEXT_BOOT },
	{ "trace ", TEXT_RECORDING },
	{ "pageflow snapshot v", TEXT_SNAPSHOT },
	{ "kmem v", TEXT_KMEM },
	{ "Node ", TEXT_ZONEINFO },
};

static bool begins(const char *line, const char *beginning)
{
	return !strncmp(line, beginning, strlen(beginning));
}

/** Index of the line after `snapshot NAME` (any name for NULL); 0 when there is none. */
static size_t find_state(const struct text *text, const char *name)
{
	for (size_t i = 0; i < text->nr_lines; i++)
		if (begins(text->line[i], "snapshot ") &&
		    (!name || !strcmp(text->line[i] + strlen("snapshot "), name)))
			return i + 1;
	return 0;
}

/** Does the text come from a kernel with CONFIG_NUMA? The `kernel` line of our own formats says so. */
static bool is_numa(const struct text *text, enum text_kind kind)
{
	for (size_t i = 0; i < text->nr_lines; i++) {
		if (kind == TEXT_ZONEINFO && strstr(text->line[i], "numa_hit"))
			return true;
		if (begins(text->line[i], "kernel "))
			return strstr(text->line[i], " numa 1 ") != NULL;
	}
	return false;
}

/**
 * @brief What a text is, by what only texts of its kind have.
 *
 * @param text the text
 * @return its kind, the configuration it needs (without one it is said to need CONFIG_NUMA off, and reading it will
 * say what is missing), and where the state begins that a machine can be made of
 */
struct text_format text_format_of(const struct text *text)
{
	struct text_format format = { .kind = TEXT_UNKNOWN };
	const char *first = text->nr_lines ? text->line[0] : "";

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (begins(first, kinds[i].beginning))
			format.kind = kinds[i].kind;
	format.numa = is_numa(text, format.kind);
	format.state = find_state(text, format.kind == TEXT_BOOT ? "running" : NULL);
	return format;
}
