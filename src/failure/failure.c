/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Finding the reports of failed allocations in a kernel log.
 *
 * Logs reach a reader in many forms: with the prefixes of dmesg, syslog and journald, with other lines between
 * those of a report, cut, or with bytes that are no text. So no line is taken apart from its beginning. Each kind
 * of line is known by what only it contains, and figures are read by name, wherever they stand. One pass, a line
 * at a time, with room for one report.
 */
#include "failure/failure.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "failure/log-line.h"
#include "text/names.h"

/** More free blocks of one order than any machine has: so that pages can be counted without overflow. */
#define MOST_BLOCKS (1ull << 40)

struct failure_reader {
	failure_handler handler;
	void *context;
	size_t line;
	bool open;	      /**< `failure` holds something */
	bool in_totals;	      /**< behind Mem-Info, before the first node or zone */
	bool after_reserve;   /**< the line before was a zone's reserve */
	int pending_nid;      /**< of a line that had only the beginning of a zone line; -1 */
	int zone;	      /**< whose line was read last; -1 */
	int list;	      /**< whose free list line was read last; -1 */
	char log_version[64]; /**< from `Linux version` */
	struct failure failure;
};

/**
 * @brief Begin to read a log.
 *
 * @param handler receives each report
 * @param context handed to it
 * @return the reader, or NULL when there is no memory
 */
struct failure_reader *failure_reader_new(failure_handler handler, void *context)
{
	struct failure_reader *reader = calloc(1, sizeof(*reader));

	if (reader) {
		reader->handler = handler;
		reader->context = context;
	}
	return reader;
}

/** Translate the mask, now that the version is known as well as it will be. */
static void resolve_mask(struct failure *failure)
{
	if (!failure->has_mask)
		return;
	if (failure->mask_names[0])
		gfp_from_names(failure->mask_names, strlen(failure->mask_names), &failure->mask);
	else
		failure->mask_unknown =
			!gfp_from_number(failure->mask_number, failure->version, &failure->mask);
}

/** Hand the report on, if there is one. */
static void close_failure(struct failure_reader *reader)
{
	struct failure *failure = &reader->failure;

	if (!reader->open)
		return;
	reader->open = false;
	if (!failure->version[0] && reader->log_version[0]) {
		memcpy(failure->version, reader->log_version, sizeof(failure->version));
		failure->version_from_log = true;
	}
	resolve_mask(failure);
	reader->handler(failure, reader->context);
}

/** Begin a report. */
static struct failure *open_failure(struct failure_reader *reader, enum failure_kind kind)
{
	close_failure(reader);
	memset(&reader->failure, 0, sizeof(reader->failure));
	reader->open = true;
	reader->in_totals = false;
	reader->pending_nid = -1;
	reader->zone = -1;
	reader->list = -1;
	reader->failure.kind = kind;
	reader->failure.line = reader->line;
	return &reader->failure;
}

/* ---- the header ---- */

/** Take `NUMBER` behind a name; false when it is not there. */
static bool number_behind(const char *text, const char *name, uint64_t *value)
{
	const char *found = text_find(text, name);

	if (!found)
		return false;
	found += strlen(name);
	return text_number(&found, value);
}

/** Take `0xHEX(NAMES)` behind a name. */
static void take_mask(struct failure *failure, const char *text, const char *name)
{
	const char *found = text_find(text, name), *close;
	char *end;

	if (!found || strncmp(found += strlen(name), "0x", 2) || !isxdigit((unsigned char)found[2]))
		return;
	failure->mask_number = strtoull(found, &end, 16);
	failure->has_mask = true;
	close = *end == '(' ? strchr(end, ')') : NULL;
	/* Names that were cut off are not all of them: then the number decides. */
	if (close)
		text_copy(failure->mask_names, sizeof(failure->mask_names), end + 1,
			  (size_t)(close - end - 1));
}

/** Take a set of nodes such as `0-1,4` behind a name; `(null)` is none. */
static bool take_nodes(const char *text, const char *name, uint64_t *nodes)
{
	const char *found = text_find(text, name);
	uint64_t first, last;

	if (!found)
		return false;
	found += strlen(name);
	*nodes = 0;
	while (text_number(&found, &first)) {
		last = first;
		if (*found == '-') {
			found++;
			if (!text_number(&found, &last))
				break;
		}
		for (; first <= last && first < FAILURE_NODES; first++)
			*nodes |= 1ull << first;
		if (*found == ',')
			found++;
	}
	return *nodes != 0;
}

