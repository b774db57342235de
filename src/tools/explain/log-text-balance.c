/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who holds the memory, as text.
 */
#include "tools/explain/sheet.h"

/**
 * @brief Print who holds the memory.
 *
 * @param sheet the sheet
 */
void print_balance(const struct sheet *sheet)
{
	(void)sheet;
}
