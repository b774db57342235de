/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Reading the description of a machine to boot, `1G,cma=16M,cpus=2`, and placing its CMA area.
 *
 * The grammar stands with pageflow_boot() in pageflow.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/state.h"
#include "text/cursor.h"
#include "text/error.h"
#include "text/nearest.h"

/** Memory begins here on most arm64 machines. */
#define DEFAULT_BASE 0x40000000ull

#define PAGE	    4096ull
#define CMA_ALIGN   (4ull << 20) /* a block of order 10 */
#define DMA32_LIMIT (4ull << 30)
#define MOST_MEMORY (256ull << 30) /* arm64 with 39-bit addresses maps no more */
#define MOST_CPUS   64

/** A description on its way. */
struct parser {
	struct boot_request *request;
	struct pageflow_error *error;
	uint64_t node_size[MAX_BOOT_NODES];
	int nr_nodes;
	uint64_t base;
	uint64_t cma;
	struct boot_range hole[MAX_BOOT_RANGES];
	int nr_holes;
	struct boot_range nomap[MAX_BOOT_RANGES];
	int nr_nomap;
	bool nodes_of_cpus; /**< given by `cpunodes=` */
};

/** Take a number of bytes with an optional suffix; false when there is none. */
static bool take_bytes(const char **cursor, uint64_t *bytes)
{
	static const char suffixes[] = "KMGT";
	const char *suffix;
	int shift;

	if (!take_digits(cursor, bytes))
		return false;
	suffix = **cursor ? strchr(suffixes, **cursor & ~0x20) : NULL;
	if (!suffix)
		return true;
	shift = 10 * (int)(suffix - suffixes + 1);
	if (*bytes >> (63 - shift))
		return false;
	*bytes <<= shift;
	++*cursor;
	return true;
}

/** Take a plain number: digits and nothing else. */
static bool take_count(const char **cursor, long *count)
{
	return **cursor >= '0' && **cursor <= '9' && take_number(cursor, count);
}

/** The first item: `256M`, `2x128M` or `3200M+1408M`. */
static int parse_memory(struct parser *p, const char *item)
{
	const char *cursor = item;
	uint64_t size, total = 0;
	long count = 0;

	if (take_count(&cursor, &count) && *cursor == 'x') {
		cursor++;
		p->request->numa = true;
	} else {
		cursor = item;
		count = 1;
	}
	while (take_bytes(&cursor, &size)) {
		for (long i = 0; i < count && p->nr_nodes <= MAX_BOOT_NODES; i++) {
			if (p->nr_nodes == MAX_BOOT_NODES)
				return error_set(p->error, "'%s': a machine has 1 to %d nodes",
						 item, MAX_BOOT_NODES);
			if (!size || size % PAGE || size > MOST_MEMORY)
				return error_set(p->error,
						 "'%s': the size of a node is a multiple of "
						 "4096 bytes, at most 256G",
						 item);
			p->node_size[p->nr_nodes++] = size;
			total += size;
		}
		if (*cursor != '+')
			break;
		cursor++;
		p->request->numa = true;
		count = 1;
	}
	if (*cursor || !p->nr_nodes)
		return error_set(p->error,
				 "'%s' says no size of memory, from 4K to 256G; examples: 256M, "
				 "2x128M, 3G+1G",
				 item);
	if (total > MOST_MEMORY)
		return error_set(p->error, "'%s': a machine has at most 256G in all its nodes",
				 item);
	return 0;
}

/** ADDRESS+SIZE into a list of ranges. */
static int parse_range(struct parser *p, const char *item, const char *value,
		       struct boot_range *list, int *count)
{
	struct boot_range range = { 0 };

	if (!take_bytes(&value, &range.base) || *value++ != '+' ||
	    !take_bytes(&value, &range.size) || *value || !range.size ||
	    range.base + range.size < range.base)
		return error_set(p->error,
				 "'%s': expected ADDRESS+SIZE after '=', such as "
				 "0x48000000+16M",
				 item);
	if (*count == MAX_BOOT_RANGES / 4)
		return error_set(p->error, "'%s': more than %d ranges of this kind", item,
				 MAX_BOOT_RANGES / 4);
	list[(*count)++] = range;
	return 0;
}

/** `cpunodes=N:N:...`. */
static int parse_cpu_nodes(struct parser *p, const char *item, const char *value)
{
	struct boot_spec *spec = &p->request->spec;
	bool whole = false;
	long nid;

	p->nodes_of_cpus = true;
	spec->nr_cpus = 0;
	while (!whole && take_count(&value, &nid) && nid < p->nr_nodes &&
	       spec->nr_cpus < MOST_CPUS) {
		spec->cpu_node[spec->nr_cpus++] = (int)nid;
		whole = *value != ':';
		value += !whole;
	}
	if (!whole || *value)
		return error_set(p->error,
				 "'%s': expected the node, 0 to %d, of each of 1 to %d CPUs, such "
				 "as 0:0:1:1",
				 item, p->nr_nodes - 1, MOST_CPUS);
	return 0;
}

