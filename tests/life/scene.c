/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of the commands that set scenes: what they do to the machine, what they print, what they refuse.
 */
#include <stdlib.h>
#include <string.h>

#include "failing.h"
#include "life/life.h"
#include "machines.h"
#include "page_cache.h"

static char *printed;
static struct pageflow_error error;

/** Carry out a command; its answer. */
static int run(const char *line)
{
	size_t size;
	FILE *out;
	int failed;

	free(printed);
	out = open_memstream(&printed, &size);
	error.text[0] = '\0';
	failed = scene_run(line, out, &error);
	fclose(out);
	return failed;
}

static void expect(const char *line, const char *words)
{
	ck_assert_msg(!run(line), "%s: %s", line, error.text);
	ck_assert_msg(strstr(printed, words) != NULL, "%s: %s", line, printed);
}

static void refused(const char *line, const char *words)
{
	ck_assert_int_eq(run(line), -1);
	ck_assert_msg(strstr(error.text, words) != NULL, "%s: %s", line, error.text);
}

TEST(scene_lives_and_idles, "")
{
	test_machine_uma(64);
	refused("idle", "'live' starts the daemons");
	expect("live", "");
	refused("live", "alive already");
	expect("status", "kswapd0: asleep");
	daemon_wake(world->life->kswapd[0]);
	expect("status", "kswapd0: woken");
	schedule_daemons();
	expect("status", "kswapd0: napping");
	expect("idle", "25 ticks");
	expect("status", "kswapd0: asleep");
}

TEST(scene_fills_dirties_writes_verifies, "")
{
	test_machine_uma(64);
	expect("file\tmovie", "");
	refused("file movie", "already");
	expect("fill movie 10", "movie: 10 pages added, 0 reclaimed in the meantime, 10 in memory");
	expect("fill movie 50% ", "movie: 8192 pages added");
	expect("dirty movie 3", "3 pages became dirty");
	expect("dirty movie 2", "2 pages became dirty");
	ck_assert_int_eq(test_node_count(NR_FILE_DIRTY), 5);
	expect("dirty movie 9000", "8197 pages became dirty");
	expect("write movie", "contents of 8202 pages written");
	expect("fill movie 1", "1 pages added");
	expect("verify movie", "8202 pages hold what was written, 1 do not");
	expect("status", "file movie: 8203 pages in memory, 0 reclaimed");
}

TEST(scene_processes_and_groups, "")
{
	struct task *task;

	test_machine_uma(64);
	expect("process worker", "pid 2: worker");
	expect("swap 100", "");
	expect("status", "swap: 100 pages, 100 free");
	expect("status", "pid 2 worker: 0 pages in use, 0 in swap");
	expect("fault 2 10", "worker: 10 of 10 pages\n");
	expect("status", "pid 2 worker: 10 pages in use, 0 in swap, oom_score_adj 0");
	refused("join 2 /job", "no memory cgroup");
	refused("join 2 small", "no cpuset");
	memcg_new("/job", &world->root_mem_cgroup, 7);
	cpuset_new("small", &world->top_cpuset, (nodemask_t){ 1 });
	cpuset_new("other", &world->top_cpuset, (nodemask_t){ 1 });
	expect("join 2 /job", "");
	expect("join 2 small", "");
	task = task_by_pid(2);
	ck_assert_str_eq(task->memcg->path, "/job");
	ck_assert_str_eq(task->cpuset->name, "small");
	expect("status", "group /job: 0 of 7 pages");
	task_set_mm(task, NULL);
	refused("fault 2 1", "no process 2");
	expect("status", "pid 1 init");
}

TEST(scene_tells_who_was_killed, "")
{
	test_machine_uma(64);
	expect("live", "");
	expect("process greedy", "pid 2");
	expect("fault 2 20000", "of 20000 pages, then it was killed");
	ck_assert_ptr_null(task_by_pid(2));
}

TEST(scene_fragments, "")
{
	unsigned long free = 0;

	test_machine_zones(16);
	expect("file movie", "");
	expect("fragment 200 movie", "200 of them free again");
	for (int zid = ZONE_DMA; zid <= ZONE_NORMAL; zid++)
		free += zone_page_state_snapshot(test_zone(0, zid), NR_FREE_PAGES);
	ck_assert_uint_eq(free, 200);
	ck_assert_int_eq(test_node_count(NR_FILE_PAGES), world->address_spaces->nrpages);
	test_check_lists();
	expect("write movie", "contents of");
	expect("verify movie", ", 0 do not");
	expect("fragment 300", "200 pages taken, 200 of them free again");
}

TEST(scene_refuses, "")
{
	test_machine_uma(64);
	refused("", "there is no command ''");
	refused("dance", "there is no command 'dance'");
	refused("fil movie", "there is no command 'fil'");
	refused("file", "expected 'file NAME'");
	refused("file a b c", "expected 'file NAME'");
	refused("file 0123456789012345678901234567890123456789", "too long");
	refused("file 01234567890123456789012345678901234567890123456789012345678901234567890",
		"expected 'file NAME'");
	refused("process 0123456789012345", "too long");
	refused("fill x 1", "no file 'x'");
	refused("dirty x 1", "no file 'x'");
	refused("write x", "no file 'x'");
	refused("verify x", "no file 'x'");
	refused("fragment 1 x", "no file 'x'");
	expect("file x", "");
	refused("fill x all", "not a number of pages");
	refused("dirty x 0", "not a number of pages");
	refused("swap 99999999999999999999", "not a number of pages");
	refused("swap 9999999999", "not a number of pages");
	refused("swap -", "not a number of pages");
	refused("fragment 1x", "not a number of pages");
	refused("fault 1 x", "not a number of pages");
	refused("fault 77 1", "no process 77");
	refused("fault x 1", "no process x");
	refused("join 77 /", "no process 77");
}

/* Linked statically, as for arm64, the C library's own requests would be refused too. */
#ifndef __aarch64__
TEST(scene_without_host_memory, "")
{
	test_machine_uma(16);
	test_fail(FAIL_CALLOC, 1);
	refused("status", "out of memory");
	expect("status", "");
	test_fail(FAIL_CALLOC, 1);
	refused("file x", "out of memory");
	test_fail(FAIL_CALLOC, 1);
	refused("process x", "out of memory");
	test_fail(FAIL_CALLOC, 1);
	refused("fragment 10", "out of memory");
}
#endif

TEST(scene_sleeps, "")
{
	test_machine_uma(64);
	ck_assert_int_eq(run("live"), 0);
	ck_assert_int_eq(run("sleep 2"), 0);
	ck_assert_uint_eq(world->jiffies, 2 * HZ);
	refused("sleep 0", "'0' is not a number of seconds; give one from 1 to 3600");
	refused("sleep 3601", "'3601' is not a number of seconds");
}
