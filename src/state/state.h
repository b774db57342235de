/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief How a machine comes to be and is written down: each function is documented where it is defined.
 */
#ifndef STATE_H
#define STATE_H

#include <stdio.h>

#include "machine.h"
#include "state/boot-spec.h"
#include "state/lists.h"
#include "state/reader.h"
#include "state/sample.h"

/* boot.c */
struct machine *machine_boot(const struct boot_spec *spec, char *error, size_t error_size);
struct machine *machine_boot_released(const struct boot_spec *spec, char *error, size_t error_size);
void machine_boot_finish(const struct boot_spec *spec);

/* snapshot.c */
struct machine *snapshot_load(struct reader *reader);
int snapshot_read_zone_state(struct reader *reader, struct zone *zone, int indent);
void snapshot_clear_zone_state(struct zone *zone);
/* snapshot-write.c */
void snapshot_write(FILE *out);
void snapshot_save(FILE *out);

/* records.c: the records of saved snapshots that recordings do not have */
int record_apply(struct reader *reader, const char *line);
/* records-write.c */
void records_write_early(FILE *out);
void records_write(FILE *out);

/* proc.c */
void proc_buddyinfo(FILE *out);
void proc_pagetypeinfo(FILE *out);
void proc_zoneinfo(FILE *out);
/* proc-read.c */
struct machine *proc_read(const struct proc_sample *sample, struct reader *reader);
/* lists.c */
void lists_take(struct pageflow_lists *lists);
unsigned long count_blocks_of_list(const struct list_head *list, unsigned long most);
void count_pageblocks(const struct zone *zone, unsigned long count[]);

#endif
