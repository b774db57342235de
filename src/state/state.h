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
#include "state/snapshot-pages.h"

/** PFNs of physical addresses of at most 48 bits are below this. */
#define MAX_PFN (1l << (48 - PAGE_SHIFT))

/* boot.c */
struct machine *machine_boot(const struct boot_spec *spec, struct pageflow_error *error);
struct machine *machine_boot_released(const struct boot_spec *spec, struct pageflow_error *error);
void machine_boot_finish(const struct boot_spec *spec);

/* snapshot.c */
struct machine *snapshot_load(struct reader *reader);
/* snapshot-zone.c */
int snapshot_read_zone_state(struct reader *reader, struct zone *zone, int indent);
void snapshot_clear_zone_state(struct zone *zone);
const char *snapshot_pageblock_name(unsigned long pfn);
/* snapshot-pages.c: what compaction reads */
int snapshot_read_page_line(struct reader *reader, struct zone *zone, const char *line);
int snapshot_read_pagevec(struct reader *reader, const char *line);
int snapshot_take_activity(struct reader *reader, struct zone *zone, const char *line);
int snapshot_check_pagevecs(struct reader *reader);
int snapshot_check(struct reader *reader);
struct address_space *snapshot_space(enum page_kind kind);
/* snapshot-pages-write.c */
void snapshot_write_scanner(FILE *out, const struct zone *zone);
void snapshot_write_skip(FILE *out, const struct zone *zone);
void snapshot_write_page_lines(FILE *out, const struct zone *zone, bool all_flags);
void snapshot_write_pagevecs(FILE *out, const char *indent);
/* snapshot-lru.c: the LRU lists and their counters */
bool snapshot_is_list_line(const char *line);
int snapshot_read_list(struct reader *reader, const char *line);
void snapshot_write_vmctl(FILE *out);
void snapshot_write_lists(FILE *out, const char *indent, struct pglist_data *pgdat, bool whole);
/* snapshot-write.c */
enum snapshot_order {
	NODE_BY_NODE, /**< each node is followed by its zones */
	NODES_FIRST,  /**< all nodes, then all zones */
};

/** Which lines a snapshot has beyond those of every recording. */
struct snapshot_form {
	enum snapshot_order order;
	bool pages; /**< what compaction reads of zones, and the batches of pages on their way to lists */
	bool lists;  /**< the LRU lists and their counters, and the tunables of reclaim */
	bool groups; /**< memory cgroups, and the slots of files */
};
void snapshot_write(FILE *out, const struct snapshot_form *form);
void snapshot_write_zone_state(FILE *out, const struct zone *zone,
			       const struct snapshot_form *form);
void snapshot_save(FILE *out);
void snapshot_write_zone_state(FILE *out, const struct zone *zone,
			       const struct snapshot_form *form);
void snapshot_write_watermark(FILE *out, const struct zone *zone);
void snapshot_write_vmstat(FILE *out, const struct zone *zone);

/* snapshot-groups.c */
struct address_space *snapshot_file(const char *kind);
bool snapshot_is_group_line(const char *line);
int snapshot_read_group(struct reader *reader, const char *line);
int snapshot_read_slot(struct reader *reader, const char *line);
void snapshot_write_charges(FILE *out, const char *indent);
void snapshot_write_groups(FILE *out);
/* records.c: the records of saved snapshots that recordings do not have */
int record_apply(struct reader *reader, const char *line);
/* records-write.c */
void records_write_early(FILE *out);
void records_write(FILE *out);
/* records-life.c */
void records_write_life(FILE *out);
void records_write_claims(FILE *out);
/* records-slots.c */
void records_write_slots(FILE *out);

/* proc.c */
void proc_buddyinfo(FILE *out);
void proc_pagetypeinfo(FILE *out);
void proc_zoneinfo(FILE *out);
/* proc-text.c */
int proc_text_read(const struct proc_texts *texts, struct sample *sample,
		   struct pageflow_error *error);
/* proc-build.c */
struct machine *machine_from_sample(const struct sample *sample, struct pageflow_error *error);

/* ranges.c */
bool memory_ranges_sort(struct memory_range *ranges, int count);
void boot_ranges_sort(struct boot_range *ranges, int count);
/* zone-counts.c */
long zone_pages_listed(const struct zone *zone);
long zone_cma_pages_listed(const struct zone *zone);
bool zone_counters_right(const struct zone *zone);
bool zone_pcp_counts_right(const struct zone *zone);
/* lists.c */
bool lists_take(struct pageflow_lists *lists);
unsigned long count_blocks_of_list(const struct list_head *list, unsigned long most);
void count_pageblocks(const struct zone *zone, unsigned long count[]);

#endif
