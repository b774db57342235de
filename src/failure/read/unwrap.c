/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Lines put together again that mail programs, consoles or pasting have broken.
 *
 * In a log with prefixes a line without one belongs to the line before; without prefixes, a line does that begins like
 * none of a report. Mail programs break at blanks, consoles at a column, within words: what stands on both sides of the
 * break tells which, and where both read well, the column does at which other words were cut.
 */
#include "failure/read/unwrap.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "failure/read/tokens.h"

/** Longest word at an end of a line that is looked at. */
#define LONGEST_WORD 512

/** Room for the longest name of a task. */
#define TASK_NAME 16

/** The words around a break. */
struct seam {
	char before[LONGEST_WORD]; /**< the word before `left` */
	char left[LONGEST_WORD];
	char right[LONGEST_WORD];
	char both[2 * LONGEST_WORD]; /**< left and right as one word */
	const char *next;	     /**< all that follows */
};

/** Copy the last word of a text that ends at `end`; where it begins. */
static const char *last_word(const char *text, const char *end, char *word)
{
	const char *from;

	while (end > text && end[-1] == ' ')
		end--;
	from = end;
	while (from > text && from[-1] != ' ')
		from--;
	word_copy((struct word){ from, (size_t)(end - from) }, word, LONGEST_WORD);
	return from;
}

static void look_at_seam(const char *message, const char *end, const char *next, struct seam *seam)
{
	const char *left = last_word(message, end, seam->left);

	seam->next = next;
	last_word(message, left, seam->before);
	word_copy((struct word){ next, strcspn(next, " ") }, seam->right, LONGEST_WORD);
	snprintf(seam->both, sizeof(seam->both), "%s%s", seam->left, seam->right);
}

static bool whole(const char *word, const char *before)
{
	return token_whole(word_of(word), word_of(before));
}

/** Is there nothing in a line but the beginning of a task's name, which goes on before a report's title? */
static bool cut_name(const char *message, const char *next)
{
	return strlen(message) < TASK_NAME && !begins_line(message) && begins_title(next);
}

/**
 * @brief Was a line cut within the brackets of its time?
 *
 * @param unwrap the line
 * @return true: more of it follows, whatever that looks like
 */
bool unwrap_is_cut(const struct unwrap *unwrap)
{
	const char *text = unwrap->text;
	size_t length = unwrap->length;
	size_t from = length;

	while (from && length - from < 16 && strchr("0123456789. TC@", text[from - 1]))
		from--;
	return from && text[from - 1] == '[' && (from == 1 || strchr(" ]>:", text[from - 2]));
}

/** Is a call trace's line all there, but for the name of its module? */
static bool ends_trace(const char *left)
{
	const char *offset = strstr(left, "+0x"), *size = offset ? strstr(offset, "/0x") : NULL;

	return size && strspn(size + 3, "0123456789abcdef") == strlen(size + 3);
}

/** Do two words at a break make one that was cut, whatever the second looks like? */
static bool must_join(const char *message, const struct seam *seam, const char *next)
{
	const char *open = strrchr(seam->left, '(');

	if (strchr(":,)|*]", seam->right[0]))
		return true;
	if (!strcmp(seam->left, "in") && !strncmp(seam->right, "active_", 7))
		return true;
	if (open && !strchr(open, ')') && !begins_line(next) &&
	    (strstr(seam->left, "mode:0x") || strstr(seam->left, "mask=0x")))
		return true;
	/* `Node 0`, and its zone on the next line. */
	return !strncmp(message, "Node ", 5) &&
	       strspn(message + 5, "0123456789 ") == strlen(message + 5);
}

/** A group's statistics come one a line, `file 122880`, with prefixes or without. */
static bool is_statistic(const char *message, const char *next)
{
	size_t name = strspn(next, "abcdefghijklmnopqrstuvwxyz_0123456789");
	const char *number = next + name;

	return !strncmp(message, "Memory cgroup stats for ", 24) && name && *number == ' ' &&
	       isdigit((unsigned char)number[1]) && !number[strspn(number, "0123456789 ")];
}

/** Does a physical line belong to the line before? */
static bool continues(const struct unwrap *unwrap, const struct piece *piece,
		      const struct seam *seam, const struct prefix *prefix,
		      const struct prefix *next, const char *message)
{
	if (!message[strspn(message, " ")] && prefix->first != PREFIX_NONE)
		return next->first != prefix->first && next->first != PREFIX_DATE;
	if (next->first != PREFIX_NONE)
		return false;
	if (unwrap_is_cut(unwrap) || must_join(message, seam, piece->text))
		return true;
	if (prefix->first != PREFIX_NONE && cut_name(message, seam->next))
		return true;
	if (begins_report(piece->text) || ends_line(message))
		return false;
	if (!strncmp(message, "lowmem_reserve[]:", 17))
		return strspn(seam->right, "0123456789") == strlen(seam->right);
	return !ends_trace(seam->left) || strchr("[(", seam->right[0]);
}

/** Was a function's place cut before one of its numbers? */
static bool cut_offset(const struct seam *seam)
{
	size_t length = strlen(seam->left);

	return length && strchr("+/", seam->left[length - 1]) && !strncmp(seam->right, "0x", 2);
}

