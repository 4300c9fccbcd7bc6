/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image_read.h"

#include "base_read.h"

#include <sodium.h>
#include <string.h>

enum { FORM_VERSION = 1 };

enum image_tag {
	TAG_MIXTURE = 0x0F,
	TAG_BASE = 0x33,
	TAG_ALARMS = 0x55,
	TAG_PATIENT = 0x66,
	TAG_BRIDGE = 0x99,
};

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

static bool read_alarms(struct reader *r, struct read_image *out)
{
	out->low_alarm_nl = reader_u32(r);
	return true;
}

static const struct {
	uint8_t tag;
	bool optional;
	bool (*read)(struct reader *, struct read_image *);
} SECTIONS[] = {
	{TAG_MIXTURE, false, read_mixture},
	{TAG_BASE, false, base_read},
	{TAG_ALARMS, false, read_alarms},
	{TAG_PATIENT, true, base_read_patient},
	{TAG_BRIDGE, true, base_read_bridge},
};

static bool read_section(size_t index, struct reader *r, struct read_image *out)
{
	struct reader section;
	const uint8_t *body;
	size_t body_len;

	reader_take(r, 1);
	body = reader_bytes16(r, &body_len);
	if (!body)
		return false;
	reader_init(&section, body, body_len);
	return SECTIONS[index].read(&section, out) && reader_done(&section);
}

enum pump_err image_read(const uint8_t *bytes, size_t len, struct read_image *out)
{
	struct reader r;

	memset(out, 0, sizeof *out);
	out->bridge = READ_BRIDGE_UNSAID;
	reader_init(&r, bytes, len);
	if (len > IMAGE_MAX || reader_u8(&r) != FORM_VERSION)
		return PUMP_EFORM;
	for (size_t i = 0; i < sizeof SECTIONS / sizeof SECTIONS[0]; i++) {
		const bool is_here = reader_left(&r) > 0 && bytes[r.at] == SECTIONS[i].tag;

		if (is_here ? !read_section(i, &r, out) : !SECTIONS[i].optional)
			return PUMP_EFORM;
	}
	return reader_done(&r) ? PUMP_OK : PUMP_EFORM;
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
