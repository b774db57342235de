/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `pageflow explain GFP ORDER`: why does a request get its page, or none?
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "library/handle.h"
#include "tools/explain/log.h"
#include "tools/explain/view.h"
#include "tools/tools.h"

/** What the command line asks for. */
struct options {
	struct explain_request request;
	const char *machine; /**< file of a snapshot or recording */
	const char *boot;    /**< description to boot from */
	const char *live;    /**< directory of the files of /proc */
	const char *log;     /**< a kernel log with reports of failures, instead of a request */
	const char *svg;
	bool json;
};

static void print_help(void)
{
	printf("usage: pageflow explain GFP ORDER [--nid N] \n"
	       "                        [--machine FILE | --boot SPEC | --live[=DIR]]\n"
	       "                        [--no-reclaim] [--json] [--svg FILE]\n"
	       "       pageflow explain --log FILE [--json]\n\n"
	       "Runs one request on a machine and tells stage by stage what it was given, what was\n"
	       "decided and on which numbers, where the page came from, and what it cost. The last\n"
	       "line is the answer. GFP is a mask as in 'GFP_KERNEL|__GFP_ZERO' or a number.\n\n"
	       "With --log, the failures that a kernel reported in its log are explained instead:\n"
	       "its zones are rebuilt and the request is run on them.\n\n"
	       "      --nid N         start from node N, as alloc_pages_node() does\n"
	       "      --machine FILE  the machine: a snapshot or a recording ('-': standard input)\n"
	       "      --boot SPEC     the machine: booted, as in 'machine SPEC' of 'pageflow shell'\n"
	       "                      (default: 1G)\n"
	       "      --live[=DIR]    the machine: this one as /proc shows it, or copies of its files\n"
	       "                      zoneinfo, buddyinfo and pagetypeinfo in DIR; what they do not\n"
	       "                      say is assumed, and named\n"
	       "      --log FILE      explain the reports in a kernel log ('-': standard input)\n"
	       "      --no-reclaim    reclaim and compaction achieve nothing, nobody is killed\n"
	       "      --json          print the explanation as JSON\n"
	       "      --svg FILE      also draw it, into FILE\n"
	       "  -h, --help          print this help\n\n"
	       "exit code: 0 a page was or would be found, 1 the request was refused, 2 bad input\n");
}

/** Read a whole number; false when the text is none. */
static bool read_number(const char *text, long least, long most, long *value)
{
	char *end;

	errno = 0;
	*value = strtol(text, &end, 10);
	return end != text && !*end && !errno && *value >= least && *value <= most;
}

/** Read GFP and ORDER. */
static int read_request(int count, char **words, struct explain_request *request)
{
	struct pageflow_error error;
	long order;

	if (count < 2)
		return usage_error("explain", "%s is missing", count ? "ORDER" : "GFP");
	if (count > 2)
		return usage_error("explain", "'%s' is one word too many", words[2]);
	if (pageflow_gfp_parse(words[0], &request->gfp, &error))
		return usage_error("explain", "%s", error.text);
	if (!read_number(words[1], 0, INT32_MAX, &order))
		return usage_error("explain", "'%s' is no order; it is a number from 0 to %d",
				   words[1], INT32_MAX);
	request->order = (unsigned int)order;
	return EXIT_OK;
}

/** Read --nid. */
static int read_nid(const char *text, struct explain_request *request)
{
	long nid;

	if (!read_number(text, -1, MAX_BOOT_NODES - 1, &nid))
		return usage_error("explain",
				   "'%s' is no node; nodes are 0 to %d, -1 is the running "
				   "CPU's",
				   text, MAX_BOOT_NODES - 1);
	request->nid = (int)nid;
	return EXIT_OK;
}

/** Nothing that describes a request or a machine goes with --log; the exit code, or -1 to go on. */
static int check_log_options(int count, char **words, const struct options *options)
{
	if (count)
		return usage_error("explain",
				   "--log takes its requests from the log: '%s' is too much",
				   words[0]);
	if (options->machine || options->boot || options->live ||
	    options->request.nid != ENGINE_BY_POLICY)
		return usage_error(
			"explain",
			"--log takes its machines from the log: --machine, --boot, --live "
			"and --nid do not go with it");
	if (options->svg)
		return usage_error("explain",
				   "there is no picture of a log: --svg does not go with "
				   "--log");
	return -1;
}

