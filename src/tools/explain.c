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
#include <unistd.h>

#include "engine.h"
#include "tools/explain-view.h"
#include "tools/tools.h"

/** What the command line asks for. */
struct options {
	struct explain_request request;
	const char *machine; /**< file of a snapshot or recording */
	const char *boot;    /**< description to boot from */
	const char *svg;
	bool json;
};

static void print_help(void)
{
	printf("usage: pageflow explain GFP ORDER [--nid N] [--machine FILE | --boot SPEC]\n"
	       "                        [--no-reclaim] [--json] [--svg FILE]\n\n"
	       "Runs one request on a machine and tells stage by stage what it was given, what was\n"
	       "decided and on which numbers, where the page came from, and what it cost. The last\n"
	       "line is the answer. GFP is a mask as in 'GFP_KERNEL|__GFP_ZERO' or a number.\n\n"
	       "      --nid N         start from node N, as alloc_pages_node() does\n"
	       "      --machine FILE  the machine: a snapshot or a recording ('-': standard input)\n"
	       "      --boot SPEC     the machine: booted, as in 'machine SPEC' of 'pageflow shell'\n"
	       "                      (default: 1G)\n"
	       "      --no-reclaim    reclaim and compaction achieve nothing, nobody is killed\n"
	       "      --json          print the explanation as JSON\n"
	       "      --svg FILE      also draw it, into FILE\n"
	       "  -h, --help          print this help\n\n"
	       "exit code: 0 a page was found, 1 the request was refused, 2 bad input\n");
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
		return usage_error("explain", "'%s' is no order; it is a number from 0 on",
				   words[1]);
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

/** Read the options; the exit code, or -1 to go on. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{ "nid", required_argument, NULL, 'n' },
		{ "machine", required_argument, NULL, 'm' },
		{ "boot", required_argument, NULL, 'b' },
		{ "no-reclaim", no_argument, NULL, 'r' },
		{ "json", no_argument, NULL, 'j' },
		{ "svg", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", known, NULL)) != -1) {
		if (option == 'n' && read_nid(optarg, &options->request))
			return EXIT_BAD_INPUT;
		if (option == 'm')
			options->machine = optarg;
		else if (option == 'b')
			options->boot = optarg;
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
	if (options->machine && options->boot)
		return usage_error("explain", "--machine and --boot exclude each other");
	return read_request(argc - optind, argv + optind, &options->request) ? EXIT_BAD_INPUT : -1;
}

/** One line on standard error. */
static int refuse_input(const char *what, const char *why, size_t line)
{
	if (line)
		fprintf(stderr, "pageflow explain: %s:%zu: %s\n", what, line, why);
	else
		fprintf(stderr, "pageflow explain: %s: %s\n", what, why);
	return EXIT_BAD_INPUT;
}

/** Make the machine; NULL with a line on standard error. */
static pageflow_machine *make_machine(const struct options *options, struct explain_origin *origin)
{
	struct pageflow_error error = { 0 };
	pageflow_machine *machine;

	origin->machine = options->machine ? options->machine
			  : options->boot  ? options->boot
					   : "1G";
	machine = options->machine ? pageflow_load(options->machine, &error)
				   : pageflow_boot(origin->machine, &error);
	if (!machine)
		refuse_input(origin->machine, error.text, error.line);
	return machine;
}

/** Draw the picture. */
static int write_svg(const struct explanation *e, const struct explain_origin *origin,
		     const char *path)
{
	FILE *out = fopen(path, "w");
	bool failed;

	if (!out)
		return refuse_input(path, strerror(errno), 0);
	explain_print_svg(e, origin, out);
	failed = ferror(out);
	failed |= fclose(out) != 0;
	return failed ? refuse_input(path, "it was not written whole", 0) : EXIT_OK;
}

/** Print in the form that was asked for; the exit code. */
static int print_explanation(const struct explanation *e, const struct explain_origin *origin,
			     const struct options *options)
{
	const char *no_colour = getenv("NO_COLOR");

	if (options->svg && write_svg(e, origin, options->svg))
		return EXIT_BAD_INPUT;
	if (options->json)
		explain_print_json(e, origin, stdout);
	else
		explain_print_text(e, origin, stdout,
				   isatty(STDOUT_FILENO) && !(no_colour && *no_colour));
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
		return refuse_input("--nid", "this machine has no NUMA: it has node 0 only", 0);
	if (explain_on(machine, &options->request, &e, &error))
		code = refuse_input(origin->machine, error.text, 0);
	else if (e.violation[0])
		code = refuse_input("the kernel does not define this", e.violation, 0);
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
	machine = make_machine(&options, &origin);
	if (!machine)
		return EXIT_BAD_INPUT;
	code = explain_machine(machine, &origin, &options);
	pageflow_destroy(machine);
	return code;
}
