/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * messages - plaintext messages of docs/protocol.md section 4 to structs and back.
 *
 * messages.def is the one list of what lies on the wire: each op with its fields in order. From it
 * come the encoder, the decoder and the tests that go through every message. What is more than a
 * row of fields (parts of STAGED, COMMIT, OPERATORS, BLOCK and FOUND) is written out in messages_body.c.
 */
#ifndef PUMPCTL_MESSAGES_H
#define PUMPCTL_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codes.h"
#include "operator.h"
#include "program.h"

enum message_op {
	OP_START = 0x0F33,
	OP_STARTED = 0x0F3C,
	OP_ENROL = 0x0F66,
	OP_ENROLLED = 0x0F69,
	OP_GET_SLOTS = 0x0F96,
	OP_SLOTS = 0x0F99,
	OP_GET_SECURITY = 0x0FA5,
	OP_SECURITY = 0x0FAA,
	OP_PING = 0x0F55,
	OP_PONG = 0x0F5A,
	OP_REFUSED = 0x0FF0,
	OP_GET_STATUS = 0x330F,
	OP_STATUS = 0x3333,
	OP_GET_IMAGE = 0x333C,
	OP_IMAGE = 0x3355,
	OP_GET_OPERATORS = 0x3366,
	OP_OPERATORS = 0x3369,
	OP_GET_CARE = 0x3396,
	OP_CARE = 0x3399,
	OP_GET_RANGE = 0x660F,
	OP_RANGE = 0x6633,
	OP_PULL = 0x663C,
	OP_BLOCK = 0x6655,
	OP_ACK = 0x6666,
	OP_PULLED = 0x665A,
	OP_STAGE = 0x550F,
	OP_STAGED = 0x5533,
	OP_COMMIT = 0x553C,
	OP_COMMITTED = 0x5555,
	OP_FIND_ORDER = 0x555A,
	OP_FOUND = 0x5566,
};

struct msg_started {
	char serial[SERIAL_MAX + 1], model[MODEL_MAX + 1], firmware[MODEL_MAX + 1];
	char patient_tag[TAG_MAX + 1];
	bool is_virtual;   /* not in the message: a capability that the handshake vouched for */
	uint8_t slot;      /* SLOT_NONE in a session that a card code opened */
	uint8_t operators; /* how many the pump lists */
	uint32_t epoch;
	uint64_t ticks_ms, last_token;
	uint8_t witness_origin[ORIGIN_LEN];
	uint64_t witness_size;
	uint8_t witness_root[DIGEST_LEN];
};

#define SLOT_NONE 255

struct msg_enrol {
	bool has_operator;
	/* if so, the first supervisor: */
	char operator_id[OPERATOR_ID_MAX + 1];
	uint8_t operator_key[OPERATOR_KEY_LEN];
};

struct msg_enrolled {
	uint8_t slot;
	uint8_t advert_key[ADVERT_KEY_LEN];
	char patient_tag[TAG_MAX + 1];
};

struct msg_slots {
	uint32_t card_tries; /* runs with the card code since the last enrolment */
	uint8_t count;       /* used slots, by number */
	struct slot_row {
		uint8_t slot;
		uint8_t workstation[WORKSTATION_LEN];
		uint64_t last_token, witness_size;
	} rows[SLOTS_MAX];
};

struct msg_security {
	uint64_t total;      /* events ever */
	uint8_t count;       /* that are kept, oldest first */
	const uint8_t *rows; /* borrowed: count times SECURITY_ROW_LEN bytes, for security_row_read */
	size_t rows_len;
};

#define SECURITY_ROW_LEN 29

struct security_row {
	uint8_t kind; /* enum security_kind */
	uint8_t workstation[WORKSTATION_LEN]; /* zeros: none named itself */
	uint64_t first_ticks_ms, last_ticks_ms;
	uint32_t times;
};

void security_row_write(const struct security_row *row, uint8_t bytes[SECURITY_ROW_LEN]);
void security_row_read(const uint8_t bytes[SECURITY_ROW_LEN], struct security_row *row);

struct msg_pong {
	uint64_t ticks_ms;
};

