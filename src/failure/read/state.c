/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The lines of a report that print the state of memory: totals, nodes, zones, their reserves and free lists.
 */
#include <ctype.h>
#include <string.h>

#include "failure/read/reader.h"
#include "failure/read/line.h"
#include "text/names.h"

/** More free blocks of one order than any machine has: so that pages can be counted without overflow. */
#define MOST_BLOCKS (1ull << 40)

static const char *const figure_names[NR_FIGURES] = {
	[FIGURE_FREE] = "free",
	[FIGURE_BOOST] = "boost",
	[FIGURE_MIN] = "min",
	[FIGURE_LOW] = "low",
	[FIGURE_HIGH] = "high",
	[FIGURE_HIGHATOMIC] = "reserved_highatomic",
	[FIGURE_FREE_HIGHATOMIC] = "free_highatomic",
	[FIGURE_ACTIVE_ANON] = "active_anon",
	[FIGURE_INACTIVE_ANON] = "inactive_anon",
	[FIGURE_ISOLATED_ANON] = "isolated_anon",
	[FIGURE_ACTIVE_FILE] = "active_file",
	[FIGURE_INACTIVE_FILE] = "inactive_file",
	[FIGURE_ISOLATED_FILE] = "isolated_file",
	[FIGURE_UNEVICTABLE] = "unevictable",
	[FIGURE_DIRTY] = "dirty",
	[FIGURE_WRITEBACK] = "writeback",
	[FIGURE_WRITEBACK_TMP] = "writeback_tmp",
	[FIGURE_SLAB_RECLAIMABLE] = "slab_reclaimable",
	[FIGURE_SLAB_UNRECLAIMABLE] = "slab_unreclaimable",
	[FIGURE_MISC_RECLAIMABLE] = "kernel_misc_reclaimable",
	[FIGURE_MAPPED] = "mapped",
	[FIGURE_SHMEM] = "shmem",
	[FIGURE_KERNEL_STACK] = "kernel_stack",
	[FIGURE_SHADOW_CALL_STACK] = "shadow_call_stack",
	[FIGURE_PAGETABLES] = "pagetables",
	[FIGURE_SEC_PAGETABLES] = "sec_pagetables",
	[FIGURE_BOUNCE] = "bounce",
	[FIGURE_BALLOON] = "Balloon",
	[FIGURE_GPU_ACTIVE] = "gpu_active",
	[FIGURE_GPU_RECLAIM] = "gpu_reclaim",
	[FIGURE_ZSPAGES] = "zspages",
	[FIGURE_PRESENT] = "present",
	[FIGURE_MANAGED] = "managed",
	[FIGURE_MLOCKED] = "mlocked",
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
	if (!take_count(&value, &number))
		return;
	if (kb ? strncasecmp(value, "kB", 2) != 0 : *value && *value != ' ')
		return;
	for (int i = 0; i < NR_FIGURES; i++)
		if (strlen(figure_names[i]) == length && !strncmp(figure_names[i], word, length)) {
			figures->value[i] = number;
			figures->seen |= 1ull << i;
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
	nid = line_node_before(line, name);
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

/** Do two lines of a zone name other figures? They are not of the same report then. */
static bool differ(const struct failure_figures *one, const struct failure_figures *other)
{
	for (int i = 0; i < NR_FIGURES; i++)
		if (figure_seen(one, (enum failure_figure)i) &&
		    figure_seen(other, (enum failure_figure)i) && one->value[i] != other->value[i])
			return true;
	return false;
}

/** A zone's line: `[Node N ]NAME free:NkB min:NkB ...`, of which the first figures may be lost. */
static bool read_zone_line(struct failure_reader *reader, const char *line)
{
	static const char *const first[] = { " free:", " boost:", " min:" };
	struct failure_zone *zone = NULL;
	const char *figures = NULL;

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]) && !zone; i++) {
		figures = strstr(line, first[i]);
		zone = figures ? zone_before(reader, line, figures) : NULL;
	}
	if (!zone)
		return false;
	reader->in_totals = false;
	reader->zone = (int)(zone - reader->failure.zone);
	if (!zone->figures.seen)
		take_figures(figures, true, &zone->figures);
	else if (!reader->failure.named_nodes ||
		 line_node_before(line, figures - strlen(zone->name)) >= 0) {
		struct failure_figures again = { 0 };

		take_figures(figures, true, &again);
		reader->repeated |= differ(&zone->figures, &again);
	}
	return true;
}

