/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * second_image - the second decoder's own walk over the bytes of an image (docs/protocol.md
 * section 5) and its own totals. It keeps pointers into the bytes and reads numbers where they
 * lie. Used by second.c and read_back.c.
 */
#ifndef PUMPCTL_SECOND_IMAGE_H
#define PUMPCTL_SECOND_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SECOND_DRUGS_MAX = 6,
	SECOND_NAME_MAX = 24,
	SECOND_DAYS = 7,
	SECOND_PATTERNS_MAX = 7,
	SECOND_STEPS_MAX = 13,
	SECOND_STEP_LEN = 10,
	SECOND_SIMPLE = 0x55,
	SECOND_FLEX = 0x66,
	SECOND_PERIODIC = 0x99,
	SECOND_MINIMUM = 0x3C,
	SECOND_STOPPED = 0x33,
};

/* dose x 1,000,000 x minutes of a week may take 98 bits. */
__extension__ typedef unsigned __int128 second_wide;

struct second_drug {
	const uint8_t *name;
	size_t name_len;
	uint64_t concentration;
};

struct second_image {
	size_t count;
	struct second_drug drugs[SECOND_DRUGS_MAX];
	uint8_t mode;
	uint64_t dose; /* simple; periodic: the base */
	const uint8_t *days;
	size_t patterns;
	const uint8_t *steps[SECOND_PATTERNS_MAX]; /* SECOND_STEP_LEN bytes each */
	size_t step_count[SECOND_PATTERNS_MAX];
	uint64_t periodic_dose, periodic_s, interval_s;
	uint64_t low_alarm;
	const uint8_t *patient, *bridge; /* their bodies; NULL: none */
};

struct second_totals {
	second_wide rate, day, hour, worst;
};

/* Little endian. */
uint64_t second_number(const uint8_t *bytes, size_t width);
/* False: not an image. bytes are borrowed. */
bool second_image_walk(const uint8_t *bytes, size_t len, struct second_image *image);
/* floor(mass x 1,000,000 / concentration of the primary drug): nL, or nL/day of ng/day. */
second_wide second_image_volume(const struct second_image *image, uint64_t mass);
/* minimum: the rate of a pump at its least, nL/day. */
void second_image_totals(const struct second_image *image, uint64_t minimum,
			 struct second_totals *totals);

#endif
