/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Comparing a boot with the recording of one.
 *
 * The state right after memory was released must be equal list entry by list entry. Of the running
 * machine, which has allocated and freed since, the figures derived from the size of memory must be.
 */
#include <stdlib.h>
#include <string.h>

#include "life/life.h"
#include "replay/replay.h"
#include "state/format.h"
#include "state/state.h"
#include "world/world.h"

/** Read `WORD BASE SIZE` in hexadecimal bytes. */
static bool read_range(const char **line, struct boot_range *range)
{
	return take_hex(line, &range->base) && take_hex(line, &range->size);
}

/** Read one line of the memory map; -1 after noting an error, 1 at `snapshot released`. */
static int read_boot_line(struct reader *reader, struct boot_spec *spec, const char *line)
{
	long nid, flags;

	if (!strcmp(line, "snapshot released"))
		return 1;
	if (take_word(&line, "command_line"))
		return 0;
	if (spec->nr_memory == MAX_BOOT_RANGES || spec->nr_reserved == MAX_BOOT_RANGES ||
	    spec->nr_cma == MAX_BOOT_RANGES)
		return reader_refuse(reader, "expected fewer ranges");
	if (take_word(&line, "cpus") && take_word(&line, "possible")) {
		if (!take_number(&line, &nid) || nid < 1 || nid > MAX_CPUS)
			return reader_fail(reader, "'cpus possible N'");
		spec->nr_cpus = (int)nid;
		return 0;
	}
	if (take_word(&line, "memory")) {
		struct boot_range *range = &spec->memory[spec->nr_memory++];

		if (!read_range(&line, range) || !take_word(&line, "node") ||
		    !take_number(&line, &nid) || nid < 0 || nid >= MAX_BOOT_NODES ||
		    !take_word(&line, "flags") || !take_number(&line, &flags))
			return reader_fail(reader, "'memory BASE SIZE node NID flags F'");
		range->nid = (int)nid;
		range->nomap = flags & 4;
		return 0;
	}
	if (take_word(&line, "reserved") && read_range(&line, &spec->reserved[spec->nr_reserved])) {
		spec->nr_reserved++;
		return 0;
	}
	if (take_word(&line, "cma") && read_range(&line, &spec->cma[spec->nr_cma])) {
		spec->nr_cma++;
		return 0;
	}
	return reader_fail(reader, "a line of the memory map");
}

/** Note the first line that differs. */
static int differ(const struct reader *reader, struct replay_result *result, const char *expected,
		  const char *got)
{
	result_differs(result, reader->next, expected, "%s", got + strspn(got, " "));
	return 1;
}

/** How many CPUs the snapshot ahead shows: those that were possible, or only those online by then. */
static int cpus_shown(const struct reader *reader)
{
	const char *line = reader_peek(reader), *found = line ? strstr(line, " nr_cpus ") : NULL;
	long shown;

	if (!found)
		return world->nr_cpus;
	found += strlen(" nr_cpus ");
	return take_number(&found, &shown) && shown >= 1 && shown < world->nr_cpus ? (int)shown
										   : world->nr_cpus;
}

/** Compare every line up to `end`. */
static int compare_released(struct reader *reader, struct replay_result *result)
{
	int possible = world->nr_cpus;

	world->nr_cpus = cpus_shown(reader);
	result->checks += replay_compare_state(reader, result, NULL);
	world->nr_cpus = possible;
	return result->outcome != REPLAY_IDENTICAL || reader->error.line;
}

/** Write the machine in focus as the snapshot ahead is written, with as many CPUs. */
static char *machine_as_text(const struct reader *reader)
{
	int possible = world->nr_cpus;
	char *text;

	world->nr_cpus = cpus_shown(reader);
	text = replay_machine_as_text(reader);
	world->nr_cpus = possible;
	return text;
}

/** Is this a line of which figures were derived at boot? Cuts it to the part that was. */
static bool derived_part(const char *line, char *part, size_t size)
{
	const char *cut = NULL;

	snprintf(part, size, "%s", line);
	if (!strncmp(line, "zonelist ", 9) || !strncmp(line, " lowmem_reserve ", 16))
		return true;
	if (!strncmp(line, " watermark ", 11))
		cut = strstr(part, " boost ");
	else if (!strncmp(line, "sysctl ", 7))
		cut = strstr(part, " mobility_disabled ");
	else if (!strncmp(line, " pcp ", 5)) {
		const char *high = strstr(line, " high ");

		if (!high)
			return false;
		snprintf(part, size, " pcp%s", high);
		cut = strstr(part, " diff_free ");
	}
	if (cut)
		part[cut - part] = '\0';
	return cut != NULL;
}

