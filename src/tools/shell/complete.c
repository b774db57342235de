/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What could stand where the cursor is: what each command takes, and the names that this machine has for it.
 *
 * Names of tasks, groups, files and fields are read from what `save` would write, so that whatever the machine comes to have is
 * offered, and nothing on it changes.
 */
#include "tools/shell/complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "library/handle.h"
#include "text/text.h"
#include "text/words.h"

/** Words of one line that are looked at. */
#define MOST_WORDS 200

/** Blocks that are offered; takeall holds tens of thousands. */
#define MOST_BLOCKS 200

/** Of a zone's record: the word that says how many pages it has. */
#define PRESENT 8

/** How something can be drawn. */
#define FORMS "table words svg zones lru percpu blocks"

/* ---- The list of what may stand there --------------------------------------------------------- */

/** Offer a word, if it begins as what was typed and is not there yet. */
static void offer(struct candidates *list, struct word word)
{
	size_t nr = list->nr;

	if (word.length < strlen(list->typed) ||
	    strncmp(word.at, list->typed, strlen(list->typed)) != 0)
		return;
	for (size_t i = 0; i < nr; i++)
		if (word_is(word, list->word[i]))
			return;
	if (!(nr & (nr - 1))) {
		char **grown = realloc(list->word, (nr ? 2 * nr : 1) * sizeof(*grown));

		if (!grown)
			return;
		list->word = grown;
	}
	list->word[nr] = strndup(word.at, word.length);
	list->nr += list->word[nr] != NULL;
}

/** Offer words that stand in one text, with blanks between them. */
static void offer_words(struct candidates *list, const char *words)
{
	struct word word;

	while ((word = next_word(&words)).length)
		offer(list, word);
}

/* ---- What the machine has --------------------------------------------------------------------- */

/** The machine as `save` writes it; text_free() it. */
static bool read_machine(const struct shell *shell, struct text *text)
{
	char *bytes = NULL;
	size_t size = 0;
	FILE *out = shell->machine ? open_memstream(&bytes, &size) : NULL;
	bool read = false;

	if (!out)
		return false;
	pageflow_write(shell->machine, out);
	read = !fclose(out) && text_from_bytes(bytes, size, text, NULL) == TEXT_OK;
	free(bytes);
	return read;
}

/** The words of a line; how many there are. */
static int cut(const char *line, struct word *word)
{
	int nr = 0;

	while (nr < MOST_WORDS && (word[nr] = next_word(&line)).length)
		nr++;
	return nr;
}

/** Where words of a kind come from: from here, or from the machine's records. */
static const struct source {
	enum word_kind kind;
	const char *words;  /**< these */
	const char *record; /**< or what records of this name have... */
	int at;		    /**< ...as their word of this number */
	bool every;	    /**< and as each second one after it */
	int unless; /**< where the word of this number is not 0, if there is a number here */
} sources[] = {
	{ WORD_MACHINE, .words = "64M 256M 1G 1G,cma=16M,cpus=2 2x128M" },
	{ WORD_ORDER, .words = "0 1 2 3 4 5 6 7 8 9 10" },
	{ WORD_SWITCH, .words = "on off" },
	{ WORD_ONLINE, .words = "online offline" },
	{ WORD_POLICY, .words = "default preferred bind interleave local" },
	{ WORD_LOOK, .words = "node list group runs" },
	{ WORD_LIST, .words = "inactive_anon active_anon inactive_file active_file unevictable" },
	{ WORD_FORM, .words = FORMS },
	{ WORD_FORM, .record = "zone", .at = 2, .unless = PRESENT },
	{ WORD_ZONE, .record = "zone", .at = 2, .unless = PRESENT },
	{ WORD_NODE, .record = "node", .at = 1 },
	{ WORD_CPU, .record = "cpu", .at = 1 },
	{ WORD_PID, .record = "task", .at = 1 },
	{ WORD_NAME, .record = "mapping", .at = 2 },
	{ WORD_GROUP, .record = "memcg", .at = 1 },
	{ WORD_GROUP, .record = "cpuset", .at = 1 },
	{ WORD_MEMCG, .record = "memcg", .at = 1 },
	{ WORD_CPUSET, .record = "cpuset", .at = 1 },
	{ WORD_TASK_FIELD, .record = "task", .at = 2, .every = true },
	{ WORD_MM_FIELD, .record = "mm", .at = 2, .every = true },
	{ WORD_MEMCG_FIELD, .record = "memcg", .at = 2, .every = true },
	{ WORD_CPUSET_FIELD, .record = "cpuset", .at = 2, .every = true },
};

/** Offer what the machine's records of a source have. */
static void offer_records(struct candidates *list, const struct text *text,
			  const struct source *source)
{
	struct word word[MOST_WORDS + 1];

	for (size_t i = 0; i < text->nr_lines; i++) {
		int nr = cut(text->line[i], word);

		if (!nr || !word_is(word[0], source->record) ||
		    (source->unless && source->unless < nr && word_is(word[source->unless], "0")))
			continue;
		for (int k = source->at; k < nr; k += 2) {
			offer(list, word[k]);
			if (!source->every)
				break;
		}
	}
}

