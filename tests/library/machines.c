/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The public interface: making machines, allocating and freeing on them, watching them.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "harness.h"
#include "pageflow.h"

#define GFP_KERNEL 0xcc0u
#define GFP_NOWAIT 0x800u
#define GFP_ZERO   0x100u
#define GFP_NOWARN 0x2000u

/** Boot, or fail the test with the reason. */
static pageflow_machine *boot(const char *spec)
{
	struct pageflow_error error = { 0 };
	pageflow_machine *machine = pageflow_boot(spec, &error);

	ck_assert_msg(machine != NULL, "%s: %s", spec, error.text);
	return machine;
}

/** What a machine prints for a /proc file; free() it. */
static char *print(pageflow_machine *machine, enum pageflow_proc file)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	pageflow_print(machine, file, out);
	fclose(out);
	return text;
}

/** What a machine saves; free() it. */
static char *save(pageflow_machine *machine)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_int_eq(pageflow_write(machine, out), 0);
	fclose(out);
	return text;
}

TEST(version_names_the_library, "")
{
	ck_assert_str_eq(pageflow_version(), PAGEFLOW_VERSION);
}

TEST(boot_makes_a_machine_that_allocates, "")
{
	pageflow_machine *machine = boot("64M");
	uint64_t pfn = pageflow_alloc_pages(machine, GFP_KERNEL | GFP_ZERO, 3);
	unsigned char *bytes;

	ck_assert_str_eq(pageflow_configuration(machine), "uma");
	ck_assert_uint_ne(pfn, PAGEFLOW_NO_PAGE);
	ck_assert_uint_eq(pfn % 8, 0);
	bytes = pageflow_address(machine, pfn);
	for (int i = 0; i < 8 * 4096; i++)
		ck_assert_int_eq(bytes[i], 0);
	bytes[8 * 4096 - 1] = 1;
	ck_assert_uint_eq(pageflow_pfn(machine, bytes + 8 * 4096 - 1), pfn + 7);
	ck_assert_int_eq(pageflow_free_pages(machine, pfn, 3), 0);
	pageflow_destroy(machine);
}

TEST(address_of_no_page_is_null, "")
{
	pageflow_machine *machine = boot("64M");
	int local;

	ck_assert_ptr_null(pageflow_address(machine, 1));
	ck_assert_ptr_null(pageflow_address(machine, PAGEFLOW_NO_PAGE));
	ck_assert_uint_eq(pageflow_pfn(machine, &local), PAGEFLOW_NO_PAGE);
	pageflow_destroy(machine);
	pageflow_destroy(NULL);
}

TEST(boot_numa_starts_from_the_node_named, "")
{
	pageflow_machine *machine = boot("2x64M,cpus=2");
	uint64_t first = pageflow_alloc_pages_node(machine, 0, GFP_KERNEL, 0);
	uint64_t second = pageflow_alloc_pages_node(machine, 1, GFP_KERNEL, 0);
	uint64_t here;

	ck_assert_str_eq(pageflow_configuration(machine), "numa");
	ck_assert_uint_lt(first, 0x44000);
	ck_assert_uint_ge(second, 0x44000);
	/* CPU 1 belongs to node 1. */
	ck_assert_int_eq(pageflow_set_cpu(machine, 1), 0);
	here = pageflow_alloc_pages_node(machine, PAGEFLOW_NO_NODE, GFP_KERNEL, 0);
	ck_assert_uint_ge(here, 0x44000);
	ck_assert_uint_ge(pageflow_alloc_pages(machine, GFP_KERNEL, 0), 0x44000);
	ck_assert_int_eq(pageflow_set_cpu(machine, 2), -1);
	ck_assert_int_eq(pageflow_set_cpu(machine, -1), -1);
	ck_assert_int_eq(pageflow_apply(machine, "cpu 1 online 0", NULL), -1);
	ck_assert_int_eq(pageflow_set_cpu(machine, 0), 0);
	ck_assert_int_eq(pageflow_apply(machine, "cpu 1 online 0", NULL), 0);
	ck_assert_int_eq(pageflow_set_cpu(machine, 1), -2);
	ck_assert_int_eq(pageflow_drain_cpu(machine, 1), -2);
	ck_assert_int_eq(pageflow_apply(machine, "cpu 1 online 1", NULL), 0);
	ck_assert_int_eq(pageflow_drain_cpu(machine, 1), 0);
	ck_assert_int_eq(pageflow_drain_cpu(machine, 9), -1);
	pageflow_destroy(machine);
}

