/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pump_crc - CRC-32C (Castagnoli, RFC 3720 appendix B.4) over what the pump keeps in its memory. */
#ifndef PUMPCTL_PUMP_CRC_H
#define PUMPCTL_PUMP_CRC_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32C of len bytes. */
uint32_t pump_crc(const uint8_t *data, size_t len);

#endif
