/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The lines of an OOM report about the memory cgroup at its limit: its counters, and what it holds.
 *
 * Statistics come in two forms: in bytes, a line each, with the children included; or in kB, one line a group, each group alone.
 */
#include "failure/read/reader.h"

#include <string.h>

/** A limit from here on is none: the largest number of pages on 64 bits, in kB. */
#define NO_LIMIT_KB (1ull << 52)

/** Larger than any limit that a kernel prints. */
#define MOST_LIMIT_KB (1ull << 62)

/** The largest number of pages on 32 bits, in kB. */
#define NO_LIMIT_32_KB 8589934588ull

/** The names of a statistic, new and old. */
static const struct {
	const char *name;
	enum group_stat stat;
} names[] = {
	{ "anon", STAT_ANON },
	{ "rss", STAT_ANON },
	{ "file", STAT_FILE },
	{ "cache", STAT_FILE },
	{ "shmem", STAT_SHMEM },
	{ "kernel", STAT_KERNEL },
	{ "kernel_stack", STAT_KERNEL_STACK },
	{ "pagetables", STAT_PAGETABLES },
	{ "sec_pagetables", STAT_SEC_PAGETABLES },
	{ "percpu", STAT_PERCPU },
	{ "sock", STAT_SOCK },
	{ "vmalloc", STAT_VMALLOC },
	{ "slab", STAT_SLAB },
	{ "slab_reclaimable", STAT_SLAB_RECLAIMABLE },
	{ "slab_unreclaimable", STAT_SLAB_UNRECLAIMABLE },
	{ "zswap", STAT_ZSWAP },
	{ "zswapped", STAT_ZSWAPPED },
	{ "swap", STAT_SWAP },
	{ "swapcached", STAT_SWAPCACHED },
	{ "file_mapped", STAT_MAPPED },
	{ "mapped_file", STAT_MAPPED },
	{ "file_dirty", STAT_DIRTY },
	{ "dirty", STAT_DIRTY },
	{ "file_writeback", STAT_WRITEBACK },
	{ "writeback", STAT_WRITEBACK },
	{ "unevictable", STAT_UNEVICTABLE },
	{ "anon_thp", STAT_HUGE },
	{ "rss_huge", STAT_HUGE },
};

/** The statistic of this name; NR_GROUP_STATS when it is none that is kept. */
static enum group_stat stat_of(struct word name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (word_is(name, names[i].name))
			return names[i].stat;
	return NR_GROUP_STATS;
}

/** A counter's line: `memory: usage 32768kB, limit 32768kB, failcnt 8`. */
static bool read_counter(struct failure *failure, const char *line)
{
	static const char *const counters[] = {
		[GROUP_MEMORY_SWAP] = "memory+swap: usage ",
		[GROUP_MEMORY] = "memory: usage ",
		[GROUP_SWAP] = "swap: usage ",
		[GROUP_KMEM] = "kmem: usage ",
	};
	/* `memory+swap` first: the name of another ends it. */
	static const enum group_counter_name order[] = { GROUP_MEMORY_SWAP, GROUP_MEMORY,
							 GROUP_SWAP, GROUP_KMEM };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		struct group_counter *counter = &failure->oom.counter[order[i]], read = { 0 };
		const char *at = find_words(line, counters[order[i]]), *limit, *failcnt;

		if (!at)
			continue;
		at += strlen(counters[order[i]]);
		limit = strstr(at, "limit ");
		failcnt = strstr(at, "failcnt ");
		if (!take_count(&at, &read.usage_kb) || !limit)
			return true;
		limit += strlen("limit ");
		/* A line cut in the middle of its limit would make it smaller than it is. */
		if (!take_clamped(&limit, 10, MOST_LIMIT_KB, &read.limit_kb) ||
		    strncmp(limit, "kB", 2))
			return true;
		if (failcnt) {
			failcnt += strlen("failcnt ");
			take_count(&failcnt, &read.failcnt);
		}
		read.read = true;
		read.unlimited = read.limit_kb >= NO_LIMIT_KB || read.limit_kb == NO_LIMIT_32_KB;
		*counter = read;
		failure->memcg |= order[i] == GROUP_MEMORY;
		return true;
	}
	return false;
}

/** `Task in A killed as a result of limit of B`, before 5.0: B met its limit, A is the victim's group. */
static bool read_limit_of(struct failure *failure, const char *line)
{
	static const char task[] = "Task in ", limit[] = " killed as a result of limit of ";
	static const char nobody[] = "Memory limit reached of cgroup ";
	struct failure_oom *oom = &failure->oom;
	const char *from = strstr(line, task), *to = from ? strstr(from, limit) : NULL;
	const char *alone = strstr(line, nobody);

	if (alone) {
		failure->memcg = true;
		word_copy(word_of(alone + strlen(nobody)), oom->group, sizeof(oom->group));
		return true;
	}
	if (!to)
		return false;
	from += strlen(task);
	failure->memcg = true;
	if (to >= from)
		word_copy((struct word){ from, (size_t)(to - from) }, oom->task_group,
			  sizeof(oom->task_group));
	word_copy(word_of(to + strlen(limit)), oom->group, sizeof(oom->group));
	return true;
}

