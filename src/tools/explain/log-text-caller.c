/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who asked, as text.
 */
#include "tools/explain/sheet.h"

/**
 * @brief Print who asked.
 *
 * @param sheet the sheet
 */
void print_caller(const struct sheet *sheet)
{
	(void)sheet;
}
