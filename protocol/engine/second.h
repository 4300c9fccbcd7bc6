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

/*
 * Compares what the pump says that the acts bring with arithmetic of our own.
 *
 * meant               the change; agrees with the staged bytes
 * primary_ng_per_ml   of the first drug of the image that runs then; only a single bolus asks for it
 * Returns             true: volume, rate and duration of a bolus are right to the nL, and nothing is
 *                     told of a bolus or a clock that the change does not hold. What a clock order
 *                     moves is the pump's own number: only it knows its clock to the second.
 */
bool second_amounts_agree(const struct change *meant, uint64_t primary_ng_per_ml,
			  const struct msg_staged *staged) PUMP_CHECKED;

#endif
