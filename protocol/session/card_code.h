/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * card_code - the code on the implant card: eight characters of Crockford's base32 (40 bits) and
 * his check character (value modulo 37), read as people write them.
 */
#ifndef PUMPCTL_CARD_CODE_H
#define PUMPCTL_CARD_CODE_H

#include "codes.h"
#include "pump_err.h"

#include <stddef.h>

#define CARD_CODE_TEXT  11 /* as printed, "XXXX-XXXXC", with its end */
#define CARD_CODE_BYTES 5  /* of randomness in one */

/*
 * Reads a typed code into its eight canonical characters (no end). Small letters, blanks and
 * hyphens are let pass; O is read as 0, I and L as 1. PUMP_ESHORT: fewer than nine characters;
 * PUMP_EFORM: more, or one that no code has; PUMP_EMISMATCH: the check character is another.
 */
enum pump_err card_code_read(const char *text, size_t len, char code[CARD_CODE_LEN]) PUMP_CHECKED;
/* The canonical characters of 40 random bits. */
void card_code_make(const uint8_t random[CARD_CODE_BYTES], char code[CARD_CODE_LEN]);
/* As the card shows it, with check character. code must be canonical. */
void card_code_print(const char code[CARD_CODE_LEN], char text[CARD_CODE_TEXT]);

#endif
