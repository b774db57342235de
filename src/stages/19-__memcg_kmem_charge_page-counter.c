/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 19, part: the counters of a memory cgroup.
 *
 * A counter has a usage and a limit, and a parent: what is charged to it is charged to all above it.
 * Part of its usage may be **protected** from reclaim (`min`, `low`). How much of the usage that is, each counter
 * tells its parent whenever the usage changes, because the parent's protection is shared out among its children by it.
 */
#include <errno.h>

#include "stages/stages.h"
#include "world/world.h"

/**
 * @brief How much of a usage one kind of protection covers; the parent's sum follows.
 *
 * @param covered what was covered so far; receives what is now
 * @param protection `min` or `low`
 * @param usage pages
 * @param children the parent's sum
 * @source none (ours: half of what mm/page_counter.c does under the name propagate_protected_usage)
 */
static void propagate_protection(unsigned long *covered, unsigned long protection,
				 unsigned long usage, unsigned long *children)
{
	unsigned long now = min_ul(usage, protection);

	*children += now - *covered;
	*covered = now;
}

/**
 * @brief Tell the parent how much of a counter's usage is protected.
 *
 * @param c the counter; the root tells nobody
 * @param usage pages; not always the counter's usage
 * @source none (ours: what mm/page_counter.c does under the same name)
 */
static void propagate_protected_usage(struct page_counter *c, unsigned long usage)
{
	if (!c->parent)
		return;
	propagate_protection(&c->min_usage, c->min, usage, &c->parent->children_min_usage);
	propagate_protection(&c->low_usage, c->low, usage, &c->parent->children_low_usage);
}

/**
 * @brief Take pages off one counter.
 *
 * @param c the counter
 * @param nr_pages pages
 * @source none (ours: what mm/page_counter.c does under the same name)
 */
static void page_counter_cancel(struct page_counter *c, unsigned long nr_pages)
{
	c->usage -= (long)nr_pages;
	propagate_protected_usage(c, (unsigned long)c->usage);
}

/**
 * @brief Charge a counter and all above it, if no limit forbids.
 *
 * @param counter the group's counter
 * @param nr_pages pages
 * @param fail receives the counter whose limit was hit
 * @return true when charged; on false nothing is
 * @source mm/page_counter.c:94
 */
bool page_counter_try_charge(struct page_counter *counter, unsigned long nr_pages,
			     struct page_counter **fail)
{
	struct page_counter *c;

	for (c = counter; c; c = c->parent) {
		unsigned long usage = (unsigned long)c->usage + nr_pages;

		/* Also where the charge is refused: the parent then believes in a usage that never was,
		 * until the counter changes next. */
		propagate_protected_usage(c, usage);
		/* A limit equal to the usage is full, not exceeded. */
		if (usage > c->max) {
			c->failcnt++;
			*fail = c;
			break;
		}
		c->usage = (long)usage;
		c->watermark = max_ul(c->watermark, usage);
	}
	if (!c)
		return true;
	/* Take back what the levels below were charged. */
	for (struct page_counter *undo = counter; undo != c; undo = undo->parent)
		page_counter_cancel(undo, nr_pages);
	return false;
}

/**
 * @brief Charge a counter and all above it, whatever the limits say.
 *
 * @param counter the group's counter
 * @param nr_pages pages
 * @source mm/page_counter.c:67
 */
void page_counter_charge(struct page_counter *counter, unsigned long nr_pages)
{
	for (; counter; counter = counter->parent) {
		counter->usage += (long)nr_pages;
		propagate_protected_usage(counter, (unsigned long)counter->usage);
		counter->watermark = max_ul(counter->watermark, (unsigned long)counter->usage);
	}
}

/**
 * @brief Take a charge back from a counter and all above it.
 *
 * @param counter the group's counter
 * @param nr_pages pages
 * @source mm/page_counter.c:151
 */
void page_counter_uncharge(struct page_counter *counter, unsigned long nr_pages)
{
	for (; counter; counter = counter->parent)
		page_counter_cancel(counter, nr_pages);
}

/**
 * @brief Change a limit of the older hierarchy (v1).
 *
 * @param counter the counter
 * @param max the new limit, pages
 * @return 0, or -EBUSY when the usage exceeds it already
 * @source mm/page_counter.c:169
 */
int page_counter_set_max(struct page_counter *counter, unsigned long max)
{
	if ((unsigned long)counter->usage > max)
		return -EBUSY;
	counter->max = max;
	return 0;
}

/**
 * @brief Change what of a group is protected; the groups above learn of it.
 *
 * @param counter the group's counter of memory
 * @param min pages protected always
 * @param low pages protected unless nothing else is left
 * @source none (ours: what mm/page_counter.c does in page_counter_set_min and page_counter_set_low)
 */
void page_counter_set_protection(struct page_counter *counter, unsigned long min, unsigned long low)
{
	counter->min = min;
	counter->low = low;
	for (; counter; counter = counter->parent)
		propagate_protected_usage(counter, (unsigned long)counter->usage);
}
