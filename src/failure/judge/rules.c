/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The sets of rules by which versions from 4.14 to 7.1 judge a request, and which version has which.
 *
 * Between two releases that were read, rules may have changed at any of them: both sets are possible there. A
 * distribution's `5.15.0-91` names no point release: there all sets of its series are.
 */
#include "failure/judge/rules.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure/failure.h"

/* clang-format off */
static const struct rule_set sets[] = {
	{ "4.14", FRACTIONS_HARDER, QUICK_CMA, BOOST_BINDS_ALL, URGENT_ATOMIC, false, false, false,
	  "the rules of 5.8.18, which stage 09 decides by" },
	{ "5.4.120", FRACTIONS_HARDER, QUICK_CMA, BOOST_SPARES_ATOMIC, URGENT_ATOMIC, false, false, false,
	  "a single page with __GFP_ATOMIC is asked once more without the boost" },
	{ "5.9", FRACTIONS_HARDER, QUICK_WRAPS, BOOST_SPARES_ATOMIC, URGENT_ATOMIC, false, false, true,
	  "the quick test takes off the reserve for urgent high orders; a reserve larger than what is free lets all pass" },
	{ "5.19", FRACTIONS_HARDER, QUICK_HELD, BOOST_SPARES_ATOMIC, URGENT_ATOMIC, false, false, true,
	  "the quick test never takes off more than is free" },
	{ "6.1.119", FRACTIONS_RESERVE, QUICK_HELD, BOOST_SPARES_ATOMIC, URGENT_SLEEPLESS, false, true, true,
	  "whoever may not sleep or has __GFP_HIGH is spared the reserve; a quarter more only for both together" },
	{ "5.15.215", FRACTIONS_RESERVE, QUICK_HELD, BOOST_SPARES_ATOMIC, URGENT_HIGH, false, true, true,
	  "the blocks of the reserve serve only those who also have __GFP_HIGH" },
	{ "6.3", FRACTIONS_RESERVE, QUICK_HELD, BOOST_SPARES_HIGH, URGENT_SLEEPLESS, false, false, true,
	  "a single page with __GFP_HIGH is asked once more without the boost; __GFP_ATOMIC is gone" },
	{ "6.5", FRACTIONS_RESERVE, QUICK_HELD, BOOST_SPARES_HIGH, URGENT_SLEEPLESS, false, false, true,
	  "memory that a confidential guest has not accepted does not count" },
	{ "6.6.57", FRACTIONS_RESERVE, QUICK_HELD, BOOST_SPARES_HIGH, URGENT_SLEEPLESS, false, true, true,
	  "memory that is not accepted counts again: it is accepted on demand" },
	{ "6.6.150", FRACTIONS_RESERVE, QUICK_HELD, BOOST_SPARES_HIGH, URGENT_HIGH, false, true, true,
	  "the blocks of the reserve serve only those who also have __GFP_HIGH" },
	{ "6.12", FRACTIONS_RESERVE, QUICK_HELD, BOOST_SPARES_HIGH, URGENT_SLEEPLESS, true, true, true,
	  "of the reserve only what is free is taken off" },
	{ "6.12.63", FRACTIONS_RESERVE, QUICK_HELD, BOOST_SPARES_HIGH, URGENT_HIGH, true, true, true,
	  "the blocks of the reserve serve only those who also have __GFP_HIGH" },
};

/**
 * Which releases were seen with which rules, ascending. A point release between two spans of its series may have the rules of
 * either; one after the last span of its series has those of the last. A series that is not here lies between two that are,
 * and has the rules of the span before it and, where they differ, of the one after it.
 */
