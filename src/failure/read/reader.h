/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the files that read a report share: reader.c reads a report, the others kinds of its lines.
 */
#ifndef FAILURE_READER_H
#define FAILURE_READER_H

#include "failure/failure.h"
#include "failure/read/weave.h"
#include "text/words.h"

/** Numbers above this cannot be figures of a machine's memory: they stay at it, so that sums cannot overflow. */
#define MOST_FIGURE 0xffffffffffffull

/** Most columns of a task table. */
#define MOST_COLUMNS 16

/** The columns of a task table that are kept. */
enum task_column {
	COLUMN_OTHER,
	COLUMN_UID,
	COLUMN_TGID,
	COLUMN_TOTAL_VM,
	COLUMN_RSS,
	COLUMN_RSS_ANON,
	COLUMN_RSS_FILE,
	COLUMN_RSS_SHMEM,
	COLUMN_TABLES,
	COLUMN_TABLE_BYTES,
	COLUMN_SWAP,
	COLUMN_ADJ,
};

/** Where the reading of an OOM report stands. Only the memory of the table outlives a report. */
struct oom_reading {
	struct failure_task *task;
	size_t room; /**< rows that `task` has room for */
	bool in_table;
	bool in_stats;	   /**< after the title of a group's statistics */
	bool stats_totals; /**< they are printed with those of the children as `total_NAME` */
	bool guessed;	   /**< the title is lost: the columns are those that fit */
	enum task_column column[MOST_COLUMNS];
	int nr_columns;
};

/** A report that is being read. */
struct failure_reader {
	size_t line;	    /**< of the log */
	bool in_totals;	    /**< after Mem-Info, before the first node or zone */
	bool after_reserve; /**< the line before was a zone's reserve */
	int pending_nid;    /**< of a line that had only the beginning of a zone line; -1 */
	int zone;	    /**< whose line was read last; -1 */
	int list;	    /**< whose free list line was read last; -1 */
	bool repeated; /**< a zone's figures came twice, and not the same: lines of another report are among these */
	char log_version[64]; /**< from `Linux version`, before this report */
	struct strand strand;
	struct oom_reading oom;
	struct failure failure;
};

/** Take a decimal number; false when there is none. */
static inline bool take_count(const char **cursor, uint64_t *value)
{
	return take_clamped(cursor, 10, MOST_FIGURE, value);
}

/* reader.c */
void failure_reader_open(struct failure_reader *reader, enum failure_kind kind, size_t line);
void failure_reader_free(struct failure_reader *reader);
void failure_reader_read(struct failure_reader *reader, const char *line);
void failure_reader_close(struct failure_reader *reader);
bool failure_reader_whole(const struct failure_reader *reader);

/* header.c */
const char *failure_header_find(const char *line, enum failure_kind *kind);
void failure_header_take(struct failure *failure, const char *line, const char *what);
bool failure_read_cpu(struct failure *failure, const char *line);
bool failure_take_nodes(const char *text, const char *name, uint64_t *nodes);
void failure_read_cpuset(struct failure *failure, const char *text);

/* call-trace.c */
bool failure_read_trace(struct failure *failure, const char *line);

/* killing.c */
void earlier_kills_add(struct earlier_kills *earlier, const struct failure_oom *oom);
bool failure_read_oom(struct failure_reader *reader, const char *line);

/* tasks.c */
bool failure_read_task(struct failure_reader *reader, const char *line);

/* group.c */
bool failure_read_group(struct failure_reader *reader, const char *line);

/* holders.c */
bool failure_read_holders(struct failure *failure, const char *line);

/* state.c */
void failure_read_state(struct failure_reader *reader, const char *line);
void failure_close_state(struct failure *failure);

#endif
