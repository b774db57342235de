/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The words of a report: which line begins with them, and which are whole.
 *
 * A line that was broken somewhere is put together again by what its two ends look like: half a word is none of a
 * report's, while `free:123kB` or `(UME)` is all there.
 */
#include "failure/read/tokens.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool begins_with(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/** The length of a zone's name, with its node before it; 0 when there is none. */
static size_t zone_name(const char *c)
{
	static const char *const names[] = { "DMA32",	"DMA",	   "Normal",
					     "HighMem", "Movable", "Device" };
	size_t length = begins_with(c, "Node ") ? 5 + digits(c + 5) : 0;

	length += length && c[length] == ' ';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (begins_with(c + length, names[i]))
			return length + strlen(names[i]);
	return 0;
}

/** The line of a node, of a zone, or of its free list. */
static bool begins_zone(const char *c)
{
	size_t name = zone_name(c), node = begins_with(c, "Node ") ? digits(c + 5) : 0;

	if (name && (begins_with(c + name, " free:") || begins_with(c + name, " per-cpu") ||
		     (c[name] == ':' && (!c[name + 1] || c[name + 1] == ' '))))
		return true;
	return node &&
	       (!c[5 + node] || begins_with(c + 5 + node, " active_anon:") ||
		begins_with(c + 5 + node, " hugepages_") || (name && (!c[name] || c[name] == ' ')));
}