static const struct rule_span spans[] = {
	{ 4014, 0, RULES_ANY_POINT, "4.14" },	  { 4019, 0, RULES_ANY_POINT, "4.14" },   { 5000, 0, RULES_ANY_POINT, "4.14" },
	{ 5004, 0, 59, "4.14" },	  { 5004, 120, RULES_ANY_POINT, "5.4.120" },
	{ 5007, 0, RULES_ANY_POINT, "4.14" },	  { 5008, 0, RULES_ANY_POINT, "4.14" },
	{ 5009, 0, RULES_ANY_POINT, "5.9" },
	{ 5010, 0, 134, "5.9" },	  { 5010, 150, RULES_ANY_POINT, "5.19" },
	{ 5011, 0, RULES_ANY_POINT, "5.9" },
	{ 5015, 0, 24, "5.9" },		  { 5015, 89, 167, "5.19" },	    { 5015, 215, RULES_ANY_POINT, "5.15.215" },
	{ 5016, 0, RULES_ANY_POINT, "5.9" },
	{ 5019, 0, RULES_ANY_POINT, "5.19" },	  { 6000, 0, RULES_ANY_POINT, "5.19" },
	{ 6001, 0, 55, "5.19" },	  { 6001, 119, 141, "6.1.119" },    { 6001, 158, RULES_ANY_POINT, "5.15.215" },
	{ 6002, 0, RULES_ANY_POINT, "5.19" },
	{ 6003, 8, RULES_ANY_POINT, "6.3" },
	{ 6005, 0, RULES_ANY_POINT, "6.5" },
	{ 6006, 0, 9, "6.5" },		  { 6006, 57, 87, "6.6.57" },	    { 6006, 150, RULES_ANY_POINT, "6.6.150" },
	{ 6008, 0, RULES_ANY_POINT, "6.5" },	  { 6009, 0, RULES_ANY_POINT, "6.5" },    { 6010, 0, 0, "6.5" },
	{ 6011, 11, RULES_ANY_POINT, "6.6.57" },
	{ 6012, 0, 19, "6.12" },	  { 6012, 63, RULES_ANY_POINT, "6.12.63" },
	{ 6013, 0, RULES_ANY_POINT, "6.12" },	  { 6014, 0, 0, "6.12" },
	{ 6018, 35, RULES_ANY_POINT, "6.12.63" },
	{ 6019, 0, RULES_ANY_POINT, "6.12.63" }, { 7000, 0, RULES_ANY_POINT, "6.12.63" }, { 7001, 0, RULES_ANY_POINT, "6.12.63" },
};
/* clang-format on */

#define NR_SETS	 (sizeof(sets) / sizeof(sets[0]))
#define NR_SPANS (sizeof(spans) / sizeof(spans[0]))

/**
 * @brief All sets of rules, the oldest first.
 *
 * @param nr receives how many
 * @return the first of them
 */
const struct rule_set *rules_table(size_t *nr)
{
	*nr = NR_SETS;
	return sets;
}

/**
 * @brief Which releases have which rules, ascending.
 *
 * @param nr receives how many
 * @return the first of them
 */
const struct rule_span *rules_spans(size_t *nr)
{
	*nr = NR_SPANS;
	return spans;
}

/** A set's place in the table. */
static unsigned int set_of(const char *name)
{
	unsigned int i = 0;

	while (i < NR_SETS - 1 && strcmp(sets[i].name, name) != 0)
		i++;
	return i;
}

/**
 * @brief Are these the rules of 5.8.18?
 *
 * @param rules a set
 * @return true: stage 09 decides by them
 */
bool rules_are_5_8(const struct rule_set *rules)
{
	return rules == &sets[0];
}

/** A version, taken apart. */
struct release {
	int series; /**< major * 1000 + minor */
	int point;
	bool candidate; /**< -rc: between the series before and its own first release */
	bool hidden;	/**< a distribution's, which does not say the point release */
};

/** Is this the commit that git describes a tree of nobody's distribution by? */
static bool is_commit(const char *text)
{
	return text[0] == 'g' && strspn(text + 1, "0123456789abcdef") >= 7;
}

