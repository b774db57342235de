/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The public interface of libpageflow: the page allocation path of Linux 5.8.18 (arm64) in user space.
 *
 * A machine is memory, zones, free lists, tasks and limits of its own. Make one with pageflow_boot() or
 * pageflow_load(), allocate and free page frames on it, watch its tracepoints, print its /proc files, save it.
 * A page is named by its page frame number (PFN).
 *
 * **Threads.** A machine may be used by one thread at a time, by any thread; the caller keeps two threads from
 * using the same machine at once. Different machines may be used by different threads at the same time, and
 * functions that take no machine may be called from any thread at any time. Nothing is shared between machines.
 *
 * **Callbacks** run on the thread that called the function they interrupt. They must not use the machine that
 * called them; they may use other machines.
 *
 * **Errors.** Functions that can fail for an outside reason (a file, a host that refuses memory, a text that
 * cannot be understood) take a struct pageflow_error, which may be NULL, and fill it with one line.
 *
 * **Violations.** What the kernel leaves undefined (a node that does not exist, a page freed twice, a tail page
 * freed) is refused. By default the program prints `pageflow: BUG: ...` and aborts; see pageflow_on_violation().
 */
#ifndef PAGEFLOW_H
#define PAGEFLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What the shared library makes visible. */
#define PAGEFLOW_API __attribute__((visibility("default")))

/** A machine. */
typedef struct pageflow_machine pageflow_machine;

/** "No page": what an allocation returns where the kernel returns NULL. */
#define PAGEFLOW_NO_PAGE UINT64_MAX

/** "No particular node": the node of the running CPU. */
#define PAGEFLOW_NO_NODE (-1)

/** What went wrong, and where. `= { 0 }` is one that says nothing. */
struct pageflow_error {
	char file
		[64]; /**< which of several texts is at fault, such as `zoneinfo`; empty: there is only one */
	size_t line;	/**< line of the text at fault, counted from 1; 0: no particular line */
	char text[512]; /**< one line, without newline */
};

/** A tracepoint that fired: its name and its fields as the kernel names and orders them. */
struct pageflow_event {
	const char *name;
	int nr_fields;
	const char *const *field_name; /**< nr_fields names */
	const int64_t *field;	       /**< nr_fields values; a page is its PFN, -1 for no page */
	const void *inner;	       /**< for pageflow_event_text() */
};

/** Receives the events of a machine; `event` is valid until it returns. */
typedef void (*pageflow_event_handler)(const struct pageflow_event *event, void *context);

/** Receives a message: a line of the console, or the text of a violation. */
typedef void (*pageflow_text_handler)(const char *text, void *context);

/** The files of /proc that a machine can print. */
enum pageflow_proc {
	PAGEFLOW_BUDDYINFO,
	PAGEFLOW_PAGETYPEINFO,
	PAGEFLOW_ZONEINFO,
};

/**
 * @brief Version of the library that is running.
 *
 * @return "MAJOR.MINOR.PATCH"
 */
PAGEFLOW_API const char *pageflow_version(void);

/**
 * @brief Boot a machine from a description.
 *
 * The description is a list of items joined by commas. The first says how much memory there is:
 *
 *     256M            one node without NUMA
 *     2x128M          NUMA: two nodes of 128 MiB
 *     3200M+1408M     NUMA: two nodes of different size
 *
 * and these may follow:
 *
 *     cma=SIZE            a CMA area, rounded up to 4 MiB, where the kernel would place it; default: none
 *     cpus=N              processors, 1 to 64, dealt to the nodes in runs; default: 1
 *     cpunodes=N:N:...    the node of each processor instead
 *     base=ADDRESS        first address of memory; default: 0x40000000
 *     reserve=ADDR+SIZE   memory that is in use from the start; may be repeated
 *     nomap=ADDR+SIZE     memory that the allocator must not know; may be repeated
 *     hole=ADDR+SIZE      no memory here; may be repeated
 *     distance=A:B:D      NUMA distance between two nodes; default: 20
 *     numa                use the NUMA configuration even for one node
 *
 * SIZE is a number of bytes, or one with K, M, G or T; an ADDRESS may be hexadecimal (0x...). Memory of the
 * nodes follows one another without gaps.
 *
 * @param spec the description
 * @param error receives what went wrong, or NULL
 * @return the machine, or NULL
 */
PAGEFLOW_API pageflow_machine *pageflow_boot(const char *spec, struct pageflow_error *error);

/**
 * @brief Make a machine from a file: a snapshot that pageflow_save() wrote, or a recording of a real kernel.
 *
 * Of a recording of operations the state before them is taken, of a recording of a boot the running state.
 * Files packed with xz are unpacked.
 *
 * @param path the file; "-" is standard input
 * @param error receives what went wrong, or NULL
 * @return the machine, or NULL
 */