/** `distance=A:B:D`. */
static int parse_distance(struct parser *p, const char *item, const char *value)
{
	long a, b, distance;

	if (!take_count(&value, &a) || *value++ != ':' || !take_count(&value, &b) ||
	    *value++ != ':' || !take_count(&value, &distance) || *value || a >= p->nr_nodes ||
	    b >= p->nr_nodes || a == b || distance < 11 || distance > 254)
		return error_set(p->error,
				 "'%s': expected two nodes and a distance from 11 to 254, such "
				 "as 0:1:40",
				 item);
	p->request->spec.distance[a][b] = (uint8_t)distance;
	p->request->spec.distance[b][a] = (uint8_t)distance;
	return 0;
}

/** `cpus=N`. */
static int parse_cpus(struct parser *p, const char *item, const char *value)
{
	long cpus;

	if (!take_count(&value, &cpus) || *value || cpus < 1 || cpus > MOST_CPUS)
		return error_set(p->error, "'%s': a machine has 1 to %d CPUs", item, MOST_CPUS);
	p->request->spec.nr_cpus = (int)cpus;
	return 0;
}

/** One address or size. */
static int parse_bytes(struct parser *p, const char *item, const char *value, uint64_t *bytes)
{
	if (!take_bytes(&value, bytes) || *value || *bytes % PAGE || *bytes >= 1ull << 48)
		return error_set(p->error,
				 "'%s': expected a multiple of 4096 bytes after '=', below 256T, "
				 "such as 16M",
				 item);
	return 0;
}

/** Say that an item is none, and which one may have been meant. */
static int refuse_item(const struct parser *p, const char *item, size_t length)
{
	static const char *const names[] = { "cma",   "cpus", "cpunodes", "base", "reserve",
					     "nomap", "hole", "distance", "numa" };
	char word[NEAREST_WORD + 1], hint[NEAREST_HINT];
	struct nearest nearest;

	snprintf(word, sizeof(word), "%.*s", (int)length, item);
	nearest = nearest_to(word);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		nearest_try(&nearest, names[i]);
	return error_set(p->error,
			 "'%.64s' is not part of a machine's description%s; known are cma=, cpus=, "
			 "cpunodes=, base=, reserve=, nomap=, hole=, distance= and numa",
			 item, nearest_hint(&nearest, hint, sizeof(hint)));
}

/** Any item but the first. */
static int parse_item(struct parser *p, const char *item)
{
	struct boot_spec *spec = &p->request->spec;
	const char *equals = strchr(item, '='), *value = equals ? equals + 1 : "";
	size_t length = equals ? (size_t)(equals - item) : strlen(item);

	if (!*item)
		return error_set(p->error,
				 "nothing stands after a comma; leave it out, or add what "
				 "is missing");
#define IS(name) (length == sizeof(name) - 1 && !strncmp(item, name, length))
	if (IS("numa") && !equals) {
		p->request->numa = true;
		return 0;
	}
	if (IS("cma"))
		return parse_bytes(p, item, value, &p->cma);
	if (IS("base"))
		return parse_bytes(p, item, value, &p->base);
	if (IS("cpus"))
		return parse_cpus(p, item, value);
	if (IS("cpunodes"))
		return parse_cpu_nodes(p, item, value);
	if (IS("distance"))
		return parse_distance(p, item, value);
	if (IS("reserve"))
		return parse_range(p, item, value, spec->reserved, &spec->nr_reserved);
	if (IS("nomap"))
		return parse_range(p, item, value, p->nomap, &p->nr_nomap);
	if (IS("hole"))
		return parse_range(p, item, value, p->hole, &p->nr_holes);
#undef IS
	return refuse_item(p, item, length);
}

/** Add a memory range of a node. */
static int add_memory(struct parser *p, uint64_t base, uint64_t end, int nid, bool nomap)
{
	struct boot_spec *spec = &p->request->spec;

	if (base >= end)
		return 0;
	if (spec->nr_memory == MAX_BOOT_RANGES)
		return error_set(p->error, "too many memory ranges");
	spec->memory[spec->nr_memory++] = (struct boot_range){ base, end - base, nid, nomap };
	return 0;
}

