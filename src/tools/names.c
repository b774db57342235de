/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `pageflow names KIND`: the names that the other commands read and print, with their numbers.
 *
 * For people who look a number up, and for programs that would otherwise keep a list of their own.
 */
#include <stdio.h>
#include <string.h>

#include "failure/judge/rules.h"
#include "text/append.h"
#include "text/names.h"
#include "text/nearest.h"
#include "text/wrap.h"
#include "tools/language.h"
#include "tools/meanings.h"
#include "tools/tools.h"

/** Masks and flags. */
static void print_gfp(void)
{
	for (size_t i = 0; i < NR_GFP_NAMES; i++)
		printf("0x%x %s\n", gfp_names[i].mask, gfp_names[i].name);
}

/** One mask in both forms: its number and its names. */
static int print_mask(const char *written)
{
	struct pageflow_error error = { 0 };
	char text[512];
	uint32_t gfp;

	if (pageflow_gfp_parse(written, &gfp, &error))
		return usage_error("names", "%s", error.text);
	pageflow_gfp_text(gfp, text, sizeof(text));
	printf("%#x %s\n", gfp, text);
	return EXIT_OK;
}

/** Names that are numbered from 0. */
static void print_numbered(const char *const *name, int count)
{
	for (int i = 0; i < count; i++)
		printf("%d %s\n", i, name[i]);
}

static void print_migratetypes(void)
{
	print_numbered(migratetype_names, MIGRATE_TYPES);
}

static void print_results(void)
{
	print_numbered(compact_result_names, NR_COMPACT_RESULTS);
}

/** Append the releases that were seen with a set of rules: "5.4 to 5.4.59, 5.7". */
static void add_releases(char *text, size_t size, const char *rules)
{
	const char *joint = "";
	size_t nr;
	const struct rule_span *span = rules_spans(&nr);

	for (size_t i = 0; i < nr; i++) {
		if (strcmp(span[i].rules, rules) != 0)
			continue;
		text_append(text, size, "%s%d.%d", joint, span[i].series / 1000,
			    span[i].series % 1000);
		if (span[i].from)
			text_append(text, size, ".%d", span[i].from);
		if (span[i].to < RULES_ANY_POINT && span[i].to > span[i].from)
			text_append(text, size, " to .%d", span[i].to);
		joint = ", ";
	}
}

/** The sets of rules by which versions check, each with what is new in it and the releases that have it. */
static void print_rules(void)
{
	bool reader = wrap_on_terminal(stdout);
	size_t nr;
	const struct rule_set *set = rules_table(&nr);

	for (size_t i = 0; i < nr; i++) {
		char text[1024] = "";

		text_append(text, sizeof(text), "%s%s", set[i].what, reader ? ": " : "\t");
		add_releases(text, sizeof(text), set[i].name);
		if (reader)
			wrap_row(stdout, wrap_columns(stdout), 10, set[i].name, text);
		else
			printf("%s\t%s\n", set[i].name, text);
	}
}

/** Events, and what they mean. */
static void print_events(void)
{
	const struct pen pen = pen_in_language(stdout);

	meanings_print(&pen);
}

static const struct {
	const char *name;
	void (*print)(void);
} kinds[] = {
	{ "gfp", print_gfp },
	{ "migratetype", print_migratetypes },
	{ "compaction", print_results },
	{ "events", print_events },
	{ "rules", print_rules },
};

#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/** Say that there is no such kind, and which one may have been meant. */
static int refuse_kind(const char *word)
{
	struct nearest nearest = nearest_to(word);
	char hint[NEAREST_HINT];

	for (size_t i = 0; i < NR_KINDS; i++)
		nearest_try(&nearest, kinds[i].name);
	return usage_error(
		"names",
		"there are no names of '%s'%s; there are those of gfp, migratetype, compaction, events and rules",
		word, nearest_hint(&nearest, hint, sizeof(hint)));
}

/**
 * @brief Run `pageflow names`.
 *
 * @param argc number of arguments
 * @param argv the arguments, the subcommand first
 * @return exit code
 */
int command_names(int argc, char **argv)
{
	static const char *const arguments[] = { "KIND", "MASK" };
	static const char *const examples[] = {
		"pageflow names gfp",
		"pageflow names gfp 0xcc0",
		"pageflow names gfp 'GFP_KERNEL & ~__GFP_IO'",
		NULL,
	};
	static const struct command_usage usage = {
		.command = "names",
		.synopsis = "pageflow names KIND [MASK]",
		.about =
			"Lists names as 5.8.18 has them, one a line after its number. A mask is written\n"
			"with the first name whose bits it has all, then the first for the bits that are\n"
			"left, and so on. KIND is one of these:\n\n"
			"  gfp          masks, and the flags they are made of; of MASK, where it is given,\n"
			"               the number and the names alone\n"
			"  migratetype  what tells free lists of one order apart\n"
			"  compaction   results of compaction\n"
			"  events       tracepoints, and what they mean on the way of a request, after a tab\n"
			"  rules        by which versions check a zone: the first one, what is new, and\n"
			"               the releases that have them, between tabs, or as prose on a terminal",
		.arguments = { arguments, 1, 2 },
		.exit_codes = "0 listed, 2 there is no such kind or mask",
		.example = examples,
	};
	struct words words;
	int code = options_read(&usage, argc, argv, NULL, &words);

	if (code != OPTIONS_READ)
		return code;
	if (words.count > 1 && strcmp(words.word[0], kinds[0].name) != 0)
		return usage_error("names", "unexpected argument '%s'", words.word[1]);
	if (words.count > 1)
		return print_mask(words.word[1]);
	for (size_t i = 0; i < NR_KINDS; i++)
		if (!strcmp(words.word[0], kinds[i].name)) {
			kinds[i].print();
			return EXIT_OK;
		}
	return refuse_kind(words.word[0]);
}
