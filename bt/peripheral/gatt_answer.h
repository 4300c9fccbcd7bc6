/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gatt_answer - answers to the requests that read: ranges, one value, several values. Pure: a
 * request and a database in, the bytes of the response out (Core 5.3, Vol 3, Part F, 3.4.3-3.4.4).
 */
#ifndef PUMPCTL_BT_GATT_ANSWER_H
#define PUMPCTL_BT_GATT_ANSWER_H

#include "gatt_database.h"

struct gatt_answer {
	uint8_t error;   /* 0, or the code of an Error Response */
	uint16_t handle; /* the attribute in error */
	size_t len;      /* of the response in bytes; 0 on error */
	uint8_t bytes[ATT_MTU_MAX];
};

/* Find Information, Find By Type Value, Read By Type, Read By Group Type. */
void gatt_answer_range(const struct gatt_database *db, const struct gatt_security *security,
                       const struct att_pdu *request, size_t mtu, struct gatt_answer *answer);
/* Read and Read Blob. */
void gatt_answer_read(const struct gatt_database *db, const struct gatt_security *security,
                      const struct att_pdu *request, size_t mtu, struct gatt_answer *answer);
/* Read Multiple and Read Multiple Variable. */
void gatt_answer_multiple(const struct gatt_database *db, const struct gatt_security *security,
                          const struct att_pdu *request, size_t mtu, struct gatt_answer *answer);

#endif
