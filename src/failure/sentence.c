/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The answer in one sentence: the verdict and its reason, who holds the memory, who was killed, who asked.
 */
#include <inttypes.h>
#include <string.h>

#include "failure/answer.h"
#include "text/append.h"

/** With more zones than these, each gets fewer words. */
#define FEW_ZONES 3

/** A sentence in the making. */
struct sentence {
	struct log_answer *answer;
	char *text;
	size_t size;
};

/** An amount that counted against the request, if there is one. */
static void append_amount(const struct sentence *s, long pages, const char **joint,
			  const char *format, bool inferred)
{
	char amount[64], before[32];
	int place = (int)strcspn(format, "@");

	if (!pages)
		return;
	snprintf(before, sizeof(before), "%.*s", place, format);
	text_append(s->text, s->size, "%s%s%s%s%s", *joint, before,
		    log_pages(s->answer, pages, amount, sizeof(amount)), format + place + 1,
		    log_inferred(inferred));
	*joint = ", ";
}

/** Why a zone has too few pages, besides the size of the numbers: CMA, reserves, boost. */
static void append_reasons(const struct sentence *s, const struct zone_account *zone)
{
	const struct explained_attempt *a = &zone->attempt;
	const char *joint = ": ";

	append_amount(s, a->cma, &joint, "@ of free CMA do not count for it", false);
	append_amount(s, a->highatomic, &joint, "@ are reserved for urgent high orders", false);
	append_amount(s, a->reserve, &joint, "the lowmem reserve keeps @", !zone->reserve_read);
	append_amount(s, a->boost, &joint, "the watermark is boosted by @",
		      zone->boost_source == BOOST_INFERRED);
}

/** Free blocks of a zone that are large enough, by the type of their lists. */
static long count_blocks(const struct sentence *s, const struct zone_account *zone,
			 long blocks[NR_LETTERS])
{
	long all = 0;

	for (int letter = 0; letter < NR_LETTERS; letter++) {
		blocks[letter] = 0;
		for (unsigned int order = s->answer->failure->order; order < FAILURE_ORDERS;
		     order++)
			blocks[letter] += zone->blocks[order][letter];
		all += blocks[letter];
	}
	return all;
}

/** Blocks that are large enough, but on lists that this request may not use. */
static void append_blocks(const struct sentence *s, const struct zone_account *zone)
{
	static const char *const types[NR_LETTERS] = {
		[MIGRATE_HIGHATOMIC] = "in the reserve for urgent high orders",
		[MIGRATE_CMA] = "CMA",
		[MIGRATE_ISOLATE] = "isolated",
	};
	long blocks[NR_LETTERS], all = count_blocks(s, zone, blocks);
	const char *joint = ": ";

	for (int letter = MIGRATE_HIGHATOMIC; letter < NR_LETTERS; letter++) {
		if (!blocks[letter])
			continue;
		text_append(s->text, s->size, "%s%s%ld of %s %s %s", joint,
			    blocks[letter] == all && all > 1 ? "all " : "", blocks[letter],
			    s->answer->failure->order ? "the large enough blocks"
						      : "its free blocks",
			    blocks[letter] == 1 ? "is" : "are", types[letter]);
		joint = ", ";
	}
}

/** A zone without a block that the request may use. */
static void append_no_block(const struct sentence *s, const struct zone_account *zone, bool brief)
{
	const struct explained_attempt *a = &zone->attempt;
	unsigned int order = s->answer->failure->order;
	bool enough = order && a->usable > a->needed;

	if (enough)
		text_append(s->text, s->size, "is 0 pages short of its min watermark");
	if (enough && !brief)
		text_append(s->text, s->size, " (%ld usable, more than %ld needed)", a->usable,
			    a->needed);
	text_append(s->text, s->size, "%shas no free block", enough ? " but " : "");
	if (order)
		text_append(s->text, s->size, " of order %u or more", order);
	text_append(s->text, s->size, " that this request may use");
	append_blocks(s, zone);
	if (a->mark_ignored)
		text_append(s->text, s->size, "; watermarks do not bind this task");
}