/** Take cpuset and allowed nodes: at the end of the header, or on a line of their own. */
static void take_cpuset(struct failure *failure, const char *text)
{
	const char *name = text_find(text, "cpuset="), *mems;

	if (take_nodes(text, "mems_allowed=", &failure->mems_allowed))
		failure->has_mems = true;
	if (!name)
		return;
	name += strlen("cpuset=");
	mems = strstr(name, "mems_allowed=");
	text_copy(failure->cpuset, sizeof(failure->cpuset), name,
		  mems > name ? (size_t)(mems - name - 1) : strcspn(name, " ,"));
}

/** Where a header says what happened, or NULL; the name of the task stands before it. */
static const char *find_header(const char *line, enum failure_kind *kind)
{
	static const struct {
		const char *text;
		enum failure_kind kind;
	} headers[] = {
		{ ": page allocation failure", FAILURE_PAGE_ALLOC },
		{ ": page allocation stalls for ", FAILURE_STALL },
		{ " invoked oom-killer: ", FAILURE_OOM },
		{ ": vmalloc: allocation failure", FAILURE_VMALLOC },
		{ ": vmalloc error: ", FAILURE_VMALLOC },
	};

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		const char *found = strstr(line, headers[i].text);

		*kind = headers[i].kind;
		if (found &&
		    (*kind != FAILURE_PAGE_ALLOC || strchr(":. ", found[strlen(headers[i].text)])))
			return found;
	}
	return NULL;
}

/** A header: who asked for what. */
static bool read_header(struct failure_reader *reader, const char *line)
{
	enum failure_kind kind;
	const char *what = find_header(line, &kind), *comm;
	struct failure *failure;
	uint64_t order;

	if (!what)
		return false;
	failure = open_failure(reader, kind);
	comm = text_message(line);
	if (comm < what)
		text_copy(failure->comm, sizeof(failure->comm), comm, (size_t)(what - comm));
	if (number_behind(what, kind == FAILURE_OOM ? "order=" : "order:", &order)) {
		failure->has_order = true;
		failure->order = order > 1000 ? 1000 : (unsigned int)order;
	}
	failure->forced = kind == FAILURE_OOM && text_find(what, "order=-1");
	take_mask(failure, what, kind == FAILURE_OOM ? "gfp_mask=" : "mode:");
	failure->has_nodemask = take_nodes(what, "nodemask=", &failure->nodemask);
	take_cpuset(failure, what);
	return true;
}

/** The release in `... Comm: NAME Not tainted RELEASE ...`, or behind the letters of `Tainted:`. */
static bool read_cpu_line(struct failure *failure, const char *line)
{
	const char *word = strstr(line, "Comm: ");

	if (!word || !text_find(line, "CPU: "))
		return false;
	word = strstr(word, "ainted");
	while (word && !isdigit((unsigned char)*word)) {
		word = strchr(word, ' ');
		if (word)
			word += strspn(word, " ");
	}
	if (word && !failure->version[0])
		text_copy(failure->version, sizeof(failure->version), word, strcspn(word, " "));
	return true;
}

/** What an OOM report says when a memory cgroup, and not the machine, ran out. */
static bool read_memcg_line(struct failure *failure, const char *line)
{
	static const char stats[] = "Memory cgroup stats for ", group[] = "oom_memcg=";
	const char *found = text_find(line, "memory: usage ");

	if (failure->kind != FAILURE_OOM)
		return false;
	if (found) {
		failure->memcg = true;
		number_behind(found, "usage ", &failure->memcg_usage_kb);
		number_behind(found, "limit ", &failure->memcg_limit_kb);
		return true;
	}
	if ((found = strstr(line, stats)))
		found += strlen(stats);
	else if ((found = strstr(line, group)))
		found += strlen(group);
	else
		return false;
	failure->memcg = true;
	text_copy(failure->memcg_path, sizeof(failure->memcg_path), found, strcspn(found, ", :"));
	return true;
}