/** Offer what the table of sources has of a kind. */
static void offer_sources(struct candidates *list, const struct shell *shell, enum word_kind kind)
{
	struct text machine = { 0 };
	bool asked = false;

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		const struct source *source = &sources[i];

		if (source->kind != kind)
			continue;
		if (source->words)
			offer_words(list, source->words);
		if (source->record && !asked)
			asked = read_machine(shell, &machine);
		if (source->record && asked)
			offer_records(list, &machine, source);
	}
	text_free(&machine);
}

/** Offer words of a kind. */
static void offer_kind(struct candidates *list, const struct shell *shell, enum word_kind kind)
{
	char number[24];

	switch (kind) {
	case WORD_COMMAND:
		for (const struct shell_command *c = shell_commands; c->name; c++)
			offer(list, word_of(c->name));
		break;
	case WORD_MASK:
		for (size_t i = 0; pageflow_gfp_name(i); i++)
			offer(list, word_of(pageflow_gfp_name(i)));
		break;
	case WORD_SYSCTL:
		for (size_t i = 0; shell->machine && shell->machine->engine->sysctl_name(i); i++)
			offer(list, word_of(shell->machine->engine->sysctl_name(i)));
		break;
	case WORD_BLOCK:
		for (size_t i = 0; i < shell->nr_held && list->nr < MOST_BLOCKS; i++) {
			snprintf(number, sizeof(number), "#%lu", shell->held[i].number);
			offer(list, word_of(number));
		}
		break;
	default:
		offer_sources(list, shell, kind);
	}
}

/* ---- Where the cursor is ---------------------------------------------------------------------- */

/** What the value of a field may be; WORD_NONE: nobody knows. */
static enum word_kind value_of(struct word field)
{
	static const struct {
		const char *field;
		enum word_kind kind;
	} fields[] = {
		{ "cpuset", WORD_CPUSET }, { "memcg", WORD_MEMCG }, { "group", WORD_MEMCG },
		{ "parent", WORD_GROUP },  { "node", WORD_NODE },   { "list", WORD_LIST },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (word_is(field, fields[i].field))
			return fields[i].kind;
	return WORD_NONE;
}

/** What a command takes behind these words of it. */
static enum word_kind kind_behind(const struct shell_command *command, const struct word *word,
				  int nr)
{
	const int last = sizeof(command->takes) / sizeof(command->takes[0]);
	int fixed = 0;

	while (fixed < last && command->takes[fixed])
		fixed++;
	if (nr < fixed)
		return command->takes[nr];
	if (!command->pairs || (nr - fixed) % 2 == 0)
		return command->pairs ? command->pairs : command->each;
	return value_of(word[nr - 1]);
}

/** Is the end of this text still in a mask that begins it? */
static bool in_mask(const char *text)
{
	size_t end = handle_gfp_length(text);

	return !text[end] || (end && strchr("|&~(", text[end - 1]));
}

/** Is this one of the words that say how something is drawn? */
static bool is_form(struct word word)
{
	const char *forms = FORMS;
	struct word form;

	if (word.length > 4 && !strncmp(word.at + word.length - 4, ".svg", 4))
		return true;
	while ((form = next_word(&forms)).length)
		if (form.length == word.length && !memcmp(form.at, word.at, form.length))
			return true;
	return false;
}

/** What may stand behind the beginning of a line. */
static enum word_kind kind_at(const char *before)
{
	const struct shell_command *command;
	struct word word[MOST_WORDS + 1];
	const char *rest = before;
	struct word name = next_word(&rest);
	char text[32];
	int matches;

	if (!name.length)
		return WORD_COMMAND;
	word_copy(name, text, sizeof(text));
	command = shell_command_named(text, &matches);
	if (!command)
		return WORD_NONE;
	rest += strspn(rest, " \t");
	if (command->each == WORD_STEPS) {
		const char *next = rest;

		while (is_form(name = next_word(&next)))
			rest = next;
		return name.length ? kind_at(rest) : WORD_STEPS;
	}
	if (command->takes[0] != WORD_MASK)
		return kind_behind(command, word, cut(rest, word));
	if (in_mask(rest))
		return WORD_MASK;
	return kind_behind(command, word, 1 + cut(rest + handle_gfp_length(rest), word));
}

/**
 * @brief Find out what could stand where the cursor is.
 *
 * @param shell the session
 * @param before the line up to the word that is being typed
 * @param typed that word, as far as it is typed; it must stay where it is
 * @return the words; candidates_free() them
 */
struct candidates candidates_at(const struct shell *shell, const char *before, const char *typed)
{
	struct candidates list = { .typed = typed };
	enum word_kind kind = kind_at(before);

	list.file = kind == WORD_FILE;
	list.mask = kind == WORD_MASK;
	if (kind == WORD_STEPS) {
		offer_words(&list, FORMS);
		kind = WORD_COMMAND;
	}
	offer_kind(&list, shell, kind);
	return list;
}

/**
 * @brief Give the memory of candidates back.
 *
 * @param list the candidates
 */
void candidates_free(struct candidates *list)
{
	for (size_t i = 0; i < list->nr; i++)
		free(list->word[i]);
	free(list->word);
	*list = (struct candidates){ 0 };
}
