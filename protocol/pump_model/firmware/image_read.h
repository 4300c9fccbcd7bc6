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

enum read_mode { READ_MODE_SIMPLE = 0x55 };

struct read_drug {
	char name[READ_NAME_MAX + 1];
	uint32_t concentration_ng_per_ml;
};

struct read_image {
	uint8_t count; /* drug 0 is the primary one */
	struct read_drug drugs[READ_DRUGS_MAX];
	uint8_t mode;
	uint64_t dose_ng_per_day; /* of the primary drug */
	uint32_t low_alarm_nl;
};

enum pump_err image_read(const uint8_t *bytes, size_t len, struct read_image *out) PUMP_CHECKED;

/*
 * The rate that an image means, nL/day: floor(dose * 1,000,000 / concentration of the primary
 * drug). PUMP_ERANGE: more than a number can hold.
 */
enum pump_err image_read_rate(const struct read_image *image, uint64_t *nl_per_day) PUMP_CHECKED;
/* Reads the body of a mixture section; false: it is none. */
bool image_read_mixture(struct reader *r, struct read_drug drugs[READ_DRUGS_MAX], uint8_t *count);
/* The same drugs at the same concentrations, in the same order. */
bool image_read_same_mixture(const struct read_image *a, const struct read_image *b);
/* BLAKE2b-256: image digest, stage digest. */
void image_read_digest(const uint8_t *bytes, size_t len, uint8_t digest[DIGEST_LEN]);

#endif