/** A line of totals: figures without kB. */
static bool begins_totals(const char *c)
{
	static const char *const names[] = { "active_anon:",
					     "active_file:",
					     "unevictable:",
					     "slab_reclaimable:",
					     "mapped:",
					     "sec_pagetables:",
					     "kernel_misc_reclaimable:",
					     "free:" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (begins_with(c, names[i])) {
			const char *number = c + strlen(names[i]);

			return digits(number) &&
			       (!number[digits(number)] || number[digits(number)] == ' ');
		}
	return false;
}

/**
 * @brief Does a line of a state of memory begin so: totals, a node, a zone, its reserve or its free list?
 *
 * @param message a line after its prefix
 * @return false: it is another line
 */
bool begins_state(const char *message)
{
	message += strspn(message, " ");
	return begins_totals(message) || begins_zone(message) ||
	       begins_with(message, "lowmem_reserve[]:");
}

/**
 * @brief Is this a place in a source file, such as `mm/page_alloc.c:4200`?
 *
 * @param path what may be one
 * @param length bytes of it
 * @return false: it is something else
 */
bool token_is_place(const char *path, size_t length)
{
	const char *colon = memchr(path, ':', length);

	return colon && isdigit((unsigned char)colon[1]) &&
	       memchr(path, '.', (size_t)(colon - path)) &&
	       memchr(path, '/', (size_t)(colon - path));
}

/**
 * A function's place, as a call trace has it: `name+0x1f/0x30`, perhaps behind addresses; or `name (file.c:12)` and
 * `name file.c:12`, where somebody has looked for the lines of the source.
 */
static bool begins_trace(const char *c)
{
	c += strspn(c, " ");
	if (begins_with(c, "? "))
		c += 2;
	for (int addresses = 0; addresses < 2; addresses++)
		if (*c == '[' && strspn(c + 1, "<0123456789abcdef>") >= 8) {
			c += strcspn(c, "]");
			c += *c == ']';
			c += strspn(c, " ?");
		}
	if (*c == '(')
		return strstr(c, ") from ") != NULL;
	c += strspn(c, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");
	if (begins_with(c, "+0x") || begins_with(c, " from "))
		return true;
	if (*c != ' ')
		return false;
	c += c[1] == '(' ? 2 : 1;
	return token_is_place(c, strcspn(c, " )"));
}

/** A row of a task table, or its head: `[ 1234]  1000  1234 ...`. */
static bool begins_row(const char *c)
{
	const char *pid;

	if (*c != '[')
		return false;
	pid = c + 1 + strspn(c + 1, " ");
	if (begins_with(pid, "pid"))
		return true;
	return digits(pid) && pid[digits(pid)] == ']' &&
	       digits(pid + digits(pid) + 1 + strspn(pid + digits(pid) + 1, " "));
}

/** What stands in a title behind the name of the task. */
static const char *const titles[] = { ": page alloc", " invoked oom-killer:", ": vmalloc",
				      ": vmemmap alloc", " cpuset=" };

/**
 * @brief Is this word the name of a task in a report's title?
 *
 * @param word the word, and what follows
 * @return false: it is not, or the name has blanks
 */
bool begins_title(const char *word)
{
	const char *colon = word + strcspn(word, " ");

	colon -= colon > word && colon[-1] == ':';
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		if (begins_with(colon, titles[i]))
			return true;
	return false;
}

/**
 * @brief Does a line of a report begin so, other than its title?
 *
 * @param message a line after its prefix
 * @return false: it may be the rest of the line before
 */
bool begins_line(const char *message)
{
	static const char *const words[] = {
		"Mem-Info:",
		"Mem-info:",
		"CPU: ",
		"CPU ",
		"Pid: ",
		"Hardware name:",
		"Workqueue: ",
		"Call Trace:",
		"Call trace:",
		"Backtrace:",
		"Tainted: [",
		"<TASK>",
		"</TASK>",
		"<IRQ>",
		"</IRQ>",
		"RIP: ",
		"RSP: ",
		"RAX: ",
		"RDX: ",
		"RBP: ",
		"Code: ",
		"lowmem_reserve[]:",
		"Free swap",
		"Total swap",
		"Swap cache stats",
		"Out of memory",
		"Memory ",
		"Killed process",
		"oom-kill:",
		"oom_reaper:",
		"Tasks ",
		"memory: usage",
		"memory+swap: usage",
		"kmem: usage",
		"swap: usage",
		"Task in ",
		"Kernel panic",
		"Unreclaimable slab info",
		"Exception stack",
		"Linux version ",
		"HighMem: ",
		"Stack : ",
		"SLUB: ",
	};
	const char *number;

	message += strspn(message, " ");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (begins_with(message, words[i]))
			return true;
	number = message + digits(message);
	if (number > message &&
	    (begins_with(number, " pages ") || begins_with(number, " total pagecache")))
		return true;
	return begins_zone(message) || begins_totals(message) || begins_trace(message) ||
	       begins_row(message);
}

/**
 * @brief Does a line of a report begin so?
 *
 * @param message a line after its prefix
 * @return false: it may be the rest of the line before
 */
bool begins_report(const char *message)
{
	if (begins_line(message))
		return true;
	message += strspn(message, " ");
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		const char *title = strstr(message, titles[i]);

		if (title)
			return title > message;
	}
	return false;
}

static bool ends_with(const char *text, size_t length, const char *with)
{
	return length >= strlen(with) && !strcmp(text + length - strlen(with), with);
}

/**
 * @brief Is a line of a report all there, so that nothing that follows can belong to it?
 *
 * @param message a line after its prefix
 * @return false: it may go on
 */
bool ends_line(const char *message)
{
	static const char *const ends[] = { " pages RAM",
					    " pages reserved",
					    " pages cma reserved",
					    " pages hwpoisoned",
					    " HighMem/MovableOnly",
					    " total pagecache pages",
					    " in swap cache",
					    "Mem-Info:",
					    "Mem-info:",
					    " pages of RAM",
					    " reserved pages",
					    "unreclaimable? no",
					    "unreclaimable? yes",
					    "Trace:",
					    "trace:",
					    "TASK>" };
	size_t length = strlen(message);
	const char *last;

	while (length && message[length - 1] == ' ')
		length--;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (length >= strlen(ends[i]) &&
		    !strncmp(message + length - strlen(ends[i]), ends[i], strlen(ends[i])))
			return true;
	if (!ends_with(message, length, "kB"))
		return false;
	last = message + length - 2;
	while (last > message && isdigit((unsigned char)last[-1]))
		last--;
	/* The sum of a free list, what swap there is, the last figure of a zone. */
	return (last - message > 2 && !strncmp(last - 2, "= ", 2)) ||
	       (last - message > 9 && !strncmp(last - 9, "free_cma:", 9));
}

/* ---- Words ----------------------------------------------------------------------------------- */

/** Is all of a word made of such characters? */
static bool only(struct word token, const char *characters)
{
	return token.length && strspn(token.at, characters) >= token.length;
}

/** A number; it may be followed by kB. A number that begins with a zero is the rest of one. */
static bool number_kb(const char *c, size_t length, bool *kb)
{
	size_t count = digits(c);

	if (!count || count > length || (count > 1 && *c == '0'))
		return false;
	*kb = length == count + 2 && (c[count] == 'k' || c[count] == 'K') && c[count + 1] == 'B';
	return *kb || length == count;
}

/** `name:123kB`, `name:123`, `name=123`, `isolated(anon):0kB`. */
static bool is_figure(struct word token)
{
	size_t name = strspn(token.at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_()");
	size_t length = token.length;
	bool kb;

	if (!isalpha((unsigned char)token.at[0]) || name < 2 || name >= length ||
	    !strchr(":=", token.at[name]))
		return false;
	name++;
	if (name == length)
		return token.at[name - 1] == ':';
	name += token.at[name] == '-';
	length -= token.at[length - 1] == ',';
	return name < length && number_kb(token.at + name, length - name, &kb);
}

/** `mode:0x140c(GFP_KERNEL|__GFP_COMP),`, `nodemask=(null),cpuset=/,mems_allowed=0`. */
static bool is_request(struct word token)
{
	static const char *const masks[] = { "mode:0x", "gfp_mask=0x" };
	const char *c = token.at;

	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++)
		if (begins_with(c, masks[i])) {
			size_t length = strlen(masks[i]);
			size_t hex = strspn(c + length, "0123456789abcdef");

			length += hex;
			if (!hex || length > token.length)
				return false;
			if (length == token.length)
				return true;
			/* Names that are cut are so behind it: the bracket that is open tells. */
			return c[length] == '(' || (length + 1 == token.length && c[length] == ',');
		}
	if (!begins_with(c, "nodemask=") && !begins_with(c, "cpuset=") &&
	    !begins_with(c, "mems_allowed="))
		return false;
	/* A row of them: the last one has to be whole. */
	c = strrchr(c, ',') ? strrchr(c, ',') : c;
	return !c[1] || (strchr(c, '=') && strchr(c, '=')[1]);
}

/** `12*4kB`. */
static bool is_entry(struct word token)
{
	size_t count = digits(token.at);
	bool kb;

	return count && count + 1 < token.length && token.at[count] == '*' &&
	       number_kb(token.at + count + 1, token.length - count - 1, &kb) && kb;
}

/** Words that stand alone. */
static bool is_word(struct word token)
{
	static const char words[] =
		" Node DMA DMA32 Normal HighMem Movable Device DMA: DMA32: Normal: HighMem: Movable: "
		"Device: = page allocation failure: failure. stalls for invoked oom-killer: Mem-Info: "
		"Not tainted CPU: PID: UID: Comm: lowmem_reserve[]: all_unreclaimable? yes no pages "
		"total pagecache RAM reserved cma swap cache in Free Total Swap stats: add delete find "
		"vmalloc vmemmap alloc error: size ";
	char word[32];

	if (token.length > sizeof(word) - 3)
		return false;
	snprintf(word, sizeof(word), " %.*s ", (int)token.length, token.at);
	return strstr(words, word) != NULL;
}

/** A letter of a kernel's taint, or the word before the first of them. */
static bool is_taint(struct word token)
{
	return word_is(token, "Tainted:") ||
	       (token.length == 1 && isupper((unsigned char)token.at[0]));
}

/** What says who and which kernel it was: the task, the letters of its taint, its release, or `#1`. */
static bool is_release(struct word token, struct word before)
{
	if (is_taint(before))
		return is_taint(token) || (digits(token.at) && token.at[digits(token.at)] == '.');
	return word_is(before, "tainted") || word_is(before, "Comm:") || token.at[0] == '#';
}

/**
 * @brief Is this a whole word of a report?
 *
 * @param token the word
 * @param before the word before it, which decides whether a bare number is one; may be empty
 * @return false: it is half of one, or no word that is known
 */
bool token_whole(struct word token, struct word before)
{
	bool kb = false;

	if (!token.length || is_release(token, before))
		return token.length > 0;
	if (isdigit((unsigned char)token.at[0])) {
		bool follows = before.length && strchr(":=", before.at[before.length - 1]);

		if (is_entry(token))
			return true;
		if (!number_kb(token.at, token.length, &kb))
			return false;
		if (kb)
			return follows;
		return follows || word_is(before, "Node") || word_is(before, "lowmem_reserve[]:") ||
		       only(before, "0123456789");
	}
	if (token.at[0] == '(')
		return token.length > 2 && token.at[token.length - 1] == ')' &&
		       only((struct word){ token.at + 1, token.length - 2 }, "UMEHCI");
	return is_figure(token) || is_request(token) || is_word(token);
}
