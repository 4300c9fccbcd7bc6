/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "second.h"

#include "second_acts.h"

#include <sodium.h>
#include <string.h>

/*
 * Offsets of docs/protocol.md section 5. An image is version, then mixture, base and alarms, each tag, length (2), body.
 */
enum {
	SECTION_HEAD = 3,
	BASE_LEN = 9,
	ALARMS_LEN = 4,
	TAIL_LEN = SECTION_HEAD + BASE_LEN + SECTION_HEAD + ALARMS_LEN,
	MODE_SIMPLE_CODE = 0x55,
};

/* dose x 1,000,000 may take 84 bits. */
__extension__ typedef unsigned __int128 wide;

struct second_drug {
	const uint8_t *name;
	size_t name_len;
	uint64_t concentration;
};

struct second_image {
	size_t count;
	struct second_drug drugs[MIXTURE_MAX];
	uint8_t mode;
	uint64_t dose, low_alarm;
};

static uint64_t number_at(const uint8_t *bytes, size_t width)
{
	uint64_t value = 0;

	while (width-- > 0)
		value = value * 256 + bytes[width];
	return value;
}

/* True if a section with this tag and exactly len bytes of body begins at bytes. */
static bool is_section(const uint8_t *bytes, uint8_t tag, size_t len)
{
	return bytes[0] == tag && number_at(bytes + 1, 2) == len;
}

static bool walk_drugs(const uint8_t *at, const uint8_t *end, struct second_image *image)
{
	image->count = *at++;
	if (image->count == 0 || image->count > MIXTURE_MAX)
		return false;
	for (size_t i = 0; i < image->count; i++) {
		struct second_drug *drug = &image->drugs[i];

		if (at == end)
			return false;
		drug->name_len = *at++;
		if (drug->name_len == 0 || drug->name_len > DRUG_NAME_MAX ||
		    (size_t)(end - at) < drug->name_len + 4)
			return false;
		drug->name = at;
		drug->concentration = number_at(at + drug->name_len, 4);
		at += drug->name_len + 4;
		if (drug->concentration == 0)
			return false;
	}
	return at == end;
}

/* Everything behind the mixture has a fixed length, so the tail is read from the end. */
static bool walk_image(const uint8_t *bytes, size_t len, struct second_image *image)
{
	const uint8_t *base, *alarms;
	size_t mixture_len;

	if (len < 1 + SECTION_HEAD + 1 + TAIL_LEN || bytes[0] != 1)
		return false;
	mixture_len = len - 1 - SECTION_HEAD - TAIL_LEN;
	base = bytes + len - TAIL_LEN;
	alarms = base + SECTION_HEAD + BASE_LEN;
	if (!is_section(bytes + 1, 0x0F, mixture_len) || !is_section(base, 0x33, BASE_LEN) ||
	    !is_section(alarms, 0x55, ALARMS_LEN))
		return false;
	image->mode = base[SECTION_HEAD];
	image->dose = number_at(base + SECTION_HEAD + 1, 8);
	image->low_alarm = number_at(alarms + SECTION_HEAD, 4);
	return image->mode == MODE_SIMPLE_CODE && image->dose > 0 &&
	       walk_drugs(bytes + 1 + SECTION_HEAD, base, image);
}

/* name: NUL-terminated in room for DRUG_NAME_MAX + 1. */
static bool is_name(const struct second_drug *drug, const char *name)
{
	return memcmp(drug->name, name, drug->name_len) == 0 && name[drug->name_len] == '\0';
}

static bool agrees_with_meant(const struct second_image *image, const struct program *meant)
{
	if (meant->mode != PROGRAM_SIMPLE || meant->mixture.count != image->count ||
	    (uint64_t)meant->dose.ng_per_day != image->dose ||
	    (uint64_t)meant->low_alarm.nl != image->low_alarm)
		return false;
	for (size_t i = 0; i < image->count; i++) {
		const struct mixture_part *part = &meant->mixture.parts[i];

		if (!is_name(&image->drugs[i], part->name) ||
		    (uint64_t)part->concentration.ng_per_ml != image->drugs[i].concentration)
			return false;
	}
	return true;
}