/** Take a version apart; false when it is none. */
static bool take_release(const char *version, struct release *release)
{
	int major, minor, point = 0, length = 0, more = 0;

	if (!isdigit((unsigned char)version[0]) ||
	    sscanf(version, "%4d.%4d%n", &major, &minor, &length) < 2 || !length)
		return false;
	if (sscanf(version + length, ".%6d%n", &point, &more) == 1)
		length += more;
	*release = (struct release){ .series = major * 1000 + minor, .point = point };
	release->candidate = strstr(version, "-rc") || strstr(version, ".rc");
	/* `.0` and a name or a number of their own, as Debian, Ubuntu and Red Hat have it; Android's common kernels. */
	release->hidden = !release->candidate &&
			  ((!point && version[length] == '-' && !is_commit(version + length + 1)) ||
			   strstr(version, "-android"));
	return true;
}

/**
 * @brief Does a text name a version, so that its rules can be asked for?
 *
 * @param version the text
 * @return true when it begins as in 6.1 or 5.15.0-91
 */
bool rules_version_known(const char *version)
{
	struct release release;

	return take_release(version, &release);
}

/** The sets, as bits, that a point release may have; from the spans of its series and those beside them. */
static unsigned int sets_at(int series, int point)
{
	const struct rule_span *before = NULL, *after = NULL;

	for (size_t i = 0; i < NR_SPANS; i++) {
		const struct rule_span *span = &spans[i];

		if (span->series == series && point >= span->from && point <= span->to)
			return 1u << set_of(span->rules);
		if (span->series < series || (span->series == series && span->to < point))
			before = span;
		else if (!after)
			after = span;
	}
	/* Stable releases of an older series do not come before a newer one: its first releases do. */
	while (before && before > spans && before->series < series && before->from > 0 &&
	       before[-1].series == before->series)
		before--;
	return (before ? 1u << set_of(before->rules) : 0) |
	       (after ? 1u << set_of(after->rules) : 0);
}

/** All sets that releases of a series have. */
static unsigned int sets_of_series(int series)
{
	unsigned int found = sets_at(series, 0);

	for (size_t i = 0; i < NR_SPANS; i++)
		if (spans[i].series == series)
			found |= 1u << set_of(spans[i].rules);
	return found;
}

/** The sets that a release may have. */
static unsigned int sets_of_release(const struct release *release)
{
	if (release->candidate)
		return sets_at(release->series - 1, 0) | sets_at(release->series, 0);
	return release->hidden ? sets_of_series(release->series)
			       : sets_at(release->series, release->point);
}

/** Was a figure read of any zone? */
static bool any_zone_has(const struct failure *failure, enum failure_figure figure)
{
	for (int i = 0; i < failure->nr_zones; i++)
		if (figure_seen(&failure->zone[i].figures, figure))
			return true;
	return false;
}

/** The first and the last series that print what a report prints. */
static void series_by_look(const struct failure *failure, int *from, int *to)
{
	bool highatomic = any_zone_has(failure, FIGURE_HIGHATOMIC);
	bool boost = any_zone_has(failure, FIGURE_BOOST);

	*from = any_zone_has(failure, FIGURE_FREE_HIGHATOMIC) ? 6015
		: boost					      ? 5016
		: highatomic				      ? 5007
							      : 4014;
	*to = boost ? spans[NR_SPANS - 1].series : highatomic ? 5016 : 5006;
	/* Up to 6.2 GFP_ATOMIC has a bit of its own. */
	if ((failure->mask_number & 0xa20) == 0xa20 && strstr(failure->mask_names, "GFP_ATOMIC") &&
	    *to > 6002)
		*to = 6002;
}

/** Leave out the sets that ask for __GFP_ATOMIC, which 6.3 has no more: unless those are all. */
static unsigned int without_atomic(unsigned int found)
{
	unsigned int left = 0;

	for (unsigned int i = 0; i < NR_SETS; i++)
		if (sets[i].boost == BOOST_SPARES_HIGH)
			left |= found & 1u << i;
	return left ? left : found;
}

