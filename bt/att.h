/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * att - Attribute Protocol PDUs as bytes and as fields, nothing else (Core 5.3, Vol 3, Part F,
 * 3.4). Pure: no I/O, no state. One table of layouts drives both directions.
 */
#ifndef PUMPCTL_BT_ATT_H
#define PUMPCTL_BT_ATT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ATT_MTU_DEFAULT 23
#define ATT_MTU_MAX     517
#define ATT_VALUE_MAX   512 /* 3.2.9 */
#define ATT_HANDLE_MAX  0xffff

/* 3.4.8, the PDUs this project uses. */
enum att_opcode {
	ATT_ERROR_RSP = 0x01,
	ATT_MTU_REQ = 0x02,
	ATT_MTU_RSP = 0x03,
	ATT_FIND_INFO_REQ = 0x04,
	ATT_FIND_INFO_RSP = 0x05,
	ATT_FIND_VALUE_REQ = 0x06, /* Find By Type Value */
	ATT_FIND_VALUE_RSP = 0x07,
	ATT_READ_TYPE_REQ = 0x08,
	ATT_READ_TYPE_RSP = 0x09,
	ATT_READ_REQ = 0x0a,
	ATT_READ_RSP = 0x0b,
	ATT_READ_BLOB_REQ = 0x0c,
	ATT_READ_BLOB_RSP = 0x0d,
	ATT_READ_GROUP_REQ = 0x10,
	ATT_READ_GROUP_RSP = 0x11,
	ATT_WRITE_REQ = 0x12,
	ATT_WRITE_RSP = 0x13,
	ATT_NOTIFY = 0x1b,
	ATT_INDICATE = 0x1d,
	ATT_CONFIRM = 0x1e,
	ATT_WRITE_CMD = 0x52,
};

/* Bit 6 of an opcode: a command, never answered (3.3.1). */
#define ATT_COMMAND_BIT 0x40

/* 3.4.1.1 */
enum att_error {
	ATT_ERR_INVALID_HANDLE = 0x01,
	ATT_ERR_READ_NOT_PERMITTED = 0x02,
	ATT_ERR_WRITE_NOT_PERMITTED = 0x03,
	ATT_ERR_INVALID_PDU = 0x04,
	ATT_ERR_NOT_SUPPORTED = 0x06,
	ATT_ERR_INVALID_OFFSET = 0x07,
	ATT_ERR_NOT_FOUND = 0x0a,
	ATT_ERR_NOT_LONG = 0x0b,
	ATT_ERR_VALUE_LENGTH = 0x0d,
	ATT_ERR_GROUP_TYPE = 0x10,
	ATT_ERR_VALUE_NOT_ALLOWED = 0x13,
};

/* GATT declarations (Assigned Numbers, 3.5 and 3.7). */
#define ATT_UUID_PRIMARY        0x2800
#define ATT_UUID_SECONDARY      0x2801
#define ATT_UUID_CHARACTERISTIC 0x2803
#define ATT_UUID_CCCD           0x2902

/* UUID in wire order (least significant byte first); len 2 or 16. */
struct att_uuid {
	uint8_t len;
	uint8_t bytes[16];
};

/*
 * One PDU. Which fields mean something depends on opcode; the others are 0 after att_decode.
 * start/end also carry a Find By Type Value item and a group; data is borrowed from the bytes
 * decoded and is the value, or, in the list responses, all items, each item_len bytes long.
 */
struct att_pdu {
	uint8_t opcode;
	uint8_t request;  /* Error Response: opcode of the request */
	uint8_t error;    /* Error Response: enum att_error or 0x80.. of the service */
	uint8_t item_len; /* list responses */
	uint16_t mtu;
	uint16_t handle;
	uint16_t start;
	uint16_t end;
	uint16_t offset;
	struct att_uuid type;
	const uint8_t *data;
	size_t len; /* of data */
};

/*
 * Reads bytes into *pdu. false: empty, an opcode not in enum att_opcode, a length its layout does
 * not allow, a list that is empty or does not divide into items, or an item length out of range;
 * *pdu then holds the opcode only (0 when empty). Values of fields are not judged.
 */
bool att_decode(const uint8_t *bytes, size_t len, struct att_pdu *pdu);

/*
 * Writes *pdu to buf (size bytes). Returns the length, or 0 when the opcode is unknown, the list
 * or UUID malformed, or buf too small. Exactly what it writes is accepted by att_decode.
 */
size_t att_encode(const struct att_pdu *pdu, uint8_t *buf, size_t size);

/* Number of items in a list response, and the index-th one (borrowed like data). */
size_t att_item_count(const struct att_pdu *pdu);
const uint8_t *att_item(const struct att_pdu *pdu, size_t index);

/* true when opcode is one a server sends in answer to a request. */
bool att_is_response(uint8_t opcode);
/* The response opcode that answers request, 0 when request is no request. */
uint8_t att_response_to(uint8_t request);

uint16_t att_get_u16(const uint8_t *bytes);
void att_put_u16(uint8_t *bytes, uint16_t value);

struct att_uuid att_uuid_16(uint16_t value);
/* From text order (most significant byte first); len must be 2 or 16, else the result has len 0. */
struct att_uuid att_uuid_from_text(const uint8_t *bytes, size_t len);
/* From wire order, same rule. */
struct att_uuid att_uuid_from_wire(const uint8_t *bytes, size_t len);
/* Compares as 128-bit values: a 16-bit UUID equals its expansion on the Bluetooth base UUID. */
bool att_uuid_equal(const struct att_uuid *a, const struct att_uuid *b);

#endif
