/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `pageflow explain GFP ORDER`: why does a request get its page, or none?
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "failure/machine-report.h"
#include "library/handle.h"
#include "text/cursor.h"
#include "text/error.h"
#include "text/new-file.h"
#include "tools/explain/log.h"
#include "tools/explain/view.h"
#include "tools/tools.h"

/** Numbers of reports that can be asked for. */
#define MOST_REPORTS 1000000000

/** What the command line asks for. */
struct settings {
	long nid;
	const char *machine; /**< file of a snapshot or recording */
	const char *boot;    /**< description to boot from */
	const char *live;    /**< directory of the files of /proc */
	const char *log;     /**< a kernel log with reports of failures, instead of a request */
	const char *svg;
	const char *rules; /**< a version: its rules decide */
	long report;	   /**< number of the one report of the log; 0: all */
	bool summary;
	bool no_reclaim;
	bool json;
};

static const struct command_option options[] = {
	{ .name = "nid",
	  .kind = OPTION_NUMBER,
	  .place = offsetof(struct settings, nid),
	  .value = "N",
	  .least = -1,
	  .most = MAX_BOOT_NODES - 1,
	  .help = "start from node N, as alloc_pages_node() does" },
	{ .name = "machine",
	  .kind = OPTION_TEXT,
	  .place = offsetof(struct settings, machine),
	  .value = "FILE",
	  .help = "the machine: a snapshot or a recording ('-': standard "
		  "input)" },
	{ .name = "boot",
	  .kind = OPTION_TEXT,
	  .place = offsetof(struct settings, boot),
	  .value = "SPEC",
	  .help = "the machine: booted, as in 'machine SPEC' of "
		  "'pageflow shell' (default: 1G)" },
	{ .name = "live",
	  .kind = OPTION_TEXT,
	  .place = offsetof(struct settings, live),
	  .value = "DIR",
	  .alone = "/proc",
	  .help = "the machine: this one as /proc shows it, or copies of "
		  "its files zoneinfo, buddyinfo and pagetypeinfo in DIR; "
		  "what they do not say is assumed, and named" },
	{ .name = "log",
	  .kind = OPTION_TEXT,
	  .place = offsetof(struct settings, log),
	  .value = "FILE",
	  .help = "explain the reports in a kernel log ('-': standard input)" },
	{ .name = "no-reclaim",
	  .place = offsetof(struct settings, no_reclaim),
	  .help = "reclaim and compaction achieve nothing, nobody is killed" },
	{ .name = "json",
	  .place = offsetof(struct settings, json),
	  .help = "print the explanation as JSON" },
	{ .name = "rules",
	  .kind = OPTION_TEXT,
	  .place = offsetof(struct settings, rules),
	  .value = "VERSION",
	  .help = "with --log: judge by the rules of this kernel version, "
		  "such as 6.1 or 5.15.90 (default: the report's own)" },
	{ .name = "report",
	  .kind = OPTION_NUMBER,
	  .place = offsetof(struct settings, report),
	  .value = "N",
	  .least = 1,
	  .most = MOST_REPORTS,
	  .help = "with --log: answer report N alone" },
	{ .name = "summary",
	  .place = offsetof(struct settings, summary),
	  .help = "with --log: one entry for all reports of the same "
		  "caller, order and mask" },
	{ .name = "svg",
	  .kind = OPTION_TEXT,
	  .place = offsetof(struct settings, svg),
	  .value = "FILE",
	  .help = "also draw it, into FILE ('-': standard output, without "
		  "the text)" },
};

static const char *const arguments[] = { "GFP", "ORDER" };

static const char *const examples[] = {
	"pageflow explain GFP_KERNEL 3",
	"pageflow explain 'GFP_KERNEL & ~__GFP_IO' 0 --boot 2x128M --nid 1",
	"pageflow explain GFP_KERNEL 11  # exits 1: no list has blocks of that order",
	"pageflow explain --log tests/samples/5.8.18-oom.dmesg  # exits 1",
	NULL,
};

/** How many arguments there must be is known when the options are: a log has none. */
static const struct command_usage usage = {
	.command = "explain",
	.synopsis = "pageflow explain GFP ORDER [--nid N]\n"
		    "                        [--machine FILE | --boot SPEC | --live[=DIR]]\n"
		    "                        [--no-reclaim] [--json] [--svg FILE]\n"
		    "       pageflow explain --log FILE [--rules VERSION] [--summary]\n"
		    "                        [--report N] [--json] [--svg FILE]",
	.about =
		"Runs one request on a machine and tells stage by stage what it was given, what\n"
		"was decided and on which numbers, where the page came from, and what it cost.\n"
		"The last line is the answer. GFP is a mask: names and numbers, joined by |, &, ~\n"
		"and parentheses as in C. ORDER is 0 to 10; the kernel refuses a larger one.\n\n"
		"With --log, the reports of failures and of the OOM killer in a kernel's log are\n"
		"explained instead: by the rules of their own version whether each zone would\n"
		"refuse, who asked, who holds the memory, who was killed and why, and what to do.",
	.option = options,
	.nr_options = sizeof(options) / sizeof(options[0]),
	.arguments = { arguments, 0, ARGUMENTS_MORE },
	.exit_codes = "0 a page was or would be found, 1 refused, 2 bad input",
	.example = examples,
};