/** Specs and the word that the error must have in it. */
static const struct {
	const char *spec;
	const char *word;
} bad_specs[] = {
	{ "", "no size" },
	{ "many", "no size" },
	{ "0", "multiple of 4096" },
	{ "5", "multiple of 4096" },
	{ "64M,", "nothing stands after a comma" },
	{ "64Mx", "no size" },
	{ "9x64M", "1 to 4 nodes" },
	{ "0x64M", "no size" },
	{ "1M+1M+1M+1M+1M", "1 to 4 nodes" },
	{ "999999999999999999999", "no size" },
	{ "9999999T", "no size" },
	{ "300G", "at most 256G" },
	{ "200G+200G", "at most 256G in all" },
	{ "64M,cpus=0", "1 to 64" },
	{ "64M,cpus=65", "1 to 64" },
	{ "64M,cpus=two", "1 to 64" },
	{ "64M,cma=1", "multiple of 4096" },
	{ "64M,cma=128M", "no free range of 128 MiB" },
	{ "64M,colour=blue", "not part of a machine" },
	{ "64M,cpunodes=1", "of each of 1 to 64 CPUs" },
	{ "64M,cpunodes=0:", "of each of 1 to 64 CPUs" },
	{ "2x64M,distance=0:2:20", "two nodes and a distance" },
	{ "2x64M,distance=0:1:5", "two nodes and a distance" },
	{ "64M,reserve=4M", "ADDRESS+SIZE" },
	{ "64M,hole=0x40000000+64M", "no memory" },
	{ "64M,base=17", "multiple of 4096" },
};

TEST(boot_refuses_what_it_does_not_understand, "")
{
	for (size_t i = 0; i < sizeof(bad_specs) / sizeof(bad_specs[0]); i++) {
		struct pageflow_error error = { 0 };
		pageflow_machine *machine = pageflow_boot(bad_specs[i].spec, &error);

		if (!bad_specs[i].word) {
			ck_assert_msg(machine != NULL, "%s: %s", bad_specs[i].spec, error.text);
			pageflow_destroy(machine);
			continue;
		}
		ck_assert_msg(machine == NULL, "%s was taken", bad_specs[i].spec);
		ck_assert_msg(strstr(error.text, bad_specs[i].word) != NULL, "%s: %s",
			      bad_specs[i].spec, error.text);
	}
	ck_assert_ptr_null(pageflow_boot("many", NULL));
}

TEST(boot_places_the_cma_area_below_reservations, "")
{
	/* 64 MiB from 0x40000000; the last 8 MiB are in use, so that CMA ends below them. */
	pageflow_machine *machine = boot("64M,cma=16M,reserve=0x43800000+8M");
	char *types = print(machine, PAGEFLOW_PAGETYPEINFO), *saved = save(machine);

	/* 40 MiB free below the area: 8 pageblocks of CMA. */
	ck_assert_ptr_nonnull(strstr(types,
				     "Node 0, zone      DMA            0           24            0"
				     "            0            8            0 \n"));
	ck_assert_ptr_nonnull(strstr(saved, " free 10 CMA 275456 274432 273408 272384\n"));
	free(types);
	free(saved);
	pageflow_destroy(machine);
}

