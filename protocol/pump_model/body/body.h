/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * body - what is true, whatever the firmware believes: how much drug is in the reservoir and how
 * much has flowed out. It flows in whole strokes and stops at the residual volume. Remainders are kept, so that the
 * true volumes do not depend on the steps in which time passes.
 */
#ifndef PUMPCTL_BODY_H
#define PUMPCTL_BODY_H

#include <stdbool.h>
#include <stdint.h>

#define BODY_LEN 64

struct body {
	uint64_t therapy_s;       /* up to which the rest holds */
	uint64_t reservoir_nl, residual_nl;
	uint64_t delivered_nl;    /* since first start */
	uint64_t flow_nl_per_day; /* what the motor is told to do */
	uint32_t remainder;       /* nL/86400 of the stroke that is not whole yet */
	uint32_t stroke_nl;
	bool is_stalled;          /* the motor does nothing */
};

/* Lets the flow go on until therapy_s; an earlier time changes nothing. */
void body_advance(struct body *body, uint64_t therapy_s);
/* Empties and fills by hand: the reservoir then holds nl. */
void body_fill(struct body *body, uint64_t nl);

void body_save(const struct body *body, uint8_t out[BODY_LEN]);
/* False: not what body_save wrote; *body untouched. */
bool body_load(struct body *body, const uint8_t in[BODY_LEN]);

#endif
