/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What logs put before a message: time, level, machine, and who printed it.
 *
 * A prefix is a row of parts in whatever order the tools in between have added them, so parts are taken as long as one
 * is known. Only what cannot begin a message is one: `[ 1234]` is a row of a task table, `[c0784b64]` an address.
 */
#include <ctype.h>
#include <string.h>

#include "failure/read/line.h"
#include "failure/read/tokens.h"

/** Longest part in square brackets. */
#define LONGEST_BRACKET 64

/** Longest name of a machine, or of who logs. */
#define LONGEST_NAME 64

#define SECOND 1000000ull
#define DAY    (86400 * SECOND)

/** A number that stands for a piece of text; never 0. */
static uint64_t number_of_text(const char *text, size_t length)
{
	uint64_t hash = 0xcbf29ce484222325ull;

	for (size_t i = 0; i < length; i++)
		if (text[i] != ' ')
			hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3ull;
	return hash ? hash : 1;
}

/** Microseconds of `.123` or `,123`, and how long it is. */
static size_t fraction(const char *c, uint64_t *microseconds)
{
	size_t length = *c == '.' || *c == ',' ? digits(c + 1) : 0;
	uint64_t value = 0;

	for (size_t i = 1; i <= 6; i++)
		value = value * 10 + (i <= length ? (uint64_t)(c[i] - '0') : 0);
	*microseconds = value;
	return length ? length + 1 : 0;
}

/** Length of `14:58:07.123`; adds it to a time. */
static size_t clock_time(const char *c, uint64_t *stamp)
{
	uint64_t parts;
	size_t length;

	for (int i = 0; i < 8; i++)
		if (i % 3 == 2 ? c[i] != ':' : !isdigit((unsigned char)c[i]))
			return 0;
	*stamp += (((uint64_t)(c[0] - '0') * 10 + (uint64_t)(c[1] - '0')) * 3600 +
		   ((uint64_t)(c[3] - '0') * 10 + (uint64_t)(c[4] - '0')) * 60 +
		   (uint64_t)(c[6] - '0') * 10 + (uint64_t)(c[7] - '0')) *
		  SECOND;
	length = 8 + fraction(c + 8, &parts);
	*stamp += parts;
	return length;
}

/** Length of `2026-11-24` or `11-24`, or of a day's name, a month's or a number; adds the day to a time. */
static size_t day(const char *c, uint64_t *stamp)
{
	static const char names[] = "Mon Tue Wed Thu Fri Sat Sun Jan Feb Mar Apr May Jun Jul Aug "
				    "Sep Oct Nov Dec ";
	size_t year = digits(c) == 4 && c[4] == '-' ? 5 : 0, length;
	char name[4] = { 0 };

	if (digits(c + year) == 2 && c[year + 2] == '-' && digits(c + year + 3) == 2) {
		*stamp = DAY * (uint64_t)((c[year + 3] - '0') * 10 + c[year + 4] - '0');
		return year + 5;
	}
	length = digits(c);
	if (length == 1 || length == 2) {
		*stamp = DAY * (uint64_t)(length == 1 ? *c - '0' : (*c - '0') * 10 + c[1] - '0');
		return length;
	}
	if (length == 4)
		return length; /* a year */
	if (strnlen(c, 3) < 3 || !isupper((unsigned char)*c))
		return 0;
	memcpy(name, c, 3);
	return strstr(names, name) && (c[3] == ' ' || c[3] == ',') ? 3 + (c[3] == ',') : 0;
}

/** Length of a date with a time of the day, however it is written; 0 when there is none. */
static size_t date(const char *c, uint64_t *stamp)
{
	const char *start = c;
	bool named = isupper((unsigned char)*c) != 0;

	*stamp = 0;
	for (int words = 0; words < 6; words++) {
		size_t length = clock_time(c, stamp);

		if (length) {
			c += length;
			/* The zone, and a year behind the time. */
			c += strcspn(c, " ]");
			if (digits(c + strspn(c, " ")) == 4 && named && *c == ' ' &&
			    strchr(" ]", c[5]))
				c += 5;
			else if (!strncmp(c, " UTC ", 5) || !strncmp(c, " GMT ", 5) ||
				 !strncmp(c, " CET ", 5) || !strncmp(c, " EST ", 5))
				c += 4;
			return (size_t)(c - start);
		}
		length = day(c, stamp);
		/* A number begins no date but of the form 2026-11-24 or 11-24. */
		if (!length || (!words && !named && length < 5))
			return 0;
		c += length;
		if (*c != ' ' && *c != 'T')
			return 0;
		c++;
		c += strspn(c, " ");
	}
	return 0;
}

