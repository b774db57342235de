/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The subcommands of the pageflow command.
 */
#ifndef TOOLS_H
#define TOOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "pageflow.h"
#include "tools/options.h"

/** A subcommand. */
struct command {
	const char *name;
	const char *summary;		   /**< one line */
	int (*run)(int argc, char **argv); /**< argv[0] is the subcommand; returns the exit code */
};

int command_bench(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_import(int argc, char **argv);
int command_names(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_report(int argc, char **argv);
int command_snapshot(int argc, char **argv);
int command_shell(int argc, char **argv);

/** What the files of a running machine say, and what they could not. */
struct proc_origin {
	const char *directory; /**< "/proc", or where copies are */
	bool types_missing;    /**< pagetypeinfo could not be read */
	bool boost_missing;    /**< zoneinfo does not name the boost */
};

/* snapshot.c */
pageflow_machine *proc_machine(struct proc_origin *origin, struct pageflow_error *error);

/* explain/explain.c */
struct explain_request;
int explain_here(pageflow_machine *machine, const char *name, const struct explain_request *request,
		 FILE *out, struct pageflow_error *error);

/* output.c */
bool use_colour(void);
bool output_flush(void);
int output_end(const char *command, int code);
int write_file(const char *command, const char *path, const char *bytes, size_t size);
int print_into(const char *command, const char *path, void (*print)(FILE *out, const void *context),
	       const void *context);
int outputs_check(const char *command, bool json, const char *svg);
int overwrite_check(const char *command, const char *input, const char *output);

/* host.c */
void host_prepare(void);
int host_check(const char *command);

#endif
