/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What to do about those who hold the memory: a leak, slab caches, a process, swap, a group at its limit.
 */
#include <string.h>

#include "failure/advice.h"

/** Who holds less of the memory than this, in per cent, is not worth advice. */
#define LEAST_PERCENT 20

/** Most holders about whom something is said. */
#define MOST_SAID 3

/** A holder, and what is said about it. */
struct held {
	struct log_answer *answer;
	const struct holder *holder;
	unsigned int percent;
};

/** Pages that nothing accounts for. */
static void advise_leak(const struct held *held)
{
	const struct failure_holders *holders = &held->answer->failure->holders;
	struct advice *advice;

	if (!held->answer->balance.leak_suspect)
		return;
	advice = advice_add(held->answer, "leak", false,
			    "a restart; page_owner takes memory of its own");
	if (holders->nr_places)
		SAY(advice,
		    "%u %% of memory is in no counter: code takes pages and keeps them. "
		    "'Memory allocations' names the largest place, %s: look there first",
		    held->percent, holders->place[0].name);
	else
		SAY(advice,
		    "%u %% of memory is in no counter: code takes pages and keeps them, most often "
		    "a driver or a file system. Boot with page_owner=on, let it grow, and sort "
		    "/sys/kernel/debug/page_owner by stack",
		    held->percent);
}

/** Slab caches. */
static void advise_slab(const struct held *held)
{
	const struct failure *failure = held->answer->failure;
	uint64_t reclaimable = failure->totals.value[FIGURE_SLAB_RECLAIMABLE];
	char amount[64], cache[128] = "";

	if (failure->holders.nr_slabs)
		snprintf(cache, sizeof(cache), ", the largest is %s with %llu kB",
			 failure->holders.slab[0].name,
			 (unsigned long long)failure->holders.slab[0].kb);
	SAY(advice_add(held->answer, "slab", false, "what was cached must be read again"),
	    "slab holds %u %% of memory%s: 'slabtop -s c' shows which cache grows; "
	    "'echo 2 >/proc/sys/vm/drop_caches' frees what is reclaimable and not in use, at most "
	    "%s",
	    held->percent, cache,
	    log_pages(held->answer, (long)reclaimable, amount, sizeof(amount)));
}

/** The process that holds most, where it holds much. */
static void advise_process(const struct held *held)
{
	const struct failure_task *largest = advice_largest_task(held->answer->failure);
	unsigned int percent = largest ? balance_percent(&held->answer->balance, largest->rss) : 0;

	if (percent < LEAST_PERCENT || percent > 100)
		return;
	SAY(advice_add(held->answer, "process", false, "it fails at its own limit instead"),
	    "%ld (%s) holds %u %% of memory by itself: find out why, and give it a limit "
	    "(MemoryMax= of its unit, or its own settings)",
	    largest->pid, largest->name, percent);
}

/** Memory of processes. */
static void advise_anonymous(const struct held *held)
{
	advise_process(held);
	if (held->answer->balance.swap == SWAP_FULL)
		SAY(advice_add(held->answer, "swap", false,
			       "more swap only puts it off if a process leaks"),
		    "processes hold %u %% of memory and swap is full: nothing is left to page out. "
		    "Stop or limit the largest, or add memory or swap",
		    held->percent);
	else if (held->answer->balance.swap == SWAP_NONE)
		SAY(advice_add(held->answer, "swap", false, "slow pages, or CPU time for zram"),
		    "processes hold %u %% of memory, and without swap none of it can be paged out: "
		    "stop or limit the largest, add memory, or add swap or zram",
		    held->percent);
}

/** Other holders: what is known about each. */
static const struct {
	const char *holder, *key, *what, *cost;
} others[] = {
	{ "shmem", "shmem",
	  "look for files in tmpfs (df -t tmpfs, /dev/shm) and for shared memory (ipcs -m); remove "
	  "them, or mount with size=",
	  "what is in those files" },
	{ "hugepages", "hugepages",
	  "these are set aside and serve nobody else: lower vm.nr_hugepages, or the numbers at boot",
	  "programs that use them get fewer" },
	{ "balloon", "balloon",
	  "the host took these back: give the guest more memory, or make the balloon smaller",
	  "memory of the host" },
	{ "pagetables", "pagetables",
	  "many processes map much: fewer of them, or huge pages for what they share",
	  "a change to programs" },
	{ "kernel_stack", "kernel_stack",
	  "that is a great many threads: find who starts them, and limit them (TasksMax=)",
	  "programs meet that limit" },
	{ "unevictable", "unevictable",
	  "it is locked (mlock, VFIO, RDMA) or in ramfs and cannot be reclaimed: lock less",
	  "a change to programs" },
	{ "percpu", "percpu",
	  "per-CPU memory grows with CPUs and with memory cgroups: look for dying cgroups and BPF maps",
	  "time to look" },
	{ "vmalloc", "vmalloc", "/proc/vmallocinfo names who took it", "time to look" },
};

/** About a holder without advice of its own. */
static void advise_other(const struct held *held)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(held->holder->key, others[i].holder))
			SAY(advice_add(held->answer, others[i].key, false, others[i].cost),
			    "%s: %u %% of memory; %s", held->holder->name, held->percent,
			    others[i].what);
}

/** About one holder. */
static void advise_holder(const struct held *held)
{
	const char *key = held->holder->key;

	if (!strcmp(key, "unaccounted"))
		advise_leak(held);
	else if (!strncmp(key, "slab", 4))
		advise_slab(held);
	else if (!strcmp(key, "anon"))
		advise_anonymous(held);
	else
		advise_other(held);
}

/**
 * @brief Advise on those who hold the memory, the largest first.
 *
 * @param answer receives the advice
 * @return was anything advised?
 */
bool advise_holders(struct log_answer *answer)
{
	const struct balance *balance = &answer->balance;
	int before = answer->nr_advice, said = 0;

	for (int i = 0; i < balance->nr_holders && said < MOST_SAID; i++) {
		struct held held = { answer, &balance->holder[i], 0 };

		if (!strcmp(held.holder->key, "free"))
			continue;
		held.percent = balance_percent(balance, held.holder->pages);
		if (held.percent < LEAST_PERCENT)
			break;
		advise_holder(&held);
		said++;
	}
	return answer->nr_advice > before;
}