/** Length of `[   12.345678]`, also with what dmesg and vendors put in behind the time. */
static size_t time_in_bracket(const char *c, struct prefix *prefix)
{
	const char *end = memchr(c, ']', strnlen(c, LONGEST_BRACKET));
	const char *inside = c + 1 + strspn(c + 1, " ");
	uint64_t seconds = 0, parts, stamp;
	size_t length;

	if (!end)
		return 0;
	inside += *inside == '+';
	length = digits(inside);
	if (length && length < 12 && inside[length] == '.' && digits(inside + length + 1)) {
		for (size_t i = 0; i < length; i++)
			seconds = seconds * 10 + (uint64_t)(inside[i] - '0');
		inside += length;
		inside += fraction(inside, &parts);
		stamp = seconds * SECOND + parts;
		/* A second part may name who printed it: `[   12.345678,3]`, `[12.345678   T12]`. */
		inside += strspn(inside, " |,");
		if ((*inside == 'T' || *inside == 'C') && digits(inside + 1))
			prefix->caller = number_of_text(inside, (size_t)(end - inside));
	} else if (!(length = date(inside, &stamp)) || inside + length > end) {
		/* `[Nov24 14:58]` of `dmesg -e`: every other line has no more than a difference. */
		if (strnlen(inside, 3) < 3 || !day(inside, &stamp) || digits(inside + 3) != 2 ||
		    end - inside != 11)
			return 0;
		return (size_t)(end - c) + 1;
	}
	prefix->has_stamp = true;
	prefix->stamp = stamp;
	return (size_t)(end - c) + 1;
}

/** Length of `[   T12]`, `[  C3]`, `[  T12@C3]`, `[c0]`, `[0:  swapper/0:    1]`, or of `(3)[1234:name]`. */
static size_t caller(const char *c, struct prefix *prefix)
{
	size_t cpu = *c == '-' && c[1] == '(' ? 1 : 0, length = 0;
	const char *inside, *end;

	if (c[cpu] == '(') {
		length = digits(c + cpu + 1);
		if (!length || length > 3 || strncmp(c + cpu + 1 + length, ")[", 2))
			return 0;
		cpu += length + 2;
	}
	end = c[cpu] == '[' ? memchr(c + cpu, ']', strnlen(c + cpu, LONGEST_BRACKET)) : NULL;
	if (!end)
		return 0;
	inside = c + cpu + 1 + strspn(c + cpu + 1, " ");
	if (*inside == 'T' || *inside == 'C' || *inside == 'c') {
		length = digits(inside + 1);
		if (!length || length > 8 || (*inside == 'c' && length > 3) ||
		    !strchr(" @]", inside[1 + length]))
			return 0;
	} else {
		length = digits(inside);
		/* A CPU, the task's name and its number; with the CPU before, the number and the name. */
		if (!length || inside[length] != ':' ||
		    (!cpu &&
		     (!isdigit((unsigned char)end[-1]) ||
		      !memchr(inside + length + 1, ':', (size_t)(end - inside) - length - 1))))
			return 0;
		if (!cpu) {
			inside = end;
			while (inside[-1] != ':')
				inside--;
			length = (size_t)(end - inside);
		}
		prefix->caller = number_of_text(inside, length);
		return (size_t)(end - c) + 1;
	}
	prefix->caller = number_of_text(inside, 1 + length);
	prefix->passing = *inside == 'c';
	return (size_t)(end - c) + 1;
}

