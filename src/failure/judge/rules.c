/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief By which rules a kernel version judges a request.
 */
#include "failure/judge/rules.h"

#include <stdio.h>

struct rule_set {
	const char *name;
};

static const struct rule_set rules_5_8 = { "5.8" };

/**
 * @brief The name of a set of rules: the version that has them.
 *
 * @param rules the set
 * @return the name
 */
const char *rules_name(const struct rule_set *rules)
{
	return rules->name;
}

/**
 * @brief The readings of a report of this version.
 *
 * @param version the kernel's release; "" when it is not known
 * @param reading receives up to MOST_READINGS; the first is the one that is shown
 * @param label receives "rules of 6.1" and what is uncertain about it
 * @param size bytes of `label`
 * @return how many
 */
int rules_readings(const char *version, struct reading *reading, char *label, size_t size)
{
	(void)version;
	reading[0] = (struct reading){ .rules = &rules_5_8 };
	snprintf(label, size, "rules of 5.8");
	return 1;
}
