/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the writer of saved snapshots and their readers share.
 */
#ifndef RECORDS_H
#define RECORDS_H

#include "machine.h"
#include "state/reader.h"

/** A number in a structure, by name. */
struct record_field {
	const char *name;
	size_t offset;
	size_t size;
	bool is_signed;
	long least; /**< what it may be; both 0: whatever it has room for */
	long most;
};

/** Mappings of pages below this are marks; others are the addresses of their owners, with a tag. */
#define MOST_MAPPING_MARK 4096ul

/** What makes a page in use differ from others. */
struct page_state {
	unsigned long flags; /**< without zone, node and section */
	int refcount;
	int mapcount;
	unsigned long index;
	unsigned long private;
	unsigned long mapping; /**< tag, or mark; the owner goes by its number */
	long owner;	       /**< number of the mapping the page belongs to; 0: none */
	struct mem_cgroup *memcg;
};

/** A memory policy as a line says it. */
struct written_policy {
	long mode; /**< enum mempolicy_mode */
	long flags;
	long preferred;	     /**< node; looked at with MPOL_PREFERRED and without MPOL_F_LOCAL */
	nodemask_t nodes;    /**< looked at with MPOL_BIND and MPOL_INTERLEAVE */
	nodemask_t relative; /**< what the nodes were derived from */
};

extern const struct record_field machine_fields[], node_fields[], zone_fields[], task_fields[],
	mm_fields[], cpuset_fields[], memcg_fields[], page_fields[], lruvec_fields[],
	mapping_fields[], daemon_fields[];

/** A record by its first word; a table ends with the word NULL. */
struct record_kind {
	const char *word;
	int (*read)(struct reader *reader, const char *line);
};

extern const struct record_kind machine_records[], page_records[], group_records[], task_records[],
	life_records[], slot_records[];

/* records-fields.c */
long record_get(const struct record_field *field, const void *record);
int record_set_one(struct reader *reader, const char **cursor, const struct record_field *fields,
		   void *record);
int record_set_all(struct reader *reader, const char *line, const struct record_field *fields,
		   void *record);
const char *record_hint(const struct record_field *fields, const char *word, char *hint);
struct pglist_data *record_take_node(const char **line);
void record_write_fields(FILE *out, const struct record_field *fields, const void *record);

/* records-life.c */
long record_mapping_number(const struct address_space *wanted);
bool record_take_mapping(const char **line, struct address_space **space);

/* records-tasks.c */
struct mm *record_take_mm(struct reader *reader, const char **line);
#ifdef CONFIG_NUMA
struct mempolicy *record_policy(struct reader *reader, const struct written_policy *written);
#endif

/* records-groups.c */
bool record_nodes_right(nodemask_t nodes);
struct cpuset *record_find_cpuset(const char *name);
bool record_take_memcg(const char **line, struct mem_cgroup **memcg);

#endif