PAGEFLOW_API pageflow_machine *pageflow_load(const char *path, struct pageflow_error *error);

/**
 * @brief Make a machine from the bytes of such a file.
 *
 * @param bytes the content
 * @param size how many bytes
 * @param error receives what went wrong, or NULL
 * @return the machine, or NULL
 */
PAGEFLOW_API pageflow_machine *pageflow_load_bytes(const char *bytes, size_t size,
						   struct pageflow_error *error);

/**
 * @brief Make a machine from what a running 5.8 kernel printed in /proc.
 *
 * Counters and the number of blocks on each list are those of the files, and the machine prints the same files
 * again. Where in its zone a free block lies is made up: the files do not say.
 *
 * @param zoneinfo the text of /proc/zoneinfo
 * @param buddyinfo the text of /proc/buddyinfo, or NULL
 * @param pagetypeinfo the text of /proc/pagetypeinfo, or NULL: every free block counts as movable
 * @param error receives what went wrong, or NULL
 * @return the machine, or NULL
 */
PAGEFLOW_API pageflow_machine *pageflow_read_proc(const char *zoneinfo, const char *buddyinfo,
						  const char *pagetypeinfo,
						  struct pageflow_error *error);

/**
 * @brief Unmake a machine and give its memory back.
 *
 * @param machine the machine, or NULL
 */
PAGEFLOW_API void pageflow_destroy(pageflow_machine *machine);

/**
 * @brief Write the whole state of a machine, so that after pageflow_load() every later decision is the same.
 *
 * The bytes of its pages are left out.
 *
 * @param machine the machine
 * @param path file to write
 * @param error receives what went wrong, or NULL
 * @return 0 or -1
 */
PAGEFLOW_API int pageflow_save(pageflow_machine *machine, const char *path,
			       struct pageflow_error *error);

/**
 * @brief The same, to an open stream.
 *
 * @param machine the machine
 * @param out where to
 * @return 0, or -1 when writing failed
 */
PAGEFLOW_API int pageflow_write(pageflow_machine *machine, FILE *out);

/**
 * @brief Which configuration of the kernel the machine runs.
 *
 * @param machine the machine
 * @return "uma" or "numa"
 */
PAGEFLOW_API const char *pageflow_configuration(const pageflow_machine *machine);

/**
 * @brief Allocate a block of 2^order pages as alloc_pages() does, under the running task's policy.
 *
 * @param machine the machine
 * @param gfp get-free-pages mask with the values of 5.8.18; see pageflow_gfp_parse()
 * @param order 0 to 10
 * @return PFN of the first page, or PAGEFLOW_NO_PAGE
 */
PAGEFLOW_API uint64_t pageflow_alloc_pages(pageflow_machine *machine, uint32_t gfp,
					   unsigned int order);

/**
 * @brief Allocate a block as alloc_pages_node() does.
 *
 * @param machine the machine
 * With NUMA, a node that the machine does not have is a violation; but an order above 10 is looked at first, and fails as in
 * the kernel.
 *
 * @param nid node to start from, or PAGEFLOW_NO_NODE; without NUMA it decides nothing
 * @param gfp get-free-pages mask
 * @param order 0 to 10
 * @return PFN of the first page, or PAGEFLOW_NO_PAGE
 */
PAGEFLOW_API uint64_t pageflow_alloc_pages_node(pageflow_machine *machine, int nid, uint32_t gfp,
						unsigned int order);

/**
 * @brief Free a block as __free_pages() does.
 *
 * @param machine the machine
 * @param pfn its first page
 * @param order the order it was allocated with
 * @return 0; -1 when this was a violation and a handler took note of it
 */
PAGEFLOW_API int pageflow_free_pages(pageflow_machine *machine, uint64_t pfn, unsigned int order);

/**
 * @brief The bytes of a page.
 *
 * @param machine the machine
 * @param pfn the page
 * @return its 4096 bytes, followed by those of the next page of its block; NULL where no page is
 */
PAGEFLOW_API void *pageflow_address(pageflow_machine *machine, uint64_t pfn);

/**
 * @brief The page that holds an address.
 *
 * @param machine the machine
 * @param address an address inside a page's bytes
 * @return its PFN; PAGEFLOW_NO_PAGE when it is not of this machine
 */
PAGEFLOW_API uint64_t pageflow_pfn(pageflow_machine *machine, const void *address);

/**
 * @brief Let another processor run.
 *
 * @param machine the machine
 * @param cpu its number
 * @return 0; -1 when there is no such processor; -2 when it is offline
 */
PAGEFLOW_API int pageflow_set_cpu(pageflow_machine *machine, int cpu);

