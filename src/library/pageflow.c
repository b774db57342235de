/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The public interface: picks the configuration of the path and hands on to it.
 */
#include "pageflow.h"

#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "library/handle.h"
#include "text/error.h"
#include "text/new-file.h"

const char *pageflow_version(void)
{
	return PAGEFLOW_VERSION;
}

/**
 * @brief Put the handle around a machine that an engine made.
 *
 * @param engine the engine
 * @param inner its machine, or NULL when making it failed
 * @param error receives why there is none
 * @return the handle, or NULL
 */
static pageflow_machine *wrap(const struct pageflow_engine *engine, struct machine *inner,
			      struct pageflow_error *error)
{
	pageflow_machine *machine;

	if (!inner)
		return NULL;
	machine = calloc(1, sizeof(*machine));
	if (!machine) {
		engine->destroy(inner);
		error_set(error, "out of memory");
		return NULL;
	}
	machine->engine = engine;
	machine->inner = inner;
	machine->listener.context = machine;
	return machine;
}

pageflow_machine *pageflow_boot(const char *spec, struct pageflow_error *error)
{
	struct boot_request *request = malloc(sizeof(*request));
	pageflow_machine *machine = NULL;

	if (!request) {
		error_set(error, "out of memory");
		return NULL;
	}
	if (!ENGINE_EITHER->describe(spec, request, error)) {
		const struct pageflow_engine *engine = engine_of(request->numa);

		machine = wrap(engine, engine->boot(&request->spec, error), error);
	}
	free(request);
	return machine;
}

/** Make a machine from a text. */
static pageflow_machine *load_text(const struct text *text, struct pageflow_error *error)
{
	const struct pageflow_engine *engine = engine_of(ENGINE_EITHER->format(text).numa);

	return wrap(engine, engine->load(text, error), error);
}

/** Can the rest describe a machine, as its first line has it? */
static bool may_be_machine(const struct text *first)
{
	enum text_kind kind = ENGINE_EITHER->format(first).kind;

	return kind == TEXT_BOOT || kind == TEXT_RECORDING || kind == TEXT_SNAPSHOT;
}

/**
 * @brief Make a machine from a file, as pageflow_load() does, and leave the text to the caller.
 *
 * @param path the file
 * @param text receives its text; text_free() it in any case
 * @param error receives what went wrong, or NULL
 * @return the machine, or NULL
 */
pageflow_machine *handle_load(const char *path, struct text *text, struct pageflow_error *error)
{
	if (text_load(path, may_be_machine, text, error) != TEXT_OK)
		return NULL;
	return load_text(text, error);
}

pageflow_machine *pageflow_load(const char *path, struct pageflow_error *error)
{
	struct text text;
	pageflow_machine *machine = handle_load(path, &text, error);

	text_free(&text);
	return machine;
}

pageflow_machine *pageflow_load_bytes(const char *bytes, size_t size, struct pageflow_error *error)
{
	pageflow_machine *machine = NULL;
	struct text text;

	if (text_from_bytes(bytes, size, &text, error) != TEXT_OK)
		return NULL;
	machine = load_text(&text, error);
	text_free(&text);
	return machine;
}

/** Cut one of the /proc texts into lines; a missing one stays empty. */
static bool proc_text(const char *content, const char *name, struct text *text,
		      struct pageflow_error *error)
{
	memset(text, 0, sizeof(*text));
	if (!content || text_from_bytes(content, strlen(content), text, error) == TEXT_OK)
		return true;
	error_in(error, name);
	return false;
}

/** Read the texts in the configuration that printed them, and make a machine of their figures. */
static pageflow_machine *build_from_texts(const struct proc_texts *texts,
					  struct pageflow_error *error)
{
	const struct pageflow_engine *engine =
		engine_of(ENGINE_EITHER->format(texts->zoneinfo).numa);
	struct sample *sample = malloc(sizeof(*sample));
	pageflow_machine *machine = NULL;

	if (!sample)
		error_set(error, "out of memory");
	else if (!engine->read_proc(texts, sample, error))
		machine = wrap(engine, engine->build(sample, error), error);
	free(sample);
	return machine;
}

pageflow_machine *pageflow_read_proc(const char *zoneinfo, const char *buddyinfo,
				     const char *pagetypeinfo, struct pageflow_error *error)
{
	struct text zones = { 0 }, buddies = { 0 }, types = { 0 };
	const struct proc_texts texts = { &zones, buddyinfo ? &buddies : NULL,
					  pagetypeinfo ? &types : NULL };
	pageflow_machine *machine = NULL;

	if (proc_text(zoneinfo, "zoneinfo", &zones, error) &&
	    proc_text(buddyinfo, "buddyinfo", &buddies, error) &&
	    proc_text(pagetypeinfo, "pagetypeinfo", &types, error))
		machine = build_from_texts(&texts, error);
	text_free(&zones);
	text_free(&buddies);
	text_free(&types);
	return machine;
}

