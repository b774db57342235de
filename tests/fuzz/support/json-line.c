/* SPDX-License-Identifier: GPL-2.0-only */
/** @file Is a text one line of JSON? It knows what our own writer may write, and no more. */
#include "support/json-line.h"

#include <string.h>

#include "text/utf8.h"

static bool take(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

/** A string: no control character stands in it as it is, and all of it is UTF-8. */
static bool take_string(const char **at)
{
	if (!take(at, '"'))
		return false;
	while (**at != '"') {
		size_t length = utf8_length(*at);

		if (**at == '\\' && (*at)[1])
			length = 2;
		if (!length || (unsigned char)**at < 0x20)
			return false;
		*at += length;
	}
	return take(at, '"');
}

static bool take_value(const char **at);

/** Members between braces, or values between brackets. */
static bool take_members(const char **at, char end)
{
	bool more = false;

	while (!take(at, end)) {
		if (more && (!take(at, ',') || !take(at, ' ')))
			return false;
		if (end == '}' && (!take_string(at) || !take(at, ':') || !take(at, ' ')))
			return false;
		if (!take_value(at))
			return false;
		more = true;
	}
	return true;
}

static bool take_value(const char **at)
{
	static const char *const words[] = { "true", "false", "null" };
	size_t digits = strspn(*at, "-0123456789");

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strncmp(*at, words[i], strlen(words[i]))) {
			*at += strlen(words[i]);
			return true;
		}
	if (**at == '"')
		return take_string(at);
	if (take(at, '{'))
		return take_members(at, '}');
	if (take(at, '['))
		return take_members(at, ']');
	*at += digits;
	return digits > 0;
}

/** Is it an object, a newline, and nothing else? */
bool is_json_line(const char *text)
{
	return *text == '{' && take_value(&text) && !strcmp(text, "\n");
}
