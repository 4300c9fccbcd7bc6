/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image_read.h"

#include "quantity.h"

#include <sodium.h>
#include <string.h>

enum { FORM_VERSION = 1 };

enum image_tag { TAG_MIXTURE = 0x0F, TAG_BASE = 0x33, TAG_ALARMS = 0x55 };

static bool is_name(const char *name)
{
	if (name[0] < 'a' || name[0] > 'z')
		return false;
	for (size_t i = 1; name[i] != '\0'; i++) {
		bool letter = name[i] >= 'a' && name[i] <= 'z';
		bool digit = name[i] >= '0' && name[i] <= '9';

		if (!letter && !digit && name[i] != '-')
			return false;
	}
	return true;
}

/* The readers zero the rest of a name, so that whole arrays may be compared. */
static bool is_same_name(const struct read_drug *a, const struct read_drug *b)
{
	return memcmp(a->name, b->name, sizeof a->name) == 0;
}

static bool read_drug(struct reader *r, struct read_drug *drugs, uint8_t at)
{
	struct read_drug *drug = &drugs[at];

	memset(drug, 0, sizeof *drug);
	reader_string8(r, drug->name, sizeof drug->name);
	drug->concentration_ng_per_ml = reader_u32(r);
	if (r->failed || !is_name(drug->name) || drug->concentration_ng_per_ml < 1)
		return false;
	for (uint8_t i = 0; i < at; i++)
		if (is_same_name(&drugs[i], drug))
			return false;
	return true;
}

bool image_read_mixture(struct reader *r, struct read_drug drugs[READ_DRUGS_MAX], uint8_t *count)
{
	*count = reader_u8(r);
	if (*count < 1 || *count > READ_DRUGS_MAX)
		return false;
	for (uint8_t i = 0; i < *count; i++)
		if (!read_drug(r, drugs, i))
			return false;
	return true;
}

static bool read_mixture(struct reader *r, struct read_image *out)
{
	return image_read_mixture(r, out->drugs, &out->count);
}

static bool read_base(struct reader *r, struct read_image *out)
{
	out->mode = reader_u8(r);
	out->dose_ng_per_day = reader_u64(r);
	return out->mode == READ_MODE_SIMPLE && out->dose_ng_per_day >= 1;
}

static bool read_alarms(struct reader *r, struct read_image *out)
{
	out->low_alarm_nl = reader_u32(r);
	return true;
}

/* Every section is mandatory, so the order of the tags is fixed. */
static const struct {
	uint8_t tag;
	bool (*read)(struct reader *, struct read_image *);
} SECTIONS[] = {
	{TAG_MIXTURE, read_mixture},
	{TAG_BASE, read_base},
	{TAG_ALARMS, read_alarms},
};

enum pump_err image_read(const uint8_t *bytes, size_t len, struct read_image *out)
{
	struct reader r;

	memset(out, 0, sizeof *out);
	reader_init(&r, bytes, len);
	if (reader_u8(&r) != FORM_VERSION)
		return PUMP_EFORM;
	for (size_t i = 0; i < sizeof SECTIONS / sizeof SECTIONS[0]; i++) {
		struct reader section;
		const uint8_t *body;
		size_t body_len;

		if (reader_u8(&r) != SECTIONS[i].tag)
			return PUMP_EFORM;
		body = reader_bytes16(&r, &body_len);
		if (!body)
			return PUMP_EFORM;
		reader_init(&section, body, body_len);
		if (!SECTIONS[i].read(&section, out) || !reader_done(&section))
			return PUMP_EFORM;
	}
	return reader_done(&r) && len <= IMAGE_MAX ? PUMP_OK : PUMP_EFORM;
}

enum pump_err image_read_rate(const struct read_image *image, uint64_t *nl_per_day)
{
	struct dose_rate dose = {.ng_per_day = (int64_t)image->dose_ng_per_day};
	struct concentration concentration = {
		.ng_per_ml = (int64_t)image->drugs[0].concentration_ng_per_ml};
	struct volume_rate rate;
	enum pump_err err;

	if (image->dose_ng_per_day > INT64_MAX)
		return PUMP_ERANGE;
	err = rate_from_dose(dose, concentration, &rate);
	if (err == PUMP_OK)
		*nl_per_day = (uint64_t)rate.nl_per_day;
	return err;
}

bool image_read_same_mixture(const struct read_image *a, const struct read_image *b)
{
	if (a->count != b->count)
		return false;
	for (uint8_t i = 0; i < a->count; i++)
		if (!is_same_name(&a->drugs[i], &b->drugs[i]) ||
		    a->drugs[i].concentration_ng_per_ml != b->drugs[i].concentration_ng_per_ml)
			return false;
	return true;
}

void image_read_digest(const uint8_t *bytes, size_t len, uint8_t digest[DIGEST_LEN])
{
	crypto_generichash(digest, DIGEST_LEN, bytes, len, NULL, 0);
}