/** Add a statistic of one group, in kB, to those of its children. */
static void add_stat(struct failure_oom *oom, enum group_stat stat, uint64_t kb)
{
	oom->stats_seen |= 1ull << stat;
	if (oom->stat_kb[stat] + kb <= MOST_FIGURE)
		oom->stat_kb[stat] += kb;
}

/** `cache:24KB`: a statistic of one group without its children. */
static bool take_pair(struct failure_oom *oom, struct word word)
{
	const char *colon = memchr(word.at, ':', word.length), *value;
	enum group_stat stat;
	uint64_t kb;

	if (!colon)
		return false;
	value = colon + 1;
	stat = stat_of((struct word){ word.at, (size_t)(colon - word.at) });
	if (stat == NR_GROUP_STATS || !take_count(&value, &kb) || (*value != 'K' && *value != 'k'))
		return false;
	add_stat(oom, stat, kb);
	return true;
}

/** `anon 33386496`, or `total_rss 33386496`: a statistic in bytes, with those of the children. */
static bool take_bytes(struct failure_reader *reader, struct word word, const char *after)
{
	static const char total[] = "total_";
	struct failure_oom *oom = &reader->failure.oom;
	struct word number = next_word(&after);
	bool totals = word.length > strlen(total) && !strncmp(word.at, total, strlen(total));
	enum group_stat stat;
	uint64_t bytes;

	if (totals) {
		word.at += strlen(total);
		word.length -= strlen(total);
	}
	stat = stat_of(word);
	if (stat == NR_GROUP_STATS || !word_number(number, &bytes))
		return false;
	/* Where there are totals, the others are of the group alone. */
	reader->oom.stats_totals |= totals;
	if (reader->oom.stats_totals && !totals)
		return true;
	oom->stats_seen |= 1ull << stat;
	oom->stat_kb[stat] = bytes / 1024;
	return true;
}

/** Take the statistics that stand in a line, in one form or the other. */
static bool read_stats(struct failure_reader *reader, const char *at)
{
	struct word word;
	bool any = false;

	while ((word = next_word(&at)).length)
		any |= take_pair(&reader->failure.oom, word) || take_bytes(reader, word, at);
	return any;
}

/** Where the name of a group ends: at the colon that nothing follows, or a statistic; NULL when it was cut. */
static const char *name_end(const char *name)
{
	for (const char *colon = strchr(name, ':'); colon; colon = strchr(colon + 1, ':')) {
		const char *after = colon + 1;
		struct word word = next_word(&after);

		if (!word.length)
			return colon;
		word.length = strcspn(word.at, ": ");
		if (colon[1] == ' ' && stat_of(word) != NR_GROUP_STATS)
			return colon;
	}
	return NULL;
}

/** `Memory cgroup stats for NAME:`. In the old form there is such a line for each child too. */
static bool read_stats_title(struct failure_reader *reader, const char *line)
{
	static const char title[] = "Memory cgroup stats for ";
	struct failure_oom *oom = &reader->failure.oom;
	const char *name = strstr(line, title), *end;

	if (!name)
		return false;
	name += strlen(title);
	end = name_end(name);
	reader->failure.memcg = true;
	/* The first is the group's own. */
	if (!oom->group[0]) {
		word_copy((struct word){ name, end ? (size_t)(end - name) : strlen(name) },
			  oom->group, sizeof(oom->group));
		oom->group_cut = !end;
	}
	reader->oom.in_stats = true;
	if (end)
		read_stats(reader, end + 1);
	return true;
}

/** `Memory cgroup min protection NkB -- low protection NkB`. */
static bool read_protection(struct failure_oom *oom, const char *line)
{
	const char *min = strstr(line, "Memory cgroup min protection "), *low;

	if (!min)
		return false;
	low = strstr(min, "low protection ");
	min += strlen("Memory cgroup min protection ");
	if (low)
		low += strlen("low protection ");
	oom->has_protection =
		take_count(&min, &oom->min_kb) && low && take_count(&low, &oom->low_kb);
	return true;
}

/**
 * @brief Read a line about the memory cgroup at its limit.
 *
 * @param reader the reader
 * @param line a line
 * @return false when it is another line
 */
bool failure_read_group(struct failure_reader *reader, const char *line)
{
	struct failure *failure = &reader->failure;

	if (read_counter(failure, line) || read_limit_of(failure, line) ||
	    read_stats_title(reader, line) || read_protection(&failure->oom, line))
		return true;
	return reader->oom.in_stats && read_stats(reader, line);
}
