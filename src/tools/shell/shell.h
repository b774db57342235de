/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the parts of `pageflow shell` share.
 */
#ifndef SHELL_H
#define SHELL_H

#include <stdio.h>

#include "pageflow.h"
#include "text/json.h"
#include "tools/shell/record.h"

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

/** Pictures of a state. */
#define STATE_PICTURES 4

/** A session. */
struct shell {
	pageflow_machine *machine; /**< NULL: none yet */
	struct held *held;	   /**< ascending by number */
	size_t nr_held;
	unsigned long next_number;
	struct drawings drawings;
	FILE *plain;		  /**< standard output, or with a record what goes into that */
	FILE *out;		  /**< the same, and on a terminal in lines as wide as that is */
	struct record *record;	  /**< of the command on its way; NULL: what is said is printed */
	struct drawings pictures; /**< that went into records */
	struct drawings states;	  /**< after each command, with --state */
	char *state_svg[STATE_PICTURES], *state_text[STATE_PICTURES]; /**< pictures of the last */
	long first_state; /**< the command from which on they are written; -1: none is */
	const char *zone; /**< the zone of these pictures where no command names one; NULL: all */
	bool tracing;
	bool quit;
	unsigned long errors;
	const char *path; /**< the file that commands come from; NULL: standard input */
	const char
		*file; /**< what it is called in messages; NULL: a terminal, which needs no name */
	size_t line;   /**< of the file, counted from 1 */
	/** Carries out one line, which is changed on the way. */
	void (*run_line)(struct shell *shell, char *line);
};

/** What comes from a terminal. */
enum typed {
	TYPED_LINE,
	TYPED_END,     /**< Ctrl-D */
	TYPED_DROPPED, /**< Ctrl-C, and what was typed is gone */
	TYPED_NOTHING, /**< Ctrl-C on an empty line */
};

/** What a command takes somewhere. */
enum word_kind {
	WORD_NONE, /**< what only the reader knows, such as a new name or a number */
	WORD_COMMAND,
	WORD_FILE, /**< of the host */
	WORD_MACHINE,
	WORD_MASK,
	WORD_ORDER,
	WORD_NODE,
	WORD_BLOCK, /**< #N */
	WORD_SWITCH,
	WORD_CPU,
	WORD_ONLINE,
	WORD_PID,
	WORD_NAME, /**< of a file that the machine has */
	WORD_GROUP,
	WORD_MEMCG,
	WORD_CPUSET,
	WORD_SYSCTL,
	WORD_POLICY,
	WORD_ZONE,
	WORD_FORM,  /**< of a drawing, or a zone */
	WORD_STEPS, /**< forms of a drawing, then a whole command */
	WORD_LOOK,
	WORD_LIST,
	WORD_TASK_FIELD,
	WORD_MM_FIELD,
	WORD_MEMCG_FIELD,
	WORD_CPUSET_FIELD,
};

/** A command of the shell. */
struct shell_command {
	const char *name;
	const char *arguments;
	const char *summary;
	/** Carries it out; `rest` is what follows the command's name, without blanks around it. */
	void (*run)(struct shell *shell, char *rest);
	const char *record;	 /**< or the line is this record of pageflow_apply() */
	const char *field;	 /**< of that record: what a number alone after the first word is */
	const char *scene;	 /**< or the line is this scene of pageflow_scene() */
	enum word_kind takes[3]; /**< word by word, for completion */
	enum word_kind each;	 /**< and each word after these... */
	enum word_kind pairs;	 /**< ...or each second one: NAME VALUE */
	bool ends;		 /**< Ctrl-C ends it */
};

/* commands.c */
extern const struct shell_command shell_commands[]; /**< ended by a name that is NULL */
const struct shell_command *shell_find_command(struct shell *shell, const char *name);
const struct shell_command *shell_command_named(const char *name, int *matches);

/* session.c */
__attribute__((format(printf, 2, 3))) void shell_error(struct shell *shell, const char *format,
						       ...);
bool shell_has_machine(struct shell *shell);
void shell_take_machine(struct shell *shell, pageflow_machine *machine);
void shell_trace(struct shell *shell, bool on);
bool shell_hold(struct shell *shell, unsigned long number, uint64_t pfn, unsigned int order,
		uint32_t gfp);
struct held *shell_find_number(const struct shell *shell, unsigned long number);
struct held *shell_find_page(const struct shell *shell, uint64_t pfn);
void shell_let_go(struct shell *shell, struct held *held);

/* shell.c */
void shell_run_line(struct shell *shell, char *line);
bool shell_record_line(struct shell *shell, char *line, long index);

/* explain.c */
void run_explain(struct shell *shell, char *rest);

/* draw.c */
int drawings_draw(struct shell *shell, char *rest, struct pageflow_error *error);
void drawings_forget(struct drawings *drawings);
int drawings_watch(struct shell *shell, char *rest, struct pageflow_error *error);
int drawings_record(struct shell *shell, enum pageflow_subject subject, const char *zone,
		    struct pageflow_error *error);

const char *drawings_word(enum pageflow_subject subject);
char *drawings_text(const pageflow_steps *steps, struct pageflow_drawing drawing,
		    enum pageflow_form form, struct pageflow_error *error);

/* state.c */
void state_take(struct shell *shell, unsigned int number, bool drawn);
void state_write(struct shell *shell, struct json *json);

/* edit.c */
enum typed shell_read_line(const struct shell *shell, const char *prompt, char **line);
void shell_end_editing(void);

#endif
