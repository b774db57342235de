/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The one cache that recordings of reclaim have besides the page cache: it lets go three quarters of what it is
 * asked for.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "replay/replay.h"
#include "stages/stages.h"
#include "world/world.h"

/** How many objects are left. */
static unsigned long count_objects(struct shrinker *shrinker, struct shrink_control *sc)
{
	const struct recorded_cache *cache = shrinker->context;

	(void)sc;
	return cache->left;
}

/** Let go of all but a quarter of what can be scanned. No page comes back. */
static unsigned long scan_objects(struct shrinker *shrinker, struct shrink_control *sc)
{
	struct recorded_cache *cache = shrinker->context;
	unsigned long scanned = min_ul(cache->left, sc->nr_to_scan);
	unsigned long freed = scanned - scanned / 4;

	cache->left -= freed;
	return freed;
}

/** Is the next line about the cache? */
static bool shrinker_ahead(const struct reader *reader)
{
	const char *line = reader_peek(reader);

	return line && !strncmp(line, "shrinker ", 9);
}

/**
 * @brief `shrinker own seeds S batch B flags F deferred D left N`, if it stands here: register the cache.
 *
 * @param replay the replay; the cache is part of it
 * @return 0, or -1 after noting an error
 */
int replay_read_shrinker(struct replay *replay)
{
	struct recorded_cache *cache = &replay->cache;
	struct shrinker *shrinker = &cache->shrinker;
	long seeks, batch, flags, deferred, left;
	const struct field fields[] = { { "seeds", &seeks, 0, INT_MAX },
					{ "batch", &batch, 0, INT_MAX },
					{ "flags", &flags, -1, 0 },
					{ "deferred", &deferred, 0, 0 },
					{ "left", &left, 0, 0 } };
	const char *line;

	if (!shrinker_ahead(&replay->reader))
		return 0;
	line = reader_line(&replay->reader);
	if (!take_word(&line, "shrinker") || !take_word(&line, "own") ||
	    !take_fields(&line, fields, ARRAY_SIZE(fields)) || flags)
		return reader_fail(&replay->reader,
				   "'shrinker own seeds N batch N flags 0 deferred N left N'");
	*shrinker = (struct shrinker){
		.name = "own",
		.count_objects = count_objects,
		.scan_objects = scan_objects,
		.batch = batch,
		.seeks = (int)seeks,
		.context = cache,
	};
	shrinker->nr_deferred[0] = deferred;
	cache->left = (unsigned long)left;
	cache->registered = true;
	shrinker_register(shrinker);
	return 0;
}

/**
 * @brief Compare what is left of the cache, if the recording had one.
 *
 * @param replay the replay
 */
void replay_check_shrinker(struct replay *replay)
{
	const struct shrinker *shrinker = &replay->cache.shrinker;
	const char *line;
	char got[128];

	if (!replay->cache.registered)
		return;
	snprintf(got, sizeof(got), "shrinker own seeds %d batch %ld flags 0 deferred %ld left %lu",
		 shrinker->seeks, shrinker->batch, shrinker->nr_deferred[0], replay->cache.left);
	/* There is a line: the last one of the file. */
	line = reader_line(&replay->reader);
	if (strcmp(line, got))
		result_differs(replay->result, replay->reader.next, line, "%s", got);
}
