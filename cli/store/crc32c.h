/* SPDX-License-Identifier: GPL-3.0-or-later */
/* crc32c - CRC-32C (Castagnoli, RFC 3720 appendix B.4): reflected, polynomial 0x1EDC6F41. Finds accidents, not attacks. */
#ifndef PUMPCTL_STORE_CRC32C_H
#define PUMPCTL_STORE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32c(const void *data, size_t len);

#endif
