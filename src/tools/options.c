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
#include <stdlib.h>
#include <string.h>

#include "text/cursor.h"
#include "text/error.h"
#include "text/nearest.h"
#include "text/wrap.h"

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

/**
 * @brief Print examples, as the end of a help text.
 *
 * @param columns of a line
 * @param example the commands, ended by NULL
 */
void print_examples(int columns, const char *const *example)
{
	printf("\nexamples:\n");
	for (; *example; example++) {
		printf("  $ ");
		wrap_on(stdout, columns, 4, 6, *example);
	}
}

/**
 * @brief How wide a help text is.
 *
 * @return columns: as a terminal has them, 80 at most
 */
int help_columns(void)
{
	int columns = wrap_columns(stdout);

	return columns < HELP_COLUMNS ? columns : HELP_COLUMNS;
}

/** Print how a command is called: as it is set, or, where a line is too short for that, each form as prose. */
static void print_synopsis(int columns, const char *synopsis)
{
	char *form = NULL, *rest, *line;
	size_t size = 0;
	FILE *out = open_memstream(&form, &size);

	if (!out || columns == HELP_COLUMNS) {
		printf("usage: %s\n", synopsis);
	} else {
		for (const char *c = synopsis; *c; c++) {
			size_t blanks = *c == '\n' ? strspn(c + 1, " ") : 0;
			bool next = !strncmp(c + blanks + 1, "pageflow", 8);

			fputc(blanks && !next ? ' ' : *c, out);
			c += blanks;
		}
		fflush(out);
		rest = form;
		for (const char *head = "usage: "; (line = strsep(&rest, "\n")); head = "   or: ") {
			fputs(head, stdout);
			wrap_on(stdout, columns, 7, 9, line);
		}
	}
	if (out)
		fclose(out);
	free(form);
}

/** Print the help of a command. */
static void print_help(const struct command_usage *usage)
{
	int columns = help_columns(), column;
	char head[HELP_COLUMNS];

	column = option_head(&help_option, head, sizeof(head)) + 2;
	for (size_t i = 0; i < usage->nr_options; i++) {
		int length = option_head(&usage->option[i], head, sizeof(head)) + 2;

		column = length > column ? length : column;
	}
	print_synopsis(columns, usage->synopsis);
	putchar('\n');
	wrap_text(stdout, columns, usage->about);
	putchar('\n');
	for (size_t i = 0; i < usage->nr_options; i++) {
		option_head(&usage->option[i], head, sizeof(head));
		wrap_row(stdout, columns, column, head, usage->option[i].help);
	}
	option_head(&help_option, head, sizeof(head));
	wrap_row(stdout, columns, column, head, help_option.help);
	printf("\nexit code: ");
	wrap_on(stdout, columns, (int)strlen("exit code: "), 0, usage->exit_codes);
	print_examples(columns, usage->example);
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

/** Say that there is no option of this name, and which one may have been meant. */
static int refuse_name(const struct command_usage *usage, const char *word, size_t length)
{
	char name[NEAREST_WORD + 1], dashed[NEAREST_WORD + 3], hint[NEAREST_HINT];
	struct nearest nearest;

	snprintf(name, sizeof(name), "%.*s", (int)length - 2, length > 2 ? word + 2 : "");
	nearest = nearest_to(name);
	for (size_t i = 0; i <= usage->nr_options; i++)
		nearest_try(&nearest, option_at(usage, i)->name);
	if (nearest.name) {
		snprintf(dashed, sizeof(dashed), "--%s", nearest.name);
		nearest.name = dashed;
	}
	return usage_error(usage->command, "unknown option '%.*s'%s", (int)length, word,
			   nearest_hint(&nearest, hint, sizeof(hint)));
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
	return refuse_name(usage, word, length);
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

/**
 * @brief Read the order of a block.
 *
 * @param word what was given
 * @param most the largest that is taken: LARGEST_ORDER, or ANY_ORDER where the kernel answers larger ones
 * @param order receives it
 * @param error receives what is wrong with it
 * @return 0 or -1
 */
int order_read(const char *word, long most, unsigned int *order, struct pageflow_error *error)
{
	long value;

	if (!is_number(word, 0, most, &value))
		return error_set(error, "'%s' is not an order: orders go from 0 to %d", word,
				 LARGEST_ORDER);
	*order = (unsigned int)value;
	return 0;
}