/** The sets that remain for a report without a version, by what it prints. */
static unsigned int sets_by_look(const struct failure *failure)
{
	unsigned int found;
	int from, to;

	series_by_look(failure, &from, &to);
	/* What contradicts itself says nothing: the later is believed. */
	if (to < from)
		to = from;
	found = sets_of_series(from) | sets_of_series(to);
	for (size_t i = 0; i < NR_SPANS; i++)
		if (spans[i].series >= from && spans[i].series <= to)
			found |= 1u << set_of(spans[i].rules);
	if (failure->mask_number == 0x820 && strstr(failure->mask_names, "GFP_ATOMIC"))
		return without_atomic(found);
	return found;
}

/** The sets of a distribution's kernel: those of its series, and those of a later one where it prints what came with that. */
static unsigned int sets_of_distribution(const struct failure *failure, int series)
{
	int from, to;

	series_by_look(failure, &from, &to);
	return sets_of_series(series) |
	       (series >= spans[0].series && from > series ? sets_of_series(from) : 0);
}

/** Name the rules: of which version, and how sure that is. */
static void label_rules(const struct release *release, char *label, size_t size)
{
	const int oldest = spans[0].series, newest = spans[NR_SPANS - 1].series;
	int series = release->series < oldest	? oldest
		     : release->series > newest ? newest
						: release->series;
	size_t used = (size_t)snprintf(label, size, "rules of %d.%d", series / 1000, series % 1000);

	if (release->series < oldest)
		snprintf(label + used, size - used, ", the oldest known, for %d.%d",
			 release->series / 1000, release->series % 1000);
	else if (release->series > newest)
		snprintf(label + used, size - used, ", the newest known, for %d.%d",
			 release->series / 1000, release->series % 1000);
}

/**
 * @brief Do readings go by more than one set of rules?
 *
 * @param reading the readings
 * @param nr how many
 * @return false when at most the bounds of a figure tell them apart
 */
bool rules_several(const struct reading *reading, int nr)
{
	for (int i = 1; i < nr; i++)
		if (reading[i].rules != reading[0].rules)
			return true;
	return false;
}

/** Is what is free of the reserve known only between bounds? */
static bool reserve_bounded(const struct failure *failure)
{
	for (int i = 0; i < failure->nr_zones; i++) {
		const struct failure_figures *figures = &failure->zone[i].figures;

		if (figures->value[FIGURE_HIGHATOMIC] &&
		    !figure_seen(figures, FIGURE_FREE_HIGHATOMIC))
			return true;
	}
	return false;
}

/**
 * @brief The readings of a report: all sets of rules that its kernel may have, and both bounds of what is not printed.
 *
 * @param failure the report
 * @param version version whose rules are asked for; NULL: the report's own
 * @param reading receives up to MOST_READINGS; the first is the one that is shown
 * @param label receives "rules of 6.1", and whether that is inferred
 * @param size bytes of `label`
 * @return how many
 */
int rules_readings(const struct failure *failure, const char *version, struct reading *reading,
		   char *label, size_t size)
{
	struct release release = { 0 };
	unsigned int found;
	int nr = 0;

	if (!version)
		version = failure->release[0] ? failure->release : failure->version;
	if (take_release(version, &release)) {
		found = release.hidden && version == failure->version
				? sets_of_distribution(failure, release.series)
				: sets_of_release(&release);
		label_rules(&release, label, size);
	} else {
		found = sets_by_look(failure);
		snprintf(label, size, "rules of %s%s (inferred from what the report prints)",
			 sets[__builtin_ctz(found)].name, found & (found - 1) ? " or later" : "");
	}
	for (unsigned int i = 0; i < NR_SETS; i++) {
		if (!(found >> i & 1))
			continue;
		reading[nr++] = (struct reading){ .rules = &sets[i] };
		if (sets[i].free_reserve && reserve_bounded(failure))
			reading[nr++] =
				(struct reading){ .rules = &sets[i], .most_highatomic = true };
	}
	return nr;
}
