/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What is this text? Everybody who is given one asks here.
 */
#include "state/format.h"

#include <limits.h>
#include <string.h>

#include "text/cursor.h"
#include "text/error.h"

/** How the first line of each kind begins, and of our own formats the newest version that is read here. */
static const struct {
	const char *beginning; /**< of our own formats, `v1` follows, or `1` */
	enum text_kind kind;
	const char *name;
	long newest;
} kinds[] = {
	{ "boot ", TEXT_BOOT, "a recording of a boot", 1 },
	{ "trace ", TEXT_RECORDING, "a recording", 1 },
	{ "pageflow snapshot v", TEXT_SNAPSHOT, "a saved machine", 1 },
	{ "kmem v", TEXT_KMEM, "a normalised trace", 1 },
	{ "Node ", TEXT_ZONEINFO, "zoneinfo", 0 },
};

#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static bool begins(const char *line, const char *beginning)
{
	return !strncmp(line, beginning, strlen(beginning));
}

/** The version that a line names after its beginning, as a word; 0 when it names none, LONG_MAX for one beyond all numbers. */
static long version_of(const char *line, const char *beginning)
{
	const char *written = line + strlen(beginning);
	long version;

	if (written[-1] != 'v' && *written++ != 'v')
		return 0;
	if (*written < '0' || *written > '9')
		return 0;
	if (!take_number(&written, &version))
		return LONG_MAX;
	return *written && *written != ' ' ? 0 : version;
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
 * @return its kind and version, the configuration it needs (without one it is said to need CONFIG_NUMA off, and reading it will
 * say what is missing), and where the state begins that a machine can be made of
 */
struct text_format text_format_of(const struct text *text)
{
	struct text_format format = { .kind = TEXT_UNKNOWN };
	const char *first = text->nr_lines ? text->line[0] : "";

	for (size_t i = 0; i < NR_KINDS; i++)
		if (begins(first, kinds[i].beginning)) {
			format.kind = kinds[i].kind;
			if (kinds[i].newest)
				format.version = version_of(first, kinds[i].beginning);
		}
	/* A trace holds no machine, and can be long. */
	if (format.kind == TEXT_KMEM)
		return format;
	format.numa = is_numa(text, format.kind);
	format.state = find_state(text, format.kind == TEXT_BOOT ? "running" : NULL);
	return format;
}

/**
 * @brief Refuse a text of a newer version than is known here, or a saved machine of none: nobody knows what its lines mean.
 *
 * @param format what the text is
 * @param error receives which versions it is about
 * @return 0 or -1
 */
int text_format_check(const struct text_format *format, struct pageflow_error *error)
{
	if (format->kind == TEXT_SNAPSHOT && !format->version)
		return error_at(
			error, 1,
			"expected 'pageflow snapshot v1', the first line of a saved machine; "
			"save it again");
	for (size_t i = 0; i < NR_KINDS; i++)
		if (kinds[i].kind == format->kind && format->version > kinds[i].newest)
			return error_at(error, 1,
					"it is %s of version %ld, and this Pageflow reads version "
					"%ld: use a newer Pageflow",
					kinds[i].name, format->version, kinds[i].newest);
	return 0;
}
