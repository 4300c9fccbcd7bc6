/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * records - log records of docs/protocol.md section 9. records.def is the one list of types:
 * code, name, fields with their unit. A type that is not in it is kept and shown as bytes.
 */
#ifndef PUMPCTL_RECORDS_H
#define PUMPCTL_RECORDS_H

#include "codes.h"
#include "pump_err.h"

#include <stdbool.h>
#include <stddef.h>

enum record_type {
	RECORD_POWER_ON = 0x0F33,
	RECORD_REFERENCE_TIME = 0x0F55,
	RECORD_DELIVERY = 0x3333,
	RECORD_ORDER = 0x5533,
	RECORD_PAIRING = 0x5555,
	RECORD_SECURITY = 0x555A,
	RECORD_BRIDGE_END = 0x5566,
	RECORD_ALARM = 0x6633,
	RECORD_PATIENT_BOLUS = 0x9933,
	RECORD_BOLUS = 0x9955,
};

enum record_unit {
	RECORD_UNIT_NONE,     /* plain number */
	RECORD_UNIT_NL,
	RECORD_UNIT_SECONDS,
	RECORD_UNIT_UTC,      /* seconds since 1970 */
	RECORD_UNIT_CODE8,    /* one of the codes named in records.def */
	RECORD_UNIT_CODE16,
	RECORD_UNIT_BYTES,
	RECORD_UNIT_TEXT,     /* printable ASCII, zeros behind it; all zeros: nobody */
};

#define RECORD_FIELDS_MAX 14

struct record_field {
	const char *name;       /* stable, lower case with hyphens: JSON member name */
	enum record_unit unit;
	int64_t number;         /* all but BYTES and TEXT */
	const uint8_t *bytes;   /* BYTES and TEXT: points into raw */
	size_t len;             /* of TEXT: without the zeros */
	const char *code_name;  /* CODE8/16: its word, or NULL if unknown */
};

struct record_view {
	uint16_t type;
	const char *name; /* of the type, or NULL: unknown */
	uint64_t time_s;  /* pump therapy time */
	size_t count;
	struct record_field fields[RECORD_FIELDS_MAX];
};

/*
 * Decodes raw (borrowed). Unknown type: PUMP_OK with name NULL and one BYTES field "data".
 * PUMP_EFORM: shorter than a header, longer than RECORD_MAX, a known type of the wrong length, or a
 * count above INT64_MAX; *view untouched.
 */
enum pump_err record_decode(const uint8_t *raw, size_t len, struct record_view *view) PUMP_CHECKED;

/*
 * h(n) from h(n-1): BLAKE2b-256(before || epoch || seq || raw). hash may be before. len: what
 * record_next gave; above 255 there is no such record and hash becomes zeros.
 */
void record_chain(const uint8_t before[DIGEST_LEN], uint32_t epoch, uint64_t seq,
		  const uint8_t *raw, size_t len, uint8_t hash[DIGEST_LEN]);

/* Walks packed records (length u8, raw)*. false at the end. *at starts at 0. */
bool record_next(const uint8_t *packed, size_t packed_len, size_t *at, const uint8_t **raw,
		 size_t *len);

#endif
