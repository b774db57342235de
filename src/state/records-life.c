/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Records of what lives on a machine besides its tasks: mappings and whose they are, the disk's queue, daemons. Reading
 * and writing them.
 *
 * A mapping goes by a number: 1 is the oldest. That is the order in which they are written, and so the order in which they are
 * made again.
 */
#include <string.h>

#include "life/life.h"
#include "memory_map.h"
#include "stages/stages.h"
#include "state/records.h"
#include "state/state.h"
#include "world/world.h"

/* ---- mappings ---- */

/** How many mappings there are from this one on, the oldest being the last. That is its number. */
static long mappings_from(const struct address_space *space)
{
	long count = 0;

	for (; space; space = space->next)
		count++;
	return count;
}

/**
 * @brief Number of a mapping of the machine in focus.
 *
 * @param wanted the mapping
 * @return 1 for the oldest; 0 when the machine has no such mapping
 */
long record_mapping_number(const struct address_space *wanted)
{
	for (const struct address_space *space = world->address_spaces; space; space = space->next)
		if (space == wanted)
			return mappings_from(space);
	return 0;
}

/**
 * @brief Take the number of a mapping.
 *
 * @param line where to read
 * @param space receives the mapping
 * @return false when there is no mapping of this number
 */
bool record_take_mapping(const char **line, struct address_space **space)
{
	long number, newer = mappings_from(world->address_spaces);

	if (!take_value(line, &number) || number < 1 || number > newer)
		return false;
	*space = world->address_spaces;
	for (newer -= number; newer; newer--)
		*space = (*space)->next;
	return true;
}

/** Take the name of a mapping, which stands as `-` when it is empty. */
static bool take_mapping_name(const char **line, char *name)
{
	if (!take_text(line, name, ADDRESS_SPACE_NAME_LEN))
		return false;
	if (!strcmp(name, "-"))
		*name = '\0';
	return true;
}

static int read_mapping(struct reader *reader, const char *line)
{
	char name[ADDRESS_SPACE_NAME_LEN];
	struct address_space *space = NULL;
	long number, next = mappings_from(world->address_spaces) + 1;
	const char *at = line;

	if (!take_value(&at, &number) || number < 1 || number > next ||
	    !take_mapping_name(&at, name))
		return reader_fail(
			reader, "'mapping N NAME FIELD VALUE ...', N the next number or one that "
				"exists");
	if (number == next)
		space = address_space_new(name, false);
	else
		record_take_mapping(&line, &space);
	if (!space)
		return reader_refuse(reader, "out of memory");
	return record_set_all(reader, at, mapping_fields, space);
}

/** The anonymous pages of a process belong to this mapping. */
static int read_anon(struct reader *reader, const char *line)
{
	struct mm *mm = record_take_mm(reader, &line);
	struct address_space *space;

	if (!mm)
		return -1;
	if (!record_take_mapping(&line, &space) || !take_end(&line))
		return reader_fail(reader, "'anon PID N' with the number of a mapping");
	mm->anon = space;
	space->mm = mm;
	return 0;
}

/* ---- disk, daemons ---- */

/** Take the pages that the disk is to write, the one that is next first. */
static int take_queue(struct reader *reader, const char *line, struct disk *disk)
{
	long pfn;

	disk->first = disk->nr_queued = 0;
	while (take_value(&line, &pfn)) {
		if (pfn < (long)world->mem_map_start || pfn >= (long)world->mem_map_end ||
		    disk->nr_queued == DISK_QUEUE)
			return reader_fail(
				reader, "PFNs of the machine, no more than the queue has room for");
		disk->queue[disk->nr_queued++] = pfn_to_page((unsigned long)pfn);
	}
	return take_end(&line) ? 0 : reader_fail(reader, "'disk pages_per_tick N queue PFN ...'");
}

static int read_disk(struct reader *reader, const char *line)
{
	long speed;

	if (!take_field(&line, "pages_per_tick", &speed) || speed < 0 || !take_word(&line, "queue"))
		return reader_fail(reader, "'disk pages_per_tick N queue PFN ...'");
	if (!life_begin())
		return reader_refuse(reader, "out of memory");
	world->life->disk.pages_per_tick = (unsigned long)speed;
	return take_queue(reader, line, &world->life->disk);
}

static int read_live(struct reader *reader, const char *line)
{
	long next_fold;

	if (!take_field(&line, "next_fold", &next_fold) || next_fold < 0 || !take_end(&line))
		return reader_fail(reader, "'live next_fold TICK'");
	if ((!world->life || !world->life->flusher) && !daemons_start())
		return reader_refuse(reader, "out of memory");
	world->life->next_fold = (unsigned long)next_fold;
	return 0;
}

static int read_daemon(struct reader *reader, const char *line)
{
	const struct life *life = world->life;
	struct daemon *daemon;
	long index;
	int taken = 1;

	if (!life || !take_value(&line, &index) || index < 0 || index >= life->nr_daemons)
		return reader_fail(
			reader,
			"'daemon N runnable B timed B deadline TICK ...' of a daemon of the "
			"machine");
	daemon = &world->life->daemon[index];
	while (taken > 0) {
		taken = record_set_one(reader, &line, daemon_fields, daemon);
		if (!taken)
			taken = record_set_one(reader, &line, task_fields, &daemon->task);
	}
	if (taken < 0)
		return -1;
	return take_end(&line) ? 0 : reader_fail(reader, "fields of a daemon or of its task");
}

const struct record_kind life_records[] = {
	{ "mapping", read_mapping }, { "anon", read_anon },	{ "disk", read_disk },
	{ "live", read_live },	     { "daemon", read_daemon }, { 0 },
};

/* ---- writing ---- */

/** Mappings from the oldest to the newest. */
static void write_mappings(FILE *out, const struct address_space *space)
{
	if (!space)
		return;
	write_mappings(out, space->next);
	fprintf(out, "mapping %ld %s", mappings_from(space), space->name[0] ? space->name : "-");
	record_write_fields(out, mapping_fields, space);
	fputc('\n', out);
}

static void write_disk(FILE *out, const struct disk *disk)
{
	fprintf(out, "disk pages_per_tick %lu queue", disk->pages_per_tick);
	for (unsigned int i = 0; i < disk->nr_queued; i++)
		fprintf(out, " %lu", page_to_pfn(disk->queue[(disk->first + i) % DISK_QUEUE]));
	fputc('\n', out);
}

/**
 * @brief Write who lives on the machine, and the mappings. Stands before what they changed when they came, and before the pages.
 *
 * @param out where to
 */
void records_write_life(FILE *out)
{
	const struct life *life = world->life;

	write_mappings(out, world->address_spaces);
	if (!life)
		return;
	write_disk(out, &life->disk);
	if (!life->flusher)
		return;
	fprintf(out, "live next_fold %lu\n", life->next_fold);
	for (int i = 0; i < life->nr_daemons; i++) {
		fprintf(out, "daemon %d", i);
		record_write_fields(out, daemon_fields, &life->daemon[i]);
		record_write_fields(out, task_fields, &life->daemon[i].task);
		fputc('\n', out);
	}
}

/**
 * @brief Write what tasks have to do with all that. Stands after the tasks.
 *
 * @param out where to
 */
void records_write_claims(FILE *out)
{
	const struct list_head *entry;

	list_for_each(entry, &world->tasks) {
		const struct task *task = task_of(entry);

		if (task->mm && task->mm->anon)
			fprintf(out, "anon %d %ld\n", task->pid,
				record_mapping_number(task->mm->anon));
	}
}
