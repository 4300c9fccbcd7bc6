/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gatt_hash - the Database Hash of a database (Core 5.3, Vol 3, Part G, 7.3). */
#ifndef PUMPCTL_BT_GATT_HASH_H
#define PUMPCTL_BT_GATT_HASH_H

#include "gatt_database.h"

/*
 * Computes the hash of the structure: handles, types and values of declarations, handles and types
 * of descriptors; values of characteristics do not count. hash is in the order in which it is
 * sent, least significant byte first as every value of GATT.
 */
void gatt_hash_database(const struct gatt_database *db, uint8_t hash[16]);

#endif
