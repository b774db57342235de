/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Reading a get-free-pages mask as people write it: `GFP_KERNEL|__GFP_ZERO`, `GFP_KERNEL & ~__GFP_IO`.
 *
 * It is an expression as C has it: `~` binds before `&`, `&` before `|`, and parentheses before all of them.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "library/handle.h"
#include "text/cursor.h"
#include "text/error.h"
#include "text/names.h"
#include "text/nearest.h"

/** Parentheses within each other, at most. */
#define MOST_OPEN 32

/** What ends a word of a mask. */
#define WORD_ENDS " \t|&~()"

/** A mask that is being read. */
struct mask_text {
	const char *at;
	int open; /**< parentheses that are not closed yet */
	struct pageflow_error *error;
};

static int read_sum(struct mask_text *text, gfp_t *mask);

/** A name without leading underscores and without `GFP_`. */
static const char *core(const char *name)
{
	name += strspn(name, "_");
	return strncasecmp(name, "GFP_", 4) ? name : name + 4;
}

/** The mask of one name; false when there is none. Where a flag without its underscores has the name of a mask, the mask is meant. */
static bool named_mask(const char *word, gfp_t *mask)
{
	for (size_t i = 0; i < NR_GFP_NAMES; i++)
		if (!strcasecmp(word, gfp_names[i].name)) {
			*mask = gfp_names[i].mask;
			return true;
		}
	for (size_t i = 0; i < NR_GFP_NAMES; i++)
		if (!strcasecmp(core(word), core(gfp_names[i].name))) {
			*mask = gfp_names[i].mask;
			return true;
		}
	return false;
}

/** The mask of one word: a name or a number. */
static bool word_mask(const char *word, gfp_t *mask)
{
	long value;

	if (!isdigit((unsigned char)*word))
		return named_mask(word, mask);
	if (!is_number(word, 0, UINT32_MAX, &value))
		return false;
	*mask = (gfp_t)value;
	return true;
}

/** Say that a word is none of a mask: which one may have been meant, or what there is. */
static int refuse_word(struct pageflow_error *error, const char *word)
{
	struct nearest nearest = nearest_to(core(word));
	char hint[NEAREST_HINT];

	for (size_t i = 0; i < NR_GFP_NAMES; i++)
		nearest_try_as(&nearest, core(gfp_names[i].name), gfp_names[i].name);
	return error_set(error,
			 "'%s' is not a gfp mask or flag%s; masks are names such as GFP_KERNEL, "
			 "flags such as __GFP_ZERO, joined by '|', '&' and '~', or numbers up to "
			 "0xffffffff",
			 word, nearest_hint(&nearest, hint, sizeof(hint)));
}

/** Skip blanks; the character after them. */
static char next_sign(struct mask_text *text)
{
	text->at += strspn(text->at, " \t");
	return *text->at;
}

/** Read what stands in parentheses, behind the first of them. */
static int read_inner(struct mask_text *text, gfp_t *mask)
{
	if (++text->open > MOST_OPEN)
		return error_set(text->error, "more than %d '(' are open in the gfp mask",
				 MOST_OPEN);
	if (read_sum(text, mask))
		return -1;
	if (next_sign(text) != ')')
		return error_set(text->error, "a ')' is missing in the gfp mask");
	text->at++;
	text->open--;
	return 0;
}

/** Read a name, a number or parentheses, each perhaps inverted. */
static int read_term(struct mask_text *text, gfp_t *mask)
{
	gfp_t inverted = 0;
	char word[64];
	size_t length;

	for (; next_sign(text) == '~'; text->at++)
		inverted = ~inverted;
	if (*text->at == '(') {
		text->at++;
		if (read_inner(text, mask))
			return -1;
		*mask ^= inverted;
		return 0;
	}
	length = strcspn(text->at, WORD_ENDS);
	if (!length)
		return error_set(text->error, "a name or number is missing in the gfp mask");
	snprintf(word, sizeof(word), "%.*s", (int)length, text->at);
	text->at += length;
	if (!word_mask(word, mask))
		return refuse_word(text->error, word);
	*mask ^= inverted;
	return 0;
}

/** Read terms joined by `&`. */
static int read_product(struct mask_text *text, gfp_t *mask)
{
	gfp_t term;

	if (read_term(text, mask))
		return -1;
	while (next_sign(text) == '&') {
		text->at++;
		if (read_term(text, &term))
			return -1;
		*mask &= term;
	}
	return 0;
}

/** Read products joined by `|`. */
static int read_sum(struct mask_text *text, gfp_t *mask)
{
	gfp_t product;

	if (read_product(text, mask))
		return -1;
	while (next_sign(text) == '|') {
		text->at++;
		if (read_product(text, &product))
			return -1;
		*mask |= product;
	}
	return 0;
}

int pageflow_gfp_parse(const char *text, uint32_t *gfp, struct pageflow_error *error)
{
	struct mask_text rest = { text, 0, error };
	gfp_t mask;

	if (read_sum(&rest, &mask))
		return -1;
	if (*rest.at == ')')
		return error_set(error, "a ')' in the gfp mask closes nothing");
	if (*rest.at)
		return error_set(error, "names of a gfp mask are joined by '|' or '&'");
	*gfp = mask;
	return 0;
}

/**
 * @brief Where the mask ends that a line begins with: at a blank that stands between words.
 *
 * @param text the line
 * @return length of the mask, which may not be one
 */
size_t handle_gfp_length(const char *text)
{
	size_t at = 0, end = 0;
	int open = 0;

	while (text[at]) {
		size_t blanks = strspn(text + at, " \t");
		char next = text[at + blanks];

		if (blanks && end && !open && !strchr("|&~(", text[end - 1]) &&
		    !strchr("|&)", next))
			break;
		if (!next)
			break;
		open += (next == '(') - (next == ')' && open);
		at += blanks + 1;
		end = at;
	}
	return end;
}

int pageflow_gfp_text(uint32_t gfp, char *text, size_t size)
{
	return ENGINE_EITHER->gfp_text(gfp, text, size);
}

const char *pageflow_gfp_name(size_t index)
{
	return index < NR_GFP_NAMES ? gfp_names[index].name : NULL;
}