TEST(boot_knows_holes_and_no_map_memory, "")
{
	pageflow_machine *machine = boot("64M,hole=0x41000000+4M,nomap=0x42000000+2M");

	ck_assert_ptr_null(pageflow_address(machine, 0x41000));
	ck_assert_ptr_null(pageflow_address(machine, 0x42000));
	ck_assert_ptr_nonnull(pageflow_address(machine, 0x42200));
	for (uint64_t pfn;
	     (pfn = pageflow_alloc_pages(machine, GFP_NOWAIT, 0)) != PAGEFLOW_NO_PAGE;)
		ck_assert(pfn < 0x41000 || (pfn >= 0x41400 && pfn < 0x42000) || pfn >= 0x42200);
	pageflow_destroy(machine);
}

/* The sanitizer itself reserves more than any limit leaves, and qemu knows no such limit. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__aarch64__)
TEST(boot_says_that_the_host_refused, "")
{
	const struct rlimit little = { 1ul << 30, 1ul << 30 };
	struct pageflow_error error = { 0 };

	ck_assert_int_eq(setrlimit(RLIMIT_AS, &little), 0);
	ck_assert_ptr_null(pageflow_boot("64G", &error));
	ck_assert_ptr_nonnull(strstr(error.text, "the host refuses to reserve"));
	ck_assert_ptr_nonnull(strstr(error.text, "ulimit -v"));
}
#endif

/** Keeps the texts of events and messages, one a line. */
struct log {
	char text[4096];
	int count;
};

static void note(struct log *log, const char *line)
{
	size_t length = strlen(log->text);

	snprintf(log->text + length, sizeof(log->text) - length, "%s\n", line);
	log->count++;
}

static void note_text(const char *text, void *context)
{
	note(context, text);
}

static void keep_event(const struct pageflow_event *event, void *context)
{
	struct log *log = context;

	ck_assert_str_eq(event->name, "mm_page_alloc");
	ck_assert_int_eq(event->nr_fields, 4);
	ck_assert_str_eq(event->field_name[1], "order");
	ck_assert_int_eq(event->field[1], 0);
	log->count++;
	pageflow_event_text(event, log->text, sizeof(log->text));
}

TEST(event_text_names_fields_and_masks, "")
{
	pageflow_machine *machine = boot("64M");
	struct log log = { 0 };
	char expected[128];
	uint64_t pfn;

	/* The first page fills the CPU's list; the second finds one there, and one event fires. */
	pageflow_alloc_pages(machine, GFP_KERNEL, 0);
	pageflow_subscribe(machine, keep_event, &log);
	pfn = pageflow_alloc_pages(machine, GFP_KERNEL, 0);
	snprintf(expected, sizeof(expected),
		 "mm_page_alloc: pfn=%llu order=0 gfp_flags=GFP_KERNEL migratetype=0",
		 (unsigned long long)pfn);
	ck_assert_str_eq(log.text, expected);
	ck_assert_int_eq(log.count, 1);
	pageflow_subscribe(machine, NULL, NULL);
	pageflow_free_pages(machine, pfn, 0);
	ck_assert_int_eq(log.count, 1);
	pageflow_destroy(machine);
}

TEST_DIES(free_twice_aborts, "", SIGABRT)
{
	pageflow_machine *machine = boot("64M");
	uint64_t pfn = pageflow_alloc_pages(machine, GFP_KERNEL, 0);

	pageflow_free_pages(machine, pfn, 0);
	pageflow_free_pages(machine, pfn, 0);
}

