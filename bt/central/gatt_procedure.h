/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gatt_procedure - one reading or writing procedure of GATT as requests out and responses in
 * (Core 5.3, Vol 3, Part G, 4.8, 4.9, 4.12). Pure; all state in the struct.
 */
#ifndef PUMPCTL_BT_GATT_PROCEDURE_H
#define PUMPCTL_BT_GATT_PROCEDURE_H

#include "att.h"
#include "link.h"

/* Attributes in one operation; at MTU 23 a Read Multiple Request names up to 11. */
#define GATT_PARTS_MAX  8
#define GATT_RESULT_MAX 2048

enum gatt_operation_kind {
	GATT_READ,           /* one request: the first mtu-1 bytes */
	GATT_READ_LONG,      /* the whole value */
	GATT_READ_TYPE,      /* all values of type in start..end */
	GATT_READ_MULTIPLE,  /* one after the other, borders unknown */
	GATT_READ_VARIABLE,  /* with their lengths */
	GATT_WRITE,          /* up to mtu-3 bytes */
	GATT_WRITE_PREPARED, /* long and reliable writes: every part is echoed, then all are
	                        executed */
};

struct gatt_part {
	uint16_t handle;
	uint16_t offset;      /* GATT_WRITE_PREPARED */
	const uint8_t *value; /* of a write */
	size_t len;
};

struct gatt_operation {
	enum gatt_operation_kind kind;
	struct att_uuid type; /* GATT_READ_TYPE, with start and end */
	uint16_t start;
	uint16_t end;
	size_t count; /* of parts; 1 where one attribute is meant */
	struct gatt_part parts[GATT_PARTS_MAX];
};

/*
 * How an operation ended. Of a prepared write NOT_SENT also means that its execution never left,
 * so that the peer has dropped it or drops it with the link.
 */
struct gatt_result {
	enum link_write_result result;
	uint8_t att_error;  /* REFUSED: the peer's code */
	bool is_echo_wrong; /* a part came back changed; the write was cancelled (4.9.5) */
	/*
	 * What was read; borrowed. GATT_READ_TYPE: {handle, length, value} for each,
	 * GATT_READ_VARIABLE: {length, value} for each, as att_tuple_next takes them.
	 */
	const uint8_t *value;
	size_t len;
};

enum gatt_step { GATT_STEP_MORE, GATT_STEP_DONE, GATT_STEP_BROKEN };

struct gatt_procedure {
	struct gatt_operation operation; /* its values are copied into bytes */
	size_t part;
	size_t at;       /* bytes of the part that were echoed */
	uint32_t cursor; /* GATT_READ_TYPE: next handle */
	bool is_ending;  /* execute or cancel is the next request or under way */
	bool is_cancelled;
	struct gatt_result result;
	size_t len; /* of value */
	uint8_t value[GATT_RESULT_MAX];
	uint8_t bytes[GATT_PARTS_MAX * ATT_VALUE_MAX];
};

/* false: no parts, too many, a value over 512 bytes or a range that is none. */
bool gatt_procedure_init(struct gatt_procedure *procedure, const struct gatt_operation *operation)
        __attribute__((warn_unused_result));

/* The next request; the same one again until its answer was taken. Borrows procedure. */
void gatt_procedure_next(const struct gatt_procedure *procedure, uint16_t mtu,
                         struct att_pdu *request);

/* Takes the response to it. DONE: result is complete. BROKEN: the answer breaks a rule. */
enum gatt_step gatt_procedure_take(struct gatt_procedure *procedure, uint16_t mtu,
                                   const struct att_pdu *response)
        __attribute__((warn_unused_result));
/* Takes an ATT error. */
enum gatt_step gatt_procedure_take_error(struct gatt_procedure *procedure, uint8_t error)
        __attribute__((warn_unused_result));
/*
 * Ends it before its next request, for that ATT error: a prepared write is cancelled first (MORE),
 * anything else is DONE.
 */
enum gatt_step gatt_procedure_abandon(struct gatt_procedure *procedure, uint8_t error)
        __attribute__((warn_unused_result));
/* The link ended with this result for the request under way; completes result. */
void gatt_procedure_end(struct gatt_procedure *procedure, enum link_write_result result);

#endif
