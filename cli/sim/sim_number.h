/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim_number - plain decimal numbers and hexadecimal bytes typed on pumpsim's lines. */
#ifndef PUMPSIM_SIM_NUMBER_H
#define PUMPSIM_SIM_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Digits only, at least one, value at most greatest. false: not that; *out untouched. */
bool sim_number_parse(const char *text, uint64_t greatest, uint64_t *out);
/* Exactly 2 * len lower-case hexadecimal digits. false: not that; out may be changed. */
bool sim_hex_parse(const char *text, uint8_t *out, size_t len);

#endif