/** Why one zone refused. */
static void append_refusal(const struct sentence *s, const struct zone_account *zone, bool brief)
{
	const struct explained_attempt *a = &zone->attempt;
	char label[32];

	text_append(s->text, s->size, "%s ", log_zone_label(s->answer, zone, label, sizeof(label)));
	if (a->verdict == EXPLAINED_TOO_FEW_PAGES) {
		text_append(s->text, s->size, "is %ld %s short of its min watermark", a->shortfall,
			    a->shortfall == 1 ? "page" : "pages");
		if (!brief)
			text_append(s->text, s->size, " (%ld usable, more than %ld needed)",
				    a->usable, a->needed);
	} else if (a->verdict == EXPLAINED_NO_BLOCK || a->verdict == EXPLAINED_LISTS_EMPTY) {
		append_no_block(s, zone, brief);
	} else if (a->verdict == EXPLAINED_CPUSET) {
		text_append(s->text, s->size, "is on a node that the task's cpuset does not allow");
	} else {
		text_append(s->text, s->size, "was passed over");
	}
	if (a->verdict == EXPLAINED_TOO_FEW_PAGES && !brief)
		append_reasons(s, zone);
}

/** A number that matters, but that kernels of that age do not print. */
static void append_unknown(const struct sentence *s)
{
	const struct failure_account *account = &s->answer->account;

	for (int i = 0; i < account->nr_zones; i++)
		if (account->zone[i].place == ZONE_TRIED &&
		    log_reserve_unknown(s->answer, &account->zone[i])) {
			text_append(s->text, s->size,
				    "; what is reserved for urgent high orders is not printed, "
				    "and not taken off");
			return;
		}
}

/** Every zone that was tried, and why it refused. */
static void append_refusals(const struct sentence *s)
{
	const struct failure_account *account = &s->answer->account;
	const char *before = "";
	int tried = 0;

	for (int i = 0; i < account->nr_zones; i++)
		tried += account->zone[i].place == ZONE_TRIED;
	for (int i = 0; i < account->nr_zones; i++) {
		if (account->zone[i].place != ZONE_TRIED)
			continue;
		text_append(s->text, s->size, "%s", before);
		append_refusal(s, &account->zone[i], tried > FEW_ZONES);
		before = "; ";
	}
	append_unknown(s);
}

/** The answer to a report whose zones refused. */
static void refused(const struct sentence *s)
{
	const struct log_answer *answer = s->answer;

	text_append(s->text, s->size, "refused by the %s: ", answer->account.rules);
	if (answer->replayed && answer->failure->order >= EXPLAIN_ORDERS)
		text_append(s->text, s->size,
			    "order %u is above %d, the largest that a free list of 5.8.18 holds, "
			    "and no zone is asked",
			    answer->failure->order, EXPLAIN_ORDERS - 1);
	else
		append_refusals(s);
}

/** The zone that serves a request, by the reading that is shown. */
static const struct zone_account *serving_zone(const struct failure_account *account)
{
	for (int i = 0; i < account->nr_zones; i++)
		if (account->zone[i].place == ZONE_TRIED && account->zone[i].attempt.passes)
			return &account->zone[i];
	return NULL;
}

/** The answer to a report whose state would serve the request. */
static void passed(const struct sentence *s)
{
	const struct zone_account *zone = serving_zone(&s->answer->account);
	char label[32];

	if (!s->answer->failure->ours)
		text_append(s->text, s->size, "in the state that the report shows, ");
	if (!zone) {
		text_append(s->text, s->size, "the request passes by the %s",
			    s->answer->account.rules);
		return;
	}
	text_append(s->text, s->size, "zone %s would serve the request by the %s, ",
		    log_zone_label(s->answer, zone, label, sizeof(label)),
		    s->answer->account.rules);
	if (zone->attempt.shortfall)
		text_append(s->text, s->size, "below a mark that it may ignore");
	else
		text_append(s->text, s->size, "%ld pages above its limit",
			    zone->attempt.usable - zone->attempt.needed);
	if (!s->answer->failure->ours)
		text_append(s->text, s->size,
			    ": memory was freed between the refusal and the report (inferred), or "
			    "the report does not show what bound the request");
	append_unknown(s);
}

/** What one reading of the report says, by the zone that comes closest. */
static void append_reading(const struct sentence *s, const struct reading *reading)
{
	const struct failure_account *account = &s->answer->account;
	struct what_if asked = failure_asked(account);
	const struct zone_account *zone = NULL;
	struct explained_attempt closest = { 0 };
	char label[32];

	asked.reading = reading;
	for (int i = 0; i < account->nr_zones; i++) {
		struct explained_attempt attempt;

		if (account->zone[i].place != ZONE_TRIED)
			continue;
		zone_weigh(&account->zone[i], &asked, &attempt);
		if (zone && !attempt.passes &&
		    (closest.passes || attempt.shortfall >= closest.shortfall))
			continue;
		closest = attempt;
		zone = &account->zone[i];
		if (closest.passes)
			break;
	}
	text_append(s->text, s->size, "by the rules of %s%s ", reading->rules->name,
		    reading->most_highatomic ? ", with as much reserved as can be," : "");
	if (!zone)
		text_append(s->text, s->size, "it is refused");
	else
		text_append(s->text, s->size, "%s %s (%ld usable, more than %ld needed)",
			    log_zone_label(s->answer, zone, label, sizeof(label)),
			    closest.passes ? "serves it" : "refuses it", closest.usable,
			    closest.needed);
}

