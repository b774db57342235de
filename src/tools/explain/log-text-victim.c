/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who was killed and why, as text.
 */
#include "tools/explain/sheet.h"

/**
 * @brief Print who was killed and why.
 *
 * @param sheet the sheet
 */
void print_victim(const struct sheet *sheet)
{
	(void)sheet;
}
