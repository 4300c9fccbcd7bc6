/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base_read - the pump's own reader of the base, patient bolus and bridge sections
 * (docs/protocol.md section 5). Used by image_read.c alone.
 *
 * Each takes one body. False: not as the document says. Bytes left over are for the caller to see.
 */
#ifndef PUMPCTL_BASE_READ_H
#define PUMPCTL_BASE_READ_H

#include "bytes.h"
#include "image_read.h"

bool base_read(struct reader *r, struct read_image *out);
/* After the base: a pump that is stopped or at its least rate has no patient bolus. */
bool base_read_patient(struct reader *r, struct read_image *out);
bool base_read_bridge(struct reader *r, struct read_image *out);

#endif