/** Length of `c3 ` or `c0   1234 `: the CPU, and perhaps the task, as some vendors print them behind the time. */
static size_t vendor_caller(const char *c, struct prefix *prefix)
{
	size_t length = *c == 'c' ? digits(c + 1) : 0, blanks, task;

	if (!length || length > 2 || c[1 + length] != ' ' ||
	    strstr(c, " invoked ") == c + 1 + length)
		return 0;
	length++;
	blanks = strspn(c + length, " ");
	task = digits(c + length + blanks);
	/* The number may belong to the message: `131072 pages RAM`. */
	if (task && c[length + blanks + task] == ' ' &&
	    strncmp(c + length + blanks + task, " pages ", 7) &&
	    strncmp(c + length + blanks + task, " reserved ", 10) &&
	    strncmp(c + length + blanks + task, " total ", 7)) {
		prefix->caller = number_of_text(c + length + blanks, task);
		return length + blanks + task;
	}
	prefix->caller = number_of_text(c, length);
	prefix->passing = true;
	return length;
}

/** Length of `<4>`, of `4,123,456789,-,caller=T12;` as /dev/kmsg has it, or of `kern  :warn  : ` as `dmesg -x` has it. */
static size_t level(const char *c, struct prefix *prefix)
{
	size_t length;

	if (*c == '<') {
		length = digits(c + 1);
		return length && c[1 + length] == '>' ? length + 2 : 0;
	}
	if (!strncmp(c, "kern", 4) && c[4 + strspn(c + 4, " ")] == ':') {
		const char *end = strchr(strchr(c, ':') + 1, ':');

		return end && end - c < 24 ? (size_t)(end - c) + 1 : 0;
	}
	length = strspn(c, "0123456789,");
	if (length > 4 && c[length - 1] == ',' && (c[length] == '-' || c[length] == 'c')) {
		size_t rest = strcspn(c + length, "; ");
		const char *who = strstr(c + length, "caller=");

		if (c[length + rest] != ';')
			return 0;
		if (who && who < c + length + rest)
			prefix->caller = number_of_text(who, (size_t)(c + length + rest - who));
		return length + rest + 1;
	}
	return 0;
}

/** Length of `E/kernel  (    0): `, or of `  0     0 E kernel  : `, as logcat prints it. */
static size_t logcat(const char *c)
{
	static const char levels[] = "VDIWEFA";
	const char *start = c, *tag;

	c += strspn(c, " ");
	if (*c && strchr(levels, *c) && c[1] == '/') {
		tag = strpbrk(c, ":");
		return tag && tag - c < LONGEST_NAME ? (size_t)(tag - start) + 1 : 0;
	}
	for (int numbers = 0; numbers < 2; numbers++) {
		if (!digits(c) || c[digits(c)] != ' ')
			return 0;
		c += digits(c);
		c += strspn(c, " ");
	}
	if (!*c || !strchr(levels, *c) || c[1] != ' ')
		return 0;
	tag = strchr(c, ':');
	return tag && tag - c < LONGEST_NAME ? (size_t)(tag - start) + 1 : 0;
}

/** Length of `stderr F ` as container runtimes have it. */
static size_t stream(const char *c)
{
	size_t blanks = strspn(c, " ");

	c += blanks;
	if ((strncmp(c, "stdout ", 7) && strncmp(c, "stderr ", 7)) ||
	    (c[7] != 'F' && c[7] != 'P') || c[8] != ' ')
		return 0;
	return blanks + 9;
}

/** Length of `kernel: `, `kernel[0]:` and the like: who logged, not who printed. */
static size_t tag(const char *c)
{
	size_t length = strcspn(c, " :[");

	if (!length || length > LONGEST_NAME || begins_title(c) || begins_line(c))
		return 0;
	if (c[length] == '[' && digits(c + length + 1)) {
		length += digits(c + length + 1) + 1;
		if (c[length++] != ']')
			return 0;
	}
	if (c[length] != ':' || !strchr(" [", c[length + 1]))
		return 0;
	return length + 1;
}

/** Length of the machine and of who logged, as they stand after a date: `host kernel: `, `kern.warn kernel: `. */
static size_t origin(const char *c, struct prefix *prefix)
{
	const char *start = c;

	for (int words = 0; words < 3; words++) {
		size_t length, name = strcspn(c, " ");

		c += strspn(c, " ");
		name = strcspn(c, " ");
		if (!strncmp(c, "kernel", 6) && (length = tag(c)))
			return (size_t)(c - start) + length;
		/* Only a machine stands before whoever else logs; without one it is a task of the report. */
		if (words && (length = tag(c)))
			return (size_t)(c - start) + length;
		if (!name || name > LONGEST_NAME || *c == '[' || *c == '<' || c[name - 1] == ':' ||
		    begins_title(c) || begins_line(c))
			break;
		if (!words)
			prefix->host = number_of_text(c, name);
		c += name;
	}
	/* A machine alone, as some relays write it: a report's line or a time must follow. */
	c = start + strspn(start, " ");
	c += strcspn(c, " ");
	c += strspn(c, " ");
	if (prefix->host && c > start && (*c == '[' || *c == '<' || begins_report(c)) &&
	    !begins_title(start + strspn(start, " ")))
		return (size_t)(c - start);
	prefix->host = 0;
	return 0;
}

