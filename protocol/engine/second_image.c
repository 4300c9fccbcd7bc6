/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "second_image.h"

#include <string.h>

enum { HEAD = 3, DAY_MIN = 1440, WEEK_MIN = 7 * DAY_MIN, DAY_S = 86400, PATIENT_LEN = 17 };

uint64_t second_number(const uint8_t *bytes, size_t width)
{
	uint64_t value = 0;

	while (width-- > 0)
		value = value * 256 + bytes[width];
	return value;
}

static bool walk_drugs(const uint8_t *at, size_t len, struct second_image *image)
{
	const uint8_t *end = at + len;

	if (len == 0)
		return false;
	image->count = *at++;
	if (image->count == 0 || image->count > SECOND_DRUGS_MAX)
		return false;
	for (size_t i = 0; i < image->count; i++) {
		struct second_drug *drug = &image->drugs[i];

		if (at == end)
			return false;
		drug->name_len = *at++;
		if (drug->name_len == 0 || drug->name_len > SECOND_NAME_MAX ||
		    (size_t)(end - at) < drug->name_len + 4)
			return false;
		drug->name = at;
		drug->concentration = second_number(at + drug->name_len, 4);
		at += drug->name_len + 4;
		if (drug->concentration == 0)
			return false;
	}
	return at == end;
}

static bool walk_flex(const uint8_t *body, size_t len, struct second_image *image)
{
	size_t at = 1 + SECOND_DAYS;

	if (len <= at)
		return false;
	image->days = body + 1;
	image->patterns = body[at++];
	if (image->patterns == 0 || image->patterns > SECOND_PATTERNS_MAX)
		return false;
	for (size_t i = 0; i < image->patterns; i++) {
		if (at >= len)
			return false;
		image->step_count[i] = body[at++];
		image->steps[i] = body + at;
		at += image->step_count[i] * SECOND_STEP_LEN;
		if (image->step_count[i] == 0 || image->step_count[i] > SECOND_STEPS_MAX ||
		    at > len || second_number(image->steps[i], 2) != 0)
			return false;
	}
	for (size_t day = 0; day < SECOND_DAYS; day++)
		if (image->days[day] >= image->patterns)
			return false;
	return at == len;
}

static bool walk_base(const uint8_t *body, size_t len, struct second_image *image)
{
	image->mode = len > 0 ? body[0] : 0;
	switch (image->mode) {
	case SECOND_SIMPLE:
		if (len != 9)
			return false;
		image->dose = second_number(body + 1, 8);
		return image->dose > 0;
	case SECOND_PERIODIC:
		if (len != 25)
			return false;
		image->periodic_dose = second_number(body + 1, 8);
		image->periodic_s = second_number(body + 9, 4);
		image->interval_s = second_number(body + 13, 4);
		image->dose = second_number(body + 17, 8);
		return image->periodic_s > 0 && image->interval_s >= image->periodic_s;
	case SECOND_FLEX:
		return walk_flex(body, len, image);
	default:
		return len == 1 && (image->mode == SECOND_MINIMUM || image->mode == SECOND_STOPPED);
	}
}

static bool walk_body(uint8_t tag, const uint8_t *body, size_t len, struct second_image *image)
{
	switch (tag) {
	case 0x0F:
		return walk_drugs(body, len, image);
	case 0x33:
		return walk_base(body, len, image);
	case 0x55:
		image->low_alarm = len == 4 ? second_number(body, 4) : 0;
		return len == 4;
	case 0x66:
		image->patient = body;
		return len == PATIENT_LEN && second_number(body + 12, 4) > 0;
	case 0x99:
		image->bridge = body;
		return len == (len > 0 && body[0] == 0x55 ? 9 : 2);
	default:
		return false;
	}
}

bool second_image_walk(const uint8_t *bytes, size_t len, struct second_image *image)
{
	size_t at = 1, body_len, sections = 0;
	uint8_t last = 0;

	memset(image, 0, sizeof *image);
	if (len < 1 || bytes[0] != 1)
		return false;
	while (at < len) {
		if (len - at < HEAD || bytes[at] <= last)
			return false;
		last = bytes[at];
		body_len = second_number(bytes + at + 1, 2);
		at += HEAD;
		if (body_len > len - at || !walk_body(last, bytes + at, body_len, image))
			return false;
		at += body_len;
		sections++;
	}
	/* Each optional section is seen by its pointer; what is left are the three mandatory ones. */
	return sections - (image->patient ? 1 : 0) - (image->bridge ? 1 : 0) == 3;
}

