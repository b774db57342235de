/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The records that a saved snapshot has beyond those of a recording, so that a loaded machine
 * decides everything that follows as the saved one would have.
 *
 * A record is one line. Its first word says what it is about; most go on with names and numbers in
 * any order, and names that are left out stay as they are. The same lines change a machine that
 * runs: `machine vm_swappiness 10`. The records (records-fields.c lists their fields):
 *
 *     memory START END node NID nomap B       a memory range, PFNs; stands before the zones
 *     machine NAME VALUE ...                  what the kernel keeps in globals
 *     cpu N node NID online B                 on a machine that runs, a CPU comes or goes as in 5.8.18
 *     distance FROM TO VALUE
 *     totals zone|node|event VALUE ...        counters of the whole machine, in the kernel's order
 *     node_state NID NAME VALUE ...
 *     node_stat NID VALUE ...
 *     node_diff NID CPU threshold N stat VALUE ...
 *     zone_state NID ZONE NAME VALUE ...
 *     zone_stat NID ZONE VALUE ...
 *     zone_numa_stat NID ZONE VALUE ...
 *     pageset NID ZONE CPU expire N stat VALUE ... numa VALUE ...
 *     skip PFN+N ...                          pageblocks that compaction passes over
 *     pages PFN+N NAME VALUE ... owner N memcg PATH   pages in use that differ from a plain one
 *     compound PFN ORDER
 *     lru NID LIST PFN ...                    a list of reclaimable pages of one group, head first
 *     cpuset NAME parent NAME mems HEX ...    when the nodes change, its tasks follow
 *     memcg PATH [parent PATH] NAME VALUE ...  without parent: /a/b is below /a
 *     stock CPU PATH N                        what a CPU holds in advance for a group
 *     lruvec_state NID PATH NAME VALUE ...    costs, refaults and flags of a group's lists
 *     lruvec_stat NID PATH VALUE ...          counters of a group's lists
 *     lruvec_diff NID PATH CPU VALUE ...      what a CPU holds back of them
 *     task PID comm NAME cpuset NAME memcg PATH mm_of PID NAME VALUE ...
 *     mm PID NAME VALUE ...                   the memory of a task's process
 *     reaper PID                              a victim that the OOM reaper is to take next
 *     policy PID mode M flags F preferred N nodes HEX relative HEX | policy PID none
 *     current PID
 *     mapping N NAME FIELD VALUE ...          a file, or anonymous memory; 1 is the oldest
 *     slots N PFN+N ...                       pages of a mapping that are in its slots, by their index
 *     shadows N INDEX:VALUE ...               what evicted pages left in their slots
 *     pagevec CPU NAME PFN ...                pages that a CPU has collected for the LRU lists
 *     anon PID N                              the mapping of a process's anonymous pages
 *     disk pages_per_tick N queue PFN ...     what the disk writes, and writes next
 *     live next_fold TICK                     the daemons are there
 *     daemon N NAME VALUE ...                 what one of them does, in the order in which they were made
 *     sysctl NAME VALUE                       as if written to /proc/sys/vm: what follows is derived
 *     set_mempolicy MODE HEX                  as the system call does it, for the running task
 *     pm_restrict_gfp_mask                    the machine goes to sleep: no request may start I/O any more
 *     pm_restore_gfp_mask                     it is awake again
 */
#include "state/records.h"
#include "state/state.h"
#include "world/world.h"

static const struct record_kind *const tables[] = { machine_records, page_records, group_records,
						    task_records,    life_records, slot_records };

/**
 * @brief Carry out one record on the machine in focus.
 *
 * @param reader the place, for errors
 * @param line the record
 * @return 0, or -1 after noting an error
 */
int record_apply(struct reader *reader, const char *line)
{
	for (size_t table = 0; table < ARRAY_SIZE(tables); table++)
		for (const struct record_kind *kind = tables[table]; kind->word; kind++)
			if (take_word(&line, kind->word))
				return kind->read(reader, line);
	return reader_fail(reader, "a record of a snapshot");
}
