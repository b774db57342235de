/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * What the tests of compaction begin from. Mostly it is one scene: a zone of 16 pageblocks in which every other page is
 * in use and can be moved, so that half of the memory is free and no two free pages touch.
 */
#ifndef TESTS_COMPACTION_SCENES_H
#define TESTS_COMPACTION_SCENES_H

#include "machines.h"

/** Pages in the zone of the scenes. */
#define SCENE_PAGES 8192ul
#define BLOCK	    pageblock_nr_pages

/** Who owns the pages of a scene: scene_owner[index] is where page `index` is now. */
extern struct page *scene_owner[SCENE_PAGES];
extern unsigned long scene_moves;	     /**< how often an owner was told that a page moved */
extern struct page *scene_refused;	     /**< the page that its owner does not let go */
extern struct address_space scene_file;	     /**< whose pages they are */
extern struct compact_control scene_control; /**< the run of scene_run_on() */

bool scene_owner_is_told(struct page *from, struct page *to);
void scene_write(struct page *page, unsigned long seed);
void scene_check(const struct page *page, unsigned long seed);
void scene_make_movable(struct page *page, unsigned long index);
struct zone *scene_full(void);
void scene_free_every_other(struct zone *zone);
struct zone *scene_checkered(void);
struct zone *scene_ragged(void);
void scene_check_owners(unsigned long step);

struct compact_control *scene_run_on(struct zone *zone, enum migrate_mode mode);
struct compact_control *scene_free_run(struct zone *zone, enum migrate_mode mode,
				       unsigned long nr_migratepages);
void scene_end_run(struct compact_control *cc);
bool scene_holds(const struct page *page);
s64 scene_begin_field(int i);
void scene_lay(struct zone *zone, unsigned long first, const char *letters);
const char *scene_state(const struct compact_control *cc);
const char *scene_scans(void);
const char *scene_told(void);
const char *scene_held(const struct compact_control *cc);

#endif
