/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Lines that carry a log's line inside: JSON of journald and of containers, journald's export.
 *
 * What they say of time and machine is put before the message as other logs have it, so that the rest of the reader
 * knows one form only.
 */
#include "failure/read/envelope.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure/read/line.h"
#include "text/words.h"

/** The fields of an entry that are used; each is where its value begins, or NULL. */
struct entry {
	const char *message, *log, *host, *time, *monotonic, *realtime;
};

/** Behind a string that begins at its quote, or the end of the text. */
static const char *after_string(const char *c)
{
	for (c++; *c && *c != '"'; c++)
		if (*c == '\\' && c[1])
			c++;
	return *c ? c + 1 : c;
}

/** Behind a value: at the comma or bracket that ends it, or at the end of the text. */
static const char *after_value(const char *c)
{
	for (int depth = 0; *c;) {
		if (*c == '"') {
			c = after_string(c);
			continue;
		}
		if (!depth && strchr(",}]", *c))
			break;
		depth += *c == '[' || *c == '{';
		depth -= *c == ']' || *c == '}';
		c++;
	}
	return c;
}

/** Note a field's value where the field is one that is used. */
static void note_field(struct entry *entry, const char *key, size_t length, const char *value)
{
	const struct {
		const char *name;
		const char **value;
	} fields[] = {
		{ "MESSAGE", &entry->message },
		{ "message", &entry->message },
		{ "msg", &entry->message },
		{ "log", &entry->log },
		{ "_HOSTNAME", &entry->host },
		{ "time", &entry->time },
		{ "timestamp", &entry->time },
		{ "@timestamp", &entry->time },
		{ "_SOURCE_MONOTONIC_TIMESTAMP", &entry->monotonic },
		{ "__REALTIME_TIMESTAMP", &entry->realtime },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strlen(fields[i].name) == length && !strncmp(fields[i].name, key, length))
			*fields[i].value = value;
}

/** Find the fields of an object. */
static void read_fields(const char *c, struct entry *entry)
{
	for (c++; *c;) {
		const char *key, *end;

		c += strspn(c, " ,\t");
		if (*c != '"')
			return;
		key = c + 1;
		end = c = after_string(c);
		c += strspn(c, " \t");
		if (*c != ':')
			return;
		c++;
		c += strspn(c, " \t");
		note_field(entry, key, (size_t)(end - 1 - key), c);
		c = after_value(c);
	}
}

/** The character that an escape of JSON stands for; moves to its last character. */
static char json_escape(const char **cursor)
{
	const char *c = *cursor;
	char hex[5] = { 0 };
	unsigned long code;

	switch (*c) {
	case 'n':
		return '\n';
	case 'r':
	case 't':
	case 'b':
	case 'f':
		return ' ';
	case 'u':
		if (strnlen(c + 1, 4) < 4)
			return '?';
		memcpy(hex, c + 1, 4);
		*cursor = c + 4;
		code = strtoul(hex, NULL, 16);
		return code == 0xa0				      ? ' '
		       : code == 0x1b || (code >= ' ' && code < 0x7f) ? (char)code
								      : '?';
	default:
		return *c;
	}
}

/** Copy a string's text; where it ends. */
static size_t copy_string(const char *value, char *to, size_t room)
{
	size_t length = 0;

	for (const char *c = value + 1; *c && *c != '"' && length < room; c++) {
		char one = *c;

		if (one == '\\' && c[1]) {
			c++;
			one = json_escape(&c);
		}
		to[length++] = one;
	}
	return length;
}

/** Copy an array of bytes, as journald writes what is not all UTF-8. */
static size_t copy_bytes(const char *value, char *to, size_t room)
{
	size_t length = 0;
	uint64_t byte;

	for (const char *c = value + 1; length < room; c++) {
		c += strspn(c, " \t");
		if (!take_clamped(&c, 10, 255, &byte))
			break;
		to[length++] = byte ? (char)byte : ' ';
		c += strspn(c, " \t");
		if (*c != ',')
			break;
	}
	return length;
}

static size_t copy_value(const char *value, char *to, size_t room)
{
	return *value == '"'   ? copy_string(value, to, room)
	       : *value == '[' ? copy_bytes(value, to, room)
			       : 0;
}

/** A number of microseconds, which may stand in quotes; false when it is none. */
static bool take_time(const char *value, unsigned long long *seconds, unsigned long long *rest)
{
	uint64_t microseconds;

	if (!value)
		return false;
	value += *value == '"';
	if (!take_clamped(&value, 10, UINT64_MAX, &microseconds))
		return false;
	*seconds = microseconds / 1000000;
	*rest = microseconds % 1000000;
	return true;
}

/** Write the prefix that an entry's fields make. */
static size_t write_prefix(const struct entry *entry, char *to, size_t room)
{
	char host[64] = "", time[64] = "";
	unsigned long long seconds, rest;
	int length;

	if (entry->host) {
		host[copy_value(entry->host, host, sizeof(host) - 2)] = '\0';
		strcat(host, " ");
	}
	if (take_time(entry->monotonic, &seconds, &rest))
		length = snprintf(to, room, "[%5llu.%06llu] %skernel: ", seconds, rest, host);
	else if (take_time(entry->realtime, &seconds, &rest))
		length = snprintf(to, room, "%010llu.%06llu %skernel: ", seconds, rest, host);
	else if (entry->time && copy_value(entry->time, time, sizeof(time) - 1) > 18)
		length = snprintf(to, room, "%s %skernel: ", time, host);
	else
		return 0;
	return (size_t)length;
}

/** A JSON object: its message; false when it has none. */
static bool open_json(struct envelope *envelope, const char *line, size_t *length)
{
	struct entry entry = { 0 };
	struct prefix prefix;
	const char *value;
	size_t used = 0, message;

	read_fields(line, &entry);
	value = entry.message ? entry.message : entry.log;
	if (!value || (*value != '"' && *value != '['))
		return false;
	if (value == entry.log) {
		/* What a container logged may have a prefix of its own. */
		message = copy_value(value, envelope->text, LONGEST_CARRIED);
		envelope->text[message] = '\0';
		prefix_read(envelope->text, &prefix);
		if (prefix.first != PREFIX_NONE) {
			*length = message;
			return true;
		}
	}
	used = write_prefix(&entry, envelope->text, 256);
	*length = used + copy_value(value, envelope->text + used, LONGEST_CARRIED - used);
	envelope->text[*length] = '\0';
	return true;
}

/** Is this a field of journald's export, `NAME=value`? */
static bool is_field(const char *line)
{
	size_t name = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");

	return name && line[name] == '=';
}

/**
 * @brief Take the log's line out of what carries it.
 *
 * @param envelope what is known of this log's envelopes
 * @param line the line; receives the one inside
 * @param length its length; receives that of the one inside
 * @return false when the line carries nothing
 */
bool envelope_open(struct envelope *envelope, char **line, size_t *length)
{
	char *start = *line;

	if (*start == '{') {
		start[*length] = '\0';
		if (open_json(envelope, start, length))
			*line = envelope->text;
		return true;
	}
	if (*start == '_' &&
	    (!strncmp(start, "__CURSOR=", 9) || !strncmp(start, "__REALTIME_TIMESTAMP=", 21)))
		envelope->exported = true;
	if (!envelope->exported)
		return true;
	if (!strncmp(start, "MESSAGE=", 8)) {
		*line += 8;
		*length -= 8;
		return true;
	}
	return *length && !is_field(start);
}
