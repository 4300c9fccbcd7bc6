/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * second - the second, separately written decoder of a change. It walks the bytes by offset and
 * computes every total itself, sharing no code with image.c and program.c, so that one mistake
 * cannot hide in both.
 */
#ifndef PUMPCTL_SECOND_H
#define PUMPCTL_SECOND_H

#include "change.h"
#include "codes.h"
#include "messages.h"
#include "pump_err.h"

/*
 * Compares the bytes that were staged with what was meant and with the pump's decoding.
 *
 * change, len  the bytes sent in STAGE
 * kind         of the order
 * meant        the change that they stand for; its image counts by program alone
 * program      that the clinician confirmed to check; NULL where there is no image
 * staged       the pump's answer
 * Returns      PUMP_OK: digests, image, totals, rate, therapy and every act agree; PUMP_EMISMATCH:
 *              some do not; PUMP_EFORM: the bytes themselves are no change of that kind
 */
enum pump_err second_compare(const uint8_t *change, size_t len, enum order_kind kind,
			     const struct change *meant, const struct program *program,
			     const struct msg_staged *staged) PUMP_CHECKED;

#endif