void pageflow_destroy(pageflow_machine *machine)
{
	if (!machine)
		return;
	machine->engine->destroy(machine->inner);
	free(machine);
}

int pageflow_write(pageflow_machine *machine, FILE *out)
{
	machine->engine->save(machine->inner, out);
	return fflush(out) || ferror(out) ? -1 : 0;
}

int pageflow_save(pageflow_machine *machine, const char *path, struct pageflow_error *error)
{
	struct new_file file;

	if (new_file_begin(&file, path, error))
		return -1;
	machine->engine->save(machine->inner, file.out);
	return new_file_end(&file, error);
}

const char *pageflow_configuration(const pageflow_machine *machine)
{
	return machine->engine->name;
}

uint64_t pageflow_alloc_pages(pageflow_machine *machine, uint32_t gfp, unsigned int order)
{
	return machine->engine->alloc(machine->inner, ENGINE_BY_POLICY, gfp, order);
}

uint64_t pageflow_alloc_pages_node(pageflow_machine *machine, int nid, uint32_t gfp,
				   unsigned int order)
{
	/* What means something else to the engine is just a node that does not exist here. */
	if (nid == ENGINE_BY_POLICY)
		nid = -3;
	return machine->engine->alloc(machine->inner, nid, gfp, order);
}

int pageflow_free_pages(pageflow_machine *machine, uint64_t pfn, unsigned int order)
{
	machine->violated = false;
	machine->engine->free(machine->inner, pfn, order);
	return machine->violated ? -1 : 0;
}

void *pageflow_address(pageflow_machine *machine, uint64_t pfn)
{
	return machine->engine->address(machine->inner, pfn);
}

uint64_t pageflow_pfn(pageflow_machine *machine, const void *address)
{
	return machine->engine->pfn(machine->inner, address);
}

int pageflow_set_cpu(pageflow_machine *machine, int cpu)
{
	return machine->engine->set_cpu(machine->inner, cpu);
}

int pageflow_drain_cpu(pageflow_machine *machine, int cpu)
{
	return machine->engine->drain_cpu(machine->inner, cpu);
}

int pageflow_apply(pageflow_machine *machine, const char *record, struct pageflow_error *error)
{
	return machine->engine->apply(machine->inner, record, error);
}

int pageflow_scene(pageflow_machine *machine, const char *command, FILE *out,
		   struct pageflow_error *error)
{
	return machine->engine->scene(machine->inner, command, out, error);
}

void pageflow_print(pageflow_machine *machine, enum pageflow_proc file, FILE *out)
{
	machine->engine->print(machine->inner, file, out);
}

int pageflow_event_text(const struct pageflow_event *event, char *text, size_t size)
{
	return ENGINE_EITHER->event_text(event, text, size);
}

static void on_event(const struct pageflow_event *event, void *context)
{
	pageflow_machine *machine = context;

	if (machine->steps)
		machine->note(machine->steps, event);
	if (machine->event)
		machine->event(event, machine->event_context);
}

static void on_message(const char *text, void *context)
{
	pageflow_machine *machine = context;

	machine->message(text, machine->message_context);
}

static void on_violation(const char *text, void *context)
{
	pageflow_machine *machine = context;

	machine->violated = true;
	machine->violation(text, machine->violation_context);
}

/** Tell the engine who listens now. */
void handle_listen(pageflow_machine *machine)
{
	machine->listener.event = machine->event || machine->steps ? on_event : NULL;
	machine->listener.message = machine->message ? on_message : NULL;
	machine->listener.violation = machine->violation ? on_violation : NULL;
	machine->engine->listen(machine->inner, &machine->listener);
}

void pageflow_subscribe(pageflow_machine *machine, pageflow_event_handler handler, void *context)
{
	machine->event = handler;
	machine->event_context = context;
	handle_listen(machine);
}

void pageflow_on_message(pageflow_machine *machine, pageflow_text_handler handler, void *context)
{
	machine->message = handler;
	machine->message_context = context;
	handle_listen(machine);
}

void pageflow_on_violation(pageflow_machine *machine, pageflow_text_handler handler, void *context)
{
	machine->violation = handler;
	machine->violation_context = context;
	handle_listen(machine);
}
