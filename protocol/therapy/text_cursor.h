/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * text_cursor - walks over typed text, word by word and quantity by quantity; the first mistake
 * stays and everything after it does nothing. Used by program_text.c alone.
 */
#ifndef PUMPCTL_TEXT_CURSOR_H
#define PUMPCTL_TEXT_CURSOR_H

#include <stdbool.h>

#include "decimal.h"

struct text_cursor {
	const char *text; /* borrowed */
	size_t len, at;
	enum mass_unit unit; /* that doses are spelt in */
	struct text_error *error;
	enum pump_err err;
};

void cursor_begin(struct text_cursor *c, const char *text, size_t len, enum mass_unit unit,
		  struct text_error *error);
/* A mistake at byte at (from 0); reason is static. */
void cursor_fail(struct text_cursor *c, size_t at, enum pump_err err, const char *reason);
/* A mistake that a quantity parser found in text that began at from. */
void cursor_take_error(struct text_cursor *c, size_t from, enum pump_err err,
		       const struct text_error *why);

/* Moves past word if it is next. */
bool cursor_take(struct text_cursor *c, const char *word);
/* The same, and a mistake with this reason if it is not. */
void cursor_need(struct text_cursor *c, const char *word, const char *reason);
/* Bytes of the word at from. */
size_t cursor_word_len(const struct text_cursor *c, size_t from);
/* Moves past a quantity, with its unit if that is a word of its own; returns its length. */
size_t cursor_take_quantity(struct text_cursor *c, const char **start);

/* Quantities in the spelling of decimal.h; doses above 0 in the cursor's unit. */
struct dose_rate cursor_take_dose(struct text_cursor *c);
struct mass cursor_take_mass(struct text_cursor *c);
struct volume cursor_take_volume(struct text_cursor *c);
struct volume_rate cursor_take_rate(struct text_cursor *c);
/* From least to greatest, both included; reason where it is not. */
struct duration cursor_take_duration(struct text_cursor *c, int64_t least, int64_t greatest,
				     const char *reason);
/* Exactly count digits, of a time of day. */
int64_t cursor_take_digits(struct text_cursor *c, size_t count);

#endif
