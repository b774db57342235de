/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of the table through which the rest knows a configuration.
 */
#include "engine/engine.h"
#include "machines.h"

#ifdef CONFIG_NUMA
static const struct pageflow_engine *const engine = &pageflow_engine_numa;
#else
static const struct pageflow_engine *const engine = &pageflow_engine_uma;
#endif

/* Expect each call to work on the machine it names, and the one in focus before to be in focus after it. */
TEST(engine_leaves_the_focus_as_it_was, "")
{
	struct machine *machine = test_machine_uma(16), *other = test_machine_uma(16);
	FILE *out = tmpfile();
	struct page *page;
	u64 pfn = engine->alloc(machine, 0, GFP_KERNEL, 0);

	ck_assert_ptr_eq(world, other);
	engine->save(machine, out);
	ck_assert_int_gt(ftell(out), 0);
	ck_assert_ptr_eq(world, other);
	machine_focus(machine);
	page = pfn_to_page(pfn);
	ck_assert_int_eq(page_count(page), 1);
	machine_focus(other);
	engine->free(machine, pfn, 0);
	ck_assert_ptr_eq(world, other);
	fclose(out);
}