TEST(violation_is_refused_with_a_handler, "")
{
	pageflow_machine *machine = boot("2x64M");
	uint64_t pfn = pageflow_alloc_pages(machine, GFP_KERNEL, 2);
	char *before, *after;
	struct log log = { 0 };

	pageflow_on_violation(machine, note_text, &log);
	before = save(machine);
	ck_assert_int_eq(pageflow_free_pages(machine, pfn + 1, 0), -1);
	ck_assert_int_eq(pageflow_free_pages(machine, pfn, 11), -1);
	ck_assert_int_eq(pageflow_free_pages(machine, 3, 0), -1);
	ck_assert_uint_eq(pageflow_alloc_pages_node(machine, 3, GFP_KERNEL, 0), PAGEFLOW_NO_PAGE);
	ck_assert_uint_eq(pageflow_alloc_pages_node(machine, -2, GFP_KERNEL, 0), PAGEFLOW_NO_PAGE);
	ck_assert_int_eq(log.count, 5);
	after = save(machine);
	ck_assert_str_eq(before, after);
	ck_assert_int_eq(pageflow_free_pages(machine, pfn, 2), 0);
	ck_assert_int_eq(pageflow_free_pages(machine, pfn, 2), -1);
	free(before);
	free(after);
	pageflow_destroy(machine);
}

TEST(a_wrong_node_is_refused_whatever_names_it, "04-2")
{
	static const char *const records[] = {
		"policy 1 mode 1 flags 0 preferred 3 nodes 0 relative 0",
		"policy 1 mode 1 flags 0 preferred -3 nodes 0 relative 0",
		"policy 1 mode 3 flags 0 preferred 0 nodes c relative 0",
		"set_mempolicy bind 4",
		"cpuset small mems 8",
		"task 1 mems_allowed.bits 4",
		"cpu 0 node 2 online 1",
	};
	static const int nodes[] = { 2, 3, 4, 63, 64, 2147483647, -2, -2147483647 - 1 };
	pageflow_machine *machine = boot("2x64M");
	struct pageflow_error error = { 0 };
	char *before = save(machine), *after;
	struct log log = { 0 };

	pageflow_on_violation(machine, note_text, &log);
	for (size_t i = 0; i < sizeof(nodes) / sizeof(*nodes); i++) {
		/* Expect a violation, and an order that is too large to come before it. */
		ck_assert_uint_eq(pageflow_alloc_pages_node(machine, nodes[i], GFP_KERNEL, 0),
				  PAGEFLOW_NO_PAGE);
		ck_assert_uint_eq(
			pageflow_alloc_pages_node(machine, nodes[i], GFP_KERNEL | GFP_NOWARN, 11),
			PAGEFLOW_NO_PAGE);
		ck_assert_int_eq(log.count, (int)i + 1);
	}
	/* Expect an error for a record, and neither to change anything. */
	for (size_t i = 0; i < sizeof(records) / sizeof(*records); i++) {
		ck_assert_msg(pageflow_apply(machine, records[i], &error) == -1, "%s", records[i]);
		ck_assert_str_ne(error.text, "");
	}
	after = save(machine);
	ck_assert_str_eq(before, after);
	ck_assert_uint_ne(pageflow_alloc_pages(machine, GFP_KERNEL, 0), PAGEFLOW_NO_PAGE);
	free(before);
	free(after);
	pageflow_destroy(machine);
}

TEST(messages_reach_their_handler, "")
{
	pageflow_machine *machine = boot("64M");
	struct log log = { 0 };

	pageflow_on_message(machine, note_text, &log);
	/* __GFP_COMP|__GFP_NORETRY leaves no reason to go on; the failure is reported. */
	while (pageflow_alloc_pages(machine, GFP_NOWAIT, 10) != PAGEFLOW_NO_PAGE)
		continue;
	ck_assert_int_gt(log.count, 0);
	ck_assert_ptr_nonnull(strstr(log.text, "page allocation failure: order:10"));
	pageflow_destroy(machine);
}

/** Allocate a little of everything, so that two machines that agree on it agree. */
static void exercise(pageflow_machine *machine, unsigned int seed)
{
	uint64_t held[64];
	unsigned int orders[64], count = 0;

	for (int i = 0; i < 3000; i++) {
		seed = seed * 1103515245u + 12345u;
		if (count < 64 && (seed >> 16) % 3) {
			unsigned int order = (seed >> 20) % 5;
			uint32_t gfp = (seed >> 24) % 2 ? GFP_NOWAIT : GFP_NOWAIT | 8;

			held[count] = pageflow_alloc_pages(machine, gfp | 0x2000, order);
			orders[count] = order;
			count += held[count] != PAGEFLOW_NO_PAGE;
		} else if (count) {
			unsigned int which = (seed >> 18) % count;

			pageflow_free_pages(machine, held[which], orders[which]);
			held[which] = held[--count];
			orders[which] = orders[count];
		}
	}
}

