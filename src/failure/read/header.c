/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The lines of a report that say who asked for what, and what bound the request.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "failure/read/reader.h"
#include "failure/read/line.h"

/** Take `NUMBER` after a name; false when it is not there. */
static bool number_after(const char *text, const char *name, uint64_t *value)
{
	const char *found = find_words(text, name);

	if (!found)
		return false;
	found += strlen(name);
	return take_count(&found, value);
}

/** Does the number after a name end the line? */
static bool ends_line(const char *text, const char *name)
{
	const char *number = find_words(text, name);

	number = number ? number + strlen(name) : "";
	return !number[strspn(number, "0123456789")];
}

/** Take `0xHEX(NAMES)` after a name. */
static void take_mask(struct failure *failure, const char *text, const char *name)
{
	const char *at = find_words(text, name), *close;

	if (!at || strncmp(at += strlen(name), "0x", 2))
		return;
	at += 2;
	if (!take_clamped(&at, 16, UINT64_MAX, &failure->mask_number))
		return;
	failure->has_mask = true;
	failure->mask_ends_line = *at == '\0';
	close = *at == '(' ? strchr(at, ')') : NULL;
	/* Names that were cut off are not all of them: then the number decides. */
	if (close)
		word_copy((struct word){ at + 1, (size_t)(close - at - 1) }, failure->mask_names,
			  sizeof(failure->mask_names));
}

/**
 * @brief Take a set of nodes such as `0-1,4` after a name; `(null)` is none.
 *
 * @param text where to look
 * @param name the name, with its `=`
 * @param nodes receives the set, a bit a node
 * @return false when there is none
 */
bool failure_take_nodes(const char *text, const char *name, uint64_t *nodes)
{
	const char *found = find_words(text, name);
	uint64_t first, last;

	if (!found)
		return false;
	found += strlen(name);
	*nodes = 0;
	while (take_count(&found, &first)) {
		last = first;
		if (*found == '-') {
			found++;
			if (!take_count(&found, &last))
				break;
		}
		for (; first <= last && first < FAILURE_NODES; first++)
			*nodes |= 1ull << first;
		if (*found == ',')
			found++;
	}
	return *nodes != 0;
}

/**
 * @brief Take cpuset and allowed nodes: at the end of the header, or on a line of their own.
 *
 * @param failure the report
 * @param text the header's rest, or the line
 */
void failure_read_cpuset(struct failure *failure, const char *text)
{
	const char *name = find_words(text, "cpuset="), *mems;

	if (failure_take_nodes(text, "mems_allowed=", &failure->mems_allowed))
		failure->has_mems = true;
	if (!name)
		return;
	name += strlen("cpuset=");
	mems = strstr(name, "mems_allowed=");
	word_copy((struct word){ name,
				 mems > name ? (size_t)(mems - name - 1) : strcspn(name, " ,") },
		  failure->cpuset, sizeof(failure->cpuset));
}

/** Is this the beginning of another text, or that of this? A line may be cut within its title. */
static bool agrees(const char *text, const char *with)
{
	size_t length = strlen(with), left = strlen(text);

	return !strncmp(text, with, left < length ? left : length);
}

/** `order:4, mode:0x...`, as every title of an allocation has it. */
static bool is_request(const char *c)
{
	uint64_t order;

	if (strncmp(c, "order:", 6))
		return false;
	c += 6;
	return take_count(&c, &order) &&
	       (*c == ',' ? agrees(c + 1 + strspn(c + 1, " "), "mode:0x") : !*c);
}

/** Is it a title, and not a sentence that has the words of one? */
static bool is_title(enum failure_kind kind, const char *after)
{
	switch (kind) {
	case FAILURE_PAGE_ALLOC:
		/* Old kernels have a full stop there. */
		return *after && strchr(":.", *after) &&
		       is_request(after + 1 + strspn(after + 1, " "));
	case FAILURE_STALL:
		after += strspn(after, "0123456789");
		return !strncmp(after, "ms, ", 4) && is_request(after + 4);
	case FAILURE_OOM:
		return agrees(after, "gfp_mask=0x") || agrees(after, "order=");
	default:
		return strpbrk(after, "0123456789") != NULL;
	}
}

/** Was a title quoted: in the subject of a mail, in a sentence, in what a program logged? */
static bool is_quoted(const char *line, const char *what)
{
	static const char *const words[] = { "Subject:", "subject:", "Re: ", "Title:",
					     "title:",	 "Bug ",     "bug:", "Summary:" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *found = strstr(line, words[i]);

		if (found && found < what)
			return true;
	}
	return strcspn(line, "\"'`") < (size_t)(what - line);
}

