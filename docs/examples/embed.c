/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program that embeds Pageflow: it boots two machines, hears the events of one of them, allocates on both,
 * saves one and goes on from the file.
 *
 *	cc embed.c $(pkg-config --cflags --libs pageflow) -o embed && ./embed
 */
#include <inttypes.h>
#include <pageflow.h>
#include <stdlib.h>

/** Called for each tracepoint that fires on the machine. */
static void on_event(const struct pageflow_event *event, void *context)
{
	char line[256];

	pageflow_event_text(event, line, sizeof(line));
	printf("%s: %s\n", (const char *)context, line);
}

/** Boot a machine, or end with the reason. */
static pageflow_machine *boot(const char *spec)
{
	struct pageflow_error error;
	pageflow_machine *machine = pageflow_boot(spec, &error);

	if (!machine) {
		fprintf(stderr, "%s: %s\n", spec, error.text);
		exit(1);
	}
	return machine;
}

int main(int argc, char **argv)
{
	const char *file = argc > 1 ? argv[1] : "machine.pageflow";
	pageflow_machine *small = boot("64M"), *numa = boot("2x128M,cpus=2"), *again;
	struct pageflow_error error;
	uint64_t block, remote;
	uint32_t gfp;

	pageflow_gfp_parse("GFP_KERNEL|__GFP_ZERO", &gfp, NULL);
	pageflow_subscribe(small, on_event, "small");

	block = pageflow_alloc_pages(small, gfp, 3);
	remote = pageflow_alloc_pages_node(numa, 1, gfp, 0);
	printf("eight pages at PFN %#" PRIx64 ", first byte %d\n", block,
	       *(char *)pageflow_address(small, block));
	printf("a page of node 1 at PFN %#" PRIx64 "\n", remote);
	pageflow_print(small, PAGEFLOW_BUDDYINFO, stdout);

	if (pageflow_save(small, file, &error) || !(again = pageflow_load(file, &error))) {
		fprintf(stderr, "%s\n", error.text);
		return 1;
	}
	pageflow_free_pages(again, block, 3);
	pageflow_print(again, PAGEFLOW_BUDDYINFO, stdout);

	pageflow_destroy(again);
	pageflow_destroy(numa);
	pageflow_destroy(small);
	return 0;
}