/** A version whose rules are asked for must be one; OPTIONS_READ, or the exit code. */
static int check_rules(const char *rules)
{
	if (!rules || rules_version_known(rules))
		return OPTIONS_READ;
	return usage_error("explain",
			   "--rules needs a kernel version such as 6.1 or 5.15.90, not '%s'",
			   rules);
}

/** Read GFP and ORDER; OPTIONS_READ, or the exit code. */
static int read_request(const struct words *words, struct explain_request *request)
{
	static const struct command_arguments both = { arguments, 2, 2 };
	struct pageflow_error error;

	if (arguments_check("explain", &both, words) != OPTIONS_READ)
		return EXIT_BAD_INPUT;
	if (pageflow_gfp_parse(words->word[0], &request->gfp, &error))
		return usage_error("explain", "%s", error.text);
	if (order_read(words->word[1], ANY_ORDER, &request->order, &error))
		return usage_error("explain", "%s", error.text);
	return OPTIONS_READ;
}

/** Nothing that describes a request or a machine goes with --log; OPTIONS_READ, or the exit code. */
static int check_log_settings(const struct words *words, const struct settings *settings)
{
	static const struct command_arguments none = { NULL, 0, 0 };

	if (settings->machine || settings->boot || settings->live ||
	    settings->nid != ENGINE_BY_POLICY)
		return usage_error(
			"explain",
			"--log takes its machines from the log: --machine, --boot, --live "
			"and --nid do not go with it");
	if (settings->report && settings->summary)
		return usage_error("explain", "--report and --summary exclude each other");
	return arguments_check("explain", &none, words);
}

/** One line on standard error. */
static int refuse_input(const char *what, const char *why)
{
	struct pageflow_error error = { 0 };

	error_set(&error, "%s", why);
	return input_error("explain", what, &error);
}

/** What the files of /proc leave open, for the reader of the answer. */
static void note_assumptions(const struct proc_origin *proc, struct explain_origin *origin)
{
	const char **line = origin->assumed;

	*line++ = "the decisions are those of 5.8.18, whatever kernel runs";
	*line++ = "reclaim and compaction achieve nothing, since the files do not say what they "
		  "would find";
	*line++ =
		"the order of blocks on their lists, and where they lie; CPU 0 asks, and the pages "
		"on its list are movable";
	if (proc->types_missing)
		*line++ =
			"free blocks are movable but for those of CMA, and none are reserved: pagetypeinfo could "
			"not be read";
	else
		*line++ = "the highatomic reserve is as large as the pageblocks of that type";
	if (proc->boost_missing)
		*line++ = "the watermarks include no boost: zoneinfo does not name it";
}

/** Make the machine; NULL with a line on standard error. */
static pageflow_machine *make_machine(const struct settings *settings,
				      struct explain_origin *origin)
{
	struct pageflow_error error = { 0 };
	pageflow_machine *machine;

	struct proc_origin proc = { settings->live, false, false };

	origin->machine = settings->live      ? settings->live
			  : settings->machine ? settings->machine
			  : settings->boot    ? settings->boot
					      : "1G";
	origin->live = settings->live != NULL;
	machine = settings->live      ? proc_machine(&proc, &error)
		  : settings->machine ? pageflow_load(settings->machine, &error)
				      : pageflow_boot(origin->machine, &error);
	if (!machine)
		input_error("explain", origin->machine, &error);
	else if (settings->live)
		note_assumptions(&proc, origin);
	return machine;
}

/** What is read is neither printed over nor drawn over; OPTIONS_READ, or the exit code. */
static int check_overwriting(const struct settings *settings)
{
	const char *input = settings->log ? settings->log : settings->machine;
	int code = overwrite_check("explain", input, "-");

	return code == OPTIONS_READ ? overwrite_check("explain", input, settings->svg) : code;
}

/** What the picture shows. */
struct picture {
	const struct explanation *e;
	const struct explain_origin *origin;
};

/** Draw the picture. */
static void draw(FILE *out, const void *context)
{
	const struct picture *picture = context;

	explain_print_svg(picture->e, picture->origin, out);
}

/** Print in the form that was asked for; the exit code. */
static int print_explanation(const struct explanation *e, const struct explain_origin *origin,
			     const struct settings *settings)
{
	const struct picture picture = { e, origin };

	if (settings->svg && print_into("explain", settings->svg, draw, &picture))
		return EXIT_BAD_INPUT;
	if (settings->json)
		explain_print_json(e, origin, stdout);
	else if (!settings->svg || !is_standard_output(settings->svg))
		explain_print_text(e, origin, stdout, use_colour());
	return e->found ? EXIT_OK : EXIT_DIFFERENT;
}

