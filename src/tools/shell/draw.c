/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `draw` in the shell: what is free on the machine, and what has changed since it was drawn before.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/language.h"
#include "tools/shell/shell.h"

/** What the words before the zone ask for. */
struct wish {
	bool form[PAGEFLOW_TABLE + 1];
	const char *file; /**< of the picture that stands alone */
	enum pageflow_subject subject;
	const char *zone; /**< NULL: all */
};

/** Take a word that is not part of a zone's name; false when it may be. */
static bool take_wish(const char *word, size_t length, struct wish *wish)
{
	static const struct {
		const char *word;
		enum pageflow_form form;
	} forms[] = {
		{ "svg", PAGEFLOW_PART },
		{ "words", PAGEFLOW_WORDS },
		{ "table", PAGEFLOW_TABLE },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		if (strlen(forms[i].word) == length && !strncmp(word, forms[i].word, length)) {
			wish->form[forms[i].form] = true;
			return true;
		}
	if (length == strlen("zones") && !strncmp(word, "zones", length)) {
		wish->subject = PAGEFLOW_ZONES;
		return true;
	}
	if (length <= strlen(".svg") || strncmp(word + length - 4, ".svg", 4))
		return false;
	wish->form[PAGEFLOW_PICTURE] = true;
	wish->file = word;
	return true;
}

/** Read the line: words in any order, then perhaps a zone. */
static struct wish read_wish(char *rest)
{
	struct wish wish = { .subject = PAGEFLOW_FREE_LISTS };
	bool any = false;

	while (*rest) {
		size_t length = strcspn(rest, " \t");
		char *next = rest + length + strspn(rest + length, " \t");

		if (!take_wish(rest, length, &wish))
			break;
		rest[length] = '\0';
		rest = next;
	}
	for (int form = 0; form <= PAGEFLOW_TABLE; form++)
		any |= wish.form[form];
	wish.form[PAGEFLOW_TABLE] |= !any;
	wish.zone = *rest ? rest : NULL;
	return wish;
}

/** Draw in one form; false when that was not possible, after saying why. */
static bool draw_form(struct shell *shell, const struct pageflow_drawing *drawing, FILE *out)
{
	struct pageflow_error error = { 0 };

	if (!pageflow_draw(drawing, out, &error))
		return true;
	shell_error(shell, "draw: %s", error.text);
	return false;
}

/** Draw the picture that stands alone. */
static bool draw_file(struct shell *shell, const struct pageflow_drawing *drawing, const char *path)
{
	FILE *out = fopen(path, "w");
	bool drawn;

	if (!out) {
		shell_error(shell, "draw: %s cannot be written: %s", path, strerror(errno));
		return false;
	}
	drawn = draw_form(shell, drawing, out);
	if (ferror(out) | fclose(out)) {
		shell_error(shell, "draw: %s was not written whole: %s", path, strerror(errno));
		drawn = false;
	}
	return drawn;
}

/** Draw in all forms that are wanted. */
static bool draw_forms(struct shell *shell, const struct wish *wish, pageflow_lists *now)
{
	static const enum pageflow_form order[] = { PAGEFLOW_TABLE, PAGEFLOW_WORDS, PAGEFLOW_PART,
						    PAGEFLOW_PICTURE };
	const struct pen pen = pen_in_language(stdout);
	struct pageflow_drawing drawing = {
		.now = now,
		.before = shell->drawn,
		.subject = wish->subject,
		.zone = wish->zone,
		.number = shell->nr_drawn + 1,
		.translate = pen.translate,
		.context = pen.context,
	};

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		drawing.form = order[i];
		if (wish->form[order[i]] &&
		    !(order[i] == PAGEFLOW_PICTURE ? draw_file(shell, &drawing, wish->file)
						   : draw_form(shell, &drawing, stdout)))
			return false;
	}
	return true;
}

/**
 * @brief Draw the machine's free lists or zones, with what has changed since the last time.
 *
 * @param shell the session, which has a machine
 * @param rest what follows the command's name
 */
void shell_draw(struct shell *shell, char *rest)
{
	const struct wish wish = read_wish(rest);
	struct pageflow_error error = { 0 };
	pageflow_lists *now = pageflow_lists_take(shell->machine, &error);

	if (!now) {
		shell_error(shell, "draw: %s", error.text);
		return;
	}
	if (!draw_forms(shell, &wish, now)) {
		pageflow_lists_free(now);
		return;
	}
	pageflow_lists_free(shell->drawn);
	shell->drawn = now;
	shell->nr_drawn++;
}