/** Was a mask's number cut, or its names from it? */
static bool cut_mask(const struct seam *seam)
{
	const char *mask = strstr(seam->left, "mode:0x"), *right = seam->right;

	mask = mask ? mask + 7 : strstr(seam->left, "gfp_mask=0x");
	if (!mask)
		return false;
	mask += *mask == 'g' ? 11 : 0;
	right += strspn(right, "0123456789abcdef");
	return !mask[strspn(mask, "0123456789abcdef")] && (!*right || strchr("(,", *right));
}

/** Can there be no blank at a break, by one of its words alone? */
static bool surely_within(const struct unwrap *unwrap, const char *message, const struct seam *seam)
{
	const char *open = strrchr(seam->left, '(');
	char last = seam->left[strlen(seam->left) - 1];

	if (strchr(":,.)|*]=/+_", seam->right[0]) || strchr("=*|(_", last) || cut_offset(seam))
		return true;
	if ((open && !strchr(open, ')')) || unwrap_is_cut(unwrap))
		return true;
	if (cut_mask(seam) || cut_name(message, seam->next))
		return true;
	/* A release goes on, and a worker's name. */
	if (!strcmp(seam->before, "tainted") && seam->right[0] != '#')
		return true;
	if (!strncmp(seam->left, "kworker/", 8) && isalnum((unsigned char)seam->right[0]) &&
	    seam->right[strlen(seam->right) - 1] == ':')
		return true;
	/* These hold no blanks. */
	return !strncmp(seam->left, "oom-kill:", 9);
}

/** Was the word at a break cut, so that nothing belongs between its halves? */
static bool within_word(struct unwrap *unwrap, const struct piece *piece, const char *message,
			const struct seam *seam)
{
	bool numbers =
		isdigit((unsigned char)seam->left[0]) && isdigit((unsigned char)seam->right[0]);
	bool both = whole(seam->both, seam->before), each;

	if (unwrap->ends_blank || piece->text[0] == ' ' || !seam->left[0])
		return false;
	if (!strcmp(seam->left, "=") || !strcmp(seam->right, "="))
		return false;
	if (seam->left[strlen(seam->left) - 1] == ',' &&
	    (!strncmp(seam->right, "cpuset=", 7) || !strncmp(seam->right, "mems_allowed=", 13)))
		return true;
	/* A statistic's value, and the name of the next. */
	if (strspn(seam->left, "0123456789") == strlen(seam->left) &&
	    islower((unsigned char)seam->right[0]) && seam->right[0] != 'k')
		return false;
	each = whole(seam->left, seam->before) && whole(seam->right, seam->left);
	if (surely_within(unwrap, message, seam) || (both && !each)) {
		unwrap->column = unwrap->width;
		unwrap->cut = true;
		return true;
	}
	if (each && !(numbers && both && unwrap->cut))
		return false;
	return unwrap->column && unwrap->width == unwrap->column;
}

/** A line goes on: where lines are cut at a column, each is as wide as that. */
static void note_break(struct unwrap *unwrap)
{
	if (unwrap->width != unwrap->column) {
		unwrap->column = 0;
		unwrap->cut = false;
	}
	if (unwrap->width == unwrap->broken)
		unwrap->column = unwrap->width;
	unwrap->broken = unwrap->width;
}

/** Note how wide a physical line is. Where lines are cut at a column, none is wider. */
static void take_width(struct unwrap *unwrap, const struct piece *piece)
{
	unwrap->width = piece->width;
	if (piece->width > unwrap->column)
		unwrap->column = 0;
}

/**
 * @brief Begin a line.
 *
 * @param unwrap receives it
 * @param piece its first physical line
 * @param line number of that in the log
 */
void unwrap_begin(struct unwrap *unwrap, const struct piece *piece, size_t line)
{
	unwrap->line = line;
	take_width(unwrap, piece);
	unwrap->length = piece->length < LONGEST_LOGICAL ? piece->length : LONGEST_LOGICAL;
	memcpy(unwrap->text, piece->text, unwrap->length);
	unwrap->text[unwrap->length] = '\0';
}

/**
 * @brief Join a physical line to the line that it belongs to.
 *
 * @param unwrap the line
 * @param piece the physical line
 * @return false, and nothing done, when it is another line
 */
bool unwrap_join(struct unwrap *unwrap, const struct piece *piece)
{
	struct prefix prefix, next;
	struct seam seam;
	const char *message, *rest = piece->text + strspn(piece->text, " ");
	size_t length = piece->length - (size_t)(rest - piece->text);
	bool statistic;

	if (!unwrap->length || !length || unwrap->length + 1 + length > LONGEST_LOGICAL)
		return false;
	unwrap->ends_blank = unwrap->text[unwrap->length - 1] == ' ';
	prefix_read(unwrap->text, &prefix);
	message = unwrap->text + prefix.length;
	message += strspn(message, " ");
	prefix_read(piece->text, &next);
	statistic = is_statistic(message, piece->text + next.length);
	if (statistic) {
		rest = piece->text + next.length;
		length = piece->length - next.length;
	}
	look_at_seam(message, unwrap->text + unwrap->length, rest, &seam);
	if (!statistic && !continues(unwrap, piece, &seam, &prefix, &next, message))
		return false;
	if (!statistic)
		note_break(unwrap);
	if (!unwrap->ends_blank && (statistic || !within_word(unwrap, piece, message, &seam)))
		unwrap->text[unwrap->length++] = ' ';
	memcpy(unwrap->text + unwrap->length, rest, length);
	unwrap->length += length;
	unwrap->text[unwrap->length] = '\0';
	take_width(unwrap, piece);
	return true;
}
