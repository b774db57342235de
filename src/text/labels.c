/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Words for a reader that a catalogue can translate.
 */
#include "text/labels.h"

#include <string.h>

#include "text/utf8.h"

/** Put one character, or one byte that is none, into XML. */
static void put_xml(FILE *out, const char *text, size_t length)
{
	if (!length)
		fputs("\xef\xbf\xbd", out); /* the sign for what could not be read */
	else if (*text == '<')
		fputs("&lt;", out);
	else if (*text == '>')
		fputs("&gt;", out);
	else if (*text == '&')
		fputs("&amp;", out);
	else if (*text == '"')
		fputs("&quot;", out);
	else if ((unsigned char)*text >= 0x20 && strncmp(text, "\xef\xbf\xbe", 3) &&
		 strncmp(text, "\xef\xbf\xbf", 3))
		fwrite(text, 1, length, out);
}

/**
 * @brief Put a piece of text that is the same in every language on paper.
 *
 * In XML, what means something there is escaped, control characters are left out, and bytes that are no UTF-8
 * become U+FFFD.
 *
 * @param pen where to
 * @param text the text
 * @param characters where to end, at the latest
 * @return how many characters were put
 */
size_t pen_put_some(const struct pen *pen, const char *text, size_t characters)
{
	size_t put = 0;

	for (; *text && put < characters; put++) {
		size_t length = utf8_length(text);

		if (pen->xml)
			put_xml(pen->out, text, length);
		else
			fwrite(text, 1, length ? length : 1, pen->out);
		text += length ? length : 1;
	}
	return put;
}

/** The same of the whole text. */
size_t pen_put(const struct pen *pen, const char *text)
{
	return pen_put_some(pen, text, strlen(text));
}

/** What the catalogue has for a key; the key itself when it has nothing. */
static const char *translated(const struct pen *pen, const char *key)
{
	const char *said = pen->translate ? pen->translate(key, pen->context) : NULL;

	return said ? said : key;
}

/** Which argument stands here: `%s` is the next one, `%2$s` the second. -1: no argument belongs here. */
static int argument_at(const char *text, int next, size_t *length)
{
	if (!strncmp(text, "%s", 2)) {
		*length = 2;
		return next;
	}
	*length = 4;
	if (text[0] == '%' && text[1] >= '1' && text[1] < '1' + KEY_ARGUMENTS &&
	    !strncmp(text + 2, "$s", 2))
		return text[1] - '1';
	return -1;
}

/** How many arguments a key has. */
static int count_arguments(const char *key)
{
	int count = 0;

	while ((key = strstr(key, "%s"))) {
		count++;
		key += 2;
	}
	return count < KEY_ARGUMENTS ? count : KEY_ARGUMENTS;
}

/**
 * @brief Does a translation ask only for arguments that its label has?
 *
 * @param key the label
 * @param length bytes of it
 * @param translation what it is in another language
 * @return true when it does
 */
bool label_fits(const char *key, size_t length, const char *translation)
{
	int count = 0, next = 0;

	for (size_t i = 0; i + 1 < length; i++)
		count += key[i] == '%' && key[i + 1] == 's';
	while ((translation = strchr(translation, '%'))) {
		size_t taken = 1;
		int which = argument_at(translation, next, &taken);

		if (which >= count)
			return false;
		next = which >= 0 ? which + 1 : next;
		translation += which >= 0 ? taken : 1;
	}
	return true;
}

/** As pen_say(). */
size_t pen_say_list(const struct pen *pen, const char *key, va_list arguments)
{
	const char *said = translated(pen, key);
	const char *argument[KEY_ARGUMENTS] = { NULL };
	int count = count_arguments(key), next = 0;
	size_t put = 0;

	for (int i = 0; i < count; i++)
		argument[i] = va_arg(arguments, const char *);
	while (*said) {
		size_t length = strcspn(said, "%");
		int which;

		if (length) {
			size_t characters = utf8_count(said) - utf8_count(said + length);

			put += pen_put_some(pen, said, characters);
			said += length;
			continue;
		}
		which = argument_at(said, next, &length);
		if (which >= 0 && which < count) {
			put += pen_put(pen, argument[which]);
			next = which + 1;
			said += length;
		} else {
			put += pen_put_some(pen, said++, 1);
		}
	}
	return put;
}

/**
 * @brief Put a label on paper.
 *
 * A translation may name its arguments out of order, as `%2$s`. Whatever a catalogue says, no argument is read
 * that the key does not have.
 *
 * @param pen where to
 * @param key the label, marked with KEY(); it and its arguments are as for printf, with %s alone
 * @return how many characters were put
 */
size_t pen_say(const struct pen *pen, const char *key, ...)
{
	va_list arguments;
	size_t put;

	va_start(arguments, key);
	put = pen_say_list(pen, key, arguments);
	va_end(arguments);
	return put;
}

/** The same for a key without arguments, out of a table. */
size_t pen_say_word(const struct pen *pen, const char *key)
{
	return pen_put(pen, translated(pen, key));
}

/** Write a number into 32 bytes: 1234567. */
const char *number_plain(char *text, long number)
{
	sprintf(text, "%ld", number);
	return text;
}

/** Write a number into 32 bytes, in groups of three digits: 1,234,567. */
const char *number_grouped(char *text, unsigned long number)
{
	char digits[24];
	int length = sprintf(digits, "%lu", number);
	char *end = text;

	for (int i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			*end++ = ',';
		*end++ = digits[i];
	}
	*end = '\0';
	return text;
}

/** Write a difference into 32 bytes, with a plus or a true minus sign: +5, −5. */
const char *number_signed(char *text, long number)
{
	sprintf(text, "%s%lu", number > 0 ? "+" : "\u2212",
		number > 0 ? (unsigned long)number : -(unsigned long)number);
	return text;
}