TEST(several_machines_do_not_meet, "")
{
	pageflow_machine *a = boot("64M"), *b = boot("2x64M"), *alone = boot("64M");
	char *together, *apart;

	/* Turn by turn on two machines, and on one alone: the first decides as the last. */
	for (unsigned int turn = 1; turn < 4; turn++) {
		exercise(a, turn);
		exercise(b, turn + 7);
	}
	for (unsigned int turn = 1; turn < 4; turn++)
		exercise(alone, turn);
	together = save(a);
	apart = save(alone);
	ck_assert_str_eq(together, apart);
	free(together);
	free(apart);
	pageflow_destroy(b);
	pageflow_destroy(a);
	pageflow_destroy(alone);
}

TEST(gfp_parse_takes_names_and_numbers, "")
{
	static const struct {
		const char *text;
		uint32_t mask;
	} good[] = {
		{ "GFP_KERNEL", 0xcc0 },
		{ "GFP_KERNEL|__GFP_ZERO", 0xdc0 },
		{ " GFP_KERNEL | GFP_ZERO ", 0xdc0 },
		{ "ZERO|kernel", 0xdc0 },
		{ "0xcc0", 0xcc0 },
		{ "3264", 0xcc0 },
		{ "GFP_ATOMIC", 0xa20 },
		{ "__GFP_ATOMIC", 0x200 },
		{ "none", 0 },
		{ "0", 0 },
		{ "GFP_TRANSHUGE_LIGHT|__GFP_NORETRY", 0x1d20ca },
		/* An expression of C: ~ before & before |, parentheses before all. */
		{ "GFP_KERNEL & ~__GFP_IO", 0xc80 },
		{ "GFP_KERNEL&~(__GFP_IO|__GFP_FS)", 0xc00 },
		{ "__GFP_ZERO | GFP_KERNEL & ~__GFP_IO", 0xd80 },
		{ "(__GFP_ZERO | GFP_KERNEL) & ~IO & ~zero", 0xc80 },
		{ "~0", 0xffffffff },
		{ "~~0xcc0", 0xcc0 },
		{ "~(0xcc0)&0xfff", 0x33f },
		{ "\t( ( GFP_KERNEL ) )\t", 0xcc0 },
	};
	uint32_t mask;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ck_assert_int_eq(pageflow_gfp_parse(good[i].text, &mask, NULL), 0);
		ck_assert_msg(mask == good[i].mask, "%s: %#x", good[i].text, mask);
	}
}

TEST(gfp_parse_refuses_the_rest, "")
{
	static const char *const bad[] = {
		"",
		"GFP_KERNAL",
		"GFP_KERNEL|",
		"|GFP_KERNEL",
		"0x1ffffffff",
		"12y",
		"GFP_KERNEL GFP_ZERO",
		"GFP_KERNEL &",
		"&0",
		"~",
		"()",
		"(0",
		"0)",
		"(0))",
		"~(",
		"GFP_KERNEL (0)",
		"0|&0",
		"0 ~ 0",
	};
	struct pageflow_error error;
	uint32_t mask;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_msg(pageflow_gfp_parse(bad[i], &mask, &error) == -1, "%s", bad[i]);
		ck_assert_uint_gt(strlen(error.text), 0);
	}
}