/** The line behind an OOM report's state that says what bound the request: nodes, cpuset, memory cgroup. */
static void read_constraint(struct failure *failure, const char *line)
{
	if (failure->kind != FAILURE_OOM || !text_find(line, "oom-kill:constraint="))
		return;
	failure->has_nodemask = take_nodes(line, "nodemask=", &failure->nodemask);
	take_cpuset(failure, line);
}

/* ---- the state of memory ---- */

static const char *const figure_names[NR_FIGURES] = {
	[FIGURE_FREE] = "free",
	[FIGURE_BOOST] = "boost",
	[FIGURE_MIN] = "min",
	[FIGURE_LOW] = "low",
	[FIGURE_HIGH] = "high",
	[FIGURE_HIGHATOMIC] = "reserved_highatomic",
	[FIGURE_ACTIVE_ANON] = "active_anon",
	[FIGURE_INACTIVE_ANON] = "inactive_anon",
	[FIGURE_ACTIVE_FILE] = "active_file",
	[FIGURE_INACTIVE_FILE] = "inactive_file",
	[FIGURE_SLAB_RECLAIMABLE] = "slab_reclaimable",
	[FIGURE_PRESENT] = "present",
	[FIGURE_MANAGED] = "managed",
	[FIGURE_FREE_PCP] = "free_pcp",
	[FIGURE_LOCAL_PCP] = "local_pcp",
	[FIGURE_FREE_CMA] = "free_cma",
};

/** Take `NAME:VALUE` or `NAME: VALUE`; in kB where `kb`, as a bare number otherwise. */
static void take_figure(const char *word, size_t length, const char *value, bool kb,
			struct failure_figures *figures)
{
	uint64_t number;

	value += strspn(value, " ");
	if (!text_number(&value, &number))
		return;
	if (kb ? strncasecmp(value, "kB", 2) != 0 : *value && *value != ' ')
		return;
	for (int i = 0; i < NR_FIGURES; i++)
		if (strlen(figure_names[i]) == length && !strncmp(figure_names[i], word, length)) {
			figures->value[i] = number;
			figures->seen |= 1u << i;
		}
}

/** Take all figures of a line by name. */
static void take_figures(const char *line, bool kb, struct failure_figures *figures)
{
	for (const char *colon = strchr(line, ':'); colon; colon = strchr(colon + 1, ':')) {
		const char *word = colon;

		while (word > line && (isalnum((unsigned char)word[-1]) || word[-1] == '_'))
			word--;
		take_figure(word, (size_t)(colon - word), colon + 1, kb, figures);
	}
}

/** The zone whose name ends at `end`, with its node where the line names one; NULL when no name does. */
static struct failure_zone *zone_before(struct failure_reader *reader, const char *line,
					const char *end)
{
	static const char *const types[NR_FAILURE_TYPES] = { "DMA",	"DMA32",   "Normal",
							     "HighMem", "Movable", "Device" };
	struct failure *failure = &reader->failure;
	const char *name = end;
	int nid = -1, type = 0, i = 0;

	while (name > line && isalnum((unsigned char)name[-1]))
		name--;
	while (type < NR_FAILURE_TYPES && (strlen(types[type]) != (size_t)(end - name) ||
					   strncmp(types[type], name, (size_t)(end - name))))
		type++;
	if (type == NR_FAILURE_TYPES)
		return NULL;
	nid = text_node_before(line, name);
	if (nid < 0)
		nid = reader->pending_nid;
	reader->pending_nid = -1;
	failure->named_nodes |= nid >= 0;
	nid = nid < 0 ? 0 : nid;
	while (i < failure->nr_zones && (failure->zone[i].nid != nid ||
					 failure->zone[i].type != (enum failure_zone_type)type))
		i++;
	if (i == FAILURE_ZONES) {
		failure->too_many_zones = true;
		return NULL;
	}
	if (i == failure->nr_zones) {
		failure->zone[i].nid = nid;
		failure->zone[i].type = (enum failure_zone_type)type;
		strcpy(failure->zone[i].name, types[type]);
		failure->nr_zones++;
	}
	return &failure->zone[i];
}