/** Cut holes and no-map ranges out of a node's memory; no-map memory is there, marked. */
static int cut_node(struct parser *p, uint64_t base, uint64_t end, int nid)
{
	struct boot_range cut[MAX_BOOT_RANGES];
	int count = 0;

	for (int i = 0; i < p->nr_holes; i++)
		cut[count++] = p->hole[i];
	for (int i = 0; i < p->nr_nomap; i++) {
		cut[count] = p->nomap[i];
		cut[count++].nomap = true;
	}
	boot_ranges_sort(cut, count);
	for (int i = 0; i < count && base < end; i++) {
		uint64_t from = cut[i].base > base ? cut[i].base : base;
		uint64_t to = cut[i].base + cut[i].size < end ? cut[i].base + cut[i].size : end;

		if (from >= to)
			continue;
		if (add_memory(p, base, from, nid, false) ||
		    (cut[i].nomap && add_memory(p, from, to, nid, true)))
			return -1;
		base = to;
	}
	return add_memory(p, base, end, nid, false);
}

/**
 * @brief Highest place for a CMA area in one free range.
 *
 * @param from first byte of the free range
 * @param to the byte after it, at most the limit
 * @param size bytes
 * @param place receives the highest aligned address, if it is higher than what is there
 */
static void place_in(uint64_t from, uint64_t to, uint64_t size, uint64_t *place)
{
	uint64_t base = to >= size ? (to - size) & ~(CMA_ALIGN - 1) : 0;

	if (to >= size && base >= from && base > *place)
		*place = base;
}

/** Place the CMA area: the highest free range below the limit of 32-bit devices. */
static int place_cma(struct parser *p)
{
	struct boot_spec *spec = &p->request->spec;
	uint64_t size = (p->cma + CMA_ALIGN - 1) & ~(CMA_ALIGN - 1), place = 0;
	uint64_t limit = (p->base & ~(DMA32_LIMIT - 1)) + DMA32_LIMIT;
	struct boot_range reserved[MAX_BOOT_RANGES];

	if (!size)
		return 0;
	memcpy(reserved, spec->reserved, sizeof(reserved));
	boot_ranges_sort(reserved, spec->nr_reserved);
	for (int i = 0; i < spec->nr_memory; i++) {
		uint64_t from = spec->memory[i].base, end = from + spec->memory[i].size;

		if (spec->memory[i].nomap)
			continue;
		end = end < limit ? end : limit;
		for (int r = 0; r < spec->nr_reserved; r++) {
			uint64_t after = reserved[r].base + reserved[r].size;

			if (after <= from || reserved[r].base >= end)
				continue;
			if (reserved[r].base > from)
				place_in(from, reserved[r].base, size, &place);
			from = after;
		}
		if (from < end)
			place_in(from, end, size, &place);
	}
	if (!place)
		return error_set(p->error, "there is no free range of %llu MiB for the CMA area",
				 (unsigned long long)(size >> 20));
	spec->cma[spec->nr_cma++] = (struct boot_range){ .base = place, .size = size };
	spec->reserved[spec->nr_reserved++] = spec->cma[0];
	return 0;
}

/** Lay the nodes one after the other and deal the CPUs to them. */
static int lay_out(struct parser *p)
{
	struct boot_spec *spec = &p->request->spec;
	uint64_t base = p->base;

	for (int nid = 0; nid < p->nr_nodes; nid++) {
		if (cut_node(p, base, base + p->node_size[nid], nid))
			return -1;
		base += p->node_size[nid];
	}
	if (!spec->nr_memory)
		return error_set(p->error, "holes leave no memory");
	for (int cpu = 0; !p->nodes_of_cpus && cpu < spec->nr_cpus; cpu++)
		spec->cpu_node[cpu] = cpu * p->nr_nodes / spec->nr_cpus;
	return place_cma(p);
}

/**
 * @brief Read the description of a machine.
 *
 * @param text the description
 * @param request receives what it says
 * @param error receives what is wrong with it, or NULL
 * @return 0 or -1
 */
int boot_spec_parse(const char *text, struct boot_request *request, struct pageflow_error *error)
{
	struct parser *p = calloc(1, sizeof(*p));
	char *copy = strdup(text), *item, *rest = copy;
	int failed = -1;

	memset(request, 0, sizeof(*request));
	if (!p || !copy) {
		error_set(error, "out of memory");
		goto out;
	}
	p->request = request;
	p->error = error;
	p->base = DEFAULT_BASE;
	request->spec.nr_cpus = 1;
	if (parse_memory(p, strsep(&rest, ",")))
		goto out;
	while ((item = strsep(&rest, ",")))
		if (parse_item(p, item))
			goto out;
	failed = lay_out(p);
out:
	free(copy);
	free(p);
	return failed;
}
