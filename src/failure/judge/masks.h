/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What gfp masks of other kernel versions mean in the bits of 5.8.18.
 */
#ifndef FAILURE_MASKS_H
#define FAILURE_MASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A mask that another kernel reported, translated. */
struct foreign_mask {
	uint32_t mask;	     /**< its bits in 5.8.18 */
	char unknown[192];   /**< names and bits that 5.8.18 does not have, joined by '|' */
	const char *version; /**< version whose numbers were used; NULL: names were read */
	bool guessed;	     /**< that version is not the report's own */
};

void gfp_from_names(const char *names, size_t length, struct foreign_mask *mask);
bool gfp_from_number(uint64_t number, const char *version, struct foreign_mask *mask);

#endif
