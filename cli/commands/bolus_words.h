/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bolus_words - the boluses of a pump by name. */
#ifndef PUMPCTL_COMMANDS_BOLUS_WORDS_H
#define PUMPCTL_COMMANDS_BOLUS_WORDS_H

#include <stdint.h>

/* enum bolus_kind: "single", "priming", "patient's", "periodic"; "unknown". */
const char *bolus_kind_words(uint8_t kind);

#endif
