/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mixture_bytes - the body of a mixture section (docs/protocol.md section 5), also within a fill. */
#ifndef PUMPCTL_MIXTURE_BYTES_H
#define PUMPCTL_MIXTURE_BYTES_H

#include "bytes.h"
#include "program.h"

bool mixture_is_encodable(const struct mixture *mixture);
/* Bytes that mixture_write writes; of an encodable mixture. */
size_t mixture_bytes_len(const struct mixture *mixture);
/* The writer fails if the mixture is not encodable. */
void mixture_write(struct writer *w, const struct mixture *mixture);
/*
 * PUMP_EFORM: not the layout, or a name that is none or comes twice; PUMP_ERANGE: a count or a
 * concentration out of range. Bytes left over are for the caller to see.
 */
enum pump_err mixture_read(struct reader *r, struct mixture *mixture) PUMP_CHECKED;

#endif
