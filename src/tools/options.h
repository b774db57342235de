/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the subcommands share for their arguments: one table says what a command takes, reads it and prints its help.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pageflow.h"
#include "tools/say.h"

/** What an option takes, and what its place in the settings is. */
enum option_kind {
	OPTION_FLAG,   /**< nothing; a bool becomes true */
	OPTION_TEXT,   /**< a value that is not empty; a const char * */
	OPTION_NUMBER, /**< a number from `least` to `most`; a long */
};

/** An option. */
struct command_option {
	const char *name; /**< the long name, without dashes */
	char letter;	  /**< the short name; 0: none */
	enum option_kind kind;
	size_t place;	   /**< offset in the settings of the command */
	const char *value; /**< what the help calls its value */
	const char *alone; /**< the value when none is given; NULL: one must be given */
	long least, most;  /**< range of a number */
	const char *help;  /**< what it does */
};

/** -o FILE of commands that write one file. */
#define OPTION_OUTPUT(where)                                                            \
	{                                                                               \
		.name = "output", .letter = 'o', .kind = OPTION_TEXT, .place = (where), \
		.value = "FILE", .help = "write to FILE instead of standard output",    \
	}

/** Widest line of a help text. */
#define HELP_COLUMNS 80

/** Any number of further arguments. */
#define ARGUMENTS_MORE (-1)

/** The arguments that a command takes besides its options. */
struct command_arguments {
	const char *const *name; /**< what the help calls them */
	int least;		 /**< so many must be given */
	int most;		 /**< so many may be given, or ARGUMENTS_MORE */
};

/** What a subcommand takes. All commands have --help besides. */
struct command_usage {
	const char *command;
	const char *synopsis; /**< its lines, the first without "usage: " */
	const char *about;    /**< paragraphs */
	const struct command_option *option;
	size_t nr_options;
	struct command_arguments arguments;
	const char *exit_codes;
	const char *const *example; /**< commands that can be typed as they are, ended by NULL */
};

/** The arguments that are left when the options are read. */
struct words {
	int count;
	char **word;
};

/** Reading went well: the command can begin. Other answers are exit codes. */
#define OPTIONS_READ (-1)

int options_read(const struct command_usage *usage, int argc, char **argv, void *settings,
		 struct words *words);
/** The largest order that a free list holds. */
#define LARGEST_ORDER 10

/** The kernel is asked for any order, however large, and answers. */
#define ANY_ORDER INT32_MAX

int order_read(const char *word, long most, unsigned int *order, struct pageflow_error *error);
int help_columns(void);
void print_examples(int columns, const char *const *example);
int arguments_check(const char *command, const struct command_arguments *arguments,
		    const struct words *words);

#endif