/** The next line with derived figures among the lines of the machine. */
static bool next_derived(char **rest, char *part, size_t size)
{
	char *line;

	while ((line = strtok_r(NULL, "\n", rest)) != NULL)
		if (derived_part(line, part, size))
			return true;
	return false;
}

/** Compare the derived figures up to `end`. */
static void compare_running(struct reader *reader, struct replay_result *result)
{
	char *text = machine_as_text(reader), *rest = text;
	char expected[512], got[512];
	const char *line;
	int failed = 0;

	if (!text) {
		reader_refuse(reader, "out of memory");
		return;
	}
	strtok_r(text, "\n", &rest); /* the kernel line */
	while (!failed && (line = reader_line(reader)) != NULL) {
		if (!derived_part(line, expected, sizeof(expected)))
			continue;
		if (!next_derived(&rest, got, sizeof(got)))
			snprintf(got, sizeof(got), "nothing");
		if (strcmp(expected, got))
			failed = differ(reader, result, expected, got);
		else
			result->checks += values_in(got);
	}
	if (!failed && next_derived(&rest, got, sizeof(got)))
		differ(reader, result, "nothing further", got);
	free(text);
}

/** Read `distance NID d0 d1 ...` lines up to `snapshot running`. */
static int read_distances(struct reader *reader, struct boot_spec *spec)
{
	const char *line;

	while ((line = reader_line(reader)) && strcmp(line, "snapshot running")) {
		long nid, distance;

		if (!take_word(&line, "distance") || !take_number(&line, &nid) || nid < 0 ||
		    nid >= MAX_BOOT_NODES)
			return reader_fail(reader,
					   "'distance NID d0 d1 ...' or 'snapshot running'");
		for (int to = 0; to < MAX_BOOT_NODES && take_number(&line, &distance); to++) {
			if (distance != (u8)distance)
				return reader_fail(reader, "distances from 0 to 255");
			spec->distance[nid][to] = (u8)distance;
		}
		if (!take_end(&line))
			return reader_fail(reader, "'distance NID' and at most 4 numbers");
	}
	return line ? 0 : reader_fail(reader, "'snapshot running'");
}

/** The distances come after the first snapshot, but the first zonelists need them. */
static int scan_distances(struct reader *reader, struct boot_spec *spec)
{
	struct reader ahead = *reader;
	const char *line;

	while ((line = reader_line(&ahead)) && strcmp(line, "end"))
		;
	if (read_distances(&ahead, spec)) {
		*reader = ahead;
		return -1;
	}
	return 0;
}

/** Boot from the recording's memory map and compare both states. */
static void compare_boot(struct reader *reader, struct boot_spec *spec,
			 struct replay_result *result)
{
	FOCUS_ON(world);
	struct machine *machine;
	struct pageflow_error error = { 0 };

	machine = machine_boot_released(spec, &error);
	if (!machine) {
		reader_refuse(reader, error.text);
		return;
	}
	if (!compare_released(reader, result)) {
		machine_boot_finish(spec);
		read_distances(reader, spec); /* again, to go past them */
		compare_running(reader, result);
	}
	machine_free(machine);
}

/** Read the first line, and see that the last is there. */
static int check_head(struct reader *reader)
{
	const struct text_format format = text_format_of(reader->text);
	const char *line = reader_line(reader);

	if (text_format_check(&format, &reader->error))
		return -1;
	if (!line || strcmp(line, "boot v1"))
		return reader_fail(reader, "'boot v1', the first line of a boot recording");
	return reader_check_last(reader, "end");
}

/**
 * @brief Compare a boot in this configuration with the recording of one.
 *
 * @param text the recording
 * @param result receives how it went
 * @source none (ours)
 */
void replay_boot(const struct text *text, struct replay_result *result)
{
	struct reader reader = { .text = text };
	struct boot_spec *spec = calloc(1, sizeof(*spec));
	int at_snapshot = 0;

	memset(result, 0, sizeof(*result));
	if (!spec)
		reader_refuse(&reader, "out of memory");
	else if (!check_head(&reader))
		spec->nr_cpus = 1;
	while (!reader.error.line && !at_snapshot) {
		/* At the latest the last line, `end`, is refused here. */
		at_snapshot = read_boot_line(&reader, spec, reader_line(&reader));
	}
	if (at_snapshot == 1 && !scan_distances(&reader, spec))
		compare_boot(&reader, spec, result);
	result_take_error(result, &reader);
	free(spec);
}
