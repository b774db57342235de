/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the parts of `pageflow shell` share.
 */
#ifndef SHELL_H
#define SHELL_H

#include "pageflow.h"

/** A block that the user holds: `#N`. */
struct held {
	unsigned long number;
	uint64_t pfn;
	unsigned int order;
	uint32_t gfp;
};

/** What `draw` has shown. */
struct drawings {
	pageflow_lists *last; /**< of this machine; NULL: nothing yet */
	unsigned int count;
};

/** A session. */
struct shell {
	pageflow_machine *machine; /**< NULL: none yet */
	struct held *held;	   /**< ascending by number */
	size_t nr_held;
	unsigned long next_number;
	struct drawings drawings;
	bool tracing;
	bool quit;
	unsigned long errors;
	const char *file;   /**< where commands come from; NULL: a terminal */
	unsigned long line; /**< of the file, counted from 1 */
};

/** A command of the shell. */
struct shell_command {
	const char *name;
	const char *arguments;
	const char *summary;
	/** `rest` is the line behind the command's name, without blanks around it. */
	void (*run)(struct shell *shell, char *rest);
};

extern const struct shell_command shell_commands[];

__attribute__((format(printf, 2, 3))) void shell_error(struct shell *shell, const char *format,
						       ...);
void shell_run_line(struct shell *shell, char *line);
void shell_take_machine(struct shell *shell, pageflow_machine *machine);
int drawings_draw(struct drawings *drawings, pageflow_machine *machine, char *rest,
		  struct pageflow_error *error);
void drawings_forget(struct drawings *drawings);
char *shell_read_line(const char *prompt);
void shell_end_editing(void);

#endif