/**
 * @brief Give the pages on a processor's own lists back to the buddy lists.
 *
 * @param machine the machine
 * @param cpu its number
 * @return 0; -1 when there is no such processor; -2 when it is offline, and so has none
 */
PAGEFLOW_API int pageflow_drain_cpu(pageflow_machine *machine, int cpu);

/**
 * @brief Change one part of a machine's state by a record: a line as a saved snapshot has them.
 *
 * The records are listed at the top of src/state/records.c. Examples:
 *
 *     machine vm_swappiness 10
 *     cpuset small mems 1
 *     memcg /job max 1000
 *     task 7 comm worker cpuset small memcg /job
 *     current 7
 *     sysctl min_free_kbytes 8192
 *
 * A record that names a node the machine does not have, or a policy the kernel cannot have, is refused and leaves nodes
 * and policies as they are.
 *
 * @param machine the machine
 * @param record the line
 * @param error receives what went wrong, or NULL
 * @return 0 or -1
 */
PAGEFLOW_API int pageflow_apply(pageflow_machine *machine, const char *record,
				struct pageflow_error *error);

/**
 * @brief Set a scene: fill memory with files, make processes, let the machine's daemons live.
 *
 * The commands are those of `pageflow shell`, one a call:
 *
 *     live, idle, sleep SECONDS, status
 *     file NAME, fill NAME PAGES|PERCENT%, dirty NAME PAGES, write NAME, verify NAME
 *     swap PAGES, process NAME, fault PID PAGES, join PID GROUP
 *     fragment PAGES [NAME]
 *     lru [node N] [list NAME] [group PATH] [runs N], scanners [ZONE]
 *
 * All that this makes is part of what pageflow_save() writes, without the contents of files.
 *
 * @param machine the machine
 * @param command the command
 * @param out receives what it prints
 * @param error receives what went wrong, or NULL
 * @return 0 or -1
 */
PAGEFLOW_API int pageflow_scene(pageflow_machine *machine, const char *command, FILE *out,
				struct pageflow_error *error);

/**
 * @brief Print a file of /proc in the kernel's own format.
 *
 * @param machine the machine
 * @param file which
 * @param out where to
 */
PAGEFLOW_API void pageflow_print(pageflow_machine *machine, enum pageflow_proc file, FILE *out);

/** A copy of what is free on a machine: blocks on each free list, CPUs' own lists, pageblocks, the zones' marks. */
typedef struct pageflow_lists pageflow_lists;

/**
 * @brief Take down what is free on a machine, to draw it, or to compare it with what is free later.
 *
 * @param machine the machine; it may change or go away afterwards
 * @param error receives what went wrong, or NULL
 * @return the copy; pageflow_lists_free() it; NULL when the host refuses memory
 */
PAGEFLOW_API pageflow_lists *pageflow_lists_take(pageflow_machine *machine,
						 struct pageflow_error *error);

/**
 * @brief Give such a copy back.
 *
 * @param lists the copy, or NULL
 */
PAGEFLOW_API void pageflow_lists_free(pageflow_lists *lists);

/** What is drawn. */
enum pageflow_subject {
	PAGEFLOW_FREE_LISTS, /**< free blocks by type and order, and pageblocks by type */
	PAGEFLOW_ZONES, /**< each zone's free pages against its watermarks, boost and reserves */
	PAGEFLOW_LRU,	/**< the LRU lists of all zones, and what became of their pages */
	PAGEFLOW_PERCPU, /**< each CPU's own lists of each zone, with its batch and where it is full */
	PAGEFLOW_BLOCKS, /**< the pageblocks as a map: of which type each is, and how much of it is free */
};

/** How it is drawn. */
enum pageflow_form {
	PAGEFLOW_PICTURE, /**< an SVG that stands alone, in light or dark as the reader prefers */
	PAGEFLOW_PART,	  /**< an SVG for a page whose own style sheet knows the classes in it */
	PAGEFLOW_WORDS,	  /**< the same in sentences, on one line */
	PAGEFLOW_TABLE,	  /**< the same as a table of plain text */
};

/**
 * Translates a label.
 *
 * @param key the English text, with %s for each argument: "%s pages free"
 * @param context as in struct pageflow_drawing
 * @return the same in another language, where %2$s is the second argument; NULL: it stays English. It must stay valid
 * until the drawing is done.
 */
typedef const char *(*pageflow_translator)(const char *key, void *context);

