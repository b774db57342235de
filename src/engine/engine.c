/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief One configuration of the path behind its table of functions.
 *
 * Each function puts the machine it is given into focus, does its work and puts back what was in focus
 * before. Numbers from outside are checked here, so that a wrong one is a violation and not a wild read.
 */
#include "engine/engine.h"

#include <string.h>

#include "engine/explain.h"
#include "engine/parts.h"
#include "life/life.h"
#include "memory_map.h"
#include "replay/replay.h"
#include "stages/stages.h"
#include "state/look.h"
#include "state/state.h"
#include "text/error.h"
#include "world/world.h"

#ifdef CONFIG_NUMA
#define ENGINE	    pageflow_engine_numa
#define ENGINE_NAME "numa"
#else
#define ENGINE	    pageflow_engine_uma
#define ENGINE_NAME "uma"
#endif

/** Boot a machine. */
static struct machine *engine_boot(const struct boot_spec *spec, struct pageflow_error *error)
{
	FOCUS_ON(world);

	return machine_boot(spec, error);
}

/** Make a machine from the state that a saved snapshot or a recording holds. */
static struct machine *engine_load(const struct text *text, struct pageflow_error *error)
{
	const struct text_format format = text_format_of(text);
	struct reader reader = { .text = text, .next = format.state };
	FOCUS_ON(world);
	struct machine *machine;

	if (text_format_check(&format, error))
		return NULL;
	if (!format.state) {
		error_set(error, "it holds no snapshot: no line begins with 'snapshot'");
		return NULL;
	}
	machine = snapshot_load(&reader);
	if (!machine)
		error_at(error, reader.error.line, "%s", reader.error.text);
	return machine;
}

/** Make a machine from the figures of a sample. */
static struct machine *engine_build(const struct sample *sample, struct pageflow_error *error)
{
	FOCUS_ON(world);

	return machine_from_sample(sample, error);
}

static void engine_save(struct machine *machine, FILE *out)
{
	FOCUS_ON(machine);

	snapshot_save(out);
}

/** Change one part of the machine's state. */
static int engine_apply(struct machine *machine, const char *record, struct pageflow_error *error)
{
	FOCUS_ON(machine);
	char *line = (char *)record;
	const struct text text = { .line = &line, .nr_lines = 1 };
	struct reader reader = { .text = &text, .next = 1 };

	return record_apply(&reader, record) ? error_set(error, "%s", reader.error.text) : 0;
}

/** Carry out a command that sets a scene. */
static int engine_scene(struct machine *machine, const char *command, FILE *out,
			struct pageflow_error *error)
{
	FOCUS_ON(machine);

	return look_knows(command) ? look_run(command, out, error) : scene_run(command, out, error);
}

/** Give an event the form that outsiders know. */
static void on_event(const struct trace_event *event, void *context)
{
	const struct engine_listener *listener = context;
	const struct trace_event_description *description = &trace_event_descriptions[event->id];
	FOCUS_ON(world); /* the handler may use other machines */
	const char *name[MAX_TRACE_FIELDS];
	struct pageflow_event shown = {
		.name = description->name,
		.field_name = name,
		.field = event->field,
		.inner = event,
	};

	while (shown.nr_fields < MAX_TRACE_FIELDS && description->field[shown.nr_fields].name) {
		name[shown.nr_fields] = description->field[shown.nr_fields].name;
		shown.nr_fields++;
	}
	listener->event(&shown, listener->context);
}

static void on_message(const char *text, void *context)
{
	const struct engine_listener *listener = context;
	FOCUS_ON(world); /* the handler may use other machines */

	listener->message(text, listener->context);
}

static void on_violation(const char *text, void *context)
{
	const struct engine_listener *listener = context;
	FOCUS_ON(world); /* the handler may use other machines */

	listener->violation(text, listener->context);
}

/** Tell this listener from now on; it must outlive the machine. */
static void engine_listen(struct machine *machine, const struct engine_listener *listener)
{
	void *context = (void *)listener;

	machine->subscriber = listener->event ? on_event : NULL;
	machine->subscriber_context = context;
	machine->console = listener->message ? on_message : NULL;
	machine->console_context = context;
	machine->bug_handler = listener->violation ? on_violation : NULL;
	machine->bug_context = context;
}

/** Allocate; the answer is a PFN. */
static uint64_t engine_alloc(struct machine *machine, int nid, uint32_t gfp, unsigned int order)
{
	FOCUS_ON(machine);
	struct page *page = nid == ENGINE_BY_POLICY ? alloc_pages(gfp, order)
						    : alloc_pages_node(nid, gfp, order);
	uint64_t pfn = page ? page_to_pfn(page) : PAGEFLOW_NO_PAGE;

	return pfn;
}

/** Allocate as alloc() does, and tell the story. */
static int engine_explain(struct machine *machine, const struct explain_request *request,
			  struct explanation *explanation, struct pageflow_error *error)
{
	FOCUS_ON(machine);

	memset(explanation, 0, sizeof(*explanation));
	explanation->configuration = ENGINE_NAME;
	return explain_run(request, explanation) ? error_set(error, "out of memory") : 0;
}

