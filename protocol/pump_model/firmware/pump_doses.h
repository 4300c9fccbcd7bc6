/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_doses - what runs on top of or instead of the base: the bridge, periodic doses and boluses,
 * the patient's and those that were ordered. Its durable part is in a state block; times are therapy time, which no clock order
 * moves and which goes on over restarts.
 */
#ifndef PUMPCTL_PUMP_DOSES_H
#define PUMPCTL_PUMP_DOSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image_read.h"

#define PUMP_DOSES_LEN (9 * 8 + 2 + READ_BOLUSES_MAX * 8)

struct pump_doses {
	uint64_t order_s;       /* last order with an image or a therapy act: periodic phase */
	uint64_t lockout_s;     /* last order that began the patient's lockout anew */
	uint64_t bridge_end_nl; /* the bridge ends when so much was delivered; 0: none runs */
	uint64_t bridge_nl, bridge_nl_per_day;
	/* The bolus that runs, of any kind; bolus_end_s 0: none. It was to take bolus_s. */
	uint8_t bolus_kind; /* enum bolus_kind */
	uint64_t bolus_from_s, bolus_end_s, bolus_s, bolus_nl_per_day;
	uint8_t start_count; /* of patient boluses, oldest first; only the last 24 h count */
	uint64_t starts[READ_BOLUSES_MAX];
};

void pump_doses_write(uint8_t *bytes, const struct pump_doses *doses);
/* False: a count out of bounds; *out untouched. */
bool pump_doses_read(const uint8_t *bytes, struct pump_doses *out);

/*
 * An order with an image or a therapy act is carried out now: the bolus that runs ends, lockout and
 * periodic phase begin anew.
 */
void pump_doses_order(struct pump_doses *doses, uint64_t now_s);
/*
 * image becomes active after before (NULL: none). Its bridge begins; if the mixture stays, without one or with
 * exactly the bridge of before, what is left of a bridge runs on.
 */
void pump_doses_image(struct pump_doses *doses, const struct read_image *before,
		      const struct read_image *image, uint64_t delivered_nl);
/* A bolus that is ordered begins or ends now: the patient's lockout begins anew. */
void pump_doses_lock(struct pump_doses *doses, uint64_t now_s);
/* A bolus of this kind begins; none may run. */
void pump_doses_begin_bolus(struct pump_doses *doses, uint8_t kind, uint64_t now_s,
			    uint32_t seconds, uint64_t nl_per_day);
/* A bolus runs, or has ended and is not in the log yet. */
bool pump_doses_has_bolus(const struct pump_doses *doses);
/* Ends the bolus that runs, at the latest now. */
void pump_doses_end_bolus(struct pump_doses *doses, uint64_t now_s);
/* What the bridge still has to deliver. */
uint64_t pump_doses_bridge_left(const struct pump_doses *doses, uint64_t delivered_nl);

/* Why a patient bolus is given or not, as the log says (docs/protocol.md section 9). */
enum patient_answer {
	PATIENT_GRANTED = 0x55,
	PATIENT_NO_BOLUS = 0x33,    /* the program has none */
	PATIENT_NOT_RUNNING = 0x3C, /* stopped or at minimum rate */
	PATIENT_BRIDGE = 0x5A,
	PATIENT_LOCKOUT = 0x66,
	PATIENT_MOST = 0x69,
	PATIENT_EMPTY = 0x96,
};
/* Boluses begun in the 24 h before now. */
uint8_t pump_doses_count(const struct pump_doses *doses, uint64_t now_s);
/* By lockout and count alone: GRANTED, LOCKOUT (also while any bolus runs) or MOST. */
enum patient_answer pump_doses_may_start(const struct pump_doses *doses,
					 const struct read_image *image, uint64_t now_s);
/* A patient bolus begins. */
void pump_doses_start(struct pump_doses *doses, uint64_t now_s, uint32_t seconds,
		      uint64_t nl_per_day);

#endif
