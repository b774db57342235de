/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Watching compaction: its events become steps.
 */
#include "library/steps.h"

#include <stdlib.h>
#include <string.h>

#include "library/handle.h"
#include "text/error.h"

/** First PFN of the pageblock that holds a PFN. */
static unsigned long block_of(int64_t pfn)
{
	return (unsigned long)pfn & ~(STEP_BLOCK - 1);
}

/** The pageblock of a step that holds a PFN; NULL: it is of another zone. */
static struct step_block *find_block(const struct step *step, int64_t pfn)
{
	unsigned long index = (block_of(pfn) - step->first) / STEP_BLOCK;

	return index < step->nr_blocks ? &step->block[index] : NULL;
}

/** Take down which pageblocks are passed over. */
static void note_skips(const struct pageflow_steps *steps, struct step *step)
{
	const struct pageflow_machine *machine = steps->machine;

	for (unsigned long i = 0; i < step->nr_blocks; i++)
		step->block[i].skip =
			machine->engine->skips(machine->inner, step->first + i * STEP_BLOCK);
}

/** A new step of a zone of so many pageblocks; NULL when there is no memory. */
static struct step *add_step(struct pageflow_steps *steps, unsigned long first,
			     unsigned long nr_blocks)
{
	struct step *more = realloc(steps->step, (steps->nr_steps + 1) * sizeof(*more));
	struct step_block *block = calloc(nr_blocks, sizeof(*block));

	if (more)
		steps->step = more;
	if (!more || !block) {
		free(block);
		steps->out_of_memory = true;
		return NULL;
	}
	more += steps->nr_steps++;
	*more = (struct step){
		.run = steps->runs, .first = first, .nr_blocks = nr_blocks, .block = block
	};
	return more;
}

/** The step that goes on; NULL: none has begun. */
static struct step *last_step(const struct pageflow_steps *steps)
{
	return steps->nr_steps ? &steps->step[steps->nr_steps - 1] : NULL;
}

static void note_begin(struct pageflow_steps *steps, const int64_t *field)
{
	unsigned long first = block_of(field[0]);
	unsigned long end = block_of(field[3] + (int64_t)STEP_BLOCK - 1);
	struct step *step;

	steps->runs++;
	step = add_step(steps, first, (end - first) / STEP_BLOCK);
	if (!step)
		return;
	step->migrate = (unsigned long)field[1];
	step->free = (unsigned long)field[2];
	note_skips(steps, step);
}

/** The migrate scanner took pages, perhaps of another pageblock than before. */
static void note_sources(struct pageflow_steps *steps, const int64_t *field)
{
	const struct step *before = last_step(steps);
	struct step *step = last_step(steps);

	if (before->source != block_of(field[0])) {
		unsigned long target = before->free;

		note_skips(steps, step);
		step = add_step(steps, before->first, before->nr_blocks);
		if (!step)
			return;
		step->source = block_of(field[0]);
		step->free = target;
		note_skips(steps, step);
	}
	step->migrate = (unsigned long)field[1];
}

static void note_targets(struct pageflow_steps *steps, const int64_t *field)
{
	last_step(steps)->free = block_of(field[0]);
}

static void note_move(struct pageflow_steps *steps, const int64_t *field)
{
	struct step *step = last_step(steps);
	struct step_block *from = find_block(step, field[0]), *to = find_block(step, field[1]);

	if (!from || !to)
		return;
	from->went++;
	to->came++;
	step->moved++;
}

static void note_failures(struct pageflow_steps *steps, const int64_t *field)
{
	last_step(steps)->failed += (unsigned long)field[1];
}

static void note_end(struct pageflow_steps *steps, const int64_t *field)
{
	struct step *step = last_step(steps);

	step->migrate = (unsigned long)field[1];
	step->free = (unsigned long)field[2];
	note_skips(steps, step);
}

/** Take note of an event of the machine that is watched. */
static void note_event(struct pageflow_steps *steps, const struct pageflow_event *event)
{
	static const struct {
		const char *name;
		void (*note)(struct pageflow_steps *steps, const int64_t *field);
	} notes[] = {
		{ "mm_compaction_begin", note_begin },
		{ "mm_compaction_isolate_migratepages", note_sources },
		{ "mm_compaction_isolate_freepages", note_targets },
		{ "migrate_page_states", note_move },
		{ "mm_compaction_migratepages", note_failures },
		{ "mm_compaction_end", note_end },
	};

	for (size_t i = 0; i < sizeof(notes) / sizeof(*notes) && !steps->out_of_memory; i++)
		if (!strcmp(event->name, notes[i].name) && (!i || steps->nr_steps))
			notes[i].note(steps, event->field);
}

pageflow_steps *pageflow_steps_watch(pageflow_machine *machine, struct pageflow_error *error)
{
	pageflow_steps *steps = calloc(1, sizeof(*steps));

	if (!steps) {
		error_set(error, "out of memory");
		return NULL;
	}
	steps->machine = machine;
	machine->steps = steps;
	machine->note = note_event;
	handle_listen(machine);
	return steps;
}

void pageflow_steps_free(pageflow_steps *steps)
{
	if (!steps)
		return;
	if (steps->machine->steps == steps) {
		steps->machine->steps = NULL;
		handle_listen(steps->machine);
	}
	for (size_t i = 0; i < steps->nr_steps; i++)
		free(steps->step[i].block);
	free(steps->step);
	free(steps);
}