static bool agrees_with_staged(const struct second_image *image, const struct msg_staged *staged)
{
	const struct staged_image *theirs = &staged->image;
	wide rate = (wide)image->dose * 1000000 / image->drugs[0].concentration;

	if (theirs->mode != image->mode || theirs->dose_ng_per_day != image->dose ||
	    theirs->low_alarm_nl != image->low_alarm || theirs->count != image->count ||
	    staged->rate_nl_per_day != rate || theirs->volume_24h_nl != rate ||
	    theirs->greatest_hour_nl != (rate + 23) / 24)
		return false;
	for (size_t i = 0; i < image->count; i++) {
		const struct second_drug *drug = &image->drugs[i];

		if (!is_name(drug, theirs->drugs[i].name) ||
		    theirs->drugs[i].concentration_ng_per_ml != drug->concentration ||
		    theirs->drugs[i].daily_ng != (rate * drug->concentration + 999999) / 1000000)
			return false;
	}
	return true;
}

static bool is_digest_of(const uint8_t *digest, const uint8_t *bytes, size_t len)
{
	uint8_t own[DIGEST_LEN];

	crypto_generichash(own, sizeof own, bytes, len, NULL, 0);
	return memcmp(own, digest, sizeof own) == 0;
}

static enum pump_err compare_image(const uint8_t *bytes, size_t len, const struct program *meant,
				   const struct msg_staged *staged)
{
	struct second_image image;

	if (!walk_image(bytes, len, &image))
		return PUMP_EFORM;
	if (!agrees_with_meant(&image, meant) || !staged->has_image ||
	    staged->therapy != THERAPY_RUNNING ||
	    !is_digest_of(staged->active_digest, bytes, len) ||
	    !agrees_with_staged(&image, staged))
		return PUMP_EMISMATCH;
	return PUMP_OK;
}

static enum pump_err compare_therapy(enum order_kind kind, const struct msg_staged *staged)
{
	if (kind == ORDER_STOP &&
	    (staged->therapy != THERAPY_STOPPED || staged->rate_nl_per_day != 0))
		return PUMP_EMISMATCH;
	if ((kind == ORDER_RESUME && staged->therapy != THERAPY_RUNNING) ||
	    (kind == ORDER_MINIMUM && staged->therapy != THERAPY_MINIMUM))
		return PUMP_EMISMATCH;
	return PUMP_OK;
}

/* Acts whose body says which kind they are. */
static bool is_of_kind(enum order_kind kind, const struct change *meant)
{
	if (kind == ORDER_STOP)
		return meant->therapy == ACT_STOP;
	if (kind == ORDER_RESUME)
		return meant->therapy == ACT_RESUME;
	if (kind == ORDER_MINIMUM)
		return meant->therapy == ACT_MINIMUM;
	return kind != ORDER_BOLUS_STOP || meant->bolus.what == BOLUS_STOP;
}

enum pump_err second_compare(const uint8_t *change, size_t len, enum order_kind kind,
			     const struct change *meant, const struct program *program,
			     const struct msg_staged *staged)
{
	size_t image_len = 0;
	const uint8_t *image;
	enum pump_err err;

	if (!order_kind_fits((uint16_t)kind, meant->parts) || !is_of_kind(kind, meant))
		return PUMP_EFORM;
	err = second_acts_compare(change, len, meant, staged);
	if (err != PUMP_OK)
		return err;
	if (!is_digest_of(staged->stage_digest, change, len))
		return PUMP_EMISMATCH;
	image = second_acts_image(change, len, &image_len);
	if (!image)
		return staged->has_image ? PUMP_EMISMATCH : compare_therapy(kind, staged);
	return program ? compare_image(image, image_len, program, staged) : PUMP_EFORM;
}
