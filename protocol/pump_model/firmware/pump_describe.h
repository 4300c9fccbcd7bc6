/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pump_describe - STAGED's own decoding of an image (docs/protocol.md section 6). */
#ifndef PUMPCTL_PUMP_DESCRIBE_H
#define PUMPCTL_PUMP_DESCRIBE_H

#include "messages.h"
#include "pump_amounts.h"

/* Therapy state that running this image leads to. */
uint8_t pump_describe_therapy(const struct read_image *image);
/* False: some number does not fit; *out then has no meaning. */
bool pump_describe_image(const struct read_image *image, const struct pump_amounts *amounts,
			 struct staged_image *out);

#endif
