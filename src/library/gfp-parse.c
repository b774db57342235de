/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Reading a get-free-pages mask as people write it: `GFP_KERNEL|__GFP_ZERO`.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "engine/engine.h"
#include "gfp.h"
#include "text/cursor.h"
#include "text/error.h"

#define NAME(mask)          \
	{                   \
#mask, mask \
	}

/** Masks first: where a flag without its underscores has the name of a mask, the mask is meant. */
static const struct {
	const char *name;
	gfp_t mask;
} names[] = {
	NAME(GFP_ATOMIC),
	NAME(GFP_KERNEL),
	NAME(GFP_KERNEL_ACCOUNT),
	NAME(GFP_NOWAIT),
	NAME(GFP_NOIO),
	NAME(GFP_NOFS),
	NAME(GFP_USER),
	NAME(GFP_DMA),
	NAME(GFP_DMA32),
	NAME(GFP_HIGHUSER),
	NAME(GFP_HIGHUSER_MOVABLE),
	NAME(GFP_TRANSHUGE_LIGHT),
	NAME(GFP_TRANSHUGE),
	NAME(__GFP_DMA),
	NAME(__GFP_HIGHMEM),
	NAME(__GFP_DMA32),
	NAME(__GFP_MOVABLE),
	NAME(__GFP_RECLAIMABLE),
	NAME(__GFP_HIGH),
	NAME(__GFP_IO),
	NAME(__GFP_FS),
	NAME(__GFP_ZERO),
	NAME(__GFP_ATOMIC),
	NAME(__GFP_DIRECT_RECLAIM),
	NAME(__GFP_KSWAPD_RECLAIM),
	NAME(__GFP_RECLAIM),
	NAME(__GFP_WRITE),
	NAME(__GFP_NOWARN),
	NAME(__GFP_RETRY_MAYFAIL),
	NAME(__GFP_NOFAIL),
	NAME(__GFP_NORETRY),
	NAME(__GFP_MEMALLOC),
	NAME(__GFP_COMP),
	NAME(__GFP_NOMEMALLOC),
	NAME(__GFP_HARDWALL),
	NAME(__GFP_THISNODE),
	NAME(__GFP_ACCOUNT),
	{ "none", 0 },
};

#define NR_NAMES (sizeof(names) / sizeof(names[0]))

/** A name without leading underscores and without `GFP_`. */
static const char *core(const char *name)
{
	name += strspn(name, "_");
	return strncasecmp(name, "GFP_", 4) ? name : name + 4;
}

/** The mask of one name; false when there is none. */
static bool named_mask(const char *word, gfp_t *mask)
{
	for (size_t i = 0; i < NR_NAMES; i++)
		if (!strcasecmp(word, names[i].name)) {
			*mask = names[i].mask;
			return true;
		}
	for (size_t i = 0; i < NR_NAMES; i++)
		if (!strcasecmp(core(word), core(names[i].name))) {
			*mask = names[i].mask;
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
					 "'%s' is no gfp mask or flag; masks are names such as "
					 "GFP_KERNEL, flags such as __GFP_ZERO, joined by '|'",
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
	return index < NR_NAMES ? names[index].name : NULL;
}