/** Print also what the rules of another version say of the machine before the request; the exit code. */
static int print_by_rules(const struct explanation *e, const struct explain_origin *origin,
			  const struct settings *settings)
{
	struct failure *failure = calloc(1, sizeof(*failure));
	struct log_answer *answer = calloc(1, sizeof(*answer));
	struct explain_origin with_rules = *origin;
	int code = EXIT_BAD_INPUT;

	if (failure && answer) {
		machine_report(e, failure);
		log_answer_take(answer, failure, settings->rules);
		with_rules.by_rules = answer;
		code = print_explanation(e, &with_rules, settings);
		if (code != EXIT_BAD_INPUT)
			code = log_answer_is_fine(answer) ? EXIT_OK : EXIT_DIFFERENT;
		log_answer_release(answer);
	} else {
		refuse_input(origin->machine, "out of memory");
	}
	free(answer);
	free(failure);
	return code;
}

/** Run the request on a machine; -1 after noting what is wrong, with the reason in `what`. explanation_free() it in any case. */
static int run_request(pageflow_machine *machine, const struct explain_request *request,
		       struct explanation *e, const char **what, struct pageflow_error *error)
{
	if (request->nid > 0 && !strcmp(pageflow_configuration(machine), "uma")) {
		*what = "--nid";
		return error_set(error, "this machine has no NUMA: it has node 0 only");
	}
	if (machine->engine->explain(machine->inner, request, e, error))
		return -1;
	if (!e->violation[0])
		return 0;
	*what = "the kernel does not define this";
	return error_set(error, "%s", e->violation);
}

/** Run the request on a machine and print what became of it; the exit code. */
static int explain_machine(pageflow_machine *machine, const struct explain_origin *origin,
			   const struct explain_request *request, const struct settings *settings)
{
	struct pageflow_error error = { 0 };
	struct explanation e = { 0 };
	const char *what = origin->machine;
	int code;

	if (run_request(machine, request, &e, &what, &error))
		code = refuse_input(what, error.text);
	else
		code = settings->rules ? print_by_rules(&e, origin, settings)
				       : print_explanation(&e, origin, settings);
	explanation_free(&e);
	return code;
}

/**
 * @brief Run a request on a machine that is at hand, which changes, and print what became of it.
 *
 * @param machine the machine
 * @param name what the answer calls it
 * @param request the request
 * @param out where to
 * @param error receives what is wrong
 * @return 0 when it is explained, whether there is a page or not; -1
 */
int explain_here(pageflow_machine *machine, const char *name, const struct explain_request *request,
		 FILE *out, struct pageflow_error *error)
{
	const struct explain_origin origin = { .machine = name };
	struct explanation e = { 0 };
	const char *what;
	int failed = run_request(machine, request, &e, &what, error);

	if (!failed)
		explain_print_text(&e, &origin, out, out == stdout && use_colour());
	explanation_free(&e);
	return failed;
}

/**
 * @brief Run `pageflow explain`.
 *
 * @param argc number of arguments
 * @param argv the arguments, the subcommand first
 * @return exit code
 */
int command_explain(int argc, char **argv)
{
	struct settings settings = { .nid = ENGINE_BY_POLICY };
	struct explain_origin origin = { 0 };
	struct explain_request request = { 0 };
	pageflow_machine *machine;
	struct words words;
	int code = options_read(&usage, argc, argv, &settings, &words);

	if (code == OPTIONS_READ)
		code = settings.log ? check_log_settings(&words, &settings)
				    : read_request(&words, &request);
	if (code == OPTIONS_READ)
		code = check_rules(settings.rules);
	if (code == OPTIONS_READ)
		code = outputs_check("explain", settings.json, settings.svg);
	if (code == OPTIONS_READ)
		code = check_overwriting(&settings);
	if (code != OPTIONS_READ)
		return code;
	if (settings.log)
		return explain_log(&(struct log_request){ .path = settings.log,
							  .svg = settings.svg,
							  .rules = settings.rules,
							  .only = (unsigned long)settings.report,
							  .summary = settings.summary,
							  .json = settings.json,
							  .colour = use_colour() });
	if (!!settings.machine + !!settings.boot + !!settings.live > 1)
		return usage_error("explain", "--machine, --boot and --live exclude each other");
	request.nid = (int)settings.nid;
	request.nothing_helps = settings.no_reclaim || settings.live;
	machine = make_machine(&settings, &origin);
	if (!machine)
		return EXIT_BAD_INPUT;
	code = explain_machine(machine, &origin, &request, &settings);
	pageflow_destroy(machine);
	return code;
}
