/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `draw` in the shell: what is free on the machine, and what has changed since it was drawn before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/error.h"
#include "text/new-file.h"
#include "tools/language.h"
#include "tools/shell/shell.h"

/** What the words before the zone ask for. */
struct wish {
	bool form[PAGEFLOW_TABLE + 1];
	const char *file; /**< of the picture that stands alone */
	enum pageflow_subject subject;
	const char *zone; /**< NULL: all */
};

/** In which order the forms of one drawing come. */
static const enum pageflow_form form_order[] = { PAGEFLOW_TABLE, PAGEFLOW_WORDS, PAGEFLOW_PART,
						 PAGEFLOW_PICTURE };

/** Subjects in one word each. */
static const char *const subject_words[] = {
	[PAGEFLOW_FREE_LISTS] = "lists", [PAGEFLOW_ZONES] = "zones",   [PAGEFLOW_LRU] = "lru",
	[PAGEFLOW_PERCPU] = "percpu",	 [PAGEFLOW_BLOCKS] = "blocks",
};

#define NR_SUBJECTS (sizeof(subject_words) / sizeof(*subject_words))

/** What is drawn, in one word. */
const char *drawings_word(enum pageflow_subject subject)
{
	return subject_words[subject];
}

static bool is_word(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && !strncmp(text, word, length);
}

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
		if (is_word(word, length, forms[i].word)) {
			wish->form[forms[i].form] = true;
			return true;
		}
	/* The free lists are what is drawn where nothing is named. */
	for (size_t i = PAGEFLOW_FREE_LISTS + 1; i < NR_SUBJECTS; i++)
		if (is_word(word, length, subject_words[i])) {
			wish->subject = (enum pageflow_subject)i;
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

/** The commands that are being carried out are not drawn over; -1 after noting an error. */
static int check_wish(const struct wish *wish, const struct shell *shell,
		      struct pageflow_error *error)
{
	if (!wish->file || !same_file(shell->path ? shell->path : "-", wish->file))
		return 0;
	return error_set(error, "%s is the file of these commands; draw into another", wish->file);
}

/** Draw the machine, or the steps where there are some. */
static int draw_one(const pageflow_steps *steps, const struct pageflow_drawing *drawing, FILE *out,
		    struct pageflow_error *error)
{
	return steps ? pageflow_steps_draw(steps, drawing, out, error)
		     : pageflow_draw(drawing, out, error);
}

/** Where a form goes: what is read as text is as wide as the terminal. */
static FILE *stream_of(const struct shell *shell, enum pageflow_form form)
{
	return form == PAGEFLOW_PART ? shell->plain : shell->out;
}

/**
 * @brief A form of a drawing as a text.
 *
 * @param steps the steps; NULL: the machine is drawn
 * @param drawing what
 * @param form how
 * @param error receives what went wrong
 * @return the text, to be freed; NULL after a failure
 */
char *drawings_text(const pageflow_steps *steps, struct pageflow_drawing drawing,
		    enum pageflow_form form, struct pageflow_error *error)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int failed;

	drawing.form = form;
	if (!out) {
		error_set(error, "out of memory");
		return NULL;
	}
	failed = draw_one(steps, &drawing, out, error);
	if (fclose(out))
		failed = error_set(error, "out of memory");
	if (!failed)
		return text;
	free(text);
	return NULL;
}

/** Draw the picture that stands alone. The file is touched only when there is something to draw. */
static int draw_file(const struct shell *shell, const pageflow_steps *steps,
		     const struct pageflow_drawing *drawing, const char *path,
		     struct pageflow_error *error)
{
	char *picture = drawings_text(steps, *drawing, PAGEFLOW_PICTURE, error);
	int failed = picture ? 0 : -1;

	if (picture && shell->record && is_standard_output(path))
		fputs(picture, shell->plain);
	else if (picture)
		failed = new_file_write(path, picture, strlen(picture), error);
	free(picture);
	return failed;
}

/** Draw in all forms that are wanted. */
static int draw_forms(const struct drawings *drawings, const struct shell *shell,
		      const pageflow_lists *now, const struct wish *wish,
		      struct pageflow_error *error)
{
	const struct pen pen = pen_in_language(stdout);
	struct pageflow_drawing drawing = {
		.now = now,
		.before = drawings->last,
		.subject = wish->subject,
		.zone = wish->zone,
		.number = drawings->count + 1,
		.translate = pen.translate,
		.context = pen.context,
	};
	int failed = 0;

	for (size_t i = 0; i < sizeof(form_order) / sizeof(*form_order) && !failed; i++) {
		drawing.form = form_order[i];
		if (wish->form[form_order[i]])
			failed = form_order[i] == PAGEFLOW_PICTURE
					 ? draw_file(shell, NULL, &drawing, wish->file, error)
					 : pageflow_draw(&drawing, stream_of(shell, form_order[i]),
							 error);
	}
	return failed;
}