/** Numbers of a zone's reserve. */
static void take_reserve(struct failure_zone *zone, const char *numbers)
{
	uint64_t value;

	numbers += strspn(numbers, " ");
	while (zone->nr_reserve < NR_FAILURE_TYPES && take_count(&numbers, &value)) {
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
	const char *rest = line_message(line);
	bool continues =
		!found && reader->after_reserve && *rest && !rest[strspn(rest, " 0123456789")];

	/* Of a second reserve after one zone's line, neither it nor its rest is of this zone. */
	if (found)
		reader->after_reserve = zone && !zone->nr_reserve;
	else
		reader->after_reserve = continues;
	if (zone && reader->after_reserve)
		take_reserve(zone, found ? found + strlen(name) : rest);
	return found || continues;
}

/** Where blocks of a size are kept until the size of a page is known: by the power of two; -1 for what is none. */
static int place_of(uint64_t size_kb)
{
	for (int place = 0; place < FAILURE_ORDERS; place++)
		if (size_kb == 1ull << place)
			return place;
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
static void take_list(struct failure_zone *zone, const char *entry)
{
	while (*entry) {
		uint64_t count, size;
		const char *c = entry;

		if (*c == '=' && c[1] == ' ' && (c += 2) && take_count(&c, &size) &&
		    !strncmp(c, "kB", 2)) {
			zone->list_kb = size;
			zone->list_ended = true;
			return;
		}
		if (take_count(&c, &count) && *c == '*' && (c++, take_count(&c, &size)) &&
		    !strncmp(c, "kB", 2)) {
			int order;

			c += 2;
			c += strspn(c, " ");
			order = place_of(size);
			if (order >= 0) {
				zone->blocks[order] = count < MOST_BLOCKS ? count : MOST_BLOCKS;
				zone->letters[order] = take_letters(&c);
				zone->listed |= 1u << order;
			}
			entry = c > entry ? c : entry + 1;
			continue;
		}
		entry += strcspn(entry, " ");
		entry += strspn(entry, " ");
	}
}

/**
 * A piece of a free list line: kernels before 4.10 print such a line in pieces, and some loggers put each on a line of its own.
 * `[Node N ]NAME:` begins one, `(LETTERS)` belongs to the entry before.
 */
static bool read_list_piece(struct failure_reader *reader, const char *line, const char *message)
{
	const char *end = message + strlen(message), *letters = message;
	struct failure_zone *zone;

	while (end > message && end[-1] == ' ')
		end--;
	if (end > message && end[-1] == ':') {
		zone = zone_before(reader, line, end - 1);
		if (zone && !zone->listed)
			reader->list = (int)(zone - reader->failure.zone);
		return zone != NULL;
	}
	if (reader->list < 0 || *message != '(')
		return false;
	zone = &reader->failure.zone[reader->list];
	if (zone->listed && !zone->list_ended) {
		int order = 31 - __builtin_clz(zone->listed);

		if (!zone->letters[order])
			zone->letters[order] = take_letters(&letters);
	}
	return true;
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
	message = line_message(line);
	if (!star && (reader->list < 0 || strncmp(message, "= ", 2)))
		return read_list_piece(reader, line, message);
	colon = star;
	while (colon && colon > message && isdigit((unsigned char)colon[-1]))
		colon--;
	while (colon && colon > message && colon[-1] == ' ')
		colon--;
	if (colon && colon > message && colon[-1] == ':') {
		zone = zone_before(reader, line, colon - 1);
		message = colon;
		if (zone && zone->listed)
			zone = NULL; /* a second one: not of this report */
		reader->list = zone ? (int)(zone - failure->zone) : -1;
	}
	if (reader->list < 0 || failure->zone[reader->list].list_ended)
		return true;
	take_list(&failure->zone[reader->list], message + strspn(message, " "));
	return true;
}

/** Add the figures of a node's line to those of all nodes, once. */
static void add_node(struct failure *failure, int nid, const char *line)
{
	struct failure_figures node = { 0 };

	if (nid >= FAILURE_NODES || failure->nodes_read >> nid & 1)
		return;
	failure->nodes_read |= 1ull << nid;
	take_figures(line, true, &node);
	for (int i = 0; i < NR_FIGURES; i++)
		failure->nodes.value[i] += node.value[i];
	failure->nodes.seen |= node.seen;
}

/** A node's line, or the beginning of a line that was torn after its node. */
static bool read_node_line(struct failure_reader *reader, const char *line)
{
	const char *message = line_message(line), *anon = strstr(line, " active_anon:");
	int nid;

	if (anon && (nid = line_node_before(line, anon + 1)) >= 0) {
		reader->in_totals = false;
		reader->failure.node_lines = true;
		add_node(&reader->failure, nid, anon);
		if (nid < FAILURE_NODES && strstr(anon, "all_unreclaimable? yes"))
			reader->failure.unreclaimable |= 1ull << nid;
		return true;
	}
	if (strncmp(message, "Node ", 5))
		return false;
	nid = line_node_before(message, message + strlen(message));
	if (nid >= 0)
		reader->pending_nid = nid;
	return nid >= 0;
}

/** `N pages WHAT` at the end of a report. */
static bool take_pages(const char *line, const char *what, bool *has, uint64_t *value)
{
	const char *found = strstr(line, what), *number = found;
	uint64_t pages;

	if (!found || found[strlen(what)])
		return false;
	while (number > line && isdigit((unsigned char)number[-1]))
		number--;
	if (!take_count(&number, &pages))
		return false;
	*value = pages;
	*has = true;
	return true;
}

/** The last lines of a report, also as ARM, PowerPC and others had them for themselves up to 3.10. */
static bool read_tail_line(struct failure *failure, const char *line)
{
	return take_pages(line, " pages RAM", &failure->has_ram, &failure->ram) ||
	       take_pages(line, " pages of RAM", &failure->has_ram, &failure->ram) ||
	       take_pages(line, " pages reserved", &failure->has_reserved, &failure->reserved) ||
	       take_pages(line, " reserved pages", &failure->has_reserved, &failure->reserved) ||
	       take_pages(line, " pages cma reserved", &failure->has_cma, &failure->cma) ||
	       take_pages(line, " pages HighMem", &failure->has_highmem, &failure->highmem) ||
	       take_pages(line, " pages of HIGHMEM", &failure->has_highmem, &failure->highmem) ||
	       take_pages(line, " pages HighMem/MovableOnly", &failure->has_highmem,
			  &failure->highmem);
}

/** The smallest size of a block, as a power of two in kB, that any free list line has; 0: there is none. */
static int smallest_place(const struct failure *failure)
{
	uint32_t listed = 0;

	for (int i = 0; i < failure->nr_zones; i++)
		listed |= failure->zone[i].listed;
	return listed ? __builtin_ctz(listed) : 0;
}

/** The size of a page, as a power of two in kB, by which so many kB are so many pages; 0: none fits. */
static int place_by_ratio(uint64_t kb, uint64_t pages)
{
	/* The smallest page of all kernels has 4 kB, the largest 256 kB. Figures are read one after the other. */
	for (int place = 2; pages >= 16 && place <= 8; place++)
		if (kb >= (pages << place) - (pages << place) / 8 &&
		    kb <= (pages << place) + (pages << place) / 8)
			return place;
	return 0;
}

/** The size of a page by figures that stand in pages in the totals, and in kB in the lines of nodes or zones. */
static int place_by_figures(const struct failure *failure)
{
	uint64_t free_kb = 0;
	int place;

	for (int i = 0; i < failure->nr_zones; i++)
		free_kb += failure->zone[i].figures.value[FIGURE_FREE];
	place = place_by_ratio(free_kb, failure->totals.value[FIGURE_FREE]);
	for (int figure = FIGURE_ACTIVE_ANON; !place && figure <= FIGURE_SHMEM; figure++)
		place = place_by_ratio(failure->nodes.value[figure], failure->totals.value[figure]);
	return place;
}

/**
 * @brief All lines of a report were read: find the size of its pages, and bring its free lists into orders.
 *
 * @param failure the report
 */
void failure_close_state(struct failure *failure)
{
	int listed = smallest_place(failure), computed = place_by_figures(failure);
	int place = listed ? listed : computed ? computed : 2;

	/* Where each list has lost its first entry, the figures know of the smaller size. */
	if (computed && computed < place)
		place = computed;
	failure->page_inferred = place != listed;
	failure->page_kb = 1 << place;
	for (int i = 0; i < failure->nr_zones; i++) {
		struct failure_zone *zone = &failure->zone[i];

		for (int order = 0; order < FAILURE_ORDERS; order++) {
			bool inside = order + place < FAILURE_ORDERS;

			zone->blocks[order] = inside ? zone->blocks[order + place] : 0;
			zone->letters[order] = inside ? zone->letters[order + place] : 0;
		}
		zone->listed >>= place;
		zone->nr_orders = zone->listed ? 32 - __builtin_clz(zone->listed) : 0;
	}
}

/**
 * @brief Read a line after Mem-Info.
 *
 * @param reader the reader
 * @param line the line
 */
void failure_read_state(struct failure_reader *reader, const char *line)
{
	bool zone = read_zone_line(reader, line);

	/* A zone's line and its reserve may have been joined. */
	if (read_reserve_line(reader, line) || zone || read_list_line(reader, line) ||
	    read_node_line(reader, line))
		return;
	if (reader->in_totals)
		take_figures(line, false, &reader->failure.totals);
	read_tail_line(&reader->failure, line);
}
