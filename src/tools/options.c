/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Reading the arguments of a subcommand by its table, and printing its help.
 */
#include "tools/options.h"

#include <assert.h>
#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "text/cursor.h"

/** Most options that a command has, --help included. */
#define MOST_OPTIONS 16

/** What getopt_long() answers for the first option of the table; larger than any letter. */
#define FIRST_OPTION 256

/** Every command has it. */
static const struct command_option help_option = { .name = "help",
						   .letter = 'h',
						   .help = "print this help" };

/* ---- Help ------------------------------------------------------------------------------------ */

/** An option as the help writes it; its length. */
static int option_head(const struct command_option *option, char *text, size_t size)
{
	char letter[8] = "    ";

	if (option->letter)
		snprintf(letter, sizeof(letter), "-%c, ", option->letter);
	return snprintf(text, size, "  %s--%s%s%s%s", letter, option->name,
			!option->value	? ""
			: option->alone ? "[="
					: " ",
			option->value ? option->value : "", option->alone ? "]" : "");
}

/** Print a row of the table of options: what it means begins in `column`, in further lines as well. */
static void print_option(const struct command_option *option, int column)
{
	const char *line = option->help;
	char head[80];

	option_head(option, head, sizeof(head));
	printf("%-*s", column, head);
	while (true) {
		size_t length = strcspn(line, "\n");

		printf("%.*s\n", (int)length, line);
		if (!line[length])
			return;
		line += length + 1;
		printf("%*s", column, "");
	}
}

/** Print the help of a command. */
static void print_help(const struct command_usage *usage)
{
	char head[80];
	int column = option_head(&help_option, head, sizeof(head)) + 2;

	for (size_t i = 0; i < usage->nr_options; i++) {
		int length = option_head(&usage->option[i], head, sizeof(head)) + 2;

		column = length > column ? length : column;
	}
	printf("usage: %s\n\n%s\n\n", usage->synopsis, usage->about);
	for (size_t i = 0; i < usage->nr_options; i++)
		print_option(&usage->option[i], column);
	print_option(&help_option, column);
	printf("\nexit code: %s\n", usage->exit_codes);
}

/* ---- Reading --------------------------------------------------------------------------------- */

/** The option of this number among those of a command and --help. */
static const struct command_option *option_at(const struct command_usage *usage, size_t at)
{
	return at < usage->nr_options ? &usage->option[at] : &help_option;
}

/** Tell getopt_long() of the options; `letters` has room for two or three characters of each. */
static void tell_getopt(const struct command_usage *usage, struct option *known, char *letters)
{
	assert(usage->nr_options < MOST_OPTIONS);
	*letters++ = ':'; /* a value that is missing is told from an unknown option */
	for (size_t i = 0; i <= usage->nr_options; i++) {
		const struct command_option *option = option_at(usage, i);

		known[i] = (struct option){ option->name,
					    option->kind == OPTION_FLAG ? no_argument
					    : option->alone		? optional_argument
									: required_argument,
					    NULL, FIRST_OPTION + (int)i };
		if (!option->letter)
			continue;
		*letters++ = option->letter;
		if (option->kind != OPTION_FLAG)
			*letters++ = ':';
	}
	*letters = '\0';
}

/** The option that getopt_long() answers with, by its number or its letter. */
static const struct command_option *option_of(const struct command_usage *usage, int answer)
{
	size_t at = 0;

	if (answer >= FIRST_OPTION)
		return option_at(usage, (size_t)(answer - FIRST_OPTION));
	while (at < usage->nr_options && usage->option[at].letter != answer)
		at++;
	return option_at(usage, at);
}

/** How many options begin so? */
static int beginning_with(const struct command_usage *usage, const char *name, size_t length)
{
	int found = 0;

	for (size_t i = 0; i <= usage->nr_options; i++)
		found += !strncmp(option_at(usage, i)->name, name, length);
	return found;
}

/** Say what is wrong with the option that getopt_long() refuses. */
static int refuse_option(const struct command_usage *usage, const char *word)
{
	size_t length = strcspn(word, "=");

	if (optopt >= FIRST_OPTION)
		return usage_error(usage->command, "option '--%s' takes no value",
				   option_of(usage, optopt)->name);
	/* One letter among several, perhaps a byte that cannot be shown alone. */
	if (optopt)
		return usage_error(usage->command, "unknown option '-%c'",
				   isprint(optopt) ? optopt : '?');
	if (length > 2 && beginning_with(usage, word + 2, length - 2) > 1)
		return usage_error(usage->command, "several options begin with '%.*s'", (int)length,
				   word);
	return usage_error(usage->command, "unknown option '%.*s'", (int)length, word);
}

/** Put the value of an option into its place. */
static int store_value(const struct command_usage *usage, const struct command_option *option,
		       const char *value, void *settings)
{
	void *place = (char *)settings + option->place;

	if (option->kind == OPTION_FLAG) {
		*(bool *)place = true;
		return OPTIONS_READ;
	}
	if (!value && option->alone)
		value = option->alone;
	if (!value || !*value)
		return usage_error(usage->command, "option '--%s' needs a value%s: %s",
				   option->name, value ? " that is not empty" : "", option->value);
	if (option->kind == OPTION_TEXT)
		*(const char **)place = value;
	else if (!is_number(value, option->least, option->most, place))
		return usage_error(usage->command,
				   "option '--%s' needs a number from %ld to %ld, not '%s'",
				   option->name, option->least, option->most, value);
	return OPTIONS_READ;
}

/**
 * @brief Check the number of arguments.
 *
 * @param command the subcommand
 * @param arguments what it takes
 * @param words what was given
 * @return OPTIONS_READ, or EXIT_BAD_INPUT after a line on standard error
 */
int arguments_check(const char *command, const struct command_arguments *arguments,
		    const struct words *words)
{
	if (words->count < arguments->least)
		return usage_error(command, "missing argument %s", arguments->name[words->count]);
	if (arguments->most != ARGUMENTS_MORE && words->count > arguments->most)
		return usage_error(command, "unexpected argument '%s'",
				   words->word[arguments->most]);
	return OPTIONS_READ;
}

/**
 * @brief Read the arguments of a subcommand, or print its help when it is asked for.
 *
 * @param usage what the command takes
 * @param argc number of arguments
 * @param argv the arguments, the subcommand first; options are moved before the rest
 * @param settings receives the values of the options; what is not given stays as it is
 * @param words receives the arguments that are no options
 * @return OPTIONS_READ; EXIT_OK when help was printed; EXIT_BAD_INPUT after a line on standard error
 */
int options_read(const struct command_usage *usage, int argc, char **argv, void *settings,
		 struct words *words)
{
	struct option known[MOST_OPTIONS + 1] = { { NULL, 0, NULL, 0 } };
	char letters[2 * MOST_OPTIONS + 2];
	int answer;

	tell_getopt(usage, known, letters);
	opterr = 0;
	while ((answer = getopt_long(argc, argv, letters, known, NULL)) != -1) {
		const struct command_option *option;
		int code;

		if (answer == '?')
			return refuse_option(usage, argv[optind - 1]);
		option = option_of(usage, answer == ':' ? optopt : answer);
		if (option == &help_option) {
			print_help(usage);
			return EXIT_OK;
		}
		code = store_value(usage, option, answer == ':' ? NULL : optarg, settings);
		if (code != OPTIONS_READ)
			return code;
	}
	*words = (struct words){ argc - optind, argv + optind };
	return arguments_check(usage->command, &usage->arguments, words);
}