struct msg_refused {
	uint16_t op, code;
};

struct msg_status {
	uint8_t therapy;
	uint8_t active_digest[DIGEST_LEN];
	uint64_t rate_nl_per_day, reservoir_nl, low_alarm_nl;
	uint32_t alarms;
	int64_t clock_s;
	uint64_t ticks_ms, delivered_nl;
	uint64_t bridge_left_nl; /* that the bridge has still to deliver; 0: none runs */
	uint8_t bolus;           /* enum bolus_kind that runs now; 0: none */
	uint64_t bolus_left_nl;
	uint8_t boluses_24h;     /* patient boluses begun in the last 24 h */
	uint32_t acknowledged;   /* alarms, of those that are raised */
	uint8_t countersign_due; /* orders that wait for a countersignature */
	uint32_t stop_left_s;    /* of a stop with a duration; 0: none, or it is over */
};

/* What acts told the pump of its fill, its catheter and its clock (section 4, CARE). */
struct msg_care {
	uint64_t filled_ago_s;
	uint64_t filled_nl; /* 0: no fill was ordered yet */
	uint64_t drawn_nl;  /* CARE_NOT_MEASURED */
	bool rinsed;
	uint32_t expiry_day; /* days since 1970-01-01; 0: not known */
	char lot[LOT_MAX + 1];
	uint64_t catheter_ago_s;
	uint16_t catheter_length_mm;
	uint32_t catheter_nl; /* 0: the pump was never told of a catheter */
	char tip[TIP_MAX + 1];
	uint8_t contents; /* enum catheter_contents */
	int16_t zone_min;
	int64_t clock_s;
	uint64_t ticks_ms;
	uint64_t clock_set_ago_s; /* drift has gathered since */
	uint64_t boluses_24h_nl;  /* delivered by single and priming boluses that ended in the last 24 h */
	uint8_t due_count;        /* countersignatures, oldest first */
	struct care_due {
		uint64_t record_seq;
		int64_t left_s; /* below 0: late by so much */
	} due[CARE_DUE_MAX];
};

#define CARE_NOT_MEASURED UINT64_MAX

struct msg_image {
	uint8_t active_digest[DIGEST_LEN];
	const uint8_t *image; /* borrowed from the message; len 0: none */
	size_t image_len;
};

struct msg_operators {
	uint32_t version;
	uint8_t count;
	struct operator_row rows[OPERATORS_MAX];
};

struct msg_range {
	uint32_t epoch;
	uint64_t first;
	uint8_t before[DIGEST_LEN];
	uint64_t last;
	uint8_t last_hash[DIGEST_LEN];
};

struct msg_pull {
	uint32_t epoch;
	uint64_t first, last;
};

struct msg_pulled {
	uint32_t epoch;
	uint64_t first, last;
	uint32_t blocks;
};

struct msg_ack {
	uint32_t number;
};

/* records: count times (length u8, raw), checked to be whole; read with record_next. */
struct msg_block {
	uint32_t number;
	uint64_t first;
	uint16_t count;
	const uint8_t *records; /* borrowed */
	size_t records_len;
};

struct msg_stage {
	const uint8_t *change; /* borrowed */
	size_t change_len;
};

/*
 * The pump's own decoding of a staged image and its totals (section 6). Which members count
 * follows from mode, has_patient and bridge; the others are zero.
 */
struct staged_image {
	uint8_t mode; /* enum base_mode */
	uint64_t dose_ng_per_day; /* simple */
	struct staged_flex {
		uint8_t of_day[WEEKDAYS];
		uint8_t count;
		uint8_t steps[FLEX_PATTERNS_MAX];
		uint16_t minute[FLEX_PATTERNS_MAX][FLEX_STEPS_MAX];
		uint64_t dose_ng_per_day[FLEX_PATTERNS_MAX][FLEX_STEPS_MAX];
	} flex;
	struct staged_periodic {
		uint64_t dose_ng;
		uint32_t duration_s, interval_s;
		uint64_t base_ng_per_day;
	} periodic;
	uint32_t low_alarm_nl;
	uint64_t volume_24h_nl, greatest_hour_nl, worst_24h_nl;
	uint8_t count;
	struct {
		char name[DRUG_NAME_MAX + 1];
		uint32_t concentration_ng_per_ml;
		uint64_t daily_ng, worst_ng;
	} drugs[MIXTURE_MAX];
	bool has_patient;
	struct staged_patient {
		uint64_t dose_ng;
		uint32_t duration_s, lockout_s;
		uint8_t most;
	} patient;
	uint8_t bridge; /* enum bridge_code */
	uint32_t bridge_volume_nl, bridge_rate_nl_per_day, bridge_duration_s; /* RUNS */
	uint8_t bridge_reason; /* NONE: enum bridge_reason_code */
};