/** Put a drawing into the record: as a picture, and as text. */
static int record_drawing(const struct shell *shell, const char *kind, const pageflow_steps *steps,
			  const struct pageflow_drawing *drawing, struct pageflow_error *error)
{
	char *svg = drawings_text(steps, *drawing, PAGEFLOW_PART, error);
	char *text = svg ? drawings_text(steps, *drawing, PAGEFLOW_TABLE, error) : NULL;

	if (!text) {
		free(svg);
		return -1;
	}
	record_picture(shell->record, kind, svg, text);
	return 0;
}

/** Put steps into the record; what is printed of them shows the same. */
static int record_steps(const struct shell *shell, const pageflow_steps *steps,
			struct pageflow_error *error)
{
	const struct pen pen = pen_in_language(stdout);
	const struct pageflow_drawing drawing = { .translate = pen.translate,
						  .context = pen.context };

	record_shown(shell->record);
	return record_drawing(shell, "steps", steps, &drawing, error);
}

/** Draw steps in one form. */
static int draw_steps(const struct shell *shell, const pageflow_steps *steps,
		      enum pageflow_form form, const char *path, struct pageflow_error *error)
{
	const struct pen pen = pen_in_language(stdout);
	const struct pageflow_drawing drawing = { .form = form,
						  .translate = pen.translate,
						  .context = pen.context };

	return form == PAGEFLOW_PICTURE
		       ? draw_file(shell, steps, &drawing, path, error)
		       : pageflow_steps_draw(steps, &drawing, stream_of(shell, form), error);
}

/**
 * @brief Carry out a command, and draw what compaction does in the meantime.
 *
 * @param shell the session
 * @param rest forms, and the command
 * @param error receives what went wrong
 * @return 0 or -1
 */
int drawings_watch(struct shell *shell, char *rest, struct pageflow_error *error)
{
	const struct wish wish = read_wish(rest);
	pageflow_steps *steps;
	int failed = 0;

	if (!wish.zone || !strncmp(wish.zone, "machine", 7) || !strncmp(wish.zone, "load", 4))
		return error_set(error, "which command on this machine? For example 'steps alloc "
					"GFP_TRANSHUGE 9'");
	if (check_wish(&wish, shell, error))
		return -1;
	steps = pageflow_steps_watch(shell->machine, error);
	if (!steps)
		return -1;
	shell->run_line(shell, (char *)wish.zone);
	if (shell->record)
		failed = record_steps(shell, steps, error);
	for (size_t i = 0; i < sizeof(form_order) / sizeof(*form_order) && !failed; i++)
		if (wish.form[form_order[i]])
			failed = draw_steps(shell, steps, form_order[i], wish.file, error);
	pageflow_steps_free(steps);
	return failed;
}

/** This state is the last that was drawn. */
static void remember(struct drawings *drawings, pageflow_lists *now)
{
	drawings_forget(drawings);
	drawings->last = now;
	drawings->count++;
}

/**
 * @brief Put a drawing of the machine as it is now into the record, with what has changed since the last one there.
 *
 * @param shell the session
 * @param subject what is drawn
 * @param zone of which zone; NULL: of the one that the session is asked for, or of all
 * @param error receives what went wrong
 * @return 0 or -1
 */
int drawings_record(struct shell *shell, enum pageflow_subject subject, const char *zone,
		    struct pageflow_error *error)
{
	const struct pen pen = pen_in_language(stdout);
	struct pageflow_drawing drawing = {
		.now = pageflow_lists_take(shell->machine, error),
		.before = shell->pictures.last,
		.subject = subject,
		.zone = zone ? zone : shell->zone,
		.number = shell->pictures.count + 1,
		.translate = pen.translate,
		.context = pen.context,
	};

	if (!drawing.now)
		return -1;
	if (record_drawing(shell, subject_words[subject], NULL, &drawing, error)) {
		pageflow_lists_free((pageflow_lists *)drawing.now);
		return -1;
	}
	remember(&shell->pictures, (pageflow_lists *)drawing.now);
	return 0;
}

/** Print a drawing, in all forms that are wanted, with what has changed since the last time. */
static int print_drawing(struct shell *shell, const struct wish *wish, struct pageflow_error *error)
{
	pageflow_lists *now = pageflow_lists_take(shell->machine, error);

	if (!now)
		return -1;
	if (draw_forms(&shell->drawings, shell, now, wish, error)) {
		pageflow_lists_free(now);
		return -1;
	}
	remember(&shell->drawings, now);
	return 0;
}

/**
 * @brief Draw the machine, with what has changed since the last time.
 *
 * @param shell the session
 * @param rest what follows the command's name
 * @param error receives what went wrong
 * @return 0 or -1
 */
int drawings_draw(struct shell *shell, char *rest, struct pageflow_error *error)
{
	const struct wish wish = read_wish(rest);

	if (check_wish(&wish, shell, error))
		return -1;
	if (shell->record)
		record_shown(shell->record);
	if (print_drawing(shell, &wish, error))
		return -1;
	return shell->record ? drawings_record(shell, wish.subject, wish.zone, error) : 0;
}

/** The next drawing is compared with nothing. */
void drawings_forget(struct drawings *drawings)
{
	pageflow_lists_free(drawings->last);
	drawings->last = NULL;
}