TEST(gfp_parse_has_a_bound, "")
{
	struct pageflow_error error;
	char text[4096];
	uint32_t mask;

	/* Signs of one kind in a row cost nothing; what is open at once is counted. */
	memset(text, '~', 4001);
	strcpy(text + 4001, "0");
	ck_assert_int_eq(pageflow_gfp_parse(text, &mask, NULL), 0);
	ck_assert_uint_eq(mask, 0xffffffff);
	memset(text, '(', 32);
	strcpy(text + 32, "7");
	memset(text + 33, ')', 32);
	text[65] = '\0';
	ck_assert_int_eq(pageflow_gfp_parse(text, &mask, NULL), 0);
	ck_assert_uint_eq(mask, 7);
	memset(text, '(', 4000);
	text[4000] = '\0';
	ck_assert_int_eq(pageflow_gfp_parse(text, &mask, &error), -1);
	ck_assert_str_eq(error.text, "more than 32 '(' are open in the gfp mask");
	/* A word that is too long is cut in the message, and means nothing. */
	memset(text, 'A', 4000);
	ck_assert_int_eq(pageflow_gfp_parse(text, &mask, &error), -1);
}

TEST(gfp_parse_names_the_nearest, "")
{
	static const char *const rows[][2] = {
		{ "GFP_KERNAL", "'GFP_KERNEL'" }, { "GFP_ATMOIC", "'GFP_ATOMIC'" },
		{ "__GFP_ZER", "'__GFP_ZERO'" },  { "nofial", "'__GFP_NOFAIL'" },
		{ "GFP_COFFEE", NULL },
	};
	struct pageflow_error error;
	uint32_t mask;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *hint;

		ck_assert_int_eq(pageflow_gfp_parse(rows[i][0], &mask, &error), -1);
		hint = strstr(error.text, "did you mean ");
		ck_assert_msg(!hint == !rows[i][1], "%s", error.text);
		ck_assert_msg(!hint || strstr(hint, rows[i][1]), "%s", error.text);
	}
}

TEST(gfp_names_are_masks, "")
{
	char text[128];
	size_t count = 0;

	for (const char *name; (name = pageflow_gfp_name(count)); count++) {
		uint32_t mask;

		ck_assert_int_eq(pageflow_gfp_parse(name, &mask, NULL), 0);
	}
	ck_assert_uint_gt(count, 30);
	pageflow_gfp_text(0xdc0, text, sizeof(text));
	ck_assert_str_eq(text, "GFP_KERNEL|__GFP_ZERO");
}

TEST(load_refuses_newer_versions, "")
{
	static const struct {
		const char *bytes;
		const char *words;
	} newer[] = {
		{ "pageflow snapshot v2\nsnapshot saved\n", "a saved machine of version 2" },
		{ "pageflow snapshot v2\n", "a saved machine of version 2" },
		{ "trace v3 profile x\n", "a recording of version 3" },
		{ "boot v10\n", "a recording of a boot of version 10" },
		{ "boot v99999999999999999999\n", "use a newer Pageflow" },
	};

	for (size_t i = 0; i < sizeof(newer) / sizeof(newer[0]); i++) {
		struct pageflow_error error = { 0 };

		ck_assert_ptr_null(
			pageflow_load_bytes(newer[i].bytes, strlen(newer[i].bytes), &error));
		ck_assert_msg(strstr(error.text, newer[i].words) != NULL, "%s", error.text);
		ck_assert_uint_eq(error.line, 1);
	}
}

TEST(read_proc_says_which_text_is_wrong, "")
{
	struct pageflow_error error = { 0 };

	ck_assert_ptr_null(pageflow_read_proc("Node 0, zone DMA\n", "hello\n", NULL, &error));
	ck_assert_str_eq(error.file, "buddyinfo");
	ck_assert_uint_eq(error.line, 1);
	/* Expect no file and line where the figures together are at fault. */
	ck_assert_ptr_null(pageflow_read_proc("Node 0, zone DMA\n", NULL, NULL, &error));
	ck_assert_str_eq(error.file, "");
	ck_assert_uint_eq(error.line, 0);
	ck_assert_str_eq(error.text, "expected a zone with memory");
}
