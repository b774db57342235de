/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The gfp masks of eleven kernel versions: by name, which is stable, or by number, which is not.
 */
#include "failure/judge/masks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gfp.h"

#define NR_VERSIONS 11
#define COLUMN_3_10 0
#define COLUMN_4_4  1
#define COLUMN_4_14 2
#define COLUMN_4_19 3
#define COLUMN_5_8  5

/** Versions with a column, and the first release that reads by it; between them nothing a column says is known to move. */
static const struct {
	const char *name;
	int since; /**< major * 1000 + minor */
	int last;  /**< last release that is known to read so */
} versions[NR_VERSIONS] = {
	{ "3.10", 2006, 3010 }, { "4.4", 4004, 4009 },	{ "4.14", 4010, 4014 },
	{ "4.19", 4015, 4019 }, { "5.4", 5004, 5004 },	{ "5.8", 5005, 5009 },
	{ "5.10", 5010, 5013 }, { "5.15", 5014, 5018 }, { "6.1", 5019, 6002 },
	{ "6.6", 6003, 6009 },	{ "6.12", 6010, 6013 },
};

/* clang-format off */
/** A row for a name of 5.8.18: the columns before that of 5.8, whose value is the constant itself, and those after it. */
#define KNOWN(name, v3_10, v4_4, v4_14, v4_19, v5_4, ...) \
	{ #name, { v3_10, v4_4, v4_14, v4_19, v5_4, name, __VA_ARGS__ } }
/** A row for a name that include/gfp.h does not have: all columns. */
#define FOREIGN(name, ...) { #name, { __VA_ARGS__ } }
/* clang-format on */

/**
 * Names and their values, a column a version; 0: the version has no such name. Read in 4.14.74, 4.19.40, 5.4.18, 5.8.18, 5.10.44,
 * 5.15.100, 6.1.10, 6.6.9, 6.12.0; the columns of 3.10 and 4.4 are from logs of those kernels that print names or are
 * explained, and what is read by them counts as inferred. __GFP_NOLOCKDEP and the KASAN bits are there only in kernels
 * configured so; in 6.12 the bits above __GFP_ZEROTAGS move with the configuration. First seen: 5.14 ZEROTAGS, SKIP_KASAN_POISON; 5.19 SKIP_ZERO,
 * SKIP_KASAN_UNPOISON; 6.3 without ATOMIC; 6.4 SKIP_KASAN; 6.10 NO_OBJ_EXT.
 */
static const struct {
	const char *name;
	uint32_t value[NR_VERSIONS];
} names[] = {
	/* clang-format off */
	KNOWN(__GFP_DMA, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1),
	KNOWN(__GFP_HIGHMEM, 0x2, 0x2, 0x2, 0x2, 0x2, 0x2, 0x2, 0x2, 0x2, 0x2),
	KNOWN(__GFP_DMA32, 0x4, 0x4, 0x4, 0x4, 0x4, 0x4, 0x4, 0x4, 0x4, 0x4),
	KNOWN(__GFP_MOVABLE, 0x8, 0x8, 0x8, 0x8, 0x8, 0x8, 0x8, 0x8, 0x8, 0x8),
	KNOWN(__GFP_RECLAIMABLE, 0x80000, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10),
	KNOWN(__GFP_HIGH, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20),
	KNOWN(__GFP_IO, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40),
	KNOWN(__GFP_FS, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80),
	FOREIGN(__GFP_COLD, 0x100, 0x100, 0x100, 0, 0, 0, 0, 0, 0, 0, 0),
	KNOWN(__GFP_ZERO, 0x8000, 0x8000, 0x8000, 0x8000, 0x100, 0x100, 0x100, 0x100, 0x100, 0x100),
	KNOWN(__GFP_ATOMIC, 0, 0x80000, 0x80000, 0x80000, 0x200, 0x200, 0x200, 0x200, 0, 0),
	KNOWN(__GFP_DIRECT_RECLAIM, 0, 0x400000, 0x400000, 0x200000, 0x400, 0x400, 0x400, 0x400, 0x400, 0x400),
	KNOWN(__GFP_KSWAPD_RECLAIM, 0, 0x2000000, 0x1000000, 0x400000, 0x800, 0x800, 0x800, 0x800, 0x800, 0x800),
	KNOWN(__GFP_WRITE, 0x1000000, 0x1000000, 0x800000, 0x100, 0x1000, 0x1000, 0x1000, 0x1000, 0x1000, 0x1000),
	KNOWN(__GFP_NOWARN, 0x200, 0x200, 0x200, 0x200, 0x2000, 0x2000, 0x2000, 0x2000, 0x2000, 0x2000),
	KNOWN(__GFP_RETRY_MAYFAIL, 0x400, 0x400, 0x400, 0x400, 0x4000, 0x4000, 0x4000, 0x4000, 0x4000, 0x4000),
	KNOWN(__GFP_NOFAIL, 0x800, 0x800, 0x800, 0x800, 0x8000, 0x8000, 0x8000, 0x8000, 0x8000, 0x8000),
	KNOWN(__GFP_NORETRY, 0x1000, 0x1000, 0x1000, 0x1000, 0x10000, 0x10000, 0x10000, 0x10000, 0x10000, 0x10000),
	KNOWN(__GFP_MEMALLOC, 0x2000, 0x2000, 0x2000, 0x2000, 0x20000, 0x20000, 0x20000, 0x20000, 0x20000, 0x20000),
	KNOWN(__GFP_COMP, 0x4000, 0x4000, 0x4000, 0x4000, 0x40000, 0x40000, 0x40000, 0x40000, 0x40000, 0x40000),
	KNOWN(__GFP_NOMEMALLOC, 0x10000, 0x10000, 0x10000, 0x10000, 0x80000, 0x80000, 0x80000, 0x80000, 0x80000, 0x80000),
	KNOWN(__GFP_HARDWALL, 0x20000, 0x20000, 0x20000, 0x20000, 0x100000, 0x100000, 0x100000, 0x100000, 0x100000, 0x100000),
	KNOWN(__GFP_THISNODE, 0x40000, 0x40000, 0x40000, 0x40000, 0x200000, 0x200000, 0x200000, 0x200000, 0x200000, 0x200000),
	KNOWN(__GFP_ACCOUNT, 0, 0x100000, 0x100000, 0x100000, 0x400000, 0x400000, 0x400000, 0x400000, 0x400000, 0x400000),
	FOREIGN(__GFP_WAIT, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	FOREIGN(__GFP_KMEMCG, 0x100000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	FOREIGN(__GFP_NOTRACK, 0x200000, 0x200000, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	FOREIGN(__GFP_NO_KSWAPD, 0x400000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	FOREIGN(__GFP_OTHER_NODE, 0x800000, 0x800000, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	FOREIGN(__GFP_ZEROTAGS, 0, 0, 0, 0, 0, 0, 0, 0x800000, 0x800000, 0x800000, 0x800000),
	FOREIGN(__GFP_SKIP_ZERO, 0, 0, 0, 0, 0, 0, 0, 0, 0x1000000, 0x1000000, 0x1000000),
	FOREIGN(__GFP_SKIP_KASAN_UNPOISON, 0, 0, 0, 0, 0, 0, 0, 0, 0x2000000, 0, 0),
	FOREIGN(__GFP_SKIP_KASAN_POISON, 0, 0, 0, 0, 0, 0, 0, 0x1000000, 0x4000000, 0, 0),
	FOREIGN(__GFP_SKIP_KASAN, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x2000000, 0x2000000),
	FOREIGN(__GFP_NOLOCKDEP, 0, 0, 0x2000000, 0x800000, 0x800000, 0x800000, 0x800000, 0x2000000, 0x8000000, 0x4000000, 0x4000000),
	FOREIGN(__GFP_NO_OBJ_EXT, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x8000000),
	KNOWN(GFP_ATOMIC, 0, 0x2080020, 0x1080020, 0x480020, 0xa20, 0xa20, 0xa20, 0xa20, 0x820, 0x820),
	KNOWN(GFP_KERNEL, 0, 0x24000c0, 0x14000c0, 0x6000c0, 0xcc0, 0xcc0, 0xcc0, 0xcc0, 0xcc0, 0xcc0),
	KNOWN(GFP_NOWAIT, 0, 0x2000000, 0x1000000, 0x400000, 0x800, 0x800, 0x800, 0x800, 0x800, 0x2800),
	KNOWN(GFP_NOIO, 0, 0x2400000, 0x1400000, 0x600000, 0xc00, 0xc00, 0xc00, 0xc00, 0xc00, 0xc00),
	KNOWN(GFP_NOFS, 0, 0x2400040, 0x1400040, 0x600040, 0xc40, 0xc40, 0xc40, 0xc40, 0xc40, 0xc40),
	KNOWN(GFP_USER, 0, 0x24200c0, 0x14200c0, 0x6200c0, 0x100cc0, 0x100cc0, 0x100cc0, 0x100cc0, 0x100cc0, 0x100cc0),
	KNOWN(GFP_HIGHUSER, 0, 0x24200c2, 0x14200c2, 0x6200c2, 0x100cc2, 0x100cc2, 0x100cc2, 0x100cc2, 0x100cc2, 0x100cc2),
	KNOWN(GFP_HIGHUSER_MOVABLE, 0, 0x24200ca, 0x14200ca, 0x6200ca, 0x100cca, 0x100cca, 0x1100cca, 0x100cca, 0x100cca, 0x100cca),
	KNOWN(GFP_TRANSHUGE_LIGHT, 0, 0, 0x342ca, 0x342ca, 0x1c20ca, 0x1c20ca, 0x11c20ca, 0x1c20ca, 0x1c20ca, 0x1c20ca),
	KNOWN(GFP_TRANSHUGE, 0, 0, 0x4342ca, 0x2342ca, 0x1c24ca, 0x1c24ca, 0x11c24ca, 0x1c24ca, 0x1c24ca, 0x1c24ca),
	KNOWN(GFP_KERNEL_ACCOUNT, 0, 0x25000c0, 0x15000c0, 0x7000c0, 0x400cc0, 0x400cc0, 0x400cc0, 0x400cc0, 0x400cc0, 0x400cc0),
	KNOWN(GFP_DMA, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1),
	KNOWN(GFP_DMA32, 0x4, 0x4, 0x4, 0x4, 0x4, 0x4, 0x4, 0x4, 0x4, 0x4),
	/* clang-format on */
};

#define NR_NAMES (sizeof(names) / sizeof(names[0]))

/** Names that are gone, and what 5.8.18 has in their place. */
static const struct {
	const char *name;
	uint32_t stands_for;
} former[] = {
	{ "__GFP_WAIT", __GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM },
	{ "__GFP_RECLAIM", __GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM },
	{ "__GFP_REPEAT", __GFP_RETRY_MAYFAIL },
	{ "GFP_TEMPORARY", GFP_KERNEL | __GFP_RECLAIMABLE },
};

/** Append a name, or what is left of the room for it. */
static void note_unknown(struct foreign_mask *mask, const char *name, size_t length)
{
	size_t used = strlen(mask->unknown);

	snprintf(mask->unknown + used, sizeof(mask->unknown) - used, "%s%.*s", used ? "|" : "",
		 (int)length, name);
}

/** Add one name of a mask. */
static void add_name(struct foreign_mask *mask, const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(former) / sizeof(former[0]); i++)
		if (strlen(former[i].name) == length && !strncmp(former[i].name, name, length)) {
			mask->mask |= former[i].stands_for;
			return;
		}
	for (size_t i = 0; i < NR_NAMES; i++)
		if (strlen(names[i].name) == length && !strncmp(names[i].name, name, length)) {
			if (names[i].value[COLUMN_5_8])
				mask->mask |= names[i].value[COLUMN_5_8];
			else
				note_unknown(mask, name, length);
			return;
		}
	note_unknown(mask, name, length);
}

/**
 * @brief Read a mask by the names in a report. A name means what 5.8.18 means by it.
 *
 * @param text names joined by '|'; numbers may stand among them
 * @param length characters of it
 * @param mask receives the translation
 */
void gfp_from_names(const char *text, size_t length, struct foreign_mask *mask)
{
	const char *end = text + length;

	memset(mask, 0, sizeof(*mask));
	while (text < end) {
		const char *bar = memchr(text, '|', (size_t)(end - text));
		size_t size = (size_t)((bar ? bar : end) - text);

		if (size && (size < 3 || strncmp(text, "0x0", size)))
			add_name(mask, text, size);
		text += size + 1;
	}
}

/** The column for a version such as "5.15.0-91-generic"; -1 for one before the table. */
static int column_of(const char *version, bool *guessed)
{
	int major = 0, minor = 0, number, column = NR_VERSIONS - 1;

	sscanf(version, "%3d.%3d", &major, &minor);
	number = major * 1000 + minor;
	while (column >= 0 && number < versions[column].since)
		column--;
	*guessed = column == COLUMN_3_10 || column == COLUMN_4_4 ||
		   (column >= 0 && (number > versions[column].last || number / 1000 == 4) &&
		    strncmp(version, versions[column].name, strlen(versions[column].name)) != 0);
	return column;
}

/**
 * The layout that a number without a version points to: where it has the bit that wakes kswapd. The oldest has none; from
 * 5.4 on those bits are 0xc00, and a mask without any is so rare there that a small number is one of the oldest.
 */
static int column_by_look(uint64_t number)
{
	bool goes_to_disk = (number & 0xc0) == 0xc0, waits = number & 0x10;

	if (number & 0x2000000)
		return COLUMN_4_4;
	if (number & 0x1000000)
		return COLUMN_4_14;
	if (number & 0xc00)
		return COLUMN_5_8;
	if ((number & 0x400000) || (number & 0x200000 && goes_to_disk && !waits))
		return COLUMN_4_19;
	return number ? COLUMN_3_10 : COLUMN_5_8;
}

/** Bits of a mask in one version. */
static int bits_in(uint32_t value)
{
	return __builtin_popcount(value);
}

/** The name with the most bits that all stand in a number; NR_NAMES when there is none. */
static size_t largest_name(uint64_t number, int column)
{
	size_t best = NR_NAMES;

	for (size_t i = 0; i < NR_NAMES; i++) {
		uint32_t value = names[i].value[column];

		if (value && (number & value) == value &&
		    (best == NR_NAMES || bits_in(value) > bits_in(names[best].value[column])))
			best = i;
	}
	return best;
}

/**
 * @brief Read a mask by its number, as the kernel that printed it would name it.
 *
 * @param number the number
 * @param version the kernel's release, such as "4.19.0-10-amd64"; "" when it is not known
 * @param mask receives the translation
 * @return false when the version is older than the table
 */
bool gfp_from_number(uint64_t number, const char *version, struct foreign_mask *mask)
{
	bool guessed = true;
	int column = version[0] ? column_of(version, &guessed) : column_by_look(number);

	memset(mask, 0, sizeof(*mask));
	if (column < 0)
		return false;
	mask->version = versions[column].name;
	mask->guessed = guessed;
	/* Before 4.4 kswapd is woken unless a bit forbids it, and who may not wait is urgent. */
	if (column == COLUMN_3_10 && !(number & 0x400000))
		mask->mask |=
			number & 0x10 ? __GFP_KSWAPD_RECLAIM : __GFP_KSWAPD_RECLAIM | __GFP_ATOMIC;
	while (number) {
		size_t name = largest_name(number, column);
		char bits[24];

		if (name == NR_NAMES) {
			snprintf(bits, sizeof(bits), "0x%llx", (unsigned long long)number);
			note_unknown(mask, bits, strlen(bits));
			break;
		}
		add_name(mask, names[name].name, strlen(names[name].name));
		number &= ~(uint64_t)names[name].value[column];
	}
	return true;
}
