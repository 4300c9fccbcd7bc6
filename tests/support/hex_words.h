/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hex_words - hexadecimal words of the text files that the GATT programs read. */
#ifndef PUMPCTL_TESTS_HEX_WORDS_H
#define PUMPCTL_TESTS_HEX_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A number up to max. false: not of that form; *out has no meaning then. */
bool hex_words_number(const char *word, unsigned long max, unsigned long *out);
/* Bytes, two digits each, as many as size. false: not of that form. */
bool hex_words_bytes(const char *word, uint8_t *out, size_t size, size_t *len);

#endif
