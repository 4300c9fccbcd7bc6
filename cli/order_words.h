/* SPDX-License-Identifier: GPL-3.0-or-later */
/* order_words - orders, outcomes and therapy states in words. All static storage. */
#ifndef PUMPCTL_ORDER_WORDS_H
#define PUMPCTL_ORDER_WORDS_H

#include <stdint.h>

#include "intent.h"

/* "program", "stop", "minimum", "resume"; "unknown kind". kind: enum order_kind. */
const char *order_kind_name(uint16_t kind);
/* "NOT_SENT", "REFUSED", "APPLIED", "UNKNOWN". */
const char *order_outcome_name(enum order_outcome outcome);
/* What an earlier order's outcome means for the pump: one sentence with full stop. */
const char *order_outcome_sentence(enum order_outcome outcome);
/* The engine's reason for an outcome ("read-back-equal") as a clause; code itself if not known. */
const char *order_reason_words(const char *code);
/* "running", "minimum rate", "stopped", "not known". therapy: enum therapy_state. */
const char *therapy_state_name(uint8_t therapy);

#endif
