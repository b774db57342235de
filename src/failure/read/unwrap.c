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

/** The words around a break. */
struct seam {
	char before[LONGEST_WORD]; /**< the word before `left` */
	char left[LONGEST_WORD];
	char right[LONGEST_WORD];
	char both[2 * LONGEST_WORD]; /**< left and right as one word */
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

	last_word(message, left, seam->before);
	word_copy((struct word){ next, strcspn(next, " ") }, seam->right, LONGEST_WORD);
	snprintf(seam->both, sizeof(seam->both), "%s%s", seam->left, seam->right);
}

static bool whole(const char *word, const char *before)
{
	return token_whole(word_of(word), word_of(before));
}

/** Was a line cut within the brackets of its time? */
static bool cut_in_bracket(const char *text, size_t length)
{
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
static bool must_join(const char *message, const struct seam *seam)
{
	const char *open = strrchr(seam->left, '(');

	if (strchr(":,)|*]", seam->right[0]))
		return true;
	if (!strcmp(seam->left, "in") && !strncmp(seam->right, "active_", 7))
		return true;
	if (open && !strchr(open, ')') &&
	    (strstr(seam->left, "mode:0x") || strstr(seam->left, "mask=0x")))
		return true;
	/* `Node 0`, and its zone on the next line. */
	return !strncmp(message, "Node ", 5) &&
	       strspn(message + 5, "0123456789 ") == strlen(message + 5);
}

/** Does a physical line belong to the line before? */
static bool continues(const struct unwrap *unwrap, const struct piece *piece,
		      const struct seam *seam, const struct prefix *prefix, const char *message)
{
	struct prefix next;

	prefix_read(piece->text, &next);
	if (!message[strspn(message, " ")] && prefix->first != PREFIX_NONE)
		return next.first != prefix->first && next.first != PREFIX_DATE;
	if (next.first != PREFIX_NONE)
		return false;
	if (cut_in_bracket(unwrap->text, unwrap->length) || must_join(message, seam))
		return true;
	if (begins_report(piece->text) || ends_line(message))
		return false;
	if (!strncmp(message, "lowmem_reserve[]:", 17))
		return strspn(seam->right, "0123456789") == strlen(seam->right);
	return !ends_trace(seam->left) || strchr("[(", seam->right[0]);
}

/** Was the word at a break cut, so that nothing belongs between its halves? */
static bool within_word(struct unwrap *unwrap, const struct piece *piece, const struct seam *seam)
{
	const char *open = strrchr(seam->left, '(');
	size_t length = strlen(seam->left);
	bool numbers =
		isdigit((unsigned char)seam->left[0]) && isdigit((unsigned char)seam->right[0]);
	bool whole_left, whole_right;

	if (unwrap->ends_blank || piece->text[0] == ' ' || !length)
		return false;
	if (!strcmp(seam->left, "=") || !strcmp(seam->right, "="))
		return false;
	if ((strchr(":,)|*]=/+_", seam->right[0]) || strchr("=*|+/(_", seam->left[length - 1]) ||
	     (open && !strchr(open, ')')) || cut_in_bracket(unwrap->text, unwrap->length) ||
	     !strncmp(seam->left, "oom-kill:", 9))) {
		unwrap->column = unwrap->width;
		return true;
	}
	if (seam->left[length - 1] == ',' &&
	    (!strncmp(seam->right, "cpuset=", 7) || !strncmp(seam->right, "mems_allowed=", 13)))
		return true;
	whole_left = whole(seam->left, seam->before);
	whole_right = whole(seam->right, seam->left);
	if (whole_left && whole_right && !(numbers && whole(seam->both, seam->before)))
		return false;
	if (!(whole_left && whole_right) && whole(seam->both, seam->before)) {
		unwrap->column = unwrap->width;
		return true;
	}
	return unwrap->column && unwrap->width == unwrap->column;
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
	size_t blanks = strspn(piece->text, " "), length = piece->length - blanks;
	struct prefix prefix;
	struct seam seam;
	const char *message;

	if (!unwrap->length || !length || unwrap->length + 1 + length > LONGEST_LOGICAL)
		return false;
	unwrap->ends_blank = unwrap->text[unwrap->length - 1] == ' ';
	prefix_read(unwrap->text, &prefix);
	message = unwrap->text + prefix.length;
	message += strspn(message, " ");
	look_at_seam(message, unwrap->text + unwrap->length, piece->text + blanks, &seam);
	if (!continues(unwrap, piece, &seam, &prefix, message))
		return false;
	if (!within_word(unwrap, piece, &seam) && !unwrap->ends_blank)
		unwrap->text[unwrap->length++] = ' ';
	memcpy(unwrap->text + unwrap->length, piece->text + blanks, length);
	unwrap->length += length;
	unwrap->text[unwrap->length] = '\0';
	take_width(unwrap, piece);
	return true;
}