static second_wide up(second_wide a, second_wide b)
{
	return (a + b - 1) / b;
}

second_wide second_image_volume(const struct second_image *image, uint64_t mass)
{
	return (second_wide)mass * 1000000 / image->drugs[0].concentration;
}

/* The rate from a minute of the week on, and the minute at which it ends. */
static second_wide rate_from(const struct second_image *image, uint64_t minimum, size_t minute,
			     size_t *end)
{
	size_t day = minute / DAY_MIN, of_day = minute % DAY_MIN, pattern, step = 0;
	const uint8_t *steps;

	*end = WEEK_MIN;
	if (image->mode == SECOND_MINIMUM)
		return minimum;
	if (image->mode == SECOND_STOPPED)
		return 0;
	if (image->mode != SECOND_FLEX)
		return second_image_volume(image, image->dose);
	pattern = image->days[day];
	steps = image->steps[pattern];
	*end = (day + 1) * DAY_MIN;
	for (size_t i = 0; i < image->step_count[pattern]; i++) {
		size_t begin = second_number(steps + i * SECOND_STEP_LEN, 2);

		if (begin > of_day) {
			*end = day * DAY_MIN + begin;
			break;
		}
		step = i;
	}
	return second_image_volume(image, second_number(steps + step * SECOND_STEP_LEN + 2, 8));
}

/* Sum of rate * minutes over so many minutes, at most a week, from a minute of the week on. */
static second_wide sum_from(const struct second_image *image, uint64_t minimum, size_t minute,
			    size_t minutes)
{
	second_wide sum = 0;

	while (minutes > 0) {
		size_t end, part;
		second_wide rate = rate_from(image, minimum, minute, &end);

		part = end - minute < minutes ? end - minute : minutes;
		sum += rate * part;
		minutes -= part;
		minute = (minute + part) % WEEK_MIN;
	}
	return sum;
}

static second_wide greatest_in(const struct second_image *image, uint64_t minimum, size_t minutes)
{
	second_wide greatest = 0;

	/* A window can only be the greatest where one of its ends lies on a change of rate. */
	for (size_t minute = 0, end = 0; minute < WEEK_MIN; minute = end) {
		second_wide ahead = sum_from(image, minimum, minute, minutes);
		second_wide back = sum_from(image, minimum,
					    (minute + WEEK_MIN - minutes) % WEEK_MIN, minutes);

		(void)rate_from(image, minimum, minute, &end);
		if (ahead > greatest)
			greatest = ahead;
		if (back > greatest)
			greatest = back;
	}
	return up(greatest, DAY_MIN);
}

static second_wide periodic_in(const struct second_image *image, second_wide dose, uint64_t seconds)
{
	uint64_t rest = seconds % image->interval_s;

	if (rest > image->periodic_s)
		rest = image->periodic_s;
	return dose * (seconds / image->interval_s) + up(dose * rest, image->periodic_s);
}

void second_image_totals(const struct second_image *image, uint64_t minimum,
			 struct second_totals *totals)
{
	totals->rate = sum_from(image, minimum, 0, WEEK_MIN) / WEEK_MIN;
	totals->hour = greatest_in(image, minimum, 60);
	totals->day = greatest_in(image, minimum, DAY_MIN);
	if (image->mode == SECOND_PERIODIC) {
		second_wide dose = second_image_volume(image, image->periodic_dose);

		totals->rate += dose * DAY_S / image->interval_s;
		totals->hour += periodic_in(image, dose, 3600);
		totals->day += periodic_in(image, dose, DAY_S);
	}
	totals->worst = totals->day;
	if (image->patient) {
		uint64_t fit = (uint64_t)up(DAY_S, second_number(image->patient + 12, 4));
		uint64_t most = image->patient[16];

		totals->worst += second_image_volume(image, second_number(image->patient, 8)) *
				 (fit < most ? fit : most);
	}
}
