/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Reading a get-free-pages mask as people write it: `GFP_KERNEL|__GFP_ZERO`.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "engine/engine.h"
#include "text/cursor.h"
#include "text/error.h"
#include "text/names.h"

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

int pageflow_gfp_parse(const char *text, uint32_t *gfp, struct pageflow_error *error)
{
	gfp_t sum = 0, mask;

	while (true) {
		size_t skipped = strspn(text, " "), length = strcspn(text + skipped, "| ");
		char word[64];

		text += skipped;
		if (!length)
			return error_set(error, "a name or number is missing in the gfp mask");
		snprintf(word, sizeof(word), "%.*s", (int)length, text);
		if (!word_mask(word, &mask))
			return error_set(error,
					 "'%s' is not a gfp mask or flag; masks are names such as "
					 "GFP_KERNEL, flags such as __GFP_ZERO, joined by '|', "
					 "or numbers up to 0xffffffff",
					 word);
		sum |= mask;
		text += length;
		text += strspn(text, " ");
		if (!*text)
			break;
		if (*text++ != '|')
			return error_set(error, "names of a gfp mask are joined by '|'");
	}
	*gfp = sum;
	return 0;
}

int pageflow_gfp_text(uint32_t gfp, char *text, size_t size)
{
	return ENGINE_EITHER->gfp_text(gfp, text, size);
}

const char *pageflow_gfp_name(size_t index)
{
	return index < NR_GFP_NAMES ? gfp_names[index].name : NULL;
}
