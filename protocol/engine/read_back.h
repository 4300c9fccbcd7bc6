/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read_back - whether a pump that was read after an order does what was ordered. Pure. */
#ifndef PUMPCTL_READ_BACK_H
#define PUMPCTL_READ_BACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "program.h"

/*
 * True if a pump that runs image (canonical bytes) may deliver nl_per_day right after an order, without a bolus: one of
 * the base rates of the week, alone or with a periodic dose on top; while a bridge runs (is_bridging: as the pump says)
 * that of the bridge, which an image may leave to the one before it. False also where the bytes are no image. *program is
 * what they mean; of no use then.
 */
bool read_back_rate(const uint8_t *image, size_t len, uint64_t nl_per_day, bool is_bridging,
		    struct program *program);

#endif