/** Length of what a relay put before the kernel's own `<4>[   12.345678]`, such as the name of a virtual machine's console. */
static size_t relay(const char *c)
{
	size_t most = strnlen(c, LONGEST_NAME);

	for (size_t at = 0; at + 5 < most; at++)
		if (c[at] == '<' && isdigit((unsigned char)c[at + 1]) && c[at + 2] == '>' &&
		    c[at + 3] == '[')
			return at;
	return 0;
}

/** Length of a date and of what belongs to it. */
static size_t dated(const char *c, struct prefix *prefix)
{
	uint64_t stamp, parts;
	size_t length = date(c, &stamp), more;

	/* Seconds since 1970. */
	if (!length && digits(c) == 10 && c[10] == '.' && (more = fraction(c + 10, &parts))) {
		length = 10 + more;
		stamp = 0;
		for (int i = 0; i < 10; i++)
			stamp = stamp * 10 + (uint64_t)(c[i] - '0');
		stamp = stamp * SECOND + parts;
	}
	if (!length || (c[length] && c[length] != ' '))
		return 0;
	prefix->has_stamp = true;
	prefix->stamp = stamp;
	if ((more = logcat(c + length)) || (more = stream(c + length)) ||
	    (more = relay(c + length)))
		return length + more;
	return length + origin(c + length, prefix);
}

/** Length of the next part of a prefix; 0 when the message begins. */
static size_t part(const char *c, struct prefix *prefix, enum prefix_kind *kind)
{
	size_t length;

	*kind = PREFIX_DATE;
	if (prefix->first == PREFIX_NONE && (length = dated(c, prefix)))
		return length;
	*kind = PREFIX_TIME;
	if (*c == '[' && (length = time_in_bracket(c, prefix)))
		return length;
	*kind = PREFIX_LEVEL;
	if ((length = level(c, prefix)))
		return length;
	*kind = PREFIX_OTHER;
	if ((length = caller(c, prefix)))
		return length;
	if (prefix->first == PREFIX_NONE && (length = logcat(c)))
		return length;
	if (prefix->first == PREFIX_NONE)
		return strncmp(c, "kernel:", 7) ? 0 : 7;
	if (!strncmp(c, "kernel: ", 8))
		return 7;
	if ((length = vendor_caller(c, prefix)))
		return length;
	/* journalctl -o short-monotonic: the machine and the tag behind the time. */
	length = strcspn(c, " ");
	if (length && length < LONGEST_NAME && !strncmp(c + length, " kernel: ", 9)) {
		prefix->host = number_of_text(c, length);
		return length + 9;
	}
	return 0;
}

/**
 * @brief Take a line's prefix apart.
 *
 * @param line the line, clean and without signs of a quotation
 * @param prefix receives it
 */
void prefix_read(const char *line, struct prefix *prefix)
{
	const char *c = line + strspn(line, " "), *end = line;
	enum prefix_kind kind;
	size_t length;

	memset(prefix, 0, sizeof(*prefix));
	while ((length = part(c, prefix, &kind))) {
		if (prefix->first == PREFIX_NONE)
			prefix->first = kind;
		end = c + length;
		c = end + strspn(end, " ");
	}
	/* One blank ends a prefix; more of them indent the message. */
	prefix->length = (size_t)(end - line) + (end > line && *end == ' ');
}

/**
 * @brief Where a line's message begins, after the prefixes of a log.
 *
 * @param line the line
 * @return its message, without its indentation
 */
const char *line_message(const char *line)
{
	struct prefix prefix;

	prefix_read(line, &prefix);
	line += prefix.length;
	return line + strspn(line, " ");
}
