/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the files that make an account share: account.c puts it together from marks.c, blocks.c and weigh.c.
 */
#ifndef FAILURE_PARTS_H
#define FAILURE_PARTS_H

#include "failure/judge/account.h"

/* types.c */
void account_find_types(struct failure_account *account);
void zone_take_reserve(struct failure_account *account, struct zone_account *zone);

/* bounds.c */
void zone_take_bounds(const struct failure_account *account, struct zone_account *zone);
void account_decide(struct failure_account *account);
void miss(struct failure_account *account, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* situation.c */
void account_find_situation(struct failure_account *account);

/* marks.c */
long figure_pages(const struct failure *failure, const struct failure_zone *zone,
		  enum failure_figure figure);
void zone_take_marks(const struct failure *failure, struct zone_account *zone);

/* blocks.c */
void zone_divide_blocks(struct zone_account *zone);

#endif
