/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * image_read - the pump's own reader of images (docs/protocol.md section 5), written apart from the programmer's encoder so that the two check each other.
 *
 * PUMP_EFORM for everything that is not exactly the layout; *out then has no meaning.
 */
#ifndef PUMPCTL_IMAGE_READ_H
#define PUMPCTL_IMAGE_READ_H

#include "bytes.h"
#include "codes.h"

#include <stdbool.h>
#include <stddef.h>

#define READ_DRUGS_MAX 6
#define READ_NAME_MAX  24

#define READ_STEPS_MAX    13
#define READ_PATTERNS_MAX 7
#define READ_DAYS         7 /* 0: Monday */
#define READ_BOLUSES_MAX  48

enum read_mode {
	READ_MODE_STOPPED = 0x33,
	READ_MODE_MINIMUM = 0x3C,
	READ_MODE_SIMPLE = 0x55,
	READ_MODE_FLEX = 0x66,
	READ_MODE_PERIODIC = 0x99,
};

enum read_bridge { READ_BRIDGE_UNSAID = 0x0F, READ_BRIDGE_NONE = 0x33, READ_BRIDGE_RUNS = 0x55 };

struct read_drug {
	char name[READ_NAME_MAX + 1];
	uint32_t concentration_ng_per_ml;
};

struct read_pattern {
	uint8_t count;
	struct {
		uint16_t minute;
		uint64_t dose_ng_per_day;
	} steps[READ_STEPS_MAX];
};

/* Doses are of the primary drug. */
struct read_image {
	uint8_t count; /* drug 0 is the primary one */
	struct read_drug drugs[READ_DRUGS_MAX];
	uint8_t mode;
	uint64_t dose_ng_per_day; /* simple; of periodic the base */
	uint8_t of_day[READ_DAYS], pattern_count; /* flex */
	struct read_pattern patterns[READ_PATTERNS_MAX];
	uint64_t periodic_ng;
	uint32_t periodic_s, interval_s;
	uint32_t low_alarm_nl;
	bool has_patient;
	uint64_t patient_ng;
	uint32_t patient_s, lockout_s;
	uint8_t most;
	uint8_t bridge, bridge_reason; /* enum read_bridge */
	uint32_t bridge_nl, bridge_nl_per_day;
};

enum pump_err image_read(const uint8_t *bytes, size_t len, struct read_image *out) PUMP_CHECKED;

/* Reads the body of a mixture section; false: it is none. */
bool image_read_mixture(struct reader *r, struct read_drug drugs[READ_DRUGS_MAX], uint8_t *count);
/* The same drugs at the same concentrations, in the same order. */
bool image_read_same_mixture(const struct read_image *a, const struct read_image *b);
/* BLAKE2b-256: image digest, stage digest. */
void image_read_digest(const uint8_t *bytes, size_t len, uint8_t digest[DIGEST_LEN]);

#endif
