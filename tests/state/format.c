/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * What a text is: its kind, its version, the configuration it needs.
 */
#include "state/format.h"

#include <limits.h>

#include "harness.h"
#include "life/life.h"
#include "recording.h"

static struct text_format format_of(const char *content)
{
	return text_format_of(recording_from(content));
}

TEST(format_knows_the_kinds, "")
{
	ck_assert_int_eq(format_of("trace v1 profile x\n").kind, TEXT_RECORDING);
	ck_assert_int_eq(format_of("boot v1\n").kind, TEXT_BOOT);
	ck_assert_int_eq(format_of("pageflow snapshot v1\n").kind, TEXT_SNAPSHOT);
	ck_assert_int_eq(format_of("kmem v1\n").kind, TEXT_KMEM);
	ck_assert_int_eq(format_of("Node 0, zone DMA\n").kind, TEXT_ZONEINFO);
	ck_assert_int_eq(format_of("").kind, TEXT_UNKNOWN);
	/* Expect a process by the name of a format to be none. */
	ck_assert_int_eq(format_of("kmem 71 [000] 12.5: kmem:mm_page_alloc\n").kind, TEXT_UNKNOWN);
}

TEST(format_reads_the_version, "")
{
	ck_assert_int_eq(format_of("trace v17 profile x\n").version, 17);
	ck_assert_int_eq(format_of("trace v\n").version, 0);
	ck_assert_int_eq(format_of("boot v99999999999999999999\n").version, LONG_MAX);
	ck_assert_int_eq(format_of("Node 0, zone DMA\n").version, 0);
}

TEST(format_finds_the_state_and_the_configuration, "")
{
	struct text_format format = format_of("trace v1 x\nsnapshot before\nkernel x numa 1 y\n");

	ck_assert_uint_eq(format.state, 2);
	ck_assert(format.numa);
	/* Of a boot, the running state. */
	format = format_of("boot v1\nsnapshot released\nkernel x numa 0 y\nsnapshot running\n");
	ck_assert_uint_eq(format.state, 4);
	ck_assert(!format.numa);
	ck_assert(format_of("Node 0, zone DMA\n      numa_hit 1\n").numa);
}

TEST(format_passes_over_remarks_above_the_state, "")
{
	/* Who saves another kernel says there what has no place in 5.8.18's state. */
	struct text_format format =
		format_of("pageflow snapshot v1\n# kernel 6.1 numa 1 x\n"
			  "# snapshot of it\nsnapshot saved\nkernel x numa 0 y\n");

	ck_assert_int_eq(format.kind, TEXT_SNAPSHOT);
	ck_assert_uint_eq(format.state, 4);
	ck_assert(!format.numa);
}

TEST(format_refuses_newer_versions, "")
{
	struct text_format format = format_of("kmem v2\n");
	struct pageflow_error error = { 0 };

	ck_assert_int_eq(text_format_check(&format, &error), -1);
	ck_assert_str_eq(error.text, "it is a normalised trace of version 2, and this Pageflow "
				     "reads version 1: use a newer Pageflow");
	ck_assert_uint_eq(error.line, 1);
	format = format_of("kmem v1\n");
	ck_assert_int_eq(text_format_check(&format, &error), 0);
	format = format_of("hello\n");
	ck_assert_int_eq(text_format_check(&format, &error), 0);
}
