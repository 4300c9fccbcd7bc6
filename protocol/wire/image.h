/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * image - canonical bytes of a program and their digest (docs/protocol.md section 5).
 * The programmer's side: the pump model has its own, separately written reader.
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

#endif