/** A zone's line: `[Node N ]NAME free:NkB min:NkB ...`. */
static bool read_zone_line(struct failure_reader *reader, const char *line)
{
	const char *free = strstr(line, " free:");
	struct failure_zone *zone = free ? zone_before(reader, line, free) : NULL;

	if (!zone)
		return false;
	reader->in_totals = false;
	reader->zone = (int)(zone - reader->failure.zone);
	if (!zone->figures.seen)
		take_figures(free, true, &zone->figures);
	return true;
}

/** Numbers of a zone's reserve. */
static void take_reserve(struct failure_zone *zone, const char *numbers)
{
	uint64_t value;

	numbers += strspn(numbers, " ");
	while (zone->nr_reserve < NR_FAILURE_TYPES && text_number(&numbers, &value)) {
		zone->reserve[zone->nr_reserve++] = value;
		numbers += strspn(numbers, " ");
	}
}

/** `lowmem_reserve[]: N N ...`, or the rest of it on a line of its own. */
static bool read_reserve_line(struct failure_reader *reader, const char *line)
{
	static const char name[] = "lowmem_reserve[]:";
	const char *found = strstr(line, name);
	struct failure_zone *zone = reader->zone < 0 ? NULL : &reader->failure.zone[reader->zone];
	bool continues = reader->after_reserve;

	reader->after_reserve = found != NULL;
	if (!zone)
		return found != NULL;
	if (found && !zone->nr_reserve)
		take_reserve(zone, found + strlen(name));
	else if (!found && continues) {
		const char *rest = text_message(line);

		if (*rest && !rest[strspn(rest, " 0123456789")])
			take_reserve(zone, rest);
	}
	return found != NULL;
}

/** The order of blocks of a size; -1 for no size of this kernel. */
static int order_of(const struct failure *failure, uint64_t size_kb)
{
	for (int order = 0; order < FAILURE_ORDERS; order++)
		if (size_kb == (uint64_t)failure->page_kb << order)
			return order;
	return -1;
}

/** Take `(LETTERS)`. */
static uint8_t take_letters(const char **cursor)
{
	uint8_t taken = 0;
	const char *c = *cursor;

	if (*c != '(')
		return 0;
	for (c++; *c && *c != ')'; c++) {
		const char *letter = strchr(migratetype_letters, *c);

		if (!letter)
			return 0;
		taken |= (uint8_t)(1 << (letter - migratetype_letters));
	}
	*cursor = *c ? c + 1 : c;
	return *c ? taken : 0;
}

/** Take the entries of a free list: `COUNT*SIZEkB (LETTERS)` and `= SUMkB`; what is neither is passed over. */
static void take_list(struct failure *failure, struct failure_zone *zone, const char *entry)
{
	while (*entry) {
		uint64_t count, size;
		const char *c = entry;

		if (*c == '=' && c[1] == ' ' && (c += 2) && text_number(&c, &size) &&
		    !strncmp(c, "kB", 2)) {
			zone->list_kb = size;
			zone->list_ended = true;
			return;
		}
		if (text_number(&c, &count) && *c == '*' && (c++, text_number(&c, &size)) &&
		    !strncmp(c, "kB", 2)) {
			int order;

			c += 2;
			c += strspn(c, " ");
			if (!failure->page_kb && size <= 1024)
				failure->page_kb = (int)size;
			order = order_of(failure, size);
			if (order >= 0) {
				zone->blocks[order] = count < MOST_BLOCKS ? count : MOST_BLOCKS;
				zone->letters[order] = take_letters(&c);
				zone->nr_orders =
					order >= zone->nr_orders ? order + 1 : zone->nr_orders;
			}
			entry = c > entry ? c : entry + 1;
			continue;
		}
		entry += strcspn(entry, " ");
		entry += strspn(entry, " ");
	}
}

