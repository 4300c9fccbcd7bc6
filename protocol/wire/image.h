/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * image - canonical bytes of a program and their digest (docs/protocol.md section 5), and of a
 * change and an order around it (sections 6 and 7). The programmer's side: the pump model has
 * its own, separately written reader.
 */
#ifndef PUMPCTL_IMAGE_H
#define PUMPCTL_IMAGE_H

#include "codes.h"
#include "program.h"

/*
 * PUMP_OK and *len bytes in buf (size IMAGE_MAX does); PUMP_ERANGE: not encodable (a name, count,
 * dose or concentration outside section 5); PUMP_ESHORT: does not fit. *len untouched on error.
 */
enum pump_err image_encode(const struct program *program, uint8_t *buf, size_t size, size_t *len)
	PUMP_CHECKED;
/* PUMP_EFORM, PUMP_EUNKNOWN (version, section, mode), PUMP_ERANGE; *program untouched on error. */
enum pump_err image_decode(const uint8_t *image, size_t len, struct program *program) PUMP_CHECKED;

/* BLAKE2b-256 of bytes: image digest, stage digest. */
void digest_bytes(const uint8_t *data, size_t len, uint8_t digest[DIGEST_LEN]);

/* Change with exactly an image, or exactly a therapy act. As image_encode. */
enum pump_err change_encode_image(const uint8_t *image, size_t image_len, uint8_t *buf,
				  size_t size, size_t *len) PUMP_CHECKED;
enum pump_err change_encode_act(enum therapy_act act, uint8_t *buf, size_t size, size_t *len)
	PUMP_CHECKED;

struct order {
	char serial[SERIAL_MAX + 1];
	uint64_t token;
	uint16_t kind; /* enum order_kind */
	uint8_t stage_digest[DIGEST_LEN], expected_digest[DIGEST_LEN];
	uint64_t not_after_ms; /* pump ticks */
};

#define ORDER_MAX 128

enum pump_err order_encode(const struct order *order, uint8_t *buf, size_t size, size_t *len)
	PUMP_CHECKED;
/* PUMP_EFORM, PUMP_EUNKNOWN (version). kind is not checked here. */
enum pump_err order_decode(const uint8_t *buf, size_t len, struct order *order) PUMP_CHECKED;
/* STOP, RESUME and MINIMUM. */
bool order_gets_safe(uint16_t kind);

#endif
