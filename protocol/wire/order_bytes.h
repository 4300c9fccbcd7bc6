/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * order_bytes - canonical bytes of an order, which operators sign (docs/protocol.md section 7).
 * The programmer's side: the pump model has its own, separately written reader.
 */
#ifndef PUMPCTL_ORDER_BYTES_H
#define PUMPCTL_ORDER_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codes.h"
#include "pump_err.h"

struct order {
	char serial[SERIAL_MAX + 1];
	uint64_t token;
	uint16_t kind; /* enum order_kind */
	uint8_t stage_digest[DIGEST_LEN], expected_digest[DIGEST_LEN];
	uint32_t operators;    /* version of the list that the signers are on */
	uint64_t not_after_ms; /* pump ticks */
};

#define ORDER_MAX 128
/* What is signed: this prefix without its NUL, then the bytes of the order. */
#define ORDER_SIGNED_PREFIX "IIS-order-1"
#define ORDER_SIGNED_MAX    (sizeof ORDER_SIGNED_PREFIX - 1 + ORDER_MAX)

/*
 * PUMP_OK and *len bytes in buf (size ORDER_MAX does); PUMP_ERANGE: the serial has no end;
 * PUMP_ESHORT: does not fit. *len untouched on error.
 */
enum pump_err order_encode(const struct order *order, uint8_t *buf, size_t size, size_t *len)
	PUMP_CHECKED;
/* PUMP_EFORM, PUMP_EUNKNOWN (version); *order untouched. kind is not checked here. */
enum pump_err order_decode(const uint8_t *buf, size_t len, struct order *order) PUMP_CHECKED;
/* STOP, RESUME, MINIMUM and BOLUS_STOP. */
bool order_gets_safe(uint16_t kind);

#endif
