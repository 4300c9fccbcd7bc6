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

/* 3.4.8: all of them. */
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
	ATT_READ_MULTIPLE_REQ = 0x0e,
	ATT_READ_MULTIPLE_RSP = 0x0f,
	ATT_READ_GROUP_REQ = 0x10,
	ATT_READ_GROUP_RSP = 0x11,
	ATT_WRITE_REQ = 0x12,
	ATT_WRITE_RSP = 0x13,
	ATT_PREPARE_REQ = 0x16,
	ATT_PREPARE_RSP = 0x17,
	ATT_EXECUTE_REQ = 0x18,
	ATT_EXECUTE_RSP = 0x19,
	ATT_NOTIFY = 0x1b,
	ATT_INDICATE = 0x1d,
	ATT_CONFIRM = 0x1e,
	ATT_READ_VARIABLE_REQ = 0x20, /* Read Multiple Variable */
	ATT_READ_VARIABLE_RSP = 0x21,
	ATT_NOTIFY_MULTIPLE = 0x23,
	ATT_WRITE_CMD = 0x52,
	ATT_SIGNED_WRITE_CMD = 0xd2,
};

/* Flags of Execute Write (3.4.6.3). */
#define ATT_EXECUTE_CANCEL 0x00
#define ATT_EXECUTE_WRITE  0x01

/* Authentication signature at the end of a signed write (3.4.5.4). */
#define ATT_SIGNATURE_LEN 12

/* Bit 6 of an opcode: a command, never answered (3.3.1). */
#define ATT_COMMAND_BIT 0x40

/* 3.4.1.1; the last four: Core Specification Supplement, Part B, 1.2. */
enum att_error {
	ATT_ERR_INVALID_HANDLE = 0x01,
	ATT_ERR_READ_NOT_PERMITTED = 0x02,
	ATT_ERR_WRITE_NOT_PERMITTED = 0x03,
	ATT_ERR_INVALID_PDU = 0x04,
	ATT_ERR_AUTHENTICATION = 0x05,
	ATT_ERR_NOT_SUPPORTED = 0x06,
	ATT_ERR_INVALID_OFFSET = 0x07,
	ATT_ERR_AUTHORIZATION = 0x08,
	ATT_ERR_QUEUE_FULL = 0x09,
	ATT_ERR_NOT_FOUND = 0x0a,
	ATT_ERR_NOT_LONG = 0x0b,
	ATT_ERR_KEY_SIZE = 0x0c,
	ATT_ERR_VALUE_LENGTH = 0x0d,
	ATT_ERR_UNLIKELY = 0x0e,
	ATT_ERR_ENCRYPTION = 0x0f,
	ATT_ERR_GROUP_TYPE = 0x10,
	ATT_ERR_RESOURCES = 0x11,
	ATT_ERR_OUT_OF_SYNC = 0x12,
	ATT_ERR_VALUE_NOT_ALLOWED = 0x13,
	ATT_ERR_APPLICATION = 0x80, /* to 0x9f: of the service */
	ATT_ERR_APPLICATION_LAST = 0x9f,
	ATT_ERR_WRITE_REJECTED = 0xfc,
	ATT_ERR_CCCD_CONFIGURATION = 0xfd,
	ATT_ERR_IN_PROGRESS = 0xfe,
	ATT_ERR_OUT_OF_RANGE = 0xff,
};

/* Words for an ATT error code, any of the 256; static text, lower case, no full stop. */
const char *att_error_text(uint8_t error);

/* GATT declarations (Assigned Numbers, 3.5 and 3.7). */
#define ATT_UUID_PRIMARY        0x2800
#define ATT_UUID_SECONDARY      0x2801
#define ATT_UUID_INCLUDE        0x2802
#define ATT_UUID_CHARACTERISTIC 0x2803
#define ATT_UUID_EXTENDED       0x2900
#define ATT_UUID_USER_TEXT      0x2901
#define ATT_UUID_CCCD           0x2902
#define ATT_UUID_SCCD           0x2903
#define ATT_UUID_FORMAT         0x2904
#define ATT_UUID_AGGREGATE      0x2905

/* Characteristics of the GATT service itself (Assigned Numbers, 3.8; Part G, 7). */
#define ATT_UUID_SERVICE_CHANGED 0x2a05
#define ATT_UUID_CLIENT_FEATURES 0x2b29
#define ATT_UUID_DATABASE_HASH   0x2b2a
#define ATT_UUID_SERVER_FEATURES 0x2b3a

/* UUID in wire order (least significant byte first); len 2 or 16. */
struct att_uuid {
	uint8_t len;
	uint8_t bytes[16];
};

/*
 * One PDU. Which fields mean something depends on opcode; the others are 0 after att_decode.
 * start/end also carry a Find By Type Value item and a group; data is borrowed from the bytes
 * decoded and is the value, or, in the list responses and the two requests for several values,
 * all items, each item_len bytes long. Values of unequal length come as tuples (att_tuple_next).
 * A signed write's data ends with its signature.
 */
struct att_pdu {
	uint8_t opcode;
	uint8_t request;  /* Error Response: opcode of the request */
	uint8_t error;    /* Error Response: enum att_error or 0x80.. of the service */
	uint8_t item_len; /* list responses; 2 for a list of handles */
	uint8_t flags;    /* Execute Write */
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

/*
 * Takes the next {handle, length, value} of a Multiple Handle Value Notification, or the next
 * {length, value} of a Read Multiple Variable Response (handle is then 0). *at starts as 0 and
 * moves on. A value that the response cut short is as long as what is there. false: no more.
 */
bool att_tuple_next(const struct att_pdu *pdu, size_t *at, uint16_t *handle, const uint8_t **value,
                    size_t *len);

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