/** A drawing: what of which state, and how. All but `now` may be zero. */
struct pageflow_drawing {
	const pageflow_lists *now;
	const pageflow_lists
		*before; /**< an earlier state: differences to it are shown; NULL: none */
	enum pageflow_subject subject;
	enum pageflow_form form;
	const char *zone; /**< this zone alone: "DMA", or "1 Normal" for one node's; NULL: all */
	unsigned int
		number; /**< of the state, for the title; the one before has one less; 0: not numbered */
	const char *id; /**< what ids in an SVG begin with, when a page has several; NULL: "pf" */
	pageflow_translator translate; /**< NULL: English */
	void *context;		       /**< handed to it */
};

/**
 * @brief Draw what is free on a machine.
 *
 * @param drawing what, and how
 * @param out where to
 * @param error receives what went wrong, or NULL
 * @return 0; -1 when there is no such zone, and nothing was written
 */
PAGEFLOW_API int pageflow_draw(const struct pageflow_drawing *drawing, FILE *out,
			       struct pageflow_error *error);

/** What compaction does on a machine, step by step. */
typedef struct pageflow_steps pageflow_steps;

/**
 * @brief Watch compaction, to draw what it did. One such watch a machine; a new one replaces the old.
 *
 * A step is what happened while the migrate scanner worked on one pageblock. Handlers of pageflow_subscribe() are told as before.
 *
 * @param machine the machine; it must outlive the watch
 * @param error receives what went wrong, or NULL
 * @return the steps, none so far; pageflow_steps_free() them; NULL when the host refuses memory
 */
PAGEFLOW_API pageflow_steps *pageflow_steps_watch(pageflow_machine *machine,
						  struct pageflow_error *error);

/**
 * @brief Draw the steps that were seen so far.
 *
 * @param steps the steps
 * @param drawing how: its form, id, translate and context; all else is left out of account
 * @param out where to
 * @param error receives what went wrong, or NULL
 * @return 0; -1 when the host refused memory for a step, and nothing was written
 */
PAGEFLOW_API int pageflow_steps_draw(const pageflow_steps *steps,
				     const struct pageflow_drawing *drawing, FILE *out,
				     struct pageflow_error *error);

/**
 * @brief End the watch, and give the steps back.
 *
 * @param steps the steps, or NULL
 */
PAGEFLOW_API void pageflow_steps_free(pageflow_steps *steps);

/**
 * @brief Watch a machine's tracepoints. One handler a machine; a new one replaces the old.
 *
 * @param machine the machine
 * @param handler called for each event as it fires; NULL: nobody
 * @param context handed to it
 */
PAGEFLOW_API void pageflow_subscribe(pageflow_machine *machine, pageflow_event_handler handler,
				     void *context);

/**
 * @brief An event as one line: name and fields, masks and zones by name.
 *
 * @param event an event that a handler was given
 * @param text receives the line, without newline
 * @param size bytes of `text`
 * @return length of the line
 */
PAGEFLOW_API int pageflow_event_text(const struct pageflow_event *event, char *text, size_t size);

/**
 * @brief Receive what the machine's kernel prints. Without a handler it goes to standard error.
 *
 * @param machine the machine
 * @param handler called with each message; NULL: standard error
 * @param context handed to it
 */
PAGEFLOW_API void pageflow_on_message(pageflow_machine *machine, pageflow_text_handler handler,
				      void *context);

/**
 * @brief Take note of violations instead of aborting. The violating call is refused and changes nothing.
 *
 * @param machine the machine
 * @param handler called with a line that says what was violated; NULL: print and abort
 * @param context handed to it
 */
PAGEFLOW_API void pageflow_on_violation(pageflow_machine *machine, pageflow_text_handler handler,
					void *context);

/**
 * @brief Read a get-free-pages mask.
 *
 * @param text an expression as C has it, such as `GFP_KERNEL|__GFP_ZERO` or `GFP_KERNEL & ~__GFP_IO`: names and numbers, `~`,
 * `&`, `|` and parentheses, at most 32 of them within each other; the underscores of a flag may be left out (`GFP_ZERO`, `ZERO`)
 * @param gfp receives the mask
 * @param error receives what went wrong, or NULL
 * @return 0 or -1
 */
PAGEFLOW_API int pageflow_gfp_parse(const char *text, uint32_t *gfp, struct pageflow_error *error);

/**
 * @brief A get-free-pages mask as the kernel's tracepoints print it.
 *
 * @param gfp the mask
 * @param text receives the names
 * @param size bytes of `text`
 * @return length of the text
 */
PAGEFLOW_API int pageflow_gfp_text(uint32_t gfp, char *text, size_t size);

/**
 * @brief The name of a mask or flag by number, for lists and completion.
 *
 * @param index 0, 1, 2, ...
 * @return the name; NULL after the last
 */
PAGEFLOW_API const char *pageflow_gfp_name(size_t index);

#ifdef __cplusplus
}
#endif

#endif
