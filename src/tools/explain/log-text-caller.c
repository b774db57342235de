/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who asked, as text: the function, the context, and what the mask forbids.
 */
#include "failure/caller.h"
#include "tools/explain/sheet.h"

/**
 * @brief Print who asked.
 *
 * @param sheet the sheet
 */
void print_caller(const struct sheet *sheet)
{
	char text[512];

	caller_text(sheet->answer->failure, text, sizeof(text));
	if (text[0])
		sheet_say(sheet, 2, "asked by %s", text);
	caller_context_text(sheet->answer->failure, text, sizeof(text));
	if (text[0])
		sheet_say(sheet, 2, "%s", text);
	caller_forbids_text(sheet->answer->failure, text, sizeof(text));
	if (text[0])
		sheet_say(sheet, 2, "the mask forbids %s", text);
	if (sheet->answer->caller_so_far > 1)
		sheet_say(sheet, 2, "report %lu of this caller in this log",
			  sheet->answer->caller_so_far);
}
