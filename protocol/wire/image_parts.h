/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * image_parts - the bodies of the base, patient bolus and bridge sections of an image
 * (docs/protocol.md section 5). Used by image.c alone.
 */
#ifndef PUMPCTL_IMAGE_PARTS_H
#define PUMPCTL_IMAGE_PARTS_H

#include "bytes.h"
#include "program.h"

/* Of a valid program; the patient and bridge bodies only where the program has them. */
void image_base_write(struct writer *w, const struct program *program);
void image_patient_write(struct writer *w, const struct program_patient_bolus *patient);
void image_bridge_write(struct writer *w, const struct program_bridge *bridge);

/*
 * r holds exactly one body. PUMP_EFORM: not its length; PUMP_EUNKNOWN: a code that is not in the
 * document; PUMP_ERANGE: a number that does not fit the struct. Counts are within their arrays
 * afterwards; everything else is for program_is_valid to see.
 */
enum pump_err image_base_read(struct reader *r, struct program *program) PUMP_CHECKED;
enum pump_err image_patient_read(struct reader *r, struct program_patient_bolus *patient)
	PUMP_CHECKED;
enum pump_err image_bridge_read(struct reader *r, struct program_bridge *bridge) PUMP_CHECKED;

#endif