struct msg_staged {
	uint8_t stage_digest[DIGEST_LEN], active_digest[DIGEST_LEN];
	uint8_t therapy;
	uint64_t rate_nl_per_day, reservoir_nl, expires_ticks_ms;
	uint32_t operators; /* version of the pump's list */
	uint8_t second;     /* enum second_reason: why two must sign; 0: one does */
	/* The bolus that it begins; zeros: none. Rate of the bolus alone. */
	uint64_t bolus_nl, bolus_nl_per_day;
	uint32_t bolus_s;
	int64_t clock_nl; /* base volume that a clock order repeats (above 0) or skips (below 0) */
	bool has_image;
	struct staged_image image;
	uint8_t acts[ACTS_MAX]; /* change of all parts but the image, as the pump understood it */
	size_t acts_len;        /* 0: none */
};

struct order_signature {
	char id[OPERATOR_ID_MAX + 1];
	uint8_t bytes[SIGNATURE_LEN];
};

struct msg_commit {
	const uint8_t *order; /* borrowed */
	size_t order_len;
	uint8_t signature_count;
	struct order_signature signatures[SIGNATURES_MAX];
	uint8_t witness_origin[ORIGIN_LEN];
	uint64_t witness_size;
	uint8_t witness_root[DIGEST_LEN];
};

struct msg_committed {
	uint64_t token;
	uint16_t code;
	uint8_t active_digest[DIGEST_LEN];
	uint8_t therapy;
	uint64_t record_seq;
};

struct msg_find_order {
	uint64_t token;
};

struct msg_found {
	uint64_t token;
	bool found, pending;
	uint64_t last_token, first_seq;
	/* if found */
	uint16_t kind;
	uint8_t stage_digest[DIGEST_LEN], active_digest[DIGEST_LEN];
	uint8_t therapy;
	uint64_t record_seq;
};

/*
 * Any message. START, PING and those that only ask (GET_…) have an empty body and no
 * member here.
 */
struct message {
	uint16_t op;
	union {
		struct msg_started started;
		struct msg_enrol enrol;
		struct msg_enrolled enrolled;
		struct msg_slots slots;
		struct msg_security security;
		struct msg_pong pong;
		struct msg_refused refused;
		struct msg_status status;
		struct msg_care care;
		struct msg_image image;
		struct msg_operators operators;
		struct msg_range range;
		struct msg_pull pull;
		struct msg_pulled pulled;
		struct msg_ack ack;
		struct msg_block block;
		struct msg_stage stage;
		struct msg_staged staged;
		struct msg_commit commit;
		struct msg_committed committed;
		struct msg_find_order find_order;
		struct msg_found found;
	} as;
};

/*
 * Encodes m into buf (at most size bytes). PUMP_OK and *len; PUMP_ESHORT: does not fit;
 * PUMP_ERANGE: a string too long or not ASCII, a count that does not fit its entries;
 * PUMP_EUNKNOWN: no such op. *len untouched on error.
 */
enum pump_err message_encode(const struct message *m, uint8_t *buf, size_t size, size_t *len)
	PUMP_CHECKED;
/*
 * Decodes buf (borrowed; m points into it). PUMP_EUNKNOWN: op not known, m->op is set;
 * PUMP_EFORM: not the layout, m->op is set if it was whole. Codes other than flags (therapy, kind,
 * code, mode) are handed on as they are.
 */
enum pump_err message_decode(const uint8_t *buf, size_t len, struct message *m) PUMP_CHECKED;

#endif
