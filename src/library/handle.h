/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What a handle of the public interface holds: for the parts of this project that go past the interface.
 */
#ifndef LIBRARY_HANDLE_H
#define LIBRARY_HANDLE_H

#include "engine/engine.h"

struct pageflow_machine {
	const struct pageflow_engine *engine;
	struct machine *inner;
	struct engine_listener listener; /**< what the engine calls */
	pageflow_event_handler event;
	void *event_context;
	pageflow_text_handler message;
	void *message_context;
	pageflow_text_handler violation;
	void *violation_context;
	bool violated;		      /**< by the call on its way */
	struct pageflow_steps *steps; /**< who watches compaction; NULL: nobody */
	/** Tells them of an event. */
	void (*note)(struct pageflow_steps *steps, const struct pageflow_event *event);
};

/* pageflow.c */
pageflow_machine *handle_load(const char *path, struct text *text, struct pageflow_error *error);
void handle_listen(pageflow_machine *machine);

/* gfp-parse.c */
size_t handle_gfp_length(const char *text);

#endif