/** Read the options; the exit code, or -1 to go on. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{ "nid", required_argument, NULL, 'n' },
		{ "machine", required_argument, NULL, 'm' },
		{ "boot", required_argument, NULL, 'b' },
		{ "live", optional_argument, NULL, 'l' },
		{ "log", required_argument, NULL, 'L' },
		{ "no-reclaim", no_argument, NULL, 'r' },
		{ "json", no_argument, NULL, 'j' },
		{ "svg", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option, place = 0;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", known, &place)) != -1) {
		if (strchr("mbLs", option) && !*optarg)
			return usage_error("explain", "--%s needs a value that is not empty",
					   known[place].name);
		if (option == 'n' && read_nid(optarg, &options->request))
			return EXIT_BAD_INPUT;
		if (option == 'm')
			options->machine = optarg;
		else if (option == 'b')
			options->boot = optarg;
		else if (option == 'l')
			options->live = optarg ? optarg : "/proc";
		else if (option == 'L')
			options->log = optarg;
		else if (option == 's')
			options->svg = optarg;
		else if (option == ':')
			return usage_error("explain", "'%s' lacks its value", argv[optind - 1]);
		else if (option == '?')
			return usage_error("explain", "unknown option '%s'", argv[optind - 1]);
		options->json |= option == 'j';
		options->request.nothing_helps |= option == 'r';
		if (option == 'h') {
			print_help();
			return EXIT_OK;
		}
	}
	if (options->log)
		return check_log_options(argc - optind, argv + optind, options);
	if (!!options->machine + !!options->boot + !!options->live > 1)
		return usage_error("explain", "--machine, --boot and --live exclude each other");
	options->request.nothing_helps |= options->live != NULL;
	return read_request(argc - optind, argv + optind, &options->request) ? EXIT_BAD_INPUT : -1;
}

/** One line on standard error. */
static int refuse_input(const char *what, const char *why)
{
	struct pageflow_error error = { 0 };

	snprintf(error.text, sizeof(error.text), "%s", why);
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
static pageflow_machine *make_machine(const struct options *options, struct explain_origin *origin)
{
	struct pageflow_error error = { 0 };
	pageflow_machine *machine;

	struct proc_origin proc = { options->live, false, false };

	origin->machine = options->live	     ? options->live
			  : options->machine ? options->machine
			  : options->boot    ? options->boot
					     : "1G";
	origin->live = options->live != NULL;
	machine = options->live	     ? proc_machine(&proc, &error)
		  : options->machine ? pageflow_load(options->machine, &error)
				     : pageflow_boot(origin->machine, &error);
	if (!machine)
		input_error("explain", origin->machine, &error);
	else if (options->live)
		note_assumptions(&proc, origin);
	return machine;
}

/** Draw the picture. */
static int write_svg(const struct explanation *e, const struct explain_origin *origin,
		     const char *path)
{
	FILE *out = fopen(path, "w");
	bool failed;

	if (!out)
		return refuse_input(path, strerror(errno));
	explain_print_svg(e, origin, out);
	failed = ferror(out);
	failed |= fclose(out) != 0;
	return failed ? refuse_input(path, "it was not written whole") : EXIT_OK;
}

/** Print in the form that was asked for; the exit code. */
static int print_explanation(const struct explanation *e, const struct explain_origin *origin,
			     const struct options *options)
{
	if (options->svg && write_svg(e, origin, options->svg))
		return EXIT_BAD_INPUT;
	if (options->json)
		explain_print_json(e, origin, stdout);
	else
		explain_print_text(e, origin, stdout, use_colour());
	return e->found ? EXIT_OK : EXIT_DIFFERENT;
}

/** Run the request on a machine and print what became of it; the exit code. */
static int explain_machine(pageflow_machine *machine, const struct explain_origin *origin,
			   const struct options *options)
{
	struct pageflow_error error = { 0 };
	struct explanation e;
	int code;

	if (options->request.nid > 0 && !strcmp(pageflow_configuration(machine), "uma"))
		return refuse_input("--nid", "this machine has no NUMA: it has node 0 only");
	if (machine->engine->explain(machine->inner, &options->request, &e, &error))
		code = refuse_input(origin->machine, error.text);
	else if (e.violation[0])
		code = refuse_input("the kernel does not define this", e.violation);
	else
		code = print_explanation(&e, origin, options);
	explanation_free(&e);
	return code;
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
	struct options options = { .request = { .nid = ENGINE_BY_POLICY } };
	struct explain_origin origin = { 0 };
	int code = read_options(argc, argv, &options);
	pageflow_machine *machine;

	if (code >= 0)
		return code;
	if (options.log)
		return explain_log(options.log, options.json, use_colour());
	machine = make_machine(&options, &origin);
	if (!machine)
		return EXIT_BAD_INPUT;
	code = explain_machine(machine, &origin, &options);
	pageflow_destroy(machine);
	return code;
}