/** The answer to a report whose possible readings disagree. */
static void depends(const struct sentence *s)
{
	const struct failure_account *account = &s->answer->account;

	text_append(s->text, s->size, "depends on %s: ",
		    !account->version_decides ? "how much of the reserve for urgent high orders "
						"is free"
		    : s->answer->failure->version[0]
			    ? "the point release"
			    : "the version, which the report does not say");
	for (int i = 0; i < account->nr_readings; i++) {
		text_append(s->text, s->size, "%s", i ? "; " : "");
		append_reading(s, &account->reading[i]);
	}
}

/** The answer to a report of a memory cgroup at its limit. */
static void group_refused(const struct sentence *s)
{
	const struct failure_oom *oom = &s->answer->failure->oom;
	const struct group_counter *memory = &oom->counter[GROUP_MEMORY];
	const struct group_account *group = &s->answer->victim.group;

	text_append(s->text, s->size, "refused by the memory cgroup %s, ",
		    oom->group[0] ? oom->group : "(unnamed)");
	if (group->readable[0])
		text_append(s->text, s->size, "%s, ", group->readable);
	if (memory->read && !memory->unlimited)
		text_append(s->text, s->size, "which uses %llu kB of its limit of %llu kB",
			    (unsigned long long)memory->usage_kb,
			    (unsigned long long)memory->limit_kb);
	else
		text_append(s->text, s->size, "whose usage and limit the report does not show");
	if (group->use == KILL_NOTHING)
		text_append(s->text, s->size,
			    ", %llu kB of it memory of the kernel, which no kill frees",
			    (unsigned long long)group->kernel_kb);
	text_append(s->text, s->size, ": no zone was asked");
}

/** Who holds most, unless a group's limit makes that beside the point. */
static void append_holder(const struct sentence *s)
{
	char headline[256];

	log_headline(s->answer, headline, sizeof(headline));
	if (headline[0] && !s->answer->failure->ours && s->answer->account.verdict != VERDICT_GROUP)
		text_append(s->text, s->size, "; %s", headline);
}

/** Who was killed. */
static void append_victim(const struct sentence *s)
{
	char text[1024];

	/* That nothing is known of it is no answer. */
	if (s->answer->victim.reason == VICTIM_NOT_READ && !s->answer->victim.known)
		return;
	victim_headline(s->answer->failure, &s->answer->victim, text, sizeof(text));
	if (text[0])
		text_append(s->text, s->size, "; %s", text);
}

/** Who asked. */
static void append_caller(const struct sentence *s)
{
	const struct failure_trace *trace = &s->answer->failure->trace;

	if (!trace->caller[0])
		return;
	text_append(s->text, s->size, "; %s", trace->caller);
	if (trace->module[0])
		text_append(s->text, s->size, " [%s]", trace->module);
	text_append(s->text, s->size, " asked");
}

/** The verdict, where a plain check of the zones answers. */
static void verdict(const struct sentence *s)
{
	switch (s->answer->account.verdict) {
	case VERDICT_REFUSED:
		refused(s);
		break;
	case VERDICT_PASSES:
		passed(s);
		break;
	case VERDICT_DEPENDS:
		depends(s);
		break;
	case VERDICT_NO_REQUEST:
		text_append(s->text, s->size,
			    "no request is behind this report: it shows the state of memory");
		break;
	case VERDICT_GROUP:
		group_refused(s);
		break;
	case VERDICT_UNKNOWN:
		text_append(s->text, s->size, "no verdict, since the report lacks %s",
			    s->answer->account.missing);
		break;
	}
}

/**
 * @brief Write the answer in one sentence, without "answer: ".
 *
 * @param answer receives it
 */
void log_sentence(struct log_answer *answer)
{
	const struct sentence s = { answer, answer->sentence, sizeof(answer->sentence) };

	answer->sentence[0] = '\0';
	if (answer->account.verdict == VERDICT_UNKNOWN || !log_situation(answer))
		verdict(&s);
	append_holder(&s);
	append_victim(&s);
	append_caller(&s);
	text_append(s.text, s.size, ".");
}