/** Check a zone, alone on a machine without memory. */
static int engine_check(const struct engine_zone *zone, uint32_t gfp, unsigned int order,
			bool no_marks, struct explained_attempt *attempt,
			struct pageflow_error *error)
{
	FOCUS_ON(world);
	struct machine *machine = machine_new(error);
	int failed;

	if (!machine)
		return -1;
	machine_focus(machine);
	failed = check_run(zone, gfp, order, no_marks, attempt);
	machine_free(machine);
	return failed ? error_set(error, "out of memory") : 0;
}

/** Weigh processes, each alone on a machine without memory. */
static int engine_badness(const struct engine_process *process, size_t nr, uint64_t total_pages,
			  long *points, struct pageflow_error *error)
{
	FOCUS_ON(world);
	struct machine *machine = machine_new(error);

	if (!machine)
		return -1;
	machine_focus(machine);
	badness_run(process, nr, total_pages, points);
	machine_free(machine);
	return 0;
}

/** Free a block; a PFN that names no page is a violation. */
static void engine_free(struct machine *machine, uint64_t pfn, unsigned int order)
{
	FOCUS_ON(machine);

	if (pfn_valid(pfn))
		__free_pages(pfn_to_page(pfn), order);
	else
		bug("__free_pages: there is no page %#llx", (unsigned long long)pfn);
}

static void *engine_address(struct machine *machine, uint64_t pfn)
{
	FOCUS_ON(machine);
	void *address = pfn_valid(pfn) ? page_address(pfn_to_page(pfn)) : NULL;

	return address;
}

static uint64_t engine_pfn(struct machine *machine, const void *address)
{
	FOCUS_ON(machine);
	uint64_t pfn =
		virt_addr_valid(address) ? page_to_pfn(virt_to_page(address)) : PAGEFLOW_NO_PAGE;

	return pfn;
}

/** Does the machine have this CPU, be it online or not? */
static bool has_cpu(const struct machine *machine, int cpu)
{
	return cpu >= 0 && cpu < machine->nr_cpus;
}

static int engine_set_cpu(struct machine *machine, int cpu)
{
	FOCUS_ON(machine);

	if (!has_cpu(machine, cpu))
		return -1;
	if (!cpu_online(cpu))
		return -2;
	world_run_on(cpu);
	return 0;
}

/** That CPU empties its lists; afterwards the running one runs on. */
static int engine_drain_cpu(struct machine *machine, int cpu)
{
	FOCUS_ON(machine);
	int running = machine->this_cpu;

	if (!has_cpu(machine, cpu))
		return -1;
	if (!cpu_online(cpu))
		return -2;
	machine->this_cpu = cpu;
	drain_pages(cpu);
	machine->this_cpu = running;
	return 0;
}

/** Print a file of /proc. */
static void engine_print(struct machine *machine, int file, FILE *out)
{
	FOCUS_ON(machine);

	if (file == PAGEFLOW_BUDDYINFO)
		proc_buddyinfo(out);
	else if (file == PAGEFLOW_PAGETYPEINFO)
		proc_pagetypeinfo(out);
	else if (file == PAGEFLOW_ZONEINFO)
		proc_zoneinfo(out);
}

/** Take down what is free. */
static bool engine_lists(struct machine *machine, struct pageflow_lists *lists)
{
	FOCUS_ON(machine);

	return lists_take(lists);
}

/** Does compaction pass over a pageblock? */
static bool engine_skips(struct machine *machine, uint64_t pfn)
{
	FOCUS_ON(machine);

	return pfn >= machine->mem_map_start && pfn < machine->mem_map_end &&
	       *pageblock_byte(pfn) & PB_MIGRATE_SKIP;
}

static int engine_event_text(const struct pageflow_event *event, char *text, size_t size)
{
	return trace_format(event->inner, text, size);
}

/** Run a row of the benchmark; nanoseconds, negative on error. */
static double engine_bench(struct machine *machine, const char *row, unsigned long count,
			   struct pageflow_error *error)
{
	FOCUS_ON(machine);
	double taken = bench_run(row, count, error);

	return taken;
}

const struct pageflow_engine ENGINE = {
	.name = ENGINE_NAME,
	.describe = boot_spec_parse,
	.boot = engine_boot,
	.format = text_format_of,
	.load = engine_load,
	.read_proc = proc_text_read,
	.build = engine_build,
	.destroy = machine_free,
	.save = engine_save,
	.apply = engine_apply,
	.scene = engine_scene,
	.listen = engine_listen,
	.alloc = engine_alloc,
	.explain = engine_explain,
	.check = engine_check,
	.badness = engine_badness,
	.free = engine_free,
	.address = engine_address,
	.pfn = engine_pfn,
	.set_cpu = engine_set_cpu,
	.drain_cpu = engine_drain_cpu,
	.print = engine_print,
	.lists = engine_lists,
	.skips = engine_skips,
	.bench = engine_bench,
	.event_text = engine_event_text,
	.gfp_text = gfp_format,
	.sysctl_name = sysctl_name,
	.replay_trace = replay_trace,
	.replay_boot = replay_boot,
};
