/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * second_acts - the second, separately written decoder of the acts of a change. It walks the bytes
 * by offset, sharing no code with change.c, so that one mistake cannot hide in both.
 */
#ifndef PUMPCTL_SECOND_ACTS_H
#define PUMPCTL_SECOND_ACTS_H

#include "change.h"
#include "messages.h"

/* The image section of a change, in place; NULL: it has none, or is no change at all. */
const uint8_t *second_acts_image(const uint8_t *change, size_t len, size_t *image_len);

/*
 * Compares every section but the image with what was meant, and with what the pump says that it
 * understood. PUMP_OK; PUMP_EMISMATCH; PUMP_EFORM: the bytes are no change.
 */
enum pump_err second_acts_compare(const uint8_t *change, size_t len, const struct change *meant,
				  const struct msg_staged *staged) PUMP_CHECKED;

#endif