/**
 * @brief Does a line begin a report?
 *
 * @param line the line
 * @param kind receives what kind of report
 * @return where the header says what happened, the name of the task before it; NULL when it is none
 */
const char *failure_header_find(const char *line, enum failure_kind *kind)
{
	static const struct {
		const char *text;
		enum failure_kind kind;
	} headers[] = {
		{ ": page allocation failure", FAILURE_PAGE_ALLOC },
		{ ": vmemmap alloc failure", FAILURE_PAGE_ALLOC },
		{ ": page allocation stalls for ", FAILURE_STALL },
		{ " invoked oom-killer: ", FAILURE_OOM },
		{ ": vmalloc: allocation failure", FAILURE_VMALLOC },
		{ ": vmalloc error: ", FAILURE_VMALLOC },
	};

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		const char *found = strstr(line, headers[i].text);

		*kind = headers[i].kind;
		if (found && is_title(*kind, found + strlen(headers[i].text)) &&
		    !is_quoted(line_message(line), found))
			return found;
	}
	return NULL;
}

/**
 * @brief Begin a report with its header: who asked for what.
 *
 * @param failure the report, empty but for its kind
 * @param line the header
 * @param what where it says what happened: failure_header_find()
 */
void failure_header_take(struct failure *failure, const char *line, const char *what)
{
	bool oom = failure->kind == FAILURE_OOM;
	const char *comm = line_message(line);
	uint64_t order;

	if (comm < what)
		word_copy((struct word){ comm, (size_t)(what - comm) }, failure->comm,
			  sizeof(failure->comm));
	/* Something follows the order in every report: a number that ends the line may have been cut. */
	if (number_after(what, oom ? "order=" : "order:", &order) &&
	    !ends_line(what, oom ? "order=" : "order:")) {
		failure->has_order = true;
		failure->order = order > 1000 ? 1000 : (unsigned int)order;
	}
	failure->forced = oom && find_words(what, "order=-1");
	take_mask(failure, what, oom ? "gfp_mask=" : "mode:");
	failure->has_nodemask = failure_take_nodes(what, "nodemask=", &failure->nodemask);
	failure_read_cpuset(failure, what);
}

/**
 * @brief Is a version known to be older than another?
 *
 * @param version such as "5.15.0-91-generic"
 * @param major first number of the other
 * @param minor second number of the other
 * @return false also when it does not begin with two numbers
 */
bool version_before(const char *version, int major, int minor)
{
	int have_major = 0, have_minor = 0;

	if (sscanf(version, "%3d.%3d", &have_major, &have_minor) != 2)
		return false;
	return have_major < major || (have_major == major && have_minor < minor);
}

/**
 * @brief Is the report's kernel known to be older than a version?
 *
 * @param failure the report
 * @param major first number of the version
 * @param minor second number of the version
 * @return false also when the kernel's version is not known
 */
bool failure_before(const struct failure *failure, int major, int minor)
{
	return version_before(failure->version, major, minor);
}

/** Debian's versions hide the point release, and its builds name it: `6.1.0-28-amd64 #1  Debian 6.1.119-1`. */
static void take_point_release(struct failure *failure, const char *version)
{
	static const char debian[] = " Debian ";
	const char *build = strstr(version, debian);
	size_t series = strspn(version, "0123456789");

	if (!build || version[series] != '.')
		return;
	build += strlen(debian);
	/* Raspberry Pi OS counts its epochs before it. */
	if (isdigit((unsigned char)build[0]) && build[1] == ':')
		build += 2;
	series += 1 + strspn(version + series + 1, "0123456789");
	if (!strncmp(build, version, series) && build[series] == '.')
		word_copy((struct word){ build, strspn(build, "0123456789.") }, failure->release,
			  sizeof(failure->release));
}

/**
 * @brief Take the release in `... Comm: NAME Not tainted RELEASE ...`, or after the letters of `Tainted:`. Before 3.10
 * that line is `Pid: N, comm: NAME ...`.
 *
 * @param failure the report
 * @param line a line
 * @return false when it is another line
 */
bool failure_read_cpu(struct failure *failure, const char *line)
{
	const char *word = strstr(line, "Comm: ");

	if (!word || !find_words(line, "CPU: ")) {
		word = strstr(line, " comm: ");
		if (!word || !find_words(line, "Pid: "))
			return false;
	}
	word = strstr(word, "ainted");
	while (word && !isdigit((unsigned char)*word)) {
		word = strchr(word, ' ');
		if (word)
			word += strspn(word, " ");
	}
	if (word && !failure->version[0]) {
		word_copy((struct word){ word, strcspn(word, " ") }, failure->version,
			  sizeof(failure->version));
		take_point_release(failure, word);
	}
	return true;
}