/** A free list line: `[Node N ]NAME: COUNT*SIZEkB ... = SUMkB`, or the rest of one. */
static bool read_list_line(struct failure_reader *reader, const char *line)
{
	struct failure *failure = &reader->failure;
	const char *star, *colon, *message;
	struct failure_zone *zone = NULL;

	for (star = strchr(line, '*'); star; star = strchr(star + 1, '*'))
		if (star > line && isdigit((unsigned char)star[-1]) &&
		    isdigit((unsigned char)star[1]))
			break;
	message = text_message(line);
	if (!star && (reader->list < 0 || strncmp(message, "= ", 2)))
		return false;
	colon = star;
	while (colon && colon > line && isdigit((unsigned char)colon[-1]))
		colon--;
	while (colon && colon > line && colon[-1] == ' ')
		colon--;
	if (colon && colon > line && colon[-1] == ':') {
		zone = zone_before(reader, line, colon - 1);
		message = colon;
		if (zone && zone->nr_orders)
			zone = NULL; /* a second one: not of this report */
		reader->list = zone ? (int)(zone - failure->zone) : -1;
	}
	if (reader->list < 0 || failure->zone[reader->list].list_ended)
		return true;
	take_list(failure, &failure->zone[reader->list], message + strspn(message, " "));
	return true;
}

/** A node's line, or the beginning of a line that was torn behind its node. */
static bool read_node_line(struct failure_reader *reader, const char *line)
{
	const char *message = text_message(line), *anon = strstr(line, " active_anon:");
	int nid;

	if (anon && (nid = text_node_before(line, anon + 1)) >= 0) {
		reader->in_totals = false;
		if (nid < FAILURE_NODES && strstr(anon, "all_unreclaimable? yes"))
			reader->failure.unreclaimable |= 1ull << nid;
		return true;
	}
	if (strncmp(message, "Node ", 5))
		return false;
	nid = text_node_before(message, message + strlen(message));
	if (nid >= 0)
		reader->pending_nid = nid;
	return nid >= 0;
}

/** `N pages WHAT` at the end of a report. */
static bool take_pages(const char *line, const char *what, bool *has, uint64_t *value)
{
	const char *found = strstr(line, what), *number = found;

	if (!found || found[strlen(what)])
		return false;
	while (number > line && isdigit((unsigned char)number[-1]))
		number--;
	*has = text_number(&number, value);
	return *has;
}

/** The last lines of a report. */
static bool read_tail_line(struct failure *failure, const char *line)
{
	return take_pages(line, " pages RAM", &failure->has_ram, &failure->ram) ||
	       take_pages(line, " pages reserved", &failure->has_reserved, &failure->reserved) ||
	       take_pages(line, " pages cma reserved", &failure->has_cma, &failure->cma);
}

/** A line behind Mem-Info. */
static void read_state_line(struct failure_reader *reader, const char *line)
{
	if (read_reserve_line(reader, line) || read_zone_line(reader, line) ||
	    read_list_line(reader, line) || read_node_line(reader, line))
		return;
	if (reader->in_totals)
		take_figures(line, false, &reader->failure.totals);
	read_tail_line(&reader->failure, line);
}

/**
 * @brief Read a line of a log.
 *
 * @param reader the reader
 * @param line the line, without its newline; bytes that are no text are replaced
 * @param length bytes of it; one more must be writable
 */
void failure_reader_line(struct failure_reader *reader, char *line, size_t length)
{
	struct failure *failure = &reader->failure;
	const char *version;

	reader->line++;
	text_clean(line, length);
	if ((version = text_find(line, "Linux version ")) && isdigit((unsigned char)version[14]))
		text_copy(reader->log_version, sizeof(reader->log_version), version + 14,
			  strcspn(version + 14, " "));
	if (read_header(reader, line))
		return;
	if (strstr(line, "Mem-Info:")) {
		if (!reader->open || failure->has_state)
			open_failure(reader, FAILURE_STATE);
		failure->has_state = true;
		reader->in_totals = true;
		return;
	}
	if (!reader->open)
		return;
	read_constraint(failure, line);
	if (read_memcg_line(failure, line))
		return;
	if (failure->has_state)
		read_state_line(reader, line);
	else if (!read_cpu_line(failure, line) && strstr(line, "mems_allowed="))
		take_cpuset(failure, line);
}

/**
 * @brief The log has ended: hand the last report on, and give the reader's memory back.
 *
 * @param reader the reader
 */
void failure_reader_end(struct failure_reader *reader)
{
	close_failure(reader);
	free(reader);
}
