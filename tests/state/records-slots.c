/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of records of the slots of files: a loaded machine has the pages and shadows of the saved one in them, and damaged
 * records are refused.
 */
#include <stdlib.h>
#include <string.h>

#include "failing.h"
#include "life/life.h"
#include "machines.h"
#include "page_cache.h"
#include "recording.h"
#include "saved.h"
#include "state/records.h"
#include "state/state.h"

static struct address_space *file;

/** A machine with a file in whose slots 4 and 70 are pages, in 5 a shadow; the slots of another hold nothing. */
static void machine_with_slots(void)
{
	test_machine_uma(32);
	file = address_space_new("file", false);
	for (unsigned long index = 4; index < 80; index += 66) {
		struct page *page = alloc_page(GFP_KERNEL);

		ck_assert_int_eq(page_cache_add_at(page, file, index, GFP_KERNEL), 0);
		put_page(page);
	}
	lru_add_drain();
	page_slot_set(file, 5, shadow_entry(77));
	page_slot_set(address_space_new("other", false), 1, NULL);
}

TEST(slots_are_loaded_as_they_were_saved, "")
{
	unsigned long pfn[2];
	struct machine *machine;
	char *text;

	machine_with_slots();
	for (int i = 0; i < 2; i++)
		pfn[i] = page_to_pfn(page_slot(file, 4 + 66 * (unsigned long)i));
	text = saved();
	machine = loaded(text);
	file = machine->address_spaces->next;
	ck_assert_str_eq(file->name, "file");
	for (int i = 0; i < 2; i++)
		ck_assert_ptr_eq(page_slot(file, 4 + 66 * (unsigned long)i), pfn_to_page(pfn[i]));
	ck_assert_uint_eq(shadow_of_entry(page_slot(file, 5)), 77);
	ck_assert_ptr_null(machine->address_spaces->slots);
	ck_assert_str_eq(saved(), text);
}

/** Expect a record to be refused on a machine with slots. */
static void expect_refused(const char *record, const char *words)
{
	struct reader reader = { .text = recording_from(record), .next = 1 };

	ck_assert_msg(record_apply(&reader, record), "%s", record);
	ck_assert_msg(strstr(reader.error.text, words) != NULL, "%s: %s", record,
		      reader.error.text);
}

TEST(slots_refuse_damaged_records, "")
{
	char record[80];
	unsigned long pfn;

	machine_with_slots();
	pfn = page_to_pfn(page_slot(file, 4));
	expect_refused("slots 3 1+1", "expected 'slots N");
	expect_refused("slots 1 x", "expected 'slots N");
	expect_refused("slots 1 1+1", "expected pages of this mapping");
	/* In its slot already; of another file; there are no so many slots. */
	snprintf(record, sizeof(record), "slots 1 %lu+1", pfn);
	expect_refused(record, "expected pages of this mapping");
	snprintf(record, sizeof(record), "slots 2 %lu+1", pfn);
	expect_refused(record, "expected pages of this mapping");
	pfn_to_page(pfn)->index = MAX_PAGE_SLOTS;
	snprintf(record, sizeof(record), "slots 1 %lu+1", pfn);
	expect_refused(record, "expected pages of this mapping");
	pfn_to_page(pfn)->index = 9;
	pfn_to_page(pfn)->_refcount = 0;
	expect_refused(record, "expected pages of this mapping");
	expect_refused("shadows 3 1:1", "expected 'shadows N");
	expect_refused("shadows 1 x", "expected 'shadows N");
	expect_refused("shadows 1 1", "expected 'shadows N");
	expect_refused("shadows 1 1:x", "expected 'shadows N");
	expect_refused("shadows 1 -1:1", "expected 'shadows N");
	expect_refused("shadows 1 1:-1", "expected 'shadows N");
	expect_refused("shadows 1 5:1", "expected slots below");
	expect_refused("shadows 1 16777216:1", "expected slots below");
}
