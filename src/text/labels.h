/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Words for a reader that a catalogue can translate.
 *
 * A label is a key: its English text, in which each %s stands for an argument. The key is marked with KEY(), so
 * that whoever makes a catalogue can list all of them, and is put on paper by pen_say(), which asks the catalogue
 * first. Everything in a key that is not English is an argument: names of the kernel's, numbers, names of files.
 * What is the same in every language is not a label and goes through pen_put().
 */
#ifndef LABELS_H
#define LABELS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "pageflow.h"

/** Marks a key. */
#define KEY(text) text

/** Arguments that a key may have. */
#define KEY_ARGUMENTS 8

/** Where words go, in which language, and in which spelling. */
struct pen {
	FILE *out;
	bool xml;		       /**< spell what means something in XML so that it does not */
	pageflow_translator translate; /**< NULL: English */
	void *context;		       /**< handed to it */
};

__attribute__((format(printf, 2, 3))) size_t pen_say(const struct pen *pen, const char *key, ...);
size_t pen_say_list(const struct pen *pen, const char *key, va_list arguments);
size_t pen_say_word(const struct pen *pen, const char *key);
size_t pen_put(const struct pen *pen, const char *text);
bool label_fits(const char *key, size_t length, const char *translation);
size_t pen_put_some(const struct pen *pen, const char *text, size_t characters);

/** A number as an argument: 1234567. */
#define PLAIN(number) number_plain((char[32]){ 0 }, number)
/** A number as an argument: 1,234,567. */
#define GROUPED(number) number_grouped((char[32]){ 0 }, number)
/** A difference as an argument: +5 or −5. */
#define SIGNED(number) number_signed((char[32]){ 0 }, number)

const char *number_plain(char *text, long number);
const char *number_grouped(char *text, unsigned long number);
const char *number_signed(char *text, long number);

#endif
